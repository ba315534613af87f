"""What the policy of a queue is for: the services that send to it, each for what this plan makes it send.

Sources: "Using dead-letter queues to process undelivered events" and "Amazon SQS permissions" of the EventBridge User
Guide; "Subscribing an Amazon SQS queue to an Amazon SNS topic" of the SNS Developer Guide; "Enforce encryption of data
in transit" of "Amazon SQS security best practices". Roles send by their own policies and need no word here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from review.intents import account
from review.intents.facts import arns
from review.intents.grants import Grants, GuardedIntent, deny, let, service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from review.intents.facts import Facts
    from review.intents.grants import Statement

EVENTS: Final = "events.amazonaws.com"
_SEND: Final = "sqs:SendMessage"


def intent(facts: Facts, queue: str) -> GuardedIntent | None:
    """Return what the policy of a queue is for; None if nothing in this plan uses the queue."""
    targets = facts.targets_at(queue)
    leaving = [each.rule.arn for each in targets if each.dead_letters == queue]
    called = [each.rule.arn for each in targets if each.arn == queue]
    as_role = {each.rule.arn for each in targets if each.arn == queue and each.role}
    buses = [each.arn for each in facts.buses if each.dead_letters == queue]
    schedules = facts.schedules_leaving_at(queue)
    topics = _topics(facts, queue)
    anywhere = facts.targets_anywhere
    if not (targets or buses or schedules or topics or anywhere):
        return None
    if not (targets or buses or schedules or topics):
        return _perhaps(queue, [each.rule.arn for each in anywhere], [each.rule.name for each in anywhere])
    by_service = [each for each in (*leaving, *called, *buses) if each not in as_role or each in leaving]
    grants = _sends(queue, EVENTS, by_service) + _sends(queue, "sns.amazonaws.com", topics)
    groups = list(dict.fromkeys(each.group_schedules for each in schedules))
    if groups:
        # Scheduler sends with the schedule's role. A queue that says so besides lets in nothing but these schedules.
        grants += Grants(
            optional=(_let(queue, "scheduler.amazonaws.com", groups, "ArnLike", with_account=True),),
            unrefused=(let({"AWS": sorted({each.role for each in schedules})}, _SEND, queue),),
        )
    if anywhere:
        grants += Grants(optional=_sends(queue, EVENTS, [each.rule.arn for each in anywhere]).optional)
    leaves = bool(leaving or buses or schedules)
    names = list(dict.fromkeys([*(each.rule.name for each in targets), *(each.name for each in schedules)]))
    senders = ", ".join([*names, *(arns.resource(each) for each in (*buses, *topics))])
    return GuardedIntent(
        "dead-letter queue" if leaves else "queue",
        f"{'what cannot be delivered for' if leaves else 'what is sent by'} {senders} goes to it",
        _with_limits(queue, grants),
    )


def _perhaps(queue: str, rules: Iterable[str], names: Iterable[str]) -> GuardedIntent:
    """Return the intent of a queue of which only the apply will know whether anything sends to it."""
    said = ", ".join(dict.fromkeys(names))
    why = f"To which queue the targets of {said} send, or leave what they cannot deliver, only the apply will know."
    grants = Grants(optional=_sends(queue, EVENTS, rules).optional, outside=(why,))
    return GuardedIntent("queue", f"what is sent by {said} may go to it", _with_limits(queue, grants))


def _with_limits(queue: str, grants: Grants) -> Grants:
    """Add what every queue's policy may settle for itself, and that nothing is sent in the clear."""
    return grants + Grants(
        tolerated=(*account.on_everything(grants), account.of_its_own("sqs:*", arns.account(queue))),
        denied=(deny("sqs:*", queue, {"Bool": {"aws:SecureTransport": "false"}}),),
    )


def _sends(queue: str, sender: str, sources: Iterable[str]) -> Grants:
    named = sorted(set(sources))
    if not named:
        return Grants()
    # The source's ARN is the one condition that AWS documents here, and it holds the account. The service sends the
    # account as well, so that a policy may ask for both.
    return Grants(
        needed=(_let(queue, sender, named, "ArnEquals", with_account=True),),
        optional=(_let(queue, sender, named, "ArnEquals", with_account=False),),
    )


def _let(queue: str, sender: str, sources: list[str], operator: str, *, with_account: bool) -> Statement:
    condition = {operator: {"aws:SourceArn": sources}}
    if with_account:
        condition["StringEquals"] = {"aws:SourceAccount": sorted({arns.account(each) for each in sources})}
    return let(service(sender), _SEND, queue, condition)


def _topics(facts: Facts, queue: str) -> list[str]:
    """Return the topics that send to a queue: as a subscriber, or as the dead-letter queue of a subscription."""
    found = []
    for each in facts.plan.existing("aws_sns_topic_subscription"):
        try:
            redrive = json.loads(each.text("redrive_policy") or "{}")
        except ValueError:
            redrive = {}
        subscribed = each.text("protocol") == "sqs" and each.text("endpoint") == queue
        if subscribed or (isinstance(redrive, dict) and redrive.get("deadLetterTargetArn") == queue):
            found.append(each.text("topic_arn"))
    return sorted(set(found))
