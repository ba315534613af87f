"""Sessions whose clients are real and are used again: to make one takes longer than all the requests of a run.

What a run registers with a client is taken away when it is over, and a client that had to try again is not kept: its
budget for retries is not what a new one has.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

Answering = Callable[[str, AWSPreparedRequest, str], AWSResponse]
Key = tuple[str, str, str]

# What the stand-in never reads, and what would be a third of a request's time.
UNREAD = Config(signature_version=UNSIGNED, user_agent="test")


@dataclass(eq=False)
class Wired:
    """A client and who answers it now."""

    key: Key
    client: Any
    answering: Answering | None = None
    sent: int = 0
    called: int = 0
    registered: list[tuple[str, Any]] = field(default_factory=list)

    def release(self) -> bool:
        """Take away what its user registered; say whether it is as good as new."""
        for event, handler in self.registered:
            self.client.meta.events.unregister(event, handler)
        self.registered.clear()
        self.answering = None
        return self.sent == self.called


FREE: dict[Key, list[Wired]] = defaultdict(list)


@functools.cache
def maker() -> boto3.Session:
    return boto3.session.Session("test", "test")  # not by the name that tests of a step replace


def wire(key: Key, config: Config | None) -> Wired:
    """Make a client whose requests go to whoever answers it, and to nothing else."""
    service, region, _ = key
    wired = Wired(key, maker().client(service, region, config=(config or Config()).merge(UNREAD)))
    events = wired.client.meta.events

    def count(**_: Any) -> None:
        wired.called += 1

    def answer(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        wired.sent += 1
        assert wired.answering is not None, "a client is used after its session was closed"
        return wired.answering(service, request, event_name.rpartition(".")[2])

    events.register("before-call", count)
    events.register("before-send", answer)
    for way in ("register", "register_first", "register_last"):
        setattr(events, way, functools.partial(register, wired, getattr(events, way)))
    return wired


def register(wired: Wired, how: Callable[..., Any], event_name: str, handler: Any, **more: Any) -> Any:
    wired.registered.append((event_name, handler))
    return how(event_name, handler, **more)


class Session:
    """What the sync code needs of a boto3 session: its clients."""

    def __init__(self, region: str, answering: Answering) -> None:
        self.region_name = region
        self._answering = answering
        self._used: list[Wired] = []

    def client(self, service: str, region_name: str | None = None, config: Config | None = None) -> Any:
        options = config._user_provided_options if config else {}
        key = (service, region_name or self.region_name, repr(sorted(options.items())))
        wired = FREE[key].pop() if FREE[key] else wire(key, config)
        wired.answering = self._answering
        self._used.append(wired)
        return wired.client

    def close(self) -> None:
        """Let others use the clients."""
        for wired in self._used:
            if wired.release():
                FREE[wired.key].append(wired)
        self._used.clear()
