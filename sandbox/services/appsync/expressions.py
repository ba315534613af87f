"""Filters and conditions of Amplify's inputs, decided as DynamoDB decides the expressions that they become.

"Comparison operator and function reference", Amazon DynamoDB Developer Guide. Where an item has no such attribute no
comparison holds but `<>`, and no function but `NOT contains`. Text is compared byte by byte in UTF-8.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from sandbox.services.appsync.errors import DYNAMODB_ERROR, of_dynamodb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MISSING: Final = object()


def passes(expression: Mapping[str, Any] | None, item: Mapping[str, Any]) -> bool:
    """Tell whether an item passes a filter or a condition; all parts of one level have to.

    Args:
        expression: a `ModelChannelFilterInput` or `ModelChannelConditionInput`; None or an empty one lets all pass.
        item: its attributes. One of value None is stored as NULL, which is not the same as none.

    Raises:
        ResolverError: DynamoDB refuses the expression.
    """
    return all(_part(name, wanted, item) for name, wanted in (expression or {}).items() if wanted is not None)


def _part(name: str, wanted: Any, item: Mapping[str, Any]) -> bool:
    if name == "and":
        return all(passes(each, item) for each in wanted)
    if name == "or":
        return any(passes(each, item) for each in wanted)
    if name == "not":
        return not passes(wanted, item)
    value = item.get(name, _MISSING)
    return all(_OPERATIONS[operation](value, operand) for operation, operand in wanted.items())


def _equal(value: Any, operand: Any) -> bool:
    return value is not _MISSING and bool(value == operand)


def _contains(value: Any, operand: Any) -> bool:
    return isinstance(value, str) and isinstance(operand, str) and operand in value


def _begins_with(value: Any, operand: Any) -> bool:
    return isinstance(value, str) and isinstance(operand, str) and value.startswith(operand)


def _between(value: Any, bounds: list[Any]) -> bool:
    if len(bounds) != 2 or None in bounds:
        raise of_dynamodb(DYNAMODB_ERROR, "Invalid FilterExpression: the BETWEEN operator requires two bounds")
    low, high = bounds
    if _ordered(low) > _ordered(high):
        words = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        raise of_dynamodb(DYNAMODB_ERROR, f"Invalid FilterExpression: {words}; lower bound: {low}, upper: {high}")
    return _OPERATIONS["ge"](value, low) and _OPERATIONS["le"](value, high)


def _size(value: Any, wanted: Mapping[str, Any]) -> bool:
    """Decide on the length of a text; what is NULL or not there has none."""
    return isinstance(value, str) and all(_OPERATIONS[name](len(value), each) for name, each in wanted.items())


def _compares(comparison: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return a comparison that only values of one type pass."""
    return lambda value, operand: (
        type(value) is type(operand) and value is not None and comparison(_ordered(value), _ordered(operand))
    )


def _ordered(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _type(value: Any) -> str:
    """Return a value's type, by its name in `ModelAttributeTypes`."""
    if value is None:
        return "_null"
    if isinstance(value, bool):
        return "bool"
    return "string" if isinstance(value, str) else "number"


_OPERATIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": _equal,
    "ne": lambda value, operand: not _equal(value, operand),
    "lt": _compares(operator.lt),
    "le": _compares(operator.le),
    "gt": _compares(operator.gt),
    "ge": _compares(operator.ge),
    "contains": _contains,
    "notContains": lambda value, operand: not _contains(value, operand),
    "between": _between,
    "beginsWith": _begins_with,
    "attributeExists": lambda value, operand: (value is not _MISSING) is operand,
    "attributeType": lambda value, operand: value is not _MISSING and _type(value) == operand,
    "size": _size,
}
