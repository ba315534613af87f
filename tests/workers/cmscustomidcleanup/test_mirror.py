"""The mirror: complete after each flush, in files that stay small, and never behind a write that comes late."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from workers.cmscustomidcleanup import mirror as mirror_module
from workers.cmscustomidcleanup.mirror import Mirror
from workers.frame.aws import Clients
from workers.frame.problems import Problem, ServiceDownError
from workers.frame.storage import Location, Storage


class Store(Storage):
    """Storage that remembers each write, and refuses or holds some."""

    def __init__(self) -> None:
        super().__init__(Clients())
        self.writes: list[tuple[str, bytes]] = []
        self.refuse = 0
        self.hold: threading.Event | None = None

    def write(self, location: Location, data: bytes, content_type: str = "text/plain") -> None:
        hold, self.hold = self.hold, None
        if hold is not None:
            hold.wait(10)
        if self.refuse:
            self.refuse -= 1
            raise ServiceDownError(Problem("down", "", "down"))
        self.writes.append((Path(location.key).name, data))
        super().write(location, data, content_type)


def mirror(folder: Path, store: Store, run: str = "run", now: list[float] | None = None) -> Mirror:
    clock = (lambda: now[0]) if now is not None else (lambda: 0.0)
    return Mirror(store, store, Location(None, str(folder)), run, clock)


def contents(folder: Path) -> set[bytes]:
    return {line for each in mirror(folder, Store()).contents() for line in each.splitlines()}


def test_each_flush_has_all_that_was_added(tmp_path: Path) -> None:
    store = Store()

    async def run() -> None:
        target = mirror(tmp_path, store)
        await target.flush()
        for number in range(3):
            target.add(b"%d\n" % number)
            assert target.waiting == 1
            await target.flush()
            assert target.waiting == 0
        await target.flush()

    asyncio.run(run())
    assert store.writes == [
        ("run-0001.ledger", b"0\n"),
        ("run-0001.ledger", b"0\n1\n"),
        ("run-0001.ledger", b"0\n1\n2\n"),
    ]
    assert contents(tmp_path) == {b"0", b"1", b"2"}


def test_a_file_that_is_large_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "FILE_BYTES", 10)
    store = Store()

    async def run() -> None:
        target = mirror(tmp_path, store)
        for number in range(100, 110):
            target.add(b"%d\n" % number)
            await target.flush()

    asyncio.run(run())
    assert max(len(data) for _, data in store.writes) == 12
    assert len({name for name, _ in store.writes}) == 4
    assert contents(tmp_path) == {b"%d" % number for number in range(100, 110)}


def test_what_cannot_be_written_waits_and_goes_to_a_file_of_its_own(tmp_path: Path) -> None:
    store, now = Store(), [0.0]

    async def run() -> None:
        target = mirror(tmp_path, store, now=now)
        target.add(b"0\n")
        await target.flush()
        now[0] = 5
        target.add(b"1\n")
        store.refuse = 2
        for seconds in (7, 9):
            now[0] = seconds
            with pytest.raises(ServiceDownError):
                await target.flush()
            target.add(b"%d\n" % seconds)
        assert (target.waiting, target.behind_seconds) == (3, 4)
        await target.flush()
        assert (target.waiting, target.behind_seconds) == (0, 0)

    asyncio.run(run())
    assert store.writes == [("run-0001.ledger", b"0\n"), ("run-0003.ledger", b"1\n7\n9\n")]
    assert contents(tmp_path) == {b"0", b"1", b"7", b"9"}


def test_a_write_that_comes_late_takes_nothing_away(tmp_path: Path) -> None:
    """A write that was given up may still come through, after the next one and with fewer entries."""
    store = Store()

    async def run() -> None:
        target = mirror(tmp_path, store)
        target.add(b"0\n")
        late = store.hold = threading.Event()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(target.flush(), 0.02)
        target.add(b"1\n")
        await target.flush()
        late.set()

    asyncio.run(run())
    assert [data for _, data in store.writes] == [b"0\n1\n", b"0\n"], "the late one is the last"
    assert contents(tmp_path) == {b"0", b"1"}


def test_what_is_added_during_a_write_waits_for_the_next(tmp_path: Path) -> None:
    store = Store()

    async def run() -> None:
        target = mirror(tmp_path, store)
        target.add(b"0\n")
        held = store.hold = threading.Event()
        flushing = asyncio.create_task(target.flush())
        await asyncio.sleep(0.01)
        target.add(b"1\n")
        held.set()
        await flushing
        assert target.waiting == 1
        await target.flush()

    asyncio.run(run())
    assert contents(tmp_path) == {b"0", b"1"}


def test_other_files_beside_the_ledger_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".run-0001.ledger.abc").write_bytes(b"half\n")
    (tmp_path / "readme.txt").write_bytes(b"text\n")
    assert contents(tmp_path) == set()
    assert contents(tmp_path / "missing") == set()
