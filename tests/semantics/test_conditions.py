"""The condition operators, row by row: what they compare, and what missing and several values do to them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from semantics import conditions
from semantics.conditions import Context

ROLE = "arn:aws:iam::111122223333:role/team/worker"
CONTEXT = Context(
    {
        "aws:username": "maria",
        "Team": "Data",
        "size": "10",
        "ratio": "0.5",
        "big": "9007199254740993",
        "moment": "2026-03-01T12:00:00Z",
        "epoch": "1772366400",  # the same moment
        "secure": "true",
        "address": "203.0.113.7",
        "address6": "2001:db8::1",
        "role": ROLE,
        "bytes": "QmFzZTY0",
        "tags": ["blue", "green"],
        "one tag": ["blue"],
        "no tags": [],
        "empty": "",
        "null set": [""],
        "text": "ten",
    }
)


def holds(operator: str, key: str, values: str | list[str], *, variables: bool = True) -> bool:
    wanted = (values,) if isinstance(values, str) else tuple(values)
    return conditions.holds({operator: {key: wanted}}, CONTEXT, variables=variables)


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "team", "Data", True),
        ("StringEquals", "TEAM", "data", False),
        ("StringEquals", "team", ["Other", "Data"], True),
        ("StringEquals", "team", "D*", False),
        ("StringNotEquals", "team", "data", True),
        ("StringNotEquals", "team", ["Other", "Data"], False),
        ("StringEqualsIgnoreCase", "team", "dATA", True),
        ("StringNotEqualsIgnoreCase", "team", "dATA", False),
        ("StringEqualsIgnoreCase", "aws:username", "${AWS:USERNAME}", True),
        ("StringLike", "team", "D?t*", True),
        ("StringNotLike", "team", "D?t*", False),
        ("StringEquals", "aws:username", "${aws:username}", True),
        ("StringEquals", "aws:username", "${aws:userid}", False),
        ("StringNotEquals", "aws:username", "${aws:userid}", True),
        ("ArnEquals", "role", "arn:aws:iam::111122223333:role/*", True),
        ("ArnLike", "role", "arn:aws:iam::*:role/team/*", True),
        ("ArnNotEquals", "role", ROLE, False),
        ("ArnNotLike", "role", "arn:aws:iam::444455556666:*", True),
        ("ArnLike", "team", "*", False),
        ("NumericEquals", "size", "10.0", True),
        ("NumericNotEquals", "size", "10", False),
        ("NumericEquals", "big", "9007199254740992", False),
        ("NumericLessThan", "size", "10", False),
        ("NumericLessThan", "size", "11", True),
        ("NumericLessThanEquals", "size", "10", True),
        ("NumericGreaterThan", "ratio", "0.25", True),
        ("NumericGreaterThan", "size", "10", False),
        ("NumericGreaterThanEquals", "size", "10", True),
        ("NumericEquals", "ratio", "0.5000000000000000000000001", False),  # no two numbers are the same by rounding
        ("NumericEquals", "text", "10", False),
        ("NumericEquals", "size", "nan", False),
        ("NumericNotEquals", "text", "10", True),
        ("DateEquals", "moment", "2026-03-01T14:00:00+02:00", True),
        ("DateEquals", "epoch", "2026-03-01T12:00:00Z", True),
        ("DateEquals", "moment", "1772366400", True),
        ("DateNotEquals", "moment", "2026-03-01T12:00:00Z", False),
        ("DateLessThan", "moment", "2026-03-01T12:00:01Z", True),
        ("DateLessThan", "moment", "2026-03-01T12:00:00Z", False),
        ("DateLessThanEquals", "moment", "2026-03-01T12:00:00Z", True),
        ("DateGreaterThan", "moment", "2026-03", True),
        ("DateGreaterThan", "moment", "2026", True),
        ("DateGreaterThan", "moment", "2027", False),
        ("DateGreaterThanEquals", "moment", "2026-03-01", True),
        ("DateEquals", "text", "2026", False),
        ("DateEquals", "moment", "2026-03-01 12:00:00Z", False),  # no date of the W3C's
        ("Bool", "secure", "True", True),
        ("Bool", "secure", "false", False),
        ("BinaryEquals", "bytes", "QmFzZTY0", True),
        ("BinaryEquals", "bytes", "qmFzZTY0", False),
        ("IpAddress", "address", "203.0.113.0/24", True),
        ("IpAddress", "address", "203.0.113.7", True),
        ("IpAddress", "address", "2001:db8::/32", False),
        ("IpAddress", "address6", "2001:db8::/32", True),
        ("NotIpAddress", "address", ["198.51.100.0/24", "203.0.113.0/24"], False),
        ("NotIpAddress", "address", "198.51.100.0/24", True),
        ("Null", "team", "true", False),
        ("Null", "team", "false", True),
        ("Null", "missing", "true", True),
        ("Null", "missing", "false", False),
    ],
)
def test_operator(operator: str, key: str, values: str | list[str], expected: bool) -> None:
    assert holds(operator, key, values) is expected


@pytest.mark.parametrize("operator", [name for name in conditions.OPERATORS if "Not" not in name])
def test_missing_key_fails_what_is_not_negated(operator: str) -> None:
    assert not holds(operator, "missing", "x")
    assert holds(f"{operator}IfExists", "missing", "x")


@pytest.mark.parametrize("operator", [name for name in conditions.OPERATORS if "Not" in name])
def test_missing_key_matches_what_is_negated(operator: str) -> None:
    assert holds(operator, "missing", "x")
    assert holds(f"{operator}IfExists", "missing", "x")


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("ForAllValues:StringEquals", "tags", ["blue", "green", "red"], True),
        ("ForAllValues:StringEquals", "tags", ["blue"], False),
        ("ForAllValues:StringEquals", "missing", ["blue"], True),
        ("ForAllValues:StringEquals", "no tags", ["blue"], True),
        ("ForAllValues:StringEquals", "null set", ["blue"], True),
        ("ForAllValues:StringNotEquals", "tags", ["red"], True),
        ("ForAllValues:StringNotEquals", "tags", ["blue"], False),
        ("ForAllValues:StringLike", "tags", ["*e*"], True),
        ("ForAnyValue:StringEquals", "tags", ["blue"], True),
        ("ForAnyValue:StringEquals", "tags", ["red"], False),
        ("ForAnyValue:StringEquals", "missing", ["blue"], False),
        ("ForAnyValue:StringNotEquals", "missing", ["blue"], False),
        ("ForAnyValue:StringEqualsIfExists", "missing", ["blue"], True),
        ("ForAnyValue:StringNotEquals", "tags", ["blue"], True),
        ("ForAnyValue:StringNotEquals", "tags", ["blue", "green"], False),
        ("StringEquals", "tags", ["blue"], True),
        ("StringNotEquals", "tags", ["blue"], False),
        ("StringEqualsIfExists", "team", ["Other"], False),
    ],
)
def test_several_values(operator: str, key: str, values: list[str], expected: bool) -> None:
    assert holds(operator, key, values) is expected


def test_all_operators_and_all_keys_must_hold() -> None:
    right: Mapping[str, Mapping[str, tuple[str, ...]]] = {
        "StringEquals": {"team": ("Data",), "aws:username": ("maria",)},
        "Bool": {"secure": ("true",)},
    }
    assert conditions.holds(right, CONTEXT, variables=True)
    assert conditions.holds({}, CONTEXT, variables=True)
    wrong_key = {**right, "StringEquals": {"team": ("Data",), "aws:username": ("john",)}}
    wrong_operator = {**right, "Bool": {"secure": ("false",)}}
    assert not conditions.holds(wrong_key, CONTEXT, variables=True)
    assert not conditions.holds(wrong_operator, CONTEXT, variables=True)


def test_variables_are_text_without_the_version_that_has_them() -> None:
    assert holds("StringEquals", "aws:username", "${aws:username}")
    assert not holds("StringEquals", "aws:username", "${aws:username}", variables=False)


def test_key_with_several_values_is_no_variable() -> None:
    assert CONTEXT.variable("one tag") == "blue"
    assert CONTEXT.variable("tags") is None
    assert CONTEXT.variable("missing") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("StringLike", True),
        ("ForAnyValue:StringLikeIfExists", True),
        ("Null", True),
        ("NullIfExists", False),
        ("ForSomeValues:StringLike", False),
        ("StringMatches", False),
    ],
)
def test_known_operators(name: str, expected: bool) -> None:
    assert conditions.is_operator(name) is expected
