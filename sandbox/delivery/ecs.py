"""ECS as a target: RunTask, as EventBridge and EventBridge Scheduler call it with the role that the target names.

What the role needs, on which resource and with which condition keys: Service Authorization Reference, Amazon Elastic
Container Service; the user guides of EventBridge and of Scheduler, on permissions for ECS targets.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from sandbox import permissions
from sandbox.delivery import arns, clients
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import (
    ERROR_FROM_TARGET,
    INVALID_JSON,
    INVALID_PARAMETER,
    NO_RESOURCE,
    as_scheduler,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.delivery.invocation import Caller

SCHEDULER = "scheduler.amazonaws.com"
PASSED_TO = "ecs-tasks.amazonaws.com"
LONGEST_STARTED_BY = 128  # characters
NO_DEFINITION = "Unable to describe task definition"
# The members of ECS's TaskOverride. What else is in the payload is no override: without an input, a rule gives its
# target the whole event, and ECS runs the task as it is defined.
OVERRIDES = (
    "containerOverrides",
    "cpu",
    "ephemeralStorage",
    "executionRoleArn",
    "inferenceAcceleratorOverrides",
    "memory",
    "taskRoleArn",
)
# Members of EcsParameters that RunTask calls otherwise than by a small first letter.
RENAMED = {"PlacementStrategies": "placementStrategy", "TaskCount": "count"}


def run_task(
    target: Mapping[str, Any], payload: str, caller: Caller, *, started_by: str | None = None
) -> dict[str, Any]:
    """Run the tasks of a target, and return `{"tasks": [<arn>, ...]}`.

    Args:
        target: of an EventBridge rule or a Scheduler schedule: `Arn` is the cluster, `EcsParameters` the rest.
        payload: the input: a TaskOverride in JSON, or anything else in JSON, which overrides nothing.
        caller: the rule or schedule, with the target's role.
        started_by: what the task says of who started it; without, `events-rule/` and the rule's name.

    Raises:
        InvocationError: the role lacks a right, the cluster or the definition is not there, the input is no JSON, or
            ECS refuses.
    """
    cluster: str = target["Arn"]
    parameters: Mapping[str, Any] = target.get("EcsParameters") or {}
    for name, given in (("RoleArn", caller.role_arn), ("EcsParameters", parameters.get("TaskDefinitionArn"))):
        if not given:
            raise _invalid(caller, INVALID_PARAMETER, f"{name} is required for target {cluster}.")
    request: dict[str, Any] = {
        RENAMED.get(name, name[0].lower() + name[1:]): _camel(value)
        for name, value in parameters.items()
        if value not in (None, "", [], {}) and name != "TaskDefinitionArn"
    }
    request["overrides"] = overrides = _overrides(payload, caller)
    request["startedBy"] = started_by or f"events-rule/{caller.source_arn.rpartition('/')[2]}"[:LONGEST_STARTED_BY]
    ecs = clients.ecs(arns.parse(cluster).region)
    with _refused(caller):
        # The definition is looked up first: ECS resolves a family to its revision before it asks what the role may do.
        described = ecs.describe_task_definition(taskDefinition=parameters["TaskDefinitionArn"])["taskDefinition"]
        definition: Mapping[str, Any] = dict(described)
        _check(caller, cluster, request, overrides, definition)
        answer = ecs.run_task(cluster=cluster, taskDefinition=definition["taskDefinitionArn"], **request)
    for failure in answer["failures"]:
        said = f"{failure.get('arn', cluster)}: {failure.get('reason', 'no reason given')}"
        raise InvocationError(ERROR_FROM_TARGET, said)
    return {"tasks": [task["taskArn"] for task in answer["tasks"]]}


@contextlib.contextmanager
def _refused(caller: Caller) -> Iterator[None]:
    """Turn what ECS refuses into an `InvocationError`: EventBridge has codes of its own, Scheduler passes ECS's on."""
    try:
        yield
    except ParamValidationError as error:
        raise _invalid(caller, INVALID_JSON, f"the input is not what ECS takes for overrides: {error}") from None
    except ClientError as error:
        said = error.response["Error"]
        code, message = said["Code"], said["Message"]
        if caller.service == SCHEDULER:
            raise as_scheduler(code, message) from None
        if NO_DEFINITION in message:
            raise InvocationError(NO_RESOURCE, message) from None
        raise refusal(code, message) from None


def _invalid(caller: Caller, code: str, message: str) -> InvocationError:
    """Return the error of a request that ECS would not take."""
    return InvocationError("InvalidParameterException" if caller.service == SCHEDULER else code, message)


def _overrides(payload: str, caller: Caller) -> dict[str, Any]:
    try:
        given = json.loads(payload or "{}")
    except ValueError as error:
        raise _invalid(caller, INVALID_JSON, f"the input is no JSON: {error}") from None
    return {name: given[name] for name in OVERRIDES if name in given} if isinstance(given, dict) else {}


def _check(
    caller: Caller,
    cluster: str,
    request: Mapping[str, Any],
    overrides: Mapping[str, Any],
    definition: Mapping[str, Any],
) -> None:
    """Check every right that RunTask needs of the role."""
    permissions.role_may(caller, "ecs:RunTask", definition["taskDefinitionArn"], {"ecs:cluster": cluster})
    for name in ("taskRoleArn", "executionRoleArn"):
        role = overrides.get(name) or definition.get(name)
        if role:
            permissions.role_may(caller, "iam:PassRole", role, {"iam:PassedToService": PASSED_TO})
    if request.get("tags") or request.get("propagateTags"):
        arn = arns.parse(cluster)
        task = arn._replace(resource=f"task/{arn.resource.rpartition('/')[2]}/{uuid.uuid4().hex}")
        tags = {tag.get("key", ""): tag.get("value", "") for tag in request.get("tags") or ()}
        context: dict[str, str | list[str]] = {"ecs:CreateAction": "RunTask", "aws:TagKeys": sorted(tags)}
        context |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        permissions.role_may(caller, "ecs:TagResource", str(task), context)


def _camel(value: Any) -> Any:
    """Return a structure with its members' names as ECS has them: `AssignPublicIp` is `assignPublicIp`."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _camel(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_camel(inner) for inner in value]
    return value
