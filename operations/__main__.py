"""`python -m operations`: look at an environment's rules and targets, keep them right, and try them, in its account.

In the sandbox that `make apply ENV=...` left up, or with --live in the real account.

Exit codes: 0 fine, 1 the verdict is no, 2 wrong use, 3 the environment failed, 4 a sync failed at a part.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import asdict
from typing import NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError

from generator.commands import streams
from harness.errors import EnvironmentFailedError, HarnessError
from operations import commands_events, commands_sync, rules, targets
from operations.account import words
from operations.options import AsJson, EnvironmentName, Live, reach
from operations.output import number, say, short_name, show, show_json
from operations.target_sync import sync

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command("targets")
def list_targets(env: EnvironmentName, *, live: Live = False, as_json: AsJson = False) -> None:
    """List the targets of the environment's rules: which revision each is on, and whether that is right."""
    environment, account = reach(env, live=live)
    rows = targets.rows(account, environment, rules.find(account, environment))
    if as_json:
        show_json([asdict(row) for row in rows])
        return
    columns = ("bus", "rule", "target", "kind", "definition", "revision", "newest", "verdict", "kept by", "to", "role")
    cells = [
        (
            row.bus,
            row.rule,
            row.target,
            row.kind,
            row.definition,
            number(row.revision),
            number(row.newest),
            row.verdict,
            row.kept_by,
            short_name(row.arn),
            short_name(row.role),
        )
        for row in rows
    ]
    show(columns, cells, f"{env} has no rules")
    for row in rows:
        if row.problem:
            say("/".join(filter(None, (row.bus, row.rule, row.target))) + f": {row.problem}")


@app.command("rules")
def list_rules(env: EnvironmentName, *, live: Live = False, as_json: AsJson = False) -> None:
    """List the environment's rules, with their state, their pattern or schedule, and how many targets each has."""
    environment, account = reach(env, live=live)
    found = rules.find(account, environment)
    if as_json:
        show_json([rules.record(rule) for rule in found])
        return
    cells = [
        (rule.bus, rule.name, rule.key or rule.managed_by, rule.state, rules.starts(rule), str(len(rule.targets)))
        for rule in found
    ]
    columns = ("bus", "rule", "specified as", "state", "pattern or schedule", "targets")
    show(columns, cells, f"{env} has no rules")


commands_sync.register(app)
app.add_typer(commands_events.app, name="events")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command; a failure that a person can act on is a message and an exit code, never a traceback.

    With --json it is an object on standard output, too: `{"exit_code": <number>, "error": {"message": <text>}}`.
    """
    as_json = "--json" in (sys.argv if arguments is None else arguments)
    try:
        with streams.guarded():
            app(arguments, prog_name="python -m operations")
    except (ClientError, BotoCoreError) as error:
        _fail(EnvironmentFailedError(words(error)), as_json=as_json)
    except sync.SyncError as error:
        _fail(EnvironmentFailedError(f"{error.kind}: {error.message}"), as_json=as_json)
    except HarnessError as error:
        _fail(error, as_json=as_json)
    sys.exit(0)


def _fail(error: HarnessError, *, as_json: bool) -> NoReturn:
    say(str(error))
    if as_json:
        show_json({"exit_code": error.exit_code, "error": {"message": str(error)}})
    sys.exit(error.exit_code)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that a sync gives its lock back
    main()
