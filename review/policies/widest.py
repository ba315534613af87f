"""The widest grants of a role or of a resource's policy for which no intent is declared.

Sources: "Security best practices in IAM" and "The confused deputy problem" of the IAM User Guide; "Grant a user
permissions to pass a role to an AWS service" for PassRole; for keys, "Encryption context" of the KMS Developer Guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from review.policies import condition_words, limiting, reach
from review.policies.model import Guarded
from review.policies.principals import principals
from semantics import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.policies.model import Document, Role
    from semantics.statements import Statement

_MOST_NAMED: Final = 3  # actions or resources in a sentence
_ACCOUNT: Final = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(?P<account>[0-9]{12})(?::.*)?", re.DOTALL)
_PASSING: Final = "iam:PassRole"


class _Weight(IntEnum):
    """What is worse, from the worst on."""

    ANYBODY = 0
    EVERYTHING = 1
    ALL_BUT = 2
    IDENTITIES = 3
    WHOLE_SERVICE = 4
    PASSING = 5
    SEVERAL_ACTIONS = 6
    ALL_BUT_RESOURCES = 7
    EVERY_RESOURCE = 8
    OTHER_ACCOUNT = 9
    ANY_SOURCE = 10
    SEVERAL_RESOURCES = 11


@dataclass(frozen=True, order=True)
class _Grant:
    weight: _Weight
    conditions: int  # fewer are worse
    text: str


def widest(subject: Role | Guarded, account: str = "") -> tuple[str, ...]:
    """Return the widest grants of a role or of a resource's policy, one sentence each, the worst first.

    A Deny elsewhere may take back some of what is granted: that is not weighed here.

    Args:
        subject: the role, with its trust; or the resource.
        account: that the subject is in, 12 digits; by default the one in its ARN.
    """
    own = account or _account_of(subject.arn)
    found: set[_Grant] = set()
    if isinstance(subject, Guarded):
        for document, statement in _allowing(subject.documents):
            found.update(_of_who(document, statement, own, is_trust=False))
    else:
        for document, statement in _allowing((subject.trust,)):
            found.update(_of_who(document, statement, own, is_trust=True))
        for document, statement in _allowing(subject.identity):
            found.update(_of_what(document, statement))
    return tuple(dict.fromkeys(grant.text for grant in sorted(found)))


def _account_of(arn: str) -> str:
    parts = arn.split(":", texts.ARN_PARTS - 1)
    return parts[4] if len(parts) == texts.ARN_PARTS else ""


def _allowing(documents: tuple[Document, ...]) -> Iterator[tuple[Document, Statement]]:
    for document in documents:
        for statement in document.policy.statements if document.policy else ():
            if statement.allows:
                yield document, statement


def _grant(weight: _Weight, document: Document, statement: Statement, text: str) -> _Grant:
    """Return a finding with the conditions under which it holds, and where it is."""
    conditions = condition_words.phrases(statement.condition, variables=statement.variables)
    limits = f", if {' and '.join(conditions)}" if conditions else ""
    return _Grant(weight, len(conditions), f"{text}{limits} ({statement.sid} of {document.address})")


def _of_what(document: Document, statement: Statement) -> Iterator[_Grant]:
    """Yield what is wide in a statement of a role's own policies."""
    on = _on(statement)
    if statement.all_but_actions:
        number = len(reach.actions_but(statement.actions))
        text = (
            f"may do every action but {_named(statement.actions)} (NotAction) on {on}: {number} of AWS's actions, and"
        )
        yield _grant(_Weight.ALL_BUT, document, statement, f"{text} each that AWS adds")
    wide = {pattern for pattern in statement.actions if not statement.all_but_actions and _is_wide(pattern)}
    for pattern in wide:
        yield _of_pattern(document, statement, pattern, on)
    yield from _of_passing(document, statement)
    if not statement.all_but_actions:
        yield from _of_resources(document, statement, tuple(each for each in statement.actions if each not in wide))


def _is_wide(pattern: str) -> bool:
    return ("*" in pattern or "?" in pattern) and len(reach.actions(pattern)) != 1


def _on(statement: Statement) -> str:
    resources = statement.resources or ()
    if statement.all_but_resources:
        return f"every resource but {_named(resources)} (NotResource)"
    return "every resource (*)" if "*" in resources else _named(resources)


def _of_pattern(document: Document, statement: Statement, pattern: str, on: str) -> _Grant:
    number = len(reach.actions(pattern))
    service, _, name = pattern.partition(":")
    if not pattern.replace(":", "").strip("*"):
        text = f"may do everything ({pattern}: all {number} actions of AWS) on {on}"
        return _grant(_Weight.EVERYTHING, document, statement, text)
    if name == "*" and service.lower() == "iam":
        text = (
            f"may do everything with identities ({pattern}: {number} actions), so give itself any permission, on {on}"
        )
        return _grant(_Weight.IDENTITIES, document, statement, text)
    if name == "*":
        text = f"may do every action of the service {service} ({pattern}: {number} actions) on {on}"
        return _grant(_Weight.WHOLE_SERVICE, document, statement, text)
    text = f"may do {pattern} ({number or 'no'} actions of AWS) on {on}"
    return _grant(_Weight.SEVERAL_ACTIONS, document, statement, text)


def _of_passing(document: Document, statement: Statement) -> Iterator[_Grant]:
    """Yield that a role may be handed to any service; whoever may do everything has been told of."""
    named = any(texts.is_like(each, _PASSING, None, ignore_case=True) for each in statement.actions if each != "*")
    if not named or statement.all_but_actions or limiting.requires(statement, limiting.PASSED_TO):
        return
    resources = statement.resources or ()
    is_any = statement.all_but_resources or "*" in resources or any(reach.is_wide(r, (_PASSING,)) for r in resources)
    which = f"any role that is {_on(statement)}" if is_any else _named(resources)
    which = "any role" if "*" in resources else which
    text = f"may pass {which} to any service: {_PASSING} without iam:PassedToService"
    yield _grant(_Weight.PASSING, document, statement, text)


def _of_resources(document: Document, statement: Statement, patterns: tuple[str, ...]) -> Iterator[_Grant]:
    """Yield the wide resources of actions that are themselves spelled out and that are about resources at all."""
    if not limiting.requires(statement, limiting.PASSED_TO):
        patterns = tuple(each for each in patterns if each.lower() != _PASSING.lower())  # told of by itself
    patterns = tuple(each for each in patterns if any(map(reach.has_resources, reach.actions(each))))
    about = tuple(action for pattern in patterns for action in reach.actions(pattern))
    if not about:
        return
    if statement.all_but_resources:
        text = f"may do {_named(patterns)} on {_on(statement)}"
        yield _grant(_Weight.ALL_BUT_RESOURCES, document, statement, text)
        return
    for resource in statement.resources or ():
        if resource == "*":
            text = f"may do {_named(patterns)} on every resource (*)"
            yield _grant(_Weight.EVERY_RESOURCE, document, statement, text)
        elif reach.is_wide(resource, about):
            text = f"may do {_named(patterns)} on every resource like {resource}"
            yield _grant(_Weight.SEVERAL_RESOURCES, document, statement, text)


def _of_who(document: Document, statement: Statement, own: str, *, is_trust: bool) -> Iterator[_Grant]:
    """Yield whom a trust or a resource's policy lets in too widely."""
    what = f"every action but {_named(statement.actions)}" if statement.all_but_actions else _named(statement.actions)
    named = statement.principals or {}
    if statement.all_but_principals:
        text = f"lets {principals(named, all_but=True)} in (NotPrincipal): {what}"
        yield _grant(_Weight.ANYBODY, document, statement, text)
        return
    for kind, values in named.items():
        for value in values:
            found = _too_wide(statement, kind, value, own, is_trust=is_trust)
            if found is not None:
                weight, text = found
                yield _grant(weight, document, statement, f"{text}: {what}")


def _too_wide(statement: Statement, kind: str, value: str, own: str, *, is_trust: bool) -> tuple[_Weight, str] | None:
    """Return what is wrong with letting one principal in; None if nothing is."""
    who = principals({kind: (value,)}, all_but=False)
    if value == "*" and not limiting.requires(statement, limiting.CALLERS | limiting.SOURCES):
        return _Weight.ANYBODY, f"lets {who} in"
    if kind == "Federated" and value != "*" and not limiting.requires_anything(statement):
        return _Weight.ANYBODY, f"lets {who} in without any condition"
    if kind == "Service" and value != "*" and not limiting.requires(statement, limiting.SOURCES):
        which = "neither aws:SourceAccount nor aws:SourceArn"
        return _Weight.ANY_SOURCE, f"lets {who} in, on whoever's behalf it acts ({which} is asked for)"
    if kind == "AWS" and (form := _ACCOUNT.fullmatch(value)) and own and form["account"] != own:
        if not is_trust:
            return _Weight.OTHER_ACCOUNT, f"lets another account in, {who}"
        if not limiting.requires(statement, limiting.EXTERNAL_ID):
            return _Weight.OTHER_ACCOUNT, f"lets another account in without sts:ExternalId, {who}"
    return None


def _named(several: tuple[str, ...]) -> str:
    shown = ", ".join(several[:_MOST_NAMED])
    more = len(several) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
