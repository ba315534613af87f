"""What the command shows: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from batch_target_sync.sync import Outcome, Report, Update

AS_IT_SHOULD_BE: Final = ("current", "floating")
# How a status is called in the table and in the sum; the rest are called what they are.
WORDS: Final = {
    ("dry-run", "stale"): "would change",
    ("rollback", "stale"): "would change",
    ("check", "stale"): "behind",
    ("rollback", "changed"): "rolled back",
}
WAITS: Final = "another run holds the lock: waiting for up to two minutes (Ctrl-C ends it, and changes nothing)"
NOTHING_CHANGED: Final = "nothing was changed"
HELD: Final = "what was rolled back stays so until a newer revision is registered, or `resume` is run"


def waiting(sleep: Callable[[float], None] = time.sleep) -> Callable[[float], None]:
    """Return a sleep for `Aws` that says once, on standard error, what is waited for: nothing but the lock is."""
    said: list[str] = []

    def wait(seconds: float) -> None:
        if not said:
            said.append(WAITS)
            print(WAITS, file=sys.stderr, flush=True)
        sleep(seconds)

    return wait


def as_json(value: Any) -> str:
    """Return a report, updates or an error as a program reads it."""
    return json.dumps(value, indent=2)


def updates_as_json(updates: Iterable[Update]) -> str:
    """Return the history as a program reads it."""
    return as_json([asdict(update) for update in updates])


def report(done: Report, *, everything: bool) -> str:
    """Return a report as a person reads it: a table, the failures, and one line that sums it up.

    `everything` also lists the targets that are as they should be.
    """
    if done.operation == "resume":
        return _let_go(done)
    shown = [outcome for outcome in done.outcomes if everything or outcome.status not in AS_IT_SHOULD_BE]
    rows = [_row(done.operation, outcome) for outcome in shown if outcome.target]
    parts = [table(("region", "bus", "rule", "target", "job definition", "revision", "status"), rows)] if rows else []
    failed = [outcome for outcome in shown if outcome.status == "failed"]
    failures = [": ".join(filter(None, (each.kind, _place(each), each.message))) for each in failed]
    parts += ["\n".join(failures)] if failures else []
    return "\n\n".join([*parts, _sum(done)]) + "\n"


def _let_go(done: Report) -> str:
    if not done.outcomes:
        return "no revision is held\n"
    rows = [(each.region, _short(each.definition), each.message) for each in done.outcomes]
    return table(("region", "job definition", "what became of it"), rows) + "\n"


def history(updates: Sequence[Update]) -> str:
    """Return the last updates as a person reads them: one row for each way that a definition went in one."""
    if not updates:
        return "no update yet\n"
    rows = []
    for update in updates:
        what = f"{update.operation}, rolled back" if update.undone else update.operation
        ways = Counter((change.definition, change.before, change.after) for change in update.changes)
        for (definition, before, after), targets in ways.items():
            cells = (str(update.sequence), update.time, what, _short(definition), f"{before} -> {after}", str(targets))
            rows.append((*cells, update.caller))
    return table(("update", "time", "operation", "job definition", "revision", "targets", "caller"), rows) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return aligned columns, two spaces apart, without spaces at the end of a line."""
    lines = [columns, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _row(operation: str, outcome: Outcome) -> tuple[str, ...]:
    where = (outcome.region, outcome.bus, outcome.rule, outcome.target)
    return (
        *where,
        _short(outcome.definition),
        _revision(outcome),
        WORDS.get((operation, outcome.status), outcome.status),
    )


def _revision(outcome: Outcome) -> str:
    before = "none" if outcome.before is None else str(outcome.before)
    moves = outcome.after not in (None, outcome.before)
    return f"{before} -> {outcome.after}" if moves else before


def _place(outcome: Outcome) -> str:
    """Return region, bus, rule and target, as far as it came."""
    return " / ".join(filter(None, (outcome.region, outcome.bus, outcome.rule, outcome.target)))


def _short(definition: str) -> str:
    """Return the name in an ARN of a job definition."""
    return definition.rpartition("/")[2]


def _sum(done: Report) -> str:
    counted = Counter(WORDS.get((done.operation, outcome.status), outcome.status) for outcome in done.outcomes)
    counts = ", ".join(f"{number} {word}" for word, number in counted.items()) or "no target"
    statuses = {outcome.status for outcome in done.outcomes}
    line = counts if "changed" in statuses else f"{counts}; {NOTHING_CHANGED}"
    held = "held" in statuses or (done.operation == "rollback" and "changed" in statuses)
    return f"{line}\n{HELD}" if held else line
