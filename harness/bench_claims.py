"""Times the weekly claims report at the documents' size, beside a bare DuckDB scan of the same file.

What is measured are whole processes on one processor, as the documents' task has one. The history is real: each week
before the last one is a report of the same size that the worker has taken in.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.aims import reached
from harness.bench_generator import Usage, usage
from sandbox import server
from sandbox.claims import catalogue, weeks, writing
from sandbox.claims.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TASK_MIB: Final = 3072  # of the documents' task
MOST_SECONDS: Final = 90
MOST_MIB: Final = 1536
MOST_TIMES: Final = 4
HEADER: Final = "| What | seconds | processor s | peak MiB | runs |\n|---|---|---|---|---|"
# Every column with the type that DuckDB finds for it, so that each field is read and converted, and none is kept.
SCAN: Final = """\
import sys, duckdb
connection = duckdb.connect(config={"threads": 1})
connection.execute("SELECT max(COLUMNS(*)) FROM read_csv(?)", [sys.argv[1]]).fetchall()
"""
# What it writes to its standard output goes to the file that comes first.
ON_ONE: Final = """\
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
os.execv(sys.argv[2], sys.argv[2:])
"""
LOG: Final = "log.jsonl"
LEAST_TOLD: Final = 0.05  # of a run's time: steps that take less are told together


@dataclass(frozen=True)
class Size:
    """How much is done.

    Attributes:
        claims: in the first snapshot; in the 27th there are those 1.5 million that the documents say, or some more.
        weeks: of history.
        runs: of the last week and of the scan.
    """

    claims: int = 1_320_000
    weeks: int = 26
    runs: int = 3


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        scans: of the last report, bare.
        runs: of the worker on it, with all the history.
        first: the first week of all, which has no history.
        rows: of the last report.
        size: of it, in bytes.
        weeks: of history.
        kept: size of what is kept of all weeks, in bytes.
        steps: seconds of each step of the last run, as its metrics say.
    """

    scans: Sequence[Usage]
    runs: Sequence[Usage]
    first: Usage
    rows: int
    size: int
    weeks: int
    kept: int
    steps: Mapping[str, float]

    @property
    def times(self) -> float:
        """How many times as long as a scan a run takes, by their medians."""
        return _median(self.runs) / _median(self.scans)

    def lines(self) -> list[str]:
        """Return the rows of a table, and what they are measured for."""
        seconds, peak = _median(self.runs), max(run.peak for run in self.runs)
        what = f"{self.rows:,} rows, {self.size / 1e6:.0f} MB"
        verdict = (
            f"{seconds:.1f} s on one processor (aim: {MOST_SECONDS}, {reached(seconds <= MOST_SECONDS)}); "
            f"{peak:.0f} MiB at the peak (aim: {MOST_MIB}, {reached(peak <= MOST_MIB)}; the documents' task has "
            f"{TASK_MIB}); {self.times:.1f} times a bare scan of the same file (aim: {MOST_TIMES}, "
            f"{reached(self.times <= MOST_TIMES)}); {self.kept / 1e6 / (self.weeks + 1):.0f} MB are kept a week"
        )
        return [
            HEADER,
            _row(f"bare DuckDB scan, {what}", self.scans),
            _row(f"claims report, {what}, {self.weeks} weeks of history", self.runs),
            _row("claims report of the first week", [self.first]),
            "",
            verdict,
            self._where_it_goes(),
        ]

    def _where_it_goes(self) -> str:
        """Return what each step of the last run took, longest first."""
        seconds = self.runs[-1].seconds
        told = {name: took for name, took in self.steps.items() if took >= LEAST_TOLD * seconds}
        ordered = sorted(told.items(), key=lambda step: -step[1])
        steps = ", ".join(f"{name} {took:.1f}" for name, took in ordered)
        rest = seconds - sum(told.values())
        return f"Of the last run's {seconds:.1f} s: {steps}, all else (Python's start among it) {rest:.1f}"


def run(size: Size | None = None) -> list[str]:
    """Measure all of it; return the lines of a table, and of what they are measured for.

    Raises:
        EnvironmentFailedError: a process failed.
    """
    return measure(size or Size()).lines()


def measure(size: Size) -> Measured:
    """Let the weeks pass, and measure the last one; raises as `run`."""
    with ExitStack() as stack:
        box = stack.enter_context(server.start())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="punctual-bench-")))
        environment = box.child_environment(os.environ) | {"PYTHONPATH": str(server.REPOSITORY), "EVENT_BUS": "default"}
        made = catalogue.make(Shape(claims=size.claims, weeks=size.weeks + 1, missing=0))
        writer = stack.enter_context(writing.Writer(made, threads=2))
        done: list[Usage] = []
        report, rows = Path(), 0
        for snapshot in weeks.snapshots(made):
            if done:
                report.unlink()
            report, rows = writer.write(snapshot, scratch), len(snapshot.claims)
            done.append(_reported(report, scratch, environment))
        again = [_reported(report, scratch, environment) for _ in range(size.runs - 1)]
        steps = _steps((scratch / LOG).read_text(encoding="utf-8"))
        scans = [_on_one(["-I", "-c", SCAN, str(report)], scratch, environment) for _ in range(size.runs)]
        kept = sum(path.stat().st_size for path in (scratch / "history").rglob("*") if path.is_file())
        return Measured(scans, [done[-1], *again], done[0], rows, report.stat().st_size, len(done) - 1, kept, steps)


def _reported(report: Path, scratch: Path, environment: Mapping[str, str]) -> Usage:
    """Run the worker once, on one processor; the same week again does the same work again."""
    places = {"claims-report": report, "history": scratch / "history", "output": scratch / "reports"}
    flags = [text for flag, place in places.items() for text in (f"--{flag}", str(place))]
    return _on_one(["-m", "workers", "claimsreport", *flags], scratch, environment)


def _on_one(arguments: Sequence[str], where: Path, environment: Mapping[str, str]) -> Usage:
    command = [sys.executable, "-I", "-S", "-c", ON_ONE, str(where / LOG), sys.executable, *arguments]
    return usage(command, where, dict(environment))


def _steps(log: str) -> dict[str, float]:
    """Return the seconds of each step, of the metrics that a run writes."""
    lines = [json.loads(line) for line in log.splitlines()]
    return {line["Step"]: float(line["StepDuration"]) for line in lines if "Step" in line}


def _median(runs: Sequence[Usage]) -> float:
    return statistics.median(run.seconds for run in runs)


def _row(name: str, runs: Sequence[Usage]) -> str:
    processor = statistics.median(run.processor_seconds for run in runs)
    return f"| {name} | {_median(runs):.1f} | {processor:.1f} | {max(run.peak for run in runs):.0f} | {len(runs)} |"
