"""What a person sees of the demonstration: what happens in lines, and how far something is."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_SECONDS = 5.0  # between two lines of progress, where there is no terminal to draw a bar on


class Bar(Protocol):
    """How far something is."""

    def show(self, done: int, total: int, what: str) -> None:
        """Say so: how many of how many, and what else is to be told in a few words."""


@dataclass(frozen=True)
class Display:
    """Writes to a console; NO_COLOR and a console that is no terminal are respected, which rich does."""

    console: Console

    def step(self, number: int, of: int, title: str) -> None:
        """Begin another part of the story."""
        self.console.print(Text(f"\n{number} of {of}  {title}", style="bold"), soft_wrap=True)

    def say(self, line: str) -> None:
        """Tell one thing; what it says is text, never markup."""
        self.console.print(Text(f"  {line}"), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table, indented as lines are."""
        table = Table(box=None, pad_edge=True, padding=(0, 2))
        for column in columns:
            table.add_column(Text(column), overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table)

    @contextlib.contextmanager
    def bar(self, title: str) -> Iterator[Bar]:
        """Show how far something is, as a bar on a terminal and in lines elsewhere; nothing until it is first said."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            yield _Lines(self, title)
            return
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                   TextColumn("{task.fields[what]}"))  # fmt: skip
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(title, total=None, visible=False, what="")

            class Drawn:
                def show(self, done: int, total: int, what: str) -> None:
                    progress.update(task, completed=done, total=total, what=what, visible=True)

            yield Drawn()


class _Lines:
    def __init__(self, display: Display, title: str) -> None:
        self._display, self._title = display, title
        self._said_at = time.monotonic()
        self._said = 0

    def show(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if done > self._said and (now - self._said_at >= LINE_SECONDS or done == total):
            self._said_at, self._said = now, done
            self._display.say(f"{self._title}: {done} of {total}{f', {what}' if what else ''}")
