"""What is wrong with jobs beyond the form of their values: their queue, their network, and tasks that cannot be jobs.

And with the targets that submit them: one of the environment's jobs, or a queue and a definition that exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.checks.calls import not_there
from generator.errors import Path, Problem, shown
from generator.interfaces.constraints import Finding
from generator.specs.tree import Items, Leaf, Mapping, find, is_given, section

if TYPE_CHECKING:
    from collections.abc import Iterator

# What changes how a task runs, and Batch has not on Fargate ("Job definitions on Fargate"; ContainerProperties has no
# entry point and no working directory). A health check and a stop timeout change nothing that a job does.
NOT_IN_A_JOB: Final = ("entry_point", "ulimits", "working_directory")
_ELSEWHERE: Final = ("job_queue_arn", "job_definition")


def wrong_jobs(tree: Mapping) -> Iterator[Finding]:
    """Find what is wrong with the jobs of a merged spec; what is not of the model's form is passed over."""
    for name, node in section(tree, "jobs").items():
        if isinstance(node, Mapping):
            path: Path = ("jobs", name)
            yield from _queue(tree, path, node)
            yield from _task(tree, path, node)
    for workflow, node in section(tree, "workflows").items():
        for rule, rule_node in section(node, "rules").items():
            for key, target in section(rule_node, "targets").items():
                submitted = target.entries.get("submit_job") if isinstance(target, Mapping) else None
                if isinstance(submitted, Mapping):
                    at: Path = ("workflows", workflow, "rules", rule, "targets", key, "submit_job")
                    yield from _submitted(tree, at, submitted)


def _queue(tree: Mapping, path: Path, job: Mapping) -> Iterator[Finding]:
    queue, arn = (job.entries.get(field) for field in ("queue", "job_queue_arn"))
    if is_given(queue) == is_given(arn):
        message = "give a queue (it is made for the job) or a job_queue_arn (it exists)"
        if arn is not None and is_given(arn):
            yield Finding((*path, "job_queue_arn"), Problem(arn.source, f"{message}, not both"))
        else:
            yield Finding((*path, "queue"), Problem(job.source, message))
    if not isinstance(queue, Mapping):
        names = job.entries.get("names")
        given = names.entries.get("job_queue") if isinstance(names, Mapping) else None
        if given is not None and is_given(given):
            message = "is the name of a queue that is made for the job: give it a queue"
            yield Finding((*path, "names", "job_queue"), Problem(given.source, message))
        return
    if is_given(tree.entries.get("network")):
        return
    for name in ("subnets", "security_group_ids"):
        if not is_given(queue.entries.get(name)):
            message = f"{name} is missing; give it here, or give the environment a network"
            yield Finding((*path, "queue", name), Problem(queue.source, message))


def _task(tree: Mapping, path: Path, job: Mapping) -> Iterator[Finding]:
    """Find what a job's task has, and a job on Fargate cannot: it would run as something else than the task."""
    named = job.entries.get("task")
    if not isinstance(named, Leaf) or not isinstance(named.value, str):
        return
    task, steps = find(tree, ("tasks", named.value))
    if steps < 2 or not isinstance(task, Mapping):
        return
    for field in NOT_IN_A_JOB:
        value = task.entries.get(field)
        if value is not None and is_given(value):
            message = f"{shown(named.value)} has {field} ({value.source}), and Batch has none on Fargate"
            yield Finding((*path, "task"), Problem(named.source, message))
    types = task.entries.get("launch_types")
    if isinstance(types, Items) and "FARGATE" not in (each.value for each in types.items if isinstance(each, Leaf)):
        message = f"{shown(named.value)} has launch_types without FARGATE ({types.source}); a job runs on Fargate"
        yield Finding((*path, "task"), Problem(named.source, message))
    system = task.entries.get("operating_system_family")
    if isinstance(system, Leaf) and isinstance(system.value, str) and system.value != "LINUX":
        message = f"{shown(named.value)} has {shown(system.value)} ({system.source}); a job runs on Linux"
        yield Finding((*path, "task"), Problem(named.source, message))


def _submitted(tree: Mapping, path: Path, target: Mapping) -> Iterator[Finding]:
    """Find a target that names neither a job of the environment nor queue and definition, or both."""
    job = target.entries.get("job")
    given = {field: node for field in _ELSEWHERE if (node := target.entries.get(field)) is not None and is_given(node)}
    if job is not None and is_given(job):
        for field, node in given.items():
            message = f"is given beside job ({job.source}), whose queue and definition are known: give one of the two"
            yield Finding((*path, field), Problem(node.source, message))
        if isinstance(job, Leaf) and isinstance(job.value, str):
            lacking = not_there(tree, "jobs", job.value)
            if lacking is not None:
                yield Finding((*path, "job"), Problem(job.source, lacking))
        return
    if not given:
        message = "says not which job: give job (one of jobs), or job_queue_arn and job_definition (they exist)"
        yield Finding((*path, "job"), Problem(target.source, message))
        return
    for field in _ELSEWHERE:
        if field not in given:
            message = f"{field} is missing: a job that is made elsewhere has a queue and a definition"
            yield Finding((*path, field), Problem(target.source, message))
