"""Which changed files Terraform reads of the local modules that a root calls."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from generator.interfaces import local

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.commands.changes import Changes


class ModuleFiles:
    """The changed files of local modules; each module is read once, however many roots call it."""

    def __init__(self, changes: Changes) -> None:
        """Look at the modules as they are in the working tree."""
        self._changes = changes
        self._calls: dict[Path, frozenset[Path]] = {}
        self._changed: dict[Path, list[str]] = {}

    def changed(self, root: Path, texts: Iterable[str]) -> list[str]:
        """Return the changed files of every module that a root calls, directly or through another module."""
        waiting = local.called(root, texts)
        used: set[Path] = set()
        while waiting:
            module = waiting.pop()
            used.add(module)
            waiting |= self._called_by(module) - used
        return sorted({path for module in used for path in self._changed_in(module)})

    def _called_by(self, module: Path) -> frozenset[Path]:
        if module not in self._calls:
            self._calls[module] = frozenset(local.called(module))
        return self._calls[module]

    def _changed_in(self, module: Path) -> list[str]:
        if module not in self._changed:
            self._changed[module] = []
            if module.is_relative_to(self._changes.top):  # git knows nothing of a module outside of the repository
                name = self._changes.relative(module)
                whole = [name] if name in self._changes.blobs else []  # a submodule is one path to git
                files = [
                    path for path in self._changes.below(name) if local.is_read(PurePosixPath(path).relative_to(name))
                ]
                self._changed[module] = [*whole, *files]
        return self._changed[module]
