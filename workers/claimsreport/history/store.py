"""Where snapshots are kept from week to week: a partition a day, in a folder or under a prefix.

A partition is a folder `date=YYYY-MM-DD` with Parquet files and `snapshot.json`, which is written last and has the
digest of each file: without it, or with a file that is another one, a partition is nothing. Nothing is ever deleted.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, TypeAdapter, ValidationError

from workers.claimsreport.intake.refusals import Kept
from workers.frame.problems import Problem, WrongInputError
from workers.frame.storage import Location, Storage

VERSION = 3  # of the layout; another one is for a worker that knows it
SNAPSHOT = "snapshot.json"
JSON = "application/json"
PARQUET = "application/vnd.apache.parquet"

_PARTITION = re.compile(rf"date=([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/{re.escape(SNAPSHOT)}")
_PIECE = 1 << 20  # bytes
_AT_ONCE = 8  # files; each waits for S3 most of the time


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a snapshot that is kept; `snapshot.json`.

    Attributes:
        date: its day.
        previous: the day of the one before it, with which it was compared; None for the first.
        days: from that one to this one; None for the first.
        digest: as in `Kept`.
        content_digest: as in `Kept`.
        rows: claims, without those in quarantine.
        quarantined: rows in quarantine, by reason.
        columns: of the report, in its order.
        files: SHA-256 of each Parquet file, by table, in hexadecimal; `Store.keep` fills them in.
        files_before: those of the one before it, to whose rows those of this one are linked.
        version: of the layout.
    """

    date: dt.date
    previous: dt.date | None
    days: int | None
    digest: str
    content_digest: str
    rows: int
    quarantined: Mapping[str, int]
    columns: tuple[str, ...]
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    files_before: Mapping[str, str] = dataclasses.field(default_factory=dict)
    version: int = VERSION

    @property
    def kept(self) -> Kept:
        """What tells another snapshot from this one."""
        return Kept(self.date, self.digest, self.content_digest, self.rows)


class _Version(BaseModel):
    """All that is asked of a `snapshot.json` of any version."""

    version: int


_SNAPSHOT = TypeAdapter(Snapshot)


class Store:
    """The snapshots that are kept. It blocks: call it in a thread from async code.

    Of S3 it needs ListBucket, GetObject and PutObject.
    """

    def __init__(self, storage: Storage, location: Location, folder: Path) -> None:
        """Keep snapshots at `location`; what is fetched from there goes to `folder`, which the run owns."""
        self._storage = storage
        self._location = location
        self._folder = folder
        self._dates: list[dt.date] | None = None
        self._snapshots: dict[dt.date, Snapshot] = {}

    def dates(self) -> Sequence[dt.date]:
        """Return the days of the partitions that count, oldest first; listed once, however often it is asked."""
        if self._dates is None:
            matches = map(_PARTITION.fullmatch, self._storage.names(self._location))
            self._dates = sorted(filter(None, (_date(match[1]) for match in matches if match)))
        return tuple(self._dates)

    def snapshot(self, date: dt.date) -> Snapshot:
        """Return what is known of a snapshot.

        Raises:
            WrongInputError: there is none of that day; its `snapshot.json` is none, or of another version.
            ServiceDownError: as `Storage.open`.
        """
        if date not in self._snapshots:
            self._snapshots[date] = self._read_snapshot(date)
        return self._snapshots[date]

    def fetch(self, date: dt.date, table: str) -> Path:
        """Return a local copy of a Parquet file of a partition.

        Raises:
            WrongInputError: as `snapshot`; the partition has no such table, or it is not what was written.
            ServiceDownError: as `Storage.open`.
        """
        expected = self.snapshot(date).files.get(table)
        if expected is None:
            self._broken(date, f"it has no {table}.parquet")
        local = self._folder / f"{date}-{table}.parquet"
        if local.exists():
            return local
        digest = hashlib.sha256()
        beside = local.with_suffix(".part")
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with self._storage.open(self._at(date, f"{table}.parquet")) as stream, beside.open("wb") as copy:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
                    copy.write(piece)
        except WrongInputError as error:
            if error.problem.kind != "not-found":
                raise
            self._broken(date, f"{table}.parquet is not there")
        if digest.hexdigest() != expected:
            beside.unlink()
            self._broken(date, f"{table}.parquet is not the one that was written")
        beside.replace(local)
        return local

    def fetch_all(self, dates: Iterable[dt.date], table: str) -> dict[dt.date, Path]:
        """Return local copies of a table of those partitions that have it, by day; raises as `fetch`."""
        having = [date for date in dates if table in self.snapshot(date).files]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(having, pool.map(lambda date: self.fetch(date, table), having), strict=True))

    def keep(self, date: dt.date, folder: Path, snapshot: Snapshot) -> Snapshot:
        """Write the Parquet files of `folder` as the partition of a day, and then its snapshot, which is returned.

        The same content makes the same bytes. A run that ends in between leaves a partition that does not count; over
        an older one of the same day, one whose files `fetch` finds to be others.

        Raises:
            WrongInputError: there is no such bucket.
            ServiceDownError: as `Storage.write`.
        """
        files = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
        complete = dataclasses.replace(snapshot, date=date, files={name: _digest(path) for name, path in files.items()})
        for name, path in files.items():
            self._storage.write_file(self._at(date, f"{name}.parquet"), path, PARQUET)
        self.write(date, SNAPSHOT, _SNAPSHOT.dump_json(complete, indent=2) + b"\n", JSON)
        return complete

    def read(self, date: dt.date, name: str) -> bytes | None:
        """Return another file of a partition, such as `standing.json`; None where it has none."""
        return self._storage.read(self._at(date, name))

    def write(self, date: dt.date, name: str, data: bytes, content_type: str = JSON) -> None:
        """Write another file of a partition."""
        self._storage.write(self._at(date, name), data, content_type)

    def _at(self, date: dt.date, name: str) -> Location:
        return self._location.join(f"date={date}/{name}")

    def _read_snapshot(self, date: dt.date) -> Snapshot:
        data = self._storage.read(self._at(date, SNAPSHOT))
        if data is None:
            self._broken(date, f"{SNAPSHOT} is not there")
        try:
            version = _Version.model_validate_json(data).version
            if version != VERSION:
                self._of_another_version(date, version)
            snapshot = _SNAPSHOT.validate_json(data)
        except ValidationError as error:
            first: Any = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            self._broken(date, f"{SNAPSHOT} is wrong{f' at {where}' if where else ''}: {first['msg']}")
        if snapshot.date != date:
            self._broken(date, f"{SNAPSHOT} is that of {snapshot.date}")
        return snapshot

    def _broken(self, date: dt.date, detail: str) -> NoReturn:
        where = self._location.join(f"date={date}")
        advice = "put back what was written, or run the report of that day again with --replace if it is the last one"
        message = f"the snapshot that is kept in {where} is broken: {detail}; {advice}, or else take the folder away"
        raise WrongInputError(Problem("history-broken", "A snapshot that is kept is broken", message, None, str(where)))

    def _of_another_version(self, date: dt.date, version: int) -> NoReturn:
        where = self._location.join(f"date={date}")
        advice = (
            "run the version of the worker that wrote it, or a newer one"
            if version > VERSION
            else "run the version of the worker that wrote it, or take the folder away and backfill its week"
        )
        kept = f"the snapshot that is kept in {where} has layout version {version}"
        message = f"{kept}, and this worker knows {VERSION}: {advice}"
        title = "A snapshot that is kept is of another version"
        raise WrongInputError(Problem("history-version", title, message, None, str(where)))


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:  # such as the 30th of February
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
