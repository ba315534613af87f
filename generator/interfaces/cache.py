"""Keeps what was read from modules between runs: reading our two takes most of a second, and they seldom change.

An entry is found by the content that it was read from. It is written beside and moved into place, so that two runs at
once do no harm; one that cannot be read, or is not what it should be, is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from generator.interfaces.interface import Interface

if TYPE_CHECKING:
    from collections.abc import Mapping

# What decides how source becomes an interface: when one of them changes, everything is read again.
_READERS: Final = ("blocks.py", "constraints.py", "declarations.py", "interface.py")


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return what the entry for these files is found by: their names, their content, and the code that reads them."""
    digest = hashlib.sha256(_readers())
    for name, data in sorted(files.items()):
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def recall(folder: Path, key: str) -> Interface | None:
    """Return what was kept under a fingerprint, None when there is nothing that can be used."""
    try:
        return Interface.model_validate_json((folder / f"{key}.json").read_bytes())
    except (OSError, ValidationError):
        return None


def keep(folder: Path, key: str, interface: Interface) -> None:
    """Keep an interface; where nothing can be written, it is read again the next time."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".new", delete=False, encoding="utf-8") as new:
            try:
                new.write(interface.model_dump_json())
                new.close()
                Path(new.name).replace(folder / f"{key}.json")
            finally:
                Path(new.name).unlink(missing_ok=True)


@cache
def _readers() -> bytes:
    digest = hashlib.sha256(version("python-hcl2").encode())
    for name in _READERS:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.digest()
