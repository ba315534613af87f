"""Local modules: which of them a configuration calls, and what of a module Terraform reads."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIGURATION: Final = (".tf", ".tf.json")

_NOT_READ: Final = frozenset({"examples", "tests"})  # folders of a module that only people and tests use
# A local source begins with ./ or ../, and Terraform takes no expression there. A line of comment is not one.
_SOURCE: Final = re.compile(r"""^(?!\s*(?:\#|//)).*?(?<![\w."])"?source"?\s*[=:]\s*"(\.\.?/[^"]*)\"""", re.MULTILINE)


def called(folder: Path, texts: Iterable[str] | None = None) -> set[Path]:
    """Return the folders of the local modules that a configuration calls itself; `texts` stand for its files."""
    if texts is None:
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        texts = (
            file.read_text(encoding="utf-8", errors="replace")
            for file in files
            if file.name.endswith(CONFIGURATION) and file.is_file()
        )
    return {(folder / source).resolve() for text in texts for source in _SOURCE.findall(text)}


def is_read(file: PurePosixPath) -> bool:
    """Tell whether a file can be part of what a module does: its configuration, or data beside or below it.

    Configuration in a subfolder is another module, which counts when something calls it. A module's text for people
    stands at its top. What Python keeps of code that it has run is no part of the code.
    """
    top = len(file.parts) == 1
    if file.parts[0] in _NOT_READ or any(part.startswith(".") or part == "__pycache__" for part in file.parts):
        return False
    if file.name.endswith(CONFIGURATION):
        return top
    return not (top and (file.suffix == ".md" or file.name.startswith("LICENSE")))
