"""Service principals that a key policy shuts out of what they must encrypt or read.

Sources: "Authorizing EventBridge to use a customer managed key" and "Configuring Amazon SNS encryption permissions" of
the EventBridge User Guide, by which a condition on the source is not supported on the way to an encrypted topic; "Key
management" of the SNS and SQS Developer Guides; "Encrypt log data in CloudWatch Logs using AWS KMS". EventBridge
Scheduler is no such principal: it writes with the schedule's role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from review.checks.dead_letter_keys import redrive_target
from review.checks.subject import ALARMS, BUSES, TARGETS, Found
from review.finding import Severity
from semantics import policies as semantics
from semantics import texts
from semantics.policies import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.checks.encryption import Encrypted
    from review.checks.subject import Subject
    from review.plan import Plan
    from review.policies.model import Guarded
    from semantics.statements import Statement

_EVENTS: Final = "events.amazonaws.com"
_ALARMS: Final = "cloudwatch.amazonaws.com"
_TOPICS: Final = "sns.amazonaws.com"
_DATA: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_LOGS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey")
_ARRIVES: Final = "reaches its dead-letter queue"
_SOURCE: Final = ("aws:sourcearn", "aws:sourceaccount")
_CONTEXTS: Final = {
    "aws_cloudwatch_event_bus": "aws:events:event-bus:arn",
    "aws_cloudwatch_log_group": "aws:logs:arn",
    "aws_sns_topic": "aws:sns:topicArn",
    "aws_sqs_queue": "aws:sqs:arn",
}
_NOUNS: Final = {
    "aws_cloudwatch_event_bus": "bus",
    "aws_cloudwatch_log_group": "log group",
    "aws_sns_topic": "topic",
    "aws_sqs_queue": "queue",
}


class _Tells(Enum):
    """Whether a service tells KMS on whose behalf it acts."""

    ALWAYS = "always"
    NEVER = "never"
    PERHAPS = "perhaps"  # AWS does not document it, and a policy that asks for it is not called wrong


@dataclass(frozen=True)
class _Use:
    """A service that has to use the key of something.

    Attributes:
        service: such as `events.amazonaws.com`.
        of: ARN of what the key encrypts.
        source: ARN of what the service acts for.
        tells: whether it tells KMS so.
        loses: what is lost without the key, as the rest of a sentence.
        actions: of KMS.
    """

    service: str
    of: str
    source: str
    tells: _Tells
    loses: str
    actions: tuple[str, ...] = _DATA


def find(subject: Subject) -> Iterator[Found]:
    """Yield each key that shuts out a service, with what that service then cannot do."""
    shut: dict[tuple[str, str, str, str], tuple[Found, list[str]]] = {}
    for use in _uses(subject):
        encrypted = subject.encryption.of(use.of)
        if encrypted is None:
            continue
        found = _judge(subject, use, encrypted)
        if found is not None:
            key = (found.address, use.service, found.title, found.detail)
            shut.setdefault(key, (found, []))[1].append(encrypted.resource.address)
    for found, addresses in shut.values():
        of = "\n".join(f"encrypts {each}" for each in dict.fromkeys(addresses))
        yield Found(
            found.severity, found.title, found.address, found.advice, "\n".join(filter(None, (found.detail, of)))
        )


def _uses(subject: Subject) -> Iterator[_Use]:
    yield from _by_rules(subject)
    yield from _by_buses(subject.plan)
    yield from _by_alarms(subject.plan)
    yield from _by_subscriptions(subject.plan)
    yield from _by_logs(subject.plan)


def _by_rules(subject: Subject) -> Iterator[_Use]:
    """Yield what EventBridge writes for a rule; what it writes with a target's role is not its own affair."""
    for target in subject.plan.existing(TARGETS):
        rule = subject.rule_arn(target)
        arn, queue = target.text("arn"), target.text("dead_letter_config", 0, "arn")
        if not target.text("role_arn") and ":sns:" in arn:
            yield _Use(_EVENTS, arn, rule, _Tells.NEVER, "every notice of the rule is dropped")
        if not target.text("role_arn") and ":sqs:" in arn:
            yield _Use(_EVENTS, arn, rule, _Tells.PERHAPS, "every event of the rule is dropped")
        yield _Use(_EVENTS, queue, rule, _Tells.PERHAPS, f"no event that cannot be delivered {_ARRIVES}")


def _by_buses(plan: Plan) -> Iterator[_Use]:
    for bus in plan.existing(BUSES):
        arn, queue = plan.arn(bus), bus.text("dead_letter_config", 0, "arn")
        yield _Use(_EVENTS, arn, arn, _Tells.ALWAYS, "no event on the bus is delivered")
        yield _Use(_EVENTS, queue, arn, _Tells.PERHAPS, f"no event that cannot be decrypted {_ARRIVES}")


def _by_alarms(plan: Plan) -> Iterator[_Use]:
    for alarm in plan.existing(ALARMS, "aws_cloudwatch_composite_alarm"):
        for attribute in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
            for arn in (each for each in alarm.get(attribute) or () if isinstance(each, str)):
                yield _Use(_ALARMS, arn, plan.arn(alarm) or arn, _Tells.PERHAPS, "no alarm reaches the topic")


def _by_subscriptions(plan: Plan) -> Iterator[_Use]:
    for each in plan.existing("aws_sns_topic_subscription"):
        topic, queue = each.text("topic_arn"), redrive_target(each)
        if each.text("protocol") == "sqs":
            yield _Use(_TOPICS, each.text("endpoint"), topic, _Tells.PERHAPS, "no message of the topic arrives")
        yield _Use(_TOPICS, queue, topic, _Tells.PERHAPS, f"no message that cannot be delivered {_ARRIVES}")


def _by_logs(plan: Plan) -> Iterator[_Use]:
    suffix = "amazonaws.com.cn" if plan.partition == "aws-cn" else "amazonaws.com"
    for group in plan.existing("aws_cloudwatch_log_group"):
        arn = plan.arn(group)
        region = arn.split(":")[3] if arn.count(":") >= 5 else plan.region
        loses = "the apply fails, and nothing can be logged"
        yield _Use(f"logs.{region}.{suffix}", arn, arn, _Tells.PERHAPS, loses, _LOGS)


def _judge(subject: Subject, use: _Use, encrypted: Encrypted) -> Found | None:
    """Return why a service cannot use the key of something; None if it can, or the key's policy is not here to read."""
    noun = _NOUNS[encrypted.resource.type]
    if encrypted.key.managed:
        return _of_aws(use, encrypted, noun)
    guarded = subject.policies.guarding(encrypted.key.arn)
    if guarded is None or any(each.policy is None for each in guarded.documents):
        return None
    refused = [action for action in use.actions if not _may(guarded, use, encrypted, action)]
    if not refused:
        return None
    near = next((each for each in _naming(guarded, use, refused) if each.condition), None)
    address = guarded.documents[0].address if guarded.documents else guarded.address
    title = f"The key shuts {use.service} out of this {noun}: {use.loses}."
    if near is None:
        advice = f"Add a statement to the key policy that allows {use.service} {' and '.join(refused)}."
        return Found(Severity.FAIL, title, address, advice, f"no statement allows it {' and '.join(refused)}")
    asked = " and ".join(key for keys in near.condition.values() for key in keys)
    name = near.sid if near.sid.startswith("statement ") else f"statement {near.sid}"
    why = f"{name} would let it in, but asks for {asked}"
    if use.tells is _Tells.NEVER and any(key in asked.lower() for key in _SOURCE):
        why += f", which {use.service} does not send on the way to a {noun}"
        advice = f"Take that condition out of {name}: AWS supports none on the source here."
    else:
        advice = f"Let the condition of {name} hold for what {use.service} sends: {_sent(use, encrypted)}."
    return Found(Severity.FAIL, title, address, advice, why)


def _of_aws(use: _Use, encrypted: Encrypted, noun: str) -> Found | None:
    if encrypted.resource.type == "aws_sqs_queue" and "dead-letter" in use.loses:
        return None  # the check of dead-letter queues says so
    return Found(
        Severity.FAIL,
        f"{encrypted.key.managed} lets no service use it for this {noun}: {use.loses}.",
        encrypted.resource.address,
        f"Encrypt the {noun} with a key of your own whose policy lets {use.service} use {' and '.join(use.actions)}.",
    )


def _may(guarded: Guarded, use: _Use, encrypted: Encrypted, action: str) -> bool:
    """Ask the key's policy; where AWS does not say what it sends, with and without the source."""
    account = encrypted.arn.split(":")[4]
    encryption = {
        f"kms:EncryptionContext:{_CONTEXTS[encrypted.resource.type]}": encrypted.arn.removesuffix(":*"),
        "aws:SourceOwner": account,
    }
    source = {"aws:SourceArn": use.source, "aws:SourceAccount": account}
    contexts: list[Mapping[str, str]] = []
    if use.tells is not _Tells.ALWAYS:
        contexts.append(encryption)
    if use.tells is not _Tells.NEVER:
        contexts.append(encryption | source)
    policies = [each.policy for each in guarded.documents if each.policy is not None]
    service = semantics.service(use.service)
    return any(
        semantics.evaluate(Request(action, encrypted.key.arn, service, context), resource=policies).allowed
        for context in contexts
    )


def _naming(guarded: Guarded, use: _Use, actions: list[str]) -> Iterator[Statement]:
    """Yield the statements that would let a service in if their conditions held."""
    for document in guarded.documents:
        for statement in document.policy.statements if document.policy else ():
            named = statement.principals is not None and use.service in statement.principals.get("Service", ())
            about = any(
                texts.is_like(pattern, action, None, ignore_case=True)
                for pattern in statement.actions
                for action in actions
            )
            if statement.allows and named and about and not statement.all_but_actions:
                yield statement


def _sent(use: _Use, encrypted: Encrypted) -> str:
    context = f"kms:EncryptionContext:{_CONTEXTS[encrypted.resource.type]} {encrypted.arn.removesuffix(':*')}"
    return context if use.tells is _Tells.NEVER else f"aws:SourceArn {use.source}, {context}"
