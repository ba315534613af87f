"""The weekly series of what is kept, as arrays.

Which row of an array a row of a file belongs to is found once for each table, by the links between weeks
(`workers.claimsreport.history.links`) or, where these are not whole, by joining ids; measures are then read without
them, each only when it is asked for. One week is read at a time, all measures that are asked for at once, and
lies in memory by itself: 400,000 subjects of 27 weeks are 80 MB a measure, and what is held beside that would be most
of what a run takes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import weakref
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import numpy.typing as npt

from workers.claimsreport.history import links
from workers.claimsreport.series import Floats, Series, Texts
from workers.claimsreport.sql import fill, quoted
from workers.claimsreport.tables import WEEKLY

# What the rows of each weekly table are known by.
_IDS = {
    "assets": "asset_id",
    "recordings": "isrc",
    "channels": "channel_id",
    "policies": "policy_id",
    "platforms": "platform || '|' || isrc",
}

# What several detectors ask for is held as small whole numbers, of which a week takes a quarter of the memory.
_OFTEN = {("assets", "claims"), ("assets", "new_claims"), ("assets", "lost_claims")}
Counts = npt.NDArray[np.int16] | npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]

# What has links; the table of this week itself is `week_of_` and its name, by id.
_LINKED = ("assets", "recordings", "channels", "policies")

_KNOWN = """
CREATE OR REPLACE TEMP TABLE known AS
SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS place
FROM (SELECT {id} AS id FROM {table} UNION SELECT {id} FROM {files})"""
_PLACES = """
SELECT row::INTEGER AS row, place
FROM (SELECT {id} AS id, file_row_number AS row FROM {file}) LEFT JOIN known USING (id)"""
_PLACES_NOW = "SELECT place FROM (SELECT {id} AS id FROM {table}) JOIN known USING (id) ORDER BY place"
_NOW = "SELECT {id} AS id, coalesce(row_before, {none})::INTEGER AS row_before FROM week_of_{table}"
_LINKS = "SELECT coalesce(row_before, {none})::INTEGER AS row_before FROM {file}"
_ROWS = "SELECT {none}::INTEGER AS row_before FROM {file}"
_OTHERS = """
SELECT {id} AS id FROM {file} WHERE file_row_number IN (SELECT unnest($rows::INTEGER[])) ORDER BY file_row_number"""
_VALUES = "SELECT {values} FROM {source}"
_VALUE = "coalesce({measure}::DOUBLE, 'NaN'::DOUBLE) AS {measure}"
_FILES = "read_parquet([{paths}], file_row_number = true)"


class Week(Protocol):
    """What is asked of a week: a `store.Snapshot` has it."""

    @property
    def date(self) -> dt.date:
        """The day of the snapshot at its end."""

    @property
    def previous(self) -> dt.date | None:
        """The day of the snapshot at its beginning."""

    @property
    def files(self) -> Mapping[str, str]:
        """The digest of each table that is kept of it; nothing of a week that is not yet kept."""

    @property
    def files_before(self) -> Mapping[str, str]:
        """The digests of those to whose rows the rows of its tables are linked."""


class Files(Protocol):
    """Where the weekly tables of before are: a `store.Store` is one."""

    def fetch_all(self, dates: Iterable[dt.date], table: str) -> Mapping[dt.date, Path]:
        """Return the files of a table, by day, of those days that have it."""


@dataclass(frozen=True)
class _Places:
    """Where the rows of each file go.

    Attributes:
        ids: (n,) sorted.
        weeks: of each week, oldest first, what reads its rows, in SQL, and their places among `ids`; a week of which
            nothing is kept is not there.
    """

    ids: Texts
    weeks: Mapping[int, tuple[str, npt.NDArray[np.int32]]]


class StoredHistory:
    """The weeks up to this one: those of partitions, and this one, of tables.

    Series share their arrays, which cannot be written to, and in which a week lies in one piece; an array is gone when
    nobody has it any more.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        files: Files,
        before: Sequence[Week],
        this: Week,
        changepoints: Iterable[dt.date],
    ) -> None:
        """Take the weeks before this one from `files`, and this one from the tables of `connection`.

        Args:
            connection: with the weekly tables.
            files: the partitions.
            before: the weeks to look at before this one, oldest first.
            this: this one.
            changepoints: days on which views began to be counted differently.
        """
        self._connection = connection
        self._files = files
        self._weeks = weeks = (*before, this)
        self._before = tuple(week.date for week in before)
        self._dates = tuple(week.date for week in weeks)
        days = [np.nan if week.previous is None else (week.date - week.previous).days for week in weeks]
        self._days = _fixed(np.array(days, dtype=np.float64))
        points = tuple(changepoints)
        self._breaks = np.array(
            [week.previous is not None and any(week.previous < day <= week.date for day in points) for week in weeks],
            dtype=np.bool_,
        )
        self._breaks.setflags(write=False)
        self._places: dict[str, _Places] = {}
        self._measures: weakref.WeakValueDictionary[tuple[str, str], Floats] = weakref.WeakValueDictionary()
        self._counts: dict[tuple[str, str], Counts] = {}
        self._totals: dict[tuple[str, str], Floats] = {}

    def series(self, table: str, *measures: str, among: Places | None = None) -> Series:
        """Return measures of a weekly table, as `History` says.

        Raises:
            WrongInputError: a partition is broken.
            ServiceDownError: a partition cannot be read.
        """
        if table not in self._places:
            self._places[table] = self._found_places(table)
        places = self._places[table]
        values = {measure: known for measure in measures if (known := self._held(table, measure, among)) is not None}
        values |= self._read(table, [measure for measure in measures if measure not in values], places, among)
        ids = places.ids if among is None else places.ids[among]
        return Series(ids, self._dates, self._days, values, self._breaks)

    def _held(self, table: str, measure: str, among: Places | None) -> Floats | None:
        """Return a measure that is in memory; None where it is not."""
        known = self._measures.get((table, measure))
        if known is not None:
            return known if among is None else _fixed(np.ascontiguousarray(known.T[:, among]).T)
        counts = self._counts.get((table, measure))
        if counts is None:
            return None
        found = _fixed(_as_floats(counts, among).T)
        if among is None:
            self._measures[table, measure] = found
        return found

    def totals(self, table: str, measure: str) -> Series:
        """Return a measure of all subjects of a table together, as of one; raises as `series`."""
        if (table, measure) not in self._totals:
            self.series(table, measure)
        total = {measure: self._totals[table, measure]}
        return Series(np.array([table], dtype=np.object_), self._dates, self._days, total, self._breaks)

    def _found_places(self, table: str) -> _Places:
        fetched = self._files.fetch_all(self._before, table)
        paths = {week: quoted(fetched[date]) for week, date in enumerate(self._before) if date in fetched}
        if self._is_linked(table, paths):
            found = self._linked_places(table, {week: fill(_FILES, paths=path) for week, path in paths.items()})
            if found is not None:
                return found
        return self._joined_places(table, paths)

    def _is_linked(self, table: str, weeks: Container[int]) -> bool:
        """Return whether each week has links to the rows of the very file that is there of the week before."""
        return table in _LINKED and all(
            earlier in weeks
            and week.previous == before.date
            and week.files_before.get(table, "") == before.files.get(table)
            for earlier, (before, week) in enumerate(itertools.pairwise(self._weeks))
        )

    def _linked_places(self, table: str, files: Mapping[int, str]) -> _Places | None:
        """Return the places by the links; None where the ids of this week are not in order."""
        names = {"id": _IDS[table], "table": table, "none": str(links.NONE)}
        now = self._connection.execute(fill(_NOW, **names)).fetchnumpy()
        ids = np.asarray(now["id"], dtype=np.object_)
        if not (ids[1:] > ids[:-1]).all():
            return None
        rows = [
            np.asarray(
                self._connection.execute(fill(_LINKS if week else _ROWS, file=file, **names)).fetchnumpy()["row_before"]
            )
            for week, file in sorted(files.items())
        ]
        followed = links.follow([*rows, np.asarray(now["row_before"])])
        others = [
            self._connection.execute(
                fill(_OTHERS, file=files[week], **names), {"rows": followed.others[week].tolist()}
            ).fetchnumpy()["id"]
            for week in sorted(files, reverse=True)
            if len(followed.others[week])
        ]
        if others:
            ids, places = links.merged(ids, np.concatenate(others).astype(np.object_))
            of_weeks = [places[each] for each in followed.places]
        else:
            of_weeks = list(followed.places)
        ids.setflags(write=False)
        sources = [*(files[week] for week in sorted(files)), table]
        return _Places(ids, dict(enumerate(zip(sources, of_weeks, strict=True))))

    def _joined_places(self, table: str, paths: Mapping[int, str]) -> _Places:
        """Return the places by joining the ids of each week with those that are known."""
        run = self._connection.execute
        files = {week: fill(_FILES, paths=path) for week, path in paths.items()}
        names = {"id": _IDS[table], "table": table}
        # All that the weeks have is in this one or the oldest, but for what came and went in between.
        oldest = files[min(files)] if files else f"(SELECT * FROM {table} WHERE false)"  # noqa: S608 -- a known name
        run(fill(_KNOWN, files=oldest, **names))
        places = self._places_of(files.values(), names)
        if places is None:
            run(fill(_KNOWN, files=fill(_FILES, paths=", ".join(paths.values())), **names))
            places = self._places_of(files.values(), names) or []
        weeks = dict(zip(files, zip(files.values(), places, strict=True), strict=True))
        now = run(fill(_PLACES_NOW, **names)).fetchnumpy()["place"]
        ids = np.asarray(run("SELECT id FROM known ORDER BY place").fetchnumpy()["id"], dtype=np.object_)
        ids.setflags(write=False)
        this = (fill("{table} ORDER BY {id}", **names), np.asarray(now, dtype=np.int32))
        return _Places(ids, {**weeks, len(self._dates) - 1: this})

    def _places_of(self, files: Iterable[str], names: Mapping[str, str]) -> list[npt.NDArray[np.int32]] | None:
        """Return the places of the rows of each file; None where an id is not among those that are known."""
        result = []
        for file in files:
            columns = self._connection.execute(fill(_PLACES, file=file, **names)).fetchnumpy()
            if np.ma.is_masked(columns["place"]):
                return None
            # A join may change the order of rows, which their numbers tell.
            places = np.empty(len(columns["row"]), dtype=np.int32)
            places[np.asarray(columns["row"])] = np.asarray(columns["place"])
            result.append(places)
        return result

    def _read(self, table: str, measures: Sequence[str], places: _Places, among: Places | None) -> dict[str, Floats]:
        """Read measures, each of which lies week by week; note their totals."""
        for measure in measures:
            if WEEKLY[table].get(measure, "VARCHAR") == "VARCHAR":
                raise ValueError(f"{table} has no measure {measure}")
        if not measures:
            return {}
        weeks = len(self._dates)
        read = {measure: _Read(weeks, len(places.ids), among, often=(table, measure) in _OFTEN) for measure in measures}
        totals = {measure: np.full(weeks, np.nan) for measure in measures}
        selected = ", ".join(fill(_VALUE, measure=measure) for measure in measures)
        for week, (source, rows) in places.weeks.items():
            columns = self._connection.execute(fill(_VALUES, values=selected, source=source)).fetchnumpy()
            for measure, each in read.items():
                column = np.asarray(columns[measure], dtype=np.float64)
                each.put(week, rows, column)
                if not np.isnan(column).all():
                    totals[measure][week] = np.nansum(column)
        found = {}
        for measure in measures:
            each = read.pop(measure)
            self._totals[table, measure] = _fixed(totals[measure][None, :])
            if each.counts is not None:
                self._counts[table, measure] = each.counts = _narrow(each.counts)
            found[measure] = _fixed(each.floats().T)
            if among is None:
                self._measures[table, measure] = found[measure]
        return found


class _Read:
    """A measure while it is read, week by week: all of it as counts, or those subjects that were asked for."""

    def __init__(self, weeks: int, subjects: int, among: Places | None, *, often: bool) -> None:
        self.counts: Counts | None = np.full((weeks, subjects), -1, np.int32) if often else None
        self._among = among
        asked = subjects if among is None else len(among)
        self._values = np.full((0 if often else weeks, asked), np.nan)
        self._whole = np.empty(0 if among is None or often else subjects)

    def put(self, week: int, rows: npt.NDArray[np.int32], column: Floats) -> None:
        """Take the values of a week; what has no row is not known."""
        if self.counts is not None:
            self.counts[week, rows] = np.nan_to_num(column, nan=-1)
        elif self._among is None:
            self._values[week, rows] = column
        else:
            self._whole.fill(np.nan)
            self._whole[rows] = column
            self._values[week] = self._whole[self._among]

    def floats(self) -> Floats:
        """Return what was asked for."""
        return self._values if self.counts is None else _as_floats(self.counts, self._among)


def _narrow(counts: Counts) -> Counts:
    """Return them in as few bytes as they need."""
    return counts.astype(np.int16) if counts.max(initial=0) <= np.iinfo(np.int16).max else counts


def _as_floats(counts: Counts, among: Places | None) -> Floats:
    """Return counts of all subjects, or of some, as numbers; NaN where they are -1."""
    asked = counts if among is None else counts[:, among]
    result = asked.astype(np.float64)
    result[asked < 0] = np.nan
    return result


def _fixed(array: Floats) -> Floats:
    array.setflags(write=False)
    return array
