"""Writing to a queue, a topic or a stream, with its key: as a target, or as a dead-letter queue.

Sources: "Key management" of the SQS and SNS developer guides; "Configuring Amazon SNS encryption permissions" and
"Using dead-letter queues" of the EventBridge user guide; "Configuring a schedule's dead-letter queue" of Scheduler's;
"Permissions to use user-generated KMS keys" of the Kinesis Data Streams developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from review.delivery.asking import Need, kind_of, name_of, outside
from review.delivery.model import Answer, Hop
from review.delivery.target import SCHEDULER, taken_away
from review.plan import Symbol
from review.policies.keys import MANAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.asking import Condition, Context
    from review.delivery.target import Caller, Desk


@dataclass(frozen=True)
class _Way:
    """How one service is written to.

    Attributes:
        action: of its API.
        context: the key of the encryption context.
        key: the attribute that names the key of one.
        key_actions: what whoever writes has to be allowed with that key.
    """

    action: str
    context: str
    key: str = "kms_master_key_id"
    key_actions: tuple[str, ...] = ("kms:GenerateDataKey", "kms:Decrypt")


_WAYS: Final = {
    "queue": _Way("sqs:SendMessage", "aws:sqs:arn"),
    "topic": _Way("sns:Publish", "aws:sns:topicArn"),
    "stream": _Way("kinesis:PutRecord", "aws:kinesis:arn", "kms_key_id", ("kms:GenerateDataKey",)),
}


def by_role(desk: Desk, caller: Caller, arn: str, *, side: bool = False) -> Iterator[Hop]:
    """Yield whether the caller's role may write to a queue or topic, and use its key."""
    kind = kind_of(arn)
    way, name = _WAYS[kind], name_of(arn)
    what = f"dead-letter queue {name}" if side else f"{kind} {name}"
    question = f"May the role write to the {what}?"
    yield desk.authority.role_may(caller.role_arn, question, [Need(way.action, arn)], side=side)
    resource = desk.facts.find(arn)
    if resource is None or resource.is_data:
        yield _not_ours(kind, arn, side=side)
        return
    key = "" if resource.text("encryption_type") == "NONE" else desk.facts.key_of(resource, way.key)
    if key:
        service = f"{arn.split(':')[2]}.{arn.split(':')[3]}.{_suffix(desk.facts.plan.partition)}"
        context: Context = {
            "kms:ViaService": service,
            "kms:CallerAccount": caller.account,
            f"kms:EncryptionContext:{way.context}": arn,
        }
        condition = {"StringEquals": {"kms:ViaService": service}}
        needs = [Need(action, key, context, condition=condition) for action in way.key_actions]
        yield desk.authority.role_may(caller.role_arn, f"May the role use the key of the {what}?", needs, side=side)


def by_service(
    desk: Desk, service: str, arn: str, source: tuple[Context, Condition], *, perhaps: Context, side: bool = False
) -> Iterator[Hop]:
    """Yield whether a queue or topic lets a service write to it for itself, and its key, too.

    Args:
        desk: the facts, and who answers.
        service: such as `events.amazonaws.com`.
        arn: of the queue or topic.
        source: on whose behalf, and the condition that asks for that.
        perhaps: what the service may also tell the key. EventBridge tells the key of a topic nothing of its source; of
            a queue's key, and of CloudWatch's alarms, AWS does not document it.
        side: whether it is a dead-letter queue.
    """
    kind = kind_of(arn)
    way, name = _WAYS[kind], name_of(arn)
    what = f"dead-letter queue {name}" if side else f"{kind} {name}"
    context, condition = source
    need = Need(way.action, arn, context, condition=condition)
    yield desk.authority.service_may(service, f"May {service} write to the {what}?", [need], side=side)
    resource = desk.facts.find(arn)
    if resource is None or resource.is_data:
        if desk.facts.guarded(arn) is not None:
            yield _not_ours(kind, arn, side=side)
        return
    key = desk.facts.key_of(resource, way.key)
    if key:
        yield _key_for_service(desk, service, key, arn, perhaps, side=side)


def _key_for_service(desk: Desk, service: str, key: str, arn: str, perhaps: Context, *, side: bool) -> Hop:
    """Ask whether the key of a queue or topic lets a service write what it encrypts."""
    kind = kind_of(arn)
    question = f"May {service} use the key of the {'dead-letter queue' if side else kind} {name_of(arn)}?"
    if MANAGED in key:
        because = (
            f"{key[key.index(MANAGED) :]} is AWS's own key: its policy lets no service in, and nobody can change "
            "it; a key of your own can"
        )
        return Hop(question, Answer.NO, because, side=side, rule="dead-letter" if side else "denied")
    context: Context = {f"kms:EncryptionContext:{_WAYS[kind].context}": arn}
    needs = [Need(action, key, context, perhaps) for action in _WAYS[kind].key_actions]
    return desk.authority.service_may(service, question, needs, side=side)


def _not_ours(kind: str, arn: str, *, side: bool) -> Hop:
    question = f"Is the {kind} {name_of(arn)} there, and what does its key say?"
    return Hop(question, Answer.DEPENDS, outside(kind, arn), side=side)


def dead_letters(desk: Desk, caller: Caller, queue: str) -> Iterator[Hop]:
    """Yield whether what cannot be delivered gets into its dead-letter queue.

    EventBridge writes for itself, and the target's role has no part in it; Scheduler writes with the schedule's role.
    Where the plan leaves open which of several queues it is, it is refused only if each of them refuses.
    """
    if queue.startswith("arn:"):
        yield from _dead_letters(desk, caller, queue)
        return
    among = queue.among if isinstance(queue, Symbol) else ()
    refusals = [[hop for hop in _dead_letters(desk, caller, each) if hop.answer is Answer.NO] for each in among]
    if refusals and all(refusals):
        names = " or ".join(map(name_of, among))
        for hop in (hop for each in refusals for hop in each):
            yield replace(hop, because=f"it is {names}, and neither takes it: {hop.because}")
        return
    question = "Does the dead-letter queue take what cannot be delivered?"
    yield Hop(question, Answer.DEPENDS, outside("dead-letter queue", queue), side=True)


def queue_words(queue: str) -> str:
    """Return what a dead-letter queue is called; all that it may be if the plan leaves that open."""
    among = queue.among if isinstance(queue, Symbol) and not queue.startswith("arn:") else ()
    return f"dead-letter queue {' or '.join(map(name_of, among or (queue,)))}"


def _dead_letters(desk: Desk, caller: Caller, queue: str) -> Iterator[Hop]:
    if desk.facts.gone(queue):
        yield taken_away(desk.facts, "dead-letter queue", queue, side=True)
        return
    resource = desk.facts.find(queue)
    problem = ""
    if queue.endswith(".fifo") or (resource is not None and resource.get("fifo_queue") is True):
        problem = "it is a FIFO queue: only a standard queue can be one"
    elif queue.count(":") == 5 and queue.split(":")[3] != caller.region:
        problem = f"it is in {queue.split(':')[3]}, and has to be in {caller.region}"
    if problem:
        question = f"Is {name_of(queue)} a dead-letter queue for this?"
        yield Hop(question, Answer.NO, problem, where=desk.facts.address(queue), side=True, rule="dead-letter")
    elif caller.service == SCHEDULER:
        yield from by_role(desk, caller, queue, side=True)
    else:
        source = (caller.source, {"ArnEquals": {"aws:SourceArn": caller.source_arn}})
        yield from by_service(desk, caller.service, queue, source, perhaps=caller.source, side=True)


def _suffix(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
