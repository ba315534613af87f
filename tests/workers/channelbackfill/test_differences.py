"""What is sent, and that it makes the API say what the file says: once, and then nothing more."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from workers.channelbackfill.channel_csv import Row
from workers.channelbackfill.differences import Difference, difference
from workers.channelbackfill.progress import Progress
from workers.channelbackfill.sending import send
from workers.channels.channel import Channel
from workers.frame.logs import logger
from workers.frame.stopping import Stop


class InMemory:
    """Channels by record id."""

    def __init__(self, channels: list[Channel]) -> None:
        self.records = {channel.id: channel for channel in channels}
        self.writes = 0

    async def get(self, record_id: str) -> Channel | None:
        return self.records.get(record_id)

    async def create(self, channel_id: str, custom_id: str, display_name: str) -> Channel:
        assert channel_id not in self.records
        return self.put(Channel(channel_id, channel_id, custom_id, display_name))

    async def update(self, existing: Channel, custom_id: str, display_name: str) -> Channel:
        assert self.records[existing.id] == existing
        return self.put(Channel(existing.id, existing.channel_id, custom_id, display_name or existing.display_name))

    def put(self, channel: Channel) -> Channel:
        self.writes += 1
        self.records[channel.id] = channel
        return channel


def apply(found: Difference, store: InMemory) -> Progress:
    progress = Progress(unchanged=len(found.unchanged))
    asyncio.run(send(found, store, concurrency=4, stop=Stop(), progress=progress, log=logger()))
    return progress


def test_each_channel_is_created_changed_or_left() -> None:
    rows = [Row(2, "UC1", "one", "One"), Row(3, "UC2", "two", "Two"), Row(4, "UC3", "three", "")]
    records = [Channel("a", "UC2", "old", "Two"), Channel("b", "UC3", "three", "Three"), Channel("c", "UC9", "", "")]
    found = difference(rows, records)
    assert found.create == (rows[0],)
    assert [(change.existing.id, change.values) for change in found.change] == [("a", (("customId", "old", "two"),))]
    assert found.unchanged == (rows[2],), "a row without a name says nothing about the name"
    assert found.elsewhere == 1


def test_several_records_of_a_channel_are_told_and_left() -> None:
    records = [Channel("a", "UC1", "one", ""), Channel("b", "UC1", "two", "")]
    found = difference([Row(2, "UC1", "two", "")], records)
    assert (found.create, found.change, found.unchanged) == ((), (), ())
    assert [problem.detail for problem in found.problems] == [
        'line 2: channel "UC1" has 2 records, "a", "b"; none is changed'
    ]


CHANNEL_IDS = st.sampled_from([f"UC{number}" for number in range(8)])
VALUES = st.sampled_from(["one", "two", "drei"])
ROWS = st.lists(st.tuples(CHANNEL_IDS, VALUES, st.sampled_from(["", "One", "Two"])), unique_by=lambda row: row[0])
RECORDS = st.lists(st.tuples(CHANNEL_IDS, VALUES, VALUES, st.booleans()), unique_by=lambda record: record[0])


@given(ROWS, RECORDS)
def test_what_is_applied_is_what_the_file_says_and_applied_again_is_nothing(
    rows: list[tuple[str, str, str]], records: list[tuple[str, str, str, bool]]
) -> None:
    wanted = [Row(line, *row) for line, row in enumerate(rows, start=2)]
    before = [Channel(f"record-{c}" if own else c, c, custom_id, name) for c, custom_id, name, own in records]
    store = InMemory(before)
    first = difference(wanted, store.records.values())
    progress = apply(first, store)
    by_channel = {channel.channel_id: channel for channel in store.records.values()}
    assert len(by_channel) == len(store.records), "one record for each channel"
    for row in wanted:
        assert by_channel[row.channel_id].custom_id == row.custom_id
        assert row.display_name in {"", by_channel[row.channel_id].display_name}
    for channel in before:
        if channel.channel_id not in {row.channel_id for row in wanted}:
            assert store.records[channel.id] == channel, "what is not in the file is left alone"
    assert progress.processed == len(wanted)
    assert store.writes == len(first.create) + len(first.change)
    again = difference(wanted, store.records.values())
    assert (again.create, again.change) == ((), ())
    assert len(again.unchanged) == len(wanted)
