"""What the commands print: a table or JSON on standard output, all that is about the run itself on standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLES: Final = {
    "current": "green",
    "changed": "green",
    "rolled back": "green",
    "let go": "green",
    "passed": "green",
    "ENABLED": "green",
    "matches": "green",
    "floating": "cyan",
    "held": "yellow",
    "would change": "yellow",
    "not tried": "yellow",
    "DISABLED": "yellow",
    "stale": "red",
    "failed": "red",
    "missing": "red",
    "matches not": "red",
}
SHORT: Final = 16  # characters of a column that is not folded: what there is too little room for is folded elsewhere
UNBOUNDED_WIDTH: Final = 10_000  # of a table that goes into a file or another program: one line a row


def show(columns: Sequence[str], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    """Print a table on standard output, or on standard error that there is nothing.

    On a terminal a long cell is folded and never cut; elsewhere a row is one line. Columns with nothing in them are
    left out. A cell is text as it stands: what rich takes for markup is none here.
    """
    if not rows:
        say(nothing)
        return
    # It takes a while, and JSON needs none of it.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    shown = [number for number in range(len(columns)) if any(row[number] for row in rows)]
    for number in shown:
        is_short = max(len(row[number]) for row in rows) <= SHORT
        table.add_column(columns[number], overflow="fold", no_wrap=is_short)
    for row in rows:
        table.add_row(*(Text(row[number], style=STYLES.get(row[number], "")) for number in shown))
    Console(width=None if sys.stdout.isatty() else UNBOUNDED_WIDTH).print(table)


def show_json(value: object) -> None:
    """Print a value for a program."""
    typer.echo(json.dumps(value, indent=2))


def say(message: str) -> None:
    """Tell a person; standard output is for what a program may read."""
    typer.echo(message, err=True)


def short_name(arn: str) -> str:
    """Return the last part of an ARN, which is the name of what it names; other text as it is."""
    return arn.rpartition(":")[2].rpartition("/")[2] if arn.startswith("arn:") else arn


def number(value: int | None) -> str:
    """Return a number as a cell has it, empty where there is none."""
    return "" if value is None else str(value)
