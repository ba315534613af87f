"""Which changed files Terraform reads of the local modules that a root calls."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.commands.changes import Changes

_CONFIGURATION: Final = (".tf", ".tf.json")
_NOT_READ: Final = frozenset({"examples", "tests"})  # folders of a module that only people and tests use
# A local source begins with ./ or ../, and Terraform takes no expression there. A line of comment is not one.
_SOURCE: Final = re.compile(r"""^(?!\s*(?:\#|//)).*?(?<![\w."])"?source"?\s*[=:]\s*"(\.\.?/[^"]*)\"""", re.MULTILINE)


class ModuleFiles:
    """The changed files of local modules; each module is read once, however many roots call it."""

    def __init__(self, changes: Changes) -> None:
        """Look at the modules as they are in the working tree."""
        self._changes = changes
        self._calls: dict[Path, frozenset[Path]] = {}
        self._changed: dict[Path, list[str]] = {}

    def changed(self, root: Path, texts: Iterable[str]) -> list[str]:
        """Return the changed files of every module that a root calls, directly or through another module."""
        waiting = _called(root, texts)
        used: set[Path] = set()
        while waiting:
            module = waiting.pop()
            used.add(module)
            waiting |= self._called_by(module) - used
        return sorted({path for module in used for path in self._changed_in(module)})

    def _called_by(self, module: Path) -> frozenset[Path]:
        if module not in self._calls:
            files = sorted(module.iterdir()) if module.is_dir() else []
            texts = (
                file.read_text(encoding="utf-8", errors="replace")
                for file in files
                if file.name.endswith(_CONFIGURATION) and file.is_file()
            )
            self._calls[module] = frozenset(_called(module, texts))
        return self._calls[module]

    def _changed_in(self, module: Path) -> list[str]:
        if module not in self._changed:
            self._changed[module] = []
            if module.is_relative_to(self._changes.top):  # git knows nothing of a module outside of the repository
                name = self._changes.relative(module)
                whole = [name] if name in self._changes.blobs else []  # a submodule is one path to git
                files = [path for path in self._changes.below(name) if _is_read(PurePosixPath(path).relative_to(name))]
                self._changed[module] = [*whole, *files]
        return self._changed[module]


def _called(directory: Path, texts: Iterable[str]) -> set[Path]:
    return {(directory / source).resolve() for text in texts for source in _SOURCE.findall(text)}


def _is_read(file: PurePosixPath) -> bool:
    """Tell whether a file can be part of what a module does: its configuration, or data beside or below it.

    Configuration in a subfolder is another module, which counts when something calls it. A module's text for people
    stands at its top.
    """
    top = len(file.parts) == 1
    if file.parts[0] in _NOT_READ or any(part.startswith(".") for part in file.parts):
        return False
    if file.name.endswith(_CONFIGURATION):
        return top
    return not (top and (file.suffix == ".md" or file.name.startswith("LICENSE")))
