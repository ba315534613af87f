"""Which findings last from week to week.

A finding is told of once while it lasts. It ends when it was absent from two snapshots in a row: one that is absent
once and back the week after is the same one, and is not told of again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel, ValidationError

from workers.claimsreport.finding import Finding, Priority
from workers.frame.problems import Problem, WrongInputError

NAME = "standing.json"  # beside the tables of a partition


@dataclass(frozen=True, slots=True)
class Lasting:
    """One finding that lasts.

    Attributes:
        first_seen: the snapshot in which it was found first.
        last_seen: the last one; that of the standing, or the one before it.
        alerted_on: the snapshot with which it was told of; None while it was not.
        title: as it was found last, for who is told that it has ended; empty where only its alert is known.
    """

    first_seen: dt.date
    last_seen: dt.date
    alerted_on: dt.date | None = None
    title: str = ""


@dataclass(frozen=True)
class Standing:
    """What lasts as of a snapshot.

    Attributes:
        date: of the snapshot.
        findings: by identity.
    """

    date: dt.date
    findings: Mapping[str, Lasting] = field(default_factory=dict)

    def unalerted(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings of high priority that were not told of yet, what needs attention first being first."""
        high = (each for each in findings if each.priority is Priority.HIGH)
        waiting = (each for each in high if self.findings[each.identity].alerted_on is None)
        return sorted(waiting, key=lambda each: each.order)

    def as_bytes(self) -> bytes:
        """Return it as JSON; the same standing is the same bytes."""
        document = _Document(date=self.date, findings=dict(sorted(self.findings.items())))
        return document.model_dump_json(indent=1).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes, place: str) -> Standing:
        """Read what `as_bytes` wrote.

        Args:
            data: the JSON.
            place: where it is, for the message.

        Raises:
            WrongInputError: it is something else; what was told of cannot be known then.
        """
        try:
            document = _Document.model_validate_json(data)
        except ValidationError as error:
            detail = f"{place} does not say which findings last: {error.error_count()} errors"
            problem = Problem("standing-unreadable", "It is not known which findings last", detail, None, place)
            raise WrongInputError(problem) from error
        return cls(document.date, document.findings)


class _Document(BaseModel, extra="forbid"):
    version: Literal[1] = 1
    date: dt.date
    findings: dict[str, Lasting]


def update(
    previous: Standing | None,
    findings: Iterable[Finding],
    date: dt.date,
    told: Mapping[str, dt.date] | None = None,
) -> Standing:
    """Return the standing of this week.

    Args:
        previous: that of the previous partition; None for the first one.
        findings: of this week, of whatever priority: one that becomes high later is told of then, once.
        date: of the snapshot.
        told: when a finding was told of, since and with the previous partition (`alerts.told`). What a run told of that
            came to no end is in here, and lasts as if it had.
    """
    before = dict(previous.findings) if previous else {}
    last = previous.date if previous else None
    for identity, day in (told or {}).items():
        known = before.get(identity, Lasting(day, day))
        before[identity] = replace(known, last_seen=max(known.last_seen, day), alerted_on=known.alerted_on or day)
    present = {each.identity: each.title for each in findings}
    lasting = {
        identity: replace(one, last_seen=date, title=present[identity]) if identity in present else one
        for identity, one in before.items()
        # Whoever was absent from the previous one already has ended, unless back now.
        if identity in present or last is None or one.last_seen >= last
    }
    new = sorted(present.keys() - lasting.keys())
    lasting |= {identity: Lasting(date, date, title=present[identity]) for identity in new}
    return Standing(date, lasting)
