"""What a container can ask about its task: the task metadata endpoint, version 4, of ECS's agent."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

from sandbox import control
from sandbox.asking import CONTROL_PATH
from sandbox.delivery import clients
from sandbox.errors import WrongUseError

if TYPE_CHECKING:
    from sandbox.containers.tasks import Container, Task


class Metadata:
    """The containers that run, each under an address of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._containers: dict[str, tuple[Task, Container]] = {}

    def variables(self, task: Task, container: Container) -> dict[str, str]:
        """Return the variable that tells a container its address."""
        address = uuid.uuid4().hex
        with self._lock:
            self._containers[address] = (task, container)
        return {"ECS_CONTAINER_METADATA_URI_V4": f"{clients.endpoint()}{CONTROL_PATH}metadata/{address}"}

    def remove(self, task: Task) -> None:
        """Forget the containers of a task that has stopped."""
        with self._lock:
            self._containers = {key: pair for key, pair in self._containers.items() if pair[0] is not task}

    def find(self, address: str) -> tuple[Task, Container]:
        """Return the container of an address, and its task.

        Raises:
            WrongUseError: nothing runs under it.
        """
        with self._lock:
            found = self._containers.get(address)
        if found is None:
            raise WrongUseError("no container that runs has this address")
        return found


METADATA = Metadata()


@control.answers("metadata/")
def answer_metadata(fields: dict[str, Any]) -> dict[str, Any]:
    """Answer `${ECS_CONTAINER_METADATA_URI_V4}` and `${ECS_CONTAINER_METADATA_URI_V4}/task`."""
    address, _, rest = fields["path"].partition("/")
    task, container = METADATA.find(address)
    if rest not in ("", "task"):
        raise WrongUseError(f"the sandbox answers the container's own metadata and /task, not /{rest}")
    return _container(task, container) if rest == "" else _task(task)


def _container(task: Task, container: Container) -> dict[str, Any]:
    return {
        "DockerId": container.runtime_id,
        "Name": container.name,
        "DockerName": container.name,
        "Image": container.image,
        "Labels": {
            "com.amazonaws.ecs.cluster": task.cluster_arn,
            "com.amazonaws.ecs.container-name": container.name,
            "com.amazonaws.ecs.task-arn": task.task_arn,
            "com.amazonaws.ecs.task-definition-family": task.family,
            "com.amazonaws.ecs.task-definition-version": str(task.revision),
        },
        "DesiredStatus": task.desired_status,
        "KnownStatus": container.last_status,
        "Type": "NORMAL",
        "ContainerARN": container.container_arn,
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "Cluster": task.cluster_arn,
        "TaskARN": task.task_arn,
        "Family": task.family,
        "Revision": str(task.revision),
        "DesiredStatus": task.desired_status,
        "KnownStatus": task.last_status,
        "AvailabilityZone": task.availability_zone,
        "LaunchType": task.launch_type,
        "Containers": [_container(task, container) for container in task.containers],
    }
