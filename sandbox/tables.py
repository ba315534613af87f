"""Tables for a person: on standard output, one row for each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.options import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def show(columns: Iterable[str], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    """Print a table on standard output, or on standard error that there is nothing."""
    if not rows:
        say(nothing)
        return
    from rich.console import Console  # noqa: PLC0415 - it takes a while, and most commands print no table
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=False).print(table)


def escape(text: str) -> str:
    """Keep rich from taking what a service said for markup."""
    return text.replace("[", r"\[")


def short_name(arn: str) -> str:
    """Return the last part of an ARN, which is the name of what it names; other text as it is."""
    return arn.rpartition(":")[2].rpartition("/")[2] if arn.startswith("arn:") else arn


def clock_time(moment: str) -> str:
    """Return a record's time as hours, minutes and seconds."""
    return moment.partition("T")[2][:8]
