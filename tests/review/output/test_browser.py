"""`review.html` in headless Chromium: what a person sees, types and prints. Pictures are kept in .build/screenshots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from review.intents.model import Privileges, Status
from review.output.html import render
from review.report import Report
from tests.review.output import made
from tests.review.output.parts import proof
from tests.support import browser
from tests.support.browser import Opener, Page
from tests.support.planning import BUILD

SCREENSHOTS = BUILD / "screenshots"
REPORTS = {"usual": made.usual, "passing": made.passing, "empty": made.empty, "hostile": made.hostile}
THOUSAND = "thousand"
DIFFERING = "differing"
SECTIONS = ("verdict", "changes", "privileges", "delivery", "timetable", "checks")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"
VISIBLE_ROWS = "[...document.querySelectorAll('[data-row]')].filter(each => !each.hidden)"
FOCUSED = "(document.activeElement.id || document.activeElement.textContent.trim())"


def differing() -> Report:
    """One in which two hundred roles may do too much."""
    proofs = tuple(proof(f"r{number}", Status.DIFFERS, beyond="iam:PassRole") for number in range(200))
    return replace(made.usual(), privileges=Privileges(proofs, ()))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    with browser.start(browser.needed(), tmp_path_factory.mktemp("chromium") / "profile") as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, report in {
        **REPORTS,
        DIFFERING: differing,
        "large": made.large,
        THOUSAND: lambda: made.large(1_000),
    }.items():
        (folder / f"{name}.html").write_text(render(report()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tab(chromium: browser.Browser) -> Page:
    return chromium.page()


@pytest.fixture
def opened(tab: Page, pages: Path) -> Opener:
    """Opens a report, in place of the one before."""
    return browser.opener(tab, pages, 1280)


def filtered(page: Page, text: str) -> list[str]:
    """Type into what has the focus; return the texts of the rows that are left."""
    page.write(text)
    page.evaluate("new Promise(settled => setTimeout(settled, 100))")
    rows: list[str] = page.evaluate(f"{VISIBLE_ROWS}.map(each => each.textContent)")
    return rows


def keep(page: Page, name: str, record_property: Callable[[str, object], None], *, highest: int = 6_000) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(SCREENSHOTS / f"{name}.png", highest=highest)
    record_property("screenshots", str(SCREENSHOTS))


@pytest.mark.parametrize("name", REPORTS)
def test_it_loads_with_nothing_in_the_console_and_asks_for_nothing_else(name: str, opened: Opener, pages: Path) -> None:
    page = opened(name)
    assert page.complaints() == []
    sent = [each for each in page.requests() if not each.startswith("data:")]
    assert sent == [(pages / f"{name}.html").as_uri()]


def test_a_complaint_and_a_request_would_be_noticed(opened: Opener) -> None:
    page = opened("usual")
    page.evaluate("console.warn('warned'), setTimeout(() => { throw new Error('thrown') }), 0")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.com/x.png'}))")
    page.evaluate("new Promise(settled => setTimeout(settled, 50))")
    complaints = " ".join(page.complaints())
    assert "warned" in complaints
    assert "Uncaught" in complaints
    assert "Content Security Policy" in complaints


def test_nothing_that_a_plan_says_becomes_a_part_of_the_page(opened: Opener) -> None:
    page = opened("hostile")
    assert page.evaluate("document.title").startswith("✗ Review of </script>")
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('img, iframe, object, style ~ style').length") == 0
    assert page.evaluate("document.querySelectorAll('main > section').length") == len(SECTIONS)
    assert page.evaluate("document.querySelectorAll('a[href]:not([href^=\"#\"])').length") == 0
    assert not made.UNSEEN.search(page.evaluate("document.body.textContent"))


@pytest.mark.parametrize("width", [1280, 400])
def test_the_first_screen_says_whether_to_apply(width: int, opened: Opener) -> None:
    page = opened("usual", width=width)
    assert page.evaluate("document.querySelector('h1').textContent") == "Do not apply: 3 findings fail"
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().bottom") < 400
    assert opened("passing").evaluate("document.querySelector('h1').textContent") == "Can be applied: nothing fails"


def test_headings_are_in_order_and_ids_are_one_each(opened: Opener) -> None:
    page = opened("usual")
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(set(ids)) == len(ids)
    targets = page.evaluate("[...document.querySelectorAll('a')].map(each => each.getAttribute('href').slice(1))")
    assert set(targets) <= set(ids)


def test_two_hundred_proofs_that_fail_do_not_bury_what_comes_after(opened: Opener) -> None:
    page = opened(DIFFERING)
    shown = "[...document.querySelectorAll('.proof')].filter(each => each.checkVisibility()).length"
    assert page.evaluate(shown) == 20
    assert page.evaluate("document.querySelectorAll('.proof').length") == 200
    page.press("/")
    assert len(filtered(page, "schedule_r199.")) == 1
    assert page.evaluate(shown) == 1


@pytest.mark.parametrize("width", [1280, 400])
def test_an_answer_stands_on_one_line(width: int, opened: Opener) -> None:
    page = opened("usual", width=width)
    page.evaluate(OPEN_ALL)
    signs = "[...document.querySelectorAll('.hop > .sign')]"
    assert set(page.evaluate(f"{signs}.map(each => each.textContent)")) == {"yes", "no", "depends"}
    assert len(set(page.evaluate(f"{signs}.map(each => each.getBoundingClientRect().height)"))) == 1


def test_the_filter_leaves_what_fits_and_says_how_much(opened: Opener) -> None:
    page = opened("usual")
    all_rows = page.evaluate(f"{VISIBLE_ROWS}.length")
    folds = page.evaluate("document.querySelectorAll('details[open]').length")
    page.press("/")
    assert page.evaluate(FOCUSED) == "filter"
    rows = filtered(page, "tokyo JST")
    assert len(rows) == 1
    assert "Asia/Tokyo" in rows[0]
    assert page.evaluate("document.getElementById('left').textContent") == f"1 of {all_rows} rows fit"
    assert page.evaluate("document.getElementById('left').getAttribute('aria-live')") == "polite"
    assert page.evaluate("document.querySelector('#changes [data-group]').checkVisibility()") is False
    page.press("Escape")
    assert page.evaluate(f"{VISIBLE_ROWS}.length") == all_rows
    assert page.evaluate("document.getElementById('left').textContent") == ""
    assert page.evaluate("document.querySelectorAll('details[open]').length") == folds


def test_what_the_filter_finds_in_a_fold_is_shown(opened: Opener) -> None:
    page = opened("usual")
    page.press("/")
    filtered(page, "gave up after")
    # What comes into view is visible from the next frame on, which takes its time on a busy machine.
    assert page.evaluate(f"""new Promise(tell => {{
        const row = {VISIBLE_ROWS}[0], end = performance.now() + 10000
        const look = () => {{
            const seen = row.checkVisibility({{contentVisibilityAuto: true}})
            return seen || performance.now() > end ? tell(seen) : requestAnimationFrame(look)
        }}
        look()
    }})""")


@pytest.mark.parametrize(
    ("field", "typed", "found"),
    [
        ("owner", "kms_key", ["kms:Decrypt"]),
        ("what", "ecs:runtask", ["RunTask", "RunTask"]),
        ("what", "s3:GetObject", ["statement 3", "statement 3"]),  # by the wildcard
        ("on", "role/claims-report-execution", ["PassRole", "statement 3", "statement 3", "kms:Decrypt"]),
    ],
)
def test_policies_are_filtered_by_owner_action_and_resource(
    field: str, typed: str, found: list[str], opened: Opener
) -> None:
    page = opened("usual")
    page.evaluate(f"document.querySelector('[data-field={field}]').focus()")
    page.write(typed)
    page.evaluate("new Promise(settled => setTimeout(settled, 100))")
    rows = page.evaluate(
        "[...document.querySelectorAll('#policies [data-row]:not([hidden])')].map(each => each.textContent)"
    )
    assert len(rows) == len(found)
    assert all(any(name in row for row in rows) for name in found)
    assert page.evaluate("document.getElementById('left').textContent") == f"{len(found)} statements fit"


def test_the_keyboard_alone_is_enough(opened: Opener) -> None:
    page = opened("usual")
    reached = []
    for _ in range(4):
        page.press("Tab")
        reached.append(page.evaluate(FOCUSED))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == ["Skip to the verdict", "filter", "theme", "Verdict"]
    page.press("Tab", shift=True)
    page.press(" ")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.evaluate("document.querySelector('.skip').focus()")
    page.press("Enter")
    assert page.evaluate(FOCUSED) == "main"
    page.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null") is True
    for key, is_open in (("Enter", True), (" ", False)):
        page.evaluate("document.querySelector('#changes summary').focus()")
        page.press(key)
        assert page.evaluate("document.querySelector('#changes details').open") is is_open


def test_everything_that_scrolls_or_does_something_can_be_reached(opened: Opener) -> None:
    page = opened("usual", width=400)
    page.evaluate(OPEN_ALL)
    unreachable = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(each => each.checkVisibility()"
        " && ['auto', 'scroll'].includes(getComputedStyle(each).overflowX)"
        " && each.scrollWidth > each.clientWidth && each.tabIndex < 0).map(each => each.className)"
    )
    assert unreachable == []
    assert page.evaluate("[...document.querySelectorAll('input, button')].every(each => each.tabIndex === 0)") is True
    nameless = "[...document.querySelectorAll('input')].filter(each => each.labels.length === 0).length"
    assert page.evaluate(nameless) == 0


def test_folds_open_and_close_together(opened: Opener) -> None:
    page = opened("usual")
    counted = "['', '[open]'].map(each => document.querySelectorAll(`#delivery details${each}`).length)"
    page.evaluate("document.querySelector('[data-open=delivery]').click()")
    all_folds, open_folds = page.evaluate(counted)
    assert all_folds == open_folds == 5
    page.evaluate("document.querySelector('[data-close=delivery]').click()")
    assert page.evaluate(counted) == [5, 0]


@pytest.mark.parametrize("name", ["usual", "hostile"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_can_be_read_in_light_and_dark(name: str, colours: str, opened: Opener) -> None:
    page = opened(name, colours=colours)
    page.evaluate(OPEN_ALL)
    (red, *_) = re.findall(r"[0-9]+", page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (int(red) < 60) is (colours == "dark")
    assert page.evaluate(browser.FAINT) == []
    page.evaluate("document.getElementById('theme').click()")
    (other, *_) = re.findall(r"[0-9]+", page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (int(other) < 60) is (colours == "light")


@pytest.mark.parametrize("script", [True, False])
def test_it_prints_all_without_controls(script: bool, opened: Opener) -> None:
    page = opened("usual", script=script)
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 3
    page.as_on_paper()
    if script:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    hidden = "[...document.querySelectorAll('.hop')].filter(each => !each.checkVisibility()).length"
    assert page.evaluate(hidden) == 0
    shown = "[...document.querySelectorAll('input, button, nav, .skip')].filter(each => each.checkVisibility()).length"
    assert page.evaluate(shown) == 0


@pytest.mark.parametrize("name", ["usual", "hostile", "large"])
def test_nothing_is_wider_than_a_telephone(name: str, opened: Opener) -> None:
    page = opened(name, width=400)
    width = "document.scrollingElement.scrollWidth"
    assert page.evaluate(width) <= 400
    for section in SECTIONS:
        first = "each => { each.open = true }"  # of a thousand, some are like all
        folds = f"[...document.querySelectorAll('#{section} details')].slice(0, 20)"
        page.evaluate(f"{folds}.forEach({first}), document.getElementById('{section}').scrollIntoView()")
        assert page.evaluate(width) <= page.evaluate("innerWidth") == 400, section


def test_all_is_there_without_script(opened: Opener) -> None:
    with_script = opened("usual").evaluate("document.querySelector('main').textContent")
    page = opened("usual", script=False)
    assert page.evaluate("document.querySelectorAll('[data-script]:not([hidden])').length") == 0
    assert page.evaluate("document.querySelector('main').textContent") == with_script
    assert page.evaluate(f"{VISIBLE_ROWS}.length") == page.evaluate("document.querySelectorAll('[data-row]').length")
    page.evaluate("document.querySelector('#changes summary').focus()")
    page.press("Enter")
    assert page.evaluate("document.querySelector('#changes details').open") is True


def test_a_thousand_schedules_are_one_file_that_filters_at_once(
    opened: Opener, pages: Path, record_property: Callable[[str, object], None]
) -> None:
    assert (pages / f"{THOUSAND}.html").stat().st_size < 5_000_000
    page = opened(THOUSAND)
    assert page.complaints() == []
    assert page.evaluate("document.querySelectorAll('.schedules [data-row]').length") == 1_000
    page.press("/")
    took = page.evaluate(
        """new Promise(settled => {
          const [filter, left] = ["filter", "left"].map(name => document.getElementById(name));
          const done = () => requestAnimationFrame(() => settled(performance.now() - began));
          const look = () => left.textContent === "" ? setTimeout(look, 5) : done();
          const began = performance.now();
          filter.value = "nightly-export-0777";
          filter.dispatchEvent(new Event("input"));
          look();
        })"""
    )
    rows = page.evaluate(f"{VISIBLE_ROWS}.map(each => each.textContent)")
    assert len(rows) == 5  # a change, a proof, a path, a warning and a schedule
    assert all("nightly-export-0777" in each for each in rows)
    assert took < 3_000  # well under a second where nothing else runs
    page.press("Escape")
    page.evaluate("document.querySelectorAll('main > :not(#timetable)').forEach(each => each.remove())")
    keep(page, THOUSAND, record_property, highest=1_600)


@pytest.mark.parametrize(
    ("name", "width", "colours"), [("wide", 1280, "light"), ("narrow", 400, "light"), ("dark", 1280, "dark")]
)
def test_pictures_are_kept(
    name: str, width: int, colours: str, opened: Opener, record_property: Callable[[str, object], None]
) -> None:
    keep(opened("usual", width=width, colours=colours), name, record_property)
    assert (SCREENSHOTS / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_and_a_pdf_of_what_is_printed_are_kept(
    opened: Opener, record_property: Callable[[str, object], None]
) -> None:
    page: Any = opened("usual", width=800)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / "print.pdf").write_bytes(page.pdf())
    page.as_on_paper()
    keep(page, "print", record_property)
    assert {path.name for path in SCREENSHOTS.iterdir()} >= {"print.pdf", "print.png"}
