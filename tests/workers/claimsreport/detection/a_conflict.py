"""What tests of conflicts begin with: a catalogue in which nothing is wrong, and what is found of the asset X in it."""

from __future__ import annotations

from typing import Any

from tests.workers.claimsreport.detection.a_week import Row, claims_on, week_of
from workers.claimsreport.detection.conflicts import find
from workers.claimsreport.finding import Finding

BACKGROUND = [claim for number in range(40) for claim in claims_on(f"B{number:02}", 10)]
BLOCKS: Row = {"policy_id": "P2", "monetize": None, "block": "WW"}


def changed(claims: list[Row], count: int, **change: Any) -> list[Row]:
    """Return the claims, the first ones changed."""
    return [claim | change if number < count else claim for number, claim in enumerate(claims)]


def found(claims: list[Row], **more: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in find(week_of([*BACKGROUND, *claims], **more))}


def points(finding: Finding) -> dict[str, float]:
    return {part.name: part.points for part in finding.parts}


def part_of(claims: list[Row], name: str, **more: Any) -> float:
    """Return the points of a part that the asset X has; 0 where it is not found."""
    findings = found(claims, **more)
    return points(findings["X"]).get(name, 0.0) if "X" in findings else 0.0


def why_of(claims: list[Row], name: str, **more: Any) -> str:
    return next(part.why for part in found(claims, **more)["X"].parts if part.name == name)
