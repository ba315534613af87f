"""Reports made by hand: a usual one, one that passes, one full of hostile texts, and one of a thousand schedules."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from review.changes.model import Change, Changes, Difference, Effect
from review.checks.model import Checks
from review.delivery.model import Answer, Deliveries
from review.finding import Finding, Severity
from review.intents.model import Privileges, Status
from review.plan import Plan
from review.report import Report
from review.timetable.model import Calendar
from tests.review.output.parts import NOW, path, plan, proof, sentences, timetable
from tests.review.output.usual import usual

HOSTILE = (
    "</script><script>document.title='taken'</script>",
    "</style><!-- -->]]>",
    "a|b`c``d\n| e | f |\n# heading",
    "![x](https://example.com/x.png) [y](javascript:alert(1)) <img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${x} %{y}",
    "@somebody fixes #12 \\* _a_ ~b~ $c$",
    "مرحبا بالعالم \u202egnp.exe\u202c \u2066x\u2069",
    "🚚🧾 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "nul \x00 bell \x07 escape \x1b[31m half \ud83d end \ufffe",
    "</details></td></tr></table></main>",
    "x" * 3_000,
    "```\n~~~\n```````",
    "&amp; &lt;b&gt; \" ' =cmd()",
)


def passing() -> Report:
    """One that has nothing to say."""
    report = usual()
    return replace(
        report,
        changes=replace(report.changes, findings=(), changes=report.changes.changes[3:6]),
        privileges=Privileges((proof("channelbackfill"),), ()),
        deliveries=Deliveries((path("channelbackfill"),), (), ()),
        calendar=replace(report.calendar, findings=(), timetables=report.calendar.timetables[:1]),
        checks=replace(report.checks, findings=()),
    )


def empty() -> Report:
    """One of a plan that does nothing."""
    return Report(
        plan(),
        Changes((), ()),
        (),
        Privileges((), ()),
        Deliveries((), (), ()),
        Calendar(NOW, NOW, (), ()),
        Checks(0, "it is not installed", (), ()),
    )


def hostile() -> Report:
    """One in whose every text a hostile one is, each of `HOSTILE` in every place; rules stay what rules are."""
    report: Report = _hostile(usual(), 0)
    every = tuple(
        Finding(f"delivery/denied-{number}", Severity.FAIL, text, text, text, text, f"{text}:7")
        for number, text in enumerate(HOSTILE)
    )
    changed = tuple(
        Change(text, text, effect, (text,), text, text, (Difference(text, text, text + "x"),), text, text)
        for text in HOSTILE
        for effect in Effect
    )
    return replace(
        report,
        plan=plan(HOSTILE[0] + HOSTILE[6]),
        changes=replace(report.changes, changes=changed),
        deliveries=replace(report.deliveries, findings=every),
    )


def _hostile(value: Any, number: int) -> Any:
    if isinstance(value, Plan | datetime | timedelta | Severity | Effect | Status | Answer):
        return value
    if is_dataclass(value):
        parts = enumerate(fields(value))
        kept = {"rule", "zone", "source"}
        return replace(
            value,  # type: ignore[type-var]
            **{
                each.name: getattr(value, each.name)
                if each.name in kept
                else _hostile(getattr(value, each.name), number + place)
                for place, each in parts
            },
        )
    if isinstance(value, tuple):
        return tuple(_hostile(each, number + place) for place, each in enumerate(value))
    if isinstance(value, str) and value:
        return f"{value} {HOSTILE[number % len(HOSTILE)]}"
    return value


def large(schedules: int = 200, failing: int = 20) -> Report:
    """Many schedules, each with a role, and half of the roles with four statements."""
    names = [f"nightly-export-{number:04}" for number in range(schedules)]
    report = usual()
    return replace(
        report,
        changes=Changes(
            tuple(
                Change(
                    f'module.schedule_{name}.aws_scheduler_schedule.ecs[""]', "aws_scheduler_schedule", Effect.CREATE
                )
                for name in names
            ),
            (),
        ),
        sentences=tuple(each for name in names[: schedules // 2] for each in sentences(name)),
        privileges=replace(report.privileges, proofs=tuple(proof(name) for name in names)),
        deliveries=replace(
            report.deliveries,
            paths=tuple(
                path(name, Answer.NO if number < failing else Answer.YES, target=f"task {name} on cluster default")
                for number, name in enumerate(names)
            ),
            findings=tuple(
                Finding(
                    "delivery/denied",
                    Severity.FAIL,
                    f"The schedule {name} cannot start its task.",
                    f"module.{name}",
                    '{"Effect":"Allow","Action":"ecs:RunTask"}',
                    "Add the missing statement.",
                )
                for name in names[:failing]
            ),
        ),
        calendar=replace(
            report.calendar,
            timetables=tuple(
                timetable(name, first=NOW + timedelta(minutes=7 * number), every=timedelta(hours=6), number=119)
                for number, name in enumerate(names)
            ),
        ),
        checks=replace(
            report.checks,
            findings=tuple(
                Finding("check/schedule-without-alarm", Severity.WARN, "No alarm watches a schedule.", f"module.{name}")
                for name in names
            ),
        ),
    )


ALL = {
    "usual": usual,
    "passing": passing,
    "empty": empty,
    "hostile": hostile,
    "large": large,
}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
