"""Files that follow from the models alone: the schema and the reference of a spec."""

from __future__ import annotations

import tempfile
from pathlib import Path

from generator.output.writing import unified
from generator.specs.loading import display


def difference(path: Path, text: str) -> str:
    """Return a unified diff from the file as it is to the text that it should have; empty when they are the same."""
    present = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
    return unified(present, text, display(path))


def write(path: Path, text: str) -> None:
    """Give a file this text, whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as directory:
        new = Path(directory, path.name)
        new.write_bytes(text.encode())
        new.replace(path)
