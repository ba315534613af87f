"""A value that a module refuses is named at its line of the specification, with the Makefile's own commands."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, place
from tests.support.planning import REPOSITORY

pytestmark = pytest.mark.slow


def line_of(text: str) -> str:
    """The place of a text of a specification, as a message gives it."""
    path, number = place(REPOSITORY, text)
    return f"environments/{path.name}:{number}"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone(tmp_path_factory.mktemp("refused"))


def test_every_refused_value_is_named_at_its_line(clone: Clone) -> None:
    """A variable's value, a precondition's and one of a base are refused in three ways and named in one."""
    clone.spec("cpu: 1024", "cpu: 300")
    expression = "schedule_expression: rate(1 day)"
    clone.spec(expression, f"task_count: 11\n    flexible_time_window_minutes: 0\n    {expression}")
    refused = clone.make("plan", "ENV=dn-dev")
    assert refused.returncode == 2
    assert "on main.tf line" in refused.stderr, "Terraform's own words are there too"
    _, _, said = refused.stderr.partition("In the specification:\n")
    cpu, window, count = [line.strip() for line in said.splitlines()[:3]]
    assert cpu.startswith(f"{line_of('cpu: 1024')}: tasks.claims-report.cpu: cpu is 300: Fargate offers 256, 512")
    file, _, line = line_of(expression).rpartition(":")
    assert count.startswith(f"{file}:{line}: schedules.channelbackfill.task_count: ")
    assert "task_count is 11; AWS allows" in count
    assert window.startswith(f"{file}:{int(line) + 1}: schedules.channelbackfill.flexible_time_window_minutes: ")
    assert "flexible_time_window_minutes is 0; AWS allows" in window
    assert not (clone.folder / ".build" / "dn-dev" / "plan.tfplan").exists()
    assert not (clone.folder / ".build" / "dn-dev" / "saved").exists()


def test_a_default_is_named_once_where_the_base_says_it(clone: Clone) -> None:
    clone.spec("log_retention_days: 30", "log_retention_days: 31")
    refused = clone.make("plan", "ENV=dn-dev")
    assert refused.returncode == 2
    _, _, said = refused.stderr.partition("In the specification:\n")
    lines = [line for line in said.splitlines() if "log_retention_days" in line]
    assert len(lines) == 1
    assert (
        lines[0]
        .strip()
        .startswith(f"{line_of('log_retention_days: 30')}: defaults.task.log_retention_days: log_retention_days is 31")
    )


def test_a_value_deep_in_a_rule_is_named_at_its_own_line(clone: Clone) -> None:
    """To Terraform all rules of a workflow are one value, and its line is where that begins."""
    clone.spec("log_retention_days: 31", "log_retention_days: 30")
    clone.spec("STATUS: $.detail.status", "STATUS: detail.status")
    refused = clone.make("plan", "ENV=dn-dev")
    assert refused.returncode == 2
    _, _, said = refused.stderr.partition("In the specification:\n")
    (line,) = [line.strip() for line in said.splitlines() if "environment_from_event" in line]
    assert line.startswith(f"{line_of('STATUS: $.detail.status')}: workflows.custom-id-cleanup.rules.success.targets.")
    assert 'environment_from_event.STATUS is "detail.status"; AWS needs a path of the event' in line
