"""The role with which EventBridge calls the target of a rule.

Sources, all in the EventBridge User Guide: "Permissions for EventBridge to access targets using IAM roles" and
"Cross-service confused deputy prevention": the service sends the ARN of the rule. It writes dead letters as itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents import automations, calling, running
from review.intents.facts import arns
from review.intents.grants import Grants, Intent, taken_on_by

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.rules import Target

KIND: Final = "rule target"
SERVICE: Final = "events.amazonaws.com"


def intent(facts: Facts, target: Target) -> Intent:
    """Return what the role of a target is for."""
    rule = target.rule.arn
    trust = Grants(needed=(taken_on_by(SERVICE, arns.account(rule), "ArnEquals", [rule]),))
    return Intent(*_called(facts, target), trust)


def _called(facts: Facts, target: Target) -> tuple[str, str, Grants]:
    """Return the kind of a target's role, what it is for, and what it needs."""
    says = f"with it for its rule {target.rule.name}"
    if target.run is not None:
        what = f"RunTask of {target.run.definition.rpartition('/')[2]} on {arns.resource(target.run.cluster)}"
        return KIND, f"EventBridge calls {what} {says}", running.may_run(facts, target.run)
    if target.submission is not None:
        what = f"SubmitJob of {target.submission.definition.rpartition('/')[2]} to {arns.resource(target.arn)}"
        return KIND, f"EventBridge calls {what} {says}", calling.may_submit(facts, target, target.submission)
    if automations.is_automation(target.arn):
        kind = automations.KIND if automations.is_of_sync(facts, target.arn) else KIND
        what = f"the automation {automations.name_of(target.arn)}"
        return kind, f"EventBridge starts {what} {says}", automations.may_start(facts, target.arn)
    return KIND, f"EventBridge calls {target.arn} {says}", calling.may_call(facts, target.arn)
