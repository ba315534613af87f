"""All that a whole run meets, on loopback: the stand-ins of the three services, the few calls of AWS, a report."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
import unittest.mock
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.services.serve import Serving, serving
from tests.workers.cmscustomidcleanup.aws_fake import AwsFake
from workers.cmscustomidcleanup.worker import WORKER
from workers.frame import running
from workers.frame.stopping import Stop

REPOSITORY = Path(__file__).parents[3]
HEADER = ("video_id", "channel_id", "asset_id", "custom_id", "video_title")
OWNER = "content-owner"


def report(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """Return a report with these rows."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def plain_rows(count: int, channels: int = 4) -> list[tuple[str, ...]]:
    """Return a row for each of so many assets that still have YouTube's default, by turns on the partners' channels."""
    return [(f"v{n:05}", f"UC{n % channels}", f"A{n:05}", f"v{n:05}", f"Title, {n}") for n in range(count)]


@dataclass
class Surroundings:
    """The services, and the worker that is run among them."""

    folder: Path
    services: Serving
    loop: asyncio.AbstractEventLoop
    endpoint: str
    aws: AwsFake = field(default_factory=AwsFake)

    def ask(self, question: str, /, **fields: Any) -> Any:
        """Ask the stand-ins, from another thread than theirs."""
        return asyncio.run_coroutine_threadsafe(self.services.ask(question, **fields), self.loop).result(30)

    def put_channels(self, custom_ids: Mapping[str, str | None]) -> None:
        """Let these be the partner channels."""
        channels = [{"channelId": channel, "customId": custom} for channel, custom in custom_ids.items()]
        self.ask("appsync/put", channels=channels, replace=True)

    def put_assets(self, rows: Sequence[Sequence[str]]) -> None:
        """Let the Content ID API have the assets of rows of a report."""
        assets = {row[2]: {"id": row[2], "custom_id": row[3] or None, "video_id": row[0]} for row in rows if row[2]}
        self.ask("content-id/seed", assets=list(assets.values()))

    def patches(self) -> dict[str, int]:
        """How often each asset was patched."""
        found: dict[str, int] = self.ask("content-id/patches")["patches"]
        return found

    def custom_ids(self) -> dict[str, str | None]:
        """What each asset has now."""
        found: dict[str, str | None] = self.ask("content-id/custom-ids")["custom_ids"]
        return found

    def variables(self, **more: str) -> dict[str, str]:
        """The worker's environment."""
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(REPOSITORY),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_MAX_ATTEMPTS": "1",
            "EVENT_BUS": "test-bus",
            "GRAPHQL_AUTH": "api-key",
            "GRAPHQL_API_KEY": "ssm:/graphql/key",
            "TOKEN_API_KEY": "ssm:/token/key",
            "VIDEO_REPORT": "s3://reports/video_report.csv",
            "CONTENT_OWNER": OWNER,
            "REQUESTS_PER_SECOND": "2000",
            "CONCURRENCY": "8",
            "LEDGER": "s3://work/ledger/",
            "OUTPUT": "s3://work/out/",
            **self.services.urls,
        } | more
        return {name: value for name, value in variables.items() if value}

    def run(self, *flags: str, **more: str) -> tuple[int, list[dict[str, Any]]]:
        """Run the worker in this process; return its exit code and its log."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        output = io.StringIO()
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        with (
            unittest.mock.patch.dict(os.environ, self.variables(**more), clear=True),
            unittest.mock.patch("tempfile.tempdir", str(self.folder / "tmp")),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(output),
        ):
            try:
                code = running.run(WORKER, flags, Stop())
            finally:
                root.handlers[:], root.level = handlers, level
        return code, log_of(output.getvalue())

    def local_report(self, name: str = "partner-channels.json") -> dict[str, Any]:
        """The report where it always was."""
        report: dict[str, Any] = json.loads((self.folder / "tmp" / name).read_bytes())
        return report

    def start(self, *flags: str, **more: str) -> subprocess.Popen[str]:
        """Start the worker as its image does."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "workers", "cmscustomidcleanup", *flags],
            cwd=self.folder,
            env=self.variables(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]]]:
        """Wait for the worker's end; return its exit code and its log, each line of which is JSON."""
        output, _ = process.communicate(timeout=60)
        return process.returncode, log_of(output)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait for something that the worker does."""
        deadline = time.monotonic() + 30
        while not ready():
            assert time.monotonic() < deadline, "the worker never came that far"
            time.sleep(0.005)


def log_of(output: str) -> list[dict[str, Any]]:
    """The lines of a log, each of which is JSON; but for the last one of a process that was killed."""
    lines = output.splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def said(log: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    """The lines of a log that say this."""
    return [line for line in log if line.get("event") == event]


@contextlib.contextmanager
def surroundings(folder: Path) -> Iterator[Surroundings]:
    """Serve from a thread of its own."""
    ready: asyncio.Queue[Surroundings] = asyncio.Queue()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with serving() as services:
            aws = AwsFake(parameters={"/graphql/key": "test", "/token/key": "test"})
            application = web.Application(client_max_size=1 << 26)
            application.router.add_route("*", "/{rest:.*}", aws.answer)
            runner = web.AppRunner(application, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            await ready.put(Surroundings(folder, services, loop, f"http://127.0.0.1:{runner.addresses[0][1]}", aws))
            await over.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(ready.get(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
