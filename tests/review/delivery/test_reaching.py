"""Which samples a pattern is tried on: as few as its texts leave, and never one too few."""

from __future__ import annotations

from typing import Any

import pytest

from review.delivery.reaching import Samples
from review.delivery.samples import SampleEvent
from semantics import event_patterns

EVENTS = [
    SampleEvent(
        f"{number}", {"source": f"example.{number % 5}", "detail": {"items": [{"id": f"item-{number}"}, {"n": number}]}}
    )
    for number in range(20)
]
SAMPLES = Samples(EVENTS)


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ({"source": ["example.1"]}, 4),
        ({"source": ["example.1", "example.2"]}, 8),
        ({"source": [{"prefix": "example."}]}, 20),
        ({"source": ["example.1"], "detail": {"items": {"id": ["item-6", "item-7"]}}}, 1),
        ({"detail": {"items": {"id": [{"prefix": "item-1"}]}}}, 11),
        ({"detail": {"items.id": ["item-3"]}}, 1),
        ({"detail": {"elsewhere": ["item-3"]}}, 0),
        # What is no text narrows nothing down.
        ({"detail": {"items": {"n": [3]}}}, 20),
        ({"source": [{"anything-but": "example.1"}]}, 20),
        ({"source": [{"prefix": {"equals-ignore-case": "EXAMPLE.1"}}]}, 20),
        ({"detail": {"elsewhere": [{"exists": False}]}}, 20),
        ({"$or": [{"source": ["example.1"]}, {"source": ["example.2"]}]}, 8),
    ],
)
def test_what_is_chosen_has_all_that_match(pattern: dict[str, Any], chosen: int) -> None:
    assert event_patterns.problems(pattern) == []
    of_branches = [SAMPLES._choice(branch) for branch in event_patterns.branches(pattern)]
    assert len(set().union(*of_branches)) == chosen
    assert SAMPLES.reaching(pattern) == [each for each in EVENTS if event_patterns.matches(pattern, each.event)]


def test_the_nearest_lacks_least() -> None:
    found = SAMPLES.nearest({"source": ["example.3"], "detail": {"items": {"id": ["none"]}}})
    assert found is not None
    event, lacking = found
    assert (event.event["source"], lacking) == ("example.3", ["detail.items.id"])
    assert Samples([]).nearest({"source": ["x"]}) is None
