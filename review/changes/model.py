"""What a plan does to one resource, and to all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.finding import Finding


class Effect(StrEnum):
    """What happens to a resource; the most dangerous first."""

    DESTROY = "destroy"
    REPLACE = "replace"
    FORGET = "forget"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"  # and nothing else
    MOVE = "move"  # and nothing else


@dataclass(frozen=True)
class Difference:
    """One attribute, or one place within a JSON document, that is not as before.

    Attributes:
        path: such as `policy.Statement[RunTask].Condition.ArnEquals["ecs:cluster"]`.
        before: as it is, as a text; None if it is not there.
        after: as it will be, as a text; None if it will not be there.
    """

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Change:
    """What happens to one resource.

    Attributes:
        address: its own, after a move.
        type: its type.
        effect: what happens.
        forced_by: the attributes that force a replacement.
        reason: why it is destroyed or replaced, in words, beside `forced_by`; "" if there is nothing to say.
        loses: what is lost or stops with it, in a sentence; "" if nothing.
        differences: of an update or a replacement.
        moved_from: the address before; "" if it does not move.
        importing: the id that it is imported by; "" if it is not.
    """

    address: str
    type: str
    effect: Effect
    forced_by: tuple[str, ...] = ()
    reason: str = ""
    loses: str = ""
    differences: tuple[Difference, ...] = ()
    moved_from: str = ""
    importing: str = ""


@dataclass(frozen=True)
class Changes:
    """What a plan does, the most dangerous first."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
