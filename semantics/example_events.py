"""An event that a pattern matches: what a person sends to see a rule at work.

A pattern compares no field with another, so each gets a value of its own. The operators' values are offered here, and
`pattern_operators.accepts` judges them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import chain
from typing import Any, Final

from semantics import wildcards
from semantics.event_patterns import Branch, branches
from semantics.pattern_operators import LARGEST_NUMBER, MAX_DECIMALS, Scalar, accepts

# Stands wherever any text will do.
WORD: Final = "example"
# Where that word is excluded. A number is a value that no operator on texts excludes.
_OTHER_VALUES: Final[tuple[Scalar, ...]] = (WORD, "other", "a", "b", "A", "0", "", 1)
# Numbers that EventBridge compares lie this far apart at least.
_STEP: Final = Decimal(1).scaleb(-MAX_DECIMALS)


def example(pattern: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an event that a pattern matches, with the fields that the pattern names and no others.

    Of alternatives (the values of a field, the branches of `$or`) it takes the first that an event can fulfil. What
    EventBridge adds to every event (`id`, `time`, `account`) is there only if the pattern names it.

    Args:
        pattern: a pattern that `event_patterns.problems` finds nothing wrong with.

    Returns:
        The event as parsed from JSON; None where no event can match: EventBridge compares no number above 5.0e9, so
        none is what `[{"numeric": [">", 5000000000]}]` asks for.
    """
    return next((event for branch in branches(pattern) if (event := _event(branch)) is not None), None)


# --- Fields


def _event(branch: Branch) -> dict[str, Any] | None:
    """Return an event with what each field of a branch asks for; None if there is a field that nothing fulfils."""
    event: dict[str, Any] = {}
    for name, tests in branch.items():
        values = _values(tests)
        if values is None:
            return None
        if values:
            # `resources` is an array in every event, also with one element.
            _put(event, name.split("."), values if name == "resources" else values[0])
    return event


def _values(tests: list[Any]) -> list[Scalar] | None:
    """Return a list of the one value for a field, an empty one for a field that is missing; None if neither will do."""
    for test in tests:
        if test == {"exists": False}:
            return []
        found = next(([value] for value in _candidates(test) if accepts(test, value)), None)
        if found is not None:
            return found
    return None


def _put(event: dict[str, Any], names: list[str], value: Any) -> None:
    """Put a value into an event, in objects by these names.

    A name with a value and with fields below it has an array of both: what is in an array has the array's name.
    """
    inside = event
    for name in names[:-1]:
        there = inside.setdefault(name, {})
        if not isinstance(there, dict):
            there = there if isinstance(there, list) else [there]
            inside[name] = there if isinstance(there[-1], dict) else [*there, {}]
            there = inside[name][-1]
        inside = there
    last = names[-1]
    if last in inside:
        value = [*(value if isinstance(value, list) else [value]), inside[last]]
    inside[last] = value


# --- Values: the most readable first. At least one is accepted, if there is any that is.


def _candidates(test: object) -> Iterator[Scalar]:
    if isinstance(test, Mapping):
        [(name, argument)] = test.items()
        return _CANDIDATES[name](argument)
    return iter([test])  # type: ignore[list-item]  # a literal: what a pattern has besides operators


def _prefixed(argument: str | Mapping[str, str]) -> Iterator[Scalar]:
    return (text + WORD for text in _spellings(argument))


def _suffixed(argument: str | Mapping[str, str]) -> Iterator[Scalar]:
    return (WORD + text for text in _spellings(argument))


def _spellings(argument: str | Mapping[str, str]) -> Iterator[str]:
    """Yield a text; in whatever case, also with each character in lower case, since a few have a third one."""
    if isinstance(argument, str):
        yield argument
    else:
        yield from _in_any_case(argument["equals-ignore-case"])


def _in_any_case(text: str) -> Iterator[str]:
    yield text
    yield "".join(character.lower() for character in text)


def _wildcard(argument: str) -> Iterator[Scalar]:
    yield "".join(WORD if part is None else part for part in wildcards.parse(argument))


def _exists(argument: bool) -> Iterator[Scalar]:  # noqa: FBT001 - an operator's argument
    return iter([WORD] if argument else [])


def _anything_but(argument: object) -> Iterator[Scalar]:
    """Yield values of the type that is excluded, one more than are: an exit code that is not 0 is 1."""
    if isinstance(argument, Mapping):
        return iter(_OTHER_VALUES)
    excluded = argument if isinstance(argument, list) else [argument]
    if isinstance(excluded[0], str):
        return chain([WORD], (f"{WORD}-{number}" for number in range(2, len(excluded) + 2)))
    return iter(range(1, len(excluded) + 2))


def _numeric(argument: list[Any]) -> Iterator[Scalar]:
    """Yield a whole number between the bounds, then the numbers next to them."""
    low, high = Decimal(-LARGEST_NUMBER), Decimal(LARGEST_NUMBER)
    for name, bound in zip(argument[::2], argument[1::2], strict=True):
        number = Decimal(repr(bound))
        if name in ("=", ">", ">="):
            low = number + _STEP if name == ">" else number
        if name in ("=", "<", "<="):
            high = number - _STEP if name == "<" else number
    # From the bound that is given: above 0 is 1, below 10 is 9.
    near_low, near_high = low.to_integral_value(ROUND_CEILING), high.to_integral_value(ROUND_FLOOR)
    nearest = [near_low, near_high] if argument[0] in ("=", ">", ">=") else [near_high, near_low]
    return (int(each) if each == each.to_integral_value() else float(each) for each in [*nearest, low, high])


def _cidr(argument: str) -> Iterator[Scalar]:
    network = ipaddress.ip_network(argument, strict=False)
    yield str(network.network_address + 1)
    # How a text has the last part of such an address as version 4, which EventBridge does not know, depends on Python.
    number = int(network.network_address) + 1
    yield ":".join(f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))


_CANDIDATES: Final[Mapping[str, Callable[[Any], Iterator[Scalar]]]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _in_any_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _prefixed,
    "suffix": _suffixed,
    "wildcard": _wildcard,
}
