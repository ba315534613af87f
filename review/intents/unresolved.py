"""What only the apply will know, and nothing tells which resource it comes from: a symbol that stands alone.

`arn:aws:kms:us-east-1:867653852961:key/‹aws_kms_key.main.key_id›` is a key like any other.
`‹aws_sqs_queue.dlq.kms_master_key_id›` may be that very key, or another one. Policies and intents that have such a
symbol are read both ways, and what depends on it is neither proved nor called wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from review.plan import HIDDEN
from review.proof.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from review.intents.grants import Grants
    from review.intents.grants import Statement as Written
    from semantics.policies import Policy
    from semantics.statements import Statement

_OPENS: Final = "‹"
_ANYTHING: Final = ("arn:*", f"{_OPENS}*")


def is_unresolved(text: str) -> bool:
    """Tell whether a text is a symbol as a whole, or one that is never shown and may be any."""
    return text.startswith(_OPENS) or HIDDEN in text


def named_in(access: Access) -> list[str]:
    """Return the symbols that stand alone in policies: as resources, principals or values of conditions."""
    return sorted({each for statement in access.statements for each in _said(statement) if is_unresolved(each)})


def at_most(access: Access) -> Access:
    """Return policies that allow whatever they may allow, once it is known what the symbols stand for."""
    return _read(access, widely=True)


def at_least(access: Access) -> Access:
    """Return policies that allow only what they allow whatever the symbols stand for."""
    return _read(access, widely=False)


def _read(access: Access, *, widely: bool) -> Access:
    def one(policy: Policy) -> Policy:
        # What is denied is read the other way round.
        read = (_statement(each, widely=each.allows is widely) for each in policy.statements)
        return replace(policy, statements=tuple(each for each in read if each is not None))

    boundary = None if access.boundary is None else one(access.boundary)
    return Access(tuple(one(policy) for policy in access.policies), boundary)


def _statement(statement: Statement, *, widely: bool) -> Statement | None:
    """Return a statement that is about all that it may be about, or only about what it is for sure; None if nothing."""
    if not any(map(is_unresolved, _said(statement))):
        return statement
    if widely:
        return replace(
            statement,
            resources=_widened(statement.resources, all_but=statement.all_but_resources),
            principals=None
            if statement.principals is None
            else {
                kind: _widened(values, all_but=statement.all_but_principals) or ()
                for kind, values in statement.principals.items()
            },
            condition={
                operator: {key: values for key, values in keys.items() if not any(map(is_unresolved, values))}
                for operator, keys in statement.condition.items()
            },
        )
    if statement.all_but_resources or statement.all_but_principals:
        return None
    resources = _certain(statement.resources)
    principals = {kind: _certain(values) or () for kind, values in (statement.principals or {}).items()}
    condition = {
        operator: {key: _certain(values) or () for key, values in keys.items()}
        for operator, keys in statement.condition.items()
    }
    nothing = resources == () or (statement.principals is not None and not any(principals.values()))
    # A condition with fewer values holds less often, unless it is negated: then it is left at that.
    unsure = any(
        not values or ("Not" in operator and len(values) < len(statement.condition[operator][key]))
        for operator, keys in condition.items()
        for key, values in keys.items()
    )
    if nothing or unsure:
        return None
    return replace(
        statement,
        resources=resources,
        principals=None if statement.principals is None else principals,
        condition=condition,
    )


def _said(statement: Statement) -> Iterator[str]:
    yield from statement.resources or ()
    yield from _texts(statement.principals)
    yield from _texts(statement.condition)


def _widened(values: tuple[str, ...] | None, *, all_but: bool) -> tuple[str, ...] | None:
    if values is None or not any(map(is_unresolved, values)):
        return values
    known = tuple(each for each in values if not is_unresolved(each))
    return known if all_but else (*known, "*")


def _certain(values: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(each for each in values if not is_unresolved(each))


def set_apart(grants: Grants) -> Grants:
    """Return an intent in which what depends on such a symbol is supposed, and said to be outside."""
    needed = [each for each in grants.needed if not any(_symbols(each))]
    if len(needed) == len(grants.needed) and not any(any(_symbols(each)) for each in grants.optional):
        return grants
    apart = [each for each in (*grants.needed, *grants.optional) if any(_symbols(each))]
    missed = dict.fromkeys(symbol for each in grants.needed for symbol in _symbols(each))
    return replace(
        grants,
        needed=tuple(needed),
        optional=tuple(each for each in grants.optional if not any(_symbols(each))),
        supposed=(*grants.supposed, *(_of_anything(each) for each in apart)),
        outside=(*grants.outside, *(f"What {each.strip('‹›')} is, only the apply will know." for each in missed)),
    )


def _symbols(statement: Written) -> Iterator[str]:
    for value in (statement.get("Resource"), statement.get("Principal"), statement.get("Condition")):
        yield from (each for each in _texts(value) if is_unresolved(each))


def _of_anything(statement: Written) -> Written:
    """Return a statement about anything where it has a symbol, without the conditions that have one."""
    resources: Sequence[str] = statement.get("Resource") or ()
    condition = {
        operator: {key: values for key, values in keys.items() if not any(map(is_unresolved, _texts(values)))}
        for operator, keys in (statement.get("Condition") or {}).items()
    }
    found = {**statement, "Condition": {operator: keys for operator, keys in condition.items() if keys}}
    if resources:
        known = [each for each in resources if not is_unresolved(each)]
        found["Resource"] = [*known, *(_ANYTHING if len(known) < len(resources) else ())]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
