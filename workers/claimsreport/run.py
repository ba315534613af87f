"""One run, step by step: nothing is written anywhere before everything is computed.

The order of what is written decides what a run leaves that ends in between, wherever that is. The files of the report
come first, `report.html` last of them; then the partition, `snapshot.json` last of it; then the alerts; then the event.
The same run again computes the same bytes, writes them over what there is, and tells nobody what somebody was told:
`alerts.json` says what. A snapshot counts once its `snapshot.json` is there, so that no later run builds on a week that
has no report.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workers.claimsreport import events, standing
from workers.claimsreport.alerts import Alerting
from workers.claimsreport.announcements import told
from workers.claimsreport.composing import Lasting, Weeks, compose, quality_of
from workers.claimsreport.connecting import connect
from workers.claimsreport.detecting import find_all
from workers.claimsreport.history.comparing import Before
from workers.claimsreport.history.series import StoredHistory
from workers.claimsreport.history.store import Snapshot, Store
from workers.claimsreport.history.weekly import build, save
from workers.claimsreport.intake import platform_metrics, rights
from workers.claimsreport.intake.fetching import Fetched, fetch
from workers.claimsreport.intake.refusals import RefusedError, after_reading, before_reading
from workers.claimsreport.intake.taking import Taken, take_in
from workers.claimsreport.metrics import emit_all
from workers.claimsreport.report.writing import CONTENT_TYPES, write_files
from workers.claimsreport.series import Week
from workers.claimsreport.tables import create
from workers.claimsreport.threads import in_thread
from workers.claimsreport.totals import trends_of
from workers.frame.exits import ExitCode
from workers.frame.problems import Problem
from workers.frame.running import Outcome
from workers.frame.storage import Location

if TYPE_CHECKING:
    import datetime as dt

    import duckdb

    from workers.claimsreport.finding import Finding
    from workers.claimsreport.intake.counting import Counts
    from workers.claimsreport.progress import Progress
    from workers.claimsreport.report.content import Report
    from workers.claimsreport.settings import ClaimsReportSettings
    from workers.claimsreport.standing import Standing
    from workers.frame.running import Context

T = TypeVar("T")


SHOWN = 20  # findings that the log names; the report has more
AT_ONCE = 16  # small objects that are read from S3
OTHERS = {"rights": "rights", "metrics": "platform_metrics"}  # the table of each other input


@dataclass(frozen=True)
class Computed:
    """All that is to be written and told.

    Attributes:
        snapshot: what is remembered of the snapshot.
        tables: the folder with its Parquet files.
        standing: which findings last.
        findings: all of them, what needs attention first being first.
        files: of the report.
    """

    snapshot: Snapshot
    tables: Path
    standing: Standing
    findings: Sequence[Finding]
    files: Sequence[Path]


class ClaimsReportRun:
    """The work of one run."""

    def __init__(self, context: Context, progress: Progress) -> None:
        """Begin; `progress` is kept current."""
        self._context = context
        self._progress = progress
        self._settings: ClaimsReportSettings = context.settings
        self._history = Location.parse(self._settings.history)
        self._connection: duckdb.DuckDBPyConnection | None = None

    async def to_the_end(self) -> Outcome:
        """Do it all; the metrics are written however it ends."""
        try:
            with tempfile.TemporaryDirectory(prefix="claimsreport-", ignore_cleanup_errors=True) as folder:
                await self._work(Path(folder))
        finally:
            if not self._settings.dry_run:
                emit_all(self._settings.metrics_namespace, self._progress)
        return self._outcome()

    async def _work(self, folder: Path) -> None:
        store = Store(self._context.storage, self._history, folder / "history")
        with self._refusing():
            fetched = await self._fetch(folder)
        known = await self._step("history listed", lambda: _known(store), lambda it: {"snapshots": len(it)})
        with self._refusing():
            before_reading(fetched.date, fetched.digest, [each.kept for each in known], datetime.now(UTC).date())
        with connect(folder / "tables", self._settings.memory_mib) as connection:
            self._connection = connection
            try:
                computed = await self._compute(connection, store, fetched, known, folder)
            finally:
                self._connection = None
        self._log_findings(computed.findings)
        if not self._settings.dry_run:
            await self._step("report written", lambda: self._write_report(computed))
            self._progress.report = str(self._output(fetched.date).join("report.html"))
            await self._step("snapshot kept", lambda: _keep(store, computed))
        await self._alert(computed)

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Note that the snapshot is refused, if it is; other files can be as well."""
        try:
            yield
        except RefusedError:
            self._progress.refused = True
            raise

    async def _fetch(self, folder: Path) -> Fetched:
        settings, storage, check = self._settings, self._context.storage, self._context.stop.check
        location = Location.parse(settings.claims_report)
        fetched = await self._step(
            "snapshot fetched",
            lambda: fetch(storage, location, folder / "claims", date=settings.snapshot_date, check=check),
            lambda it: {"source": it.source, "date": it.date.isoformat(), "bytes": it.size_bytes},
        )
        self._progress.date = fetched.date
        return fetched

    async def _compute(
        self,
        connection: duckdb.DuckDBPyConnection,
        store: Store,
        fetched: Fetched,
        known: Sequence[Snapshot],
        folder: Path,
    ) -> Computed:
        """Return all there is to write; nothing outside of the folder is touched."""
        settings, progress, date = self._settings, self._progress, fetched.date
        before = tuple(each for each in known if each.date < date)[-settings.weeks :]
        previous = before[-1] if before else None
        days = (date - previous.date).days if previous else None
        progress.previous_date, progress.days = previous.date if previous else None, days
        taken = await self._take_in(connection, fetched, known)
        await self._take_in_others(connection, date, folder)
        beside = await self._step("snapshot before fetched", lambda: _before(store, previous))
        oldest = before[0].date if before else None
        await self._step("weekly tables made", lambda: build(connection, date, beside, oldest))
        missing = self._missing_sources()
        quality = await self._step(
            "quarantine counted", lambda: quality_of(connection, taken.counts.total, taken.missing, missing)
        )
        progress.reported, progress.quarantined = quality.reported, quality.quarantined
        snapshot = Snapshot(
            date=date,
            previous=previous.date if previous else None,
            days=days,
            digest=taken.kept.digest,
            content_digest=taken.kept.content_digest,
            rows=taken.kept.rows,
            quarantined={reason.reason: reason.rows for reason in quality.quarantine},
            columns=taken.columns,
            files_before=previous.files if previous else {},
        )
        history = StoredHistory(connection, store, before, snapshot, settings.changepoints)
        week = Week(connection, date, days, history, settings)
        found = await self._step(
            "findings looked for",
            lambda: find_all(week, self._context.stop.check),
            lambda it: {"findings": len(it.findings)},
        )
        findings = found.findings
        if found.left_out:
            self._context.log.warning("more of a kind than anybody reads", left_out=found.left_out)
        progress.found(findings)
        trends = await self._step("totals added up", lambda: trends_of(history))
        lasting = await self._step("lasting findings known", lambda: self._lasting(store, previous, date, findings))
        weeks = Weeks(date, tuple(each.date for each in before))
        files = await self._step(
            "report made",
            lambda: _write_files(
                compose(
                    weeks, findings, lasting, source=fetched.source, trends=trends, quality=quality, settings=settings
                ),
                connection,
                folder / "report",
            ),
        )
        tables = folder / "kept"
        await self._step("tables saved", lambda: save(connection, tables))
        return Computed(snapshot, tables, lasting.now, findings, files)

    async def _take_in(
        self, connection: duckdb.DuckDBPyConnection, fetched: Fetched, known: Sequence[Snapshot]
    ) -> Taken:
        """Take the snapshot in, or refuse it."""
        settings = self._settings
        with self._refusing():
            taken = await self._step(
                "snapshot taken in",
                lambda: take_in(connection, fetched, fetched.date),
                lambda it: {"rows": it.counts.total, "right": it.counts.right, "other_columns": it.other_columns},
            )
            self._progress.rows = taken.counts.total
            self._progress.reported, self._progress.quarantined = taken.counts.right, taken.counts.wrong
            after_reading(
                taken.kept,
                taken.counts.wrong,
                [each.kept for each in known],
                largest_loss=settings.largest_loss,
                largest_quarantine=settings.largest_quarantine,
                replace=settings.replace,
            )
        return taken

    async def _take_in_others(self, connection: duckdb.DuckDBPyConnection, date: dt.date, folder: Path) -> None:
        """Take in what else was given; what was not leaves its table empty."""
        storage, check = self._context.storage, self._context.stop.check

        def take(name: str, place: str) -> Counts:
            fetched = fetch(storage, Location.parse(place), folder / name, name=name, date=date, check=check)
            if name == "rights":
                return rights.take_in(connection, fetched)
            return platform_metrics.take_in(connection, fetched, date)

        for name, place in (("rights", self._settings.rights_records), ("metrics", self._settings.platform_metrics)):
            if place is not None:
                await self._step(
                    f"{name} taken in",
                    functools.partial(take, name, place),
                    lambda it: {"rows": it.total, "right": it.right, "quarantined": it.quarantined},
                )
            else:
                connection.execute(create(OTHERS[name]))

    def _missing_sources(self) -> list[str]:
        given = {"platform metrics": self._settings.platform_metrics, "rights records": self._settings.rights_records}
        return [name for name, location in given.items() if location is None]

    def _lasting(self, store: Store, previous: Snapshot | None, date: dt.date, findings: Sequence[Finding]) -> Lasting:
        """Read which findings last as of the snapshot before, and say which do now."""
        data = store.read(previous.date, standing.NAME) if previous else None
        then = (
            standing.Standing.parse(data, f"{self._history.join(f'date={previous.date}')}")
            if data and previous
            else None
        )
        alerted = told(self._context.storage, self._history, previous.date if previous else None, date)
        return Lasting(then, standing.update(then, findings, date, alerted))

    def _output(self, date: dt.date) -> Location:
        return Location.parse(self._settings.output).join(f"date={date}")

    def _write_report(self, computed: Computed) -> None:
        """Write the files of the report, report.html last: who finds it finds the others."""
        output = self._output(computed.snapshot.date)
        for path in sorted(computed.files, key=lambda path: path.name == "report.html"):
            self._context.storage.write_file(output.join(path.name), path, CONTENT_TYPES[path.name])
            self._context.stop.check()

    async def _alert(self, computed: Computed) -> None:
        context, settings, date = self._context, self._settings, computed.snapshot.date
        alerting = Alerting(
            context.storage,
            context.clients,
            settings.alerts_topic,
            self._history,
            context.log,
            context.stop,
            dry_run=settings.dry_run,
        )
        due = computed.standing.unalerted(computed.findings)
        with self._progress.step("alerts sent"):
            alerts = await alerting.send(due, date, str(self._output(date).join("report.html")))
        self._progress.alerted, self._progress.alerts_unknown = alerts.sent, alerts.unknown

    def _log_findings(self, findings: Sequence[Finding]) -> None:
        for finding in findings[:SHOWN]:
            self._context.log.info(
                "found",
                kind=str(finding.kind),
                subject=finding.subject,
                score=finding.score,
                priority=str(finding.priority),
                why=finding.why,
            )
        if len(findings) > SHOWN:
            self._context.log.info("found", more=len(findings) - SHOWN)

    def _outcome(self) -> Outcome:
        """Return how it went: a failure, if more rows are in quarantine than may be."""
        progress = self._progress
        outcome = Outcome(None, progress.quarantined or 0, progress.rows or 0, progress.told())
        if outcome.code(self._settings.error_threshold) is not ExitCode.ITEM_ERRORS:
            return dataclasses.replace(outcome, event=events.completed(progress))
        detail = (
            f"{progress.quarantined} of {progress.rows} rows are in quarantine, more than the "
            f"{self._settings.error_threshold:.4g} of them that may; the report is written, and quarantine.csv has them"
        )
        problem = Problem("item-errors", "More rows are in quarantine than the threshold allows", detail)
        return dataclasses.replace(outcome, event=events.failed(problem, progress))

    async def _step(
        self, name: str, function: Callable[[], T], counts: Callable[[T], dict[str, Any]] | None = None
    ) -> T:
        """Run a step in a thread, and log what it took and came to."""
        with self._progress.step(name):
            result = await in_thread(function, self._context.stop, self._connection)
        seconds = round(self._progress.seconds[name], 3)
        self._context.log.info(name, seconds=seconds, **(counts(result) if counts else {}))
        return result


def _known(store: Store) -> list[Snapshot]:
    """Return what is known of every snapshot that is kept, oldest first."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(store.snapshot, store.dates()))


def _before(store: Store, previous: Snapshot | None) -> Before | None:
    """Fetch the tables of the snapshot before."""
    if previous is None:
        return None
    return Before(previous.date, {table: store.fetch(previous.date, table) for table in previous.files})


def _write_files(report: Report, connection: duckdb.DuckDBPyConnection, folder: Path) -> Sequence[Path]:
    folder.mkdir()
    return write_files(report, connection, folder)


def _keep(store: Store, computed: Computed) -> None:
    """Keep the snapshot: it counts once all of it is there."""
    date = computed.snapshot.date
    store.write(date, standing.NAME, computed.standing.as_bytes())
    store.keep(date, computed.tables, computed.snapshot)
