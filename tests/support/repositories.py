"""A git repository in a temporary directory, which no configuration of this machine reaches."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

WHO = {
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Repository:
    """A working tree and its history."""

    def __init__(self, top: Path) -> None:
        self.top = top
        top.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        """Run git here, and return what it says."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | WHO
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.top, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str = "a step") -> str:
        """Commit everything, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def write(self, path: str, text: str) -> Path:
        """Write a file, and the folders that it is in."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def replace(self, path: str, old: str, new: str) -> None:
        """Change a text that is there."""
        text = (self.top / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))
