"""The last steps of the chain: an event is really sent, and the jobs that it must lead to appear in their queues."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from operations import definitions, events
from operations.steps import EVENT, JOB, Recorder, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_batch import BatchClient
    from mypy_boto3_batch.type_defs import JobDetailTypeDef

    from operations.account import Account
    from operations.events import Sent, TestEvent

FIRST_POLL_SECONDS: Final = 0.25  # the next ones come after twice as long, up to the last
LAST_POLL_SECONDS: Final = 4.0
_DESCRIBED_AT_ONCE: Final = 100  # jobs that one DescribeJobs takes


@dataclass(frozen=True)
class Awaited:
    """A job that an event must lead to.

    Attributes:
        rule: as the steps call it.
        region: of the rule, and so of the queue.
        queue: ARN of the queue.
        definition: of the target: without a revision any one of that name will do.
        dead_letters: ARN of the target's dead-letter queue; empty if it has none.
    """

    rule: str
    target: str
    region: str
    queue: str
    name: str
    definition: definitions.Reference
    dead_letters: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Where jobs of this name are looked for."""
        return self.region, self.queue, self.name


@dataclass(frozen=True)
class Trial:
    """An event, and what it must lead to; `rules` are those that it is sent for."""

    test: TestEvent
    rules: tuple[str, ...]
    awaited: tuple[Awaited, ...]


def run(account: Account, trials: Sequence[Trial], wait_seconds: float, hint: str) -> list[Step]:
    """Send each event, and wait for its jobs.

    A job counts if it was not in its queue before the event was sent: no clock has to agree with another.

    Args:
        account: where the bus and the queues are.
        trials: the events, and what each must lead to.
        wait_seconds: how long after the last event a job may take to appear.
        hint: where to look when one does not.
    """
    before = {each.place: set(_jobs(account, each)) for trial in trials for each in trial.awaited}
    sent = events.put(account, [trial.test for trial in trials])
    steps: list[Step] = []
    awaited: list[Awaited] = []
    for trial, result in zip(trials, sent, strict=True):
        steps += [_event(rule, result) for rule in trial.rules]
        if result.problem:
            steps += [
                Recorder(each.rule, each.target).not_tried(JOB, "the event was not sent") for each in trial.awaited
            ]
        else:
            awaited += trial.awaited
    found = _wait(account, awaited, before, wait_seconds)
    return steps + [_job(each, found[number], wait_seconds, hint) for number, each in enumerate(awaited)]


def _event(rule: str, sent: Sent) -> Step:
    record, where = Recorder(rule), f"{sent.test.origin} on bus {sent.test.bus}"
    if sent.problem:
        return record.failed(EVENT, f"{where}: {sent.problem}", "mend the event, or the bus's policy")
    return record.passed(EVENT, f"{where}: event {sent.id}")


def _job(awaited: Awaited, job: JobDetailTypeDef | None, wait_seconds: float, hint: str) -> Step:
    record = Recorder(awaited.rule, awaited.target)
    if job is None:
        found = f"no new job {awaited.name} in {awaited.queue} after {wait_seconds:g} s"
        why = f"the messages in {awaited.dead_letters} say why; " if awaited.dead_letters else ""
        return record.failed(JOB, found, f"{why}{hint}")
    ran = definitions.parse(job["jobDefinition"])
    what = f"job {job['jobId']} of {ran.name}:{ran.revision}, {job['status']}"
    wanted = awaited.definition
    if ran.name != wanted.name or wanted.revision not in (None, ran.revision):
        remedy = "something else submits jobs of that name, or the target has just changed: try again"
        return record.failed(JOB, f"{what}, and the target names {wanted.name}:{wanted.revision}", remedy)
    return record.passed(JOB, what)


def _wait(
    account: Account, awaited: Sequence[Awaited], before: dict[tuple[str, str, str], set[str]], wait_seconds: float
) -> dict[int, JobDetailTypeDef | None]:
    """Return the job of each that is awaited, by its number: two targets of one queue and name need two jobs."""
    deadline, pause = time.monotonic() + wait_seconds, FIRST_POLL_SECONDS
    wanted = Counter(each.place for each in awaited)
    one_of = {each.place: each for each in awaited}
    new: dict[tuple[str, str, str], list[str]] = {}
    while True:
        for place, count in wanted.items():
            if len(new.get(place, ())) < count:
                new[place] = [job for job in _jobs(account, one_of[place]) if job not in before[place]]
        if all(len(new[place]) >= count for place, count in wanted.items()) or time.monotonic() >= deadline:
            break
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(2 * pause, LAST_POLL_SECONDS)
    described = {place: _described(account.batch(place[0]), found) for place, found in new.items()}
    return {number: _take(described[each.place], each) for number, each in enumerate(awaited)}


def _take(jobs: list[JobDetailTypeDef], awaited: Awaited) -> JobDetailTypeDef | None:
    """Take a job out of those that are new, one of the definition that is awaited if there is one."""
    if not jobs:
        return None
    fitting = (job for job in jobs if definitions.parse(job["jobDefinition"]).name == awaited.definition.name)
    chosen = next(fitting, jobs[0])
    jobs.remove(chosen)
    return chosen


def _jobs(account: Account, awaited: Awaited) -> list[str]:
    """Return the ids of the jobs of a queue that have this name, whatever their status."""
    pages = (
        account.batch(awaited.region)
        .get_paginator("list_jobs")
        .paginate(jobQueue=awaited.queue, filters=[{"name": "JOB_NAME", "values": [awaited.name]}])
    )
    # The filter does not tell capitals from small letters.
    return [each["jobId"] for page in pages for each in page["jobSummaryList"] if each["jobName"] == awaited.name]


def _described(batch: BatchClient, ids: Sequence[str]) -> list[JobDetailTypeDef]:
    parts = [ids[start : start + _DESCRIBED_AT_ONCE] for start in range(0, len(ids), _DESCRIBED_AT_ONCE)]
    return [job for part in parts for job in batch.describe_jobs(jobs=part)["jobs"]]
