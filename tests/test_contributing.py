"""What CONTRIBUTING tells a newcomer to type and to look at is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from generator.command_line import app
from tests.support.planning import REPOSITORY

TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL))
BLOCKS = "\n".join(re.findall(r"^```\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL))
TOP = {path.name for path in REPOSITORY.iterdir()} - {".build"}  # what is in that is made when it is needed


def test_every_target_and_variable_it_names_is_one() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", makefile, flags=re.MULTILINE))
    calls = [call for code in [*CODE, *BLOCKS.splitlines()] for call in re.findall(r"\bmake ([a-z-]+)(.*)", code)]
    assert {name for name, _ in calls} >= {"plan", "check", "test", "test-fast", "fmt", "generate", "docs", "lock"}
    assert {name for name, _ in calls} <= targets
    assert {variable for _, rest in calls for variable in re.findall(r" ([A-Z]+)=", rest)} <= variables


def test_every_path_it_names_is_there() -> None:
    paths = [code for code in CODE if not re.search(r"[< ]", code) and code.partition("/")[0] in TOP]
    assert len(paths) > 15
    assert [path for path in paths if not list(REPOSITORY.glob(path.rstrip("/")))] == []


def test_every_room_is_in_its_layout() -> None:
    rooms = {path.name for path in REPOSITORY.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    rooms -= {"requirements"}  # named where a requirement is added
    assert rooms <= set(re.findall(r"^\| `([a-z]+)/` \|", TEXT, flags=re.MULTILINE))


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_the_test_it_shows_can_be_run() -> None:
    (path,) = re.findall(r"-m pytest (\S+)", BLOCKS)
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider", path]
    found = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python -m (generator|harness|sandbox) ([a-z]+)", TEXT))))
def test_every_command_of_a_room_is_one(command: tuple[str, str]) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", *command, "--help"], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr


def test_the_least_environment_it_shows_is_one_and_needs_all_that_it_has(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    specs = tmp_path / "environments"
    shutil.copytree(REPOSITORY / "environments", specs)

    def generate(spec: str) -> int:
        (specs / "dn-test.yaml").write_text(spec, encoding="utf-8")
        places = ["--environments", str(specs), "--roots", str(tmp_path / "roots")]
        return CliRunner().invoke(app, ["generate", "dn-test", *places]).exit_code

    assert generate(text) == 0
    assert (tmp_path / "roots" / "dn-test" / "main.tf").is_file()
    whole = yaml.safe_load(text)
    for field, value in whole.items():
        parts = [{**value, part: None} for part in value] if isinstance(value, dict) else []
        for less in [None, *parts]:
            assert generate(yaml.safe_dump({**whole, field: less})) == 2, (field, less)
