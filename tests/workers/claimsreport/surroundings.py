"""All that a whole run meets: a catalogue's reports week by week, AWS on loopback, a history, a place for reports."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import datetime as dt
import hashlib
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import unittest.mock
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

from sandbox.claims import catalogue, companions, ids, weeks, writing
from sandbox.claims.shape import Shape
from tests.workers.claimsreport.aws import Aws
from workers.claimsreport.worker import WORKER
from workers.frame import running
from workers.frame.aws import Clients
from workers.frame.stopping import Stop

REPOSITORY = Path(__file__).parents[3]
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
SHAPE = Shape(seed=5, claims=1_000, weeks=5, last=dt.date(2026, 10, 19), late=0, missing=0)
# From which week on the assets with most claims are in a conflict that nobody would call small.
QUARRELS = (3, 4)
QUARREL = {
    "claim_status": "DISPUTED",
    "other_owners_claiming": "Somebody Else|Somebody More",
    "claim_policy_id": "P-block",
    "claim_policy_monetize": "",
    "claim_policy_block": "WW",
}
# What must be the same after the same run: all but who told of what, in which message.
RECORDS = "alerts.json"


@dataclass(frozen=True)
class Weeks:
    """Reports of one catalogue, oldest first, with the metrics of each week and the rights records."""

    reports: tuple[Path, ...]
    older: tuple[Path, ...]  # the same without the column engaged_views
    metrics: tuple[Path, ...]
    rights: Path

    def dates(self) -> list[str]:
        return [path.stem[-10:] for path in self.reports]


def make_weeks(folder: Path) -> Weeks:
    """Write them."""
    made = catalogue.make(SHAPE)
    assets = [ids.asset_id(asset) for asset in np.argsort(-np.bincount(made.claim_asset))[: len(QUARRELS)].tolist()]
    (folder / "older").mkdir()
    reports: list[Path] = []
    older: list[Path] = []
    metrics: list[Path] = []
    before = None
    with (
        writing.Writer(made) as writer,
        writing.Writer(made, writing.Form(engaged_views=False)) as writer_of_older,
    ):
        for snapshot in weeks.snapshots(made):
            quarrelling = {asset for asset, week in zip(assets, QUARRELS, strict=True) if snapshot.week >= week}
            for written, one, place in ((reports, writer, folder), (older, writer_of_older, folder / "older")):
                written.append(quarrel(one.write(snapshot, place), quarrelling))
            metrics.append(
                companions.write_metrics(made, snapshot, before, folder / f"metrics-{snapshot.week}.csv", None)
            )
            before = snapshot
    rights = companions.write_rights(made, folder / "rights.csv")
    return Weeks(tuple(reports), tuple(older), tuple(metrics), rights)


def quarrel(report: Path, assets: set[str]) -> Path:
    """Let all claims of these assets be in a conflict."""
    with report.open(encoding="utf-8", newline="") as content:
        rows = list(csv.DictReader(content))
    with report.open("w", encoding="utf-8", newline="") as content:
        writer = csv.DictWriter(content, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | QUARREL if row["asset_id"] in assets else row for row in rows)
    return report


@dataclass(frozen=True)
class Made:
    """What is made once a session.

    Attributes:
        weeks: the reports.
        states: what so many weeks leave, in folders or in S3.
        clients: making one costs half a second; once made, it stays with its endpoint.
    """

    weeks: Weeks
    clients: Clients = field(default_factory=lambda: Clients(retries=1))
    states: dict[tuple[bool, int], dict[str, bytes]] = field(default_factory=dict)


@dataclass
class Ran:
    """How a run went."""

    code: int
    log: list[dict[str, Any]]
    event: dict[str, Any] | None

    @property
    def detail(self) -> dict[str, Any]:
        assert self.event is not None
        detail: dict[str, Any] = self.event["detail"]
        return detail

    @property
    def problem(self) -> dict[str, Any]:
        """The one that ended it."""
        problem: dict[str, Any] = next(line["problem"] for line in self.log if line.get("event") == "failed")
        return problem

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line.get("event") == event]


@dataclass
class Surroundings:
    """Where the worker runs."""

    folder: Path
    made: Made
    aws: Aws
    endpoint: str
    clients: Clients
    in_s3: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def weeks(self) -> Weeks:
        """The reports."""
        return self.made.weeks

    def variables(self, **more: str) -> dict[str, str]:
        place = "s3://work" if self.in_s3 else str(self.folder)
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(REPOSITORY),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_MAX_ATTEMPTS": "1",
            "EVENT_BUS": "test-bus",
            "ALERTS_TOPIC": TOPIC,
            "HISTORY": f"{place}/history/",
            "OUTPUT": f"{place}/reports/",
            **self.settings,
        } | more
        return {name: value for name, value in variables.items() if value}

    def given(self, report: Path) -> str:
        """Put a report where the worker reads it."""
        if not self.in_s3:
            return str(report)
        self.aws.objects[f"work/claims/{report.name}"] = report.read_bytes()
        return f"s3://work/claims/{report.name}"

    def run(self, report: Path | str, *flags: str, stop: Stop | None = None, **more: str) -> Ran:
        """Run the worker in this process."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        source = report if isinstance(report, str) else self.given(report)
        output = io.StringIO()
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        told = len(self.aws.entries)
        with (
            unittest.mock.patch.dict(os.environ, self.variables(**more), clear=True),
            unittest.mock.patch("tempfile.tempdir", str(self.folder / "tmp")),
            unittest.mock.patch.object(running, "Clients", return_value=self.clients),
            contextlib.redirect_stdout(output),
        ):
            try:
                code = running.run(WORKER, ["--claims-report", source, *flags], stop or Stop())
            finally:
                root.handlers[:], root.level = handlers, level
        assert list((self.folder / "tmp").iterdir()) == [], "the folder of the run is gone"
        events = self.aws.events()[told:]
        assert len(events) <= 1
        return Ran(code, log_of(output.getvalue()), events[0] if events else None)

    def after(self, number: int) -> None:
        """Let so many weeks have been reported; they are run once a session."""
        if (self.in_s3, number) in self.made.states:
            self._restore(self.made.states[self.in_s3, number])
            return
        if number:
            self.after(number - 1)
            ran = self.run(self.weeks.reports[number - 1])
            assert ran.code == 0, ran.log[-3:]
        self.made.states[self.in_s3, number] = self._contents()
        self.aws.messages.clear()

    def forget(self) -> None:
        """Let nothing have been reported."""
        self.aws.forget()
        for part in ("history", "reports"):
            shutil.rmtree(self.folder / part, ignore_errors=True)

    def start(self, report: Path, *flags: str, **more: str) -> subprocess.Popen[str]:
        """Start the worker as its image does."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "workers", "claimsreport", "--claims-report", self.given(report), *flags],
            cwd=self.folder,
            env=self.variables(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def there(self) -> dict[str, str]:
        """The digest of all that is kept and reported, by name."""
        return {name: hashlib.sha256(data).hexdigest() for name, data in self._contents().items()}

    def _contents(self) -> dict[str, bytes]:
        if self.in_s3:
            objects = ((name.removeprefix("work/"), data) for name, data in self.aws.objects.items())
            return {name: data for name, data in objects if not name.startswith("claims/")}
        files = (path for part in ("history", "reports") for path in (self.folder / part).rglob("*"))
        visible = (path for path in files if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in visible}

    def _restore(self, contents: Mapping[str, bytes]) -> None:
        for name, data in contents.items():
            if self.in_s3:
                self.aws.objects[f"work/{name}"] = data
            else:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).write_bytes(data)

    def results(self) -> dict[str, str]:
        """The same without what names messages."""
        return {name: digest for name, digest in self.there().items() if not name.endswith(RECORDS)}

    def report(self, date: str) -> dict[str, Any]:
        """A report.json."""
        name = f"reports/date={date}/report.json"
        data = self.aws.objects[f"work/{name}"] if self.in_s3 else (self.folder / name).read_bytes()
        report: dict[str, Any] = json.loads(data)
        return report


def log_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@contextlib.contextmanager
def serving() -> Iterator[tuple[Aws, str]]:
    """Serve from a thread of its own."""
    aws = Aws()
    loop = asyncio.new_event_loop()
    ready: asyncio.Queue[str] = asyncio.Queue()
    over = asyncio.Event()

    async def serve() -> None:
        application = web.Application(client_max_size=1 << 26)
        application.router.add_route("*", "/{rest:.*}", aws.answer)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await ready.put(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield aws, asyncio.run_coroutine_threadsafe(ready.get(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
