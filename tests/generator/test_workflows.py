"""What a workflow of a spec becomes: patterns, targets, and what topics and keys of the root must let in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator.commands import roots
from generator.output.hcl import Json, literal
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.generator.test_topics import ALERTS, OWN, PAGER, argument, block, publishers, served
from tests.generator.test_workflow_mistakes import SPEC, WORKFLOW

# A second workflow, which writes to a group of its own.
OTHER = WORKFLOW.replace("workflows:\n", "").replace("follow-up", "other").replace("log: {}", "log: {existing: true}")
PATTERN = "        event_pattern: "


def main(workplace: Workplace, spec: str) -> str:
    workplace.spec("own", spec)
    outcome = workplace.run("generate", "own")
    assert outcome.code == 0, outcome.err
    return (workplace.roots / "own" / "main.tf").read_text()


def rule(workplace: Workplace, fields: str) -> str:
    """The one rule of a workflow in the root, as text."""
    spec = (
        MINIMAL
        + f"workflows:\n  one:\n    rules:\n      it:\n        {fields}\n        targets: {{log: {{log: {{}}}}}}\n"
    )
    return block(main(workplace, spec), 'module "workflow_one"')


def run_task(workplace: Workplace, fields: str, *, task: str = "", spec: str = SPEC) -> dict[str, str]:
    """The arguments of the target that runs a task, as they are written."""
    spec = spec.replace("              task: report\n", f"              task: report\n{fields}")
    text = main(workplace, spec.replace("    memory: 512\n", f"    memory: 512\n{task}"))
    found = re.search(r"run_task = {\n(.*?)\n {10}}", text, re.DOTALL)
    assert found
    return dict(re.findall(r"^ {12}(\w+) += (.*)$", found[1], re.MULTILINE))


# Patterns -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["detail_type", "detail-type"])
def test_a_pattern_of_texts_is_the_modules_own_form(name: str, workplace: Workplace) -> None:
    text = rule(workplace, f"event_pattern: {{source: [a], {name}: [b], detail: {{state: [c, d]}}}}")
    assert "event_pattern_json" not in text
    assert re.search(r'detail_type = \["b"\]', text)
    assert re.search(r'state = \["c", "d"\]', text)


@pytest.mark.parametrize(
    ("pattern", "fields"),
    [
        ("{source: [a], detail: {count: [1]}}", {"source": ["a"], "detail": {"count": [1]}}),
        ("{source: [a], detail: {on: [true, null]}}", {"source": ["a"], "detail": {"on": [True, None]}}),
        ("{detail: {a: {b: [c]}}}", {"detail": {"a": {"b": ["c"]}}}),
        ("{detail_type: [{prefix: x}]}", {"detail-type": [{"prefix": "x"}]}),
        ("{time: ['1']}", {"time": ["1"]}),
    ],
    ids=str,
)
def test_any_other_pattern_is_json(pattern: str, fields: dict[str, Any], workplace: Workplace) -> None:
    """A number that went through the module's form would be text, and match nothing."""
    text = rule(workplace, f"event_pattern: {pattern}")
    assert "event_pattern =" not in text
    assert literal(Json(fields), 6) in text


def test_json_is_handed_on_as_it_is(workplace: Workplace) -> None:
    pattern = '{"source": ["${var.x}"], "detail": {"a": [{"suffix": "\\\\"}]}}'
    text = rule(workplace, f"event_pattern_json: '{pattern}'")
    (written,) = re.findall(r"event_pattern_json = (.*)", text)
    assert json.loads(written.replace("$$", "$")) == pattern


def test_the_pattern_of_an_archive_is_json(workplace: Workplace) -> None:
    spec = SPEC.replace("retention_days: 30", "retention_days: 30\n      event_pattern: {detail_type: [Done]}")
    found = block(main(workplace, spec), 'module "workflow_follow_up"')
    assert literal(Json({"detail-type": ["Done"]}), 4) in found


def test_publishers_are_tasks_and_whom_their_arns_name(workplace: Workplace) -> None:
    arn = "arn:aws:iam::123456789012:role/other"
    spec = SPEC.replace("{tasks: [report], ", f"{{tasks: [report], principal_arns: ['{arn}'], ")
    found = block(main(workplace, spec), 'module "workflow_follow_up"')
    assert re.search(rf'principal_arns = \[module\.task_report\.task_role_arn, "{arn}"\]', found)


# Tasks ----------------------------------------------------------------------------------------------------------------


def test_a_task_is_named_once_and_the_rest_follows(workplace: Workplace) -> None:
    assert run_task(workplace, "", task="    names: {family: reports}\n") == {
        "assign_public_ip": "local.network.assign_public_ip",
        "cluster_arn": "local.cluster_arns.default",
        "container_name": "module.task_report.container_name",
        "family": '"reports"',
        "pass_role_arns": "module.task_report.role_arns",
        "security_group_ids": "local.network.security_group_ids",
        "subnets": "local.network.trusted_compute_subnets",
    }


@pytest.mark.parametrize(
    ("fields", "task", "taken"),
    [
        ("launch_type: EC2", "", {"subnets", "security_group_ids"}),
        ("launch_type: EC2", "    network_mode: bridge\n", set()),
        ("launch_type: EXTERNAL", "    launch_types: [EXTERNAL]\n", set()),
        ("capacity_provider_strategies: [{capacity_provider: own}]", "", {"subnets", "security_group_ids"}),
        ("assign_public_ip: true", "", {"subnets", "security_group_ids"}),
        ("subnets: [subnet-0123456789abcdef9]", "", {"security_group_ids", "assign_public_ip"}),
    ],
)
def test_a_target_takes_of_the_network_what_its_task_can_have(
    fields: str, task: str, taken: set[str], workplace: Workplace
) -> None:
    found = run_task(workplace, f"              {fields}\n", task=task)
    assert {name for name, value in found.items() if value.startswith("local.network.")} == taken


def test_a_target_says_its_cluster_where_the_workflow_s_is_another(workplace: Workplace) -> None:
    spec = SPEC.replace(
        "  default:\n    name: default\n", "  default:\n    name: default\n  second:\n    name: second\n"
    )
    assert (
        run_task(workplace, "              cluster: second\n", spec=spec)["cluster_arn"] == "local.cluster_arns.second"
    )


def test_a_role_of_its_own_is_an_object_of_the_module(workplace: Workplace) -> None:
    """As its key is: whether there is one must be known, also where an ARN is not."""
    arn = "arn:aws:iam::123456789012:role/events"
    spec = SPEC.replace("              task: report\n", f"              task: report\n            role_arn: {arn}\n")
    assert f'role = {{ arn = "{arn}" }}' in block(main(workplace, spec), 'module "workflow_follow_up"')
    workplace.spec("own", spec.replace(f"role_arn: {arn}", "role_arn: {arn: x}"))
    assert "role_arn: is a map; text is wanted" in workplace.run("generate", "own").err


def test_defaults_lie_under_every_workflow(workplace: Workplace) -> None:
    given = "    cluster: default\n    key: main\n    archive:\n      retention_days: 30\n"
    defaults = "defaults: {workflow: {cluster: default, key: main, log_retention_days: 90}}\n"
    text = main(workplace, SPEC.replace(given, "") + defaults)
    assert argument(text, "workflow_follow_up", "key") == "{ arn = aws_kms_key.main.arn }"
    assert argument(text, "workflow_follow_up", "log_retention_days") == "90"
    assert "local.cluster_arns.default" in block(text, 'module "workflow_follow_up"')
    workplace.spec("own", SPEC + "defaults: {workflow: {buss_name: x}}\n")
    assert 'defaults.workflow.buss_name: "buss_name" is not a field here' in workplace.run("generate", "own").err


# Buses ----------------------------------------------------------------------------------------------------------------

SECOND = """\
  second:
    existing_bus_name: security-domain-euw1-follow-up
    rules:
      again:
        event_pattern: {source: [example.report]}
        targets: {log: {log: {}}}
"""
KEYS = "keys:\n  other:\n    description: Others\n"


def test_deletion_protection_keeps_what_rules_have_logged(workplace: Workplace) -> None:
    assert "keep_log_groups" not in main(workplace, SPEC)
    protected = SPEC + "deletion_protection: true\n"
    assert argument(main(workplace, protected), "workflow_follow_up", "keep_log_groups") == "true"
    let_go = protected.replace("  follow-up:\n", "  follow-up:\n    keep_log_groups: false\n")
    assert argument(main(workplace, let_go), "workflow_follow_up", "keep_log_groups") == "false"


def test_rules_on_the_bus_of_another_workflow_wait_for_it(workplace: Workplace) -> None:
    """Otherwise an apply makes the rules before there is a bus, now and then."""
    text = main(workplace, SPEC + SECOND)
    assert argument(text, "workflow_second", "existing_bus_name") == "module.workflow_follow_up.bus_name"
    elsewhere = main(workplace, SPEC + SECOND.replace("euw1-follow-up", "euw1-elsewhere"))
    assert argument(elsewhere, "workflow_second", "existing_bus_name") == '"security-domain-euw1-elsewhere"'
    keyed = SPEC.replace("keys:\n", KEYS) + SECOND.replace("    rules", "    key: other\n    rules")
    assert argument(main(workplace, keyed), "workflow_second", "key") == "{ arn = aws_kms_key.other.arn }"


def test_a_key_and_a_bus_that_would_wait_for_each_other_are_refused(workplace: Workplace) -> None:
    def message(name: str, maker: str, its: str, key: str) -> str:
        return (
            f"workflows.{name}.existing_bus_name: is the bus that workflows.{maker} makes; its key {its} would wait "
            f"for this workflow, and this workflow for that bus: give this one another key than {key}, or none"
        )

    spec = SPEC + SECOND.replace("    rules", "    key: main\n    rules")
    line = spec[: spec.index("    existing_bus")].count("\n") + 1
    workplace.refused(spec, [f"environments/own.yaml:{line}: {message('second', 'follow-up', 'main', 'main')}"])
    # Two buses, each with a workflow that has the other one's key.
    other = OTHER.replace("key: main", "key: other").replace("      done:", "      other:")
    fourth = SECOND.replace("second:", "fourth:").replace("-follow-up", "-other").replace("again:", "fourth:")
    spec = SPEC.replace("keys:\n", KEYS) + other + SECOND.replace("    rules", "    key: other\n    rules")
    assert main(workplace, spec)
    workplace.spec("own", spec + fourth.replace("    rules", "    key: main\n    rules"))
    said = workplace.run("generate", "own").err
    assert message("second", "follow-up", "main", "other") in said
    assert message("fourth", "other", "other", "main") in said


# Topics and keys ------------------------------------------------------------------------------------------------------


def statement(text: str, topic: str, sid: str) -> str:
    policy = block(text, f'data "aws_iam_policy_document" "{topic}"')
    found = re.search(rf'sid +?= "{sid}"\n(.*?)(?:\n  statement|\Z)', policy, re.DOTALL)
    return found[1] if found else ""


def test_a_topic_lets_in_each_rule_that_tells_it_and_no_other(workplace: Workplace) -> None:
    text = main(workplace, SPEC + OTHER.replace("{topic: alerts}", f'{{topic_arn: "{OWN}alerts"}}'))
    assert statement(text, "alerts", "WorkflowRules").count("values") == 1
    assert "[module.workflow_follow_up.rule_arns.done, module.workflow_other.rule_arns.done]" in statement(
        text, "alerts", "WorkflowRules"
    )
    silent = main(workplace, SPEC.replace("          alerts: {notify: {topic: alerts}}\n", ""))
    assert "WorkflowRules" not in silent


def test_a_topic_that_only_rules_tell_has_a_key_that_lets_eventbridge_in(workplace: Workplace) -> None:
    paging = MINIMAL.replace("  main:\n", "  paging:\n    description: Pages\n  main:\n")
    spec = paging + ALERTS + PAGER + WORKFLOW.replace("{topic: alerts}", "{topic: pager}")
    text = main(workplace, spec)
    assert publishers(text, "pager") == {"cloudwatch", "events"}
    assert served(text, "paging") == {"cloudwatch", "events"}
    assert "FailureRules" not in block(text, 'data "aws_iam_policy_document" "pager"')
    assert argument(text, "workflow_follow_up", "alarm_actions") == "[aws_sns_topic.pager.arn]"


def test_a_made_key_gets_the_statements_of_each_workflow_that_uses_it(workplace: Workplace) -> None:
    text = main(workplace, SPEC + OTHER)
    documents = "[module.workflow_follow_up.key_policy_statements, module.workflow_other.key_policy_statements]"
    assert f"source_policy_documents = {documents}" in block(text, 'data "aws_iam_policy_document" "key_main"')
    two = main(workplace, SPEC.replace("keys:\n", KEYS) + OTHER.replace("key: main", "key: other"))
    for key, workflow in {"main": "follow_up", "other": "other"}.items():
        policy = block(two, f'data "aws_iam_policy_document" "key_{key}"')
        assert f"source_policy_documents = [module.workflow_{workflow}.key_policy_statements]" in policy
    without = main(workplace, SPEC.replace("    key: main\n    archive", "    archive"))
    assert "source_policy_documents" not in without
    assert argument(without, "workflow_follow_up", "key") == ""


def test_what_others_must_let_in_is_an_output_of_the_root(workplace: Workplace) -> None:
    main(workplace, SPEC)
    outputs = (workplace.roots / "own" / "outputs.tf").read_text()
    assert set(re.findall(r"(workflow_\w+_policy_statements)\"", outputs)) == {"workflow_queue_policy_statements"}

    spec = SPEC.replace("{topic_name: alerts, key: main}", f'{{topic_arn: "{OWN}on-call"}}')
    spec = spec.replace("    key: main\n    archive", "    key: central\n    archive")
    spec = spec.replace("keys:\n", 'keys:\n  central: {arn: "arn:aws:kms:eu-west-1:123456789012:key/0123"}\n')
    main(workplace, spec + OTHER.replace("    key: main\n", ""))
    outputs = (workplace.roots / "own" / "outputs.tf").read_text()
    for kind, calls in (("key", {"follow_up"}), ("queue", {"follow_up", "other"}), ("topic", {"follow_up", "other"})):
        output = f"{kind}_policy_statements"
        assert (
            set(re.findall(rf"module\.workflow_(\w+)\.{output}", block(outputs, f'output "workflow_{output}"')))
            == calls
        )


def test_an_alarm_of_a_workflow_that_names_a_topic_may_publish_there(workplace: Workplace) -> None:
    spec = SPEC.replace("{topic_name: alerts, key: main}", "{topic_name: told, key: main}")
    spec = spec.replace("    archive:", f'    ok_actions: ["{OWN}told"]\n    archive:')
    text = main(workplace, spec + "pager: {topic_name: woken, key: main}\n")
    assert publishers(text, "alerts") == {"cloudwatch", "events"}


def test_a_workflow_that_is_pinned_is_held_to_its_commit(workplace: Workplace) -> None:
    """Terraform would drop what the module of that commit does not know, and say nothing."""
    old = workplace.environments.parent / "old"
    old.mkdir()
    variables = (REPOSITORY / "modules" / "workflow-bus" / "variables.tf").read_text(encoding="utf-8")
    (old / "variables.tf").write_text(re.sub(r"\n +attempts += optional\(number\)", "", variables))
    (old / "outputs.tf").write_text((REPOSITORY / "modules" / "workflow-bus" / "outputs.tf").read_text("utf-8"))
    spec = SPEC + "              attempts: 2\n" + "modules: {workflow-bus: {path: old}}\n"
    workplace.spec("own", spec)
    assert workplace.run("generate", "own").err == (
        "environments/own.yaml:63: workflows.follow-up.rules.done.targets.job.submit_job.attempts: "
        '"attempts" is not a field here; there are array_size, command, environment, environment_from_event, '
        "job_definition, job_name, job_queue_arn, parameters, parameters_from_event, revision, synced (old)\n"
    )


def test_a_variable_that_no_spec_gives_is_no_field(workplace: Workplace) -> None:
    """A key that the root makes is one of `keys`, so the module need not make one."""
    workplace.spec("own", SPEC)
    assert workplace.explain("own", "workflows.follow-up.create_key").code == 2
    assert "is not set" in workplace.explain("own", "workflows.follow-up.tags").out
    workplace.spec("own", SPEC + "    create_key: {}\n")
    assert '"create_key" is not a field here' in workplace.run("generate", "own").err


# The environment of the seed documents --------------------------------------------------------------------------------


def test_dn_dev_has_the_seed_s_workflow() -> None:
    spec = roots.environments(REPOSITORY / "environments")["dn-dev"]
    (workflow,) = (spec.workflows or {}).values()
    assert workflow.bus_name == "dn-backend-workflow-bus-dev"
    rules = {each.name: each for each in workflow.rules.values()}
    success, failure = rules["channelbackfill-success-trigger-dev"], rules["channelbackfill-failure-alert-dev"]
    assert rules.keys() == {success.name, failure.name, "cmscustomidcleanup-requested-dev"}
    seed: dict[str, Any] = YAML(typ="safe").load("""
      success:
        description: Triggers CMS cleanup when channelbackfill completes successfully
        event_pattern:
          detail-type: [Channel Backfill Completed]
          source: [dn.backend.channelbackfill]
          detail: {status: [success]}
      failure:
        description: Captures channelbackfill failures for alerting
        event_pattern:
          detail-type: [Channel Backfill Failed]
          source: [dn.backend.channelbackfill]
          detail: {status: [failed]}
    """)
    for rule_, said in ((success, seed["success"]), (failure, seed["failure"])):
        assert (rule_.description, rule_.event_pattern, rule_.enabled) == (*said.values(), True)
    (run,) = (target.run_task for target in success.targets.values())
    assert run is not None
    assert (run.task, run.launch_type, run.task_count) == ("cmscustomidcleanup", "FARGATE", 1)
    assert spec.clusters[run.cluster or workflow.cluster or ""].name.endswith("Cluster-o2oPTAWsP4AL")
    told, logged = failure.targets["alerts"].notify, failure.targets["log"].log
    assert told is not None
    assert (told.topic, logged is not None) == ("alerts", True)


def test_dn_dev_runs_the_clean_up_as_ten_shards_when_an_operator_asks_for_it() -> None:
    spec = roots.environments(REPOSITORY / "environments")["dn-dev"]
    rules = (spec.workflows or {})["custom-id-cleanup"].rules
    (submitted,) = (target.submit_job for target in rules["requested"].targets.values())
    assert submitted is not None
    assert (submitted.job, submitted.array_size) == ("cmscustomidcleanup", 10)
    job, task = (spec.jobs or {})["cmscustomidcleanup"], spec.tasks["cmscustomidcleanup"]
    assert job.task == "cmscustomidcleanup"
    assert job.queue is not None
    assert job.queue.max_vcpus * 1024 >= 10 * (job.cpu or task.cpu), "ten shards run at a time"
    assert job.retry is not None
    assert job.retry.exit_codes in (None, [75]), "what stopped to resume is tried again, and nothing else"


@pytest.mark.parametrize(
    ("task", "cpu", "memory"), [("channelbackfill", 2048, 4096), ("cmscustomidcleanup", 4096, 8192)]
)
def test_dn_dev_has_the_seed_s_tasks(task: str, cpu: int, memory: int) -> None:
    """Their sizes follow from what was measured, and those of the documents are the most; production has these.

    The log groups are those of the documents by the module's own standard: /ecs/<name>.
    """
    specs = roots.environments(REPOSITORY / "environments")
    found = specs["dn-dev"].tasks[task]
    assert found.cpu <= cpu
    assert found.memory <= memory
    assert (specs["dn-prod"].tasks[task].cpu, specs["dn-prod"].tasks[task].memory) == (cpu, memory)
    assert found.log_retention_days == 30
    assert found.names is not None
    assert found.names.log_group is None
