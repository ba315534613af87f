"""Runs of the sync code against an account in memory, and what may be asked of the account afterwards."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO, cast

from batch_target_sync.sync import (
    Aws,
    Outcome,
    Report,
    Selection,
    Settings,
    SyncError,
    Update,
    resume,
    rollback,
    sync,
    updates,
)

from tests.support.sync_aws.account import ACCOUNT, REGION, Account, Place, Process
from tests.support.sync_aws.clock import running
from tests.support.sync_aws.events import Target

STATE = "/batch-target-sync/tests"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:told"
NOTICES = "notices"
SETTINGS = Settings(region=REGION, name="tests", state=STATE, topic=TOPIC, event_bus=NOTICES, trigger="hand")


@dataclass
class Result:
    """What a run came to: a report, or why it could not begin, or that it ended on the way.

    Attributes:
        log: its log lines.
        calls: what reached the account, attempts with it.
    """

    report: Report | None = None
    error: SyncError | None = None
    ended: BaseException | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def right(self) -> Report:
        """Return the report of a run that must have come to one."""
        assert self.report is not None, (self.error, self.ended)
        return self.report


@dataclass
class World:
    """An account with targets, and the runs in it."""

    account: Account = field(default_factory=Account)
    settings: Settings = SETTINGS
    selections: Sequence[Selection] = ()

    def __post_init__(self) -> None:
        self.account.topics().topics.add(TOPIC)
        self.account.events().buses[NOTICES] = {}

    @contextlib.contextmanager
    def aws(self, name: str = "run", log: TextIO | None = None) -> Iterator[Aws]:
        """Return what a process of its own calls AWS with."""
        session, clock = self.account.session(Process(name)), self.account.clock
        try:
            yield Aws(cast("Any", session), log=log or io.StringIO(), clock=clock.now, sleep=clock.sleep)
        finally:
            session.close()

    def run(self, operation: str = "sync", *, name: str = "run", only: str | None = None, **changed: Any) -> Result:
        """Run an operation in a process of its own; `changed` are settings."""
        settings = dataclasses.replace(self.settings, **changed)
        start, result, printed = len(self.account.requests), Result(), io.StringIO()
        try:
            with self.aws(name, printed) as aws:
                if operation == "rollback":
                    result.report = rollback(settings, aws)
                elif operation == "resume":
                    result.report = resume(settings, aws, only=only)
                else:
                    result.report = sync(self.selections, settings, aws, operation=operation, only=only)
        except SyncError as error:
            result.error = error
        except BaseException as ended:  # a killed process, or one that is interrupted
            if isinstance(ended, Exception):
                raise
            result.ended = ended
        result.log = [json.loads(line) for line in printed.getvalue().splitlines()]
        result.calls = self.account.count(start)
        return result

    def updates(self) -> list[Update]:
        with self.aws() as aws:
            return updates(self.settings, aws)

    def free(self) -> bool:
        """Say whether nobody holds the lock, whatever its expiry says."""
        stored = self.account.stored().get(f"{STATE}/lock")
        return stored is None or json.loads(stored[1])["holder"] is None

    def forget_lock(self) -> None:
        """Let the longest that a lock can hold go by."""
        self.account.clock.seconds += self.settings.lock_seconds + 1


@contextlib.contextmanager
def world(**given: Any) -> Iterator[World]:
    """Return a world whose time is its own."""
    made = World(**given)
    with running(made.account.clock):
        yield made


def revision(target: Target) -> int | None:
    """Return the revision that a target of Batch names."""
    _, _, number = target["BatchParameters"]["JobDefinition"].rpartition("/")[2].partition(":")
    return int(number) if number else None


def moved(target: Target, to: int) -> Target:
    """Return a target with another revision and nothing else changed."""
    after = copy.deepcopy(target)
    start, _, _ = after["BatchParameters"]["JobDefinition"].rpartition(":")
    after["BatchParameters"]["JobDefinition"] = f"{start}:{to}"
    return after


def place_of(outcome: Outcome) -> Place:
    return outcome.region, outcome.bus, outcome.rule, outcome.target


def aimed(before: Mapping[Place, Target], expected: Mapping[Place, int]) -> dict[Place, Target]:
    """Return all targets with those that are expected to move moved."""
    return {place: moved(target, expected[place]) if place in expected else target for place, target in before.items()}
