"""The two roles of a task: the execution role, with which ECS starts it, and the task role, which its program works with.

Amazon ECS developer guide, "IAM roles for Amazon ECS". ECS takes on both as `ecs-tasks.amazonaws.com`, and says the task's ARN in
`aws:SourceArn`.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sandbox import control
from sandbox.delivery import clients
from sandbox.delivery.invocation import Caller
from sandbox.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.containers.tasks import Task

SERVICE = "ecs-tasks.amazonaws.com"
SECRET = ":secretsmanager:"
PARAMETER = ":parameter/"


class StartError(Exception):
    """ECS cannot start a task; the text is what it gives as `stoppedReason`."""


def caller(task: Task, role_arn: str | None) -> Caller:
    """Return ECS as it takes on one of a task's roles."""
    return Caller(
        service=SERVICE, source_arn=task.task_arn, account=task.account, region=task.region, role_arn=role_arn
    )


def secret_values(task: Task, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a container's secrets, read in the name of the execution role.

    Args:
        task: whose container it is.
        wanted: for each variable where its value is: a parameter's name or ARN, or a secret's ARN, which may end with
            `:json-key:version-stage:version-id`.

    Raises:
        StartError: the role may not read one, or there is none.
    """
    return {
        name: _secret(task, source) if SECRET in source else _parameter(task, source) for name, source in wanted.items()
    }


def _parameter(task: Task, source: str) -> str:
    try:
        name = source.partition(PARAMETER)[2] if PARAMETER in source else source
        found = clients.ssm(task.region).get_parameters(Names=[f"/{name}", name], WithDecryption=True)
        values = [each["Value"] for each in found["Parameters"]]
    except ClientError as error:
        raise _unreadable("unable to retrieve secrets from ssm", error) from None
    if not values:
        raise StartError(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
            f"unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: {source}"
        )
    value: str = values[0]
    return value


def _secret(task: Task, source: str) -> str:
    parts = source.split(":")
    arn = ":".join(parts[:7])
    key, stage, version = (parts[7:] + ["", "", ""])[:3]
    selection = {name: value for name, value in (("VersionStage", stage), ("VersionId", version)) if value}
    try:
        text: str = clients.secrets_manager(task.region).get_secret_value(SecretId=arn, **selection)["SecretString"]
    except ClientError as error:
        raise _unreadable(
            f"unable to retrieve secret from asm: failed to fetch secret {arn} from secrets manager", error
        ) from None
    if not key:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        raise StartError(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
            f"unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key {key}"
        ) from None
    return value if isinstance(value, str) else json.dumps(value)


def _unreadable(what: str, error: ClientError) -> StartError:
    said = error.response["Error"]
    return StartError(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
        f"{what}: service call has been retried 1 time(s): {said['Code']}: {said['Message']}"
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """What lets one task's programs ask for the credentials of its role."""

    token: str
    task: Task


class Grants:
    """The tasks that run with a role, each under an identifier that nobody can guess."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}

    def add(self, task: Task) -> str:
        """Return an identifier for a task's credentials."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._grants[token] = Grant(token, task)
        return token

    def remove(self, task: Task) -> None:
        """Forget a task that has stopped."""
        with self._lock:
            self._grants = {token: grant for token, grant in self._grants.items() if grant.task is not task}

    def find(self, token: str) -> Task | None:
        """Return the task of an identifier."""
        with self._lock:
            grant = self._grants.get(token)
        return grant.task if grant else None


GRANTS = Grants()


@control.answers("credentials/")
def answer_credentials(fields: dict[str, Any]) -> dict[str, Any]:
    """Give a container the credentials of its task role, as ECS's agent does; they know which role they are of."""
    task = GRANTS.find(fields["path"])
    if task is None or task.task_role_arn is None:
        raise WrongUseError("no task that runs has these credentials")
    role = task.task_role_arn
    taken = clients.sts(task.region).assume_role(RoleArn=role, RoleSessionName=task.id)["Credentials"]
    return {
        "RoleArn": role,
        "AccessKeyId": taken["AccessKeyId"],
        "SecretAccessKey": taken["SecretAccessKey"],
        "Token": taken["SessionToken"],
        "Expiration": taken["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
