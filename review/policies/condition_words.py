"""What each condition of a policy asks, in words.

Sources, all in the IAM User Guide: "IAM JSON policy elements: Condition operators", "Set operators for multivalued
context keys", "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_VARIABLE: Final = re.compile(r"\$\{\s*(?P<key>[^},\s]+)\s*(?:,\s*'(?P<default>(?:[^']|'')*)'\s*)?\}")
_EPOCH: Final = re.compile(r"[0-9]{5,}(?:\.[0-9]+)?")
_IF_EXISTS: Final = "IfExists"

# What comes between a key and its values, where that is not "is".
_COMPARISONS: Final = {
    "NumericLessThan": "is less than",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is more than",
    "NumericGreaterThanEquals": "is at least",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is at or before",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is at or after",
}
# What a truth means, where the key's name does not say it by itself.
_TRUTHS: Final = {
    ("aws:securetransport", "true"): "the request is encrypted on its way",
    ("aws:securetransport", "false"): "the request is not encrypted on its way",
    ("aws:multifactorauthpresent", "true"): "who asks has signed in with a second factor",
    ("aws:multifactorauthpresent", "false"): "who asks has not signed in with a second factor",
    ("aws:viaawsservice", "true"): "an AWS service asks on somebody's behalf",
    ("aws:principalisawsservice", "true"): "an AWS service asks for itself",
    ("aws:principalisawsservice", "false"): "no AWS service asks for itself",
}


def phrases(condition: Mapping[str, Mapping[str, Sequence[str]]], *, variables: bool) -> tuple[str, ...]:
    """Return what a statement's conditions ask, one phrase for each operator and key; all of them have to hold.

    Args:
        condition: operator to key to values.
        variables: whether ${...} is a policy variable, as it is since version 2012-10-17.
    """
    return tuple(
        _phrase(operator, key, values, variables=variables)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _phrase(operator: str, key: str, values: Sequence[str], *, variables: bool) -> str:
    if operator == "Null":
        return _null(key, values)
    quantifier, _, rest = operator.rpartition(":")
    base, if_exists = rest.removesuffix(_IF_EXISTS), rest.endswith(_IF_EXISTS)
    said = _said(base, key, values)
    if quantifier == "ForAllValues":
        phrase = f"each value of {key} {said}, and there may be none"
    elif quantifier == "ForAnyValue":
        phrase = f"at least one value of {key} {said}"
        phrase = f"{phrase}, or there is none" if if_exists else phrase
    elif if_exists or _is_negated(base):
        phrase = f"{key} {said}, or is not in the request"
    else:
        phrase = f"{key} {said}"
    return phrase + _about_variables(values, variables=variables)


def _is_negated(base: str) -> bool:
    return "Not" in base


def _null(key: str, values: Sequence[str]) -> str:
    wanted = {value.lower() for value in values}
    if wanted == {"true"}:
        return f"{key} is not in the request"
    if wanted == {"false"}:
        return f"{key} is in the request, whatever its value"
    return f"{key} may be in the request or not"


def _said(base: str, key: str, values: Sequence[str]) -> str:
    """Return what an operator says of a key's value, such as `is one of a or b`."""
    if not values:
        return "is one of no values at all, which never holds"
    shown = _shown(base)
    texts = [shown(value) for value in values]
    if base == "Bool" and len(values) == 1 and (meaning := _TRUTHS.get((key.lower(), values[0].lower()))):
        return f"is {texts[0]} ({meaning})"
    if base.endswith("IpAddress"):
        return f"is not {' and not '.join(texts)}" if _is_negated(base) else f"is {_either(texts)}"
    if base in _COMPARISONS:
        return f"{_COMPARISONS[base]} {_either(texts)}"
    # ArnEquals takes wildcards just as ArnLike does; without any, both ask for what is the same.
    like = "like " if base.endswith(("Like", "ArnEquals", "ArnNotEquals")) and _has_wildcard(values) else ""
    alike = " (capitals and small letters alike)" if base.endswith("IgnoreCase") else ""
    if base.startswith("String") and not base.endswith("Like") and _has_wildcard(values):
        alike += " (* and ? are plain characters here)"
    if len(texts) == 1:
        return f"is {'not ' if _is_negated(base) else ''}{like}{texts[0]}{alike}"
    return f"is {like}{'none' if _is_negated(base) else 'one'} of {_either(texts)}{alike}"


def _either(texts: Sequence[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def _has_wildcard(values: Sequence[str]) -> bool:
    """Whether any * or ? stands for other characters; `${*}` and `${?}` stand for themselves."""
    return any(sign in value.replace("${*}", "").replace("${?}", "") for value in values for sign in "*?")


def _shown(base: str) -> Callable[[str], str]:
    """Return how a value of an operator is written for a person."""
    if base.startswith("Date"):
        return _moment
    if base.endswith("IpAddress"):
        return _network
    if base == "BinaryEquals":
        return lambda text: f"{text} (base64)"
    if base == "Bool":
        return str.lower
    return lambda text: text or "an empty text"


def _moment(text: str) -> str:
    if not _EPOCH.fullmatch(text):
        return text
    try:
        return f"{datetime.fromtimestamp(float(text), UTC):%Y-%m-%dT%H:%M:%SZ} ({text})"
    except (ValueError, OverflowError, OSError):  # a year that no calendar of Python has
        return text


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text
    if network.prefixlen == 0:
        return f"in {text} (every IPv{network.version} address)"
    return str(network.network_address) if network.num_addresses == 1 else f"in the network {network}"


def _about_variables(values: Sequence[str], *, variables: bool) -> str:
    """Return what the variables in values stand for; `${*}`, `${?}` and `${$}` are characters, and need no word."""
    found = {form[0]: form for value in values for form in _VARIABLE.finditer(value)}
    if not found:
        return ""
    if not variables:
        return f"; {', '.join(found)} is plain text, since the policy's version is 2008-10-17"
    meanings = [
        f"{text} is the request's own {form['key']}"
        + (f", or {form['default']}" if form["default"] is not None else "")
        for text, form in found.items()
        if form["key"] not in ("*", "?", "$")
    ]
    return "".join(f"; {meaning}" for meaning in meanings)
