"""What lasts from week to week, and is told of once."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.workers.claimsreport.a_finding import a_finding
from workers.claimsreport.composing import _ended, _source
from workers.claimsreport.finding import Finding
from workers.claimsreport.standing import Lasting, Standing, update
from workers.frame.problems import WrongInputError

MONDAYS = [dt.date(2026, 9, 7) + dt.timedelta(weeks=week) for week in range(10)]
X = "conflict:X"


def told_of(weeks: list[list[Finding]]) -> list[list[str]]:
    """Return what is told of in each of some weeks, all of it being sent."""
    standing: Standing | None = None
    told: dict[str, dt.date] = {}
    result = []
    for date, findings in zip(MONDAYS, weeks, strict=False):
        standing = update(standing, findings, date, told)
        due = standing.unalerted(findings)
        told = {each.identity: date for each in due}
        result.append([each.subject for each in due])
    return result


def test_what_lasts_is_told_of_once() -> None:
    assert told_of([[a_finding("X")]] * 4) == [["X"], [], [], []]


def test_absent_once_is_the_same_one_and_absent_twice_is_the_end() -> None:
    x: list[Finding] = [a_finding("X")]
    assert told_of([x, [], x, [], x]) == [["X"], [], [], [], []]
    assert told_of([x, [], [], x]) == [["X"], [], [], ["X"]]


def test_what_becomes_high_is_told_of_then_and_once() -> None:
    medium, high = [a_finding("X", 69.9)], [a_finding("X", 70)]
    assert told_of([medium, medium, high, medium, high]) == [[], [], ["X"], [], []]


def test_what_needs_attention_first_is_first() -> None:
    assert told_of([[a_finding("B", 75), a_finding("A", 75), a_finding("C", 99), a_finding("D", 50)]]) == [
        ["C", "A", "B"]
    ]


def test_since_when_it_lasts() -> None:
    standing = update(None, [a_finding("X")], MONDAYS[0])
    standing = update(standing, [], MONDAYS[1])
    assert standing.findings[X] == Lasting(MONDAYS[0], MONDAYS[0], title="Title of X")
    standing = update(standing, [a_finding("X")], MONDAYS[2])
    assert standing.findings[X] == Lasting(MONDAYS[0], MONDAYS[2], title="Title of X")
    standing = update(update(standing, [], MONDAYS[3]), [], MONDAYS[4])
    assert standing.findings == {}


def test_what_a_run_told_of_that_came_to_no_end_is_told_of() -> None:
    standing = update(None, [], MONDAYS[0])
    told = {X: MONDAYS[1]}  # that run died before its partition counted
    back = update(standing, [a_finding("X")], MONDAYS[2], told)
    assert back.unalerted([a_finding("X")]) == []
    assert back.findings[X] == Lasting(MONDAYS[1], MONDAYS[2], MONDAYS[1], "Title of X")
    away = update(standing, [], MONDAYS[2], told)
    assert away.findings[X].alerted_on == MONDAYS[1]
    assert update(away, [], MONDAYS[3]).findings == {}


def test_the_first_day_that_it_was_told_of_stays() -> None:
    standing = Standing(MONDAYS[1], {X: Lasting(MONDAYS[0], MONDAYS[1], MONDAYS[0])})
    assert update(standing, [a_finding("X")], MONDAYS[2], {X: MONDAYS[1]}).findings[X].alerted_on == MONDAYS[0]


def test_the_last_day_of_what_was_told_of_is_the_later_one() -> None:
    """Either the snapshot in which it was found, or that of a run that told of it and came to no end."""
    standing = Standing(MONDAYS[1], {X: Lasting(MONDAYS[0], MONDAYS[1], MONDAYS[0])})
    assert update(standing, [], MONDAYS[2], {X: MONDAYS[0]}).findings[X].last_seen == MONDAYS[1]
    standing = Standing(MONDAYS[1], {X: Lasting(MONDAYS[0], MONDAYS[0])})
    assert update(standing, [], MONDAYS[2], {X: MONDAYS[1]}).findings[X].last_seen == MONDAYS[1]


def test_the_same_standing_is_the_same_bytes() -> None:
    one, other = a_finding("A"), a_finding("Ä", 50)
    written = update(None, [one, other], MONDAYS[0], {one.identity: MONDAYS[0]})
    assert written.as_bytes() == update(None, [other, one], MONDAYS[0], {one.identity: MONDAYS[0]}).as_bytes()
    assert Standing.parse(written.as_bytes(), "standing.json") == written


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'{"version": 2, "date": "2026-09-07", "findings": {}}',
        b'{"version": 1, "date": "2026-09-07"}',
        b'{"version": 1, "date": "2026-09-07", "findings": {"a": {"first_seen": "yesterday"}}}',
    ],
)
def test_what_is_no_standing_is_refused(data: bytes) -> None:
    with pytest.raises(WrongInputError, match=r"history/standing\.json does not say which findings last"):
        Standing.parse(data, "history/standing.json")


def test_what_ended_is_said_to_have_ended_once() -> None:
    """It is kept for a week more, in case that it comes back, but the next report does not tell of its end again."""
    days = [dt.date(2026, 10, 5), dt.date(2026, 10, 12)]
    there = {"conflict:A1": Lasting(days[0], days[1]), "conflict:A2": Lasting(days[0], days[0])}
    assert [each.identity for each in _ended((), Standing(days[1], there))] == ["conflict:A1"]


def test_where_it_ran_is_in_no_report() -> None:
    assert _source("/srv/in/claims.csv") == "claims.csv"
    assert _source("s3://bucket/in/claims.csv") == "s3://bucket/in/claims.csv"
