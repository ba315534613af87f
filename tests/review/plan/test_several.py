"""References that lead to several things of the plan: which one is meant, and what is open."""

from __future__ import annotations

from typing import Any

from review.plan import Plan, Symbol
from tests.support.plan_json import ACCOUNT, plan, resource, to

RULES = [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}" for name in ("delayed", "lost")]
QUEUES = [f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}" for name in ("one", "two")]
DOCUMENT = "data.aws_iam_policy_document.topic"


def document(values: list[None], *references: str) -> Plan:
    """A deferred policy document whose condition has values that are made of these references."""
    rules = [
        resource(f'aws_cloudwatch_event_rule.this["{name}"]', {"name": name}, {"arn": True})
        for name in ("delayed", "lost")
    ]
    condition = {"test": "ArnEquals", "variable": "aws:SourceArn"}
    statement = {"condition": [{**condition, "values": values}]}
    unknown = {"statement": [{"condition": [{"values": [True] * len(values)}]}]}
    written: dict[str, Any] = {
        "statement": [
            {
                "condition": [
                    {
                        **{name: {"constant_value": value} for name, value in condition.items()},
                        "values": to(*references),
                    }
                ]
            }
        ]
    }
    return plan(*rules, resource(DOCUMENT, {"statement": [statement]}, unknown), configuration={DOCUMENT: written})


def values(read: Plan) -> list[Symbol]:
    found = read.at(DOCUMENT)
    assert found is not None
    return list(found.get("statement", 0, "condition", 0, "values"))


def test_a_list_of_as_many_as_there_are_has_each_of_them() -> None:
    assert values(document([None, None], "aws_cloudwatch_event_rule.this")) == RULES


def test_the_key_in_a_reference_says_which_is_meant() -> None:
    assert values(document([None], 'aws_cloudwatch_event_rule.this["lost"].arn')) == [RULES[1]]


def test_one_of_several_stays_open_and_says_among_which() -> None:
    (found,) = values(document([None], "aws_cloudwatch_event_rule.this"))
    assert found == f"‹{DOCUMENT}.statement[0].condition[0].values[0]›"
    assert sorted(found.among) == RULES


def test_each_value_is_among_what_it_is_made_for() -> None:
    queues = [resource(f"aws_sqs_queue.{name}", {"name": name}, {"arn": True}) for name in ("one", "two")]
    address = "aws_cloudwatch_event_target.this"
    target = resource(f'{address}["a"]', {"dead_letter_config": [{}]}, {"dead_letter_config": [{"arn": True}]})
    read = plan(
        *queues,
        target,
        configuration={
            address: {"dead_letter_config": [{"arn": to("aws_sqs_queue.one.arn", "aws_sqs_queue.two.arn")}]}
        },
    )
    found = read.existing("aws_cloudwatch_event_target")[0].get("dead_letter_config", 0, "arn")
    assert sorted(found.among) == QUEUES
