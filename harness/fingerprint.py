"""A digest of all that Terraform reads of a root: its own files, and the local modules that it uses."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from generator.interfaces import local


def configuration(root: Path) -> str:
    """SHA-256 over names and contents, so that a file that is renamed, added or removed changes it as well."""
    whole = hashlib.sha256()
    for folder in [root, *modules(root)]:
        for path in files(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}".encode()
            content = path.read_bytes()
            whole.update(b"%d %s %d " % (len(name), name, len(content)))
            whole.update(content)
    return whole.hexdigest()


def modules(root: Path) -> list[Path]:
    """The folders of the local modules that a root calls, and of those that they call, in a fixed order."""
    found: set[Path] = set()
    left = local.called(root.resolve())
    while left:
        module = left.pop()
        if module.is_dir() and module not in found:
            found.add(module)
            left |= local.called(module)
    return sorted(found)


def files(folder: Path) -> list[Path]:
    """What Terraform can read in a folder, in a fixed order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and local.is_read(PurePosixPath(path.relative_to(folder).as_posix()))
    )
