"""Sandboxes that stay up between commands, each known by a name and kept in a folder of its own.

What belongs to a sandbox, Terraform's state above all, lies in that folder and goes when the sandbox goes, because a
state of resources that nobody has any more only misleads.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox import server
from sandbox.errors import SandboxError, WrongUseError
from sandbox.services import running as services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
STOP_SECONDS = 10.0


class Record(BaseModel):
    """What `sandbox.json` holds. The id is what tells the server from a stranger that got its pid or port later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    pid: int
    port: int
    account: str
    region: str
    started: datetime


class Store:
    """The named sandboxes under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str) -> Path:
        """Return the folder of a sandbox, which need not exist."""
        if not NAME.fullmatch(name):
            raise WrongUseError(
                f"{name!r} is no name for a sandbox: use lower-case letters, digits and hyphens, up to 63"
            )
        return self.root / name

    def names(self) -> list[str]:
        """Return the names that have a folder, whether their server still runs or not."""
        return sorted(path.parent.name for path in self.root.glob("*/sandbox.json"))

    def record(self, name: str) -> Record | None:
        """Return what was written when the sandbox was started; None if nothing, or nothing legible, is there."""
        try:
            return Record.model_validate_json((self.folder(name) / "sandbox.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def find(self, name: str) -> server.Sandbox | None:
        """Return the sandbox of that name if it is up."""
        record = self.record(name)
        if record is None:
            return None
        box = server.Sandbox(
            account=record.account,
            region=record.region,
            port=record.port,
            pid=record.pid,
            id=record.id,
            log=self.folder(name) / "server.log",
        )
        return box if box.answers() else None

    def up(self, name: str, account: str | None, region: str | None) -> tuple[server.Sandbox, str]:
        """Return the sandbox of that name, started if it was not up, and a sentence that says what happened.

        An account or region of None is any for one that is up, and the default for one that is started.
        """
        with self.locked(name):
            box = self.find(name)
            if box is not None:
                self.check_same(name, box, account, region)
                return box, f"{name} is up already"
            left_over = self.clear_stale(name)
            folder = self.folder(name)
            folder.mkdir(parents=True)
            try:
                box, _ = server.launch(
                    account=account or server.DEFAULT_ACCOUNT,
                    region=region or server.DEFAULT_REGION,
                    log=folder / "server.log",
                    lifeline=False,
                )
                self.write(name, box)
            except (SandboxError, OSError):
                shutil.rmtree(folder)  # and with it the server, if there is one: it ends when its log goes
                raise
            return box, f"{left_over}{name} is started"

    def down(self, name: str) -> str:
        """Stop the sandbox of that name and remove its folder; return a sentence that says what happened."""
        with self.locked(name):
            box = self.find(name)
            if box is None:
                return self.clear_stale(name) or f"{name} is not up"
            services.down(self.folder(name))
            terminate(box)
            shutil.rmtree(self.folder(name))
            return f"{name} is stopped"

    def clear_stale(self, name: str) -> str:
        """Remove what a sandbox left that ended by itself; return a sentence about it, empty if nothing was left."""
        folder = self.folder(name)
        if not folder.exists():
            return ""
        log = server.tail(folder / "server.log", lines=5)
        shutil.rmtree(folder)
        return f"{name} had ended without being stopped, and is cleaned up; its log ended:\n{log}\n"

    @staticmethod
    def check_same(name: str, box: server.Sandbox, account: str | None, region: str | None) -> None:
        """Refuse to take a sandbox of one account or region for one of another."""
        for what, has, wanted in (("account", box.account, account), ("region", box.region, region)):
            if wanted is not None and wanted != has:
                raise WrongUseError(
                    f"{name} is up with {what} {has}, not {wanted}: stop it first (python -m sandbox down {name})"
                )

    def write(self, name: str, box: server.Sandbox) -> None:
        """Write `sandbox.json`, whole or not at all."""
        record = Record(
            id=box.id, pid=box.pid, port=box.port, account=box.account, region=box.region, started=datetime.now(UTC)
        )
        path = self.folder(name) / "sandbox.json"
        beside = path.with_suffix(".new")
        beside.write_text(record.model_dump_json(indent=2) + "\n")
        beside.replace(path)

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Let one process at a time start or stop the sandbox of that name.

        The lock lies beside the folder, not in it, because the folder goes while the lock is held.
        """
        self.folder(name)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / f".{name}.lock").open("w")
        except OSError as error:
            raise SandboxError(
                f"{error.filename}: {error.strerror}; a sandbox that stays up needs a folder that can be written: "
                "name one with --build-dir"
            ) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def terminate(box: server.Sandbox) -> None:
    """End a server that answered a moment ago, so its pid is its own, and wait until its port is closed."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(box.pid, signum)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not box.answers():
                return
            time.sleep(0.05)
    raise SandboxError(f"the server (pid {box.pid}) cannot be stopped")
