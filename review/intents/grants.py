"""What an intent is made of: statements as AWS writes them, and how far each of them binds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from semantics import policies
from semantics.policies import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from semantics.policies import Policy

    Statement = Mapping[str, Any]
    Condition = Mapping[str, Mapping[str, Any]]

_VERSION: Final = "2012-10-17"
_ASSUME: Final = "sts:AssumeRole"


def allow(
    actions: str | Sequence[str], resources: str | Sequence[str], condition: Condition | None = None
) -> Statement:
    """Return what a role may do, as a statement of its own policy."""
    statement = {"Effect": "Allow", "Action": _listed(actions), "Resource": _listed(resources)}
    return statement | ({"Condition": condition} if condition else {})


def let(
    principal: Mapping[str, Any] | str,
    actions: str | Sequence[str],
    resources: str | Sequence[str],
    condition: Condition | None = None,
) -> Statement:
    """Return what somebody may do with a resource, as a statement of the resource's policy."""
    return {**allow(actions, resources, condition), "Principal": principal}


def deny(actions: str | Sequence[str], resources: str | Sequence[str], condition: Condition) -> Statement:
    """Return what nobody may do with a resource."""
    return {**let("*", actions, resources, condition), "Effect": "Deny"}


def service(*names: str) -> dict[str, list[str]]:
    """Return AWS services as a principal."""
    return {"Service": list(names)}


def taken_on_by(name: str, account: str, source_operator: str, sources: Sequence[str]) -> Statement:
    """Return who may take on a role: one service, for these sources of this account.

    Without the source conditions the service could be made to use the role for anybody ("The confused deputy problem",
    IAM User Guide).
    """
    condition = {"StringEquals": {"aws:SourceAccount": account}, source_operator: {"aws:SourceArn": list(sources)}}
    return {"Effect": "Allow", "Action": [_ASSUME], "Principal": service(name), "Condition": condition}


@dataclass(frozen=True)
class Grants:
    """The statements of an intent.

    A policy is as intended if needed ⊆ policy ⊆ needed + optional. A statement may be optional for two reasons, and it
    says beside it which: AWS needs it only sometimes, or a policy may say less than the rule that is written for all.

    Attributes:
        needed: without these it does not work.
        optional: these do no harm, and are not asked for.
        tolerated: these are wider than they should be, but within what an account may settle for itself: a warning.
        supposed: what is outside the plan may need these, and nobody can tell from here.
        denied: what the policy must refuse besides; only to be warned of if it does not.
        unrefused: what others allow, and this policy must not refuse.
        outside: what the plan does not say although it decides what is needed, in sentences.
        unsure: what the plan does not say of the supposed ones, in sentences.
    """

    needed: tuple[Statement, ...] = ()
    optional: tuple[Statement, ...] = ()
    tolerated: tuple[Statement, ...] = ()
    supposed: tuple[Statement, ...] = ()
    denied: tuple[Statement, ...] = ()
    unrefused: tuple[Statement, ...] = ()
    outside: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    def without_need(self) -> Grants:
        """Return the same, of which nothing is needed: for a policy of which only a part is read."""
        return replace(self, needed=(), optional=(*self.needed, *self.optional), outside=())

    def __add__(self, other: Grants) -> Grants:
        """Return all that either says, each statement once."""
        return Grants(*(_once(getattr(self, each.name), getattr(other, each.name)) for each in fields(Grants)))


@dataclass(frozen=True)
class Intent:
    """What a role is for.

    Attributes:
        kind: `scheduler`, `rule target`, `execution role`, `task role`, `sync`.
        purpose: what that is, in a sentence with the plan's names.
        identity: what it may do; None if nobody declares it.
        trust: who may take it on.
        others: addresses of what else works with it; if there is any, nobody knows all that the role is for.
    """

    kind: str
    purpose: str
    identity: Grants | None
    trust: Grants
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuardedIntent:
    """What the policy of a resource is for.

    Attributes:
        kind: such as `dead-letter queue`.
        purpose: what that is, in a sentence with the plan's names.
        grants: whom it lets do what.
    """

    kind: str
    purpose: str
    grants: Grants


def together(grants: Iterable[Grants]) -> Grants:
    """Return all that several say."""
    return sum(grants, start=Grants())


def union(intents: Sequence[Intent]) -> Intent:
    """Return the intent of a role that is for several things."""
    kinds = dict.fromkeys(each.kind for each in intents)
    purposes = dict.fromkeys(each.purpose for each in intents)
    identities = [each.identity for each in intents]
    known = [each for each in identities if each is not None]
    return Intent(
        " and ".join(kinds),
        "; ".join(purposes),
        together(known) if len(known) == len(identities) else None,
        together(each.trust for each in intents),
    )


def policy(statements: Sequence[Statement], kind: Kind) -> Policy:
    """Return the statements as a policy of a kind."""
    return policies.read({"Version": _VERSION, "Statement": list(statements)}, kind, "intent")


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _once(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    if not first or not second:
        return first or second
    return (*first, *(each for each in second if each not in first))
