"""What the report says is said as a person would."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.workers.claimsreport.report import made
from workers.claimsreport.finding import Kind, Part
from workers.claimsreport.report import wording
from workers.claimsreport.report.content import MEASURES, Quality, Reason, Standing, Total, Trend


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (7, "7"),
        (1234567, "1,234,567"),
        (8021.4, "8,021"),
        (9.4123, "9.41"),
        (0.012, "0.012"),
        (0.0000032, "3.2 \N{MULTIPLICATION SIGN} 10⁻⁶"),
        (-12.5, "-12.5"),
        (None, "not known"),
        (float("nan"), "not known"),
    ],
)
def test_numbers(value: float | None, written: str) -> None:
    assert wording.number(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.04, "0.04"),
        (0.001, "0.001"),
        (1.0, "1"),
        (3.2e-12, "3.2 \N{MULTIPLICATION SIGN} 10⁻¹²"),
        (0.0, "below 10⁻³⁰⁰"),
        (None, "none"),
    ],
)
def test_probabilities(value: float | None, written: str) -> None:
    assert wording.tiny(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(950, "950"), (1_200, "1.2k"), (34e6, "34M"), (2.5e9, "2.5B"), (0, "0"), (0.5, "0.5")]
)
def test_values_of_an_axis(value: float, written: str) -> None:
    assert wording.short(value) == written


@pytest.mark.parametrize(("value", "written"), [(0.927, "0.9"), (25, "25"), (28.44, "28.4"), (0.0, "0"), (100, "100")])
def test_points(value: float, written: str) -> None:
    assert wording.points(value) == written


def test_a_score_says_when_its_parts_are_more() -> None:
    assert wording.made_of(made.VIRAL) == "of 100 points, made of:"
    more = replace(made.VIRAL, parts=(*made.VIRAL.parts, Part("more", 20, 20, "")))
    assert wording.made_of(more) == "of 100 points, which is the most; its parts make 104.4:"
    assert wording.made_of(replace(made.VIRAL, parts=())) == "of 100 points"


def test_the_verdict_says_how_much_and_what() -> None:
    report = made.usual()
    assert wording.verdict(report) == "3 findings of high priority need attention"
    assert wording.details(report) == [
        (
            "1 asset goes viral, 1 channel has unusually many new claims "
            "and 1 asset is in conflict or likely to be disputed."
        ),
        "1 of them is new this week.",
        "Below that: 9 of medium and 9 of low priority.",
        "2 findings of the last report have ended.",
    ]


@pytest.mark.parametrize(
    ("new", "of", "said"),
    [
        (0, 2, "None of them is new this week."),
        (1, 1, "It is new this week."),
        (1, 2, "1 of them is new this week."),
        (2, 2, "All of them are new this week."),
        (2, 3, "2 of them are new this week."),
    ],
)
def test_the_verdict_says_how_many_are_new(new: int, of: int, said: str) -> None:
    findings = [replace(made.VIRAL, subject=f"A{number}") for number in range(of)]
    report = made.report(findings)
    dates = {
        each.identity: Standing(made.DATE if number < new else dt.date(2026, 10, 4))
        for number, each in enumerate(findings)
    }
    assert wording.details(replace(report, standing=dates))[1] == said


def test_many_of_a_kind_come_first() -> None:
    findings = [replace(made.CONFLICT, subject=str(number)) for number in range(2)]
    assert wording.by_kind([made.VIRAL, *findings]) == [
        "2 assets are in conflict or likely to be disputed",
        "1 asset goes viral",
    ]


def test_a_quiet_week_is_said_to_be_one() -> None:
    assert wording.verdict(made.empty()) == "Nothing was found this week"
    assert wording.verdict(made.report([made.other(Kind.CONFLICT, 1, 45)])) == "Nothing of high priority this week"
    assert wording.details(made.report([made.other(Kind.CONFLICT, 1, 45)], ended=())) == [
        "Below that: 1 of medium and 0 of low priority."
    ]


def test_every_kind_has_words() -> None:
    assert set(wording.KINDS) == set(Kind)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"previous": None, "weeks_of_history": 0}, ["This is the first snapshot"]),
        ({"previous": dt.date(2026, 11, 1)}, ["21 days lie between this snapshot and the one before, instead of 7"]),
        ({"previous": dt.date(2026, 11, 13)}, ["9 days lie between the snapshots: weekly values are per 7 days."]),
        ({"weeks_of_history": 3}, ["The history is short (3 weeks)"]),
        ({"changepoints": (dt.date(2026, 11, 16),)}, ["Views began to be counted differently on 16 Nov 2026"]),
        ({"changepoints": (dt.date(2026, 11, 15), dt.date(2026, 11, 23))}, []),
        (
            {"quality": Quality(1_000, 980, (Reason("views-fell", 20),))},
            ["20 rows of the claims report (2%) cannot be right and were set aside."],
        ),
        ({"quality": Quality(100_000, 99_999, (Reason("views-fell", 1),))}, []),
        ({"quality": Quality(0, 0)}, []),
    ],
)
def test_doubts_about_the_data_are_said(changes: dict[str, object], said: list[str]) -> None:
    found = wording.doubts(made.report([], **{"quality": Quality(10, 10), **changes}))
    assert len(found) == len(said)
    assert all(each.startswith(begin) for each, begin in zip(found, said, strict=True))


def test_how_long_a_finding_lasts_and_whether_people_were_told() -> None:
    report = made.report([made.VIRAL])

    def stands(since: dt.date, alerted: dt.date | None = None) -> tuple[str, str, str]:
        changed = replace(report, standing={made.VIRAL.identity: Standing(since, alerted)})
        return (
            wording.standing(changed, made.VIRAL),
            wording.since(changed, made.VIRAL),
            wording.alerted(changed, made.VIRAL),
        )

    assert stands(made.DATE, made.DATE) == ("New this week", "New", "Alert with this report")
    assert stands(dt.date(2026, 11, 1)) == ("Since 1 Nov 2026, 3 weeks", "1 Nov 2026", "")
    assert stands(dt.date(2026, 11, 15), dt.date(2026, 11, 15))[2] == "Alert of 15 Nov 2026"


@pytest.mark.parametrize(
    ("last", "said", "unusual"),
    [
        (
            Total(made.DATE, 52.3e6, 44e6, 40e6, 48e6),
            "52.3 million views a week, more than is usual: 40 million to 48 million would be expected.",
            True,
        ),
        (
            Total(made.DATE, 3, 44e6, 40e6, 48e6),
            "3 views a week, less than is usual: 40 million to 48 million would be expected.",
            True,
        ),
        (
            Total(made.DATE, 41e6, 44e6, 40e6, 48e6),
            "41 million views a week, as usual: 40 million to 48 million would be expected.",
            False,
        ),
        (Total(made.DATE, 41e6), "41 million views a week; the history is too short to say what is usual.", False),
        (Total(made.DATE, None, 44e6, 40e6, 48e6), "Views: not known this week.", False),
    ],
)
def test_where_a_total_stands(last: Total, said: str, unusual: bool) -> None:
    trend = Trend("weekly_views", (Total(dt.date(2026, 11, 15), 1.0), last))
    assert wording.trend(trend) == said
    assert wording.is_unusual(trend) is unusual


def test_every_measure_has_words() -> None:
    for measure in MEASURES:
        assert wording.trend(Trend(measure, (Total(made.DATE, 3.0),)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\r\n three\t", "one two three"),
        ("a\x00b\x1b[31m", "a⟨U+0000⟩b⟨U+001B⟩[31m"),
        ("\u202egpj.exe", "⟨U+202E⟩gpj.exe"),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
        ("شكرا", "شكرا"),
        ("x" * 301, "x" * 299 + "…"),
        ("x" * 300, "x" * 300),
        ("a\ud800b", "a⟨U+D800⟩b"),
    ],
)
def test_texts_of_strangers_are_shown_on_one_line_with_nothing_unseen(text: str, shown: str) -> None:
    assert wording.shown(text) == shown
