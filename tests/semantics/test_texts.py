"""How a policy's text stands for values: the rules of the IAM User Guide, row by row, with data of our own."""

from __future__ import annotations

import pytest

from semantics import texts

VALUES = {"aws:username": "maria", "aws:principaltag/team": "data", "odd": "a*b:c"}


def lookup(key: str) -> str | None:
    return VALUES.get(key.lower())


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("report", "report", True),
        ("report", "Report", False),
        ("rep*", "report", False),
        ("rep*", "rep*", True),
        ("${aws:username}", "maria", True),
        ("${AWS:UserName}", "maria", True),
        ("team-${aws:PrincipalTag/team}-x", "team-data-x", True),
        ("${aws:userid}", "", False),
        ("${aws:userid}", "${aws:userid}", False),
        ("${aws:userid, 'nobody'}", "nobody", True),
        ("${aws:userid,'it''s'}", "it's", True),
        ("${aws:username, 'nobody'}", "maria", True),
        ("${*}${?}${$}", "*?$", True),
        ("$notavariable", "$notavariable", True),
        ("${}", "${}", False),
    ],
)
def test_equal(text: str, value: str, expected: bool) -> None:
    assert texts.is_equal(text, value, lookup) is expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("*", "", True),
        ("?", "", False),
        ("?", "a", True),
        ("re*rt", "report", True),
        ("re*rt", "rert", True),
        ("re?ort", "report", True),
        ("re?ort", "reort", False),
        ("rep*", "xreport", False),
        ("report", "reports", False),
        ("a.c", "abc", False),  # no regular expression
        ("[ab]", "a", False),
        ("Report", "report", False),
        ("two\nlines*", "two\nlines and\nmore", True),
        ("${*}x", "yx", False),
        ("${*}x", "*x", True),
        ("${aws:username}/*", "maria/x", True),
        ("${odd}", "a*b:c", True),
        ("${odd}", "axxb:c", False),  # a variable's value holds no wildcards
    ],
)
def test_like(text: str, value: str, expected: bool) -> None:
    assert texts.is_like(text, value, lookup) is expected


def test_actions_are_the_same_in_capitals() -> None:
    assert texts.is_like("ECS:run*", "ecs:RunTask", None, ignore_case=True)


def test_variables_are_text_in_a_policy_of_2008() -> None:
    assert texts.is_equal("${aws:username}", "${aws:username}", None)
    assert not texts.is_equal("${aws:username}", "maria", None)


RULE = "arn:aws:events:us-east-1:111122223333:rule/orders/paid"


@pytest.mark.parametrize(
    ("text", "arn", "expected"),
    [
        (RULE, RULE, True),
        ("arn:aws:events:us-east-1:111122223333:rule/*", RULE, True),
        ("arn:aws:events:*:*:rule/orders/paid", RULE, True),
        ("arn:aws:events:us-east-?:111122223333:rule/orders/pai?", RULE, True),
        ("arn:aws:events:*:rule/orders/paid", RULE, False),  # a wildcard stays within its part
        ("arn:aws:*", RULE, False),  # of fewer parts than an ARN has
        ("*", RULE, False),
        ("arn:aws:events:us-east-1:111122223333:rule/orders", RULE, False),
        ("arn:aws:sqs:us-east-1:111122223333:a*", "arn:aws:sqs:us-east-1:111122223333:a:b", True),
        (RULE, "rule/orders/paid", False),
        ("arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:iam::111122223333:user/maria", True),
        ("arn:aws:iam::111122223333:user/${odd}", "arn:aws:iam::111122223333:user/a*b:c", True),
        ("arn:aws:iam::111122223333:user/${aws:userid}", "arn:aws:iam::111122223333:user/", False),
    ],
)
def test_arn_like(text: str, arn: str, expected: bool) -> None:
    assert texts.is_arn_like(text, arn, lookup) is expected


STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/paid:log-stream:one"


@pytest.mark.parametrize(
    ("text", "resource", "expected"),
    [
        ("*", RULE, True),
        ("*", "*", True),
        (RULE, RULE, True),
        (RULE, RULE.upper(), False),
        ("arn:aws:events:us-east-1:111122223333:rule/*", RULE, True),
        ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/*:*", STREAM, True),
        ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/*:*:*", STREAM, True),
        ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/paid:log-stream:*", STREAM, True),
        ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/paid", STREAM, False),
        ("arn:aws:events:*", RULE, True),  # at the end of a part * reaches beyond the colon
        ("arn:aws:events:us-*:rule/orders/paid", RULE, True),
        ("arn:aws:events:us-*-1:rule/orders/paid", RULE, False),  # within a part it does not
        ("arn:aws:events:us-east-1:11112222333?:rule/orders/paid", RULE, True),
        ("arn:aws:events:us-east-1?111122223333:rule/orders/paid", RULE, False),
        ("arn:aws:s3:::reports/${aws:username}/*", "arn:aws:s3:::reports/maria/2026.csv", True),
        ("arn:aws:s3:::reports/${aws:username}/*", "arn:aws:s3:::reports/john/2026.csv", False),
        ("arn:aws:s3:::reports/${aws:userid}/*", "arn:aws:s3:::reports//2026.csv", False),
    ],
)
def test_resource(text: str, resource: str, expected: bool) -> None:
    assert texts.is_resource(text, resource, lookup) is expected
