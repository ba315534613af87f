"""Texts fall into finitely many cells: those of one cell are in the very same sets. One text stands for each cell.

No policy of the two sides can tell two texts of a cell apart, so what is proved of the one that stands for it is proved
of all. The list of cells is complete: the sets are walked through together, character by character, over all texts at
once, as automata are. A character that no pattern goes on with at some point is like any other such one there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from review.proof.patterns import Pattern, Token, Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    TextSet = tuple[Pattern, ...]  # the texts that are in any of them

_MOST_STATES: Final = 20_000
_FRESH: Final = "\ue000"  # no text has it: it stands for a character that no pattern names
_WORDS: Final = ("other", "999988887777", "o", "9", "x", "y", "z", "w", "v", "q", "j", "_", "-", "~", "^", "|")
_CAPITALS: Final = {"k": "\u212a"}  # Kelvin's sign is a capital letter, too


class GiveUpError(Exception):
    """The question is too large, or has something in it that is not known here; the message says what."""


@dataclass(frozen=True)
class Cell:
    """Texts that are in the very same sets.

    Attributes:
        value: the one that stands for all.
        within: the sets that they are in, as bits: 1 for the first, 2 for the second, 4 for the third.
    """

    value: str
    within: int


def mask(sets: Sequence[TextSet], value: str) -> int:
    """Return the sets that a text is in, as bits."""
    return sum(1 << place for place, patterns in enumerate(sets) if any(pattern.has(value) for pattern in patterns))


def cells(sets: Sequence[TextSet], *, universe: Pattern | None = None, hints: Iterable[str] = ()) -> tuple[Cell, ...]:
    """Return all cells that some sets part a universe of texts into.

    Args:
        sets: what parts them.
        universe: the only texts that there are; all, by default.
        hints: texts that a person would rather read, for cells whose texts no pattern names.

    Raises:
        GiveUpError: there are too many.
    """
    found: dict[int, str] = {}
    for value in _candidates(sets, universe):
        if universe is None or universe.has(value):
            found.setdefault(mask(sets, value), value)
    made_up = {within for within, value in found.items() if _FRESH in value}
    for value in hints if made_up else ():
        within = mask(sets, value)
        if within in made_up and (universe is None or universe.has(value)):
            found[within] = value
            made_up.discard(within)
    for within in made_up:
        found[within] = _readable(found[within], sets, universe)
    return tuple(Cell(value, within) for within, value in found.items())


def _readable(value: str, sets: Sequence[TextSet], universe: Pattern | None) -> str:
    """Put something that can be read in the place of made-up characters."""
    within = mask(sets, value)
    for word in chain(_WORDS, map(chr, range(0x391, 0xD800))):  # more than policies can name
        text = value.replace(_FRESH, word)
        if mask(sets, text) == within and (universe is None or universe.has(text)):
            return text
    raise GiveUpError("the texts of the policies name too many characters")


def _candidates(sets: Sequence[TextSet], universe: Pattern | None) -> Iterator[str]:
    """Yield texts of which every cell has at least one, those that policies name first."""
    patterns = dict.fromkeys(pattern for each in sets for pattern in each)
    yield from (pattern.literal for pattern in patterns if pattern.literal is not None)
    open_ones = [pattern for pattern in patterns if pattern.literal is None]
    prefixes = [pattern.prefix for pattern in open_ones if pattern.prefix is not None]
    if len(prefixes) == len(open_ones):
        # Each text is in the same patterns as the longest of the prefixes that it begins with.
        yield from (text for prefix in ("", *prefixes) for text in _beginning(prefix, universe))
        return
    walked = _walk([tuple(each for each in patterns if each.literal is None) for patterns in sets], universe)
    yield from walked
    # A text with a made-up character is no literal. Where a cell of the open patterns has no such text, which
    # literals part it is to be found out, too.
    if any(_FRESH not in value for value in walked):
        yield from _walk(sets, universe)


def _beginning(prefix: str, universe: Pattern | None) -> Iterator[str]:
    """Yield a text of the universe that begins so and is in no pattern that asks for more; none if none begins so."""
    if universe is None:
        yield f"{prefix}{_FRESH}"
        return
    automaton = _Automaton((universe,))
    places = automaton.start
    for character in prefix:
        places = automaton.step(places, character)
    text = prefix
    while places and not automaton.step(places, _FRESH):  # the universe asks for this very character
        following = automaton.next_characters(places)
        if not following:  # or for no more
            yield text
            return
        (character,) = following
        text += character
        places = automaton.step(places, character)
    if places:
        rest = _walk((), universe, automaton.step(places, _FRESH))
        yield from (f"{text}{_FRESH}{more}" for more in rest)


class _Automaton:
    """A set of texts as places in its patterns that a text may have come to; several places are the bits of an int."""

    def __init__(self, patterns: TextSet) -> None:
        self.many = self.within = self.one = self.one_within = 0
        self.characters: dict[str, int] = {}
        self.end = self.last = start = place = 0
        for pattern in patterns:
            start |= 1 << place
            for token in pattern.tokens:
                self._add(token, 1 << place, ignore_case=pattern.ignore_case)
                place += 1
            self.end |= 1 << place
            self.last |= 1 << place - 1 if pattern.tokens[-1:] == (Wildcard.MANY,) else 0
            place += 1
        self.start = self._past_many(start)
        self._steps: dict[tuple[int, str], int] = {}
        self._next: dict[int, set[str]] = {}

    def _add(self, token: Token, bit: int, *, ignore_case: bool) -> None:
        if not isinstance(token, Wildcard):
            for character in _variants(token) if ignore_case else (token,):
                self.characters[character] = self.characters.get(character, 0) | bit
        elif token.is_many:
            self.many |= bit
            self.within |= bit if token is Wildcard.MANY_WITHIN else 0
        else:
            self.one |= bit
            self.one_within |= bit if token is Wildcard.ONE_WITHIN else 0

    def step(self, places: int, character: str) -> int:
        """Return the places after one more character."""
        step = places, character
        if step not in self._steps:
            stay, go = places & self.many, places & (self.one | self.characters.get(character, 0))
            if character == ":":
                stay &= ~self.within
                go = places & ((self.one & ~self.one_within) | self.characters.get(character, 0))
            self._steps[step] = self._past_many(stay | (go << 1))
        return self._steps[step]

    def next_characters(self, places: int) -> set[str]:
        """Return the characters after which a text is not where it is after any other character."""
        if places not in self._next:
            found = {character for character, bits in self.characters.items() if bits & places}
            self._next[places] = found | {":"} if places & (self.within | self.one_within) else found
        return self._next[places]

    def _past_many(self, places: int) -> int:
        while (more := places | ((places & self.many) << 1)) != places:
            places = more
        # Where one pattern takes whatever follows, the others matter no more.
        done = places & self.last
        return (done & -done) * 3 if done else places  # the first such pattern: its last wildcard, and its end


def _variants(character: str) -> set[str]:
    """Return the characters that are this small letter if case is ignored; of ASCII all, of others perhaps not."""
    variants = {character, character.upper(), _CAPITALS.get(character, character)}
    return {variant for variant in variants if variant.lower() == character}


def _walk(sets: Sequence[TextSet], universe: Pattern | None, start: int | None = None) -> list[str]:
    """Return a text of each cell: one with a made-up character if there is one, and else one of the shortest.

    Args:
        sets: what parts the texts.
        universe: the only texts that there are; all, if None.
        start: the places of the universe's pattern to start from; its beginning, if None.
    """
    automata = [_Automaton(patterns) for patterns in ((universe or Pattern((Wildcard.MANY,)),), *sets)]
    first = tuple(automaton.start for automaton in automata)
    if start is not None:
        first = (start, *first[1:])
    paths: dict[tuple[tuple[int, ...], bool], str] = {(first, False): ""}
    waiting = deque(paths)
    found: dict[tuple[bool, ...], str] = {}
    while waiting:
        places, has_fresh = state = waiting.popleft()
        accepted = tuple(bool(at & automaton.end) for at, automaton in zip(places, automata, strict=True))
        if accepted[0] and (accepted not in found or (has_fresh and _FRESH not in found[accepted])):
            found[accepted] = paths[state]
        characters = {_FRESH}.union(*(each.next_characters(at) for at, each in zip(places, automata, strict=True)))
        for character in sorted(characters):
            after = tuple(each.step(at, character) if at else 0 for at, each in zip(places, automata, strict=True))
            following = after, has_fresh or character == _FRESH
            if after[0] and following not in paths:
                paths[following] = paths[state] + character
                waiting.append(following)
        if len(paths) > _MOST_STATES:
            raise GiveUpError("the texts of the policies part too many cases")
    return list(found.values())
