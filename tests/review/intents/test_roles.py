"""What each kind of role needs, by the facts of a plan: right policies are proved, and what is wrong is named."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from review.intents.model import Status
from tests.review.intents import made
from tests.review.intents.made import ACCOUNT, CLUSTER, FAMILY, GROUP, HERE, KEY, QUEUE, ROLE, RULE, TASKS, TOPIC, allow

OTHER = f"arn:aws:ecs:{HERE}:task-definition/other"
SCHEDULES = f"arn:aws:scheduler:{HERE}:schedule/reports/*"
WITHIN = {"ArnEquals": {"ecs:cluster": CLUSTER}}
TO_ECS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
RUN = allow("ecs:RunTask", [FAMILY, f"{FAMILY}:*"], **WITHIN)
TAG = allow("ecs:TagResource", TASKS, StringEquals={"ecs:CreateAction": "RunTask"})
PASS = allow("iam:PassRole", [f"{ROLE}/task", f"{ROLE}/execution"], **TO_ECS)
SCHEDULER = made.trusted_by("scheduler.amazonaws.com", GROUP)
EVENTS = made.trusted_by("events.amazonaws.com", RULE)
ECS = made.trusted_by("ecs-tasks.amazonaws.com", f"arn:aws:ecs:{HERE}:*", "ArnLike")
DEFINITION = {
    "aws_ecs_task_definition.report": {
        "family": "report", "arn": f"{FAMILY}:7", "revision": 7,
        "task_role_arn": f"{ROLE}/task", "execution_role_arn": f"{ROLE}/execution",
        "container_definitions": "[]",
    }
}  # fmt: skip


def via(service: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}}


def schedule(reference: str = FAMILY, *, payload: Any = None, **values: Any) -> dict[str, Any]:
    """A schedule that runs a task; `values` are those of the ECS parameters, and `dead_letters` and `key`."""
    dead_letters, key = values.pop("dead_letters", None), values.pop("key", None)
    target = {
        "arn": CLUSTER, "role_arn": f"{ROLE}/runner", "input": None if payload is None else json.dumps(payload),
        "ecs_parameters": [{"task_definition_arn": reference, **values}],
        "dead_letter_config": [{"arn": dead_letters}] if dead_letters else [],
    }  # fmt: skip
    return {
        "aws_scheduler_schedule.report": {
            "name": "report", "group_name": "reports", "kms_key_arn": key, "target": [target],
            "arn": f"arn:aws:scheduler:{HERE}:schedule/reports/report",
        }
    }  # fmt: skip


def rule(arn: str, **values: Any) -> dict[str, Any]:
    """A rule with one target, which works with the role `runner`."""
    return {
        "aws_cloudwatch_event_rule.done": {"name": "done", "event_bus_name": "default", "arn": RULE},
        "aws_cloudwatch_event_target.done": {
            "rule": "done", "event_bus_name": "default", "target_id": "t", "arn": arn, "role_arn": f"{ROLE}/runner",
            **values,
        },
    }  # fmt: skip


def runner(*statements: made.Statement, trust: str = SCHEDULER, boundary: str | None = None) -> dict[str, Any]:
    return made.role("runner", trust, *statements, boundary=boundary)


def queue(key: str | None) -> dict[str, Any]:
    return {"aws_sqs_queue.lost": {"name": "lost", "arn": QUEUE, "kms_master_key_id": key}}


SEND = allow("sqs:SendMessage", QUEUE)
USE_QUEUE_KEY = allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, **via("sqs"))
SUBMIT = f"arn:aws:batch:{HERE}:job-definition/render"
JOBS = f"arn:aws:batch:{HERE}:job-queue/jobs"
JOB = {"batch_target": [{"job_definition": SUBMIT, "job_name": "render"}]}
PINNED = {"batch_target": [{"job_definition": f"{SUBMIT}:3", "job_name": "render"}]}
MOVED = {
    "terraform_data.synced_job_definition": {"input": SUBMIT},
}
DOCUMENT = f"arn:aws:ssm:{HERE}:document/Clean"
CLEAN = {
    "aws_ssm_document.clean": {
        "name": "Clean", "arn": DOCUMENT, "content": json.dumps({"assumeRole": f"{ROLE}/cleans", "mainSteps": []})
    }
}  # fmt: skip
START = allow("ssm:StartAutomationExecution", [DOCUMENT, f"arn:aws:ssm:{HERE}:automation-execution/*"])
PASS_TO_SSM = allow("iam:PassRole", f"{ROLE}/cleans", StringEquals={"iam:PassedToService": "ssm.amazonaws.com"})
AUTOMATION = f"arn:aws:ssm:{HERE}:automation-definition/Clean:$DEFAULT"

PROVED = {
    "a schedule": schedule() | DEFINITION | runner(RUN, PASS),
    "a schedule that may tag and does not": schedule() | DEFINITION | runner(RUN, TAG, PASS),
    "a schedule that tags": schedule(propagate_tags="TASK_DEFINITION") | DEFINITION | runner(RUN, TAG, PASS),
    "a schedule that allows only the revisions": schedule()
    | DEFINITION
    | runner(allow("ecs:RunTask", f"{FAMILY}:*", **WITHIN), PASS),
    "a pinned revision": schedule(f"{FAMILY}:7")
    | DEFINITION
    | runner(allow("ecs:RunTask", f"{FAMILY}:7", **WITHIN), PASS),
    "a family by its name": schedule("report") | DEFINITION | runner(RUN, PASS),
    "another role by an override": schedule(payload={"taskRoleArn": f"{ROLE}/other"})
    | DEFINITION
    | runner(RUN, allow("iam:PassRole", [f"{ROLE}/other", f"{ROLE}/execution"], **TO_ECS)),
    "a key and a queue": schedule(dead_letters=QUEUE, key=KEY)
    | DEFINITION
    | queue(KEY)
    | runner(RUN, PASS, SEND, USE_QUEUE_KEY, allow("kms:Decrypt", KEY, **via("scheduler"))),
    "a queue with AWS's key": schedule(dead_letters=QUEUE) | DEFINITION | queue(None) | runner(RUN, PASS, SEND),
    "two schedules of one role": schedule()
    | {"aws_scheduler_schedule.other": schedule("other")["aws_scheduler_schedule.report"] | {"name": "other"}}
    | DEFINITION
    | {"aws_ecs_task_definition.other": {"family": "other", "arn": f"{OTHER}:1", "container_definitions": "[]"}}
    | runner(RUN, PASS, allow("ecs:RunTask", f"{OTHER}:*", **WITHIN)),
    "a rule that runs a task": rule(CLUSTER, ecs_target=[{"task_definition_arn": FAMILY}])
    | DEFINITION
    | runner(RUN, PASS, trust=EVENTS),
    "a rule that submits a job": rule(JOBS, **JOB)
    | runner(allow("batch:SubmitJob", [JOBS, SUBMIT, f"{SUBMIT}:*"]), trust=EVENTS),
    "a rule that submits a pinned job": rule(JOBS, **PINNED)
    | runner(allow("batch:SubmitJob", [JOBS, f"{SUBMIT}:3"]), trust=EVENTS),
    "a job that something moves": rule(JOBS, **PINNED)
    | MOVED
    | runner(allow("batch:SubmitJob", [JOBS, f"{SUBMIT}:*"]), trust=EVENTS),
    "a rule that puts events": rule(f"arn:aws:events:{HERE}:event-bus/other")
    | runner(allow("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/other"), trust=EVENTS),
    "a rule that starts a state machine": rule(f"arn:aws:states:{HERE}:stateMachine:s")
    | runner(allow("states:StartExecution", f"arn:aws:states:{HERE}:stateMachine:s"), trust=EVENTS),
    "a rule that sends to a queue with a role": rule(QUEUE) | queue(KEY) | runner(SEND, USE_QUEUE_KEY, trust=EVENTS),
    "a rule that starts an automation": rule(AUTOMATION) | CLEAN | runner(START, PASS_TO_SSM, trust=EVENTS),
}  # fmt: skip


@pytest.mark.parametrize("resources", PROVED.values(), ids=PROVED)
def test_what_is_needed_and_no_more_is_proved(resources: made.Resources) -> None:
    plan = made.plan(resources)
    for subject in ("role", "trust"):
        found = made.proof(plan, "aws_iam_role.runner", subject)
        assert found.status is Status.PROVED, found
    assert not [each for each in made.privileges(plan).findings if each.address == "aws_iam_role.runner"]


WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # what it is of: resources, subject, beyond, missing
    "no cluster": (
        schedule() | DEFINITION | runner(allow("ecs:RunTask", f"{FAMILY}:*"), PASS), "role", "ecs:RunTask", "",
    ),
    "another family": (
        schedule() | DEFINITION | runner(RUN, PASS, allow("ecs:RunTask", f"{FAMILY[:-6]}*", **WITHIN)),
        "role", "ecs:RunTask", "",
    ),
    "every revision of a pinned one": (
        schedule(f"{FAMILY}:7") | DEFINITION | runner(allow("ecs:RunTask", f"{FAMILY}:*", **WITHIN), PASS),
        "role", "ecs:RunTask", "",
    ),
    "tags, and may not": (schedule(tags={"a": "b"}) | DEFINITION | runner(RUN, PASS), "role", "", "ecs:TagResource"),
    "managed tags, and may not": (
        schedule(enable_ecs_managed_tags=True) | DEFINITION | runner(RUN, PASS), "role", "", "ecs:TagResource",
    ),
    "propagated tags, and may not": (
        schedule(propagate_tags="TASK_DEFINITION") | DEFINITION | runner(RUN, PASS), "role", "", "ecs:TagResource",
    ),
    "sends to a queue without its key": (
        rule(QUEUE) | queue(KEY) | runner(SEND, trust=EVENTS), "role", "", "kms:",
    ),
    "tags the definition": (
        schedule(tags={"a": "b"}) | DEFINITION | runner(RUN, PASS, allow("ecs:TagResource", f"{FAMILY}:*")),
        "role", "ecs:TagResource", f"ecs:TagResource on {TASKS[:-1]}",
    ),
    "passes every role": (
        schedule() | DEFINITION | runner(RUN, allow("iam:PassRole", "*", **TO_ECS)), "role", "iam:PassRole", "",
    ),
    "passes to anybody": (
        schedule() | DEFINITION | runner(RUN, allow("iam:PassRole", [f"{ROLE}/task", f"{ROLE}/execution"])),
        "role", "iam:PassRole", "",
    ),
    "passes one role of two": (
        schedule() | DEFINITION | runner(RUN, allow("iam:PassRole", f"{ROLE}/task", **TO_ECS)),
        "role", "", f"iam:PassRole on {ROLE}/execution",
    ),
    "no dead letters": (schedule(dead_letters=QUEUE) | DEFINITION | runner(RUN, PASS), "role", "", "sqs:SendMessage"),
    "no key of the queue": (
        schedule(dead_letters=QUEUE) | DEFINITION | queue(KEY) | runner(RUN, PASS, SEND), "role", "", "kms:",
    ),
    "data keys through Scheduler": (
        schedule(key=KEY) | DEFINITION
        | runner(RUN, PASS, allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, **via("scheduler"))),
        "role", "kms:GenerateDataKey", "",
    ),
    "no source": (
        schedule() | DEFINITION | runner(RUN, PASS, trust=made.trust("scheduler.amazonaws.com")),
        "trust", "sts:AssumeRole", "",
    ),
    "the schedule's ARN instead of its group's": (
        schedule() | DEFINITION
        | runner(RUN, PASS, trust=made.trusted_by("scheduler.amazonaws.com", SCHEDULES, "ArnLike")),
        "trust", "sts:AssumeRole", f"aws:SourceArn = {GROUP}",
    ),
    "another service": (
        schedule() | DEFINITION | runner(RUN, PASS, trust=made.trusted_by("events.amazonaws.com", GROUP)),
        "trust", "events.amazonaws.com", "scheduler.amazonaws.com",
    ),
    "a job without its queue": (
        rule(JOBS, **JOB) | runner(allow("batch:SubmitJob", [SUBMIT, f"{SUBMIT}:*"]), trust=EVENTS),
        "role", "", f"batch:SubmitJob on {JOBS}",
    ),
    "every revision of a job that nothing moves": (
        rule(JOBS, **PINNED) | runner(allow("batch:SubmitJob", [JOBS, f"{SUBMIT}:*"]), trust=EVENTS),
        "role", "batch:SubmitJob", "",
    ),
    "a boundary that leaves out what is needed": (
        schedule() | DEFINITION | runner(RUN, PASS, boundary=f"arn:aws:iam::{ACCOUNT}:policy/limit")
        | {"aws_iam_policy.limit": {
            "name": "limit", "path": "/", "arn": f"arn:aws:iam::{ACCOUNT}:policy/limit",
            "policy": made.policy(allow("ecs:*", "*")),
        }},
        "role", "", "iam:PassRole",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_more_or_less_fails_with_a_request(case: tuple[dict[str, Any], str, str, str]) -> None:
    resources, subject, beyond, missing = case
    plan = made.plan(resources)
    found = made.proof(plan, "aws_iam_role.runner", subject)
    assert found.status is Status.DIFFERS
    assert beyond in found.beyond
    assert missing in found.missing
    assert (bool(beyond), bool(missing)) == (bool(found.beyond), bool(found.missing))
    (finding,) = (each for each in made.privileges(plan).findings if each.rule != "privilege/undeclared")
    assert finding.severity == "fail"
    assert (found.missing or found.beyond) in finding.detail


def test_roles_of_a_definition_outside_the_plan_are_not_called_right_or_wrong() -> None:
    named = made.proof(made.plan(schedule() | runner(RUN, PASS)), "aws_iam_role.runner", "role")
    assert named.status is Status.UNDECIDED
    assert "The task definition report is not in this plan" in named.why
    role_arns = allow("iam:PassRole", f"{ROLE}/*", **TO_ECS)
    several = made.proof(made.plan(schedule() | runner(RUN, role_arns)), "aws_iam_role.runner", "role")
    assert several.status is Status.DIFFERS
    every = made.proof(
        made.plan(schedule() | runner(RUN, allow("iam:PassRole", "*", **TO_ECS))), "aws_iam_role.runner", "role"
    )
    assert every.status is Status.DIFFERS
    assert every.beyond.startswith("iam:PassRole")


def test_a_family_means_the_definition_that_the_plan_makes() -> None:
    """Also where the plan reads the one that is there: the next run is of the new one."""
    there = DEFINITION["aws_ecs_task_definition.report"] | {"task_role_arn": f"{ROLE}/former", "arn": f"{FAMILY}:6"}
    plan = made.plan(schedule() | DEFINITION | runner(RUN, PASS), data={"data.aws_ecs_task_definition.report": there})
    assert made.proof(plan, "aws_iam_role.runner", "role").status is Status.PROVED


def test_a_revision_that_the_plan_makes_leaves_room_for_the_next() -> None:
    made_by_plan = {"aws_ecs_task_definition.report": dict(DEFINITION["aws_ecs_task_definition.report"])}
    for attribute in ("arn", "revision"):
        del made_by_plan["aws_ecs_task_definition.report"][attribute]
    unknown = {"aws_ecs_task_definition.report": {"arn": True, "revision": True}}
    symbol = f"{FAMILY}:‹aws_ecs_task_definition.report.revision›"
    for resource in (symbol, f"{FAMILY}:*"):
        statements = (allow("ecs:RunTask", resource, **WITHIN), PASS)
        plan = made.plan(schedule(symbol) | made_by_plan | runner(*statements), unknown=unknown)
        assert made.proof(plan, "aws_iam_role.runner", "role").status is Status.PROVED


@pytest.mark.parametrize(
    ("call", "statement", "status"),
    [
        ("sqs:purgeQueue", allow("sqs:PurgeQueue", QUEUE), Status.UNDECIDED),
        ("sqs:purgeQueue", allow("sqs:PurgeQueue", "*"), Status.DIFFERS),
        ("sqs:purgeQueue", allow("sqs:DeleteQueue", QUEUE), Status.DIFFERS),
        ("ec2:describeRegions", allow("ec2:DescribeRegions", "*"), Status.UNDECIDED),  # which knows no resources
    ],
)
def test_what_a_universal_target_works_on_no_arn_says(call: str, statement: made.Statement, status: Status) -> None:
    target = {"arn": f"arn:aws:scheduler:::aws-sdk:{call}", "role_arn": f"{ROLE}/runner"}
    called = {"aws_scheduler_schedule.report": schedule()["aws_scheduler_schedule.report"] | {"target": [target]}}
    found = made.proof(made.plan(called | runner(statement)), "aws_iam_role.runner", "role")
    assert found.status is status
    assert status is Status.DIFFERS or "no ARN says" in found.why


def test_a_queue_that_only_the_apply_knows_leaves_the_role_undecided() -> None:
    symbol = "‹aws_scheduler_schedule.report.target[0].dead_letter_config[0].arn›"
    for statements, status in (((RUN, PASS), Status.UNDECIDED), ((RUN, PASS, SEND), Status.UNDECIDED)):
        plan = made.plan(schedule(dead_letters=symbol) | DEFINITION | runner(*statements))
        found = made.proof(plan, "aws_iam_role.runner", "role")
        assert found.status is status
        assert "dead_letter_config" in found.why
    wider = made.plan(schedule(dead_letters=symbol) | DEFINITION | runner(RUN, PASS, allow("sqs:SendMessage", "*")))
    assert made.proof(wider, "aws_iam_role.runner", "role").status is Status.DIFFERS


def test_one_role_for_both_may_do_what_both_need() -> None:
    both = {
        "aws_ecs_task_definition.report": container(image=IMAGE)["aws_ecs_task_definition.report"]
        | {"task_role_arn": f"{ROLE}/both", "execution_role_arn": f"{ROLE}/both"}
    }
    declared = {"tasks": {"report": {"permissions": {"sqs_send": [{"queue_arn": QUEUE}]}}}}
    plan = made.plan(both | made.role("both", ECS, LOGIN, PULL, SEND), review=declared)
    found = made.proof(plan, "aws_iam_role.both", "role")
    assert (found.status, found.kind) == (Status.PROVED, "execution role and task role")


def test_a_task_role_is_not_held_to_what_the_execution_role_needs() -> None:
    plan = made.plan(container(image=IMAGE) | made.role("task", ECS), review=DECLARED)
    assert made.proof(plan, "aws_iam_role.task", "role").status is Status.PROVED


def test_ecs_exec_takes_its_channels_where_a_target_turns_it_on() -> None:
    channels = allow(
        [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")], "*"
    )
    for turned_on, status in ((True, Status.PROVED), (False, Status.DIFFERS)):
        runs = schedule(enable_execute_command=turned_on)
        plan = made.plan(runs | container() | made.role("task", ECS, channels), review=DECLARED)
        assert made.proof(plan, "aws_iam_role.task", "role").status is status


def test_a_definition_that_is_read_has_its_roles() -> None:
    data = {
        "data.aws_ecs_task_definition.report": DEFINITION["aws_ecs_task_definition.report"]
        | {"task_definition": "report"}
    }
    plan = made.plan(schedule() | runner(RUN, PASS), data=data)
    assert made.proof(plan, "aws_iam_role.runner", "role").status is Status.PROVED


def test_a_boundary_outside_the_plan_leaves_it_unread() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    found = made.proof(
        made.plan(schedule() | DEFINITION | runner(RUN, PASS, boundary=boundary)), "aws_iam_role.runner", "role"
    )
    assert found.status is Status.UNREAD
    assert "Its own policies are as intended" in found.why
    wide = made.plan(schedule() | DEFINITION | runner(RUN, PASS, allow("s3:*", "*"), boundary=boundary))
    assert made.proof(wide, "aws_iam_role.runner", "role").status is Status.DIFFERS


def test_an_attached_policy_of_aws_leaves_it_unread() -> None:
    attached = {
        "aws_iam_role_policy_attachment.more": {
            "role": "runner",
            "policy_arn": "arn:aws:iam::aws:policy/AmazonECS_FullAccess",
        }
    }
    plan = made.plan(schedule() | DEFINITION | runner(RUN, PASS) | attached)
    found = made.proof(plan, "aws_iam_role.runner", "role")
    assert found.status is Status.UNREAD
    assert [each.severity for each in made.privileges(plan).findings if "full" not in each.rule] == ["warn"]


def container(**values: Any) -> dict[str, Any]:
    definitions = json.dumps([{"name": "main", "image": "example/report:1", **values}])
    return {
        "aws_ecs_task_definition.report": DEFINITION["aws_ecs_task_definition.report"]
        | {"container_definitions": definitions}
    }


REPOSITORY = f"arn:aws:ecr:{HERE}:repository/report"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/report:1"
LOGIN = allow("ecr:GetAuthorizationToken", "*")
PULL = allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], REPOSITORY)
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/report", "awslogs-region": "us-east-1"}}
LOG_GROUP = f"arn:aws:logs:{HERE}:log-group:/ecs/report"
WRITE = allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOG_GROUP}:*")
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:api-AbCdEf"
PARAMETER = f"arn:aws:ssm:{HERE}:parameter/api"
READ_SECRET = allow("secretsmanager:GetSecretValue", SECRET)
SECRETS = {"secrets": [{"name": "A", "valueFrom": f"{SECRET}:token::"}, {"name": "B", "valueFrom": PARAMETER}]}
DECLARED: dict[str, Any] = {"tasks": {"report": {"permissions": {}, "secrets_kms_key_arns": []}}}
KEYED: dict[str, Any] = {"tasks": {"report": {"permissions": {}, "secrets_kms_key_arns": [KEY]}}}

EXECUTION: dict[str, tuple[dict[str, Any], list[made.Statement], Any, Status, str]] = {
    "an image from elsewhere": (container(), [], None, Status.PROVED, ""),
    "ECR and logs": (container(image=IMAGE, logConfiguration=LOGS), [LOGIN, PULL, WRITE], None, Status.PROVED, ""),
    "an image of another account": (
        container(image=IMAGE.replace(ACCOUNT, "210987654321")),
        [LOGIN, {**PULL, "Resource": REPOSITORY.replace(ACCOUNT, "210987654321")}], None, Status.PROVED, "",
    ),
    "any key in place of one of which nobody says anything": (
        container(**SECRETS),
        [READ_SECRET, allow("ssm:GetParameters", PARAMETER), allow("kms:Decrypt", f"{KEY[:-36]}*", **via("ssm"))],
        None, Status.DIFFERS, "kms:Decrypt",
    ),
    "no login": (container(image=IMAGE), [PULL], None, Status.DIFFERS, "ecr:GetAuthorizationToken"),
    "every repository": (
        container(image=IMAGE), [LOGIN, {**PULL, "Resource": "*"}], None, Status.DIFFERS, "ecr:",
    ),
    "a group that is made": (
        container(logConfiguration={**LOGS, "options": {**LOGS["options"], "awslogs-create-group": "true"}}),
        [WRITE, allow("logs:CreateLogGroup", [LOG_GROUP, f"{LOG_GROUP}:*"])], None, Status.PROVED, "",
    ),
    "secrets without a key": (
        container(**SECRETS), [READ_SECRET, allow("ssm:GetParameters", PARAMETER)], DECLARED, Status.PROVED, "",
    ),
    "secrets with a key": (
        container(**SECRETS),
        [READ_SECRET, allow("ssm:GetParameters", PARAMETER), allow("kms:Decrypt", KEY, **via("ssm"))],
        KEYED, Status.PROVED, "",
    ),
    "a key that is declared not to be": (
        container(**SECRETS),
        [READ_SECRET, allow("ssm:GetParameters", PARAMETER), allow("kms:Decrypt", KEY, **via("ssm"))],
        DECLARED, Status.DIFFERS, "kms:Decrypt",
    ),
    "a key of which nobody says anything": (
        container(**SECRETS),
        [READ_SECRET, allow("ssm:GetParameters", PARAMETER), allow("kms:Decrypt", KEY, **via("ssm"))],
        None, Status.UNDECIDED, "",
    ),
    "every key of which nobody says anything": (
        container(**SECRETS),
        [READ_SECRET, allow("ssm:GetParameters", PARAMETER), allow("kms:Decrypt", "*", **via("ssm"))],
        None, Status.DIFFERS, "kms:Decrypt",
    ),
    "a parameter by its name": (
        container(secrets=[{"name": "B", "valueFrom": "/api"}]), [allow("ssm:GetParameters", PARAMETER)],
        DECLARED, Status.PROVED, "",
    ),
    "one secret of two": (container(**SECRETS), [READ_SECRET], DECLARED, Status.DIFFERS, "ssm:GetParameters"),
    "a registry of somebody": (
        container(repositoryCredentials={"credentialsParameter": SECRET}), [READ_SECRET], DECLARED, Status.PROVED, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EXECUTION.values(), ids=EXECUTION)
def test_the_execution_role_starts_the_containers(
    case: tuple[dict[str, Any], list[made.Statement], Any, Status, str],
) -> None:
    definition, statements, review, status, named = case
    plan = made.plan(definition | made.role("execution", ECS, *statements), review=review)
    found = made.proof(plan, "aws_iam_role.execution", "role")
    assert found.status is status, found
    assert named in f"{found.beyond} {found.missing}"
    assert made.proof(plan, "aws_iam_role.execution", "trust").status is Status.PROVED


S3 = "arn:aws:s3:::in"
PERMISSIONS: dict[str, tuple[Any, list[made.Statement]]] = {
    "nothing": ({}, []),
    "s3_read of a prefix": (
        {"s3_read": [{"bucket": "in", "prefix": "reports/", "kms_key_arns": [KEY]}]},
        [allow("s3:GetObject", f"{S3}/reports/*"), allow("s3:ListBucket", S3, StringLike={"s3:prefix": "reports/*"}),
         allow("kms:Decrypt", KEY, **via("s3"))],
    ),
    "s3_read of keys": (
        {"s3_read": [{"bucket": "in", "keys": ["a", "b"]}]}, [allow("s3:GetObject", [f"{S3}/a", f"{S3}/b"])],
    ),
    "s3_read of all": (
        {"s3_read": [{"bucket": "in", "whole_bucket": True}]},
        [allow("s3:GetObject", f"{S3}/*"), allow("s3:ListBucket", S3)],
    ),
    "s3_write": (
        {"s3_write": [{"bucket": "in", "prefix": "out/", "kms_key_arns": [KEY]}]},
        [allow(["s3:PutObject", "s3:AbortMultipartUpload"], f"{S3}/out/*"),
         allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, **via("s3"))],
    ),
    "s3_write of whole objects": (
        {"s3_write": [{"bucket": "in", "prefix": "out/", "multipart": False}]}, [allow("s3:PutObject", f"{S3}/out/*")],
    ),
    "put_events": (
        {"put_events": [{"event_bus": "orders", "sources": ["own"], "detail_types": ["Sold"]}]},
        [allow("events:PutEvents", made.BUS, StringEquals={"events:source": "own", "events:detail-type": "Sold"})],
    ),
    "put_events of any type": (
        {"put_events": [{"sources": ["own"]}]},
        [allow("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default", StringEquals={"events:source": "own"})],
    ),
    "ssm_read": (
        {"ssm_read": [{"parameter": "/api", "kms_key_arns": [KEY]}]},
        [allow(["ssm:GetParameter", "ssm:GetParameters"], PARAMETER), allow("kms:Decrypt", KEY, **via("ssm"))],
    ),
    "ssm_read of several at once": (
        {"ssm_read": [{"parameter": "/api", "operation": "GetParameters"}]}, [allow("ssm:GetParameters", PARAMETER)],
    ),
    "ssm_read of AWS's own": (
        {"ssm_read": [{"parameter": "/aws/service/ami"}]},
        [allow(["ssm:GetParameter", "ssm:GetParameters"], "arn:aws:ssm:us-east-1::parameter/aws/service/ami")],
    ),
    "secrets_read": ({"secrets_read": [{"secret_arn": SECRET}]}, [READ_SECRET]),
    "sns_publish": (
        {"sns_publish": [{"topic_arn": TOPIC, "kms_key_arns": [KEY]}]},
        [allow("sns:Publish", TOPIC), allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, **via("sns"))],
    ),
    "sqs_send": ({"sqs_send": [{"queue_arn": QUEUE}]}, [SEND]),
    "appsync_graphql": (
        {"appsync_graphql": [{"api_id": "abc", "fields": ["Query.list"]}]},
        [allow("appsync:GraphQL", f"arn:aws:appsync:{HERE}:apis/abc/types/Query/fields/list")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PERMISSIONS)
def test_the_task_role_may_do_what_is_declared_and_nothing_else(kind: str) -> None:
    declared, statements = PERMISSIONS[kind]
    review = {"tasks": {"report": {"permissions": declared}}}
    for more, status in (([], Status.PROVED), ([allow("s3:DeleteObject", f"{S3}/*")], Status.DIFFERS)):
        plan = made.plan(container() | made.role("task", ECS, *statements, *more), review=review)
        assert made.proof(plan, "aws_iam_role.task", "role").status is status
    for index in range(len(statements)):
        fewer = made.role("task", ECS, *statements[:index], *statements[index + 1 :])
        lacking = made.proof(made.plan(container() | fewer, review=review), "aws_iam_role.task", "role")
        assert lacking.missing, lacking


def test_a_task_role_that_nobody_declares_is_listed_with_its_widest_grants() -> None:
    plan = made.plan(container() | made.role("task", ECS, allow("s3:*", "*")))
    found = made.proof(plan, "aws_iam_role.task", "role")
    assert found.status is Status.UNDECLARED
    assert found.widest
    assert made.proof(plan, "aws_iam_role.task", "trust").status is Status.PROVED
    (finding,) = made.privileges(plan).findings
    assert (finding.rule, finding.severity) == ("privilege/undeclared", "warn")
    assert "output `review`" in finding.advice


def test_a_role_that_nothing_works_with_is_undeclared() -> None:
    plan = made.plan(
        made.role("person", made.policy(allow("sts:AssumeRole", "*", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})))
    )
    assert {each.status for each in made.privileges(plan).proofs} == {Status.UNDECLARED}


SETTINGS = {
    "Name": "mvp", "Region": "us-east-1", "State": "/sync/mvp", "Topic": TOPIC, "EventBus": "orders",
    "Selections": json.dumps([{"bus": "default", "rule": "done"}]),
}  # fmt: skip
STATE = f"arn:aws:ssm:{HERE}:parameter/sync/mvp"
SYNC = [
    allow("batch:DescribeJobDefinitions", "*"),
    allow("events:ListTargetsByRule", RULE),
    allow(
        "events:PutTargets", RULE,
        **{"ForAllValues:ArnLike": {"events:TargetArn": f"arn:aws:batch:{HERE}:job-queue/*"},
           "Null": {"events:TargetArn": "false"}},
    ),
    allow("iam:PassRole", f"{ROLE}/runner", StringEquals={"iam:PassedToService": "events.amazonaws.com"}),
    allow(["ssm:GetParameters", "ssm:PutParameter"], f"{STATE}/*"),
    allow("ssm:GetParameterHistory", f"{STATE}/lock"),
    allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": "BatchTargetSync"}),
    allow(
        "events:PutEvents", made.BUS,
        **{"ForAllValues:StringEquals": {"events:source": "dn.eventbridge.targetsync",
                                         "events:detail-type": ["Batch Target Changed", "Batch Target Sync Failed"]},
           "Null": {"events:source": "false", "events:detail-type": "false"}},
    ),
    allow("sns:Publish", TOPIC),
    allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY, **via("sns")),
]  # fmt: skip
TOLD = {"aws_sns_topic.alerts": {"name": "alerts", "arn": TOPIC, "kms_master_key_id": KEY}}
EXECUTIONS = f"arn:aws:ssm:{HERE}:automation-execution/*"


def sync(*statements: made.Statement, **settings: str) -> dict[str, Any]:
    step = {"inputs": {"InputPayload": {"Settings": SETTINGS | settings}}}
    content = {"assumeRole": f"{ROLE}/sync", "mainSteps": [step]}
    document = {"name": "Sync", "arn": f"arn:aws:ssm:{HERE}:document/Sync", "content": json.dumps(content)}
    assume = made.trusted_by("ssm.amazonaws.com", EXECUTIONS, "ArnLike")
    return {"aws_ssm_document.sync": document} | rule(JOBS, **PINNED) | TOLD | made.role("sync", assume, *statements)


def test_a_sync_may_do_what_its_document_tells_it_to() -> None:
    plan = made.plan(sync(*SYNC))
    for subject in ("role", "trust"):
        assert made.proof(plan, "aws_iam_role.sync", subject).status is Status.PROVED
    for index, statement in enumerate(SYNC):
        fewer = made.proof(made.plan(sync(*SYNC[:index], *SYNC[index + 1 :])), "aws_iam_role.sync", "role")
        assert fewer.missing, statement


def test_a_sync_has_its_selections_packed_when_they_are_long() -> None:
    packed = base64.b64encode(gzip.compress(SETTINGS["Selections"].encode())).decode()
    assert made.proof(made.plan(sync(*SYNC, Selections=packed)), "aws_iam_role.sync", "role").status is Status.PROVED


def test_a_sync_of_every_rule_lists_them_and_cannot_be_sure_of_roles_elsewhere() -> None:
    every = json.dumps([{"bus": "elsewhere"}])
    found = made.proof(made.plan(sync(*SYNC, Selections=every)), "aws_iam_role.sync", "role")
    assert "events:ListRules" in found.missing or "events:" in found.missing
    rules = f"arn:aws:events:{HERE}:rule/elsewhere/*"
    wider = [
        allow(["batch:DescribeJobDefinitions", "events:ListRules"], "*"),
        {**SYNC[1], "Resource": rules},
        {**SYNC[2], "Resource": rules},
        *SYNC[3:],
    ]
    found = made.proof(made.plan(sync(*wider, Selections=every)), "aws_iam_role.sync", "role")
    assert found.status is Status.UNDECIDED
    assert "every rule of elsewhere" in found.why


def test_the_log_of_a_sync_is_the_account_s_to_say() -> None:
    def writes(group: str) -> list[made.Statement]:
        actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        arn = f"arn:aws:logs:{HERE}:log-group:{group}"
        return [allow(actions, [arn, f"{arn}:*"]), allow("logs:DescribeLogGroups", f"arn:aws:logs:{HERE}:log-group:*")]

    def status(group: str, **more: Any) -> Status:
        plan = made.plan(sync(*SYNC, *writes(group)) | more)
        return made.proof(plan, "aws_iam_role.sync", "role").status

    own = "/aws/ssm/automation/executeScript"
    setting = {"aws_ssm_service_setting.log": {
        "setting_id": f"arn:aws:ssm:{HERE}:servicesetting/ssm/automation/customer-script-log-group-name",
        "setting_value": "/own",
    }}  # fmt: skip
    assert status(own) is Status.PROVED
    assert status("/own") is Status.UNDECIDED
    assert status("/own", **setting) is Status.PROVED
    assert status(own, **setting) is Status.DIFFERS
    assert status("*") is Status.DIFFERS
