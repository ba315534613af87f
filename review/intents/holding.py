"""A policy held against the statements of its intent."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from review.intents import unresolved
from review.intents.facts import arns
from review.intents.grants import policy
from review.intents.model import Status
from review.proof.comparing import Access, Inclusion, compare, includes
from semantics.policies import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from review.intents.grants import Grants, Statement
    from review.proof.witness import Witness
    from semantics.policies import Policy

# Services, and what AWS gives programs to call them with, use TLS: a policy may refuse everything else.
_WITHOUT_TLS: Final = {
    "Effect": "Deny",
    "Action": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@dataclass(frozen=True)
class Held:
    """What came of it.

    Attributes:
        status: what is known.
        beyond: a request that the policy allows and the intent does not.
        missing: a request that the intent needs and the policy does not allow.
        is_tolerated: whether the account may settle for itself what is beyond.
        why: why nothing is proved, in sentences.
    """

    status: Status
    beyond: Witness | None = None
    missing: Witness | None = None
    is_tolerated: bool = False
    why: str = ""


def hold(access: Access, grants: Grants, kind: Kind, *, actions: Collection[str] | None = None) -> Held:
    """Hold policies against what they are for: needed ⊆ policies ⊆ needed + optional.

    Args:
        access: the policies.
        grants: the intent.
        kind: of these policies.
        actions: the only ones to look at; all that AWS has, by default.
    """
    return _Holding(access, grants, kind, actions).held()


class _Holding:
    """One policy beside one intent.

    Where the policy has symbols, it is read twice: as all that it may allow, and as what it allows for sure.
    """

    def __init__(self, access: Access, grants: Grants, kind: Kind, actions: Collection[str] | None) -> None:
        self._symbols = unresolved.named_in(access)
        self._at_most = unresolved.at_most(access) if self._symbols else access
        self._at_least = unresolved.at_least(access) if self._symbols else access
        self._access = access
        self._grants = unresolved.set_apart(grants)
        self._kind = kind
        self._actions = actions

    def held(self) -> Held:
        grants = self._grants
        permitted = self._intent(*grants.needed, *grants.optional, *grants.denied)
        if grants.needed:
            both = compare(self._at_most, permitted, actions=self._actions)
            strict, enough = both.beyond, both.missing
        else:
            strict, enough = self._includes(permitted, self._at_most), Inclusion(holds=True)
        beyond, is_tolerated, unsure = self._beyond(strict)
        missing, untold = self._missing(enough)
        if beyond.holds is False or missing.holds is False:
            return Held(Status.DIFFERS, beyond.witness, missing.witness, is_tolerated and missing.holds is not False)
        said = (beyond.why, missing.why, *unsure, *untold, *grants.outside)
        why = " ".join(dict.fromkeys(each for each in said if each))
        return Held(Status.UNDECIDED if why else Status.PROVED, why=why)

    def _beyond(self, strict: Inclusion) -> tuple[Inclusion, bool, Sequence[str]]:
        """Return whether the policy is within its intent, whether what is beyond is tolerated, and what is unsure."""
        grants = self._grants
        if strict.holds is not False:
            return strict, False, ()
        supposed = self._supposed()
        wider = self._intent(*grants.needed, *grants.optional, *supposed, *grants.denied)
        found = self._includes(wider, self._at_most) if supposed else strict
        if found.holds is not False:
            return found, False, grants.unsure
        if self._symbols:
            found = self._includes(wider, self._at_least)
            if found.holds is not False:
                return found, False, self._unknown()
        if not (grants.tolerated or grants.denied):
            return found, False, ()
        widest = self._intent(*grants.needed, *grants.optional, *supposed, *grants.tolerated)
        last = self._includes(widest, self._at_least)
        return (found, True, ()) if last.holds else (last, False, ())

    def _missing(self, strict: Inclusion) -> tuple[Inclusion, Sequence[str]]:
        """Return whether the policy has all that is needed, and what is unsure.

        What is needed is a part of what is permitted: if the policy has that, nothing more is to be asked. What others
        allow, it leaves alone if it allows that once it is given it.
        """
        grants = self._grants
        if grants.unrefused:
            given = policy(grants.unrefused, self._kind)
            refused = self._enough(grants.unrefused, given)
            if refused[0].holds is not True or refused[1]:
                return refused
        if (strict.holds is True and not self._symbols) or not grants.needed:
            return Inclusion(holds=True), ()
        return self._enough(grants.needed)

    def _enough(self, needed: Sequence[Statement], *given: Policy) -> tuple[Inclusion, Sequence[str]]:
        """Return whether the policy, with others that are given it, allows what is needed; and what is unsure."""
        asked = self._intent(*needed, *self._grants.denied, self._without_tls())
        found = self._includes(_with(self._at_least, given), asked)
        if found.holds is not False or not self._symbols:
            return found, ()
        perhaps = self._includes(_with(self._at_most, given), asked)
        return perhaps, self._unknown() if perhaps.holds else ()

    def _includes(self, wider: Access, narrower: Access) -> Inclusion:
        return includes(wider, narrower, actions=self._actions)

    def _unknown(self) -> list[str]:
        return [f"It names {each.strip('‹›')}, and what that is only the apply will know." for each in self._symbols]

    def _without_tls(self) -> Statement:
        who = {"Principal": "*"} if self._kind.has_principals else {}
        what = {} if self._kind is Kind.TRUST else {"Resource": "*"}
        return {**_WITHOUT_TLS, **who, **what}

    def _intent(self, *statements: Statement) -> Access:
        return Access((policy(statements, self._kind),))

    def _supposed(self) -> list[Statement]:
        """Return the supposed statements for what the policy names without a wildcard.

        What is outside the plan may well be this role, this key or this log group. It is never all of them.
        """
        named = {
            resource
            for statement in self._access.statements
            for resource in statement.resources or ()
            if resource == "*" or not arns.has_wildcard(resource.removesuffix(":*"))
        }
        found: list[Statement] = []
        for each in self._grants.supposed:
            patterns: Sequence[str] = each.get("Resource") or ()
            fitting = sorted(resource for resource in named if any(_fits(resource, pattern) for pattern in patterns))
            if fitting:
                found.append({**each, "Resource": fitting})
        return found


def _fits(resource: str, pattern: str) -> bool:
    """Tell whether a resource is one of those that are supposed; a log group ends in :* for its streams."""
    if "*" in (resource, pattern):
        return resource == pattern
    return fnmatch.fnmatchcase(resource.removesuffix(":*"), pattern)


def _with(access: Access, given: Sequence[Policy]) -> Access:
    return Access((*access.policies, *given), access.boundary)
