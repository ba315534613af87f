"""What else works with a role: resources that have it, and of which nothing here knows what they do with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from review.intents.facts import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.plan import Plan, Resource

# Each of these has an intent, or is not what works with the role.
_KNOWN: Final = frozenset(
    ("aws_cloudwatch_event_target", "aws_ecs_task_definition", "aws_scheduler_schedule", "aws_ssm_document")
)
_JOB: Final = "aws_batch_job_definition"  # known if it has one container
_OF_IAM: Final = "aws_iam_"
_BY_NAME: Final = "aws_iam_instance_profile"
_OF_TERRAFORM: Final = "terraform_data"


def read(plan: Plan) -> Mapping[str, Sequence[str]]:
    """Return the ARN of each role of a plan that something else works with, with the addresses of that."""
    managed = [each for each in plan.existing("aws_iam_role") if not each.is_data]
    arns, names = {plan.arn(each) for each in managed}, {each.text("name"): plan.arn(each) for each in managed}
    found: dict[str, list[str]] = {}
    for each in plan.resources:
        if each.type == _BY_NAME and each.text("role") in names:
            found.setdefault(names[each.text("role")], []).append(each.address)
        elif _may_work(each):
            for arn in dict.fromkeys(role for role in _roles(each.after, "") if role in arns):
                found.setdefault(arn, []).append(each.address)
    return found


def _may_work(each: Resource) -> bool:
    if not each.exists_after or each.type in {*_KNOWN, _OF_TERRAFORM} or each.type.startswith(_OF_IAM):
        return False
    return each.type != _JOB or jobs.container(each) is None


def _roles(value: Any, name: str) -> Iterator[str]:
    """Yield the texts of attributes that are called a role, such as `service_role` or `jobRoleArn`, also in JSON."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _roles(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _roles(inner, name)
    elif isinstance(value, str) and value.startswith(("{", "[")):
        try:
            yield from _roles(json.loads(value), name)
        except ValueError:  # a text that only begins like JSON
            return
    elif isinstance(value, str) and "role" in name.lower():
        yield value
