"""Roles of one plan in two regions: each is held against where it works."""

from __future__ import annotations

import json
from typing import Any

from review.intents.model import Status
from review.intents.proving import prove
from review.plan import read
from review.policies.collecting import collect
from tests.review.intents import made
from tests.review.intents.made import ACCOUNT, ROLE, allow
from tests.support.plan_json import document, resource

THERE = "eu-west-1"


def status(*changes: dict[str, Any], in_both: tuple[str, ...] = ()) -> dict[tuple[str, str], tuple[Status, str]]:
    """What is proved of a plan whose resources called `there` are in another region."""
    entries = [*changes, *(each for name in in_both for each in (_copy(name, "here"), _copy(name, "there")))]
    of = [each["address"] for each in entries if each["address"].endswith(".there")]
    json_ = document(*entries, providers=dict.fromkeys(of, "aws.there"))
    json_["configuration"]["provider_config"] = {
        "aws.there": {"expressions": {"region": {"constant_value": THERE}}},
    }
    plan = read(json_, "test")
    found = prove(plan, collect(plan)).proofs
    return {(each.address, each.subject): (each.status, f"{each.beyond} {each.missing} {each.why}") for each in found}


def _copy(kind: str, name: str) -> dict[str, Any]:
    return resource(f"{kind}.{name}", {"name": "same", "event_bus_name": "default"}, {"arn": True})


def role(name: str, trust: str, *statements: made.Statement) -> list[dict[str, Any]]:
    return [resource(address, dict(values)) for address, values in made.role(name, trust, *statements).items()]


def test_a_task_in_another_region() -> None:
    definition = {
        "family": "report", "execution_role_arn": f"{ROLE}/execution",
        "container_definitions": json.dumps(
            [
                {
                    "secrets": [{"name": "A", "valueFrom": "/a"}],
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/report"}},
                }
            ]
        ),
    }  # fmt: skip
    for region, expected in ((THERE, Status.UNDECIDED), ("us-east-1", Status.DIFFERS)):
        place = f"{region}:{ACCOUNT}"
        found = status(
            resource("aws_ecs_task_definition.there", definition, {"arn": True, "revision": True}),
            *role(
                "execution",
                made.trusted_by("ecs-tasks.amazonaws.com", f"arn:aws:ecs:{place}:*", "ArnLike"),
                allow("ssm:GetParameters", f"arn:aws:ssm:{place}:parameter/a"),
                allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{place}:log-group:/ecs/report:*"),
            ),
        )
        assert found["aws_iam_role.execution", "role"][0] is expected
        trusted = Status.PROVED if region == THERE else Status.DIFFERS
        assert found["aws_iam_role.execution", "trust"][0] is trusted


def test_rules_of_one_name_in_two_regions() -> None:
    queue = f"arn:aws:states:{THERE}:{ACCOUNT}:stateMachine:m"
    target = {"rule": "same", "event_bus_name": "default", "target_id": "t", "arn": queue, "role_arn": f"{ROLE}/target"}
    for region, expected in ((THERE, Status.PROVED), ("us-east-1", Status.DIFFERS)):
        found = status(
            resource("aws_cloudwatch_event_target.there", target),
            *role(
                "target",
                made.trusted_by("events.amazonaws.com", f"arn:aws:events:{region}:{ACCOUNT}:rule/same"),
                allow("states:StartExecution", queue),
            ),
            in_both=("aws_cloudwatch_event_rule",),
        )
        assert found["aws_iam_role.target", "trust"][0] is expected


def test_aliases_of_one_name_in_two_regions() -> None:
    keys = [resource(f"aws_kms_key.{name}", {}, {"arn": True, "key_id": True}) for name in ("here", "there")]
    aliases = [
        resource(
            f"aws_kms_alias.{name}",
            {"name": "alias/same", "target_key_id": f"11111111-2222-3333-4444-00000000000{number}"},
            {"arn": True},
        )
        for number, name in enumerate(("here", "there"))
    ]
    queues = [
        resource(f"aws_sqs_queue.{name}", {"name": "same", "kms_master_key_id": "alias/same"}, {"arn": True})
        for name in ("here", "there")
    ]
    sent = f"arn:aws:sqs:us-east-1:{ACCOUNT}:same"
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-000000000000"
    schedule = {"name": "s", "group_name": "g", "target": [{"arn": sent, "role_arn": f"{ROLE}/scheduler"}]}
    group = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/g"
    found = status(
        *keys,
        *aliases,
        *queues,
        resource("aws_scheduler_schedule.here", schedule, {"arn": True}),
        *role(
            "scheduler",
            made.trusted_by("scheduler.amazonaws.com", group),
            allow("sqs:SendMessage", sent),
            allow(
                ["kms:Decrypt", "kms:GenerateDataKey"],
                key,
                StringEquals={"kms:ViaService": "sqs.us-east-1.amazonaws.com"},
            ),
        ),
    )
    assert found["aws_iam_role.scheduler", "role"] == (Status.PROVED, "  ")
