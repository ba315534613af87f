"""Which job is taken for the one that an event led to."""

from __future__ import annotations

from typing import Any

import pytest

from operations import chain_jobs
from operations.chain_jobs import Awaited
from operations.definitions import Reference, active, arn, parse

QUEUE = "arn:aws:batch:us-east-2:123456789012:job-queue/q"
DEFINITION = "arn:aws:batch:us-east-2:123456789012:job-definition/report"


def awaited(target: str = "job", revision: int | None = 2) -> Awaited:
    return Awaited("shop.report", target, "us-east-2", QUEUE, "job", Reference("report", revision), "arn:dlq")


class Batch:
    """Lists as many jobs as it was asked how often, and describes them."""

    def __init__(self) -> None:
        self.asked = 0

    def batch(self, region: str) -> Batch:
        assert region == "us-east-2"
        return self

    def list_jobs(self, *_: object) -> list[str]:
        self.asked += 1
        return ["before", *(f"new-{number}" for number in range(1, self.asked))]

    def describe_jobs(self, jobs: list[str]) -> dict[str, Any]:
        return {"jobs": [{"jobId": job, "jobDefinition": f"{DEFINITION}:2", "status": "RUNNABLE"} for job in jobs]}


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> Batch:
    batch = Batch()
    monkeypatch.setattr(chain_jobs, "_jobs", batch.list_jobs)
    monkeypatch.setattr("operations.chain_jobs.time.sleep", lambda _: None)
    return batch


def test_two_targets_wait_for_two_jobs(batch: Batch) -> None:
    two = [awaited("a"), awaited("b")]
    found = chain_jobs._wait(batch, two, {two[0].place: {"before"}}, 30)  # type: ignore[arg-type]
    assert [job and job["jobId"] for job in found.values()] == ["new-1", "new-2"]
    assert batch.asked == 3


def test_after_the_time_what_is_there_is_taken(batch: Batch) -> None:
    two = [awaited("a"), awaited("b")]
    found = chain_jobs._wait(batch, two, {two[0].place: {"before"}}, 0)  # type: ignore[arg-type]
    assert list(found.values()) == [None, None]


@pytest.mark.parametrize(
    ("definition", "revision", "verdict"),
    [
        (f"{DEFINITION}:2", 2, "passed"),
        (f"{DEFINITION}:3", 2, "failed"),
        (f"{DEFINITION}:3", None, "passed"),
        (f"{DEFINITION}-other:2", 2, "failed"),
    ],
)
def test_a_job_of_another_revision_is_not_the_one(definition: str, revision: int | None, verdict: str) -> None:
    job: Any = {"jobId": "1", "jobDefinition": definition, "status": "RUNNABLE"}
    assert chain_jobs._job(awaited(revision=revision), job, 5, "").verdict == verdict


def test_where_no_job_came_the_dead_letters_are_named() -> None:
    step = chain_jobs._job(awaited(), None, 5, "look there")
    assert (step.verdict, step.remedy) == ("failed", "the messages in arn:dlq say why; look there")


@pytest.mark.parametrize(
    ("text", "name", "revision"),
    [
        ("report", "report", None),
        ("report:12", "report", 12),
        (f"{DEFINITION}:12", "report", 12),
        (DEFINITION, "report", None),
        ("arn:aws-cn:batch:cn-north-1:123456789012:job-definition/report:1", "report", 1),
        ("no reference at all", "no reference at all", None),
    ],
)
def test_references_to_job_definitions(text: str, name: str, revision: int | None) -> None:
    assert parse(text) == Reference(name, revision)


def test_the_newest_revision_is_found_whatever_the_order_and_the_pages() -> None:
    class Pages:
        def get_paginator(self, operation: str) -> Pages:
            assert operation == "describe_job_definitions"
            return self

        def paginate(self, **asked: str) -> list[dict[str, Any]]:
            assert asked == {"jobDefinitionName": "report", "status": "ACTIVE"}
            return [{"jobDefinitions": [{"revision": 2}, {"revision": 9}]}, {"jobDefinitions": [{"revision": 10}]}]

    assert active(Pages(), "report") == (10, 9, 2)  # type: ignore[arg-type]
    assert arn("aws", "us-east-2", "123456789012", Reference("report", 10)) == f"{DEFINITION}:10"
