"""Each repair of Batch's jobs is needed (its test fails without it) and does what AWS documents."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.batch_bench import SECONDS, make_queue
from tests.sandbox.conftest import Client

CONTAINER = {"image": "example.com/image:1", "vcpus": 1, "memory": 128}


def register(aws: Client, name: str, *command: str) -> None:
    properties = CONTAINER | {"command": list(command)}
    aws("batch").register_job_definition(jobDefinitionName=name, type="container", containerProperties=properties)


def ended(aws: Client, identifier: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while True:
        (job,) = aws("batch").describe_jobs(jobs=[identifier])["jobs"]
        if job["status"] in ("SUCCEEDED", "FAILED"):
            return dict(job)
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_jobs_run(aws: Client, name: str) -> None:
    asked = {"jobName": name, "jobQueue": make_queue(aws, name), "jobDefinition": name}
    register(aws, name, "sh", "-c", "exit $AWS_BATCH_JOB_ATTEMPT")
    job = ended(aws, aws("batch").submit_job(**asked, retryStrategy={"attempts": 2})["jobId"])
    assert (job["status"], job["container"].get("exitCode"), len(job["attempts"])) == ("FAILED", 2, 2)


def test_jobs_are_described(aws: Client, name: str) -> None:
    batch, queue = aws("batch"), make_queue(aws, name)
    register(aws, name, "true")
    job = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=name)["jobId"]
    assert ended(aws, job)["status"] == "SUCCEEDED"
    assert batch.list_jobs(jobQueue=queue)["jobSummaryList"] == [], "only those that run, unless asked for others"
    (found,) = batch.list_jobs(jobQueue=queue, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert (found["jobId"], found.get("container")) == (job, {"exitCode": 0})
    with pytest.raises(ClientError, match="jobQueue"):
        batch.list_jobs(jobStatus="SUCCEEDED")


def test_jobs_are_stopped(aws: Client, name: str) -> None:
    batch, queue = aws("batch"), make_queue(aws, name)
    register(aws, name, "sleep", "60")
    job = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=name)["jobId"]
    batch.terminate_job(jobId=job, reason="enough")
    found = ended(aws, job)
    assert (found["status"], found.get("statusReason"), found.get("isTerminated")) == ("FAILED", "enough", True)
    for call in (batch.terminate_job, batch.cancel_job):
        call(jobId=job, reason="again")
        call(jobId="none", reason="none")
        with pytest.raises(ClientError, match="reason"):
            call(jobId=job, reason="")
    assert batch.describe_jobs(jobs=[job])["jobs"][0]["statusReason"] == "enough"
