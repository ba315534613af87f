"""What Terraform refuses is taken apart; the words are Terraform's, as it wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import refusals
from harness.refusals import Refusal

WORDS = """\
Error: Invalid value for variable

  on main.tf line 189, in module "task_backfill":
 189:   log_retention_days = 31
    ├────────────────
    │ var.log_retention_days is 31

log_retention_days is 31: CloudWatch Logs takes 0 (for ever), 1, 3, 5, 7, 14,
30.

This was checked by the validation rule at
../../modules/ecs-task/variables.tf:377,3-13.

Error: Invalid value for variable

  on main.tf line 195, in module "schedule_nightly":
 195:   overrides = {
 196:     cpu = 1
 197:   }
    ├────────────────
    │ var.overrides.cpu is 1

overrides.cpu is 1.

This was checked by the validation rule at
../../modules/ecs-scheduler/variables.tf:82,3-13.

Error: Invalid value for variable

  on main.tf line 210, in module "workflow_clean_up":
 210:   rules = {
 211:     one = {}
    ├────────────────
    │ var.rules is map of object with 2 elements

rules.one.targets is empty; a rule without a target does nothing.
rules.two.name is "a b"; AWS allows letters.

This was checked by the validation rule at
../../modules/workflow-bus/variables.tf:150,3-13.

Error: Resource precondition failed

  on ../../modules/ecs-scheduler/schedules.tf line 216, in resource "aws_scheduler_schedule" "ecs":
 216:       condition     = length(local.schedule_errors[each.key]) == 0

the primary schedule: wrong

Error: Invalid value for variable

  on variables.tf line 1:
   1: variable "root" {

no module call is to blame
"""


def check(kind: str, address: str, *messages: str) -> dict[str, object]:
    return {
        "address": {"kind": kind, "to_display": address},
        "status": "fail",
        "instances": [
            {"status": "fail", "problems": [{"message": message} for message in messages]},
            {"status": "pass"},
        ],
    }


def test_a_variable_s_refusal_is_the_call_the_argument_and_the_rule_on_one_line() -> None:
    assert list(refusals.of_variables(WORDS)) == [
        Refusal(
            "task_backfill",
            "log_retention_days",
            "log_retention_days is 31: CloudWatch Logs takes 0 (for ever), 1, 3, 5, 7, 14, 30.",
        ),
        Refusal("schedule_nightly", "overrides", "overrides.cpu is 1."),
        Refusal("workflow_clean_up", "rules", "rules.one.targets is empty; a rule without a target does nothing."),
        Refusal("workflow_clean_up", "rules", 'rules.two.name is "a b"; AWS allows letters.'),
    ]


def test_a_precondition_s_refusal_is_the_call_and_each_rule() -> None:
    checks = [
        check("var", "module.task_a.var.cpu", "said in the words already"),
        check("resource", "module.schedule_b.aws_scheduler_schedule.ecs", "minutes is 61\nhours is 25", "name is long"),
        check("resource", "aws_kms_key.main", "of the root itself"),
    ]
    assert list(refusals.of_resources(checks)) == [
        Refusal("schedule_b", "", "minutes is 61"),
        Refusal("schedule_b", "", "hours is 25"),
        Refusal("schedule_b", "", "name is long"),
    ]


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text("abstract: true\ndefaults:\n  task:\n    log_retention_days: 31\n")
    (tmp_path / "dev.yaml").write_text("extends: base\ntasks:\n  one: {cpu: 300}\n  two: {cpu: 256}\n")
    return tmp_path


def test_a_line_for_each_place_and_not_for_each_call(specs: Path) -> None:
    found = [Refusal(f"task_{name}", "log_retention_days", "31 is wrong") for name in ("one", "two")]
    found += [Refusal("task_one", "cpu", "300 is wrong"), Refusal("task_two", "memory", "null is wrong")]
    assert refusals.places(found, specs, "dev").splitlines() == [
        "In the specification:",
        "  base.yaml:4: defaults.task.log_retention_days: 31 is wrong",
        "  dev.yaml:3: tasks.one.cpu: 300 is wrong",
        "  dev.yaml:4: tasks.two (does not say memory): null is wrong",
    ]


def test_without_a_specification_nothing_is_made_up(specs: Path) -> None:
    found = [Refusal("task_one", "cpu", "300 is wrong")]
    assert refusals.places(found, specs, "gone") == ""
    assert refusals.places([Refusal("hand_written", "cpu", "")], specs, "dev") == ""
