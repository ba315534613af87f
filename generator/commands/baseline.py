"""The specs and the roots of a revision, beside those of the working tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from generator.checks.checking import check
from generator.errors import Source, SpecError
from generator.interfaces.local import CONFIGURATION
from generator.output.emit import render
from generator.specs.loading import Specs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.commands.changes import Changes
    from generator.interfaces.library import Library
    from generator.specs.tree import Mapping


@dataclass(frozen=True)
class Baseline:
    """What a revision holds. Its specs are laid in a scratch directory, so that they are read like any others."""

    changes: Changes
    specs: str  # the two directories, relative to the repository
    roots: str
    scratch: Path

    @cached_property
    def _specs(self) -> Specs:
        for path, text in self.changes.before(self._files(self.specs, (".yaml",))).items():
            (self.scratch / PurePosixPath(path).name).write_bytes(text)
        return Specs(self.scratch)

    def place(self, source: Source) -> str:
        """Write a place in a spec of either side as `environments/base.yaml:22`, relative to the repository."""
        return str(Source(f"{self.specs}/{Path(source.file).name}", source.line))

    def environments(self) -> set[str]:
        """Return the names of the environments; a spec that cannot be read was one when it had a root."""
        found: set[str] = set()
        specs = self._specs
        if not any(self.scratch.glob("*.yaml")):  # before the first of them was written
            return found
        for name in specs.names():
            try:
                is_one = not self._specs.read(name).abstract
            except SpecError:
                is_one = bool(self.root(name))
            if is_one:
                found.add(name)
        return found

    def tree(self, name: str) -> Mapping:
        """Return an environment's merged spec; raises SpecError when it cannot be read."""
        return self._specs.load(name)

    def root(self, name: str) -> dict[str, str]:
        """Return the Terraform files of an environment's root, by name; none when there was no root."""
        texts = self.changes.before(self._files(f"{self.roots}/{name}", CONFIGURATION))
        return {PurePosixPath(path).name: _text(text) for path, text in texts.items()}

    def replay(self, name: str, spec_file: str, library: Library) -> dict[str, str] | None:
        """Return the root that today's generator makes of the spec, with today's modules; None when it refuses it."""
        try:
            return render(name, check(self.tree(name), library), spec_file)
        except SpecError:
            return None

    def _files(self, directory: str, suffixes: tuple[str, ...]) -> Iterator[str]:
        """Yield the files that are, or may have been, in a directory."""
        here = self.changes.top / directory
        names = {path.name for path in here.iterdir()} if here.is_dir() else set()
        inside = (path.removeprefix(f"{directory}/") for path in self.changes.below(directory))
        names |= {path for path in inside if "/" not in path}
        return (f"{directory}/{name}" for name in sorted(names) if name.endswith(suffixes))


def _text(data: bytes) -> str:
    """Decode a file the way that a text file is read: what ends a line is not a difference."""
    return data.decode("utf-8", errors="replace").replace("\r\n", "\n")
