"""Policy documents, read: their statements, and which requests and principals each is about.

Sources, all in the IAM User Guide: "IAM JSON policy elements reference" with its pages on Principal, NotPrincipal,
Action, NotAction, Resource, NotResource and Version, and "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Final

from semantics import conditions, texts

if TYPE_CHECKING:
    from semantics.conditions import Context

_VERSIONS: Final = ("2008-10-17", "2012-10-17")
_ELEMENTS: Final = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)


class PolicyError(ValueError):
    """A document is no policy that AWS would have stored."""


class Kind(Enum):
    """What a policy is attached to."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    KEY = "key policy"
    TRUST = "role trust policy"

    @property
    def has_principals(self) -> bool:
        """Whether its statements say whom they are about."""
        return self in (Kind.RESOURCE, Kind.KEY, Kind.TRUST)

    @property
    def words(self) -> str:
        """What AWS calls it in its refusals, in which a key's policy is a resource's like any other."""
        return Kind.RESOURCE.value if self is Kind.KEY else self.value

    @property
    def must_allow(self) -> bool:
        """Whether nobody has access, not even in the same account, unless this policy gives it or delegates it."""
        return self in (Kind.KEY, Kind.TRUST)


class Grant(IntEnum):
    """How directly a statement names a principal."""

    NONE = 0
    ACCOUNT = 1  # its account, which decides further by identity-based policies
    ROLE = 2  # the role behind its session
    DIRECT = 3  # the very user, session or service, or everybody


@dataclass(frozen=True)
class Principal:
    """Who makes a request; one of the functions below makes it.

    Anonymous callers are not modelled. A federated user is a Principal like a user, with its own ARN; so is the root
    user of an account, whom a statement names as it names the account. That the root user of the resource's own account
    needs no policy is not known here.

    Attributes:
        name: what AWS calls it in its refusals: an ARN, or the name of a service.
        account: its account; "" for a service.
        role_arn: the role behind a session; "" for others.
    """

    name: str
    account: str = ""
    role_arn: str = ""

    @property
    def is_service(self) -> bool:
        """Whether it is an AWS service that acts for itself."""
        return not self.account

    def context(self) -> dict[str, str]:
        """Return the global condition keys that follow from who asks ("AWS global condition context keys")."""
        if self.is_service:
            return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.name}
        return {
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalArn": self.role_arn or self.name,
            "aws:PrincipalType": "AssumedRole" if self.role_arn else self._type,
        }

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of its account."""
        return self._type == "Account"

    @property
    def _type(self) -> str:
        kind = self.name.split(":", 5)[-1].partition("/")[0]
        return {"root": "Account", "federated-user": "FederatedUser"}.get(kind, "User")


def service(name: str) -> Principal:
    """Return an AWS service that acts for itself, such as `events.amazonaws.com`."""
    return Principal(name)


def user(arn: str) -> Principal:
    """Return an IAM user, or somebody else with an ARN of their own."""
    return Principal(arn, account=_account(arn))


def session(role_arn: str, name: str) -> Principal:
    """Return a session of a role; its ARN has the role's name without the path."""
    partition, account, role = role_arn.split(":")[1], _account(role_arn), role_arn.rpartition("/")[2]
    return Principal(f"arn:{partition}:sts::{account}:assumed-role/{role}/{name}", account=account, role_arn=role_arn)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy.

    Attributes:
        sid: its Sid, or `statement <number>`.
        allows: whether its effect is Allow, and not Deny.
        actions: patterns; those that it is not about, if `all_but_actions`.
        resources: likewise; None if it has none, as in a role's trust policy: then it is about what it is attached to.
        principals: kind (`AWS`, `Service` and others) to values; None in a policy that is attached to an identity.
        condition: operator to key to values.
        variables: whether ${...} is a policy variable.
    """

    sid: str
    allows: bool
    actions: tuple[str, ...]
    all_but_actions: bool
    resources: tuple[str, ...] | None
    all_but_resources: bool
    principals: Mapping[str, tuple[str, ...]] | None
    all_but_principals: bool
    condition: Mapping[str, Mapping[str, tuple[str, ...]]]
    variables: bool

    def is_about(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether action and resource are this statement's, and its condition holds."""
        return (
            self._has_action(action)
            and self._has_resource(resource, context)
            and conditions.holds(self.condition, context, variables=self.variables)
        )

    def grant(self, principal: Principal, *, has_boundary: bool = False) -> Grant:
        """Tell how directly this statement names a principal.

        NotPrincipal spares a caller only if it names all that the caller is: the user or the session with its role,
        and the account ("IAM JSON policy elements: NotPrincipal"), which is all that its root user is; and none that
        has a permissions boundary ("Permissions boundaries for IAM entities").
        """
        if self.principals is None:
            return Grant.DIRECT
        if not self.all_but_principals:
            return max((_grant(kind, text, principal) for kind, text in self._named()), default=Grant.NONE)
        spared = {_grant(kind, text, principal) for kind, text in self._named()}
        wanted = {Grant.DIRECT} if not principal.is_root else set()
        wanted |= {Grant.ACCOUNT} if not principal.is_service else set()
        wanted |= {Grant.ROLE} if principal.role_arn else set()
        return Grant.NONE if wanted <= spared and not has_boundary else Grant.DIRECT

    def _named(self) -> list[tuple[str, str]]:
        return [(kind, text) for kind, values in (self.principals or {}).items() for text in values]

    def _has_action(self, action: str) -> bool:
        named = any(texts.is_like(text, action, None, ignore_case=True) for text in self.actions)
        return named is not self.all_but_actions

    def _has_resource(self, resource: str, context: Context) -> bool:
        if self.resources is None:
            return True
        lookup = context.variable if self.variables else None
        named = any(texts.is_resource(text, resource, lookup) for text in self.resources)
        return named is not self.all_but_resources


@dataclass(frozen=True)
class Policy:
    """A policy document, read.

    Attributes:
        kind: what it is attached to.
        name: what a person knows it by; "" if there is only one of its kind.
        statements: in the document's order.
    """

    kind: Kind
    name: str
    statements: tuple[Statement, ...] = field(repr=False)


def read(document: str | Mapping[str, Any], kind: Kind, name: str = "") -> Policy:
    """Read a policy document.

    Raises:
        PolicyError: it is none that AWS would have stored, with the statement and the rule.
    """
    where = f"{kind.value} {name}".strip()
    try:
        content = json.loads(document) if isinstance(document, str) else document
    except ValueError as error:
        raise PolicyError(f"{where}: not JSON: {error}") from None
    if not isinstance(content, Mapping) or "Statement" not in content:
        raise PolicyError(f"{where}: no Statement")
    version = content.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise PolicyError(f"{where}: Version is {version!r}: {' or '.join(_VERSIONS)}")
    statements = content["Statement"]
    return Policy(
        kind,
        name,
        tuple(
            _statement(each, f"{where}: statement {number}", kind, number, variables=version == _VERSIONS[1])
            for number, each in enumerate(statements if isinstance(statements, list) else [statements], 1)
        ),
    )


def _statement(content: Any, where: str, kind: Kind, number: int, *, variables: bool) -> Statement:
    if not isinstance(content, Mapping):
        raise PolicyError(f"{where}: not an object")
    if unknown := sorted(content.keys() - _ELEMENTS):
        raise PolicyError(f"{where}: no element is called {unknown[0]}")
    if content.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where}: Effect is {content.get('Effect')!r}: Allow or Deny")
    actions, all_but_actions = _either(content, "Action", where)
    resources, all_but_resources = _either(content, "Resource", where)
    principals, all_but_principals = _either(content, "Principal", where)
    if actions is None:
        raise PolicyError(f"{where}: neither Action nor NotAction")
    if resources is None and not kind.has_principals:
        raise PolicyError(f"{where}: neither Resource nor NotResource")
    if (principals is None) is kind.has_principals:
        raise PolicyError(f"{where}: {'no Principal' if principals is None else 'a Principal where none belongs'}")
    return Statement(
        sid=content.get("Sid") or f"statement {number}",
        allows=content["Effect"] == "Allow",
        actions=_texts(actions, where),
        all_but_actions=all_but_actions,
        resources=None if resources is None else _texts(resources, where),
        all_but_resources=all_but_resources,
        principals=None if principals is None else _principals(principals, where),
        all_but_principals=all_but_principals,
        condition=_condition(content.get("Condition", {}), where),
        variables=variables,
    )


def _either(content: Mapping[str, Any], element: str, where: str) -> tuple[Any, bool]:
    """Return an element or its negation, and whether it is the negation; None if neither is there."""
    negation = f"Not{element}"
    if element in content and negation in content:
        raise PolicyError(f"{where}: both {element} and {negation}")
    return (content[negation], True) if negation in content else (content.get(element), False)


def _principals(value: Any, where: str) -> dict[str, tuple[str, ...]]:
    if value == "*":
        return {"AWS": ("*",)}
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where}: Principal is {value!r}: an object, or *")
    return {kind: _texts(named, where) for kind, named in value.items()}


def _condition(value: Any, where: str) -> dict[str, dict[str, tuple[str, ...]]]:
    if not isinstance(value, Mapping) or not all(isinstance(keys, Mapping) for keys in value.values()):
        raise PolicyError(f"{where}: Condition is no object of operators, each with its keys")
    for operator in value:
        if not conditions.is_operator(operator):
            raise PolicyError(f"{where}: no condition operator is called {operator}")
    return {operator: {key: _texts(wanted, where) for key, wanted in keys.items()} for operator, keys in value.items()}


def _texts(value: Any, where: str) -> tuple[str, ...]:
    """Return one text or several; IAM takes true and 5 for "true" and "5"."""
    several = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(each, str | bool | int | float) for each in several):
        raise PolicyError(f"{where}: {value!r} is neither a text nor a list of texts")
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in several)


def _grant(kind: str, text: str, principal: Principal) -> Grant:
    """Tell how directly one value of a Principal element names a principal; * names services too."""
    if text == "*" and (kind == "AWS" or (kind == "Service" and principal.is_service)):
        return Grant.DIRECT
    if principal.is_service or kind != "AWS":
        return Grant.DIRECT if kind == "Service" and text == principal.name and principal.is_service else Grant.NONE
    is_root = text.startswith("arn:") and text.split(":")[2:] == ["iam", "", principal.account, "root"]
    if is_root or text == principal.account:
        return Grant.ACCOUNT
    if text == principal.name:
        return Grant.DIRECT
    return Grant.ROLE if text == principal.role_arn else Grant.NONE


def _account(arn: str) -> str:
    return arn.split(":")[4]
