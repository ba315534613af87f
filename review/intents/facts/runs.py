"""Calls of RunTask and SubmitJob, as a schedule or a rule's target asks for them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# The two roles that an override can name ("TaskOverride", ECS API Reference); a transformer's template is no JSON yet.
_OVERRIDES: Final = {"task_role": "taskRoleArn", "execution_role": "executionRoleArn"}


@dataclass(frozen=True)
class Run:
    """One call of RunTask.

    Attributes:
        cluster: its ARN.
        definition: ARN of the task definition, or its family, each with or without a revision.
        tags: whether the call tags its tasks.
        executes_commands: whether ECS Exec is turned on for its tasks.
        task_role: ARN of the task role that the call names instead of the definition's; "" if none.
        execution_role: likewise.
    """

    cluster: str
    definition: str
    tags: bool
    executes_commands: bool
    task_role: str = ""
    execution_role: str = ""


@dataclass(frozen=True)
class Submission:
    """One call of SubmitJob.

    Attributes:
        queue: ARN of the job queue.
        definition: name or ARN of the job definition, with or without a revision.
    """

    queue: str
    definition: str


def run(cluster: str, parameters: Mapping[str, Any], payload: str) -> Run:
    """Return the call of RunTask that a target makes.

    Args:
        cluster: the target's ARN.
        parameters: the target's block for ECS.
        payload: what it is given as input, or the template of it: the overrides.
    """
    return Run(
        cluster=cluster,
        definition=str(parameters.get("task_definition_arn") or ""),
        tags=bool(
            parameters.get("enable_ecs_managed_tags") or parameters.get("propagate_tags") or parameters.get("tags")
        ),
        executes_commands=bool(parameters.get("enable_execute_command")),
        **{role: _override(payload, name) for role, name in _OVERRIDES.items()},
    )


def _override(payload: str, name: str) -> str:
    try:
        content = json.loads(payload)
    except ValueError:
        found = re.search(rf'"{name}"\s*:\s*"([^"]*)"', payload)
        return found[1] if found else ""
    value = content.get(name) if isinstance(content, dict) else None
    return value if isinstance(value, str) else ""
