"""All that a whole run of the worker meets, on loopback: the GraphQL API, and the few calls of AWS that it makes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.workers.channels.graphql_fake import GraphqlFake

REPOSITORY = Path(__file__).parents[3]
AMZ_JSON = "application/x-amz-json-1.1"
ACCEPTED = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
REFUSED = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "no"}]}
DENIED = {"__type": "AccessDeniedException", "message": "not authorized to perform: events:PutEvents"}
BUS = "test-bus"


@dataclass
class Surroundings:
    """The services, and the worker that is run among them.

    Attributes:
        entries: what PutEvents was sent, entry by entry, whether or not it was taken.
        put_events: makes the answer to PutEvents.
        objects: what is in S3, by `bucket/key`.
        parameters: what is in SSM.
    """

    folder: Path
    graphql: GraphqlFake = field(default_factory=GraphqlFake)
    entries: list[dict[str, Any]] = field(default_factory=list)
    put_events: Callable[[], dict[str, Any]] = lambda: ACCEPTED
    objects: dict[str, bytes] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    aws: str = ""

    def write(self, text: str | bytes) -> Path:
        """Write the channel file."""
        path = self.folder / "channels_customids.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def start(self, *flags: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
        """Start the worker as its image does."""
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(REPOSITORY),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.aws,
            "AWS_MAX_ATTEMPTS": "1",
            "EVENT_BUS": BUS,
            "GRAPHQL_URL": self.graphql.url,
        } | environment
        return subprocess.Popen(
            [sys.executable, "-m", "workers", "channelbackfill", *flags],
            cwd=self.folder,
            env={name: value for name, value in variables.items() if value},
            stdout=stdout,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *flags: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
        """Run the worker to its end; return its exit code and its log."""
        return self.end(self.start(*flags, **environment))

    def end(self, process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]]]:
        """Wait for the worker's end; return its exit code and its log, each line of which is JSON."""
        output, _ = process.communicate(timeout=60)
        return process.returncode, [json.loads(line) for line in output.splitlines()]

    def event(self) -> dict[str, Any]:
        """The only event that was sent, in the form of environments/events."""
        (entry,) = self.entries
        assert entry["EventBusName"] == BUS
        return {
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "detail": json.loads(entry["Detail"]),
        }

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait for something that the worker does."""
        deadline = time.monotonic() + 30
        while not ready():
            assert time.monotonic() < deadline, "the worker never came that far"
            time.sleep(0.01)

    async def answer_aws(self, request: web.Request) -> web.Response:
        body = await request.read()
        target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if target == "PutEvents":
            self.entries += json.loads(body)["Entries"]
            answer = self.put_events()
            if answer is DENIED:
                return web.json_response(answer, status=400, content_type=AMZ_JSON)
        elif target == "GetParameters":
            names = json.loads(body)["Names"]
            there = [{"Name": name, "Value": self.parameters[name]} for name in names if name in self.parameters]
            answer = {"Parameters": there, "InvalidParameters": [name for name in names if name not in self.parameters]}
        elif request.method == "GET" and request.path[1:] in self.objects:
            return web.Response(body=self.objects[request.path[1:]], headers={"ETag": '"1"'})
        else:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code><Message>no</Message></Error>")
        return web.Response(text=json.dumps(answer), content_type=AMZ_JSON)


@contextlib.contextmanager
def surroundings(folder: Path) -> Iterator[Surroundings]:
    """Serve from a thread of its own."""
    around = Surroundings(folder)
    loop = asyncio.new_event_loop()

    async def serve() -> web.AppRunner:
        application = web.Application()
        application.router.add_post("/graphql", around.graphql.answer)
        application.router.add_route("*", "/{rest:.*}", around.answer_aws)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        around.aws = f"http://127.0.0.1:{runner.addresses[0][1]}"
        around.graphql.url = f"{around.aws}/graphql"
        return runner

    runner = loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield around
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
