"""Runs the review of an environment's last plan, and lets nobody apply what the verdict says no to."""

from __future__ import annotations

import shutil
import subprocess
import sys

from harness import saved_plan
from harness.errors import WrongUseError
from harness.places import BUILD, ROOT, SPECS

CHECKOV = BUILD / "checkov" / "bin" / "checkov"


def review(environment: str) -> int:
    """Review `.build/<env>/plan.json`; return the exit code of `python -m review`.

    checkov reads along where it is set up. A plan that the verdict says no to is not kept for `make apply SAVED=1`.

    Raises:
        WrongUseError: there is no plan.
    """
    folder = BUILD / environment
    if not (folder / "plan.json").is_file():
        shown = (folder / "plan.json").relative_to(ROOT)
        raise WrongUseError(f"{shown} is not there: `make plan ENV={environment}` writes it")
    command = [sys.executable, "-m", "review", str((folder / "plan.json").relative_to(ROOT))]
    command += ["--events", str((SPECS / "events").relative_to(ROOT)), "--source", f"roots/{environment}"]
    if CHECKOV.is_file():
        command += ["--checkov", str(CHECKOV.relative_to(ROOT))]
        print("The review waits for checkov, which can take a minute or two on a new plan", file=sys.stderr, flush=True)
    code = None
    try:
        sys.stdout.flush()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
    finally:  # also when somebody ended it: a plan without a verdict has no yes
        if code != 0 and (folder / saved_plan.FOLDER).is_dir():
            shutil.rmtree(folder / saved_plan.FOLDER)
            print(f"This plan is not kept: `make apply ENV={environment} SAVED=1` would refuse it", file=sys.stderr)
    return code
