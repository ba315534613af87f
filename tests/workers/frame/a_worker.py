"""A worker that goes every way a worker can; as a program it is told its way and its deadlines."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr

from workers.frame import publishing
from workers.frame.problems import Problem, ServiceDownError, StoppedError, WrongInputError
from workers.frame.publishing import Event
from workers.frame.running import Context, Outcome, run
from workers.frame.settings import WorkerSettings
from workers.frame.stopping import Stop

SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "required": ["source", "detail-type", "detail"]}
WITH_COUNT = {**SCHEMA, "properties": {"detail": {"required": ["count"]}}}


class Settings(WorkerSettings):
    """What it is told."""

    key: SecretStr | None = Field(None, description="opens it")


class AWorker:
    """Goes the way it is told."""

    name = "thing"
    settings = Settings

    def __init__(self, way: str = "done") -> None:
        self.way = way

    async def work(self, context: Context) -> Outcome:
        context.progress["count"] = 5
        await getattr(self, self.way)(context)
        event = (
            None
            if self.way == "dry"
            else Event("dn.thing", "Thing Completed", {} if self.way == "odd" else {"count": 5})
        )
        return Outcome(event, 3 if self.way == "item_errors" else 0, 10, {"updated": 7})

    def failed(self, problem: Problem, progress: Mapping[str, Any]) -> Event:
        return Event(
            "dn.thing", "Thing Failed", {"reason": problem.detail, "kind": problem.kind, "progress": dict(progress)}
        )

    async def done(self, context: Context) -> None:
        context.log.info("working")

    item_errors = dry = odd = done

    async def wrong(self, _: Context) -> None:
        raise WrongInputError(Problem("csv-wrong", "The file is wrong", "line 3"))

    async def down(self, _: Context) -> None:
        raise ServiceDownError(Problem("down", "It is down", "no answer with Bearer abcdefgh", 503))

    async def quota(self, _: Context) -> None:
        raise StoppedError(Problem("quota", "The quota is used up", "until midnight"))

    async def crash(self, context: Context) -> None:
        raise RuntimeError(f"the key is {context.settings.key.get_secret_value()}")

    async def memory(self, _: Context) -> None:
        raise MemoryError

    async def exits(self, _: Context) -> None:
        sys.exit(0)

    async def interrupted(self, _: Context) -> None:
        raise KeyboardInterrupt

    async def cancelled(self, _: Context) -> None:
        raise asyncio.CancelledError

    async def stops(self, context: Context) -> None:
        print("ready", flush=True)
        await context.stop.sleep(30)
        context.stop.check()

    async def finishes(self, context: Context) -> None:
        print("ready", flush=True)
        await context.stop.sleep(30)

    async def hangs(self, _: Context) -> None:
        print("ready", flush=True)
        try:
            await asyncio.sleep(30)
        finally:
            print(json.dumps({"event": "put in order"}), flush=True)

    async def clings(self, context: Context) -> None:
        try:
            await self.hangs(context)
        except asyncio.CancelledError:
            await asyncio.sleep(30)

    async def blocks(self, _: Context) -> None:
        print("ready", flush=True)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            time.sleep(0.05)

    async def leaves_a_thread(self, context: Context) -> None:
        task = asyncio.create_task(asyncio.to_thread(time.sleep, 30))
        await self.stops(context)
        await task


def write_schemas(folder: Path) -> None:
    """Write the schemas of its events."""
    (folder / "thing-completed.schema.json").write_text(json.dumps(WITH_COUNT), encoding="utf-8")
    (folder / "thing-failed.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")


def program(way: str, folder: str, deadlines: str, *arguments: str) -> int:
    """Run it as `workers/__main__.py` runs workers."""
    from workers.frame.last_resort import Deadlines  # noqa: PLC0415

    publishing.SCHEMAS = Path(folder)
    stop = Stop()
    stop.listen()
    if way == "early":
        os.kill(os.getpid(), 15)
    if arguments and "ssm:" in arguments[-1]:
        print("ready", flush=True)
    return run(AWorker("done" if way == "early" else way), arguments, stop, Deadlines(**json.loads(deadlines)))


if __name__ == "__main__":
    sys.exit(program(*sys.argv[1:]))
