"""Faults of the connection, which every stand-in has: what is between a service and its client can break anywhere."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.services.kinds import Fault, Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KINDS = {
    "slow": Kind("the answer comes after so many seconds (--seconds)"),
    "hold": Kind("the answer comes when the fault is cleared", weight=0),
    "reset-before": Kind("the connection is reset, and nothing was done"),
    "reset-after": Kind("the connection is reset after the change was made"),
    "cut-off": Kind("the connection is closed in the middle of the answer, after the change was made"),
    "truncated-json": Kind("half of the JSON, as if it were all of it, after the change was made"),
    "empty-200": Kind("200 without a body, after the change was made"),
    "empty-503": Kind("503 without a body, and nothing was done"),
    "html-502": Kind("a proxy's page in HTML with 502, and nothing was done"),
}

PAGE = (
    "<!DOCTYPE html><html><title>Error 502 (Server Error)</title><p>That is an error. Try again in 30 seconds.</html>"
)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time left: close sends RST (socket(7))


async def answer(
    request: web.Request, fault: Fault | None, perform: Callable[[], Awaitable[web.Response]]
) -> web.StreamResponse:
    """Answer a request, with what may go wrong on the way.

    Args:
        request: the request.
        fault: what strikes it: one of `KINDS`, or None (`slow` and `hold` are over when `faults.next` returns).
        perform: does what is asked and returns the answer; never called for a fault before the change.
    """
    if fault is None:
        return await perform()
    if fault.kind in _BEFORE:
        return _BEFORE[fault.kind](request, fault)
    done = await perform()
    return await _AFTER[fault.kind](request, done.body if isinstance(done.body, bytes) else b"")


def _html_502(_request: web.Request, fault: Fault) -> web.Response:
    return web.Response(status=502, text=PAGE, content_type="text/html", headers=fault.headers())


def _empty_503(_request: web.Request, fault: Fault) -> web.Response:
    return web.Response(status=503, headers=fault.headers())


def _reset_before(request: web.Request, _fault: Fault) -> web.Response:
    return _reset(request)


async def _reset_after(request: web.Request, _body: bytes) -> web.StreamResponse:
    return _reset(request)


async def _empty_200(_request: web.Request, _body: bytes) -> web.StreamResponse:
    return web.Response(status=200)


async def _truncated_json(_request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=body[: len(body) // 2], content_type="application/json")


async def _cut_off(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        request.transport.abort()
    return web.Response()  # which nobody gets


_BEFORE = {"html-502": _html_502, "empty-503": _empty_503, "reset-before": _reset_before}
_AFTER = {
    "reset-after": _reset_after,
    "cut-off": _cut_off,
    "truncated-json": _truncated_json,
    "empty-200": _empty_200,
}
