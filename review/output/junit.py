"""`review.junit.xml`: a test case for each thing that a review proved or checked, for pipelines that show tests.

A case fails where a finding fails, so the file and the verdict cannot say different things. What could not be proved
and fails nothing is a skipped case, with its reason.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from review.delivery.model import Answer
from review.finding import Severity
from review.intents.model import Status
from review.output.wording import ANSWER, STATUS, part_of, span, title_of, unchecked, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.model import Path
    from review.finding import Finding
    from review.intents.model import Proof
    from review.report import Report
    from review.timetable.model import Timetable


@dataclass(frozen=True)
class Case:
    """One test case: what it is about, and why it fails or is skipped."""

    part: str
    name: str
    addresses: tuple[str, ...] = ()
    failure: str = ""
    skipped: str = ""
    output: str = ""


def render(report: Report) -> str:
    """Return a report as JUnit XML, one suite for each part."""
    cases = list(_cases(report))
    cases += [
        Case("checks", f"{each.check}: {each.subject}", skipped=f"skipped in place: {each.reason}")
        for each in report.checks.skips
    ]
    if report.checks.not_run:
        cases.append(Case("checks", "checkov", skipped=unchecked(report)))
    if report.checks.passed:
        cases.append(Case("checks", f"checkov: {report.checks.passed} checks hold"))
    by_part: dict[str, list[Case]] = {}
    for case in _with_findings(cases, report.findings):
        # Where the verdict is yes, a failure is one that is said, but by no finding that fails.
        silent = report.passes and case.failure
        told = replace(case, failure="", skipped=case.failure) if silent else case
        by_part.setdefault(told.part, []).append(told)
    root = ET.Element("testsuites", {"name": visible(f"Review of {report.plan.name}")})
    for part, found in by_part.items():
        root.append(_suite(part, found, report))
    for key in ("tests", "failures", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("errors", "0")
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(report: Report) -> Iterator[Case]:
    for change in report.changes.changes:
        yield Case("changes", f"{change.effect.value} {change.address}", (change.address,), output=change.loses)
    for proof in report.privileges.proofs:
        yield _of_proof(proof)
    for path in report.deliveries.paths:
        yield _of_path(path)
    for address in report.deliveries.unreached:
        failure = f"No sample event reaches {address}."
        yield Case("delivery", f"a sample event reaches {address}", (address,), failure=failure)
    for timetable in report.calendar.timetables:
        yield _of_timetable(timetable)


def _of_proof(proof: Proof) -> Case:
    name = f"{proof.subject} {proof.address}"
    requests = [
        f"It allows, and its intent does not: {proof.beyond}" if proof.beyond else "",
        f"Its intent allows, and it does not: {proof.missing}" if proof.missing else "",
        proof.why,
        *proof.widest,
    ]
    text = "\n".join([proof.purpose or STATUS[proof.status], *(line for line in requests if line)])
    if proof.status is Status.PROVED:
        return Case("privileges", name, (proof.address,), output=text)
    if proof.status is Status.DIFFERS:
        return Case("privileges", name, (proof.address,), failure=text)
    return Case("privileges", name, (proof.address,), skipped=f"{STATUS[proof.status]}\n{text}")


def _of_path(path: Path) -> Case:
    hops = [
        f"{each.answer.value}: {each.question} {each.because}" + (f"\nMissing: {each.missing}" if each.missing else "")
        for each in path.hops
    ]
    name, text = f"{path.trigger} to {path.target}", "\n".join([ANSWER[path.answer], *hops])
    failing = path.answer is Answer.NO
    addresses = (path.via, path.address)
    return Case("delivery", name, addresses, failure=text if failing else "", output="" if failing else text)


def _of_timetable(timetable: Timetable) -> Case:
    runs = len(timetable.runs) + timetable.runs_left_out
    takes = "" if timetable.duration is None else f", {span(timetable.duration)} each"
    text = f"{timetable.expression} in {timetable.zone}: {runs} runs in 30 days{takes}"
    return Case("timetable", timetable.name, (timetable.address,), output=text)


def _with_findings(cases: list[Case], findings: tuple[Finding, ...]) -> Iterator[Case]:
    """Give each finding that fails to the cases of its part and address; what has none becomes a case of its own."""
    failing: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        if each.severity is Severity.FAIL:
            failing.setdefault((part_of(each.rule), each.address), []).append(each)
    told: set[tuple[str, str]] = set()
    for case in cases:
        keys = [(case.part, address) for address in case.addresses if address]
        told.update(keys)
        texts = [_text(each) for key in dict.fromkeys(keys) for each in failing.get(key, ())]
        if texts:
            own = [case.failure] if case.failure else []
            yield Case(case.part, case.name, failure="\n\n".join([*texts, *own]), output=case.output)
        else:
            yield case
    for finding in findings:
        if (part_of(finding.rule), finding.address) in told and finding.severity is Severity.FAIL:
            continue
        if finding.severity is Severity.FAIL or part_of(finding.rule) == "checks":
            name = f"{finding.rule}: {finding.address or finding.title}"
            fails = finding.severity is Severity.FAIL
            text = _text(finding)
            yield Case(part_of(finding.rule), name, failure=text if fails else "", output="" if fails else text)


def _text(finding: Finding) -> str:
    parts = (finding.title, finding.address, finding.source, finding.detail, finding.advice)
    return "\n".join(part for part in parts if part)


def _suite(part: str, cases: list[Case], report: Report) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {
            "name": visible(title_of(part)),
            "tests": str(len(cases)),
            "failures": str(sum(bool(case.failure) for case in cases)),
            "errors": "0",
            "skipped": str(sum(bool(case.skipped) and not case.failure for case in cases)),
            "time": "0",
            "timestamp": report.plan.timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        },
    )
    for case in cases:
        element = ET.SubElement(
            suite, "testcase", {"classname": visible(f"review.{part}"), "name": visible(case.name), "time": "0"}
        )
        if case.failure:
            _told(element, "failure", case.failure)
        elif case.skipped:
            _told(element, "skipped", case.skipped)
        if case.output:
            ET.SubElement(element, "system-out").text = visible(case.output)
    return suite


def _told(parent: ET.Element, kind: str, text: str) -> None:
    shown = visible(text)
    ET.SubElement(parent, kind, {"message": shown.partition("\n")[0]}).text = shown
