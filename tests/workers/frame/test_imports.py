"""workers/ is what the image has: it imports nothing of the other rooms, and no package but those it names."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.planning import REPOSITORY

FILES = sorted((REPOSITORY / "workers").rglob("*.py"))
NAMED = re.findall(
    r"^([\w-]+)", (REPOSITORY / "requirements" / "workers.in").read_text(encoding="utf-8"), flags=re.MULTILINE
)
# What a package that is named hands out as its own: boto3's errors are botocore's, aiohttp's URLs are yarl's, the
# escaped texts of Jinja are MarkupSafe's.
HANDED_OUT = {"botocore": "boto3", "yarl": "aiohttp", "markupsafe": "jinja2"}
# Only types, for mypy: nothing of it is imported when a worker runs.
TYPES = re.compile(r"mypy_boto3_\w+|_typeshed|types_\w+")


def imports(tree: ast.AST, *, of_types: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Yield each module that is imported, the line, and whether for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, of_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "workers" if node.level else str(node.module), node.lineno, of_types
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imports(ast.Module(node.body, []), of_types=True)
            yield from imports(ast.Module(node.orelse, []), of_types=of_types)
        else:
            yield from imports(node, of_types=of_types)


def refused(source: str) -> list[str]:
    providers = importlib.metadata.packages_distributions()
    found = []
    for module, line, of_types in imports(ast.parse(source)):
        top = module.partition(".")[0]
        allowed = {"workers", *sys.stdlib_module_names, *(name for name, of in HANDED_OUT.items() if of in NAMED)}
        named = {name.lower() for name in providers.get(top, [])} & set(NAMED)
        if top not in allowed and not named and not (of_types and TYPES.fullmatch(top)):
            found.append(f"line {line}: {module}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_imports_what_the_image_has(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import sandbox.server",
        "from review import checks",
        "def f():\n    import requests",
        "if TYPE_CHECKING:\n    from sandbox import server",
        "import mypy_boto3_s3",
        "import multidict",
    ],
)
def test_what_it_has_not_is_found(source: str) -> None:
    assert len(refused(source)) == 1


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 15
    assert set(NAMED) >= {"aiohttp", "boto3", "jsonschema", "pydantic", "pydantic-settings", "structlog", "tenacity"}
