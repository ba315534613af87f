"""Targets that no permission helps: taken away by the same plan, of another place, of a kind that AWS does not take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.delivery.model import Answer, Hop
from review.finding import Severity
from tests.review.delivery.complete import (
    ACCOUNT,
    BUS,
    CLUSTER,
    EVENTS,
    FAMILY,
    REGION,
    RULE_ROLE,
    Whole,
    allow,
    arn,
    key_arn,
    role_arn,
    rules_of,
    target,
    via,
)

OTHER = "111122223333"
TASK, TOPIC, QUEUE = (f"aws_cloudwatch_event_target.{name}" for name in ("task", "topic", "queue"))
ROLE, RULE_ROLE_POLICY = "aws_iam_role_policy.scheduler", "aws_iam_role_policy.rule"


def hops(whole: Whole, answer: Answer) -> list[Hop]:
    found = {hop.question: hop for path in whole.delivered().paths for hop in path.hops if hop.answer is answer}
    return list(found.values())


# --- What the plan takes away


@pytest.mark.parametrize(
    ("address", "more", "questions"),
    [
        ("aws_sqs_queue.queue", {}, {"Is the queue queue still there?"}),
        ("aws_sns_topic.topic", {}, {"Is the topic topic still there?"}),
        ("aws_sns_topic.alarms", {}, {"Is the topic alarms still there?"}),
        ("aws_ecs_cluster.main", {}, {"Is the cluster main still there?"}),
        ("aws_sqs_queue.rule-dlq", {}, {"Is the dead-letter queue rule-dlq still there?"}),
        ("aws_sqs_queue.schedule-dlq", {}, {"Is the dead-letter queue schedule-dlq still there?"}),
        ("aws_ecs_task_definition.report", {}, {"Is the task definition report still there?"}),
        ("aws_ecs_task_definition.report", {"skip_destroy": True}, set()),  # then it stays for who names it
        ("aws_batch_job_definition.job", {}, {"Is the job definition job still there?"}),
    ],
)
def test_what_the_plan_takes_away_is_not_outside_the_plan(
    address: str, more: dict[str, Any], questions: set[str]
) -> None:
    whole = Whole()
    whole.destroy(address, **more)
    found = hops(whole, Answer.NO)
    assert {each.question for each in found} == questions
    assert {each.where for each in found} <= {address}
    if questions:
        (failure,) = {each.rule: each for each in whole.delivered().findings if each.severity is Severity.FAIL}.values()
        assert failure.rule == "delivery/gone"
        assert not [each for each in whole.delivered().findings if "outside this plan" in each.title]


def test_a_role_that_the_plan_takes_away_is_asked_nothing() -> None:
    whole = Whole()
    trust = json.dumps({"Version": "2012-10-17", "Statement": whole.policies.pop("aws_iam_role.scheduler")})
    del whole.policies[ROLE]
    whole.destroy("aws_iam_role.scheduler", name="scheduler", arn=role_arn("scheduler"), assume_role_policy=trust)
    (path,) = [path for path in whole.delivered().paths if path.kind == "schedule"]
    assert [hop.question for hop in path.hops if hop.answer is Answer.NO] == ["Is the role scheduler still there?"]


def pinned(definition: str) -> Whole:
    whole = Whole()
    target_of_it = whole.resources["aws_scheduler_schedule.report"]["target"][0]
    target_of_it["ecs_parameters"] = [target_of_it["ecs_parameters"][0] | {"task_definition_arn": definition}]
    return whole


def test_a_revision_is_not_another_one() -> None:
    assert pinned(f"{FAMILY}:3").delivered().findings == ()
    # Of revision 2 the plan does not know the roles.
    older = pinned(f"{FAMILY}:2").delivered()
    assert {each.severity for each in older.findings} == {Severity.NOTE}
    assert any(f"task definition {FAMILY}:2, outside this plan" in each.title for each in older.findings)


def test_a_revision_goes_with_the_next_one() -> None:
    whole = pinned(f"{FAMILY}:2")
    whole.destroyed["aws_ecs_task_definition.report"] = {"family": "report", "arn": f"{FAMILY}:2"}
    (hop,) = hops(whole, Answer.NO)
    assert hop.because == f"this plan takes {FAMILY}:2 away"
    # What names the family alone runs the next one.
    by_family = Whole()
    by_family.destroyed = whole.destroyed
    assert by_family.delivered().findings == ()


@pytest.mark.parametrize(("keeps", "answer"), [(None, Answer.NO), (True, Answer.NO), (False, Answer.DEPENDS)])
def test_a_job_definition_loses_its_revision_with_an_update(keeps: bool | None, answer: Answer) -> None:
    whole = Whole()
    whole.resources["aws_cloudwatch_event_target.job"]["batch_target"] = [
        {"job_definition": "job:1", "job_name": "job"}
    ]
    whole.policies[RULE_ROLE_POLICY][5]["Resource"] = [arn("batch", "job-definition/job:*")]
    document = whole.document()
    (job,) = [each for each in document["resource_changes"] if each["address"] == "aws_batch_job_definition.job"]
    job["change"]["after"] |= {"deregister_on_new_revision": keeps}
    job["change"] |= {"actions": ["update"], "before": {"name": "job", "arn": arn("batch", "job-definition/job:1")}}
    whole.document = lambda: document  # type: ignore[method-assign]
    found = whole.delivered()
    (path,) = [path for path in found.paths if path.target.startswith("job job:1")]
    if answer is Answer.NO:
        assert path.answer is Answer.NO
        assert [hop.question for hop in path.hops if hop.answer is Answer.NO] == [
            "Is the job definition job:1 still there?"
        ]
    else:
        assert path.answer is not Answer.NO


# --- Where and what a target can be


@pytest.mark.parametrize(
    ("address", "to", "words"),
    [
        (TASK, CLUSTER.replace(REGION, "eu-west-1"), "only an event bus can be in another region than its rule"),
        (TASK, CLUSTER.replace(ACCOUNT, OTHER), "EventBridge calls no ecs of another account"),
        (TOPIC, f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic", "only an event bus can be in another region than its rule"),
    ],
)
def test_a_rule_calls_nothing_elsewhere(address: str, to: str, words: str) -> None:
    whole = Whole()
    whole.resources[address]["arn"] = to
    (failure,) = [each for each in whole.delivered().findings if each.severity is Severity.FAIL]
    assert failure.rule == "delivery/target"
    assert words in failure.detail


def test_a_rule_puts_events_on_buses_elsewhere() -> None:
    whole = Whole()
    bus = f"arn:aws:events:eu-west-1:{OTHER}:event-bus/theirs"
    whole.resources["aws_cloudwatch_event_target.company"]["arn"] = bus
    whole.policies[RULE_ROLE_POLICY].append(allow("events:PutEvents", bus))
    assert {each.severity for each in whole.delivered().findings} == {Severity.NOTE}


def test_a_queue_of_another_account_is_written_to_with_a_role() -> None:
    whole = Whole()
    theirs = f"arn:aws:sqs:{REGION}:{OTHER}:theirs"
    whole.resources[QUEUE] |= {"arn": theirs, **RULE_ROLE}
    (failure,) = [each for each in whole.delivered().findings if each.severity is Severity.FAIL]
    assert '"Action": "sqs:SendMessage"' in failure.detail
    whole.policies[RULE_ROLE_POLICY].append(allow("sqs:SendMessage", theirs))
    assert {each.severity for each in whole.delivered().findings} == {Severity.NOTE}


@pytest.mark.parametrize(
    ("itself", "role", "answer"),
    [
        (True, True, Answer.YES),
        (True, False, Answer.DEPENDS),  # "event delivery may fail"
        (False, True, Answer.DEPENDS),
        (False, False, Answer.NO),
    ],
)
def test_a_role_that_a_topic_does_not_need(itself: bool, role: bool, answer: Answer) -> None:
    whole = Whole()
    whole.resources[TOPIC] |= RULE_ROLE
    if not itself:
        whole.policies["aws_sns_topic_policy.topic"][0]["Action"] = "sns:Subscribe"
    if role:
        whole.policies[RULE_ROLE_POLICY] += [
            allow("sns:Publish", arn("sns", "topic")),
            allow(["kms:GenerateDataKey", "kms:Decrypt"], key_arn("topic"), **via("sns")),
        ]
        whole.policies["aws_kms_key.topic"].append(allow("kms:*", "*", f"arn:aws:iam::{ACCOUNT}:root"))
    (path,) = [path for path in whole.delivered().paths if path.target == "topic topic" and path.kind == "event"]
    assert path.answer is answer
    if answer is Answer.DEPENDS:
        assert "its guide says to name none here" in next(
            hop.because for hop in path.hops if hop.answer is Answer.DEPENDS
        )


@pytest.mark.parametrize(("group", "rules"), [("", ["delivery/target"]), ("orders", [])])
def test_a_fifo_queue_takes_a_group(group: str, rules: list[str]) -> None:
    whole = Whole()
    queue, fifo = arn("sqs", "queue"), arn("sqs", "queue.fifo")
    whole.resources["aws_sqs_queue.queue"] |= {"name": "queue.fifo", "arn": fifo, "fifo_queue": True}
    whole.resources[QUEUE] |= {"arn": fifo} | ({"sqs_target": [{"message_group_id": group}]} if group else {})
    (statement,) = whole.policies.pop("aws_sqs_queue_policy.queue")
    assert statement["Resource"] == queue
    whole.policies["aws_sqs_queue_policy.queue.fifo"] = [statement | {"Resource": fifo}]
    assert [rule for rule, _ in rules_of(whole.delivered())] == rules


def test_eventbridge_puts_nothing_on_a_fifo_topic() -> None:
    whole = Whole()
    whole.resources["aws_sns_topic.topic"] |= {"name": "topic.fifo", "arn": arn("sns", "topic.fifo")}
    whole.resources[TOPIC] |= {"arn": arn("sns", "topic.fifo")}
    found = [each for each in whole.delivered().findings if each.rule == "delivery/target"]
    assert ["it is a FIFO topic: EventBridge supports none" in each.detail for each in found] == [True]


def test_a_stream_is_written_to_with_its_key() -> None:
    whole = Whole()
    stream = arn("kinesis", "stream/orders")
    whole.resources["aws_kinesis_stream.orders"] = {
        "name": "orders",
        "arn": stream,
        "encryption_type": "KMS",
        "kms_key_id": key_arn("schedule"),
    }
    whole.resources["aws_cloudwatch_event_target.stream"] = target("stream", stream, **RULE_ROLE)
    assert {hop.question for hop in hops(whole, Answer.NO)} == {
        "May the role write to the stream orders?",
        "May the role use the key of the stream orders?",
    }
    whole.policies[RULE_ROLE_POLICY] += [
        allow("kinesis:PutRecord", stream),
        allow("kms:GenerateDataKey", key_arn("schedule"), **via("kinesis")),
    ]
    assert whole.delivered().findings == ()
    whole.resources["aws_kinesis_stream.orders"]["encryption_type"] = "NONE"
    whole.policies[RULE_ROLE_POLICY].pop()
    assert whole.delivered().findings == ()


@pytest.mark.parametrize(
    ("name", "suffix", "words"),
    [
        ("/ecs/placed", "", "whether its name has to begin with /aws/events/"),
        ("/aws/events/placed", ":*", "whether EventBridge takes"),
    ],
)
def test_a_log_group_that_aws_documents_disagree_about_is_left_open(name: str, suffix: str, words: str) -> None:
    whole = Whole()
    group = arn("logs", f"log-group:{name}")
    whole.resources["aws_cloudwatch_log_group.logs"] |= {"name": name, "arn": group}
    whole.resources["aws_cloudwatch_event_target.logs"] |= {"arn": f"{group}{suffix}"}
    for statement in whole.policies["aws_cloudwatch_log_resource_policy.logs"]:
        statement["Resource"] = f"{group}:*"
    whole.policies["aws_kms_key.logs"][0]["Condition"]["ArnLike"] = {"kms:EncryptionContext:aws:logs:arn": group}
    (note,) = whole.delivered().findings
    assert note.severity is Severity.NOTE
    assert words in note.title


def test_who_writes_as_itself_is_eventbridge() -> None:
    # So that the tests above speak of what they say.
    whole = Whole()
    whole.resources[TOPIC] |= RULE_ROLE
    assert any(f"May {EVENTS} or the role rule do it?" in each.detail for each in whole.delivered().findings)


@pytest.mark.parametrize("asked", ["alias/aws/sqs", ""])
def test_a_key_of_awss_own_that_a_data_source_read_is_no_key_outside_the_plan(asked: str) -> None:
    whole = Whole()
    key = arn("kms", "key/11111111-0000-0000-0000-000000000000")
    whole.known["data.aws_kms_key.sqs"] = {"key_id": asked or key, "arn": key, "id": key, "key_manager": "AWS"}
    whole.resources["aws_sqs_queue.rule-dlq"] |= {"kms_master_key_id": key}
    (failure,) = whole.delivered().findings
    assert failure.rule == "delivery/dead-letter"
    assert "alias/aws/sqs is AWS's own key" in failure.detail


def test_an_alias_that_a_data_source_read_is_its_key() -> None:
    whole = Whole()
    alias = {"name": "alias/topic", "arn": arn("kms", "alias/topic"), "target_key_arn": key_arn("topic")}
    whole.known["data.aws_kms_alias.topic"] = alias
    whole.resources["aws_sns_topic.topic"] |= {"kms_master_key_id": "alias/topic"}
    assert whole.delivered().findings == ()


def test_what_a_bus_cannot_decrypt_lands_in_its_dead_letter_queue() -> None:
    whole = Whole()
    queue = arn("sqs", "bus-dlq")
    whole.resources["aws_cloudwatch_event_bus.orders"]["dead_letter_config"] = [{"arn": queue}]
    whole.resources["aws_sqs_queue.bus-dlq"] = {"name": "bus-dlq", "arn": queue}
    (failure,) = whole.delivered().findings
    assert failure.rule == "delivery/dead-letter"
    missing = json.loads(failure.detail.partition("Missing in aws_sqs_queue.bus-dlq: ")[2].splitlines()[0])
    assert missing["Condition"] == {"ArnEquals": {"aws:SourceArn": BUS}}
    whole.policies["aws_sqs_queue_policy.bus-dlq"] = [missing]
    assert whole.delivered().findings == ()


@pytest.mark.parametrize(("name", "fits"), [("report", True), ("reports", False), (None, False)])
def test_overrides_are_of_containers_that_the_task_has(name: str | None, fits: bool) -> None:
    given = json.dumps({"containerOverrides": [{"name": name, "command": ["all"]}]})
    by_rule, by_schedule = Whole(), Whole()
    by_rule.resources[TASK]["input"] = given
    by_schedule.resources["aws_scheduler_schedule.report"]["target"][0]["input"] = given
    for whole in (by_rule, by_schedule):
        found = whole.delivered().findings
        assert [each.rule for each in found] == ([] if fits else ["delivery/input"])
        assert all(f"it overrides the container {name}, and report has report" in each.detail for each in found)


def test_overrides_of_containers_that_only_the_apply_knows_are_not_judged() -> None:
    whole = Whole()
    whole.resources[TASK]["input"] = '{"containerOverrides": [{"name": "other"}]}'
    del whole.resources["aws_ecs_task_definition.report"]["container_definitions"]
    whole.unknown["aws_ecs_task_definition.report"] = {"container_definitions": True}
    assert whole.delivered().findings == ()


def test_what_is_off_takes_nothing() -> None:
    whole = Whole()
    whole.resources["aws_batch_job_queue.jobs"]["state"] = "DISABLED"
    (failure,) = whole.delivered().findings
    assert (failure.rule, failure.address) == ("delivery/off", "aws_batch_job_queue.jobs")


def computed(*states: str) -> Whole:
    """The queue of the jobs with compute environments in these states; "" is one that is made elsewhere."""
    whole = Whole()
    order = []
    for number, state in enumerate(states):
        its = arn("batch", f"compute-environment/c{number}")
        order.append({"order": number, "compute_environment": its})
        if state:
            whole.resources[f"aws_batch_compute_environment.c{number}"] = {
                "compute_environment_name": f"c{number}", "arn": its, "state": state,
            }  # fmt: skip
    whole.resources["aws_batch_job_queue.jobs"] |= {"state": "ENABLED", "compute_environment_order": order}
    return whole


@pytest.mark.parametrize(
    ("states", "runs"),
    [
        (["ENABLED"], True),
        (["DISABLED"], False),
        (["DISABLED", "DISABLED"], False),
        (["DISABLED", "ENABLED"], True),
        (["DISABLED", ""], True),
    ],
)
def test_jobs_wait_for_ever_where_nothing_runs_them(states: list[str], runs: bool) -> None:
    found = computed(*states).delivered().findings
    assert [(each.rule, each.address) for each in found] == (
        [] if runs else [("delivery/off", "aws_batch_compute_environment.c0")]
    )


def job_with(trust: dict[str, Any]) -> Whole:
    """A job whose two roles are trusted like this."""
    whole = Whole()
    roles = {name: role_arn(name) for name in ("job", "start")}
    container = {"image": "example", "jobRoleArn": roles["job"], "executionRoleArn": roles["start"]}
    whole.resources["aws_batch_job_definition.job"]["container_properties"] = json.dumps(container)
    for name, its in roles.items():
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        whole.resources[f"aws_iam_role.{name}"] = {"name": name, "arn": its, "assume_role_policy": document}
    return whole


@pytest.mark.parametrize(
    ("service", "source", "runs"),
    [
        ("ecs-tasks.amazonaws.com", arn("ecs", "*"), True),
        ("batch.amazonaws.com", arn("ecs", "*"), False),
        ("ecs-tasks.amazonaws.com", arn("ecs", "task/other/*"), False),
        ("ecs-tasks.amazonaws.com", arn("batch", "*"), False),
    ],
)
def test_ecs_takes_on_the_roles_of_a_job(service: str, source: str, runs: bool) -> None:
    condition = {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}, "Condition": condition}
    whole = job_with(trust)
    questions = {f"May ecs-tasks.amazonaws.com take on the role {name}?" for name in ("job", "start")}
    answers = [hop.answer for path in whole.delivered().paths for hop in path.hops if hop.question in questions]
    assert answers == [Answer.YES if runs else Answer.NO] * 2


def test_a_key_that_is_disabled_serves_nobody() -> None:
    whole = Whole()
    document = whole.document()
    (key,) = [each for each in document["resource_changes"] if each["address"] == "aws_kms_key.topic"]
    key["change"]["after"]["is_enabled"] = False
    whole.document = lambda: document  # type: ignore[method-assign]
    (failure,) = whole.delivered().findings
    assert (failure.rule, failure.address) == ("delivery/off", "aws_kms_key.topic")
