"""The text of an alert."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.workers.claimsreport.a_finding import a_finding
from workers.claimsreport.finding import Kind
from workers.claimsreport.message import HEADINGS, LARGEST, Message, compose

DATE = dt.date(2026, 11, 23)
REPORT = "s3://reports/date=2026-11-23/report.html"


def size(message: Message) -> int:
    """As SNS counts: the text and all of the attributes."""
    attributes = sum(len(name) + sum(map(len, one.values())) for name, one in message.attributes.items())
    return len(message.text.encode()) + attributes


def test_what_and_why_and_where() -> None:
    spread = a_finding("A9", 75, Kind.VIRAL_ASSET, "A song", "5,000 views a week, where 100 were expected.")
    message = compose([spread, a_finding("A1", 91.5)], DATE, REPORT)
    assert message.subject == "Claims report of 2026-11-23: 2 new findings of high priority need attention"
    assert message.text == (
        "The claims report of 2026-11-23 has 2 new findings of high priority.\n"
        "Report: s3://reports/date=2026-11-23/report.html\n"
        "\n"
        "Assets that spread: 1\n"
        "\n"
        "75 of 100: A song (A9)\n"
        "5,000 views a week, where 100 were expected.\n"
        "Score: new-disputes 65, exposure 10\n"
        "\n"
        "Conflicts and dispute risk: 1\n"
        "\n"
        "91.5 of 100: Title of A1 (A1)\n"
        "8 of 20 claims were disputed.\n"
        "Score: new-disputes 81.5, exposure 10\n"
        "\n"
        "Each finding is told of once while it lasts.\n"
    )
    assert message.left_out == 0


def test_attributes_are_what_a_filter_policy_asks_for() -> None:
    message = compose([a_finding("A"), a_finding("B"), a_finding("C", kind=Kind.VIRAL_ASSET)], DATE, REPORT)
    assert message.attributes["date"] == {"DataType": "String", "StringValue": "2026-11-23"}
    assert message.attributes["kind"]["DataType"] == "String.Array"
    assert json.loads(message.attributes["kind"]["StringValue"]) == ["conflict", "viral-asset"]


def test_every_kind_has_a_heading() -> None:
    assert set(HEADINGS) == set(Kind)


def test_order_of_the_findings_does_not_matter() -> None:
    findings = [a_finding(str(number), 70 + number) for number in range(9)]
    assert compose(findings, DATE, REPORT) == compose(findings[::-1], DATE, REPORT)


def test_the_subject_is_one_line_of_ascii() -> None:
    message = compose([a_finding(str(number)) for number in range(1234)], DATE, REPORT)
    assert message.subject.isascii()
    assert message.subject.isprintable()
    assert len(message.subject) <= 100


def test_text_of_strangers_stays_in_its_line() -> None:
    title = "A\nReport: s3://elsewhere/\r\n\x00\x1b[2J\u2028 song " + "é" * 5000
    text = compose([a_finding("A1", title=title)], DATE, REPORT).text
    assert [line for line in text.split("\n") if line.startswith("Report:")] == [f"Report: {REPORT}"]
    assert "\x00" not in text
    assert "\x1b" not in text
    assert "\u2028" not in text
    assert len(text) < 2000


@pytest.mark.parametrize("largest", [LARGEST, 20_000, 3_000])
def test_whole_findings_are_left_out_and_counted(largest: int) -> None:
    findings = [a_finding(f"A{number:04}", 70 + number / 100, why="é" * 400) for number in range(900)]
    message = compose(findings, DATE, REPORT, largest)
    shown = message.text.count(" of 100: ")
    assert 0 < shown < 900
    assert message.left_out == 900 - shown
    assert f"{message.left_out} more are in the report." in message.text
    assert f"{HEADINGS[Kind.CONFLICT]}: 900" in message.text
    # It is as full as it can be, and shows what needs attention first.
    assert largest - 900 < size(message) <= largest
    ordered = sorted(findings, key=lambda each: each.order)
    assert [ordered[place].title in message.text for place in (0, shown - 1, shown)] == [True, True, False]
    assert message.text.count("Score:") == shown


def test_it_is_as_large_as_it_may_be_and_no_larger() -> None:
    """Attributes count: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""
    findings = [a_finding(f"A{number}", why="é" * number) for number in range(9)]
    whole = compose(findings, DATE, REPORT)
    assert compose(findings, DATE, REPORT, size(whole)) == whole
    assert compose(findings, DATE, REPORT, size(whole) - 1).left_out == 1


def test_where_not_one_has_room_the_counts_are_told() -> None:
    message = compose([a_finding("A1", why="é" * 900)], DATE, REPORT, 500)
    assert message.left_out == 1
    assert f"{HEADINGS[Kind.CONFLICT]}: 1\n\n1 more is in the report." in message.text
    assert size(message) <= 500
