"""What subscribes to a topic that the root makes: every mistake at its line, and what becomes of what is right."""

from __future__ import annotations

import json

import pytest

from generator.checks.filters import MOST
from tests.generator.conftest import MINIMAL, Workplace
from tests.support.inventories import planned_resources
from tests.support.planning import Planner, plan

FIRST = len(MINIMAL.splitlines()) + 5  # the line of the first subscription
ALERTS = f"{MINIMAL}alerts:\n  topic_name: told\n  key: main\n  subscriptions:\n"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012"
STREAM = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/notices"
ROLE = "arn:aws:iam::123456789012:role/notices"
URL = "that begins with https:// and has no user and password in it (https)"
STANDARD = "the ARN of a standard SQS queue: a standard topic has none that ends in .fifo"

# one subscription, as YAML on one line; the field that is wrong; what is said of it
WRONG = [
    ("protocol: https, endpoint: 'http://example.com'", "endpoint", f'"http://example.com" is not a URL {URL}'),
    (
        "protocol: https, endpoint: 'https://u:p@example.com'",
        "endpoint",
        f'"https://***@example.com" is not a URL {URL}',
    ),
    ("protocol: email, endpoint: nobody", "endpoint", '"nobody" is not an e-mail address (email)'),
    ("protocol: sqs, endpoint: notices", "endpoint", f'"notices" is not {STANDARD} (sqs)'),
    (f"protocol: sqs, endpoint: '{QUEUE}:one.fifo'", "endpoint", f'"{QUEUE}:one.fifo" is not {STANDARD} (sqs)'),
    ("protocol: lambda, endpoint: notices", "endpoint", '"notices" is not the ARN of a Lambda function (lambda)'),
    (
        f"protocol: firehose, endpoint: notices, subscription_role_arn: '{ROLE}'",
        "endpoint",
        '"notices" is not the ARN of a Firehose stream (firehose)',
    ),
    (
        "protocol: sms, endpoint: '4155550100'",
        "endpoint",
        '"4155550100" is not a telephone number in the form E.164: + and up to 15 digits (sms)',
    ),
    (
        "protocol: slack, endpoint: '#alerts'",
        "protocol",
        '"slack" is not a protocol; there are email, email-json, firehose, http, https, lambda, sms, sqs',
    ),
    (
        "protocol: sms, endpoint: '+14155550100', raw_message_delivery: true",
        "raw_message_delivery",
        "SNS has no raw delivery for sms; it has for firehose, http, https, sqs",
    ),
    (
        f"protocol: firehose, endpoint: '{STREAM}'",
        "",
        "has no subscription_role_arn: SNS writes to a Firehose stream with a role",
    ),
    (
        f"protocol: email, endpoint: a@example.com, subscription_role_arn: '{ROLE}'",
        "",
        "has a subscription_role_arn: SNS takes one for firehose only, and not for email",
    ),
    (
        f"protocol: email, endpoint: a@example.com, dead_letter_queue_arn: '{QUEUE}:one.fifo'",
        "dead_letter_queue_arn",
        f'"{QUEUE}:one.fifo" is not {STANDARD}',
    ),
    (
        "protocol: email, endpoint: a@example.com, filter_policy: {NewStateValue: ALARM}",
        "filter_policy.NewStateValue",
        '"ALARM" is no list; SNS needs a list of values, such as [ALARM]',
    ),
    (
        "protocol: email, endpoint: a@example.com, filter_policy: {Trigger: {Namespace: []}}",
        "filter_policy.Trigger.Namespace",
        "is an empty list, which nothing matches; at least one value is wanted",
    ),
    (
        "protocol: email, endpoint: a@example.com, filter_policy: {}",
        "filter_policy",
        "is empty; SNS needs what must match: leave it out, or give a list of values",
    ),
    (
        "protocol: email, endpoint: x@y.zz, filter_policy: {a: [1], b: [1], c: {d: [1], e: [1], f: [1], g: [1]}}",
        "filter_policy",
        f"looks at 6 properties of a message; SNS takes {MOST}",
    ),
]


@pytest.mark.parametrize(("subscription", "field", "message"), WRONG)
def test_what_is_wrong_is_said_where_it_is(workplace: Workplace, subscription: str, field: str, message: str) -> None:
    path = f"alerts.subscriptions[1]{'.' if field else ''}{field}"
    right = "    - {protocol: email, endpoint: first@example.com, filter_policy: {a: [1], b: {c: [1]}}}\n"
    workplace.refused(
        f"{ALERTS}{right}    - {{{subscription}}}\n", [f"environments/own.yaml:{FIRST + 1}: {path}: {message}"]
    )


def test_a_pager_is_checked_too(workplace: Workplace) -> None:
    subscription = "    - {protocol: sms, endpoint: '+14155550100', filter_policy: {a: 1}}\n"
    spec = ALERTS.replace("alerts:", "pager:") + subscription
    message = "1 is no list; SNS needs a list of values, such as [ALARM]"
    workplace.refused(spec, [f"environments/own.yaml:{FIRST}: pager.subscriptions[0].filter_policy.a: {message}"])


def test_one_endpoint_is_subscribed_once(workplace: Workplace) -> None:
    spec = f"{ALERTS}    - {{protocol: email, endpoint: a@example.com}}\n  emails: [a@example.com]\n"
    message = 'subscribes "email a@example.com" twice; SNS has one subscription of an endpoint'
    workplace.refused(spec, [f"environments/own.yaml:{FIRST - 4}: alerts: {message}"])
    workplace.spec("own", spec.replace("{protocol: email,", "{protocol: email-json,"))
    assert workplace.run("generate").code == 0


def test_a_topic_that_exists_has_the_subscriptions_of_its_owner(workplace: Workplace) -> None:
    spec = f"{MINIMAL}alerts:\n  topic_arn: arn:aws:sns:eu-west-1:123456789012:told\n  subscriptions: []\n"
    message = "has a topic_arn, so the topic exists: its key and its subscriptions are its owner's"
    workplace.refused(spec, [f"environments/own.yaml:{FIRST - 4}: alerts: {message}"])


def test_a_placeholder_stands_for_any_endpoint(workplace: Workplace) -> None:
    workplace.spec("own", f"{ALERTS}    - {{protocol: https, endpoint: FILL_IN}}\n")
    assert workplace.run("generate").code == 0


def test_what_stays_keeps_its_key(workplace: Workplace) -> None:
    """A key that moved would end a subscription and begin another, which somebody must confirm again."""

    def keys(text: str) -> list[str]:
        workplace.spec("own", text)
        assert workplace.run("generate").code == 0
        main = (workplace.roots / "own" / "main.tf").read_text()
        block = main.split('"aws_sns_topic_subscription"', 1)[1].split("\n  }\n", 1)[0]
        return [line.split('"')[1] for line in block.splitlines() if line.startswith('    "')]

    one = f"{ALERTS}    - {{protocol: sqs, endpoint: '{QUEUE}:notices'}}\n  emails: [b@example.com]\n"
    assert keys(one) == ["b@example.com", f"sqs {QUEUE}:notices"]
    more = one.replace("  subscriptions:\n", "  subscriptions:\n    - {protocol: sms, endpoint: '+14155550100'}\n")
    more = more.replace("[b@", "[a@example.com, b@")
    assert keys(more) == ["a@example.com", "b@example.com", "sms +14155550100", f"sqs {QUEUE}:notices"]


@pytest.mark.slow
def test_terraform_plans_each_with_what_it_says(everything: Workplace, planner: Planner) -> None:
    assert everything.run("generate").code == 0
    main = (everything.roots / "everything" / "main.tf").read_text()
    block = main[main.index('resource "aws_sns_topic_subscription" "alerts"') :].split("\n}\n", 1)[0]
    block = block.replace("aws_sns_topic.alerts.arn", f'"{QUEUE.replace("sqs", "sns")}:told"')
    output = plan(
        planner.root("subscriptions", {"main.tf": f'provider "aws" {{\n  region = "eu-west-1"\n}}\n\n{block}\n}}\n'})
    )
    planned = {
        address.split('["')[1].removesuffix('"]').replace("$${", "${"): each["values"]
        for address, each in planned_resources(output._raw).items()
    }
    assert {key: each["protocol"] for key, each in planned.items()} == {
        "email-json first@example.com": "email-json",
        "firehose arn:aws:firehose:us-east-1:867653852961:deliverystream/notices": "firehose",
        "first@example.com": "email",
        "http http://example.com/notices?of=${everything}": "http",
        "lambda arn:aws:lambda:us-east-1:867653852961:function:notices": "lambda",
        "second@example.com": "email",
        "sms +14155550100": "sms",
        "sqs arn:aws:sqs:us-east-1:867653852961:notices": "sqs",
    }
    queue = planned.pop("sqs arn:aws:sqs:us-east-1:867653852961:notices")
    assert json.loads(queue["filter_policy"]) == {
        "NewStateValue": ["ALARM"],
        "Trigger": {"Namespace": [{"anything-but": "AWS/Billing"}]},
    }
    assert queue["filter_policy_scope"] == "MessageBody", "what alarms publish has no attributes"
    assert queue["raw_message_delivery"] is True
    lost = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:867653852961:notices-lost"}
    assert json.loads(queue["redrive_policy"]) == lost
    stream = planned["firehose arn:aws:firehose:us-east-1:867653852961:deliverystream/notices"]
    assert stream["subscription_role_arn"] == "arn:aws:iam::867653852961:role/notices"
    for each in planned.values():
        assert each["filter_policy"] is each["redrive_policy"] is None
        assert each["raw_message_delivery"] in {None, False}
