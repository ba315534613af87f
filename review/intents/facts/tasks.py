"""Task definitions of a plan: which roles they have, and what ECS does before and around their containers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from review.intents.facts import arns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.plan import Plan, Resource


@dataclass(frozen=True)
class TaskDefinition:
    """A task definition that the plan makes, or reads.

    Attributes:
        address: in the plan.
        family: its family.
        arn: with its revision, which may be a symbol; "" if it cannot be told.
        task_role: ARN of the role that its containers work with; "" for none.
        execution_role: ARN of the role that ECS starts it with; "" for none.
        is_made: whether the plan makes it, and does not only read it.
        containers: its container definitions; None if the plan does not say.
    """

    address: str
    family: str
    arn: str
    task_role: str
    execution_role: str
    is_made: bool
    containers: Sequence[Mapping[str, Any]] | None = field(repr=False)


@dataclass(frozen=True)
class Tasks:
    """All task definitions of a plan."""

    definitions: tuple[TaskDefinition, ...]

    def named(self, reference: str) -> list[TaskDefinition]:
        """Return the definitions that a family, a family with a revision, or an ARN of either means.

        A bare family means its newest revision: the one that the plan makes, or else the one that it reads.
        """
        name, revision = arns.without_revision(reference)
        family = name.rpartition("/")[2]
        found = [each for each in self.definitions if each.family == family]
        if revision:
            return [each for each in found if arns.without_revision(each.arn)[1] == revision]
        return [each for each in found if each.is_made] or found


def read(plan: Plan) -> Tasks:
    """Return the task definitions of a plan; those that it makes first."""
    return Tasks(
        tuple(
            TaskDefinition(
                address=each.address,
                family=each.text("family") or arns.without_revision(each.text("task_definition").rpartition("/")[2])[0],
                arn=each.text("arn") if each.is_data else plan.arn(each),
                task_role=each.text("task_role_arn"),
                execution_role=each.text("execution_role_arn"),
                is_made=not each.is_data,
                containers=None if each.is_data else _containers(each),
            )
            for each in sorted(plan.existing("aws_ecs_task_definition"), key=lambda each: each.is_data)
        )
    )


def _containers(definition: Resource) -> Sequence[Mapping[str, Any]] | None:
    try:
        found = json.loads(definition.text("container_definitions"))
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None
