"""What the commands say: results on standard output, all that is about the run itself on standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from generator.errors import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.errors import Problem

STALE, WRONG, FAILED = 1, 2, 3
UNREAD: Final = 141  # nobody reads on: what a shell makes of SIGPIPE, which Python does not die of


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Run something that may write by itself, as `--help` does: what keeps it from that is said in one line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no such character is no failure
    try:
        yield
    except OSError as error:
        _discard(error=False)
        _write(f"{reason(error)}\n", error=True)
        sys.exit(FAILED)


def say(lines: Iterable[str], state: str = "") -> None:
    """Write the result of a command, when all of it is known.

    Args:
        lines: without their ends.
        state: what was done, for when there is no way to say so in full.
    """
    text = "".join(f"{line}\n" for line in lines)
    failure = _write(text, error=False)
    if isinstance(failure, BrokenPipeError):
        raise typer.Exit(UNREAD)
    if failure is not None:
        fail(f"standard output: {reason(failure)}{state and f'; {state}'}", FAILED)


def notice(problem: Problem) -> None:
    """Say what could not be checked: the verdict does not depend on it, so it goes where no pipe reads it."""
    _write(f"{problem}\n", error=True)


def fail(message: str, code: int) -> NoReturn:
    """End the command with a message and this exit code, also where nobody can read the message."""
    _write(f"{message}\n", error=True)
    raise typer.Exit(code)


def _write(text: str, *, error: bool) -> OSError | None:
    """Write a text; return what kept it from being written, if anything did."""
    if text and (sys.stderr if error else sys.stdout) is None:  # closed by whoever started the command
        return OSError("closed")
    try:
        typer.echo(text, nl=False, err=error)
    except OSError as failure:
        _discard(error=error)
        return failure
    return None


def _discard(*, error: bool) -> None:
    """Let what is left of a stream go nowhere: Python tries once more at its end, and would say so."""
    stream = sys.stderr if error else sys.stdout
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
