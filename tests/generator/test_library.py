"""Finding modules, reading them at a commit, and keeping what was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.interfaces import blocks, declarations, revisions
from generator.interfaces import cache as interface_cache
from generator.interfaces.interface import Interface
from generator.interfaces.library import Library
from generator.models.modules import Module
from tests.generator.conftest import git

TEXT = 'variable "one" { type = string }\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "vendor" / "network").mkdir(parents=True)
    (folder / "vendor" / "network" / "main.tf").write_text(TEXT)
    return folder


def names(library: Library, module: Module) -> list[str] | None:
    interface = library.source("network", module).interface
    return None if interface is None else list(interface.variables)


LOCAL = Module(path="vendor/network")


def test_what_was_read_is_kept(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    assert names(Library(repository, kept), LOCAL) == ["one"]
    entries = list(kept.iterdir())
    assert [entry.suffix for entry in entries] == [".json"]
    monkeypatch.setattr(declarations, "read", unexpected)
    assert names(Library(repository, kept), LOCAL) == ["one"]
    main = repository / "vendor" / "network" / "main.tf"
    main.rename(main.with_name("renamed.tf"))
    with pytest.raises(AssertionError, match="read again"):
        names(Library(repository, kept), LOCAL)


def unexpected(_: object) -> Interface:
    raise AssertionError("read again")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"variables": 1}', b"\xff", None])
def test_a_damaged_entry_is_as_good_as_none(damage: bytes | None, repository: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert names(Library(repository, kept), LOCAL) == ["one"]
    entry = next(kept.iterdir())
    good = entry.read_bytes()
    entry.unlink()
    if damage is None:
        entry.mkdir()
    else:
        entry.write_bytes(damage)
    assert names(Library(repository, kept), LOCAL) == ["one"]
    assert entry.is_dir() if damage is None else entry.read_bytes() == good
    assert list(kept.iterdir()) == [entry]


def test_where_nothing_can_be_kept_everything_is_read(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file, where a folder should be")
    assert names(Library(repository, tmp_path / "kept"), LOCAL) == ["one"]


def test_an_entry_is_for_these_files_and_for_the_code_that_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.tf": b"x", "b.tf": b"y"}
    first = interface_cache.fingerprint(files)
    others = [{"a.tf": b"xy"}, {"a.tf": b"x"}, {"a.tf": b"y", "b.tf": b"x"}, {"a.tf": b"x", "c.tf": b"y"}]
    assert first not in {interface_cache.fingerprint(other) for other in others}
    assert first == interface_cache.fingerprint(dict(reversed(files.items())))
    interface_cache._readers.cache_clear()
    monkeypatch.setattr(interface_cache, "version", lambda _: "9")
    assert first != interface_cache.fingerprint(files)
    interface_cache._readers.cache_clear()


def test_the_code_that_reads_is_named_whole() -> None:
    """Every module of the generator that the reading of a module imports is part of the fingerprint."""
    room = Path(declarations.__file__).parent
    reading = {declarations.__name__, blocks.__name__}
    for name in ("declarations.py", "blocks.py"):
        lines = (room / name).read_text(encoding="utf-8").splitlines()
        reading |= {line.split()[1] for line in lines if line.startswith("from generator.")}
    assert {f"{name.rpartition('.')[2]}.py" for name in reading} == set(interface_cache._READERS)


def test_a_source_is_read_once_in_a_run(repository: Path, tmp_path: Path) -> None:
    library = Library(repository, tmp_path / "kept")
    assert names(library, LOCAL) == ["one"]
    (repository / "vendor" / "network" / "main.tf").unlink()
    assert names(library, LOCAL) == ["one"]
    assert "is no module" in Library(repository, tmp_path / "kept").source("network", LOCAL).mistake


def test_hidden_files_are_none_of_the_module(repository: Path, tmp_path: Path) -> None:
    (repository / "vendor" / "network" / ".#main.tf").write_text("{{{")
    (repository / "vendor" / "network" / "main.tf.orig").write_text("{{{")
    (repository / "vendor" / "network" / "inner").mkdir()
    assert names(Library(repository, tmp_path / "kept"), LOCAL) == ["one"]


def test_json_syntax_is_a_notice(repository: Path, tmp_path: Path) -> None:
    """Also where there is nothing else: Terraform takes such a module."""
    folder = repository / "vendor" / "network"
    (folder / "main.tf").rename(folder / "main.tf.json")
    source = Library(repository, tmp_path / "kept").source("network", LOCAL)
    assert source.mistake == ""
    assert source.notice == "calls of vendor/network are not checked: main.tf.json: JSON syntax is not read"


@pytest.fixture
def tagged(repository: Path) -> Path:
    """The repository with its module at v1 and, by its hash, one commit later with one more variable."""
    git(repository, "init")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "First")
    git(repository, "tag", "v1")
    (repository / "vendor" / "network" / "more.tf").write_text('variable "two" {}\n')
    (repository / "vendor" / "network" / "notes.md").write_text("not read")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "Second")
    return repository


def terraform(name: str) -> bool:
    return name.endswith(".tf")


def test_a_tag_an_annotated_tag_and_a_commit(tagged: Path) -> None:
    git(tagged, "tag", "-a", "v2/annotated", "-m", "Second")
    commit = git(tagged, "rev-parse", "HEAD")
    for ref, files in (("v1", 1), ("v2/annotated", 2), (commit, 2), (commit[:10], 2)):
        found = revisions.read_directory(tagged, ref, "vendor/network", terraform)
        assert found is not None, ref
        assert len(found) == files
        assert found["main.tf"] == TEXT.encode()
    assert revisions.read_directory(tagged, "v1", ".", terraform) == {}
    assert revisions.read_directory(tagged, "v1", "vendor/network/main.tf", terraform) is None


def test_a_folder_inside_a_clone_is_not_taken_for_one(tagged: Path) -> None:
    """Git would go up from it, and read the commits of whatever holds it."""
    (tagged / "vendor" / "network" / "deep").mkdir()
    for folder in (tagged / "vendor", tagged / "vendor" / "network" / "deep"):
        with pytest.raises(revisions.InsideError) as error:
            revisions.read_directory(folder, "v1", "vendor/network", terraform)
        assert error.value.top == tagged.resolve()


def test_a_bare_clone_and_a_work_tree_are_clones(tagged: Path, tmp_path: Path) -> None:
    git(tagged, "clone", "--bare", str(tagged), str(tagged / "bare"))
    git(tagged, "worktree", "add", str(tagged / "tree"))
    for clone in ("bare", "tree"):
        assert revisions.read_directory(tagged / clone, "v1", "vendor/network", terraform) is not None


def test_a_tag_wins_over_a_branch_of_its_name(tagged: Path) -> None:
    git(tagged, "branch", "v1")
    found = revisions.read_directory(tagged, "v1", "vendor/network", terraform)
    assert found is not None
    assert len(found) == 1


def test_a_hook_of_another_repository_does_not_mislead(
    tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert revisions.read_directory(tagged, "v1", "vendor/network", terraform) is not None


def test_what_a_partial_clone_left_out_is_not_fetched(tagged: Path, tmp_path: Path) -> None:
    """Else generating would wait for a network, and half a module would pass for a whole one."""
    git(tagged, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--no-checkout", "--filter=blob:none", tagged.as_uri(), str(clone))
    with pytest.raises(revisions.NotAtHandError, match="partial clone"):
        revisions.read_directory(clone, "v1", "vendor/network", terraform)


def test_a_shallow_clone_has_not_all(tagged: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--depth=1", "--no-tags", tagged.as_uri(), str(clone))
    with pytest.raises(revisions.NotAtHandError, match="no commit and no tag v1"):
        revisions.read_directory(clone, "v1", "vendor/network", terraform)


def test_a_machine_without_git(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(revisions.NotAtHandError, match="cannot be read with git"):
        revisions.read_directory(tagged, "v1", "vendor/network", terraform)
