"""Every fault at every call of a rollback: it goes back whole, or a second one finishes it, and no sync undoes it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

import pytest

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Interceptor
from tests.support.sync_aws.scene import ELSEWHERE, OURS, SELECTIONS, expected, furnish, judge, revisions, snapshot
from tests.support.sync_aws.sweep import ENDING, LASTING, PASSING, each_call, name
from tests.support.sync_aws.world import World, world


@functools.cache
def synced_twice() -> World:
    """Ours went from revision 1 to 2, and from 2 to 3: an update each."""
    with world() as it:
        furnish(it, newest=2)
        assert it.run().right.exit_code == 0
        it.account.register("job")
        it.account.register("night", ELSEWHERE)
        assert it.run().right.exit_code == 0
        assert set(revisions(it).values()) == {3}
        return it


@contextlib.contextmanager
def a_copy() -> Iterator[World]:
    with world(account=synced_twice().account.copy(), selections=SELECTIONS) as it:
        yield it


@functools.cache
def requests() -> list[str]:
    """The requests of the rollback that is disturbed."""
    found = each_call("rollback", synced_twice())
    assert len(found) > 15
    assert found.count("events:PutTargets") == 3
    return found


@pytest.mark.parametrize("fault", PASSING, ids=name)
def test_a_fault_that_passes_is_not_noticed_by_a_rollback(fault: Interceptor) -> None:
    for index in range(len(requests())):
        with a_copy() as it:
            before, rest = snapshot(it)
            aim = expected(before, job=2, night=2)
            at = faults.inject(it.account, fault, index=index)

            result = it.run("rollback")

            assert at.met == 1
            judge(it, before, aim, rest, result)
            assert result.right.exit_code == 0, (requests()[index], result.right.outcomes)
            assert it.account.targets() == aim
            assert it.free()


@pytest.mark.parametrize("fault", [*LASTING, *ENDING, faults.part_refused], ids=name)
def test_a_rollback_that_fails_on_its_way_is_finished_by_a_second_one(fault: Interceptor) -> None:
    """No sync in between moves what went back forward again, and no target goes further back than the others."""
    times = 1 if fault in ENDING else faults.FOR_EVER
    for index, met in enumerate(requests()):
        if fault is faults.part_refused and met != "events:PutTargets":
            continue
        with a_copy() as it:
            before, rest = snapshot(it)
            faults.inject(it.account, fault, index=index, times=times)

            result = it.run("rollback")

            judge(it, before, expected(before, job=2, night=2), rest, result)
            if not (fault is faults.reset_after and met == "events:PutTargets"):
                assert result.error or result.ended or result.right.exit_code == 4, met
            it.account.interceptors.clear()
            it.forget_lock()
            between = revisions(it)
            it.run()
            after = revisions(it)
            assert all(after[place] == 2 for place in OURS if between[place] == 2), "a sync undid the rollback"

            second = it.run("rollback")
            assert second.right.exit_code == 0
            # What had gone back whole and knew so goes back once more; all else ends where the first was to end.
            ends = set(revisions(it).values())
            assert ends == {2} or (ends == {1} and set(after.values()) == {2}), (met, revisions(it))


def test_what_was_rolled_back_is_held_until_there_is_something_newer() -> None:
    with a_copy() as it:
        assert it.run("rollback").right.exit_code == 0
        held = it.run()
        assert {outcome.status for outcome in held.right.outcomes if outcome.before is not None} == {"held"}
        assert held.right.exit_code == 0
        assert "events:PutTargets" not in held.calls
        it.account.register("job")
        it.run()
        assert set(revisions(it).values()) == {4, 2}, "the newer one of `job` ends its hold, not that of `night`"
        assert it.run("resume").right.exit_code == 0
        it.run()
        assert set(revisions(it).values()) == {4, 3}


def test_an_old_revision_that_is_not_active_refuses_the_whole_rollback() -> None:
    with a_copy() as it:
        it.account.deregister("night", 2, ELSEWHERE)
        before = it.account.targets()
        refused = it.run("rollback")
        assert refused.error is not None
        assert refused.error.kind == "not-active"
        assert "night" in str(refused.error)
        assert it.account.targets() == before
        assert "events:PutTargets" not in refused.calls
