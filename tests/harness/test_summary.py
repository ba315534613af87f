"""The summary of a plan, from plan JSON written by hand in the form Terraform documents."""

from __future__ import annotations

from typing import Any

from harness.summary import Change, Schedule, render, summarize


def resource(address: str, *actions: str, kind: str = "aws_sqs_queue", **more: Any) -> dict[str, Any]:
    module, dot, _ = address.rpartition(f".{kind}.")
    change = {
        "actions": list(actions),
        "after": more.pop("after", {}),
        "replace_paths": more.pop("replace_paths", None),
    }
    found = {"address": address, "type": kind, "change": change} | more
    return found | ({"module_address": module} if dot else {})


def test_what_destroys_comes_first_and_says_what_forces_it() -> None:
    summary = summarize(
        {
            "resource_changes": [
                resource("module.a.aws_sqs_queue.new", "create"),
                resource("module.a.aws_sqs_queue.same", "no-op"),
                resource("module.a.aws_sqs_queue.renamed", "delete", "create", replace_paths=[["name"]]),
                resource("aws_sqs_queue.old", "delete"),
            ]
        }
    )
    assert [change.verb for change in summary.changes] == ["destroy", "replace", "create"]
    assert summary.changes[1] == Change("module.a.aws_sqs_queue.renamed", "module.a", "replace", ("name",))
    assert render(summary, "x plan").splitlines() == [
        "x plan: 1 to create, 1 to replace, 1 to destroy",
        "  destroy  aws_sqs_queue.old",
        "  replace  module.a.aws_sqs_queue.renamed  (forced by name)",
        "  (root)                                   1 to destroy",
        "  module.a                                 1 to create, 1 to replace",
    ]


def test_a_plan_without_changes_says_so() -> None:
    assert (
        render(summarize({"resource_changes": [resource("aws_sqs_queue.a", "no-op")]}), "x plan")
        == "x plan: no changes"
    )


def test_a_move_is_shown_also_when_nothing_else_changes() -> None:
    summary = summarize(
        {"resource_changes": [resource("aws_sqs_queue.dlq", "no-op", previous_address="aws_sqs_queue.sqs_test_dlq")]}
    )
    assert summary.changes == ()
    assert "  move     aws_sqs_queue.sqs_test_dlq -> aws_sqs_queue.dlq" in render(summary, "x")


def test_schedules_say_what_runs_when_and_whether() -> None:
    after = {
        "name": "nightly",
        "schedule_expression": "cron(0 2 * * ? *)",
        "schedule_expression_timezone": "Europe/Berlin",
        "state": "DISABLED",
        "target": [{"ecs_parameters": [{"task_definition_arn": "arn:aws:ecs:us-east-1:1:task-definition/report:4"}]}],
    }
    address = 'module.s.aws_scheduler_schedule.ecs[""]'
    plan = {"resource_changes": [resource(address, "create", kind="aws_scheduler_schedule", after=after)]}
    assert summarize(plan).schedules == (
        Schedule("nightly", "cron(0 2 * * ? *)", "Europe/Berlin", "report:4", enabled=False),
    )
    assert "cron(0 2 * * ? *) Europe/Berlin -> report:4  DISABLED" in render(summarize(plan), "x")


def test_a_schedule_that_is_destroyed_does_not_run_after_the_plan() -> None:
    gone = resource("aws_scheduler_schedule.a", "delete", kind="aws_scheduler_schedule", after=None)
    assert summarize({"resource_changes": [gone]}).schedules == ()
