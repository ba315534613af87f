"""The folder under ``.build/`` that Terraform works in: a copy of a root, with a local backend laid over it.

The copy lies as deep as the root (``.build/<env>`` and ``roots/<env>``), so that relative module sources still resolve.
Terraform's own ``.terraform`` folder stays between runs: that is what makes the second ``init`` quick.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import WrongUseError

LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'
KEPT = {".terraform", ".terraform.lock.hcl"}


@dataclass(frozen=True)
class Workspace:
    """A root being worked on.

    Attributes:
        folder: where Terraform runs.
        state: the local state file, or None when the root's own backend is used (the real account).
    """

    folder: Path
    state: Path | None

    @property
    def plan_file(self) -> Path:
        """Terraform's binary plan."""
        return self.folder / "plan.tfplan"

    @property
    def plan_json(self) -> Path:
        """The plan as ``terraform show -json`` gives it."""
        return self.folder / "plan.json"

    def leave_out_imports(self) -> bool:
        """Take the import blocks out of the copy; say whether there were any. What is not there cannot be imported."""
        blocks = self.folder / "imports.tf"
        there = blocks.is_file()
        blocks.unlink(missing_ok=True)
        return there

    @property
    def backend_arguments(self) -> list[str]:
        """What ``terraform init`` needs to know of the backend."""
        return [] if self.state is None else [f"-backend-config=path={self.state}"]


@contextmanager
def exclusive(build: Path, environment: str) -> Iterator[None]:
    """Hold a working folder: what one make has planned, another must not replace before it is applied."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / f"{environment}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another make of {environment} to end ...", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(root: Path, folder: Path, state: Path | None, *, keep: Collection[str] = ()) -> Workspace:
    """Copy ``root`` to ``folder`` afresh; with ``state``, lay a local backend over it.

    What lay there is removed, but for Terraform's own cache and the names in ``keep``.

    Raises:
        WrongUseError: there is no such root.
    """
    if not any(root.glob("*.tf")):
        raise WrongUseError(f"{root}: no Terraform files there; `make generate` writes them from environments/")
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.name in KEPT or entry.name in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for source in root.iterdir():
        if source.is_file():
            shutil.copy2(source, folder / source.name)
    if state is not None:
        (folder / "backend_override.tf").write_text(LOCAL_BACKEND, encoding="utf-8")
    return Workspace(folder, state)
