"""What a role needs to start an automation of Systems Manager, as a rule's target does.

Sources: "Run automations based on EventBridge events" of the Systems Manager User Guide; "Actions, resources, and
condition keys for AWS Systems Manager" of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.facts import arns
from review.intents.grants import Grants, allow

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.syncs import Document
    from review.intents.grants import Statement

KIND: Final = "sync"
_DEFINITION: Final = "automation-definition/"
_SSM: Final = "ssm.amazonaws.com"


def is_automation(arn: str) -> bool:
    """Tell whether a target's ARN means an automation."""
    return arns.service(arn) == "ssm" and arns.resource(arn).startswith(_DEFINITION)


def name_of(arn: str) -> str:
    """Return the name of the document that an automation's ARN means, which ends in a version."""
    return arns.resource(arn).removeprefix(_DEFINITION).rpartition(":")[0]


def is_of_sync(facts: Facts, arn: str) -> bool:
    """Tell whether an automation is a sync of this plan."""
    return any(sync.document.name == name_of(arn) for sync in facts.syncs)


def may_start(facts: Facts, arn: str) -> Grants:
    """Return what the role that starts an automation needs: to start it, and to hand it its own role."""
    place = arn.partition(f":{_DEFINITION}")[0]
    started = allow(
        "ssm:StartAutomationExecution", [f"{place}:document/{name_of(arn)}", f"{place}:automation-execution/*"]
    )
    # A start is authorised on the document and on the execution that it becomes; it used to be on the definition.
    before = allow("ssm:StartAutomationExecution", arn)
    return Grants(needed=(started,), optional=(before,)) + _may_pass(facts, arn)


def _may_pass(facts: Facts, arn: str) -> Grants:
    name = name_of(arn)
    document: Document | None = next((each for each in facts.documents if each.name == name), None)
    if document is not None and document.is_read:
        return Grants(needed=(_pass(document.role),)) if document.role else Grants()
    return Grants(
        supposed=(_pass(f"arn:{facts.plan.partition}:iam::{arns.account(arn)}:role/*"),),
        outside=(f"The document {name} cannot be read in this plan, so nothing here says which role it takes on.",),
    )


def _pass(role: str) -> Statement:
    return allow("iam:PassRole", role, {"StringEquals": {"iam:PassedToService": _SSM}})
