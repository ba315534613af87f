"""What an applied environment needs before its workers can run: images, parameters, buckets, a catalogue.

What the workers are told is read from their task definitions, so that the demonstration runs what was applied and
nothing of its own.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3

from sandbox.containers.images import without_tag
from sandbox.errors import WrongUseError
from sandbox.server import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.catalogue import Catalogue
    from sandbox.server import Sandbox
    from sandbox.services.running import Running

REFERENCE = "ssm:"
OWNER = "test"
API_KEY = "test"  # for the token service's stand-in, which takes no other
# Python programs of this machine need no more of it than where they are.
PROGRAM = (sys.executable, "-m", "workers")


@dataclass(frozen=True)
class WorkerTask:
    """One worker as it was applied.

    Attributes:
        family: of its newest task definition.
        image: of its container.
        settings: the environment of its container.
        log_group: where it logs.
        log_prefix: of the names of its streams, with the container's name.
        role: the name of its task role.
    """

    family: str
    image: str
    settings: Mapping[str, str]
    log_group: str
    log_prefix: str
    role: str

    def location(self, setting: str) -> tuple[str, str]:
        """Return bucket and key of a setting that names an object or a prefix in S3.

        Raises:
            WrongUseError: it does not.
        """
        address = self.settings.get(setting, "")
        bucket, slash, key = address.removeprefix("s3://").partition("/")
        if not address.startswith("s3://") or not slash:
            raise WrongUseError(
                f"{self.family}: {setting} is {address!r}, and the demonstration needs an s3:// address"
            )
        return bucket, key


@dataclass(frozen=True)
class Account:
    """The account of a sandbox in which an environment was applied."""

    box: Sandbox

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the administrator's of every sandbox
            region_name=self.box.region,
        )

    def client(self, service: str) -> Any:
        """Return a client of the administrator's."""
        return self._session.client(service, endpoint_url=self.box.endpoint)  # type: ignore[call-overload]

    def worker(self, command: str) -> WorkerTask:
        """Return the worker of this command.

        Raises:
            WrongUseError: no task definition runs it.
        """
        ecs = self.client("ecs")
        pages = ecs.get_paginator("list_task_definitions").paginate(status="ACTIVE", sort="DESC")
        for arn in (each for page in pages for each in page["taskDefinitionArns"]):
            definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
            container = definition["containerDefinitions"][0]
            if container.get("command") == [command]:
                settings = {each["name"]: each["value"] for each in container.get("environment", ())}
                log = container["logConfiguration"]["options"]
                prefix = f"{log['awslogs-stream-prefix']}/{container['name']}/"
                role = definition["taskRoleArn"].rpartition("/")[2]
                return WorkerTask(
                    definition["family"], container["image"], settings, log["awslogs-group"], prefix, role
                )
        raise WrongUseError(
            f"no task definition here has the command {command}: apply dn-dev first (make apply ENV=dn-dev)"
        )

    def schedule_of(self, family: str) -> str:
        """Return the ARN of the schedule that runs a task.

        Raises:
            WrongUseError: there is none.
        """
        scheduler = self.client("scheduler")
        for page in scheduler.get_paginator("list_schedules").paginate():
            for each in page["Schedules"]:
                found = scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
                definition = found["Target"].get("EcsParameters", {}).get("TaskDefinitionArn", "")
                if definition.rpartition("/")[2].partition(":")[0] == family:
                    return str(found["Arn"])
        raise WrongUseError(f"no schedule runs {family}")

    def api_of(self, worker: WorkerTask) -> str:
        """Return the id of the GraphQL API that a worker's role may use, which stands nowhere else.

        Raises:
            WrongUseError: it may use none.
        """
        iam = self.client("iam")
        for name in iam.list_role_policies(RoleName=worker.role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=worker.role, PolicyName=name)["PolicyDocument"]
            found = re.search(r":apis/([A-Za-z0-9]+)/", json.dumps(policy))
            if found:
                return found[1]
        raise WrongUseError(f"{worker.role} may use no GraphQL API")

    def log_of(self, worker: WorkerTask, task_arn: str) -> list[dict[str, Any]]:
        """Return what a task of a worker logged, a JSON object for each line that is one."""
        stream = worker.log_prefix + task_arn.rpartition("/")[2]
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = self.client("logs").get_log_events(
                logGroupName=worker.log_group, logStreamName=stream, startFromHead=True, **token
            )
            for event in page["events"]:
                line = event["message"]
                found += [json.loads(line)] if line.startswith("{") else []
            if not page["events"] or page["nextForwardToken"] == token.get("nextToken"):
                return found
            token = {"nextToken": page["nextForwardToken"]}

    def say_what_images_are(self, *workers: WorkerTask) -> None:
        """Let the images of workers, of any version, be the programs of this repository."""
        for image in {without_tag(each.image) for each in workers}:
            self.box.ask(
                "image", image=image, command=PROGRAM, environment={"PYTHONPATH": str(REPOSITORY)}, directory=None
            )

    def put_parameters(self, services: Running, *workers: WorkerTask) -> list[str]:
        """Write the parameters that workers refer to, and return their names.

        Raises:
            WrongUseError: a worker refers to one that nobody knows here.
        """
        known = {**services.urls, "CONTENT_OWNER": OWNER, "TOKEN_API_KEY": API_KEY}
        ssm = self.client("ssm")
        written = {}
        for worker in workers:
            for setting, value in worker.settings.items():
                if not value.startswith(REFERENCE):
                    continue
                if setting not in known:
                    raise WrongUseError(f"{worker.family}: {setting} is {value}, which the demonstration does not know")
                written[value.removeprefix(REFERENCE)] = setting
        for name, setting in written.items():
            kind = "SecureString" if setting == "TOKEN_API_KEY" else "String"
            ssm.put_parameter(Name=name, Value=known[setting], Type=kind, Overwrite=True)
        return sorted(written)

    def upload(self, catalogue: Catalogue, backfill: WorkerTask, cleanup: WorkerTask, others: int) -> int:
        """Put the channel CSV and the video report where the workers read them; return the report's rows.

        Args:
            catalogue: what they are of.
            backfill: which reads the CSV.
            cleanup: which reads the report.
            others: how many rows of the report are of channels that are no partners'.
        """
        s3 = self.client("s3")
        for bucket in {worker.location(name)[0] for worker, name in _objects(backfill, cleanup)}:
            s3.create_bucket(Bucket=bucket)
        self.empty(*cleanup.location("LEDGER"))  # an earlier demonstration has done all of this report
        with TemporaryDirectory(prefix="punctual-demo-") as folder:
            channels, report = Path(folder) / "channels.csv", Path(folder) / "report.csv"
            catalogue.write_channels(channels)
            rows = catalogue.write_report(report, others)
            s3.upload_file(str(channels), *backfill.location("CHANNELS_CSV"))
            s3.upload_file(str(report), *cleanup.location("VIDEO_REPORT"))
        return rows

    def empty(self, bucket: str, prefix: str) -> None:
        """Take away all that is under a prefix."""
        s3 = self.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", ()):
                s3.delete_object(Bucket=bucket, Key=each["Key"])


def _objects(backfill: WorkerTask, cleanup: WorkerTask) -> tuple[tuple[WorkerTask, str], ...]:
    return (backfill, "CHANNELS_CSV"), (cleanup, "VIDEO_REPORT"), (cleanup, "LEDGER"), (cleanup, "OUTPUT")
