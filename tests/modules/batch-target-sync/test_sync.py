"""What a sync finds, what it changes, what it leaves alone, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from batch_target_sync.sync import Outcome, Selection, SyncError, read_selections
from botocore.hooks import EventAliaser

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import ACCOUNT, REGION, Answer, Call, Interceptor, batch_target
from tests.support.sync_aws.errors import Refusal
from tests.support.sync_aws.world import World, world

HOME = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition"
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/mvp/request"
QUEUE = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/queue"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/submit"
ALL = Selection("mvp", "request")


@pytest.fixture
def it() -> Iterator[World]:
    """A rule with one target at revision 1 of `job`, which has three."""
    with world(selections=[ALL]) as made:
        made.account.register("job", times=3)
        made.account.put("mvp", "request", batch_target("one", "job:1"))
        yield made


def only(it: World, operation: str = "sync", **more: str) -> Outcome:
    """Return the one outcome of a run."""
    outcomes = it.run(operation, only=more.get("only")).right.outcomes
    assert len(outcomes) == 1, outcomes
    return outcomes[0]


def reference(it: World, target: str = "one", rule: str = "request") -> str:
    found = it.account.targets()[REGION, "mvp", rule, target]
    return str(found["BatchParameters"]["JobDefinition"])


def failure(it: World, *selections: Selection) -> Outcome:
    """Return the one failure of a sync that changed nothing."""
    it.selections = selections or it.selections
    before = it.account.targets()
    report = it.run().right
    failures = [each for each in report.outcomes if each.status == "failed"]
    assert report.exit_code == 4
    assert it.account.targets() == before
    assert len(failures) == 1, report.outcomes
    return failures[0]


# --- what it moves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [("job:1", "job:3"), (f"{HOME}/job:1", f"{HOME}/job:3"), ("job:2", "job:3")],
)
def test_the_highest_active_revision_in_the_same_style(it: World, before: str, after: str) -> None:
    it.account.put("mvp", "request", batch_target("one", before))
    outcome = only(it)
    assert reference(it) == after
    revision = int(before.rpartition(":")[2])
    place = (REGION, "mvp", "request", "one")
    assert outcome == Outcome(*place, f"{HOME}/job", revision, 3, "changed")


def test_a_revision_that_was_deregistered_is_not_the_highest(it: World) -> None:
    it.account.deregister("job", 3)
    assert only(it).after == 2


def test_ten_is_higher_than_nine(it: World) -> None:
    it.account.register("job", times=7)
    assert only(it).after == 10


def test_revisions_on_further_pages_count(it: World) -> None:
    it.account.register("job", times=40)
    it.account.paging.size = 3
    assert only(it).after == 43


def test_without_a_revision_nothing_can_go_stale(it: World) -> None:
    it.account.put("mvp", "request", batch_target("one", "job"))
    result = it.run()
    assert [each.status for each in result.right.outcomes] == ["floating"]
    assert result.right.outcomes[0].before is None
    assert "batch:DescribeJobDefinitions" not in result.calls
    assert "events:PutTargets" not in result.calls


def test_current_targets_are_not_put(it: World) -> None:
    it.run()
    result = it.run()
    assert [each.status for each in result.right.outcomes] == ["current"]
    assert result.right.exit_code == 0
    assert "events:PutTargets" not in result.calls


def test_targets_that_are_no_batch_jobs_are_left_alone(it: World) -> None:
    it.account.put("mvp", "request", {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/x"})
    assert only(it).target == "one"


# --- check and dry run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["check", "dry-run"])
def test_looking_writes_nothing(it: World, operation: str) -> None:
    before = it.account.targets()
    result = it.run(operation)
    outcome = result.right.outcomes[0]
    assert (outcome.status, outcome.before, outcome.after) == ("stale", 1, 3)
    assert result.right.exit_code == 1
    assert it.account.targets() == before
    assert it.account.stored() == {}
    assert not it.account.metrics().data
    assert not it.account.topics().messages
    it.run()
    assert it.run(operation).right.exit_code == 0


def test_a_failure_wins_over_a_mismatch(it: World) -> None:
    it.account.put("mvp", "request", batch_target("two", "nobody:1"))
    report = it.run("check").right
    assert {each.status for each in report.outcomes} == {"stale", "failed"}
    assert report.exit_code == 4


# --- which targets ----------------------------------------------------------------------------------------------------


def test_every_rule_of_a_bus(it: World) -> None:
    it.account.put("mvp", "retry", batch_target("one", "job:2"))
    it.selections = [Selection("mvp")]
    assert [(each.rule, each.status) for each in it.run().right.outcomes] == [
        ("request", "changed"),
        ("retry", "changed"),
    ]


def test_a_bus_by_its_arn_is_the_bus_by_its_name(it: World) -> None:
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/mvp"
    it.selections = [Selection(arn, "request"), ALL]
    assert only(it).bus == "mvp"


def test_a_bus_of_another_account_has_job_definitions_of_its_own(it: World) -> None:
    it.selections = [Selection(f"arn:aws:events:{REGION}:210987654321:event-bus/mvp", job_definition=f"{HOME}/job")]
    assert only(it).kind == "foreign-definition"


def test_revisions_of_this_account_say_nothing_of_another_one(it: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch answers for the caller's account: a definition of that name, but not the target's."""
    monkeypatch.setattr("tests.support.sync_aws.events.bus_name", lambda *_: "mvp")
    found = failure(it, Selection(f"arn:aws:events:{REGION}:210987654321:event-bus/mvp", "request"))
    assert found.kind == "no-active-revision"
    assert "210987654321" in found.message


def test_the_region_of_an_arn_and_of_a_selection_must_be_the_same(it: World) -> None:
    arn = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/mvp"
    found = failure(it, Selection(arn, "request", region=REGION))
    assert found.kind == "wrong-use"
    assert arn in found.message


def test_a_target_that_two_selections_choose_is_handled_once(it: World) -> None:
    it.selections = [Selection("mvp"), ALL, Selection("mvp", "request", "one"), Selection("mvp", "request", "one")]
    result = it.run()
    assert len(result.right.outcomes) == 1
    assert result.calls["events:PutTargets"] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Selection("mvp", "request", "one", "job"), Selection("mvp", "request", "one", "nobody")),
        (Selection("mvp", job_queue=QUEUE), Selection("mvp", "request", job_queue=f"{QUEUE}-of-others")),
        (Selection("mvp", role=ROLE), Selection("mvp", "request", role=f"{ROLE}-of-others")),
    ],
)
def test_selections_that_contradict_each_other(it: World, one: Selection, other: Selection) -> None:
    for selections in ((one, other), (other, one)):
        found = failure(it, *selections)
        assert found.kind == "wrong-use"
        assert "contradict each other" in found.message


def test_a_target_of_another_definition_is_left_alone_silently(it: World) -> None:
    it.account.register("other", times=2)
    it.account.put("mvp", "request", batch_target("two", "other:1"))
    it.selections = [Selection("mvp", "request", job_definition="job")]
    assert only(it).target == "one"
    assert reference(it, "two") == "other:1"


def test_unless_it_was_named(it: World) -> None:
    found = failure(it, Selection("mvp", "request", "one", "other"))
    assert found.kind == "other-definition"
    assert f"{HOME}/job" in found.message
    assert "other" in found.message


@pytest.mark.parametrize("definition", ["job", "job:1", f"{HOME}/job", f"{HOME}/job:7"])
def test_the_revision_of_a_selection_does_not_count(it: World, definition: str) -> None:
    it.selections = [Selection("mvp", job_definition=definition)]
    assert only(it).after == 3


def test_a_run_for_one_job_definition_leaves_the_rest_out(it: World) -> None:
    it.account.register("other", times=2)
    it.account.put("mvp", "request", batch_target("two", "other:1"), batch_target("three", "other"))
    it.selections = [
        Selection("mvp"),
        Selection("mvp", "request", "two", "other"),
        Selection("gone", job_definition="other"),
        Selection("mvp", "request", "missing"),
    ]
    for text in ("job", "job:2", f"{HOME}/job", f"{HOME}/job:9"):
        assert only(it, "check", only=text).target == "one"
    assert it.run("check", only=f"{HOME}-of-others/job").error is not None
    result = it.run("check", only="nobody")
    assert result.right.outcomes == ()
    assert "batch:DescribeJobDefinitions" not in result.calls


def test_a_definition_of_that_name_elsewhere_is_another_one(it: World) -> None:
    result = it.run("check", only=f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/job")
    assert result.right.outcomes == ()


def test_regions_have_revisions_of_their_own(it: World) -> None:
    it.account.register("job", "us-east-1", times=5)
    it.account.put("mvp", "request", batch_target("one", "job:1"), region="us-east-1")
    it.selections = [ALL, Selection("mvp", "request", region="us-east-1")]
    result = it.run()
    assert [(each.region, each.after) for each in result.right.outcomes] == [("us-east-1", 5), (REGION, 3)]
    assert result.calls["batch:DescribeJobDefinitions"] == 2


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "kind", "words"),
    [
        (Selection("missing", "request"), "bus-not-found", ["missing", "does not exist"]),
        (Selection("missing"), "bus-not-found", ["missing", "does not exist"]),
        (Selection("mvp", "missing"), "rule-not-found", ["missing", "does not exist"]),
        (Selection("notices"), "rule-not-found", ["notices"]),
        (Selection("mvp", "request", "missing"), "target-not-found", ["missing", "request", "mvp"]),
        (Selection("mvp", target="missing"), "target-not-found", ["missing", "mvp"]),
        (Selection("mvp", "request", job_definition="nobody"), "no-batch-target", ["nobody", "request"]),
        (Selection("mvp", "request", region="moon"), "wrong-use", ["moon"]),
        (Selection("mvp", "request", job_definition="a b"), "foreign-definition", ["a b"]),
        (Selection("mvp", "request", job_queue="other"), "other-queue", [QUEUE, "other"]),
        (Selection("mvp", "request", role="other"), "other-role", [ROLE, "other"]),
    ],
)
def test_each_has_its_own_clear_error(it: World, selection: Selection, kind: str, words: list[str]) -> None:
    found = failure(it, selection)
    assert found.kind == kind
    assert all(word in found.message for word in words), found.message


def test_queue_and_role_that_are_right(it: World) -> None:
    it.selections = [Selection("mvp", "request", job_queue=QUEUE, role=ROLE)]
    assert only(it).status == "changed"


def test_a_rule_without_a_batch_target(it: World) -> None:
    log = {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/x"}
    it.account.put("mvp", "logs", log)
    found = failure(it, Selection("mvp", "logs"))
    assert found.kind == "no-batch-target"
    assert failure(it, Selection("mvp", "logs", "log")).kind == "no-batch-target"


def test_no_active_revision(it: World) -> None:
    for revision in (1, 2, 3):
        it.account.deregister("job", revision)
    found = failure(it)
    assert (found.kind, found.before, found.after) == ("no-active-revision", 1, 1)
    assert f"{HOME}/job" in found.message


def test_never_to_an_older_revision(it: World) -> None:
    it.run()
    it.account.deregister("job", 3)
    found = failure(it)
    assert (found.kind, found.before, found.after) == ("older-revision", 3, 3)
    assert "2" in found.message


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/job:1",
        f"arn:aws:batch:{REGION}:210987654321:job-definition/job:1",
        f"arn:aws-cn:batch:{REGION}:{ACCOUNT}:job-definition/job:1",
        f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/job",
        "job:0",
        "job:latest",
        "two words",
    ],
)
def test_what_is_elsewhere_or_no_reference_is_not_touched(it: World, text: str) -> None:
    it.account.put("mvp", "request", batch_target("one", text))
    found = failure(it)
    assert found.kind == "foreign-definition"
    assert text.rpartition(":")[0] in found.message or text in found.message


def test_part_of_the_list_fails_and_the_rest_is_done(it: World) -> None:
    it.account.put("mvp", "retry", batch_target("one", "nobody:1"))
    it.selections = [Selection("missing"), Selection("mvp", "gone"), Selection("mvp")]
    report = it.run().right
    assert report.exit_code == 4
    assert [(each.bus, each.rule, each.status, each.kind) for each in report.outcomes] == [
        ("missing", "", "failed", "bus-not-found"),
        ("mvp", "gone", "failed", "rule-not-found"),
        ("mvp", "request", "changed", ""),
        ("mvp", "retry", "failed", "no-active-revision"),
    ]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("events:ListTargetsByRule", RULE_ARN),
        ("events:PutTargets", RULE_ARN),
        ("iam:PassRole", ROLE),
        ("batch:DescribeJobDefinitions", None),
    ],
)
def test_access_denied_says_which_action_on_which_resource(it: World, action: str, resource: str | None) -> None:
    it.account.denials.add((action, resource))
    found = failure(it)
    assert found.kind == "access-denied"
    assert found.message.startswith(f"{action} on {resource or '*'}")
    assert "no identity-based policy allows" in found.message, "AWS's own sentence"
    if action == "iam:PassRole":
        assert f"events:PutTargets on {RULE_ARN}" in found.message


def test_access_denied_to_list_rules(it: World) -> None:
    it.account.denials.add(("events:ListRules", None))
    assert failure(it, Selection("mvp")).message.startswith(f"events:ListRules on {RULE_ARN.rpartition('/')[0]}/*")


def test_what_is_denied_is_not_read_back(it: World) -> None:
    it.account.denials.add(("events:PutTargets", RULE_ARN))
    failure(it)
    assert it.account.count()["events:ListTargetsByRule"] == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.throttle, "throttled"),
        (faults.internal_error, "service-error"),
        (faults.unavailable, "service-error"),
        (faults.unreachable, "network"),
    ],
)
def test_what_lasts_is_said_after_all_attempts(it: World, fault: Interceptor, kind: str) -> None:
    faults.inject(it.account, fault, operation="batch:DescribeJobDefinitions", times=faults.FOR_EVER)
    found = failure(it)
    assert found.kind == kind
    assert it.account.count()["batch:DescribeJobDefinitions"] == 6


def test_a_page_token_that_comes_again_ends_the_list(it: World) -> None:
    def same(call: Call, proceed: faults.Proceed) -> Answer:
        return proceed() | {"nextToken": "same"}

    it.account.interceptors.append(faults.At(same, operation="batch:DescribeJobDefinitions", times=faults.FOR_EVER))
    it.account.paging.size = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.sync_aws.pages.decode", lambda _token: 0)
        found = failure(it)
    assert found.kind == "service-error"
    assert "twice" in found.message
    assert it.account.count()["batch:DescribeJobDefinitions"] == 2


def test_one_target_that_is_refused_leaves_the_others_changed(it: World) -> None:
    it.account.put("mvp", "request", batch_target("two", "job:1"))
    faults.inject(it.account, faults.of_targets("two"), operation="events:PutTargets")
    report = it.run().right
    assert [(each.target, each.status, each.kind, each.after) for each in report.outcomes] == [
        ("one", "changed", "", 3),
        ("two", "failed", "put-failed", 1),
    ]
    assert "InternalFailure" in report.outcomes[1].message
    (update,) = it.updates()
    assert [each.target for each in update.changes] == ["one"]
    assert [each.status for each in it.run().right.outcomes] == ["current", "changed"]


def test_failed_entries_that_are_counted_and_not_named(it: World) -> None:
    def counted(call: Call, proceed: faults.Proceed) -> Answer:
        proceed()
        return {"FailedEntryCount": 1, "FailedEntries": []}

    faults.inject(it.account, counted, operation="events:PutTargets")
    report = it.run().right
    assert report.exit_code == 4
    assert [(each.target, each.status) for each in report.outcomes] == [("", "failed"), ("one", "changed")]


def test_reading_back_finds_what_became_of_another_field(it: World) -> None:
    def careless(call: Call, proceed: faults.Proceed) -> Answer:
        answer = proceed()
        it.account.events().buses["mvp"]["request"].targets["one"]["RetryPolicy"]["MaximumRetryAttempts"] = 9
        return answer

    faults.inject(it.account, careless, operation="events:PutTargets")
    (outcome,) = it.run().right.outcomes
    assert (outcome.kind, outcome.after) == ("not-verified", 3)
    assert "RetryPolicy.MaximumRetryAttempts" in outcome.message


def test_reading_back_finds_a_field_that_this_boto3_does_not_know(it: World) -> None:
    def theirs() -> None:
        it.account.events().buses["mvp"]["request"].targets["one"]["NewParameters"] = {"Key": "value"}

    faults.inject(it.account, faults.after(theirs), operation="events:PutTargets")
    (outcome,) = it.run().right.outcomes
    assert (outcome.kind, outcome.after) == ("not-verified", 3)
    assert "NewParameters" in outcome.message


def test_reading_back_finds_what_was_added_to_a_list(it: World) -> None:
    parameters = {"RunCommandTargets": [{"Key": "a", "Values": ["b"]}]}
    it.account.put("mvp", "request", batch_target("one", "job:1", RunCommandParameters=parameters))

    def add() -> None:
        found = it.account.events().buses["mvp"]["request"].targets["one"]
        found["RunCommandParameters"]["RunCommandTargets"][0]["Values"].append("c")

    faults.inject(it.account, faults.after(add), operation="events:PutTargets")
    (outcome,) = it.run().right.outcomes
    assert outcome.kind == "not-verified"
    assert "RunCommandParameters.RunCommandTargets[0].Values" in outcome.message


def test_reading_back_finds_a_target_that_is_gone(it: World) -> None:
    def remove() -> None:
        del it.account.events().buses["mvp"]["request"].targets["one"]

    faults.inject(it.account, faults.after(remove), operation="events:PutTargets")
    (outcome,) = it.run().right.outcomes
    assert outcome.kind == "not-verified"
    assert "gone" in outcome.message


def test_a_put_that_fails_while_somebody_changes_the_target(it: World) -> None:
    def removed(call: Call, proceed: faults.Proceed) -> Answer:
        it.account.events().buses["mvp"]["request"].targets.pop("one", None)
        return faults.internal_error(call, proceed)

    faults.inject(it.account, removed, operation="events:PutTargets", times=faults.FOR_EVER)
    (outcome,) = it.run().right.outcomes
    assert (outcome.kind, outcome.after) == ("not-verified", None)


def test_a_put_that_failed_and_was_done_all_the_same(it: World) -> None:
    faults.inject(it.account, faults.internal_error_after, operation="events:PutTargets", times=faults.FOR_EVER)
    (outcome,) = it.run().right.outcomes
    assert (outcome.status, outcome.after) == ("changed", 3)


def test_a_field_that_this_boto3_does_not_know(it: World) -> None:
    it.account.put("mvp", "request", batch_target("one", "job:1", NewParameters={"Key": "value"}))
    found = failure(it)
    assert found.kind == "unknown-field"
    assert "NewParameters" in found.message
    it.account.put("mvp", "request", batch_target("one", "job:3", NewParameters={"Key": "value"}))
    assert only(it).status == "current", "what stays as it is loses nothing"


def test_an_older_botocore_has_no_event_before_it_parses(it: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """None up to 1.34 has; the unknown field is found all the same, and what has none is moved."""
    emit = EventAliaser.emit

    def older(self: EventAliaser, event_name: str, **given: Any) -> Any:
        return [] if event_name.startswith("before-parse") else emit(self, event_name, **given)

    monkeypatch.setattr(EventAliaser, "emit", older)
    it.account.put("mvp", "retry", batch_target("one", "job:1", NewParameters={"Key": "value"}))
    it.selections = [Selection("mvp")]
    assert [(each.rule, each.status, each.kind) for each in it.run().right.outcomes] == [
        ("request", "changed", ""),
        ("retry", "failed", "unknown-field"),
    ]


@pytest.mark.parametrize("operation", ["events:ListRules", "events:ListTargetsByRule", "batch:DescribeJobDefinitions"])
def test_a_region_that_does_not_answer_leaves_time_for_the_others(it: World, operation: str) -> None:
    """It is asked once, with all attempts, and not once for each rule and definition."""
    for number in range(30):
        it.account.register(f"job-{number}", "eu-west-1")
        it.account.put("mvp", f"rule-{number}", batch_target("one", f"job-{number}:1"), region="eu-west-1")
        it.account.put(f"bus-{number}", "request", region="eu-west-1")

    def silent(call: Call, proceed: faults.Proceed) -> Answer:
        if call.region != "eu-west-1":
            return proceed()
        it.account.clock.seconds += 3
        return faults.unreachable(call, proceed)

    faults.inject(it.account, silent, operation=operation, times=faults.FOR_EVER)
    buses = [f"bus-{number}" for number in range(30)] if operation == "events:ListRules" else []
    it.selections = [*(Selection(bus, region="eu-west-1") for bus in ("mvp", *buses)), ALL]
    report = it.run().right
    assert [each.status for each in report.outcomes if each.region == REGION] == ["changed"]
    assert {each.kind for each in report.outcomes if each.region == "eu-west-1"} == {"network"}
    assert len(report.outcomes) == 32 - (operation != "events:ListRules")
    assert len([each for each in it.account.requests if each.name == operation and each.region == "eu-west-1"]) == 6


# --- what cannot begin ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"region": ""}, "''"),
        ({"region": "moon"}, "moon"),
        ({"state": "no/slash"}, "no/slash"),
        ({"state": "/"}, "'/'"),
    ],
)
def test_settings_that_cannot_be(it: World, settings: dict[str, str], word: str) -> None:
    error = it.run(**settings).error
    assert error is not None
    assert error.kind == "wrong-use"
    assert word in error.message
    assert not it.account.requests


@pytest.mark.parametrize("only_for", ["two words", "job:0", "job:latest"])
def test_a_job_definition_that_is_none(it: World, only_for: str) -> None:
    for operation in ("sync", "resume"):
        error = it.run(operation, only=only_for).error
        assert error is not None
        assert (error.kind, only_for in error.message) == ("wrong-use", True)


def test_an_operation_that_is_none_and_no_selection(it: World) -> None:
    for operation, selections in (("destroy", [ALL]), ("sync", [])):
        it.selections = selections
        error = it.run(operation).error
        assert error is not None
        assert error.kind == "wrong-use"


def test_nobody_is_logged_in(it: World) -> None:
    def expired(call: Call, proceed: faults.Proceed) -> Answer:
        raise Refusal("ExpiredToken", "The security token included in the request is expired", 403)

    faults.inject(it.account, expired, operation="sts:GetCallerIdentity", times=faults.FOR_EVER)
    error = it.run().error
    assert error is not None
    assert error.kind == "credentials"
    assert "expired" in error.message


# --- selections as JSON -----------------------------------------------------------------------------------------------


def test_selections_from_json() -> None:
    text = '[{"bus": "b", "rule": null, "job_definition": "d"}, {}]'
    assert read_selections(text) == [Selection("b", job_definition="d"), Selection()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        '["b"]',
        "[1]",
        "3",
        "null",
        '[{"buss": "b"}]',
        '[{"bus": 1}]',
        '[{"bus": ""}]',
        '[{"bus": ["b"]}]',
    ],
)
def test_selections_that_are_none(text: str) -> None:
    with pytest.raises(SyncError) as caught:
        read_selections(text)
    assert caught.value.kind == "wrong-use"
    assert "job_definition" in caught.value.message
