"""What a configuration declares of itself in the output `review` of its root: what no resource of a plan can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.plan import Plan

_OUTPUT: Final = "review"


def permissions(plan: Plan, name: str, *, of_job: bool = False) -> Mapping[str, Sequence[Mapping[str, Any]]] | None:
    """Return what a task's code may do, as `permissions` of modules/ecs-task says it; None if nothing is declared.

    Args:
        plan: the plan.
        name: the task's family; of a job the name of its definition.
        of_job: whether it is a job, which may be declared by itself, or to be what a task is.
    """
    task = _job(plan, name) if of_job else _entry(plan, "tasks", name)
    found = None if task is None else task.get("permissions")
    if not isinstance(found, dict):
        return None
    return {
        kind: [each for each in grants if isinstance(each, dict)]
        for kind, grants in found.items()
        if isinstance(grants, list)
    }


def secrets_keys(plan: Plan, name: str, *, of_job: bool = False) -> Sequence[str] | None:
    """Return the keys that encrypt the secrets of a task or a job, as above; None if nothing is declared."""
    task = _job(plan, name) if of_job else _entry(plan, "tasks", name)
    found = None if task is None else task.get("secrets_kms_key_arns")
    return [str(each) for each in found] if isinstance(found, list) else None


def publishers(plan: Plan, bus: str) -> Sequence[Mapping[str, Any]] | None:
    """Return who else may put events on a bus, as `publishers` of modules/workflow-bus says it; None if nobody says."""
    entry = _entry(plan, "buses", bus)
    found = None if entry is None else entry.get("publishers")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None


def families(plan: Plan) -> Sequence[str]:
    """Return the families of the tasks that something is declared of."""
    return list(_section(plan, "tasks"))


def _job(plan: Plan, name: str) -> Mapping[str, Any] | None:
    """Return what is declared of a job: of the task that it is, or of itself."""
    entry = _entry(plan, "jobs", name)
    task = None if entry is None else entry.get("task")
    return _entry(plan, "tasks", task) if isinstance(task, str) else entry


def _entry(plan: Plan, section: str, name: str) -> Mapping[str, Any] | None:
    found = _section(plan, section).get(name)
    return found if isinstance(found, dict) else None


def _section(plan: Plan, name: str) -> Mapping[str, Any]:
    output = plan.outputs.get(_OUTPUT)
    found = output.get(name) if isinstance(output, dict) else None
    return found if isinstance(found, dict) else {}
