"""What is planned and applied, as the Makefile calls it, up to where Terraform would work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import fingerprint, saved_plan
from harness.workspace import Workspace
from tests.support.clone import Clone
from tests.support.planning import REPOSITORY

VERSION = "1.11.4"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A copy of this repository with a saved plan of dn-dev, and a Terraform that only knows its version."""
    clone = Clone(tmp_path)
    (tmp_path / "bin").mkdir()
    terraform = tmp_path / "bin" / "terraform"
    terraform.write_text(
        f"""#!/bin/sh\nif [ "$1" = version ]; then echo '{{"terraform_version": "{VERSION}"}}'; else exit 9; fi\n"""
    )
    terraform.chmod(0o755)
    folder = tmp_path / ".build" / "dn-dev"
    folder.mkdir()
    space = Workspace(folder, folder / "terraform.tfstate")
    space.plan_file.write_bytes(b"a plan")
    (folder / ".terraform.lock.hcl").touch()
    now = saved_plan.Circumstances(
        "dn-dev",
        live=False,
        state=str(space.state),
        configuration=fingerprint.configuration(tmp_path / "roots" / "dn-dev"),
        terraform=VERSION,
    )
    saved_plan.keep(space, now, destroy=False, commit="")
    return clone


def apply_saved(clone: Clone) -> subprocess.CompletedProcess[str]:
    """Apply the saved plan in a sandbox that is not there: what is checked first needs none."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PUNCTUAL_"))}
    environment |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "PATH": f"{clone.folder / 'bin'}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "harness", "apply", "dn-dev", "--saved"]
    return subprocess.run(command, cwd=clone.folder, env=environment, check=False, capture_output=True, text=True)


def test_a_saved_plan_of_what_is_there_gets_as_far_as_terraform(clone: Clone) -> None:
    done = apply_saved(clone)
    assert done.returncode == 3
    assert "terraform init failed" in done.stderr


def test_a_saved_plan_is_not_applied_when_the_specification_has_changed_and_nothing_was_generated(clone: Clone) -> None:
    clone.spec("schedule_expression: rate(7 days)", "schedule_expression: rate(8 days)")
    refused = apply_saved(clone)
    assert refused.returncode == 2, refused.stderr
    reasons = [line for line in refused.stderr.splitlines() if line.startswith("  - ")]
    assert reasons == ["  - roots/dn-dev is not what environments/ asks for: that has changed since"]
    assert "`make plan ENV=dn-dev` saves a new one" in refused.stderr
    assert (clone.folder / ".build" / "dn-dev" / "saved" / "plan.tfplan").is_file(), "a refused plan is still there"


def test_a_comment_in_the_specification_changes_nothing(clone: Clone) -> None:
    clone.spec("schedule_expression: rate(7 days)", "schedule_expression: rate(7 days) # weekly")
    assert "terraform init failed" in apply_saved(clone).stderr


def test_a_saved_plan_is_not_applied_when_the_specification_is_wrong(clone: Clone) -> None:
    clone.spec("schedule_expression: rate(7 days)", "schedule_expression: rate(7 dogs)")
    refused = apply_saved(clone)
    assert refused.returncode == 2
    assert "schedules.dn-claims-report.schedule_expression: " in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_will_change_is_printed_before_what_terraform_prints() -> None:
    """Also into a file or a pipe, where Python keeps what it prints until there is much of it."""
    script = """
import os
from harness import plans, summary
plans.report(plans.known("dn-dev"), summary.summarize({}), "apply")
os.write(1, b"Terraform's")
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, capture_output=True, text=True)
    assert [line.partition(" ")[0] for line in told.stdout.splitlines()] == ["dn-dev", "Written:", "Terraform's"]
