"""The usual report: one of everything, with three things that fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from review.changes.model import Change, Changes, Difference, Effect
from review.checks.model import Checks, Skip
from review.delivery.model import Answer, Deliveries
from review.finding import Finding, Severity
from review.intents.model import Privileges, Status
from review.policies.model import Sentence
from review.report import Report
from review.timetable.model import Calendar
from tests.review.output.parts import ACCOUNT, NOW, path, plan, proof, sentences, timetable


def usual() -> Report:
    """One of everything, with three things that fail."""
    queue = "module.schedule_channelbackfill.aws_sqs_queue.dlq"
    return Report(
        plan=plan(),
        changes=Changes(
            (
                Change(queue, "aws_sqs_queue", Effect.DESTROY, loses="The messages in the queue are lost."),
                Change(
                    "aws_scheduler_schedule_group.ecs",
                    "aws_scheduler_schedule_group",
                    Effect.REPLACE,
                    ("name",),
                    "a name cannot be changed",
                    "Its 2 schedules stop and are deleted.",
                    (
                        Difference("name", "dn-dev", "dn-development"),
                        Difference("arn", "arn:aws:x", "(known after apply)"),
                    ),
                ),
                Change(
                    "module.task_a.aws_iam_role_policy.task",
                    "aws_iam_role_policy",
                    Effect.UPDATE,
                    differences=(
                        Difference(
                            "policy.Statement[Read].Resource[0]", "arn:aws:s3:::example-a/*", "arn:aws:s3:::example-b/*"
                        ),
                        Difference('policy.Statement[Read].Condition.StringEquals["aws:SourceAccount"]', ACCOUNT, None),
                        Difference("description", "", "Reads reports"),
                        Difference("password", "(sensitive)", "(sensitive)"),
                    ),
                ),
                Change("aws_kms_key.main", "aws_kms_key", Effect.CREATE),
                Change("aws_sns_topic.alerts", "aws_sns_topic", Effect.CREATE),
                Change("aws_sns_topic.more", "aws_sns_topic", Effect.CREATE),
                Change(
                    "module.bus.aws_cloudwatch_event_bus.main[0]",
                    "aws_cloudwatch_event_bus",
                    Effect.IMPORT,
                    importing="orders",
                ),
                Change(
                    'module.a.aws_scheduler_schedule.ecs[""]',
                    "aws_scheduler_schedule",
                    Effect.MOVE,
                    moved_from="module.a.aws_scheduler_schedule.ecs_task",
                ),
            ),
            (
                Finding(
                    "change/deletes-data",
                    Severity.WARN,
                    "A queue that may hold messages is destroyed.",
                    queue,
                    advice="Drain it first: make eb-replay.",
                ),
            ),
        ),
        sentences=(
            *sentences("channelbackfill"),
            *sentences("claims-report"),
            Sentence(
                "aws_kms_key.main",
                "key",
                who="EventBridge (events.amazonaws.com)",
                allows=True,
                what=("kms:Decrypt", "kms:GenerateDataKey*"),
                on=("*",),
                conditions=(f"aws:SourceAccount is {ACCOUNT}",),
                address="aws_kms_key.main",
                sid="statement 2",
            ),
        ),
        privileges=Privileges(
            (
                proof(
                    "claims-report",
                    Status.DIFFERS,
                    beyond="iam:PassRole on arn:aws:iam::867653852961:role/admin for ec2.amazonaws.com",
                    missing="ecs:TagResource on arn:aws:ecs:us-east-1:867653852961:task/default/*",
                ),
                proof(
                    "other", Status.UNDECLARED, widest=("iam:PassRole on * without iam:PassedToService", "s3:* on *")
                ),
                proof("deferred", Status.UNREAD, why="Its policy is the text of a file that the apply writes."),
                proof("slow", Status.UNDECIDED, why="The solver gave up after 10 s."),
                proof("channelbackfill"),
            ),
            (
                Finding(
                    "privilege/beyond",
                    Severity.FAIL,
                    "A scheduler's role may pass any role to any service.",
                    "module.schedule_claims-report.aws_iam_role.scheduler",
                    "iam:PassRole on arn:aws:iam::867653852961:role/admin\niam:PassedToService = ec2.amazonaws.com",
                    "Name the roles of the task, and add the condition iam:PassedToService.",
                    "iam.tf:12",
                ),
            ),
        ),
        deliveries=Deliveries(
            (
                path("claims-report", Answer.NO),
                path("cleanup", Answer.DEPENDS),
                path("channelbackfill"),
                path("channelbackfill-eu"),
                path(
                    "job-failed.json",
                    kind="event",
                    target="topic dn-dev-alerts",
                    stations=("job-failed.json", "rule failure", "topic dn-dev-alerts"),
                ),
            ),
            ('module.bus.aws_cloudwatch_event_rule.main["never"]',),
            (
                Finding(
                    "delivery/denied",
                    Severity.FAIL,
                    "The schedule claims-report cannot start its task.",
                    'module.schedule_claims-report.aws_scheduler_schedule.ecs[""]',
                    '{"Effect":"Allow","Action":"ecs:RunTask"}',
                    "Add the missing statement to the role's policy.",
                ),
                Finding(
                    "delivery/unreached",
                    Severity.FAIL,
                    "No sample event reaches the rule never.",
                    'module.bus.aws_cloudwatch_event_rule.main["never"]',
                    advice="Add an event to environments/events/.",
                ),
            ),
        ),
        calendar=Calendar(
            NOW,
            NOW + timedelta(days=30),
            (
                timetable(
                    "channelbackfill", first=datetime(2026, 3, 2, 23, tzinfo=UTC), every=timedelta(days=1), number=29
                ),
                timetable(
                    "cleanup",
                    first=NOW,
                    every=timedelta(hours=1),
                    number=720,
                    expression="rate(1 hour)",
                    zone="UTC",
                    duration=timedelta(minutes=75),
                    is_approximate=True,
                    runs_left_out=0,
                ),
                timetable(
                    "tokyo",
                    first=datetime(2026, 3, 3, 20, tzinfo=UTC),
                    every=timedelta(days=7),
                    number=4,
                    zone="Asia/Tokyo",
                    expression="cron(0 5 ? * WED *)",
                    window=timedelta(minutes=10),
                    duration=None,
                ),
                timetable("off", first=NOW, every=timedelta(days=1), number=0, enabled=False),
            ),
            (
                Finding(
                    "timetable/overlap",
                    Severity.WARN,
                    "cleanup begins while its last run is at work.",
                ),
            ),
        ),
        checks=Checks(
            211,
            "",
            (
                Skip(
                    "CKV_AWS_158",
                    "module.task_a.aws_cloudwatch_log_group.task",
                    "the key is the caller's choice",
                    "logs.tf:3",
                ),
            ),
            (
                Finding(
                    "checkov/CKV_AWS_27",
                    Severity.WARN,
                    "A queue is not encrypted.",
                    "aws_sqs_queue.plain",
                    source="dlq.tf:4",
                ),
                Finding(
                    "check/alarm-without-action",
                    Severity.NOTE,
                    "An alarm tells nobody.",
                    "aws_cloudwatch_metric_alarm.x",
                ),
            ),
        ),
    )
