"""Nothing lost, nothing doubled: the worker as a process, killed at random moments, run again until it is done."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.workers.cmscustomidcleanup.surroundings import Surroundings, plain_rows, report
from workers.cmscustomidcleanup.entries import decode

ASSETS = 240
FLAGS = ("--requests-per-second", "150", "--ledger-seconds", "0.2")


def surviving(around: Surroundings) -> set[str]:
    """The assets that the ledger has as done, of what is left of it."""
    files: dict[str, list[bytes]] = {}
    for name, content in around.aws.objects.items():
        if name.endswith(".ledger"):
            files.setdefault(Path(name).parent.name, []).append(content)
    for path in (around.folder / "tmp" / "cmscustomidcleanup").glob("*/*.ledger"):
        files.setdefault(path.parent.name, []).append(path.read_bytes())
    entries = (decode(key, line) for key, contents in files.items() for each in contents for line in each.split(b"\n"))
    return {entry.asset_id for entry in entries if entry}


@pytest.mark.parametrize(
    ("kills", "the_disk_is_lost", "seed"),
    [
        ((signal.SIGKILL, signal.SIGTERM, signal.SIGKILL), False, 1),
        ((signal.SIGKILL, signal.SIGTERM), True, 2),
    ],
)
def test_whatever_kills_it_every_asset_is_right_in_the_end_and_none_that_is_done_is_written_again(
    around: Surroundings, kills: tuple[signal.Signals, ...], the_disk_is_lost: bool, seed: int
) -> None:
    rows = plain_rows(ASSETS)
    around.put_assets(rows)
    around.aws.objects["reports/video_report.csv"] = report(rows)
    around.ask("content-id/settings", latency_seconds=0.02)
    chance = random.Random(seed)  # noqa: S311 - the same moments again, not secret
    for number, kill in enumerate([*kills, None]):
        if the_disk_is_lost:
            shutil.rmtree(around.folder / "tmp", ignore_errors=True)
        done, before = surviving(around), around.patches()
        process = around.start(*FLAGS)
        if kill is not None:
            # Anywhere from the start on, but never after the end.
            enough = len(before) + chance.randrange(0, 2 * ASSETS // (2 * len(kills) + 1))
            around.wait_until(lambda enough=enough: len(around.patches()) > enough)  # type: ignore[misc]
            process.send_signal(kill)
        code, log = around.end(process)
        after = around.patches()
        again = {asset_id for asset_id in done if after[asset_id] > before[asset_id]}
        assert again == set(), f"run {number} wrote again what was done"
        expected = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 75, None: 0}[kill]
        assert code == expected, log
        if kill is signal.SIGTERM:
            assert set(after) == surviving(around), "a run that may end in order leaves nothing in doubt"
            assert around.aws.events()[-1]["detail"]["status"] == "stopped"
    assert around.custom_ids() == {row[2]: f"partner-{row[1][2:]}" for row in rows}
    assert around.aws.events()[-1]["detail-type"] == "Custom ID Cleanup Completed"
    assert surviving(around) == {row[2] for row in rows}


def test_of_two_runs_at_once_one_waits_and_sends_nothing_that_is_done(around: Surroundings) -> None:
    """As EventBridge may start them: it delivers an event at least once. The disks are not the same."""
    rows = plain_rows(60)
    around.put_assets(rows)
    around.aws.objects["reports/video_report.csv"] = report(rows)
    first = around.start(*FLAGS)
    around.wait_until(lambda: bool(around.patches()))
    (around.folder / "other").mkdir()
    second = around.start(*FLAGS, TMPDIR=str(around.folder / "other"))
    assert [around.end(each)[0] for each in (first, second)] == [0, 0]
    assert around.patches() == {row[2]: 1 for row in rows}
    told = [event["detail"] for event in around.aws.events()]
    assert [(each["processedCount"], each["doneBeforeCount"]) for each in told] == [(60, 0), (0, 60)]


def test_a_stop_while_the_report_is_read_ends_the_run_soon(around: Surroundings) -> None:
    fifo = around.folder / "report.csv"

    os.mkfifo(fifo)
    process = around.start(VIDEO_REPORT=str(fifo))
    with contextlib.suppress(BrokenPipeError), fifo.open("wb", buffering=0) as slow:
        slow.write(report(plain_rows(10_000)))
        process.send_signal(signal.SIGTERM)
        # The pipe is never closed from here; it breaks when the worker reads no more.
        while True:
            slow.write(report(plain_rows(1000)))
    code, _ = around.end(process)
    assert code == 75
    assert around.patches() == {}
    assert around.aws.events()[-1]["detail"]["status"] == "stopped"
