"""The command about rights: what was asked of roles and users, and what else they called."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up
from sandbox.tables import short_name, show

if TYPE_CHECKING:
    from collections.abc import Mapping

DECISIONS = {True: "allowed", False: "denied", None: "not decided"}


def calls(
    name: SandboxThatIsUp = None,
    *,
    role: Annotated[str | None, typer.Option(help="Only those of this role, by its name or ARN.")] = None,
    since: Annotated[int, typer.Option(min=0, help="Only those after this number.")] = 0,
    as_json: AsJson = False,
    build: BuildFolder = BUILD,
) -> None:
    """List which rights were asked of roles and users, by their programs and by AWS's services, and how often.

    With --json each of them, in order. A call whose rights the sandbox does not know is there as what it is.
    """
    answer = that_is_up(build, name).ask("calls", role=role, since=since)
    if as_json:
        typer.echo(json.dumps(answer["calls"], indent=2))
    else:
        counted = Counter(row(each) for each in answer["calls"])
        rows = [(*cells, str(times)) for cells, times in counted.items()]
        show(("role", "by", "action", "resource", "decision", "times"), rows, "no right has been asked")
    if answer["lost"]:
        say(f"{answer['lost']} earlier ones are no longer kept")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(calls)


def row(call: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Return what a person sees of one call: who, how, what, on what, and whether it was let."""
    what = call["action"] or f"{call['operation']} (a call)"
    who = short_name(call["role"] or call["principal"])
    return who, call["by"], what, call["resource"], DECISIONS[call["allowed"]] if call["action"] else ""
