"""What ECS does with the execution role before a container runs: pull the image, read the secrets, open the log stream.

The words of a failure are ECS's own ("Amazon ECS stopped task error messages", Amazon ECS developer guide). Without an
execution role nothing is checked: then the container instance's role does it, which is not modelled.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sandbox import permissions
from sandbox.containers import roles
from sandbox.containers.logs import LogError, LogWriter
from sandbox.delivery import arns, clients
from sandbox.delivery.invocation import InvocationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.containers.plans import LogStream
    from sandbox.containers.tasks import Task

OF_SECRETS_MANAGER = ":secretsmanager:"
PARAMETER = ":parameter/"
ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)")
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
RETRIEVAL = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
)


class StartError(Exception):
    """ECS cannot start a task; the text is what it gives as `stoppedReason`."""


def check_image(task: Task, image: str) -> None:
    """Check that the execution role may pull an image of a private ECR registry; others need no role.

    Raises:
        StartError: it may not.
    """
    found = ECR.match(image)
    if found is None:
        return
    partition = arns.parse(task.task_arn).partition
    registry = f"arn:{partition}:ecr:{found['region']}:{found['account']}"
    try:
        _require(task, "ecr:GetAuthorizationToken", f"{registry}:*")
    except InvocationError as refused:
        raise StartError(
            f"{RETRIEVAL}unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
            f"AccessDeniedException: {refused.message}"
        ) from None
    try:
        for action in PULL:
            _require(task, action, f"{registry}:repository/{found['repository']}")
    except InvocationError as refused:
        raise StartError(
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: "
            f"AccessDeniedException: {refused.message}"
        ) from None


def open_log(task: Task, stream: LogStream) -> LogWriter:
    """Make the stream that a container logs to.

    A role that may make it and not write to it starts the container all the same: what it writes is lost, as on AWS.

    Raises:
        StartError: the role may not make it, or the log group is not there.
    """
    arn = f"arn:{arns.parse(task.task_arn).partition}:logs:{stream.region}:{task.account}:log-group:{stream.group}"
    resource = f"{arn}:log-stream:{stream.stream}"
    try:
        writer = LogWriter(stream)
        _require(task, "logs:CreateLogStream", resource)
        writer.create()
    except (LogError, InvocationError) as error:
        said = str(error) if isinstance(error, LogError) else f"AccessDeniedException: {error.message}"
        raise StartError(
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
            f"failed to create Cloudwatch log stream: {said} : exit status 1"
        ) from None
    try:
        _require(task, "logs:PutLogEvents", resource)
    except InvocationError as refused:
        writer.close(refused.message)
    return writer


def secret_values(task: Task, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a container's secrets.

    Args:
        task: whose container it is.
        wanted: for each variable where its value is: a parameter's name or ARN, or a secret's ARN, which may end with
            `:json-key:version-stage:version-id`.

    Raises:
        StartError: the role may not read one, or there is none.
    """
    return {
        name: (_secret if OF_SECRETS_MANAGER in source else _parameter)(task, source) for name, source in wanted.items()
    }


def _parameter(task: Task, source: str) -> str:
    retrieval = f"{RETRIEVAL}unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
    home = arns.parse(task.task_arn)
    # A parameter's name may begin with a slash; its ARN never shows it.
    name = source.partition(PARAMETER)[2] if PARAMETER in source else source.removeprefix("/")
    region = arns.parse(source).region if PARAMETER in source else task.region
    try:
        _require(task, "ssm:GetParameters", f"arn:{home.partition}:ssm:{region}:{task.account}:parameter/{name}")
    except InvocationError as refused:
        raise StartError(f"{retrieval}AccessDeniedException: {refused.message}") from None
    ssm = clients.ssm(region)
    try:
        found = ssm.get_parameters(Names=[f"/{name}", name], WithDecryption=True)["Parameters"]
        if not found:
            raise StartError(f"{retrieval}invalid ssm parameters: {name}")
        if found[0]["Type"] == "SecureString":
            filters: list[Any] = [{"Key": "Name", "Values": [found[0]["Name"]]}]
            described = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
            _require_key(task, described[0].get("KeyId"), "ssm", region)
    except ClientError as error:
        raise StartError(f"{retrieval}{_said(error)}") from None
    except InvocationError as refused:
        raise StartError(f"{retrieval}AccessDeniedException: {refused.message}") from None
    return found[0]["Value"]


def _secret(task: Task, source: str) -> str:
    parts = source.split(":")
    arn, region = ":".join(parts[:7]), parts[3]
    key, stage, version = [*parts[7:], "", "", ""][:3]
    retrieval = f"{RETRIEVAL}unable to retrieve secret from asm: service call has been retried 1 time(s): "
    fetch = f"{retrieval}failed to fetch secret {arn} from secrets manager: "
    client = clients.secrets_manager(region)
    selection: dict[str, Any] = {
        name: value for name, value in (("VersionStage", stage), ("VersionId", version)) if value
    }
    try:
        _require(task, "secretsmanager:GetSecretValue", arn)
        _require_key(task, client.describe_secret(SecretId=arn).get("KmsKeyId"), "secretsmanager", region)
        text = client.get_secret_value(SecretId=arn, **selection).get("SecretString", "")  # a binary one is empty
    except ClientError as error:
        raise StartError(f"{fetch}{_said(error)}") from None
    except InvocationError as refused:
        raise StartError(f"{fetch}AccessDeniedException: {refused.message}") from None
    if not key:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        raise StartError(f"{retrieval}retrieved secret from Secrets Manager did not contain json key {key}") from None
    return value if isinstance(value, str) else json.dumps(value)


def _require(task: Task, action: str, resource: str, context: Mapping[str, str | list[str]] | None = None) -> None:
    if task.execution_role_arn is not None:
        permissions.role_may(roles.caller(task, task.execution_role_arn), action, resource, context)


def _require_key(task: Task, key: str | None, service: str, region: str) -> None:
    """Check the key that a value is encrypted with; AWS's own key of the service asks for nothing more."""
    if key is None or key.startswith("alias/aws/"):
        return
    arn = clients.kms(region).describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    _require(task, "kms:Decrypt", arn, {"kms:ViaService": arns.endpoint(service, region)})


def _said(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
