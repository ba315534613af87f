"""Plans a configuration in a temporary copy, against a sandbox, with tftest.

tftest deletes state and lock files in the folder it is given, so it only ever gets a copy; its cache is off, because it
does not see changes in modules beside the root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tftest

from harness import providers
from sandbox.server import Sandbox

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / ".build"
PROVIDER = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}
"""


@dataclass(frozen=True)
class Planner:
    """Plans roots for one test.

    Attributes:
        base: a temporary folder, laid out as the repository is (``modules`` beside ``roots``).
        box: the sandbox to plan in.
        attach: the variables that make Terraform use the provider that is already running.
    """

    base: Path
    box: Sandbox
    attach: dict[str, str]

    def root(self, name: str, files: dict[str, str]) -> tftest.TerraformTest:
        """Write a root and initialise it."""
        folder = self.base / "roots" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        return self.initialise(folder)

    def copy(self, source: Path, name: str, extra: dict[str, str] | None = None) -> tftest.TerraformTest:
        """Copy a root of the repository, with files added or replaced, and initialise it."""
        folder = self.base / "roots" / name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        for file, text in (extra or {}).items():
            (folder / file).write_text(text, encoding="utf-8")
        return self.initialise(folder)

    def example(self, source: Path) -> tftest.TerraformTest:
        """Copy an example root of a module, with module sources as they are seen from the copy."""
        text = (source / "main.tf").read_text(encoding="utf-8")
        text = text.replace('"../.."', f'"../../modules/{source.parents[1].name}"')
        return self.copy(source, "example", {"main.tf": text.replace('"../../../', '"../../modules/')})

    def initialise(self, folder: Path) -> tftest.TerraformTest:
        """Run ``terraform init`` in a folder that is already a copy."""
        modules = self.base / "modules"
        if not modules.exists():
            modules.symlink_to(REPOSITORY / "modules")
        test = tftest.TerraformTest(str(folder), env=self.environment(), enable_cache=False)
        test.setup(cleanup_on_exit=False)
        return test

    def environment(self) -> dict[str, str]:
        """What Terraform sees: the sandbox, our CLI configuration, and the running provider."""
        cli = {
            "TF_CLI_CONFIG_FILE": str(providers.configure(BUILD)),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        return {**self.box.child_environment(os.environ), **cli, **self.attach}


def plan(test: tftest.TerraformTest) -> tftest.TerraformPlanOutput:
    """Plan an initialised root."""
    return test.plan(output=True)


def refusal(test: tftest.TerraformTest) -> str:
    """Plan an initialised root that must be refused, and return Terraform's words.

    Not with tftest, which reads one of Terraform's two outputs to its end before the other: many messages fill the
    pipe of the other, and both wait for ever.
    """
    command = ["terraform", "plan", "-no-color", "-input=false", "-lock=false"]
    finished = subprocess.run(command, cwd=test.tfdir, env=test.env, check=False, capture_output=True, text=True)
    assert finished.returncode == 1, finished.stdout
    return flat(finished.stderr)


def flat(words: str) -> str:
    """Terraform's message as one line, so that a test can look for a sentence in it."""
    return " ".join(words.replace("│", " ").replace("╷", " ").replace("╵", " ").split())
