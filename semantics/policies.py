"""Whether AWS lets a request pass, by the policies that apply to it, and in which words it refuses.

Follows "Policy evaluation logic" of the IAM User Guide: within one account, across accounts, with permissions
boundaries and session policies; "Troubleshoot access denied error messages" has the words. For KMS keys, "Key policies
in AWS KMS" of the KMS Developer Guide. Service and resource control policies and VPC endpoint policies are not known
here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantics.conditions import Context
from semantics.statements import Grant, Kind, Policy, PolicyError, Principal, Statement, read, service, session, user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    _Match = tuple[Policy, Statement]

__all__ = [
    "Decision",
    "Kind",
    "Policy",
    "PolicyError",
    "Principal",
    "Request",
    "evaluate",
    "read",
    "service",
    "session",
    "user",
]


@dataclass(frozen=True)
class Request:
    """One action on one resource.

    Attributes:
        action: as `ecs:RunTask`; capitals and small letters are the same.
        resource: its ARN, or * for an action that has none.
        principal: who asks.
        context: condition keys to values; those that follow from the principal are added, and need not be given.
        resource_account: the account that has the resource; by default the one in its ARN, or the principal's own.
    """

    action: str
    resource: str
    principal: Principal
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    resource_account: str = ""

    @property
    def is_cross_account(self) -> bool:
        """Whether the resource is another account's than the principal's."""
        parts = self.resource.split(":", 5)
        account = self.resource_account or (parts[4] if len(parts) == 6 else "")
        return account not in ("", self.principal.account)


@dataclass(frozen=True)
class Decision:
    """Whether a request passes, and why.

    Attributes:
        allowed: whether it does.
        reason: a sentence; AWS's own if it does not.
        policy: the policy that decided: whose statement allows or denies; None if none of a kind allows.
        sid: that statement's Sid, or `statement <number>`; "" if none.
        lacking: the kind of policy that would have to allow it; None if it is allowed, or denied by a statement.
    """

    allowed: bool
    reason: str
    policy: Policy | None = None
    sid: str = ""
    lacking: Kind | None = None


def evaluate(
    request: Request,
    *,
    identity: Sequence[Policy] = (),
    boundary: Policy | None = None,
    session_policy: Policy | None = None,
    resource: Sequence[Policy] = (),
) -> Decision:
    """Decide on a request.

    Args:
        request: what is asked.
        identity: the policies of the user, or of the role behind the session; without effect for a service.
        boundary: its permissions boundary; None if it has none.
        session_policy: the session's; None if it has none.
        resource: the policies of the resource: several only for CloudWatch Logs.
    """
    limits = [limit for limit in (boundary, session_policy) if limit is not None]
    context = Context(request.principal.context() | dict(request.context))
    case = _Case(request, context, has_boundary=boundary is not None)

    for policy in (*identity, *limits, *resource):
        if denied := case.matching([policy], allows=False):
            return case.denied(*denied)

    if request.principal.is_service:
        return _for_service(case, resource)
    missing = next((limit for limit in limits if not case.matching([limit], allows=True)), None)
    decide = _across_accounts if request.is_cross_account else _within_account
    return decide(case, case.matching(identity, allows=True), missing, resource)


def _for_service(case: _Case, resource: Sequence[Policy]) -> Decision:
    """Decide about a service that acts for itself: it has no policies of its own."""
    granted = case.matching(resource, allows=True)
    return case.allowed(*granted) if granted else case.not_allowed(_kind(resource))


def _across_accounts(
    case: _Case, by_identity: _Match | None, missing: Policy | None, resource: Sequence[Policy]
) -> Decision:
    """Decide as two accounts do, each about what is its own: both have to allow it."""
    granted = case.matching(resource, allows=True)
    if not by_identity:
        return case.not_allowed(Kind.IDENTITY)
    if missing:
        return case.not_allowed(missing.kind)
    return case.allowed(*by_identity) if granted else case.not_allowed(_kind(resource))


def _within_account(
    case: _Case, by_identity: _Match | None, missing: Policy | None, resource: Sequence[Policy]
) -> Decision:
    """Decide as one account does: what either side allows is allowed.

    A boundary or session policy without a statement that allows, `missing`, limits what identity-based policies
    allow, and what a resource's policy allows the role; not what that allows the very user or session.
    """
    direct = case.matching(resource, allows=True, grant=Grant.DIRECT)
    by_role = case.matching(resource, allows=True, grant=Grant.ROLE)
    by_account = case.matching(resource, allows=True, grant=Grant.ACCOUNT)
    if direct:
        return case.allowed(*direct)
    if _kind(resource).must_allow and not (by_role or by_account):
        return case.not_allowed(_kind(resource))
    granted = by_role or by_identity
    if not granted:
        return case.not_allowed(Kind.IDENTITY)
    return case.not_allowed(missing.kind) if missing else case.allowed(*granted)


def _kind(resource: Sequence[Policy]) -> Kind:
    return resource[0].kind if resource else Kind.RESOURCE


@dataclass(frozen=True)
class _Case:
    """A request with its whole context, and what is said of it."""

    request: Request
    context: Context
    has_boundary: bool

    def matching(self, policies: Sequence[Policy], *, allows: bool, grant: Grant | None = None) -> _Match | None:
        """Return the first statement about this request with its policy; only one of this grant, if one is given."""
        for policy in policies:
            for statement in policy.statements:
                named = statement.grant(self.request.principal, has_boundary=self.has_boundary)
                if (
                    statement.allows is allows
                    and (named is grant if grant is not None else named is not Grant.NONE)
                    and statement.is_about(self.request.action, self.request.resource, self.context)
                ):
                    return policy, statement
        return None

    def allowed(self, policy: Policy, statement: Statement) -> Decision:
        name = f" {policy.name}" if policy.name else ""
        reason = f"{statement.sid} of the {policy.kind.value}{name} allows {self.request.action}"
        return Decision(allowed=True, reason=reason, policy=policy, sid=statement.sid)

    def denied(self, policy: Policy, statement: Statement) -> Decision:
        article = {Kind.IDENTITY: "an", Kind.TRUST: "the"}.get(policy.kind, "a")
        reason = f"{self._refusal} with an explicit deny in {article} {policy.kind.words}"
        return Decision(allowed=False, reason=reason, policy=policy, sid=statement.sid)

    def not_allowed(self, kind: Kind) -> Decision:
        reason = f"{self._refusal} because no {kind.words} allows the {self.request.action} action"
        return Decision(allowed=False, reason=reason, lacking=kind)

    @property
    def _refusal(self) -> str:
        asked = self.request
        return (
            f"User: {asked.principal.name} is not authorized to perform: {asked.action} on resource: {asked.resource}"
        )
