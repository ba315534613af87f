"""Where moto 5.2.5 differs from AWS in what our modules use, and the mend of each difference.

A repair stores and returns what was sent, as AWS does; none hides a difference that a plan should show. Each has a test
in tests/sandbox that passes here and fails on moto as it comes, so that a repair which moto no longer needs is noticed.

This module, `callers.py`, `s3_callers.py`, `s3_bodies.py`, `call_hooks.py` and the `hooks.py` of each folder (Batch
has `job_hooks.py` too) are the only ones that change moto, but for `schedules/applied.py`, which removes a schedule
after its last run, and `batch/made_elsewhere.py`. Types are loose there, as they are in what reads moto's state:
`stored_policies.py`, `delivery/applied.py`, `schedules/applied.py` and `containers/clusters.py`.
"""

from __future__ import annotations

import functools
import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from moto.core.exceptions import JsonRESTError
from moto.ecs.exceptions import EcsClientException, TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.events.models import EventBus, EventBusPolicyStatement
from moto.iam.responses import IamResponse
from moto.kms.responses import KmsResponse
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse
from moto.scheduler.models import EventBridgeSchedulerBackend
from moto.scheduler.responses import EventBridgeSchedulerResponse
from moto.sqs.models import Queue
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend

from sandbox.errors import WrongUseError
from semantics import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

REPAIRS: dict[str, Callable[[], None]] = {}


class UnknownRepairError(WrongUseError):
    """A repair was named that does not exist."""


def repair(function: Callable[[], None]) -> Callable[[], None]:
    """Register a repair under the name of its function."""
    REPAIRS[function.__name__] = function
    return function


def apply(without: Collection[str] = ()) -> None:
    """Mend moto in this process, leaving out the repairs named."""
    unknown = set(without) - REPAIRS.keys()
    if unknown:
        raise UnknownRepairError(f"no such repair: {', '.join(sorted(unknown))}; there are {', '.join(REPAIRS)}")
    for name, mend in REPAIRS.items():
        if name not in without:
            mend()


def around(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Replace a method or property of moto by a function whose first argument is moto's own."""
    original = vars(owner)[name]
    is_property = isinstance(original, property)
    inner = original.fget if is_property else original

    def decorate(replacement: Callable[..., Any]) -> None:
        @functools.wraps(inner)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return replacement(inner, self, *args, **kwargs)

        setattr(owner, name, property(method) if is_property else method)

    return decorate


def parameter(response: Any, name: str) -> Any:
    """Return a parameter of the request, None if it was not sent."""
    return response._get_param(name)  # noqa: SLF001 - how every moto service reads its parameters


# --- SQS ------------------------------------------------------------------------------------------------------------


@repair
def queue_policy_survives_other_attributes() -> None:
    """`SetQueueAttributes` without `Policy` leaves the policy alone (SQS API, SetQueueAttributes); moto erases it.

    The provider sets a queue's attributes and its policy in separate calls.
    """

    @around(Queue, "_set_attributes")
    def set_attributes(original: Any, queue: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        kept = {} if "Policy" in attributes else {"Policy": queue.policy}
        original(queue, kept | attributes, now)


@repair
def redrive_policy_is_compact() -> None:
    """`RedrivePolicy` comes back without white space (SQS API, GetQueueAttributes, examples); moto puts some in.

    The provider compares it as text with what it sent and waits for the two to be equal.
    """

    @around(Queue, "attributes")
    def attributes(original: Any, queue: Any) -> Any:
        result = original(queue)
        if queue.redrive_policy:
            result["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
        return result


@repair
def redrive_allow_policy_is_kept() -> None:
    """`RedriveAllowPolicy` is an attribute like the others (SQS API, GetQueueAttributes); moto never returns it.

    The provider asks for it until it appears. An empty string removes it.
    """
    vars_of_queue: Any = Queue
    vars_of_queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    vars_of_queue.redrive_allow_policy = None

    @around(Queue, "attributes")
    def attributes(original: Any, queue: Any) -> Any:
        result = original(queue)
        result["RedriveAllowPolicy"] = result["RedriveAllowPolicy"] or None
        return result


@repair
def customer_key_replaces_managed_encryption() -> None:
    """A queue has one kind of encryption at a time (SQS Developer Guide, Encryption at rest); moto shows two.

    moto reports `SqsManagedSseEnabled` as true for a queue that is encrypted with a KMS key.
    """

    @around(Queue, "attributes")
    def attributes(original: Any, queue: Any) -> Any:
        result = original(queue)
        if queue.kms_master_key_id:
            result["SqsManagedSseEnabled"] = "false"
        return result


# --- ECS ------------------------------------------------------------------------------------------------------------


@repair
def network_mode_is_kept() -> None:
    """A task definition keeps its network mode, `bridge` if none is sent (ECS API, RegisterTaskDefinition).

    moto makes it `awsvpc` for everything but EC2, so one for EXTERNAL would be replaced at every apply. It also
    accepts a Fargate task definition with another mode, and changes it; AWS refuses that.
    """

    @around(EC2ContainerServiceBackend, "register_task_definition")
    def register(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
        mode = kwargs.get("network_mode") or "bridge"
        if "FARGATE" in (kwargs.get("requires_compatibilities") or []) and mode != "awsvpc":
            raise EcsClientException("Fargate only supports network mode ‘awsvpc’.")  # noqa: RUF001 - AWS's own text
        definition = original(backend, *args, **kwargs)
        definition.network_mode = mode
        return definition


@repair
def fault_injection_is_kept() -> None:
    """`enableFaultInjection` is stored, false by default (ECS API, RegisterTaskDefinition); moto drops it.

    The provider replaces a task definition that differs in it.
    """

    @around(EC2ContainerServiceResponse, "register_task_definition")
    def register(original: Any, response: Any) -> Any:
        answer = original(response)
        answer.result["taskDefinition"].enable_fault_injection = parameter(response, "enableFaultInjection") or False
        return answer


@repair
def family_means_latest_active_revision() -> None:
    """A family without a revision is its latest ACTIVE one (ECS API, DescribeTaskDefinition).

    moto takes the highest number, also when that revision was deregistered, so a schedule would seem to run a task
    definition that AWS no longer runs, and a family that was destroyed would still be found.
    """

    @around(EC2ContainerServiceBackend, "describe_task_definition")
    def describe(original: Any, backend: Any, task_definition_str: str) -> Any:
        name = task_definition_str.rpartition("/")[2]
        if ":" in name:
            return original(backend, name)
        revisions = backend.task_definitions.get(name, {})
        active = [number for number, revision in revisions.items() if revision.status == "ACTIVE"]
        if not active:
            raise TaskDefinitionNotFoundException
        return revisions[max(active)]


# --- IAM, KMS, CloudWatch Logs --------------------------------------------------------------------------------------


@repair
def update_role_keeps_what_is_not_sent() -> None:
    """`UpdateRole` changes the description or the session duration (IAM API, UpdateRole).

    moto puts the one that is not sent back to its default, and the provider sends them in separate calls.
    """

    @around(IamResponse, "update_role")
    def update_role(original: Any, response: Any) -> Any:
        role = response.backend.get_role(parameter(response, "RoleName"))
        description, duration = role.description, role.max_session_duration
        answer = original(response)
        if parameter(response, "Description") is None:
            role.description = description
        if parameter(response, "MaxSessionDuration") is None:
            role.max_session_duration = duration
        return answer


@repair
def key_rotation_period_is_kept() -> None:
    """A key that rotates has a period, 365 days by default (KMS API, EnableKeyRotation, GetKeyRotationStatus).

    moto drops it, and the provider sets it again at every apply.
    """

    def key_named_by(response: Any) -> Any:
        backend = response.kms_backend
        return backend.keys[backend.get_key_id(parameter(response, "KeyId"))]

    @around(KmsResponse, "enable_key_rotation")
    def enable(original: Any, response: Any) -> Any:
        answer = original(response)
        key = key_named_by(response)
        key.rotation_period_in_days = parameter(response, "RotationPeriodInDays") or 365
        return answer

    @around(KmsResponse, "get_key_rotation_status")
    def status(original: Any, response: Any) -> Any:
        answer = json.loads(original(response))
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(key_named_by(response), "rotation_period_in_days", 365)
        return json.dumps(answer)


@repair
def log_group_key_can_change() -> None:
    """`AssociateKmsKey` and `DisassociateKmsKey` change a log group's key (CloudWatch Logs API); moto has neither.

    The provider calls them when `kms_key_id` of a log group changes.
    """

    def set_key(response: Any, key: str | None) -> str:
        group = response.logs_backend.groups.get(parameter(response, "logGroupName"))
        if group is None:
            raise ResourceNotFoundException
        group.kms_key_id = key
        return ""

    def associate_kms_key(response: Any) -> str:
        return set_key(response, parameter(response, "kmsKeyId"))

    def disassociate_kms_key(response: Any) -> str:
        return set_key(response, None)

    responses: Any = LogsResponse
    responses.associate_kms_key = associate_kms_key
    responses.disassociate_kms_key = disassociate_kms_key


# --- EventBridge ----------------------------------------------------------------------------------------------------


@repair
def bus_policy_is_replaced() -> None:
    """`PutPermission` with a policy puts it in the place of the one that was there (EventBridge API, PutPermission).

    moto keeps the old statements of principals that the new policy does not name: a right that was taken away would
    still be there. A policy that is none is refused, and the one that was there stays; moto then has half of both.
    """

    @around(EventBus, "add_policy")
    def add_policy(original: Any, bus: Any, policy: dict[str, Any]) -> None:  # noqa: ARG001 - nothing of moto's is left
        try:
            policies.read(policy, policies.Kind.RESOURCE)
        except policies.PolicyError as error:
            raise JsonRESTError("ValidationException", str(error)) from None
        sent = policy["Statement"]
        # All are read before the first one counts. What moto cannot keep, such as NotPrincipal, is a KeyError here.
        statements = [EventBusPolicyStatement.from_dict(each) for each in (sent if isinstance(sent, list) else [sent])]
        bus._statements = {each.sid: each for each in statements}  # noqa: SLF001 - where moto keeps them


# --- EventBridge Scheduler ------------------------------------------------------------------------------------------


@repair
def schedule_group_must_exist() -> None:
    """A group that is not there is a `ResourceNotFoundException` (Scheduler API, CreateSchedule, DeleteScheduleGroup).

    moto fails with an internal error.
    """

    @around(EventBridgeSchedulerBackend, "create_schedule")
    def create_schedule(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
        backend.get_schedule_group(kwargs["group_name"])
        return original(backend, *args, **kwargs)

    @around(EventBridgeSchedulerBackend, "delete_schedule_group")
    def delete_schedule_group(original: Any, backend: Any, name: str | None) -> None:
        backend.get_schedule_group(name)
        original(backend, name)


@repair
def schedule_group_is_created_once() -> None:
    """A second group of the same name is a `ConflictException` (Scheduler API, CreateScheduleGroup).

    moto puts an empty group in the first one's place, and the schedules in it are gone.
    """

    @around(EventBridgeSchedulerBackend, "create_schedule_group")
    def create_schedule_group(original: Any, backend: Any, name: str, tags: Any) -> Any:
        if name in backend.schedule_groups:
            raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        return original(backend, name=name, tags=tags)


@repair
def update_schedule_resets_what_is_not_sent() -> None:
    """`UpdateSchedule` sets every field, those not sent to their default (Scheduler API, UpdateSchedule).

    moto leaves `ActionAfterCompletion` as it was, even if it is sent, and the state empty if it is not.
    """

    @around(EventBridgeSchedulerResponse, "update_schedule")
    def update_schedule(original: Any, response: Any) -> Any:
        answer = original(response)
        name = urlsplit(response.uri).path.rpartition("/")[2]
        schedule = response.scheduler_backend.get_schedule(parameter(response, "GroupName"), name)
        schedule.state = parameter(response, "State") or "ENABLED"
        schedule.action_after_completion = parameter(response, "ActionAfterCompletion") or "NONE"
        return answer


# --- Systems Manager Parameter Store --------------------------------------------------------------------------------

LARGEST_VALUES = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}  # bytes
UPGRADE = (
    " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
    "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)


@repair
def parameter_value_is_checked() -> None:
    """A value has 4,096 bytes at most, 8,192 in the advanced tier, and no double braces (SSM API, PutParameter).

    moto takes any. Nor does it keep two writers apart, who then get the same version number.
    """
    one_at_a_time = threading.RLock()

    @around(SimpleSystemManagerBackend, "put_parameter")
    def put_parameter(
        original: Any, backend: Any, name: str, description: str, value: str, *rest: Any, **more: Any
    ) -> Any:
        tier = more.get("tier") or "Standard"
        most = LARGEST_VALUES.get(tier, LARGEST_VALUES["Standard"])
        if len(value.encode()) > most:
            message = f"{tier} tier parameters support a maximum parameter value of {most} characters."
            raise ValidationException(message + (UPGRADE if tier == "Standard" else ""))
        if "{{" in value:
            raise ValidationException('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')
        with one_at_a_time:
            return original(backend, name, description, value, *rest, **more)

    def reading(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
        with one_at_a_time:
            return original(backend, *args, **kwargs)

    for action in ("get_parameters_by_path", "get_parameter_history", "describe_parameters", "delete_parameter"):
        around(SimpleSystemManagerBackend, action)(reading)
