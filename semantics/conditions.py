"""The Condition element: what each operator compares, and what a key that is missing or has several values does to it.

Sources, all in the IAM User Guide: "IAM JSON policy elements: Condition operators", "Conditions with multiple context
keys or values", "Set operators for multivalued context keys".
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from semantics import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from semantics.texts import Lookup

    Compare = Callable[[str, str, Lookup | None], bool]

_QUANTIFIERS: Final = ("ForAllValues", "ForAnyValue")
_IF_EXISTS: Final = "IfExists"


class Context:
    """The keys of a request with their values. Keys are the same in capitals and small letters."""

    def __init__(self, values: Mapping[str, str | Sequence[str]]) -> None:
        self._values = {
            key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in values.items()
        }

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values of a key, none if the request does not have it."""
        return self._values.get(key.lower(), ())

    def variable(self, key: str) -> str | None:
        """Return the value that a policy variable takes: a key with several values has none."""
        values = self.values(key)
        return values[0] if len(values) == 1 else None


def _number(text: str) -> Decimal:
    """Return a number, whole or decimal, exactly."""
    if not re.fullmatch(r"[+-]?([0-9]+|[0-9]*\.[0-9]+)", text):
        raise ValueError(text)
    return Decimal(text)


def _moment(text: str) -> datetime:
    """Return a moment: ISO 8601 in its W3C profile, from the year alone on, or seconds since 1970."""
    if re.fullmatch(r"[0-9]{5,}(\.[0-9]+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text):
        text = f"{text}-01-01"[:10]
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)?", text):
        raise ValueError(text)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_network(text: str, value: str, _: Lookup | None) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(text, strict=False)


def _ordered(parse: Callable[[str], Decimal] | Callable[[str], datetime], *signs: int) -> Compare:
    """Compare numbers or moments; signs are those of (request's value - policy's value) that hold."""

    def compare(text: str, value: str, _: Lookup | None) -> bool:
        left, right = parse(value), parse(text)
        return ((left > right) - (left < right)) in signs  # type: ignore[operator]  # both are of one type

    return compare


def _same(text: str, value: str, _: Lookup | None) -> bool:
    return text == value


def _same_truth(text: str, value: str, _: Lookup | None) -> bool:
    return text.lower() == value.lower()


def _equal_ignoring_case(text: str, value: str, lookup: Lookup | None) -> bool:
    return texts.is_equal(text.lower(), value.lower(), None if lookup is None else _lowered(lookup))


def _lowered(lookup: Lookup) -> Lookup:
    def look_up(key: str) -> str | None:
        value = lookup(key)
        return None if value is None else value.lower()

    return look_up


# Each operator's comparison, and whether it is negated: then it holds if no value compares, or the key is missing.
OPERATORS: Final[dict[str, tuple[Compare, bool]]] = {
    "StringEquals": (texts.is_equal, False),
    "StringNotEquals": (texts.is_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (texts.is_like, False),
    "StringNotLike": (texts.is_like, True),
    "ArnEquals": (texts.is_arn_like, False),
    "ArnNotEquals": (texts.is_arn_like, True),
    "ArnLike": (texts.is_arn_like, False),
    "ArnNotLike": (texts.is_arn_like, True),
    "NumericEquals": (_ordered(_number, 0), False),
    "NumericNotEquals": (_ordered(_number, 0), True),
    "NumericLessThan": (_ordered(_number, -1), False),
    "NumericLessThanEquals": (_ordered(_number, -1, 0), False),
    "NumericGreaterThan": (_ordered(_number, 1), False),
    "NumericGreaterThanEquals": (_ordered(_number, 1, 0), False),
    "DateEquals": (_ordered(_moment, 0), False),
    "DateNotEquals": (_ordered(_moment, 0), True),
    "DateLessThan": (_ordered(_moment, -1), False),
    "DateLessThanEquals": (_ordered(_moment, -1, 0), False),
    "DateGreaterThan": (_ordered(_moment, 1), False),
    "DateGreaterThanEquals": (_ordered(_moment, 1, 0), False),
    "Bool": (_same_truth, False),
    "BinaryEquals": (_same, False),  # base64 on both sides
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
}


def is_operator(name: str) -> bool:
    """Tell whether IAM knows an operator of this name, a quantifier and IfExists included."""
    return name == "Null" or _dissect(name)[1] in OPERATORS


def holds(condition: Mapping[str, Mapping[str, Sequence[str]]], context: Context, *, variables: bool) -> bool:
    """Tell whether every operator holds for every one of its keys.

    Args:
        condition: operator to key to values, as the policy has it.
        context: the request's.
        variables: whether ${...} is a policy variable, as it is since version 2012-10-17.
    """
    lookup = context.variable if variables else None
    return all(
        _key_holds(operator, values, context.values(key), lookup)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _key_holds(operator: str, wanted: Sequence[str], values: tuple[str, ...], lookup: Lookup | None) -> bool:
    if operator == "Null":
        return any(each.lower() == str(not values).lower() for each in wanted)
    quantifier, base, if_exists = _dissect(operator)
    compare, negated = OPERATORS[base]
    if not values:
        if if_exists or quantifier == "ForAllValues":
            return True
        return negated and quantifier is None

    def one_holds(value: str) -> bool:
        return any(_compares(compare, text, value, lookup) for text in wanted) is not negated

    if quantifier == "ForAnyValue":
        return any(one_holds(value) for value in values)
    if quantifier == "ForAllValues":
        return all(value == "" or one_holds(value) for value in values)  # an empty string is an empty set
    # AWS documents nothing for several values without a quantifier. Here one that compares is enough, as it is for
    # several values of the policy; so a negated operator holds only if none does.
    return all(one_holds(value) for value in values) if negated else any(one_holds(value) for value in values)


def _compares(compare: Compare, text: str, value: str, lookup: Lookup | None) -> bool:
    try:
        return compare(text, value, lookup)
    except (ValueError, OverflowError):  # what is no number, date or address is equal to none
        return False


def _dissect(operator: str) -> tuple[str | None, str, bool]:
    """Split ForAnyValue:StringLikeIfExists into its quantifier, the operator itself and whether IfExists is there."""
    quantifier, colon, rest = operator.rpartition(":")
    if colon and quantifier not in _QUANTIFIERS:
        return None, operator, False
    base = rest.removesuffix(_IF_EXISTS)
    return quantifier or None, base, base != rest
