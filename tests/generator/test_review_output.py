"""What a root's output `review` says of each task, by its family: what its code may do, how long it typically takes."""

from __future__ import annotations

import re

import pytest

from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.generator.test_topics import block


def said(workplace: Workplace, spec: str) -> str:
    """The value of the output, without the white space that only aligns."""
    workplace.spec("own", spec)
    outcome = workplace.run("generate")
    assert outcome.code == 0, outcome.err
    text = block((workplace.roots / "own" / "outputs.tf").read_text(), 'output "review"')
    value = text.partition("  value = ")[2]
    return re.sub(r" +", " ", value.replace("\n", " ")).strip()


def with_task(fields: str) -> str:
    return MINIMAL.replace("    memory: 512\n", f"    memory: 512\n{fields}")


def test_permissions_and_minutes_by_family(workplace: Workplace) -> None:
    fields = (
        "    names: {family: report-family}\n    typical_minutes: 90\n"
        "    permissions: {put_events: [{event_bus: bus, sources: [own]}]}\n"
    )
    assert said(workplace, with_task(fields)) == (
        "{ tasks = { report-family = { permissions = { put_events = [ "
        '{ event_bus = "bus" sources = ["own"] }, ] } typical_minutes = 90 } } }'
    )
    assert "typical_minutes" not in (workplace.roots / "own" / "main.tf").read_text(), "the module takes no such thing"


def test_a_task_without_either_is_there(workplace: Workplace) -> None:
    assert said(workplace, MINIMAL) == "{ tasks = { report = { permissions = {} } } }"


def test_the_keys_of_secrets(workplace: Workplace) -> None:
    """An empty list says that none of the customer's keys encrypts them: without it nobody knows."""
    secret = "    secrets: {TOKEN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/token'}\n"
    assert "report = { permissions = {} secrets_kms_key_arns = [] }" in said(workplace, with_task(secret))
    key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    keyed = with_task(f"{secret}    secrets_kms_key_arns: ['{key}']\n")
    assert f'secrets_kms_key_arns = ["{key}"]' in said(workplace, keyed)


def test_a_job_is_the_task_that_it_runs(workplace: Workplace) -> None:
    job = "jobs:\n  nightly: {task: report, queue: {max_vcpus: 1}, names: {job_definition: nightly-report}}\n"
    spec = with_task("    names: {family: report-family}\n") + job
    assert 'jobs = { nightly-report = { task = "report-family" } }' in said(workplace, spec)


PUBLISHERS = """workflows:
  orders:
    bus_name: orders
    publishers:
      own: {tasks: [report], sources: [own]}
      others: {principal_arns: ["arn:aws:iam::210987654321:root"], sources: [theirs], detail_types: [Sold]}
    rules:
      all: {event_pattern: {source: [own]}, targets: {log: {log: {}}}}
"""


def test_who_may_put_events_on_a_bus_by_its_name(workplace: Workplace) -> None:
    assert (
        "buses = { orders = { publishers = [ "
        '{ detail_types = ["Sold"] principal_arns = ["arn:aws:iam::210987654321:root"] sources = ["theirs"] }, '
        '{ principal_arns = [module.task_report.task_role_arn] sources = ["own"] }, ] } }'
    ) in said(workplace, MINIMAL + PUBLISHERS)
    silent = PUBLISHERS[: PUBLISHERS.index("    publishers")] + PUBLISHERS[PUBLISHERS.index("    rules") :]
    assert "buses" not in said(workplace, MINIMAL + silent)


ALERTS = "alerts: {topic_name: own-alerts, key: main}\n"
QUEUE = "    failure_dead_letter_queue: {queue_arn: 'arn:aws:sqs:eu-west-1:123456789012:lost'}\n"
TOPICS = "    failure_topic_arns: {own: 'arn:aws:sns:eu-west-1:123456789012:own'}\n"
NOTICE = '"module.task_report.aws_cloudwatch_event_target.failure[*]" = "It tells of a task that has ended, '


@pytest.mark.parametrize(
    ("spec", "skips"),
    [
        (MINIMAL, False),
        (MINIMAL + ALERTS, True),
        (with_task(TOPICS), True),
        (with_task(TOPICS + QUEUE), False),
        (with_task("    failure_topic_arns: {}\n") + ALERTS, False),
    ],
)
def test_a_notice_needs_no_dead_letter_queue(workplace: Workplace, spec: str, *, skips: bool) -> None:
    text = said(workplace, spec)
    assert (f'skips = {{ "check/dead-letter-queue-missing" = {{ {NOTICE}' in text) is skips
    assert ("skips" in text) is skips


SYNC = (
    "target_syncs: {renders: {selections: [{bus: others}], role_arns: ['arn:aws:iam::123456789012:role/sync'], %s}}\n"
)


@pytest.mark.parametrize(
    ("more", "skips"), [("on_change: true", True), ("interval_minutes: 0", False), ("enable_alarms: false", False)]
)
def test_a_start_of_a_sync_needs_none_while_a_schedule_makes_up_for_it(
    workplace: Workplace, more: str, *, skips: bool
) -> None:
    text = said(workplace, MINIMAL + SYNC % more)
    assert ('{ "module.target_sync_renders.aws_cloudwatch_event_target.*" = "The next run of the' in text) is skips


def test_defaults_give_minutes(workplace: Workplace) -> None:
    assert "typical_minutes = 5 " in said(workplace, MINIMAL + "defaults: {task: {typical_minutes: 5}}\n")


COMPONENT = """\
modules:
  ecs-task: {path: modules/ecs-task}
components:
  other:
    module: ecs-task
    inputs:
      image: example/other:1
      cpu: 256
      memory: 512
      name: other
      resource_owner: owner
      billing_entity: entity
      billing_domain: domain
      security_domain: security
      aws_region_short_code: euw1
"""


def test_a_component_that_calls_for_a_task(workplace: Workplace) -> None:
    (workplace.roots.parent / "modules").symlink_to(REPOSITORY / "modules")
    given = COMPONENT + "      permissions: {sqs_send: [{queue_arn: 'arn:aws:sqs:eu-west-1:123456789012:work'}]}\n"
    arn = '"arn:aws:sqs:eu-west-1:123456789012:work"'
    assert f"other = {{ permissions = {{ sqs_send = [ {{ queue_arn = {arn} }}, ] }} }}" in said(
        workplace, MINIMAL + given
    )
    connected = COMPONENT + "    connect: {permissions: tasks.report.role_arns}\n"
    assert "other = { permissions = module.task_report.role_arns }" in said(workplace, MINIMAL + connected)
    unnamed = COMPONENT.replace("      name: other\n", "") + "    connect: {name: tasks.report.family}\n"
    assert said(workplace, MINIMAL + unnamed) == "{ tasks = { report = { permissions = {} } } }"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("0", "0 is too small; 1 or more is wanted"),
        ("43201", "43200 or less is wanted"),
        ("soon", "a whole number is wanted"),
    ],
)
def test_minutes_that_are_none(workplace: Workplace, given: str, rule: str) -> None:
    workplace.spec("own", with_task(f"    typical_minutes: {given}\n"))
    outcome = workplace.run("generate")
    assert outcome.code == 2
    assert "environments/own.yaml:29: tasks.report.typical_minutes" in outcome.err, outcome.err
    assert rule in outcome.err, outcome.err
