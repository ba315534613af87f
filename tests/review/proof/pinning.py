"""A policy that allows one request: what the engine makes of a single request is whether a side includes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.proof.access import Access
from semantics import policies
from semantics.policies import Kind, Principal


def exactly(
    action: str,
    resource: str,
    context: Mapping[str, tuple[str, ...]],
    operators: Mapping[str, str],
    *,
    multivalued: tuple[str, ...] = (),
    by: Principal | None = None,
) -> Access:
    """Return an access that allows this request and no other that differs in one of some keys.

    Args:
        action: the request's.
        resource: likewise.
        context: likewise; of a key two values at most.
        operators: all keys that matter, with the operator that tells their values apart.
        multivalued: those that can have several values.
        by: who asks, if a resource's policy decides: it names the account, as little directly as can be.
    """
    condition: dict[str, dict[str, list[str]]] = {"Null": {}}
    given = {key.lower(): values for key, values in context.items()}
    for key, operator in operators.items():
        values = given.get(key.lower(), ())
        condition["Null"][key] = ["false" if values else "true"]
        if values and key in multivalued:
            condition.setdefault(f"ForAllValues:{operator}", {})[key] = [_escaped(value) for value in values]
            # Each of them, by a name of its own: a key's name is the same in capitals.
            names = (key.lower(), key.upper(), key.title())
            condition.setdefault(f"ForAnyValue:{operator}", {}).update(
                {name: [_escaped(value)] for name, value in zip(names, values, strict=False)}
            )
        elif values:
            condition.setdefault(operator, {})[key] = [_escaped(value) for value in values]
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": _escaped(resource)}
    if by is not None and by.is_service:
        statement["Principal"] = {"Service": by.name}
    elif by is not None:
        statement["Principal"] = {"AWS": by.account}
        condition.setdefault("ArnEquals", {})["aws:PrincipalArn"] = [by.role_arn or by.name]
    document = {"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}}
    return Access((policies.read(document, Kind.RESOURCE if by else Kind.IDENTITY),))


def _escaped(text: str) -> str:
    return text.replace("$", "${$}").replace("*", "${*}")
