"""SubmitJob runs a definition's container as a local process, as Batch and ECS would."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from sandbox.batch import retries, scheduler, submissions
from sandbox.batch.jobs import Job
from sandbox.batch.scheduler import Scheduler
from tests.sandbox.batch_bench import BatchBench
from tests.sandbox.ecs_bench import ECS, allow, python

SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
FINE = "Essential container in task exited"
# Says with SIGTERM what it does, and that it is ready.
STOPS_WITH = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit({})); print(1, flush=True); "


@pytest.fixture
def bench(repaired: server.Sandbox) -> BatchBench:
    return BatchBench(repaired)


def logs_something(bench: BatchBench, job: str) -> dict[str, Any]:
    """Wait until a job's program has written its first line."""
    found = bench.wait_for(job, "RUNNING")
    deadline = time.monotonic() + 10
    while not bench.logged(found):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_life_of_a_job(bench: BatchBench) -> None:
    definition = bench.register(["echo", "hello"])
    job = bench.run_job(tags={"team": "rights"})
    assert (job["status"], job["statusReason"], job["container"]["exitCode"]) == ("SUCCEEDED", FINE, 0)
    assert job["createdAt"] <= job["startedAt"] <= job["stoppedAt"]
    assert (job["jobDefinition"], job["jobQueue"]) == (definition, bench.queue)
    assert job["jobArn"] == bench.arn("batch", f"job/{job['jobId']}")
    assert job["retryStrategy"] == {"attempts": 1, "evaluateOnExit": []}
    assert job["tags"] == {"team": "rights"}
    stream = job["container"]["logStreamName"]
    assert stream == f"{bench.name}/default/{job['container']['taskArn'].rpartition('/')[2]}"
    assert bench.logged(job) == ["hello"]
    (attempt,) = job["attempts"]
    assert (attempt["statusReason"], attempt["container"]["exitCode"]) == (FINE, 0)
    assert attempt["container"]["logStreamName"] == stream
    assert (attempt["startedAt"], attempt["stoppedAt"]) <= (job["startedAt"], job["stoppedAt"])


def test_events_of_a_job(bench: BatchBench) -> None:
    """As Batch shapes them, in order, on the default bus; none for the submission."""
    bench.register(["false"])
    job = bench.run_job()
    assert bench.statuses(job["jobId"]) == ["RUNNABLE", "STARTING", "RUNNING", "FAILED"]
    events = [each["event"] for each in bench.box.ask("events")["events"]]
    (event,) = [each for each in events if each["resources"] == [job["jobArn"]] and "exitCode" in str(each["detail"])]
    assert (event["source"], event["detail-type"]) == ("aws.batch", "Batch Job State Change")
    detail = event["detail"]
    assert (detail["status"], detail["container"]["exitCode"], detail["jobName"]) == ("FAILED", 1, bench.name)
    assert detail["tags"] == {"resourceArn": job["jobArn"]}
    assert detail["attempts"][0]["container"]["exitCode"] == 1


def test_environment_is_the_definitions_with_the_overrides_and_what_batch_adds(bench: BatchBench) -> None:
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    bench.register(["false"], container={"environment": variables}, platformCapabilities=["FARGATE"])
    overrides = {
        "command": python(SHOW_ENVIRONMENT),
        "environment": [{"name": "B", "value": "override"}, {"name": "C", "value": "3"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
    }
    job = bench.run_job(containerOverrides=overrides)
    found = bench.environment_of(job)
    assert (found["A"], found["B"], found["C"]) == ("1", "override", "3")
    assert found["AWS_EXECUTION_ENV"] == "AWS_ECS_FARGATE"
    of_batch = {name: value for name, value in found.items() if name.startswith("AWS_BATCH_")}
    assert of_batch == {
        "AWS_BATCH_JOB_ID": job["jobId"],
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JQ_NAME": bench.name,
        "AWS_BATCH_CE_NAME": bench.name,
    }
    assert {each["name"]: each["value"] for each in job["container"]["environment"]} == {
        "A": "1",
        "B": "override",
        "C": "3",
    }
    required = {each["type"]: each["value"] for each in job["container"]["resourceRequirements"]}
    assert required == {"VCPU": "1", "MEMORY": "1024"}


def test_parameters_are_substituted(bench: BatchBench) -> None:
    bench.register(["echo", "Ref::day", "in=Ref::bucket", "Ref::none"], parameters={"day": "1", "bucket": "b"})
    job = bench.run_job(parameters={"day": "2"})
    assert bench.logged(job) == ["2 in=b Ref::none"]
    assert job["parameters"] == {"day": "2", "bucket": "b"}
    assert job["container"]["command"] == ["echo", "2", "in=b", "Ref::none"]


def test_array_has_a_child_for_each_index(bench: BatchBench) -> None:
    bench.register(python(SHOW_ENVIRONMENT))
    parent = bench.run_job(arrayProperties={"size": 3})
    identifier = parent["jobId"]
    assert parent["status"] == "SUCCEEDED"
    assert parent["arrayProperties"]["size"] == 3
    summary = parent["arrayProperties"]["statusSummary"]
    assert {status: count for status, count in summary.items() if count} == {"SUCCEEDED": 3}
    assert parent["attempts"] == [], "the parent itself runs nothing"
    assert bench.statuses(identifier) == ["PENDING", "SUCCEEDED"]
    listed = bench.batch.list_jobs(arrayJobId=identifier, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert [each["jobId"] for each in listed] == [f"{identifier}:{index}" for index in range(3)]
    for index in range(3):
        child = bench.job(f"{identifier}:{index}")
        assert child["arrayProperties"]["index"] == index
        found = bench.environment_of(child)
        assert (found["AWS_BATCH_JOB_ARRAY_INDEX"], found["AWS_BATCH_JOB_ARRAY_SIZE"]) == (str(index), "3")
        assert found["AWS_BATCH_JOB_ID"] == f"{identifier}:{index}"


def test_array_fails_if_a_child_does_after_all_have_ended(bench: BatchBench) -> None:
    bench.register(["sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX"])
    parent = bench.run_job(arrayProperties={"size": 2})
    assert (parent["status"], parent["statusReason"]) == ("FAILED", "Array Child Job failed")
    assert parent["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 1
    assert parent["arrayProperties"]["statusSummary"]["FAILED"] == 1


def test_failed_attempt_is_tried_again(bench: BatchBench) -> None:
    """Until one succeeds, each as a task of its own."""
    bench.register(["sh", "-c", "exit $((2 - AWS_BATCH_JOB_ATTEMPT))"], retryStrategy={"attempts": 5})
    job = bench.run_job()
    assert job["status"] == "SUCCEEDED"
    assert [each["container"]["exitCode"] for each in job["attempts"]] == [1, 0]
    first, second = (each["container"]["taskArn"] for each in job["attempts"])
    assert first != second
    assert bench.statuses(job["jobId"]) == ["RUNNABLE", "STARTING", "RUNNING"] * 2 + ["SUCCEEDED"]


def test_request_says_how_often(bench: BatchBench) -> None:
    bench.register(["sh", "-c", "exit 7"], retryStrategy={"attempts": 5})
    conditions = [{"onExitCode": "7*", "action": "EXIT"}]
    job = bench.run_job(retryStrategy={"attempts": 3, "evaluateOnExit": conditions})
    assert (job["status"], len(job["attempts"])) == ("FAILED", 1)
    assert job["retryStrategy"]["evaluateOnExit"] == [{"onExitCode": "7*", "action": "exit"}]


@pytest.mark.parametrize(
    ("conditions", "again"),
    [
        ([], True),
        ([{"onExitCode": "1", "action": "EXIT"}], False),
        ([{"onExitCode": "1*", "action": "exit"}], False),
        ([{"onExitCode": "2", "action": "EXIT"}], True),
        ([{"onReason": "Out*", "action": "EXIT"}], False),
        ([{"onReason": "out*", "action": "EXIT"}], True),
        ([{"onReason": "OutOfMemory", "action": "EXIT"}], True),
        ([{"onStatusReason": FINE, "action": "EXIT"}], False),
        ([{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}], False),
        ([{"onStatusReason": "Ess*", "action": "Retry"}, {"onReason": "*", "action": "EXIT"}], True),
        ([{"onStatusReason": "Ess*", "onExitCode": "9", "action": "EXIT"}], True),
    ],
)
def test_first_condition_that_holds_decides(conditions: list[dict[str, str]], *, again: bool) -> None:
    strategy = retries.read({"attempts": 2, "evaluateOnExit": conditions})
    failed: dict[str, Any] = {"exit_code": 1, "reason": "OutOfMemoryError: killed", "status_reason": FINE}
    assert retries.tried_again(strategy, 1, **failed) == again
    assert not retries.tried_again(strategy, 2, **failed), "no more than the attempts"


@pytest.mark.parametrize(
    ("exit_code", "reason", "again"),
    [
        (75, None, True),
        (1, None, False),
        (137, "OutOfMemoryError: Container killed due to memory usage", False),
        (None, "CannotStartContainerError", False),
        (None, None, False),
    ],
)
def test_strategy_of_a_job_that_resumes(exit_code: int | None, reason: str | None, *, again: bool) -> None:
    """What modules/batch-job makes of `retry`: 75 is tried again, and whatever else is not."""
    conditions = [{"onExitCode": "75", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    strategy = retries.read({"attempts": 5, "evaluateOnExit": conditions})
    failed: dict[str, Any] = {"exit_code": exit_code, "reason": reason, "status_reason": FINE}
    assert retries.tried_again(strategy, 1, **failed) == again


def test_terminated_job_gets_sigterm_and_is_not_tried_again(bench: BatchBench) -> None:
    bench.register(python(STOPS_WITH.format(75) + "time.sleep(60)"), retryStrategy={"attempts": 3})
    identifier = bench.submit()
    logs_something(bench, identifier)
    bench.batch.cancel_job(jobId=identifier, reason="too late")
    assert bench.job(identifier)["status"] == "RUNNING", "what has started is not cancelled"
    bench.batch.terminate_job(jobId=identifier, reason="enough")
    job = bench.wait_for(identifier)
    assert (job["status"], job["statusReason"]) == ("FAILED", "enough")
    assert [each["container"]["exitCode"] for each in job["attempts"]] == [75]


def test_array_is_terminated_as_a_whole(bench: BatchBench) -> None:
    bench.register(python(STOPS_WITH.format(0) + "time.sleep(60)"))
    identifier = bench.submit(arrayProperties={"size": 2})
    logs_something(bench, f"{identifier}:1")
    bench.batch.terminate_job(jobId=identifier, reason="enough")
    parent = bench.wait_for(identifier)
    assert (parent["status"], parent["statusReason"], parent["isTerminated"]) == ("FAILED", "enough", True)
    assert [bench.job(f"{identifier}:{index}")["status"] for index in range(2)] == ["FAILED", "FAILED"]


def test_job_has_the_rights_of_its_role(bench: BatchBench) -> None:
    mine = bench.arn("ssm", f"parameter/{bench.name}/mine")
    bench.client("ssm").put_parameter(Name=f"/{bench.name}/mine", Value="x", Type="String")
    role = bench.role("job", allow("ssm:GetParameter", mine), service=ECS)
    program = (
        "import boto3; s = boto3.client('ssm'); print(s.get_parameter(Name={!r})['Parameter']['Value'], flush=True);"
        "print(boto3.client('sts').get_caller_identity()['Arn'], flush=True); s.get_parameter(Name='/other')"
    ).format(f"/{bench.name}/mine")
    bench.register(python(program), container={"jobRoleArn": role})
    job = bench.run_job()
    lines = bench.logged(job)
    task = job["container"]["taskArn"].rpartition("/")[2]
    assert lines[:2] == ["x", f"arn:aws:sts::{bench.box.account}:assumed-role/{bench.name}-job/{task}"]
    assert "not authorized to perform: ssm:GetParameter" in lines[-1]
    assert job["container"]["exitCode"] == 1


def test_execution_role_reads_secrets_and_writes_the_log(bench: BatchBench) -> None:
    bench.logs.create_log_group(logGroupName=bench.log_group)
    bench.client("ssm").put_parameter(Name=f"/{bench.name}/key", Value="secret value", Type="String")
    key = bench.arn("ssm", f"parameter/{bench.name}/key")
    options = {"awslogs-group": bench.log_group, "awslogs-stream-prefix": "own"}
    container = {
        "secrets": [{"name": "KEY", "valueFrom": key}],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        "executionRoleArn": bench.role("execution", bench.may_log(), allow("ssm:GetParameters", key)),
    }
    bench.register(["sh", "-c", "echo $KEY"], container=container)
    job = bench.run_job()
    assert job["container"]["logStreamName"].startswith("own/default/")
    assert bench.logged(job, bench.log_group) == ["secret value"]

    bench.register(["true"], container=container | {"executionRoleArn": bench.role("less", bench.may_log())})
    job = bench.run_job()
    assert job["status"] == "FAILED"
    assert job["statusReason"].startswith("ResourceInitializationError: unable to pull secrets")
    assert "exitCode" not in job["container"]


def test_program_that_is_not_there(bench: BatchBench) -> None:
    bench.box.ask("image", image=f"example.com/{bench.name}", command=["no-such-program"])
    bench.register([])
    job = bench.run_job()
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
    assert job["container"]["reason"].startswith("CannotStartContainerError")
    assert bench.statuses(job["jobId"]) == ["RUNNABLE", "STARTING", "FAILED"]


def test_role_that_does_not_trust_ecs(bench: BatchBench) -> None:
    role = bench.role("job", service="batch.amazonaws.com")
    bench.register(["true"], container={"jobRoleArn": role}, retryStrategy={"attempts": 3})
    job = bench.run_job()
    assert job["status"] == "FAILED"
    assert f"unable to assume the role '{role}'" in job["statusReason"]
    assert job["attempts"] == []


def test_definition_made_elsewhere_is_a_stand_in(bench: BatchBench) -> None:
    """It shows its environment; what it really is nobody knows here."""
    queue = bench.arn("batch", f"job-queue/{bench.name}-elsewhere")
    parameters = {"JobDefinition": f"{bench.name}-elsewhere", "JobName": "j"}
    target = {"Id": "t", "Arn": queue, "RoleArn": bench.arn("iam", "role/r"), "BatchParameters": parameters}
    bench.client("events").put_rule(Name=bench.name, EventPattern=json.dumps({"source": [bench.name]}))
    bench.client("events").put_targets(Rule=bench.name, Targets=[target])
    asked = {"jobQueue": queue, "jobDefinition": f"{bench.name}-elsewhere"}
    overrides = {"environment": [{"name": "COUNT", "value": "7"}]}
    job = bench.run_job(**asked, arrayProperties={"size": 2}, containerOverrides=overrides)
    assert job["status"] == "SUCCEEDED"
    shown = bench.environment_of(bench.job(f"{job['jobId']}:1"))
    assert "made-elsewhere" in shown["stand_in"]
    environment: Mapping[str, str] = shown["environment"]  # type: ignore[assignment]
    assert (environment["COUNT"], environment["AWS_BATCH_CE_NAME"]) == ("7", "made-elsewhere")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"arrayProperties": {"size": 1}}, "arrayProperties.size is 1"),
        ({"arrayProperties": {"size": 10_001}}, "arrayProperties.size is 10001"),
        ({"retryStrategy": {"attempts": 11}}, "retryStrategy.attempts is 11"),
        ({"retryStrategy": {"evaluateOnExit": [{"action": "EXIT"}]}}, "attempts must be specified"),
        ({"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "STOP"}]}}, "action is STOP"),
        ({"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}] * 6}}, "6 conditions"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "attemptDurationSeconds is 59"),
        ({"jobName": "-j"}, "Job name should match"),
        ({"containerOverrides": {"environment": [{"name": "AWS_BATCH_JOB_ID", "value": "x"}]}}, "AWS_BATCH"),
    ],
)
def test_request_that_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(submissions.SubmissionError, match=said):
        submissions.check(fields)


def test_submission_is_refused_in_words(bench: BatchBench) -> None:
    bench.register(["true"])
    for fields, said in (
        ({"arrayProperties": {"size": 1}}, "arrayProperties.size"),
        ({"jobQueue": "none"}, "Job queue none does not exist"),
        ({"dependsOn": [{"jobId": "x"}]}, "SandboxNotImplemented.*dependsOn"),
    ):
        with pytest.raises(ClientError, match=said):
            bench.submit(**fields)
    bench.batch.update_job_queue(jobQueue=bench.queue, state="DISABLED")
    with pytest.raises(ClientError, match="DISABLED"):
        bench.submit()
    with pytest.raises(ClientError, match="attemptDurationSeconds"):
        bench.register(["true"], timeout={"attemptDurationSeconds": 1})


def test_jobs_are_listed_newest_first_and_in_pages(bench: BatchBench) -> None:
    bench.register(["true"])
    first, second = bench.run_job(jobName="a-1"), bench.run_job(jobName="A-2")
    bench.run_job(jobName="b")

    def listed(*names: str, **fields: Any) -> list[str]:
        filters = [{"name": names[0], "values": list(names[1:])}]
        pages = bench.batch.get_paginator("list_jobs").paginate(jobQueue=bench.queue, filters=filters, **fields)
        return [each["jobName"] for page in pages for each in page["jobSummaryList"]]

    assert listed("JOB_NAME", "a-*") == listed("JOB_NAME", "a-*", PaginationConfig={"PageSize": 1}) == ["A-2", "a-1"]
    assert listed("JOB_NAME", "a-2") == ["A-2"]
    assert listed("JOB_DEFINITION", bench.name.upper()) == ["b", "A-2", "a-1"]
    assert listed("AFTER_CREATED_AT", str(first["createdAt"])) == ["b", "A-2"]
    assert listed("BEFORE_CREATED_AT", str(second["createdAt"])) == ["a-1"]
    for filters, said in ((("SHARE_IDENTIFIER", "x"), "does not filter"), (("AFTER_CREATED_AT", "now"), "is no time")):
        with pytest.raises(ClientError, match=said):
            listed(*filters)


# --- What needs no server -------------------------------------------------------------------------------------------


def job_of_the_test(identifier: str = "j", **fields: Any) -> Job:
    definition = "arn:aws:batch:us-east-1:123456789012:job-definition/d:1"
    container = submissions.container({"image": "i", "vcpus": 1, "memory": 4}, {}, {})
    where = {"account": "123456789012", "region": "us-east-1", "queue_arn": "q", "definition_arn": definition}
    rest = {
        "compute_environment": "c",
        "retry_strategy": retries.read({"attempts": 2}),
        "created_at": datetime.now(UTC),
    }
    return Job(id=identifier, arn=f"job/{identifier}", name="n", container=container, **where, **rest, **fields)


class FakeRun:
    """A task whose container runs until it is stopped; the test says how it then ends."""

    made: list[FakeRun]

    def __init__(self, task: Any, _: Any, changed: Any) -> None:
        self.task, self.changed, self.over = task, changed, threading.Event()
        FakeRun.made.append(self)

    def live(self) -> None:
        for status in ("PENDING", "RUNNING"):
            self.task.last_status = status
            self.changed({})
        self.over.wait(10)
        self.task.containers[0].exit_code = 143
        self.task.last_status = "STOPPED"

    def stop(self, reason: str) -> None:
        self.task.stopped_reason = reason
        self.over.set()


@pytest.fixture
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> list[FakeRun]:
    FakeRun.made = []
    monkeypatch.setattr(scheduler, "Run", FakeRun)
    monkeypatch.setattr(scheduler.attempts, "make_log_group", lambda _: None)
    return FakeRun.made


def until(holds: Any) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_attempt_that_runs_too_long_ends_the_job(fake_runs: list[FakeRun]) -> None:
    """However many attempts it has: a job that ran out of time is not retried."""
    job = job_of_the_test(timeout_seconds=0.02)
    Scheduler().submit(job)
    until(lambda: job.status == "FAILED")
    assert (job.status_reason, len(job.attempts)) == ("Job attempt duration exceeded timeout", 1)
    assert job.attempts[0].exit_code == 143


def test_job_that_is_terminated_between_two_attempts_has_no_other(fake_runs: list[FakeRun]) -> None:
    class Between(Scheduler):
        def _queue(self, job: Job) -> None:
            if job.attempts:
                self.terminate(job, "enough")
            super()._queue(job)

    job = job_of_the_test()
    Between().submit(job)
    until(lambda: bool(fake_runs))
    fake_runs[0].over.set()
    until(lambda: job.status == "FAILED")
    assert (job.status_reason, len(job.attempts), len(fake_runs)) == ("enough", 1, 1)


def test_few_run_at_once_and_the_others_wait(fake_runs: list[FakeRun]) -> None:
    parent = job_of_the_test("p")
    parent.children = [job_of_the_test(f"p:{index}", parent=parent, index=index) for index in range(40)]
    line = Scheduler(at_once=3)
    before = threading.active_count()
    line.submit(parent)
    until(lambda: len(fake_runs) == 3 and parent.children[-1].status == "RUNNABLE")
    assert threading.active_count() <= before + 4, "those that wait have no thread"
    line.cancel(parent, "not today")
    assert [child.status for child in parent.children].count("FAILED") == 37
    assert not parent.children[0].cancelled, "it had started"
    line.terminate(parent, "enough")
    until(lambda: parent.status == "FAILED")
    assert (len(fake_runs), parent.status_reason) == (3, "enough")
