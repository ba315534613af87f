"""Calls the code that the module deploys, with the selections, the name and the state of an environment's syncs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

from harness.errors import WrongUseError
from operations.target_sync import sync, waiting

if TYPE_CHECKING:
    from operations.account import Account
    from operations.environment import Environment, Sync

EXAMPLE: Final = """\
  target_syncs:
    main:
      selections:
        - {workflow: WORKFLOW} # every target of it that says `submit_job.synced: true`"""

# Where a status says something else than elsewhere: a rollback moves what is not behind, `resume` moves nothing.
_WORDS: Final = {
    ("rollback", "stale"): "would change",
    ("rollback", "changed"): "rolled back",
    ("resume", "current"): "let go",
}


@dataclass(frozen=True)
class Done:
    """What one of the environment's syncs did."""

    name: str
    report: sync.Report

    @property
    def would_change(self) -> bool:
        """Whether a dry run found a target to change."""
        return any(outcome.status == "stale" for outcome in self.report.outcomes)


def chosen(environment: Environment, which: str | None) -> tuple[Sync, ...]:
    """Return the syncs that are meant: all, or the one that is named.

    Raises:
        WrongUseError: the environment has none, or none of that name.
    """
    if not environment.syncs:
        raise WrongUseError(
            f"{environment.name} has no target_syncs, so nothing says which targets to keep; for example, in "
            f"environments/{environment.name}.yaml:\n{EXAMPLE}"
        )
    if which is None:
        return environment.syncs
    found = tuple(each for each in environment.syncs if each.name == which)
    if not found:
        known = ", ".join(each.name for each in environment.syncs)
        raise WrongUseError(f"--sync {which}: {environment.name} has no target sync of that name; there are {known}")
    return found


def one(environment: Environment, which: str | None) -> tuple[Sync, ...]:
    """Return the one sync that is meant; raises as `chosen`, and if there are several and none is named."""
    found = chosen(environment, which)
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise WrongUseError(f"{environment.name} has several target syncs, each with its own history: --sync {names}")
    return found


def run(account: Account, each: Sync, operation: str, only: str | None = None, *, quiet: bool = False) -> Done:
    """Sync, check or dry-run; raises as `sync.sync`. What is only shown before somebody is asked is not in the log."""
    aws = _aws(account, quiet=quiet)
    return Done(each.name, sync.sync(each.selections, each.settings, aws, operation=operation, only=only))


def rollback(account: Account, each: Sync, *, dry_run: bool, quiet: bool = False) -> Done:
    """Roll back the last update; raises as `sync.rollback`."""
    return Done(each.name, sync.rollback(each.settings, _aws(account, quiet=quiet), dry_run=dry_run))


def resume(account: Account, each: Sync, only: str | None = None) -> Done:
    """Let go of what rollbacks hold; raises as `sync.resume`."""
    return Done(each.name, sync.resume(each.settings, _aws(account), only=only))


def updates(account: Account, each: Sync) -> list[sync.Update]:
    """Return the last ten updates; raises as `sync.updates`."""
    return sync.updates(each.settings, _aws(account))


def _aws(account: Account, *, quiet: bool = False) -> sync.Aws:
    """Return the sync's clients, whose log goes to standard error unless it is not wanted."""
    return sync.Aws(account.session, log=StringIO() if quiet else None, sleep=waiting())


def differences(done: Done) -> list[str]:
    """Return what a dry run would change, a line for each target."""
    return [
        f"{outcome.bus}/{outcome.rule}/{outcome.target}: {outcome.definition} {outcome.before} -> {outcome.after}"
        for outcome in done.report.outcomes
        if outcome.before != outcome.after
    ]


def word(report: sync.Report, status: str) -> str:
    """Return how a table calls what became of a target or, of `resume`, a definition."""
    return _WORDS.get((report.operation, status), status)


def summary(report: sync.Report) -> str:
    """Return in a few words what a run came to."""
    counts = Counter(word(report, outcome.status) for outcome in report.outcomes)
    calls = sum(report.calls.values())
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing"
    return f"{report.operation}: {said}; {calls} calls of AWS"
