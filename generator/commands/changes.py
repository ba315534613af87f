"""What git knows: which files of the working tree differ from a revision, and what they were there."""

from __future__ import annotations

import os
import subprocess
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import git
from generator.errors import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHALLOW: Final = "; this is a shallow clone: fetch more of the history (git fetch --unshallow, or fetch-depth: 0)"
_SUBMODULE: Final = "160000"


class RevisionError(Exception):
    """A revision that nothing can be compared with."""


class GitError(Exception):
    """Git is missing, or failed for a reason of its own."""


@dataclass(frozen=True)
class Changes:
    """What differs between a commit and the working tree, untracked files included and ignored ones not.

    Paths are relative to `top`, with slashes.
    """

    top: Path
    commit: str
    blobs: dict[str, str | None]  # each changed path, and its blob in the commit; None: it was not there

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.blobs)

    @property
    def short(self) -> str:
        """The commit as a person writes it."""
        return self.commit[:10]

    def relative(self, path: Path) -> str:
        """Return a path relative to the repository; raises RevisionError for one that is outside of it."""
        resolved = path.resolve()
        if not resolved.is_relative_to(self.top):
            raise RevisionError(f"{path} is not in the git repository {self.top}")
        return resolved.relative_to(self.top).as_posix()

    def below(self, directory: str) -> list[str]:
        """List the changed paths in a directory and its subdirectories; `.` is the whole repository."""
        if directory == ".":
            return self._sorted
        after = chr(ord("/") + 1)
        start, end = (bisect_left(self._sorted, directory + character) for character in ("/", after))
        return self._sorted[start:end]

    def before(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return what files were in the commit, without those that were not there.

        A file that git does not call changed is read from the working tree: it was the same.
        """
        found = {path: self.top / path for path in paths}
        changed = {path: blob for path in found if (blob := self.blobs.get(path)) is not None}
        contents = _contents(self.top, sorted(set(changed.values())))
        unchanged = (path for path, file in found.items() if path not in self.blobs and file.is_file())
        return {path: found[path].read_bytes() for path in unchanged} | {
            path: contents[blob] for path, blob in changed.items()
        }


def since(directory: Path, revision: str) -> Changes:
    """Compare the repository around a directory with the commit in which HEAD and a revision part.

    What the other branch has done since is not this one's change: for a pull request, this is `REVISION...`.
    Raises RevisionError when there is no such commit, GitError when git cannot be run.
    """
    if revision.startswith("-") or not revision:
        raise RevisionError(
            f"{shown(revision)} is not a revision: give a commit, a branch or a tag, such as origin/main"
        )
    top, shallow = _repository(directory)
    commit = _parting(top, revision, shallow=shallow)
    return Changes(top, commit, _untracked(top) | _changed(top, commit))


def _repository(directory: Path) -> tuple[Path, bool]:
    done = _git(directory, "rev-parse", "--show-toplevel", "--is-shallow-repository")
    if done.returncode:
        reason = _reason(done)
        if "not a git repository" in reason or "work tree" in reason:
            raise RevisionError(f"{directory} is not in a git repository, so there is nothing to compare with")
        raise GitError(f"git: {reason}")
    top, shallow = os.fsdecode(done.stdout).removesuffix("\n").rsplit("\n", 1)
    return Path(top).resolve(), shallow == "true"


def _parting(top: Path, revision: str, *, shallow: bool) -> str:
    done = _git(top, "merge-base", "--end-of-options", revision, "HEAD")
    if not done.returncode:
        return done.stdout.decode().strip()
    hint = _SHALLOW if shallow else ""
    if not _reason(done):
        raise RevisionError(f"{shown(revision)} and HEAD have no commit in common{hint}")
    if _reason(done).endswith("object name HEAD"):
        raise RevisionError("HEAD is not a commit: nothing has been committed yet")
    known = _git(top, "for-each-ref", "--format=%(refname:short)").stdout.decode(errors="replace").split()
    raise RevisionError(f"{shown(revision)} is not a commit of this repository{hint or nearest(revision, known)}")


def _changed(top: Path, commit: str) -> dict[str, str | None]:
    """Return the tracked files that differ, the index aside: what counts is what lies in the working tree."""
    # A file that is executable or not is the same to Terraform; git would call it changed.
    done = _must(top, "-c", "core.fileMode=false", "diff", "--raw", "-z", "--no-abbrev", "--no-renames", commit, "--")
    changed: dict[str, str | None] = {}
    fields = iter(os.fsdecode(done).split("\0"))
    for entry, path in zip(fields, fields, strict=False):
        old_mode, new_mode, old, new, _ = entry.removeprefix(":").split(" ")
        if old == new and {old_mode, new_mode} <= {"100644", "100755"}:
            continue
        blob = old if old.strip("0") and old_mode != _SUBMODULE else None
        changed[path] = changed.get(path) or blob  # a file in conflict has two entries
    return changed


def _untracked(top: Path) -> dict[str, str | None]:
    done = _must(top, "ls-files", "--others", "--exclude-standard", "-z")
    return {path.rstrip("/"): None for path in os.fsdecode(done).split("\0") if path}


def _contents(top: Path, blobs: list[str]) -> dict[str, bytes]:
    if not blobs:
        return {}
    output = _must(top, "cat-file", "--batch", standard_input="".join(f"{blob}\n" for blob in blobs).encode())
    contents: dict[str, bytes] = {}
    position = 0
    for blob in blobs:
        end = output.index(b"\n", position)
        header = output[position:end].decode()
        if header.endswith(" missing"):
            raise GitError(f"git: the object {blob} is missing from this clone")
        size = int(header.rsplit(" ", 1)[1])
        contents[blob] = output[end + 1 : end + 1 + size]
        position = end + 1 + size + 1
    return contents


def _must(top: Path, *arguments: str, standard_input: bytes = b"") -> bytes:
    done = _git(top, *arguments, standard_input=standard_input)
    if done.returncode:
        raise GitError(f"git: {_reason(done)}")
    return done.stdout


def _git(directory: Path, *arguments: str, standard_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # Messages are read in one language; what another git process holds a lock for is not waited for.
    environment = {**git.environment(), "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-C", str(directory), *arguments]
    try:
        return subprocess.run(command, input=standard_input, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise GitError("git is not on PATH, and what has changed is known to git alone") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return shown((fatal or lines or [""])[0], quote=False)
