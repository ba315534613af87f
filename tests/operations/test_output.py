"""Tables: nothing of a cell is lost, whatever they are printed on."""

from __future__ import annotations

import re
import sys

import pytest

from operations import output

LONG = "arn:aws:batch:us-east-2:123456789012:job-queue/" + "q" * 200
ROWS = [("[red]rule[/red]", "", "not tried", LONG), ("rule", "", "passed", "short")]
COLUMNS = ("rule", "empty", "verdict", "found")


def test_in_a_pipe_a_row_is_a_line_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(COLUMNS, ROWS, "nothing")
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["rule", "verdict", "found"], "an empty column is left out"
    assert first.split() == ["[red]rule[/red]", "not", "tried", LONG]
    assert second.split() == ["rule", "passed", "short"]


@pytest.mark.parametrize("no_color", [False, True])
def test_on_a_terminal_a_long_cell_is_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, no_color: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    output.show(COLUMNS, ROWS, "nothing")
    text = capsys.readouterr().out
    assert text.count("q") == 200 + 1  # and that of job-queue
    assert "not tried" in text, "a short column is not folded"
    assert bool(re.search(r"\x1b\[3\dm", text)) is not no_color
    assert max(len(re.sub(r"\x1b\[\d*m", "", line)) for line in text.splitlines()) <= 80


def test_where_there_is_nothing_it_is_said_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(COLUMNS, [], "nothing at all")
    assert capsys.readouterr() == ("", "nothing at all\n")
