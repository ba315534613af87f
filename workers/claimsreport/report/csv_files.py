r"""`findings.csv` and `quarantine.csv`: RFC 4180, UTF-8, for spreadsheets.

Titles and rows of the report are texts of strangers, and a spreadsheet runs a cell that begins like a formula. Such a
cell gets an apostrophe before it, as OWASP's ASVS 5.0 asks in 1.2.10
(https://owasp.org/www-community/attacks/CSV_Injection): one that begins with `=`, `+`, `-`, `@` or their full-width
forms, with blanks before them or none, or with a tab, a line end or a NUL. `report.json` has texts as they are.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import duckdb

from workers.claimsreport.finding import Finding
from workers.claimsreport.report.content import Report
from workers.claimsreport.report.json_file import parts
from workers.claimsreport.report.rounding import plain
from workers.claimsreport.tables import QUARANTINE

# Written so that Python and DuckDB (RE2) read it alike.
FORMULA = r"^(?:[\t\r\n\x00]|[ \t\r\n\x0B\f\xA0]*[-=+@\x{FF0D}\x{FF1D}\x{FF0B}\x{FF20}])"
_FORMULA = re.compile(re.sub(r"\\x\{(....)\}", r"\\u\1", FORMULA))

COLUMNS = (
    "priority",
    "score",
    "kind",
    "subject",
    "title",
    "why",
    "since",
    "new",
    "alerted",
    "p_value",
    "q_value",
    "rule",
    "parts",
    "numbers",
    "related",
)


def findings(report: Report) -> str:
    """Return all findings as CSV, in their order; parts, numbers and related ids as JSON."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(each, report)] for each in report.findings)
    return written.getvalue()


def write_quarantine(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the table `quarantine` as CSV, by line, never holding it; what could not be read as a row comes first."""
    columns = ", ".join(
        f"CASE WHEN regexp_matches({name}, $formula) THEN '''' || {name} ELSE {name} END AS {name}"
        if kind == "VARCHAR"
        else name
        for name, kind in QUARANTINE.items()
    )
    order = ", ".join(f"quarantine.{name} NULLS FIRST" for name in QUARANTINE)
    connection.execute(
        f"COPY (SELECT {columns} FROM quarantine ORDER BY {order}) TO $path "  # noqa: S608 - names of our own
        r"(FORMAT csv, HEADER, NEW_LINE '\r\n')",
        {"formula": FORMULA, "path": str(path)},
    )


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _row(finding: Finding, report: Report) -> tuple[object, ...]:
    standing = report.standing[finding.identity]
    return (
        finding.priority.value,
        finding.score,
        finding.kind.value,
        finding.subject,
        finding.title,
        finding.why,
        standing.since,
        "yes" if report.is_new(finding) else "no",
        standing.alerted,
        plain(finding.p_value),
        plain(finding.q_value),
        finding.rule,
        _json(parts(finding.parts)),
        _json({name: plain(value) for name, value in finding.numbers.items()}),
        _json({sort: list(ids) for sort, ids in finding.related.items()}),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cell(value: object) -> object:
    return guarded(value) if isinstance(value, str) else value
