"""Which jobs ListJobs lists, and in which order.

AWS Batch API reference, ListJobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.batch.jobs import RUNNING, STATUSES, milliseconds
from sandbox.pages import TokenError, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.batch.jobs import Job

MEMBERS = ("jobQueue", "arrayJobId", "jobStatus", "filters", "maxResults", "nextToken")
MOST_BY_STATUS, MOST_IN_A_PAGE = 1000, 100


class ListingError(Exception):
    """A request that Batch refuses with a ClientException."""


def answer(found: Sequence[Job], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to ListJobs.

    Without a filter only jobs of one status are listed, RUNNING if none is named. Jobs of a queue come with the newest
    first (documented where there is a filter), children of an array by their index; these have no filters.

    Args:
        found: the jobs of the queue as they were submitted, or the children of the array.
        asked: the members of the request, None where it has none.

    Raises:
        ListingError: the status, the filter, the size or the token is none.
    """
    children, filters = bool(asked["arrayJobId"]), asked["filters"] or ()
    status = asked["jobStatus"] or RUNNING
    if status not in STATUSES:
        raise ListingError(f"jobStatus is {status}; it must be one of {', '.join(STATUSES)}")
    if len(filters) > 1:
        raise ListingError("there may be one filter")
    if filters and not children:
        listed = [job for job in found if _passes(job, filters[0]["name"], filters[0]["values"])]
    else:
        listed = [job for job in found if job.status == status]
    most = MOST_BY_STATUS if asked["jobStatus"] and not filters else MOST_IN_A_PAGE
    size = asked["maxResults"] or most
    if not 1 <= size <= most:
        raise ListingError(f"maxResults must be between 1 and {most}")
    question = [asked[name] for name in MEMBERS if name not in ("maxResults", "nextToken")]
    try:
        shown, token = page(listed if children else listed[::-1], size, asked["nextToken"], question)
    except TokenError as error:
        raise ListingError(str(error)) from None
    return {"jobSummaryList": [job.summary() for job in shown]} | ({"nextToken": token} if token else {})


def _passes(job: Job, name: str, values: Sequence[str]) -> bool:
    """Tell whether a job passes a filter: any of its values. Names are compared without their case."""
    created = milliseconds(job.created_at)
    if name == "JOB_NAME":
        return any(_matches(value, job.name) for value in values)
    if name == "JOB_DEFINITION":
        forms = [job.definition_arn, job.definition_arn.rpartition("/")[2], job.definition_name]
        return any(_matches(value, form) for value in values for form in forms)
    if name == "BEFORE_CREATED_AT":
        return any(created < _time(value) for value in values)
    if name == "AFTER_CREATED_AT":
        return any(created > _time(value) for value in values)
    raise ListingError(f"the sandbox does not filter by {name}")


def _time(text: str) -> int:
    if not text.isdecimal():
        raise ListingError(f"{text!r} is no time in milliseconds since 1970")
    return int(text)


def _matches(pattern: str, text: str) -> bool:
    pattern, text = pattern.lower(), text.lower()
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
