"""Every permission on the way of an event or a schedule is taken away, one at a time, and the delivery fails for it.

What is taken away is what was applied: a test edits that policy and puts it back. The last test holds the table against
the policies themselves, so that no permission is on the way without a row here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.applied import BUS, PROGRAMS, Applied
from tests.support.applied_policies import Bus, Key, Logs, Place, Queue, Role, Topic, Trust, grants
from tests.support.withdrawn import Narrowed, Withdrawn

pytestmark = pytest.mark.slow

PREFIX = "internal-content-use1"
ACCOUNT = "867653852961"
RULE_ROLE = f"{PREFIX}-custom-id-cleanup-success-run-task"
SCHEDULE_ROLE = f"{PREFIX}-channelbackfill-task-scheduler"
EXECUTION_ROLE = f"{PREFIX}-cmscustomidcleanup-execution"
TASK_ROLE = f"{PREFIX}-channelbackfill-task"
DLQ = f"{PREFIX}-custom-id-cleanup-dlq"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:dn-dev-alerts"
LOGS = f"{PREFIX}-custom-id-cleanup-events-to-logs"
KEY = "alias/dn-dev"

JOB_ROLE = f"{PREFIX}-custom-id-cleanup-requested-submit-job"
JOB_QUEUE = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/{PREFIX}-cmscustomidcleanup"

CLEANUP = "cmscustomidcleanup"  # the target of the success rule
SHARDS = "cmscustomidcleanup-shards"  # of the rule for requests

Sends = Callable[[Applied], list[dict[str, Any]]]
Fails = Callable[[Applied, list[dict[str, Any]]], None]


def complete(applied: Applied) -> list[dict[str, Any]]:
    """The event of a backfill that is done."""
    return applied.complete()


def fail(applied: Applied) -> list[dict[str, Any]]:
    """The event of a backfill that failed."""
    return applied.fail()


def request(applied: Applied) -> list[dict[str, Any]]:
    """The event of an operator who asks for the clean-up in shards."""
    return applied.request()


def request_without_a_target(applied: Applied) -> list[dict[str, Any]]:
    """The same event, when the rule may not submit the job."""
    with Withdrawn("batch:SubmitJob", {Role(JOB_ROLE): ()}).applied_to(applied):
        return applied.request()


def complete_with_a_failing_cleanup(applied: Applied) -> list[dict[str, Any]]:
    """A clean-up that fails, which its failure rule tells."""
    applied.image("cmscustomidcleanup", sys.executable, "-c", "raise SystemExit(3)")
    return applied.complete()


def complete_without_a_target(applied: Applied) -> list[dict[str, Any]]:
    """The same event, when the rule may not run the task: it belongs into the dead-letter queue."""
    with Withdrawn("ecs:RunTask", {Role(RULE_ROLE): ()}).applied_to(applied):
        return applied.complete()


def fire(applied: Applied) -> list[dict[str, Any]]:
    """The schedule of the backfill, and the events that follow."""
    applied.image("channelbackfill", sys.executable, str(PROGRAMS / "channelbackfill.py"))
    before = applied.number()
    applied.box.ask("fire", seconds=150, schedule="channelbackfill", group=None, force=False)
    return applied.deliveries(before)


def fire_without_a_target(applied: Applied) -> list[dict[str, Any]]:
    """The same schedule, when it may not run the task."""
    with Withdrawn("ecs:RunTask", {Role(SCHEDULE_ROLE): ()}).applied_to(applied):
        return fire(applied)


def not_delivered(outcome: str, code: str, *said: str, target: str | None = None) -> Fails:
    """The delivery to a target ends so, with this code and these words."""

    def check(applied: Applied, deliveries: list[dict[str, Any]]) -> None:
        found = applied.of_target(target, deliveries)
        assert (found["outcome"], found["error_code"]) == (outcome, code), found["error_message"]
        assert [words for words in said if words not in found["error_message"]] == [], found["error_message"]

    return check


def stopped(*said: str, stop_code: str = "TaskFailedToStart", target: str | None = CLEANUP) -> Fails:
    """The task is accepted, and stops for this reason before its program runs."""

    def check(applied: Applied, deliveries: list[dict[str, Any]]) -> None:
        (task,) = applied.tasks(applied.of_target(target, deliveries))
        assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", stop_code), task
        assert [words for words in said if words not in task["stoppedReason"]] == [], task["stoppedReason"]

    return check


def exited(code: int, *said: str, target: str | None = None) -> Fails:
    """The program runs, and what it wanted was refused."""

    def check(applied: Applied, deliveries: list[dict[str, Any]]) -> None:
        (task,) = applied.tasks(applied.of_target(target, deliveries))
        assert task["containers"][0]["exitCode"] == code, task
        (message, *_) = [line["message"] for line in applied.lines("/ecs/channelbackfill")][-1:]
        assert [words for words in said if words not in message] == [], message
        assert [each for each in deliveries if each["target_id"] == CLEANUP] == []

    return check


def runs_unheard(applied: Applied, deliveries: list[dict[str, Any]]) -> None:
    """The program runs, and nothing that it writes is kept."""
    (task,) = applied.tasks(applied.of_target(CLEANUP, deliveries))
    assert task["containers"][0]["exitCode"] == 0
    streams = applied.aws("logs").describe_log_streams(logGroupName="/ecs/cmscustomidcleanup")["logStreams"]
    (stream,) = [each["logStreamName"] for each in streams if each["logStreamName"].endswith(task["taskArn"][-32:])]
    events = applied.aws("logs").get_log_events(logGroupName="/ecs/cmscustomidcleanup", logStreamName=stream)["events"]
    assert events == []


def lost_by_the_bus(applied: Applied, deliveries: list[dict[str, Any]]) -> None:
    """The bus cannot encrypt the event: no rule sees it, and its own dead-letter queue has the same key."""
    (found,) = deliveries
    assert found["source_arn"].endswith(f":event-bus/{BUS}")
    assert found["outcome"] == "dropped"
    assert "kms:" in found["error_message"]


def task_role(task: str, kind: str) -> str:
    """The ARN of one of a task's roles."""
    return f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{task}-{kind}"


PUT_EVENTS: dict[Place, tuple[str, ...]] = {Role(TASK_ROLE): (), Bus(BUS): ()}  # either is enough in one account
# EventBridge does not say the source on its way to a topic or a queue: each of the two statements is enough for both.
UNCONDITIONAL: dict[Place, tuple[str, ...]] = {
    Key(KEY): ("EncryptedAlerts", "EventBridgeSendsDeadLettersForCustomIdCleanup")
}
EVERY_STATEMENT: dict[Place, tuple[str, ...]] = {
    Key(KEY): (*UNCONDITIONAL[Key(KEY)], "EventBridgeEncryptsBusForCustomIdCleanup")
}
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class Row(NamedTuple):
    """What permits less, what is sent then, and how that fails."""

    name: str
    less: Withdrawn | Narrowed
    sends: Sends
    fails: Fails


RULE = Role(RULE_ROLE)
SCHEDULE = Role(SCHEDULE_ROLE)
EXECUTION = Role(EXECUTION_ROLE)


def rule_fails(*said: str, code: str = "NO_PERMISSIONS", outcome: str = "dead-lettered") -> Fails:
    """The success rule does not get its task to run."""
    return not_delivered(outcome, code, *said, target=CLEANUP)


def notice_fails(*said: str, outcome: str = "dead-lettered", target: str = "alerts") -> Fails:
    """A rule does not get its notice out, or its line into the log."""
    return not_delivered(outcome, "NO_PERMISSIONS", *said, target=target)


def schedule_fails(*said: str, code: str = "AccessDeniedException", outcome: str = "dead-lettered") -> Fails:
    """The schedule does not get its task to run."""
    return not_delivered(outcome, code, *said)


def passing(place: Place, task: str, kind: str) -> Withdrawn:
    """Whoever has the policy may no longer pass one of a task's roles."""
    return Withdrawn("iam:PassRole", {place: ()}, resource=task_role(task, kind))


def job_fails(*said: str, code: str = "NO_PERMISSIONS", outcome: str = "dead-lettered") -> Fails:
    """The rule for requests does not get its job submitted."""
    return not_delivered(outcome, code, *said, target=SHARDS)


TAKES_ON = "sts:AssumeRole"
RULE_RUNS_THE_TASK = [
    Row("rule takes on its role", Withdrawn(TAKES_ON, {Trust(RULE_ROLE): ()}), complete,
        rule_fails(TAKES_ON, code="FAILED_TO_ASSUME_ROLE")),
    Row("rule runs the task", Withdrawn("ecs:RunTask", {RULE: ()}), complete,
        rule_fails("ecs:RunTask", "task-definition/cmscustomidcleanup-task:1")),
    *(Row(f"rule passes the {kind} role", passing(RULE, CLEANUP, kind), complete,
          rule_fails("iam:PassRole", task_role(CLEANUP, kind))) for kind in ("task", "execution")),
]  # fmt: skip
ECS_STARTS_THE_TASK = [
    *(Row(f"ECS takes on the {kind} role", Withdrawn(TAKES_ON, {Trust(f"{PREFIX}-{CLEANUP}-{kind}"): ()}), complete,
          rule_fails("unable to assume the role", task_role(CLEANUP, kind), code="INVALID_PARAMETER"))
      for kind in ("task", "execution")),
    Row("logs in to the registry", Withdrawn("ecr:GetAuthorizationToken", {EXECUTION: ()}), complete,
        stopped("ResourceInitializationError", "ecr:GetAuthorizationToken")),
    *(Row(f"pulls: {action}", Withdrawn(action, {EXECUTION: ()}), complete, stopped("CannotPullContainerError", action))
      for action in PULL),
    Row("opens the log stream", Withdrawn("logs:CreateLogStream", {EXECUTION: ()}), complete,
        stopped("ResourceInitializationError", "logs:CreateLogStream")),
    Row("writes the log", Withdrawn("logs:PutLogEvents", {EXECUTION: ()}), complete, runs_unheard),
]  # fmt: skip
RULE_SUBMITS_THE_JOB = [
    Row("rule takes on its role for jobs", Withdrawn(TAKES_ON, {Trust(JOB_ROLE): ()}), request,
        job_fails(TAKES_ON, code="FAILED_TO_ASSUME_ROLE")),
    Row("rule submits to the queue", Withdrawn("batch:SubmitJob", {Role(JOB_ROLE): ()}, resource=JOB_QUEUE), request,
        job_fails("batch:SubmitJob", JOB_QUEUE)),
    Row("rule writes the dead-letter queue for requests",
        Withdrawn("sqs:SendMessage", {Queue(DLQ): ("Rule-requested",)}), request_without_a_target,
        job_fails("batch:SubmitJob", "sqs:SendMessage", DLQ, outcome="dropped")),
]  # fmt: skip
FAILURES_ARE_TOLD = [
    Row("rule publishes to the topic", Withdrawn("sns:Publish", {Topic(TOPIC): ("WorkflowRules",)}), fail,
        notice_fails("sns:Publish", TOPIC)),
    *(Row(f"rule uses the topic's key: {action}", Withdrawn(action, UNCONDITIONAL), fail,
          notice_fails(action, outcome="dropped")) for action in KEY_ACTIONS),
    *(Row(f"rule writes the log group: {action}", Withdrawn(action, {Logs(LOGS): ()}), fail,
          notice_fails(action, "/aws/events/channelbackfill-failure-alert-dev", target="log"))
      for action in ("logs:CreateLogStream", "logs:PutLogEvents")),
    Row("the task's failure rule publishes", Withdrawn("sns:Publish", {Topic(TOPIC): ("FailureRules",)}),
        complete_with_a_failing_cleanup, notice_fails("sns:Publish", outcome="dropped")),
]  # fmt: skip
WHAT_FAILS_IS_KEPT = [
    Row("rule writes the dead-letter queue", Withdrawn("sqs:SendMessage", {Queue(DLQ): ("Rule-success",)}),
        complete_without_a_target, rule_fails("ecs:RunTask", "sqs:SendMessage", DLQ, outcome="dropped")),
    *(Row(f"rule uses the queue's key: {action}", Withdrawn(action, UNCONDITIONAL), complete_without_a_target,
          rule_fails("ecs:RunTask", action, DLQ, outcome="dropped")) for action in KEY_ACTIONS),
    *(Row(f"bus uses its key: {action}", Withdrawn(action, EVERY_STATEMENT), complete, lost_by_the_bus)
      for action in KEY_ACTIONS),
]  # fmt: skip
THE_SCHEDULE_STARTS_IT_ALL = [
    Row("the task puts its event", Withdrawn("events:PutEvents", PUT_EVENTS), fire, exited(1, "events:PutEvents", BUS)),
    Row("schedule takes on its role", Withdrawn(TAKES_ON, {Trust(SCHEDULE_ROLE): ()}), fire,
        schedule_fails(TAKES_ON, code="AccessDenied", outcome="dropped")),
    Row("schedule runs the task", Withdrawn("ecs:RunTask", {SCHEDULE: ()}), fire,
        schedule_fails("ecs:RunTask", "task-definition/channelbackfill-task:1")),
    *(Row(f"schedule passes the {kind} role", passing(SCHEDULE, "channelbackfill", kind), fire,
          schedule_fails("iam:PassRole", task_role("channelbackfill", kind))) for kind in ("task", "execution")),
    Row("schedule decrypts its input", Withdrawn("kms:Decrypt", {SCHEDULE: ()}), fire,
        schedule_fails("kms:Decrypt", outcome="dropped")),
    Row("schedule writes its dead-letter queue", Withdrawn("sqs:SendMessage", {SCHEDULE: ()}), fire_without_a_target,
        schedule_fails("ecs:RunTask", "sqs:SendMessage", outcome="dropped")),
    Row("schedule uses the queue's key", Withdrawn("kms:GenerateDataKey", {SCHEDULE: ()}), fire_without_a_target,
        schedule_fails("ecs:RunTask", "kms:GenerateDataKey", outcome="dropped")),
]  # fmt: skip
ROWS = [
    *RULE_RUNS_THE_TASK,
    *ECS_STARTS_THE_TASK,
    *RULE_SUBMITS_THE_JOB,
    *FAILURES_ARE_TOLD,
    *WHAT_FAILS_IS_KEPT,
    *THE_SCHEDULE_STARTS_IT_ALL,
]

OF_SOURCE = ("ArnEquals", "aws:SourceArn")
OTHER_RULE = (*OF_SOURCE, f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{BUS}/other")
OTHER_GROUP = (*OF_SOURCE, f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/other")
OTHER_CLUSTER = ("ArnEquals", "ecs:cluster", f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/default")
OTHER_SERVICE = ("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")
OTHER_ACCOUNT = ("StringEquals", "aws:SourceAccount", "123456789012")
THIS_ACCOUNT = ("StringEquals", "aws:SourceAccount", ACCOUNT)
CONDITIONS = [
    Row("role of another rule", Narrowed(Trust(RULE_ROLE), TAKES_ON, *OTHER_RULE), complete,
        rule_fails(TAKES_ON, code="FAILED_TO_ASSUME_ROLE")),
    Row("role of another account's rule", Narrowed(Trust(RULE_ROLE), TAKES_ON, *OTHER_ACCOUNT), complete,
        rule_fails(TAKES_ON, code="FAILED_TO_ASSUME_ROLE")),
    Row("another cluster", Narrowed(RULE, "ecs:RunTask", *OTHER_CLUSTER), complete, rule_fails("ecs:RunTask")),
    Row("roles for another service", Narrowed(RULE, "iam:PassRole", *OTHER_SERVICE), complete,
        rule_fails("iam:PassRole")),
    Row("topic of another rule", Narrowed(Topic(TOPIC), "sns:Publish", *OTHER_RULE, ("WorkflowRules",)), fail,
        notice_fails("sns:Publish")),
    Row("queue of another rule", Narrowed(Queue(DLQ), "sqs:SendMessage", *OTHER_RULE, ("Rule-success",)),
        complete_without_a_target, rule_fails("sqs:SendMessage", outcome="dropped")),
    Row("role of another schedule group", Narrowed(Trust(SCHEDULE_ROLE), TAKES_ON, *OTHER_GROUP), fire,
        schedule_fails(TAKES_ON, code="AccessDenied", outcome="dropped")),
    # EventBridge does not say the source on its way to a topic: what looks like less privilege there is silence.
    Row("topic's key for this account", Narrowed(Key(KEY), "kms:Decrypt", *THIS_ACCOUNT, UNCONDITIONAL[Key(KEY)]), fail,
        notice_fails("kms:Decrypt", outcome="dropped")),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_without_a_permission_the_delivery_fails_for_it(applied: Applied, consumer: Path, row: Row) -> None:
    with row.less.applied_to(applied):
        row.fails(applied, row.sends(applied))


@pytest.mark.parametrize("row", CONDITIONS, ids=lambda row: row.name)
def test_for_something_else_the_permission_does_not_hold(applied: Applied, consumer: Path, row: Row) -> None:
    with row.less.applied_to(applied):
        row.fails(applied, row.sends(applied))


def test_all_of_them_together_deliver(applied: Applied, consumer: Path) -> None:
    """What the rows begin from, and what each leaves behind: every policy as it was applied."""
    assert [each["outcome"] for each in (*fire(applied), *applied.fail(), *request(applied))] == ["delivered"] * 5


@pytest.mark.parametrize("place", list(PUT_EVENTS), ids=lambda place: type(place).__name__)
def test_the_task_s_own_policy_and_the_bus_s_are_each_enough(applied: Applied, consumer: Path, place: Place) -> None:
    with Withdrawn("events:PutEvents", {place: ()}).applied_to(applied):
        assert [each["outcome"] for each in fire(applied)] == ["delivered", "delivered"]


# On no way of an event or a schedule, each with the reason.
ELSEWHERE: dict[tuple[Place, str, str], str] = {
    (Key(KEY), "AccountAdministers", "kms:*"): "the account's own policies use the key by it; rows withdraw those",
    (Key(KEY), "EventBridgeDescribesKeyForCustomIdCleanup", "kms:DescribeKey"): "asked for when the bus is made",
    (Role(SCHEDULE_ROLE), "TagTask", "ecs:TagResource"): "for schedules that tag their tasks; these do not",
    (Topic(TOPIC), "AlarmsOfThisAccount", "sns:Publish"): "alarms; nothing is measured here",
    (Queue(DLQ), "Rule-failure", "sqs:SendMessage"): "as Rule-success, of the other rule",
    (Queue(DLQ), "Bus", "sqs:SendMessage"): "what the bus's key refuses, and the queue has the same key",
    (Role(TASK_ROLE), "S3Read", "s3:GetObject"): "what the worker itself calls: test_workers.py",
    (Role(TASK_ROLE), "SsmReadSeveral", "ssm:GetParameters"): "likewise",
    (Role(TASK_ROLE), "AppSyncGraphql", "appsync:GraphQL"): "likewise",
} | {
    (Key(KEY), sid, f"kms:{action}"): "CloudWatch Logs encrypts by it, which is not evaluated here"
    for sid in ("LogGroups", "CloudWatchLogsEncryptsLogGroupsForCustomIdCleanup")
    for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
}


def test_every_permission_on_the_way_has_a_row(applied: Applied) -> None:
    withdrawn = [row.less for row in ROWS if isinstance(row.less, Withdrawn)]
    places = {place for each in withdrawn for place in each.places}
    granted = {(place, *grant) for place in places for grant in grants(place.read(applied.aws))}
    covered = {grant for each in withdrawn for grant in each.covers(applied)}
    assert granted - covered == set(ELSEWHERE)
