"""Start and stop a sandbox server, and describe it to what shall use it."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox import asking, environment
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Sandbox:
    """A server that answers."""

    account: str
    region: str
    port: int
    pid: int
    id: str
    log: Path

    @property
    def endpoint(self) -> str:
        """The address that stands for all of AWS."""
        return f"http://{environment.LOOPBACK}:{self.port}"

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables that make an AWS client of a child process use this sandbox."""
        return environment.client_variables(self.endpoint, self.region)

    def child_environment(self, parent: Mapping[str, str]) -> dict[str, str]:
        """Return the environment for a child: the parent's, with its AWS settings replaced by this sandbox's."""
        return environment.child_environment(parent, self.environment)

    def answers(self) -> bool:
        """Tell whether this very server, and not another process on its port, is there."""
        return asking.answers_as(self.endpoint, "identity", self.id)

    def ask(self, what: str, seconds: float = 60, **fields: Any) -> Any:
        """Return the server's answer to a question of the sandbox's own (`control.py`).

        Raises:
            SandboxError: it refuses, with its reason, or does not answer within these seconds.
        """
        return asking.ask(self.endpoint, what, fields, seconds)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented, to be part of a message."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "  (no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (the log is empty)"


def launch(
    *, account: str, region: str, log: Path, lifeline: bool, without: Collection[str] = ()
) -> tuple[Sandbox, subprocess.Popen[bytes]]:
    """Start a server process and wait until it listens.

    With a lifeline the server ends when this process does, however it ends; without one it stays. It gets a session of
    its own either way, so that a Ctrl-C meant for Terraform does not take AWS away from under it.
    """
    identifier = uuid.uuid4().hex
    command = [sys.executable, "-m", "sandbox", "serve", "--account", account, "--region", region, "--id", identifier]
    command += ["--lifeline"] if lifeline else []
    command += [argument for name in without for argument in ("--without", name)]
    identity, process = spawn(command, server_variables(region), log, lifeline=lifeline)
    box = Sandbox(account=account, region=region, port=identity["port"], pid=identity["pid"], id=identifier, log=log)
    return box, process


def spawn(
    command: Sequence[str], variables: Mapping[str, str], log: Path, *, lifeline: bool
) -> tuple[dict[str, Any], subprocess.Popen[bytes]]:
    """Start a server process and return what it says of itself when it listens.

    Raises:
        SandboxError: it is not ready in time, or ended.
    """
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment.child_environment(os.environ, variables),
            stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        ready = read_ready_line(process, READY_SECONDS)
    except TimeoutError:
        stop(process)
        raise SandboxError(f"the server was not ready in {READY_SECONDS:.0f} s; its log ends:\n{tail(log)}") from None
    if not ready:
        code = stop(process)
        raise SandboxError(f"the server ended at once (exit code {code}); its log ends:\n{tail(log)}")
    identity: dict[str, Any] = json.loads(ready)
    if not lifeline:
        process.returncode = 0  # it is to outlive this process, which never waits for it; else Popen would warn of that
    return identity, process


def server_variables(region: str) -> dict[str, str]:
    """Return the variables of the server process itself.

    AWS's managed policies are loaded so that they can be attached and read. The credentials are only there so that no
    SDK call within moto looks for others.
    """
    client = environment.client_variables("", region)
    del client["AWS_ENDPOINT_URL"]
    return client | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "PYTHONUNBUFFERED": "1"}


def read_ready_line(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """Return what the server says when it listens, nothing if it ended first; `TimeoutError` if it does neither."""
    if process.stdout is None:
        raise TypeError("the server's standard output is not a pipe")
    deadline = time.monotonic() + seconds
    line = b""
    with process.stdout as stdout, selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not selector.select(remaining):
                raise TimeoutError
            chunk = os.read(stdout.fileno(), 65536)
            if not chunk:
                process.wait()
                return b""
            line += chunk
    return line


def stop(process: subprocess.Popen[bytes]) -> int:
    """End a server that this process launched, if it has not ended by itself, and return its exit code."""
    process.terminate()
    if process.stdin is not None:
        process.stdin.close()
    try:
        return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextlib.contextmanager
def start(
    account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION, *, without: Collection[str] = ()
) -> Iterator[Sandbox]:
    """Run a sandbox for the length of a `with` block.

    `without` names repairs to leave out, for the tests that show that each is needed.
    """
    with tempfile.TemporaryDirectory(prefix="punctual-sandbox-") as folder:
        log = Path(folder) / "server.log"
        box, process = launch(account=account, region=region, log=log, lifeline=True, without=without)
        try:
            yield box
        finally:
            stop(process)
