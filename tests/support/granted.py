"""What a role of an applied environment allows, beside what was asked for with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tests.support.applied import Applied

Call = dict[str, Any]
Grant = tuple[str, str, tuple[tuple[str, str], ...]]


def of_role(applied: Applied, role: str, since: int) -> list[Call]:
    """Return what code with the credentials of a role asked for, after the call of that number."""
    found = applied.box.ask("calls", since=since, role=role)
    assert found["lost"] == 0
    return [each for each in found["calls"] if each["by"] == "credentials"]


def unused(applied: Applied, role: str, calls: Sequence[Call]) -> list[Grant]:
    """Return what a role allows and none of these calls needed."""
    return [grant for grant in grants(applied, role) if not any(is_used(grant, call) for call in calls)]


def grants(applied: Applied, role: str) -> Iterator[Grant]:
    """Each single thing that a role allows: an action, a resource, and one value of each condition."""
    iam = applied.aws("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            values = [
                (key, value)
                for test in statement.get("Condition", {}).values()
                for key, those in test.items()
                for value in listed(those)
            ]
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield from ((action, resource, (each,)) for each in values) if values else [(action, resource, ())]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_used(grant: Grant, call: Call) -> bool:
    action, resource, conditions = grant
    return (
        call["action"] == action
        and fnmatchcase(call["resource"], resource)
        and all(
            any(fnmatchcase(each, value) for each in listed(call["context"].get(key, []))) for key, value in conditions
        )
    )
