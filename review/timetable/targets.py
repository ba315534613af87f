"""What a schedule or a rule starts, in words, and how long that typically takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from review.plan import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from review.plan import Plan, Resource

_SDK: Final = ":aws-sdk:"  # a universal target of Scheduler: arn:aws:scheduler:::aws-sdk:ecs:runTask


@dataclass(frozen=True)
class Work:
    """One thing that is started.

    Attributes:
        what: in words, such as `task report` or `queue work`.
        task: the ARN of the task definition without its revision, or what is given instead; "" if it is no task.
        cluster: the ARN of the cluster on which it runs; "" if it is no task.
        count: how many are started at a time.
        given: the input, by which runs of one task can differ; "" if there is none.
        duration: how long one typically takes; None if nothing says.
    """

    what: str
    task: str = ""
    cluster: str = ""
    count: int = 1
    given: str = ""
    duration: timedelta | None = None


Durations = dict[str, timedelta]


def durations(plan: Plan) -> Durations:
    """Return how long tasks typically take, by the family of their definition: the root's output `review` says it."""
    output = plan.outputs.get("review")
    tasks = output.get("tasks") if isinstance(output, dict) else None
    found: Durations = {}
    for family, said in (tasks if isinstance(tasks, dict) else {}).items():
        minutes = said.get("typical_minutes") if isinstance(said, dict) else None
        if isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes > 0:
            found[family] = timedelta(minutes=minutes)
    return found


def of_schedule(schedule: Resource, known: Durations) -> Work:
    """Return what a schedule of EventBridge Scheduler starts."""
    arn, given = schedule.text("target", 0, "arn"), schedule.text("target", 0, "input")
    parameters = schedule.get("target", 0, "ecs_parameters", 0)
    if isinstance(parameters, dict):
        count = parameters.get("task_count")
        return _task(str(parameters.get("task_definition_arn") or ""), arn, count, given, known)
    if _SDK in arn:
        return _call(arn.partition(_SDK)[2], given, known)
    return Work(words.of(arn) or "nothing")


def of_rule(targets: Iterable[Resource], known: Durations) -> Iterator[Work]:
    """Yield what the targets of a rule start."""
    for each in targets:
        arn, parameters, job = (
            each.text("arn"),
            each.get("ecs_target", 0),
            each.text("batch_target", 0, "job_definition"),
        )
        if isinstance(parameters, dict):
            count, given = parameters.get("task_count"), each.text("input")
            yield _task(str(parameters.get("task_definition_arn") or ""), arn, count, given, known)
        elif job:
            yield Work(f"job {_name(job)}")
        else:
            yield Work(words.of(arn) or "nothing")


def name_of_cluster(arn: str) -> str:
    """Return the name in a cluster's ARN, or what is given instead."""
    return arn.rpartition("/")[2] or arn


def _task(definition: str, cluster: str, count: Any, given: str, known: Durations) -> Work:
    family = _name(definition)
    task = definition if family not in definition else definition[: definition.index(family) + len(family)]
    number = count if isinstance(count, int) and count > 0 else 1
    return Work(f"task {family}", task, cluster, number, given, known.get(family))


def _call(operation: str, given: str, known: Durations) -> Work:
    """Return what a universal target starts; its input has the names of the API, in whichever case."""
    try:
        fields = json.loads(given) if given else {}
    except ValueError:
        fields = {}
    said: Mapping[str, Any] = {}
    if isinstance(fields, dict):
        said = {name[:1].lower() + name[1:]: value for name, value in fields.items()}
    if operation.lower() == "ecs:runtask" and isinstance(said.get("taskDefinition"), str):
        cluster = str(said.get("cluster") or "default")
        return _task(said["taskDefinition"], cluster, said.get("count"), json.dumps(said.get("overrides")), known)
    if operation.lower() == "batch:submitjob" and isinstance(said.get("jobDefinition"), str):
        return Work(f"job {_name(said['jobDefinition'])}")
    return Work(f"a call of {operation}")


def _name(definition: str) -> str:
    """Return the name in the ARN of a task or job definition, or in what stands for it: `family:3`."""
    return definition.rpartition("/")[2].partition(":")[0]
