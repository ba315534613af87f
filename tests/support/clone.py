"""A copy of this repository, in which a test types the commands that a person types."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.planning import BUILD, REPOSITORY


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
        return subprocess.run(
            ["make", "-o", "setup", f"PYTHON={sys.executable}", *arguments],
            cwd=self.folder, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip

    def spec(self, old: str, new: str, name: str = "dn-dev") -> None:
        """Replace what stands once in a specification."""
        path = self.folder / "environments" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def plan_json(self) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self.folder / ".build" / "dn-dev" / "plan.json").read_text())
        return plan

    def sandbox(self) -> dict[str, Any]:
        """Where the sandbox that ``make apply`` left is."""
        state: dict[str, Any] = json.loads((self.folder / ".build" / "sandbox" / "dn-dev" / "sandbox.json").read_text())
        return state


def succeeded(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
