"""The five files of a review: all or none, and the same bytes for the same report."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.output import writing
from tests.review.output import made

NAMES = ["review.md", "review.html", "review.json", "review.sarif", "review.junit.xml"]


def test_all_are_written_to_a_new_folder_and_nothing_else(tmp_path: Path) -> None:
    paths = writing.write(made.usual(), tmp_path / "a" / "b")
    assert [path.name for path in paths] == NAMES
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(NAMES)
    assert all(path.stat().st_size for path in paths)


@pytest.mark.parametrize("name", made.ALL)
def test_the_same_report_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    once, twice = (writing.write(made.ALL[name](), tmp_path / each) for each in ("once", "twice"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in twice]


@pytest.mark.parametrize("name", NAMES)
def test_one_that_cannot_be_rendered_leaves_all_as_they_were(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [path.read_bytes() for path in writing.write(made.usual(), tmp_path)]

    def broken(_: object) -> str:
        raise ValueError(name)

    monkeypatch.setitem(writing.FORMATS, name, broken)
    with pytest.raises(ValueError, match=name):
        writing.write(made.passing(), tmp_path)
    assert [(tmp_path / each).read_bytes() for each in NAMES] == before
    assert len(list(tmp_path.iterdir())) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_one_that_cannot_be_written_leaves_all_as_they_were(name: str, tmp_path: Path) -> None:
    before = [path.read_bytes() for path in writing.write(made.usual(), tmp_path)]
    (tmp_path / f"{name}.part").mkdir()
    with pytest.raises(OSError, match=name):
        writing.write(made.passing(), tmp_path)
    assert [(tmp_path / each).read_bytes() for each in NAMES] == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(NAMES)
