"""A Batch job, submitted as EventBridge does for a rule's target.

Batch User Guide, "AWS Batch jobs as EventBridge targets": the payload may hold `Parameters` and `ContainerOverrides`,
whose members' names must be capitalized.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.delivery import arns, clients
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import INVALID_PARAMETER, NO_RESOURCE, understood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_batch import BatchClient

    from sandbox.delivery.invocation import Caller

OVERRIDES = ("Command", "Environment", "InstanceType", "Memory", "ResourceRequirements", "Vcpus")
DEFINITION = "job-definition/"


def submit_job(target: Mapping[str, Any], payload: str, caller: Caller) -> dict[str, Any]:
    """Submit the job of a target, with the target's role.

    Args:
        target: as PutTargets got it; its Arn is the job queue's.
        payload: the text that the target is given.
        caller: the rule, with the target's role.

    Returns:
        `{"job_id": <id>, "job_definition": <ARN with revision>, "attempts": <number or None>}`; the attempts are the
        target's, the definition may have its own.

    Raises:
        InvocationError: a right, the queue or the definition is missing, or Batch refuses.
    """
    parameters = target.get("BatchParameters") or {}
    queue = arns.parse(target["Arn"])
    asked_for = _definition_arn(queue, parameters.get("JobDefinition", ""))
    parameter_values, overrides = read_payload(payload)
    with understood():
        batch = clients.batch(queue.region)
        definition = newest(batch, asked_for)
        if not batch.describe_job_queues(jobQueues=[target["Arn"]])["jobQueues"]:
            raise InvocationError(NO_RESOURCE, f"Job queue {target['Arn']} does not exist")
        for resource in (target["Arn"], asked_for):
            permissions.role_may(caller, "batch:SubmitJob", resource)
        size = (parameters.get("ArrayProperties") or {}).get("Size")
        attempts = (parameters.get("RetryStrategy") or {}).get("Attempts")
        request: dict[str, Any] = {
            "jobName": parameters.get("JobName", ""),
            "jobQueue": target["Arn"],
            "jobDefinition": definition,
            "parameters": parameter_values,
            "containerOverrides": overrides,
        }
        if size is not None:
            request["arrayProperties"] = {"size": int(size)}
        if attempts is not None:
            request["retryStrategy"] = {"attempts": int(attempts)}
        submitted = batch.submit_job(**request)
    return {"job_id": submitted["jobId"], "job_definition": definition, "attempts": attempts}


def newest(batch: BatchClient, definition_arn: str) -> str:
    """Return the ARN of the revision that a job runs: the one named, or the newest ACTIVE one.

    Raises:
        InvocationError: it is not there, or not ACTIVE.
    """
    name, _, revision = definition_arn.rpartition("/")[2].partition(":")
    pages = batch.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    active = {each["revision"]: each["jobDefinitionArn"] for page in pages for each in page["jobDefinitions"]}
    wanted = int(revision) if revision.isdecimal() else max(active, default=0)
    if wanted not in active:
        raise InvocationError(NO_RESOURCE, f"Job definition {definition_arn} has no ACTIVE revision")
    return active[wanted]


def read_payload(payload: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the parameters and the container overrides, in the form of Batch's API, that a payload asks for.

    Raises:
        InvocationError: one of the two is no object, or a member of the overrides is none that EventBridge knows.
    """
    try:
        asked = json.loads(payload)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        return {}, {}
    overrides, values = asked.get("ContainerOverrides") or {}, asked.get("Parameters") or {}
    for name, value in (("ContainerOverrides", overrides), ("Parameters", values)):
        if not isinstance(value, dict):
            raise InvocationError(INVALID_PARAMETER, f"{name} is no JSON object")
    unknown = sorted(set(overrides) - set(OVERRIDES))
    if unknown:
        raise InvocationError(
            INVALID_PARAMETER,
            f"ContainerOverrides has no member {', '.join(unknown)}; there are {', '.join(OVERRIDES)}, capitalized",
        )
    return {name: _text(value) for name, value in values.items()}, _uncapitalized(overrides)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _uncapitalized(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _uncapitalized(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_uncapitalized(each) for each in value]
    return value


def _definition_arn(queue: arns.Arn, definition: str) -> str:
    """Return a job definition's ARN; the target may name it by its ARN or by its name."""
    if definition.startswith("arn:"):
        return definition
    return str(queue._replace(resource=f"{DEFINITION}{definition}"))
