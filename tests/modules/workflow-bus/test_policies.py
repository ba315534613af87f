"""Every policy of the workflow-bus module, written by hand: an inventory can be regenerated, this cannot.

Sources: the EventBridge user guide ("Using resource-based policies", "Using dead-letter queues to process undelivered
events", "Encrypting EventBridge event buses with AWS KMS keys", "Permissions for event buses"), the ECS developer guide
("Amazon ECS EventBridge IAM Role"), the CloudWatch Logs user guide ("Encrypt log data"), and the API reference of AWS
Batch (SubmitJob).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.modules.test_scheduler_policy import statements
from tests.support.inventories import planned_resources
from tests.support.planning import PROVIDER, Planner, plan

pytestmark = pytest.mark.slow
ACCOUNT = "867653852961"
EVENTS = f"arn:aws:events:us-east-1:{ACCOUNT}"
BUS = f"{EVENTS}:event-bus/orders"
BASE = "internal-reporting-use1-orders"
DLQ = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{BASE}-dlq"
LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events"
CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/production"
FAMILIES = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition"
JOBS = f"arn:aws:batch:us-east-1:{ACCOUNT}"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:audit"
EVENTBRIDGE = {"Service": "events.amazonaws.com"}

ROOT = Path(__file__).parent / "roots" / "policies.tf"
OUTPUTS = (
    "key_policy_statements", "log_resource_policy_document", "queue_policy_statements", "rule_arns", "synced_targets",
    "target_role_arns", "topic_policy_statements",
)  # fmt: skip
CALLS = ("given_key", "made_key", "default_bus", "existing_bus")

DEAD_LETTERS = {
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
    "Principal": EVENTBRIDGE,
}
DESCRIBE_KEY = {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*", "Principal": EVENTBRIDGE}
ENCRYPT_BUS = {
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
    "Principal": EVENTBRIDGE,
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT, "kms:EncryptionContext:aws:events:event-bus:arn": BUS},
        "ArnEquals": {"aws:SourceArn": BUS},
    },
}
ENCRYPT_LOGS = {
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
    "Resource": "*",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"{LOGS}/told-of-orders"}},
}
TLS_ONLY = {
    "Effect": "Deny",
    "Action": "sqs:*",
    "Resource": DLQ,
    "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.fixture(scope="module")
def planned(box: Sandbox, attach: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One plan for all tests of this file: resources by address, outputs by call and name."""
    base: Path = tmp_path_factory.mktemp("policies")
    outputs = "".join(
        f'output "{call}_{name}" {{\n  value = module.{call}.{name}\n}}\n' for call in CALLS for name in OUTPUTS
    )
    raw = dict(
        plan(
            Planner(base, box, attach).root(
                "policies", {"main.tf": PROVIDER + ROOT.read_text(encoding="utf-8") + outputs}
            )
        )
    )
    resources = {address: resource["values"] for address, resource in planned_resources(raw).items()}
    return {
        "resources": resources,
        "outputs": {key: out["value"] for key, out in raw["planned_values"]["outputs"].items()},
    }


def normal(value: Any) -> Any:
    """A statement with its keys and all its lists in order."""
    if isinstance(value, dict):
        return {key: normal(value[key]) for key in sorted(value)}
    return sorted(value) if isinstance(value, list) else value


def same(document: str, expected: list[dict[str, Any]]) -> None:
    """Fail unless a policy has exactly these statements, in any order."""
    found = sorted((normal(statement) for statement in statements(document)), key=json.dumps)
    assert found == sorted((normal(statement) for statement in expected), key=json.dumps)


def rule_arn(name: str, bus: str = "orders/") -> str:
    return f"{EVENTS}:rule/{bus}{name}"


def from_rule(action: str, resource: str, source: str) -> dict[str, Any]:
    """What lets EventBridge do one thing with one resource, for one rule or bus."""
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        "Principal": EVENTBRIDGE,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def run_task(resources: str | list[str], cluster: str = CLUSTER) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "ecs:RunTask",
        "Resource": resources,
        "Condition": {"ArnEquals": {"ecs:cluster": cluster}},
    }


PASS_ROLES = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": [f"arn:aws:iam::{ACCOUNT}:role/execution", f"arn:aws:iam::{ACCOUNT}:role/task"],
    "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
}
PERMISSIONS = {
    "placed.run_task": [
        run_task([f"{FAMILIES}/pack", f"{FAMILIES}/pack:*"]),
        run_task(f"{FAMILIES}/ship:7"),
        PASS_ROLES,
    ],
    "placed.submit_job": [
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [
                f"{JOBS}:job-definition/report",
                f"{JOBS}:job-definition/report:*",
                f"{JOBS}:job-queue/reports",
            ],
        },
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [f"{JOBS}:job-definition/bill:3", f"{JOBS}:job-queue/reports"],
        },
    ],
    "placed.put_events": [
        {
            "Effect": "Allow",
            "Action": "events:PutEvents",
            "Resource": "arn:aws:events:eu-west-1:111122223333:event-bus/company",
        }
    ],
    # Today's revision of a synced target is not tomorrow's.
    "synced.submit_job": [
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [f"{JOBS}:job-definition/account:*", f"{JOBS}:job-queue/reports"],
        },
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [f"{JOBS}:job-definition/bill:3", f"{JOBS}:job-queue/reports"],
        },
    ],
    "tagged.run_task": [
        run_task([f"{FAMILIES}/managed", f"{FAMILIES}/managed:*"], CLUSTER.replace("production", "other")),
        run_task([f"{FAMILIES}/propagated", f"{FAMILIES}/propagated:*"]),
        run_task([f"{FAMILIES}/tags", f"{FAMILIES}/tags:*"]),
        run_task([f"{FAMILIES}/without", f"{FAMILIES}/without:*"], CLUSTER.replace("production", "untagged")),
        {
            "Effect": "Allow",
            "Action": "ecs:TagResource",
            "Resource": [
                f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/other/*",
                f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/production/*",
            ],
            "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        },
        PASS_ROLES,
    ],
}


def test_each_role_may_do_what_its_rule_needs_and_is_trusted_for_that_rule_only(planned: dict[str, Any]) -> None:
    resources = planned["resources"]
    made = {address for address in resources if address.startswith("module.given_key.aws_iam_role.")}
    assert made == {f'module.given_key.aws_iam_role.target["{role}"]' for role in PERMISSIONS}
    for role, permissions in PERMISSIONS.items():
        same(resources[f'module.given_key.aws_iam_role_policy.target["{role}"]']["policy"], permissions)
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": EVENTBRIDGE,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": rule_arn(role.partition(".")[0])},
            },
        }
        same(resources[f'module.given_key.aws_iam_role.target["{role}"]']["assume_role_policy"], [trust])


def test_a_rule_on_the_default_bus_has_an_arn_without_it(planned: dict[str, Any]) -> None:
    trust = planned["resources"]['module.default_bus.aws_iam_role.target["placed.run_task"]']["assume_role_policy"]
    (statement,) = statements(trust)
    assert statement["Condition"]["ArnEquals"] == {"aws:SourceArn": f"{EVENTS}:rule/placed"}
    assert planned["outputs"]["default_bus_rule_arns"] == {
        "placed": f"{EVENTS}:rule/placed",
        "told": f"{EVENTS}:rule/told-of-orders",
    }
    assert planned["outputs"]["existing_bus_rule_arns"] == {"placed": rule_arn("placed")}


def test_the_key_is_that_of_the_bus_the_queue_and_the_log_groups(planned: dict[str, Any]) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    encrypted = {
        "aws_cloudwatch_event_bus.main[0]": "kms_key_identifier",
        "aws_sqs_queue.dlq": "kms_master_key_id",
        'aws_cloudwatch_log_group.main["/aws/events/told-of-orders"]': "kms_key_id",
    }
    for address, argument in encrypted.items():
        assert planned["resources"][f"module.given_key.{address}"][argument] == key


def test_the_bus_takes_each_publishers_sources(planned: dict[str, Any]) -> None:
    put = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": BUS}
    shop = put | {
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/shop"},
        "Condition": {"StringEquals": {"events:source": "example.orders"}},
    }
    partner = put | {
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Condition": {
            "StringEquals": {
                "events:source": ["example.orders", "example.returns"],
                "events:detail-type": "Order Placed",
            }
        },
    }
    same(planned["resources"]["module.given_key.aws_cloudwatch_event_bus_policy.main[0]"]["policy"], [shop, partner])
    others = [address for address in planned["resources"] if "aws_cloudwatch_event_bus_policy" in address]
    assert len(others) == 1


def test_the_dead_letter_queue_takes_messages_of_each_rule_and_of_the_bus(planned: dict[str, Any]) -> None:
    resources = planned["resources"]
    rules = [
        from_rule("sqs:SendMessage", DLQ, rule_arn(name)) for name in ("placed", "synced", "told-of-orders", "tagged")
    ]
    same(
        resources["module.given_key.aws_sqs_queue_policy.dlq"]["policy"],
        [*rules, from_rule("sqs:SendMessage", DLQ, BUS), TLS_ONLY],
    )
    # A bus that exists is somebody else's: its own events are none of this queue's.
    same(
        resources["module.default_bus.aws_sqs_queue_policy.dlq"]["policy"],
        [*(from_rule("sqs:SendMessage", DLQ, rule_arn(name, "")) for name in ("placed", "told-of-orders")), TLS_ONLY],
    )


def test_log_groups_take_events_from_eventbridge(planned: dict[str, Any]) -> None:
    document = planned["resources"]["module.given_key.aws_cloudwatch_log_resource_policy.events[0]"]["policy_document"]
    expected = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [f"{LOGS}/shared:*", f"{LOGS}/told-of-orders:*"],
        "Principal": {"Service": ["delivery.logs.amazonaws.com", "events.amazonaws.com"]},
    }
    same(document, [expected])
    same(planned["outputs"]["given_key_log_resource_policy_document"], [expected])
    # Not made here: the document is for one that is made elsewhere.
    assert "module.default_bus.aws_cloudwatch_log_resource_policy.events[0]" not in planned["resources"]
    same(planned["outputs"]["default_bus_log_resource_policy_document"], [expected])
    assert planned["outputs"].get("existing_bus_log_resource_policy_document") is None


def test_the_key_lets_in_the_bus_the_queue_and_the_log_groups(planned: dict[str, Any]) -> None:
    outputs = planned["outputs"]
    same(outputs["given_key_key_policy_statements"], [DESCRIBE_KEY, ENCRYPT_BUS, DEAD_LETTERS, ENCRYPT_LOGS])
    # The bus is not encrypted by this call.
    same(outputs["default_bus_key_policy_statements"], [DEAD_LETTERS, ENCRYPT_LOGS])
    same(outputs["existing_bus_key_policy_statements"], [DEAD_LETTERS])


def test_a_key_that_is_made_has_the_same_statements_and_the_accounts_administration(planned: dict[str, Any]) -> None:
    administration = {
        "Effect": "Allow",
        "Action": "kms:*",
        "Resource": "*",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    }
    expected = [DESCRIBE_KEY, ENCRYPT_BUS, DEAD_LETTERS, ENCRYPT_LOGS]
    same(planned["outputs"]["made_key_key_policy_statements"], expected)
    same(planned["resources"]["module.made_key.aws_kms_key.main[0]"]["policy"], [*expected, administration])


def test_owners_of_topics_and_queues_are_told_what_to_add(planned: dict[str, Any]) -> None:
    outputs = planned["outputs"]
    assert set(outputs["given_key_topic_policy_statements"]) == {"told.alerts"}
    assert set(outputs["given_key_queue_policy_statements"]) == {"told.audit"}
    same(
        outputs["given_key_topic_policy_statements"]["told.alerts"],
        [from_rule("sns:Publish", TOPIC, rule_arn("told-of-orders"))],
    )
    same(
        outputs["given_key_queue_policy_statements"]["told.audit"],
        [from_rule("sqs:SendMessage", QUEUE, rule_arn("told-of-orders"))],
    )


def test_the_roles_that_are_made_are_named_by_rule_and_purpose(planned: dict[str, Any]) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{BASE}"
    assert planned["outputs"]["given_key_target_role_arns"] == {
        "placed": {
            "put_events": f"{role}-placed-put-events",
            "run_task": f"{role}-placed-run-task",
            "submit_job": f"{role}-placed-submit-job",
        },
        "synced": {"submit_job": f"{role}-synced-submit-job"},
        "tagged": {"run_task": f"{role}-tagged-run-task"},
        "told": {},
    }


def test_synced_targets_are_told_as_the_sync_selects_them(planned: dict[str, Any]) -> None:
    shared = {"bus": "orders", "rule": "synced"}
    assert planned["outputs"]["given_key_synced_targets"] == {
        "synced.accounts": shared
        | {
            "target": "accounts",
            "job_definition": "account",
            "role_arn": f"arn:aws:iam::{ACCOUNT}:role/{BASE}-synced-submit-job",
        },
        "synced.own": shared
        | {"target": "own", "job_definition": "own", "role_arn": f"arn:aws:iam::{ACCOUNT}:role/made-elsewhere"},
    }
    assert planned["outputs"]["existing_bus_synced_targets"] == {}


def test_topics_queues_and_log_groups_get_no_role_and_a_given_role_is_used(planned: dict[str, Any]) -> None:
    roles = {
        address.partition('"')[2].rstrip('"]'): values["role_arn"]
        for address, values in planned["resources"].items()
        if address.startswith("module.given_key.aws_cloudwatch_event_target.")
    }
    assert {target: arn for target, arn in roles.items() if target.startswith("told.")} == {
        "told.alerts": None,
        "told.audit": None,
        "told.log": None,
        "told.shared": None,
        "told.own": f"arn:aws:iam::{ACCOUNT}:role/made-elsewhere",
    }
    assert roles["placed.newest"] == f"arn:aws:iam::{ACCOUNT}:role/{BASE}-placed-run-task"
    assert roles["placed.report"] == f"arn:aws:iam::{ACCOUNT}:role/{BASE}-placed-submit-job"
    assert roles["placed.company"] == f"arn:aws:iam::{ACCOUNT}:role/{BASE}-placed-put-events"


def test_nothing_is_made_of_a_bus_that_exists(planned: dict[str, Any]) -> None:
    for call in ("default_bus", "existing_bus"):
        made = {address.split(".")[2] for address in planned["resources"] if address.startswith(f"module.{call}.")}
        assert not made & {"aws_cloudwatch_event_bus", "aws_cloudwatch_event_bus_policy"}
    names = {
        values["event_bus_name"]
        for address, values in planned["resources"].items()
        if address.startswith(
            ("module.default_bus.aws_cloudwatch_event_rule.", "module.default_bus.aws_cloudwatch_event_target.")
        )
    }
    assert names == {"default"}


def test_a_metric_of_the_default_bus_has_the_rule_as_its_only_dimension(planned: dict[str, Any]) -> None:
    alarms = {
        call: planned["resources"][f'module.{call}.aws_cloudwatch_metric_alarm.rule["placed.FailedInvocations"]'][
            "dimensions"
        ]
        for call in ("given_key", "default_bus", "existing_bus")
    }
    assert alarms == {
        "given_key": {"EventBusName": "orders", "RuleName": "placed"},
        "default_bus": {"RuleName": "placed"},
        "existing_bus": {"EventBusName": "orders", "RuleName": "placed"},
    }
