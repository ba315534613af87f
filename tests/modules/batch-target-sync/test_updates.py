"""The last ten updates, taking the last one back, holding what it leaves, and letting go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from batch_target_sync.sync import Outcome, Selection, SyncError, rollback

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import REGION, Answer, Call, batch_target
from tests.support.sync_aws.errors import CALLER
from tests.support.sync_aws.world import STATE, World, world

JOB = "arn:aws:batch:us-east-2:077075375386:job-definition/job"
PLACE = (REGION, "mvp", "request", "one")


@pytest.fixture
def it() -> Iterator[World]:
    with world(selections=[Selection("mvp")]) as made:
        made.account.register("job", times=2)
        made.account.put("mvp", "request", batch_target("one", "job:1"))
        yield made


def at(it: World, rule: str = "request", target: str = "one") -> str:
    return str(it.account.targets()[REGION, "mvp", rule, target]["BatchParameters"]["JobDefinition"])


def update(it: World) -> None:
    """Register a revision, and sync."""
    it.account.register("job")
    assert it.run().right.exit_code == 0


def refused(it: World, operation: str = "rollback") -> SyncError:
    """Return why a rollback is refused; it changes nothing but the lock."""
    targets, stored = it.account.targets(), it.account.stored()
    error = it.run(operation).error
    assert error is not None
    assert it.account.targets() == targets
    lock = f"{STATE}/lock"
    assert {**it.account.stored(), lock: None} == {**stored, lock: None}
    return error


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_an_update_has_time_caller_before_and_after(it: World) -> None:
    it.run(run="this-run")
    (found,) = it.updates()
    assert (found.sequence, found.operation, found.undone) == (1, "sync", False)
    assert (found.time, found.caller, found.run) == ("2027-01-15T08:00:00Z", CALLER, "this-run")
    assert found.changes == (Outcome(*PLACE, JOB, 1, 2, "changed"),)


def test_nothing_is_kept_of_runs_that_change_nothing(it: World) -> None:
    it.run("check")
    it.run()
    it.run()
    assert len(it.updates()) == 1


def test_the_last_ten_the_newest_first(it: World) -> None:
    it.run()
    for _ in range(12):
        update(it)
    found = it.updates()
    assert [each.sequence for each in found] == list(range(13, 3, -1))
    assert [each.changes[0].after for each in found] == list(range(14, 4, -1))
    slots = [name for name in it.account.stored() if name.startswith(f"{STATE}/updates/")]
    assert sorted(slots) == [f"{STATE}/updates/{slot}" for slot in range(10)]


def test_it_is_written_before_the_first_put(it: World) -> None:
    faults.inject(it.account, faults.killed_before, operation="events:PutTargets")
    it.run()
    (found,) = it.updates()
    assert found.changes == (Outcome(*PLACE, JOB, 1, 2, "changed"),)


def test_without_a_history_nothing_is_changed(it: World) -> None:
    def deny_history(call: Call, proceed: faults.Proceed) -> Answer:
        return faults.deny(call, proceed) if "/updates/" in call.asked["Name"] else proceed()

    faults.inject(it.account, deny_history, operation="ssm:PutParameter", times=faults.FOR_EVER)
    (outcome,) = it.run().right.outcomes
    assert outcome.kind == "access-denied"
    assert f"parameter{STATE}/updates/1" in outcome.message
    assert at(it) == "job:1"


def test_what_could_not_be_read_back_can_be_taken_back(it: World) -> None:
    def deny_after_the_put(call: Call, proceed: faults.Proceed) -> Answer:
        return faults.deny(call, proceed) if it.account.count()["events:PutTargets"] else proceed()

    at_list = faults.inject(it.account, deny_after_the_put, operation="events:ListTargetsByRule", times=faults.FOR_EVER)
    (outcome,) = it.run().right.outcomes
    assert (outcome.kind, outcome.before, outcome.after) == ("not-verified", 1, 2)
    it.account.interceptors.remove(at_list)
    assert it.run("rollback").right.exit_code == 0
    assert at(it) == "job:1"


def test_what_was_taken_but_does_not_show_yet_can_be_taken_back(it: World) -> None:
    """The list that is to verify a put may be older than it: that is said, and not forgotten."""
    before = it.account.events().buses["mvp"]["request"].targets["one"]

    def late(call: Call, proceed: faults.Proceed) -> Answer:
        return proceed() | ({"Targets": [before]} if it.account.count()["events:PutTargets"] else {})

    at_list = faults.inject(it.account, late, operation="events:ListTargetsByRule", times=faults.FOR_EVER)
    (outcome,) = it.run().right.outcomes
    assert (outcome.kind, outcome.after) == ("not-verified", 1)
    it.account.interceptors.remove(at_list)
    assert at(it) == "job:2"
    assert it.run("rollback").right.exit_code == 0
    assert at(it) == "job:1"


def test_an_update_that_changed_nothing_is_none(it: World) -> None:
    faults.inject(it.account, faults.deny, operation="events:PutTargets")
    assert it.run().right.exit_code == 4
    assert it.updates() == []
    it.run()
    assert [each.sequence for each in it.updates()] == [1], "its place is used again"


def large(it: World) -> None:
    """Have more to change than fits into one parameter."""
    for rule in range(120):
        name = hashlib.sha256(str(rule).encode()).hexdigest()
        it.account.put("mvp", f"rule-{name}", *(batch_target(f"{i}-{name[::-1]}", "job:1") for i in range(5)))


def test_a_large_update_is_packed_into_parts(it: World) -> None:
    large(it)
    assert it.run().right.exit_code == 0
    assert all(len(text) <= 4096 for _, text in it.account.stored().values())
    assert f"{STATE}/updates/1-2" in it.account.stored()
    (found,) = it.updates()
    assert len(found.changes) == 601
    assert {(each.definition, each.before, each.after) for each in found.changes} == {(JOB, 1, 2)}
    assert it.run("rollback").right.exit_code == 0
    assert [each.undone for each in it.updates()] == [False, True]
    assert at(it) == "job:1"


def test_a_part_that_is_missing_is_said(it: World) -> None:
    large(it)
    it.run()
    del it.account.parameters().stored[f"{STATE}/updates/1-2"]
    with pytest.raises(SyncError) as caught:
        it.updates()
    assert caught.value.kind == "state"
    assert f"{STATE}/updates/1 " in caught.value.message


def test_a_crash_between_two_parts_leaves_the_earlier_record(it: World) -> None:
    """A correction goes into other parts than what it corrects."""
    large(it)
    faults.inject(it.account, faults.of_targets("one"), operation="events:PutTargets", times=faults.FOR_EVER)

    def killed_in_second(call: Call, proceed: faults.Proceed) -> Answer:
        name = call.asked["Name"]
        corrected = f"{STATE}/updates/1" in it.account.stored() and "/updates/1-" in name
        return faults.killed_after(call, proceed) if corrected else proceed()

    faults.inject(it.account, killed_in_second, operation="ssm:PutParameter", times=faults.FOR_EVER)
    assert it.run().ended is not None
    it.account.interceptors.clear()
    (found,) = it.updates()
    assert len(found.changes) == 601


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"sequence": 1}',
        '{"sequence":2,"time":"","caller":"","run":"","operation":"sync","undone":false,"changes":[]}',
        '{"sequence":1,"time":"","caller":"","run":"","operation":"sync","undone":false,"changes":[[1]]}',
        '{"sequence":1,"time":"","caller":"","run":"","operation":"sync","undone":false,"changes":7}',
        '{"sequence":1,"time":"","caller":"","run":"","operation":"sync","undone":false}',
        '{"sequence":1,"time":"","caller":"","run":"","operation":"sync","undone":false,"parts":7}',
        '{"sequence":1,"time":"","caller":"","run":"","operation":"sync","undone":false,"parts":["lock"]}',
    ],
)
def test_a_history_that_is_none_of_ours(it: World, text: str) -> None:
    it.account.parameters().put_parameter({"Name": f"{STATE}/updates/1", "Value": text, "Type": "String"})
    it.account.parameters().put_parameter({"Name": f"{STATE}/lock", "Value": '{"holder":null}', "Type": "String"})
    error = refused(it)
    assert error.kind == "state"
    assert f"{STATE}/updates/1" in error.message


def test_braces_in_a_name_do_not_stop_the_history(it: World) -> None:
    run = "{{ssm:secret}}" + "{" * 5
    assert it.run(run=run).right.exit_code == 0
    assert it.updates()[0].run == run
    assert all("{{" not in text and "}}" not in text for _, text in it.account.stored().values())


# --- taking back ------------------------------------------------------------------------------------------------------


def test_a_rollback_returns_to_what_stood_before(it: World) -> None:
    before = it.account.targets()
    it.run()
    report = it.run("rollback").right
    assert report.outcomes == (Outcome(*PLACE, JOB, 2, 1, "changed"),)
    assert (report.operation, report.exit_code) == ("rollback", 0)
    assert it.account.targets() == before
    assert [(each.operation, each.undone) for each in it.updates()] == [("rollback", False), ("sync", True)]


def test_each_rollback_goes_one_update_further_back(it: World) -> None:
    it.run()
    update(it)
    for expected in ("job:2", "job:1"):
        it.run("rollback")
        assert at(it) == expected
    assert refused(it).kind == "nothing-to-roll-back"


def test_nothing_to_roll_back(it: World) -> None:
    assert it.run("rollback").error is not None
    assert refused(it).kind == "nothing-to-roll-back"


def test_a_revision_that_is_not_active_any_more(it: World) -> None:
    it.run()
    it.account.deregister("job", 1)
    error = refused(it)
    assert error.kind == "not-active"
    assert f"revision 1 of {JOB}" in error.message


@pytest.mark.parametrize(
    "now", ["job:3", "job", "other:2", "arn:aws:batch:us-east-1:077075375386:job-definition/job:2"]
)
def test_a_target_that_was_changed_since(it: World, now: str) -> None:
    it.account.register("job")
    it.account.deregister("job", 3)
    it.account.put("mvp", "retry", batch_target("one", "job:1"))
    it.run()
    it.account.put("mvp", "request", batch_target("one", now))
    error = refused(it)
    assert error.kind in ("changed-since", "foreign-definition")
    assert at(it, "retry") == "job:2", "all or nothing"


def test_a_target_that_is_gone(it: World) -> None:
    it.run()
    del it.account.events().buses["mvp"]["request"].targets["one"]
    assert refused(it).kind == "changed-since"
    del it.account.events().buses["mvp"]["request"]
    assert refused(it).kind == "changed-since"


def test_a_target_with_a_field_that_would_be_lost(it: World) -> None:
    it.run()
    it.account.put("mvp", "request", batch_target("one", "job:2", NewParameters={"Key": "value"}))
    assert refused(it).kind == "unknown-field"


def test_a_rule_that_may_not_be_read(it: World) -> None:
    it.run()
    it.account.denials.add(("events:ListTargetsByRule", None))
    assert refused(it).kind == "access-denied"


def test_what_is_at_the_earlier_revision_already_stays(it: World) -> None:
    it.account.put("mvp", "request", batch_target("two", "job:1"))
    it.run()
    it.account.put("mvp", "request", batch_target("two", "job:1"))
    report = it.run("rollback").right
    assert [(each.target, each.status) for each in report.outcomes] == [("one", "changed"), ("two", "current")]


def test_a_rollback_of_which_part_failed_is_not_done(it: World) -> None:
    it.account.put("mvp", "request", batch_target("two", "job:1"))
    it.run()
    faults.inject(it.account, faults.of_targets("two"), operation="events:PutTargets")
    assert it.run("rollback").right.exit_code == 4
    assert (at(it), at(it, target="two")) == ("job:1", "job:2")
    assert it.run("rollback").right.exit_code == 0
    assert (at(it), at(it, target="two")) == ("job:1", "job:1")
    assert refused(it).kind == "nothing-to-roll-back"


def test_a_rollback_that_needs_the_place_of_what_it_takes_back_is_kept_itself(it: World) -> None:
    """The ring has ten places: the eleventh update has that of the first."""
    it.account.put("mvp", "request", batch_target("two", "job:1"))
    it.run()
    for _ in range(4):
        update(it)
        assert it.run("rollback").right.exit_code == 0
    faults.inject(it.account, faults.of_targets("two"), operation="events:PutTargets")
    assert it.run("rollback").right.exit_code == 4
    assert it.run("rollback").right.exit_code == 0
    assert (at(it), at(it, target="two")) == ("job:1", "job:1")
    newest = it.updates()[0]
    assert (newest.sequence, newest.operation, newest.undone) == (11, "rollback", False)


def test_a_dry_run_of_a_rollback(it: World) -> None:
    it.run()
    targets, stored = it.account.targets(), it.account.stored()
    with it.aws() as aws:
        report = rollback(it.settings, aws, dry_run=True)
    assert report.outcomes == (Outcome(*PLACE, JOB, 2, 1, "stale"),)
    assert report.exit_code == 1
    assert (it.account.targets(), it.account.stored()) == (targets, stored)


def test_regions_go_back_together(it: World) -> None:
    it.account.register("job", "us-east-1", times=7)
    it.account.put("default", "night", batch_target("one", "job:5"), region="us-east-1")
    it.selections = [Selection("mvp"), Selection(rule="night", region="us-east-1")]
    before = it.account.targets()
    it.run()
    assert it.run("rollback").right.exit_code == 0
    assert it.account.targets() == before


# --- holding ----------------------------------------------------------------------------------------------------------


def test_a_sync_does_not_undo_a_rollback(it: World) -> None:
    it.run()
    it.run("rollback")
    for operation in ("sync", "check", "dry-run"):
        report = it.run(operation).right
        assert report.outcomes == (Outcome(*PLACE, JOB, 1, 1, "held"),)
        assert report.exit_code == 0, "it is no mismatch"
    assert it.run("check", report_checks=True).right.exit_code == 0
    assert it.account.metrics().data[-1]["Value"] in (0, 1)


def test_nor_move_others_to_what_is_held(it: World) -> None:
    it.run()
    it.run("rollback")
    it.account.put("mvp", "retry", batch_target("one", "job:1"))
    it.run()
    assert at(it, "retry") == "job:1"


def test_a_newer_revision_ends_the_hold(it: World) -> None:
    it.run()
    it.run("rollback")
    update(it)
    assert at(it) == "job:3"
    assert it.account.stored()[f"{STATE}/holds"][1] == "{}"


def test_two_rollbacks_hold_both(it: World) -> None:
    it.run()
    update(it)
    it.run("rollback")
    it.run("rollback")
    it.account.deregister("job", 3)
    it.run()
    assert at(it) == "job:1", "2 was left too"
    assert json.loads(it.account.stored()[f"{STATE}/holds"][1]) == {JOB: [2, 3]}


def test_what_is_held_was_never_reached_again_though_its_target_lost_its_revision(it: World) -> None:
    it.run()
    it.run("rollback")
    it.account.deregister("job", 1)
    (outcome,) = it.run().right.outcomes
    assert (outcome.status, outcome.kind) == ("failed", "not-active")
    assert "resume" in outcome.message


def test_resume_lets_go(it: World) -> None:
    it.run()
    it.run("rollback")
    report = it.run("resume").right
    (outcome,) = report.outcomes
    assert (outcome.definition, outcome.after, outcome.status) == (JOB, 2, "current")
    assert at(it) == "job:1", "the next sync moves it"
    it.run()
    assert at(it) == "job:2"
    assert it.run("resume").right.outcomes == ()


def test_resume_of_one_job_definition(it: World) -> None:
    it.account.register("other", times=2)
    it.account.put("mvp", "request", batch_target("two", "other:1"))
    it.run()
    it.run("rollback")
    assert it.run("resume", only="nobody").right.outcomes == ()
    assert [each.definition for each in it.run("resume", only="other:7").right.outcomes] == [
        JOB.replace("/job", "/other")
    ]
    it.run()
    assert (at(it), at(it, target="two")) == ("job:1", "other:2")


@pytest.mark.parametrize("text", ['{"x": 1}', '{"x": []}', '{"x": ["1"]}', "[]", '{"x": [true]}'])
def test_holds_that_are_none_of_ours(it: World, text: str) -> None:
    it.account.parameters().put_parameter({"Name": f"{STATE}/holds", "Value": text, "Type": "String"})
    error = it.run("check").error
    assert error is not None
    assert error.kind == "state"
    assert f"{STATE}/holds" in error.message


def test_many_holds_are_packed_too(it: World) -> None:
    for number in range(60):
        name = f"a-definition-with-a-long-name-{number}"
        it.account.register(name, times=2)
        it.account.put("mvp", f"rule-{number}", batch_target("one", f"{name}:1"))
    it.run()
    it.run("rollback")
    assert "parts" in it.account.stored()[f"{STATE}/holds"][1]
    assert {each.status for each in it.run().right.outcomes} == {"held"}
    assert len(it.run("resume").right.outcomes) == 61
    assert {each.status for each in it.run().right.outcomes} == {"changed"}
