"""dn-dev as it was applied to a sandbox, and what a test does there: put events, and look at what became of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import boto3

from sandbox.server import Sandbox
from tests.support.clone import Clone
from tests.support.planning import REPOSITORY

BUS = "dn-backend-workflow-bus-dev"
SOURCE = "dn.backend.channelbackfill"
COMPLETED = {
    "status": "success",
    "processedCount": 368,
    "errorCount": 0,
    "totalCount": 372,
    "timestamp": "2025-07-29T18:45:00.000Z",
}
FAILED = {"status": "failed", "reason": 'line 7: "customID" is missing', "timestamp": "2025-07-29T18:45:00.000Z"}
IMAGE = "867653852961.dkr.ecr.us-east-1.amazonaws.com/punctual-workers"
PROGRAMS = REPOSITORY / "tests" / "e2e" / "delivery" / "programs"
SETTLE_SECONDS = 60


class Applied:
    """The sandbox with what was applied, and what a test does there."""

    def __init__(self, clone: Clone, box: Sandbox) -> None:
        self.clone = clone
        self.box = box
        self._clients: dict[str, Any] = {}
        self._programs: dict[str, Sequence[str]] = {}

    def aws(self, service: str) -> Any:
        """A client of one service, as the account's administrator."""
        if service not in self._clients:
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            self._clients[service] = boto3.client(service, self.box.region, endpoint_url=self.box.endpoint, **keys)
        return self._clients[service]

    def put(self, detail_type: str, detail: dict[str, Any], *, source: str = SOURCE, bus: str = BUS) -> None:
        """Put one event; the bus must take it."""
        entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "EventBusName": bus}
        answer = self.aws("events").put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer

    def complete(self) -> list[dict[str, Any]]:
        """Put the event of a backfill that is done; return what was delivered because of it."""
        with_before = self.number()
        self.put("Channel Backfill Completed", COMPLETED)
        return self.deliveries(with_before)

    def fail(self) -> list[dict[str, Any]]:
        """Put the event of a backfill that failed; likewise."""
        with_before = self.number()
        self.put("Channel Backfill Failed", FAILED)
        return self.deliveries(with_before)

    def request(self) -> list[dict[str, Any]]:
        """Put the event of an operator who asks for the clean-up in shards; likewise."""
        with_before = self.number()
        self.put("Custom ID Cleanup Requested", {}, source="dn.backend.operations")
        return self.deliveries(with_before)

    def number(self) -> int:
        """The number of the last delivery."""
        found = self.deliveries(0)
        return found[-1]["number"] if found else 0

    def deliveries(self, since: int) -> list[dict[str, Any]]:
        """What has been delivered after that number, and what has not, once nothing is under way."""
        answer = self.box.ask("deliveries", seconds=SETTLE_SECONDS + 30, settle=SETTLE_SECONDS, since=since)
        assert answer["settled"]
        found: list[dict[str, Any]] = answer["deliveries"]
        return found

    def of_target(self, target: str, deliveries: list[dict[str, Any]]) -> dict[str, Any]:
        """The one delivery to that target."""
        (found,) = [each for each in deliveries if each["target_id"] == target]
        return found

    def tasks(self, delivery: dict[str, Any]) -> list[dict[str, Any]]:
        """The tasks that a delivery has started."""
        arns = delivery["result"]["tasks"]
        described: list[dict[str, Any]] = self.aws("ecs").describe_tasks(cluster=delivery["target_arn"], tasks=arns)[
            "tasks"
        ]
        return described

    def image(self, worker: str, *command: str) -> None:
        """Say what a command of the workers' image is on this machine."""
        self._programs[worker] = command
        entry_point = [sys.executable, str(PROGRAMS / "one_image.py"), json.dumps(self._programs)]
        self.box.ask("image", image=IMAGE, command=entry_point)

    def lines(self, group: str) -> list[dict[str, Any]]:
        """The events of a log group, oldest first."""
        logs = self.aws("logs")
        streams = [each["logStreamName"] for each in logs.describe_log_streams(logGroupName=group)["logStreams"]]
        found = [
            event
            for stream in streams
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        ]
        return sorted(found, key=lambda event: event["timestamp"])
