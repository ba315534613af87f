"""Snapshots that are refused: why, and that nothing of them is anywhere."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.claimsreport.surroundings import Ran, Surroundings, Weeks

EVERYWHERE = pytest.mark.parametrize("around", ["folder", "s3"], indirect=True)
NEXT = "claim_report_active_2026-10-26.csv"


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def backwards(path: Path) -> bytes:
    """The same rows from the last to the first."""
    with path.open(encoding="utf-8", newline="") as content:
        header, *rows = csv.reader(content)
    written = io.StringIO(newline="")
    csv.writer(written).writerows([header, *reversed(rows)])
    return written.getvalue().encode()


def refused(around: Surroundings, report: Path, *flags: str, **more: str) -> Ran:
    """Run a snapshot that is refused, and see that nothing of it is anywhere."""
    before = around.there()
    ran = around.run(report, *flags, **more)
    assert (ran.code, ran.detail["status"]) == (2, "refused"), ran.log
    assert around.there() == before
    assert around.aws.messages == []
    (line,) = [line for line in ran.log if "SnapshotsRefused" in line]
    assert line["SnapshotsRefused"] == 1
    return ran


def last(weeks: Weeks) -> bytes:
    return weeks.reports[4].read_bytes()


CASES: dict[str, tuple[Callable[[Weeks], bytes], str, str]] = {
    "no byte": (lambda _: b"", "snapshot-empty", "is empty"),
    "a header alone": (lambda weeks: lines(weeks.reports[4])[0], "snapshot-empty", "no row"),
    "cut in a row": (lambda weeks: last(weeks)[:-20], "snapshot-cut-short", "has no end"),
    "a quarter cut off between rows": (
        lambda weeks: b"".join(lines(weeks.reports[4])[: len(lines(weeks.reports[4])) * 3 // 4]),
        "snapshot-cut-short",
        "are gone",
    ),
    "the week before": (lambda weeks: weeks.reports[3].read_bytes(), "snapshot-duplicate", "byte for byte"),
    "the same rows in another order": (
        lambda weeks: backwards(weeks.reports[3]),
        "snapshot-duplicate",
        "claim for claim",
    ),
    "another report": (lambda _: b"video_id,views\nv1,5\n", "snapshot-columns-wrong", "claim_id"),
    "gzip that ends early": (
        lambda weeks: gzip.compress(last(weeks))[:-2000],
        "snapshot-cut-short",
        "before its end mark",
    ),
}  # fmt: skip


@EVERYWHERE
@pytest.mark.parametrize("case", CASES)
def test_what_is_no_snapshot_leaves_nothing(around: Surroundings, tmp_path: Path, case: str) -> None:
    around.after(4)
    content, kind, why = CASES[case]
    report = tmp_path / NEXT
    report.write_bytes(content(around.weeks))
    ran = refused(around, report)
    assert ran.detail["problem"] == kind
    assert why in ran.detail["reason"]


def test_a_snapshot_that_is_older_than_the_last_is_refused(around: Surroundings, tmp_path: Path) -> None:
    around.after(4)
    assert refused(around, around.weeks.reports[1]).detail["problem"] == "snapshot-older"
    between = tmp_path / "claim_report_active_2026-10-08.csv"
    between.write_bytes(last(around.weeks))
    ran = refused(around, between)
    assert ran.detail["problem"] == "snapshot-older"
    assert all(day in ran.detail["reason"] for day in ("2026-10-08", around.weeks.dates()[3]))


def test_other_content_of_a_day_is_refused_unless_it_is_to_replace(around: Surroundings, tmp_path: Path) -> None:
    around.after(4)
    again = tmp_path / around.weeks.reports[3].name
    again.write_bytes(b"".join(lines(around.weeks.reports[3])[:-3]))
    ran = refused(around, again)
    assert (ran.detail["problem"], "--replace" in ran.detail["reason"]) == ("snapshot-exists", True)
    before = around.there()
    ran = around.run(again, "--replace")
    assert (ran.code, ran.detail["previousDate"]) == (0, around.weeks.dates()[2])
    changed = {name.rpartition("/")[2] for name, digest in around.there().items() if before.get(name) != digest}
    assert {"report.html", "snapshot.json", "claims.parquet"} <= changed
    assert not around.aws.messages, "what was told of that day stays told"
    assert around.run(around.weeks.reports[4]).code == 0


def test_a_snapshot_of_a_day_to_come_is_refused(around: Surroundings, tmp_path: Path) -> None:
    """Every later one would be older."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    report = tmp_path / "claims.csv"
    report.write_bytes(around.weeks.reports[0].read_bytes())
    flag = f"--snapshot-date={tomorrow + dt.timedelta(days=1)}"
    assert refused(around, report, flag).detail["problem"] == "snapshot-in-future"
    assert around.run(report, f"--snapshot-date={tomorrow}").code == 0, "it has begun somewhere"


def test_in_a_dry_run_too_and_nobody_is_told(around: Surroundings) -> None:
    around.after(4)
    before = around.there()
    ran = around.run(around.weeks.reports[1], "--dry-run")
    assert (ran.code, ran.event, around.there()) == (2, None, before)
    assert ran.problem["type"].endswith(":snapshot-older")


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"RIGHTS_RECORDS": "none.csv"}, "not-found"),
        ({"PLATFORM_METRICS": "{report}"}, "snapshot-columns-wrong"),
    ],
)
def test_what_else_is_wrong_is_no_refusal_of_the_snapshot(
    around: Surroundings, more: dict[str, str], kind: str
) -> None:
    report = around.weeks.reports[0]
    ran = around.run(report, **{name: value.format(report=report) for name, value in more.items()})
    assert (ran.code, ran.detail["status"], ran.detail["problem"]) == (2, "failed", kind)
    assert around.there() == {}


def test_a_report_that_is_not_there_is_no_refusal(around: Surroundings) -> None:
    ran = around.run(str(around.folder / "claims-2026-10-26.csv"))
    assert (ran.code, ran.detail["status"], ran.detail["problem"]) == (2, "failed", "not-found")
