"""What a plan runs by the clock: schedules of EventBridge Scheduler, and rules of EventBridge that have a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from review.plan import HIDDEN, rules
from review.timetable import targets
from semantics.schedules import AT, RATE, Schedule, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.plan import Plan, Resource
    from review.timetable.targets import Work

# What of a schedule says when it runs.
_TIMES: Final = ("schedule_expression", "schedule_expression_timezone", "start_date", "end_date", "state", "is_enabled")


@dataclass(frozen=True)
class Entry:
    """A schedule, or a rule with one.

    Attributes:
        resource: of the plan.
        name: of the schedule or rule.
        expression: when it runs, as AWS has it.
        zone: the name of its time zone.
        is_rule: whether it is a rule.
        enabled: whether it runs at all.
        is_changed: whether the plan makes it, or changes when it runs.
        window: its flexible time window; zero without.
        works: what it starts.
        times: when it runs; None if that cannot be told.
        mistake: why AWS will refuse it; "" if it will not, as far as can be told.
        unknown: what only the apply will know; "" if nothing.
    """

    resource: Resource
    name: str
    expression: str
    zone: str
    is_rule: bool
    enabled: bool
    is_changed: bool
    window: timedelta
    works: tuple[Work, ...]
    times: Schedule | None
    mistake: str = ""
    unknown: str = ""

    @property
    def address(self) -> str:
        """Its own."""
        return self.resource.address

    @property
    def is_new(self) -> bool:
        """Whether the plan makes it."""
        return "create" in self.resource.actions

    @property
    def is_approximate(self) -> bool:
        """Whether only the time between runs is known: a rate counts from when it was made, and no plan says that."""
        return self.times is not None and self.times.step is not None and self.times.start is None

    @property
    def duration(self) -> timedelta | None:
        """How long what it starts typically takes; of several the longest; None if nothing says."""
        return max((each.duration for each in self.works if each.duration is not None), default=None)


def entries(plan: Plan) -> Iterator[Entry]:
    """Yield all that the plan will have, schedules first, each in the plan's order."""
    durations = targets.durations(plan)
    for each in plan.existing("aws_scheduler_schedule"):
        yield _schedule(plan, each, targets.of_schedule(each, durations))
    of_rules = rules.targets(plan)
    for each in plan.existing(rules.RULE):
        if each.text("schedule_expression"):
            yield _rule(plan, each, tuple(targets.of_rule(of_rules.get(rules.key(each), ()), durations)))


def _schedule(plan: Plan, resource: Resource, work: Work) -> Entry:
    window = resource.get("flexible_time_window", 0, "maximum_window_in_minutes")
    flexible = resource.text("flexible_time_window", 0, "mode") == "FLEXIBLE" and isinstance(window, int)
    return _entry(
        plan,
        resource,
        zone=resource.text("schedule_expression_timezone") or "UTC",
        window=timedelta(minutes=window) if flexible else timedelta(),
        works=(work,),
        is_rule=False,
    )


def _rule(plan: Plan, resource: Resource, works: tuple[Work, ...]) -> Entry:
    return _entry(plan, resource, zone="UTC", window=timedelta(), works=works, is_rule=True)


def _entry(
    plan: Plan, resource: Resource, *, zone: str, window: timedelta, works: tuple[Work, ...], is_rule: bool
) -> Entry:
    expression = resource.text("schedule_expression")
    times, mistake = None, ""
    unknown = ", ".join(name for name in _TIMES[:4] if _is_unknown(resource.get(name)))
    if not unknown:
        try:
            times = _times(plan, resource, zone)
            _check(resource, times, is_rule=is_rule)
        except ScheduleError as error:
            times, mistake = None, str(error)
    return Entry(
        resource=resource,
        name=resource.text("name"),
        expression=expression,
        zone=zone,
        is_rule=is_rule,
        enabled=_is_enabled(resource.after or {}),
        is_changed="create" in resource.actions or _differs(resource),
        window=window,
        works=works,
        times=times,
        mistake=mistake,
        unknown=unknown,
    )


def _times(plan: Plan, resource: Resource, zone: str) -> Schedule:
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ScheduleError(f"{zone} is no time zone") from None
    times = Schedule(
        expression=resource.text("schedule_expression"),
        zone=place,
        created=plan.timestamp.replace(microsecond=0),
        start=_moment(resource, "start_date"),
        end=_moment(resource, "end_date"),
    )
    times.check()
    return times


def _check(resource: Resource, times: Schedule, *, is_rule: bool) -> None:
    """Find what can be read and AWS refuses all the same.

    "Schedule types" of the Scheduler user guide; for a rule "Cron expressions reference" and "Rate expressions
    reference" of EventBridge's.
    """
    cron, rate = times.cron, RATE.fullmatch(times.expression)
    if cron is not None and (cron.days_of_month == "?") is (cron.days_of_week == "?"):
        raise ScheduleError("one of day-of-month and day-of-week has to be ?, and the other says the days")
    if is_rule and rate is not None and (rate[1] == "1") is rate[0].rstrip(" )").endswith("s"):
        raise ScheduleError(f"a rule takes {'rate(1 ' + rate[2] + ')' if rate[1] == '1' else rate[2] + 's'}")
    if is_rule and AT.fullmatch(times.expression):
        raise ScheduleError(f"{times.expression}: a rule takes cron() and rate() only")
    if is_rule and (bus := rules.bus_name(resource)) != rules.DEFAULT:
        raise ScheduleError(f"a rule with a schedule can only be on the default bus, not {bus}")


def _moment(resource: Resource, name: str) -> datetime | None:
    text = resource.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ScheduleError(f"{name} is {text}, which is no time") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _is_unknown(value: Any) -> bool:
    """Whether it is left to the apply, or nobody may know it."""
    return isinstance(value, str) and ("‹" in value or value is HIDDEN)


def _is_enabled(values: Any) -> bool:
    return values.get("state") != "DISABLED" and values.get("is_enabled") is not False


def _differs(resource: Resource) -> bool:
    before, after = resource.before or {}, resource.after or {}
    return any(before.get(name) != after.get(name) for name in _TIMES if name in before)
