"""The picture of a path: well-formed, complete, readable without colour, and safe to put into a page."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from review.delivery.model import Answer, Hop, Path
from review.delivery.picture import svg, wrapped
from tests.review.delivery.complete import Whole

NAMESPACE = "{http://www.w3.org/2000/svg}"


def path(*hops: Hop, stations: tuple[str, ...] = ("schedule s", "task t")) -> Path:
    return Path("s", "schedule", "aws_x.s", "task t", stations, hops, "")


def texts(picture: str) -> list[str]:
    root = ET.fromstring(picture)  # noqa: S314 - our own
    return ["".join(each.itertext()) for each in root.iter(f"{NAMESPACE}text")]


def titles(picture: str) -> list[str]:
    root = ET.fromstring(picture)  # noqa: S314 - our own
    return [each.text or "" for each in root.iter(f"{NAMESPACE}title")]


def test_each_path_of_a_plan_is_drawn_with_all_its_stations_and_questions() -> None:
    for each in Whole().delivered().paths:
        drawn = svg(each)
        assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" role="img" ')
        shown = texts(drawn)
        assert shown.count("✓") == len(each.hops)
        assert titles(drawn)[0] == f"{each.trigger} to {each.target}: yes"
        told = titles(drawn)
        for hop in each.hops:
            assert f"{hop.question} yes: {hop.because}" in told
        for station in each.stations:
            assert station.split(" ")[0] in " ".join(shown)
        assert all(hop.station < len(each.stations) for hop in each.hops)
        if any(hop.side for hop in each.hops):
            assert "if it cannot be delivered:" in shown


@pytest.mark.parametrize(("answer", "sign"), [(Answer.YES, "✓"), (Answer.NO, "✗"), (Answer.DEPENDS, "?")])
def test_an_answer_has_a_sign_beside_its_colour(answer: Answer, sign: str) -> None:
    drawn = svg(path(Hop("May it?", answer, "because")))
    assert sign in texts(drawn)
    assert f"var(--{answer.value}" in drawn


def test_the_arrow_has_the_worst_answer() -> None:
    drawn = svg(path(Hop("a?", Answer.YES, ""), Hop("b?", Answer.NO, ""), Hop("c?", Answer.DEPENDS, "")))
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    arrow, head = root.iter(f"{NAMESPACE}path")
    assert (arrow.get("stroke"), arrow.get("stroke-dasharray")) == ("var(--no, #cf222e)", "2 4")
    assert head.get("fill") == "var(--no, #cf222e)"


def test_nothing_of_a_plan_is_taken_for_markup() -> None:
    hostile = "\"><script>alert(1)</script>&<x y='z"
    drawn = svg(Path(hostile, "event", "", hostile, (hostile, hostile), (Hop(hostile, Answer.NO, hostile),), hostile))
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert {each.tag.removeprefix(NAMESPACE) for each in root.iter()} <= {
        "svg",
        "title",
        "g",
        "rect",
        "path",
        "text",
        "tspan",
    }
    assert titles(drawn)[0] == f"{hostile} to {hostile}: no"


def test_a_picture_fetches_nothing_and_has_no_names_of_its_own() -> None:
    drawn = svg(Whole().delivered().paths[0]).replace("http://www.w3.org/2000/svg", "")
    for part in ("http", "url(", "href", " id=", " class=", "<style"):
        assert part not in drawn


@pytest.mark.parametrize(
    ("text", "lines", "whole"),
    [
        ("short", ["short"], True),
        ("two words here", ["two words", "here"], True),
        ("a-very-long-name", ["a-very-", "long-name"], True),
        ("averylongnamehere", ["averylongn", "amehere"], True),
        ("a text that is far too long for this", ["a text th…", "for this"], False),
    ],
)
def test_text_is_wrapped_and_shortened(text: str, lines: list[str], whole: bool) -> None:
    assert wrapped(text, 10, 2) == (lines, whole)


def test_what_is_shortened_is_in_a_title() -> None:
    station = "role " + "x" * 300
    assert station in titles(svg(path(Hop("a?", Answer.YES, ""), stations=(station, "task t"))))


def test_only_what_nothing_but_dead_letters_lead_to_is_beside_the_way() -> None:
    way, aside = Hop("May it?", Answer.YES, "it may"), Hop("And if not?", Answer.YES, "it is kept", side=True)
    assert "stroke-dasharray" not in svg(path(way, aside))
    assert "stroke-dasharray" in svg(
        path(
            way,
            aside,
            Hop("Kept?", Answer.YES, "yes", side=True, station=2),
            stations=("event e", "bus b", "dead-letter queue q"),
        )
    )
