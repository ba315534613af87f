"""Trust without source conditions: a service that also acts for other customers may take on the role for them.

The role's policies then serve whoever gets the service to use the role ("The confused deputy problem", IAM User Guide).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from review.checks.subject import Found
from review.finding import Severity
from semantics import policies as semantics
from semantics.policies import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from review.checks.subject import Subject
    from review.policies.model import Role
    from semantics.statements import Policy, Statement

# The services that send aws:SourceArn and aws:SourceAccount when they take on a role, as their own documents say; and
# the service in the ARN that they send. A service that is not here is not checked: a condition on what it never sends
# would shut it out.
SERVICES: Final = {
    "batch.amazonaws.com": "batch",  # "Cross-service confused deputy prevention", AWS Batch User Guide
    "ecs-tasks.amazonaws.com": "ecs",  # "Amazon ECS task IAM role", ECS Developer Guide
    "events.amazonaws.com": "events",  # "Cross-service confused deputy prevention", EventBridge User Guide
    "pipes.amazonaws.com": "pipes",  # the same page
    "scheduler.amazonaws.com": "scheduler",  # "Confused deputy prevention", EventBridge Scheduler User Guide
    "ssm.amazonaws.com": "ssm",  # "Cross-service confused deputy prevention", Systems Manager User Guide
    "states.amazonaws.com": "states",  # "Creating an IAM role for your state machine", Step Functions Developer Guide
}
_ASSUME: Final = "sts:AssumeRole"
_SOURCE_ARN: Final = "aws:sourcearn"
_SOURCES: Final = frozenset((_SOURCE_ARN, "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"))
_STRANGERS: Final = ("999999999999", "000000000000")  # one of them is not the role's own


def find(subject: Subject) -> Iterator[Found]:
    """Yield each service that may take on a role of the plan on behalf of any account, and where anybody may."""
    for role in subject.policies.roles:
        trust = role.trust.policy
        if trust is None:
            continue
        if _takes_anybody(trust, role):
            yield Found(
                Severity.FAIL,
                "Anybody with an AWS account may take on this role.",
                role.trust.address,
                "Name in the trust policy who may, and no * as the principal.",
            )
        for service in (each for each in SERVICES if any(map(_naming(each), trust.statements))):
            if _takes_strangers(trust, role, service, subject.plan.partition):
                yield Found(
                    Severity.FAIL,  # a stranger's rule, schedule or task may act with the role's permissions
                    f"{service} may take on this role for any AWS account, not only for this one.",
                    role.trust.address,
                    "Let the trust policy ask for aws:SourceAccount (StringEquals, this account) and aws:SourceArn "
                    f"(ArnLike, what {service} acts for).",
                )


def _naming(service: str) -> Callable[[Statement], bool]:
    return lambda statement: service in (statement.principals or {}).get("Service", ())


def _takes_anybody(trust: Policy, role: Role) -> bool:
    account = _account(role)
    somebody = semantics.user(f"arn:aws:iam::{_stranger(account)}:user/somebody")
    # Across accounts the caller's own policies have to allow it, too; a stranger sees to that.
    own = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": _ASSUME, "Resource": "*"}}
    identity = semantics.read(own, semantics.Kind.IDENTITY)
    request = Request(_ASSUME, role.arn, somebody, resource_account=account)
    return semantics.evaluate(request, identity=[identity], resource=[trust]).allowed


def _takes_strangers(trust: Policy, role: Role, service: str, partition: str) -> bool:
    """Ask the policy itself, as the service would for another customer: how it is written does not matter."""
    account = _account(role)
    stranger = _stranger(account)
    principal, asked = semantics.service(service), replace(trust, statements=tuple(_on_sources(trust)))
    for source in _sources(trust, SERVICES[service], stranger, partition):
        context = {
            "aws:SourceAccount": stranger,
            "aws:SourceArn": source,
            "aws:SourceOrgID": "o-stranger00",
            "aws:SourceOrgPaths": ["o-stranger00/r-0000/"],
        }
        request = Request(_ASSUME, role.arn, principal, context, resource_account=account)
        if semantics.evaluate(request, resource=[asked]).allowed:
            return True
    return False


def _sources(trust: Policy, service: str, account: str, partition: str) -> Iterator[str]:
    """Yield ARNs of another account: any, and each that a pattern of the policy leaves room for."""
    yield f"arn:{partition}:{service}:us-east-1:{account}:any/thing"
    for pattern in {text for statement in trust.statements for text in _patterns(statement)}:
        parts = pattern.split(":", 5)
        if len(parts) == 6 and ("*" in parts[4] or "?" in parts[4]):
            filled = [part.replace("*", "any").replace("?", "1") for part in parts]
            yield ":".join([*filled[:4], account, filled[5]])


def _on_sources(trust: Policy) -> Iterator[Statement]:
    """Yield the statements as far as they are about the source: all else, a stranger's request may have as well."""
    for statement in trust.statements:
        left = {
            operator: {key: values for key, values in keys.items() if key.lower() in _SOURCES}
            for operator, keys in statement.condition.items()
        }
        if statement.allows or left == statement.condition:
            yield replace(statement, condition=left)


def _patterns(statement: Statement) -> Iterator[str]:
    for keys in statement.condition.values():
        for key, values in keys.items():
            if key.lower() == _SOURCE_ARN:
                yield from values


def _account(role: Role) -> str:
    return role.arn.split(":")[4] if role.arn.count(":") >= 5 else ""


def _stranger(account: str) -> str:
    return next(each for each in _STRANGERS if each != account)
