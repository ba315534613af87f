"""A runbook of Systems Manager Automation as a target.

Sources: "Running automations based on EventBridge events" and "Setting up Automation" of the Systems Manager user
guide; Service Authorization Reference, AWS Systems Manager. Which of a runbook's two ARNs is authorized differs: the
user guide has the document, the reference had `automation-definition/<name>:<version>` for years.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from review.delivery.asking import Need, asked_source, name_of, outside, source_of
from review.delivery.model import Answer, Hop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.target import Desk, Target

_START: Final = "ssm:StartAutomationExecution"
_SERVICE: Final = "ssm.amazonaws.com"


def hops(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about an automation that is started, after who may take on the role."""
    role_arn, facts = target.caller.role_arn, desk.facts
    name, _, version = target.parts[1].removeprefix("automation-definition/").partition(":")
    definition = facts.made("ssm", f"automation-definition/{name}:{version or '$DEFAULT'}", target.arn)
    document = facts.made("ssm", f"document/{name}", target.arn)
    execution = facts.made("ssm", "automation-execution/‹execution id›", target.arn)
    any_execution = facts.made("ssm", "automation-execution/*", target.arn)
    needs = [Need(_START, definition), Need(_START, document), Need(_START, execution, grant=(any_execution,))]
    yield _start(desk, role_arn, name, needs)
    resource = facts.find(document)
    if resource is None:
        yield Hop(f"Is there a runbook {name}, and with which role?", Answer.DEPENDS, outside("document", document))
        return
    assumed = _assumed(resource.text("content"), target)
    if assumed:
        passed = {"iam:PassedToService": _SERVICE}
        need = Need("iam:PassRole", assumed, dict(passed), condition={"StringEquals": passed})
        question = f"May the role pass the runbook's role {name_of(assumed)} on to Systems Manager?"
        yield desk.authority.role_may(role_arn, question, [need])
        account = facts.plan.account
        asked = asked_source(any_execution, account)
        asked = {"ArnLike" if operator == "ArnEquals" else operator: keys for operator, keys in asked.items()}
        yield desk.authority.trusts(assumed, _SERVICE, source_of(execution, account), asked)


def _start(desk: Desk, role_arn: str, name: str, needs: list[Need]) -> Hop:
    """Ask for all that may be authorized: a part of it may be enough, nothing is not."""
    question = f"May the role start the runbook {name}?"
    found = desk.authority.role_may(role_arn, question, needs)
    if found.answer is not Answer.NO or not found.missing:
        return found
    lacking = [each for each in needs if desk.authority.role_may(role_arn, question, [each]).answer is Answer.NO]
    if len(lacking) == len(needs):
        return found
    named = " and ".join((each.grant or (each.resource,))[0] for each in lacking)
    because = f"depends on whether AWS authorizes {named} here, too, which its documents disagree about"
    return Hop(question, Answer.DEPENDS, because, where=found.where)


def _assumed(content: str, target: Target) -> str:
    """Return the role that a runbook says it runs with; "" if it says none, or what only the apply knows."""
    try:
        runbook: Any = json.loads(content)
    except ValueError:
        return ""
    role = str(runbook.get("assumeRole") or "") if isinstance(runbook, dict) else ""
    if role.startswith("{{"):
        name = role.strip("{} ")
        given = target.payload().get(name) or (runbook.get("parameters") or {}).get(name, {}).get("default") or ""
        role = str(given[0] if isinstance(given, list) else given)
    return role
