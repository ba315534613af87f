"""What a review wants to know of an environment, and its plan does not say: it goes into the root's output `review`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.models.target_syncs import NEVER
from generator.output.addresses import label
from generator.output.jobs import named
from generator.output.standard import bus_name
from generator.output.tasks import permissions
from generator.output.topics import told_of_failures
from generator.output.wiring import TASK
from generator.output.workflows import publishers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.models.modules import Component
    from generator.models.spec import Environment
    from generator.models.workloads import Task
    from generator.output.hcl import Value

DESCRIPTION: Final = (
    "What a review wants to know beside the plan, of each task by its family: its permissions, the keys of its "
    "secrets, and the minutes that a run typically takes; of each job by its definition: which task it is; of each bus "
    "by its name: who may put events on it. And which of its checks do not count for what, with the reason."
)
# Where a module leaves out a dead-letter queue with good reason, the review lists that reason.
_NO_DEAD_LETTERS: Final = "check/dead-letter-queue-missing"
_NOTICE: Final = (
    "It tells of a task that has ended, which ECS and the task's log group show all the same. "
    "failure_dead_letter_queue keeps what reaches no topic."
)
_NOTICE_OF_A_JOB: Final = "It tells of a job that has failed, which Batch and the log group show all the same."
_START: Final = (
    "The next run of the schedule does all that a lost one would have done, and alarms tell of a start that failed and "
    "of a target that stays behind."
)


def declared(spec: Environment, connected: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    """Return what the output says: what each task's code may do, how long it takes, and who may put events on a bus.

    Tasks are known by the family of their task definition and buses by their name, as to those who read a plan.
    Permissions are those that the call of ecs-task has, and publishers those of workflow-bus.

    Args:
        spec: the environment.
        connected: what the inputs of each component are connected to, by its name: these are known by the apply only.
    """
    tasks: dict[str, Value] = {_family(name, task): _task(spec, task) for name, task in spec.tasks.items()}
    for name, component in (spec.components or {}).items():
        if component.module == TASK.module:
            tasks = _component(component, connected.get(name, {})) | tasks
    buses: dict[str, Value] = {
        bus_name(spec, name): {"publishers": [publisher for _, publisher in sorted(publishers(workflow).items())]}
        for name, workflow in (spec.workflows or {}).items()
        if workflow.publishers
    }
    skips = _skips(spec)
    jobs: dict[str, Value] = {
        named(name, job): {"task": _family(job.task, spec.tasks[job.task])} for name, job in (spec.jobs or {}).items()
    }
    tasks_and_jobs: dict[str, Value] = {"tasks": tasks, **({"jobs": jobs} if jobs else {})}
    return {**tasks_and_jobs, **({"buses": buses} if buses else {}), **({"skips": skips} if skips else {})}


def _skips(spec: Environment) -> dict[str, Value]:
    """Return which checks of a review do not count for which addresses, each with its reason."""
    is_told = told_of_failures(spec) is not None
    without_queue: dict[str, Value] = {
        f"module.task_{label(name)}.aws_cloudwatch_event_target.failure[*]": _NOTICE
        for name, task in spec.tasks.items()
        if (task.failure_topic_arns or (task.failure_topic_arns is None and is_told))
        and task.failure_dead_letter_queue is None
    }
    without_queue |= {
        f"module.job_{label(name)}.aws_cloudwatch_event_target.failure[*]": _NOTICE_OF_A_JOB
        for name, job in (spec.jobs or {}).items()
        if job.failure_topic_arns or (job.failure_topic_arns is None and is_told)
    }
    without_queue |= {
        f"module.target_sync_{label(name)}.aws_cloudwatch_event_target.*": _START
        for name, sync in (spec.target_syncs or {}).items()
        if sync.interval_minutes != NEVER and sync.enable_alarms is not False
    }
    return {_NO_DEAD_LETTERS: without_queue} if without_queue else {}


def _family(name: str, task: Task) -> str:
    return (task.names and task.names.family) or name


def _task(spec: Environment, task: Task) -> dict[str, Value]:
    typical: dict[str, Value] = {} if task.typical_minutes is None else {"typical_minutes": task.typical_minutes}
    reads_secrets = bool(task.secrets) or task.repository_credentials is not None
    keys: dict[str, Value] = {"secrets_kms_key_arns": list(task.secrets_kms_key_arns or ())} if reads_secrets else {}
    return {"permissions": permissions(spec, task), **keys, **typical}


def _component(component: Component, connected: Mapping[str, Value]) -> dict[str, Value]:
    """Return a task that a component calls for; nothing if the name of its family is not to be read."""
    inputs: dict[str, Any] = {**(component.inputs or {}), **connected}
    names = inputs.get("names")
    family = (names.get("family") if isinstance(names, dict) else None) or inputs.get("name")
    return {family: {"permissions": inputs.get("permissions") or {}}} if isinstance(family, str) else {}
