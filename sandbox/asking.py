"""Ask a server of the sandbox one of its own questions: JSON in, JSON out, under /_punctual/."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

from sandbox.errors import SandboxError, WrongUseError

CONTROL_PATH = "/_punctual/"


def ask(endpoint: str, what: str, fields: dict[str, Any], seconds: float = 60) -> Any:
    """Return the answer.

    Args:
        endpoint: the server's address, without a slash at its end.
        what: the question's name.
        fields: what goes with it.
        seconds: how long to wait for it.

    Raises:
        SandboxError: the server refuses, with its reason, or does not answer within these seconds.
    """
    try:
        return _send(endpoint, what, fields, seconds)
    except urllib.error.HTTPError as refusal:
        refused = _refused(refusal)
        if refused is None:
            raise SandboxError(f"{endpoint} failed to answer {what}: HTTP {refusal.code}; its log says why") from None
        kind = WrongUseError if refused["exit_code"] == WrongUseError.exit_code else SandboxError
        raise kind(refused["error"]) from None
    except (OSError, http.client.HTTPException) as error:
        raise SandboxError(f"{endpoint} does not answer: {error}") from None


def _refused(refusal: urllib.error.HTTPError) -> dict[str, Any] | None:
    """Return what a server says of a refusal; None if it is another answer: an error of its own."""
    try:
        found = json.load(refusal)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"error", "exit_code"} <= found.keys() else None


def answers_as(endpoint: str, what: str, identifier: str) -> bool:
    """Tell whether the very server of an id, and not another process on its port, answers there."""
    try:
        identity = _send(endpoint, what, {}, seconds=5)
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return isinstance(identity, dict) and identity.get("id") == identifier


def _send(endpoint: str, what: str, fields: dict[str, Any], seconds: float) -> Any:
    # An empty ProxyHandler: a proxy for loopback would answer in the server's place.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    body = json.dumps(fields).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{endpoint}{CONTROL_PATH}{what}", data=body, headers=headers)  # noqa: S310 - http
    with opener.open(request, timeout=seconds) as response:
        return json.load(response)
