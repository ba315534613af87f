"""Requests parted by which statements are about their action: for each part, what the sides have to say of it.

Thousands of actions fall into a handful of parts, and in each of them only a few statements matter. So each part is a
small question of its own, in which actions play no role any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from review.proof import actions, patterns
from review.proof.cells import cells
from review.proof.patterns import Pattern, Variables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from review.proof.access import Access
    from semantics.statements import Policy, Statement


@dataclass(frozen=True)
class Side:
    """What one side has to say of some actions.

    Attributes:
        given: the statements that allow, other than the boundary's.
        limit: the boundary's statements that allow; None if there is no boundary.
        denied: the statements that deny.
        is_of_resource: whether they say whom they are about.
    """

    given: tuple[Statement, ...]
    limit: tuple[Statement, ...] | None
    denied: tuple[Statement, ...]
    is_of_resource: bool

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All of them."""
        return (*self.given, *(self.limit or ()), *self.denied)


@dataclass(frozen=True)
class Part:
    """Some actions of which the sides say the very same.

    Attributes:
        action: one of them; one that a policy spells out, if there is one.
        sides: what they have to say.
    """

    action: str
    sides: tuple[Side, ...]


def parts(accesses: Sequence[Access], only: Collection[str] | None = None) -> tuple[Part, ...]:
    """Part all actions.

    What a policy spells out and AWS does not list (yet) is looked at, too, as are actions for patterns that no action
    of AWS is like.

    Args:
        accesses: the sides.
        only: the only actions there are; all that AWS has, by default.

    Raises:
        GiveUpError: there are too many actions that AWS does not list.
    """
    statements = [statement for access in accesses for statement in access.statements]
    texts = tuple(dict.fromkeys(text for statement in statements for text in statement.actions))
    named = [
        (sum(1 << texts.index(text) for text in set(statement.actions)), statement.all_but_actions)
        for statement in statements
    ]
    found: dict[tuple[bool, ...], tuple[str, int]] = {}
    for action, within in _actions(texts, only):
        meant = tuple(bool(within & mask) is not all_but for mask, all_but in named)
        found.setdefault(meant, (action, within))
    return tuple(
        Part(action, tuple(_side(access, texts, within) for access in accesses)) for action, within in found.values()
    )


def _side(access: Access, texts: Sequence[str], within: int) -> Side:
    def about(policies: Iterable[Policy], *, allows: bool) -> tuple[Statement, ...]:
        return tuple(
            statement
            for policy in policies
            for statement in policy.statements
            if statement.allows is allows
            and any(within >> texts.index(text) & 1 for text in statement.actions) is not statement.all_but_actions
        )

    return Side(
        given=about(access.policies, allows=True),
        limit=None if access.boundary is None else about((access.boundary,), allows=True),
        denied=about(access.all_policies, allows=False),
        is_of_resource=access.is_of_resource,
    )


def _actions(texts: Sequence[str], only: Collection[str] | None) -> list[tuple[str, int]]:
    """Return an action for each way in which texts take actions, with the texts that take it, as bits.

    Those that a policy spells out come first.
    """
    masks: dict[str, int] = {}
    universe = actions.every() if only is None else tuple(sorted(only))
    everything = 0
    for place, text in enumerate(texts):
        if text and not text.strip("*"):
            everything |= 1 << place
            continue
        for action in _matching(text) if only is None else (each for each in universe if _is_like(text, each)):
            masks[action] = masks.get(action, 0) | 1 << place
    if only is None:
        for made_up in _made_up(texts):
            masks[made_up] = sum(1 << place for place, text in enumerate(texts) if _is_like(text, made_up))
    unnamed = next((action for action in universe if action not in masks), None)
    if unnamed is not None:
        masks[unnamed] = 0
    spelt_out = {text.lower() for text in texts}
    found: dict[int, str] = {}
    for action, within in masks.items():
        if within not in found or action.lower() in spelt_out:
            found[within] = action
    order = sorted(found.items(), key=lambda each: each[1].lower() not in spelt_out)
    return [(action, within | everything) for within, action in order]


def _made_up(texts: Sequence[str]) -> list[str]:
    """Return actions that AWS does not list, for the texts that no action of its list is like.

    One for each way in which texts can take such an action: `new:Get*` and `new:*Item` have `new:GetItem` in common.
    """
    unlisted = [text for text in texts if text.strip("*") and not _matching(text)]
    if not any(_is_open(text) for text in unlisted):
        return unlisted
    among = [text for text in texts if text.strip("*") and (text in unlisted or _is_open(text))]
    hints = [text.replace("*", "Other").replace("?", "x") for text in unlisted]
    plain = Variables(are_meant=False)
    readings = [patterns.like(text.lower(), plain).pattern for text in among]
    sets = [(Pattern(each.tokens, ignore_case=True),) for each in readings if each is not None]
    return [each.value for each in cells(sets, hints=hints) if any(_is_like(text, each.value) for text in unlisted)]


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=10_000)
def _matching(text: str) -> tuple[str, ...]:
    """Return the actions of AWS that a text of a policy is about."""
    small = text.lower()
    if not _is_open(text):
        return (_by_small()[small],) if small in _by_small() else ()
    service, _, _ = small.partition(":")
    among = actions.every() if "*" in service or "?" in service else _by_service().get(service, ())
    return tuple(action for action in among if _is_like(text, action))


def _is_like(text: str, action: str) -> bool:
    return _expression(text).fullmatch(action) is not None


@lru_cache(maxsize=10_000)
def _expression(text: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    return re.compile("".join(wildcards.get(each) or re.escape(each) for each in text), re.IGNORECASE | re.DOTALL)


@cache
def _by_small() -> dict[str, str]:
    return {action.lower(): action for action in actions.every()}


@cache
def _by_service() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for action in actions.every():
        found.setdefault(action.partition(":")[0].lower(), []).append(action)
    return {service: tuple(each) for service, each in found.items()}
