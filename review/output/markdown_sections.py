"""The sections of `review.md`, the most important first: each a heading and rows that stand alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.delivery.model import Answer
from review.finding import Finding, Severity
from review.intents.model import Status
from review.output.escaping import block, cell, code, code_cell, prose
from review.output.grouping import loses
from review.output.wording import ANSWER, STATUS, count, overlapping, run_at_home, run_in_utc, span, zone_of

if TYPE_CHECKING:
    from review.changes.model import Change
    from review.delivery.model import Path
    from review.intents.model import Proof
    from review.policies.model import Sentence
    from review.report import Report
    from review.timetable.model import Timetable

LOSSES = ("change/deletes-data", "change/stops")
NEXT_RUNS = 5
DIFFERENCES_OF_A_CHANGE = 12


@dataclass(frozen=True)
class Section:
    """A heading and its rows.

    Attributes:
        title: the heading, as plain text.
        things: what its rows are, for how many are left out.
        rows: Markdown, each whole lines; none, and the section is not shown.
        head: Markdown before the first row.
        folded: whether it is closed until it is asked for.
    """

    title: str
    things: str
    rows: tuple[str, ...]
    head: str = ""
    folded: bool = False


def sections(report: Report) -> list[Section]:
    """Return the sections of a report, the most important first."""
    found = {severity: [each for each in report.findings if each.severity is severity] for severity in Severity}
    changes = report.changes.changes
    losing = [each for each in changes if loses(each)]
    rest = [each for each in changes if not loses(each)]
    updates = [each for each in rest if each.differences]
    failing = found[Severity.FAIL]
    lost = {each.address for each in losing if each.loses}  # said once is enough: they have a section of their own
    warnings = [each for each in found[Severity.WARN] if each.rule not in LOSSES or each.address not in lost]
    return [
        Section("What fails", "findings that fail", tuple(_finding(*each) for each in enumerate(failing, 1))),
        Section("Destroyed, replaced or lost", "resources", tuple(map(_loss, losing))),
        Section(
            "Warnings" if len(warnings) == len(found[Severity.WARN]) else "Other warnings",
            "warnings",
            tuple(map(_brief, warnings)),
            folded=bool(failing),
        ),
        _proofs(report.privileges.proofs),
        _deliveries(report.deliveries.paths),
        _unreached(report.deliveries.unreached),
        _timetables(report.calendar.timetables),
        Section("Updates", "updates", tuple(map(_update, updates)), folded=True),
        _others([each for each in rest if not each.differences]),
        _sentences(report.sentences),
        Section("Notes", "notes", tuple(map(_brief, found[Severity.NOTE])), folded=True),
        _skips(report),
    ]


def _finding(number: int, finding: Finding) -> str:
    lines = [f"**{number}. {prose(finding.title, 600)}**", ""]
    if finding.address or finding.source:
        lines += [" at ".join(code(each) for each in (finding.address, finding.source) if each), ""]
    if finding.detail:
        lines += [block(finding.detail)]
    if finding.advice:
        lines += [f"What to do: {prose(finding.advice)}", ""]
    return "\n".join(lines) + "\n"


def _brief(finding: Finding) -> str:
    where = f" ({code(finding.address)})" if finding.address else ""
    detail = f"\n  {prose(finding.detail, 300)}" if finding.detail else ""
    advice = f"\n  What to do: {prose(finding.advice, 300)}" if finding.advice else ""
    return f"- **{prose(finding.title, 300)}**{where}{detail}{advice}\n"


def _loss(change: Change) -> str:
    forced = f", forced by {', '.join(code(each, 100) for each in change.forced_by[:8])}" if change.forced_by else ""
    reason = f": {prose(change.reason, 300)}" if change.reason else ""
    loses = f". **{prose(change.loses, 300)}**" if change.loses else ""
    return f"- **{change.effect.value}** {code(change.address)}{forced}{reason}{loses}\n"


def _update(change: Change) -> str:
    lines = [f"**{change.effect.value}** {code(change.address)}{_from(change)}", ""]
    lines += ["| Attribute | Before | After |", "|---|---|---|"]
    for each in change.differences[:DIFFERENCES_OF_A_CHANGE]:
        before, after = (
            "*(not there)*" if text is None else code_cell(text) or "*(empty)*" for text in (each.before, each.after)
        )
        lines.append(f"| {code_cell(each.path)} | {before} | {after} |")
    left_out = len(change.differences) - DIFFERENCES_OF_A_CHANGE
    lines += ["", *([f"*and {count(left_out, 'more difference')}*", ""] if left_out > 0 else [])]
    return "\n".join(lines) + "\n"


def _from(change: Change) -> str:
    moved = f", moved from {code(change.moved_from)}" if change.moved_from else ""
    return moved + (f", imported by {code(change.importing, 100)}" if change.importing else "")


def _others(changes: list[Change]) -> Section:
    """Return what is created, moved and imported: each by itself where it comes from somewhere, else how many."""
    rows = [f"- {each.effect.value} {code(each.address)}{_from(each)}\n" for each in changes if _from(each)]
    kinds = Counter((each.effect.value, each.type) for each in changes if not _from(each))
    rows += [f"- {effect} {number:,} {code(kind, 80)}\n" for (effect, kind), number in kinds.items()]
    return Section("Created, moved and imported", "rows", tuple(rows), folded=True)


def _proofs(proofs: tuple[Proof, ...]) -> Section:
    order = (Status.DIFFERS, Status.UNDECLARED, Status.UNREAD, Status.UNDECIDED, Status.PROVED)
    rows = []
    for status in order:
        alike = [each for each in proofs if each.status is status]
        if status is not Status.PROVED:
            rows += [_proof(each) for each in alike]
            continue
        kinds = Counter(each.kind or each.subject for each in alike)
        rows += [f"- proved: {count(number, kind)}\n" for kind, number in kinds.items()]
    return Section("Least privilege", "policies", tuple(rows))


def _proof(proof: Proof) -> str:
    of = f" ({prose(proof.kind or proof.subject, 80)})"
    lines = [f"- {code(proof.address)}{of}: **{STATUS[proof.status]}**\n"]
    for label, text in (("allows too much", proof.beyond), ("allows too little", proof.missing), ("why", proof.why)):
        if text:
            lines.append(f"  - {label}: {prose(text, 600)}\n")
    lines += [f"  - {prose(each, 300)}\n" for each in proof.widest[:5]]
    return "".join(lines)


def _deliveries(paths: tuple[Path, ...]) -> Section:
    order = {Answer.NO: 0, Answer.DEPENDS: 1, Answer.YES: 2}
    rows = []
    for path in sorted(paths, key=lambda each: order[each.answer]):
        stops = [each for each in path.hops if each.answer is path.answer and path.answer is not Answer.YES]
        why = stops[0].because if stops else ""
        rows.append(f"| {ANSWER[path.answer]} | {code_cell(path.trigger)} | {cell(path.target)} | {cell(why, 400)} |\n")
    head = "| | From | To | Why |\n|---|---|---|---|\n"
    return Section("Delivery", "paths", tuple(rows), head, folded=all(each.answer is Answer.YES for each in paths))


def _unreached(addresses: tuple[str, ...]) -> Section:
    return Section("Rules that no sample event reaches", "rules", tuple(f"- {code(each)}\n" for each in addresses))


def _timetables(timetables: tuple[Timetable, ...]) -> Section:
    head = "| Schedule | Expression | Next runs where it is at home | In UTC | Takes |\n|---|---|---|---|---|\n"
    return Section("Next runs", "schedules", tuple(map(_timetable, timetables)), head, folded=len(timetables) > 10)


def _timetable(timetable: Timetable) -> str:
    runs = timetable.runs[:NEXT_RUNS]
    about = "about " if timetable.is_approximate else ""
    own = "<br>".join(about + prose(run_at_home(each, timetable)) for each in runs)
    is_utc = all(each.astimezone(zone_of(timetable.zone)).tzname() == "UTC" for each in runs)
    utc = "the same" if runs and is_utc else "<br>".join(map(run_in_utc, runs))
    none = "none in 30 days" if timetable.enabled else "it is disabled"
    takes = "not known" if timetable.duration is None else span(timetable.duration)
    late = sum(overlapping(timetable))
    takes += f"; **{count(late, 'run')} while the one before is at work**" if late else ""
    name = f"{code_cell(timetable.name)} {cell(timetable.runs_what, 150)}".strip()
    at = f"{code_cell(timetable.expression)} {cell(timetable.zone, 60)}"
    return f"| {name} | {at} | {own or none} | {utc} | {takes} |\n"


def _sentences(sentences: tuple[Sentence, ...]) -> Section:
    head = "| Whose policy | Who | May | On | If |\n|---|---|---|---|---|\n"
    return Section("Policies in words", "statements", tuple(map(_sentence, sentences)), head, folded=True)


def _sentence(sentence: Sentence) -> str:
    may = "" if sentence.allows else "**must not** "
    whose = f"{code_cell(sentence.owner)} {cell(sentence.kind, 40)}"
    what, on, conditions = _several(sentence.what), _several(sentence.on), _several(sentence.conditions, is_code=False)
    return f"| {whose} | {cell(sentence.who, 200)} | {may}{what} | {on} | {conditions} |\n"


def _several(texts: tuple[str, ...], *, is_code: bool = True, limit: int = 12) -> str:
    shown = [(code_cell if is_code else cell)(each) for each in texts[:limit]]
    return "<br>".join([*shown, *([f"and {len(texts) - limit:,} more"] if len(texts) > limit else [])])


def _skips(report: Report) -> Section:
    rows = tuple(
        f"| {code_cell(each.check, 80)} | {code_cell(each.subject)} | {cell(each.reason)} |\n"
        for each in report.checks.skips
    )
    head = "| Check | Of | Reason |\n|---|---|---|\n"
    return Section("Checks that are skipped in place", "skips", rows, head, folded=True)
