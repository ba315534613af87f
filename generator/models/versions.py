"""Version constraints, as far as Terraform and its provider have versions that the modules work with.

Source: Terraform documentation, "Version constraints".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator

from generator.errors import shown
from generator.models.forms import PLACEHOLDER, form

Version = tuple[int, int, int]

_PART: Final = re.compile(r"\s*(=|!=|>=|>|<=|<|~>)?\s*(\d+(?:\.\d+){0,2})\s*", re.ASCII)
_COMPARED: Final[dict[str, Callable[[Version, Version], bool]]] = {
    "": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "~>": operator.ge,  # and more, below
}


def admits(constraint: str, lowest: Version, below: Version | None) -> bool:
    """Return whether a constraint of the right form admits a version from the lowest to below another.

    The least version that is admitted is the lowest one, one that the constraint says, or the next after such a one:
    so only these are tried.
    """
    parts = [(match[1] or "", match[2]) for match in map(_PART.fullmatch, constraint.split(",")) if match]
    said = [_version(text) for _, text in parts]
    tried = {lowest, *said, *((major, minor, patch + 1) for major, minor, patch in said)}
    return any(
        lowest <= version and (below is None or version < below) and all(_fits(version, *part) for part in parts)
        for version in tried
    )


def within(lowest: str, below: str | None, rule: str) -> AfterValidator:
    """Refuse a constraint that admits none of the versions that the rule says, in words."""
    first, end = _version(lowest), _version(below) if below is not None else None

    def _admits(text: str) -> str:
        if text != PLACEHOLDER and not admits(text, first, end):
            raise ValueError(f"{shown(text)} admits no version that the modules work with: {rule}")
        return text

    return AfterValidator(_admits)


def _version(text: str) -> Version:
    major, minor, patch = (*map(int, text.split(".")), 0, 0)[:3]
    return major, minor, patch


def _fits(version: Version, sign: str, text: str) -> bool:
    same = text.count(".") if sign == "~>" else 0  # only the last number that is said may grow
    said = _version(text)
    return _COMPARED[sign](version, said) and version[:same] == said[:same]


Constraint = Annotated[
    str,
    form(
        r"\s*((=|!=|>|>=|<|<=|~>)\s*)?\d+(\.\d+){0,2}(\s*,\s*((=|!=|>|>=|<|<=|~>)\s*)?\d+(\.\d+){0,2})*\s*",
        "a version constraint, such as ~> 5.100",
    ),
]
TerraformConstraint = Annotated[Constraint, within("1.9", None, "1.9 or later")]
ProviderConstraint = Annotated[Constraint, within("5.98", "7.0", "5.98 or later and below 7.0")]
