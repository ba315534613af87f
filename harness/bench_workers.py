"""Times the clean-up of custom ids, beside one that sends one request at a time to the same stand-in.

What is measured are whole processes: a worker from its start to its exit code. Its rates are those that the stand-in
counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from harness.aims import reached
from harness.bench_generator import Usage, usage
from harness.errors import EnvironmentFailedError
from sandbox import server
from sandbox.catalogue import Catalogue
from sandbox.services import running

if TYPE_CHECKING:
    from collections.abc import Mapping

SEQUENTIAL: Final = Path(__file__).with_name("sequential_worker.py")
PARAMETER: Final = "/bench/key"
KEY: Final = "test"  # what the stand-in of the token service takes
OWNER: Final = "test"
CHANNELS: Final = 372
SEED_VIDEOS: Final = 38_000  # of the documents, which say 2 to 4 hours for them
SEED_HOURS: Final = (2.0, 4.0)
SEED_SIZE: Final = (4.0, 8.0)  # vCPU and GB of the documents' task
CSV_READER: Final = """\
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.reader(file):
        pass
"""
HEADER: Final = (
    "| What | seconds | processor s | peak MiB | requests | in the fullest second |\n|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Size:
    """How much is done.

    Attributes:
        assets: that are updated, under the quota.
        sample: of them, that are updated one at a time.
        quota: requests per second that the stand-in allows.
        latency: seconds of each of its answers.
        faults: assets that are updated with faults of all kinds.
        share: of the requests that are struck by one.
        rows: of the large report.
        videos: of partner channels in it.
    """

    assets: int = 6_000
    sample: int = 300
    quota: int = 100
    latency: float = 0.2
    faults: int = 2_000
    share: float = 0.1
    rows: int = 8_000_000
    videos: int = SEED_VIDEOS


@dataclass(frozen=True)
class Run:
    """One run of a worker: what its process took, and what the stand-in counted meanwhile."""

    used: Usage
    counted: Mapping[str, Any]

    @property
    def rate(self) -> float:
        """Requests per second, from the first one's arrival to the last one's."""
        return float((self.counted["requests"] - 1) / self.counted["seconds"])

    @property
    def patches(self) -> int:
        """How many PATCH requests came, however they were answered."""
        answers: Mapping[str, int] = self.counted["answers"]
        return sum(number for answer, number in answers.items() if answer.startswith("assets.patch "))


class Bench:
    """A sandbox and the stand-ins, for one measurement after the other."""

    def __init__(self, box: server.Sandbox, services: running.Running, scratch: Path) -> None:
        self.services = services
        self.scratch = scratch
        ssm = boto3.client(
            "ssm", endpoint_url=box.endpoint, region_name=box.region,
            aws_access_key_id="test", aws_secret_access_key="test",  # noqa: S106 - the administrator's of every sandbox
        )  # fmt: skip
        ssm.put_parameter(Name=PARAMETER, Value=KEY, Type="SecureString")
        settings = {
            "PYTHONPATH": str(server.REPOSITORY),
            "EVENT_BUS": "default",
            "TOKEN_API_KEY": f"ssm:{PARAMETER}",
            "CONTENT_OWNER": OWNER,
            "LOG_LEVEL": "WARNING",
        }
        self.environment = box.child_environment(os.environ) | services.urls | settings

    def prepare(self, catalogue: Catalogue, others: int = 0, **settings: Any) -> Path:
        """Let the stand-ins have a catalogue, and return its report."""
        report = self.scratch / f"report-{catalogue.videos}-{others}.csv"
        catalogue.write_report(report, others)
        self.services.ask("content-id/clear")
        self.services.ask("content-id/settings", owners=[OWNER], **settings)
        self.services.ask("content-id/seed", assets=catalogue.assets)
        self.services.ask("appsync/put", channels=catalogue.channel_records, replace=True)
        return report

    def clean_up(self, report: Path, ledger: str, *flags: str) -> Run:
        """Run the worker once.

        Raises:
            EnvironmentFailedError: it did not end with 0.
        """
        self.services.ask("content-id/reset")
        command = [sys.executable, "-m", "workers", "cmscustomidcleanup", "--video-report", str(report)]
        command += ["--ledger", str(self.scratch / ledger), "--output", str(self.scratch / "reports"), *flags]
        used = usage(command, self.scratch, self.environment)
        return Run(used, self.services.ask("content-id/statistics"))

    def one_at_a_time(self, report: Path, number: int) -> float:
        """Run the sequential worker, and return the seconds that an item takes.

        Raises:
            EnvironmentFailedError: it failed.
        """
        urls = self.services.urls
        command = [sys.executable, str(SEQUENTIAL), str(report), str(number), urls["CONTENT_ID_URL"]]
        command += [urls["TOKEN_URL"], KEY, OWNER]
        finished = subprocess.run(command, check=False, capture_output=True, text=True)
        if finished.returncode:
            raise EnvironmentFailedError(f"the sequential worker failed:\n{finished.stderr}")
        said = json.loads(finished.stdout)
        return float(said["seconds"] / said["items"])

    def wrong(self, catalogue: Catalogue) -> set[str]:
        """Return the assets that do not have the custom id that they must have."""
        has = self.services.ask("content-id/custom-ids")["custom_ids"]
        return {asset for asset, wanted in catalogue.wanted.items() if has[asset] != wanted}


def run(repository: Path, size: Size | None = None) -> list[str]:
    """Measure all of it; return the lines of a table, and of what they are measured for.

    Raises:
        EnvironmentFailedError: a worker failed.
    """
    size = size or Size()
    with ExitStack() as stack:
        box = stack.enter_context(server.start())
        services = stack.enter_context(running.start())
        bench = Bench(box, services, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="punctual-bench-"))))
        first, again, item, said = _updates(bench, size)
        struck, said_of_faults = _faults(bench, size)
        large, said_of_rows = _large_report(bench, size)
    rows = [
        _row(f"clean-up of {size.assets:,} assets, {size.latency * 1000:.0f} ms, quota {size.quota}/s", first),
        _row("the same again: nothing to do", again),
        f"| one request at a time, one item (of {size.sample}) | {item:.3f} | | | 1 | |",
        _row(f"{size.faults:,} assets, {size.share:.0%} of the requests struck by faults of all kinds", struck),
        _row(f"dry run over {size.rows:,} rows", large),
    ]
    return [HEADER, *rows, "", *said, said_of_faults, said_of_rows, _cost(repository, first)]


def _row(name: str, done: Run) -> str:
    used, counted = done.used, done.counted
    return (
        f"| {name} | {used.seconds:.1f} | {used.processor_seconds:.1f} | {used.peak:.0f} | {counted['requests']:,} "
        f"| {counted['largest_in_a_second']} |"
    )


def _updates(bench: Bench, size: Size) -> tuple[Run, Run, float, list[str]]:
    """Update all assets, do it again, and update a sample one at a time."""
    catalogue = Catalogue(channels=CHANNELS, videos=size.assets, default_share=1)
    report = bench.prepare(catalogue, latency_seconds=size.latency, requests_per_second=size.quota)
    rate = ("--requests-per-second", str(size.quota))
    first = bench.clean_up(report, "updates", *rate)
    right = size.assets - len(bench.wrong(catalogue))
    again = bench.clean_up(report, "updates", *rate)
    bench.services.ask("content-id/settings", requests_per_second=None)
    item = bench.one_at_a_time(report, size.sample)
    share, fullest = first.rate / size.quota, first.counted["largest_in_a_second"]
    hours, hours_of_one = SEED_VIDEOS / first.rate / 3600, SEED_VIDEOS * item / 3600
    under_quota = (
        f"{right:,} of {size.assets:,} custom ids right; {first.rate:.1f} requests/s, {share:.1%} of the quota, "
        f"at most {fullest} in any second (aim: all, 95%, never over {size.quota}: "
        f"{reached(right == size.assets and share >= 0.95 and fullest <= size.quota)})"
    )
    projected = (
        f"{SEED_VIDEOS:,} projected: {hours * 60:.1f} min; one at a time {hours_of_one:.1f} h, "
        f"{hours_of_one / hours:.0f} times as long; the documents say 2 to 4 h"
    )
    repeated = f"second run: {again.patches} PATCH (aim: none, {reached(not again.patches)})"
    return first, again, item, [under_quota, repeated, projected]


def _faults(bench: Bench, size: Size) -> tuple[Run, str]:
    """Update assets while a share of all requests is struck by a fault of some kind."""
    catalogue = Catalogue(seed=2, channels=CHANNELS, videos=size.faults, default_share=1)
    report = bench.prepare(catalogue, latency_seconds=size.latency, requests_per_second=size.quota)
    bench.services.ask("faults/script", service="content-id", kind="mixed", share=size.share)
    done = bench.clean_up(report, "faults", "--requests-per-second", str(size.quota), "--error-threshold", "0.2")
    (script,) = bench.services.ask("faults/list")["scripts"]
    bench.services.ask("faults/clear")
    wrong, refused = bench.wrong(catalogue), set(script["refused"])
    missed = wrong - refused  # one that is refused can be right all the same: its answer was lost before
    more = done.counted["requests"] / size.faults - 1
    return done, (
        f"{sum(script['struck'].values())} faults of {len(script['struck'])} kinds: of {size.faults:,} custom ids "
        f"{size.faults - len(wrong):,} right, {len(wrong & refused):,} refused for good and {len(missed):,} missed "
        f"(aim: none, {reached(not missed)}); "
        f"{more:.1%} more requests (aim: at most 15%, {reached(more <= 0.15)})"
    )


def _large_report(bench: Bench, size: Size) -> tuple[Run, str]:
    """Read a large report, beside a bare pass of csv.reader over it; nothing is sent."""
    catalogue = Catalogue(seed=3, channels=CHANNELS, videos=size.videos)
    report = bench.prepare(catalogue, size.rows - size.videos)
    bare = usage([sys.executable, "-I", "-c", CSV_READER, str(report)], bench.scratch, bench.environment)
    done = bench.clean_up(report, "large", "--dry-run", "--requests-per-second", str(size.quota))
    times, peak = done.used.seconds / bare.seconds, done.used.peak
    return done, (
        f"{report.stat().st_size / 1e9:.1f} GB, {size.rows:,} rows: {done.used.seconds:.1f} s beside "
        f"{bare.seconds:.1f} s of a bare csv.reader pass, {times:.2f} times (aim: 1.5, {reached(times <= 1.5)}); "
        f"{peak:.0f} MiB at the peak (aim: 200, {reached(peak <= 200)})"
    )


def _cost(repository: Path, first: Run) -> str:
    """Say what a run of the documents' size costs in the task that dn-dev has, beside the documents' task."""
    task = "tasks.cmscustomidcleanup"
    explaining = [sys.executable, "-m", "generator", "explain", "dn-dev", task, "--json"]
    explained = subprocess.run(explaining, cwd=repository, check=True, capture_output=True, text=True)
    values = {each["path"].removeprefix(f"{task}."): each["value"] for each in json.loads(explained.stdout)}
    processors, memory = values["cpu"] / 1024, values["memory"] / 1024
    rate = float(values["environment.REQUESTS_PER_SECOND"])
    hours = SEED_VIDEOS / rate / 3600
    busy = first.used.processor_seconds / first.used.seconds
    (low, high), (seed_processors, seed_memory) = SEED_HOURS, SEED_SIZE
    of_documents = (
        f"{seed_processors:g} vCPU, {seed_memory:g} GB, {low:g} to {high:g} h: {low * seed_processors:g} to "
        f"{high * seed_processors:g} vCPU-hours and {low * seed_memory:g} to {high * seed_memory:g} GB-hours"
    )
    return (
        f"at {first.rate:.0f} requests/s {busy:.0%} of one processor was used; {SEED_VIDEOS:,} updates at dn-dev's "
        f"{rate:g} requests/s in its task ({processors:g} vCPU, {memory:g} GB): {hours * 60:.0f} min, "
        f"{hours * processors:.2f} vCPU-hours and {hours * memory:.2f} GB-hours; as in the documents ({of_documents})"
    )
