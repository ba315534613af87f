"""Who may take on the roles of a task.

Source: "Best practices for IAM roles in Amazon ECS" and "Amazon ECS task execution IAM role" of the ECS Developer
Guide: ECS sends the ARN of the task, which nobody knows beforehand, so that account and region can be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.intents.grants import Grants, taken_on_by

if TYPE_CHECKING:
    from review.intents.facts import Facts

SERVICE: Final = "ecs-tasks.amazonaws.com"


def taken_on(facts: Facts) -> Grants:
    """Return who may take on a role of a task of this plan's account and region."""
    plan = facts.plan
    source = f"arn:{plan.partition}:ecs:{plan.region}:{plan.account}:*"
    return Grants(needed=(taken_on_by(SERVICE, plan.account, "ArnLike", [source]),))
