"""The command about topics: what people and programs would have been told."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up


def messages(
    name: SandboxThatIsUp = None,
    *,
    topic: Annotated[str | None, typer.Option(help="Only those of this topic, by its name or ARN.")] = None,
    as_json: AsJson = False,
    build: BuildFolder = BUILD,
) -> None:
    """Show what SNS topics have sent, each topic's messages in their order."""
    found = that_is_up(build, name).ask("messages", topic=topic)["messages"]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each in found:
        typer.echo(f"{each['topic']}: {each['subject'] or '(no subject)'}\n\n{each['message']}\n")
    if not found:
        say("no topic has sent anything")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(messages)
