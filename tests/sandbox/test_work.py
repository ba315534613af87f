"""What is under way is counted until it has ended, however that comes."""

from __future__ import annotations

import threading

import pytest

from sandbox.delivery.work import Work


def test_settling_waits_for_what_was_started() -> None:
    work, go = Work(), threading.Event()

    def wait() -> None:
        go.wait()

    work.start(wait, "waits")
    assert not work.settle(0.05)
    go.set()
    assert work.settle(10)


def test_what_waits_for_its_turn_is_under_way() -> None:
    work, go, begun = Work(), threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        begun.release()
        go.wait()

    places = threading.BoundedSemaphore(1)
    work.start(wait, "first", places)
    work.start(wait, "second", places)
    assert begun.acquire(timeout=10)
    assert not begun.acquire(timeout=0.05), "one at a time"
    assert not work.settle(0)
    go.set()
    assert begun.acquire(timeout=10)
    assert work.settle(10)


def test_what_fails_is_over_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise KeyError("unexpected")

    work = Work()
    work.start(fail, "delivery of an event")
    assert work.settle(10)
    assert work.failures() == ["delivery of an event"]
    assert "KeyError: 'unexpected'" in capfd.readouterr().err


def test_what_cannot_start_is_not_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    work = Work()
    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(RuntimeError, match="new thread"):
        work.start(lambda: None, "never")
    assert work.settle(0)
