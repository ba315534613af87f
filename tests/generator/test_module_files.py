"""Which sources of a call are local modules, and which of their files count."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.changes import Changes
from generator.commands.module_files import ModuleFiles

CHANGED = "modules/task/main.tf"


def changed(tmp_path: Path, text: str, *paths: str) -> list[str]:
    changes = Changes(tmp_path.resolve(), "0" * 40, dict.fromkeys(paths or (CHANGED,)))
    return ModuleFiles(changes).changed(tmp_path / "roots" / "one", [text])


@pytest.mark.parametrize(
    "text",
    [
        'module "a" {\n  source = "../../modules/task"\n}',
        'module "a" {\n  source   =   "../../modules/task/"\n}',
        'module "a" { source = "../../modules/task" }',
        'module "a" {\n  source = "./../../modules/other/../task" # with a comment\n}',
        '{"module": {"a": {"source": "../../modules/task"}}}',
    ],
)
def test_a_local_source(text: str, tmp_path: Path) -> None:
    assert changed(tmp_path, text) == [CHANGED]


@pytest.mark.parametrize(
    "text",
    [
        'module "a" {\n  source = "git::https://example.com/punctual.git//modules/task?ref=v2.0.0"\n}',
        'module "a" {\n  source = "git::file:///modules/task"\n}',
        'module "a" {\n  source = "terraform-aws-modules/task/aws"\n}',
        'module "a" {\n  source = "../../modules/task-other"\n}',
        '  # source = "../../modules/task"\n',
        '  // source = "../../modules/task"\n',
        '  other_source = "../../modules/task"\n',
        '  aws = { source = "hashicorp/aws" }\n',
    ],
)
def test_no_local_source_of_that_module(text: str, tmp_path: Path) -> None:
    assert changed(tmp_path, text) == []


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    for name, other in (("task", "other"), ("other", "task")):
        module = tmp_path / "modules" / name
        module.mkdir(parents=True)
        (module / "main.tf").write_text(f'module "x" {{\n  source = "../{other}"\n}}\n')
    text = 'module "a" {\n  source = "../../modules/task"\n}'
    assert changed(tmp_path, text, "modules/other/variables.tf") == ["modules/other/variables.tf"]


def test_a_submodule_of_git_is_one_path(tmp_path: Path) -> None:
    text = 'module "a" {\n  source = "../../modules/task"\n}'
    assert changed(tmp_path, text, "modules/task") == ["modules/task"]


def test_a_module_outside_of_the_repository(tmp_path: Path) -> None:
    assert changed(tmp_path, 'module "a" {\n  source = "../../../elsewhere"\n}', "elsewhere/main.tf") == []
