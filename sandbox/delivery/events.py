"""The events that were put on the buses, and how many rules each matched: what no delivery can tell."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class PublishedEvent(BaseModel):
    """An event that a bus was given.

    Attributes:
        number: its place in the order of events, from 1.
        at: when it came, in the sandbox's time.
        bus_arn: the bus it was put on, which need not exist.
        event: as rules see it.
        rules: ARNs of the rules it matched.
        archives: names of the archives that keep it.
        forwarded_by: ARN of the rule of another bus that sent it here; None if it was put here.
        lost: why it was matched with nothing; None if it was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: datetime
    bus_arn: str
    event: dict[str, Any]
    rules: list[str] = []
    archives: list[str] = []
    forwarded_by: str | None = None
    lost: str | None = None


class Events:
    """The events of this server, in order; any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[PublishedEvent] = []

    def add(self, **fields: Any) -> PublishedEvent:
        """Keep an event; its number is the next one."""
        with self._lock:
            event = PublishedEvent(number=len(self._events) + 1, **fields)
            self._events.append(event)
            return event

    def all(self) -> list[PublishedEvent]:
        """Return what has been put so far."""
        with self._lock:
            return list(self._events)


EVENTS = Events()
