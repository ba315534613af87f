"""What the events of a backfill do, once dn-dev is applied."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.applied import BUS, COMPLETED, FAILED, PROGRAMS, Applied
from tests.support.planning import BUILD

pytestmark = pytest.mark.slow
FAILURE_LOG = "/aws/events/channelbackfill-failure-alert-dev"


def runs(folder: Path) -> list[dict[str, str]]:
    """The environments of the clean-up's runs."""
    written = folder / "runs.jsonl"
    return [json.loads(line) for line in written.read_text().splitlines()] if written.exists() else []


def test_a_success_runs_the_cleanup_once_with_the_event_s_counts(applied: Applied, consumer: Path) -> None:
    (delivery,) = applied.complete()
    assert delivery["source_arn"].endswith(f":rule/{BUS}/channelbackfill-success-trigger-dev")
    assert delivery["outcome"] == "delivered"
    (run,) = runs(consumer)
    assert {name: run[name] for name in ("STATUS", "PROCESSED_COUNT", "ERROR_COUNT", "TOTAL_COUNT", "TIMESTAMP")} == {
        "STATUS": "success",
        "PROCESSED_COUNT": "368",
        "ERROR_COUNT": "0",
        "TOTAL_COUNT": "372",
        "TIMESTAMP": "2025-07-29T18:45:00.000Z",
    }
    (task,) = applied.tasks(delivery)
    assert task["taskDefinitionArn"].endswith(":task-definition/cmscustomidcleanup-task:1")
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert task["containers"][0]["exitCode"] == 0
    assert task["startedBy"].startswith("events-rule/")


def test_its_output_is_in_its_log_group(applied: Applied, consumer: Path) -> None:
    applied.complete()
    messages = [line["message"] for line in applied.lines("/ecs/cmscustomidcleanup")]
    assert messages[-1] == "backfill of 2025-07-29T18:45:00.000Z: 368 channels"


def test_a_request_submits_ten_shards_of_the_task_s_container(applied: Applied, consumer: Path) -> None:
    (delivery,) = applied.request()
    assert delivery["source_arn"].endswith(f":rule/{BUS}/cmscustomidcleanup-requested-dev")
    assert delivery["outcome"] == "delivered"
    batch = applied.aws("batch")
    (job,) = batch.describe_jobs(jobs=[delivery["result"]["job_id"]])["jobs"]
    assert job["arrayProperties"]["size"] == 10
    assert job["jobQueue"].endswith(":job-queue/internal-content-use1-cmscustomidcleanup")
    found = batch.describe_job_definitions(jobDefinitionName="cmscustomidcleanup", status="ACTIVE")["jobDefinitions"]
    (definition,) = found
    assert job["jobDefinition"] == definition["jobDefinitionArn"]
    task = applied.aws("ecs").describe_task_definition(taskDefinition="cmscustomidcleanup-task")["taskDefinition"]
    container, of_task = definition["containerProperties"], task["containerDefinitions"][0]
    assert (container["image"], container["command"]) == (of_task["image"], of_task["command"])
    roles = (container["jobRoleArn"], container["executionRoleArn"])
    assert roles == (task["taskRoleArn"], task["executionRoleArn"])
    logged = (each["logConfiguration"]["options"]["awslogs-group"] for each in (container, of_task))
    assert list(logged) == ["/ecs/cmscustomidcleanup"] * 2
    assert "ContainerOverrides" not in json.loads(delivery["payload"])


def test_a_failure_notifies_and_logs_and_runs_nothing(applied: Applied, consumer: Path) -> None:
    logged = len(applied.lines(FAILURE_LOG))
    deliveries = applied.fail()
    assert {each["target_id"]: each["outcome"] for each in deliveries} == {"alerts": "delivered", "log": "delivered"}
    notice = json.loads(applied.of_target("alerts", deliveries)["payload"])
    assert notice["detail"] == FAILED
    assert applied.of_target("alerts", deliveries)["target_arn"].endswith(":dn-dev-alerts")
    new = applied.lines(FAILURE_LOG)[logged:]
    assert [json.loads(line["message"])["detail"] for line in new] == [FAILED]
    assert runs(consumer) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({}, {"source": "dn.backend.other"}),
        ({}, {"source": "dn.backend.channelbackfill.old"}),
        ({}, {"detail_type": "Channel Backfill Started"}),
        ({}, {"detail_type": "Channel Backfill Failed"}),
        ({}, {"bus": "default"}),
        ({"status": "failed"}, {}),
        ({"status": "Success"}, {}),
        ({"status": None}, {}),
    ],
)
def test_another_event_does_nothing(
    applied: Applied, consumer: Path, changes: dict[str, Any], where: dict[str, str]
) -> None:
    before = applied.number()
    applied.put(**{"detail_type": "Channel Backfill Completed", "detail": COMPLETED | changes, **where})
    assert applied.deliveries(before) == []
    assert runs(consumer) == []


def test_a_duplicate_runs_the_cleanup_again_and_it_copes(applied: Applied, consumer: Path) -> None:
    """EventBridge delivers at least once; what a run does is known by the backfill that it follows."""
    first, second = applied.complete(), applied.complete()
    assert [each["outcome"] for each in (*first, *second)] == ["delivered", "delivered"]
    assert len(runs(consumer)) == 2
    assert [task["containers"][0]["exitCode"] for each in (*first, *second) for task in applied.tasks(each)] == [0, 0]
    messages = [line["message"] for line in applied.lines("/ecs/cmscustomidcleanup")][-2:]
    assert messages == [
        "backfill of 2025-07-29T18:45:00.000Z: 368 channels",
        "backfill of 2025-07-29T18:45:00.000Z: done already",
    ]


def test_a_cleanup_that_fails_is_told(applied: Applied) -> None:
    """The failure rule of the task hears of its exit code: the event that ECS sends goes the same way as any other."""
    applied.image("cmscustomidcleanup", sys.executable, "-c", "raise SystemExit(3)")
    deliveries = applied.complete()
    notice = applied.of_target("alerts", deliveries)
    assert notice["source_arn"].endswith(":rule/internal-content-use1-cmscustomidcleanup-failed")
    assert "Exit codes: [3]" in notice["payload"] or "Exit codes: 3" in notice["payload"]


def test_the_schedule_starts_the_whole_chain(applied: Applied, consumer: Path) -> None:
    """Schedule, backfill, event, rule, clean-up: each with the role that it has."""
    applied.image("channelbackfill", sys.executable, str(PROGRAMS / "channelbackfill.py"))
    before = applied.number()
    python = str(BUILD / "venv" / "bin" / "python")
    fired = subprocess.run(
        [python, "-m", "sandbox", "fire", "channelbackfill", "dn-dev", "--json"],
        cwd=applied.clone.folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert fired.returncode == 0, fired.stderr
    scheduled, triggered = applied.deliveries(before)
    assert (scheduled["trigger"], triggered["trigger"]) == ("schedule", "event")
    assert scheduled["source_arn"].endswith("/channelbackfill")
    (run,) = runs(consumer)
    assert run["PROCESSED_COUNT"] == "368"


def test_what_was_delivered_can_be_listed(applied: Applied, consumer: Path) -> None:
    before = applied.number()
    applied.fail()
    python = str(BUILD / "venv" / "bin" / "python")
    listed = subprocess.run(
        [python, "-m", "sandbox", "deliveries", "dn-dev", "--since", str(before), "--json"],
        cwd=applied.clone.folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert {each["target_id"] for each in json.loads(listed.stdout)} == {"alerts", "log"}


def test_the_archive_keeps_every_event(applied: Applied, consumer: Path) -> None:
    (archive,) = applied.aws("events").list_archives()["Archives"]
    assert archive["EventSourceArn"].endswith(f":event-bus/{BUS}")
    kept = archive["EventCount"]
    applied.complete()
    applied.fail()
    (archive,) = applied.aws("events").list_archives()["Archives"]
    assert archive["EventCount"] == kept + 2


def test_what_was_applied_is_what_the_seed_says(applied: Applied) -> None:
    """The two rules of the documents, as EventBridge has them now; and one that they do not have."""
    events = applied.aws("events")
    # The archive is a rule too, of AWS's own.
    names = [rule["Name"] for rule in events.list_rules(EventBusName=BUS)["Rules"] if "ManagedBy" not in rule]
    rules = {name: events.describe_rule(Name=name, EventBusName=BUS) for name in names}
    assert {name: (rule["State"], rule["Description"]) for name, rule in rules.items()} == {
        "channelbackfill-success-trigger-dev": (
            "ENABLED",
            "Triggers CMS cleanup when channelbackfill completes successfully",
        ),
        "channelbackfill-failure-alert-dev": ("ENABLED", "Captures channelbackfill failures for alerting"),
        "cmscustomidcleanup-requested-dev": (
            "ENABLED",
            "Runs the CMS cleanup as an array of ten jobs when an operator requests it",
        ),
    }
    assert json.loads(rules["channelbackfill-success-trigger-dev"]["EventPattern"]) == {
        "detail-type": ["Channel Backfill Completed"],
        "source": ["dn.backend.channelbackfill"],
        "detail": {"status": ["success"]},
    }
    assert json.loads(rules["channelbackfill-failure-alert-dev"]["EventPattern"]) == {
        "detail-type": ["Channel Backfill Failed"],
        "source": ["dn.backend.channelbackfill"],
        "detail": {"status": ["failed"]},
    }
    (target,) = events.list_targets_by_rule(Rule="channelbackfill-success-trigger-dev", EventBusName=BUS)["Targets"]
    cluster = "amplify-dnbackendfunctions-dev-57767-NetworkStack-1WQ2JX5JBEL8C-Cluster-o2oPTAWsP4AL"
    assert target["Arn"] == f"arn:aws:ecs:us-east-1:867653852961:cluster/{cluster}"
    parameters = target["EcsParameters"]
    assert parameters["TaskDefinitionArn"].endswith(":task-definition/cmscustomidcleanup-task")
    assert (parameters["LaunchType"], parameters["TaskCount"]) == ("FARGATE", 1)
    network = parameters["NetworkConfiguration"]["awsvpcConfiguration"]
    assert network["AssignPublicIp"] == "ENABLED"
    assert sorted(network["Subnets"]) == [
        "subnet-05e6b470667a77016",
        "subnet-0614f6234c8532909",
        "subnet-07af64e6a2897f64c",
    ]
    assert network["SecurityGroups"] == ["sg-0e95bc87b1582a935"]
