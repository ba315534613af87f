"""A digest of all that Terraform reads of a root: its own files, and the local modules that it uses."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

# In HCL and in JSON. A module of another repository is pinned where it is called; only what lies here can change.
LOCAL_SOURCE = re.compile(r'"?source"?\s*[=:]\s*"(\.\.?/[^"$]*)"')
NOT_READ = ("README.md", "examples", "tests")


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
    left = [root.resolve()]
    while left:
        folder = left.pop()
        for path in sorted(folder.glob("*.tf*")):
            for source in LOCAL_SOURCE.findall(path.read_text(encoding="utf-8", errors="replace")):
                module = (folder / source).resolve()
                if module.is_dir() and module not in found:
                    found.add(module)
                    left.append(module)
    return sorted(found)


def files(folder: Path) -> list[Path]:
    """What Terraform can read in a folder: all but documentation, examples, tests and hidden files."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.relative_to(folder).parts[0] not in NOT_READ
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
