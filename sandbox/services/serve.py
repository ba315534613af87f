"""The server of the stand-ins: one aiohttp application for all of them, in a process or in the event loop of a test.

Only `python -m sandbox serve-services` and tests import this module: the commands do without aiohttp.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox import process
from sandbox.environment import LOOPBACK
from sandbox.errors import SandboxError, WrongUseError
from sandbox.guard import check_loopback, reason_to_refuse
from sandbox.services.addresses import QUESTIONS_PATH, urls
from sandbox.services.appsync.service import AppSync
from sandbox.services.content_id.service import ContentId
from sandbox.services.faults import Faults
from sandbox.services.tokens import TokenService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from sandbox.services.contract import Question, StandIn

LARGEST_QUESTION = 64 * 1024 * 1024  # 40,000 assets in one question are some MB
CLOSING_SECONDS = 0.1  # for answers under way; the client of a held one waits for nothing
EXPECTED_OBJECTS = 50_000  # a collection of garbage less often keeps pauses out of the latency


@dataclass(frozen=True)
class Serving:
    """Stand-ins that are served in this event loop."""

    port: int
    stand_ins: Mapping[str, StandIn]
    faults: Faults
    questions: Mapping[str, Question] = field(repr=False)

    @property
    def urls(self) -> dict[str, str]:
        """The settings that make a worker use them."""
        return urls(self.port)

    async def ask(self, question: str, /, **fields: Any) -> Any:
        """Return the answer to a question, as `Running.ask` does."""
        return await _answered(self.questions, question, fields)


def stand_ins(faults: Faults) -> list[StandIn]:
    """Return the stand-ins, each new."""
    tokens = TokenService(faults)
    return [AppSync(faults), tokens, ContentId(faults, tokens)]


def all_questions(faults: Faults, served: Sequence[StandIn]) -> dict[str, Question]:
    """Return what is answered under /_punctual/services/, by its path there."""
    answered: list[Faults | StandIn] = [faults, *served]
    return {f"{each.name}/{question}": answer for each in answered for question, answer in each.questions().items()}


def application(served: Sequence[StandIn], questions: Mapping[str, Question]) -> web.Application:
    """Return the application of these stand-ins, which takes requests of programs of this machine only."""

    async def ask(request: web.Request) -> web.Response:
        try:
            fields = json.loads(await request.read() or b"{}")
            return web.json_response(await _answered(questions, request.match_info["question"], fields))
        except SandboxError as error:
            return web.json_response({"error": str(error), "exit_code": error.exit_code}, status=400)

    made = web.Application(middlewares=[_guarded], client_max_size=LARGEST_QUESTION)
    made.add_routes([web.post(QUESTIONS_PATH + "{question:.+}", ask)])
    for each in served:
        made.add_routes(each.routes())
    return made


@contextlib.asynccontextmanager
async def serving(identifier: str = "") -> AsyncIterator[Serving]:
    """Serve new stand-ins in this event loop for the length of an `async with` block."""
    faults = Faults()
    served = stand_ins(faults)
    for each in served:
        faults.know(each.name, each.kinds)
    questions = all_questions(faults, served)
    runner = web.AppRunner(
        application(served, questions),
        access_log=None,
        handler_cancellation=False,
        shutdown_timeout=CLOSING_SECONDS,
    )
    await runner.setup()
    try:
        # Port 0 lets the kernel choose; the socket listens before the port is told, so no call can come too early.
        site = web.TCPSite(runner, LOOPBACK, 0, backlog=1024)
        await site.start()
        port: int = runner.addresses[0][1]

        async def identity(_fields: dict[str, Any]) -> dict[str, Any]:
            return {"id": identifier, "pid": os.getpid(), "port": port}

        questions["identity"] = identity
        yield Serving(port, {each.name: each for each in served}, faults, questions)
    finally:
        await runner.cleanup()


def serve(*, host: str, identifier: str, lifeline: bool) -> None:
    """Serve until the process ends."""
    check_loopback(host)
    process.forbid_network()
    asyncio.run(_serve(identifier, lifeline=lifeline))


async def _serve(identifier: str, *, lifeline: bool) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with serving(identifier) as served:
        process.exit_without_log()
        if lifeline:
            process.exit_with(sys.stdin.buffer)
        gc.freeze()
        gc.set_threshold(EXPECTED_OBJECTS)
        process.report_ready(await served.ask("identity"))
        await ended.wait()


async def _answered(questions: Mapping[str, Question], question: str, fields: Any) -> Any:
    answer = questions.get(question)
    if answer is None:
        raise SandboxError(f"there is no question {question!r}; there are {', '.join(sorted(questions))}")
    if not isinstance(fields, dict):
        raise WrongUseError(f"{question}: a JSON object is needed")
    return await answer(fields)


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    headers = request.headers
    reason = reason_to_refuse(headers.get("Host"), headers.get("Origin"), headers.get("Sec-Fetch-Site"))
    if reason is not None:
        return web.Response(status=403, text=f"sandbox: this request is refused: {reason}\n")
    return await handler(request)
