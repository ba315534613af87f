"""What a person passes to make is text: make neither runs nor expands it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.planning import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
# Every variable that has a default for somebody to replace.
VARIABLES = re.findall(r"^([A-Z]+) \?=", MAKEFILE, flags=re.MULTILINE)
TARGETS = ["plan", "apply", "destroy", "generate", "affected", "matrix", "summary"]


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key not in VARIABLES}
    return subprocess.run(
        ["make", *arguments], cwd=REPOSITORY, env=clean | variables, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_is_passed_is_never_run(tmp_path: Path, variable: str) -> None:
    """On the command line or in the environment; where it is used, and where it is exported to what make calls."""
    ran = tmp_path / "ran"
    text = f"$(shell touch {ran})"
    for called in (["--dry-run", *TARGETS], ["help"]):
        make(*called, f"{variable}={text}")
        make(*called, **{variable: text})
        make("--environment-overrides", *called, **{variable: text})
        assert not ran.exists(), called


@pytest.mark.parametrize("name", ["$(shell true)", "$$b", "${HOME}", "a'b", 'a"b', "`true`", "#a", "$(ENV)"])
def test_what_is_passed_arrives_as_it_is(name: str) -> None:
    for done in (make("announce", f"ENV={name}"), make("announce", ENV=name)):
        assert f"ENV={name}: that cannot name an environment" in done.stderr


def test_every_variable_has_a_default_that_holds_when_nothing_is_passed() -> None:
    assert set(VARIABLES) == {"ENV", "LIVE", "YES", "SAVED", "SINCE", "JSON", "ENVS", "PYTHON"}
    assert "affected --since" in make("--dry-run", "affected").stdout
    assert "ENV is missing" in make("announce").stderr
