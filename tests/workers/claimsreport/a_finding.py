"""Findings to tell of, with a score that is asked for."""

from __future__ import annotations

from workers.claimsreport.finding import Finding, Kind, Part


def a_finding(subject: str, score: float = 80, kind: Kind = Kind.CONFLICT, title: str = "", why: str = "") -> Finding:
    return Finding(
        kind=kind,
        subject=subject,
        title=title or f"Title of {subject}",
        why=why or "8 of 20 claims were disputed.",
        rule="a rule",
        parts=(Part("new-disputes", score - 10, 90, "8 disputed"), Part("exposure", 10, 20, "many views")),
    )
