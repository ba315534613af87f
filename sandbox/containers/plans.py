"""What each container of a task is to be: its definition, with what the caller of RunTask overrides.

The rules are those of ECS's API reference: ContainerDefinition, TaskOverride, ContainerOverride.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STOP_SECONDS = 30  # ECS's own default for stopTimeout
LONGEST_STOP_SECONDS = 120  # what Fargate allows


class OverrideError(Exception):
    """An override that ECS refuses, in ECS's words."""


@dataclass(frozen=True, slots=True)
class LogStream:
    """Where a container's output goes: the options of the awslogs driver."""

    group: str
    region: str
    stream: str


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """One container, ready to be started.

    Attributes:
        name: its name in the task definition.
        image: with tag or digest, as the definition has it.
        essential: whether the task ends with it.
        entry_point: of the definition; None leaves the image's own.
        command: of the override, else of the definition; None leaves the image's own.
        working_directory: of the definition; None leaves the image's own.
        environment: variables of the definition, with those of the override over them.
        secrets: variables whose values are kept elsewhere: {name: ARN or name to read it from}.
        log: None for a container without the awslogs driver: nothing keeps its output.
        stop_seconds: from SIGTERM to SIGKILL.
        cpu: CPU units reserved for it, "0" for no reservation.
    """

    name: str
    image: str
    essential: bool = True
    entry_point: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    working_directory: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    log: LogStream | None = None
    stop_seconds: int = STOP_SECONDS
    cpu: str = "0"


def plan(
    definitions: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any], task_id: str, region: str
) -> list[ContainerPlan]:
    """Return the containers of one task, in the order of its definition.

    Args:
        definitions: `containerDefinitions` of the task definition.
        overrides: the TaskOverride of the caller; {} for none.
        task_id: the last part of the task's ARN; log streams are named after it.
        region: the task's, for log groups that name none.

    Raises:
        OverrideError: an override names no container, or one that the definition does not have.
    """
    overridden = {}
    for override in overrides.get("containerOverrides") or ():
        name = override.get("name")
        if not name:
            raise OverrideError("Container Override must specify a container name.")
        if name not in {definition["name"] for definition in definitions}:
            raise OverrideError(f"Override for container named {name} is not a container in the TaskDefinition.")
        overridden[name] = override
    return [_container(each, overridden.get(each["name"], {}), task_id, region) for each in definitions]


def _container(definition: Mapping[str, Any], override: Mapping[str, Any], task_id: str, region: str) -> ContainerPlan:
    stop_seconds = definition.get("stopTimeout")
    return ContainerPlan(
        name=definition["name"],
        image=definition["image"],
        essential=definition.get("essential", True),
        entry_point=_words(definition.get("entryPoint")),
        command=_words(override.get("command")) or _words(definition.get("command")),
        working_directory=definition.get("workingDirectory"),
        environment=_pairs(definition.get("environment")) | _pairs(override.get("environment")),
        secrets={secret["name"]: secret["valueFrom"] for secret in definition.get("secrets") or ()},
        log=_log_stream(definition, task_id, region),
        stop_seconds=min(STOP_SECONDS if stop_seconds is None else int(stop_seconds), LONGEST_STOP_SECONDS),
        cpu=str(override.get("cpu") or definition.get("cpu") or 0),
    )


def _words(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return tuple(value) if value else None


def _pairs(variables: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    return {variable["name"]: variable.get("value", "") for variable in variables or ()}


def _log_stream(definition: Mapping[str, Any], task_id: str, region: str) -> LogStream | None:
    configuration = definition.get("logConfiguration") or {}
    options = configuration.get("options") or {}
    if configuration.get("logDriver") != "awslogs" or "awslogs-group" not in options:
        return None
    prefix = options.get("awslogs-stream-prefix")
    return LogStream(
        group=options["awslogs-group"],
        region=options.get("awslogs-region", region),
        stream=f"{prefix}/{definition['name']}/{task_id}" if prefix else task_id,
    )
