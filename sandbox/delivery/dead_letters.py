"""What becomes of an invocation that failed for good: its dead-letter queue.

EventBridge User Guide, "Using dead-letter queues"; Scheduler User Guide, "Configuring a schedule's dead-letter queue".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions
from sandbox.delivery import arns, clients
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import INVALID_PARAMETER, understood

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

    from sandbox.delivery.invocation import Caller
    from sandbox.delivery.retries import Attempted

LONGEST_MESSAGE = 1000  # characters of an error's text; an attribute counts towards the size of the message


def bury(
    queue_arn: str | None, body: str, caller: Caller, attributes: Mapping[str, str], error: InvocationError
) -> dict[str, Any]:
    """Put what could not be delivered into its dead-letter queue; return the part of the record about it.

    Args:
        queue_arn: of the queue; None if there is none.
        body: of the message.
        caller: who sends it: a service itself, if it names no role, else the service with its role.
        attributes: of the message.
        error: why it could not be delivered.
    """
    if not queue_arn:
        return {"outcome": "dropped", "error_message": f"{error.message} (and there is no dead-letter queue)"}
    try:
        message = send(queue_arn, body, caller, attributes)
    except InvocationError as refused:
        return {
            "outcome": "dropped",
            "error_message": f"{error.message} (and the dead-letter queue {queue_arn} refuses it: {refused})",
            "dead_letter_queue": queue_arn,
        }
    return {
        "outcome": "dead-lettered",
        "error_message": error.message,
        "dead_letter_queue": queue_arn,
        "result": {"message_id": message},
    }


def send(queue_arn: str, body: str, caller: Caller, attributes: Mapping[str, str]) -> str:
    """Send to a dead-letter queue, and return the message's id.

    Raises:
        InvocationError: the queue is not there, is a FIFO queue, or it, its key or the role does not let the caller.
    """
    try:
        arn = arns.parse(queue_arn)
    except ValueError as error:
        raise InvocationError(INVALID_PARAMETER, str(error)) from None
    if arn.resource.endswith(".fifo"):
        raise InvocationError(INVALID_PARAMETER, "a dead-letter queue must be a standard queue")
    may = permissions.role_may if caller.role_arn else permissions.service_may
    may(caller, "sqs:SendMessage", queue_arn)  # and its key's policy, if it has a key
    message_attributes: dict[str, MessageAttributeValueTypeDef] = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }
    with understood():
        sqs = clients.sqs(arn.region)
        url = sqs.get_queue_url(QueueName=arn.resource)["QueueUrl"]
        sent = sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=message_attributes)
    return sent["MessageId"]


def attributes_of(attempted: Attempted, **more: str) -> dict[str, str]:
    """Return the attributes of a dead letter: those that EventBridge and Scheduler have in common, and more.

    `EXHAUSTED_RETRY_CONDITION` is there only if retries were given up for a limit.
    """
    if attempted.error is None:
        raise ValueError("a delivery that succeeded has no dead letter")
    attributes = {
        "ERROR_CODE": attempted.error.code,
        "ERROR_MESSAGE": attempted.error.message[:LONGEST_MESSAGE],
        "RETRY_ATTEMPTS": str(attempted.attempts - 1),
    }
    if attempted.exhausted:
        attributes["EXHAUSTED_RETRY_CONDITION"] = attempted.exhausted
    return attributes | more
