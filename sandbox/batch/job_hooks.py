"""Where jobs take hold in moto's Batch: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import copy
import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.batch import models
from moto.batch.exceptions import ClientException
from moto.batch.responses import BatchResponse
from moto.utilities.utils import get_partition

from sandbox.batch import jobs, listing, retries, submissions
from sandbox.batch.jobs import Job
from sandbox.batch.scheduler import SCHEDULER
from sandbox.clock import CLOCK
from sandbox.delivery import engine
from sandbox.repairs import around, parameter, repair

if TYPE_CHECKING:
    pass

MOST_DESCRIBED = 100  # by one call
MADE_ELSEWHERE = "made-elsewhere"  # the compute environment of a queue that has none here
MEMBERS = ("jobName", "arrayProperties", "timeout", "retryStrategy", "containerOverrides", "parameters", "tags")


@repair
def jobs_run() -> None:
    """`SubmitJob` runs a definition's container, once or as an array, until it succeeds (Batch API, SubmitJob).

    moto runs it with Docker, and fails without; it keeps no retry strategy and no size of an array for its children.
    """

    @around(BatchResponse, "submitjob")
    def submit(original: Any, response: Any) -> str:  # noqa: ARG001 - nothing of moto's own way is left
        job = _job(response)
        answer = {"jobArn": job.arn, "jobName": job.name, "jobId": job.id}
        SCHEDULER.submit(job)
        return json.dumps(answer)

    SCHEDULER.on_change.append(engine.publish_as_aws)


@repair
def jobs_are_described() -> None:
    """Jobs are described by their ids, and listed by queue or array (Batch API, DescribeJobs, ListJobs).

    moto lists jobs of every status where none is named, and has neither pages nor what an array's children did.
    """

    @around(BatchResponse, "describejobs")
    def describe(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        named = parameter(response, "jobs") or []
        if len(named) > MOST_DESCRIBED:
            raise ClientException(f"jobs has {len(named)} ids; there may be {MOST_DESCRIBED}")
        found = [job for each in dict.fromkeys(named) if (job := _own(response, each)) is not None]
        return json.dumps({"jobs": [job.detail() for job in found]})

    @around(BatchResponse, "listjobs")
    def list_jobs(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        asked = {name: parameter(response, name) for name in listing.MEMBERS}
        if not asked["arrayJobId"] and not asked["jobQueue"]:
            raise ClientException("one of jobQueue, arrayJobId and multiNodeJobId must be specified")
        if asked["arrayJobId"]:
            parent = _own(response, asked["arrayJobId"])
            found = parent.children if parent else []
        else:
            queue = _queue(response, asked["jobQueue"])
            found = [job for job in SCHEDULER.all() if job.queue_arn == queue.arn and job.parent is None]
        try:
            return json.dumps(listing.answer(found, asked))
        except listing.ListingError as error:
            raise ClientException(str(error)) from None


@repair
def jobs_are_stopped() -> None:
    """`CancelJob` fails what has not started, `TerminateJob` also what runs (Batch API); moto stops Docker containers.

    A job that is not there, or has ended, is left as it is, and the call succeeds.
    """

    @around(BatchResponse, "canceljob")
    def cancel(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        job, reason = _stopped(response)
        if job is not None:
            SCHEDULER.cancel(job, reason)
        return ""

    @around(BatchResponse, "terminatejob")
    def terminate(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        job, reason = _stopped(response)
        if job is not None:
            SCHEDULER.terminate(job, reason)
        return ""


def _job(response: Any) -> Job:
    """Return the job that a request asks for, with its children if it is an array."""
    members = {name: parameter(response, name) for name in (*MEMBERS, *submissions.NOT_DONE)}
    if missing := submissions.not_done(members):
        raise NotImplementedError(f"a job with {', '.join(missing)}")
    try:
        submissions.check(members)
    except submissions.SubmissionError as error:
        raise ClientException(str(error)) from None
    queue = _queue(response, parameter(response, "jobQueue"))
    if queue.state != "ENABLED":
        raise ClientException(f"Job queue {queue.arn} is {queue.state}; it takes no jobs")
    definition = _backend(response).get_job_definition(parameter(response, "jobDefinition"))
    if definition is None:
        raise ClientException(f"Job definition {parameter(response, 'jobDefinition')} does not exist")
    if definition.container_properties is None:
        raise NotImplementedError("a job of several nodes, or on EKS")
    parameters = definition.parameters | (members["parameters"] or {})
    timeout = members["timeout"] or definition.timeout or {}
    propagate = parameter(response, "propagateTags")
    common: dict[str, Any] = {
        "name": members["jobName"],
        "account": response.current_account,
        "region": response.region,
        "queue_arn": queue.arn,
        "definition_arn": definition.arn,
        "compute_environment": queue.environments[0].name if queue.environments else MADE_ELSEWHERE,
        "container": submissions.container(
            definition.container_properties, members["containerOverrides"] or {}, parameters
        ),
        "retry_strategy": retries.read(members["retryStrategy"] or definition.retry_strategy),
        "created_at": CLOCK.now(),
        "parameters": parameters,
        "timeout_seconds": timeout.get("attemptDurationSeconds"),
        "platform_capabilities": tuple(definition.platform_capabilities or ()),
        "tags": copy.deepcopy(members["tags"] or {}),
        "propagate_tags": bool(definition.propagate_tags if propagate is None else propagate),
    }
    identifier = str(uuid.uuid4())
    prefix = f"arn:{get_partition(response.region)}:batch:{response.region}:{response.current_account}:job/"
    job = Job(id=identifier, arn=prefix + identifier, **common)
    for index in range((members["arrayProperties"] or {}).get("size", 0)):
        child = f"{identifier}:{index}"
        job.children.append(Job(id=child, arn=prefix + child, status=jobs.PENDING, parent=job, index=index, **common))
    return job


def _stopped(response: Any) -> tuple[Job | None, str]:
    """Return the job that is to be stopped, None if there is none, and why."""
    for name in ("jobId", "reason"):
        if not parameter(response, name):
            raise ClientException(f"{name} must be provided")
    return _own(response, parameter(response, "jobId")), parameter(response, "reason")


def _own(response: Any, identifier: str) -> Job | None:
    """Return a job of the caller's account and region."""
    job = SCHEDULER.find(identifier)
    return job if job and (job.account, job.region) == (response.current_account, response.region) else None


def _queue(response: Any, name_or_arn: str) -> Any:
    queue = _backend(response).get_job_queue(name_or_arn)
    if queue is None:
        raise ClientException(f"Job queue {name_or_arn} does not exist")
    return queue


def _backend(response: Any) -> Any:
    """Return moto's own Batch: what it calls the backend of a response needs Docker."""
    backends: Any = models.batch_backends
    return backends[response.current_account][response.region]
