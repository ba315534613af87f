"""Keeps what checkov said of a plan, since `make plan` and `make review` ask one after the other.

What is kept holds only for the very same input: the plan but for its time, every file of the sources by name and
content, checkov with every package of its environment, and how it is called.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.checks.sources import Sources

FILE: Final = "checkov.json"
_FORMAT: Final = 1  # of what is kept; raised when that changes


def key(program: Path, document: Mapping[str, Any], sources: Sources | None, options: Sequence[str]) -> str:
    """Return what the answer depends on, as one text; "" if that cannot be told and nothing may be kept.

    Args:
        program: checkov's own, in a virtual environment.
        document: the plan's JSON.
        sources: what is scanned beside it, if anything.
        options: how checkov is called.
    """
    home = program.resolve().parents[1]
    packages = sorted(str(path.relative_to(home)) for path in home.glob("lib/python*/site-packages/*.dist-info"))
    if not packages:
        return ""
    plan = {name: value for name, value in document.items() if name != "timestamp"}
    content = {
        "format": _FORMAT,
        "packages": packages,
        "options": list(options),
        "plan": hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest(),
        "sources": None if sources is None else [str(sources.root), sources.digest()],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def get(folder: Path | None, wanted: str) -> dict[str, Any] | None:
    """Return the reports that are kept in a folder for a key; None if there are none."""
    if folder is None or not wanted:
        return None
    try:
        content = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):  # not there, or not whole: then checkov runs
        return None
    if not isinstance(content, dict) or content.get("key") != wanted:
        return None
    reports = content.get("reports")
    return reports if isinstance(reports, dict) else None


def put(folder: Path | None, wanted: str, reports: Mapping[str, Any]) -> None:
    """Keep reports for a key in a folder, in place of what was kept before."""
    if folder is None or not wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{FILE}.{os.getpid()}"
    beside.write_text(json.dumps({"key": wanted, "reports": reports}, indent=1) + "\n", encoding="utf-8")
    beside.replace(folder / FILE)
