"""Writes where the API refuses, changes meanwhile, keeps what somebody else wrote, or is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.workers.channels.graphql_fake import GraphqlFake, Reply, client_of, failed
from workers.channelbackfill import sending
from workers.channelbackfill.channel_csv import Row
from workers.channelbackfill.differences import difference
from workers.channelbackfill.progress import Progress
from workers.channels.answers import CredentialsRefusedError
from workers.channels.channel import Channel
from workers.frame.logs import logger
from workers.frame.problems import ServiceDownError, StoppedError
from workers.frame.stopping import Stop

ROW = Row(2, "UC1", "one", "One")


def backfilled(
    fake: GraphqlFake,
    rows: list[Row],
    seen: list[Channel] | None = None,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
    concurrency: int = 1,
) -> Progress:
    """Send what differs from the records that were seen; by default none was."""
    progress = progress or Progress(total=len(rows))
    stop = stop or Stop()

    async def run() -> None:
        async with client_of(fake, stop=stop) as api:
            found = difference(rows, seen or [])
            await sending.send(found, api, concurrency=concurrency, stop=stop, progress=progress, log=logger())

    asyncio.run(run())
    return progress


def rows_of(count: int) -> list[Row]:
    return [Row(line, f"UC{line}", f"custom-{line}", "") for line in range(2, count + 2)]


def details(progress: Progress) -> list[str]:
    return [problem.detail for problem in progress.problems]


def test_a_record_that_exists_already_is_read_and_updated() -> None:
    fake = GraphqlFake()
    fake.put("UC1", "old", "One", record_id="UC1")
    progress = backfilled(fake, [ROW])
    assert fake.operations() == ["createChannel", "getChannel", "updateChannel"]
    assert fake.records["UC1"]["customId"] == "one"
    assert (progress.created, progress.errors) == (1, 0)


def test_a_record_that_exists_already_and_is_right_is_left() -> None:
    """So is a create whose first answer was lost."""
    fake = GraphqlFake()
    fake.put("UC1", "one", "One", record_id="UC1")
    assert backfilled(fake, [ROW]).errors == 0
    assert fake.operations() == ["createChannel", "getChannel"]


def test_an_id_that_another_channel_has_is_told_and_left() -> None:
    fake = GraphqlFake()
    fake.put("UC9", "nine", record_id="UC1")
    assert details(backfilled(fake, [ROW])) == [
        'line 2: the record "UC1" is of channel "UC9", not of "UC1"; it is left alone'
    ]
    assert fake.records["UC1"]["customId"] == "nine"


def test_a_record_that_is_gone_meanwhile_is_created() -> None:
    fake = GraphqlFake()
    assert backfilled(fake, [ROW], [Channel("gone", "UC1", "old", "")]).changed == 1
    assert fake.operations() == ["updateChannel", "getChannel", "createChannel"]
    assert fake.records["UC1"]["customId"] == "one"


def test_a_conflict_of_versions_is_read_and_sent_again() -> None:
    fake = GraphqlFake(versioned=True)
    fake.records[fake.put("UC1", "theirs", "One")]["_version"] = 5
    backfilled(fake, [ROW], [Channel("record-UC1", "UC1", "old", "One", 1)])
    assert fake.operations() == ["updateChannel", "getChannel", "updateChannel"]
    assert fake.records["record-UC1"] | {"customId": "one", "_version": 6} == fake.records["record-UC1"]


def test_what_automerge_keeps_is_no_success() -> None:
    """With an old version Automerge keeps the scalars that are there, and says 200."""
    fake = GraphqlFake(versioned=True)
    kept = {"id": "r", "channelId": "UC1", "customId": "theirs", "displayName": "One", "_version": 5, "_deleted": None}
    fake.records["r"] = kept

    def scripted(operation: str, variables: dict[str, Any]) -> Reply:
        stale = operation == "updateChannel" and variables["input"]["_version"] == 1
        return (200, {"data": {"updateChannel": kept}}) if stale else None

    fake.scripted = scripted
    backfilled(fake, [ROW], [Channel("r", "UC1", "old", "One", 1)])
    assert [variables["input"]["_version"] for _, variables in fake.asked] == [1, 5]
    assert fake.records["r"]["customId"] == "one"


def test_a_record_that_never_says_what_was_written_is_an_error_of_its_row() -> None:
    fake = GraphqlFake()
    stubborn = {"id": "UC1", "channelId": "UC1", "customId": "theirs", "displayName": "One"}
    fake.scripted = lambda operation, _variables: (200, {"data": {operation: stubborn}})
    progress = backfilled(fake, [ROW])
    assert details(progress) == ['line 2: written 3 times, and the record still says something else: "theirs", "One"']
    assert len(fake.asked) == 3


def test_a_deleted_record_that_keeps_its_id_is_not_taken_for_done() -> None:
    fake = GraphqlFake(versioned=True)
    fake.records[fake.put("UC1", "one", "One", record_id="UC1")]["_deleted"] = True
    progress = backfilled(fake, [ROW])
    assert progress.processed == 0
    assert "still says something else: it is deleted" in details(progress)[0]


def test_a_write_with_errors_and_data_may_have_been_done() -> None:
    fake = GraphqlFake()

    def scripted(operation: str, variables: dict[str, Any]) -> Reply:
        if operation != "createChannel":
            return None
        fake.own(operation, variables)
        return failed(operation, "MappingTemplate", data={"id": "UC1"})

    fake.scripted = scripted
    assert backfilled(fake, [ROW]).created == 1
    assert fake.operations() == ["createChannel", "getChannel"]


def test_a_refused_row_does_not_stop_the_rest() -> None:
    fake = GraphqlFake()

    def scripted(_operation: str, variables: dict[str, Any]) -> Reply:
        refuses = variables["input"]["customId"] == "custom-3"
        return failed("createChannel", "DynamoDB:ValidationException", message="too large") if refuses else None

    fake.scripted = scripted
    progress = backfilled(fake, rows_of(5), concurrency=3)
    assert (progress.created, progress.errors, progress.left) == (4, 1, 0)
    assert details(progress) == ["line 3: createChannel is answered 200: DynamoDB:ValidationException: too large"]


def down_for(*custom_ids: str) -> Callable[[str, dict[str, Any]], Reply]:
    return lambda _operation, variables: (503, b"") if variables["input"]["customId"] in custom_ids else None


def test_a_row_that_the_service_never_answers_does_not_stop_the_rest() -> None:
    fake = GraphqlFake(scripted=down_for("custom-2", "custom-4"))
    progress = backfilled(fake, rows_of(6))
    assert (progress.created, progress.errors) == (4, 2)


def test_rows_without_an_answer_between_others_do_not_add_up() -> None:
    fake = GraphqlFake(scripted=down_for(*(f"custom-{n}" for n in (2, 3, 4, 6, 7, 8))))
    progress = backfilled(fake, rows_of(8))
    assert (progress.created, progress.errors) == (2, 6)


def test_a_service_that_answers_none_of_several_is_down() -> None:
    fake = GraphqlFake(scripted=lambda _operation, _variables: (503, b""))
    progress = Progress(total=30)
    with pytest.raises(ServiceDownError):
        backfilled(fake, rows_of(30), progress=progress)
    assert progress.errors == sending.DOWN_AFTER
    assert progress.left == 30 - sending.DOWN_AFTER


def test_a_service_that_answers_nothing_at_all_is_down_however_few_rows_there_are() -> None:
    fake = GraphqlFake(scripted=lambda _operation, _variables: (503, b""))
    with pytest.raises(ServiceDownError):
        backfilled(fake, rows_of(2))


def test_refused_credentials_end_the_run_and_are_no_row_s_error() -> None:
    fake = GraphqlFake(scripted=lambda _operation, _variables: (401, b""))
    progress = Progress(total=9)
    with pytest.raises(CredentialsRefusedError):
        backfilled(fake, rows_of(9), progress=progress)
    assert (progress.errors, progress.left, len(fake.asked)) == (0, 9, 1)


def test_a_row_that_may_not_be_written_does_not_stop_the_rest() -> None:
    fake = GraphqlFake()

    def scripted(operation: str, variables: dict[str, Any]) -> Reply:
        return failed(operation, "Unauthorized") if variables["input"]["customId"] == "custom-3" else None

    fake.scripted = scripted
    progress = backfilled(fake, rows_of(5))
    assert (progress.created, progress.errors) == (4, 1)


def test_a_caller_who_may_write_nothing_is_told_so_before_the_last_row() -> None:
    fake = GraphqlFake(scripted=lambda operation, _variables: failed(operation, "Unauthorized"))
    with pytest.raises(CredentialsRefusedError):
        backfilled(fake, rows_of(30))
    assert len(fake.asked) == sending.DOWN_AFTER


def test_a_stop_lets_what_is_under_way_come_to_its_end() -> None:
    fake, stop, progress = GraphqlFake(), Stop(), Progress(total=9)

    def scripted(_operation: str, variables: dict[str, Any]) -> Reply:
        if variables["input"]["customId"] == "custom-4":
            stop.ask("a test")
        return None

    fake.scripted = scripted
    with pytest.raises(StoppedError):
        backfilled(fake, rows_of(9), progress=progress, stop=stop)
    assert (progress.created, progress.left) == (3, 6)
    assert len(fake.records) == 3


def test_a_stop_after_the_last_row_is_no_stop() -> None:
    fake, stop = GraphqlFake(), Stop()
    fake.scripted = lambda _operation, _variables: stop.ask("a test")
    assert backfilled(fake, [ROW], stop=stop).created == 1


def test_so_many_at_a_time_and_no_more() -> None:
    class Slow:
        def __init__(self) -> None:
            self.now = self.most = 0

        async def get(self, _record_id: str) -> Channel | None:
            return None

        async def update(self, existing: Channel, _custom_id: str, _display_name: str) -> Channel:
            return existing

        async def create(self, channel_id: str, custom_id: str, display_name: str) -> Channel:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.002)
            self.now -= 1
            return Channel(channel_id, channel_id, custom_id, display_name)

    channels, progress = Slow(), Progress(total=40)
    found = difference(rows_of(40), [])
    asyncio.run(sending.send(found, channels, concurrency=7, stop=Stop(), progress=progress, log=logger()))
    assert channels.most == 7
    assert progress.created == 40
