"""Where containers take hold in moto: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import ClusterNotFoundException, EcsClientException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.logs import models as logs_models
from moto.utilities.utils import get_partition

from sandbox.clock import CLOCK
from sandbox.containers import plans, roles
from sandbox.containers.clusters import named_by_triggers
from sandbox.containers.runner import RUNS
from sandbox.containers.tasks import RUNNING, Container, Task
from sandbox.delivery import engine
from sandbox.repairs import around, parameter, repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.containers.plans import ContainerPlan

LARGEST_COUNT = 10
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL")
FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


@repair
def tasks_run() -> None:
    """`RunTask` starts the containers of a task definition (ECS API, RunTask).

    moto makes a record that never runs and has the first container only, wants the subnets to be there, and takes a
    revision that was deregistered, overrides of a container that there is none of, and every count.
    """

    @around(EC2ContainerServiceResponse, "run_task")
    def run_task(original: Any, response: Any) -> Any:  # noqa: ARG001 - nothing of moto's own way is left
        return ActionResult({"tasks": _start(response), "failures": []})

    RUNS.on_change.append(engine.publish_as_aws)


@repair
def tasks_stop() -> None:
    """`StopTask` asks a task to stop, and the task says that its user did (ECS API, StopTask).

    moto calls it stopped at once, gives no code, and fails with an internal error where there is no such task.
    """

    @around(EC2ContainerServiceBackend, "stop_task")
    def stop_task(
        original: Any,  # noqa: ARG001 - as above
        backend: Any,
        cluster_str: str,
        task_str: str,
        reason: str | None,
    ) -> Task:
        cluster = _cluster(backend, cluster_str)
        wanted = task_str.rpartition("/")[2]
        for task in list(backend.tasks.get(cluster.name, {}).values()):
            if task.id == wanted:
                RUNS.stop(task.task_arn, reason or "Task stopped by user")
                return task  # type: ignore[no-any-return]
        raise InvalidParameterException("The referenced task was not found.")


@repair
def tasks_that_run_are_listed() -> None:
    """`ListTasks` lists those whose desired status is RUNNING, unless asked for STOPPED (ECS API, ListTasks).

    moto lists all.
    """

    @around(EC2ContainerServiceResponse, "list_tasks")
    def list_tasks(original: Any, response: Any) -> Any:
        answer = original(response)
        if parameter(response, "desiredStatus") is None:
            every = {arn: task for tasks in response.ecs_backend.tasks.values() for arn, task in list(tasks.items())}
            listed = answer.result["taskArns"]
            answer.result["taskArns"] = [arn for arn in listed if every[arn].desired_status == RUNNING]
        return answer


@repair
def logs_have_the_sandboxs_time() -> None:
    """CloudWatch Logs refuses what is more than two hours ahead of its time (API, PutLogEvents); that is the sandbox's.

    moto goes by the machine's, and drops what is logged after the sandbox's clock was moved forward.
    """
    loose: Any = logs_models
    loose.utcnow = lambda: CLOCK.now().replace(tzinfo=None)


def _start(response: Any) -> list[Task]:
    """Make the tasks that a RunTask request asks for, start them, and return them as they are then."""
    backend = response.ecs_backend
    cluster = _cluster(backend, parameter(response, "cluster") or "default")
    definition = backend.describe_task_definition(parameter(response, "taskDefinition"))
    if definition.status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")
    count = int(parameter(response, "count") or 1)
    if not 1 <= count <= LARGEST_COUNT:
        raise InvalidParameterException(f"Count must be between 1 and {LARGEST_COUNT}.")
    launch = _launch(response, cluster)
    attachments = _attachments(response, definition)
    overrides = parameter(response, "overrides") or {}
    started = []
    for _ in range(count):
        task = Task(
            task_arn=f"arn:{get_partition(backend.region_name)}:ecs:{backend.region_name}:{backend.account_id}:task/"
            f"{cluster.name}/{uuid.uuid4().hex}",
            cluster_arn=cluster.arn,
            task_definition_arn=definition.arn,
            family=definition.family,
            revision=definition.revision,
            group=parameter(response, "group") or f"family:{definition.family}",
            created_at=CLOCK.now(),
            region=backend.region_name,
            account=backend.account_id,
            availability_zone=f"{backend.region_name}a",
            cpu=overrides.get("cpu") or definition.cpu,
            memory=overrides.get("memory") or definition.memory,
            execution_role_arn=overrides.get("executionRoleArn") or getattr(definition, "execution_role_arn", None),
            task_role_arn=overrides.get("taskRoleArn") or getattr(definition, "task_role_arn", None),
            enable_execute_command=bool(parameter(response, "enableExecuteCommand")),
            started_by=parameter(response, "startedBy"),
            reference_id=parameter(response, "referenceId"),
            overrides=copy.deepcopy(overrides),
            tags=_tags(response, definition),
            attachments=copy.deepcopy(attachments),
            **launch,
        )
        try:
            containers = plans.plan(definition.container_definitions, overrides, task.id, task.region)
        except plans.OverrideError as error:
            raise InvalidParameterException(str(error)) from None
        task.containers = [
            Container(
                container_arn=f"{task.task_arn.replace(':task/', ':container/')}/{uuid.uuid4()}",
                task_arn=task.task_arn,
                name=container.name,
                image=container.image,
                cpu=container.cpu,
            )
            for container in containers
        ]
        _check_roles(task, containers)
        started.append((task, containers))
    answer = [copy.deepcopy(task) for task, _ in started]  # what ECS answers, however soon they go on
    for task, containers in started:
        backend.tasks.setdefault(cluster.name, {})[task.task_arn] = task
        RUNS.start(task, containers)
    return answer


def _check_roles(task: Task, containers: Sequence[ContainerPlan]) -> None:
    """Refuse a task whose roles ECS cannot take on, or that has none for its logs."""
    if task.launch_type == "FARGATE" and task.execution_role_arn is None and any(each.log for each in containers):
        raise EcsClientException(
            "Fargate requires task definition to have execution role ARN to support log driver awslogs."
        )
    role = roles.untrusting(task)
    if role is not None:
        raise EcsClientException(roles.NOT_ASSUMED.format(role=role))


def _cluster(backend: Any, name_or_arn: str) -> Any:
    """Return a cluster; one that a trigger names and nobody made here is made now (`clusters`)."""
    name = name_or_arn.rpartition("/")[2]
    if name not in backend.clusters:
        arn = f"arn:{get_partition(backend.region_name)}:ecs:{backend.region_name}:{backend.account_id}:cluster/{name}"
        if named_by_triggers(backend.account_id, backend.region_name, arn):
            backend.create_cluster(name)
    cluster = backend.clusters.get(name)
    if cluster is None or cluster.status != "ACTIVE":
        raise ClusterNotFoundException
    return cluster


def _launch(response: Any, cluster: Any) -> dict[str, Any]:
    """Return what the task says of where it runs. Here it is always this machine: capacity is not modelled."""
    launch_type = parameter(response, "launchType")
    strategy = parameter(response, "capacityProviderStrategy")
    if launch_type and launch_type not in LAUNCH_TYPES:
        raise InvalidParameterException(f"launch type should be one of [{','.join(LAUNCH_TYPES)}]")
    if launch_type and strategy:
        raise InvalidParameterException("Specify either Launch Type or Capacity Provider Strategy, but not both.")
    if not launch_type:
        strategy = strategy or cluster.default_capacity_provider_strategy
    provider = strategy[0]["capacityProvider"] if strategy else None
    launch_type = launch_type or ("FARGATE" if provider in FARGATE_PROVIDERS else "EC2")
    return {
        "launch_type": launch_type,
        "capacity_provider_name": provider,
        "platform_version": "1.4.0" if launch_type == "FARGATE" else None,  # what LATEST is
    }


def _attachments(response: Any, definition: Any) -> list[dict[str, Any]]:
    """Return the network interface of an awsvpc task. Its subnet is made elsewhere, and taken as it is named."""
    if definition.network_mode != "awsvpc":
        return []
    configuration = (parameter(response, "networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    if not configuration.get("subnets"):
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    details = {"subnetId": configuration["subnets"][0], "networkInterfaceId": f"eni-{uuid.uuid4().hex[:17]}"}
    return [
        {
            "id": str(uuid.uuid4()),
            "type": "eni",
            "status": "ATTACHED",
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }
    ]


def _tags(response: Any, definition: Any) -> list[dict[str, str]]:
    """Return the tags of the request, and under them the definition's if they are propagated."""
    tags = {}
    if parameter(response, "propagateTags") == "TASK_DEFINITION":
        tags = {tag["key"]: tag.get("value", "") for tag in definition.tags}
    tags |= {tag["key"]: tag.get("value", "") for tag in parameter(response, "tags") or []}
    return [{"key": key, "value": value} for key, value in tags.items()]
