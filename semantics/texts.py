"""How a policy's text stands for values of a request: wildcards, policy variables, ARNs part by part.

Sources, all in the IAM User Guide: "IAM JSON policy elements: Resource", "IAM policy elements: Variables and tags", and
"IAM JSON policy elements: Condition operators" (ARN condition operators).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lookup = Callable[[str], str | None]

ARN_PARTS: Final = 6
_TOKEN: Final = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<wildcard>[*?])|(?P<literal>.)", re.DOTALL)
_VARIABLE: Final = re.compile(r"\s*(?P<key>[^,\s]+)\s*(?:,\s*'(?P<default>(?:[^']|'')*)'\s*)?")
_ESCAPED: Final = ("*", "?", "$")


class NoValueError(Exception):
    """A policy variable has no value in this request, so that its text is equal to nothing and like nothing."""


def is_equal(text: str, value: str, lookup: Lookup | None) -> bool:
    """Tell whether a text of a policy, after its variables are replaced, is this value; wildcards mean nothing here.

    Args:
        text: as the policy has it.
        value: of the request.
        lookup: gives the value of a variable, None if it has none. None for a policy of version 2008-10-17, in which
            variables are text like any other.
    """
    try:
        return "".join(literal or wildcard for literal, wildcard in _tokens(text, lookup)) == value
    except NoValueError:
        return False


def is_like(text: str, value: str, lookup: Lookup | None, *, ignore_case: bool = False) -> bool:
    """Tell whether a value is like a text, in which * stands for any characters, also none, and ? for one."""
    if lookup is None:
        return _expression(text, ignore_case=ignore_case).fullmatch(value) is not None
    try:
        pattern = "".join(_pattern(literal, wildcard, "") for literal, wildcard in _tokens(text, lookup))
    except NoValueError:
        return False
    return re.fullmatch(pattern, value, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG)) is not None


@lru_cache(maxsize=4096)
def _expression(text: str, *, ignore_case: bool) -> re.Pattern[str]:
    """Return the regular expression of a text without variables: actions have none, and are compared often."""
    pattern = "".join(_pattern(literal, wildcard, "") for literal, wildcard in _tokens(text, None))
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))


def is_arn_like(text: str, arn: str, lookup: Lookup | None) -> bool:
    """Tell whether an ARN is like a text as ArnLike and ArnEquals compare: each of the six parts by itself.

    A wildcard stays within its part, and a text of fewer parts is like no ARN.
    """
    texts, values = _parts(text), arn.split(":", ARN_PARTS - 1)
    if len(texts) != ARN_PARTS or len(values) != ARN_PARTS or values[0] != "arn":
        return False
    return all(is_like(part, value, lookup) for part, value in zip(texts, values, strict=True))


def is_resource(text: str, resource: str, lookup: Lookup | None) -> bool:
    """Tell whether the Resource element's text covers a resource.

    A wildcard stays within its part of the ARN, but a * at the end of a part can reach beyond the colon, and the last
    part, which is the resource's own, may hold colons.
    """
    parts = _parts(text)
    try:
        pattern = ":".join(_part_pattern(part, number, lookup) for number, part in enumerate(parts, 1))
    except NoValueError:
        return False
    return re.fullmatch(pattern, resource, re.DOTALL) is not None


def _part_pattern(part: str, number: int, lookup: Lookup | None) -> str:
    tokens = list(_tokens(part, lookup))
    barred = "" if number == ARN_PARTS else ":"
    return "".join(
        _pattern(literal, wildcard, "" if wildcard == "*" and place == len(tokens) else barred)
        for place, (literal, wildcard) in enumerate(tokens, 1)
    )


def _pattern(literal: str, wildcard: str, barred: str) -> str:
    """Return the regular expression of a token; `barred` is what a wildcard does not stand for."""
    if not wildcard:
        return re.escape(literal)
    one = f"[^{barred}]" if barred else "."
    return one if wildcard == "?" else f"{one}*"


def _tokens(text: str, lookup: Lookup | None) -> Iterator[tuple[str, str]]:
    """Yield (literal, "") and ("", wildcard), with variables replaced, whose values are literal whatever they hold."""
    for token in _TOKEN.finditer(text):
        if token["wildcard"]:
            yield "", token["wildcard"]
        elif token["variable"] is None:
            yield token["literal"], ""
        else:
            yield (token[0] if lookup is None else _value(token["variable"], lookup)), ""


def _value(variable: str, lookup: Lookup) -> str:
    """Return what `key` or `key, 'default'` stands for, or one of three characters that stand for themselves."""
    if variable in _ESCAPED:
        return variable
    form = _VARIABLE.fullmatch(variable)
    if form is None:
        raise NoValueError
    value = lookup(form["key"])
    if value is None and form["default"] is not None:
        value = form["default"].replace("''", "'")
    if value is None:
        raise NoValueError
    return value


def _parts(text: str) -> list[str]:
    """Split a text that may hold variables into the parts of an ARN: a colon within ${} parts nothing."""
    parts = [""]
    for token in _TOKEN.finditer(text):
        if token[0] == ":" and len(parts) < ARN_PARTS:
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts
