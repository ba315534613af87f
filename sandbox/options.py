"""What several commands have in common: how a sandbox is named, where it is kept, and how a person is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sandbox import server
from sandbox.errors import WrongUseError
from sandbox.state import Store

if TYPE_CHECKING:
    from sandbox.server import Sandbox

BUILD = server.REPOSITORY / ".build"

BuildFolder = Annotated[
    Path, typer.Option("--build-dir", envvar="PUNCTUAL_BUILD_DIR", hidden=True, help="Where working files are kept.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
SandboxThatIsUp = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="The name of a sandbox that is up; the only one by default.")
]


def store(build: Path) -> Store:
    """Return the sandboxes of a working folder."""
    return Store(build.resolve() / "sandbox")


def say(message: str) -> None:
    """Tell a person; standard output is for what a program may read."""
    typer.echo(f"sandbox: {message}", err=True)


def that_is_up(build: Path, name: str | None) -> Sandbox:
    """Return the sandbox of that name, or without a name the only one that is up.

    Raises:
        WrongUseError: it is not up; or none or several are, and none is named.
    """
    sandboxes = store(build)
    up = {each: box for each in sandboxes.names() if (box := sandboxes.find(each)) is not None}
    if name is None and len(up) == 1:
        return next(iter(up.values()))
    if name in up:
        return up[name]
    names = f"up: {', '.join(up)}" if up else "none is up: start one (python -m sandbox up NAME, make apply ENV=NAME)"
    raise WrongUseError(f"name the sandbox; {names}" if name is None else f"{name} is not up; {names}")
