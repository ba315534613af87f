"""Every policy of our plans, wrong in one place: each such mutant fails its proof.

The changes are in mutants.py: a condition or one of its values is dropped, a value or a resource is widened, an action
is added (all of the policy's services, 25 of all others, which are others for each policy, and wildcards), a principal
is widened, a statement is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from review.intents import facts
from review.intents.facts import Facts
from review.intents.model import Privileges, Status
from review.intents.proving import prove, prove_by
from review.plan import Plan
from review.policies.collecting import collect
from review.policies.model import Document, Guarded, Policies, Role
from semantics.policies import read
from tests.review.intents.mutants import Mutant, mutants

pytestmark = pytest.mark.slow

# Statements that a policy may also leave out, each for the reason that its intent gives.
OPTIONAL = frozenset(
    (
        "TagTask",  # a call that carries no tags is not asked for it: running.py
        "AllowScheduleGroup",  # Scheduler sends with the schedule's role: queue.py
    )
)
Broken = Callable[[Document], Policies]
# In place of a role's other side, of which nothing is asked: what cannot be read differs from nothing.
NOT_ASKED = Document("", "", None, unread="it is not asked for")


def subjects(policies: Policies) -> Iterator[tuple[str, Document, Broken]]:
    """Every policy with its name, and what the plan's policies come to with another one in its place."""
    for role in policies.roles:
        yield f"{role.address}, trust", role.trust, _trusting(role)
        for number, document in enumerate(role.identity):

            def instead(changed: Document, role: Role = role, number: int = number) -> Policies:
                identity = (*role.identity[:number], changed, *role.identity[number + 1 :])
                return Policies((replace(role, trust=NOT_ASKED, identity=identity),), ())

            yield f"{role.address}, {document.address}", document, instead
    for guarded in policies.guarded:
        for number, document in enumerate(guarded.documents):

            def guarding(changed: Document, guarded: Guarded = guarded, number: int = number) -> Policies:
                others = guarded.documents
                return Policies((), (replace(guarded, documents=(*others[:number], changed, *others[number + 1 :])),))

            yield f"{guarded.address}, {document.attribute}", document, guarding


def _trusting(role: Role) -> Broken:
    return lambda changed: Policies((replace(role, trust=changed, identity=(NOT_ASKED,)),), ())


def is_caught(known: Facts, document: Document, broken: Broken, mutant: Mutant) -> bool:
    assert document.policy is not None
    changed = replace(document, policy=read(mutant.document, document.policy.kind), document=mutant.document)
    found = prove_by(known, broken(changed), actions=mutant.actions)
    return any(each.status is Status.DIFFERS for each in found.proofs)


def proved(privileges: Privileges) -> bool:
    return all(each.status is Status.PROVED for each in privileges.proofs)


@pytest.mark.parametrize("root", ["dn-dev", "mvp-development"])
def test_no_mutant_of_a_policy_survives(
    root: str, root_plan: Callable[[str], Plan], record_property: Callable[[str, object], None]
) -> None:
    plan = root_plan(root)
    policies, known = collect(plan), facts.read(plan)
    assert proved(prove(plan, policies))
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    same: Counter[str] = Counter()
    survivors = []
    for turn, (name, document, broken) in enumerate(subjects(policies)):
        assert document.document is not None, name
        for mutant in mutants(document.document, OPTIONAL, turn, same):
            made[mutant.kind] += 1
            if is_caught(known, document, broken, mutant):
                caught[mutant.kind] += 1
            else:
                survivors.append(f"{name}: {mutant.kind}: {mutant.words}")
    print(f"{root}: {caught.total()} of {made.total()} mutants caught")
    for kind, count in sorted(made.items()):
        print(f"  {kind}: {caught[kind]} of {count}; {same[kind]} more changes left the policy the same")
        record_property(kind, f"{caught[kind]} of {count}")
    assert not survivors, "\n".join(survivors)
    assert set(made) == {
        "action added",
        "condition dropped",
        "principal widened",
        "resource widened",
        "statement dropped",
        "value dropped",
        "value widened",
    }
