"""workers/README.md says what the workers take, by the names that they have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.frame import reference
from workers.frame.exits import ExitCode
from workers.frame.last_resort import DEADLINES


def test_the_tables_are_what_the_settings_say() -> None:
    assert reference.main(["--check"]) == 0
    text = reference.README.read_text(encoding="utf-8")
    for kind in reference.kinds().values():
        for name in kind.model_fields:
            assert f"| `{name.upper()}`" in text


def test_a_setting_that_is_not_in_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "README.md"
    changed.write_text(
        reference.README.read_text(encoding="utf-8").replace("| `LOG_LEVEL` |", "| `LOGLEVEL` |"), encoding="utf-8"
    )
    before = changed.read_text(encoding="utf-8")
    monkeypatch.setattr(reference, "README", changed)
    assert reference.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().out
    assert changed.read_text(encoding="utf-8") == before
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


def test_every_setting_has_a_description() -> None:
    fields = [field for kind in reference.kinds().values() for field in kind.model_fields.items()]
    assert [name for name, field in fields if not field.description] == []


def test_exit_codes_and_deadlines_are_those_of_the_code() -> None:
    text = " ".join(reference.README.read_text(encoding="utf-8").split())
    assert {int(code) for code in re.findall(r"\| (\d+) \| [a-z]", text)} == set(ExitCode)
    assert f"has {DEADLINES.grace_seconds:g} seconds to come to an end by itself" in text.replace(
        "that is stopped ", ""
    )
    assert f"at {DEADLINES.blocked_seconds:g} seconds a thread" in text
    assert f"ends at {DEADLINES.end_seconds:g}" in text
