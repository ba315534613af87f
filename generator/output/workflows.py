"""What the call of a workflow's module gets where its spec names another part of the environment, or a pattern in YAML.

A key of the root has the workflow's statements in its policy, and they follow from the rules. So nothing in the rules
may wait for such a key, as a task definition does by its log group and a topic by its encryption: a family and the ARN
of a topic are built from names here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.output import jobs
from generator.output.addresses import label
from generator.output.hcl import Json, Reference
from generator.output.physical_names import BUS, names
from generator.output.topics import built_arn, settings_of
from generator.output.wiring import network_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from generator.models.spec import Environment
    from generator.models.workflows import Archive, Notify, Publisher, Rule, RunTask, Target, Workflow
    from generator.models.workloads import Task
    from generator.output.hcl import Value

# The fields of the module's object.
TYPED: Final = frozenset({"account", "detail", "detail-type", "region", "resources", "source"})
SUBNETS: Final = "subnets"  # what a target calls the network's trusted_compute_subnets


def rules(spec: Environment, workflow: Workflow) -> dict[str, Value]:
    """Return the module's `rules`."""
    return {key: _rule(spec, workflow, rule) for key, rule in workflow.rules.items()}


def publishers(workflow: Workflow) -> dict[str, Value]:
    """Return the module's `publishers`."""
    return {key: _publisher(publisher) for key, publisher in (workflow.publishers or {}).items()}


def archive(given: Archive) -> dict[str, Value]:
    """Return the module's `archive`, which takes a pattern as JSON only."""
    pattern = {"event_pattern_json": Json(eventbridge(given.event_pattern))} if given.event_pattern is not None else {}
    return {**_given(given, "event_pattern"), **pattern}


def bus_maker(spec: Environment, workflow: Workflow) -> str | None:
    """Return the workflow of the environment that makes the bus of another one; None when it is made elsewhere."""
    made = {each.name: str(each.holder[1]) for each in names(spec) if each.kind == BUS}
    return made.get(workflow.existing_bus_name or "")


def existing_bus(spec: Environment, workflow: Workflow) -> Value:
    """Return the name of a bus that exists; of one that the root makes, so that the rules wait for it."""
    maker = bus_maker(spec, workflow)
    return workflow.existing_bus_name if maker is None else Reference(f"module.workflow_{label(maker)}.bus_name")


def eventbridge(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pattern with EventBridge's own names: YAML may say `detail_type`, as the module does."""
    return {"detail-type" if field == "detail_type" else field: value for field, value in pattern.items()}


def owed(spec: Environment) -> dict[str, list[str]]:
    """Return the workflows that need something of a key, a queue or a topic that the root does not make."""
    found: dict[str, list[str]] = {"key": [], "queue": [], "topic": []}
    for name, workflow in sorted((spec.workflows or {}).items()):
        targets = [target for rule in workflow.rules.values() for target in rule.targets.values()]
        if workflow.key is not None and spec.keys[workflow.key].arn is not None:
            found["key"].append(name)
        if any(target.queue is not None for target in targets):
            found["queue"].append(name)
        if any(target.notify is not None and not _is_made(spec, target.notify) for target in targets):
            found["topic"].append(name)
    return found


def _is_made(spec: Environment, notify: Notify) -> bool:
    """Say whether a target tells a topic that the root makes, and lets it in; an ARN is taken for another's."""
    settings = settings_of(spec, notify.topic)
    return settings is not None and settings.topic_name is not None


def on_network(task: Task, run: RunTask) -> bool:
    """Say whether a task that a target runs is given subnets: in network mode awsvpc, never on servers outside AWS."""
    default = "bridge" if "EXTERNAL" in (task.launch_types or ()) else "awsvpc"
    return (task.network_mode or default) == "awsvpc" and run.launch_type != "EXTERNAL"


def _rule(spec: Environment, workflow: Workflow, rule: Rule) -> dict[str, Value]:
    targets = {key: _target(spec, workflow, target) for key, target in rule.targets.items()}
    pattern = _pattern(eventbridge(rule.event_pattern)) if rule.event_pattern is not None else {}
    return {**_given(rule, "event_pattern", "targets"), **pattern, "targets": targets}


def _pattern(fields: dict[str, Any]) -> dict[str, Value]:
    """Return a pattern in the module's typed form where it fits, which has text only, and otherwise as JSON."""
    detail = fields.get("detail", {})
    lists = [value for field, value in fields.items() if field != "detail"]
    lists += detail.values() if isinstance(detail, dict) else [None]
    if fields.keys() <= TYPED and all(_is_texts(value) for value in lists):
        return {"event_pattern": {field.replace("-", "_"): value for field, value in fields.items()}}
    return {"event_pattern_json": Json(fields)}


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _target(spec: Environment, workflow: Workflow, target: Target) -> dict[str, Value]:
    kinds: dict[str, Value] = {}
    if target.run_task is not None:
        kinds["run_task"] = _run_task(spec, workflow, target.run_task)
    if target.submit_job is not None:
        own = _given(target.submit_job, "job")
        kinds["submit_job"] = {**own, **jobs.submission(spec, target.submit_job)}
    if target.notify is not None:
        topic = target.notify.topic
        kinds["notify"] = {"topic_arn": target.notify.topic_arn if topic is None else built_arn(topic)}
    role: dict[str, Value] = {} if target.role_arn is None else {"role": {"arn": target.role_arn}}
    return {**_given(target, "role_arn", *kinds), **kinds, **role}


def _run_task(spec: Environment, workflow: Workflow, run: RunTask) -> dict[str, Value]:
    task = spec.tasks[run.task]
    call = f"module.task_{label(run.task)}"
    return {
        **_network(spec, task, run),
        **_given(run, "task", "cluster"),
        "cluster_arn": Reference(f"local.cluster_arns.{run.cluster or workflow.cluster}"),
        "container_name": Reference(f"{call}.container_name"),
        "family": (task.names and task.names.family) or run.task,
        "pass_role_arns": Reference(f"{call}.role_arns"),
    }


def _network(spec: Environment, task: Task, run: RunTask) -> dict[str, Value]:
    if spec.network is None or not on_network(task, run):
        return {}
    providers = [item.capacity_provider for item in run.capacity_provider_strategies or ()]
    taken = network_arguments(run.launch_type, providers)
    return {
        SUBNETS if name == "trusted_compute_subnets" else name: Reference(f"local.network.{name}") for name in taken
    }


def _publisher(publisher: Publisher) -> dict[str, Value]:
    roles: list[Value] = [Reference(f"module.task_{label(name)}.task_role_arn") for name in publisher.tasks or ()]
    return {**_given(publisher, "tasks"), "principal_arns": [*roles, *(publisher.principal_arns or ())]}


def _given(model: BaseModel, *without: str) -> dict[str, Value]:
    """Return what a model says, as the module takes it; patterns aside, null is nothing there."""
    found: dict[str, Value] = model.model_dump(exclude_none=True, exclude=set(without))
    return found
