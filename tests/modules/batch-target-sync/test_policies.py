"""Every policy of the module, written by hand: an inventory can be regenerated, this cannot.

Sources: "Actions, resources, and condition keys" of EventBridge, AWS Batch, Systems Manager and CloudWatch (Service
Authorization Reference); the Systems Manager user guide ("Setting up Automation", "Run automations based on EventBridge
events", "Logging Automation action output with CloudWatch Logs", "Restricting access to Parameter Store parameters
using IAM policies").
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from semantics import policies
from tests.modules.test_scheduler_policy import statements
from tests.support.module_calls import Call

pytestmark = pytest.mark.slow
ACCOUNT = "867653852961"
EVENTS = f"arn:aws:events:us-east-1:{ACCOUNT}"
SSM = f"arn:aws:ssm:us-east-1:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
QUEUES = {region: f"arn:aws:batch:{region}:{ACCOUNT}:job-queue/*" for region in ("us-east-1", "eu-west-1")}
BASE = "internal-reporting-use1"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/ssm/automation/executeScript"


def allow(actions: str | list[str], resources: str | list[str], **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources} | (
        {"Condition": condition} if condition else {}
    )


def put_targets(region: str, resources: str | list[str]) -> dict[str, Any]:
    return allow(
        "events:PutTargets",
        resources,
        **{
            "ForAllValues:ArnLike": {"events:TargetArn": QUEUES[region]},
            "Null": {"events:TargetArn": "false"},
        },
    )


def state(path: str) -> list[dict[str, Any]]:
    return [
        allow(["ssm:GetParameters", "ssm:PutParameter"], f"{SSM}:parameter{path}/*"),
        allow("ssm:GetParameterHistory", f"{SSM}:parameter{path}/lock"),
    ]


MEASURE = allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": "BatchTargetSync"})
LEAST = [
    allow("batch:DescribeJobDefinitions", "*"),
    allow("events:ListTargetsByRule", f"{EVENTS}:rule/orders/nightly"),
    put_targets("us-east-1", f"{EVENTS}:rule/orders/nightly"),
    allow("iam:PassRole", f"{ROLE}/orders-submit-job", StringEquals={"iam:PassedToService": "events.amazonaws.com"}),
    *state(f"/batch-target-sync/{BASE}-least"),
    MEASURE,
]
HERE = [f"{EVENTS}:rule/orders/nightly", f"{EVENTS}:rule/weekly", f"{EVENTS}:rule/audit/*"]
ELSEWHERE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/*"
MOST = [
    allow(["batch:DescribeJobDefinitions", "events:ListRules"], "*"),
    allow("events:ListTargetsByRule", [*HERE, ELSEWHERE]),
    put_targets("us-east-1", HERE),
    put_targets("eu-west-1", ELSEWHERE),
    allow(
        "iam:PassRole",
        [f"{ROLE}/orders-submit-job", f"{ROLE}/service/weekly"],
        StringEquals={"iam:PassedToService": "events.amazonaws.com"},
    ),
    *state("/platform/targets"),
    MEASURE,
    allow(
        "events:PutEvents",
        f"{EVENTS}:event-bus/operations",
        **{
            "ForAllValues:StringEquals": {
                "events:source": "dn.eventbridge.targetsync",
                "events:detail-type": ["Batch Target Changed", "Batch Target Sync Failed"],
            },
            "Null": {"events:source": "false", "events:detail-type": "false"},
        },
    ),
    allow(
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [GROUP, f"{GROUP}:*"],
    ),
    allow("logs:DescribeLogGroups", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"),
]

MOST_NOTIFY = [
    allow("sns:Publish", f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"),
    allow(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        StringEquals={"kms:ViaService": "sns.us-east-1.amazonaws.com"},
    ),
]


def start(name: str) -> list[dict[str, Any]]:
    return [
        allow(
            "ssm:StartAutomationExecution",
            [
                f"{SSM}:automation-definition/{BASE}-{name}:$DEFAULT",
                f"{SSM}:automation-execution/*",
                f"{SSM}:document/{BASE}-{name}",
            ],
        ),
        allow("iam:PassRole", f"{ROLE}/{BASE}-{name}-sync", StringEquals={"iam:PassedToService": "ssm.amazonaws.com"}),
    ]


def normal(value: Any) -> Any:
    """A statement with its keys and all its lists in order."""
    if isinstance(value, dict):
        return {key: normal(value[key]) for key in sorted(value)}
    return sorted(value) if isinstance(value, list) else value


def same(document: str, expected: list[dict[str, Any]]) -> None:
    """Fail unless a policy has exactly these statements, in any order."""
    found = sorted((normal(statement) for statement in statements(document)), key=json.dumps)
    assert found == sorted((normal(statement) for statement in expected), key=json.dumps)


def test_the_automation_may_do_what_the_least_call_needs_and_nothing_else(planned: dict[str, Call]) -> None:
    same(planned["least"].resources["aws_iam_role_policy.sync"]["policy"], LEAST)


def test_the_automation_may_do_what_the_most_demanding_call_needs_and_nothing_else(planned: dict[str, Call]) -> None:
    same(planned["most"].resources["aws_iam_role_policy.sync"]["policy"], MOST)
    same(planned["most"].resources["aws_iam_role_policy.notify[0]"]["policy"], MOST_NOTIFY)


def test_without_a_topic_there_is_no_policy_for_one(planned: dict[str, Call]) -> None:
    assert not [each for each in planned["least"].resources if each.startswith("aws_iam_role_policy.notify")]


@pytest.mark.parametrize(("call", "name"), [("least", "least"), ("most", "most")])
def test_who_starts_the_automation_may_do_that_only(call: str, name: str, planned: dict[str, Call]) -> None:
    same(planned[call].resources["aws_iam_role_policy.start[0]"]["policy"], start(name))
    same(planned[call].outputs["start_policy"], start(name))


def test_systems_manager_takes_the_role_on_for_executions_of_this_account_and_region(
    planned: dict[str, Call],
) -> None:
    same(
        planned["least"].resources["aws_iam_role.sync"]["assume_role_policy"],
        [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "ssm.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": ACCOUNT},
                    "ArnLike": {"aws:SourceArn": f"{SSM}:automation-execution/*"},
                },
            }
        ],
    )


def test_eventbridge_takes_the_start_role_on_for_these_rules(planned: dict[str, Call]) -> None:
    rules = [f"{EVENTS}:rule/{BASE}-least-{ending}" for ending in ("deregistered", "registered", "schedule")]
    assert sorted(planned["least"].outputs["rule_arns"].values()) == rules
    same(
        planned["least"].resources["aws_iam_role.start[0]"]["assume_role_policy"],
        [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "events.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": ACCOUNT},
                    "ArnEquals": {"aws:SourceArn": rules},
                },
            }
        ],
    )


def test_where_nothing_but_people_starts_it_there_is_no_role_for_eventbridge(planned: dict[str, Call]) -> None:
    assert not [address for address in planned["by_hand"].resources if ".start" in address]
    assert planned["by_hand"].outputs["start_role_arn"] is None


RULE = f"{EVENTS}:rule/orders/nightly"
QUEUE = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/reports"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:anything"


def may(planned: dict[str, Call], action: str, resource: str, **context: str | list[str]) -> bool:
    """Whether the automation of the most demanding call may do something."""
    document = planned["most"].resources["aws_iam_role_policy.sync"]["policy"]
    principal = policies.session(f"{ROLE}/{BASE}-most-sync", "Automation")
    request = policies.Request(
        action, resource, principal, context={key.replace("__", ":"): value for key, value in context.items()}
    )
    return policies.evaluate(request, identity=[policies.read(document, policies.Kind.IDENTITY)]).allowed


@pytest.mark.parametrize(
    ("resource", "targets", "allowed"),
    [
        (RULE, [QUEUE], True),
        (RULE, [QUEUE, f"{QUEUE}-2"], True),
        (RULE, [QUEUE, FUNCTION], False),
        (RULE, [FUNCTION], False),
        (RULE, [], False),
        (RULE, [QUEUE.replace(ACCOUNT, "111122223333")], False),
        (f"{EVENTS}:rule/orders/other", [QUEUE], False),
        (f"{EVENTS}:rule/weekly", [QUEUE], True),
        (f"{EVENTS}:rule/orders", [QUEUE], False),
        (f"{EVENTS}:rule/audit/any", [QUEUE], True),
        (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/any", [QUEUE.replace("us-east-1", "eu-west-1")], True),
        (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/any", [QUEUE], False),
    ],
)
def test_only_job_queues_become_targets_of_these_rules_only(
    resource: str, targets: list[str], allowed: bool, planned: dict[str, Call]
) -> None:
    assert may(planned, "events:PutTargets", resource, events__TargetArn=targets) is allowed


@pytest.mark.parametrize(
    ("source", "types", "allowed"),
    [
        (["dn.eventbridge.targetsync"], ["Batch Target Changed"], True),
        (["dn.eventbridge.targetsync"], ["Batch Target Changed", "Batch Target Sync Failed"], True),
        (["dn.eventbridge.targetsync", "dn.backend"], ["Batch Target Changed"], False),
        (["dn.eventbridge.targetsync"], ["Another"], False),
        ([], [], False),
    ],
)
def test_only_its_own_events_can_be_put(
    source: list[str], types: list[str], allowed: bool, planned: dict[str, Call]
) -> None:
    bus = f"{EVENTS}:event-bus/operations"
    context: dict[str, str | list[str]] = {"events__source": source, "events__detail-type": types}
    assert may(planned, "events:PutEvents", bus, **context) is allowed


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/platform/targets", False),
        ("/platform/targets/lock", True),
        ("/platform/targets/updates/3-1", True),
        ("/platform/targets-2/lock", False),
        ("/platform", False),
    ],
)
def test_only_its_own_parameters_can_be_written(path: str, allowed: bool, planned: dict[str, Call]) -> None:
    assert may(planned, "ssm:PutParameter", f"{SSM}:parameter{path}") is allowed
