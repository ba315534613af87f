"""Pinned modules are read from a clone that is at hand, when it holds them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness import sources
from harness.errors import EnvironmentFailedError, WrongUseError

URL = "https://example.com/modules.git"


def git(folder: Path, *arguments: str) -> str:
    """Git without the settings of whoever runs the tests."""
    who = {f"GIT_{role}_{what}": "test@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
    finished = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return finished.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, tagged v1."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "main.tf").write_text("# first\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "First")
    git(folder, "tag", "v1")
    return folder


def module(checkout: Path, ref: str) -> sources.Pinned:
    return sources.Pinned(URL, ref, checkout, "environments/own.yaml:7")


def test_the_modules_with_a_checkout_are_those_of_the_merged_specification(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "abstract: true\nmodules:\n  three: {path: local}\n"
        f"  one: {{git: '{URL}', ref: v1}}\n  two: {{git: '{URL}', ref: v1, checkout: ../x}}\n"
    )
    (tmp_path / "own.yaml").write_text("extends: base\nmodules:\n  one:\n    checkout: .\n  two:\n    ref: v2\n")
    found = sources.pinned(tmp_path, "own", tmp_path)
    assert [(item.ref, item.checkout) for item in found] == [("v1", tmp_path), ("v2", tmp_path.parent / "x")]
    assert found[1].where.endswith("own.yaml:6")


def test_an_environment_without_modules_pins_none(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("region: x\n")
    assert sources.pinned(tmp_path, "own", tmp_path) == []


def test_a_specification_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("a: 1\nmodules: x: y\n")
    with pytest.raises(WrongUseError, match=r"own\.yaml:2: is not YAML"):
        sources.pinned(tmp_path, "own", tmp_path)


def test_a_clone_and_a_work_tree_of_it_stand_for_the_repository(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "other")
    expected = [sources.Clone(URL, repository / ".git", (commit,))]
    assert sources.clones([module(repository, "v1"), module(repository, commit)]) == expected
    assert sources.clones([module(tmp_path / "tree", "v1")]) == expected


def test_the_repository_of_a_hook_is_not_asked(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit` sets GIT_DIR for its hooks, and one of them may run make."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert sources.clones([module(repository, "v1")])[0].folder == repository / ".git"


def test_what_the_clone_does_not_hold_is_said_with_what_to_fetch(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUseError) as refused:
        sources.clones([module(repository, "v2"), module(tmp_path / "empty", "v1"), module(repository, "v2")])
    missing = f"{repository} does not hold v2, which the sandbox reads from there: git -C {repository} fetch"
    assert str(refused.value).splitlines() == [
        f"environments/own.yaml:7: {missing} --tags {URL} v2",
        f"environments/own.yaml:7: {tmp_path}/empty is no git repository, so it is no checkout of {URL}",
    ]


def test_a_reference_is_never_an_option_of_git(repository: Path) -> None:
    with pytest.raises(WrongUseError, match="does not hold --all"):
        sources.clones([module(repository, "--all")])


def test_without_git_the_machine_is_at_fault(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(EnvironmentFailedError, match="git is not on PATH"):
        sources.clones([module(repository, "v1")])


def test_git_reads_the_clone_and_keeps_what_the_caller_configures(repository: Path, tmp_path: Path) -> None:
    """Real git: the address leads nowhere, the clone is there, and a setting of the caller's own still counts."""
    own = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "somebody"}
    added = sources.variables(sources.clones([module(repository, "v1")]), own)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **own, **added}
    clone = ["git", "clone", "--quiet", URL, str(tmp_path / "copy")]
    subprocess.run(clone, env=environment, check=True, capture_output=True)
    assert (tmp_path / "copy" / "main.tf").read_text() == "# first\n"
    name = subprocess.run(["git", "config", "user.name"], env=environment, check=True, capture_output=True, text=True)
    assert name.stdout == "somebody\n"


def test_a_count_that_is_no_number_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="GIT_CONFIG_COUNT is many, which git cannot read"):
        sources.variables([sources.Clone(URL, tmp_path, ())], {"GIT_CONFIG_COUNT": "many"})


def test_without_clones_git_is_told_nothing() -> None:
    assert sources.variables([], {"GIT_CONFIG_COUNT": "1"}) == {}
