"""What numbers, dates and addresses the engine reads, apart from how the evaluator does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from review.proof import orders


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5", "5"), ("+5", "5"), ("-.5", "-0.5"), ("05.50", "5.5"), ("5.", None), ("1e3", None), ("", None), ("٣", None)],
)
def test_numbers(text: str, expected: str | None) -> None:
    assert orders.number(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970", "0"),
        ("1970-01-02", "86400"),
        ("1970-01-01T01:00:30Z", "3630"),
        ("1970-01-01T01:00+01:00", "0"),
        ("1969-12-31T22:30:00.25-01:30", "0.25"),
        ("86400", "86400"),
        ("86400.5", "86400.5"),
        ("0001-01-01", "-62135596800"),
        ("2026-02-29", None),
        ("2026-03-01T24:00:00Z", None),
        ("2026-03-01T23:59:60Z", None),
        ("2026-03-01T12:00:00+24:00", None),
        ("2026-03-01 12:00:00Z", None),
        ("0000", None),
    ],
)
def test_dates_are_seconds_since_1970(text: str, expected: str | None) -> None:
    assert orders.seconds(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("203.0.113.77/25", "203.0.113.127", True),
        ("203.0.113.77/25", "203.0.113.128", False),
        ("203.0.113.7", "203.0.113.7", True),
        ("0.0.0.0/0", "::1", False),
        ("::/0", "::1", True),
        ("2001:db8::/32", "2001:DB8:0::1", True),
        ("203.0.113.0/24", "203.0.113.0/25", False),  # a request comes from one address
        ("here", "203.0.113.7", False),
        ("203.0.113.0/24", "here", False),
    ],
)
def test_addresses_in_networks(text: str, value: str, *, expected: bool) -> None:
    assert orders.compares("IpAddress", text, value) is expected


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("NumericEquals", (False, True, False)),
        ("NumericLessThan", (True, False, False)),
        ("NumericLessThanEquals", (True, True, False)),
        ("NumericGreaterThan", (False, False, True)),
        ("NumericGreaterThanEquals", (False, True, True)),
    ],
)
def test_orders(operator: str, holds: tuple[bool, bool, bool]) -> None:
    assert tuple(orders.compares(operator, "2", value) for value in ("1", "2.0", "3")) == holds
    dates = ("2025-12-31T23:59:59Z", "2026-01-01T01:00:00+01:00", "2026-01-02")
    assert tuple(orders.compares(operator.replace("Numeric", "Date"), "2026", value) for value in dates) == holds
    assert not orders.compares(operator, "2", "x")
    assert not orders.compares(operator, "x", "2")
