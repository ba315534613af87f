"""Runs Terraform: version check, init, plan, show, apply. Errors carry Terraform's own words."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import process, sources
from harness.errors import EnvironmentFailedError, HarnessError, ProtectedError, RefusedError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.sources import Clone
    from harness.workspace import Workspace

OLDEST = (1, 9)
REFUSALS = (
    "Error: Invalid value for variable",
    "Error: Invalid value for input variable",
    "Error: Resource precondition failed",
    "Error: Module output value precondition failed",
)
PROTECTED = re.compile(r"Resource\s+(\S.*?)\s+has\s+lifecycle\.prevent_destroy\s+set")
OUTDATED = ("Error: Saved plan is stale", "Error: Saved plan does not match the given state")
# Go's garbage collector runs when the heap has grown by this per cent. The provider's schema stays in the heap from the
# start, so Go's own 100 collects all the time: twice that takes a sixth off a plan's processor time, for 110 MB more.
GARBAGE_COLLECTION = {"GOGC": "200"}
LOCK_TIMEOUT = "-lock-timeout=2m"  # a pipeline's plan waits for another one of the same environment


@dataclass(frozen=True)
class Terraform:
    """Terraform in one folder, with one CLI configuration.

    Attributes:
        folder: the working folder.
        cli_config: the CLI configuration file, see :mod:`harness.providers`.
        environment: what the child sees besides; credentials and endpoint come from here.
        clones: where modules of a git repository are read from instead, see :mod:`harness.sources`.
    """

    folder: Path
    cli_config: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clones: tuple[Clone, ...] = ()

    def child_environment(self) -> dict[str, str]:
        """What Terraform sees: no prompts, no call home, our CLI configuration, no stray arguments.

        ``GOGC`` is as the person has set it.
        """
        stray = re.compile(r"TF_(CLI_ARGS.*|WORKSPACE|DATA_DIR|VAR_.*)")
        kept = {key: value for key, value in self.environment.items() if not stray.fullmatch(key)}
        own = {
            "TF_CLI_CONFIG_FILE": str(self.cli_config),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }
        return GARBAGE_COLLECTION | kept | own | sources.variables(self.clones, kept)

    def run(self, *arguments: str, show: bool = False) -> str:
        """Run one Terraform command and return what it printed; with ``show`` it prints to the terminal as it goes.

        Raises:
            RefusedError: a validation or a precondition of the configuration refused a value.
            ProtectedError: the plan would destroy what the configuration protects from that.
            WrongUseError: the saved plan is older than the state.
            EnvironmentFailedError: Terraform failed otherwise; the message is what it wrote to standard error.
            InterruptedByPersonError: a signal came, and Terraform has stopped in good order.
        """
        finished = process.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.child_environment(),
            stdout=None if show else subprocess.PIPE,
        )
        if finished.returncode != 0:
            raise self.failure(arguments[0], finished.stderr.strip() or (finished.stdout or "").strip())
        return finished.stdout or ""

    def failure(self, command: str, words: str) -> HarnessError:
        """What Terraform's words mean."""
        if protected := PROTECTED.findall(words):
            return ProtectedError(protected)
        if any(title in words for title in REFUSALS):
            return RefusedError(words)
        if any(title in words for title in OUTDATED):
            return WrongUseError(
                "the saved plan is out of date and not applied: its state has changed since it was made\n"
                f"  what to do: `make plan` again\n{words}"
            )
        return EnvironmentFailedError(f"terraform {command} failed in {self.folder}:\n{words}")

    def init(self, workspace: Workspace, lock: Path | None = None) -> None:
        """Initialise providers, modules and backend; what comes from elsewhere than last time starts from nothing.

        Args:
            workspace: where.
            lock: a dependency lock file to start from, so that the provider is the one that planned.
        """
        used = self.folder / ".terraform" / "cli-config"
        read = "".join(f"# {clone.url} is {clone.folder} at {' '.join(clone.commits)}\n" for clone in self.clones)
        config = self.cli_config.read_text(encoding="utf-8") + read
        if not used.is_file() or used.read_text(encoding="utf-8") != config:
            shutil.rmtree(self.folder / ".terraform", ignore_errors=True)
            (self.folder / ".terraform.lock.hcl").unlink(missing_ok=True)
        if lock is not None:
            shutil.copy2(lock, self.folder / ".terraform.lock.hcl")
        self.run("init", "-no-color", "-reconfigure", *workspace.backend_arguments)
        used.write_text(config, encoding="utf-8")

    def plan(self, workspace: Workspace, *, destroy: bool = False) -> dict[str, Any]:
        """Plan into ``plan.tfplan``, ``plan.txt`` and ``plan.json``; the JSON is also returned."""
        options = [f"-out={workspace.plan_file}", LOCK_TIMEOUT, *(["-destroy"] if destroy else [])]
        printed = self.run("plan", "-no-color", *options)
        workspace.folder.joinpath("plan.txt").write_text(printed, encoding="utf-8")
        return self.show(workspace)

    def show(self, workspace: Workspace) -> dict[str, Any]:
        """Read the plan file into ``plan.json``, and return it."""
        text = self.run("show", "-json", str(workspace.plan_file))
        beside = workspace.plan_json.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(workspace.plan_json)
        plan: dict[str, Any] = json.loads(text)
        return plan

    def failed_checks(self, workspace: Workspace) -> list[dict[str, Any]]:
        """The checks that failed in a plan that was refused; Terraform writes one when it got as far as resources."""
        if not workspace.plan_file.is_file():
            return []
        try:
            plan: dict[str, Any] = json.loads(self.run("show", "-json", str(workspace.plan_file)))
        except EnvironmentFailedError:
            return []  # what was refused is the news, not that a part of its plan cannot be read
        finally:
            workspace.plan_file.unlink()  # it is there to be looked at, and cannot be applied
        return [check for check in plan.get("checks", []) if check["status"] == "fail"]

    def apply(self, workspace: Workspace) -> None:
        """Carry out the saved plan, and nothing but it."""
        self.run("apply", "-no-color", LOCK_TIMEOUT, str(workspace.plan_file), show=True)


def check_version() -> str:
    """The version of the Terraform on PATH.

    Raises:
        EnvironmentFailedError: there is none, or it is too old for the modules.
    """
    remedy = "install Terraform 1.9 or later: https://developer.hashicorp.com/terraform/install"
    if shutil.which("terraform") is None:
        raise EnvironmentFailedError(f"terraform is not on PATH; {remedy}")
    quiet = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"} | {
        "CHECKPOINT_DISABLE": "1"
    }
    printed = subprocess.run(["terraform", "version", "-json"], env=quiet, check=False, capture_output=True, text=True)
    try:
        version = str(json.loads(printed.stdout)["terraform_version"])
    except (json.JSONDecodeError, KeyError):
        raise EnvironmentFailedError(f"`terraform version` failed: {printed.stderr.strip()}; {remedy}") from None
    if tuple(int(number) for number in version.split(".")[:2]) < OLDEST:
        raise EnvironmentFailedError(f"terraform {version} is too old; {remedy}")
    return version
