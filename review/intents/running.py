"""What a role needs to start tasks.

Sources: "Amazon ECS EventBridge IAM Role" and "Tag resources during creation" of the ECS Developer Guide; "Actions,
resources, and condition keys for Amazon Elastic Container Service" of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.facts import arns
from review.intents.grants import Grants, allow

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.runs import Run
    from review.intents.grants import Statement

_ECS_TASKS: Final = "ecs-tasks.amazonaws.com"


def may_run(facts: Facts, run: Run) -> Grants:
    """Return what the role that makes a call of RunTask needs."""
    family = _family_arn(run)
    name, revision = arns.without_revision(family)
    within = {"ArnEquals": {"ecs:cluster": run.cluster}}
    needed = [allow("ecs:RunTask", family if revision else f"{name}:*", within)]
    optional: list[Statement] = []
    if not revision:
        # ECS resolves the newest revision before it authorises the call; it used to authorise the bare family.
        optional.append(allow("ecs:RunTask", name, within))
    elif arns.is_symbol(revision):
        # This plan makes the revision. The next one makes another, which the target then follows.
        optional.append(allow("ecs:RunTask", f"{name}:*", within))
    # On the tasks and not on the definition, and only asked for when the call carries tags. A role that may do it keeps
    # working when a target gets its first tag.
    tag = allow("ecs:TagResource", arns.tasks_of(run.cluster), {"StringEquals": {"ecs:CreateAction": "RunTask"}})
    (needed if run.tags else optional).append(tag)
    return Grants(needed=tuple(needed), optional=tuple(optional)) + _may_pass_roles(facts, run)


def _family_arn(run: Run) -> str:
    if run.definition.startswith("arn:"):
        return run.definition
    place = run.cluster.rpartition(":cluster/")[0]
    return f"{place}:task-definition/{run.definition}"


def _may_pass_roles(facts: Facts, run: Run) -> Grants:
    """Return the right to hand the tasks their roles."""
    needed = {role: None for role in (run.task_role, run.execution_role) if role}
    definitions = facts.tasks.named(run.definition)
    optional: dict[str, None] = {}
    for each in definitions:
        for role, replaced in ((each.task_role, run.task_role), (each.execution_role, run.execution_role)):
            # Where a call names another role, nothing documents whether the definition's is asked for as well.
            (optional if replaced else needed)[role] = None
    known = Grants(needed=_pass(*needed), optional=_pass(*(each for each in optional if each not in needed)))
    if definitions:
        return known
    name = run.definition.rpartition("/")[2]
    return known + Grants(
        supposed=_pass(f"arn:{facts.plan.partition}:iam::{arns.account(run.cluster) or facts.plan.account}:role/*"),
        outside=(f"The task definition {name} is not in this plan, so nothing here says which roles it has.",),
    )


def _pass(*roles: str) -> tuple[Statement, ...]:
    given = [role for role in roles if role]
    return (allow("iam:PassRole", given, {"StringEquals": {"iam:PassedToService": _ECS_TASKS}}),) if given else ()
