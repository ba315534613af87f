"""The command about automations: what was run, how it ended, and what its scripts wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.errors import SandboxError
from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up
from sandbox.tables import date_and_time, short_name, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def automations(
    name: SandboxThatIsUp = None,
    *,
    as_json: AsJson = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait so many seconds until nothing is under way.")] = 0.0,
    build: BuildFolder = BUILD,
) -> None:
    """List the automations that were run, how they ended, and the lines that their scripts wrote.

    The exit code is 3 if something is still under way after `--settle`.
    """
    answer = that_is_up(build, name).ask("automations", seconds=settle + 60, settle=settle)
    if as_json:
        typer.echo(json.dumps(answer["automations"], indent=2))
    else:
        show_automations(answer["automations"])
    if settle and not answer["settled"]:
        raise SandboxError(f"something is still under way after {settle:g} s: look again later")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(automations)


def show_automations(found: Sequence[Mapping[str, Any]]) -> None:
    """Print executions for a person: a table, then the lines of each."""
    rows = [
        (
            date_and_time(each["ExecutionStartTime"]),
            each["AutomationExecutionId"][:8],
            f"{each['DocumentName']}:{each['DocumentVersion']}",
            ", ".join(f"{name}={','.join(values)}" for name, values in each["Parameters"].items() if any(values)),
            short_name(each["ExecutedBy"]),
            each["AutomationExecutionStatus"],
            outcome(each),
        )
        for each in found
    ]
    columns = ("time", "automation", "document", "parameters", "started by", "status", "how it ended")
    show(columns, rows, "no automation has been run")
    for each in found:
        for step in each["StepExecutions"]:
            for line in step["OutputLines"]:
                typer.echo(f"{each['AutomationExecutionId'][:8]} {step['StepName']} | {line}")


def tell_automations(found: Sequence[Mapping[str, Any]]) -> None:
    """Say how automations ended."""
    for each in found:
        failed = outcome(each)
        status = each["AutomationExecutionStatus"]
        say(f"automation {each['AutomationExecutionId'][:8]}: {status}{f', {failed}' if failed else ''}")


def outcome(execution: Mapping[str, Any]) -> str:
    """Return in a line how an execution ended; nothing for one that runs or succeeded."""
    return str(execution.get("FailureMessage") or "").strip().rpartition("\n")[2]
