"""The command `python -m batch_target_sync`: reads what is wanted, calls the sync, shows what it did.

Exit codes: 0 all is right; 1 a check or dry run found a mismatch; 2 wrong use; 3 it could not begin; 4 something
failed, the rest is done; 128 and the number of a signal that ended it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import boto3
from botocore.exceptions import BotoCoreError

from batch_target_sync import arguments, output, wanted
from batch_target_sync.sync import Aws, Settings, SyncError, problem, resume, rollback, sync, updates

FINE: Final = 0
WRONG_USE: Final = 2
COULD_NOT_BEGIN: Final = 3


def main(given: Sequence[str] | None = None, variables: Mapping[str, str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        given: the arguments; those of the process unless given.
        variables: the environment variables; those of the process unless given.

    Raises:
        SystemExit: the help was asked for.
        KeyboardInterrupt: somebody ended it.
    """
    given = sys.argv[1:] if given is None else given
    try:
        code, text = _run(arguments.parse(given), os.environ if variables is None else variables)
    except SyncError as error:
        code, text = _failed(error, as_json="--json" in given)
    except BotoCoreError as error:  # of the session: no such profile, a configuration file that is none
        code, text = _failed(problem(error), as_json="--json" in given)
    _show(text)
    return code


def _run(options: argparse.Namespace, variables: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code and what goes to standard output."""
    selections = wanted.selections(options, variables) if options.operation == "sync" else []
    for key in ("name", "state", "topic", "event_bus", "only_job_definition"):
        if getattr(options, key) is not None:
            wanted.check_form("--" + key.replace("_", "-"), key, getattr(options, key))
    wanted.check_endpoints(variables)
    session = boto3.Session()
    name = options.name or "default"
    settings = Settings(
        region=wanted.region(options.region, variables, session.region_name),
        name=name,
        state=options.state or f"/batch-target-sync/{name}",
        topic=options.topic,
        event_bus=options.event_bus,
        trigger=options.trigger or "command",
    )
    aws = Aws(session, sleep=output.waiting())
    if options.operation == "history":
        found = updates(settings, aws)
        return FINE, output.updates_as_json(found) + "\n" if options.json else output.history(found)
    if options.operation == "rollback":
        report = rollback(settings, aws, dry_run=options.dry_run)
    elif options.operation == "resume":
        report = resume(settings, aws, only=options.only_job_definition)
    else:
        operation = "dry-run" if options.dry_run else "check" if options.check else "sync"
        report = sync(selections, settings, aws, operation=operation, only=options.only_job_definition)
    if options.json:
        return report.exit_code, output.as_json(report.as_dict()) + "\n"
    return report.exit_code, output.report(report, everything=options.all)


def _failed(error: SyncError, *, as_json: bool) -> tuple[int, str]:
    """Say what went wrong, and return the exit code and what goes to standard output."""
    print(f"batch_target_sync: {error.message}", file=sys.stderr)
    if error.kind == "wrong-use":
        code, hint = WRONG_USE, f"  {arguments.PROGRAM} --help says what it takes"
        print(hint, file=sys.stderr)
    else:
        code = COULD_NOT_BEGIN
    told = {"exit_code": code, "error": {"kind": error.kind, "message": error.message}}
    return code, output.as_json(told) + "\n" if as_json else ""


def _show(text: str) -> None:
    """Write to standard output. Whoever reads it may have gone (`| head`): that changes nothing of what was done."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
