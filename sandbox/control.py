"""What a sandbox answers beside AWS's own calls: JSON in, JSON out, under /_punctual/.

The server's modules register what they answer; `Sandbox.ask` is the other end.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.asking import CONTROL_PATH
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {}


def answers(name: str) -> Callable[[Callable[[dict[str, Any]], Any]], Callable[[dict[str, Any]], Any]]:
    """Register a function under /_punctual/<name>: it gets the request's JSON object and returns what is JSON.

    A name that ends in a slash stands for all addresses below it, and what follows the slash is the field `path`. A
    `SandboxError` that the function raises reaches the client as one, with its exit code.
    """

    def register(function: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
        ANSWERS[name] = function
        return function

    return register


def with_control(application: WSGIApplication) -> WSGIApplication:
    """Answer what is under the prefix; everything else is AWS's."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(CONTROL_PATH):
            return application(environ, start_response)
        name = path.removeprefix(CONTROL_PATH)
        first, slash, rest = name.partition("/")
        function = ANSWERS.get(first + slash)
        if function is None:
            return _json(start_response, "404 Not Found", {"error": f"there is no {path}", "exit_code": 3})
        size = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            fields = json.loads(environ["wsgi.input"].read(size) or b"{}")
            return _json(start_response, "200 OK", function(fields | {"path": rest} if slash else fields))
        except SandboxError as error:
            return _json(start_response, "400 Bad Request", {"error": str(error), "exit_code": error.exit_code})

    return answer


def _json(start_response: StartResponse, status: str, value: Any) -> Iterable[bytes]:
    body = json.dumps(value).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
