"""When a plan's schedules run, and what is odd about that: a plan for each oddity, and one beside it that has none."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from review.finding import Finding, Severity
from review.plan import Plan
from review.timetable.model import Calendar, Timetable
from review.timetable.reading import MOST_RUNS, read
from tests.review.plan.test_reading import change, plan_of

# plan_of is of Friday, 2026-01-02 03:04:05 UTC.
TASK = "arn:aws:ecs:us-east-1:867653852961:task-definition/report"
CLUSTER = "arn:aws:ecs:us-east-1:867653852961:cluster/main"
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def target(family: str = "report", cluster: str = CLUSTER, count: int = 1, given: str | None = None) -> dict[str, Any]:
    definition = f"arn:aws:ecs:us-east-1:867653852961:task-definition/{family}"
    return {
        "arn": cluster,
        "input": given,
        "ecs_parameters": [{"task_definition_arn": definition, "task_count": count}],
    }


def schedule(name: str, expression: str, zone: str = "UTC", *, window: int = 0, **more: Any) -> dict[str, Any]:
    of_change = more.pop("of_change", {})
    after = {
        "name": name,
        "group_name": "default",
        "schedule_expression": expression,
        "schedule_expression_timezone": zone,
        "state": "ENABLED",
        "start_date": None,
        "end_date": None,
        "flexible_time_window": [
            {"mode": "FLEXIBLE", "maximum_window_in_minutes": window} if window else {"mode": "OFF"}
        ],
        "target": [target()],
    } | more
    return change(f"aws_scheduler_schedule.{name.replace('-', '_')}", after, of_change=of_change)


def kept(entry: dict[str, Any], **before: Any) -> dict[str, Any]:
    """A schedule that was there before, as it is or with other values."""
    old = entry["change"]["after"] | before
    actions = ["no-op"] if not before else ["update"]
    return entry | {"change": entry["change"] | {"actions": actions, "before": old}}


def with_minutes(**minutes: int) -> dict[str, Any]:
    tasks = {family: {"permissions": {}, "typical_minutes": each} for family, each in minutes.items()}
    after = {"tasks": tasks}
    return {"review": {"actions": ["create"], "before": None, "after": after, "after_unknown": False}}


def plan(*entries: dict[str, Any], **minutes: int) -> Plan:
    return plan_of(*entries, output_changes=with_minutes(**minutes))


def only(calendar: Calendar) -> Timetable:
    (timetable,) = calendar.timetables
    return timetable


def found(calendar: Calendar) -> dict[str, Severity]:
    return {each.rule.removeprefix("timetable/"): each.severity for each in calendar.findings}


def finding(calendar: Calendar, rule: str) -> Finding:
    (one,) = (each for each in calendar.findings if each.rule == f"timetable/{rule}")
    return one


def runs(timetable: Timetable) -> list[str]:
    return [f"{run:%Y-%m-%d %H:%M:%S}" for run in timetable.runs]


def test_runs_of_thirty_days_in_utc() -> None:
    calendar = read(plan(schedule("report", "cron(0 6 ? * MON-FRI *)", NEW_YORK), report=15))
    timetable = only(calendar)
    assert calendar.end - calendar.start == timedelta(days=30)
    assert runs(timetable)[:2] == ["2026-01-02 11:00:00", "2026-01-05 11:00:00"]
    assert (len(timetable.runs), timetable.runs_left_out) == (21, 0)
    assert (timetable.zone, timetable.runs_what, timetable.duration) == (NEW_YORK, "task report", timedelta(minutes=15))
    assert not timetable.is_approximate
    assert not calendar.findings


def test_a_new_rate_counts_from_the_apply() -> None:
    timetable = only(read(plan(schedule("report", "rate(7 days)"))))
    assert runs(timetable) == [f"2026-01-{day:02} 03:04:05" for day in (2, 9, 16, 23, 30)]
    assert timetable.is_approximate


def test_a_rate_with_a_start_counts_from_there() -> None:
    timetable = only(read(plan(schedule("report", "rate(12 hours)", start_date="2026-01-20T00:00:00Z"))))
    assert runs(timetable)[:2] == ["2026-01-20 00:00:00", "2026-01-20 12:00:00"]
    assert (len(timetable.runs), timetable.is_approximate) == (25, False)
    past = kept(
        schedule("report", "rate(10 days)", start_date="2025-12-31T00:00:00+02:00", end_date="2026-01-19T22:00:00Z")
    )
    assert runs(only(read(plan(past)))) == ["2026-01-09 22:00:00", "2026-01-19 22:00:00"]


@pytest.mark.parametrize("expression", ["rate(1 minute)", "cron(* * * * ? *)"])
def test_of_many_runs_some_are_held_and_the_others_counted(expression: str) -> None:
    timetable = only(read(plan(schedule("report", expression))))
    assert len(timetable.runs) == MOST_RUNS
    assert len(timetable.runs) + timetable.runs_left_out == 30 * 24 * 60


def test_what_is_disabled_has_no_runs_and_no_findings() -> None:
    entries = [schedule("past", "at(2025-01-01T00:00:00)"), schedule("report", "rate(1 minute)", window=30)]
    for entry in entries:
        entry["change"]["after"]["state"] = "DISABLED"
    calendar = read(plan(*entries, report=90))
    assert [(each.enabled, each.runs, each.runs_left_out) for each in calendar.timetables] == [(False, (), 0)] * 2
    assert not calendar.findings


def rule(name: str, expression: str, **more: Any) -> dict[str, Any]:
    after = {"name": name, "schedule_expression": expression, "state": "ENABLED", "event_bus_name": "default"} | more
    return change(f"aws_cloudwatch_event_rule.{name}", after)


def aimed(at_rule: str, name: str, arn: str, **more: Any) -> dict[str, Any]:
    after = {"rule": at_rule, "event_bus_name": "default", "arn": arn} | more
    return change(f"aws_cloudwatch_event_target.{name}", after)


def test_rules_run_in_utc_and_start_what_their_targets_say() -> None:
    calendar = read(
        plan(
            rule("nightly", "cron(30 2 * * ? *)"),
            rule("matching", "", event_pattern="{}"),
            aimed("nightly", "one", CLUSTER, ecs_target=[{"task_definition_arn": f"{TASK}:3", "task_count": 1}]),
            aimed("nightly", "two", "arn:aws:sqs:us-east-1:867653852961:work"),
            aimed("other", "three", "arn:aws:sqs:us-east-1:867653852961:else"),
            report=15,
        )
    )
    timetable = only(calendar)
    assert (timetable.name, timetable.zone, len(timetable.runs)) == ("nightly", "UTC", 30)
    assert (timetable.runs_what, timetable.duration) == ("task report, queue work", timedelta(minutes=15))


def test_a_rule_with_a_rate_runs_first_after_its_interval() -> None:
    assert runs(only(read(plan(rule("hourly", "rate(1 hour)")))))[0] == "2026-01-02 04:04:05"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"arn": "arn:aws:lambda:us-east-1:867653852961:function:report"}, "function report"),
        ({"arn": "arn:aws:lambda:us-east-1:867653852961:function:report:live"}, "function report:live"),
        ({"arn": "arn:aws:states:us-east-1:867653852961:stateMachine:flow"}, "state machine flow"),
        ({"arn": "arn:aws:events:us-east-1:867653852961:event-bus/main"}, "bus main"),
        ({"arn": "arn:aws:logs:us-east-1:867653852961:log-group:/aws/events/x:*"}, "log group /aws/events/x"),
        ({"arn": "arn:aws:scheduler:::aws-sdk:sqs:purgeQueue", "input": "{}"}, "a call of sqs:purgeQueue"),
        (
            {"arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "input": '{"JobDefinition": "render:4"}'},
            "job render",
        ),
        (
            {
                "arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask",
                "input": '{"Cluster": "main", "TaskDefinition": "report:2"}',
            },
            "task report",
        ),
    ],
)
def test_what_runs_in_words(given: dict[str, Any], what: str) -> None:
    assert only(read(plan(schedule("x", "rate(1 day)", target=[given])))).runs_what == what


def test_a_run_that_is_at_work_when_the_next_one_starts() -> None:
    calendar = read(plan(schedule("report", "rate(1 hour)"), report=90))
    assert found(calendar) == {"overlap": Severity.WARN}
    overlap = finding(calendar, "overlap")
    assert "719 times in 30 days" in overlap.title
    assert "typically takes 1 hour 30 minutes; the next run comes after 1 hour" in overlap.detail
    assert overlap.address == "aws_scheduler_schedule.report"
    assert not read(plan(schedule("report", "rate(1 hour)"), report=60)).findings, "it ends as the next one starts"
    assert not read(plan(schedule("report", "rate(1 hour)"))).findings, "nothing says how long it takes"


def test_an_overlap_on_some_days_only_says_when_in_both_times() -> None:
    calendar = read(plan(schedule("report", "cron(0 6,8 ? * SUN *)", NEW_YORK), report=150))
    overlap = finding(calendar, "overlap")
    assert "4 times in 30 days" in overlap.title
    assert "First: Sun 2026-01-04 08:00 EST (13:00 UTC)" in overlap.detail


def test_an_overlap_beyond_thirty_days_is_seen() -> None:
    calendar = read(plan(schedule("report", "cron(0 6,7 1 7 ? *)"), report=90))
    assert "0 times in 30 days" in finding(calendar, "overlap").title
    assert "First: Wed 2026-07-01 07:00 UTC" in finding(calendar, "overlap").detail


def test_a_flexible_window_can_make_an_overlap() -> None:
    entry = schedule("report", "rate(1 hour)", window=15)
    assert "may still be at work" in finding(read(plan(entry, report=50)), "overlap").title
    assert not read(plan(entry, report=45)).findings


def test_two_schedules_of_one_task() -> None:
    entries = schedule("early", "cron(0 6 * * ? *)"), schedule("late", "cron(30 6 ? * MON *)")
    calendar = read(plan(*entries, report=45))
    assert found(calendar) == {"overlap": Severity.WARN}
    overlap = finding(calendar, "overlap")
    assert "task report is started while a run of another schedule is at work: 4 times in 30 days" in overlap.title
    assert "Schedules: early, late" in overlap.detail
    assert "First: Mon 2026-01-05 06:30 UTC" in overlap.detail
    assert not read(plan(*entries, report=30)).findings
    assert not read(plan(*entries)).findings


def test_two_schedules_of_one_task_at_the_same_time_meet_however_short_it_is() -> None:
    entries = schedule("one", "cron(0 6 * * ? *)"), schedule("two", "cron(0 7 15 * ? *)", BERLIN)
    overlap = finding(read(plan(*entries)), "overlap")
    assert "1 time in 30 days" in overlap.title
    assert "First: Thu 2026-01-15 07:00 CET (06:00 UTC)" in overlap.detail


def test_the_same_schedule_twice_is_seen() -> None:
    calendar = read(plan(schedule("one", "rate(1 day)"), schedule("two", "rate(1 day)")))
    assert "30 times in 30 days" in finding(calendar, "overlap").title


def test_another_input_or_task_or_an_unknown_beginning_is_no_such_overlap() -> None:
    other = schedule("other", "cron(0 6 * * ? *)", target=[target(given='{"x": 1}')])
    assert found(read(plan(schedule("one", "cron(0 6 * * ? *)"), other))) == {"overlap": Severity.NOTE}
    other = schedule("other", "cron(0 6 * * ? *)", target=[target(family="clean-up")])
    assert not read(plan(schedule("one", "cron(0 6 * * ? *)"), other)).findings
    rates = kept(schedule("one", "rate(1 day)")), schedule("two", "rate(1 day)")
    assert not read(plan(*rates, report=45)).findings, "when the first one began, no plan says"


def test_many_tasks_that_start_at_one_moment() -> None:
    entries = [
        schedule(
            f"s{number}", "cron(0 0 1 * ? *)" if number else "cron(0 0 * * ? *)", target=[target(f"f{number}", count=2)]
        )
        for number in range(5)
    ]
    calendar = read(plan(*entries))
    assert found(calendar) == {"pile-up": Severity.NOTE}
    pile = finding(calendar, "pile-up")
    assert "10 tasks start on cluster main at the same moment; 10 or more do so 1 time in 30 days" in pile.title
    assert "10 tasks: Sun 2026-02-01 00:00 UTC" in pile.detail
    assert "s0, s1, s2, s3, s4" in pile.detail
    assert "flexible time window" in pile.advice
    assert not read(plan(*entries[1:])).findings, "eight are not many"
    flexible = schedule("s0", "cron(0 0 * * ? *)", window=30, target=[target("f0", count=2)])
    assert not read(plan(flexible, *entries[1:])).findings, "it spreads by itself"
    elsewhere = schedule("s0", "cron(0 0 * * ? *)", target=[target("f0", f"{CLUSTER}-2", 2)])
    assert not read(plan(elsewhere, *entries[1:])).findings


def test_a_window_that_is_longer_than_the_interval() -> None:
    for expression in ("rate(15 minutes)", "cron(0,15 6 1 1 ? *)"):
        calendar = read(plan(schedule("report", expression, window=20)))
        assert found(calendar) == {"window": Severity.WARN}, expression
        assert "20 minutes, is longer than the 15 minutes" in finding(calendar, "window").title
    assert not read(plan(schedule("report", "rate(20 minutes)", window=20))).findings


@pytest.mark.parametrize(
    ("expression", "zone", "rule_", "says"),
    [
        ("at(2026-01-02T03:04:00)", "UTC", "at-in-the-past", "Fri 2026-01-02 03:04 UTC; the plan is of"),
        ("at(2026-01-02T04:00:00)", BERLIN, "at-in-the-past", "Fri 2026-01-02 04:00 CET (03:00 UTC)"),
        ("at(2026-03-29T02:30:00)", BERLIN, "never", ""),
        ("cron(0 0 30 2 ? *)", "UTC", "never", ""),
        ("cron(0 0 1 1 ? 2025)", "UTC", "never", ""),
        ("cron(0 0 ? 2 MON#5 2026-2030)", "UTC", "never", ""),
    ],
)
def test_what_never_runs(expression: str, zone: str, rule_: str, says: str) -> None:
    calendar = read(plan(schedule("report", expression, zone)))
    assert found(calendar) == {rule_: Severity.FAIL}
    assert "report never runs" in finding(calendar, rule_).title
    assert says in finding(calendar, rule_).detail
    assert found(read(plan(kept(schedule("report", expression, zone))))) == {rule_: Severity.NOTE}, "it was so before"
    changed = kept(schedule("report", expression, zone), schedule_expression="rate(1 day)")
    assert found(read(plan(changed))) == {rule_: Severity.FAIL}, "the plan makes it so"


def test_what_runs_late_does_run() -> None:
    assert not read(plan(schedule("report", "at(2026-01-02T03:04:05)"))).findings
    assert not read(plan(schedule("report", "cron(0 0 29 2 ? 2028)"))).findings


def test_an_end_that_is_too_early() -> None:
    ended = schedule("report", "rate(1 day)", end_date="2026-01-01T00:00:00Z")
    assert found(read(plan(ended))) == {"end-in-the-past": Severity.FAIL}
    assert found(read(plan(kept(ended)))) == {"end-in-the-past": Severity.NOTE}
    early = schedule("report", "cron(0 6 1 * ? *)", end_date="2026-02-01T05:59:00Z")
    assert "First run: Sun 2026-02-01 06:00 UTC" in finding(read(plan(early)), "never").detail
    assert not read(plan(schedule("report", "cron(0 6 1 * ? *)", end_date="2026-02-01T06:00:00Z"))).findings


def test_a_start_that_aws_refuses() -> None:
    late = schedule("report", "rate(1 day)", start_date="2026-01-02T02:00:00Z")
    assert found(read(plan(late))) == {"start-in-the-past": Severity.FAIL}
    assert not read(plan(kept(late))).findings
    assert not read(plan(schedule("report", "rate(1 day)", start_date="2026-01-02T03:00:00Z"))).findings


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (schedule("report", "cron(0 25 * * ? *)"), "25 is out of range: 0 to 23"),
        (schedule("report", "every day"), "every day is no rate(), cron() or at() expression"),
        (schedule("report", "rate(1 day)", "Europe/Berln"), "Europe/Berln is no time zone"),
        (schedule("report", "rate(1 day)", start_date="soon"), "start_date is soon, which is no time"),
        (schedule("report", "cron(0 6 1 * 2 *)"), "one of day-of-month and day-of-week has to be ?"),
        (schedule("report", "cron(0 6 * * * *)"), "one of day-of-month and day-of-week has to be ?"),
        (schedule("report", "cron(0 6 ? * ? *)"), "? is no value of a cron field"),
        (rule("report", "cron(0 6 * * MON *)"), "one of day-of-month and day-of-week has to be ?"),
        (rule("report", "rate(1 hours)"), "a rule takes rate(1 hour)"),
        (rule("report", "rate(5 minute)"), "a rule takes minutes"),
        (rule("report", "at(2027-01-01T00:00:00)"), "a rule takes cron() and rate() only"),
        (rule("report", "rate(1 day)", event_bus_name="own"), "can only be on the default bus, not own"),
    ],
)
def test_what_aws_refuses(entry: dict[str, Any], why: str) -> None:
    calendar = read(plan(entry))
    assert found(calendar) == {"refused": Severity.FAIL}
    assert why in finding(calendar, "refused").title
    assert only(calendar).runs == ()


@pytest.mark.parametrize("expression", ["rate(1 hour)", "rate(5 hours)", "rate( 1 day )", "cron(0 6 ? * MON *)"])
def test_what_a_rule_may_say(expression: str) -> None:
    assert not read(plan(rule("report", expression))).findings


def test_the_default_bus_may_be_given_by_its_arn() -> None:
    bus = "arn:aws:events:us-east-1:867653852961:event-bus/default"
    calendar = read(plan(rule("report", "rate(1 day)", event_bus_name=bus)))
    assert not calendar.findings
    assert only(calendar).runs_what == "nothing"


def test_what_is_not_known_yet_is_said() -> None:
    entry = schedule("report", "x")
    del entry["change"]["after"]["schedule_expression"]
    entry["change"]["after_unknown"] = {"schedule_expression": True}
    calendar = read(plan(entry))
    assert found(calendar) == {"unknown": Severity.NOTE}
    assert only(calendar).runs == ()


def test_clocks_leave_a_run_out() -> None:
    calendar = read(plan(schedule("report", "cron(30 2 * * ? *)", NEW_YORK)))
    assert found(calendar) == {"dst-left-out": Severity.WARN}
    lost = finding(calendar, "dst-left-out")
    assert lost.title.startswith("1 run of report in the next 12 months is left out")
    assert (
        "02:30 Sun 2026-03-08: the clocks go from 02:00 to 03:00 at 07:00 UTC, and nothing runs instead" in lost.detail
    )
    assert not read(plan(schedule("report", "cron(30 3 * * ? *)", NEW_YORK))).findings
    assert not read(plan(schedule("report", "cron(30 2 ? * MON-SAT *)", NEW_YORK))).findings, "never on a Sunday"
    ends = schedule("report", "cron(30 2 * * ? *)", NEW_YORK, end_date="2026-03-08T06:00:00Z")
    assert not read(plan(ends)).findings, "it is over by then"
    assert not read(plan(schedule("report", "cron(30 2 * * ? *)"))).findings


def test_what_runs_each_hour_loses_nothing_when_clocks_go_forward() -> None:
    calendar = read(plan(schedule("report", "cron(0 * * * ? *)", BERLIN)))
    assert found(calendar)["dst-left-out"] is Severity.NOTE
    assert "the distance of runs stays" in finding(calendar, "dst-left-out").detail
    assert found(read(plan(schedule("report", "cron(0 */2 * * ? *)", BERLIN))))["dst-left-out"] is Severity.WARN


def test_an_hour_that_comes_twice() -> None:
    calendar = read(plan(schedule("report", "cron(30 1 * * ? *)", NEW_YORK)))
    assert found(calendar) == {"dst-twice": Severity.NOTE}
    assert "runs at Sun 2026-11-01 01:30 EDT (05:30 UTC)" in finding(calendar, "dst-twice").detail
    calendar = read(plan(schedule("report", "cron(0/15 * * * ? *)", NEW_YORK)))
    assert found(calendar)["dst-twice"] is Severity.WARN
    assert "then nothing for 1 hour 15 minutes" in finding(calendar, "dst-twice").detail


def test_clocks_and_a_single_run_or_a_rate() -> None:
    calendar = read(plan(schedule("report", "at(2026-10-25T02:30:00)", BERLIN)))
    assert found(calendar) == {"dst-twice": Severity.NOTE}
    assert "Sun 2026-10-25 02:30 CEST (00:30 UTC)" in finding(calendar, "dst-twice").detail
    calendar = read(plan(schedule("report", "rate(1 day)", BERLIN)))
    assert found(calendar) == {"dst-rate": Severity.NOTE}
    assert "it runs 1 hour later by the clock" in finding(calendar, "dst-rate").detail
    assert not read(plan(schedule("report", "rate(1 hour)", BERLIN))).findings


def test_what_a_plan_says_in_another_form_is_no_duration() -> None:
    for value in (
        None,
        {},
        {"tasks": []},
        {"tasks": {"report": "x"}},
        {"tasks": {"report": {"typical_minutes": True}}},
    ):
        made = plan_of(
            schedule("report", "rate(1 minute)"),
            output_changes={"review": {"actions": ["create"], "after": value, "after_unknown": False}},
        )
        assert only(read(made)).duration is None, value


def test_a_thousand_schedules_take_little_time() -> None:
    entries = [
        schedule(
            f"s{number}", f"cron({number % 60} {number % 24} * * ? *)", BERLIN, target=[target(f"f{number % 200}")]
        )
        for number in range(1000)
    ]
    made = plan(*entries, **{f"f{number}": 30 for number in range(200)})
    begin = time.process_time()
    calendar = read(made)
    assert time.process_time() - begin < 5
    assert len(calendar.timetables) == 1000
