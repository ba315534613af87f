"""The values of condition keys that have to be looked at: one for each way in which the conditions can take a value.

Texts are parted into cells (see `cells`). Numbers, dates and addresses are parted by the ones that the policies name:
each of them, something between two neighbours, and something beyond. A key that is compared in several of these ways at
once has the values of each, but they need not be all: then nothing is proved.
"""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, localcontext
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from review.proof import actions, orders, patterns
from review.proof.actions import KeyType
from review.proof.cells import cells
from review.proof.patterns import Pattern, Reading, Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    _Groups = Sequence[tuple["Check", ...]]

_T = TypeVar("_T")
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_DAY: Final = 24 * 60 * 60
_SOME_DAY: Final = Decimal(1_767_225_600)  # the beginning of 2026


class Family(Enum):
    """In which way an operator looks at values."""

    TEXT = KeyType.TEXT
    NUMBER = KeyType.NUMBER
    DATE = KeyType.DATE
    ADDRESS = KeyType.ADDRESS


_READERS: Final[dict[str, Callable[[str, Variables], Reading]]] = {
    "StringEquals": patterns.equal,
    "StringNotEquals": patterns.equal,
    "StringEqualsIgnoreCase": patterns.equal_ignoring_case,
    "StringNotEqualsIgnoreCase": patterns.equal_ignoring_case,
    "StringLike": patterns.like,
    "StringNotLike": patterns.like,
    "ArnEquals": patterns.arn_like,
    "ArnNotEquals": patterns.arn_like,
    "ArnLike": patterns.arn_like,
    "ArnNotLike": patterns.arn_like,
    "Bool": lambda text, _: patterns.same_ignoring_case(text),
    "BinaryEquals": lambda text, _: patterns.same(text),
}


def family(operator: str) -> Family:
    """Return in which way an operator, without quantifier and IfExists, looks at values."""
    if operator in _READERS:
        return Family.TEXT
    if operator.startswith("Numeric"):
        return Family.NUMBER
    return Family.DATE if operator.startswith("Date") else Family.ADDRESS


@dataclass(frozen=True)
class Check:
    """One text that a condition compares a value with.

    Attributes:
        operator: without quantifier and IfExists.
        text: as the policy has it.
        variables: how its ${...} are read.
    """

    operator: str
    text: str
    variables: Variables

    @property
    def reading(self) -> Reading | None:
        """What the text stands for; None if it is not compared as a text."""
        reader = _READERS.get(self.operator)
        return None if reader is None else reader(self.text, self.variables)

    def knowing(self, values: Mapping[str, str | None]) -> Check:
        """Return the same with values of keys known."""
        return Check(self.operator, self.text, self.variables.knowing(values))

    @property
    def variable_keys(self) -> frozenset[str]:
        """The keys of its variables that are not known."""
        return frozenset() if self.reading is None else self.reading.variables

    def takes(self, value: str) -> bool:
        """Tell whether a value compares; of a text with variables that are not known, whether it could."""
        if (reading := self.reading) is not None:
            return reading.pattern is not None and reading.pattern.has(value)
        return orders.compares(self.operator, self.text, value)


@dataclass(frozen=True)
class Domain:
    """The values of a key that have to be looked at.

    Attributes:
        values: one for each way in which all the tests can come out.
        is_complete: whether these are all ways.
    """

    values: tuple[str, ...]
    is_complete: bool


def domain(key: str, groups: Sequence[tuple[Check, ...]], *, with_empty: bool = False) -> Domain:
    """Return the values of a key that have to be looked at.

    Args:
        key: its name.
        groups: what its values are compared with; of a group, it matters only whether a value compares with any.
        with_empty: whether the empty text is a case of its own, as it is for ForAllValues.

    Raises:
        GiveUpError: there are too many.
    """
    kind = actions.key(key).type
    if kind is KeyType.TRUTH:
        return Domain(("true", "false"), is_complete=True)
    families = sorted({family(test.operator) for group in groups for test in group}, key=lambda each: each.name)
    if not families:
        families = [each for each in Family if each.value is kind]
    found: list[str] = [""] if with_empty else []
    for each in families:
        meant = [tuple(test for test in group if family(test.operator) is each) for group in groups]
        found += _VALUES[each](meant, has_others=each.value is not kind)
    return Domain(tuple(dict.fromkeys(found)), is_complete=len(families) == 1)


def near(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts like those of policies, and texts that they just miss: a person reads these more easily than any."""
    filled = [_VARIABLE.sub("other", text).replace("*", "other").replace("?", "x") for text in texts]
    yield from filled
    yield from (f"{text}-other" for text in filled if not text.isdigit() and text)


def _texts(groups: _Groups, *, has_others: bool) -> list[str]:  # noqa: ARG001  # any text is a text
    sets = dict.fromkeys(text_set(test.reading for test in group) for group in groups)
    return [cell.value for cell in cells(list(sets), hints=near(test.text for group in groups for test in group))]


def text_set(readings: Iterable[Reading | None]) -> tuple[Pattern, ...]:
    """Return the texts that any of some readings stands for."""
    return tuple(dict.fromkeys(each.pattern for each in readings if each is not None and each.pattern is not None))


def _numbers(groups: _Groups, *, has_others: bool) -> list[str]:
    points = sorted(set(_parsed(orders.number, groups)))
    ends = [math.floor(points[0]) - 1, math.ceil(points[-1]) + 1] if points else [1]
    found = [*points, *map(_between, points, points[1:])]
    return [*(format(each, "f") for each in found), *map(str, ends), *(["other"] if has_others else [])]


def _between(low: Decimal, high: Decimal) -> Decimal:
    """Return a number between two others, a whole one if there is one."""
    with localcontext(Context(prec=sum(len(format(each, "f")) for each in (low, high)) + 2)):  # exact
        middle = (low + high) * Decimal("0.5")
    whole = Decimal(math.floor(middle))
    return whole if low < whole < high else middle


def _dates(groups: _Groups, *, has_others: bool) -> list[str]:
    points = sorted(set(_parsed(orders.seconds, groups)))
    found = [*points, *map(_between, points, points[1:])]
    found += [points[0] - _DAY, points[-1] + _DAY] if points else [_SOME_DAY]
    return [*dict.fromkeys(filter(None, map(_written, found))), *(["other"] if has_others else [])]


def _written(seconds: Decimal) -> str:
    """Write a moment; "" if it is beyond the calendar."""
    whole = math.floor(seconds)
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole)
    except OverflowError:
        return ""
    fraction = format(seconds - whole, "f").removeprefix("0") if seconds != whole else ""
    return f"{moment.isoformat().removesuffix('+00:00')}{fraction}Z"


def _addresses(groups: _Groups, *, has_others: bool) -> list[str]:
    # Networks lie within each other or apart. What is left of one without those within it, if anything is, has its
    # first address, or the one after the last of one of those.
    everywhere = (orders.network("0.0.0.0/0"), orders.network("::/0"))
    networks = [*_parsed(orders.network, groups), *filter(None, everywhere)]
    found = [(each.bits, each.first) for each in networks]
    found += [(each.bits, each.last + 1) for each in networks if each.last + 1 < 1 << each.bits]
    return [*(_address(*each) for each in dict.fromkeys(found)), *(["other"] if has_others else [])]


def _address(bits: int, address: int) -> str:
    return str(ipaddress.IPv4Address(address) if bits == ipaddress.IPV4LENGTH else ipaddress.IPv6Address(address))


def _parsed(parse: Callable[[str], _T | None], groups: _Groups) -> Iterator[_T]:
    for test in chain.from_iterable(groups):
        found = parse(test.text)
        if found is not None:  # else it compares with nothing
            yield found


_VALUES: Final = {
    Family.TEXT: _texts,
    Family.NUMBER: _numbers,
    Family.DATE: _dates,
    Family.ADDRESS: _addresses,
}
