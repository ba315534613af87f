"""Tables for a person: on standard output, one row for each thing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sandbox.options import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STYLES = {"delivered": "green", "dead-lettered": "yellow", "dropped": "red"}
UNBOUNDED_WIDTH = 10_000  # of a table that goes into a file or another program: one line a row


def show(columns: Iterable[str], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    """Print a table on standard output, or on standard error that there is nothing.

    A cell is text as it stands: what rich takes for markup is none here, since events can say anything.
    """
    if not rows:
        say(nothing)
        return
    # It takes a while, and most commands print no table.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    Console(width=None if sys.stdout.isatty() else UNBOUNDED_WIDTH).print(table)


def short_name(arn: str) -> str:
    """Return the last part of an ARN, which is the name of what it names, with its revision; other text as it is."""
    if not arn.startswith("arn:"):
        return arn
    resource = arn.split(":", 5)[-1]
    return resource.rpartition("/" if "/" in resource else ":")[2]


def date_and_time(moment: str) -> str:
    """Return a record's time as a person reads it, with its day: the sandbox's clock can be moved by weeks."""
    return moment[:19].replace("T", " ")
