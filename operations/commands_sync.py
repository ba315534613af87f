"""The commands that keep targets on their revisions: sync, rollback, resume, history."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from harness.errors import EnvironmentFailedError, HarnessError, WrongUseError
from operations import syncing
from operations.options import AsJson, DryRun, EnvironmentName, Live, Yes, confirm, reach
from operations.output import number, say, short_name, show, show_json
from operations.syncing import Done
from operations.target_sync import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from operations.environment import Sync

Result = TypeVar("Result")

Which = Annotated[
    str | None, typer.Option("--sync", metavar="NAME", help="One of target_syncs; all of them unless given.")
]
Only = Annotated[
    str | None, typer.Option("--job-definition", metavar="NAME", help="Only targets of this job definition.")
]


def run_sync(
    env: EnvironmentName,
    *,
    dry_run: DryRun = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if a target is behind.")] = False,
    which: Which = None,
    only: Only = None,
    if_any: Annotated[
        bool, typer.Option("--if-any", help="No target_syncs is nothing to do, not a mistake: for deploy-all.")
    ] = False,
    live: Live = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Bring the targets that target_syncs names to the newest ACTIVE revision of their job definition."""
    if dry_run and check:
        raise WrongUseError("--dry-run and --check: give one; both change nothing, and --check is for pipelines")
    environment, account = reach(env, live=live)
    if if_any and not environment.syncs:
        say(f"{env} has no target_syncs: nothing to sync")
        if as_json:
            show_json([])
        return
    syncs = syncing.chosen(environment, which)
    operation = "dry-run" if dry_run else "check" if check else "sync"
    if operation == "sync" and account.live and not yes:
        ahead = [_called(each, lambda each: syncing.run(account, each, "dry-run", only, quiet=True)) for each in syncs]
        if not any(done.would_change for done in ahead):
            _finish(ahead, only, as_json=as_json)
        for done in ahead:
            say("\n".join(syncing.differences(done)))
        confirm(environment, account, yes=yes)
    found = [_called(each, lambda each: syncing.run(account, each, operation, only)) for each in syncs]
    _finish(found, only, as_json=as_json)


def rollback(
    env: EnvironmentName,
    *,
    dry_run: DryRun = False,
    which: Which = None,
    live: Live = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Return to the revisions before the last update, and hold them until a newer one is registered, or `resume`."""
    environment, account = reach(env, live=live)
    (chosen,) = syncing.one(environment, which)
    if account.live and not (yes or dry_run):
        ahead = _called(chosen, lambda each: syncing.rollback(account, each, dry_run=True, quiet=True))
        say("\n".join(syncing.differences(ahead)))
        confirm(environment, account, yes=yes)
    done = _called(chosen, lambda each: syncing.rollback(account, each, dry_run=dry_run))
    if not dry_run and done.report.exit_code == 0:
        again = f"python -m operations resume {env}{' --live' if live else ''}"
        say(f"{chosen.name}: held there until a newer revision is registered, or until you say `{again}`")
    _finish([done], as_json=as_json)


def resume(
    env: EnvironmentName,
    *,
    which: Which = None,
    only: Only = None,
    live: Live = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let go of the revisions that rollbacks hold: the next sync moves their targets to the newest again."""
    environment, account = reach(env, live=live)
    syncs = syncing.chosen(environment, which)
    confirm(environment, account, yes=yes)
    _finish([_called(each, lambda each: syncing.resume(account, each, only)) for each in syncs], as_json=as_json)


def history(env: EnvironmentName, *, which: Which = None, live: Live = False, as_json: AsJson = False) -> None:
    """List the last ten updates of each sync, the newest first."""
    environment, account = reach(env, live=live)
    syncs = syncing.chosen(environment, which)
    found = [(each, _called(each, lambda each: syncing.updates(account, each))) for each in syncs]
    if as_json:
        show_json([{"sync": each.name} | asdict(update) for each, updates in found for update in updates])
        return
    rows = [
        (
            each.name,
            str(update.sequence),
            update.time,
            update.caller.rpartition(":")[2],
            update.operation + (", rolled back" if update.undone else ""),
            f"{change.rule}/{change.target}",
            f"{number(change.before)} -> {number(change.after)}",
        )
        for each, updates in found
        for update in updates
        for change in update.changes
    ]
    show(("sync", "#", "time (UTC)", "caller", "operation", "target", "revision"), rows, "nothing has been changed yet")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("sync")(run_sync)
    for command in (rollback, resume, history):
        app.command()(command)


def _called(each: Sync, call: Callable[[Sync], Result]) -> Result:
    """Call the sync; what keeps it from beginning is told as every failure here.

    Raises:
        WrongUseError: it was told something that cannot be.
        EnvironmentFailedError: it could not begin.
    """
    try:
        return call(each)
    except sync.SyncError as error:
        kind: type[HarnessError] = WrongUseError if error.kind == "wrong-use" else EnvironmentFailedError
        raise kind(f"{each.name}: {error.kind}: {error.message}") from None


def _finish(found: Sequence[Done], only: str | None = None, *, as_json: bool) -> None:
    """Print reports, and end with the exit code of the worst.

    Raises:
        WrongUseError: only targets of one job definition were wanted, and there are none: all is well would be wrong.
    """
    if only is not None and not any(done.report.outcomes for done in found):
        names = ", ".join(done.name for done in found)
        raise WrongUseError(f"--job-definition {only}: no target that is kept by {names} is of it")
    if as_json:
        show_json([{"sync": done.name} | done.report.as_dict() for done in found])
    else:
        _show(found)
    raise typer.Exit(max(done.report.exit_code for done in found))


def _show(found: Sequence[Done]) -> None:
    rows = [
        (
            done.name,
            outcome.bus,
            outcome.rule,
            outcome.target,
            short_name(outcome.definition),
            number(outcome.before),
            number(outcome.after),
            syncing.word(done.report, outcome.status),
            ": ".join(filter(None, (outcome.kind, outcome.message))),
        )
        for done in found
        for outcome in done.report.outcomes
    ]
    columns = ("sync", "bus", "rule", "target", "definition", "before", "after", "status", "problem")
    resumed = all(done.report.operation == "resume" for done in found)
    show(columns, rows, "no revision is held" if resumed else "there is no target to look at")
    for done in found:
        say(f"{done.name}: {syncing.summary(done.report)}")
