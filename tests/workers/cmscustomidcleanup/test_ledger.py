"""The ledger: what is recorded is found again, by any shard, and nothing that is damaged counts."""

from __future__ import annotations

import itertools
import json
import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cmscustomidcleanup.decisions import PartnerChannels
from workers.cmscustomidcleanup.entries import Entry, decode, encode
from workers.cmscustomidcleanup.identity import Identity, digest_of
from workers.cmscustomidcleanup.ledger import Found, Ledger, Places
from workers.cmscustomidcleanup.sharding import Shard
from workers.cmscustomidcleanup.spool import PARTS
from workers.frame.aws import Clients
from workers.frame.problems import ServiceDownError, WorkerError
from workers.frame.storage import Location, Storage

IDENTITY = Identity("report", "channels", "owner", "https://example.com")
KEY = IDENTITY.key
WHOLE = Shard()
STORAGE = Storage(Clients())
ENTRIES = [Entry(f"A{n}", "one", f"v{n}") for n in range(20)]


def made(folder: Path, run: str, shard: Shard = WHOLE, *, identity: Identity = IDENTITY, mirror: bool = True) -> Ledger:
    places = Places(folder / "local", Location(None, str(folder / "mirror")) if mirror else None)
    return Ledger(STORAGE, STORAGE, places, identity, shard=shard, run=run)


def loaded(ledger: Ledger, *, to_write: bool = True) -> Found:
    return ledger.load(lambda: None, to_write=to_write)


def done(ledger: Ledger) -> set[str]:
    return {asset_id for part in range(PARTS) for asset_id, _ in ledger.done(part)}


def write(folder: Path, entries: Sequence[Entry], name: str = "1.ledger", key: str = KEY) -> Path:
    """Write a file of the mirror."""
    path = folder / "mirror" / KEY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(encode(key, entry) for entry in entries))
    return path


def test_what_is_recorded_is_there_for_the_next_run_whatever_happens_to_the_process(tmp_path: Path) -> None:
    first = made(tmp_path, "1")
    assert loaded(first) == Found(0, 0, 0, ())
    for entry in ENTRIES:
        first.record(entry)
    # Not closed, not mirrored: as after SIGKILL.
    second = made(tmp_path, "2")
    assert loaded(second) == Found(20, 0, 20, ())
    assert done(second) == {entry.asset_id for entry in ENTRIES}
    assert second.mirror is not None
    assert second.mirror.waiting == 20, "what the first did not get into the mirror the second will"
    first.close()
    second.close()


def test_a_ledger_of_any_number_of_shards_is_read_as_far_as_it_is_this_shards(tmp_path: Path) -> None:
    write(tmp_path, ENTRIES[:10], "shard-0-of-1-x-0001.ledger")
    write(tmp_path, ENTRIES[8:], "shard-2-of-3-y-0001.ledger")
    found: set[str] = set()
    for index in range(2):
        ledger = made(tmp_path, "z", Shard(index, 2))
        assert loaded(ledger, to_write=False).entries == len(done(ledger))
        found |= done(ledger)
        assert all(Shard(index, 2).has(asset_id) for asset_id in done(ledger))
        ledger.close()
    assert found == {entry.asset_id for entry in ENTRIES}


def test_a_dry_run_writes_nothing_at_all(tmp_path: Path) -> None:
    ledger = made(tmp_path, "1")
    loaded(ledger, to_write=False)
    ledger.close()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("cut", range(1, len(encode(KEY, ENTRIES[3]))))
def test_a_line_that_is_torn_anywhere_does_not_count_and_spoils_no_other(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path, ENTRIES[:4])
    path.write_bytes(path.read_bytes()[:-cut])
    ledger = made(tmp_path, "2")
    found = loaded(ledger)
    # Without its line end alone, the last entry is whole.
    assert done(ledger) == {"A0", "A1", "A2"} | ({"A3"} if cut == 1 else set())
    whole_line_is_gone = cut == len(encode(KEY, ENTRIES[3]))
    assert found.damaged == (0 if cut == 1 or whole_line_is_gone else 1)
    ledger.close()


def test_a_line_with_any_bit_flipped_says_nothing() -> None:
    whole = encode(KEY, ENTRIES[0]).rstrip(b"\n")
    for position, bit in itertools.product(range(len(whole)), range(8)):
        line = bytearray(whole)
        line[position] ^= 1 << bit
        assert decode(KEY, bytes(line)) is None, (position, bit)


@pytest.mark.parametrize("text", ["[]", '["A1","one"]', '["A1","one",1]', "{}", "nonsense", '["A\\t1","one","v"]'])
def test_a_line_that_is_no_entry_says_nothing_whatever_its_checksum(text: str) -> None:
    entry = encode(KEY, Entry("A1", "one", "v1"))
    assert decode(KEY, entry.rstrip(b"\n")) == Entry("A1", "one", "v1")
    checksum = zlib.crc32(text.encode(), zlib.crc32(KEY.encode()))
    assert decode(KEY, b"%08x %s" % (checksum, text.encode())) is None


def test_a_line_of_another_ledger_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, ENTRIES, key=replace(IDENTITY, report="other").key)
    ledger = made(tmp_path, "1")
    assert loaded(ledger).damaged == 20
    assert done(ledger) == set()
    ledger.close()


@given(st.builds(Entry, *[st.text(st.characters(categories=["L", "N", "P", "S"]))] * 3))
def test_any_entry_is_read_as_it_was_written(entry: Entry) -> None:
    line = encode(KEY, entry)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(KEY, line[:-1]) == entry


@pytest.mark.parametrize("changed", ["report", "channels", "content_owner", "content_id_url"])
def test_what_is_not_the_same_work_begins_a_new_ledger_and_says_why(tmp_path: Path, changed: str) -> None:
    first = made(tmp_path, "1")
    loaded(first)
    first.record(ENTRIES[0])
    first.close()
    second = made(tmp_path, "2", identity=replace(IDENTITY, **{changed: "different"}))
    assert loaded(second) == Found(0, 0, 0, (changed,))
    assert json.loads((tmp_path / "mirror" / "latest.json").read_bytes())[changed] == "different"
    second.close()


def test_the_identity_is_of_what_matters_in_the_channel_list() -> None:
    digests = {
        digest_of(PartnerChannels(pairs))
        for pairs in (
            [("UC1", "one"), ("UC2", "two")],
            [("UC2", " two"), ("UC1", "one"), ("", "x")],
        )
    }
    assert len(digests) == 1
    for other in ([("UC1", "one")], [("UC1", "two"), ("UC2", "one")], [("UC1", "one"), ("UC2", "")]):
        assert digest_of(PartnerChannels(other)) not in digests


def test_a_file_of_a_whole_run_is_not_held(tmp_path: Path) -> None:
    first = made(tmp_path, "1", mirror=False)
    loaded(first)
    for number in range(2000):
        first.record(Entry(f"A{number}", "one", "v" * 4000))
    first.close()
    second = made(tmp_path, "2", mirror=False)
    tracemalloc.start()
    try:
        assert loaded(second).entries == 2000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    second.close()
    assert first._path.stat().st_size > 8_000_000
    assert peak < 6_000_000


def test_a_file_that_cannot_be_read_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "local" / KEY / "1.ledger").mkdir(parents=True)
    with pytest.raises(WorkerError, match="cannot read"):
        loaded(made(tmp_path, "2"))


def test_a_full_disk_does_not_end_a_run_that_has_a_mirror(tmp_path: Path) -> None:
    for mirror in (True, False):
        ledger = made(tmp_path / str(mirror), "1", mirror=mirror)
        loaded(ledger)
        ledger._close_file()
        ledger._file = Path("/dev/full").open("ab", buffering=0)  # noqa: SIM115 - the ledger closes it
        if mirror:
            ledger.record(ENTRIES[0])
            assert ledger.mirror is not None
            assert ledger.mirror.waiting == 1
            assert "No space left on device" in str(ledger.local_problem)
        else:
            with pytest.raises(ServiceDownError, match="No space left on device"):
                ledger.record(ENTRIES[0])
        ledger.close()


def test_a_place_that_cannot_be_written_is_known_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("a file, no folder")
    ledger = made(tmp_path, "1")
    with pytest.raises(ServiceDownError):
        loaded(ledger)
    ledger.close()
