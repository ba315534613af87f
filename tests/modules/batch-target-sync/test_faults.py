"""Every fault at every call: each target ends right or untouched, the report says which, the next run repairs it."""

from __future__ import annotations

import functools
import json

import pytest

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Interceptor
from tests.support.sync_aws.scene import OURS, expected, furnish, judge, snapshot, told
from tests.support.sync_aws.sweep import ENDING, LASTING, PASSING, each_call, name
from tests.support.sync_aws.world import World, place_of, world


@functools.cache
def requests() -> list[str]:
    """The requests of the run that is disturbed."""
    with world() as it:
        found = each_call("sync", furnish(it))
    assert len(found) > 15
    assert found.count("events:PutTargets") == 3
    return found


def repair(it: World, *, may_be_locked: bool) -> None:
    """A second run does what the first one left, and a third has nothing to do."""
    it.account.interceptors.clear()
    before, rest = snapshot(it)
    aim = expected(before)
    if may_be_locked and not it.free():
        locked = it.run(wait_seconds=0)
        assert locked.error is not None
        assert locked.error.kind == "locked"
        assert it.account.targets() == before
        it.forget_lock()
    assert it.free() or may_be_locked
    second = it.run()
    judge(it, before, aim, rest, second)
    assert second.right.exit_code == 0, second.right.outcomes
    assert it.account.targets() == aim
    third = it.run()
    assert "events:PutTargets" not in third.calls
    assert third.right.exit_code == 0
    assert it.free()


@pytest.mark.parametrize("fault", PASSING, ids=name)
def test_a_fault_that_passes_is_not_noticed(fault: Interceptor) -> None:
    """Also where the request took effect, and is sent again because its answer was lost."""
    for index in range(len(requests())):
        with world() as it:
            before, rest = snapshot(furnish(it))
            at = faults.inject(it.account, fault, index=index)

            result = it.run()

            assert at.met == 1
            judge(it, before, expected(before), rest, result)
            assert result.right.exit_code == 0, (requests()[index], result.right.outcomes)
            assert it.account.targets() == expected(before)
            assert it.free()
            assert it.account.clock.slept, "it backed off"
            assert told(it) == [{("changed", place) for place in OURS}] * 2, "topic and bus, each of every change"


@pytest.mark.parametrize("fault", LASTING, ids=name)
def test_a_fault_that_lasts_is_said_and_a_second_run_repairs_it(fault: Interceptor) -> None:
    for index, met in enumerate(requests()):
        with world() as it:
            before, rest = snapshot(furnish(it))
            at = faults.inject(it.account, fault, index=index, times=faults.FOR_EVER)

            result = it.run()

            judge(it, before, expected(before), rest, result)
            if fault is faults.reset_after and met == "events:PutTargets":
                assert result.right.exit_code == 0, "what is read back shows that the put was done"
                continue
            assert result.error or result.right.exit_code == 4, f"{met} never worked, and nobody says so"
            if fault is faults.deny:
                assert at.met == 1, "what is denied is not tried again"
                said = str(result.error) if result.error else json.dumps(result.right.as_dict())
                call = it.account.requests[index]
                assert f"{call.action} on {call.resource or '*'}" in said, "which action on which resource"
            else:
                assert at.met > 3, "it is tried again"
            repair(it, may_be_locked=met == "ssm:PutParameter")


def test_what_is_refused_in_part_is_said_and_repaired() -> None:
    """Status 200 with FailedEntryCount: the other targets of that rule are put, and are not put again."""
    for index, met in enumerate(requests()):
        if met != "events:PutTargets":
            continue
        with world() as it:
            before, rest = snapshot(furnish(it))
            faults.inject(it.account, faults.part_refused, index=index)

            result = it.run()

            right = judge(it, before, expected(before), rest, result)
            assert len(right) == len(before) - 1, "the others were put"
            assert [outcome.kind for outcome in result.right.outcomes if outcome.kind] == ["put-failed"]
            changed = {place_of(outcome) for outcome in result.right.outcomes if outcome.status == "changed"}
            assert {place_of(change) for change in it.updates()[0].changes} == changed, "the history has what was done"
            repair(it, may_be_locked=False)


def test_a_run_that_may_put_nothing_leaves_no_update() -> None:
    """There is nothing to roll back to."""
    with world() as it:
        before, _ = snapshot(furnish(it))
        it.account.denials.add(("iam:PassRole", None))
        result = it.run()
        assert it.account.targets() == before
        assert {outcome.kind for outcome in result.right.outcomes if outcome.status == "failed"} == {"access-denied"}
        role = before[OURS[0]]["RoleArn"]
        assert all(f"iam:PassRole on {role}" in outcome.message for outcome in result.right.outcomes if outcome.kind), (
            "the role is what is missing, not the rule"
        )
        assert it.updates() == []
        it.account.denials.clear()
        repair(it, may_be_locked=False)


@pytest.mark.parametrize("operation", ["sns:PublishBatch", "events:PutEvents"])
def test_a_message_that_is_refused_is_said_and_the_change_stays(operation: str) -> None:
    """Status 200 with an entry that failed: the others are told."""
    with world() as it:
        before, rest = snapshot(furnish(it))
        faults.inject(it.account, faults.part_refused, operation=operation)

        result = it.run()

        judge(it, before, expected(before), rest, result)
        assert it.account.targets() == expected(before)
        assert [outcome.kind for outcome in result.right.outcomes if outcome.kind] == ["not-told"]
        assert "InternalError" in str(result.log) or "InternalFailure" in str(result.log), "AWS's reason is kept"
        told = it.account.topics().messages if operation == "sns:PublishBatch" else it.account.events().received
        assert len(told) == len(OURS) - 1


@pytest.mark.parametrize("fault", [faults.throttle, faults.internal_error, faults.deny], ids=name)
def test_an_operation_that_never_works(fault: Interceptor) -> None:
    """Not at one call but at every one of its kind."""
    with world() as it:
        operations = set(furnish(it).run().calls)
    for operation in sorted(operations):
        with world() as it:
            before, rest = snapshot(furnish(it))
            faults.inject(it.account, fault, operation=operation, times=faults.FOR_EVER)

            result = it.run()

            judge(it, before, expected(before), rest, result)
            assert result.error or result.right.exit_code == 4, f"{operation} never worked, and nobody says so"
            repair(it, may_be_locked=operation == "ssm:PutParameter")


@pytest.mark.parametrize("fault", ENDING, ids=name)
def test_a_run_that_ends_on_its_way_is_repaired_by_the_next(fault: Interceptor) -> None:
    """Between a put and its verification, too. Who is interrupted gives the lock back; who is killed cannot."""
    for index in range(len(requests())):
        with world() as it:
            before, rest = snapshot(furnish(it))
            faults.inject(it.account, fault, index=index)

            result = it.run()

            assert result.ended is not None
            judge(it, before, expected(before), rest, result)
            repair(it, may_be_locked=fault is faults.killed_after or requests()[index] == "ssm:PutParameter")


@pytest.mark.parametrize("fault", ENDING, ids=name)
@pytest.mark.parametrize("finished", [False, True], ids=["at once", "after a second run"])
def test_what_stood_before_is_known_after_a_run_that_ended_on_its_way(fault: Interceptor, *, finished: bool) -> None:
    """Rolling back for as long as there is something to roll back to ends where everything began."""
    for index in range(len(requests())):
        with world() as it:
            before, _ = snapshot(furnish(it))
            faults.inject(it.account, fault, index=index)
            it.run()
            it.account.interceptors.clear()
            it.forget_lock()
            if finished:
                assert it.run().right.exit_code == 0

            for _ in range(5):
                back = it.run("rollback")
                if back.error:
                    break
                assert back.right.exit_code == 0, back.right.outcomes

            assert back.error is not None
            assert back.error.kind == "nothing-to-roll-back", back.error
            assert it.account.targets() == before, requests()[index]
