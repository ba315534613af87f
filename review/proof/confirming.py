"""Requests that z3 found: put to the concrete evaluator, and made easy to read as long as both sides differ on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from review.proof import actions
from review.proof.questions import ARNS
from review.proof.values import near
from review.proof.witness import Witness
from semantics import policies
from semantics.policies import Kind, Request
from semantics.statements import Grant

if TYPE_CHECKING:
    from review.proof.access import Access
    from review.proof.questions import Asked

_EVERYTHING: Final = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_ALL: Final = {kind: policies.read(_EVERYTHING, kind) for kind in (Kind.IDENTITY, Kind.BOUNDARY)}
_NOTHING: Final = policies.read({"Version": "2012-10-17", "Statement": []}, Kind.SESSION)
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_FILLINGS: Final = {"Partition": "aws", "Region": "us-east-1", "Account": "123456789012"}


def allows(access: Access, asked: Asked) -> bool:
    """Ask the concrete evaluator whether one side allows a request.

    What the principal of a resource's policy may do by policies of its own is no part of the question. It may do
    everything, as far as they are concerned, unless `asked.asker` says that it may not.
    """
    principal = asked.asker.principal
    own = principal.account
    request = Request(asked.action, asked.resource or "*", principal, asked.context, own)
    if not access.is_of_resource:
        return policies.evaluate(request, identity=access.policies, boundary=access.boundary).allowed
    boundary = _ALL[Kind.BOUNDARY] if asked.asker.has_boundary else None
    if principal.is_service:
        return policies.evaluate(request, resource=access.policies).allowed
    if asked.asker.is_lowest:  # in another account, every principal needs the resource's policy
        elsewhere = replace(request, resource_account=f"not {own}")
        return policies.evaluate(
            elsewhere, identity=(_ALL[Kind.IDENTITY],), boundary=boundary, resource=access.policies
        ).allowed
    limit = _NOTHING if asked.asker.least is Grant.DIRECT else None
    return policies.evaluate(request, boundary=boundary, session_policy=limit, resource=access.policies).allowed


def confirmed(wider: Access, narrower: Access, asked: Asked) -> Witness | None:
    """Return the request, simplified; None if the concrete evaluator does not confirm it."""

    def differs(request: Asked) -> bool:
        return allows(narrower, request) and not allows(wider, request)

    return _witness(_simplified(asked, narrower, differs), narrower) if differs(asked) else None


def _simplified(asked: Asked, narrower: Access, differs: Callable[[Asked], bool]) -> Asked:
    """Leave out of the context what does not matter, and take a resource that the action can really have."""
    for key, values in asked.context.items():
        rest = {other: given for other, given in asked.context.items() if other != key}
        for fewer in (rest, *({**rest, key: (value,)} for value in values if len(values) > 1)):
            if differs(simpler := replace(asked, context=fewer)):
                asked = simpler
                break
    forms = [_form(each) for each in actions.resource_forms(asked.action)]
    if asked.resource and not any(form.fullmatch(asked.resource) for form in forms):
        for resource in _resources(asked.action, narrower):
            if (resource == "*") is not bool(forms) and differs(other := replace(asked, resource=resource)):
                return other
    return asked


def _resources(action: str, access: Access) -> Iterator[str]:
    forms = [_form(each) for each in actions.resource_forms(action)]
    named = (text for statement in access.statements for text in statement.resources or ())
    yield "*"
    yield from (text for text in near(named) if ARNS.has(text) and any(form.fullmatch(text) for form in forms))
    for each in actions.resource_forms(action):
        yield _PLACEHOLDER.sub(lambda found: _FILLINGS.get(found[1], "other"), each)


def _form(arn: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(literal) for literal in re.split(r"\$\{[^}]*\}", arn)), re.DOTALL)


def _witness(asked: Asked, narrower: Access) -> Witness:
    return Witness(
        action=asked.action,
        resource=asked.resource,
        principal=asked.asker.principal.name if narrower.is_of_resource else "",
        context=asked.context if narrower.is_of_resource else {**asked.context, **asked.own},
        standing=asked.asker.standing,
    )
