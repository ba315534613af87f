"""Which sample events reach which rule: chosen quickly by the texts that a pattern names, then matched in earnest."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.delivery.samples import SampleEvent


class Samples:
    """Sample events, with an index of the texts in their fields."""

    def __init__(self, events: Sequence[SampleEvent]) -> None:
        self._events = events
        self._index: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, each in enumerate(events):
            for field, text in _texts(each.event, ""):
                self._index[field][text].add(number)
        self._sorted = {field: sorted(texts) for field, texts in self._index.items()}

    def reaching(self, pattern: Mapping[str, Any]) -> list[SampleEvent]:
        """Return the events that a pattern matches, in their order.

        Args:
            pattern: one that `event_patterns.problems` finds nothing wrong with.
        """
        chosen: set[int] = set()
        for branch in event_patterns.branches(pattern):
            chosen |= self._choice(branch)
        return [
            self._events[number]
            for number in sorted(chosen)
            if event_patterns.matches(pattern, self._events[number].event)
        ]

    def nearest(self, pattern: Mapping[str, Any]) -> tuple[SampleEvent, list[str]] | None:
        """Return the event that lacks least of what a pattern asks for, and what it lacks; None without events."""
        best: tuple[SampleEvent, list[str]] | None = None
        for each in self._events:
            for branch in event_patterns.branches(pattern):
                lacking = [
                    name for name, tests in branch.items() if not event_patterns.matches({name: tests}, each.event)
                ]
                if best is None or len(lacking) < len(best[1]):
                    best = (each, lacking)
        return best

    def _choice(self, branch: event_patterns.Branch) -> set[int]:
        """Return the numbers of the events that have one of the texts, wherever a field asks for texts alone."""
        chosen = set(range(len(self._events)))
        for field, tests in branch.items():
            if all(isinstance(test, str) or _prefix(test) is not None for test in tests):
                chosen &= self._having(field, tests)
        return chosen

    def _having(self, field: str, tests: Sequence[Any]) -> set[int]:
        texts, ordered = self._index.get(field, {}), self._sorted.get(field, [])
        found: set[int] = set()
        for test in tests:
            prefix = _prefix(test)
            if prefix is None:
                found |= texts.get(test, set())
                continue
            for text in ordered[bisect_left(ordered, prefix) :]:
                if not text.startswith(prefix):
                    break
                found |= texts[text]
        return found


def _prefix(test: Any) -> str | None:
    found = test.get("prefix") if isinstance(test, dict) else None
    return found if isinstance(found, str) else None


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of an event with their field's name: names are joined with dots, and arrays add nothing."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)
