"""Writes the files of a report."""

from __future__ import annotations

from pathlib import Path

import duckdb

from workers.claimsreport.report import csv_files, html_file, json_file
from workers.claimsreport.report.content import Report

CONTENT_TYPES = {
    "report.html": "text/html; charset=utf-8",
    "report.json": "application/json",
    "findings.csv": "text/csv; charset=utf-8",
    "quarantine.csv": "text/csv; charset=utf-8",
}


def write_files(report: Report, connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write a report to a folder of the run's own; the same report and quarantine give the same bytes.

    Args:
        report: what it says.
        connection: with the table `quarantine`.
        folder: which is there.

    Returns:
        The files, in the order of `CONTENT_TYPES`.

    Raises:
        OSError, duckdb.Error: the folder cannot be written to.
    """
    texts = {
        "report.html": html_file.render(report),
        "report.json": json_file.render(report),
        "findings.csv": csv_files.findings(report),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    csv_files.write_quarantine(connection, folder / "quarantine.csv")
    return [folder / name for name in CONTENT_TYPES]
