"""The room's own rule: it knows no other, so that every other may use it."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.support.planning import REPOSITORY

ROOM = REPOSITORY / "semantics"
PURE = {
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "semantics",
    "typing",
}


def roots_of_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {module.partition(".")[0] for module in modules}
    return found


def test_it_imports_nothing_that_reads_calls_or_waits() -> None:
    for path in ROOM.rglob("*.py"):
        assert roots_of_imports(path) <= PURE, path
