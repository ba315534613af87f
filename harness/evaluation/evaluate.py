"""All seeds, two at a time."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from harness.errors import WrongUseError
from harness.evaluation.scoring import Trial
from harness.evaluation.table import place, render
from harness.evaluation.trials import Scale, run
from workers.claimsreport.settings import ClaimsReportSettings

__all__ = ["Scale", "place", "readable", "tables", "trials"]

PROCESSES = 2


def trials(seeds: Sequence[int], folder: Path, scale: Scale, processes: int = PROCESSES) -> Iterator[list[Trial]]:
    """Yield the trials of each seed, in their order.

    Args:
        seeds: which.
        folder: under which working files are, as long as they are needed.
        scale: how much is tried of each.
        processes: how many work at the same time.
    """
    one = partial(_one, scale, folder)
    if processes == 1:
        yield from map(one, seeds)
        return
    # DuckDB has threads, which a fork would lose.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_be_a_program) as pool:
        yield from pool.map(one, seeds)


def tables(trials: Sequence[Trial], scale: Scale) -> str:
    """Return the tables of trials of a scale."""
    rate: float = ClaimsReportSettings.model_fields["false_discovery_rate"].default
    return render(trials, scale, rate)


def readable(document: Path) -> str:
    """Return a document that the tables can be placed in; said before minutes have gone by.

    Raises:
        WrongUseError: it cannot be read, or has no place for them.
    """
    try:
        text = document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError(f"{document} cannot be read: {error}") from None
    place(text, "")
    return text


def _be_a_program() -> None:
    """Keep DuckDB from showing progress: it takes a process whose main module has no file for a person's shell."""
    sys.modules["__main__"].__file__ = __file__


def _one(scale: Scale, folder: Path, seed: int) -> list[Trial]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"seed-{seed}-", dir=folder) as scratch:
        return run(seed, scale, Path(scratch))
