"""`report.json`: everything that a report says, for programs. `report.schema.json` beside this says what is in it.

A change that takes something away or gives it another meaning raises the first number of `SCHEMA_VERSION`; one that
adds something raises the second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from workers.claimsreport.finding import Finding, Part, Point, Priority
from workers.claimsreport.report.content import MEASURES, Ended, Quality, Report, Trend
from workers.claimsreport.report.rounding import plain

SCHEMA_VERSION = "1.0"

_compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def render(report: Report) -> str:
    """Return a report as JSON: one member of the report a line, and of a list of them one element a line."""
    members = ",\n".join(f"{_compact(name)}: {_lines(value)}" for name, value in _members(report).items())
    # A text that Unicode cannot carry stands in it escaped.
    return f"{{\n{members}\n}}\n".encode("utf-8", "backslashreplace").decode("utf-8")


def values(report: Report) -> dict[str, Any]:
    """Return a report as plain values, numbers to 6 significant digits."""
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in _members(report).items()}


def parts(made_of: Iterable[Part]) -> list[dict[str, Any]]:
    """Return the parts of a score as plain values."""
    return [
        {"name": each.name, "points": plain(each.points), "most": plain(each.most), "why": each.why} for each in made_of
    ]


def _members(report: Report) -> dict[str, Any]:
    """Return what the file has; of what may be many, one is made at a time."""
    return {
        "schema_version": SCHEMA_VERSION,
        "date": report.date.isoformat(),
        "previous_date": None if report.previous is None else report.previous.isoformat(),
        "days": report.days,
        "weeks_of_history": report.weeks_of_history,
        "source": report.source,
        "rates": {
            "false_discovery_rate": plain(report.rates.false_discovery_rate),
            "least_views": report.rates.least_views,
            "least_claims": report.rates.least_claims,
            "weeks": report.rates.weeks,
        },
        "changepoints": [each.isoformat() for each in report.changepoints],
        "counts": {
            "findings": len(report.findings),
            "new": sum(report.is_new(each) for each in report.findings),
            "ended": len(report.ended),
            **{priority.value: len(report.by_priority[priority]) for priority in Priority},
            "by_kind": {
                kind.value: {priority.value: count for priority, count in counts.items()}
                for kind, counts in report.counts.items()
            },
        },
        "quality": _quality(report.quality),
        "trends": (_trend(each) for each in report.trends),
        "findings": (_finding(each, report) for each in report.findings),
        "ended": (_ended(each) for each in report.ended),
    }


def _lines(value: Any) -> str:
    if isinstance(value, Iterator):
        return "[\n" + ",\n".join(_compact(each) for each in value) + "\n]"
    return _compact(value)


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    standing = report.standing[finding.identity]
    return {
        "identity": finding.identity,
        "kind": finding.kind.value,
        "subject": finding.subject,
        "title": finding.title,
        "priority": finding.priority.value,
        "score": finding.score,
        "why": finding.why,
        "rule": finding.rule,
        "parts": parts(finding.parts),
        "numbers": {name: plain(value) for name, value in finding.numbers.items()},
        "p_value": plain(finding.p_value),
        "q_value": plain(finding.q_value),
        "since": standing.since.isoformat(),
        "new": report.is_new(finding),
        "alerted": None if standing.alerted is None else standing.alerted.isoformat(),
        "related": {sort: list(ids) for sort, ids in finding.related.items()},
        "unit": finding.unit,
        "history": [_point(each) for each in finding.history],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "date": point.date.isoformat(),
        "value": plain(point.value),
        "expected": plain(point.expected),
        "high": plain(point.high),
    }


def _trend(trend: Trend) -> dict[str, Any]:
    return {
        "measure": trend.measure,
        "unit": MEASURES[trend.measure][1],
        "totals": [
            {
                "date": each.date.isoformat(),
                "value": plain(each.value),
                "expected": plain(each.expected),
                "low": plain(each.low),
                "high": plain(each.high),
            }
            for each in trend.totals
        ],
    }


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "rows": quality.rows,
        "reported": quality.reported,
        "quarantined": quality.quarantined,
        "quarantine": [
            {
                "reason": reason.reason,
                "rows": reason.rows,
                "examples": [
                    {"line": each.line, "claim_id": each.claim_id, "detail": each.detail} for each in reason.examples
                ],
            }
            for reason in quality.quarantine
        ],
        "carried_forward": quality.carried_forward,
        "missing_columns": list(quality.missing_columns),
        "missing_sources": list(quality.missing_sources),
    }


def _ended(ended: Ended) -> dict[str, Any]:
    return {"identity": ended.identity, "title": ended.title, "since": ended.since.isoformat()}
