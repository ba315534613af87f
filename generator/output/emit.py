"""Renders an environment as the files of its root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.models.modules import Connection, connection, source
from generator.names import NAMING_TAGS
from generator.output import jobs, review, target_syncs, tasks, workflows
from generator.output.addresses import key_arn as _key_arn
from generator.output.addresses import label as _label
from generator.output.contents import imported, moved
from generator.output.dashboard import dashboard
from generator.output.hcl import Reference, Value
from generator.output.layout import align
from generator.output.templates import templates
from generator.output.topics import arn as topic_arn
from generator.output.topics import told_of_alarms, told_of_failures, topics
from generator.output.wiring import (
    JOB,
    NAMING,
    ONLY_SUBNETS,
    SCHEDULE,
    TARGET_SYNC,
    TASK,
    WORKFLOW,
    network_arguments,
)
from generator.output.writing import MARK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

    from generator.models.jobs import Job
    from generator.models.modules import Component
    from generator.models.schedules import Schedule
    from generator.models.spec import Environment
    from generator.models.target_syncs import TargetSync
    from generator.models.workflows import Workflow
    from generator.models.workloads import Task
    from generator.output.topics import Topic

FILES: Final = ("main.tf", "outputs.tf", "providers.tf", "terraform.tf")
# Files that are there only when there is something in them.
BLOCKS: Final = {"dashboard.tf": "dashboard", "imports.tf": "imported", "moved.tf": "moved"}

Arguments = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a module: its arguments in groups, as they stand together in the file."""

    label: str
    name: str
    source: str
    groups: tuple[Arguments, ...]


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A KMS key that the root makes, and who must be able to use it."""

    label: str
    name: str
    arguments: Arguments
    alias: str | None
    log_groups: tuple[str, ...]
    publishers: tuple[str, ...]  # services that send to topics which it encrypts
    statements: tuple[Reference, ...]  # policy documents of modules, with what they need of it


def render(name: str, environment: Environment, spec_file: str) -> dict[str, str]:
    """Return the text of every file of an environment's root, by file name.

    Everything that a spec names is sorted, so that the order of its keys changes nothing; lists keep their order.
    """
    context = {**_context(name, environment), "dashboard": dashboard(name, environment, spec_file)}
    header = f"{MARK} ENV={name}` from {spec_file}. Do not edit: change that file instead.\n\n"
    files = [*FILES, *(file for file, blocks in BLOCKS.items() if context[blocks])]
    return {file: header + align(templates().get_template(f"{file}.j2").render(context)) for file in files}


def _context(name: str, spec: Environment) -> dict[str, object]:
    told = topics(spec)  # once: it looks at every task and every schedule
    return {
        "spec": spec,
        "default_tags": {**(spec.tags or {}), **_own_tags(name, spec)},
        "naming": {**_given(spec.naming), "aws_region_short_code": spec.aws_region_short_code},
        "network": _given(spec.network) if spec.network else None,
        "cluster_names": {key: cluster.name for key, cluster in spec.clusters.items()},
        "existing_key_arns": {key: value.arn for key, value in spec.keys.items() if value.arn is not None},
        "made_keys": [_made_key(spec, key, told) for key, value in sorted(spec.keys.items()) if value.arn is None],
        "topics": told,
        "topic_keys": {
            topic.label: _key_arn(spec, topic.settings.key) for topic in told if topic.settings.key is not None
        },
        "failure_rules": {
            topic.label: [
                Reference(f"module.{kind}_{_label(name)}.failure_rule_arn")
                for kind, names in (("task", topic.failing_tasks), ("job", topic.failing_jobs))
                for name in names
            ]
            for topic in told
        },
        "workflow_rules": {
            topic.label: [
                Reference(f"module.workflow_{_label(name)}.rule_arns.{rule}") for name, rule in topic.notifying_rules
            ]
            for topic in told
        },
        "tasks": [_task(spec, key, task) for key, task in sorted(spec.tasks.items())],
        "jobs": [_job(spec, key, job) for key, job in sorted((spec.jobs or {}).items())],
        "schedules": [_schedule(spec, key, schedule) for key, schedule in sorted(spec.schedules.items())],
        "workflows": [_workflow(spec, key, workflow) for key, workflow in sorted((spec.workflows or {}).items())],
        "target_syncs": [_target_sync(spec, key, sync) for key, sync in sorted((spec.target_syncs or {}).items())],
        "components": [_component(spec, key, component) for key, component in sorted((spec.components or {}).items())],
        "outputs": _outputs(spec, told),
        "moved": moved(spec),
        "imported": imported(spec),
    }


def _given(model: BaseModel) -> Arguments:
    return model.model_dump(exclude_none=True)


def _naming() -> Arguments:
    return {field: Reference(f"local.naming.{field}") for field in NAMING}


def _own_tags(name: str, spec: Environment) -> Arguments:
    """Return OWN_TAGS with their values; the naming tags are for the key and the topic that the root makes itself."""
    values = {**_given(spec.naming), "aws_region_short_code": spec.aws_region_short_code}
    naming = {tag: values[field] for tag, field in NAMING_TAGS.items()}
    return {"Environment": name, "ManagedBy": "Terraform", **naming}


def _made_key(spec: Environment, name: str, told: Iterable[Topic]) -> MadeKey:
    key = spec.keys[name]
    groups = sorted(
        (task.names and task.names.log_group) or f"/ecs/{task_name}"
        for task_name, task in spec.tasks.items()
        if task.log_key == name
    )
    arguments: Arguments = {"description": key.description}
    if key.deletion_window_in_days is not None:
        arguments["deletion_window_in_days"] = key.deletion_window_in_days
    publishers = {service for topic in told if topic.settings.key == name for service in topic.publishers}
    statements = tuple(
        Reference(f"module.workflow_{_label(workflow_name)}.key_policy_statements")
        for workflow_name, workflow in sorted((spec.workflows or {}).items())
        if workflow.key == name
    )
    return MadeKey(_label(name), name, arguments, key.alias, tuple(groups), tuple(sorted(publishers)), statements)


def _task(spec: Environment, name: str, task: Task) -> Call:
    if spec.deletion_protection and task.keep_log_group is None:
        task = task.model_copy(update={"keep_log_group": True})
    own = {field: value for field, value in _given(task).items() if field not in TASK.own}
    own |= tasks.arguments(spec, task)
    wiring: Arguments = {}
    if task.log_key is not None:
        wiring["log_kms_key_arn"] = _key_arn(spec, task.log_key)
    alerts = told_of_failures(spec)
    if alerts is not None and task.failure_topic_arns is None:
        wiring["failure_topic_arns"] = {"alerts": alerts}
    return Call(
        f"task_{_label(name)}", name, _source(spec, TASK.module), _filled({"name": name, **own}, wiring, _naming())
    )


def _job(spec: Environment, name: str, job: Job) -> Call:
    own = jobs.container(spec.tasks[job.task], job)
    own |= {field: value for field, value in _given(job).items() if field not in JOB.own | own.keys()}
    own |= jobs.queue(spec, job)
    wiring: Arguments = {}
    if spec.network is not None and spec.network.assign_public_ip and job.assign_public_ip is None:
        wiring["assign_public_ip"] = Reference("local.network.assign_public_ip")
    alerts = told_of_failures(spec)
    if alerts is not None and job.failure_topic_arns is None:
        wiring["failure_topic_arns"] = {"alerts": alerts}
    groups = _filled({"name": name, **own}, jobs.wired(job), wiring, _naming())
    return Call(f"job_{_label(name)}", name, _source(spec, JOB.module), groups)


def _schedule(spec: Environment, name: str, schedule: Schedule) -> Call:
    own = {field: value for field, value in _given(schedule).items() if field not in SCHEDULE.own}
    own["names"] = {"schedule": name, **(_given(schedule.names) if schedule.names else {})}
    if schedule.capacity_provider_strategies is not None and schedule.launch_type is None:
        own["launch_type"] = None  # the module's default is FARGATE, and the two exclude each other
    task = f"module.task_{_label(schedule.task)}"
    target: Arguments = {
        "cluster_name": Reference(f"local.cluster_names.{schedule.cluster}"),
        "ecs_cluster_arn": Reference(f"local.cluster_arns.{schedule.cluster}"),
        "task_name": Reference(f"{task}.family"),
        "pass_role_arns": Reference(f"{task}.role_arns"),
    }
    wiring: Arguments = {"kms_key_arn": _key_arn(spec, schedule.key)}
    pager = told_of_alarms(spec)
    if pager is not None:
        wiring |= {name: [pager] for name in SCHEDULE.by_environment["alerts"] if name not in own}
    groups = _filled(own, target, _network(spec, schedule), wiring, _naming())
    return Call(f"schedule_{_label(name)}", name, _source(spec, SCHEDULE.module), groups)


def _workflow(spec: Environment, name: str, workflow: Workflow) -> Call:
    if spec.deletion_protection and workflow.keep_log_groups is None:
        workflow = workflow.model_copy(update={"keep_log_groups": True})
    own = {field: value for field, value in _given(workflow).items() if field not in WORKFLOW.own}
    own["rules"] = workflows.rules(spec, workflow)
    if workflow.existing_bus_name is not None:
        own["existing_bus_name"] = workflows.existing_bus(spec, workflow)
    if workflow.publishers is not None:
        own["publishers"] = workflows.publishers(workflow)
    if workflow.archive is not None:
        own["archive"] = workflows.archive(workflow.archive)
    wiring: Arguments = {}
    if workflow.key is not None:
        wiring["key"] = {"arn": _key_arn(spec, workflow.key)}
    pager = told_of_alarms(spec)
    if pager is not None:
        wiring |= {name: [pager] for name in WORKFLOW.by_environment["alerts"] if name not in own}
    groups = _filled({"name": name, **own}, wiring, _naming())
    return Call(f"workflow_{_label(name)}", name, _source(spec, WORKFLOW.module), groups)


def _target_sync(spec: Environment, name: str, sync: TargetSync) -> Call:
    own = {field: value for field, value in _given(sync).items() if field not in TARGET_SYNC.own}
    own |= {"selections": target_syncs.selections(spec, sync), **target_syncs.interval(sync)}
    if sync.sync_after_apply is not None:
        own["sync_after_apply"] = target_syncs.after_apply(spec, sync, sync.sync_after_apply)
    wiring: Arguments = {"target_role_arns": target_syncs.role_arns(spec, sync)}
    wiring |= target_syncs.topic(spec, sync) | target_syncs.event_bus(sync)
    pager = told_of_alarms(spec)
    if pager is not None:
        wiring |= {name: [pager] for name in TARGET_SYNC.by_environment["alerts"] if name not in own}
    groups = _filled({"name": name, **own}, wiring, _naming())
    return Call(f"target_sync_{_label(name)}", name, _source(spec, TARGET_SYNC.module), groups)


def _component(spec: Environment, name: str, component: Component) -> Call:
    inputs = dict(sorted((component.inputs or {}).items()))
    groups = _filled(inputs, _connections(spec, component))
    return Call(f"component_{_label(name)}", name, _source(spec, component.module), groups)


def _connections(spec: Environment, component: Component) -> Arguments:
    return {argument: _connected(spec, text) for argument, text in sorted((component.connect or {}).items())}


def _connected(spec: Environment, text: str) -> Value:
    match connection(text):
        case Connection("alerts" | "pager" as label) if (settings := getattr(spec, label)) is not None:
            return topic_arn(label, settings)
        case Connection("keys", name):
            return _key_arn(spec, name)
        case Connection("clusters", name):
            return Reference(f"local.cluster_arns.{name}")
        case Connection(section, name, output):
            return Reference(f"module.{section.removesuffix('s')}_{_label(name)}.{output}")
    raise ValueError(f"{text!r} is no connection")


def _source(spec: Environment, module: str) -> str:
    return source(module, (spec.modules or {}).get(module))


def _network(spec: Environment, schedule: Schedule) -> Arguments:
    """Return what a schedule takes from the environment's network: nothing that it says itself or cannot have."""
    providers = [item.capacity_provider for item in schedule.capacity_provider_strategies or ()]
    taken = network_arguments(schedule.launch_type, providers)
    if taken == ONLY_SUBNETS:
        values: Arguments = {key: [] for key in taken}
    else:
        values = {name: Reference(f"local.network.{name}") for name in taken} if spec.network is not None else {}
    return {name: value for name, value in values.items() if getattr(schedule, name) is None}


def _filled(*groups: Arguments) -> tuple[Arguments, ...]:
    return tuple(group for group in groups if group)


def _outputs(spec: Environment, told: Iterable[Topic]) -> list[tuple[str, str, Value]]:
    def each(module: str, names: Iterable[str], output: str) -> Value:
        return {name: Reference(f"module.{module}_{_label(name)}.{output}") for name in names}

    connected = {name: _connections(spec, component) for name, component in (spec.components or {}).items()}
    outputs: list[tuple[str, str, Value]] = [
        ("review", review.DESCRIPTION, review.declared(spec, connected)),
        ("dlq_urls", "Dead-letter queue of each schedule.", each("schedule", spec.schedules, "dlq_url")),
        ("key_arns", "KMS keys.", {name: _key_arn(spec, name) for name in spec.keys}),
        ("log_group_names", "Log group of each task.", each("task", spec.tasks, "log_group_name")),
        ("schedule_arns", "Schedules, without the additional ones.", each("schedule", spec.schedules, "schedule_arn")),
        ("task_definition_arns", "Newest revision of each task.", each("task", spec.tasks, "task_definition_arn")),
    ]
    if spec.jobs:
        made = [name for name, job in spec.jobs.items() if job.queue is not None]
        outputs += [
            (
                "job_definition_arns",
                "Newest revision of each job's definition.",
                each("job", spec.jobs, "job_definition_arn"),
            ),
            ("job_queue_arns", "Queue of each job that has one of its own.", each("job", made, "job_queue_arn")),
        ]
    if spec.workflows:
        outputs += [
            ("workflow_bus_arns", "Bus of each workflow.", each("workflow", spec.workflows, "bus_arn")),
            ("workflow_dlq_urls", "Dead-letter queue of each workflow.", each("workflow", spec.workflows, "dlq_url")),
            ("workflow_rule_arns", "Rules of each workflow.", each("workflow", spec.workflows, "rule_arns")),
        ]
        outputs += [
            (
                f"workflow_{kind}_policy_statements",
                f"What the owner of a {kind} that this root does not make adds to its policy, by workflow.",
                each("workflow", names, f"{kind}_policy_statements"),
            )
            for kind, names in workflows.owed(spec).items()
            if names
        ]
    if spec.target_syncs:
        documents = each("target_sync", spec.target_syncs, "document_name")
        outputs.append(("target_sync_documents", "Automation document of each target sync.", documents))
    outputs += [(f"{topic.label}_topic_arn", topic.told, topic.arn) for topic in told]
    return sorted(outputs, key=lambda output: output[0])
