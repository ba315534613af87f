"""The folders of the generator build on each other in one direction."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import generator
from generator.places import PACKAGE

LAYERS = re.findall(r"^    (\w+) {2,}\S", generator.__doc__ or "", re.MULTILINE)


def imported(path: Path) -> Iterator[str]:
    """Every folder of the generator that a file imports from, also for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            parts = module.split(".")
            if parts[0] == "generator" and len(parts) > 1 and (PACKAGE / parts[1]).is_dir():
                yield parts[1]


def test_every_folder_of_python_is_a_layer() -> None:
    assert sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")) == sorted(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_from_none_below_it(layer: str) -> None:
    below = set(LAYERS[LAYERS.index(layer) + 1 :])
    wrong = {path.name: found for path in (PACKAGE / layer).glob("*.py") if (found := below & set(imported(path)))}
    assert wrong == {}


def test_what_all_share_imports_from_no_layer() -> None:
    for name in ("errors", "git", "names", "places"):
        assert list(imported(PACKAGE / f"{name}.py")) == []


@pytest.mark.parametrize("room", ["review", "operations", "workers", "sandbox", "harness"])
def test_the_generator_knows_no_other_room(room: str) -> None:
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(rf"^\s*(from|import) {room}\b", path.read_text(encoding="utf-8"), re.MULTILINE), path
