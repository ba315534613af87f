"""How far a pattern of actions or of resources reaches.

Source: the Service Authorization Reference, which says of each action which resources it has, and in which form their
ARNs are written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from review.proof.actions import every, resource_forms
from semantics import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantics.statements import Statement

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_PLACES: Final = ("Partition", "Region", "Account")
_REVISION: Final = re.compile(r":\$\{[^}]*Revision(?:Number)?\}$")  # an ARN without it is the whole family's
_RANDOM: Final = re.compile(r"-\?{6}$")  # what Secrets Manager puts at the end of a secret's name in its ARN


@cache
def actions(pattern: str) -> tuple[str, ...]:
    """Return the actions of AWS that a pattern of an Action element names; capitals and small letters are the same."""
    service, _, _ = pattern.lower().partition(":")
    candidates = every() if "*" in service or "?" in service else _by_service().get(service, ())
    return tuple(action for action in candidates if texts.is_like(pattern, action, None, ignore_case=True))


@cache
def actions_but(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the actions of AWS that no pattern of a NotAction element names."""
    named = {action for pattern in patterns for action in actions(pattern)}
    return tuple(action for action in every() if action not in named)


def of_statement(statement: Statement) -> tuple[str, ...]:
    """Return the actions of AWS that a statement is about."""
    if statement.all_but_actions:
        return actions_but(statement.actions)
    return tuple(dict.fromkeys(action for pattern in statement.actions for action in actions(pattern)))


def has_resources(action: str) -> bool:
    """Tell whether an action is about resources that a policy can name; of others, * is all that can be written."""
    return bool(resource_forms(action))


def can_be_about(arn: str, patterns: Iterable[str]) -> bool:
    """Tell whether an ARN, as it stands, is one that some of these actions are about; true if they have no resources.

    Args:
        arn: in full; symbols stand for any name.
        patterns: of an Action element.
    """
    forms = {form for pattern in patterns for action in actions(pattern) for form in resource_forms(action)}
    return not forms or any(_whole(form).fullmatch(arn) for form in forms)


def is_wide(resource: str, about: Iterable[str]) -> bool:
    """Tell whether a resource of a policy crosses names: a wildcard for a service, a region, an account or a name.

    A wildcard for what is within one resource is not: an object of a bucket, a revision of a task definition, a stream
    of a log group.

    Args:
        resource: as the policy has it.
        about: the actions that it is for.
    """
    if not _has_wildcard(resource):
        return False
    parts = resource.split(":", texts.ARN_PARTS - 1)
    if len(parts) != texts.ARN_PARTS or any(map(_has_wildcard, parts[2:5])):
        return True
    forms = {form for action in about for form in resource_forms(action) if form.split(":")[2] == parts[2]}
    return not any(_names_one(_RANDOM.sub("", resource), form) for form in forms)


def _names_one(resource: str, form: str) -> bool:
    """Tell whether a resource, written in a form, says without a wildcard which one it is."""
    found = _up_to_name(form).fullmatch(resource)
    return found is not None and not _has_wildcard(found["name"])


@cache
def _up_to_name(form: str) -> re.Pattern[str]:
    """Return an expression for the ARNs of a form, with the resource's own name as a group, and anything within it."""
    first, *_ = (each for each in _PLACEHOLDER.finditer(form) if each[1] not in _PLACES)
    follows = form[first.end() : first.end() + 1] or ":"
    return re.compile(f"{_literal(form[: first.start()])}(?P<name>.+?)(?:{re.escape(follows)}.*)?", re.DOTALL)


@cache
def _whole(form: str) -> re.Pattern[str]:
    """Return an expression for the ARNs of a form, also without a revision."""
    without = _REVISION.sub("", form)
    return re.compile("|".join({_literal(form), _literal(without)}), re.DOTALL)


def _literal(form: str) -> str:
    """Return a form as an expression in which each placeholder is any text without a colon, a symbol any text."""
    literals = _PLACEHOLDER.split(form)[::2]
    return r"(?:[^:‹]|‹[^›]*›)*".join(map(re.escape, literals))


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


@cache
def _by_service() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for action in every():
        found.setdefault(action.partition(":")[0].lower(), []).append(action)
    return {service: tuple(several) for service, several in found.items()}
