"""Histories of all sorts: none, long, with gaps, late, with older reports between; and what else is given."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import pytest

from tests.workers.claimsreport.surroundings import Surroundings


def moved(report: Path, folder: Path, date: str) -> Path:
    """Return the same report of another day."""
    path = folder / f"claim_report_active_{date}.csv"
    shutil.copy(report, path)
    return path


def lengthen(history: Path, oldest: str, weeks: int) -> None:
    """Put copies of the oldest partition before it; digests of the reports differ, as those of real ones do."""
    source = history / f"date={oldest}"
    for number in range(1, weeks + 1):
        date = dt.date.fromisoformat(oldest) - dt.timedelta(weeks=number)
        folder = history / f"date={date}"
        shutil.copytree(source, folder)
        snapshot = json.loads((folder / "snapshot.json").read_bytes())
        before = date - dt.timedelta(weeks=1)
        snapshot |= {"date": str(date), "previous": str(before), "days": 7, "digest": f"{number:064x}"}
        snapshot["content_digest"] = f"other:{number:x}"
        (folder / "snapshot.json").write_text(json.dumps(snapshot), encoding="utf-8")


def test_six_months_are_looked_at_and_not_more(around: Surroundings) -> None:
    around.after(4)
    lengthen(around.folder / "history", around.weeks.dates()[0], 25)
    ran = around.run(around.weeks.reports[4])
    assert ran.code == 0, ran.problem
    report = around.report(around.weeks.dates()[4])
    assert report["weeks_of_history"] == 26
    longest = max(len(finding["history"]) for finding in report["findings"])
    assert longest == 27
    few = around.run(around.weeks.reports[4], "--weeks", "2")
    assert few.code == 0
    assert around.report(around.weeks.dates()[4])["weeks_of_history"] == 2


def test_late_snapshots_and_gaps_of_weeks_count_by_their_days(around: Surroundings, tmp_path: Path) -> None:
    around.after(2)
    late = moved(around.weeks.reports[2], tmp_path, "2026-10-07")  # two days late
    assert around.run(late).detail["days"] == 9
    after = moved(around.weeks.reports[3], tmp_path, "2026-11-02")  # weeks that never came
    ran = around.run(after)
    assert (ran.code, ran.detail["days"], ran.detail["previousDate"]) == (0, 26, "2026-10-07")
    trend = next(each for each in around.report("2026-11-02")["trends"] if each["measure"] == "weekly_views")
    dates = [week["date"] for week in trend["totals"]]
    assert dates == [*around.weeks.dates()[:2], "2026-10-07", "2026-11-02"]


def test_rows_of_a_week_are_linked_to_the_files_of_the_week_before(around: Surroundings) -> None:
    around.after(3)
    snapshots = [
        json.loads((around.folder / "history" / f"date={date}" / "snapshot.json").read_bytes())
        for date in around.weeks.dates()[:3]
    ]
    assert [each["files_before"] for each in snapshots] == [{}, snapshots[0]["files"], snapshots[1]["files"]]
    assert all(each["files"] for each in snapshots)


def test_without_a_week_in_between_the_others_are_looked_at(around: Surroundings) -> None:
    around.after(4)
    shutil.rmtree(around.folder / "history" / f"date={around.weeks.dates()[1]}")
    ran = around.run(around.weeks.reports[4])
    assert ran.code == 0, ran.problem
    report = around.report(around.weeks.dates()[4])
    assert report["weeks_of_history"] == 3
    trend = next(each for each in report["trends"] if each["measure"] == "weekly_views")
    dates = around.weeks.dates()
    assert [week["date"] for week in trend["totals"]] == [dates[0], *dates[2:5]]


def test_an_older_report_between_has_no_engaged_views_and_breaks_nothing(around: Surroundings) -> None:
    around.after(2)
    ran = around.run(around.weeks.older[2])
    assert ran.code == 0, ran.problem
    assert "engaged_views" in around.report(around.weeks.dates()[2])["quality"]["missing_columns"]
    for report in around.weeks.reports[3:]:
        ran = around.run(report)
        assert ran.code == 0, ran.problem
    assert ran.detail["highCount"] > 0
    trends = {each["measure"]: each for each in around.report(around.weeks.dates()[4])["trends"]}
    engaged = [week["value"] for week in trends["weekly_engaged_views"]["totals"]]
    assert [value is None for value in engaged] == [True, False, True, True, False]


def test_with_metrics_and_rights_more_is_found(around: Surroundings) -> None:
    for number in range(3):
        ran = around.run(
            around.weeks.reports[number],
            PLATFORM_METRICS=str(around.weeks.metrics[number]),
            RIGHTS_RECORDS=str(around.weeks.rights),
        )
        assert ran.code == 0, ran.problem
    assert {line.get("event") for line in ran.log} >= {"rights taken in", "metrics taken in"}
    quality = around.report(around.weeks.dates()[2])["quality"]
    assert quality["missing_sources"] == []
    without = around.run(around.weeks.reports[3])
    assert without.code == 0
    assert set(around.report(around.weeks.dates()[3])["quality"]["missing_sources"]) == {
        "platform metrics",
        "rights records",
    }


def test_the_report_of_a_folder_is_the_latest_and_gzip_is_the_same(around: Surroundings, tmp_path: Path) -> None:
    folder = tmp_path / "delivered"
    folder.mkdir()
    for report in around.weeks.reports[:2]:
        (folder / f"{report.name}.gz").write_bytes(gzip.compress(report.read_bytes(), mtime=0))
    around.after(1)
    ran = around.run(f"{folder}/")
    assert (ran.code, ran.detail["date"]) == (0, around.weeks.dates()[1])
    kept = {name: digest for name, digest in around.there().items() if name.startswith("history")}
    again = around.run(around.weeks.reports[1])
    assert again.code == 0
    assert {name: digest for name, digest in around.there().items() if name.startswith("history")} == kept


@pytest.mark.parametrize(("threshold", "code", "name"), [("0.5", 0, "Completed"), ("0.001", 1, "Failed")])
def test_rows_in_quarantine_are_counted_and_too_many_are_told(
    around: Surroundings, tmp_path: Path, threshold: str, code: int, name: str
) -> None:
    around.after(3)
    report = tmp_path / around.weeks.reports[3].name
    with around.weeks.reports[3].open(encoding="utf-8", newline="") as content:
        rows = list(csv.DictReader(content))
    with report.open("w", encoding="utf-8", newline="") as content:
        writer = csv.DictWriter(content, rows[0])
        writer.writeheader()
        writer.writerows(row | {"claim_id": ""} if number < 7 else row for number, row in enumerate(rows))
    ran = around.run(report, "--error-threshold", threshold)
    assert ran.event is not None
    assert (ran.code, ran.event["detail-type"]) == (code, f"Claims Report {name}")
    assert ran.detail["quarantinedCount"] == 7
    assert ran.detail["rowCount"] == ran.detail["reportedCount"] + 7
    assert ran.detail["status"] == ("failed" if code else "success")
    date = around.weeks.dates()[3]
    quality = around.report(date)["quality"]
    assert [(each["reason"], each["rows"]) for each in quality["quarantine"]] == [("no-claim-id", 7)]
    with (around.folder / f"reports/date={date}/quarantine.csv").open(encoding="utf-8", newline="") as content:
        assert len(list(csv.reader(content))) == 8
    assert f"history/date={date}/snapshot.json" in around.there(), "the week is kept all the same"
    assert len(around.aws.messages) == 1, "and who is to know is told"


def test_a_broken_partition_is_named_and_nothing_is_written(around: Surroundings) -> None:
    around.after(4)
    broken = around.folder / "history" / f"date={around.weeks.dates()[3]}" / "claims.parquet"
    broken.write_bytes(broken.read_bytes()[:-7])
    before = around.there()
    ran = around.run(around.weeks.reports[4])
    assert (ran.code, ran.detail["status"], ran.detail["problem"]) == (2, "failed", "history-broken")
    assert around.weeks.dates()[3] in ran.detail["reason"]
    assert around.there() == before


def test_settings_that_nobody_can_follow_are_told_at_once(around: Surroundings) -> None:
    around.settings |= {"HISTORY": "", "OUTPUT": ""}
    ran = around.run(around.weeks.reports[0], "--weeks", "0")
    assert ran.code == 2
    assert ran.detail["status"] == "failed"
    assert all(name in ran.detail["reason"] for name in ("HISTORY", "OUTPUT", "WEEKS"))
