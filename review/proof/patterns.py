"""The texts of policies as patterns: what each is like, as a row of characters and wildcards.

Written apart from `semantics.texts`, which compares one text with one value. Here texts have to be compared with each
other over all values, so that a pattern can be walked through character by character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Final

ARN_PARTS: Final = 6
_TOKEN: Final = re.compile(r"\$\{([^}]*)\}|(.)", re.DOTALL)
_VARIABLE: Final = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'((?:[^']|'')*)'\s*)?")


class Wildcard(Enum):
    """What stands for characters that a text leaves open. Within a part of an ARN it stands for no colon."""

    ONE = "."
    ONE_WITHIN = "[^:]"
    MANY = ".*"
    MANY_WITHIN = "[^:]*"

    @property
    def is_many(self) -> bool:
        """Whether it stands for any number of characters, also none."""
        return self in (Wildcard.MANY, Wildcard.MANY_WITHIN)

    @property
    def within(self) -> Wildcard:
        """The same without colons."""
        return Wildcard.MANY_WITHIN if self.is_many else Wildcard.ONE_WITHIN


Token = str | Wildcard  # a str is one character


@dataclass(frozen=True)
class Pattern:
    """A set of texts.

    Attributes:
        tokens: characters and wildcards, in order; small letters, if `ignore_case`.
        ignore_case: whether capitals and small letters are the same.
    """

    tokens: tuple[Token, ...]
    ignore_case: bool = False

    @cached_property
    def literal(self) -> str | None:
        """The only text in it; None if there are others."""
        if any(isinstance(token, Wildcard) for token in self.tokens):
            return None
        text = "".join(map(str, self.tokens))
        return None if self.ignore_case and text.lower() != text.upper() else text

    @cached_property
    def prefix(self) -> str | None:
        """What all texts in it begin with, if that is all it asks for; None if it is not."""
        if self.ignore_case or not self.tokens or self.tokens[-1] is not Wildcard.MANY:
            return None
        start = self.tokens[:-1]
        return None if any(isinstance(token, Wildcard) for token in start) else "".join(map(str, start))

    def has(self, value: str) -> bool:
        """Tell whether a text is in it."""
        if self.literal is not None:
            return value == self.literal
        if self.prefix is not None:
            return value.startswith(self.prefix)
        return self._expression.fullmatch(value.lower() if self.ignore_case else value) is not None

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        pattern = "".join(token.value if isinstance(token, Wildcard) else re.escape(token) for token in self.tokens)
        return re.compile(pattern, re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """What a text of a policy stands for.

    Attributes:
        pattern: the values that it is like; None if there are none.
        variables: the keys of policy variables, in small letters, whose values are not known. If there are any, the
            pattern is too wide: it has every value that the text is like for some values of those keys.
        requires: those of them without which the text is like nothing: they have no default.
    """

    pattern: Pattern | None
    variables: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()


class Variables:
    """How a text's ${...} are read.

    Args:
        are_meant: False in a policy of version 2008-10-17, in which they are text like any other.
        known: values of keys, in small letters; None for a key that the request does not have.
    """

    def __init__(self, known: Mapping[str, str | None] | None = None, *, are_meant: bool = True) -> None:
        self.are_meant = are_meant
        self.known = dict(known or {})
        self._identity = (are_meant, tuple(sorted(self.known.items(), key=str)))

    def knowing(self, more: Mapping[str, str | None]) -> Variables:
        """Return the same with more values of keys known."""
        return Variables({**self.known, **more}, are_meant=self.are_meant)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variables) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


@lru_cache(maxsize=100_000)
def equal(text: str, variables: Variables) -> Reading:
    """Read a text whose wildcards mean nothing, as StringEquals does."""
    return _reading(_Text(text, variables, wildcards=False).tokens)


def canonical(text: str) -> str:
    """Return a text in which the keys of variables are small, as they are the same in capitals."""
    return _TOKEN.sub(lambda found: found[0] if found[1] is None else _small_key(found[0], found[1]), text)


def _small_key(text: str, content: str) -> str:
    form = _VARIABLE.fullmatch(content)
    if form is None:
        return text
    return f"${{{form[1].lower()}}}" if form[2] is None else f"${{{form[1].lower()}, '{form[2]}'}}"


def is_open_arn(text: str) -> bool:
    """Tell whether a text with wildcards has fewer parts than an ARN: AWS does not say what ArnLike takes it for."""
    return len(_Text(text, Variables(are_meant=False)).parts) < ARN_PARTS and any(sign in text for sign in "*?")


@lru_cache(maxsize=10_000)
def equal_ignoring_case(text: str, variables: Variables) -> Reading:
    """Read a text as StringEqualsIgnoreCase does."""
    return _reading(_Text(text.lower(), variables, wildcards=False).tokens, ignore_case=True)


@lru_cache(maxsize=10_000)
def same(text: str) -> Reading:
    """Read a text in which nothing has a meaning, as BinaryEquals does."""
    return Reading(Pattern(tuple(text)))


@lru_cache(maxsize=10_000)
def same_ignoring_case(text: str) -> Reading:
    """Read a text as Bool does."""
    return Reading(Pattern(tuple(text.lower()), ignore_case=True))


@lru_cache(maxsize=100_000)
def like(text: str, variables: Variables) -> Reading:
    """Read a text as StringLike does."""
    return _reading(_Text(text, variables).tokens)


@lru_cache(maxsize=100_000)
def arn_like(text: str, variables: Variables) -> Reading:
    """Read a text as ArnLike and ArnEquals do: six parts, and a wildcard stays within its part."""
    parts = _Text(text, variables).parts
    if len(parts) != ARN_PARTS:
        return Reading(None)
    readings = [_reading(part) for part in parts]
    first = readings[0].pattern
    if first is None or not first.has("arn"):
        return Reading(None)
    tokens: list[_Part] = list("arn")
    for number, part in enumerate(parts[1:], 2):
        tokens.append(":")
        if number < ARN_PARTS and ":" in part:
            return Reading(None)  # from the value of a variable: no part of an ARN but the last has a colon
        tokens += part if number == ARN_PARTS else [_within(token) for token in part]
    found = _reading(tokens)
    return Reading(
        found.pattern,
        found.variables.union(*(reading.variables for reading in readings)),
        found.requires.union(*(reading.requires for reading in readings)),
    )


@lru_cache(maxsize=100_000)
def resource(text: str, variables: Variables) -> Reading:
    """Read a text of a Resource element: a wildcard stays within its part of the ARN, but for a * at a part's end."""
    tokens: list[_Part] = []
    for number, part in enumerate(_Text(text, variables).parts, 1):
        if number > 1:
            tokens.append(":")
        last = part[-1] if part and part[-1] is Wildcard.MANY else None
        if number == ARN_PARTS:
            tokens += part
        else:
            tokens += [_within(token) for token in (part if last is None else part[:-1])]
            tokens += [] if last is None else [last]
    return _reading(tokens)


@dataclass(frozen=True)
class _Unknown:
    """A variable whose value is not known."""

    key: str
    has_default: bool


class _NoValue:
    """A variable that has no value, so that its text is like nothing."""


_Part = Token | _Unknown | _NoValue


class _Text:
    """A text of a policy, taken apart."""

    def __init__(self, text: str, variables: Variables, *, wildcards: bool = True) -> None:
        # A colon within ${} parts nothing, whatever the version.
        self.parts: list[list[_Part]] = [[]]
        for found in _TOKEN.finditer(text):
            if found[2] == ":" and len(self.parts) < ARN_PARTS:
                self.parts.append([])
            elif found[1] is not None:
                self.parts[-1] += _variable(found[0], found[1], variables)
            elif wildcards and found[2] in "*?":
                self.parts[-1].append(Wildcard.MANY if found[2] == "*" else Wildcard.ONE)
            else:
                self.parts[-1].append(found[2])

    @property
    def tokens(self) -> list[_Part]:
        """All of it in one row."""
        first, *rest = self.parts
        return first + [token for part in rest for token in (":", *part)]


def _variable(text: str, content: str, variables: Variables) -> Iterator[_Part]:
    """Yield what ${content} stands for; `*`, `?` and `$` in it stand for themselves."""
    form = _VARIABLE.fullmatch(content)
    if not variables.are_meant:
        yield from text
    elif content in ("*", "?", "$"):
        yield content
    elif form is None:
        yield _NoValue()
    elif (key := form[1].lower()) not in variables.known:
        yield _Unknown(key, has_default=form[2] is not None)
    else:
        value = variables.known[key]
        if value is None and form[2] is not None:
            value = form[2].replace("''", "'")
        if value is None:
            yield _NoValue()
        else:
            yield from value


def _within(token: _Part) -> _Part:
    return token.within if isinstance(token, Wildcard) else token


def _reading(parts: list[_Part], *, ignore_case: bool = False) -> Reading:
    if any(isinstance(part, _NoValue) for part in parts):
        return Reading(None)
    unknown = [part for part in parts if isinstance(part, _Unknown)]
    tokens: list[Token] = []
    for part in parts:
        token = Wildcard.MANY if isinstance(part, _Unknown | _NoValue) else part
        if token is not Wildcard.MANY or tokens[-1:] != [Wildcard.MANY]:
            tokens.append(token)
    return Reading(
        Pattern(tuple(tokens), ignore_case),
        frozenset(part.key for part in unknown),
        frozenset(part.key for part in unknown if not part.has_default),
    )
