"""One test's own corner of a sandbox for Batch jobs: a queue with a compute environment, definitions and roles."""

from __future__ import annotations

import json
import time
from typing import Any

from sandbox.batch.jobs import ENDED
from tests.sandbox.calling import Client
from tests.sandbox.ecs_bench import EcsBench, policy

SECONDS = 30
OF_BATCH = {"Effect": "Allow", "Principal": {"Service": "batch.amazonaws.com"}, "Action": "sts:AssumeRole"}


def make_queue(aws: Client, name: str) -> str:
    """Make a compute environment and a job queue of this name, and return the queue's ARN."""
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(OF_BATCH))["Role"]["Arn"]
    batch = aws("batch")
    environment = batch.create_compute_environment(
        computeEnvironmentName=name, type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    made = batch.create_job_queue(jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order)
    arn: str = made["jobQueueArn"]
    return arn


class BatchBench(EcsBench):
    """Names are the test's own, so that tests may share a server."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.batch = self.client("batch")
        self.queue = make_queue(self.client, self.name)

    def register(self, command: list[str], *, container: dict[str, Any] | None = None, **fields: Any) -> str:
        """Register a definition of a container that logs where Batch's jobs log, and return its ARN."""
        properties: dict[str, Any] = {
            "image": f"example.com/{self.name}:1",
            "command": command,
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
        }
        made = self.batch.register_job_definition(
            jobDefinitionName=self.name, type="container", containerProperties=properties | (container or {}), **fields
        )
        arn: str = made["jobDefinitionArn"]
        return arn

    def submit(self, **fields: Any) -> str:
        """Submit a job of the newest revision, and return its id."""
        asked = {"jobName": self.name, "jobQueue": self.queue, "jobDefinition": self.name} | fields
        identifier: str = self.batch.submit_job(**asked)["jobId"]
        return identifier

    def job(self, identifier: str) -> dict[str, Any]:
        (found,) = self.batch.describe_jobs(jobs=[identifier])["jobs"]
        return dict(found)

    def wait_for(self, identifier: str, *statuses: str) -> dict[str, Any]:
        """Wait until a job has one of these statuses, by default until it has ended."""
        wanted = statuses or ENDED
        deadline = time.monotonic() + SECONDS
        while (job := self.job(identifier))["status"] not in wanted:
            assert time.monotonic() < deadline, f"the job is {job['status']}, not {wanted}, after {SECONDS} s"
            time.sleep(0.05)
        return job

    def run_job(self, **fields: Any) -> dict[str, Any]:
        """Run a job to its end."""
        return self.wait_for(self.submit(**fields))

    def logged(self, job: dict[str, Any], group: str = "/aws/batch/job") -> list[str]:
        """What the last attempt at a job has logged."""
        stream = job["container"]["logStreamName"]
        found = self.logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
        return [event["message"] for event in found["events"]]

    def environment_of(self, job: dict[str, Any]) -> dict[str, str]:
        """The environment that a job has logged in one line."""
        (line,) = self.logged(job)
        found: dict[str, str] = json.loads(line)
        return found

    def statuses(self, identifier: str) -> list[str]:
        """The states of a job, as its events tell them, in order."""
        events = [each["event"] for each in self.box.ask("events")["events"]]
        told = [each for each in events if each["detail-type"] == "Batch Job State Change"]
        return [each["detail"]["status"] for each in told if each["detail"]["jobId"] == identifier]
