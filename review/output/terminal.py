"""The verdict for a terminal: in a screen or two, however much fails.

What is the same of several resources is told once, with their addresses. Of the rest, the first of each rule are told
in full; the files have everything.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from review.delivery.model import Answer
from review.finding import Severity
from review.intents.model import Status
from review.output.grouping import by_rule
from review.output.wording import clip, count, one_line, unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from review.finding import Finding
    from review.report import Report

_IN_FULL: Final = 3  # of each rule
_IN_A_LINE: Final = 5  # more of each rule
_ADDRESSES: Final = 5  # of what is the same of several
_LINE: Final = 800  # characters of one line of a detail
_COLOURS: Final = {Severity.FAIL: "bold red", Severity.WARN: "yellow", "yes": "bold green", "NO": "bold red"}


def show(report: Report, written: Sequence[Path]) -> None:
    """Print the verdict, what fails, what should be looked at, and where the rest is; in colours on a terminal."""
    console = Console(highlight=False, soft_wrap=True)  # no colours where NO_COLOR is set
    for line in lines(report, written):
        text = Text(line)
        for word, colour in _COLOURS.items():
            text.highlight_regex(rf"(?<=^  ){word}(?=  )|(?<= review: ){word}\b", colour)
        console.print(text)


def lines(report: Report, written: Sequence[Path]) -> Iterator[str]:
    """Return what is printed, line by line."""
    yield f"{one_line(report.plan.name)} review: {_verdict(report)}"
    yield f"  {', '.join(_counts(report))}"
    if report.plan.errored:
        yield "  Terraform came to no end with this plan: there is more to it than could be reviewed."
    if report.checks.not_run:
        yield f"  {one_line(unchecked(report))}"
    for severity in (Severity.FAIL, Severity.WARN):
        for rule in by_rule(each for each in report.findings if each.severity is severity):
            yield from _rule(rule)
    yield f"Written: {', '.join(_shown(each) for each in written)}"


def _verdict(report: Report) -> str:
    weights = Counter(each.severity for each in report.findings)
    if not report.passes:
        failing = weights[Severity.FAIL]
        return f"NO, {count(failing, 'finding')} {'fails' if failing == 1 else 'fail'}"
    warnings = weights[Severity.WARN]
    return "yes, nothing fails" + (f"; {count(warnings, 'warning')} to read first" if warnings else "")


def _counts(report: Report) -> Iterator[str]:
    proofs = Counter(each.status for each in report.privileges.proofs)
    if proofs:
        yield f"{proofs[Status.PROVED]:,} of {count(proofs.total(), 'policy', 'policies')} proved"
    paths = Counter(each.answer for each in report.deliveries.paths)
    if paths:
        yield f"{paths[Answer.YES]:,} of {count(paths.total(), 'path')} deliver"
    if open_ones := paths[Answer.DEPENDS]:
        yield f"{open_ones:,} {'depends' if open_ones == 1 else 'depend'} on what is outside this plan"
    yield count(len(report.calendar.timetables), "schedule")
    if not report.checks.not_run:
        yield f"checkov: {report.checks.passed:,} passed"
    if report.checks.skips:
        yield f"{count(len(report.checks.skips), 'check')} skipped in place"


def _rule(findings: Sequence[Finding]) -> Iterator[str]:
    """Return the findings of one rule and severity."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.title, each.detail, each.advice), []).append(each)
    groups = list(alike.values())
    for group in groups[:_IN_FULL]:
        yield from _in_full(group)
    rest = [each for group in groups[_IN_FULL:] for each in group]
    yield from (f"  {each.severity}  {_where(each)}{one_line(each.title)} ({each.rule})" for each in rest[:_IN_A_LINE])
    if len(rest) > _IN_A_LINE:
        yield f"  {rest[0].severity}  … and {len(rest) - _IN_A_LINE:,} more ({rest[0].rule})"


def _in_full(alike: Sequence[Finding]) -> Iterator[str]:
    """Return a finding of one resource or, with all their addresses, of several."""
    finding = alike[0]
    several = len(alike) > 1
    rule = one_line(finding.rule)
    yield f"  {finding.severity}  {'' if several else _where(finding)}{one_line(finding.title)} ({rule})"
    if several:
        addresses = [one_line(each.address or each.source) for each in alike]
        more = len(addresses) - _ADDRESSES
        yield from (f"        at {each}" for each in addresses[:_ADDRESSES])
        yield from [f"        and at {more:,} more"] if more > 0 else []
    yield from (f"        {clip(one_line(line), _LINE)}" for line in finding.detail.splitlines())
    if finding.advice:
        yield f"        what to do: {one_line(finding.advice)}"


def _where(finding: Finding) -> str:
    return f"{one_line(finding.address)}: " if finding.address else ""


def _shown(path: Path) -> str:
    """Return a path as a person in this folder would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
