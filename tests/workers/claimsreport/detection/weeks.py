"""Weeks made of arrays, for detectors: what history, intake and comparison would leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt

from workers.claimsreport.series import Floats, Series, Week
from workers.claimsreport.settings import ClaimsReportSettings
from workers.claimsreport.tables import TABLES, WEEKLY, create

LAST = dt.date(2026, 11, 16)


@dataclass
class Made:
    """A history that is held in memory, and the tables of this week."""

    weeks: int
    days: Sequence[float] = ()
    tables: dict[str, tuple[list[str], dict[str, Floats]]] = field(default_factory=dict)
    rows: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    breaks: Sequence[int] = ()

    def put(self, table: str, ids: Sequence[str], **measures: Floats) -> None:
        """Give a weekly table its subjects; what is not given is not known."""
        order = np.argsort(np.array(ids))
        self.tables[table] = (
            [ids[each] for each in order],
            {name: np.asarray(values, float)[order] for name, values in measures.items()},
        )

    def add(self, table: str, **values: object) -> None:
        """Add a row to a table of this week."""
        self.rows.setdefault(table, []).append(values)

    def series(self, table: str, *measures: str, among: npt.NDArray[np.intp] | None = None) -> Series:
        """Return measures as `History` has them."""
        ids, known = self.tables.get(table, ([], {}))
        assert set(measures) <= set(WEEKLY[table])
        days = np.array([np.nan, *(self.days or [7.0] * (self.weeks - 1))])
        unknown = np.full((len(ids), self.weeks), np.nan)
        breaks = np.zeros(self.weeks, np.bool_)
        breaks[list(self.breaks)] = True
        chosen = slice(None) if among is None else among
        return Series(
            ids=np.array(ids, dtype=object)[chosen],
            dates=tuple(LAST - dt.timedelta(weeks=self.weeks - 1 - each) for each in range(self.weeks)),
            days=days,
            measures={name: known.get(name, unknown)[chosen] for name in measures},
            breaks=breaks,
        )

    def week(self, **settings: object) -> Week:
        """Return what detection looks at."""
        connection = duckdb.connect(config={"threads": 1})
        for table in TABLES:
            connection.execute(create(table))
        for table, rows in self.rows.items():
            columns = sorted({name for row in rows for name in row})
            values = {name: [row.get(name) for row in rows] for name in columns}
            # All rows at once: one by one takes a millisecond each.
            unnested = ", ".join(f"unnest(?) AS {name}" for name in columns)
            connection.execute(f"INSERT INTO {table} BY NAME SELECT {unnested}", list(values.values()))
        fields = ClaimsReportSettings.model_fields.items()
        defaults = {name: field.default for name, field in fields if not field.is_required()}
        made = ClaimsReportSettings.model_construct(**(defaults | settings))
        days = float(self.days[-1]) if self.days else (7.0 if self.weeks > 1 else None)
        return Week(connection, LAST, days, self, made)


def counted(
    draw: np.random.Generator, subjects: int, weeks: int, *, mean: float, burst: float = 2.0, last: float = 1.0
) -> Made:
    """Return a history in which assets have new claims in bursts, with usual counts that differ widely.

    All of them have `last` times as many in the last week.
    """
    made = Made(weeks)
    usual = mean * np.exp(draw.normal(-0.7, 1.2, subjects))
    rate = usual[:, None] * draw.gamma(burst, 1 / burst, (subjects, weeks))
    rate[:, -1] *= last
    new = draw.poisson(rate).astype(float)
    before = np.maximum(1, np.round(60 * usual)).astype(float)
    claims = before[:, None] + np.cumsum(new, axis=1)
    lost = np.zeros_like(new)
    new[:, 0] = lost[:, 0] = np.nan
    made.put("assets", names("A", subjects), claims=claims, new_claims=new, lost_claims=lost)
    return made


def names(prefix: str, count: int) -> list[str]:
    """Return ids that sort as they count."""
    return [f"{prefix}{number:06d}" for number in range(count)]
