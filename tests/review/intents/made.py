"""Plans made by hand: resources as plan JSON has them, and what is proved of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from review.intents.model import Privileges, Proof
from review.intents.proving import prove
from review.plan import Plan, read
from review.policies.collecting import collect

ACCOUNT, REGION = "867653852961", "us-east-1"
HERE = f"{REGION}:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
CLUSTER = f"arn:aws:ecs:{HERE}:cluster/default"
FAMILY = f"arn:aws:ecs:{HERE}:task-definition/report"
TASKS = f"arn:aws:ecs:{HERE}:task/default/*"
KEY = f"arn:aws:kms:{HERE}:key/11111111-2222-3333-4444-555555555555"
GROUP = f"arn:aws:scheduler:{HERE}:schedule-group/reports"
RULE = f"arn:aws:events:{HERE}:rule/done"
BUS = f"arn:aws:events:{HERE}:event-bus/orders"
QUEUE = f"arn:aws:sqs:{HERE}:lost"
TOPIC = f"arn:aws:sns:{HERE}:alerts"

Statement = dict[str, Any]
Resources = Mapping[str, Mapping[str, Any]]


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any, to: Any = None, **condition: Any) -> Statement:
    """One statement; `to` is a service, or a whole principal."""
    statement: Statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if to is not None:
        statement["Principal"] = {"Service": to} if isinstance(to, str) and to != "*" else to
    return statement | ({"Condition": condition} if condition else {})


def trust(service: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return policy(statement | ({"Condition": condition} if condition else {}))


def trusted_by(service: str, source: str, operator: str = "ArnEquals") -> str:
    return trust(service, StringEquals={"aws:SourceAccount": ACCOUNT}, **{operator: {"aws:SourceArn": source}})


def role(name: str, assume: str, *statements: Statement, boundary: str | None = None) -> dict[str, Mapping[str, Any]]:
    """A role with one inline policy."""
    made: dict[str, Mapping[str, Any]] = {
        f"aws_iam_role.{name}": {
            "name": name, "path": "/", "arn": f"{ROLE}/{name}", "assume_role_policy": assume,
            "permissions_boundary": boundary,
        }
    }  # fmt: skip
    if statements:
        made[f"aws_iam_role_policy.{name}"] = {"name": name, "role": name, "policy": policy(*statements)}
    return made


def plan(
    resources: Resources,
    *,
    data: Resources | None = None,
    review: Any = None,
    unknown: Mapping[str, Mapping[str, Any]] | None = None,
) -> Plan:
    """A plan that makes these resources, by their addresses.

    Args:
        resources: their attributes.
        data: data sources, read while planning.
        review: the root's output `review`.
        unknown: what only the apply will know of a resource, by its address, as `after_unknown` has it.
    """
    place = {
        "data.aws_caller_identity.current": {"account_id": ACCOUNT},
        "data.aws_partition.current": {"partition": "aws"},
        "data.aws_region.current": {"id": REGION},
    }
    changes = [
        _entry(address, "managed")
        | {"change": {"actions": ["create"], "after": dict(values), "after_unknown": (unknown or {}).get(address, {})}}
        for address, values in resources.items()
    ]
    state = [
        _entry(address.removeprefix("data."), "data") | {"address": address, "values": dict(values)}
        for address, values in (place | dict(data or {})).items()
    ]
    outputs = {} if review is None else {"review": {"actions": ["create"], "after": review, "after_unknown": False}}
    document = {
        "format_version": "1.2",
        "timestamp": "2026-11-01T12:00:00Z",
        "resource_changes": changes,
        "output_changes": outputs,
        "prior_state": {"values": {"root_module": {"resources": state}}},
    }
    return read(document, "made")


def _entry(address: str, mode: str) -> dict[str, Any]:
    module, _, own = address.rpartition(".aws_") if address.startswith("module.") else ("", "", "")
    kind, _, name = (f"aws_{own}" if own else address).partition(".")
    return {"address": address, "mode": mode, "type": kind, "name": name, "module_address": module}


def privileges(made: Plan) -> Privileges:
    return prove(made, collect(made))


def proof(made: Plan, address: str, subject: str) -> Proof:
    """What is proved of one policy."""
    (found,) = (each for each in privileges(made).proofs if (each.address, each.subject) == (address, subject))
    return found
