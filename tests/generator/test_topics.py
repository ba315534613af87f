"""Who is told of what: publishers in the topic's policy, services in its key's, and what alarms and rules are given."""

from __future__ import annotations

import re

import pytest

from tests.generator.conftest import MINIMAL, Workplace

ALERTS = "alerts:\n  topic_name: told\n  key: main\n"
PAGER = "pager:\n  topic_name: woken\n  key: paging\n  emails: [night@example.com]\n"
SPEC = MINIMAL.replace("  main:\n", "  paging:\n    description: Pages\n  main:\n")
OWN = "arn:aws:sns:eu-west-1:123456789012:"


def rendered(workplace: Workplace, *added: str, task: str = "", schedule: str = "") -> str:
    spec = SPEC.replace("    memory: 512\n", f"    memory: 512\n{task}") + schedule + "".join(added)
    workplace.spec("own", spec)
    outcome = workplace.run("generate")
    assert outcome.code == 0, outcome.err
    return (workplace.roots / "own" / "main.tf").read_text()


def block(text: str, head: str) -> str:
    """A block of the root, by its first line; empty when there is none."""
    found = re.search(rf"^{re.escape(head)} {{\n(.*?)^}}$", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def publishers(text: str, topic: str) -> set[str]:
    return set(re.findall(r'identifiers = \["(\w+)', block(text, f'data "aws_iam_policy_document" "{topic}"')))


def served(text: str, key: str) -> set[str]:
    """The services, but for the log groups, that a key lets in."""
    policy = block(text, f'data "aws_iam_policy_document" "key_{key}"')
    return set(re.findall(r'"(\w+)\.amazonaws\.com"', policy))


def argument(text: str, call: str, name: str) -> str:
    found = re.search(rf"^  {name} += (.*)$", block(text, f'module "{call}"'), re.MULTILINE)
    return found[1] if found else ""


def test_alerts_alone_are_told_of_both(workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS)
    assert publishers(text, "alerts") == {"cloudwatch", "events"}
    assert (served(text, "main"), served(text, "paging")) == ({"cloudwatch", "events"}, set())
    assert argument(text, "schedule_weekly", "dlq_alarm_actions") == "[aws_sns_topic.alerts.arn]"


def test_with_a_pager_alarms_wake_and_failures_are_mailed(workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS, PAGER)
    assert (publishers(text, "alerts"), publishers(text, "pager")) == ({"events"}, {"cloudwatch"})
    assert (served(text, "main"), served(text, "paging")) == ({"events"}, {"cloudwatch"})
    for name in ("dlq_alarm_actions", "dlq_ok_actions"):
        assert argument(text, "schedule_weekly", name) == "[aws_sns_topic.pager.arn]"
    assert argument(text, "task_report", "failure_topic_arns") == "{ alerts = aws_sns_topic.alerts.arn }"
    assert "night@example.com" in block(text, 'resource "aws_sns_topic_subscription" "pager"')
    outputs = (workplace.roots / "own" / "outputs.tf").read_text()
    assert "when a task fails." in block(outputs, 'output "alerts_topic_arn"')
    assert "aws_sns_topic.pager.arn" in block(outputs, 'output "pager_topic_arn"')


def test_two_topics_of_one_key(workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS, PAGER.replace("paging", "main"))
    assert served(text, "main") == {"cloudwatch", "events"}


def test_a_pager_without_alerts(workplace: Workplace) -> None:
    text = rendered(workplace, PAGER)
    assert publishers(text, "pager") == {"cloudwatch"}
    assert argument(text, "task_report", "failure_topic_arns") == ""


def test_a_pager_that_exists_has_the_policy_of_its_owner(workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS, "pager:\n  topic_arn: arn:aws:sns:eu-west-1:210987654321:woken\n")
    assert argument(text, "schedule_weekly", "dlq_alarm_actions") == "[local.pager_topic_arn]"
    assert 'pager_topic_arn = "arn:aws:sns:eu-west-1:210987654321:woken"' in text
    assert block(text, 'resource "aws_sns_topic" "pager"') == ""


@pytest.mark.parametrize("where", ["dlq_ok_actions", "scheduler_alarms"])
def test_an_alarm_that_names_the_other_topic_may_publish_there(where: str, workplace: Workplace) -> None:
    """Otherwise what a schedule asks for by its ARN would be lost, and nothing would say so."""
    actions = f'["{OWN}told"]'
    if where == "scheduler_alarms":
        actions = f"{{InvocationDroppedCount: {{ok_actions: {actions}}}}}"
    text = rendered(workplace, ALERTS, PAGER, schedule=f"    {where}: {actions}\n")
    assert publishers(text, "alerts") == {"cloudwatch", "events"}
    assert served(text, "main") == {"cloudwatch", "events"}


def test_a_failure_rule_that_names_the_other_topic_may_publish_there(workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS, PAGER, task=f'    failure_topic_arns: {{x: "{OWN}woken"}}\n')
    assert publishers(text, "pager") == {"cloudwatch", "events"}
    assert publishers(text, "alerts") == set(), "nobody publishes there: its policy is AWS's own"
    assert 'resource "aws_sns_topic_policy" "alerts"' not in text


@pytest.mark.parametrize("arn", [f"{OWN}tol", OWN.replace("eu-west-1", "eu-west-2") + "told", "arn:aws:sns"])
def test_another_topic_is_another(arn: str, workplace: Workplace) -> None:
    text = rendered(workplace, ALERTS, PAGER, schedule=f'    dlq_ok_actions: ["{arn}"]\n')
    assert publishers(text, "alerts") == {"events"}


def test_two_topics_of_one_name_and_a_key_that_is_none(workplace: Workplace) -> None:
    workplace.spec("own", SPEC + ALERTS + PAGER.replace("woken", "told"))
    assert workplace.run("generate").err == (
        "environments/own.yaml:41: pager.topic_name: pager and alerts (environments/own.yaml:38) both have the topic "
        '"told"; two of one name are one in AWS: set topic_name\n'
    )
    workplace.spec("own", SPEC + PAGER.replace("paging", "pagin"))
    assert workplace.run("generate").err == (
        'environments/own.yaml:39: pager.key: "pagin" is not a key; did you mean "paging"?\n'
    )


def test_deletion_protection_is_for_what_cannot_be_made_again(workplace: Workplace) -> None:
    unprotected = rendered(workplace, ALERTS, PAGER)
    assert "prevent_destroy" not in unprotected
    assert "keep_log_group" not in unprotected
    text = rendered(workplace, ALERTS, PAGER, "deletion_protection: true\n")
    protected = {
        name for name in re.findall(r'^resource "(\w+" "\w+)"', text, re.MULTILINE)
        if "prevent_destroy = true" in block(text, f'resource "{name}"')
    }  # fmt: skip
    assert protected == {
        'aws_kms_key" "main', 'aws_kms_key" "paging', 'aws_sns_topic" "alerts', 'aws_sns_topic" "pager'
    }  # fmt: skip
    assert argument(text, "task_report", "keep_log_group") == "true"


def test_a_task_may_let_go_of_its_logs_all_the_same(workplace: Workplace) -> None:
    text = rendered(workplace, "deletion_protection: true\n", task="    keep_log_group: false\n")
    assert argument(text, "task_report", "keep_log_group") == "false"


PUBLISHES = """\
    environment: {LEVEL: info}
    environment_topics: {ALERTS_TOPIC: alerts, PAGER_TOPIC: pager}
    permissions:
      sns_publish:
        - {topic: alerts}
        - {topic: pager}
        - topic_arn: arn:aws:sns:eu-west-1:999999999999:theirs
          kms_key_arns: ["arn:aws:kms:eu-west-1:999999999999:key/1"]
"""


def test_a_task_that_publishes_to_a_topic_of_its_environment(workplace: Workplace) -> None:
    """The ARN is built from the topic's name, so that a plan shows the policy; the key is the topic's, if any."""
    text = rendered(workplace, ALERTS, PAGER, task=PUBLISHES)
    call = " ".join(block(text, 'module "task_report"').split())
    topics = 'ALERTS_TOPIC = local.alerts_topic_arn LEVEL = "info" PAGER_TOPIC = local.pager_topic_arn'
    assert f"environment = {{ {topics} }}" in call
    grants = (
        "{ kms_key_arns = [aws_kms_key.main.arn] topic_arn = local.alerts_topic_arn }",
        "{ kms_key_arns = [aws_kms_key.paging.arn] topic_arn = local.pager_topic_arn }",
        'kms_key_arns = ["arn:aws:kms:eu-west-1:999999999999:key/1"]',
        'topic_arn = "arn:aws:sns:eu-west-1:999999999999:theirs" }',
    )
    places = [call.find(each) for each in grants]
    assert places == sorted(places), call
    assert -1 not in places, call
    outputs = (workplace.roots / "own" / "outputs.tf").read_text()
    assert re.search(r"topic_arn += local\.alerts_topic_arn", outputs), "a review is told the same"


def test_the_topic_of_a_task_whose_key_is_known_elsewhere(workplace: Workplace) -> None:
    grant = PUBLISHES.replace(
        "{topic: pager}", '{topic: pager, kms_key_arns: ["arn:aws:kms:eu-west-1:123456789012:key/1"]}'
    )
    text = rendered(workplace, ALERTS, f"pager:\n  topic_arn: {OWN}pager\n", task=grant)
    call = " ".join(block(text, 'module "task_report"').split())
    assert re.search(
        r'kms_key_arns = \["arn:aws:kms:eu-west-1:123456789012:key/1"\] topic_arn = local\.pager_topic_arn', call
    )


def test_a_job_has_the_topics_of_its_task(workplace: Workplace) -> None:
    job = "jobs:\n  report:\n    task: report\n    queue: {max_vcpus: 1}\n    environment: {LEVEL: debug}\n"
    text = rendered(workplace, ALERTS, PAGER, job, task=PUBLISHES)
    call = " ".join(block(text, 'module "job_report"').split())
    assert 'ALERTS_TOPIC = local.alerts_topic_arn LEVEL = "debug" PAGER_TOPIC = local.pager_topic_arn' in call


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("environment_topics: {TOPIC: alerts}", "environment_topics.TOPIC: this environment has no alerts"),
        ("environment_topics: {TOPIC: alert}", 'environment_topics.TOPIC: "alert" is not a topic of the environment'),
        (
            "environment: {TOPIC: text}\n    environment_topics: {TOPIC: pager}",
            "environment_topics.TOPIC: is given under environment too (environments/own.yaml:",
        ),
        ("permissions: {sns_publish: [{topic: alerts}]}", "sns_publish[0].topic: this environment has no alerts"),
        (
            "permissions: {sns_publish: [{}]}",
            "sns_publish[0]: give a topic (alerts or pager of this environment)",
        ),
        (
            'permissions: {sns_publish: [{topic: pager, topic_arn: "arn:aws:sns:eu-west-1:123456789012:a"}]}',
            "sns_publish[0]: give a topic (alerts or pager of this environment)",
        ),
        (
            'permissions: {sns_publish: [{topic: pager, kms_key_arns: ["arn:aws:kms:eu-west-1:123456789012:key/1"]}]}',
            "sns_publish[0].kms_key_arns: is filled in, since pager has a key: leave this out",
        ),
    ],
)
def test_a_mistake_in_what_a_task_tells(task: str, message: str, workplace: Workplace) -> None:
    workplace.spec("own", SPEC.replace("    memory: 512\n", f"    memory: 512\n    {task}\n") + PAGER)
    outcome = workplace.run("generate")
    assert outcome.code != 0
    (line,) = outcome.err.strip().splitlines()[:1]
    assert message in line, outcome.err
    assert "tasks.report." in line
