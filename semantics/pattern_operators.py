"""The comparisons of event patterns: what may stand in the array of a field, and which values it accepts.

Source: the EventBridge user guide, "Comparison operators for use in event patterns" (eb-create-pattern-operators).
Where the guide is silent, aws/event-ruler, which EventBridge matches with, decides.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from semantics import wildcards
from semantics.problem import Problem, shown

Scalar: TypeAlias = str | int | float | bool | None
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# "Numeric matching" in the guide: these bounds, with six digits after the point, are what EventBridge compares.
LARGEST_NUMBER: Final = 5_000_000_000
MAX_DECIMALS: Final = 6
_COMPARISONS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def is_number(value: object) -> bool:
    """Tell whether a value is a JSON number; Python's booleans are integers, JSON's are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def comparable(value: object) -> Decimal | None:
    """Return a number as EventBridge compares it; None for what it does not compare.

    It compares numbers from -5.0e9 to 5.0e9 that have at most six digits after the point ("Numeric matching").
    """
    if not is_number(value):
        return None
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        return None
    return number if number == round(number, MAX_DECIMALS) else None


def accepts(test: object, value: Scalar) -> bool:
    """Tell whether one element of a field's array accepts a value of the event.

    Args:
        test: a literal value or an operator, such as `{"prefix": "a"}`, that `problems` finds nothing wrong with.
        value: a string, number, boolean or null of the event. `exists` accepts by the field alone: `false` never
            accepts a value.
    """
    if isinstance(test, Mapping):
        [(name, argument)] = test.items()
        return OPERATORS[name].accepts(argument, value)
    return _equal(test, value)


def problems(test: object) -> Iterator[Problem]:
    """Yield what EventBridge would refuse in one element of a field's array; paths begin at the element."""
    if isinstance(test, Mapping):
        yield from _operator_problems(test)
    elif isinstance(test, list):
        yield Problem((), "an array within the array: a field's array holds values and operators")
    elif not (test is None or isinstance(test, str | bool) or _is_json_number(test)):
        yield Problem((), f"{test!r} is none of JSON's values: a string, a number, true, false or null")


def _operator_problems(test: Mapping[Any, Any]) -> Iterator[Problem]:
    if len(test) != 1:
        names = " and ".join(str(name) for name in test) or "none"
        yield Problem((), f"one operator an object, and here {'are' if len(test) > 1 else 'is'} {names}")
    for name, argument in test.items():
        if name in OPERATORS:
            for problem in OPERATORS[name].problems(argument):
                yield Problem((name, *problem.path), problem.message)
        else:
            yield Problem((name,), f"{shown(name)} is no operator: EventBridge has {', '.join(sorted(OPERATORS))}")


# --- Literal values. "Considerations when creating event patterns": strings character by character, JSON's types apart.


def _equal(expected: object, value: Scalar) -> bool:
    if isinstance(expected, str) and isinstance(value, str):
        return expected == value or _same_address(expected, value)
    if is_number(expected) and is_number(value):
        left, right = comparable(expected), comparable(value)
        # Beyond what it compares, such as the number of an account, a number is the text that it is written as. The
        # guide says so of all numbers (300 and 300.0 would differ); EventBridge has been seen to match these two.
        return left == right if left is not None and right is not None else repr(expected) == repr(value)
    return type(expected) is type(value) and expected == value


def _same_address(expected: str, value: str) -> bool:
    """Tell whether two texts are one IP address: event-ruler compares an address as such, however it is written."""
    address = _address(expected)
    return address is not None and address == _address(value)


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*", text):
        return None  # ipaddress knows forms, such as zones, that EventBridge does not
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


# --- prefix, suffix, equals-ignore-case


@lru_cache(maxsize=4096)
def _any_case(text: str) -> re.Pattern[str]:
    """Return an expression for a text in whatever case, character by character, as event-ruler has it."""
    return re.compile("".join(f"(?:{re.escape(each.lower())}|{re.escape(each.upper())})" for each in text))


def _prefix(argument: str | Mapping[str, str], value: Scalar) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, str):
        return value.startswith(argument)
    return _any_case(argument["equals-ignore-case"]).match(value) is not None


def _suffix(argument: str | Mapping[str, str], value: Scalar) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, str):
        return value.endswith(argument)
    return re.search(rf"(?:{_any_case(argument['equals-ignore-case']).pattern})\Z", value) is not None


def _equals_ignore_case(argument: str, value: Scalar) -> bool:
    return isinstance(value, str) and _any_case(argument).fullmatch(value) is not None


def _affix_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, Mapping):
        yield from _text_problems(argument)
    elif list(argument) != ["equals-ignore-case"]:
        yield Problem((), f"{_listed(argument)}: a string, or an object with equals-ignore-case and nothing else")
    else:
        for problem in _text_problems(argument["equals-ignore-case"]):
            yield Problem(("equals-ignore-case", *problem.path), problem.message)


def _text_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, str):
        yield Problem((), f"{shown(argument)} is no string, which this operator compares with")


# --- wildcard


def _wildcard(argument: str, value: Scalar) -> bool:
    return isinstance(value, str) and wildcards.compiled(argument).fullmatch(value) is not None


def _wildcard_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, str):
        yield from _text_problems(argument)
        return
    try:
        wildcards.parse(argument)
    except wildcards.WildcardError as error:
        yield Problem((), f"{shown(argument)}: {error}")


# --- anything-but. It accepts a value of any type that is there and is not what it names.


def _anything_but(argument: object, value: Scalar) -> bool:
    if isinstance(argument, Mapping):
        [(name, excluded)] = argument.items()
        return not any(OPERATORS[name].accepts(each, value) for each in _as_list(excluded))
    return not any(_equal(each, value) for each in _as_list(argument))


def _anything_but_problems(argument: object) -> Iterator[Problem]:
    if isinstance(argument, Mapping):
        yield from _anything_but_operator_problems(argument)
        return
    values = _as_list(argument)
    if not values:
        yield Problem((), "an empty array excludes nothing: name at least one value")
    for index, value in enumerate(values):
        path = (index,) if isinstance(argument, list) else ()
        if is_number(value):
            yield from (Problem(path, problem.message) for problem in _bound_problems(value))
        elif not isinstance(value, str):
            yield Problem(path, f"{shown(value)}: anything-but takes strings and numbers")
    if any(is_number(value) for value in values) and any(isinstance(value, str) for value in values):
        yield Problem((), "strings and numbers in one array: anything-but takes either")


def _anything_but_operator_problems(argument: Mapping[Any, Any]) -> Iterator[Problem]:
    if len(argument) != 1 or next(iter(argument)) not in _NEGATED:
        yield Problem((), f"{_listed(argument)}: anything-but negates one of {', '.join(_NEGATED)}, or values")
        return
    [(name, excluded)] = argument.items()
    if excluded == []:
        yield Problem((name,), "an empty array excludes nothing: name at least one value")
    for index, each in enumerate(_as_list(excluded)):
        path = (name, index) if isinstance(excluded, list) else (name,)
        if each == "" and name in ("prefix", "suffix"):
            yield Problem(path, f"an empty {name} would exclude every string, which EventBridge refuses")
        check = _wildcard_problems if name == "wildcard" else _text_problems
        yield from (Problem(path, problem.message) for problem in check(each))


_NEGATED: Final = ("equals-ignore-case", "prefix", "suffix", "wildcard")


# --- numeric


def _numeric(argument: list[Any], value: Scalar) -> bool:
    number = comparable(value)
    if number is None:
        return False
    bounds = zip(argument[::2], argument[1::2], strict=True)
    return all(_COMPARISONS[name](number, Decimal(repr(bound))) for name, bound in bounds)


def _numeric_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        yield Problem((), f'{shown(argument)}: numeric takes an array such as [">", 0] or [">", 0, "<=", 5]')
        return
    for index in range(0, len(argument), 2):
        allowed = _allowed_comparisons(index, len(argument))
        if argument[index] not in allowed:
            yield Problem((index,), f"{shown(argument[index])} is none of {', '.join(allowed)}, which can stand here")
        for problem in _bound_problems(argument[index + 1]):
            yield Problem((index + 1,), problem.message)
    if len(argument) == 4 and all(comparable(bound) is not None for bound in argument[1::2]):
        yield from _range_problems(argument)


def _allowed_comparisons(index: int, length: int) -> tuple[str, ...]:
    """Return what may be compared at a place: a range begins with its lower bound."""
    if length == 2:
        return tuple(_COMPARISONS)
    return ("<", "<=") if index else (">", ">=")


def _range_problems(argument: list[Any]) -> Iterator[Problem]:
    if argument[1] >= argument[3]:
        yield Problem((), f"the lower bound {argument[1]} is not below the upper bound {argument[3]}")


def _bound_problems(bound: object) -> Iterator[Problem]:
    if not is_number(bound):
        yield Problem((), f"{shown(bound)} is no number")
    elif comparable(bound) is None:
        yield Problem(
            (),
            f"{bound}: EventBridge compares numbers from -{LARGEST_NUMBER} to {LARGEST_NUMBER} with up to "
            f"{MAX_DECIMALS} digits after the point",
        )


# --- cidr


def _cidr(argument: str, value: Scalar) -> bool:
    address = _address(value) if isinstance(value, str) else None
    return address is not None and address in ipaddress.ip_network(argument, strict=False)


def _cidr_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, str):
        yield from _text_problems(argument)
        return
    text, slash, bits = argument.partition("/")
    address = _address(text)
    if not slash or address is None or not re.fullmatch(r"[0-9]{1,3}", bits):
        yield Problem((), f"{shown(argument)} is no block of addresses, such as 10.0.0.0/24 or 2001:db8::/32")
    elif int(bits) >= address.max_prefixlen:
        rule = f"an IPv{address.version} block takes a mask of 0 to {address.max_prefixlen - 1}"
        yield Problem((), f"{shown(argument)}: {rule}; a single address is compared as a value")


# --- exists


def _exists(argument: bool, value: Scalar) -> bool:  # noqa: ARG001, FBT001 - any value will do
    return argument


def _exists_problems(argument: object) -> Iterator[Problem]:
    if not isinstance(argument, bool):
        yield Problem((), f"{shown(argument)}: exists takes true or false")


@dataclass(frozen=True, slots=True)
class Operator:
    """How an operator's argument is checked, and which values the operator then accepts."""

    problems: Callable[[object], Iterator[Problem]]
    accepts: Callable[[Any, Scalar], bool]


OPERATORS: Final[Mapping[str, Operator]] = {
    "anything-but": Operator(_anything_but_problems, _anything_but),
    "cidr": Operator(_cidr_problems, _cidr),
    "equals-ignore-case": Operator(_text_problems, _equals_ignore_case),
    "exists": Operator(_exists_problems, _exists),
    "numeric": Operator(_numeric_problems, _numeric),
    "prefix": Operator(_affix_problems, _prefix),
    "suffix": Operator(_affix_problems, _suffix),
    "wildcard": Operator(_wildcard_problems, _wildcard),
}


def _is_json_number(value: object) -> bool:
    return is_number(value) and Decimal(repr(value)).is_finite()


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _listed(argument: Mapping[Any, Any]) -> str:
    return f"an object with {' and '.join(map(str, argument)) or 'nothing'}"
