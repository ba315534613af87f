"""`review.md` fits a comment, begins with the verdict, loses what matters least first, and is no markup of a plan's."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from review.finding import Finding, Severity
from review.output.escaping import block, code, code_cell, prose
from review.output.markdown import BYTES, CHARACTERS, render
from review.report import Report
from tests.review.output import made

# What review.md itself consists of; anything else came out of a plan.
TAGS = {"h2", "h3", "p", "strong", "em", "code", "pre", "ul", "li", "br", "details", "summary", "b"} | {
    *("table", "thead", "tbody", "tr", "th", "td")
}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Page(HTMLParser):
    """The tags, attributes, rows of tables and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.widths: list[int] = []
        self.text = ""
        self.cells: list[str] = []
        self.feed(MARKDOWN.render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.widths.append(0)
        if tag in ("td", "th"):
            self.widths[-1] += 1
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cells:
            self.cells[-1] += data


def fits(text: str) -> bool:
    return len(text.encode("utf-16-le")) // 2 <= CHARACTERS == 60_000 and len(text.encode()) <= BYTES == 65_536


def failing(number: int, detail: str = '{"Effect":"Allow"}') -> tuple[Finding, ...]:
    return tuple(
        Finding("delivery/denied", Severity.FAIL, f"Schedule {each} fails.", f"module.s{each}", detail, "Add it.")
        for each in range(number)
    )


def with_findings(report: Report, findings: tuple[Finding, ...]) -> Report:
    return replace(report, deliveries=replace(report.deliveries, findings=findings))


@pytest.mark.parametrize("name", made.ALL)
def test_it_fits_a_comment_and_says_the_verdict_in_its_first_line(name: str) -> None:
    report = made.ALL[name]()
    text = render(report)
    assert fits(text)
    assert ("Can be applied" in text.splitlines()[0]) is report.passes
    assert ("Do not apply" in text.splitlines()[0]) is not report.passes


def test_the_first_line_names_the_plan_among_those_of_other_environments() -> None:
    assert render(made.usual()).splitlines()[0] == "## ❌ dn-dev: Do not apply: 3 findings fail"


def test_a_warning_and_a_note_say_what_they_are_about() -> None:
    note = Finding("delivery/useless-sample", Severity.NOTE, "Samples that reach no rule", "", "one.json\ntwo.json")
    text = render(with_findings(made.usual(), (note, replace(note, severity=Severity.WARN, advice="Look."))))
    assert text.count("- **Samples that reach no rule**\n  one.json two.json\n") == 2
    assert "  one.json two.json\n  What to do: Look.\n" in text


def test_what_is_lost_is_said_once() -> None:
    report = made.usual()
    lost = next(each for each in report.changes.changes if each.loses)
    warning = Finding("change/deletes-data", Severity.WARN, lost.loses, lost.address)
    text = render(replace(report, changes=replace(report.changes, findings=(warning,))))
    assert text.count(prose(lost.loses)) == 1
    assert "Other warnings" in text


def test_a_schedule_that_is_at_home_in_utc_says_its_runs_once() -> None:
    report = made.usual()
    home = replace(report.calendar.timetables[0], zone="UTC")
    row = next(
        line
        for line in render(replace(report, calendar=replace(report.calendar, timetables=(home,)))).splitlines()
        if line.startswith("| `channelbackfill` task")
    )
    assert "| the same |" in row


def test_a_usual_report_has_all_in_order_of_importance() -> None:
    text = render(made.usual())
    order = [
        "Do not apply: 3 findings fail",
        "### What fails",
        "cannot start its task",
        "Add the missing statement",
        "### Destroyed, replaced or lost",
        "The messages in the queue are lost.",
        "Other warnings (2)",
        "### Least privilege",
        "allows too much: iam:PassRole",
        "### Delivery",
        "does not deliver | `claims-report`",
        "depends on what is outside this plan | `cleanup`",
        "delivers | `channelbackfill`",
        "### Next runs",
        "Fri 6 Mar 18:00 EST",
        "Fri 6 Mar 23:00",
        "Updates (1)",
        "Policies in words (9)",
        "Checks that are skipped in place (1)",
    ]
    places = [text.find(each) for each in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "left out" not in text


def test_next_runs_are_five() -> None:
    row = next(line for line in render(made.usual()).splitlines() if line.startswith("| `channelbackfill` task"))
    assert row.count("EST") == 5


def test_a_giant_report_keeps_what_fails_and_says_what_is_left_out() -> None:
    text = render(made.large())
    assert fits(text)
    assert len(text) > 50_000
    for each in made.large().findings[:20]:
        assert prose(each.title) in text
    left_out = re.findall(r"\*([0-9,]+) (?:more )?([a-z ]+) left out here: see review\.html\*", text)
    things = {thing for _, thing in left_out}
    assert {"statements", "schedules"} <= things
    shown = sum(line.startswith("| `module.schedule_nightly") for line in text.splitlines())
    (statements,) = (int(number.replace(",", "")) for number, thing in left_out if thing == "statements")
    assert statements + shown == len(made.large().sentences)


def test_more_failures_than_fit_are_counted() -> None:
    text = render(with_findings(made.large(), failing(5_000)))
    shown = text.count("What to do: Add it.")
    (left_out,) = re.findall(r"\*([0-9,]+) more findings that fail left out here", text)
    assert fits(text)
    assert shown > 200
    assert shown + int(left_out.replace(",", "")) == 5_000 + 1  # one of privileges
    assert "5,001 findings fail" in text.splitlines()[0]


@pytest.mark.parametrize("sign", ["x", "|", "`", "‹", "\U0001f69a", "<", "\x00", "مر"])
def test_it_fits_whatever_its_letters_take(sign: str) -> None:
    many = failing(300, sign * 5_000)
    assert fits(render(with_findings(made.usual(), tuple(replace(each, title=sign * 2_000) for each in many))))


@pytest.mark.parametrize("limit", [6_000, 10_000, 32_768])
def test_a_smaller_limit_is_kept_too(limit: int) -> None:
    assert len(render(made.large(), limit)) <= limit


@pytest.mark.parametrize("name", made.ALL)
def test_it_renders_to_what_it_means(name: str) -> None:
    page = Page(render(made.ALL[name]()))
    assert page.tags <= TAGS
    assert page.attributes <= {"class"}  # of a block of code: its language
    assert set(page.widths) <= {2, 3, 4, 5}


def test_tables_keep_their_columns_whatever_is_in_them() -> None:
    hostile, usual = Page(render(made.hostile())), Page(render(made.usual()))
    assert hostile.widths.count(4) == usual.widths.count(4)  # delivery: as many paths
    assert set(hostile.widths) == set(usual.widths)


def test_nobody_is_called_and_no_issue_is_linked_by_a_text() -> None:
    assert "@somebody" not in re.sub(r"(`+).*?\1", "", render(made.hostile()), flags=re.DOTALL)
    assert prose("@team fixes #12") == "@\u2060team fixes \\#\u206012"


def test_nothing_unseen_is_left_in_it() -> None:
    assert not made.UNSEEN.search(render(made.hostile()))


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("`|\\*_[]()<>&#~$!@ \n\tab1.-+:\"'{}\x00\u202e"), max_size=24))
def test_any_text_comes_out_as_it_is(text: str) -> None:
    shown = " ".join(re.sub("[\x00\u202e]", lambda found: f"\\u{ord(found[0]):04x}", text).split())
    plain = shown.replace("\u2060", "")
    if plain:
        assert Page(f"**{prose(text)}** x").text.replace("\u2060", "").strip() == f"{plain} x"
    table = Page(f"| a | b |\n|---|---|\n| {code_cell(text)} | {prose(text)} |\n")
    assert table.widths == [2, 2]
    # A table that has too many cells in a row loses them, and is as wide as before.
    assert [each.replace("\u2060", "").strip() for each in table.cells[2:]] == [shown, plain]
    assert not (table.tags | Page(prose("x" + text)).tags) - TAGS
    if shown:
        assert Page(f"x {code(text)}").text.strip() == f"x {shown}"
    assert Page(block(text)).tags == {"pre", "code"}
