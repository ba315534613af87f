"""How each kind of target is invoked, once the rule's rights to it have been checked."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.clock import CLOCK
from sandbox.delivery import arns, automation, batch, clients, ecs
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import INVALID_JSON, INVALID_PARAMETER, NO_RESOURCE, understood

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.delivery.invocation import Caller

LOG_GROUP = "log-group:"
JOB_QUEUE = "job-queue/"
CLUSTER = "cluster/"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One target, to be invoked for one event.

    Attributes:
        target: as PutTargets got it.
        payload: the text that it is given.
        caller: the rule, with the target's role.
        event: the event as the rule saw it.
    """

    target: Mapping[str, Any]
    payload: str
    caller: Caller
    event: Mapping[str, Any]

    @property
    def arn(self) -> str:
        """The target's ARN."""
        arn: str = self.target["Arn"]
        return arn


def invoke(invocation: Invocation) -> dict[str, Any]:
    """Invoke a target that is not a bus, and return what came of it.

    Raises:
        InvocationError: a right or a resource is missing, the service refuses, or it is of a kind that is not served.
    """
    return _how(invocation.arn)(invocation)


def _how(target_arn: str) -> Callable[[Invocation], dict[str, Any]]:
    try:
        arn = arns.parse(target_arn)
    except ValueError as error:
        raise InvocationError(INVALID_PARAMETER, str(error)) from None
    for service, prefix, how in KINDS:
        if arn.service == service and arn.resource.startswith(prefix):
            return how
    kind = f"{arn.service} {arn.resource.partition(':')[0].partition('/')[0]}"
    raise InvocationError(INVALID_PARAMETER, f"the sandbox does not deliver to this kind of target ({kind})")


def run_task(invocation: Invocation) -> dict[str, Any]:
    """Run an ECS task."""
    return ecs.run_task(invocation.target, invocation.payload, invocation.caller)


def submit_job(invocation: Invocation) -> dict[str, Any]:
    """Submit a Batch job."""
    return batch.submit_job(invocation.target, invocation.payload, invocation.caller)


def start_automation(invocation: Invocation) -> dict[str, Any]:
    """Start an Automation runbook."""
    return automation.start_automation(invocation.target, invocation.payload, invocation.caller)


def publish(invocation: Invocation) -> dict[str, Any]:
    """Publish to an SNS topic: the payload is the message, and there is no subject."""
    arn = arns.parse(invocation.arn)
    with understood():
        sns = clients.sns(arn.region)
        permissions.service_may(invocation.caller, "sns:Publish", invocation.arn)
        return {"message_id": sns.publish(TopicArn=invocation.arn, Message=invocation.payload)["MessageId"]}


def send_message(invocation: Invocation) -> dict[str, Any]:
    """Send to an SQS queue; a FIFO queue must make its deduplication ids from the content (API, SqsParameters)."""
    arn = arns.parse(invocation.arn)
    with understood():
        sqs = clients.sqs(arn.region)
        permissions.service_may(invocation.caller, "sqs:SendMessage", invocation.arn)
        url = sqs.get_queue_url(QueueName=arn.resource)["QueueUrl"]
        group = (invocation.target.get("SqsParameters") or {}).get("MessageGroupId")
        if group:
            sent = sqs.send_message(QueueUrl=url, MessageBody=invocation.payload, MessageGroupId=group)
        else:
            sent = sqs.send_message(QueueUrl=url, MessageBody=invocation.payload)
        return {"message_id": sent["MessageId"]}


def put_log_event(invocation: Invocation) -> dict[str, Any]:
    """Write to a log group, into a stream of its own.

    An input of exactly `timestamp` and `message` is what a log target's transformer must make (PutTargets,
    InputTransformer); every other payload is the message itself.
    """
    arn = arns.parse(invocation.arn)
    group = arn.resource.removeprefix(LOG_GROUP).removesuffix(":*")
    group_arn = str(arn._replace(resource=f"{LOG_GROUP}{group}"))
    stream = str(uuid.uuid4())
    with understood():
        logs = clients.logs(arn.region)
        named = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if group not in [each.get("logGroupName") for each in named]:
            raise InvocationError(NO_RESOURCE, f"The specified log group does not exist: {group}")
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            permissions.service_may(invocation.caller, action, f"{group_arn}:log-stream:{stream}")
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        timestamp, message = _log_event(invocation)
        answer = logs.put_log_events(
            logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": timestamp, "message": message}]
        )
    if answer.get("rejectedLogEventsInfo"):
        raise InvocationError(INVALID_PARAMETER, f"CloudWatch Logs rejects an event of the time {timestamp}")
    return {"log_group": group, "log_stream": stream}


def _log_event(invocation: Invocation) -> tuple[int, str]:
    """Return the time, in milliseconds since 1970, and the text of what is logged."""
    now = round(CLOCK.now().timestamp() * 1000)
    if not invocation.target.get("InputTransformer"):
        return now, invocation.payload
    try:
        written = json.loads(invocation.payload)
    except ValueError:
        written = None
    if not isinstance(written, dict) or written.keys() != {"timestamp", "message"}:
        raise InvocationError(
            INVALID_JSON, 'the input of a log group must be {"timestamp": <...>, "message": <...>}, with no other keys'
        )
    message = written["message"]
    return now, message if isinstance(message, str) else json.dumps(message)


KINDS: tuple[tuple[str, str, Callable[[Invocation], dict[str, Any]]], ...] = (
    ("ecs", CLUSTER, run_task),
    ("batch", JOB_QUEUE, submit_job),
    ("ssm", automation.DEFINITION, start_automation),
    ("sns", "", publish),
    ("sqs", "", send_message),
    ("logs", LOG_GROUP, put_log_event),
)
