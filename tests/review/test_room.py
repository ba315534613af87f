"""The room's own rule: it reads plans, and knows nothing of what made them."""

from __future__ import annotations

from tests.semantics.test_room import roots_of_imports
from tests.support.planning import REPOSITORY

ROOM = REPOSITORY / "review"
ROOMS = {path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").is_file()} | {
    "batch_target_sync",
    "tests",
}


def test_it_knows_nothing_but_what_aws_does() -> None:
    files = list(ROOM.rglob("*.py"))
    assert len(files) > 30
    found = {room: path.name for path in files for room in roots_of_imports(path) & ROOMS}
    assert found.keys() <= {"review", "semantics"}, found


def test_no_room_builds_on_it_but_the_one_that_make_calls() -> None:
    others = [
        path for room in sorted(ROOMS - {"tests", "review", "harness"}) for path in (REPOSITORY / room).rglob("*.py")
    ]
    assert len(others) > 50
    assert [path for path in others if "review" in roots_of_imports(path)] == []
