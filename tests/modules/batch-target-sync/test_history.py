"""The last ten updates, also where one does not fit into a parameter, and where a run ended while it wrote one."""

from __future__ import annotations

import hashlib

import pytest
from batch_target_sync.sync import Selection

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Interceptor, batch_target
from tests.support.sync_aws.sweep import ENDING, name
from tests.support.sync_aws.world import World, revision, world

RULES = 20
VALUE_BYTES = 4096


def furnish(it: World, *, at: int = 1) -> World:
    """Make targets whose names do not compress well: an update of them needs two parts."""
    for rule in range(RULES):
        names = [hashlib.sha256(f"{rule} {target}".encode()).hexdigest() for target in range(5)]
        it.account.put("bus", f"rule-{rule}", *[batch_target(name, f"job:{at}") for name in names])
    it.account.register("job", times=at)
    it.selections = [Selection(bus="bus")]
    return it


def revisions(it: World) -> set[int | None]:
    return {revision(target) for target in it.account.targets().values()}


def parts(it: World) -> set[str]:
    return {name for name in it.account.stored() if "-" in name.rpartition("/")[2]}


def test_the_last_ten_updates_can_be_taken_back_one_by_one() -> None:
    """Each with the time, the caller, what was before and after; of the eleventh nothing is left, nor of its parts."""
    with world() as it:
        furnish(it)
        for number in range(2, 14):
            it.account.register("job")
            it.account.clock.seconds += 60
            assert it.run().right.exit_code == 0
            assert revisions(it) == {number}
        kept = it.updates()
        assert len(kept) == 10
        assert [{(each.before, each.after) for each in update.changes} for update in kept] == [
            {(number - 1, number)} for number in range(13, 3, -1)
        ]
        assert all(len(update.changes) == RULES * 5 for update in kept)
        assert len({update.time for update in kept}) == 10
        assert all(update.caller.endswith("assumed-role/batch-target-sync/session") for update in kept)
        assert all(len(value.encode()) <= VALUE_BYTES for _, value in it.account.stored().values())
        assert len(parts(it)) > 10, "an update is longer than one parameter"

        assert it.run("rollback").right.exit_code == 0
        assert revisions(it) == {12}
        assert it.run("rollback").right.exit_code == 0
        assert revisions(it) == {11}


@pytest.mark.parametrize("fault", ENDING, ids=name)
def test_a_run_that_ends_while_it_writes_leaves_the_updates_before_it_whole(fault: Interceptor) -> None:
    """At each of its writes; the slot that it writes to held an older update, in parts as well."""
    with world() as it:
        furnish(it)
        for _ in range(11):
            it.account.register("job")
            it.run()
        it.account.register("job")
        prepared = it.account.copy()
        kept = [(update.sequence, update.changes) for update in it.updates()]
        start = len(it.account.requests)
        it.run()
        writes = [call.index - start for call in it.account.requests[start:] if call.operation == "PutParameter"]
    assert len(writes) > 4, "lock, parts, head, lock"
    for index in writes:
        with world(account=prepared.copy(), selections=[Selection(bus="bus")]) as it:
            faults.inject(it.account, fault, index=index)
            assert it.run().ended is not None
            it.account.interceptors.clear()
            it.forget_lock()

            known = {update.sequence: update.changes for update in it.updates()}

            # The newest nine have slots that nobody wrote to; the oldest makes room for what was begun.
            assert [known.get(sequence) for sequence, _ in kept[:9]] == [changes for _, changes in kept[:9]]
            assert it.run().right.exit_code == 0
            assert revisions(it) == {13}
            assert it.run("rollback").right.exit_code == 0
            assert revisions(it) == {12}
