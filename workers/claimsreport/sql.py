"""Statements with names filled in. Only what this worker writes itself goes into one: data goes by parameters."""

from __future__ import annotations

import datetime as dt


def fill(statement: str, **values: str) -> str:
    """Return a statement with `{name}` replaced by each of `values`; other braces stay as they are."""
    for name, value in values.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


def day(date: dt.date | None) -> str:
    """Return a date as SQL writes it."""
    return "NULL::DATE" if date is None else f"DATE '{date}'"


def quoted(value: object) -> str:
    """Return a text as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"
