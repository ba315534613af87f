"""Whole runs of the worker as a process: what is written, what is told, and the exit code, on every way out."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.workers.channelbackfill.surroundings import ACCEPTED, DENIED, REFUSED, Surroundings, surroundings
from tests.workers.channels.graphql_fake import Reply, failed
from workers.channelbackfill import worker
from workers.frame.aws import Clients
from workers.frame.problems import WrongInputError
from workers.frame.storage import Location, Storage

HEADER = "channelID,customID,displayName\n"
FILE = HEADER + "".join(f"UC{number},custom-{number},Channel {number}\n" for number in range(6))


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    with surroundings(tmp_path) as services:
        yield services


def said(log: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in log if line.get("event") == event]


def counts(detail: dict[str, Any]) -> tuple[int, int, int]:
    return detail["processedCount"], detail["errorCount"], detail["totalCount"]


def test_a_backfill_writes_what_differs_and_says_so(around: Surroundings) -> None:
    around.write("\ufeff" + FILE + "UC0,custom-0,Channel 0\n")
    around.graphql.put("UC0", "custom-0", "Channel 0")
    around.graphql.put("UC1", "old", "Channel 1")
    around.graphql.put("UC99", "elsewhere")
    code, log = around.run()
    assert code == 0
    event = around.event()
    assert (event["source"], event["detail-type"]) == ("dn.backend.channelbackfill", "Channel Backfill Completed")
    assert list(event["detail"]) == ["status", "processedCount", "errorCount", "totalCount", "timestamp"]
    assert event["detail"]["status"] == "success"
    assert counts(event["detail"]) == (6, 0, 7)
    assert around.graphql.operations("createChannel", "updateChannel").count("updateChannel") == 1
    assert len(around.graphql.records) == 7
    assert around.graphql.records["record-UC99"]["customId"] == "elsewhere"
    (done,) = said(log, "worked")
    assert [done[name] for name in ("created", "changed", "unchanged", "repeats", "elsewhere")] == [4, 1, 1, 1, 1]
    (metrics,) = [line for line in log if "_aws" in line]
    assert (metrics["ChannelsCreated"], metrics["RowErrors"], metrics["Worker"]) == (4, 0, "channelbackfill")
    assert all("Signature" not in json.dumps(line) for line in log)

    before = len(around.graphql.asked)
    around.entries.clear()
    code, _ = around.run()
    assert code == 0
    assert set(around.graphql.operations()[before:]) == {"listChannels"}, "the second run finds nothing to write"
    assert counts(around.event()["detail"]) == (6, 0, 7)


def test_a_bad_row_is_told_and_the_rest_is_written(around: Surroundings) -> None:
    around.objects["reports/channels.csv"] = (FILE + ",nobody,\n").encode()
    around.graphql.put("UC5", "one", record_id="a")
    around.graphql.put("UC5", "other", record_id="b")
    around.parameters["/graphql/key"] = "key-of-the-test"
    settings = {"GRAPHQL_AUTH": "api-key", "GRAPHQL_API_KEY": "ssm:/graphql/key"}
    code, log = around.run("--channels-csv", "s3://reports/channels.csv", **settings)
    assert code == 1
    assert len(around.graphql.records) == 7
    assert around.graphql.requests[0][0]["x-api-key"] == "key-of-the-test"
    assert "key-of-the-test" not in json.dumps(log)
    detail = around.event()["detail"]
    assert detail["status"] == "failed"
    assert counts(detail) == (5, 2, 7)
    words = "2 of 7 rows have errors, more than the 0 of them that may; the first: line 8: channelID is empty"
    assert detail["reason"] == words
    assert [line["problem"]["instance"] for line in said(log, "row refused")] == ["line 8", "line 7"]

    around.entries.clear()
    code, _ = around.run("--channels-csv", "s3://reports/channels.csv", "--error-threshold", "0.3", **settings)
    assert code == 0
    assert around.event()["detail-type"] == "Channel Backfill Completed"
    assert counts(around.event()["detail"]) == (5, 2, 7)


def test_a_file_that_cannot_be_the_channel_file_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.csv").write_text(FILE)
    monkeypatch.setattr(worker, "LARGEST_FILE", len(FILE) - 1)
    context: Any = SimpleNamespace(storage=Storage(Clients()))
    with pytest.raises(WrongInputError, match="is it the channel file"):
        worker._read(context, Location.parse(str(tmp_path / "report.csv")))


@pytest.mark.parametrize(
    ("text", "flags", "code", "words"),
    [
        pytest.param("channelID,name\n", [], 2, "has no column customID, displayName", id="a file without columns"),
        pytest.param(None, [], 2, "cannot read ./channels_customids.csv", id="no file"),
        pytest.param(FILE, ["--concurrency", "0"], 2, "CONCURRENCY (--concurrency)", id="wrong settings"),
    ],
)
def test_what_ends_a_run_is_told(
    around: Surroundings, text: str | None, flags: list[str], code: int, words: str
) -> None:
    if text is not None:
        around.write(text)
    ended, _ = around.run(*flags)
    assert ended == code
    event = around.event()
    assert (event["source"], event["detail-type"]) == ("dn.backend.channelbackfill", "Channel Backfill Failed")
    assert event["detail"]["status"] == "failed"
    assert words in event["detail"]["reason"]


def test_a_crash_is_told(around: Surroundings) -> None:
    around.write(FILE)
    (around.folder / "sitecustomize.py").write_text(
        "import workers.channelbackfill.differences as module\n"
        "def difference(rows, channels): raise ZeroDivisionError('a defect')\n"
        "module.difference = difference\n"
    )
    path = f"{around.folder}:{Path(__file__).parents[3]}"
    code, log = around.run(PYTHONPATH=path)
    assert code == 3
    detail = around.event()["detail"]
    assert "ZeroDivisionError: a defect" in detail["reason"]
    assert counts(detail) == (0, 0, 6)
    assert "Traceback" in json.dumps(said(log, "failed"))


def hold_at(around: Surroundings, custom_id: str) -> tuple[threading.Event, threading.Event]:
    """Let the answer to one write wait; return what says that it was asked for, and what lets it go."""
    asked, go = threading.Event(), threading.Event()

    def scripted(operation: str, variables: dict[str, Any]) -> Reply:
        if operation == "createChannel" and variables["input"]["customId"] == custom_id:
            asked.set()
            go.wait(30)
        return None

    around.graphql.scripted = scripted
    return asked, go


def test_a_sigterm_lets_the_write_under_way_end_and_is_told(around: Surroundings) -> None:
    around.write(FILE)
    asked, go = hold_at(around, "custom-2")
    process = around.start("--concurrency", "1")
    assert asked.wait(30)
    process.send_signal(signal.SIGTERM)
    # The answer may only come when the worker knows of the signal.
    assert process.stdout is not None
    for line in process.stdout:
        if "asked to stop" in line:
            break
    go.set()
    code, _ = around.end(process)
    assert code == 75
    detail = around.event()["detail"]
    assert detail["reason"] == "SIGTERM was received"
    assert counts(detail) == (3, 0, 6)
    assert len(around.graphql.records) == 3

    around.entries.clear()
    code, _ = around.run()
    assert code == 0
    assert counts(around.event()["detail"]) == (6, 0, 6)
    assert around.graphql.operations("createChannel") == ["createChannel"] * 6, "nothing is written twice"


def test_after_a_sigkill_the_next_run_does_the_rest(around: Surroundings) -> None:
    around.write(FILE)
    asked, go = hold_at(around, "custom-3")
    process = around.start("--concurrency", "1")
    assert asked.wait(30)
    process.kill()
    around_killed, _ = around.end(process)
    go.set()
    assert around_killed == -signal.SIGKILL
    assert not around.entries
    around.wait_until(lambda: "UC3" in around.graphql.records)  # the API did what it was asked, for nobody to hear
    code, _ = around.run()
    assert code == 0
    assert counts(around.event()["detail"]) == (6, 0, 6)
    assert sorted(around.graphql.records) == [f"UC{number}" for number in range(6)]
    assert len(around.graphql.operations("createChannel")) == 6


def test_an_event_that_the_bus_does_not_take_makes_the_exit_code_3(around: Surroundings) -> None:
    around.write(FILE)
    around.put_events = lambda: REFUSED if len(around.entries) == 1 else DENIED
    code, log = around.run()
    assert code == 3
    assert len(around.entries) == 2
    assert len(around.graphql.records) == 6
    assert said(log, "event not sent")


def test_an_event_is_sent_again(around: Surroundings) -> None:
    around.write(FILE)
    around.put_events = lambda: REFUSED if len(around.entries) == 1 else ACCEPTED
    code, _ = around.run()
    assert code == 0
    assert len(around.entries) == 2


def test_a_dry_run_writes_and_sends_nothing(around: Surroundings) -> None:
    around.write(FILE)
    around.graphql.put("UC0", "custom-0", "Channel 0")
    around.graphql.put("UC1", "old", "Channel 1")
    code, log = around.run("--dry-run")
    assert code == 0
    assert set(around.graphql.operations()) == {"listChannels"}
    assert not around.entries
    assert [line["channel"] for line in said(log, "would create")] == ["UC2", "UC3", "UC4", "UC5"]
    (change,) = said(log, "would change")
    assert change["values"] == {"customId": {"old": "old", "new": "custom-1"}}
    assert said(log, "dry run")

    assert around.run("--dry-run", "--channels-csv", "elsewhere.csv")[0] == 2
    assert around.run("--concurrency", "0", DRY_RUN="true")[0] == 2
    assert not around.entries, "a dry run that fails sends nothing either"


def test_credentials_that_are_refused_end_the_run(around: Surroundings) -> None:
    around.write(FILE)
    around.graphql.scripted = lambda operation, _variables: (
        failed(operation, "Unauthorized") if operation == "listChannels" else None
    )
    code, _ = around.run()
    assert code == 3
    assert "Unauthorized" in around.event()["detail"]["reason"]
