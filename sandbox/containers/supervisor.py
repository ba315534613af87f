"""Run one container's program as a process of its own, keep it within its limits, and leave nothing of it behind.

A script of the standard library alone, started for each container: one process with one thread, where setting limits
between fork and exec is safe, and which outlives the server for just as long as it takes to clean up after it.

It reads a JSON object in one line from standard input, then waits: `stop` in a line asks the program to end, `kill`
ends it without asking, and so does the end of input, however the server came to its end. It writes how the program
ended, as JSON, to the descriptor `report`.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LARGEST_FILE = 1 << 30  # bytes
LARGEST_RESULT = 1 << 20  # bytes
# The end of standard input is what ends this process, after it has cleaned up.
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def prctl(option: int, value: int) -> None:
    """Set a property of this process that only Linux has."""
    if LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Run the program to its end and say how that came.

    Args:
        order: `command` (words), `environment`, `scratch` (a folder of its own, which goes with it), `directory` (where
            it starts; None for the scratch folder), `cpu_seconds`, `wall_seconds`, `stop_seconds`, `result` (the name
            of a file in the scratch folder that is handed back; None for none).

    Returns:
        `exit_code` (128 and the signal's number if a signal ended it; None if it could not be started), `ended_by`
        (`exit`, `stop`, `wall`, `cpu` or `start`), `error` (why it could not be started), `cpu_seconds` (used) and
        `result` (the text of that file; None if it is not there, or too large).
    """
    # Whatever the program starts comes back to this process when its parent ends, so that it can be ended too.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        ended = supervise(order)
        if order["result"] is not None:
            ended["result"] = result_of(Path(order["scratch"]) / order["result"])
        return ended
    finally:
        end_descendants()
        shutil.rmtree(order["scratch"], ignore_errors=True)


def result_of(path: Path) -> str | None:
    """Return what the program left for whoever started it."""
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST_RESULT else None
    except (OSError, UnicodeDecodeError):
        return None


def supervise(order: dict[str, Any]) -> dict[str, Any]:
    """Start the program and watch it."""
    waker, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm)
    signal.signal(signal.SIGCHLD, lambda *_: None)

    def limit() -> None:
        for name in IGNORED:
            signal.signal(name, signal.SIG_DFL)  # an ignored signal would stay ignored in the program
        cpu = order["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    try:
        process = subprocess.Popen(
            order["command"],
            env={**order["environment"], "HOME": order["scratch"], "TMPDIR": order["scratch"]},
            cwd=order["directory"] or order["scratch"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=limit,  # noqa: PLW1509 - this process has one thread
        )
    except (OSError, ValueError) as error:
        return {"exit_code": None, "ended_by": "start", "error": str(error), "cpu_seconds": 0.0}
    ended_by = watch(process, order, waker)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    if ended_by == "exit" and code in (128 + signal.SIGXCPU, 128 + signal.SIGKILL):
        ended_by = "cpu" if used.ru_utime + used.ru_stime >= order["cpu_seconds"] - 0.5 else ended_by
    return {"exit_code": code, "ended_by": ended_by, "error": None, "cpu_seconds": used.ru_utime + used.ru_stime}


def watch(process: subprocess.Popen[bytes], order: dict[str, Any], waker: int) -> str:
    """Wait until the program has ended, asking it to end when it must; return what ended it."""
    ended_by = "exit"
    kill_at = time.monotonic() + order["wall_seconds"]
    asked = False

    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.register(waker, selectors.EVENT_READ)
        while process.poll() is None:
            ready = {key.fd for key, _ in selector.select(max(0.0, kill_at - time.monotonic()))}
            if waker in ready:
                os.read(waker, 4096)
            said = os.read(sys.stdin.fileno(), 4096) if sys.stdin.fileno() in ready else None
            if said == b"":  # the server is gone
                signal_group(process, signal.SIGKILL)
                selector.unregister(sys.stdin.fileno())
            elif said is not None and b"kill" in said:
                signal_group(process, signal.SIGKILL)
                continue
            overdue = time.monotonic() >= kill_at
            if asked and overdue:
                signal_group(process, signal.SIGKILL)
                kill_at = time.monotonic() + 1
            elif not asked and (said or overdue):
                asked, ended_by = True, "stop" if said else "wall"
                signal_group(process, signal.SIGTERM)
                kill_at = time.monotonic() + order["stop_seconds"]
    return ended_by


def signal_group(process: subprocess.Popen[bytes], signum: int) -> None:
    """Send a signal to the program and to all of its process group."""
    with contextlib.suppress(ProcessLookupError):  # it ended a moment ago
        os.killpg(process.pid, signum)


def end_descendants() -> None:
    """Kill whatever is left of the program's own children, until there is none; a container ends as a whole."""
    while LINUX:
        for child in children():
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def children() -> list[int]:
    """Return the processes whose parent is this one."""
    me = os.getpid()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended while the list was read
            continue
        if int(fields[1]) == me:
            found.append(int(entry.name))
    return found


def main() -> None:
    """Do what the first line of standard input orders."""
    for name in IGNORED:
        signal.signal(name, signal.SIG_IGN)
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(sys.stdin.fileno(), 1)  # no more than the line: what follows it is for `watch`
        if not piece:
            return
        line += piece
    order = json.loads(line)
    report = order.pop("report")
    ended = run(order)
    for output in (1, 2):  # who reads the report reads the output to its end first, and a pipe holds little
        os.close(output)
    with os.fdopen(report, "w") as pipe:
        pipe.write(json.dumps(ended))


if __name__ == "__main__":
    main()
