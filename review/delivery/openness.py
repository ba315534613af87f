"""What a policy would let through if what nobody knows before the apply turned out for it, or against it.

Sources: "AWS global condition context keys" of the IAM User Guide, and the keys of ECS and KMS in the Service
Authorization Reference: of what AWS sends, a plan knows neither an organization nor the tags of what it does not make.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from semantics import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.policies.model import Document
    from semantics.policies import Policy
    from semantics.statements import Statement

# The address of what the plan gives no trail for: a place in a policy document, and not a resource's attribute.
_OPEN: Final = "aws_iam_policy_document."
# Keys that AWS sends with a value that no plan has: with every request, and with those of roles or of services only.
_OF_ALL: Final = (
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "ecs:auto-assign-public-ip",
    "ecs:capacity-provider",
    "ecs:compute-compatibility",
    "ecs:enable-ebs-volumes",
    "ecs:enable-ecs-managed-tags",
    "ecs:propagate-tags",
    "ecs:subnet",
    "ecs:task-cpu",
    "ecs:task-memory",
    "kms:encryptionalgorithm",
    "kms:encryptioncontextkeys",
    "kms:keyorigin",
    "kms:keyspec",
    "kms:keyusage",
    "kms:multiregion",
    "kms:requestalias",
    "kms:resourcealiases",
)
_OF_ROLES: Final = ("aws:principalorgid", "aws:principalorgpaths")
_OF_SERVICES: Final = ("aws:sourceorgid", "aws:sourceorgpaths")
RESOURCE_TAGS: Final = ("aws:resourcetag/", "ecs:resourcetag/", "iam:resourcetag/")
PRINCIPAL_TAGS: Final = ("aws:principaltag/",)


@dataclass(frozen=True)
class Openness:
    """What of a request and of the policies about it nobody knows before the apply.

    Attributes:
        keys: the beginnings of condition keys that it has with a value that the plan does not know, in small letters.
    """

    keys: tuple[str, ...]

    def reasons(self, action: str, documents: Sequence[Document]) -> Iterator[tuple[str, Document]]:
        """Yield what policies ask for of an action and nobody knows, in words, each with the policy."""
        for document in documents:
            for symbol in document.pending:
                if _OPEN in symbol:
                    yield f"what {symbol} becomes, which only the apply will know", document
            for statement in document.policy.statements if document.policy else ():
                keys = [key for keys in statement.condition.values() for key in keys if self._has(key)]
                for key in keys if keys and is_named(statement, action) else ():
                    asks = f"{statement.sid} of {document.address} asks for"
                    yield f"{key}, which {asks} and this plan does not know", document

    def at_its_widest(self, policy: Policy) -> Policy:
        """Return a policy for which all turns out as it lets a request through."""
        return _with(policy, map(self._widest, policy.statements))

    def at_its_narrowest(self, policy: Policy) -> Policy:
        """Return a policy for which all keys turn out as it refuses a request."""
        return _with(policy, map(self._narrowest, policy.statements))

    def _has(self, key: str) -> bool:
        return key.lower().startswith(self.keys)

    def _asks(self, statement: Statement) -> bool:
        return any(self._has(key) for keys in statement.condition.values() for key in keys)

    def _widest(self, statement: Statement) -> Statement | None:
        """Return a statement with all that is open fulfilled; None for one that denies: it may be about others."""
        resources = statement.resources
        is_open = self._asks(statement) or any(
            _OPEN in each for each in (*(resources or ()), *_values(statement.condition))
        )
        if not is_open:
            return statement
        if not statement.allows:
            return None
        widened = None if resources is None else tuple("*" if _OPEN in each else each for each in resources)
        return replace(statement, resources=widened, condition=self._without(statement, values=True))

    def _narrowest(self, statement: Statement) -> Statement | None:
        """Return a statement with no open key as it would allow; None for one that allows by such a key."""
        if not self._asks(statement):
            return statement
        return None if statement.allows else replace(statement, condition=self._without(statement))

    def _without(self, statement: Statement, *, values: bool = False) -> dict[str, dict[str, tuple[str, ...]]]:
        """Return a condition without its open keys; without those that are asked for an open value, too."""
        return {
            operator: {
                key: wanted
                for key, wanted in keys.items()
                if not self._has(key) and not (values and any(_OPEN in each for each in wanted))
            }
            for operator, keys in statement.condition.items()
        }


def of_request(*, is_service: bool, has_tags: bool, resource_has_tags: bool) -> Openness:
    """Return what of a request is open.

    Args:
        is_service: whether a service asks for itself, and no role.
        has_tags: whether the tags of the role are known.
        resource_has_tags: whether the tags of the resource are.
    """
    return Openness(
        (
            *_OF_ALL,
            *(_OF_SERVICES if is_service else _OF_ROLES),
            *(() if is_service or has_tags else PRINCIPAL_TAGS),
            *(() if resource_has_tags else RESOURCE_TAGS),
        )
    )


def is_named(statement: Statement, action: str) -> bool:
    """Tell whether a statement is about an action."""
    named = any(texts.is_like(each, action, None, ignore_case=True) for each in statement.actions)
    return named is not statement.all_but_actions


def tags(of: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the condition keys that tags are sent as."""
    return {f"{prefix}{key}": value for prefix in of for key, value in known.items()}


def _values(condition: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    for keys in condition.values():
        for wanted in keys.values():
            yield from wanted


def _with(policy: Policy, statements: Iterator[Statement | None]) -> Policy:
    return replace(policy, statements=tuple(each for each in statements if each is not None))
