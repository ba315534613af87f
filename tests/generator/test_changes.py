"""What git is asked, and what is said when it has no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands import changes as generator_changes
from generator.commands.changes import Changes, GitError, RevisionError, since
from tests.generator.conftest import MINIMAL, Workplace
from tests.support.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "repository")
    repository.write("specs/kept.yaml", "kept\n")
    repository.write("specs/edited.yaml", "before\n")
    repository.write("specs/removed.yaml", "gone\n")
    repository.write("data/ünï cøde\n.bin", "odd\n")
    repository.commit()
    return repository


def before(repository: Repository, revision: str = "HEAD") -> dict[str, bytes]:
    """Everything that was below the folders, as far as it has changed or is still there."""
    changes = since(repository.top, revision)
    files = {str(path.relative_to(repository.top)) for path in repository.top.rglob("*") if path.is_file()}
    return changes.before(path for path in files | changes.blobs.keys() if not path.startswith(".git/"))


def test_the_working_tree_counts_and_not_the_index(repository: Repository) -> None:
    held = before(repository)
    repository.write("specs/edited.yaml", "staged\n")
    repository.git("add", "--all")
    repository.write("specs/edited.yaml", "after\n")
    (repository.top / "specs/removed.yaml").unlink()
    repository.write("specs/untracked.yaml", "new\n")
    repository.write("data/ünï cøde\n.bin", "other\n")
    changes = since(repository.top, "HEAD")
    assert sorted(changes.blobs) == [
        "data/ünï cøde\n.bin",
        "specs/edited.yaml",
        "specs/removed.yaml",
        "specs/untracked.yaml",
    ]
    assert changes.below("specs") == ["specs/edited.yaml", "specs/removed.yaml", "specs/untracked.yaml"]
    assert changes.below(".") == sorted(changes.blobs)
    assert before(repository) == held
    assert held["specs/edited.yaml"] == b"before\n"


def test_neither_a_mode_nor_a_new_date_is_a_change(repository: Repository) -> None:
    (repository.top / "specs/kept.yaml").chmod(0o755)
    (repository.top / "specs/edited.yaml").touch()
    assert since(repository.top, "HEAD").blobs == {}
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "executable")
    assert since(repository.top, "HEAD~1").blobs == {}


def test_files_in_conflict(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "branch")
    repository.write("specs/edited.yaml", "theirs\n")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.write("specs/edited.yaml", "ours\n")
    repository.commit()
    with pytest.raises(AssertionError):
        repository.git("merge", "branch")
    assert before(repository)["specs/edited.yaml"] == b"ours\n"
    assert list(since(repository.top, "HEAD").blobs) == ["specs/edited.yaml"]


def test_what_a_person_has_configured_changes_nothing(repository: Repository) -> None:
    repository.write("specs/edited.yaml", "after\n")
    for name, value in {
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.relative": "true",
        "diff.renames": "copies",
        "core.quotePath": "true",
        "color.ui": "always",
    }.items():
        repository.git("config", name, value)
    repository.git("mv", "specs/removed.yaml", "specs/renamed.yaml")
    changes = since(repository.top / "specs", "HEAD")
    assert sorted(changes.blobs) == ["specs/edited.yaml", "specs/removed.yaml", "specs/renamed.yaml"]


def test_a_hook_of_another_commit(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git calls its hooks with variables that point at the repository in which it works."""
    other = Repository(tmp_path / "other")
    other.commit()
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.top / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.top))
    repository.write("specs/edited.yaml", "after\n")
    changes = since(repository.top / "specs", "HEAD")
    assert (changes.top, list(changes.blobs)) == (repository.top, ["specs/edited.yaml"])


def test_a_linked_worktree(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    (tmp_path / "linked/specs/edited.yaml").write_text("after\n")
    changes = since(tmp_path / "linked/specs", "main")
    assert (changes.top, list(changes.blobs)) == (tmp_path / "linked", ["specs/edited.yaml"])


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nope", '"nope" is not a commit of this repository; there are main, v1, work'),
        ("mian", '"mian" is not a commit of this repository; did you mean "main"?'),
        ("HEAD:specs", '"HEAD:specs" is not a commit of this repository'),
        ("main..work", '"main..work" is not a commit of this repository'),
        ("^main", '"^main" is not a commit of this repository'),
        ("0" * 40, f'"{"0" * 40}" is not a commit of this repository'),
        ("$(touch x)", '"$(touch x)" is not a commit of this repository'),
        ("", '"" is not a revision: give a commit, a branch or a tag, such as origin/main'),
        ("-x", '"-x" is not a revision: give a commit'),
        ("--output=x", '"--output=x" is not a revision: give a commit'),
        ("orphan", '"orphan" and HEAD have no commit in common'),
    ],
)
def test_what_is_no_revision(revision: str, message: str, repository: Repository) -> None:
    repository.git("branch", "work")
    repository.git("tag", "v1")
    if revision == "orphan":
        repository.git("checkout", "--quiet", "--orphan", "orphan")
        repository.commit("another beginning")
        repository.git("checkout", "--quiet", "main")
    files = sorted(repository.top.iterdir())
    with pytest.raises(RevisionError) as refused:
        since(repository.top, revision)
    assert str(refused.value).startswith(message)
    assert sorted(repository.top.iterdir()) == files


def test_a_shallow_clone_says_what_to_fetch(repository: Repository, tmp_path: Path) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.write("specs/edited.yaml", "after\n")
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.top}", str(clone))
    assert since(clone, "HEAD").blobs == {}
    for revision in (first, "HEAD~1", "release"):
        with pytest.raises(RevisionError, match=r"shallow clone: fetch more of the history \(git fetch --unshallow"):
            since(clone, revision)


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty")
    with pytest.raises(RevisionError, match="nothing has been committed yet"):
        since(empty.top, "HEAD")


def test_outside_of_a_repository(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    outcome = workplace.run("affected", "--since", "HEAD")
    message = "environments is not in a git repository, so there is nothing to compare with\n"
    assert (outcome.code, outcome.out, outcome.err) == (2, "", message)


def test_roots_outside_of_the_repository(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    Repository(workplace.environments).commit()
    outcome = workplace.run("affected", "--since", "HEAD")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"roots is not in the git repository {workplace.environments}\n"


def test_specs_that_are_not_there(workplace: Workplace) -> None:
    workplace.environments.rmdir()
    outcome = workplace.run("affected", "--since", "HEAD")
    assert (outcome.code, outcome.err) == (2, "environments: there is no such directory of specs\n")


def test_git_is_missing(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    workplace.spec("one", MINIMAL)
    monkeypatch.setenv("PATH", str(workplace.environments))
    outcome = workplace.run("affected", "--since", "HEAD")
    message = "git is not on PATH, and what has changed is known to git alone\n"
    assert (outcome.code, outcome.out, outcome.err) == (3, "", message)


def test_an_object_that_is_missing(repository: Repository) -> None:
    changes = since(repository.top, "HEAD")
    blob = "1" * 40
    with pytest.raises(GitError, match=f"the object {blob} is missing from this clone"):
        Changes(changes.top, changes.commit, {"specs/edited.yaml": blob}).before(["specs/edited.yaml"])


def test_a_few_processes_for_any_number_of_files(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        repository.write(f"specs/{number}.yaml", "before\n")
    repository.commit()
    for number in range(50):
        repository.write(f"specs/{number}.yaml", f"{number}\n")
    calls: list[tuple[str, ...]] = []
    run = generator_changes._git

    def counted(directory: Path, *arguments: str, standard_input: bytes = b"") -> object:
        calls.append(arguments)
        return run(directory, *arguments, standard_input=standard_input)

    monkeypatch.setattr(generator_changes, "_git", counted)
    assert len(before(repository)) == 54
    assert len(calls) == 5
