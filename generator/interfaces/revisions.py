"""Reads a directory of a git repository as it was at a commit or a tag, without touching the work tree."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Self

from generator import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_PARTIAL: Final = "is a partial clone that has not fetched all files"
_FILE: Final = b"100"  # how the mode of a file begins; a directory's is 40000


class NotAtHandError(Exception):
    """A clone does not have what is asked for; another one, or a fetch, might. The message goes on from its name."""


class InsideError(Exception):
    """What should be a clone is a folder inside one, which is in the attribute `top`."""

    def __init__(self, top: Path) -> None:
        """Keep the folder that git cloned into."""
        super().__init__(str(top))
        self.top = top


class BranchError(Exception):
    """What should be a commit or a tag is a branch."""


@dataclass(frozen=True, slots=True)
class _Object:
    identity: str
    kind: str
    content: bytes


def read_directory(checkout: Path, ref: str, directory: str, wanted: Callable[[str], bool]) -> dict[str, bytes] | None:
    """Return the files of one directory, by name; None when that commit has no such directory.

    Args:
        checkout: a clone: the folder that git cloned into.
        ref: a commit or a tag.
        directory: relative to the top of the repository, `.` for the top itself.
        wanted: says by its name whether a file is read.

    Raises:
        NotAtHandError: there is no such clone, it has no such commit or tag, or git cannot be run.
        InsideError: the clone is a folder of another one, whose commits would be read instead.
        BranchError: the ref is a branch of that clone.
    """
    if not checkout.is_dir():
        raise NotAtHandError("is not there")
    _refuse_inside(checkout)
    try:
        with _Objects(checkout) as objects:
            commit = _commit(objects, ref)
            tree = objects.get(f"{commit}:" if directory == "." else f"{commit}:{directory}")
            if tree is None or tree.kind != "tree":
                return None
            found = {}
            for name, mode, identity in _entries(tree.content, len(commit) // 2):
                if mode.startswith(_FILE) and wanted(name):
                    found[name] = objects.demand(identity).content
            return found
    except OSError as error:
        raise NotAtHandError(f"cannot be read with git: {error.strerror}") from error


def _refuse_inside(checkout: Path) -> None:
    """Refuse a folder in which git would go up to a repository that holds it; a bare one has no `.git`."""
    folder = checkout.resolve()
    if _has_repository(folder):
        return
    for outer in folder.parents:
        if _has_repository(outer):
            raise InsideError(outer)


def _has_repository(folder: Path) -> bool:
    bare = all((folder / name).exists() for name in ("HEAD", "objects", "refs"))
    return bare or (folder / ".git").exists()


def _commit(objects: _Objects, ref: str) -> str:
    found = objects.get(f"refs/tags/{ref}^{{commit}}")
    if found is None and objects.get(f"refs/heads/{ref}") is not None:
        raise BranchError
    if found is None and _COMMIT.fullmatch(ref):
        found = objects.get(f"{ref}^{{commit}}")
    if found is None:
        raise NotAtHandError(f"has no commit and no tag {ref}; `git fetch --tags` there might bring it")
    return found.identity


def _entries(tree: bytes, length: int) -> list[tuple[str, bytes, str]]:
    """Take a tree object apart: for each entry the mode, a space, the name, a zero byte, the raw identity."""
    entries = []
    position = 0
    while position < len(tree):
        zero = tree.index(b"\0", position)
        mode, name = tree[position:zero].split(b" ", 1)
        position = zero + 1 + length
        entries.append((name.decode(errors="replace"), mode, tree[zero + 1 : position].hex()))
    return entries


class _Objects:
    """One `git cat-file --batch`, asked one thing after the other: a process for each file would take longer."""

    def __init__(self, checkout: Path) -> None:
        # What a partial clone left out is not fetched: a spec is checked without a network.
        command = ["git", "-C", str(checkout), "-c", "protocol.allow=never", "cat-file", "--batch"]
        self._failure = "is no git repository that can be read"
        self._process = subprocess.Popen(
            command,
            env=git.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            _close(pipe)
        self._process.wait()

    def get(self, name: str) -> _Object | None:
        """Return an object by any name that git knows, None when there is none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise TypeError("the pipes were asked for")
        try:
            stdin.write(f"{name}\n".encode())
            stdin.flush()
        except BrokenPipeError:
            raise NotAtHandError(self._failure) from None
        header = stdout.readline()
        if not header:
            raise NotAtHandError(self._failure)
        self._failure = _PARTIAL
        answer = header.decode(errors="replace").split()
        if len(answer) != 3 or not answer[2].isdecimal():
            return None  # `<name> missing`, `<name> ambiguous`
        content = stdout.read(int(answer[2]) + 1)[:-1]
        return _Object(answer[0], answer[1], content)

    def demand(self, name: str) -> _Object:
        """Return an object that a whole clone has."""
        found = self.get(name)
        if found is None:
            raise NotAtHandError(_PARTIAL)
        return found


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except BrokenPipeError:
        return  # git has already gone, and said why by its silence
