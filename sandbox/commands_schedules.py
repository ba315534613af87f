"""The commands about schedules: fire one, and move the clock that makes them due."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.commands_automation import tell_automations
from sandbox.commands_containers import tell
from sandbox.errors import SandboxError, WrongUseError
from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up
from sandbox.tables import show
from semantics.schedules import LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.server import Sandbox

SETTLE_SECONDS = 150.0  # a container's wall time, and what surrounds it
MOST_RUNS = 1000
DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
Settle = Annotated[float, typer.Option(min=0, help="Wait so many seconds until what it starts has ended.")]


def fire(
    schedule: Annotated[str, typer.Argument(help="The name or ARN of the schedule, or of a rule on a schedule.")],
    name: SandboxThatIsUp = None,
    *,
    group: Annotated[str | None, typer.Option(help="Its group, if several have one of that name.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Fire it though it is disabled.")] = False,
    settle: Settle = SETTLE_SECONDS,
    as_json: AsJson = False,
    build: BuildFolder = BUILD,
) -> None:
    """Fire a schedule, or a rule with a schedule expression, now, as when it is due, and say what became of it.

    The exit code is 1 if it was not delivered, to every target that it has.
    """
    box = that_is_up(build, name)
    answer = box.ask("fire", seconds=settle + 60, schedule=schedule, group=group, force=force)
    deliveries = answer.get("deliveries", [answer])  # of a rule; a schedule has one target
    started = [tasks_of(box, each, settle) for each in deliveries]
    automations = automations_of(box, deliveries, settle)
    if as_json:
        found = {"delivery": next(iter(deliveries), None), "deliveries": deliveries}
        found |= {"tasks": [task for tasks in started for task in tasks], "automations": automations}
        typer.echo(json.dumps(found, indent=2))
    else:
        for delivery, tasks in zip(deliveries, started, strict=True):
            tell(delivery, tasks)
        tell_automations(automations)
        if not deliveries:
            say(f"{schedule} has no target")
    if not deliveries or any(each["outcome"] != "delivered" for each in deliveries):
        raise typer.Exit(1)


def clock(
    name: SandboxThatIsUp = None,
    *,
    advance: Annotated[str | None, typer.Option(metavar="7d|90m|1d12h", help="Move it on by so much.")] = None,
    to: Annotated[str | None, typer.Option(metavar="ISO", help="Move it on to this time, UTC unless it says.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Refuse if more runs than these are due.")] = MOST_RUNS,
    settle: Settle = SETTLE_SECONDS,
    as_json: AsJson = False,
    build: BuildFolder = BUILD,
) -> None:
    """Show the sandbox's time and the next runs, or move it.

    Every enabled schedule and rule that is due on the way fires, in order. What one run starts has ended before the
    next one's time comes.
    """
    box = that_is_up(build, name)
    if advance is None and to is None:
        show_schedules(box.ask("schedules"), as_json=as_json)
        return
    if advance is not None and to is not None:
        raise WrongUseError("--advance and --to are two ways to say one thing: give one of them")
    now = datetime.fromisoformat(box.ask("clock")["now"])
    goal = later(now, advance) if advance is not None else moment(to or "")
    runs = move(box, now, goal, limit=limit, settle=settle, quiet=as_json)
    now = datetime.fromisoformat(box.ask("clock")["now"])
    if as_json:
        typer.echo(json.dumps({"now": now.isoformat(), "runs": runs}, indent=2))
    else:
        say(f"{len(runs)} runs; it is {now:%Y-%m-%d %H:%M:%S} UTC in the sandbox")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (fire, clock):
        app.command()(command)


def move(
    box: Sandbox, now: datetime, goal: datetime, *, limit: int, settle: float, quiet: bool
) -> list[dict[str, Any]]:
    """Move the clock, run by run, so that a person sees each when it is done; return the runs.

    Raises:
        WrongUseError: the goal lies behind, or more runs are due than the limit allows (then nothing has been fired).
        SandboxError: what a run started has not ended in time; the clock stands at that run.
    """
    if goal < now:
        raise WrongUseError(f"it is {now:%Y-%m-%d %H:%M:%S} UTC in the sandbox: its clock goes forward only")
    if goal.year > LAST_YEAR:
        raise WrongUseError(f"the sandbox's clock goes no further than {LAST_YEAR}, the last year of cron()")
    if box.ask("due", after=now.isoformat(), to=goal.isoformat(), enough=limit + 1)["runs"] > limit:
        raise WrongUseError(f"more than {limit} runs are due until then: move the clock less far, or raise --limit")
    runs: list[dict[str, Any]] = []
    after, after_arn = now.isoformat(), ""
    while True:
        run = box.ask(
            "step", seconds=settle + 60, after=after, after_arn=after_arn, to=goal.isoformat(), settle=settle
        )["run"]
        if run is None:
            break
        runs.append(run)
        after, after_arn = run["at"], run["arn"]
        if not quiet:
            say(f"{datetime.fromisoformat(after):%Y-%m-%d %H:%M:%S} UTC")
            for delivery in run["deliveries"]:
                tell(delivery, tasks_of(box, delivery, 0))
            tell_automations(automations_of(box, run["deliveries"], 0))
        if not run["settled"]:
            raise SandboxError(f"what {run['arn']} started still runs after {settle:g} s; the clock stands there")
    box.ask("clock", to=goal.isoformat(), if_later=True)
    return runs


def tasks_of(box: Sandbox, delivery: Mapping[str, Any], settle: float) -> list[dict[str, Any]]:
    """Return the tasks that a delivery started, after waiting for them."""
    arns = delivery["result"].get("tasks")
    if not arns:
        return []
    found: list[dict[str, Any]] = box.ask("tasks", seconds=settle + 60, settle=settle, arns=arns)["tasks"]
    return found


def automations_of(box: Sandbox, deliveries: Sequence[Mapping[str, Any]], settle: float) -> list[dict[str, Any]]:
    """Return the automations that deliveries started, after waiting for them."""
    wanted = [each["result"]["automation"] for each in deliveries if "automation" in each["result"]]
    if not wanted:
        return []
    every = box.ask("automations", seconds=settle + 60, settle=settle)["automations"]
    return [each for each in every if each["AutomationExecutionId"] in wanted]


def duration(text: str) -> timedelta:
    """Read a duration such as `1d12h`, `90m` or `30s`.

    Raises:
        WrongUseError: it is none.
    """
    found = DURATION.fullmatch(text)
    if not text or found is None:
        raise WrongUseError(
            f"--advance: {text!r} is no duration; give days, hours, minutes, seconds, like 7d or 1d12h30m"
        )
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def later(now: datetime, text: str) -> datetime:
    """Return the time a duration from now.

    Raises:
        WrongUseError: it is no duration, or leads further than any calendar.
    """
    try:
        return now + duration(text)
    except OverflowError:
        raise WrongUseError(f"--advance: {text} is too long") from None


def moment(text: str) -> datetime:
    """Read a time; one without a zone is in UTC.

    Raises:
        WrongUseError: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUseError(f"--to: {text!r} is no time; give one like 2027-03-14T06:00:00Z") from None


def clock_moment(text: str | None) -> str:
    """Return a time as a person reads it; nothing for none."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC" if text else ""


def show_schedules(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the time and the schedules, for a program or for a person."""
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    say(f"it is {datetime.fromisoformat(found['now']):%Y-%m-%d %H:%M:%S} UTC in the sandbox")
    rows = [
        (
            each["name"],
            each["group"] or "(a rule)",
            f"{each['expression']} {each['timezone']}",
            clock_moment(each["next_run"]) or ("never again" if each["enabled"] else "disabled"),
        )
        for each in sorted(found["schedules"], key=lambda each: (each["next_run"] or "~", each["name"]))
    ]
    show(("schedule", "group", "when", "next run"), rows, "there are no schedules")
