"""Parts of reports, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from review.delivery.model import Answer, Hop, Path
from review.intents.model import Proof, Status
from review.plan import Plan
from review.policies.model import Sentence
from review.timetable.model import Timetable

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
ACCOUNT = "867653852961"
NEW_YORK = "America/New_York"


def plan(name: str = "dn-dev", **values: Any) -> Plan:
    known = {"partition": "aws", "account": ACCOUNT, "region": "us-east-1"}
    parts: dict[str, Any] = {"resources": (), "data": (), "outputs": {}, "arns": {}}
    return Plan(name=name, timestamp=NOW, **{**known, **parts, **values})


def timetable(name: str, *, first: datetime, every: timedelta, number: int, **values: Any) -> Timetable:
    defaults: dict[str, Any] = {
        "address": f'module.schedule_{name}.aws_scheduler_schedule.ecs[""]',
        "expression": "cron(0 6 * * ? *)",
        "zone": NEW_YORK,
        "enabled": True,
        "runs_left_out": 0,
        "window": timedelta(),
        "duration": timedelta(minutes=15),
        "runs_what": f"task {name}-task",
    }
    return Timetable(name=name, runs=tuple(first + each * every for each in range(number)), **{**defaults, **values})


def path(trigger: str, answer: Answer = Answer.YES, **values: Any) -> Path:
    role = f"arn:aws:iam::{ACCOUNT}:role/{trigger}-scheduler"
    address = f'module.schedule_{trigger}.aws_scheduler_schedule.ecs[""]'
    defaults: dict[str, Any] = {
        "kind": "schedule",
        "via": address,
        "target": "task channelbackfill-task on cluster default",
        "stations": (trigger, f"role {trigger}-scheduler", "task channelbackfill-task", f"queue {trigger}-dlq"),
        "address": address,
        "hops": (
            Hop("Is the schedule on?", Answer.YES, "its state is ENABLED", where=address),
            Hop(
                f"May EventBridge Scheduler take on the role {role}?",
                Answer.YES,
                "statement SchedulerAssume of its trust policy allows it",
                where=f"module.schedule_{trigger}.aws_iam_role.scheduler",
            ),
            Hop(
                f"May {role} run the task arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/channelbackfill-task?",
                answer,
                {
                    Answer.YES: "statement RunTask allows it",
                    Answer.NO: "no statement allows ecs:RunTask on this task definition",
                    Answer.DEPENDS: "depends on the permissions boundary arn:aws:iam::aws:policy/example, "
                    "outside this plan",
                }[answer],
                missing='{"Effect":"Allow","Action":"ecs:RunTask","Resource":"arn:aws:ecs:us-east-1:867653852961:'
                'task-definition/channelbackfill-task:*"}'
                if answer is Answer.NO
                else "",
                station=2,
                where=f"module.schedule_{trigger}.aws_iam_role_policy.scheduler",
            ),
            Hop(
                "May it write to the dead-letter queue, with its key?",
                Answer.YES,
                "statement Send allows it",
                side=True,
                station=3,
            ),
        ),
    }
    return Path(trigger=trigger, **{**defaults, **values})


def sentences(owner: str) -> tuple[Sentence, ...]:
    role = f"module.schedule_{owner}.aws_iam_role.scheduler"
    policy = f"module.schedule_{owner}.aws_iam_role_policy.scheduler"
    task = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{owner}-task"
    cluster = f"ecs:cluster is arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/default"
    return (
        Sentence(
            role,
            "trust",
            who="EventBridge Scheduler (scheduler.amazonaws.com)",
            allows=True,
            what=("sts:AssumeRole",),
            on=(),
            conditions=(f"aws:SourceAccount is {ACCOUNT}",),
            address=role,
            sid="SchedulerAssume",
        ),
        Sentence(
            role,
            "role",
            who="the role itself",
            allows=True,
            what=("ecs:RunTask",),
            on=(task, f"{task}:*"),
            conditions=(cluster,),
            address=policy,
            sid="RunTask",
        ),
        Sentence(
            role,
            "role",
            who="the role itself",
            allows=True,
            what=("iam:PassRole",),
            on=(f"arn:aws:iam::{ACCOUNT}:role/{owner}-execution",),
            conditions=("iam:PassedToService is ecs-tasks.amazonaws.com",),
            address=policy,
            sid="PassRole",
        ),
        Sentence(
            role,
            "role",
            who="the role itself",
            allows=False,
            what=("s3:*",),
            on=("*",),
            conditions=(),
            address=policy,
            sid="statement 3",
        ),
    )


def proof(owner: str, status: Status = Status.PROVED, **values: Any) -> Proof:
    known = status is not Status.UNDECLARED
    return Proof(
        address=f"module.schedule_{owner}.aws_iam_role.scheduler",
        subject="role",
        kind="scheduler" if known else "",
        purpose=f"Runs the task {owner}-task on the cluster default, and nothing else." if known else "",
        status=status,
        **values,
    )
