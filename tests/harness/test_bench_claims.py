"""The benchmark of the claims report: its verdicts follow from what was measured, and all of it runs, in small."""

from __future__ import annotations

import re

import pytest

from harness import bench_claims
from harness.bench_claims import Measured, Size
from harness.bench_generator import Usage


def measured(seconds: float = 4.0, peak: float = 1536.0, scan: float = 1.0) -> Measured:
    """Three scans and three runs of which the middle one is the measure."""
    scans = [Usage(scan * factor, 100.0, scan) for factor in (0.5, 1, 9)]
    runs = [Usage(seconds * factor, peak - less, seconds) for factor, less in ((9, 0), (1, 1), (0.5, 2))]
    return Measured(
        scans,
        runs,
        Usage(2.0, 50.0, 2.0),
        rows=1_500_000,
        size=850_000_000,
        weeks=26,
        kept=1_350_000_000,
        steps={"snapshot taken in": 0.3 * seconds / 2, "findings looked for": 0.2 * seconds, "report made": 0.0},
    )


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (measured(), "4.0 s on one processor (aim: 90, reached)"),
        (measured(90.1), "90.1 s on one processor (aim: 90, NOT reached)"),
        (measured(), "1536 MiB at the peak (aim: 1536, reached; the documents' task has 3072)"),
        (measured(peak=1537), "1537 MiB at the peak (aim: 1536, NOT reached;"),
        (measured(), "4.0 times a bare scan of the same file (aim: 4, reached)"),
        (measured(scan=0.99), "4.0 times a bare scan of the same file (aim: 4, NOT reached)"),
        (measured(), "50 MB are kept a week"),
    ],
)
def test_an_aim_is_reached_or_not(done: Measured, words: str) -> None:
    assert words in done.lines()[-2]


def test_the_rows_are_medians_and_the_highest_peak() -> None:
    assert measured().lines()[1:3] == [
        "| bare DuckDB scan, 1,500,000 rows, 850 MB | 1.0 | 1.0 | 100 | 3 |",
        "| claims report, 1,500,000 rows, 850 MB, 26 weeks of history | 4.0 | 4.0 | 1536 | 3 |",
    ]


def test_where_the_time_goes() -> None:
    assert measured().lines()[-1] == (
        "Of the last run's 2.0 s: findings looked for 0.8, snapshot taken in 0.6, "
        "all else (Python's start among it) 0.6"
    )


@pytest.mark.slow
def test_all_of_it_runs() -> None:
    done = bench_claims.measure(Size(claims=2_000, weeks=2, runs=1))
    assert (done.weeks, len(done.runs), len(done.scans)) == (2, 1, 1)
    assert done.rows > 2_000
    assert done.kept > 0
    assert {"snapshot taken in", "weekly tables made", "findings looked for", "tables saved"} <= done.steps.keys()
    assert 0 < sum(done.steps.values()) < done.runs[-1].seconds
    assert re.search(r"^\| claims report, [\d,]+ rows, \d+ MB, 2 weeks of history \| \d", "\n".join(done.lines()), re.M)
