"""Two runs at once do not undo one another, whoever goes first at each call; nor do people and runs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Answer, Call, batch_target
from tests.support.sync_aws.scene import NIGHT, OURS, REQUEST, expected, furnish, judge, revisions, snapshot
from tests.support.sync_aws.turns import at_once
from tests.support.sync_aws.world import Result, World, world

ORDERS = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
# Long enough for one run to wait for another.
PATIENT = 600


def calls_of_a_run(operation: str = "sync") -> int:
    with world() as it:
        return sum(furnish(it).run(operation).calls.values())


def newest(it: World) -> None:
    it.account.register("job")
    it.account.register("night", "us-east-1")


def together(it: World, runs: dict[str, Callable[[], Result]], order: list[int]) -> dict[str, Result]:
    """Run all at once, and return what each came to."""
    results: dict[str, Result] = {}

    def keep(name: str, run: Callable[[], Result]) -> Callable[[], None]:
        def kept() -> None:
            results[name] = run()

        return kept

    at_once(it.account, {name: keep(name, run) for name, run in runs.items()}, order)
    return results


@ORDERS
@given(order=st.lists(st.integers(0, 2), max_size=120), wait=st.sampled_from([0, PATIENT]))
def test_syncs_at_once(order: list[int], wait: int) -> None:
    """Each finds the same, and each change is made and told once."""
    with world() as it:
        before, rest = snapshot(furnish(it))
        runs = {name: lambda name=name: it.run(name=name, wait_seconds=wait) for name in ("one", "two", "three")}
        results = together(it, runs, order)

        assert it.account.targets() == expected(before)
        assert it.account.rest() == rest
        reports = [result.report for result in results.values() if result.report]
        assert all(result.error.kind == "locked" for result in results.values() if result.error)
        assert reports, "one of them gets the lock"
        if wait:
            assert len(reports) == 3, "the others wait for it"
        changed = [outcome for report in reports for outcome in report.outcomes if outcome.status == "changed"]
        assert len(changed) == len(OURS)
        assert it.account.count()["events:PutTargets"] == 3
        told = [message["Subject"] for message in it.account.topics().messages]
        assert sum("changed" in subject for subject in told) == len(OURS)
        assert sum("locked" in subject for subject in told) == 3 - len(reports)
        assert all(report.exit_code == 0 for report in reports)


@ORDERS
@given(order=st.lists(st.integers(0, 1), max_size=120), wait=st.sampled_from([0, PATIENT]))
def test_a_sync_and_a_rollback_at_once(order: list[int], wait: int) -> None:
    """As if one had been after the other; never half of each."""
    with world() as it:
        furnish(it, newest=2)
        it.run()
        newest(it)

        results = together(
            it,
            {
                "sync": lambda: it.run(name="sync", wait_seconds=wait),
                "rollback": lambda: it.run("rollback", name="rollback", wait_seconds=wait),
            },
            order,
        )

        ends = {tuple(set(revisions(it).values()))}
        assert len(next(iter(ends))) == 1, (revisions(it), results)
        done = {name for name, result in results.items() if result.report}
        # A sync to 3 and then back to 2; or back to 1 and then on to 3, which nobody holds; or one of them alone.
        allowed = {2, 3} if done == {"sync", "rollback"} else {3} if done == {"sync"} else {1}
        assert next(iter(ends))[0] in allowed
        if wait:
            assert done == {"sync", "rollback"}


@pytest.mark.parametrize("moment", [faults.before, faults.after])
def test_a_second_sync_at_any_call_of_the_first(moment: Callable[[Callable[[], object]], faults.Interceptor]) -> None:
    """The second knows of a newer revision. Whatever it changed, the first does not undo."""
    for index in range(calls_of_a_run()):
        with world() as it:
            before, _ = snapshot(furnish(it))
            inner: list[Result] = []

            def second(it: World = it, inner: list[Result] = inner) -> None:
                newest(it)
                inner.append(it.run(name="second", wait_seconds=0))

            faults.inject(it.account, moment(second), index=index)
            it.run(name="first")

            assert it.account.requests[index].process.name == "first"
            for outcome in inner[0].report.outcomes if inner[0].report else ():
                place = (outcome.region, outcome.bus, outcome.rule, outcome.target)
                if outcome.status == "changed":
                    assert (revisions(it)[place] or 0) >= (outcome.after or 0), "the first undid it"
            it.run()
            assert it.account.targets() == expected(before, job=4, night=3)


def test_a_run_whose_lock_expired_stops() -> None:
    """It was held up for as long as its lock holds, at any of its calls but a put, and another took the lock.

    A put that is under way cannot be called back, so there it is the margin before the end that helps: no request of
    botocore's lives as long.
    """
    for index in range(calls_of_a_run()):
        with world() as it:
            before, _ = snapshot(furnish(it))
            inner: list[Result] = []

            def held_up(it: World = it, inner: list[Result] = inner) -> None:
                it.forget_lock()
                newest(it)
                inner.append(it.run(name="second"))

            at = faults.inject(it.account, faults.before(held_up), index=index)
            first = it.run(name="first")
            if it.account.requests[at.index or 0].name == "events:PutTargets":
                continue

            assert inner[0].report is not None, inner[0].error
            for outcome in inner[0].report.outcomes:
                place = (outcome.region, outcome.bus, outcome.rule, outcome.target)
                if outcome.status == "changed":
                    assert (revisions(it)[place] or 0) >= (outcome.after or 0), "the first undid it"
            if first.report and not all(value in {3, 4, 2} for value in revisions(it).values()):
                raise AssertionError(revisions(it))
            repaired = it.run()
            assert repaired.error is None, "the first run left the lock of the second alone"
            assert it.account.targets() == expected(before, job=4, night=3)


@pytest.mark.parametrize("lost", [faults.unavailable, faults.interrupted])
def test_a_claim_that_never_arrived_frees_nobody_elses_lock(lost: faults.Interceptor) -> None:
    """The first saw the lock free, and its claim never arrives; meanwhile the second has it.

    What the first then gives back is not the second's: a third still finds the lock held.
    """
    with world() as it:
        furnish(it)

        def claims_are_lost(call: Call, proceed: Callable[[], Answer]) -> Answer:
            if call.process.name == "second":
                return faults.killed_after(call, proceed)
            if json.loads(call.asked["Value"])["holder"] is None:
                return proceed()
            if not it.account.stored():
                it.run(name="second")
            return lost(call, proceed)

        at = faults.inject(it.account, claims_are_lost, operation="ssm:PutParameter", times=faults.FOR_EVER)

        first = it.run(name="first")

        assert first.error or first.ended
        it.account.interceptors.remove(at)
        third = it.run(name="third", wait_seconds=0)
        assert third.error is not None, "the second still has the lock"
        assert third.error.kind == "locked"
        it.forget_lock()
        assert it.run().right.exit_code == 0


@pytest.mark.parametrize("lost", [faults.reset_after, faults.internal_error_after, faults.interrupted_after])
def test_a_claim_whose_answer_is_lost_is_given_back(lost: faults.Interceptor) -> None:
    """It is there, though the run does not know; nobody has to wait until it expires."""
    with world() as it:
        before, _ = snapshot(furnish(it))

        def answers_are_lost(call: Call, proceed: Callable[[], Answer]) -> Answer:
            return proceed() if json.loads(call.asked["Value"])["holder"] is None else lost(call, proceed)

        at = faults.inject(it.account, answers_are_lost, operation="ssm:PutParameter", times=faults.FOR_EVER)
        first = it.run(name="first")
        it.account.interceptors.remove(at)

        assert first.error or first.ended
        assert it.account.targets() == before
        assert it.run(name="second", wait_seconds=0).right.exit_code == 0
        assert it.account.targets() == expected(before)


def test_a_clock_that_jumps_before_a_put() -> None:
    """Nobody took the lock yet, but somebody may at any moment: it does not put."""
    with world() as it:
        before, rest = snapshot(furnish(it))

        def jump() -> None:
            it.account.clock.seconds += it.settings.lock_seconds

        faults.inject(it.account, faults.after(jump), operation="events:ListTargetsByRule")

        result = it.run()

        judge(it, before, expected(before), rest, result)
        assert "events:PutTargets" not in result.calls
        assert {outcome.kind for outcome in result.right.outcomes if outcome.status == "failed"} == {"lock-lost"}
        assert it.run().right.exit_code == 0
        assert it.account.targets() == expected(before)


def test_a_revision_that_is_registered_on_the_way() -> None:
    """The run finishes with what it knew or with the newest; the next run brings everything to the newest."""
    for index in range(calls_of_a_run()):
        with world() as it:
            before, _ = snapshot(furnish(it))
            faults.inject(it.account, faults.before(lambda it=it: newest(it)), index=index)

            result = it.run()

            assert result.right.exit_code == 0
            assert it.account.targets() in (
                expected(before, job=3, night=2),
                expected(before, job=4, night=2),
                expected(before, job=3, night=3),
                expected(before, job=4, night=3),
            )
            assert it.run().right.exit_code == 0
            assert it.account.targets() == expected(before, job=4, night=3)


@pytest.mark.parametrize("moment", [faults.before, faults.after])
def test_a_person_who_puts_the_same_target(moment: Callable[[Callable[[], object]], faults.Interceptor]) -> None:
    """EventBridge has no conditional put: one of the two stands whole, never a mixture; that ours was lost is said."""
    theirs = batch_target("one", "job:2", Input='{"by": "hand"}')
    del theirs["InputTransformer"]
    for index in range(calls_of_a_run()):
        with world() as it:
            before, rest = snapshot(furnish(it))
            faults.inject(it.account, moment(lambda it=it: it.account.put("mvp", "request", theirs)), index=index)

            result = it.run()

            now = it.account.targets()
            by_hand = before | {REQUEST: theirs}
            assert now[REQUEST] in (expected(before)[REQUEST], theirs, expected(by_hand)[REQUEST])
            assert {place: now[place] for place in now if place != REQUEST} == {
                place: target for place, target in expected(before).items() if place != REQUEST
            }
            assert it.account.rest() == rest
            last_list = max(
                call.index
                for call in it.account.requests
                if call.operation == "ListTargetsByRule" and call.asked["Rule"] == "request"
            )
            if now[REQUEST] == theirs and index < last_list:
                kinds = {o.kind for o in result.right.outcomes if o.target == "one" and o.rule == "request"}
                assert kinds == {"not-verified"}, "what stands there is not what was put"
            assert it.run().right.exit_code == 0
            assert it.account.targets()[REQUEST] in (expected(before)[REQUEST], expected(by_hand)[REQUEST])


def test_ten_runs_in_a_row_leave_no_trace_in_the_lock() -> None:
    """Its parameter is never deleted, or its versions would begin anew and two runs could hold the same one."""
    with world() as it:
        furnish(it)
        for _ in range(10):
            assert it.run().right.exit_code == 0
        assert revisions(it)[NIGHT] == 2
        assert "ssm:DeleteParameter" not in it.account.count()
        assert "ssm:DeleteParameters" not in it.account.count()
