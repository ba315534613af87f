"""Proves of each role and each resource's policy of a plan that it allows what it is for, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from review.intents import bus, facts, key, logs, queue, roles, topic, words
from review.intents.grants import Grants, allow, policy
from review.intents.holding import Held, hold
from review.intents.model import Privileges, Proof, Status
from review.policies.defaults import ATTRIBUTE
from review.policies.model import Guarded
from review.policies.widest import widest
from review.proof.comparing import Access
from semantics.policies import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from review.finding import Finding
    from review.intents.facts import Facts
    from review.intents.grants import GuardedIntent, Intent, Statement
    from review.plan import Plan
    from review.policies.model import Document, Policies, Role
    from review.proof.witness import Witness

    Checked = tuple[Proof, Finding | None]

_GUARDED: Final[dict[str, Callable[[Facts, str], GuardedIntent | None]]] = {
    "bus": bus.intent,
    "key": key.intent,
    "queue": queue.intent,
    "topic": topic.intent,
}


# What else works with a role may need anything, and be anybody.
_ANYTHING: Final = Grants(optional=(allow("*", "*"),))
_ANYBODY: Final = Grants(optional=({"Effect": "Allow", "Action": "*", "Principal": "*"},))


def prove(plan: Plan, policies: Policies) -> Privileges:
    """Prove of every policy of a plan what can be proved.

    Args:
        plan: the plan.
        policies: its policies, collected.

    Returns:
        A proof for each role, each role's trust, and each resource's policy; in the order of the policies.
    """
    return prove_by(facts.read(plan), policies)


def prove_by(known: Facts, policies: Policies, *, actions: Collection[str] | None = None) -> Privileges:
    """Prove the same by facts that are read already, of any policies.

    Args:
        known: the facts of the plan.
        policies: policies of the plan.
        actions: the only ones to look at, as `ecs:RunTask`; all that AWS has, by default.
    """
    checked = list(_Proving(known, actions).checked(policies))
    return Privileges(
        proofs=tuple(proof for proof, _ in checked),
        findings=tuple(finding for _, finding in checked if finding is not None),
    )


class _Proving:
    """The policies of a plan, held against its facts."""

    def __init__(self, known: Facts, actions: Collection[str] | None) -> None:
        self._known = known
        self._actions = actions

    def checked(self, policies: Policies) -> Iterator[Checked]:
        for role in policies.roles:
            intent = roles.intent_of(self._known, role.arn)
            yield self._identity(role, intent)
            yield self._trust(role, intent)
        for each in policies.guarded:
            if each.kind != "logs":
                yield from self._guarded(each, _GUARDED.get(each.kind, _nothing)(self._known, each.arn))
        account_wide = [each for each in policies.guarded if each.kind == "logs"]
        if account_wide:
            # CloudWatch Logs takes them together, so that they are one policy.
            documents = tuple(document for each in account_wide for document in each.documents)
            together = Guarded("logs", account_wide[0].address, "", documents)
            yield from self._guarded(together, logs.intent(self._known))

    def _identity(self, role: Role, intent: Intent | None) -> Checked:
        if intent is not None and intent.identity is not None:
            grants = intent.identity + _ANYTHING if intent.others else intent.identity
            held = self._held(role.identity, grants, Kind.IDENTITY, role.boundary)
            if not intent.others or held.status is Status.DIFFERS:
                return _said(role.address, "role", role.name, intent, held)
        proof = Proof(role.address, "role", "", "", Status.UNDECLARED, widest=widest(role, self._known.plan.account))
        if intent is not None and intent.others:
            return proof, words.shared(proof, role.name, intent)
        return proof, words.undeclared(proof, role.name, task=intent is not None)

    def _trust(self, role: Role, intent: Intent | None) -> Checked:
        if intent is not None:
            held = self._held((role.trust,), intent.trust + _ANYBODY if intent.others else intent.trust, Kind.TRUST)
            if not intent.others or held.status is Status.DIFFERS:
                return _said(role.address, "trust", role.name, intent, held)
        return Proof(role.address, "trust", "", "", Status.UNDECLARED), None

    def _guarded(self, guarded: Guarded, intent: GuardedIntent | None) -> Iterator[Checked]:
        written = [each for each in guarded.documents if each.attribute != ATTRIBUTE]
        if intent is None:
            if written:
                found = widest(guarded, self._known.plan.account)
                proof = Proof(guarded.address, guarded.kind, "", "", Status.UNDECLARED, widest=found)
                yield proof, words.undeclared(proof, guarded.address, task=False)
            return
        grants = intent.grants
        if not written:
            if not grants.needed:
                return  # it has no policy, and needs none
            # Nobody wrote AWS's own policy, and nobody is to be told that it lets in what AWS lets in by itself.
            grants = replace(grants, optional=(*grants.optional, *_statements(guarded.documents)))
        if guarded.kind == "key":
            held = self._held(guarded.documents, grants, Kind.KEY)
            held = replace(held, beyond=_about_itself(held.beyond), missing=_about_itself(held.missing))
        else:
            held = self._held(guarded.documents, grants, Kind.RESOURCE)
        yield _said(guarded.address, guarded.kind, guarded.address, intent, held)

    def _held(self, documents: Sequence[Document], grants: Grants, kind: Kind, limit: Document | None = None) -> Held:
        """Hold policies against an intent, as far as they can be read."""
        unread = [each for each in documents if each.policy is None]
        known = tuple(each.policy for each in documents if each.policy is not None)
        boundary = None if limit is None else limit.policy
        access = Access(known or (policy((), kind),), boundary)
        if unread:
            # What is read may already go too far; that it is enough, nobody can tell.
            held = hold(access, grants.without_need(), kind, actions=self._actions)
            why = " ".join(dict.fromkeys(words.unread(each) for each in unread))
            return held if held.status is Status.DIFFERS else Held(Status.UNREAD, why=why)
        held = hold(access, grants, kind, actions=self._actions)
        if limit is None or boundary is not None or held.status is Status.DIFFERS:
            return held
        rest = "Its own policies are as intended; whether the boundary leaves it that, nobody can tell."
        return Held(Status.UNREAD, why=f"{words.unread(limit)} {held.why or rest}")


def _nothing(_: Facts, __: str) -> None:
    return None


def _statements(documents: Sequence[Document]) -> list[Statement]:
    return [statement for each in documents if each.document for statement in each.document["Statement"]]


def _about_itself(witness: Witness | None) -> Witness | None:
    """Leave out the resource of a request: in the policy of a key, * is this key, and there is no other."""
    return None if witness is None else replace(witness, resource="")


def _said(address: str, subject: str, name: str, intent: Intent | GuardedIntent, held: Held) -> Checked:
    proof = Proof(
        address=address,
        subject=subject,
        kind=intent.kind,
        purpose=intent.purpose,
        status=held.status,
        beyond="" if held.beyond is None else held.beyond.words(),
        missing="" if held.missing is None else held.missing.words(),
        why=held.why,
    )
    return proof, words.finding(proof, name, held)
