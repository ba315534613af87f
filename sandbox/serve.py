"""The server process: moto's WSGI application with its gaps mended, on a loopback port that the kernel chooses.

Only `python -m sandbox serve` imports this module, since importing moto takes most of a second.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler
from werkzeug.serving import make_server

from sandbox import (  # noqa: F401 - they register
    call_hooks,
    control,
    failures,
    guard,
    process,
    repairs,
    s3_bodies,
    s3_callers,
    topic_messages,
)
from sandbox.automation import hooks as automation_hooks  # noqa: F401 - importing them registers repairs and answers
from sandbox.automation import questions as automation_questions  # noqa: F401 - as above
from sandbox.batch import compute as batch_compute  # noqa: F401 - as above
from sandbox.batch import hooks as batch_hooks  # noqa: F401 - as above
from sandbox.batch import questions as batch_questions  # noqa: F401 - as above
from sandbox.containers import hooks as container_hooks  # noqa: F401 - as above
from sandbox.containers import questions as container_questions  # noqa: F401 - as above
from sandbox.delivery import hooks, questions  # noqa: F401 - as above
from sandbox.guard import check_loopback
from sandbox.schedules import hooks as schedule_hooks  # noqa: F401 - as above
from sandbox.schedules import questions as schedule_questions  # noqa: F401 - as above
from sandbox.services import questions as service_questions  # noqa: F401 - as above

if TYPE_CHECKING:
    from collections.abc import Collection

    from _typeshed.wsgi import WSGIApplication


def serve(*, host: str, account: str, region: str, identifier: str, lifeline: bool, without: Collection[str]) -> None:
    """Serve until the process ends."""
    check_loopback(host)
    os.environ["MOTO_ACCOUNT_ID"] = account  # what moto takes every caller's account to be
    repairs.apply(without)
    process.forbid_network()
    identity: dict[str, Any] = {"id": identifier, "account": account, "region": region, "pid": os.getpid()}
    application = cast("WSGIApplication", DomainDispatcherApplication(failures.create_service))
    # Port 0 lets the kernel choose; the socket listens before the port is told, so no call can come too early.
    server = make_server(host, 0, application, threaded=True, request_handler=MotoRequestHandler)
    identity["port"] = server.port
    os.environ["MOTO_PORT"] = str(server.port)  # moto builds some addresses of its own from it
    control.answers("identity")(lambda _: identity)
    server.app = guard.with_guard(control.with_control(call_hooks.with_record(application)))
    process.exit_without_log()
    if lifeline:
        process.exit_with(sys.stdin.buffer)
    process.report_ready(identity)
    server.serve_forever()
