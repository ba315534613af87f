"""A plan in which everything is delivered: one target of each kind, and each permission in a statement of its own.

Every key is for one purpose, so that a permission that is taken away stops one hop and no other.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from review.delivery.model import Deliveries, Path
from review.delivery.samples import SampleEvent, whole
from review.delivery.walking import deliver
from review.plan import Plan, read
from review.policies.collecting import collect
from tests.support.plan_json import ACCOUNT, REGION, document, resource

Statement = dict[str, Any]
EVENTS, SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/reports"
SCHEDULE = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/reports/report"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main"
FAMILY = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/report"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
COMPANY = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/company"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders/placed"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:late"
GROUP_LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/placed"
SAMPLE = {"source": "example.orders", "detail-type": "Order Placed", "detail": {"number": 7}}


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def key_arn(name: str) -> str:
    return arn("kms", f"key/00000000-0000-0000-0000-{KEYS.index(name):012}")


def source(what: str) -> Statement:
    return {"ArnEquals": {"aws:SourceArn": what}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}


def allow(action: str | list[str], on: str | list[str] | None = None, by: str = "", **condition: Any) -> Statement:
    made: Statement = {"Effect": "Allow", "Action": action}
    if by:
        made["Principal"] = {"AWS": by} if by.startswith("arn:") else {"Service": by}
    if on:
        made["Resource"] = on
    return made | ({"Condition": condition} if condition else {})


def trust(by: str, what: str) -> Statement:
    return allow("sts:AssumeRole", by=by, **source(what))


def writes(service: str, *actions: str) -> Statement:
    return allow([*actions], "*", service)


def via(service: str) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}


KEYS = ("schedule", "schedule-dlq", "bus", "topic", "queue", "rule-dlq", "logs", "alarms", "company")
DATA_KEY = ("kms:GenerateDataKey", "kms:Decrypt")
ACCOUNT_DECIDES = allow("kms:*", "*", f"arn:aws:iam::{ACCOUNT}:root")
BUS_CONTEXT = "kms:EncryptionContext:aws:events:event-bus:arn"


def policies() -> dict[str, list[Statement]]:
    """Every policy by the address of what carries it; a role's trust by the role's, with its identity apart."""
    passes = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    runs = {"ArnEquals": {"ecs:cluster": CLUSTER}}
    tags = {"StringEquals": {"ecs:CreateAction": "RunTask"}}
    ecs_tasks = {"ArnLike": {"aws:SourceArn": arn("ecs", "*")}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}

    def runs_tasks() -> list[Statement]:
        return [
            allow("ecs:RunTask", [FAMILY, f"{FAMILY}:*"], **runs),
            allow("ecs:TagResource", arn("ecs", "task/main/*"), **tags),
            allow("iam:PassRole", role_arn("report-task"), **passes),
            allow("iam:PassRole", role_arn("report-execution"), **passes),
        ]

    runbook = "automation-definition/runbook:$DEFAULT"
    by_alarm = {"ArnLike": {"aws:SourceArn": arn("cloudwatch", "alarm:*")}}
    return {
        "aws_iam_role.scheduler": [trust(SCHEDULER, GROUP)],
        "aws_iam_role_policy.scheduler": [
            *runs_tasks(),
            allow("kms:Decrypt", key_arn("schedule"), **via("scheduler")),
            allow("sqs:SendMessage", arn("sqs", "schedule-dlq")),
            allow([*DATA_KEY], key_arn("schedule-dlq"), **via("sqs")),
        ],
        "aws_iam_role.report-task": [allow("sts:AssumeRole", by="ecs-tasks.amazonaws.com", **ecs_tasks)],
        "aws_iam_role.report-execution": [allow("sts:AssumeRole", by="ecs-tasks.amazonaws.com", **ecs_tasks)],
        "aws_iam_role.rule": [trust(EVENTS, RULE)],
        "aws_iam_role_policy.rule": [
            *runs_tasks(),
            allow("batch:SubmitJob", arn("batch", "job-queue/jobs")),
            allow("batch:SubmitJob", [arn("batch", "job-definition/job"), arn("batch", "job-definition/job:*")]),
            allow("events:PutEvents", COMPANY),
            allow("states:StartExecution", arn("states", "stateMachine:machine")),
            allow(
                "ssm:StartAutomationExecution",
                [arn("ssm", runbook), arn("ssm", "document/runbook"), arn("ssm", "automation-execution/*")],
            ),
            allow("iam:PassRole", role_arn("runbook"), StringEquals={"iam:PassedToService": "ssm.amazonaws.com"}),
        ],
        "aws_iam_role.runbook": [
            allow(
                "sts:AssumeRole",
                by="ssm.amazonaws.com",
                ArnLike={"aws:SourceArn": arn("ssm", "automation-execution/*")},
                StringEquals={"aws:SourceAccount": ACCOUNT},
            )
        ],
        "aws_iam_role_policy.shop": [allow("events:PutEvents", BUS)],
        "aws_sqs_queue_policy.rule-dlq": [
            allow("sqs:SendMessage", arn("sqs", "rule-dlq"), EVENTS, ArnEquals={"aws:SourceArn": RULE})
        ],
        "aws_sqs_queue_policy.queue": [
            allow("sqs:SendMessage", arn("sqs", "queue"), EVENTS, ArnEquals={"aws:SourceArn": RULE})
        ],
        "aws_sns_topic_policy.topic": [
            allow("sns:Publish", arn("sns", "topic"), EVENTS, ArnEquals={"aws:SourceArn": RULE})
        ],
        "aws_sns_topic_policy.alarms": [
            allow("sns:Publish", arn("sns", "alarms"), "cloudwatch.amazonaws.com", **by_alarm)
        ],
        "aws_cloudwatch_log_resource_policy.logs": [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{GROUP_LOGS}:*", each)
            for each in (EVENTS, "delivery.logs.amazonaws.com")
        ],
        "aws_kms_key.schedule": [ACCOUNT_DECIDES],
        "aws_kms_key.schedule-dlq": [ACCOUNT_DECIDES],
        "aws_kms_key.bus": [
            allow("kms:DescribeKey", "*", EVENTS),
            allow(
                [*DATA_KEY],
                "*",
                EVENTS,
                ArnEquals={"aws:SourceArn": BUS},
                StringEquals={"aws:SourceAccount": ACCOUNT, BUS_CONTEXT: BUS},
            ),
        ],
        "aws_kms_key.company": [writes(EVENTS, "kms:DescribeKey", *DATA_KEY)],
        "aws_kms_key.topic": [writes(EVENTS, *DATA_KEY)],
        "aws_kms_key.queue": [writes(EVENTS, *DATA_KEY)],
        "aws_kms_key.rule-dlq": [writes(EVENTS, *DATA_KEY)],
        "aws_kms_key.alarms": [writes("cloudwatch.amazonaws.com", *DATA_KEY)],
        "aws_kms_key.logs": [
            allow(
                ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "*",
                f"logs.{REGION}.amazonaws.com",
                ArnLike={"kms:EncryptionContext:aws:logs:arn": GROUP_LOGS},
            )
        ],
    }


def text(statements: list[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@dataclass
class Whole:
    """The plan's parts, to be changed before it is read."""

    policies: dict[str, list[Statement]] = field(default_factory=lambda: json.loads(json.dumps(policies())))
    resources: dict[str, dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(RESOURCES))
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown: dict[str, dict[str, Any]] = field(default_factory=dict)
    sensitive: dict[str, dict[str, Any]] = field(default_factory=dict)
    destroyed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def destroy(self, address: str, **more: Any) -> None:
        """Let the plan destroy what it had: it is there before, and not after."""
        self.destroyed[address] = self.resources.pop(address, {}) | more

    def document(self) -> dict[str, Any]:
        changes = [
            resource(address, after, self.unknown.get(address), sensitive=self.sensitive.get(address))
            for address, after in self.resources.items()
        ]
        changes += [resource(address, before=before) for address, before in self.destroyed.items()]
        for address, statements in self.policies.items():
            kind, _, name = address.partition(".")
            changes.append(resource(address, MAKERS[kind](name, text(statements))))
        # What these say as `arn` is not their own.
        others = [
            each["address"]
            for each in changes
            if each["type"] in {"aws_cloudwatch_event_target", "aws_sns_topic_policy"}
        ]
        said = {address: {"arn": {"constant_value": "…"}} for address in others}
        return document(*changes, known=self.known, configuration=said)

    def plan(self) -> Plan:
        return read(self.document(), "test")

    def delivered(self, *events: dict[str, Any]) -> Deliveries:
        plan = self.plan()
        samples = [
            SampleEvent(f"sample {number}", whole(each, plan, str(number)))
            for number, each in enumerate(events or (SAMPLE,))
        ]
        return deliver(plan, collect(plan), samples)


def of_kind(deliveries: Deliveries, kind: str) -> list[Path]:
    return [path for path in deliveries.paths if path.kind == kind]


def rules_of(deliveries: Deliveries) -> list[tuple[str, str]]:
    return [(each.rule, each.severity.value) for each in deliveries.findings]


def queue_policy(name: str, policy: str) -> dict[str, Any]:
    return {"queue_url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}", "policy": policy}


MAKERS = {
    "aws_iam_role": lambda name, policy: {
        "name": name,
        "path": "/",
        "arn": role_arn(name),
        "assume_role_policy": policy,
    },
    "aws_iam_role_policy": lambda name, policy: {"name": name, "role": name, "policy": policy},
    "aws_sqs_queue_policy": queue_policy,
    "aws_sns_topic_policy": lambda name, policy: {"arn": arn("sns", name), "policy": policy},
    "aws_cloudwatch_log_resource_policy": lambda name, policy: {"policy_name": name, "policy_document": policy},
    "aws_kms_key": lambda name, policy: {
        "arn": key_arn(name),
        "key_id": key_arn(name).rpartition("/")[2],
        "policy": policy,
    },
}


def target(name: str, to: str, **more: Any) -> dict[str, Any]:
    return {
        "rule": "placed",
        "event_bus_name": "orders",
        "target_id": name,
        "arn": to,
        "dead_letter_config": [{"arn": arn("sqs", "rule-dlq")}],
    } | more


RULE_ROLE = {"role_arn": role_arn("rule")}
PARAMETERS = {"task_definition_arn": FAMILY, "tags": {"Team": "reports"}, "propagate_tags": None}
RESOURCES: dict[str, dict[str, Any]] = {
    "aws_iam_role.shop": {
        "name": "shop",
        "arn": role_arn("shop"),
        "assume_role_policy": text([allow("sts:AssumeRole", by="ecs-tasks.amazonaws.com")]),
    },
    "aws_ecs_cluster.main": {"name": "main", "arn": CLUSTER},
    "aws_ecs_task_definition.report": {
        "family": "report",
        "revision": 3,
        "arn": f"{FAMILY}:3",
        "task_role_arn": role_arn("report-task"),
        "execution_role_arn": role_arn("report-execution"),
        "container_definitions": json.dumps([{"name": "report", "image": "example"}]),
    },
    "aws_scheduler_schedule_group.reports": {"name": "reports", "arn": GROUP},
    "aws_scheduler_schedule.report": {
        "name": "report",
        "group_name": "reports",
        "arn": SCHEDULE,
        "state": "ENABLED",
        "schedule_expression": "rate(1 day)",
        "schedule_expression_timezone": "UTC",
        "kms_key_arn": key_arn("schedule"),
        "target": [
            {
                "arn": CLUSTER,
                "role_arn": role_arn("scheduler"),
                "ecs_parameters": [PARAMETERS],
                "dead_letter_config": [{"arn": arn("sqs", "schedule-dlq")}],
                "input": None,
            }
        ],
    },
    "aws_sqs_queue.schedule-dlq": {
        "name": "schedule-dlq",
        "arn": arn("sqs", "schedule-dlq"),
        "kms_master_key_id": key_arn("schedule-dlq"),
    },
    "aws_sqs_queue.rule-dlq": {
        "name": "rule-dlq",
        "arn": arn("sqs", "rule-dlq"),
        "kms_master_key_id": key_arn("rule-dlq"),
    },
    "aws_sqs_queue.queue": {"name": "queue", "arn": arn("sqs", "queue"), "kms_master_key_id": key_arn("queue")},
    "aws_sns_topic.topic": {"name": "topic", "arn": arn("sns", "topic"), "kms_master_key_id": key_arn("topic")},
    "aws_sns_topic.alarms": {"name": "alarms", "arn": arn("sns", "alarms"), "kms_master_key_id": key_arn("alarms")},
    "aws_cloudwatch_metric_alarm.late": {
        "alarm_name": "late",
        "arn": ALARM,
        "alarm_actions": [arn("sns", "alarms")],
        "ok_actions": [],
        "actions_enabled": True,
    },
    "aws_cloudwatch_event_bus.orders": {"name": "orders", "arn": BUS, "kms_key_identifier": key_arn("bus")},
    "aws_cloudwatch_event_bus.company": {"name": "company", "arn": COMPANY, "kms_key_identifier": key_arn("company")},
    "aws_cloudwatch_log_group.logs": {
        "name": "/aws/events/placed",
        "arn": GROUP_LOGS,
        "kms_key_id": key_arn("logs"),
    },
    "aws_cloudwatch_event_rule.placed": {
        "name": "placed",
        "event_bus_name": "orders",
        "arn": RULE,
        "state": "ENABLED",
        "event_pattern": json.dumps({"source": ["example.orders"]}),
    },
    "aws_batch_job_queue.jobs": {"name": "jobs", "arn": arn("batch", "job-queue/jobs")},
    "aws_batch_job_definition.job": {"name": "job", "revision": 2, "arn": arn("batch", "job-definition/job:2")},
    "aws_sfn_state_machine.machine": {"name": "machine", "arn": arn("states", "stateMachine:machine")},
    "aws_ssm_document.runbook": {
        "name": "runbook",
        "arn": arn("ssm", "document/runbook"),
        "content": json.dumps({"assumeRole": role_arn("runbook")}),
    },
    "aws_lambda_function.function": {"function_name": "function", "arn": arn("lambda", "function:function")},
    "aws_lambda_permission.function": {
        "statement_id": "events",
        "function_name": "function",
        "action": "lambda:InvokeFunction",
        "principal": EVENTS,
        "source_arn": RULE,
    },
    "aws_cloudwatch_event_target.task": target("task", CLUSTER, ecs_target=[PARAMETERS], **RULE_ROLE),
    "aws_cloudwatch_event_target.job": target(
        "job", arn("batch", "job-queue/jobs"), batch_target=[{"job_definition": "job", "job_name": "job"}], **RULE_ROLE
    ),
    "aws_cloudwatch_event_target.topic": target("topic", arn("sns", "topic")),
    "aws_cloudwatch_event_target.queue": target("queue", arn("sqs", "queue")),
    "aws_cloudwatch_event_target.logs": target("logs", GROUP_LOGS),
    "aws_cloudwatch_event_target.company": target("company", COMPANY, **RULE_ROLE),
    "aws_cloudwatch_event_target.function": target("function", arn("lambda", "function:function")),
    "aws_cloudwatch_event_target.machine": target("machine", arn("states", "stateMachine:machine"), **RULE_ROLE),
    "aws_cloudwatch_event_target.runbook": target(
        "runbook", arn("ssm", "automation-definition/runbook:$DEFAULT"), input='{"Operation": ["sync"]}', **RULE_ROLE
    ),
}
