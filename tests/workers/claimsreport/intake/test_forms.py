"""How each value may be written."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from workers.claimsreport.intake.columns import Form
from workers.claimsreport.intake.forms import READ
from workers.claimsreport.sql import fill

_ONE = "SELECT {value} FROM (SELECT nullif($raw, '') AS raw)"
NOV16 = dt.date(2026, 11, 16)
VALUES: dict[Form, dict[str, object]] = {
    Form.TEXT: {"x": "x", " x y ": "x y", "\tx": "x", " ": None, "\u00a0x": "\u00a0x", "x ": "x", "": None},
    Form.CODE: {"ACTIVE ": "active", "": None},
    Form.OWNERS: {
        "Some Label": "Some Label",
        "Yes": "Yes",
        "No": None,
        "FALSE ": None,
        " None ": None,
        "0": None,
        "-": None,
        "": None,
    },
    Form.ISRC: {
        "USRC17607839": "USRC17607839",
        "us-rc1-76-07839": "USRC17607839",
        " US RC1 76 07839": "USRC17607839",
        "USRC17607839|GBAYE0601498": "USRC17607839",
        "n/a": None,
        "not-assigned": None,
        "USRC1760783X": None,
        "USRC1760783": None,
        "": None,
    },
    Form.COUNT: {
        "0": 0,
        "1234": 1234,
        " 12 ": 12,
        "+7": 7,
        "007": 7,
        "-5": -5,
        "1234.0": 1234,
        "12.": 12,
        "1.5": None,
        "9.5": None,
        "1e3": None,
        "1e2": None,
        "5E2": None,
        "0x10": None,
        "0xb82434": None,
        "1_000": None,
        "1,000": None,
        "n/a": None,
        "NaN": None,
        "99999999999999999999": None,
        "9223372036854775807": 2**63 - 1,
        "9007199254740993.0": 2**53 + 1,
        "\u0663": None,
        "": None,
    },
    Form.DATE: {
        "2026-11-16": NOV16,
        " 2026-11-16 ": NOV16,
        "2026-11-16 23:59:59": NOV16,
        "2026-11-16T23:59:59Z": NOV16,
        "2026-11-16T23:59:59-08:00": NOV16,
        "2026/11/16": NOV16,
        "20261116": NOV16,
        "Nov 16, 2026": NOV16,
        "November 16, 2026": NOV16,
        "11/16/2026": NOV16,
        "16/11/2026": NOV16,
        "11/11/2026": dt.date(2026, 11, 11),
        "07/08/2026": None,
        "2026-13-01": None,
        "20261332": None,
        "soon": None,
        "1763251200": None,
        "": None,
    },
    Form.SECONDS: {
        "182": 182.0,
        " 182.5": 182.5,
        "PT3M2S": 182.0,
        "PT75M": 4500.0,
        "PT3M75S": 255.0,
        "PT182S": 182.0,
        "PT1H": 3600.0,
        "PT1H2M3S": 3723.0,
        "PT1H3S": 3603.0,
        "PT0S": 0.0,
        "P1DT2H": 93600.0,
        "PT3.5S": 3.5,
        "0:03:02": 182.0,
        "100:00:00": 360000.0,
        "3:02": 182.0,
        "75:00": 4500.0,
        "3:75": None,
        "P": None,
        "PT": None,
        "P1M": None,
        "3 minutes": None,
        "inf": None,
        "nan": None,
        "-4": -4.0,
        "": None,
    },
    Form.SHARE: {"0.5": 0.5, "1": 1.0, "50%": 0.5, "12.5 %": 0.125, "half": None, "nan": None, "": None},
    Form.YES_NO: {"Yes": True, "n": False, " TRUE": True, "0": False, "ours": None, "": None},
}


@pytest.mark.parametrize(
    ("form", "raw", "value"), [(form, raw, value) for form, pairs in VALUES.items() for raw, value in pairs.items()]
)
def test_values(connection: duckdb.DuckDBPyConnection, form: Form, raw: str, value: object) -> None:
    found = connection.execute(fill(_ONE, value=READ[form]("raw")), {"raw": raw})
    row = found.fetchone()
    assert row is not None
    assert row[0] == value
    assert isinstance(row[0], type(value))


def test_a_column_has_values_in_every_form_at_once(connection: duckdb.DuckDBPyConnection) -> None:
    """A vector takes another way through DuckDB than a constant."""
    for form, pairs in VALUES.items():
        connection.execute("CREATE OR REPLACE TEMP TABLE raws (raw VARCHAR)")
        connection.executemany("INSERT INTO raws VALUES (nullif(?, ''))", [[raw] for raw in pairs])
        found = connection.execute(fill("SELECT {value} FROM raws", value=READ[form]("raw"))).fetchall()
        assert [row[0] for row in found] == list(pairs.values()), form
