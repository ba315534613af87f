"""Test events: which one a rule is tried with, and putting it on a bus."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from harness.errors import WrongUseError
from operations import patterns
from semantics import event_patterns
from semantics.example_events import example

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from operations.account import Account
    from operations.environment import Environment

AT_ONCE: Final = 10  # entries that one PutEvents takes
# What an event has where a pattern asks for nothing: PutEvents wants all three.
_ANY: Final[Mapping[str, Any]] = {"source": "example", "detail-type": "example", "detail": {}}


@dataclass(frozen=True)
class TestEvent:
    """An event to try a bus with.

    Attributes:
        origin: where it is from: a file, or `made from the pattern of <rule>`.
        event: as a rule sees it, with all that EventBridge adds.
    """

    __test__ = False  # it is no test, whatever pytest thinks of the name

    region: str
    bus: str
    origin: str
    event: Mapping[str, Any]

    def entry(self) -> PutEventsRequestEntryTypeDef:
        """Return the entry for PutEvents, which gives the event its id, account, region and time itself."""
        return {
            "EventBusName": self.bus,
            "Source": self.event["source"],
            "DetailType": self.event["detail-type"],
            "Detail": json.dumps(self.event["detail"]),
            "Resources": list(self.event.get("resources", [])),
        }


@dataclass(frozen=True)
class Sent:
    """What became of an event that was put: its id, or why the bus did not take it."""

    test: TestEvent
    id: str = ""
    problem: str = ""


def samples(directory: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the sample events with the file of each, as a person would name it.

    Raises:
        WrongUseError: one of them is no event.
    """
    found = []
    for path in sorted(directory.glob("*.json")):
        text, _ = patterns.read(str(path), str(path))
        label = f"{directory.parent.name}/{directory.name}/{path.name}"
        found.append((label, patterns.parse_event(text, label)))
    return found


def for_pattern(
    environment: Environment, region: str, pattern: Mapping[str, Any], rule: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return the sample events that match a rule's pattern, or one that is made from it; with where each is from.

    A sample is judged as it would come: with this account and region, whatever it says itself.
    """
    found = []
    for file, sample in samples(environment.samples):
        event = as_sent(environment.account, region, sample)
        if event_patterns.matches(pattern, event):
            found.append((file, event))
    if found:
        return found
    made = example(pattern)
    if made is None:
        return []
    event = as_sent(environment.account, region, {**_ANY, **made})
    # PutEvents takes no other kind of detail, and gives what the pattern may want otherwise (an account) itself.
    fits = isinstance(event["detail"], dict) and event_patterns.matches(pattern, event)
    return [(f"made from the pattern of {rule}", event)] if fits else []


def as_sent(account: str, region: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as a rule sees it: PutEvents lets nobody choose account, region and id; the time is now."""
    kept = {field: event[field] for field in ("source", "detail-type", "detail", "resources") if field in event}
    return patterns.completed(kept, account, region)


def put(account: Account, tests: Sequence[TestEvent]) -> list[Sent]:
    """Put events, ten in a call and region, and return what became of each, in their order."""
    results: dict[int, Sent] = {}
    for region in dict.fromkeys(each.region for each in tests):
        here = [number for number, each in enumerate(tests) if each.region == region]
        for start in range(0, len(here), AT_ONCE):
            some = here[start : start + AT_ONCE]
            answer = account.events(region).put_events(Entries=[tests[number].entry() for number in some])
            for number, entry in zip(some, answer["Entries"], strict=True):
                problem = f"{entry['ErrorCode']}: {entry.get('ErrorMessage', '')}" if "ErrorCode" in entry else ""
                results[number] = Sent(tests[number], entry.get("EventId", ""), problem)
    return [results[number] for number in range(len(tests))]


def require_bus(environment: Environment, bus: str | None) -> str:
    """Return the bus that is named, or the only one that the environment's rules are on.

    Raises:
        WrongUseError: it is none of the environment's; or none is named and there are several, or none.
    """
    known = sorted({rule.bus for rule in environment.rules})
    if bus is None and len(known) == 1:
        return known[0]
    if bus in known:
        return bus
    there_are = f"its rules are on {', '.join(known)}" if known else "it has no rules: give it `workflows`"
    asked = "name the bus with --bus" if bus is None else f"--bus {bus} is none of {environment.name}'s"
    raise WrongUseError(f"{asked}: {there_are}")


def distinct(tests: Iterable[TestEvent]) -> list[TestEvent]:
    """Return events without those that would come to the same: one event can be for several rules."""
    seen: dict[tuple[str, ...], TestEvent] = {}
    for each in tests:
        entry = each.entry()
        seen.setdefault(
            (each.region, each.bus, entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"]), each
        )
    return list(seen.values())
