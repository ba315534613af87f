"""One report out of its parts: what it says of time, of places, and of rows that cannot be right."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from tests.workers.claimsreport.a_finding import a_finding
from workers.claimsreport.composing import EXAMPLES, Lasting, Weeks, compose, quality_of
from workers.claimsreport.finding import Finding
from workers.claimsreport.report.content import Ended, Quality, Report
from workers.claimsreport.report.content import Standing as Since
from workers.claimsreport.settings import ClaimsReportSettings
from workers.claimsreport.standing import Standing, update
from workers.claimsreport.tables import create

MONDAYS = [dt.date(2026, 9, 7) + dt.timedelta(weeks=week) for week in range(5)]
SETTINGS = ClaimsReportSettings(
    event_bus="bus", claims_report="s3://in/claims/", history="history/", output="reports/", weeks=26
)


def composed(
    findings: list[Finding], previous: Standing | None = None, source: str = "s3://in/claims/c.csv", week: int = 2
) -> Report:
    now = update(previous, findings, MONDAYS[week])
    return compose(
        Weeks(MONDAYS[week], tuple(MONDAYS[:week])),
        findings,
        Lasting(previous, now),
        source=source,
        trends=[],
        quality=Quality(rows=1, reported=1),
        settings=SETTINGS,
    )


def test_what_needs_attention_first_is_first() -> None:
    report = composed([a_finding("A", 50), a_finding("B", 90)])
    assert [each.subject for each in report.findings] == ["B", "A"]
    assert (report.date, report.previous, report.weeks_of_history) == (MONDAYS[2], MONDAYS[1], 2)
    assert (report.rates.weeks, report.changepoints) == (26, tuple(sorted(SETTINGS.changepoints)))


def test_since_when_it_lasts_and_what_the_last_report_had() -> None:
    first = update(None, [a_finding("A"), a_finding("B"), a_finding("C")], MONDAYS[0], {"conflict:A": MONDAYS[0]})
    second = update(first, [a_finding("A"), a_finding("B")], MONDAYS[1])
    report = composed([a_finding("A"), a_finding("D")], second)
    assert report.standing == {
        "conflict:A": Since(MONDAYS[0], MONDAYS[0]),
        "conflict:D": Since(MONDAYS[2], None),
    }
    # C was absent from the last report already.
    assert report.ended == (Ended("conflict:B", "Title of B", MONDAYS[0]),)


def test_the_first_report_has_nothing_before_it() -> None:
    report = composed([a_finding("A")], week=0)
    assert (report.previous, report.weeks_of_history, report.ended) == (None, 0, ())


@pytest.mark.parametrize(
    ("source", "told"), [("s3://in/claims/c.csv.gz", "s3://in/claims/c.csv.gz"), ("/home/me/in/c.csv", "c.csv")]
)
def test_no_path_of_the_machine_is_told(source: str, told: str) -> None:
    assert composed([], source=source).source == told


def test_rows_that_cannot_be_right_are_counted_by_reason_with_the_first_of_them() -> None:
    with duckdb.connect() as connection:
        connection.execute(create("quarantine"))
        connection.execute("CREATE TABLE carried AS SELECT 'C1' AS claim_id")
        rows = [("claims", line, f"C{line}", "views-negative", "-1", "row") for line in range(20, 2, -1)]
        rows += [("claims", 2, None, "no-claim-id", "empty", "row"), ("rights", 2, None, "no-owner", "empty", "row")]
        connection.executemany("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", rows)
        quality = quality_of(connection, 100, ["isrc", "artist"], ["platform metrics"])
    assert (quality.rows, quality.reported, quality.quarantined, quality.carried_forward) == (100, 81, 19, 1)
    assert [(each.reason, each.rows) for each in quality.quarantine] == [("views-negative", 18), ("no-claim-id", 1)]
    assert [each.line for each in quality.quarantine[0].examples] == [3, 4, 5, 6, 7][:EXAMPLES]
    assert (quality.missing_columns, quality.missing_sources) == (("artist", "isrc"), ("platform metrics",))
