"""Whether a rule can do its work with a target's role: read by IAM's API, decided as IAM decides.

Service control policies and policies of what is reached are not read: they can refuse what passes here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from operations.account import is_missing, words
from semantics import policies
from semantics.policies import Kind, Policy, PolicyError, Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_iam import IAMClient

EVENTS: Final = "events.amazonaws.com"
_SESSION: Final = "events"  # any name: what a role may do does not depend on it


@dataclass(frozen=True)
class Action:
    """What a target does with its role: an action on a resource, with the condition keys that go with it."""

    name: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    """A role as IAM has it.

    Attributes:
        trust: its trust policy.
        identity: its inline and its managed policies.
        boundary: its permissions boundary; None if it has none.
    """

    arn: str
    trust: Policy
    identity: tuple[Policy, ...]
    boundary: Policy | None


def refusals(iam: IAMClient, role_arn: str, rule_arn: str, actions: Sequence[Action]) -> list[str]:
    """Return why a rule cannot do something with a role, in AWS's words; nothing where it can.

    The rule takes the role on with its own ARN and account as the source; what it then does carries neither.
    """
    try:
        role = read(iam, role_arn)
    except PolicyError as error:
        return [f"a policy is none that AWS would have stored: {error}"]
    except ClientError as error:
        if is_missing(error):
            return [f"there is no role {role_arn}"]
        return [f"the role cannot be read: {words(error)}"]
    if role.arn != role_arn:
        return [f"there is no role {role_arn}: the one of that name is {role.arn}"]
    account = rule_arn.split(":")[4]
    source = {"aws:SourceArn": rule_arn, "aws:SourceAccount": account}
    asked = Request("sts:AssumeRole", role_arn, policies.service(EVENTS), source)
    found = [policies.evaluate(asked, resource=[role.trust])]
    session = policies.session(role_arn, _SESSION)
    found += [
        policies.evaluate(
            Request(action.name, action.resource, session, action.context),
            identity=role.identity,
            boundary=role.boundary,
        )
        for action in actions
    ]
    return [decision.reason for decision in found if not decision.allowed]


def read(iam: IAMClient, role_arn: str) -> Role:
    """Return the role of the caller's account that has the name in an ARN, with all its policies.

    Raises:
        ClientError: the role is not there, or cannot be read.
        PolicyError: a policy cannot be understood.
    """
    name = role_arn.rpartition("/")[2]
    found = iam.get_role(RoleName=name)["Role"]
    boundary_arn = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Role(
        arn=found["Arn"],
        trust=policies.read(_document(found["AssumeRolePolicyDocument"]), Kind.TRUST, name),
        identity=tuple(_identity(iam, name)),
        boundary=_managed(iam, boundary_arn, Kind.BOUNDARY) if boundary_arn else None,
    )


def _identity(iam: IAMClient, role: str) -> Iterator[Policy]:
    for inline in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in inline["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            yield policies.read(_document(document), Kind.IDENTITY, name)
    for managed in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for attached in managed["AttachedPolicies"]:
            yield _managed(iam, attached["PolicyArn"], Kind.IDENTITY)


def _managed(iam: IAMClient, arn: str, kind: Kind) -> Policy:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return policies.read(_document(document), kind, arn)


def _document(given: Any) -> str | Mapping[str, Any]:
    """Return a policy's document, which boto3 has taken apart already and its types say is text or that."""
    return given  # type: ignore[no-any-return]
