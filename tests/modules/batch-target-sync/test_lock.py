"""One run at a time: the lock's parameter, who counts as its holder, how long it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from batch_target_sync.sync import Selection, SyncError, iso

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Answer, Call, Interceptor, batch_target
from tests.support.sync_aws.errors import Refusal
from tests.support.sync_aws.world import STATE, World, world

LOCK = f"{STATE}/lock"


@pytest.fixture
def it() -> Iterator[World]:
    with world(selections=[Selection("mvp")]) as made:
        made.account.register("job", times=2)
        made.account.put("mvp", "request", batch_target("one", "job:1"))
        yield made


def write(it: World, **value: Any) -> None:
    """Write a version of the lock, as another run would."""
    asked = {"Name": LOCK, "Value": json.dumps(value), "Type": "String", "Overwrite": True}
    it.account.parameters().put_parameter(asked)


def claim(it: World, holder: str, over: int, seconds: float = 900) -> None:
    write(
        it, holder=holder, over=over, expires=iso(it.account.clock.now() + seconds), caller=f"arn-of-{holder}", run="r"
    )


def locked(it: World, **settings: int) -> SyncError:
    """Return the error of a run that does not get the lock, and changes nothing."""
    before, error = it.account.targets(), it.run(**settings).error
    assert error is not None
    assert error.kind == "locked"
    assert it.account.targets() == before
    return error


def test_a_run_takes_the_lock_and_gives_it_back(it: World) -> None:
    held: list[dict[str, Any]] = []

    def look() -> None:
        held.append(json.loads(it.account.stored()[LOCK][1]))

    faults.inject(it.account, faults.before(look), operation="events:PutTargets")
    it.run()
    assert held[0]["holder"]
    assert held[0]["over"] == 0
    assert held[0]["expires"] > iso(it.account.clock.now())
    assert json.loads(it.account.stored()[LOCK][1])["holder"] is None


@pytest.mark.parametrize("operation", ["check", "dry-run"])
def test_looking_takes_no_lock(it: World, operation: str) -> None:
    claim(it, "other", 0)
    assert it.run(operation).right.exit_code == 1
    assert it.account.stored()[LOCK][0] == 1


def test_a_check_that_reports_takes_it(it: World) -> None:
    it.run("check", report_checks=True)
    assert it.account.stored()[LOCK][0] == 2


def test_who_holds_it_is_said_after_waiting(it: World) -> None:
    claim(it, "other", 0)
    error = locked(it, wait_seconds=30)
    assert "arn-of-other" in error.message
    assert iso(1_800_000_000 + 900) in error.message
    assert 30 <= sum(it.account.clock.slept) < 40
    assert it.account.stored()[LOCK][0] == 1, "nothing was written"


def test_a_run_goes_on_as_soon_as_the_lock_is_given_back(it: World) -> None:
    claim(it, "other", 0)
    it.account.clock.sleepers.append(
        lambda: len(it.account.clock.slept) == 3 and write(it, holder=None, releases="other")
    )
    assert it.run(wait_seconds=60).right.exit_code == 0
    assert len(it.account.clock.slept) == 3


def test_a_lock_that_expired_is_taken(it: World) -> None:
    claim(it, "crashed", 0, seconds=-1)
    assert it.run(wait_seconds=0).right.outcomes[0].status == "changed"


def test_it_expires_while_another_waits(it: World) -> None:
    claim(it, "crashed", 0, seconds=10)
    assert it.run(wait_seconds=60).right.outcomes[0].status == "changed"
    assert sum(it.account.clock.slept) < 15


def test_a_claim_that_came_second_does_not_count(it: World) -> None:
    write(it, holder=None)
    claim(it, "first", 1)
    claim(it, "second", 1)
    assert "arn-of-first" in locked(it, wait_seconds=0).message


def test_a_release_counts_though_such_a_claim_came_in_between(it: World) -> None:
    write(it, holder=None)
    claim(it, "first", 1)
    claim(it, "second", 1)
    write(it, holder=None, releases="first", over=2)
    assert it.run(wait_seconds=0).right.exit_code == 0


def test_a_late_release_does_not_end_the_claim_that_followed(it: World) -> None:
    claim(it, "slow", 0, seconds=-1)
    claim(it, "next", 1)
    write(it, holder=None, releases="slow", over=1)
    assert "arn-of-next" in locked(it, wait_seconds=0).message


def test_the_history_of_the_lock_has_pages(it: World) -> None:
    it.account.paging.size = 2
    write(it, holder=None)
    claim(it, "first", 1)
    for _ in range(7):
        claim(it, "second", 1)
    assert "arn-of-first" in locked(it, wait_seconds=0).message


def test_another_run_takes_the_lock_between_look_and_claim(it: World) -> None:
    at = faults.inject(it.account, faults.before(lambda: claim(it, "other", 0)), operation="ssm:PutParameter")
    assert "arn-of-other" in locked(it, wait_seconds=0).message
    assert at.met == 1
    assert it.account.stored()[LOCK][0] == 2, "what does not hold is not released"


@pytest.mark.parametrize("code", ["TooManyUpdates"])
def test_two_claims_at_the_same_moment(it: World, code: str) -> None:
    def refuse(call: object, proceed: faults.Proceed) -> Answer:
        raise Refusal(code, "There are concurrent updates.")

    faults.inject(it.account, refuse, operation="ssm:PutParameter")
    assert it.run().right.exit_code == 0


def test_a_claim_that_was_sent_twice_is_one(it: World) -> None:
    faults.inject(it.account, faults.reset_after, operation="ssm:PutParameter")
    assert it.run(wait_seconds=0).right.exit_code == 0
    assert it.free()
    assert it.run(wait_seconds=0).right.exit_code == 0


def test_a_run_stops_before_its_lock_expires(it: World) -> None:
    it.account.put("mvp", "retry", batch_target("one", "job:1"))

    def later() -> None:
        it.account.clock.seconds += 900 - 120

    faults.inject(it.account, faults.after(later), operation="events:PutTargets")
    report = it.run().right
    assert [(each.rule, each.status, each.kind) for each in report.outcomes] == [
        ("request", "changed", ""),
        ("retry", "failed", "lock-lost"),
    ]
    assert it.account.count()["events:PutTargets"] == 1
    assert it.account.count()["events:ListTargetsByRule"] == 3, "what was not put is not read back"
    assert it.run().right.exit_code == 0


@pytest.mark.parametrize("operation", ["events:ListTargetsByRule", "batch:DescribeJobDefinitions"])
def test_what_does_not_answer_does_not_take_longer_than_the_lock_holds(it: World, operation: str) -> None:
    """A step of Automation is ended after 600 seconds: what was changed would never be told."""
    for number in range(40):
        it.account.register(f"job-{number}")
        it.account.put("mvp", f"rule-{number}", batch_target("one", f"job-{number}:1"))

    def slow(call: Call, proceed: faults.Proceed) -> Answer:
        it.account.clock.seconds += 10
        return faults.throttle(call, proceed)

    faults.inject(it.account, slow, operation=operation, times=faults.FOR_EVER)
    started = it.account.clock.now()
    result = it.run(lock_seconds=450)
    assert it.account.clock.now() - started < 600
    assert {each.kind for each in result.right.outcomes} == {"throttled", "lock-lost"}
    assert {line["what"] for line in result.log} == {"failed", "ended"}
    assert it.free()


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "3", '{"holder": "x"}', '{"holder": "x", "expires": "soon"}'])
def test_a_lock_that_is_none_of_ours(it: World, text: str) -> None:
    it.account.parameters().put_parameter({"Name": LOCK, "Value": text or " ", "Type": "String"})
    error = it.run().error
    assert error is not None
    assert error.kind == "state"
    assert LOCK in error.message


@pytest.mark.parametrize("ending", [faults.interrupted, faults.interrupted_after])
def test_the_lock_is_given_back_whatever_happens(it: World, ending: Interceptor) -> None:
    faults.inject(it.account, ending, operation="events:PutTargets")
    assert isinstance(it.run().ended, KeyboardInterrupt)
    assert it.free()


def test_a_lock_that_cannot_be_given_back_is_a_failure(it: World) -> None:
    it.account.put("mvp", "request", batch_target("one", "job:2"))

    def deny_the_release(call: Call, proceed: faults.Proceed) -> Answer:
        return faults.deny(call, proceed) if '"holder":null' in call.asked["Value"] else proceed()

    faults.inject(it.account, deny_the_release, operation="ssm:PutParameter", times=faults.FOR_EVER)
    report = it.run().right
    assert report.exit_code == 4
    (failed,) = [each for each in report.outcomes if each.status == "failed"]
    assert failed.kind == "access-denied"
    assert "lock" in failed.message


def test_no_right_to_the_lock(it: World) -> None:
    it.account.denials.add(("ssm:GetParameters", None))
    error = it.run().error
    assert error is not None
    assert error.kind == "access-denied"
    assert error.message.startswith("ssm:GetParameters on arn:aws:ssm:")
