"""Every statement of every policy of a plan, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.policies import condition_words, defaults
from review.policies.model import Sentence
from review.policies.principals import principals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.policies.model import Document, Guarded, Policies, Role
    from semantics.statements import Statement

_ITSELF: Final = "the role itself"
_AT_MOST: Final = "the role itself, and never more than this"


def sentences(policies: Policies) -> tuple[Sentence, ...]:
    """Return what all policies of a plan say: of each role its trust, what it may do and its boundary, then the rest.

    A policy that cannot be read is one sentence that says why; what has no policy is one that says so.
    """
    found: list[Sentence] = []
    for role in policies.roles:
        found.extend(_of_role(role))
    for guarded in policies.guarded:
        found.extend(_of_guarded(guarded))
    return tuple(found)


def _of_role(role: Role) -> Iterator[Sentence]:
    yield from _of_document(role.address, "trust", "", role.trust)
    for document in role.identity:
        yield from _of_document(role.address, "role", _ITSELF, document)
    if not role.identity:
        yield _nothing(role.address, "role", _ITSELF, "nothing: it has no policy")
    if role.boundary is not None:
        yield from _of_document(role.address, "boundary", _AT_MOST, role.boundary)


def _of_guarded(guarded: Guarded) -> Iterator[Sentence]:
    for document in guarded.documents:
        yield from _of_document(guarded.address, guarded.kind, "", document)
    if not guarded.documents:
        who = "nobody but users and roles of its own account, as far as their policies let them"
        yield _nothing(guarded.address, guarded.kind, who, f"nothing by itself: the {guarded.kind} has no policy")


def _nothing(owner: str, kind: str, who: str, what: str) -> Sentence:
    return Sentence(
        owner=owner, kind=kind, allows=True, who=who, what=(what,), on=(), conditions=(), address=owner, sid=""
    )


def _of_document(owner: str, kind: str, who: str, document: Document) -> Iterator[Sentence]:
    if document.policy is None:
        what = (f"not known: {document.unread}",)
        yield Sentence(
            owner=owner,
            kind=kind,
            allows=True,
            who=who or "not known",
            what=what,
            on=(),
            conditions=(),
            address=document.address,
            sid="",
        )
        return
    for statement in document.policy.statements:
        yield Sentence(
            owner=owner,
            kind=kind,
            allows=statement.allows,
            who=who or _who(statement),
            what=_all_but(statement.actions) if statement.all_but_actions else statement.actions,
            on=_on(kind, statement),
            conditions=condition_words.phrases(statement.condition, variables=statement.variables),
            address=document.address,
            sid=defaults.ATTRIBUTE if document.attribute == defaults.ATTRIBUTE else statement.sid,
        )


def _who(statement: Statement) -> str:
    return principals(statement.principals or {}, all_but=statement.all_but_principals)


def _on(kind: str, statement: Statement) -> tuple[str, ...]:
    resources = tuple("this key" if kind == "key" and each == "*" else each for each in statement.resources or ())
    return _all_but(resources) if statement.all_but_resources else resources


def _all_but(texts: tuple[str, ...]) -> tuple[str, ...]:
    return (f"all but {', '.join(texts)}",)
