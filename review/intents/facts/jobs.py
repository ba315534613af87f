"""Job definitions of AWS Batch in a plan: which roles they have, and what ECS does before and around their container.

Batch runs a job as an ECS task, so the container and its roles are as those of a task definition ("Job definition
parameters for ContainerProperties" of the Batch User Guide). Jobs of several nodes, of several containers and on EKS
are not read: what they do with a role, nobody says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.plan import Plan, Resource

_KIND: Final = "aws_batch_job_definition"
# Where logs go that are given no group ("Use the awslogs log driver" of the Batch User Guide); on EC2 it is the
# instance that writes them.
_LOG_GROUP: Final = "/aws/batch/job"


@dataclass(frozen=True)
class JobDefinition:
    """A job definition that the plan makes.

    Attributes:
        address: in the plan.
        name: its name.
        arn: with its revision, which may be a symbol.
        job_role: ARN of the role that its container works with; "" for none.
        execution_role: ARN of the role that ECS starts it with; "" for none.
        on_fargate: whether it runs on Fargate.
        container: its container, in the words of a task definition's.
    """

    address: str
    name: str
    arn: str
    job_role: str
    execution_role: str
    on_fargate: bool
    container: Mapping[str, Any] = field(repr=False)


def read(plan: Plan) -> tuple[JobDefinition, ...]:
    """Return the job definitions of a plan whose one container is known."""
    return tuple(
        JobDefinition(
            address=each.address,
            name=each.text("name"),
            arn=plan.arn(each),
            job_role=str(found.get("jobRoleArn") or ""),
            execution_role=str(found.get("executionRoleArn") or ""),
            on_fargate=_on_fargate(each),
            container=_logged(found) if _on_fargate(each) else found,
        )
        for each in plan.existing(_KIND)
        if not each.is_data and (found := container(each)) is not None
    )


def container(definition: Resource) -> Mapping[str, Any] | None:
    """Return the one container of a job definition; None if it has another form, or only the apply will know it."""
    try:
        found = json.loads(definition.text("container_properties"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _on_fargate(definition: Resource) -> bool:
    platforms = definition.get("platform_capabilities")
    return isinstance(platforms, list) and "FARGATE" in platforms


def _logged(found: Mapping[str, Any]) -> Mapping[str, Any]:
    said = found.get("logConfiguration") or {"logDriver": "awslogs"}
    options = {"awslogs-group": _LOG_GROUP, **(said.get("options") or {})}
    return {**found, "logConfiguration": {**said, "options": options}}
