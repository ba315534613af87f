"""What the policy of a key is for: the account manages it, and services use it for what this plan encrypts with it.

Sources: "Default key policy" of the KMS Developer Guide; "Encrypting EventBridge event buses with AWS KMS keys";
"Encrypt log data in CloudWatch Logs using AWS KMS"; "Enable compatibility between event sources" in "Configure KMS
permissions for Amazon SQS"; "Managing Amazon SNS encryption keys and costs", which says that conditions on the source
are not supported for EventBridge. Identities of the account use the key by their own policies, to which the account's
statement hands on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents import account, topic
from review.intents.facts import arns
from review.intents.grants import Grants, GuardedIntent, let, service, together

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.grants import Statement

_ENCRYPTED: Final = (
    ("sqs", "queue", "queues"),
    ("sns", "topic", "topics"),
    ("logs", "log group", "log groups"),
    ("events", "bus", "buses"),
)
_EVENTS: Final = "events.amazonaws.com"
_CLOUDWATCH: Final = "cloudwatch.amazonaws.com"
_THIS: Final = "*"  # in a key's policy: the key itself
_DATA: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_TOPIC_DATA: Final = ("kms:Decrypt", "kms:GenerateDataKey*")
_LOGS: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def intent(facts: Facts, key: str) -> GuardedIntent:
    """Return what the policy of a key is for."""
    used = [_for_queues(facts, key), _for_topics(facts, key), _for_logs(facts, key), _for_buses(facts, key)]
    root = f"arn:{facts.plan.partition}:iam::{arns.account(key)}:root"
    # Without it nobody could ever change the policy again.
    manages = Grants(
        needed=(let({"AWS": root}, "kms:*", _THIS),),
        tolerated=(account.of_its_own("kms:*", arns.account(key)),),
    )
    encrypts = [
        f"{len(found)} {name if len(found) == 1 else plural}"
        for service, name, plural in _ENCRYPTED
        if (found := facts.encryption.encrypted_by(key, service))
    ]
    return GuardedIntent(
        "key",
        f"the account manages it, and it encrypts {', '.join(encrypts) or 'nothing that this plan shows'}",
        manages + together(used),
    )


def _for_queues(facts: Facts, key: str) -> Grants:
    """Return what services need that send to an encrypted queue."""
    sources = _sending(facts, facts.encryption.encrypted_by(key, "sqs"))
    perhaps = _sending(facts, facts.encryption.maybe_encrypted_by(key, "sqs"))
    if not perhaps:
        return Grants()
    # SQS documents no condition here, so none is asked for; nobody says that one on the source would keep messages out.
    condition = {
        "ArnEquals": {"aws:SourceArn": sources},
        "StringEquals": {"aws:SourceAccount": sorted({arns.account(each) for each in sources})},
    }
    return Grants(
        needed=(let(service(_EVENTS), _DATA, _THIS, condition),) if sources else (),
        optional=(let(service(_EVENTS), _DATA, _THIS),),
    )


def _sending(facts: Facts, queues: list[str]) -> list[str]:
    """Return the rules and buses that send to queues as the service."""
    rules = [
        each.rule.arn
        for queue in queues
        for each in facts.targets_at(queue)
        if each.dead_letters == queue or not each.role
    ]
    anywhere = [each.rule.arn for each in facts.targets_anywhere] if queues else []
    return sorted({*rules, *anywhere, *(each.arn for each in facts.buses if each.dead_letters in queues)})


def _for_topics(facts: Facts, key: str) -> Grants:
    """Return what services need that publish to an encrypted topic."""
    topics = facts.encryption.encrypted_by(key, "sns")
    perhaps = facts.encryption.maybe_encrypted_by(key, "sns")
    needed = [
        *([_EVENTS] if any(topic.publishing_rules(facts, each) for each in topics) else []),
        *([_CLOUDWATCH] if any(topic.publishing_alarms(facts, each) for each in topics) else []),
    ]
    allowed = [
        *([_EVENTS] if any(topic.may_be_told_by_rules(facts, each) for each in perhaps) else []),
        *([_CLOUDWATCH] if any(topic.may_be_told_by_alarms(facts, each) for each in perhaps) else []),
    ]
    # Nothing calls more than GenerateDataKey; AWS's own statement has the star.
    return Grants(
        needed=(let(service(*needed), _DATA, _THIS),) if needed else (),
        optional=(let(service(*allowed), _TOPIC_DATA, _THIS),) if allowed else (),
    )


def _for_logs(facts: Facts, key: str) -> Grants:
    groups = sorted(facts.encryption.encrypted_by(key, "logs"))
    perhaps = sorted(facts.encryption.maybe_encrypted_by(key, "logs"))
    return together(
        Grants(
            needed=_logs(facts, region, "ArnEquals", [each for each in groups if arns.region(each) == region]),
            optional=_logs(facts, region, "ArnEquals", [each for each in perhaps if arns.region(each) == region]),
            # AWS's own statement: every log group of the account.
            tolerated=_logs(
                facts, region, "ArnLike", [f"arn:{facts.plan.partition}:logs:{region}:{arns.account(key)}:*"]
            ),
        )
        for region in sorted({arns.region(each) for each in perhaps})
    )


def _logs(facts: Facts, region: str, operator: str, groups: list[str]) -> tuple[Statement, ...]:
    if not groups:
        return ()
    context = {operator: {"kms:EncryptionContext:aws:logs:arn": groups}}
    return (let(service(facts.endpoint("logs", region)), _LOGS, _THIS, context),)


def _for_buses(facts: Facts, key: str) -> Grants:
    return together(
        _for_bus(bus) if facts.encryption.key_of(bus) == key else _perhaps(_for_bus(bus))
        for bus in facts.encryption.maybe_encrypted_by(key, "events")
    )


def _perhaps(grants: Grants) -> Grants:
    return Grants(optional=(*grants.needed, *grants.optional))


def _for_bus(bus: str) -> Grants:
    described = {"StringEquals": {"aws:SourceAccount": arns.account(bus)}, "ArnEquals": {"aws:SourceArn": bus}}
    encrypted = {
        "StringEquals": {
            "aws:SourceAccount": arns.account(bus),
            "kms:EncryptionContext:aws:events:event-bus:arn": bus,
        },
        "ArnEquals": {"aws:SourceArn": bus},
    }
    return Grants(
        needed=(
            let(service(_EVENTS), "kms:DescribeKey", _THIS, described),
            let(service(_EVENTS), _DATA, _THIS, encrypted),
        ),
        # A description is asked for when the bus is made: AWS's own statement for it has no condition.
        optional=(let(service(_EVENTS), "kms:DescribeKey", _THIS),),
    )
