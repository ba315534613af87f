"""Policies that are each wrong in one place, made from one that is right.

A mutant that is the same policy is none. What is the same is told by one rule, by the letter and never by the engine
that is tested: every pair of an action and a resource that the changed statement grants somebody under a condition,
another statement of the right policy grants as well, and the other way round. A pattern covers a text that it matches,
and a condition covers one that asks for the same and for more.
"""

from __future__ import annotations

import copy
import fnmatch
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.proof import actions

Statement = dict[str, Any]
PARTS_OF_AN_ARN = 6
# Of all actions, those that are added to one policy: 25 beside those of its own services, and others to the next.
TURNS = len(actions.every()) // 25
SERVICES = "lambda.amazonaws.com"
STRANGER = "arn:aws:iam::999999999999:root"


@dataclass(frozen=True)
class Mutant:
    """A policy document that is wrong in one place.

    Attributes:
        kind: what was done to it.
        words: where and how.
        document: the document.
        actions: those that it can differ in; None for all.
    """

    kind: str
    words: str
    document: Mapping[str, Any]
    actions: tuple[str, ...] | None


def mutants(document: Mapping[str, Any], optional: frozenset[str], turn: int, same: Counter[str]) -> Iterator[Mutant]:
    """Yield every mutant of a policy.

    Args:
        document: the right one.
        optional: the Sids of statements without which the policy is right, too.
        turn: which policy it is, by which its sample of actions is not that of the others.
        same: counts the changes that leave it the same policy.
    """
    statements: list[Statement] = [normal(each) for each in _listed(document["Statement"])]
    for number, statement in enumerate(statements):
        name = statement.get("Sid") or f"statement {number + 1}"
        changed = [*_conditions(statement)]
        if statement["Effect"] == "Allow":
            changed += [*_resources(statement), *_principals(statement)]
            changed += _actions(statement, number, statements, actions.every()[turn % TURNS :: TURNS])
            if name not in optional:
                changed.append(("statement dropped", "", None))
        for kind, how, mutated in changed:
            rest = statements[:number] + statements[number + 1 :]
            if _is_same(statement, mutated, rest):
                same[kind] += 1
                continue
            kept = [*statements[:number], *([] if mutated is None else [mutated]), *statements[number + 1 :]]
            yield Mutant(kind, f"{name}: {how}".strip(": "), {**document, "Statement": kept}, _of(statement, mutated))


def normal(statement: Mapping[str, Any]) -> Statement:
    """Return a statement with lists throughout."""
    made: Statement = copy.deepcopy(dict(statement))
    for element in ("Action", "Resource"):
        if element in made:
            made[element] = _listed(made[element])
    principal = made.get("Principal")
    if principal is not None:
        kinds = {"AWS": "*"} if principal == "*" else principal
        made["Principal"] = {kind: _listed(values) for kind, values in kinds.items()}
    made["Condition"] = {
        operator: {key: _listed(values) for key, values in keys.items()}
        for operator, keys in (made.get("Condition") or {}).items()
    }
    return made


Change = tuple[str, str, Statement | None]


def _conditions(statement: Statement) -> Iterator[Change]:
    for operator, keys in statement["Condition"].items():
        for key, values in keys.items():
            changed = copy.deepcopy(statement)
            del changed["Condition"][operator][key]
            yield "condition dropped", f"without {operator} {key}", changed
            for value in values if len(values) > 1 else ():
                changed = copy.deepcopy(statement)
                changed["Condition"][operator][key].remove(value)
                yield "value dropped", f"without {value} of {operator} {key}", changed
            for value in values if operator.endswith(("Like", "ArnEquals")) else ():
                changed = copy.deepcopy(statement)
                anything = "arn:*:*:*:*:*" if "Arn" in operator else "*"  # an ARN is compared part by part
                changed["Condition"][operator][key] = [anything if each == value else each for each in values]
                yield "value widened", f"any instead of {value} of {operator} {key}", changed


def _resources(statement: Statement) -> Iterator[Change]:
    resources = statement.get("Resource") or []
    for resource in resources:
        if resource == "*":
            continue  # in a key's policy: the key; or what knows no resource
        for wider in dict.fromkeys(_wider(resource)):
            changed = copy.deepcopy(statement)
            changed["Resource"] = [wider if each == resource else each for each in resources]
            yield "resource widened", f"{wider} instead of {resource}", changed


def _wider(resource: str) -> Iterator[str]:
    yield "*"
    if not resource.endswith("*"):
        yield f"{resource}*"
    parts = resource.split(":", PARTS_OF_AN_ARN - 1)
    for number in range(1, len(parts)) if len(parts) == PARTS_OF_AN_ARN else ():
        yield ":".join("*" if each == number else part for each, part in enumerate(parts))


def _principals(statement: Statement) -> Iterator[Change]:
    for kind, values in (statement.get("Principal") or {}).items():
        for value in values:
            kept = [each for each in values if each != value]
            wider: dict[str, Mapping[str, Sequence[str]]] = {
                f"everybody instead of {value}": {"AWS": ["*"], **({kind: kept} if kept and kind != "AWS" else {})},
                f"another account beside {value}": _with(statement["Principal"], "AWS", STRANGER),
                f"another service beside {value}": _with(statement["Principal"], "Service", SERVICES),
            }
            if kind == "AWS" and ":role/" in value:
                root = f"{value.partition(':role/')[0]}:root"
                wider[f"its account instead of {value}"] = {**statement["Principal"], kind: [*kept, root]}
            for how, principal in wider.items():
                yield "principal widened", how, {**copy.deepcopy(statement), "Principal": dict(principal)}


def _with(principal: Mapping[str, Sequence[str]], kind: str, value: str) -> dict[str, Sequence[str]]:
    return {**principal, kind: [*principal.get(kind, ()), value]}


def _actions(
    statement: Statement, number: int, statements: Sequence[Statement], others: Sequence[str]
) -> Iterator[Change]:
    """Yield the statement with one more action: each of the policy's services and of a sample, in turn with the others.

    An action is added to one of the statements only, and wildcards to every one.
    """
    services = sorted({action.partition(":")[0].lower() for each in statements for action in each["Action"]})
    own = [each for each in actions.every() if each.partition(":")[0].lower() in services]
    added = [*dict.fromkeys((*own, *others))]
    wildcards = ["*", *(f"{service}:*" for service in services)]
    for action in (*added[number :: len(statements)], *wildcards):
        if not any(_covers(each, action, ignore_case=True) for each in statement["Action"]):
            changed = copy.deepcopy(statement)
            changed["Action"] = [*statement["Action"], action]
            yield "action added", f"with {action}", changed


def _of(statement: Statement, mutated: Statement | None) -> tuple[str, ...] | None:
    """Return the actions in which two statements can differ, where these are few."""
    added = [] if mutated is None else [each for each in mutated["Action"] if each not in statement["Action"]]
    if added:
        return tuple(added) if "*" not in added[0] else None
    named = [*statement["Action"]]
    return None if any("*" in each for each in named) else tuple(named)


def _is_same(statement: Statement, mutated: Statement | None, rest: Sequence[Statement]) -> bool:
    if statement["Effect"] == "Deny":
        return False
    after = [*rest, *([] if mutated is None else [mutated])]
    return _is_covered(statement, after) and (mutated is None or _is_covered(mutated, [*rest, statement]))


def _is_covered(statement: Statement, others: Sequence[Statement]) -> bool:
    """Tell whether other statements grant all that a statement grants."""
    resources = statement.get("Resource") or [""]
    principals = [
        (kind, value) for kind, values in (statement.get("Principal") or {"": [""]}).items() for value in values
    ]
    return all(
        any(_grants(other, principal, action, resource, statement["Condition"]) for other in others)
        for principal in principals
        for action in statement["Action"]
        for resource in resources
    )


def _grants(
    other: Statement, principal: tuple[str, str], action: str, resource: str, condition: Mapping[str, Any]
) -> bool:
    kind, value = principal
    named = (other.get("Principal") or {"": [""]}).get(kind, [])
    return (
        other["Effect"] == "Allow"
        and (value in named)
        and any(_covers(each, action, ignore_case=True) for each in other["Action"])
        and any(_covers(each, resource) for each in other.get("Resource") or [""])
        and all(
            set(condition.get(operator, {}).get(key, ())) <= set(values) and condition.get(operator, {}).get(key)
            for operator, keys in other["Condition"].items()
            for key, values in keys.items()
        )
    )


def _covers(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    return pattern == text or fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
