"""The summary of a plan, from plan JSON written by hand in the form Terraform documents."""

from __future__ import annotations

from typing import Any

from harness.summary import Change, Reaction, Schedule, render, summarize

TARGET = "aws_cloudwatch_event_target"
FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/report"


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


def test_events_say_what_they_run_and_whether() -> None:
    """Targets that only tell somebody are left out, and so is a target that is destroyed."""

    def target(name: str, after: dict[str, Any] | None) -> dict[str, Any]:
        return resource(f"module.w.aws_cloudwatch_event_target.{name}", "create", kind=TARGET, after=after)

    rules = [
        {"name": "done", "event_bus_name": "work", "state": "DISABLED"},
        {"name": "done", "event_bus_name": "default", "state": "ENABLED"},
    ]
    plan = {
        "resource_changes": [
            *(
                resource(f"aws_cloudwatch_event_rule.r{n}", "create", kind="aws_cloudwatch_event_rule", after=rule)
                for n, rule in enumerate(rules)
            ),
            target("a", {"rule": "done", "event_bus_name": "work", "ecs_target": [{"task_definition_arn": FAMILY}]}),
            target("b", {"rule": "done", "event_bus_name": "default", "batch_target": [{"job_definition": "sync"}]}),
            target("c", {"rule": "done", "event_bus_name": "work", "ecs_target": [], "batch_target": []}),
            target("d", None),
        ]
    }
    assert summarize(plan).reactions == (
        Reaction("done", "default", "sync", enabled=True),
        Reaction("done", "work", "report", enabled=False),
    )
    lines = render(summarize(plan), "x").splitlines()
    assert lines[-3:] == [
        "Events that run something after this plan:",
        "  done                     on default -> sync",
        "  done                     on work -> report  DISABLED",
    ]
