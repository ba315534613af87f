"""Which values of a key are looked at: each row has two conditions that only one value, or none, tells apart."""

from __future__ import annotations

from typing import Any

import pytest

from review.proof.access import Access
from review.proof.comparing import includes
from review.proof.patterns import Variables
from review.proof.values import Check, domain
from semantics import policies
from semantics.policies import Kind


def allowed(condition: dict[str, Any]) -> Access:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": condition}
    return Access((policies.read({"Version": "2012-10-17", "Statement": statement}, Kind.IDENTITY),))


MANY = "aws:TagKeys"


@pytest.mark.parametrize(
    ("wider", "narrower", "values"),
    [
        # Between two numbers, and beyond them.
        ({"NumericEquals": {"x:n": ["1", "2"]}}, {"NumericGreaterThanEquals": {"x:n": "1"}}, ("1.5", "3")),
        ({"NumericNotEquals": {"x:n": "1.5"}}, {"NumericLessThanEquals": {"x:n": "2"}}, ("1.5",)),
        ({"NumericLessThan": {"x:n": "2"}}, {"NumericEquals": {"x:n": "1.0"}}, ()),
        ({"NumericNotEquals": {"x:n": ["1"]}}, {"StringEquals": {"y:y": "1"}}, ("1",)),
        ({"NumericGreaterThan": {"x:n": "0"}}, {"NumericNotEquals": {"x:n": "1"}}, ("-1", "0", "other", "")),
        # Whole numbers that no float tells apart.
        (
            {"NumericLessThan": {"x:n": "9007199254740992"}},
            {"NumericLessThan": {"x:n": "9007199254740993"}},
            ("9007199254740992", "9007199254740992.5"),  # the same number as a float
        ),
        # Dates, also as seconds.
        (
            {"DateLessThan": {"aws:CurrentTime": "2026-01-01"}},
            {"DateLessThanEquals": {"aws:CurrentTime": "1767225600"}},
            ("2026-01-01T00:00:00Z",),
        ),
        (
            {"DateLessThan": {"x:d": "2026-03"}},
            {"DateLessThan": {"x:d": "2026-04"}},
            ("2026-03-01T00:00:00Z", "2026-03-16T12:00:00Z"),
        ),
        (
            {"DateEquals": {"x:d": "2026"}},
            {"DateGreaterThan": {"x:d": "2025"}},
            ("2025-07-02T12:00:00Z", "2026-01-02T00:00:00Z"),
        ),
        # Networks: a half of one, the other half of which is named.
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/9"}}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, ("10.128.0.0",)),
        (
            {"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}},
            {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
            (),
        ),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, ("::", "")),
        # Truth: AWS knows two values of such a key; any key can be compared so.
        ({"Bool": {"aws:SecureTransport": ["true", "false"]}}, {"Null": {"aws:SecureTransport": "false"}}, ()),
        ({"Bool": {"x:y": ["true", "false"]}}, {"Null": {"x:y": "false"}}, ("true-other",)),
        ({"Bool": {"x:y": "true"}}, {"StringEqualsIgnoreCase": {"x:y": "TRUE"}}, ()),
        # Several values: an empty text is none for ForAllValues.
        ({"ForAllValues:StringEquals": {MANY: "a"}}, {"ForAllValues:StringEquals": {MANY: ["a", ""]}}, ()),
        (
            {"ForAllValues:StringEquals": {MANY: "a"}},
            {"ForAnyValue:StringEquals": {MANY: ""}, "ForAllValues:StringEquals": {MANY: "b"}},
            ("b",),
        ),
        ({"ForAllValues:StringNotEquals": {MANY: ""}}, {"ForAnyValue:StringEquals": {MANY: ""}}, ()),
        ({"ForAnyValue:StringNotEquals": {MANY: "a"}}, {"ForAllValues:StringEquals": {MANY: "b"}}, ("", "b")),
        ({"ForAnyValue:StringEqualsIfExists": {MANY: "a"}}, {"ForAllValues:StringEquals": {MANY: "a"}}, ("",)),
        ({"StringNotEquals": {MANY: "a"}}, {"ForAnyValue:StringNotEquals": {MANY: "a"}}, ("a",)),
    ],
)
def test_values_that_tell_conditions_apart(wider: Any, narrower: Any, values: tuple[str, ...]) -> None:
    """A counterexample has one of the values; "" stands for a request that has no value, or the empty text."""
    found = includes(allowed(wider), allowed(narrower))
    assert found.holds is (not values), found
    if found.witness is not None:
        (key,) = {key for condition in wider.values() for key in condition}
        assert {*found.witness.context.get(key, ("",))} & set(values)


def test_date_at_the_end_of_the_calendar() -> None:
    assert (
        "9999-12-31T23:59:59.999999Z"
        in domain("x:d", [(Check("DateEquals", "9999-12-31T23:59:59.999999Z", Variables()),)]).values
    )
    assert domain("x:d", [(Check("DateEquals", "0001-01-01T00:00:00+14:00", Variables()),)]).is_complete


def test_number_of_any_size_is_exact() -> None:
    large, larger = (allowed({"NumericEquals": {"x:n": f"1{'0' * 400}.{digit}"}}) for digit in "01")
    assert includes(large, large).holds is True
    assert includes(large, larger).holds is False


def test_what_is_no_number_date_or_address_compares_with_nothing() -> None:
    nothing = {"NumericEquals": {"x:n": "ten"}, "DateEquals": {"x:d": "soon"}, "IpAddress": {"x:a": "here"}}
    for operator, keys in nothing.items():
        assert includes(Access(()), allowed({operator: keys})).holds is True
