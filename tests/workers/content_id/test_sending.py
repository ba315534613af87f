"""Many at once: each update ends in exactly one way, and nothing is left behind however it ends."""

import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.content_id.virtual_time import clock, run
from workers.content_id.api import ItemError
from workers.content_id.sending import send
from workers.content_id.tokens import CredentialsRefusedError
from workers.content_id.update import Update
from workers.frame.problems import Problem, ServiceDownError, StoppedError
from workers.frame.stopping import Stop

PROBLEM = Problem("asset-not-found", "There is no such asset", "HTTP 404")


class Api:
    """Takes a second for each; `fates` says what an asset raises, and `seconds` what else it takes."""

    def __init__(self, fates=None, seconds=None):
        self.fates, self.seconds = fates or {}, seconds or {}
        self.under_way, self.most, self.begun = 0, 0, []

    async def set_custom_id(self, asset_id, custom_id, stop):  # noqa: ARG002
        assert custom_id == f"id-of-{asset_id}"
        self.begun.append((asset_id, clock()))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.seconds.get(asset_id, 1.0))
        finally:
            self.under_way -= 1
        if asset_id in self.fates:
            raise self.fates[asset_id]


class Run:
    def __init__(self, count=10, api=None, *, concurrency=3, stop_at=None, grace=6.0, fail_on=None):
        self.api, self.concurrency, self.stop_at, self.grace, self.fail_on = (
            api or Api(),
            concurrency,
            stop_at,
            grace,
            fail_on,
        )
        self.count, self.taken, self.done, self.failed = count, 0, [], {}
        self.stop = Stop()

    def updates(self):
        for n in range(self.count):
            self.taken += 1
            if self.fail_on == n:
                raise OSError("the report broke off")
            yield Update(f"A{n}", f"id-of-A{n}")

    async def go(self):
        if self.stop_at is not None:
            asyncio.get_running_loop().call_later(self.stop_at, self.stop.ask, "SIGTERM was received")
        tasks = asyncio.all_tasks()
        try:
            self.sent = await send(
                self.updates(),
                self.api,
                concurrency=self.concurrency,
                stop=self.stop,
                on_done=lambda update: self.done.append(update.asset_id),
                on_failed=lambda update, problem: self.failed.__setitem__(update.asset_id, problem),
                grace_seconds=self.grace,
            )
        finally:
            self.ended = clock()
            assert asyncio.all_tasks() == tasks
            assert self.api.under_way == 0
        return self


def numbers(sent):
    return sent.done, sent.failed, sent.left


def test_all_are_sent_as_many_at_once_as_may_be():
    it = run(Run(10, concurrency=3).go())
    assert numbers(it.sent) == (10, 0, 0)
    assert it.sent.error is None
    assert it.sent.stopped is None
    assert sorted(it.done) == sorted(f"A{n}" for n in range(10))
    assert it.api.most == 3
    assert it.ended == pytest.approx(4)


def test_nothing_to_send_is_fine():
    assert numbers(run(Run(0).go()).sent) == (0, 0, 0)


def test_updates_are_taken_when_there_is_a_worker_for_them():
    async def go():
        it = Run(1000, concurrency=3)
        task = asyncio.create_task(it.go())
        await asyncio.sleep(2.5)
        taken = it.taken
        await task
        return taken

    assert run(go()) == 9


def test_an_item_that_cannot_be_done_is_told_and_the_others_go_on():
    it = run(Run(10, Api({"A2": ItemError(PROBLEM), "A9": ItemError(PROBLEM)})).go())
    assert numbers(it.sent) == (8, 2, 0)
    assert it.failed == {"A2": PROBLEM, "A9": PROBLEM}


@pytest.mark.parametrize("error", [StoppedError, ServiceDownError, CredentialsRefusedError])
def test_what_ends_the_run_lets_the_others_in_flight_finish_and_begins_none(error):
    problem = Problem("daily-quota-exhausted", "The quota of the day is used up", "HTTP 403")
    it = run(Run(20, Api({"A1": error(problem)}, {"A0": 3.0, "A1": 0.5})).go())
    assert numbers(it.sent) == (2, 0, 18)
    assert it.sent.stopped is problem
    assert type(it.sent.error) is error
    assert [asset_id for asset_id, _ in it.api.begun] == ["A0", "A1", "A2"]
    assert not it.stop.asked  # the rest of the run goes on, to tell of it
    assert it.taken == 20
    assert it.ended == pytest.approx(3)


def test_the_first_that_ends_it_says_why():
    first, second = StoppedError(PROBLEM), ServiceDownError(PROBLEM)
    assert run(Run(20, Api({"A1": first, "A0": second}, {"A1": 0.5})).go()).sent.error is first


def test_the_collector_of_garbage_is_as_it_was_before():
    before = gc.get_freeze_count()
    run(Run(3).go())
    assert gc.get_freeze_count() == before


def test_a_stop_lets_those_in_flight_finish_and_begins_none():
    it = run(Run(20, stop_at=1.5).go())
    assert numbers(it.sent) == (6, 0, 14)
    assert it.sent.stopped.kind == "stopped"
    assert it.sent.stopped.detail == "SIGTERM was received"
    assert isinstance(it.sent.error, StoppedError)
    assert it.ended == pytest.approx(2)


def test_a_stop_waits_for_no_answer_longer_than_the_grace():
    it = run(Run(20, Api(seconds={"A0": 1000.0}), stop_at=1.5, grace=4.0).go())
    assert numbers(it.sent) == (4, 0, 16)
    assert it.ended == pytest.approx(5.5)


def test_a_stop_after_the_last_answer_is_no_stop():
    it = run(Run(3, stop_at=1.0).go())
    assert numbers(it.sent) == (3, 0, 0)
    assert it.sent.error is None


def test_a_stop_before_the_first_sends_nothing():
    it = Run(5)
    it.stop.ask("SIGTERM was received")
    run(it.go())
    assert numbers(it.sent) == (0, 0, 5)
    assert not it.api.begun


def test_what_nobody_foresaw_comes_out_once_no_worker_is_left():
    it = Run(20, Api({"A1": KeyError("a bug")}, {"A1": 0.5}))
    with pytest.raises(KeyError, match="a bug"):
        run(it.go())
    assert it.done == ["A0", "A2"]
    assert len(it.api.begun) == 3


def test_a_callback_that_fails_ends_it():
    it = Run(20)
    it.done = None
    with pytest.raises(AttributeError):
        run(it.go())
    assert len(it.api.begun) == 3


def test_a_source_of_updates_that_fails_ends_it():
    it = Run(20, fail_on=7)
    with pytest.raises(OSError, match="the report broke off"):
        run(it.go())
    assert len(it.done) == 7


def test_who_cancels_it_leaves_nothing_behind():
    async def go():
        it = Run(20)
        task = asyncio.create_task(it.go())
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return it

    assert run(go()).done == []


ends = st.sampled_from(["done"] * 8 + ["failed", "quota", "down"])


@given(
    fates=st.lists(st.tuples(ends, st.sampled_from([0.1, 1.0, 5.0, 50.0])), max_size=40),
    concurrency=st.integers(1, 12),
    stop_at=st.none() | st.floats(0, 20),
)
def test_each_update_ends_in_exactly_one_way(fates, concurrency, stop_at):
    errors = {"failed": ItemError(PROBLEM), "quota": StoppedError(PROBLEM), "down": ServiceDownError(PROBLEM)}
    api = Api(
        {f"A{n}": errors[fate] for n, (fate, _) in enumerate(fates) if fate in errors},
        {f"A{n}": seconds for n, (_, seconds) in enumerate(fates)},
    )
    it = run(Run(len(fates), api, concurrency=concurrency, stop_at=stop_at).go())
    assert sum(numbers(it.sent)) == len(fates)
    assert (len(it.done), len(it.failed)) == (it.sent.done, it.sent.failed)
    assert not {*it.done} & {*it.failed}
    assert (it.sent.left > 0) <= (it.sent.error is not None)
    if stop_at is not None:
        assert all(moment <= stop_at + 0.001 for _, moment in api.begun)
