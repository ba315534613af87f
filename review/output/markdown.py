"""`review.md`: the review as a comment of a pull request, most important first.

GitHub takes 65,536 characters; this keeps to 60,000, and to 65,536 bytes for whoever counts those. What does not fit is
left out at whole rows, the least important first, and its place says how many there are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from review.output.escaping import cell, code, html_text, prose
from review.output.markdown_sections import Section, sections
from review.output.wording import PARTS, doubts, in_utc, summary, verdict

if TYPE_CHECKING:
    from review.report import Report

CHARACTERS = 60_000
BYTES = 65_536


def render(report: Report, characters: int = CHARACTERS) -> str:
    """Return a report as Markdown of at most so many characters.

    Characters are counted as UTF-16 has them, as GitHub does. The limit must leave room for the first lines and for the
    headings, some 4,000 characters.
    """
    head = _head(report)
    left = characters - _cost(head)
    waiting = sections(report)
    reserved = sum(_cost(_render(section, 0)) for section in waiting)
    out = [head]
    for section in waiting:
        reserved -= _cost(_render(section, 0))
        text = _render(section, _fitting(section, left - reserved))
        left -= _cost(text)
        out.append(text)
    return "".join(out).rstrip("\n") + "\n"


def _head(report: Report) -> str:
    plan = report.plan
    sign = "✅" if report.passes else "❌"
    where = f"account {code(plan.account, 30)} in {code(plan.region, 30)}"
    lines = [
        f"## {sign} {prose(plan.name, 100)}: {prose(verdict(report), 200)}",
        "",
        f"Review of the plan for {where}, made at {in_utc(plan.timestamp)} UTC.",
        "",
        *(f"**{prose(each, 500)}**\n" for each in doubts(report)),
        "| | |",
        "|---|---|",
        *(f"| {PARTS[part][0]} | {cell(', '.join(found), 300)} |" for part, found in summary(report).items()),
    ]
    return "\n".join(lines) + "\n\n"


def _fitting(section: Section, room: int) -> int:
    """Return how many rows of a section fit, from its first on."""
    whole = len(section.rows)
    if _cost(_render(section, whole)) <= room:
        return whole
    used = _cost(_render(section, 0))
    for number, row in enumerate(section.rows):
        used += _cost(row)
        if used > room:
            return number
    return whole


def _render(section: Section, shown: int) -> str:
    """Return a section with its first rows, and how many are left out."""
    if not section.rows:
        return ""
    left_out = len(section.rows) - shown
    rows = (section.head + "".join(section.rows[:shown])) if shown else ""
    more = "more " if shown else ""
    note = f"\n*{left_out:,} {more}{section.things} left out here: see review.html*\n" if left_out else ""
    if section.folded:
        title = html_text(f"{section.title} ({len(section.rows):,})")
        return f"<details><summary><b>{title}</b></summary>\n\n{rows}{note}\n</details>\n\n"
    return f"### {prose(section.title)}\n\n{rows}{note}\n"


def _cost(text: str) -> int:
    """Return how much of the limit a text takes: its characters, or its share of the bytes if that is more."""
    return max(len(text.encode("utf-16-le")) // 2, math.ceil(len(text.encode()) * CHARACTERS / BYTES))
