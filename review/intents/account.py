"""What an account may settle for itself in the policy of a resource. It is beyond every intent, and a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.grants import let

if TYPE_CHECKING:
    from review.intents.grants import Grants, Statement

_EVERYTHING: Final = "*"


def of_its_own(actions: str, account: str) -> Statement:
    """Return all actions of a service for every identity of an account.

    Such a grant opens nothing to anybody outside, and no plan says what people and other workloads of the account are
    to do with a resource.

    Args:
        actions: such as `sqs:*`.
        account: the resource's own.
    """
    return let({"AWS": "*"}, actions, _EVERYTHING, {"StringEquals": {"aws:PrincipalAccount": account}})


def on_everything(grants: Grants) -> tuple[Statement, ...]:
    """Return the same grants on every resource.

    The policy of a queue, a topic or a bus is about that one thing, whatever it names: more than it can be about is
    careless, and opens nothing.
    """
    return tuple({**each, "Resource": [_EVERYTHING]} for each in (*grants.needed, *grants.optional))
