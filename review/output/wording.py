"""What all outputs say alike: the verdict, the parts, numbers and times, and texts that can do no harm."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from review.delivery.model import Answer
from review.finding import Severity
from review.intents.model import Status

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from review.report import Report
    from review.timetable.model import Timetable

# What XML 1.0 has no place for, what a terminal obeys, and what turns the direction of a text round, so that it reads
# as what it is not (Unicode Technical Report 36, "Bidirectional Text Spoofing").
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")

# The parts of a review, in the order in which they are shown, with what each of them asks.
PARTS = {
    "changes": ("What changes", "What the plan does to each resource, and what is lost with it."),
    "privileges": ("Least privilege", "Whether each role may do what it is for, and nothing else."),
    "delivery": ("Delivery", "Whether each schedule and each event reaches what it is meant to start."),
    "timetable": ("When things run", "What each schedule does in the 30 days after the plan."),
    "checks": ("Policy checks", "Rules for resources, of checkov and of this project."),
}
# How the rules of each part begin.
OF_PART = {"change": "changes", "check": "checks", "checkov": "checks", "privilege": "privileges"}

STATUS = {
    Status.PROVED: "proved",
    Status.DIFFERS: "not as intended",
    Status.UNDECLARED: "not proved: no intent declared",
    Status.UNREAD: "not readable before the apply",
    Status.UNDECIDED: "undecided",
}
ANSWER = {Answer.YES: "delivers", Answer.NO: "does not deliver", Answer.DEPENDS: "depends on what is outside this plan"}


def part_of(rule: str) -> str:
    """Return the part of the review that a rule belongs to: what is before its slash."""
    name = rule.partition("/")[0]
    return OF_PART.get(name, name)


def title_of(part: str) -> str:
    """Return what a part of the review is called."""
    return PARTS[part][0] if part in PARTS else part.replace("_", " ").capitalize()


def visible(text: str) -> str:
    """Return a text in which control characters, and those that change its direction, are written out as escapes."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return a text on one line, with nothing unseen in it."""
    return " ".join(visible(text).split())


def clip(text: str, limit: int) -> str:
    """Return a text of at most so many characters, and an ellipsis where it was longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def count(number: int, thing: str, plural: str = "") -> str:
    """Return a number with its noun: `1 finding`, `2,000 findings`."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"


def verdict(report: Report) -> str:
    """Return the answer to "may I apply this?" in one line."""
    weights = Counter(each.severity for each in report.findings)
    if not report.passes:
        failing = weights[Severity.FAIL]
        return f"Do not apply: {count(failing, 'finding')} {'fails' if failing == 1 else 'fail'}"
    if weights[Severity.WARN]:
        return f"Can be applied, with {count(weights[Severity.WARN], 'warning')} to read first"
    return "Can be applied: nothing fails"


def doubts(report: Report) -> list[str]:
    """Return what the verdict does not cover, in sentences."""
    found = []
    if report.plan.errored:
        found.append("Terraform came to no end with this plan: there is more to it than could be reviewed.")
    if report.checks.not_run:
        found.append(unchecked(report))
    return found


def unchecked(report: Report) -> str:
    """Return why checkov gave no verdict, as a sentence; "" if it gave one."""
    why = report.checks.not_run
    return why if not why or why.startswith("checkov ") else f"checkov did not run: {why}"


def summary(report: Report) -> dict[str, list[str]]:
    """Return what each part came to, in a few words each, most important first; by part."""
    effects = Counter(each.effect.value for each in report.changes.changes)
    order = list(dict.fromkeys(each.effect.value for each in report.changes.changes))
    statuses = Counter(each.status for each in report.privileges.proofs)
    answers = Counter(each.answer for each in report.deliveries.paths)
    runs = sum(len(each.runs) + each.runs_left_out for each in report.calendar.timetables)
    weights = Counter(each.severity for each in report.checks.findings)
    unreached = len(report.deliveries.unreached)
    return {
        "changes": [f"{effects[each]:,} to {each}" for each in order] or ["nothing changes"],
        "privileges": [
            f"{statuses[each]:,} {STATUS[each]}"
            for each in (Status.DIFFERS, Status.UNDECLARED, Status.UNREAD, Status.UNDECIDED, Status.PROVED)
            if statuses[each]
        ]
        or ["no roles"],
        "delivery": [
            *(f"{number:,} {words}" for number, words in _answers(answers)),
            *([f"{count(unreached, 'rule')} that no sample event reaches"] if unreached else []),
        ]
        or ["no paths"],
        "timetable": [count(len(report.calendar.timetables), "schedule"), f"{count(runs, 'run')} in 30 days"],
        "checks": [
            f"{weights[Severity.FAIL]:,} failed",
            *([count(weights[Severity.WARN], "warning")] if weights[Severity.WARN] else []),
            "checkov did not run" if report.checks.not_run else f"{report.checks.passed:,} passed",
            f"{len(report.checks.skips):,} skipped",
        ],
    }


def _answers(answers: Counter[Answer]) -> list[tuple[int, str]]:
    words = {
        Answer.NO: ("does not deliver", "do not deliver"),
        Answer.DEPENDS: ("depends on what is outside", "depend on what is outside"),
        Answer.YES: ("delivers", "deliver"),
    }
    return [(answers[each], words[each][answers[each] != 1]) for each in words if answers[each]]


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name; UTC if there is none of that name."""
    if not ZONE.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones, or too long a name
        return UTC


def in_utc(moment: datetime) -> str:
    """Return a time in UTC: `2026-11-23 11:00`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def run_at_home(run: datetime, timetable: Timetable) -> str:
    """Return when a run is where its schedule is at home: `Mon 23 Nov 06:00 EST`."""
    there = run.astimezone(zone_of(timetable.zone))
    return f"{there:%a} {there.day} {there:%b %H:%M %Z}"


def run_in_utc(run: datetime) -> str:
    """Return when a run is in UTC: `Mon 23 Nov 11:00`."""
    there = run.astimezone(UTC)
    return f"{there:%a} {there.day} {there:%b %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time: `15 min`, `1 h 30 min`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{seconds} s" if seconds else ""]
    return " ".join(part for part in parts if part) or "0 s"


def overlapping(timetable: Timetable) -> list[bool]:
    """Return for each run whether the one before it is typically still at work then."""
    if timetable.duration is None:
        return [False] * len(timetable.runs)
    starts = timetable.runs
    return [number > 0 and starts[number - 1] + timetable.duration > starts[number] for number in range(len(starts))]
