"""The models and the modules agree: on names, and on what Terraform makes of the values."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from generator.checks.calls import WIRINGS
from generator.checks.checking import check
from generator.commands import roots
from generator.interfaces.library import Library
from generator.models.jobs import Job
from generator.models.schedules import Schedule
from generator.models.target_syncs import TargetSync
from generator.models.workflows import Workflow
from generator.models.workloads import Task
from generator.output import emit
from generator.output.physical_names import PARAMETERS, names
from generator.output.wiring import JOB, NETWORK, SCHEDULE, TARGET_SYNC, TASK, WORKFLOW, Wiring
from generator.specs import loading
from generator.specs.tree import Leaf, Mapping, find
from tests.generator.conftest import REPOSITORY, Workplace
from tests.support.inventories import planned_resources
from tests.support.models import models
from tests.support.planning import PROVIDER, Planner, plan

DEPRECATED = {"security_group_id"}

# Resource types whose names an account has once: their kind in a message, and the attribute that holds the name.
NAMED = {
    "aws_batch_job_definition": ("job definition", "name"),
    "aws_batch_job_queue": ("job queue", "name"),
    "aws_cloudwatch_dashboard": ("dashboard", "dashboard_name"),
    "aws_cloudwatch_event_archive": ("archive", "name"),
    "aws_cloudwatch_event_bus": ("event bus", "name"),
    "aws_cloudwatch_event_rule": ("rule", "name"),
    "aws_cloudwatch_log_group": ("log group", "name"),
    "aws_cloudwatch_log_resource_policy": ("CloudWatch Logs resource policy", "policy_name"),
    "aws_cloudwatch_metric_alarm": ("alarm", "alarm_name"),
    "aws_ecs_task_definition": ("family", "family"),
    "aws_iam_role": ("IAM role", "name"),
    "aws_kms_alias": ("KMS alias", "name"),
    "aws_scheduler_schedule_group": ("schedule group", "name"),
    "aws_ssm_document": ("automation document", "name"),
    "aws_sqs_queue": ("dead-letter queue", "name"),
    "aws_sns_topic": ("topic", "name"),
}


@pytest.mark.parametrize(
    ("model", "wiring"),
    [(Task, TASK), (Job, JOB), (Schedule, SCHEDULE), (Workflow, WORKFLOW), (TargetSync, TARGET_SYNC)],
)
def test_a_workload_can_say_all_that_its_module_takes_and_no_more(model: type[BaseModel], wiring: Wiring) -> None:
    interface = Library(REPOSITORY).source(wiring.module, None).interface
    assert interface is not None
    assert set(model.model_fields) - wiring.own == interface.variables.keys() - wiring.only_filled - DEPRECATED


def test_what_is_filled_in_is_what_the_check_asks_of_a_module(everything: Workplace) -> None:
    """Of every call alone, so that no call hides what another gets."""
    tree = loading.load(everything.environments, "everything")
    environment = check(tree, Library(everything.environments.parent))
    calls = {
        **{("tasks", name): emit._task(environment, name, task) for name, task in environment.tasks.items()},
        **{("jobs", name): emit._job(environment, name, each) for name, each in (environment.jobs or {}).items()},
        **{
            ("schedules", name): emit._schedule(environment, name, each) for name, each in environment.schedules.items()
        },
        **{
            ("workflows", name): emit._workflow(environment, name, each)
            for name, each in (environment.workflows or {}).items()
        },
        **{
            ("target_syncs", name): emit._target_sync(environment, name, each)
            for name, each in (environment.target_syncs or {}).items()
        },
    }
    for path, call in calls.items():
        wiring = WIRINGS[path[0]]
        node, _ = find(tree, path)
        assert isinstance(node, Mapping)
        given = {name for name, value in node.entries.items() if value != Leaf(None, value.source, value.over)}
        emitted = {name for group in call.groups for name in group}
        if "capacity_provider_strategies" in given:
            emitted -= {"launch_type"}  # said as null, since the module's default excludes the strategies
        assert emitted == given - wiring.own | wiring.needed(tree, [node]), path
        assert wiring.needed(tree, [node]) <= wiring.filled


def block(workplace: Workplace, label: str) -> dict[str, str]:
    """The arguments of one module block that are written in one line."""
    text = (workplace.roots / "everything" / "main.tf").read_text(encoding="utf-8")
    (body,) = re.findall(rf'^module "{label}" {{\n(.*?)^}}$', text, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"^  (\w+) += (.*)$", body, re.MULTILINE))


def test_connections_become_references(everything: Workplace) -> None:
    assert everything.run("generate").code == 0
    assert block(everything, "component_settings")["key_arn"] == "aws_kms_key.main.arn"
    assert block(everything, "component_of_the_others") == {
        "source": '"../../third_party/settings"',
        "extra": "module.schedule_full.schedule_arn",
        "key_arn": "local.existing_key_arns.existing-one",
        "prefix": "module.component_settings.prefix",
    }
    assert block(everything, "component_of_the_cluster") == {
        "source": '"../../third_party/settings"',
        "extra": "module.workflow_full.rule_arns",
        "key_arn": "aws_sns_topic.alerts.arn",
        "prefix": "local.cluster_arns.with-dash",
    }


def test_a_schedule_takes_of_the_network_what_its_launch_type_can_have(everything: Workplace) -> None:
    assert everything.run("generate").code == 0
    taken = {
        name: {key: value for key, value in block(everything, f"schedule_{name}").items() if key in NETWORK}
        for name in ("anywhere", "on_instances", "private_registry")
    }
    network = {name: f"local.network.{name}" for name in NETWORK}
    on_instances = {name: value for name, value in network.items() if name != "assign_public_ip"}
    assert taken == {
        "anywhere": {"trusted_compute_subnets": "[]"},
        "on_instances": on_instances,
        "private_registry": network,
    }


@pytest.mark.parametrize("wiring", WIRINGS.values())
def test_what_a_root_reads_is_what_the_check_asks_of_a_module(everything: Workplace, wiring: Wiring) -> None:
    """Outputs of everything.yaml's components aside: it says itself which it reads."""
    assert everything.run("generate").code == 0
    text = "".join(path.read_text() for path in sorted((everything.roots / "everything").glob("*.tf")))
    text = text.partition("# Components")[0] + text.partition("# Components")[2].partition("\noutput")[2]
    kind = wiring.section.removesuffix("s")
    tree = loading.load(everything.environments, "everything")
    assert set(re.findall(rf'(?<!")module\.{kind}_\w+\.(\w+)', text)) == wiring.read(tree)


def test_the_full_task_and_the_full_schedule_are_full(everything: Workplace) -> None:
    """So that the plan below shows every field, also one that is added later."""
    text = (everything.environments / "everything.yaml").read_text()
    exclusive = {"overrides", "placement_constraints", "placement_strategies", "launch_type", "repository_credentials"}
    exclusive |= {"event_pattern_json", "existing_bus_name"}
    for model in (Task, Schedule, *models_within(Workflow), *models_within(TargetSync)):
        for field in set(model.model_fields) | exclusive:
            assert re.search(rf"^ +{field}:", text, re.MULTILINE), f"everything.yaml does not show {field}"


def models_within(kind: type[BaseModel]) -> list[type[BaseModel]]:
    """The model of a workflow or of a target sync, and those within it."""
    return [model for model in models() if model.__module__ == kind.__module__]


@pytest.mark.slow
@pytest.mark.parametrize("wiring", WIRINGS.values())
def test_terraform_sees_the_same_interface(wiring: Wiring, planner: Planner) -> None:
    """A call without arguments lacks what is required; one with every variable and output has none that is unknown."""
    interface = Library(REPOSITORY).source(wiring.module, None).interface
    assert interface is not None
    source = f'source = "../../modules/{wiring.module}"'
    arguments = "".join(f"  {name} = null\n" for name in interface.variables)
    outputs = ", ".join(f"module.full.{name}" for name in interface.outputs)
    files = {
        "main.tf": f'module "empty" {{\n  {source}\n}}\nmodule "full" {{\n  {source}\n{arguments}}}\n',
        "outputs.tf": f'output "all" {{\n  value = [{outputs}]\n}}\n',
        "provider.tf": PROVIDER,
    }
    test = planner.root("interface", files)
    command = ["terraform", "validate", "-json"]
    found = subprocess.run(command, cwd=test.tfdir, env=test.env, check=False, capture_output=True, text=True)
    said = {(each["summary"], each["detail"]) for each in json.loads(found.stdout)["diagnostics"]}
    assert {detail.split('"')[1] for summary, detail in said if summary == "Missing required argument"} == set(
        interface.required
    )
    assert {summary for summary, _ in said} <= {"Missing required argument", "Invalid value for module argument"}


@pytest.mark.slow
def test_terraform_plans_every_field_as_the_spec_says_it(
    everything: Workplace, planner: Planner, tmp_path: Path
) -> None:
    assert everything.run("generate").code == 0
    override = {"backend_override.tf": 'terraform {\n  backend "local" {}\n}\n'}
    output = plan(planner.copy(tmp_path / "roots" / "everything", "planned", override))
    resources = planned_resources(output._raw)
    planned = {address: resource["values"] for address, resource in resources.items()}
    container = json.loads(planned["module.task_full.aws_ecs_task_definition.task"]["container_definitions"])[0]
    full = loaded(everything)["tasks"]["full"]
    assert container["command"] == full["command"]
    told = {"TOLD": "arn:aws:sns:us-east-1:867653852961:everything-alerts"}
    assert {item["name"]: item["value"] for item in container["environment"]} == full["environment"] | told
    schedule = planned['module.schedule_full.aws_scheduler_schedule.ecs[""]']
    assert schedule["description"] == 'Says "hello" to ${var.nobody} and %{ endif }'
    assert schedule["start_date"] == "2030-01-01T00:00:00Z"
    assert planned["aws_kms_key.logs"]["description"] == 'Logs with "quotes", ${interpolation} and %{directives}'
    assert planned['module.schedule_anywhere.aws_scheduler_schedule.ecs[""]']["name"] == "anywhere"
    settings = planned['module.component_settings.aws_ssm_parameter.setting["first"]']
    given = loaded(everything)["components"]["settings"]["inputs"]
    kept = {**given["settings"]["first"], "priority": 1, "notes": {"author": None, "topics": ["a", "b"]}}
    assert json.loads(settings["value"]) == [kept, given["limits"], True, given["extra"]]
    expected = names(roots.environments(everything.environments)["everything"])
    made = [(NAMED[r["type"]][0], r["values"][NAMED[r["type"]][1]]) for r in resources.values() if r["type"] in NAMED]
    # What a sync keeps in Parameter Store is its own, and no resource.
    assert sorted((name.kind, name.name) for name in expected if name.kind != PARAMETERS) == sorted(
        (kind, name.removeprefix("alias/")) for kind, name in made
    ), "generator/output/physical_names.py must know the names that the modules give"


def loaded(workplace: Workplace) -> dict[str, Any]:
    spec: dict[str, Any] = YAML(typ="safe", pure=True).load(workplace.environments / "everything.yaml")
    return spec
