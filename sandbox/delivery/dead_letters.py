"""The dead-letter queue of a rule's target or of a bus: EventBridge User Guide, "Using dead-letter queues"."""

from __future__ import annotations

import json
from dataclasses import replace
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

MAX_MESSAGE = 1000  # characters of an error's text; an attribute counts towards the size of the message


def send(queue_arn: str, event: Mapping[str, Any], caller: Caller, attributes: Mapping[str, str]) -> str:
    """Put an event into a dead-letter queue as the service itself, without the target's role; return the message's id.

    Raises:
        InvocationError: the queue is not there, is a FIFO queue, or it or its key does not let the service.
    """
    service = replace(caller, role_arn=None)
    arn = arns.parse(queue_arn)
    if arn.resource.endswith(".fifo"):
        raise InvocationError(INVALID_PARAMETER, "a dead-letter queue must be a standard queue")
    with understood():
        sqs = clients.sqs(arn.region)
        permissions.service_may(service, "sqs:SendMessage", queue_arn)  # and its key's policy, if it has a key
        url = sqs.get_queue_url(QueueName=arn.resource)["QueueUrl"]
        message_attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        }
        sent = sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event), MessageAttributes=message_attributes)
    return sent["MessageId"]


def attributes_of(rule_arn: str, target_arn: str, attempted: Attempted) -> dict[str, str]:
    """Return the attributes of a target's dead letter.

    `EXHAUSTED_RETRY_CONDITION` is there only if retries were given up for a limit.
    """
    if attempted.error is None:
        raise ValueError("a delivery that succeeded has no dead letter")
    attributes = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target_arn,
        "ERROR_CODE": attempted.error.code,
        "ERROR_MESSAGE": attempted.error.message[:MAX_MESSAGE],
        "RETRY_ATTEMPTS": str(attempted.attempts - 1),
    }
    if attempted.exhausted:
        attributes["EXHAUSTED_RETRY_CONDITION"] = attempted.exhausted
    return attributes
