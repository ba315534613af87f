"""What EventBridge refuses in an event pattern, and which events a pattern matches.

Sources: the EventBridge user guide, "Event pattern syntax" (eb-create-pattern), "Comparison operators for use in event
patterns" (eb-create-pattern-operators) and "Matching multiple values" (eb-event-patterns-arrays). What the guide leaves
open is as in aws/event-ruler, the matcher that EventBridge runs on; above all its array consistency.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from math import prod
from typing import Any, Final, TypeAlias

from semantics import pattern_operators, wildcards
from semantics.pattern_operators import Scalar
from semantics.problem import Problem, shown

__all__ = ["MAX_CHARACTERS", "MAX_COMBINATIONS", "Branch", "Problem", "branches", "matches", "problems", "size"]

# "Amazon EventBridge quotas": the event pattern size. It can be raised to 4,096 on request.
MAX_CHARACTERS: Final = 2048
# "Matching using $or": how many ways through the pattern's `$or` there may be.
MAX_COMBINATIONS: Final = 1000
OR: Final = "$or"
# An object in an object costs at least five characters, {"":}, so a pattern that is any deeper is too long anyway.
_MAX_DEPTH: Final = MAX_CHARACTERS // 5
# Names that EventBridge reserves within `$or`: with operators in it, `$or` is a field's name ("The $or primitive" in
# event-ruler's README).
_RESERVED: Final = frozenset(
    {
        *pattern_operators.OPERATORS,
        "=",
        "<",
        "<=",
        ">",
        ">=",
        "exactly",
        "regex",
        "not-wildcard",
        "not-equals-ignore-case",
    }
    | {"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}
    | {"ip-address-in-range", "ip-address-not-in-range"}
)

Path: TypeAlias = tuple[str | int, ...]
# A pattern with its `$or` decided: the tests of each field, by the field's names joined with dots.
Branch: TypeAlias = dict[str, list[Any]]
# In which element of which arrays a value lies: pairs of an array, by a number of its own, and an element's index.
Membership: TypeAlias = frozenset[tuple[int, int]]
# A field's values in the event, each with where it lies.
Fields: TypeAlias = dict[str, list[tuple[Scalar, Membership]]]


def size(pattern: object) -> int:
    """Return the length of a pattern in characters, as JSON without white space: the form that Terraform sends."""
    return len(json.dumps(pattern, separators=(",", ":"), ensure_ascii=False, default=str, skipkeys=True))


def problems(pattern: object) -> list[Problem]:
    """Return all that EventBridge would refuse in a pattern, each with its place; nothing for a pattern that it takes.

    Args:
        pattern: the pattern as parsed from JSON or YAML; any object.
    """
    if not isinstance(pattern, Mapping):
        return [Problem((), "an event pattern is an object: fields, and an array of values for each")]
    if _is_deeper(pattern, _MAX_DEPTH):
        return [Problem((), f"nested more than {_MAX_DEPTH} deep: EventBridge takes {MAX_CHARACTERS} characters")]
    found = list(_object_problems(pattern, ()))
    if (characters := size(pattern)) > MAX_CHARACTERS:
        found.insert(0, Problem((), f"{characters} characters: EventBridge takes {MAX_CHARACTERS}"))
    if not found:
        found.extend(_combined_problems(pattern))
    return found


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Tell whether a pattern matches an event.

    Every field of the pattern must be in the event with a value that one element of the field's array accepts. Where
    the event has arrays, any element will do; but all that is matched in one array must lie in one element of it
    ("array consistency" in event-ruler's README).

    Args:
        pattern: a pattern that `problems` finds nothing wrong with.
        event: the event as parsed from JSON: the whole, with `source`, `detail-type` and `detail`.
    """
    fields = _fields(event)
    return any(_branch_matches(branch, fields) for branch in branches(pattern))


def branches(pattern: Mapping[str, Any]) -> list[Branch]:
    """Return a pattern as its alternatives, one for each way through its `$or`; an event matches if it fulfils one.

    Args:
        pattern: a pattern that `problems` finds nothing wrong with.
    """
    return _branches(pattern, "", [{}])


# --- Problems


def _is_deeper(pattern: object, limit: int) -> bool:
    level = [pattern]
    for _ in range(limit + 1):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else ())
        ]
    return bool(level)


def _object_problems(pattern: Mapping[Any, Any], path: Path) -> Iterator[Problem]:
    if not pattern:
        yield Problem(path, "an empty object: name at least one field, with an array of values")
    for name, value in pattern.items():
        here = (*path, name)
        if not isinstance(name, str):
            yield Problem(here, f"the name {name} is no string")
        elif _is_or(name, value):
            for index, branch in enumerate(value):
                yield from _object_problems(branch, (*here, index))
                yield from _reserved_problems(branch, (*here, index))
        elif isinstance(value, Mapping):
            yield from _object_problems(value, here)
        elif isinstance(value, list):
            yield from _field_problems(name, value, here)
        else:
            yield Problem(here, f"{shown(value)} is in no array: the values of a field are, as in [{shown(value)}]")


def _field_problems(name: str, tests: list[Any], path: Path) -> Iterator[Problem]:
    if name == OR and (not tests or any(isinstance(each, Mapping) and not _RESERVED & each.keys() for each in tests)):
        yield Problem(path, f"{OR} takes an array of at least two objects, one for each alternative")
        return
    if not tests:
        yield Problem(path, "an empty array matches nothing: EventBridge needs at least one value")
    for index, test in enumerate(tests):
        for problem in pattern_operators.problems(test):
            yield Problem((*path, index, *problem.path), problem.message)


def _reserved_problems(branch: Mapping[Any, Any], path: Path) -> Iterator[Problem]:
    """Yield what in an alternative of `$or` has an operator's name, at any depth but the first, which `_is_or` sees."""
    for name, value in branch.items():
        if isinstance(value, Mapping):
            yield from (
                Problem((*path, name, each), f"{each} is reserved within {OR}") for each in _RESERVED & value.keys()
            )
            yield from _reserved_problems(value, (*path, name))


def _combined_problems(pattern: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what only the pattern as a whole can have; it is well-formed."""
    if len(set(_readings_of_or(pattern))) > 1:
        yield Problem(
            (), f"{OR} stands for alternatives and is a field's name, too: a pattern has it for one of the two"
        )
    combinations = _combinations(pattern)
    if combinations > MAX_COMBINATIONS:
        yield Problem((), f"its {OR} make {combinations} combinations: EventBridge takes {MAX_COMBINATIONS}")
        return
    compared: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for branch in branches(pattern):
        before = ""
        for name, tests in sorted(branch.items()):
            # Fields are matched in the order of their names; what follows on different values is matched apart.
            compared.setdefault((name, before), set()).update(_wildcards_in(tests))
            before += json.dumps([name, tests])
    for name in sorted({name for (name, _), found in compared.items() if _is_too_complex(found)}):
        yield Problem((), f"{name} is too complex: use fewer wildcards, or fewer repetitions of what follows one")


def _readings_of_or(pattern: Mapping[str, Any]) -> Iterator[bool]:
    """Yield for each `$or` whether it stands for alternatives; event-ruler reads all of a pattern's in one way."""
    for name, value in pattern.items():
        if name == OR:
            yield _is_or(name, value)
        for inner in value if _is_or(name, value) else [value]:
            if isinstance(inner, Mapping):
                yield from _readings_of_or(inner)


def _is_too_complex(operators: set[tuple[str, ...]]) -> bool:
    return wildcards.complexity(operators) > wildcards.MAX_COMPLEXITY


def _wildcards_in(tests: list[Any]) -> Iterator[tuple[str, ...]]:
    for test in tests:
        if isinstance(test, Mapping):
            negated = test.get("anything-but")
            argument = (negated if isinstance(negated, Mapping) else test).get("wildcard", [])
            yield tuple(argument) if isinstance(argument, list) else (argument,)


def _combinations(pattern: Mapping[str, Any]) -> int:
    return prod(
        sum(map(_combinations, value)) if _is_or(name, value) else _combinations(value)
        for name, value in pattern.items()
        if _is_or(name, value) or isinstance(value, Mapping)
    )


# --- Patterns and events as fields


def _is_or(name: object, value: object) -> bool:
    """Tell alternatives from a field that happens to be called `$or`.

    They are an array of at least two objects, none of which has an operator's name ("The $or primitive" in
    event-ruler's README); whatever else `$or` has is a field's.
    """
    return (
        name == OR
        and isinstance(value, list)
        and len(value) > 1
        and all(isinstance(each, Mapping) and not _RESERVED & each.keys() for each in value)
    )


def _branches(pattern: Mapping[str, Any], prefix: str, before: list[Branch]) -> list[Branch]:
    """Return branches with the fields of an object added: one branch for each way through its `$or`.

    Names are joined with dots, so that `{"a": {"b": …}}` and `{"a.b": …}` are one; of fields with one name the last
    counts ("Event pattern syntax", considerations).
    """
    for name, value in pattern.items():
        if _is_or(name, value):
            before = [branch for each in value for branch in _branches(each, prefix, before)]
        elif isinstance(value, Mapping):
            before = _branches(value, f"{prefix}{name}.", before)
        else:
            before = [{**branch, f"{prefix}{name}": value} for branch in before]
    return before


def _fields(event: Mapping[str, Any]) -> Fields:
    """Return the event's values by their names joined with dots.

    What is in an array has the array's name: arrays add nothing to names. An empty array or object has no value, so it
    is as if it were not there.
    """
    fields: Fields = {}
    arrays = count()
    pending: list[tuple[object, str, Membership]] = [(inner, str(name), frozenset()) for name, inner in event.items()]
    while pending:  # not by recursion: an event may be nested more deeply than Python's stack
        value, name, membership = pending.pop()
        if isinstance(value, Mapping):
            pending += [(inner, f"{name}.{key}", membership) for key, inner in value.items()]
        elif isinstance(value, list):
            array = next(arrays)
            for index, inner in enumerate(value):
                # Values that stand in an array themselves belong to no element: they are no object's field.
                belongs = membership | {(array, index)} if isinstance(inner, Mapping | list) else membership
                pending.append((inner, name, belongs))
        elif value is None or isinstance(value, str | int | float):
            fields.setdefault(name, []).append((value, membership))
    return fields


# --- Matching


def _branch_matches(branch: Branch, fields: Fields) -> bool:
    """Tell whether each field has a value that its tests accept, all of them in the same elements of arrays."""
    names = sorted(branch)
    # The ways so far, each as the elements that its values lie in.
    ways: set[Membership] = {frozenset()}
    for index, name in enumerate(names):
        still_to_come = {
            array for later in names[index + 1 :] for _, where in fields.get(later, []) for array, _ in where
        }
        ways = {
            frozenset((array, element) for array, element in way if array in still_to_come)
            for before in ways
            for way in _ways_on(before, branch[name], fields.get(name, []))
        }
    return bool(ways)


def _ways_on(before: Membership, tests: list[Any], values: list[tuple[Scalar, Membership]]) -> Iterator[Membership]:
    """Yield the ways on from one: with a value that a test accepts, or without the field where that is tested."""
    within = [(value, where) for value, where in values if _agree(before, where)]
    for value, where in within:
        if any(pattern_operators.accepts(test, value) for test in tests):
            yield before | where
    # `exists: false` looks where the others have matched: a field that only another element has is missing here.
    if not within and {"exists": False} in tests:
        yield before


def _agree(one: Membership, other: Membership) -> bool:
    elements = dict(one)
    return all(elements.get(array, element) == element for array, element in other)
