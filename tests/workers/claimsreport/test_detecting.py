"""All that is looked for, and how much of it is told."""

from __future__ import annotations

import pytest

from tests.workers.claimsreport.a_finding import a_finding
from workers.claimsreport import detecting
from workers.claimsreport.detecting import DETECTORS, MOST_OF_A_KIND, find_all
from workers.claimsreport.finding import Finding, Kind


def test_the_kinds_of_the_issue_are_all_looked_for() -> None:
    assert set(DETECTORS) == {
        "viral content",
        "unusual claim patterns",
        "conflicts",
        "discrepancies",
        "vanished claims",
    }


def test_of_very_many_the_best_are_told_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    many: list[Finding] = [a_finding(f"X{number}", 50) for number in range(MOST_OF_A_KIND + 7)]
    best = a_finding("best", 90)
    monkeypatch.setattr(detecting, "DETECTORS", {"one": lambda _: [*many, best], "other": lambda _: []})
    checks: list[int] = []
    found = find_all(None, lambda: checks.append(1))  # type: ignore[arg-type]
    assert (len(found.findings), found.findings[0]) == (MOST_OF_A_KIND, best)
    assert found.left_out == {Kind.CONFLICT: 8}
    assert len(checks) == 2, "the run may stop between two"
