"""Terraform's failures become messages and exit codes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from harness import terraform, workspace
from harness.errors import EnvironmentFailedError, ProtectedError, WrongUseError
from harness.sources import Clone


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> terraform.Terraform:
    """Terraform replaced by a script of the test's, found on PATH as the real one is."""
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    monkeypatch.setenv("PATH", path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "terraform.rc").write_text("")
    return terraform.Terraform(tmp_path, tmp_path / "terraform.rc", {"PATH": path, "TF_VAR_x": "1", "HOME": "/h"})


def script(folder: Path, *lines: str) -> None:
    path = folder / "bin" / "terraform"
    path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Error: Invalid value for variable", WrongUseError),
        ("Error: Resource precondition failed", WrongUseError),
        ("Error: reading SQS Queue: connection refused", EnvironmentFailedError),
    ],
)
def test_a_refused_value_is_bad_input_and_anything_else_is_the_environment(
    runner: terraform.Terraform, tmp_path: Path, said: str, error: type[Exception]
) -> None:
    script(tmp_path, f"echo '{said}' >&2", "exit 1")
    with pytest.raises(error, match=said):
        runner.run("plan")


def test_a_saved_plan_that_the_state_has_left_behind_is_bad_input(runner: terraform.Terraform, tmp_path: Path) -> None:
    script(tmp_path, "echo 'Error: Saved plan is stale' >&2", "exit 1")
    with pytest.raises(WrongUseError, match="out of date and not applied: its state has changed"):
        runner.apply(workspace.Workspace(tmp_path, None))


def test_what_failed_is_read_from_the_plan_that_was_refused(runner: terraform.Terraform, tmp_path: Path) -> None:
    space = workspace.Workspace(tmp_path, None)
    assert runner.failed_checks(space) == [], "refused before there was a plan"
    checks = [{"status": "fail", "n": 1}, {"status": "pass"}, {"status": "unknown"}]
    script(tmp_path, f"echo '{json.dumps({'checks': checks})}'")
    space.plan_file.touch()
    assert runner.failed_checks(space) == [{"status": "fail", "n": 1}]
    assert not space.plan_file.exists(), "nobody shall apply it"
    space.plan_file.touch()
    script(tmp_path, "exit 1")
    assert runner.failed_checks(space) == [], "a plan that cannot be read does not hide the refusal"


def test_the_provider_is_the_one_that_planned(runner: terraform.Terraform, tmp_path: Path) -> None:
    script(tmp_path, "mkdir -p .terraform")
    (tmp_path / "saved.hcl").write_text("# the lock of the plan\n")
    runner.init(workspace.Workspace(tmp_path, None), tmp_path / "saved.hcl")
    assert (tmp_path / ".terraform.lock.hcl").read_text() == "# the lock of the plan\n"


PROTECTED = """\
Error: Instance cannot be destroyed

  on main.tf line 49:
  49: resource "aws_kms_key" "main" {

Resource aws_kms_key.main has lifecycle.prevent_destroy set, but the plan
calls for this resource to be destroyed. To avoid this error, disable it.

Error: Instance cannot be destroyed

  on main.tf line 90:
  90: resource "aws_sns_topic" "alerts" {

Resource aws_sns_topic.a_name_so_long_that_the_line_ends["a key"]
has lifecycle.prevent_destroy set, but the plan calls for this resource"""


def test_what_is_protected_is_named_and_is_bad_input(runner: terraform.Terraform, tmp_path: Path) -> None:
    (tmp_path / "words").write_text(PROTECTED)
    script(tmp_path, f"cat {tmp_path}/words >&2", "exit 1")
    with pytest.raises(ProtectedError) as refused:
        runner.run("plan")
    assert refused.value.exit_code == 2
    assert str(refused.value).startswith(
        'deletion protection keeps aws_kms_key.main, aws_sns_topic.a_name_so_long_that_the_line_ends["a key"], '
        "which this would destroy or replace; nothing was changed\n"
    )
    assert "`deletion_protection: false`" in str(refused.value)


def test_modules_from_elsewhere_start_from_nothing(runner: terraform.Terraform, tmp_path: Path) -> None:
    """What the sandbox read from a clone must not be what the real account gets."""
    script(tmp_path, "mkdir -p .terraform/modules; touch .terraform.lock.hcl")
    space = workspace.Workspace(tmp_path, None)
    clone = Clone("https://example.com/x.git", tmp_path / "clone", ("a" * 40,))
    sandboxed = dataclasses.replace(runner, clones=(clone,))
    kept = tmp_path / ".terraform" / "modules" / "x"
    for used, stays in [
        (sandboxed, False),
        (sandboxed, True),
        (dataclasses.replace(runner, clones=(dataclasses.replace(clone, commits=("b" * 40,)),)), False),
        (runner, False),
        (runner, True),
    ]:
        used.init(space)
        assert kept.exists() is stays
        kept.touch()


def test_terraform_sees_the_clones_and_the_real_account_does_not(runner: terraform.Terraform, tmp_path: Path) -> None:
    clone = Clone("https://example.com/x.git", tmp_path / "clone", ())
    seen = dataclasses.replace(runner, clones=(clone,)).child_environment()
    assert seen["GIT_CONFIG_VALUE_0"] == "https://example.com/x.git"
    assert not [name for name in runner.child_environment() if name.startswith("GIT_")]


def test_terraform_sees_our_configuration_and_no_stray_variables(runner: terraform.Terraform, tmp_path: Path) -> None:
    seen = runner.child_environment()
    assert seen["TF_CLI_CONFIG_FILE"] == str(tmp_path / "terraform.rc")
    assert "TF_VAR_x" not in seen
    assert seen["HOME"] == "/h"


def test_garbage_is_collected_half_as_often_unless_the_person_says_how_often(runner: terraform.Terraform) -> None:
    assert runner.child_environment()["GOGC"] == "200"
    said = dataclasses.replace(runner, environment={**runner.environment, "GOGC": "50"})
    assert said.child_environment()["GOGC"] == "50"


def test_a_provider_from_elsewhere_starts_from_nothing(runner: terraform.Terraform, tmp_path: Path) -> None:
    script(tmp_path, "mkdir -p .terraform/providers; touch .terraform.lock.hcl")
    space = workspace.Workspace(tmp_path, None)
    runner.init(space)
    (tmp_path / ".terraform" / "mark").touch()
    runner.init(space)
    assert (tmp_path / ".terraform" / "mark").exists(), "the same provider keeps Terraform's folder"
    (tmp_path / "terraform.rc").write_text("# another mirror\n")
    runner.init(space)
    assert not (tmp_path / ".terraform" / "mark").exists()


@pytest.mark.parametrize(
    ("version", "accepted"), [("1.8.5", False), ("1.9.0", True), ("1.11.4", True), ("2.0.1", True)]
)
def test_a_terraform_too_old_for_the_modules_is_refused(
    runner: terraform.Terraform,
    tmp_path: Path,
    version: str,
    accepted: bool,
) -> None:
    script(tmp_path, f"echo '{json.dumps({'terraform_version': version})}'")
    if accepted:
        assert terraform.check_version() == version
    else:
        with pytest.raises(EnvironmentFailedError, match=r"1\.8\.5 is too old; install Terraform 1\.9"):
            terraform.check_version()
