"""The worker's own code, from a report to the findings of its week."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.claimsreport.connecting import connect
from workers.claimsreport.detecting import find_all
from workers.claimsreport.finding import Finding
from workers.claimsreport.history.comparing import Before
from workers.claimsreport.history.series import StoredHistory
from workers.claimsreport.history.store import Snapshot, Store
from workers.claimsreport.history.weekly import build, save
from workers.claimsreport.intake import platform_metrics
from workers.claimsreport.intake import rights as rights_records
from workers.claimsreport.intake.fetching import fetch
from workers.claimsreport.intake.taking import take_in
from workers.claimsreport.series import Week
from workers.claimsreport.settings import ClaimsReportSettings
from workers.frame.aws import Clients
from workers.frame.storage import Location, Storage


def find(week: Week) -> Sequence[Finding]:
    """Return what the worker finds in a week."""
    return find_all(week, lambda: None).findings


@dataclass(frozen=True)
class Reports:
    """Where one catalogue's reports go, one after the other.

    What a run of the worker does besides (asking S3, writing the report, telling people) has no part in what is found.

    Attributes:
        history: the folder in which the worker keeps its snapshots.
        settings: of the worker.
    """

    history: Path
    settings: ClaimsReportSettings

    @contextlib.contextmanager
    def taken(self, report: Path, metrics: Path, rights: Path) -> Iterator[Week]:
        """Read a report, compare it with history and keep it; meanwhile its week can be looked at."""
        storage = Storage(Clients())
        with (
            tempfile.TemporaryDirectory(dir=report.parent) as scratch,
            connect(Path(scratch), self.settings.memory_mib) as connection,
        ):
            folder = Path(scratch)
            fetched = fetch(storage, Location.parse(str(report)), folder)
            kept = take_in(connection, fetched, fetched.date).kept
            beside = [
                fetch(storage, Location.parse(str(path)), folder, name=name, date=fetched.date)
                for name, path in {"platform-metrics": metrics, "rights-records": rights}.items()
            ]
            platform_metrics.take_in(connection, beside[0], fetched.date)
            rights_records.take_in(connection, beside[1])
            store = Store(storage, Location.parse(str(self.history)), folder / "fetched")
            known = [store.snapshot(each) for each in store.dates() if each < fetched.date][-self.settings.weeks :]
            before = None
            if known:
                last = known[-1]
                before = Before(last.date, {table: store.fetch(last.date, table) for table in last.files})
            build(connection, fetched.date, before, known[0].date if known else None)
            days = (fetched.date - before.date).days if before else None
            this = Snapshot(
                date=fetched.date,
                previous=before.date if before else None,
                days=days,
                digest=kept.digest,
                content_digest=kept.content_digest,
                rows=kept.rows,
                quarantined={},
                columns=(),
                files_before=known[-1].files if known else {},
            )
            history = StoredHistory(connection, store, known, this, self.settings.changepoints)
            yield Week(connection, fetched.date, days, history, self.settings)
            save(connection, folder / "kept")
            store.keep(fetched.date, folder / "kept", this)
