"""Where resources are, by the configuration of their provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from review.plan import Plan, read
from tests.support.plan_json import ACCOUNT, REGION, document, resource

OTHER = "111122223333"
TWO = [
    resource("aws_sqs_queue.here", {"name": "here"}, {"arn": True}),
    resource("aws_sqs_queue.there", {"name": "there"}, {"arn": True}),
]


def plan(*changes: Mapping[str, Any], there: Mapping[str, Any], of: tuple[str, ...]) -> Plan:
    """A plan with a second provider, `aws.there`, of these resources."""
    made = document(*changes, providers=dict.fromkeys(of, "aws.there"))
    made["configuration"]["provider_config"] = {
        "aws": {"expressions": {"region": constant(REGION)}},
        "aws.there": {"expressions": there},
    }
    return read(made | {"variables": {"there": {"value": "eu-central-1"}, "part": {"value": "central-1"}}}, "test")


def constant(value: Any) -> dict[str, Any]:
    return {"constant_value": value}


@pytest.mark.parametrize(
    ("provider", "place"),
    [
        ({}, f"{REGION}:{ACCOUNT}"),
        ({"region": constant("eu-west-1")}, f"eu-west-1:{ACCOUNT}"),
        ({"region": {"references": ["var.there"]}}, f"eu-central-1:{ACCOUNT}"),
        # A template of a variable looks the same in the JSON as the variable itself.
        ({"region": {"references": ["var.part"]}}, f"‹region of aws.there›:{ACCOUNT}"),
        ({"region": {"references": ["local.there"]}}, f"‹region of aws.there›:{ACCOUNT}"),
        ({"allowed_account_ids": constant([OTHER])}, f"{REGION}:{OTHER}"),
        ({"allowed_account_ids": constant([OTHER, ACCOUNT])}, f"{REGION}:{ACCOUNT}"),
        ({"assume_role": [{"role_arn": constant(f"arn:aws:iam::{OTHER}:role/deploy")}]}, f"{REGION}:{OTHER}"),
        ({"assume_role": [{"role_arn": {"references": ["local.role"]}}]}, f"{REGION}:‹account of aws.there›"),
        ({"profile": constant("other")}, f"{REGION}:‹account of aws.there›"),
    ],
)
def test_another_provider_says_where_its_resources_are(provider: Mapping[str, Any], place: str) -> None:
    made = plan(*TWO, there=provider, of=("aws_sqs_queue.there",))
    assert made.arns == {
        "aws_sqs_queue.here": f"arn:aws:sqs:{REGION}:{ACCOUNT}:here",
        "aws_sqs_queue.there": f"arn:aws:sqs:{place}:there",
    }


def test_a_data_source_says_where_its_own_provider_is() -> None:
    facts = (
        resource("data.aws_region.backup", {"name": "eu-west-1"}),
        resource("data.aws_caller_identity.backup", {"account_id": OTHER}),
    )
    of = ("aws_sqs_queue.there", *(each["address"] for each in facts))
    made = plan(*facts, *TWO, there={"region": {"references": ["local.there"]}}, of=of)
    assert (made.region, made.account) == (REGION, ACCOUNT)
    assert made.arns["aws_sqs_queue.there"] == f"arn:aws:sqs:eu-west-1:{OTHER}:there"
