"""The two roles of a task: with the execution role ECS starts it, with the task role its program works.

Amazon ECS developer guide, "IAM roles for Amazon ECS". ECS takes on both as `ecs-tasks.amazonaws.com`, and says the
task's ARN in `aws:SourceArn`.
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Any

from sandbox import control, permissions
from sandbox.asking import CONTROL_PATH
from sandbox.clock import written
from sandbox.delivery import clients
from sandbox.delivery.invocation import Caller, InvocationError
from sandbox.errors import WrongUseError

if TYPE_CHECKING:
    from sandbox.containers.tasks import Task

SERVICE = "ecs-tasks.amazonaws.com"
CREDENTIALS = "credentials/"
NOT_ASSUMED = (
    "ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role being "
    "passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
)


def caller(task: Task, role_arn: str) -> Caller:
    """Return ECS as it takes on one of a task's roles."""
    return Caller(SERVICE, task.task_arn, task.account, task.region, role_arn)


def untrusting(task: Task) -> str | None:
    """Return a role of the task that is not there, or does not trust ECS; None if it can take on all."""
    for role in (task.execution_role_arn, task.task_role_arn):
        try:
            if role is not None:
                permissions.role_trusts(caller(task, role))
        except InvocationError:
            return role
    return None


class Grants:
    """The tasks that run with a role, each under an identifier that nobody can guess."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Task] = {}

    def add(self, task: Task) -> str:
        """Return the address of a task's credentials."""
        identifier = secrets.token_urlsafe(24)
        with self._lock:
            self._grants[identifier] = task
        return f"{clients.endpoint()}{CONTROL_PATH}{CREDENTIALS}{identifier}"

    def remove(self, task: Task) -> None:
        """Forget a task that has stopped."""
        with self._lock:
            self._grants = {key: each for key, each in self._grants.items() if each is not task}

    def find(self, identifier: str) -> Task | None:
        """Return the task of an identifier; None if none runs under it."""
        with self._lock:
            return self._grants.get(identifier)


GRANTS = Grants()


@control.answers(CREDENTIALS)
def answer_credentials(fields: dict[str, Any]) -> dict[str, Any]:
    """Give a container the credentials of its task role, as ECS's agent does; its calls are then that role's."""
    task = GRANTS.find(fields["path"])
    if task is None or task.task_role_arn is None:
        raise WrongUseError("no task that runs has these credentials")
    try:
        permissions.role_trusts(caller(task, task.task_role_arn))
    except InvocationError as error:
        raise WrongUseError(f"the task role cannot be taken on: {error.message}") from None
    taken = clients.sts(task.region).assume_role(RoleArn=task.task_role_arn, RoleSessionName=task.id)["Credentials"]
    return {
        "RoleArn": task.task_role_arn,
        "AccessKeyId": taken["AccessKeyId"],
        "SecretAccessKey": taken["SecretAccessKey"],
        "Token": taken["SessionToken"],
        "Expiration": written(taken["Expiration"]),
    }
