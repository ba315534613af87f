"""`report.html`: the report in one file that a browser shows without any other.

Its Content-Security-Policy lets nothing in but the style and the script that it carries, by their hashes: no request
leaves the file, and nothing that a title says can run. All of it is there without the script, which filters and sorts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from workers.claimsreport.finding import LEAST_SCORE, Finding, Kind, Priority
from workers.claimsreport.report import charts, wording
from workers.claimsreport.report.content import MEASURES, Report

FOLDER = Path(__file__).parent
# What a page can hold and still be read; `findings.csv` has all.
CARDS = 100  # of high priority, with chart
SHORT_CARDS = 100  # of medium priority
ROWS = 500  # of each table
ENDED = 200
FIRST = 5  # named above all
LARGE = 300  # findings from which those out of sight are not laid out


@dataclass(frozen=True, slots=True)
class Section:
    """The findings of one priority.

    Attributes:
        cards: those that are shown with their chart.
        rows: those that follow in a table.
        left_out: how many more there are.
    """

    cards: Sequence[Finding]
    rows: Sequence[Finding]
    left_out: int


def render(report: Report) -> str:
    """Return a report as one HTML file."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        _templates()
        .get_template("report.html.jinja")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=_policy(style, script),
            found=report.by_priority,
            high=_section(report.by_priority[Priority.HIGH], CARDS),
            medium=_section(report.by_priority[Priority.MEDIUM], SHORT_CARDS),
            low=_section(report.by_priority[Priority.LOW], 0),
            first=report.by_priority[Priority.HIGH][:FIRST],
            counts=[(kind, counts) for kind, counts in report.counts.items() if any(counts.values())],
            ended=report.ended[:ENDED],
            Kind=Kind,
            Priority=Priority,
            least_score=LEAST_SCORE,
            measures=MEASURES,
            words=wording,
            chart=lambda finding: _chart(report, finding),
            draw=charts.draw,
            spark=charts.spark,
            bar=charts.bar,
            rows=charts.rows,
            is_large=len(report.findings) > LARGE,
            trend_charts=[
                (each, charts.of_totals(*MEASURES[each.measure], each.totals, report.changepoints))
                for each in report.trends
            ],
        )
    )


def _section(findings: Sequence[Finding], most_cards: int) -> Section:
    end = most_cards + ROWS
    return Section(findings[:most_cards], findings[most_cards:end], max(0, len(findings) - end))


def _chart(report: Report, finding: Finding) -> charts.Chart:
    unit = wording.shown(finding.unit)
    name = f"{wording.label(unit) or 'History'} of {wording.shown(finding.title)}"
    history = finding.history if len(finding.history) > 1 else ()  # one week is no trend
    # They are YouTube's: another platform counts as it did.
    is_elsewhere = finding.kind is Kind.PLATFORM_DISCREPANCY and not unit.endswith("youtube")
    return charts.of_history(name, unit, history, () if is_elsewhere else report.changepoints)


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _templates() -> jinja2.Environment:
    """Return the template: every value is escaped, and one that nothing gives is an error.

    A text that comes from outside goes through `shown` there as well.
    """
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "count": wording.count,
        "day": wording.day,
        "label": wording.label,
        "number": wording.number,
        "points": wording.points,
        "shown": wording.shown,
        "tiny": wording.tiny,
    }
    return found
