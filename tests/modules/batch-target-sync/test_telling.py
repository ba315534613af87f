"""Every change and every failure: one line of the log, the metrics, one message, one event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from batch_target_sync.sync import Selection

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import ACCOUNT, REGION, Answer, Call, batch_target
from tests.support.sync_aws.errors import CALLER, Refusal
from tests.support.sync_aws.world import STATE, TOPIC, World, world

JOB = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/job"
CHANGE = {
    "name": "tests",
    "run": "this-run",
    "caller": CALLER,
    "trigger": "hand",
    "operation": "sync",
    "region": REGION,
    "bus": "mvp",
    "rule": "request",
    "target": "one",
    "definition": JOB,
    "before": 1,
    "after": 2,
    "status": "changed",
    "kind": "",
    "message": "",
}


@pytest.fixture
def it() -> Iterator[World]:
    """A rule with two targets, of which one can be moved."""
    with world(selections=[Selection("mvp")]) as made:
        made.account.register("job", times=2)
        made.account.put("mvp", "request", batch_target("one", "job:1"), batch_target("two", "nobody:1"))
        yield made


def metrics(it: World, start: int = 0) -> dict[str, float]:
    """Return the metrics of a run that wrote them with one call."""
    found = it.account.metrics().data[start:]
    assert all(each["Namespace"] == "BatchTargetSync" for each in found)
    assert all(each["Dimensions"] == [{"Name": "Sync", "Value": "tests"}] for each in found)
    units = {each["MetricName"]: each["Unit"] for each in found}
    assert units.pop("MismatchAge", "Seconds") == "Seconds"
    assert set(units.values()) <= {"Count"}
    return {each["MetricName"]: each["Value"] for each in found}


def kinds(it: World, **settings: Any) -> list[str]:
    return [each.kind for each in it.run(**settings).right.outcomes if each.status == "failed"]


# --- what is told -----------------------------------------------------------------------------------------------------


def test_one_line_for_each_and_one_for_the_run(it: World) -> None:
    lines = it.run(run="this-run").log
    assert [line["what"] for line in lines] == ["changed", "failed", "ended"]
    assert {key: value for key, value in lines[0].items() if key not in {"time", "what"}} == CHANGE
    assert lines[0]["time"] == "2027-01-15T08:00:00Z"
    assert (lines[1]["target"], lines[1]["kind"]) == ("two", "no-active-revision")
    assert lines[2]["counts"] == {"changed": 1, "failed": 1}
    assert lines[2]["calls"]["events:PutTargets"] == 1


def test_one_message_for_each(it: World) -> None:
    it.run(run="this-run")
    changed, failed = it.account.topics().messages
    assert changed["TopicArn"] == TOPIC
    assert changed["Subject"] == "tests: changed, revision 1 to 2, request one"
    assert json.loads(changed["Message"]) == CHANGE
    assert failed["Subject"] == "tests: failed, no-active-revision, request two"
    assert "no revision of" in json.loads(failed["Message"])["message"]


def test_one_event_for_each(it: World) -> None:
    it.run(run="this-run")
    changed, failed = it.account.events().received
    assert (changed["Source"], changed["EventBusName"]) == ("dn.eventbridge.targetsync", "notices")
    assert (changed["DetailType"], changed["Detail"]) == ("Batch Target Changed", CHANGE)
    assert failed["DetailType"] == "Batch Target Sync Failed"
    assert failed["Detail"]["kind"] == "no-active-revision"


def test_a_subject_is_short_and_ascii(it: World) -> None:
    it.account.put("mvp", "ü" * 64, batch_target("x" * 64, "job:1"))
    it.run(name="Ümläut")
    subjects = [each["Subject"] for each in it.account.topics().messages]
    assert len(subjects) == 3
    assert all(each.isascii() and 0 < len(each) < 100 for each in subjects), "less than 100 characters long"


def test_messages_and_events_go_by_tens(it: World) -> None:
    for rule in range(23):
        it.account.put("mvp", f"rule-{rule}", batch_target("one", "job:1"))
    result = it.run()
    assert len(it.account.topics().messages) == len(it.account.events().received) == 25
    assert result.calls["sns:PublishBatch"] == result.calls["events:PutEvents"] == 3
    assert result.calls["cloudwatch:PutMetricData"] == 1


def test_ten_long_messages_fit_into_one_request(it: World) -> None:
    """256 KB for all of them (PublishBatch, PutEvents); AWS's own words can be long."""

    def long_winded(call: Call, proceed: faults.Proceed) -> Answer:
        raise Refusal("ValidationException", "x" * 40_000)

    faults.inject(it.account, long_winded, operation="events:PutTargets", times=faults.FOR_EVER)
    for rule in range(10):
        it.account.put("mvp", f"rule-{rule}", batch_target("one", "job:1"))
    assert "not-told" not in kinds(it)
    assert len(it.account.topics().messages) == len(it.account.events().received) == 12


def test_nobody_is_told_unless_it_says_so(it: World) -> None:
    result = it.run(topic=None, event_bus=None)
    assert not {"sns:PublishBatch", "events:PutEvents"} & set(result.calls)
    assert result.calls["cloudwatch:PutMetricData"] == 1


def test_nobody_is_told_of_nothing(it: World) -> None:
    it.selections = [Selection("mvp", "request", "one")]
    it.run()
    assert not {"sns:PublishBatch", "events:PutEvents"} & set(it.run().calls)


def test_topic_and_bus_are_called_in_their_region(it: World) -> None:
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:there"
    it.account.topics("eu-west-1").topics.add(topic)
    it.account.events("eu-west-1").buses["there"] = {}
    it.run(topic=topic, event_bus=f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/there")
    assert len(it.account.topics("eu-west-1").messages) == 2
    assert len(it.account.events("eu-west-1").received) == 2


# --- what cannot be told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "word"),
    [("sns:PublishBatch", TOPIC), ("events:PutEvents", "notices"), ("cloudwatch:PutMetricData", "BatchTargetSync")],
)
def test_the_change_stays_if_nobody_can_be_told(it: World, operation: str, word: str) -> None:
    it.selections = [Selection("mvp", "request", "one")]
    at = faults.inject(it.account, faults.deny, operation=operation, times=faults.FOR_EVER)
    result = it.run()
    assert result.right.exit_code == 4
    (failed,) = [each for each in result.right.outcomes if each.status == "failed"]
    assert failed.kind == "not-told"
    assert word in failed.message
    assert operation.replace("PublishBatch", "Publish").lower() in failed.message.lower()
    assert any(line.get("kind") == "not-told" for line in result.log)
    it.account.interceptors.remove(at)
    assert it.run().right.exit_code == 0


@pytest.mark.parametrize("operation", ["sns:PublishBatch", "events:PutEvents"])
def test_entries_that_are_refused_are_not_told(it: World, operation: str) -> None:
    faults.inject(it.account, faults.part_refused, operation=operation)
    assert kinds(it) == ["not-told", "no-active-revision"]


def test_that_one_was_not_told_is_told_to_the_next(it: World) -> None:
    faults.inject(it.account, faults.deny, operation="sns:PublishBatch", times=faults.FOR_EVER)
    it.run()
    assert metrics(it)["Failures"] == 2


def test_a_run_that_cannot_begin_is_told(it: World) -> None:
    it.account.parameters().put_parameter({"Name": f"{STATE}/holds", "Value": "[]", "Type": "String"})
    result = it.run()
    assert [line["what"] for line in result.log] == ["failed", "not begun"]
    assert metrics(it) == {"Changes": 0, "Failures": 1}
    (message,) = it.account.topics().messages
    assert json.loads(message["Message"])["kind"] == "state"
    (event,) = it.account.events().received
    assert event["DetailType"] == "Batch Target Sync Failed"


def test_without_credentials_only_the_log_is_told(it: World) -> None:
    def refuse(call: Call, proceed: faults.Proceed) -> Answer:
        raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)

    faults.inject(it.account, refuse, operation="sts:GetCallerIdentity")
    result = it.run()
    assert [line["what"] for line in result.log] == ["failed", "not begun"]
    assert set(result.calls) == {"sts:GetCallerIdentity"}


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_metrics_of_a_sync(it: World) -> None:
    it.run()
    assert metrics(it) == {"Runs": 1, "Changes": 1, "Failures": 1, "Mismatches": 1, "MismatchAge": 0}


def test_metrics_of_a_check_that_reports(it: World) -> None:
    it.run("check", report_checks=True)
    assert metrics(it) == {"Runs": 1, "Changes": 0, "Failures": 1, "Mismatches": 2, "MismatchAge": 0}


def test_metrics_of_a_rollback_say_nothing_of_mismatches(it: World) -> None:
    it.run()
    start = len(it.account.metrics().data)
    it.run("rollback")
    assert metrics(it, start) == {"Runs": 1, "Changes": 1, "Failures": 0}


def test_the_age_of_a_mismatch_grows_until_it_is_mended(it: World) -> None:
    it.run("check", report_checks=True)
    assert json.loads(it.account.stored()[f"{STATE}/mismatches"][1]) == {
        JOB: "2027-01-15T08:00:00Z",
        JOB.replace("/job", "/nobody"): "2027-01-15T08:00:00Z",
    }
    for hours in (1, 2):
        it.account.clock.seconds += 3600
        start = len(it.account.metrics().data)
        it.run("check", report_checks=True)
        assert metrics(it, start)["MismatchAge"] == 3600 * hours
    assert it.account.stored()[f"{STATE}/mismatches"][0] == 1, "written only when it changes"
    it.account.register("nobody")
    start = len(it.account.metrics().data)
    it.run()
    assert metrics(it, start)["MismatchAge"] == 0
    assert it.account.stored()[f"{STATE}/mismatches"][1] == "{}"


def test_the_age_is_that_of_the_oldest_mismatch(it: World) -> None:
    it.run("check", report_checks=True)
    it.account.put("mvp", "later", batch_target("one", "later:1"))
    it.account.clock.seconds += 3600
    start = len(it.account.metrics().data)
    it.run("check", report_checks=True)
    assert (metrics(it, start)["Mismatches"], metrics(it, start)["MismatchAge"]) == (3, 3600)


def test_what_a_run_does_not_see_keeps_its_age(it: World) -> None:
    it.run("check", report_checks=True)
    it.account.clock.seconds += 3600
    start = len(it.account.metrics().data)
    it.run(only="job")
    assert metrics(it, start)["MismatchAge"] == 3600, "nobody is still behind"
    for fault in ("batch:DescribeJobDefinitions", "events:ListTargetsByRule"):
        at = faults.inject(it.account, faults.deny, operation=fault, times=faults.FOR_EVER)
        start = len(it.account.metrics().data)
        it.run()
        assert metrics(it, start)["MismatchAge"] == 3600
        it.account.interceptors.remove(at)


def test_what_is_gone_is_no_mismatch_any_more(it: World) -> None:
    it.run("check", report_checks=True)
    del it.account.events().buses["mvp"]["request"].targets["two"]
    it.account.clock.seconds += 3600
    start = len(it.account.metrics().data)
    it.run()
    assert metrics(it, start)["MismatchAge"] == 0


@pytest.mark.parametrize("text", ['{"x": 1}', '{"x": "soon"}'])
def test_mismatches_that_are_none_of_ours_do_not_stop_a_sync(it: World, text: str) -> None:
    it.account.parameters().put_parameter({"Name": f"{STATE}/mismatches", "Value": text, "Type": "String"})
    faults.inject(it.account, faults.deny, operation="batch:DescribeJobDefinitions", times=faults.FOR_EVER)
    it.selections = [Selection("mvp"), Selection("gone")]
    assert "state" in kinds(it)
    assert f"{STATE}/mismatches" in next(e.message for e in it.run().right.outcomes if e.kind == "state")
