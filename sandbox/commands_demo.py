"""The commands that show the workers from end to end: the workflow for custom ids, and the weekly claims report."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sandbox.command import DIRECTORY_VARIABLE
from sandbox.demo.faults import Fault
from sandbox.errors import WrongUseError
from sandbox.options import BUILD, BuildFolder, SandboxThatIsUp, say, store, that_is_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.demo.applying import Apply
    from sandbox.demo.display import Display
    from sandbox.server import Sandbox

# At the rate of dn-dev a run of so many ends well before the sandbox's own limit for a container (120 s).
MOST_VIDEOS = 1500
MOST_WEEKS = 27
MOST_CLAIMS = 50_000
INTERRUPTED = 130


Applying = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND...]", help="What applies the environment first, unless that is done."),
]


def demo(
    name: SandboxThatIsUp = None,
    apply: Applying = None,
    *,
    fault: Annotated[Fault, typer.Option(help="What goes wrong in the middle.")] = Fault.NONE,
    videos: Annotated[int, typer.Option(min=30, max=MOST_VIDEOS, help="Videos of partner channels.")] = 400,
    build: BuildFolder = BUILD,
) -> None:
    """Show the workflow for custom ids with the workers of dn-dev: report, backfill, event, clean-up, result.

    The exit code is 1 if a custom id is not what it must be in the end.
    """
    # They take a while, and no other command needs them.
    from sandbox.catalogue import Catalogue  # noqa: PLC0415
    from sandbox.demo.story import Story  # noqa: PLC0415
    from sandbox.services import running  # noqa: PLC0415

    with _stage(name, apply, build, "demo") as stage:
        running.down(stage.folder)  # what an earlier telling left would be part of this one
        services, _ = running.up(stage.folder)
        catalogue = Catalogue(channels=40, videos=videos)
        Story(
            stage.box, stage.folder, services, catalogue, others=20 * videos, fault=fault, display=stage.display,
            apply=stage.apply,
        ).tell()  # fmt: skip


def demo_report(
    name: SandboxThatIsUp = None,
    apply: Applying = None,
    *,
    weeks: Annotated[int, typer.Option(min=2, max=MOST_WEEKS, help="Snapshots of the catalogue.")] = 10,
    claims: Annotated[int, typer.Option(min=2000, max=MOST_CLAIMS, help="Claims of the catalogue, about.")] = 6000,
    build: BuildFolder = BUILD,
) -> None:
    """Show the weekly claims report with the worker of dn-dev: snapshots, findings, alerts, and the same week again.

    The exit code is 1 if nothing of what was put into the last snapshot is found, or the same week again is another.
    """
    from sandbox.claims.shape import Shape  # noqa: PLC0415 - it needs NumPy, which takes a while
    from sandbox.demo.weekly import WeeklyStory  # noqa: PLC0415 - so does it

    with _stage(name, apply, build, "demo-report") as stage:
        shape = Shape(claims=claims, weeks=weeks, missing=0)
        WeeklyStory(stage.box, stage.folder, shape, stage.display, stage.apply).tell()


@dataclass(frozen=True)
class _Stage:
    box: Sandbox
    folder: Path
    display: Display
    apply: Apply | None


@contextlib.contextmanager
def _stage(name: str | None, apply: list[str] | None, build: Path, target: str) -> Iterator[_Stage]:
    """Give a telling its sandbox, alone, and say at the end what is left of it."""
    from rich.console import Console  # noqa: PLC0415 - it takes a while, and no other command needs it

    from sandbox.demo.applying import Apply  # noqa: PLC0415
    from sandbox.demo.display import Display  # noqa: PLC0415

    box = that_is_up(build, name)
    sandboxes = store(build)
    (known,) = [each for each in sandboxes.names() if sandboxes.find(each) == box]
    folder = sandboxes.folder(known)
    applying = Apply(
        name=known,
        command=apply,
        environment=box.child_environment(os.environ) | {DIRECTORY_VARIABLE: str(folder)},
        plan=build / known / "plan.json",
        log=folder / "apply.log",
    ) if apply else None  # fmt: skip
    try:
        with alone(folder):
            yield _Stage(box, folder, Display(Console()), applying)
    except KeyboardInterrupt:
        say(
            f"stopped here; what runs in the sandbox goes on: make {target} begins anew, "
            f"make destroy ENV={known} ends it"
        )
        raise typer.Exit(INTERRUPTED) from None
    program = "  .build/venv/bin/python -m sandbox"
    typer.echo(
        f"\nAll of it is still there:\n{program} events {known}        # also: deliveries, tasks, calls, messages\n"
        f"  make destroy ENV={known}"
    )


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one demonstration at a time use a sandbox.

    Raises:
        WrongUseError: another one runs.
    """
    with (folder / ".demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongUseError(f"another demonstration runs in {folder.name}: wait until it has ended") from None
        yield


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)
    app.command()(demo_report)
