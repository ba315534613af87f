"""What the automation does by itself and by hand, once mvp-development is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.kept import ACCOUNT, BUS, DEFINITION, NAME, REGION, RULE, STATE, TARGET, Kept

pytestmark = pytest.mark.slow
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:mvp-development-alerts"
ARN = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{DEFINITION}"


@pytest.fixture
def inbox(kept: Kept) -> Iterator[Inbox]:
    """A queue that hears what the topic is told."""
    inbox = Inbox(kept)
    yield inbox
    inbox.close()


class Inbox:
    """What has been said since it was opened: on the topic, on the bus, in metrics."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.url = kept.aws("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"
        answer = kept.aws("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        self.subscription = answer["SubscriptionArn"]
        self.since = self._events()[-1]["number"] if self._events() else 0
        self.metrics_before = self._metrics()

    def close(self) -> None:
        self.kept.aws("sns").unsubscribe(SubscriptionArn=self.subscription)
        self.kept.aws("sqs").delete_queue(QueueUrl=self.url)

    def messages(self) -> list[dict[str, Any]]:
        answer = self.kept.aws("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(each["Body"]) for each in answer.get("Messages", [])]

    def events(self) -> list[dict[str, Any]]:
        found = [each["event"] for each in self._events() if each["number"] > self.since]
        return [each for each in found if each["source"] == "dn.eventbridge.targetsync"]

    def metrics(self) -> dict[str, float]:
        """What was added to each metric."""
        return {name: value - self.metrics_before.get(name, 0.0) for name, value in self._metrics().items()}

    def _events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.kept.box.ask("events")["events"]
        return found

    def _metrics(self) -> dict[str, float]:
        now = datetime.now(UTC)
        found = {}
        for name in ("Changes", "Failures", "Mismatches", "Runs"):
            points = self.kept.aws("cloudwatch").get_metric_statistics(
                Namespace="BatchTargetSync", MetricName=name, Dimensions=[{"Name": "Sync", "Value": NAME}],
                StartTime=now - timedelta(hours=6), EndTime=now + timedelta(hours=1), Period=86400, Statistics=["Sum"],
            )["Datapoints"]  # fmt: skip
            found[name] = sum(each["Sum"] for each in points)
        return found


def without_revision(target: dict[str, Any]) -> dict[str, Any]:
    before = target["BatchParameters"]["JobDefinition"].rpartition(":")[0]
    return target | {"BatchParameters": target["BatchParameters"] | {"JobDefinition": before}}


def test_a_new_revision_moves_the_target_and_nothing_else(kept: Kept) -> None:
    before = kept.target()
    new = kept.register()
    assert kept.revision() == new
    assert without_revision(kept.target()) == without_revision(before)
    last = kept.automations()[-1]
    assert last["AutomationExecutionStatus"] == "Success"
    assert last["Parameters"]["Trigger"] == ["event"]
    assert last["Parameters"]["JobDefinition"] == [DEFINITION]


def test_a_change_is_told_once_on_each_way(kept: Kept, inbox: Inbox) -> None:
    new = kept.register()
    (event,) = inbox.events()
    assert event["detail-type"] == "Batch Target Changed"
    place = {"bus": BUS, "rule": RULE, "target": TARGET, "definition": ARN}
    said = place | {"before": new - 1, "after": new, "trigger": "event"}
    assert {name: event["detail"][name] for name in said} == said
    (message,) = inbox.messages()
    assert TARGET in message["Message"]
    assert str(new) in message["Message"]
    assert inbox.metrics() == {"Changes": 1.0, "Failures": 0.0, "Mismatches": 0.0, "Runs": 1.0}
    lines = [json.loads(line) for line in kept.automations()[-1]["StepExecutions"][0]["OutputLines"]]
    assert [(line["what"], line.get("after")) for line in lines] == [("changed", new), ("ended", None)]


def test_the_history_has_who_and_when_and_what(kept: Kept) -> None:
    new = kept.register()
    (last, *_) = kept.make_json("eb-history")
    assert last["operation"] == "sync"
    assert f":assumed-role/{NAME}-sync/" in last["caller"]
    assert [(each["before"], each["after"]) for each in last["changes"]] == [(new - 1, new)]
    assert datetime.fromisoformat(last["time"]) <= datetime.now(UTC)


def test_what_no_event_told_the_schedule_finds(kept: Kept) -> None:
    kept.aws("events").disable_rule(Name=f"{NAME}-registered")
    try:
        new = kept.register()
        assert kept.revision() == new - 1
    finally:
        kept.aws("events").enable_rule(Name=f"{NAME}-registered")
    kept.box.ask("fire", seconds=120, schedule=f"{NAME}-schedule", group=None, force=False)
    assert kept.automations()[-1]["Parameters"]["Trigger"] == ["schedule"]
    assert kept.revision() == new


def test_a_rollback_by_hand_stays_until_a_newer_revision(kept: Kept) -> None:
    new = kept.register()
    assert kept.run("rollback")["AutomationExecutionStatus"] == "Success"
    assert kept.revision() == new - 1
    kept.box.ask("fire", seconds=120, schedule=f"{NAME}-schedule", group=None, force=False)
    assert kept.automations()[-1]["AutomationExecutionStatus"] == "Success"
    assert kept.revision() == new - 1
    assert kept.register() == new + 1
    assert kept.revision() == new + 1


def test_what_a_rollback_holds_is_let_go_by_hand(kept: Kept) -> None:
    new = kept.register()
    kept.run("rollback")
    kept.run("resume")
    kept.run("sync")
    assert kept.revision() == new


def test_a_rollback_to_a_revision_that_is_gone_is_refused(kept: Kept) -> None:
    new = kept.register()
    kept.deregister(new - 1)
    ended = kept.run("rollback")
    assert ended["AutomationExecutionStatus"] == "Failed"
    assert f"revision {new - 1} of {ARN} is not ACTIVE" in json.dumps(ended)
    assert kept.revision() == new


def test_a_target_never_goes_back_by_itself(kept: Kept, inbox: Inbox) -> None:
    new = kept.register()
    inbox.messages()
    kept.deregister(new)
    last = kept.automations()[-1]
    assert last["Parameters"]["Trigger"] == ["event"]
    assert last["AutomationExecutionStatus"] == "Failed"
    assert kept.revision() == new
    failed = [each["detail"] for each in inbox.events() if each["detail-type"] == "Batch Target Sync Failed"]
    assert [each["kind"] for each in failed] == ["older-revision"]
    assert inbox.metrics()["Failures"] == 1.0
    assert kept.register() == new + 1
    assert kept.revision() == new + 1


def test_a_check_measures_and_leaves_the_target(kept: Kept, inbox: Inbox) -> None:
    kept.set_revision(kept.newest() - 1)
    before = kept.target()
    kept.run("check")
    assert kept.target() == before
    assert inbox.metrics() == {"Changes": 0.0, "Failures": 0.0, "Mismatches": 1.0, "Runs": 1.0}
    assert json.loads(kept.aws("ssm").get_parameter(Name=f"{STATE}/mismatches")["Parameter"]["Value"]).keys() == {ARN}
    kept.run("sync")
    assert json.loads(kept.aws("ssm").get_parameter(Name=f"{STATE}/mismatches")["Parameter"]["Value"]) == {}


def test_executions_at_once_come_one_after_another(kept: Kept) -> None:
    """Each waits for the lock of the one before: none fails, and none undoes another."""
    batch, ssm = kept.aws("batch"), kept.aws("ssm")
    for _ in range(3):
        ssm.start_automation_execution(DocumentName=NAME, Parameters={"Operation": ["sync"]})
    kept_container = {"image": "busybox", "command": ["true"], "vcpus": 1, "memory": 512}
    batch.register_job_definition(jobDefinitionName=DEFINITION, type="container", containerProperties=kept_container)
    assert [each["AutomationExecutionStatus"] for each in kept.automations()[-4:]] == ["Success"] * 4
    assert kept.revision() == kept.newest()
