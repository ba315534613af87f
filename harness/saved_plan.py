"""A plan that is kept to be applied later, perhaps on another machine, and what must still hold when it is.

``.build/<env>/saved/`` is all of it, and all that a pipeline has to carry from one job to the next: ``plan.tfplan``
(which holds the configuration, and every value in clear text), ``terraform.lock.hcl`` (the provider that planned) and
``plan.meta.json`` (what it was made from).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.git import environment as git_environment
from harness.errors import WrongUseError

if TYPE_CHECKING:
    from harness.workspace import Workspace

FOLDER = "saved"
PLAN, LOCK, META = "plan.tfplan", "terraform.lock.hcl", "plan.meta.json"


@dataclass(frozen=True)
class Record:
    """What a plan was made from.

    Attributes:
        environment: the folder of ``roots/``.
        live: the real account, or the sandbox.
        destroy: it destroys all that the root made.
        state: the state file of the sandbox it was made in; "" with ``live``, where the root itself names the state.
        configuration: digest of the root and of the local modules it uses, see :mod:`harness.fingerprint`.
        plan: SHA-256 of the plan file.
        terraform: the version that planned.
        commit: the git commit, with ``+`` when files differed from it; "" outside of git. Said, not compared: another
            commit with the same root and the same modules is the same configuration.
        made: when, in UTC.
    """

    environment: str
    live: bool
    destroy: bool
    state: str
    configuration: str
    plan: str
    terraform: str
    commit: str
    made: str

    def __str__(self) -> str:
        """Say which plan this is, for a person."""
        changed = " with changes" if self.commit.endswith("+") else ""
        return f"the plan of {self.made}" + (f", commit {self.commit[:12]}{changed}" if self.commit else "")


@dataclass(frozen=True)
class Circumstances:
    """What is there now, to be compared with a record; the attributes are those of :class:`Record`."""

    environment: str
    live: bool
    state: str
    configuration: str
    terraform: str


def keep(space: Workspace, now: Circumstances, *, destroy: bool, commit: str) -> None:
    """Put the plan that was just made, and its record, into the folder of the saved plan."""
    folder = space.folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    shutil.copy2(space.plan_file, folder / PLAN)
    lock = space.folder / ".terraform.lock.hcl"
    if not lock.is_file():
        return  # no provider was installed but one that somebody runs beside: another machine could not apply this
    shutil.copy2(lock, folder / LOCK)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    record = Record(**asdict(now), destroy=destroy, plan=digest(folder / PLAN), commit=commit, made=made)
    # Last, and whole: a folder without it is no saved plan.
    beside = folder / f"{META}.part"
    beside.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    beside.replace(folder / META)


def read(folder: Path, environment: str) -> Record:
    """The record of a saved plan.

    Raises:
        WrongUseError: there is none, or it is not one of this program's.
    """
    remedy = f"`make plan ENV={environment}` saves one"
    missing = [name for name in (META, PLAN, LOCK) if not (folder / name).is_file()]
    if missing:
        where = "/".join((*folder.parts[-3:], missing[0]))
        raise WrongUseError(f"there is no saved plan of {environment} ({where} is not there): {remedy}")
    try:
        found: Any = json.loads((folder / META).read_text(encoding="utf-8"))
        record = Record(**found)
    except (ValueError, TypeError):
        raise WrongUseError(f"{folder / META} is not the record of a saved plan: {remedy}") from None
    wrong = [field.name for field in fields(Record) if type(getattr(record, field.name)).__name__ != field.type]
    if wrong:
        raise WrongUseError(f"{folder / META}: {', '.join(wrong)} is not what a saved plan says there: {remedy}")
    return record


def require_applicable(record: Record, now: Circumstances, plan: Path, *, current: bool) -> None:
    """Check that a saved plan still is what it was and that nothing it was made from has changed.

    Args:
        record: what it was made from.
        now: what is there now.
        plan: the plan file.
        current: the root is what the specification asks for; a plan is only ever made of one that is.

    Raises:
        WrongUseError: with every reason why it must not be applied.
    """
    reasons = []
    if digest(plan) != record.plan:
        reasons.append("the plan file is not the one that was saved with this record")
    if record.destroy:
        reasons.append("it destroys everything: `make destroy` plans that anew and asks")
    if record.environment != now.environment:
        reasons.append(f"it is a plan of {record.environment}, not of {now.environment}")
    if record.live != now.live:
        place = {True: "for the real account", False: "in the sandbox"}
        reasons.append(f"it was made {place[record.live]}, and would be applied {place[now.live]}")
    elif record.state != now.state:
        reasons.append("the sandbox it was made in is gone")
    if record.configuration != now.configuration:
        reasons.append(f"roots/{now.environment} or a module that it uses has changed since")
    if not current:
        reasons.append(f"roots/{now.environment} is not what environments/ asks for: that has changed since")
    if record.terraform != now.terraform:
        reasons.append(f"Terraform {record.terraform} made it, and this is {now.terraform}")
    if reasons:
        lines = "\n".join(f"  - {reason}" for reason in reasons)
        raise WrongUseError(f"{record} is not applied:\n{lines}\n  what to do: {remedy(record, now)}")


def remedy(record: Record, now: Circumstances) -> str:
    """How to get a plan that can be applied; a sandbox must be up for one to be made in, and stay up."""
    make_plan = f"`make plan ENV={now.environment}{' LIVE=1' if now.live else ''}`"
    if not now.live and record.state != now.state:
        return (
            f"`make apply ENV={now.environment}` plans, applies, and leaves the sandbox up; "
            f"what {make_plan} saves while it is up can be applied with SAVED=1"
        )
    return f"{make_plan} saves a new one"


def use_up(space: Workspace) -> None:
    """Take the plan out of its folder to be applied: whatever becomes of it, it is applied once."""
    folder = space.folder / FOLDER
    (folder / PLAN).replace(space.plan_file)
    shutil.rmtree(folder)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def git_commit(repository: Path) -> str:
    """The commit that is checked out, with ``+`` when files differ from it; "" where there is no git to ask."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--match=", "--dirty=+"],
            cwd=repository, env=git_environment(), check=False, capture_output=True, text=True,
        )  # fmt: skip
    except FileNotFoundError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
