"""Where moto's compute environments differ from AWS's: repairs like those of `sandbox.batch.hooks`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import json
from typing import Any

from moto.batch.exceptions import ClientException
from moto.batch.models import BatchBackend

from sandbox.repairs import around, repair

SERVICE = "batch.amazonaws.com"
SERVICE_ROLE = "AWSServiceRoleForBatch"


@repair
def batch_has_a_role_of_its_own() -> None:
    """Without a `serviceRole` Batch works with its service-linked role, and makes it (API, CreateComputeEnvironment).

    moto asks for one.
    """

    @around(BatchBackend, "create_compute_environment")
    def create(original: Any, backend: Any, *given: Any, **fields: Any) -> Any:
        if not given and not fields.get("service_role"):
            fields["service_role"] = _service_linked_role(backend.iam_backend)
        return original(backend, *given, **fields)


@repair
def network_of_fargate_is_made_elsewhere() -> None:
    """Subnets and security groups are there, as clusters are: the account has them, and no plan of ours makes them.

    moto looks for them in its own EC2. What is not on Fargate is still checked as moto does.
    """

    @around(BatchBackend, "_validate_compute_resources")
    def validate(original: Any, backend: Any, resources: dict[str, Any]) -> None:
        if not resources.get("type", "").startswith("FARGATE"):
            original(backend, resources)
            return
        for what, least in (("subnets", "subnet"), ("securityGroupIds", "security group")):
            if not resources.get(what):
                raise ClientException(f"At least 1 {least} must be provided")


@repair
def compute_environment_is_as_it_was_updated() -> None:
    """What UpdateComputeEnvironment gives of `computeResources` replaces what was there (Batch API).

    moto leaves them as they were, so that the next plan would change them again.
    """

    @around(BatchBackend, "update_compute_environment")
    def update(original: Any, backend: Any, **fields: Any) -> Any:
        answer = original(backend, **fields)
        given = fields.get("compute_resources")
        environment = backend.get_compute_environment(fields["compute_environment_name"])
        if given and environment.compute_resources is not None:
            environment.compute_resources = {**environment.compute_resources, **given}
        return answer


@repair
def compute_environment_of_a_queue_stays() -> None:
    """It cannot be deleted while a queue has it, nor while it is ENABLED (Batch API, DeleteComputeEnvironment).

    moto deletes it, and the queue goes on without.
    """

    @around(BatchBackend, "delete_compute_environment")
    def delete(original: Any, backend: Any, compute_environment_name: str) -> None:
        environment = backend.get_compute_environment(compute_environment_name)
        if environment is not None:
            if environment.state != "DISABLED":
                raise ClientException("Cannot delete, state must be DISABLED")
            if any(environment in queue.environments for queue in backend._job_queues.values()):  # noqa: SLF001 - no other list
                raise ClientException("Cannot delete, found existing JobQueue relationship")
        original(backend, environment.name if environment is not None else compute_environment_name)


def _service_linked_role(iam: Any) -> str:
    """Return the ARN of Batch's own role in an account, which is made if it is not there."""
    found = next((role for role in iam.roles.values() if role.name == SERVICE_ROLE), None)
    arn: str = (found or _made(iam)).arn
    return arn


def _made(iam: Any) -> Any:
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    return iam.create_role(
        SERVICE_ROLE,
        json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        f"/aws-service-role/{SERVICE}/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
        linked_service=SERVICE,
    )
