"""What a client is told when moto itself fails, or has no such action."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from flask import Flask, Response, request
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.exceptions import InternalServerError

if TYPE_CHECKING:
    from moto.backends import SERVICE_NAMES

CODE = "SandboxNotImplemented"


def create_service(service: SERVICE_NAMES) -> Flask:
    """Return moto's application of one service, with failures that a client does not try again.

    moto answers 500, which the SDKs take for a passing fault: Terraform's provider tries 25 times, with growing pauses,
    and a plan that needs a missing action seems to hang. 501 is not tried again, and the message reaches the person.
    """
    application = create_backend_app(service)
    # In debug mode, which moto turns on, Flask hands an exception on to the server instead of to the handler.
    application.config["PROPAGATE_EXCEPTIONS"] = False
    application.register_error_handler(InternalServerError, answer)
    return application


def answer(error: InternalServerError) -> Response:
    """Say which call failed and why, in the form of the request (Flask has written the traceback to the log)."""
    cause = error.original_exception or error
    message = (
        f"moto {version('moto')} failed at {called()}: {type(cause).__name__}: {cause} "
        "(a gap of the sandbox, not an answer of AWS; the traceback is in its server.log)"
    )
    if request.mimetype == "application/x-www-form-urlencoded":
        body = (
            f"<ErrorResponse><Error><Type>Receiver</Type><Code>{CODE}</Code><Message>{escape(message)}</Message></Error>"
            "<RequestId>sandbox</RequestId></ErrorResponse>"
        )
        return Response(body, status=501, mimetype="text/xml")
    body = json.dumps({"__type": CODE, "message": message})
    return Response(body, status=501, mimetype="application/json", headers={"x-amzn-errortype": CODE})


def called() -> str:
    """Name the call: the action of the JSON and query protocols, or the method and path of the REST ones."""
    return request.headers.get("X-Amz-Target") or request.form.get("Action") or f"{request.method} {request.path}"
