"""The room's own rules: what it may know, and that it knows where the module's code is."""

from __future__ import annotations

import subprocess
import sys

from tests.semantics.test_room import roots_of_imports
from tests.support.planning import REPOSITORY

ROOM = REPOSITORY / "operations"
ROOMS = {path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").is_file()} | {
    "batch_target_sync",
    "tests",
}
KNOWN = {"batch_target_sync", "generator", "harness", "operations", "semantics"}


def test_it_imports_of_other_rooms_what_its_first_lines_say() -> None:
    files = list(ROOM.rglob("*.py"))
    assert len(files) > 10
    found = {room: path.name for path in files for room in roots_of_imports(path) & ROOMS}
    assert found.keys() <= KNOWN, found
    assert "sandbox" in ROOMS


def test_only_one_module_knows_where_the_code_of_the_sync_is() -> None:
    assert {path.name for path in ROOM.rglob("*.py") if "batch_target_sync" in roots_of_imports(path)} == {
        "target_sync.py"
    }


def test_it_is_the_module_s_own_file() -> None:
    """Also where nothing is on the path but the repository, as for who types `python -m operations`."""
    program = "from operations.target_sync import sync; print(sync.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert found == str(REPOSITORY / "modules" / "batch-target-sync" / "batch_target_sync" / "sync.py")


def test_nothing_but_tests_imports_it() -> None:
    others = [path for room in sorted(ROOMS - {"tests", "operations"}) for path in (REPOSITORY / room).rglob("*.py")]
    assert len(others) > 50
    assert [path for path in others if "operations" in roots_of_imports(path)] == []
