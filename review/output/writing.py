"""Writes the five files of a review, all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.output import html, json, junit, markdown, sarif

if TYPE_CHECKING:
    from pathlib import Path

    from review.report import Report

FORMATS = {
    "review.md": markdown.render,
    "review.html": html.render,
    "review.json": json.render,
    "review.sarif": sarif.render,
    "review.junit.xml": junit.render,
}


def write(report: Report, folder: Path) -> list[Path]:
    """Write a report in every format to a folder, which is made if it is not there.

    Everything is rendered and written beside before the first file takes its place, so that a review that cannot be
    written leaves the one before it as it was. The same report gives the same bytes.

    Returns:
        The files: Markdown, HTML, JSON, SARIF, JUnit.

    Raises:
        OSError: the folder cannot be written to.
    """
    texts = {folder / name: render(report) for name, render in FORMATS.items()}
    folder.mkdir(parents=True, exist_ok=True)
    parts = {path: path.with_name(path.name + ".part") for path in texts}
    try:
        for path, text in texts.items():
            parts[path].write_bytes(text.encode("utf-8"))
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return list(texts)
