"""`review.html`: the review in one file that a browser shows without any other.

Its Content-Security-Policy lets nothing in but the style and the script that it carries, by their hashes: no request
leaves the file, and nothing that a plan says can run.
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from review.delivery.model import Answer
from review.delivery.picture import svg
from review.finding import Severity
from review.intents.model import Status
from review.output import days, grouping, wording
from review.output.differences import marked

if TYPE_CHECKING:
    from review.delivery.model import Path
    from review.output.grouping import Alike
    from review.report import Report

TEMPLATES = pathlib.Path(__file__).parent.parent / "templates"
STYLE = re.compile(r' style="[^"]*"')
# What all pictures and all hops may take of the page, in characters, so that a thousand schedules stay under 5 MB.
DRAWN = 800_000
EXPLAINED = 1_200_000
MARKUP_OF_A_HOP = 250
STATUSES = (Status.DIFFERS, Status.UNDECLARED, Status.UNREAD, Status.UNDECIDED, Status.PROVED)


def render(report: Report) -> str:
    """Return a report as one HTML file."""
    style, script = _asset("review.css"), _asset("review.js")
    changes = report.changes.changes
    rest = [each for each in changes if not grouping.loses(each)]
    paths = grouping.paths_alike(report.deliveries.paths)
    return (
        _templates()
        .get_template("review.html.j2")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=_policy(style, script),
            verdict=wording.verdict(report),
            doubts=wording.doubts(report),
            unchecked=wording.unchecked(report),
            summary=wording.summary(report),
            parts=wording.PARTS,
            state={part: _state(report, part) for part in wording.PARTS},
            failing=grouping.by_rule(_of(report, Severity.FAIL)),
            warnings=grouping.by_rule(_of(report, Severity.WARN)),
            notes=grouping.by_rule(_of(report, Severity.NOTE)),
            losing=[each for each in changes if grouping.loses(each)],
            updates=[each for each in rest if each.differences],
            others=grouping.by_type(each for each in rest if not each.differences),
            proofs=[
                (status, found)
                for status in STATUSES
                if (found := [each for each in report.privileges.proofs if each.status is status])
            ],
            owners=grouping.by_owner(report.sentences),
            paths=_shown(paths),
            grid=days.grid(report.calendar),
            timetables=[
                (number, days.letter(number), each, sum(wording.overlapping(each)))
                for number, each in enumerate(report.calendar.timetables)
            ],
        )
    )


def _of(report: Report, severity: Severity) -> list[Any]:
    return [each for each in report.findings if each.severity is severity]


def _state(report: Report, part: str) -> str:
    """Return the heaviest severity that was found in a part; "" if nothing was."""
    found = {each.severity for each in report.findings if wording.part_of(each.rule) == part}
    return next((each.value for each in Severity if each in found), "")


def _shown(paths: list[Alike]) -> list[tuple[Alike, Markup | None, bool]]:
    """Return each group of paths with its picture, if there is room for it, and whether there is for its hops.

    Those that do not deliver come first, and so are drawn and told before all others.
    """
    shown = []
    drawn = told = 0
    for each in paths:
        picture = _picture(each.path) if drawn < DRAWN else None
        shown.append((each, picture, told < EXPLAINED))
        drawn += len(picture or "")
        told += sum(MARKUP_OF_A_HOP + len(hop.question + hop.because + hop.where) for hop in each.path.hops)
    return shown


def _picture(path: Path) -> Markup:
    """Return a path as a drawing, without the attribute that the policy of the page would refuse: our style has it."""
    drawn = STYLE.sub("", svg(path), count=1)
    return Markup(wording.visible(drawn))  # noqa: S704 - it has escaped every text in it


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _templates() -> jinja2.Environment:
    """Return the templates: every value is escaped, and one that nothing gives is an error."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    found.filters |= {
        "count": wording.count,
        "number": lambda number: f"{number:,}",
        "rule_title": lambda rule: wording.title_of(wording.part_of(rule)),
        "span": wording.span,
        "run_in_utc": wording.run_in_utc,
        "utc": wording.in_utc,
    }
    found.globals |= {
        "Answer": Answer,
        "Status": Status,
        "answer_words": wording.ANSWER,
        "bars": days.bars,
        "beside": _beside,
        "day_in_words": days.in_words,
        "marked": marked,
        "at_home": wording.run_at_home,
        "status_words": wording.STATUS,
    }
    return found


def _beside(address: str, owner: str) -> str:
    """Return an address as it is called in the module of another one, if it is there."""
    module = owner.rpartition(".")[0].rpartition(".")[0] + "."
    return address.removeprefix(module) if module.startswith("module.") else address


def _finalize(value: Any) -> Any:
    """Return what an expression of a template came to, with nothing unseen in it if it is a text of the plan."""
    return wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
