"""Rules and targets as tables and as JSON."""

from __future__ import annotations

import pytest

from operations.environment import Environment
from tests.operations.conftest import Shell
from tests.operations.made import ENVIRONMENT, Made


def test_a_target_on_the_newest_revision_is_current(shell: Shell, made: Made) -> None:
    (row,) = shell.json("targets", ENVIRONMENT)
    assert row == {
        "region": "us-east-2",
        "bus": made.rule.bus,
        "rule": made.rule.name,
        "target": "job",
        "kind": "Batch job",
        "arn": made.job.queue,
        "role": made.target.role,
        "definition": made.job.definition,
        "revision": 1,
        "newest": 1,
        "verdict": "current",
        "kept_by": made.environment.syncs[0].name,
        "problem": "",
    }


def test_one_that_is_behind_is_stale_and_one_without_a_revision_floats(shell: Shell, made: Made) -> None:
    assert made.register() == 2
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["revision"], row["newest"], row["verdict"]) == (1, 2, "stale")
    made.put_target(None)
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["revision"], row["newest"], row["verdict"]) == (None, 2, "floating")


def test_one_whose_definition_has_gone_has_failed_and_says_why(shell: Shell, made: Made) -> None:
    made.client("batch").deregister_job_definition(jobDefinition=made.definition(1))
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["newest"], row["verdict"]) == (None, "failed")
    assert row["problem"].startswith("no-active-revision: ")
    assert shell("targets", ENVIRONMENT) == 0
    assert f"{made.rule.bus}/{made.rule.name}/job: no-active-revision: " in shell.stderr


def test_other_targets_are_listed_with_what_they_are(shell: Shell, made: Made) -> None:
    made.client("events").put_targets(
        Rule=made.rule.name,
        EventBusName=made.rule.bus,
        Targets=[{"Id": "note", "Arn": "arn:aws:sns:us-east-2:123456789012:notes"}],
    )
    rows = shell.json("targets", ENVIRONMENT)
    assert [(row["target"], row["kind"], row["verdict"]) for row in rows] == [
        ("job", "Batch job", "current"),
        ("note", "SNS topic", ""),
    ]


def test_what_is_not_applied_is_missing(shell: Shell, environment: Environment) -> None:
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["rule"], row["verdict"]) == (environment.rules[0].name, "missing")
    assert "make apply ENV=" in row["problem"]
    (rule,) = shell.json("rules", ENVIRONMENT)
    assert (rule["state"], rule["targets"]) == ("missing", [])


def test_a_rule_that_has_lost_its_target_is_not_an_empty_list(shell: Shell, made: Made) -> None:
    made.client("events").remove_targets(Rule=made.rule.name, EventBusName=made.rule.bus, Ids=["job"])
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["target"], row["definition"], row["verdict"]) == ("job", made.job.definition, "missing")
    assert "make apply ENV=" in row["problem"]


def test_what_a_sync_does_not_find_is_a_row_beside_a_target_of_another_definition(shell: Shell, made: Made) -> None:
    made.put_target(BatchParameters={"JobDefinition": f"{made.job.definition}-other:1", "JobName": "job"})
    made.client("batch").describe_job_definitions(jobDefinitionName=f"{made.job.definition}-other")
    failed, other = shell.json("targets", ENVIRONMENT)
    assert (failed["rule"], failed["target"], failed["verdict"]) == (made.rule.name, "", "failed")
    assert failed["kept_by"] == made.environment.syncs[0].name
    assert failed["problem"].startswith("no-batch-target: ")
    assert (other["definition"], other["kept_by"]) == (f"{made.job.definition}-other", "")


@pytest.mark.parametrize("command", [["targets"], ["events", "test-all"]])
def test_a_state_that_is_none_is_said_and_no_traceback(shell: Shell, made: Made, command: list[str]) -> None:
    holds = f"{made.environment.syncs[0].settings.state}/holds"
    made.client("ssm").put_parameter(Name=holds, Type="String", Value="none of ours")
    assert shell(*command, ENVIRONMENT) == 3
    assert shell.stderr == f"state: parameter {holds} holds what no sync writes: mend it, or delete it\n"


def test_rules_have_state_pattern_and_targets_and_those_of_others_are_there_too(shell: Shell, made: Made) -> None:
    other = f"{made.rule.name}-other"
    made.client("events").put_rule(Name=other, EventBusName=made.rule.bus, EventPattern='{"source": ["a"]}')
    first, second = shell.json("rules", ENVIRONMENT)
    assert (first["name"], first["key"], first["state"], len(first["targets"])) == (
        made.rule.name,
        "shop.report",
        "ENABLED",
        1,
    )
    assert first["pattern"] == made.rule.pattern
    assert (second["name"], second["key"], second["targets"]) == (other, "", [])
    made.put_rule(state="DISABLED")
    assert shell("rules", ENVIRONMENT) == 0
    header, row, _ = shell.stdout.splitlines()
    assert header.split()[:2] == ["bus", "rule"]
    assert " DISABLED " in row


def test_what_aws_makes_for_itself_is_a_rule_and_none_of_the_targets(shell: Shell, made: Made) -> None:
    bus = made.client("events").describe_event_bus(Name=made.rule.bus)["Arn"]
    made.client("events").create_archive(ArchiveName=made.rule.bus, EventSourceArn=bus)
    rules = shell.json("rules", ENVIRONMENT)
    assert [rule["managed_by"] for rule in rules] == ["prod.vhs.events.aws.internal", ""]
    assert [row["target"] for row in shell.json("targets", ENVIRONMENT)] == ["job"]


def test_a_table_in_a_pipe_is_not_cut_and_has_no_colour(shell: Shell, made: Made) -> None:
    made.put_rule({"source": ["x" * 900], "detail-type": ["[red]no markup[/red]"]})
    assert shell("rules", ENVIRONMENT) == 0
    assert "x" * 900 in shell.stdout
    assert "[red]no markup[/red]" in shell.stdout
    assert "\x1b" not in shell.stdout
    assert len(shell.stdout.splitlines()) == 2


@pytest.mark.parametrize("command", [["targets"], ["rules"], ["sync"], ["history"], ["events", "send"]])
def test_an_environment_that_is_none_is_told_with_the_nearest(shell: Shell, command: list[str]) -> None:
    assert shell(*command, "shop-tset") == 2
    assert shell.stderr == "ENV=shop-tset: there is no environments/shop-tset.yaml to plan; did you mean shop-test?\n"
    assert shell.stdout == ""
