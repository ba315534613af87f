"""A job as Batch describes it, and the event that Batch sends when its state changes.

Shapes: AWS Batch API reference, JobDetail, AttemptDetail, JobSummary and ArrayPropertiesDetail; User Guide, "Job state
change events" and "Array jobs".
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.delivery.entries import new_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING = "SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"
SUCCEEDED, FAILED = "SUCCEEDED", "FAILED"
STATUSES = (SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED)
NOT_STARTED = (SUBMITTED, PENDING, RUNNABLE)
ENDED = (SUCCEEDED, FAILED)


@dataclass
class Attempt:
    """One attempt at a job, which is one ECS task.

    Attributes:
        task_arn: known from STARTING on.
        log_stream: known from RUNNING on; None for a container that logs nowhere.
        started_at: when it came to RUNNING; None if it never did.
    """

    task_arn: str
    log_stream: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    status_reason: str | None = None

    def container(self) -> dict[str, Any]:
        """Return what is known of its container."""
        return _known(taskArn=self.task_arn, logStreamName=self.log_stream, exitCode=self.exit_code, reason=self.reason)

    def detail(self) -> dict[str, Any]:
        """Return it as DescribeJobs shows it."""
        return {"container": self.container() | {"networkInterfaces": []}} | _known(
            startedAt=_milliseconds(self.started_at),
            stoppedAt=_milliseconds(self.stopped_at),
            statusReason=self.status_reason,
        )


@dataclass(eq=False)
class Job:
    """One job: by itself, a child of an array (`index`), or the parent of one (`children`).

    Attributes:
        definition_arn: with the revision that it runs.
        compute_environment: the name of the one that its queue places it in.
        container: as DescribeJobs shows it before it has run; children share their parent's.
        retry_strategy: from `retries.read`.
        timeout_seconds: of each attempt; None for none.
        attempts: those that have ended.
        attempt: the one that runs or was the last to.
        lock: is held by what changes the job.
    """

    id: str
    arn: str
    name: str
    account: str
    region: str
    queue_arn: str
    definition_arn: str
    compute_environment: str
    container: Mapping[str, Any]
    retry_strategy: Mapping[str, Any]
    created_at: datetime
    parameters: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float | None = None
    platform_capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    propagate_tags: bool = False
    parent: Job | None = None
    index: int | None = None
    children: list[Job] = field(default_factory=list)
    status: str = SUBMITTED
    status_reason: str | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)
    attempt: Attempt | None = None
    cancelled: bool = False
    terminated: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def definition_name(self) -> str:
        """The name of its definition, without the revision."""
        return self.definition_arn.rpartition("/")[2].partition(":")[0]

    def detail(self) -> dict[str, Any]:
        """Return it as DescribeJobs shows it."""
        return {
            "jobArn": self.arn,
            "jobName": self.name,
            "jobId": self.id,
            "jobQueue": self.queue_arn,
            "status": self.status,
            "attempts": [each.detail() for each in self.attempts],
            "createdAt": _milliseconds(self.created_at),
            "retryStrategy": self.retry_strategy,
            "dependsOn": [],
            "jobDefinition": self.definition_arn,
            "parameters": self.parameters,
            "container": {**self.container, **(self.attempt.container() if self.attempt else {})},
            "tags": self.tags,
            "propagateTags": self.propagate_tags,
            "platformCapabilities": self.platform_capabilities,
            "eksAttempts": [],
        } | _known(
            statusReason=self.status_reason,
            startedAt=_milliseconds(self.started_at),
            stoppedAt=_milliseconds(self.stopped_at),
            arrayProperties=self._array(),
            timeout=None if self.timeout_seconds is None else {"attemptDurationSeconds": self.timeout_seconds},
            isCancelled=self.cancelled or None,
            isTerminated=self.terminated or None,
        )

    def summary(self) -> dict[str, Any]:
        """Return it as ListJobs shows it."""
        container = {name: each for name, each in self._container().items() if name in ("exitCode", "reason")}
        return {
            "jobArn": self.arn,
            "jobId": self.id,
            "jobName": self.name,
            "createdAt": _milliseconds(self.created_at),
            "status": self.status,
            "jobDefinition": self.definition_arn,
        } | _known(
            statusReason=self.status_reason,
            startedAt=_milliseconds(self.started_at),
            stoppedAt=_milliseconds(self.stopped_at),
            container=container or None,
            arrayProperties=self._array(),
        )

    def event(self, now: datetime) -> dict[str, Any]:
        """Return the `Batch Job State Change` event that says how the job is now."""
        return new_event(
            source="aws.batch",
            detail_type="Batch Job State Change",
            detail=self.detail() | {"tags": {"resourceArn": self.arn, **self.tags}},
            account=self.account,
            region=self.region,
            at=now,
            resources=[self.arn],
        )

    def _container(self) -> dict[str, Any]:
        return self.attempt.container() if self.attempt else {}

    def _array(self) -> dict[str, Any] | None:
        if self.index is not None:
            return {"statusSummary": {}, "index": self.index}
        if not self.children:
            return None
        counted = Counter(child.status for child in self.children)
        return {"statusSummary": {status: counted[status] for status in STATUSES}, "size": len(self.children)}


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def milliseconds(moment: datetime) -> int:
    """Return a time as Batch has it: milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
