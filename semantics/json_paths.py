"""The JSON paths that EventBridge follows: a small part of JSONPath.

Source: the EventBridge user guide, "Amazon EventBridge input transformation" (eb-transform-target-input): dot notation,
dashes, underscores, letters and digits, slashes, indexes of arrays, and `*`; the API reference adds brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias


class Missing(Enum):
    """What a path leads to that the event does not have; null is something that it has."""

    VALUE = "missing"


class All(Enum):
    """The step `*`: every element of an array, or every value of an object."""

    ELEMENTS = "*"


MISSING: Final = Missing.VALUE
Step: TypeAlias = str | int | All
_STEP: Final = re.compile(
    r"""\.(?P<name>[A-Za-z0-9_/-]+) | \['(?P<single>[^']*)'\] | \["(?P<double>[^"]*)"\]
      | \[(?P<index>[0-9]+)\] | (?P<all>\.\*|\[\*\])""",
    re.VERBOSE,
)


class PathError(ValueError):
    """A path that EventBridge does not follow."""


@lru_cache(maxsize=4096)
def parse(path: str) -> tuple[Step, ...]:
    """Take a path apart.

    Raises:
        PathError: it does not begin with `$`, or has a form of JSONPath that EventBridge does not know: `..`, filters,
            slices, unions, functions.
    """
    if not path.startswith("$"):
        raise PathError("a path begins with $, which is the event")
    steps: list[Step] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise PathError(f"{path[at:]} is none of .name, ['name'], [0], [*] and .*, which EventBridge follows")
        if found["all"]:
            steps.append(All.ELEMENTS)
        elif found["index"]:
            steps.append(int(found["index"]))
        else:
            steps.append(next(found[name] for name in ("name", "single", "double") if found[name] is not None))
        at = found.end()
    return tuple(steps)


def find(document: object, path: str) -> object:
    """Return what a path leads to.

    Returns:
        The value. For a path with `*`, an array of all the values that there are, however few. `MISSING` if there is
        nothing.

    Raises:
        PathError: as `parse`.
    """
    steps = parse(path)
    found = [document]
    for step in steps:
        found = [inner for value in found for inner in _inner(value, step)]
    if All.ELEMENTS in steps:
        return found
    return found[0] if found else MISSING


def _inner(value: Any, step: Step) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, Mapping) and step in value else []
    if isinstance(step, int):
        return value[step : step + 1] if isinstance(value, list) else []
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
