"""A task as ECS describes it, and the event that ECS sends when it changes.

The attributes of both classes have the names of ECS's API in Python's form, since moto makes its answers from them.
Shapes: ECS API reference, Task and Container; ECS developer guide, "Amazon ECS task state change events".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.delivery.entries import new_event

if TYPE_CHECKING:
    from datetime import datetime

STOPPED = "STOPPED"
RUNNING = "RUNNING"


@dataclass
class Container:
    """One container of a task."""

    container_arn: str
    task_arn: str
    name: str
    image: str
    cpu: str
    last_status: str = "PENDING"
    exit_code: int | None = None
    reason: str | None = None
    runtime_id: str | None = None
    network_interfaces: list[dict[str, str]] = field(default_factory=list)

    def detail(self) -> dict[str, Any]:
        """Return it as it stands in an event: what is not known is left out."""
        known = {
            "containerArn": self.container_arn,
            "exitCode": self.exit_code,
            "lastStatus": self.last_status,
            "name": self.name,
            "image": self.image,
            "reason": self.reason,
            "runtimeId": self.runtime_id,
            "taskArn": self.task_arn,
            "networkInterfaces": self.network_interfaces,
            "cpu": self.cpu,
        }
        return {name: value for name, value in known.items() if value is not None}


@dataclass
class Task:
    """One task, from the answer to RunTask until nobody asks for it any more.

    `execution_role_arn` and `task_role_arn` are those in effect, with what the caller overrides; `family` and
    `revision` are of its definition. They are the sandbox's own, and no part of ECS's answer.
    """

    task_arn: str
    cluster_arn: str
    task_definition_arn: str
    family: str
    revision: int
    group: str
    created_at: datetime
    region: str
    account: str
    launch_type: str | None = None
    capacity_provider_name: str | None = None
    platform_version: str | None = None
    cpu: str | None = None
    memory: str | None = None
    execution_role_arn: str | None = None
    task_role_arn: str | None = None
    enable_execute_command: bool = False
    started_by: str | None = None
    reference_id: str | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    last_status: str = "PROVISIONING"
    desired_status: str = RUNNING
    availability_zone: str | None = None
    connectivity: str | None = None
    connectivity_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    version: int = 1
    container_instance_arn: None = None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.task_arn.rpartition("/")[2]

    @property
    def cluster_name(self) -> str:
        """The last part of the cluster's ARN."""
        return self.cluster_arn.rpartition("/")[2]

    def advance(self) -> None:
        """Do nothing: moto moves a task on when it is described; here its containers do."""

    def event(self, now: datetime) -> dict[str, Any]:
        """Return the `ECS Task State Change` event that says how the task is now."""
        known = {
            "attachments": self.attachments,
            "availabilityZone": self.availability_zone,
            "clusterArn": self.cluster_arn,
            "connectivity": self.connectivity,
            "connectivityAt": _moment(self.connectivity_at),
            "containers": [container.detail() for container in self.containers],
            "cpu": self.cpu,
            "createdAt": _moment(self.created_at),
            "desiredStatus": self.desired_status,
            "enableExecuteCommand": self.enable_execute_command,
            "executionStoppedAt": _moment(self.execution_stopped_at),
            "group": self.group,
            "lastStatus": self.last_status,
            "launchType": self.launch_type,
            "capacityProviderName": self.capacity_provider_name,
            "memory": self.memory,
            "overrides": self._overrides(),
            "platformVersion": self.platform_version,
            "startedAt": _moment(self.started_at),
            "startedBy": self.started_by,
            "stopCode": self.stop_code,
            "stoppedAt": _moment(self.stopped_at),
            "stoppedReason": self.stopped_reason,
            "stoppingAt": _moment(self.stopping_at),
            "taskArn": self.task_arn,
            "taskDefinitionArn": self.task_definition_arn,
            "updatedAt": _moment(now),
            "version": self.version,
        }
        return new_event(
            source="aws.ecs",
            detail_type="ECS Task State Change",
            detail={name: value for name, value in known.items() if value is not None},
            account=self.account,
            region=self.region,
            at=now,
            resources=[self.task_arn],
        )

    def _overrides(self) -> dict[str, Any]:
        """Return the overrides with an entry for every container, as ECS fills them in."""
        given = {each["name"]: each for each in self.overrides.get("containerOverrides") or ()}
        containers = [given.get(container.name, {"name": container.name}) for container in self.containers]
        return self.overrides | {"containerOverrides": containers}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
