"""JSON that stands in attributes as text, so that it can be compared as what it says."""

from __future__ import annotations

import json
from typing import Any, Final

_SETS: Final = ("Action", "NotAction", "Resource", "NotResource")
_PRINCIPALS: Final = ("Principal", "NotPrincipal")


def parsed(value: Any) -> Any:
    """Return the object or list that a text has as JSON; None if it has none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if isinstance(document, dict | list) else None


def is_policy(document: Any) -> bool:
    """Tell whether a document is an IAM policy."""
    return isinstance(document, dict) and isinstance(document.get("Statement"), dict | list)


def policy(document: dict[str, Any]) -> dict[str, Any]:
    """Return a policy in which what AWS takes as one value or a list is a list everywhere.

    Source: "Grammar of the IAM JSON policy language" of the IAM user guide.
    """
    statements = [_statement(each) for each in _many(document["Statement"])]
    return {**document, "Statement": statements}


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    made = {**statement, **{name: _many(statement[name]) for name in _SETS if name in statement}}
    for name in _PRINCIPALS:
        if isinstance(made.get(name), dict):
            made[name] = {kind: _many(who) for kind, who in made[name].items()}
    condition = made.get("Condition")
    if isinstance(condition, dict):
        made["Condition"] = {
            operator: {key: [_text(each) for each in _many(values)] for key, values in keys.items()}
            if isinstance(keys, dict)
            else keys
            for operator, keys in condition.items()
        }
    return made


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> Any:
    """Return a value of a condition as AWS has it: true and "true" are one."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
