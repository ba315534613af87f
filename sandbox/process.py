"""What every server process of the sandbox keeps to: it ends with its parent or its folder, and stays on loopback."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from typing import IO, Any

from sandbox.guard import check_loopback

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
