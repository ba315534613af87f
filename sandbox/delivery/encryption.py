"""Whether a service may use the key that encrypts a queue, a topic or a bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions

if TYPE_CHECKING:
    from sandbox.delivery.invocation import Caller

# What EventBridge must be let do with a customer's key (EventBridge User Guide, "Using dead-letter queues"; SNS and SQS
# developer guides, key management).
ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def check(key: str | None, caller: Caller) -> None:
    """Check the policy of the key of a queue or topic; without one, AWS's own encryption asks for nothing.

    Raises:
        InvocationError: the key is not there, is AWS's managed key of the service, or does not let the caller.
    """
    if key:
        permissions.key_lets(caller.service, caller.source_arn, caller.account, key, ACTIONS)
