"""Weekly series of many subjects, as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import numpy.typing as npt

from workers.claimsreport.settings import ClaimsReportSettings

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Series:
    """Measures of n subjects over w weeks; a week is what lies between two snapshots, however long that is.

    Attributes:
        ids: (n,) the subjects, sorted: all that there are in the last week, and in any week before it.
        dates: (w,) of the snapshot at the end of each week, oldest first; the last one is that of the report.
        days: (w,) days since the snapshot before; NaN where there was none.
        measures: by column of the weekly table, each (n, w). `weekly_*` are per 7 days, counts of new and lost claims
            as they were counted. NaN where a subject is not in a snapshot, or the measure is not known.
        breaks: (w,) whether views began to be counted differently within the week.
    """

    ids: Texts
    dates: tuple[dt.date, ...]
    days: Floats
    measures: Mapping[str, Floats]
    breaks: npt.NDArray[np.bool_]


class History(Protocol):
    """The weeks up to this one."""

    def series(self, table: str, *measures: str, among: npt.NDArray[np.intp] | None = None) -> Series:
        """Return measures of a weekly table (`assets`, `recordings`, `channels`, `policies`, `platforms`).

        The ids of platforms are `platform|isrc`. Without rows, n is 0.

        Args:
            table: which one.
            measures: columns of it.
            among: places of subjects in the series of all; those of these alone, in this order, take much less memory.
        """


@dataclass(frozen=True)
class Week:
    """What detection looks at.

    Attributes:
        connection: with the tables of `workers.claimsreport.tables`.
        date: of the snapshot.
        days: since the previous one; None for the first.
        history: the weeks up to this one, at most `settings.weeks` before it.
        settings: of the run.
    """

    connection: duckdb.DuckDBPyConnection
    date: dt.date
    days: float | None
    history: History
    settings: ClaimsReportSettings
