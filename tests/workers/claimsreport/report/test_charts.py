"""Charts show what was measured where it was, and break where nothing is known."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.workers.claimsreport.report import made
from workers.claimsreport.finding import Point
from workers.claimsreport.report import charts
from workers.claimsreport.report.charts import Chart

CHANGE = dt.date(2026, 8, 27)


def of(history: tuple[Point, ...], unit: str = "views a week", name: str = "Views of a song") -> Chart:
    return charts.of_history(name, unit, history, made.CHANGEPOINTS)


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(charts.draw(chart))  # noqa: S314 - what we drew


def of_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in svg.iter() if each.get("class") == name]


def places(line: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (each.split(",") for each in line.attrib["points"].split())]


def test_every_week_stands_where_its_date_and_value_are() -> None:
    days = (0, 7, 14, 24, 31)
    start = dt.date(2026, 1, 1)
    svg = drawn(
        of(
            tuple(
                Point(start + dt.timedelta(days=day), value)
                for day, value in zip(days, (0, 50, 100, 0, 100), strict=True)
            )
        )
    )
    (line,) = of_class(svg, "value")
    found = places(line)
    left, right = found[0][0], found[-1][0]
    assert [x for x, _ in found] == pytest.approx([left + (right - left) * day / 31 for day in days], abs=0.06)
    bottom, top = found[0][1], found[2][1]
    assert [y for _, y in found] == pytest.approx([bottom, (bottom + top) / 2, top, bottom, top], abs=0.06)
    assert 0 < left < right < 380
    assert 0 < top < bottom < 170


def test_a_missing_value_and_a_missing_snapshot_break_the_line() -> None:
    whole = drawn(of(made.history(9_000)))
    assert len(of_class(whole, "value")) == 1
    assert of_class(whole, "gap") == []
    unknown = drawn(of(made.history(9_000, gaps=(7, 8))))
    assert [len(places(each)) for each in of_class(unknown, "value")] == [7, 17]
    missing = drawn(of(made.late(900)))
    assert [len(places(each)) for each in of_class(missing, "value")] == [11, 13]
    for svg in (unknown, missing):
        (gap,) = of_class(svg, "gap")
        before, after = (places(each) for each in of_class(svg, "value"))
        x = float(gap.attrib["x"])
        assert x == pytest.approx(before[-1][0], abs=0.06)
        assert x + float(gap.attrib["width"]) == pytest.approx(after[0][0], abs=0.11)


def test_what_is_expected_has_a_line_and_a_band_where_it_is_known() -> None:
    svg = drawn(of(made.history(9_000)))
    (expected,) = of_class(svg, "expected")
    (band,) = of_class(svg, "band")
    assert len(places(expected)) == made.WEEKS - 3
    assert places(band)[made.WEEKS - 3 :] == places(expected)[::-1]
    assert min(y for _, y in places(band)) < min(y for _, y in places(expected))


def test_only_changes_within_the_weeks_are_marked_and_only_on_views() -> None:
    chart = of(made.history(9_000))
    assert chart.marked == (CHANGE,)
    assert len(of_class(drawn(chart), "change")) == 1
    assert of(made.history(9_000), unit="new claims").marked == ()
    assert of(made.history(9_000, weeks=5)).marked == ()


def test_the_last_week_is_the_largest_mark_with_its_value() -> None:
    svg = drawn(of(made.history(182_400)))
    sizes = [float(each.attrib["r"]) for each in svg.iter("circle")]
    assert len(sizes) == made.WEEKS
    assert sizes.count(max(sizes)) == 1
    last = of_class(svg, "last")[0]
    assert float(last.attrib["r"]) == max(sizes)
    assert (float(last.attrib["cx"]), float(last.attrib["cy"])) == places(of_class(svg, "value")[0])[-1]
    assert of_class(svg, "last")[1].text == "182,400"


def test_the_last_value_stands_where_the_line_does_not_come_from() -> None:
    for last, is_below in ((182_400.0, False), (6_000.0, True)):
        mark, label = of_class(drawn(of(made.history(last))), "last")
        assert (float(label.attrib["y"]) > float(mark.attrib["cy"])) is is_below
    assert of_class(drawn(of(made.history(15_920_812))), "last")[1].text == "15.9M"


def test_a_last_week_that_is_not_known_is_said() -> None:
    history = made.history(9_000)
    svg = drawn(of((*history[:-1], replace(history[-1], value=None))))
    assert [each.text for each in of_class(svg, "last")] == ["not known"]


def test_who_cannot_see_it_is_told() -> None:
    said = charts.in_words(of(made.history(182_400, gaps=(7,))))
    assert said == (
        "26 snapshots from 31 May 2026 to 22 Nov 2026, in views a week. Last: 182,400. Expected: 8,000. "
        "At most: 12,800. Before: from 7,067 to 8,960 (23 Aug 2026). Counted differently from 27 Aug 2026 on. Gaps: 1."
    )
    svg = drawn(of(made.history(182_400, gaps=(7,))))
    assert svg.get("role") == "img"
    assert [each.text for each in svg[:2]] == ["Views of a song", said]


@pytest.mark.parametrize(
    "history",
    [
        (),
        (Point(made.DATE, None),),
        (Point(made.DATE, 3.0),),
        (Point(made.DATE, 3.0, 2.0, 2.0),),
        (Point(made.DATE, float("nan"), float("inf")),),
        tuple(Point(made.DATE - dt.timedelta(days=7 * number), 0.0, 0.0, 0.0) for number in (1, 0)),
        tuple(Point(made.DATE - dt.timedelta(days=7 * number), -5.0) for number in (1, 0)),
        tuple(Point(made.DATE - dt.timedelta(days=7 * number), 4e12 + number) for number in (2, 1, 0)),
        tuple(Point(made.DATE - dt.timedelta(days=7 * number), 1e-9 * number) for number in (2, 1, 0)),
    ],
)
def test_odd_histories_are_drawn(history: tuple[Point, ...]) -> None:
    for picture in (charts.draw(of(history)), charts.draw(of(history), from_zero=False), charts.spark(of(history))):
        svg = ET.fromstring(picture)  # noqa: S314 - what we drew
        numbers = [float(each) for each in re.findall(r"-?[0-9]+\.[0-9]+", picture.split("</desc>")[1])]
        assert all(-1 <= each <= 400 for each in numbers if each < 1e5)
        assert "nan" not in picture
        assert svg.get("viewBox")


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (0, 182_400, [0, 100_000, 200_000]),
        (0, 212, [0, 100, 200, 300]),
        (0, 1, [0, 0.5, 1]),
        (40.4e6, 52.3e6, [40e6, 45e6, 50e6, 55e6]),
        (-3, 3, [-4, -2, 0, 2, 4]),
    ],
)
def test_the_axis_has_round_values_that_hold_the_range(least: float, most: float, ticks: list[float]) -> None:
    assert charts._ticks(least, most) == pytest.approx(ticks)


@pytest.mark.parametrize("text", made.HOSTILE)
def test_no_text_becomes_a_part_of_the_picture(text: str) -> None:
    chart = of(made.history(9_000), unit=f"views {text[:60]}", name=text[:60])
    plain = ET.fromstring(charts.draw(of(made.history(9_000))))  # noqa: S314 - what we drew
    if "\x00" not in text:  # which HTML can carry, as its replacement, and XML cannot
        assert [each.tag for each in drawn(chart).iter()] == [each.tag for each in plain.iter()]


def test_a_bar_is_as_long_as_its_points() -> None:
    widths = re.findall(r'width="([0-9.]+)%"', charts.bar(10, 20, 40))
    assert widths == ["50.0", "25.0"]
    assert re.findall(r'width="([0-9.]+)%"', charts.bar(3, 0, 0)) == ["0.0", "0.0"]
    assert re.findall(r'width="([0-9.]+)%"', charts.bar(50, 20, 40)) == ["50.0", "50.0"]
