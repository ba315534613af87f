"""The server process: moto's WSGI application with its gaps mended, on a loopback port that the kernel chooses.

Only `python -m sandbox serve` imports this module, since importing moto takes most of a second.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, cast

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler
from werkzeug.serving import make_server

from sandbox import callers, control, failures, guard, repairs  # noqa: F401 - importing callers registers repairs
from sandbox.automation import hooks as automation_hooks  # noqa: F401 - importing them registers repairs and answers
from sandbox.automation import questions as automation_questions  # noqa: F401 - as above
from sandbox.batch import hooks as batch_hooks  # noqa: F401 - as above
from sandbox.containers import hooks as container_hooks  # noqa: F401 - as above
from sandbox.containers import questions as container_questions  # noqa: F401 - as above
from sandbox.delivery import hooks, questions  # noqa: F401 - as above
from sandbox.guard import check_loopback
from sandbox.schedules import hooks as schedule_hooks  # noqa: F401 - as above
from sandbox.schedules import questions as schedule_questions  # noqa: F401 - as above

if TYPE_CHECKING:
    from collections.abc import Collection

    from _typeshed.wsgi import WSGIApplication

LOG_CHECK_SECONDS = 2.0


def forbid_network() -> None:
    """Refuse every outgoing connection of this process that leaves the machine.

    moto really calls HTTP subscriptions of SNS and API destinations of EventBridge. A stand-in must not.
    """

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if isinstance(address, tuple):  # a string or bytes is a Unix socket
                check_loopback(str(address[0]))
        elif event == "socket.getaddrinfo" and arguments[0] != "localhost":
            check_loopback(str(arguments[0]))  # asking a name server for a name leaves the machine too

    sys.addaudithook(audit)


def exit_with(lifeline: IO[bytes]) -> None:
    """End this process when the other end of the pipe closes; the kernel sees to that even if the parent is killed."""

    def watch() -> None:
        lifeline.read()
        os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def exit_without_log() -> None:
    """End this process when its log is deleted: its folder is gone, and with it the only way to find it and stop it."""

    def watch() -> None:
        while os.fstat(sys.stderr.fileno()).st_nlink:
            time.sleep(LOG_CHECK_SECONDS)
        os._exit(0)

    if stat.S_ISREG(os.fstat(sys.stderr.fileno()).st_mode):  # not when a person runs it on a terminal
        threading.Thread(target=watch, name="log", daemon=True).start()


def report_ready(identity: dict[str, Any]) -> None:
    """Tell the parent, on standard output, where the server listens; from then on standard output is the log."""
    print(json.dumps(identity), flush=True)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def serve(*, host: str, account: str, region: str, identifier: str, lifeline: bool, without: Collection[str]) -> None:
    """Serve until the process ends."""
    check_loopback(host)
    os.environ["MOTO_ACCOUNT_ID"] = account  # what moto takes every caller's account to be
    repairs.apply(without)
    forbid_network()
    identity: dict[str, Any] = {"id": identifier, "account": account, "region": region, "pid": os.getpid()}
    application = cast("WSGIApplication", DomainDispatcherApplication(failures.create_service))
    # Port 0 lets the kernel choose; the socket listens before the port is told, so no call can come too early.
    server = make_server(host, 0, application, threaded=True, request_handler=MotoRequestHandler)
    identity["port"] = server.port
    os.environ["MOTO_PORT"] = str(server.port)  # moto builds some addresses of its own from it
    control.answers("identity")(lambda _: identity)
    server.app = guard.with_guard(control.with_control(application))
    exit_without_log()
    if lifeline:
        exit_with(sys.stdin.buffer)
    report_ready(identity)
    server.serve_forever()
