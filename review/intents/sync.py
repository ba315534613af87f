"""The role with which the automation of a sync works: it finds targets that are behind, moves them, and tells of it.

What it does is in batch_target_sync/sync.py of modules/batch-target-sync; what that takes is in "Actions, resources,
and condition keys" of EventBridge, AWS Batch, Systems Manager and CloudWatch (Service Authorization Reference). The
trust is that of "Setting up Automation" of the Systems Manager User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents import keys
from review.intents.facts import arns, syncs
from review.intents.grants import Grants, Intent, allow, taken_on_by

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.syncs import Selection, Sync
    from review.intents.grants import Condition, Statement

KIND: Final = "sync"
_SSM: Final = "ssm.amazonaws.com"
_EVENTS: Final = "events.amazonaws.com"
# Where this account's executeScript steps print to is a setting of Systems Manager; this is what it is unless set.
_LOG_SETTING: Final = "ssm/automation/customer-script-log-group-name"
_LOG_GROUP: Final = "/aws/ssm/automation/executeScript"


def intent(facts: Facts, sync: Sync) -> Intent:
    """Return what the role of a sync's automation is for."""
    place = arns.account(sync.document.arn) or facts.plan.account
    executions = f"arn:{facts.plan.partition}:ssm:{sync.region}:{place}:automation-execution/*"
    works = _finds_and_moves(facts, sync) + _passes(facts, sync) + _remembers(facts, sync)
    return Intent(
        KIND,
        f"the automation {sync.document.name} keeps Batch targets on the newest revision with it",
        works + _tells(facts, sync) + _prints(facts, sync),
        Grants(needed=(taken_on_by(_SSM, place, "ArnLike", [executions]),)),
    )


def _rules(facts: Facts, sync: Sync) -> dict[str, list[str]]:
    """Return the ARNs of the rules that a sync keeps, by region."""
    found: dict[str, list[str]] = {}
    for each in sync.selections:
        path = [] if each.bus == "default" else [each.bus]
        place = f"arn:{facts.plan.partition}:events:{each.region}:{facts.plan.account}:rule"
        arn = "/".join([place, *path, each.rule or "*"])
        found.setdefault(each.region, []).append(arn)
    return {region: list(dict.fromkeys(each)) for region, each in found.items()}


def _finds_and_moves(facts: Facts, sync: Sync) -> Grants:
    rules = _rules(facts, sync)
    # These two know no resources; rules are listed where a selection names none.
    lists = ["events:ListRules"] if any(not each.rule for each in sync.selections) else []
    needed: list[Statement] = [
        allow(["batch:DescribeJobDefinitions", *lists], "*"),
        allow("events:ListTargetsByRule", [arn for each in rules.values() for arn in each]),
    ]
    for region, arn in rules.items():
        # The key has the ARN of each target of a call, and ForAllValues holds for a call that has none: hence Null.
        queues = f"arn:{facts.plan.partition}:batch:{region}:{facts.plan.account}:job-queue/*"
        only_queues = {
            "ForAllValues:ArnLike": {"events:TargetArn": queues},
            "Null": {"events:TargetArn": "false"},
        }
        needed.append(allow("events:PutTargets", arn, only_queues))
    return Grants(needed=tuple(needed))


def _passes(facts: Facts, sync: Sync) -> Grants:
    """Return the right to put a target with its role: the roles of all targets that are selected."""
    condition = {"StringEquals": {"iam:PassedToService": _EVENTS}}
    kept = [
        each
        for each in facts.targets
        if each.submission is not None
        and any(
            selection.has(arns.region(each.rule.arn), each.rule.bus, each.rule.name, each.id)
            for selection in sync.selections
        )
    ]
    roles = sorted({each.role for each in kept if each.role})
    known = Grants(needed=(allow("iam:PassRole", roles, condition),)) if roles else Grants()
    elsewhere = [each for each in sync.selections if not _is_here(facts, each)]
    if not elsewhere:
        return known
    names = ", ".join(f"{each.rule or 'every rule'} of {each.bus} ({each.region})" for each in elsewhere)
    return known + Grants(
        supposed=(allow("iam:PassRole", f"arn:{facts.plan.partition}:iam::{facts.plan.account}:role/*", condition),),
        outside=(f"The targets of {names} are not in this plan, so nothing here says which roles they have.",),
    )


def _is_here(facts: Facts, selection: Selection) -> bool:
    """Whether all that is selected is of this plan: the rule it names, or the bus whose rules it means."""
    if selection.region != facts.plan.region:
        return False
    if selection.rule:
        return any((each.bus, each.name) == (selection.bus, selection.rule) for each in facts.rules)
    return any(each.name == selection.bus for each in facts.buses)


def _remembers(facts: Facts, sync: Sync) -> Grants:
    state = f"arn:{facts.plan.partition}:ssm:{sync.region}:{facts.plan.account}:parameter{sync.state}"
    return Grants(
        needed=(
            allow(["ssm:GetParameters", "ssm:PutParameter"], f"{state}/*"),
            # Two that claimed the lock at once find out who came first.
            allow("ssm:GetParameterHistory", f"{state}/lock"),
        )
    )


def _tells(facts: Facts, sync: Sync) -> Grants:
    measures = allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": syncs.NAMESPACE}})
    grants = Grants(needed=(measures,))
    if sync.bus:
        bus = f"arn:{facts.plan.partition}:events:{sync.region}:{facts.plan.account}:event-bus/{sync.bus}"
        # A call may put several events, and each key has the values of all.
        own: Condition = {
            "ForAllValues:StringEquals": {
                "events:source": syncs.SOURCE,
                "events:detail-type": list(syncs.DETAIL_TYPES),
            },
            "Null": {"events:source": "false", "events:detail-type": "false"},
        }
        grants += Grants(needed=(allow("events:PutEvents", bus, own),))
    if sync.topic:
        grants += Grants(needed=(allow("sns:Publish", sync.topic),)) + keys.sending(facts, sync.topic)
    return grants


def _prints(facts: Facts, sync: Sync) -> Grants:
    """Return the right to write the log, where the account sends what automations print to CloudWatch Logs.

    "Logging Automation action output with CloudWatch Logs" of the Systems Manager User Guide. It is optional because
    the account's setting decides whether it is needed, and most plans do not have it.
    """
    setting = next(
        (
            each.text("setting_value")
            for each in facts.plan.existing("aws_ssm_service_setting")
            if each.text("setting_id").endswith(_LOG_SETTING)
        ),
        "",
    )
    place = f"arn:{facts.plan.partition}:logs:{sync.region}:{facts.plan.account}:log-group"
    finds = allow("logs:DescribeLogGroups", f"{place}:*")
    optional = (*_writes(f"{place}:{setting or _LOG_GROUP}"), finds)
    if setting:
        return Grants(optional=optional)
    return Grants(
        optional=optional,
        supposed=_writes(f"{place}:*"),
        unsure=("To which log group the account sends what automations print is its setting, and not in this plan.",),
    )


def _writes(group: str) -> tuple[Statement, ...]:
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return (allow(actions, [group, f"{group}:*"]),)
