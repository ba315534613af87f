"""Start and stop the process of the stand-ins: for the length of a test, or beside a sandbox that stays up."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox import asking, server
from sandbox.errors import SandboxError
from sandbox.services import addresses

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

RECORD = "services.json"
LOG = "services.log"
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Running:
    """A process of stand-ins that answers."""

    port: int
    pid: int
    id: str

    @property
    def endpoint(self) -> str:
        """The address of all of them."""
        return addresses.endpoint(self.port)

    @property
    def urls(self) -> dict[str, str]:
        """The settings that make a worker use them, by the name of the environment variable."""
        return addresses.urls(self.port)

    def answers(self) -> bool:
        """Tell whether this very process, and not another one on its port, is there."""
        return asking.answers_as(self.endpoint, f"{addresses.QUESTIONS}identity", self.id)

    def ask(self, question: str, /, **fields: Any) -> Any:
        """Return the answer to a question, like `faults/list` or `content-id/statistics`.

        Raises:
            SandboxError: it refuses, with its reason, or does not answer.
        """
        return asking.ask(self.endpoint, f"{addresses.QUESTIONS}{question}", fields)

    def use(self, box: server.Sandbox) -> None:
        """Let AppSync be an API of a sandbox's account: whose credentials it takes and what they may do is known there.

        Raises:
            SandboxError: the process does not answer.
        """
        self.ask("appsync/settings", sandbox=box.endpoint, account=box.account, region=box.region)


class Record(BaseModel):
    """What `services.json` holds. The id is what tells the process from a stranger that got its pid or port later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    pid: int
    port: int


@contextlib.contextmanager
def start() -> Iterator[Running]:
    """Run the stand-ins for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="punctual-services-") as folder:
        running, process = launch(Path(folder) / LOG, lifeline=True)
        try:
            yield running
        finally:
            server.stop(process)


def launch(log: Path, *, lifeline: bool) -> tuple[Running, subprocess.Popen[bytes]]:
    """Start a process and wait until it listens; it ends with this process (`lifeline`), or with its log's folder.

    Raises:
        SandboxError: it is not ready in time, or ended.
    """
    identifier = uuid.uuid4().hex
    command = [sys.executable, "-m", "sandbox", "serve-services", "--id", identifier]
    command += ["--lifeline"] if lifeline else []
    identity, process = server.spawn(command, {"PYTHONUNBUFFERED": "1"}, log, lifeline=lifeline)
    return Running(port=identity["port"], pid=identity["pid"], id=identifier), process


def find(folder: Path) -> Running | None:
    """Return the stand-ins beside the sandbox of a folder, if they are up."""
    try:
        record = Record.model_validate_json((folder / RECORD).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    running = Running(port=record.port, pid=record.pid, id=record.id)
    return running if running.answers() else None


def up(folder: Path) -> tuple[Running, bool]:
    """Return the stand-ins beside the sandbox of a folder, and whether they were started now."""
    running = find(folder)
    if running is not None:
        return running, False
    running, _ = launch(folder / LOG, lifeline=False)
    try:
        beside = folder / f"{RECORD}.new"
        beside.write_text(Record(id=running.id, pid=running.pid, port=running.port).model_dump_json(indent=2) + "\n")
        beside.replace(folder / RECORD)
    except OSError:
        os.kill(running.pid, signal.SIGTERM)
        raise
    return running, True


def down(folder: Path) -> bool:
    """End the stand-ins beside the sandbox of a folder; tell whether there were any."""
    running = find(folder)
    if running is None:
        return False
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, signum)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not running.answers():
                (folder / RECORD).unlink(missing_ok=True)
                return True
            time.sleep(0.02)
    raise SandboxError(f"the services (pid {running.pid}) cannot be stopped")
