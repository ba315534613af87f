"""What the runbook tells somebody on call to type and to look for is there."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from operations.__main__ import app
from tests.support.planning import REPOSITORY

FILE = REPOSITORY / "docs" / "operations.md"
TEXT = FILE.read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
CALLS = sorted(set(re.findall(r"python -m operations ((?:events )?[a-z-]+)([^`#\n]*)", TEXT + README)))


def anchors(text: str) -> set[str]:
    """Return what the headings of a page are called in links to them."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_target_and_variable_of_make_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, flags=re.MULTILINE))
    calls = re.findall(r"\bmake ([a-z-]+)((?: [A-Z]+=\S*)*)", re.sub(r"`make` itself", "", TEXT))
    assert {name for name, _ in calls} >= {"eb-targets", "update-eventbridge", "eb-rollback", "events-test-all"}
    assert {name for name, _ in calls} <= targets
    assert {variable for _, rest in calls for variable in re.findall(r"([A-Z]+)=", rest)} <= variables


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join("".join(call).split()))
def test_every_command_of_this_room_takes_what_is_typed(call: tuple[str, str]) -> None:
    name, rest = call
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    text = re.sub(r"\x1b\[[\d;]*m", "", shown.output)
    assert all(flag in text for flag in re.findall(r"--[a-z-]+", rest)), text


def test_there_are_calls_to_look_at() -> None:
    assert {name for name, _ in CALLS} >= {"history", "sync", "rollback", "resume", "events test-all"}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)]+)\)", TEXT)
    assert len(links) > 10
    for link in links:
        path, _, anchor = link.partition("#")
        page = (FILE.parent / path) if path else FILE
        assert page.is_file(), link
        assert not anchor or anchor in anchors(page.read_text(encoding="utf-8")), link


def test_the_alarms_are_the_module_s_and_none_is_left_out() -> None:
    terraform = (REPOSITORY / "modules" / "batch-target-sync" / "locals.tf").read_text(encoding="utf-8")
    made = set(re.findall(r'_alarm += coalesce\(.*, "\$\{local\.base_name\}(-[a-z-]+)"\)', terraform))
    assert len(made) == 3
    assert set(re.findall(r"^The alarm `<sync>(-[a-z-]+)`", TEXT, flags=re.MULTILINE)) == made


def test_every_verdict_is_explained() -> None:
    table = TEXT[TEXT.index("| Verdict |") : TEXT.index("`kept by`")]
    assert set(re.findall(r"^\| `([a-z]+)` \|", table, flags=re.MULTILINE)) == {
        "current",
        "stale",
        "held",
        "floating",
        "failed",
        "missing",
    }
