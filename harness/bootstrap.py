"""Makes the Python environments under ``.build/``; runs on the standard library alone, before anything is installed.

    python3 harness/bootstrap.py main [checkov] [awscli]

An environment is ready when its stamp equals the hash of what it was made from, so the second run costs one comparison.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
ENVIRONMENTS = {"main": BUILD / "venv", "checkov": BUILD / "checkov", "awscli": BUILD / "awscli"}
OLDEST_PYTHON = (3, 11)
ENVIRONMENT_FAILED = 3
INTERRUPTED = 130


def fingerprint(requirements: Path, folder: Path) -> str:
    """What an environment depends on: its lock, this interpreter, and the folder (environments cannot be moved)."""
    made_of = (requirements.read_bytes(), sys.version.encode(), str(folder).encode())
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def fail(problem: str, remedy: str) -> None:
    """Say what failed and what to do, and stop with exit code 3 (the environment failed)."""
    print(f"set-up failed: {problem}\n  what to do: {remedy}", file=sys.stderr)
    raise SystemExit(ENVIRONMENT_FAILED)


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Two makes at once set up one after the other, not into each other's folder."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def install(name: str, folder: Path, requirements: Path) -> None:
    """Create the environment and install exactly what is locked, checked by hash."""
    packages = len(re.findall(r"^[\w.-]+==", requirements.read_text(encoding="utf-8"), flags=re.MULTILINE))
    print(f"set-up: {name} environment, {packages} packages into {folder.relative_to(ROOT)} (once) ...", flush=True)
    started = time.monotonic()
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        fail(
            f"cannot create {folder}: {error}", "install Python's venv module (Debian: python3-venv), then `make setup`"
        )
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes", "--requirement", str(requirements)]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    if finished.returncode != 0:
        last_lines = "\n    ".join((finished.stderr.strip() or finished.stdout.strip()).splitlines()[-8:])
        fail(
            f"pip could not install {requirements.relative_to(ROOT)}:\n    {last_lines}",
            "check that a Python package index can be reached (pip reads PIP_INDEX_URL, PIP_CERT and HTTPS_PROXY), "
            "then `make setup` again",
        )
    print(f"set-up: {name} environment ready after {time.monotonic() - started:.0f} s", flush=True)


def ensure(name: str) -> None:
    """Make the environment if it is missing or was made from something else."""
    folder, requirements = ENVIRONMENTS[name], ROOT / "requirements" / f"{name}.txt"
    stamp = folder / ".made-from"
    wanted = fingerprint(requirements, folder)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with only_one(BUILD / f"{name}.lock"):
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        install(name, folder, requirements)
        stamp.write_text(wanted)


def main(names: list[str]) -> None:
    """Check what cannot be installed from here, then make every environment named."""
    if sys.version_info < OLDEST_PYTHON:
        fail(
            f"this is Python {sys.version.split()[0]} and 3.11 or later is needed",
            "install Python 3.11, or name one: make PYTHON=/path/to/python3.11 ...",
        )
    if shutil.which("terraform", path=os.environ.get("PATH")) is None:
        fail(
            "terraform is not on PATH",
            "install Terraform 1.9 or later: https://developer.hashicorp.com/terraform/install",
        )
    unknown = sorted(set(names) - set(ENVIRONMENTS))
    if unknown:
        fail(f"there is no environment called {', '.join(unknown)}", f"name one of {', '.join(ENVIRONMENTS)}")
    try:
        for name in names:
            ensure(name)
    except OSError as error:
        fail(str(error), f"make {BUILD} a folder that you can write to, or remove it")
    except KeyboardInterrupt:
        print("set-up interrupted; `make setup` begins it anew", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main(sys.argv[1:] or ["main"])
