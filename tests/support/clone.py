"""A copy of this repository, in which a test types the commands that a person types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.planning import BUILD, REPOSITORY

METHOD, SERVICE = re.compile(r"rpc\.method=(\w+)"), re.compile(r'rpc\.service=(?:"([^"]+)"|(\S+))')
IAM = {"CloudWatch Logs": "logs", "EventBridge": "events"}  # where the prefix is not the service's name


def place(folder: Path, text: str) -> tuple[Path, int]:
    """The file and the line of what stands once in the specifications of a repository."""
    found = [
        (path, number)
        for path in sorted((folder / "environments").glob("*.yaml"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if text in line
    ]
    assert len(found) == 1, f"{text!r} stands {len(found)} times in environments/"
    return found[0]


class Clone:
    """A copy of this clone's files, with the same Python environments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.splitlines()
        for name in names:
            if (REPOSITORY / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, folder / name)
        (folder / ".build").mkdir()
        (folder / ".build" / "venv").symlink_to(BUILD / "venv")
        self.home = folder / "home"
        self.home.mkdir()

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make with an empty home; ``-o setup`` because the Python environment is a link to this test's own."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        environment |= {"HOME": str(self.home), "AWS_EC2_METADATA_DISABLED": "true"}
        environment |= self.logging(arguments[0] if arguments else "help")
        return subprocess.run(
            ["make", "-o", "setup", f"PYTHON={sys.executable}", *arguments],
            cwd=self.folder, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip

    def spec(self, old: str, new: str) -> None:
        """Replace what stands once in the specifications."""
        path, _ = place(self.folder, old)
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def plan_json(self, environment: str = "dn-dev") -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self.folder / ".build" / environment / "plan.json").read_text())
        return plan

    def review(self, environment: str = "dn-dev") -> dict[str, Any]:
        """What the last review of an environment found."""
        review: dict[str, Any] = json.loads((self.folder / ".build" / environment / "review.json").read_text())
        return review

    def logging(self, target: str) -> dict[str, str]:
        """The variables that make the provider write down what it calls while a target is made."""
        return {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(self.folder / f"{target}.log")}

    def calls(self, target: str) -> set[str]:
        """The actions of AWS that the provider called in every run of a target, as IAM calls them."""
        log = self.folder / f"{target}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
        found = ((METHOD.search(line), SERVICE.search(line)) for line in lines)
        return {
            f"{IAM.get(name, name.lower())}:{method[1]}"
            for method, service in found
            if method and service and (name := service[1] or service[2])
        }

    def sandbox(self) -> dict[str, Any]:
        """Where the sandbox that ``make apply`` left is."""
        state: dict[str, Any] = json.loads((self.folder / ".build" / "sandbox" / "dn-dev" / "sandbox.json").read_text())
        return state


def succeeded(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
