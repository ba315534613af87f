"""The command that writes claims reports of a catalogue that nobody owns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from sandbox.options import say


def claims(
    folder: Annotated[Path, typer.Argument(help="Where the reports go; made if it is not there.")],
    *,
    number: Annotated[int, typer.Option("--claims", min=1, help="Claims in the first snapshot, about.")] = 12_000,
    weeks: Annotated[int, typer.Option(min=1, help="Number of weekly snapshots.")] = 27,
    seed: Annotated[int, typer.Option(min=0, help="What everything is drawn from.")] = 1,
    last: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the last snapshot.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The demonstration's: small, with one of each finding.")] = False,
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress the reports.")] = False,
) -> None:
    """Write weekly claims reports, platform metrics and rights records, named with their dates."""
    from sandbox.claims import catalogue, demonstration, files, shape, writing  # noqa: PLC0415 - NumPy takes a while

    if demo:
        for written in demonstration.write(folder)[0]:
            say(f"{written.report}: {written.claims} claims")
        return
    made = catalogue.make(shape.Shape(seed, number, weeks, last.date() if last else shape.LAST))
    for written in files.write_all(made, folder, writing.Form(gzip=gzip), threads=2):
        say(f"{written.report}: {written.claims} claims, {written.report.stat().st_size / 1e6:.1f} MB")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(claims)
