"""`report.html` without a browser: one file, all of it escaped, what matters first, and not too much of it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.workers.claimsreport.report import made
from workers.claimsreport.finding import Kind, Priority
from workers.claimsreport.report import html_file

SECTIONS = ["verdict", "high", "medium", "low", "ended", "trends", "quality", "decided"]
EMPTY = {"meta", "input"}


class Outline(HTMLParser):
    """What a page is made of: elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def ids(self) -> list[str]:
        return [each["id"] or "" for _, each in self.elements if "id" in each]


@pytest.mark.parametrize("name", made.ALL)
def test_it_is_one_well_formed_page_that_refers_to_nothing_else(name: str) -> None:
    page = Outline(html_file.render(made.ALL[name]()))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "iframe", "object", "link", "base", "embed"} & set(tags)
    for _, attributes in page.elements:
        assert not [
            each for each in attributes if each.startswith("on") or each in {"style", "src", "srcset", "action"}
        ]
        assert (attributes.get("href") or "#").startswith("#")
    assert len(set(page.ids)) == len(page.ids)
    targets = {(each["href"] or "")[1:] for tag, each in page.elements if tag == "a"}
    assert targets <= set(page.ids)


def test_its_policy_lets_in_its_own_style_and_script_alone() -> None:
    page = html_file.render(made.usual())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    directives = dict(each.strip().split(" ", 1) for each in policy[1].replace("&#39;", "'").split(";"))
    assert directives["default-src"] == "'none'"
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*)</{tag}>", page, re.DOTALL)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert directives[f"{tag}-src"] == f"'sha256-{digest}'"
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_what_needs_attention_comes_first() -> None:
    page = Outline(html_file.render(made.usual()))
    assert [each["id"] for tag, each in page.elements if tag == "section"] == SECTIONS
    text = " ".join(page.texts)
    titles = [each.title for each in made.usual().findings]
    places = [text.index(each, text.index("Scores from 70")) for each in titles]
    assert places == sorted(places)


def test_a_finding_of_high_priority_says_why() -> None:
    page = " ".join(" ".join(Outline(html_file.render(made.report([made.VIRAL]))).texts).split())
    assert made.VIRAL.title in page
    assert made.VIRAL.why in page
    assert made.VIRAL.rule in page
    assert "84.4 of 100 points" in page
    for part in made.VIRAL.parts:
        assert part.name.capitalize() in page
        assert part.why in page
        assert f"{part.points:g} of {part.most:g}" in page
    assert "p-value 3.2 \N{MULTIPLICATION SIGN} 10⁻¹²" in page
    assert "q-value 1.9 \N{MULTIPLICATION SIGN} 10⁻⁷" in page
    assert "Expected weekly views 8,021" in page
    assert "Weekly engaged views before not known" in page
    assert all(each in page for ids in made.VIRAL.related.values() for each in ids)
    assert "New this week" in page
    assert "Alert with this report" in page


def test_only_youtube_changed_how_it_counts_views() -> None:
    platform = replace(made.VIRAL, kind=Kind.PLATFORM_DISCREPANCY)
    for finding, marks in (
        (made.VIRAL, 1),
        (replace(platform, unit="views a week on youtube"), 1),
        (replace(platform, unit="views a week on spotify"), 0),
    ):
        assert html_file.render(made.report([finding], trends=())).count('<path class="change"') == marks


def test_hostile_texts_are_texts() -> None:
    usual, hostile = (Outline(html_file.render(each)) for each in (made.usual(), made.hostile()))
    assert {tag for tag, _ in hostile.elements} <= {tag for tag, _ in usual.elements}
    text = " ".join(hostile.texts)
    for each in made.HOSTILE[:5]:
        assert each in text
    assert "7 * 7" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html_file.render(made.hostile()))
    assert "W" * 301 not in text


def test_the_same_report_gives_the_same_page() -> None:
    assert html_file.render(made.usual()) == html_file.render(made.usual())
    shuffled = dict(reversed(list(made.usual().standing.items())))
    assert html_file.render(replace(made.usual(), standing=shuffled)) == html_file.render(made.usual())


def test_of_very_many_findings_a_page_shows_what_it_can_and_says_what_it_does_not() -> None:
    report = made.large(2_500)
    high, medium, low = (len(report.by_priority[each]) for each in Priority)
    text_of_page = html_file.render(report)
    assert len(text_of_page) < 3_000_000
    page = Outline(text_of_page)
    classes = [each.get("class") or "" for _, each in page.elements]
    assert classes.count("card high") == html_file.CARDS
    assert classes.count("card short") == html_file.SHORT_CARDS
    rows = [each for tag, each in page.elements if tag == "tr" and "data-finding" in each]
    assert len(rows) == 3 * html_file.ROWS
    text = " ".join(page.texts)
    for left_out in (
        high - html_file.CARDS - html_file.ROWS,
        medium - html_file.SHORT_CARDS - html_file.ROWS,
        low - html_file.ROWS,
    ):
        assert f"{left_out:,} more findings are not shown here." in text


def test_no_week_no_chart() -> None:
    for history in ((), made.history(3)[-1:]):
        page = html_file.render(made.report([replace(made.VIRAL, history=history)], trends=()))
        assert 'class="chart"' not in page
        assert "The values of the chart" not in page
