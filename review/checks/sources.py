"""The sources of a plan: the files of its root, and of the modules that it calls from the same file system.

Modules from elsewhere are left out: nothing is downloaded for a check.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OF_MODULES: Final = (".tf", ".tf.json")
_OF_ROOTS: Final = (*_OF_MODULES, ".tfvars", ".tfvars.json")


@dataclass(frozen=True)
class Sources:
    """Files of one configuration.

    Attributes:
        top: the folder that they all lie under.
        root: the root's folder, relative to `top`.
        files: all of them, relative to `top`, sorted.
    """

    top: Path
    root: Path
    files: tuple[Path, ...]

    def digest(self) -> str:
        """Return a hash of all names and contents."""
        digest = hashlib.sha256()
        for file in self.files:
            content = (self.top / file).read_bytes()
            digest.update(f"{file}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    def copy(self, folder: Path) -> Path:
        """Copy all files to an empty folder, each where it is under `top`; return where the root is now."""
        (folder / self.root).mkdir(parents=True)
        for file in self.files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.top / file, folder / file)
        return folder / self.root


def of_plan(document: Mapping[str, Any], root: Path) -> Sources:
    """Find the sources of a plan.

    Args:
        document: the plan's JSON, which says what calls what.
        root: the folder of the configuration that was planned.
    """
    root = root.resolve()
    configuration = (document.get("configuration") or {}).get("root_module") or {}
    modules = set(_called(configuration, root)) - {root}
    found = {*_files(root, _OF_ROOTS), *(file for module in modules for file in _files(module, _OF_MODULES))}
    top = Path(os.path.commonpath([root, *modules]))
    return Sources(top, root.relative_to(top), tuple(sorted(file.relative_to(top) for file in found)))


def _called(module: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Yield the folders of the modules that a module calls by a path, and of those that they call."""
    for call in (module.get("module_calls") or {}).values():
        source = str(call.get("source") or "")
        if source.startswith(("./", "../")) and (called := (folder / source).resolve()).is_dir():
            yield called
            yield from _called(call.get("module") or {}, called)


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file() and file.name.endswith(endings))
