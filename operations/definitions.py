"""Job definitions as targets name them, and which revisions of them are ACTIVE."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient

_REFERENCE: Final = re.compile(
    r"(?:arn:[a-z-]+:batch:(?P<region>[^:]*):(?P<account>[^:]*):job-definition/)?(?P<name>[^:/]+)(?::(?P<revision>[0-9]+))?"
)


@dataclass(frozen=True)
class Reference:
    """What a target says of a job definition; `revision` is None where it leaves the choice to Batch."""

    name: str
    revision: int | None


def parse(text: str) -> Reference:
    """Return name and revision of a job definition that is given by its ARN or its name; other text is a name."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return Reference(text, None)
    return Reference(found["name"], int(found["revision"]) if found["revision"] else None)


def arn(partition: str, region: str, account: str, definition: Reference) -> str:
    """Return the ARN of a definition, with the revision if there is one."""
    revision = "" if definition.revision is None else f":{definition.revision}"
    return f"arn:{partition}:batch:{region}:{account}:job-definition/{definition.name}{revision}"


def active(batch: BatchClient, name: str) -> tuple[int, ...]:
    """Return the ACTIVE revisions of a job definition, the newest first; DescribeJobDefinitions has no order."""
    pages = batch.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    return tuple(sorted((each["revision"] for page in pages for each in page["jobDefinitions"]), reverse=True))
