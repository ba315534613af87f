"""Faults on request: a script says which requests of a stand-in are struck, and by what."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from sandbox.errors import WrongUseError
from sandbox.services import given, transport
from sandbox.services.kinds import Effect, Fault, Kind, RetryAfterForm, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.contract import Question

MIXED = "mixed"
ITEM = "item"  # the fact that says what a request is about: an asset, a channel
WAITS = ("slow", "hold")
MIXED_FORMS: tuple[tuple[int | None, RetryAfterForm], ...] = ((None, "seconds"), (1, "seconds"), (1, "date"))
MIXED_SHAPES: tuple[Shape, ...] = ("legacy", "newer", "both")


class Script(BaseModel):
    """Which requests are struck, and by what.

    Of the requests that match, the first `after` are let through; then every `every`-th is struck, with the probability
    `share`, until it was `times`. The same seed strikes the same ones of a sequence of requests.

    Attributes:
        service: the stand-in's name.
        kind: of a fault; or `mixed`, which draws each time one of those that do not end the work, and with it a shape
            and a Retry-After. What it once refused for an item, it refuses for that item again.
        where: facts that a request must have, like {"operation": "assets.patch"}.
        seconds: how long a `slow` answer takes.
        retry_after: seconds of a Retry-After header; None for none.
        shape: of a Google error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    kind: str
    times: int | None = Field(default=None, ge=1)
    every: int = Field(default=1, ge=1)
    after: int = Field(default=0, ge=0)
    share: float = Field(default=1, gt=0, le=1)
    seed: int = 1
    where: dict[str, str] = {}
    seconds: float = Field(default=2, ge=0)
    retry_after: int | None = Field(default=None, ge=0)
    retry_after_form: RetryAfterForm = "seconds"
    shape: Shape = "legacy"


class _Played:
    """A script, and how far it has got."""

    def __init__(self, number: int, script: Script, kinds: Mapping[str, Kind]) -> None:
        self.number = number
        self.script = script
        self.struck: Counter[str] = Counter()
        self.refused: dict[str, Fault] = {}
        self.cleared = asyncio.Event()
        self._seen = 0
        self._random = random.Random(script.seed)  # noqa: S311 - the same faults again, not secret
        self._kinds = kinds
        drawn = {name: kind for name, kind in kinds.items() if kind.effect is not Effect.ENDS and kind.weight}
        self._names = sorted(drawn)
        self._weights = [drawn[name].weight for name in self._names]

    def is_due(self, service: str, facts: Mapping[str, str]) -> bool:
        """Count a request if it matches, and tell whether it is to be struck."""
        script = self.script
        if script.service != service or any(facts.get(name) != value for name, value in script.where.items()):
            return False
        self._seen += 1
        if facts.get(ITEM) in self.refused:
            return True
        count = self._seen - script.after
        if count <= 0 or count % script.every or (script.times is not None and self.struck.total() >= script.times):
            return False
        return script.share == 1 or self._random.random() < script.share

    def strike(self, facts: Mapping[str, str]) -> Fault:
        """Return what strikes a request that is due."""
        item = facts.get(ITEM)
        fault = self.refused.get(item or "") or (self._drawn() if self.script.kind == MIXED else self._scripted())
        self.struck[fault.kind] += 1
        if self.script.kind == MIXED and item and self._kinds[fault.kind].effect is Effect.REFUSES:
            self.refused[item] = fault
        return fault

    def _scripted(self) -> Fault:
        script = self.script
        return Fault(script.kind, script.retry_after, script.retry_after_form, script.shape)

    def _drawn(self) -> Fault:
        (kind,) = self._random.choices(self._names, self._weights)
        retry_after, form = self._random.choice(MIXED_FORMS)
        return Fault(kind, retry_after, form, self._random.choice(MIXED_SHAPES))

    def facts(self) -> dict[str, Any]:
        """Return what `list` tells of it."""
        return {
            "number": self.number,
            **self.script.model_dump(mode="json"),
            "seen": self._seen,
            "struck": dict(self.struck),
            "refused": sorted(self.refused),
        }


class Faults:
    """The scripts of all stand-ins of a process."""

    name = "faults"

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Kind]] = {}
        self._played: list[_Played] = []
        self._number = 0

    def know(self, service: str, kinds: Mapping[str, Kind]) -> None:
        """Take the kinds of faults that a stand-in has beside those of the connection."""
        self._kinds[service] = {**transport.KINDS, **kinds}

    async def next(self, service: str, facts: Mapping[str, str]) -> Fault | None:
        """Return what strikes a request; None for nothing. The wait of `slow` and `hold` is over when it returns.

        Args:
            service: the stand-in's name.
            facts: what a script can ask of the request: {"operation": ..., "item": what it is about}.
        """
        # Every script counts the request, whichever strikes it.
        due = [played for played in self._played if played.is_due(service, facts)]
        if not due:
            return None
        fault = due[0].strike(facts)
        if fault.kind == "slow":
            await asyncio.sleep(due[0].script.seconds)
        elif fault.kind == "hold":
            await due[0].cleared.wait()
        return None if fault.kind in WAITS else fault

    def questions(self) -> Mapping[str, Question]:
        """Return what commands and tests ask."""
        return {"script": self._script, "list": self._list, "clear": self._clear, "kinds": self._describe}

    async def _script(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Add a script; its number is what `clear` takes."""
        script = given.read(Script, fields)
        kinds = self._kinds.get(script.service)
        if kinds is None:
            raise WrongUseError(f"{script.service!r} is no service; there are {', '.join(sorted(self._kinds))}")
        if script.kind not in kinds and script.kind != MIXED:
            known = ", ".join([*sorted(kinds), MIXED])
            raise WrongUseError(f"{script.kind!r} is no kind of fault of {script.service}; there are {known}")
        self._number += 1
        self._played.append(_Played(self._number, script, kinds))
        return {"number": self._number}

    async def _list(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the scripts, and whom they have struck so far."""
        return {
            "scripts": [each.facts() for each in self._played if fields.get("service") in (None, each.script.service)]
        }

    async def _clear(self, fields: dict[str, Any]) -> dict[str, Any]:
        """End the script of a number, those of a service, or all; requests that are held are let go."""
        number, service = fields.get("number"), fields.get("service")
        ended = [
            each for each in self._played if number in (None, each.number) and service in (None, each.script.service)
        ]
        if number is not None and not ended:
            raise WrongUseError(f"there is no script {number}")
        for each in ended:
            self._played.remove(each)
            each.cleared.set()
        return {"cleared": len(ended)}

    async def _describe(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return every kind of fault of every stand-in, in words."""
        return {
            service: {name: {"what": kind.what, "effect": kind.effect.value} for name, kind in kinds.items()}
            for service, kinds in self._kinds.items()
        }
