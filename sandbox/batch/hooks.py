"""Where moto's Batch differs from AWS's in queues and definitions: repairs like those of `sandbox.repairs`.

Each has its test. What becomes of jobs is in `job_hooks`, which has to be registered before: what sees definitions here
lies around it.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import json
from typing import Any

from moto.batch.exceptions import ClientException
from moto.batch.models import BatchBackend
from moto.batch.responses import BatchResponse

from sandbox import trail
from sandbox.batch import job_hooks, made_elsewhere, submissions  # noqa: F401 - importing job_hooks registers repairs
from sandbox.batch.made_elsewhere import CHANGES, KNOWN
from sandbox.pages import TokenError, page
from sandbox.repairs import around, parameter, repair

MOST_DEFINITIONS = 100  # of one answer of DescribeJobDefinitions
# What of Batch's API sees queues and definitions. Creating a queue does not: a name that a rule has is free for it.
SEEING = (
    "deletejobqueue",
    "deregisterjobdefinition",
    "describejobdefinitions",
    "describejobqueues",
    "listjobs",
    "registerjobdefinition",
    "submitjob",
    "updatejobqueue",
)


@repair
def submitted_definition_is_active() -> None:
    """A job runs an ACTIVE revision: the one named, or without a revision the highest (Batch API, SubmitJob).

    moto takes any, the highest number also when it was deregistered, and cannot read an ARN without a revision.
    """

    @around(BatchBackend, "get_job_definition")
    def get(original: Any, backend: Any, identifier: str) -> Any:  # noqa: ARG001 - nothing of moto's own way is left
        name, _, revision = identifier.rpartition("/")[2].partition(":")
        found = {str(each.revision): each for each in _revisions(backend) if each.name == name}
        if revision:
            if revision in found and found[revision].status != "ACTIVE":
                raise ClientException(f"JobDefinition {found[revision].arn} is not in ACTIVE status")
            return found.get(revision)
        active = [each for each in found.values() if each.status == "ACTIVE"]
        if not active:
            raise ClientException(f"JobDefinition name {name} does not exist or is not in ACTIVE status")
        return max(active, key=lambda each: each.revision)


@repair
def revision_is_as_it_was_registered() -> None:
    """A revision has the next number, never one that was used, and only what it was sent (API, RegisterJobDefinition).

    moto fills in what is not sent from the revision before, and keeps that one's platform and tag propagation whatever
    is sent.
    """

    @around(BatchBackend, "register_job_definition")
    def register(original: Any, backend: Any, def_name: str | None, **fields: Any) -> Any:  # noqa: ARG001 - as above
        if not def_name:
            raise ClientException("jobDefinitionName must be provided")
        sent = {"retryStrategy": fields["retry_strategy"], "timeout": fields["timeout"]}
        try:
            submissions.check(sent | {"containerProperties": fields["container_properties"]})
        except submissions.SubmissionError as error:
            raise ClientException(str(error)) from None
        for condition in (fields["retry_strategy"] or {}).get("evaluateOnExit") or ():
            condition["action"] = condition["action"].lower()  # Batch takes both, and answers in small letters
        fields["tags"] = fields["tags"] or {}
        with CHANGES:
            before = made_elsewhere.newest(backend, def_name)
            return made_elsewhere.add_revision(backend, def_name, before, **fields)


@repair
def definitions_come_in_pages() -> None:
    """An answer has 100 definitions at most, fewer if asked, and a token for the next (API, DescribeJobDefinitions).

    moto gives all in one, and finds none by `<name>:<revision>` in `jobDefinitions`. AWS promises no order: here it is
    the ARNs' as text, so that nobody takes the first or the last one for the newest.
    """

    @around(BatchResponse, "describejobdefinitions")
    def describe(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        name, status = parameter(response, "jobDefinitionName"), parameter(response, "status")
        named = parameter(response, "jobDefinitions")
        size = parameter(response, "maxResults") or MOST_DEFINITIONS
        if not 1 <= size <= MOST_DEFINITIONS:
            raise ClientException(f"maxResults must be between 1 and {MOST_DEFINITIONS}")
        found = [
            each
            for each in sorted(_revisions(response.batch_backend), key=lambda each: each.arn)
            if (name is None or each.name == name)
            and (named is None or each.arn in named or f"{each.name}:{each.revision}" in named)
            and (status is None or each.status == status)
        ]
        try:
            shown, token = page(found, size, parameter(response, "nextToken"), [name, named, status])
        except TokenError as error:
            raise ClientException(str(error)) from None
        answer: dict[str, Any] = {"jobDefinitions": [each.describe() for each in shown]}
        return json.dumps(answer | ({"nextToken": token} if token else {}))


@repair
def what_is_deregistered_is_there() -> None:
    """A revision is deregistered by its ARN or by `<name>:<revision>` (Batch API, DeregisterJobDefinition).

    moto does nothing without a word if there is none, and cannot read an ARN that it does not have.
    """

    @around(BatchBackend, "deregister_job_definition")
    def deregister(original: Any, backend: Any, def_name: str) -> None:  # noqa: ARG001 - as above
        named = def_name.rpartition("/")[2]
        found = [each for each in _revisions(backend) if f"{each.name}:{each.revision}" == named]
        if not found:
            raise ClientException(f"JobDefinition {def_name} does not exist")
        found[0].deregister()


@repair
def definition_changes_are_told() -> None:
    """CloudTrail tells EventBridge of RegisterJobDefinition and DeregisterJobDefinition (EventBridge events reference).

    Batch itself sends no event for them, and moto none at all.
    """

    @around(BatchResponse, "registerjobdefinition")
    def register(original: Any, response: Any) -> str:
        answer: str = original(response)
        trail.publish(response, "RegisterJobDefinition", json.loads(answer))
        return answer

    @around(BatchResponse, "deregisterjobdefinition")
    def deregister(original: Any, response: Any) -> str:
        answer: str = original(response)
        trail.publish(response, "DeregisterJobDefinition", None)
        return answer


@repair
def queues_and_definitions_of_rules_are_there() -> None:
    """What the target of a rule names was made elsewhere, and is there (`made_elsewhere`); moto knows of neither.

    What a person registers, deregisters or deletes here stays as it then is.
    """

    def seeing(original: Any, response: Any) -> Any:
        made_elsewhere.appear(response.current_account, response.region)
        return original(response)

    for action in SEEING:
        around(BatchResponse, action)(seeing)

    @around(BatchBackend, "register_job_definition")
    def register(original: Any, backend: Any, def_name: str | None, **fields: Any) -> Any:
        with CHANGES:
            made = original(backend, def_name=def_name, **fields)
            KNOWN.definition(backend.account_id, backend.region_name, made.name)
            return made

    @around(BatchBackend, "deregister_job_definition")
    def deregister(original: Any, backend: Any, def_name: str) -> None:
        name = def_name.rpartition("/")[2].partition(":")[0]
        with CHANGES:
            original(backend, def_name)
            KNOWN.definition(backend.account_id, backend.region_name, name)

    @around(BatchBackend, "delete_job_queue")
    def delete(original: Any, backend: Any, queue_name: str) -> None:
        with CHANGES:
            KNOWN.queue(backend.account_id, backend.region_name, queue_name.rpartition("/")[2])
            original(backend, queue_name)


def _revisions(backend: Any) -> list[Any]:
    """Return every revision of every definition."""
    return list(backend._job_definitions.values())  # noqa: SLF001 - moto has no other list of them
