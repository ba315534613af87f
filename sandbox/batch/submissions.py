"""What a SubmitJob request asks for: what it refuses, and the container that its job is to run.

AWS Batch API reference, SubmitJob, ContainerProperties, ContainerOverrides and ContainerDetail; User Guide, "Job
definition parameters" (parameters, timeout) and "Job environment variables".
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from sandbox.batch import retries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
PLACEHOLDER = re.compile(r"Ref::([A-Za-z0-9_-]+)")
SMALLEST_ARRAY, LARGEST_ARRAY = 2, 10_000
SHORTEST_TIMEOUT = 60  # seconds
PROTECTED = "AWS_BATCH"  # how no variable of a definition or an override may begin
LISTS = ("command", "environment", "mountPoints", "resourceRequirements", "secrets", "ulimits", "volumes")
NOT_DONE = ("dependsOn", "ecsPropertiesOverride", "eksPropertiesOverride", "nodeOverrides", "shareIdentifier")


class SubmissionError(Exception):
    """A request that Batch refuses with a ClientException."""


def check(request: Mapping[str, Any]) -> None:
    """Check what a request says by itself.

    Args:
        request: the members of SubmitJob, or as many of them as RegisterJobDefinition has too.

    Raises:
        SubmissionError: a name, an array's size, a timeout, a retry strategy or a variable's name is out of range.
    """
    name = request.get("jobName")
    if name is not None and not JOB_NAME.fullmatch(name):
        raise SubmissionError("Job name should match valid pattern")
    size = (request.get("arrayProperties") or {}).get("size")
    if size is not None and not SMALLEST_ARRAY <= size <= LARGEST_ARRAY:
        raise SubmissionError(
            f"arrayProperties.size is {size}; it must be between {SMALLEST_ARRAY} and {LARGEST_ARRAY}"
        )
    seconds = (request.get("timeout") or {}).get("attemptDurationSeconds")
    if seconds is not None and seconds < SHORTEST_TIMEOUT:
        raise SubmissionError(f"timeout.attemptDurationSeconds is {seconds}; it must be {SHORTEST_TIMEOUT} or more")
    try:
        retries.check(request.get("retryStrategy"))
    except retries.StrategyError as error:
        raise SubmissionError(str(error)) from None
    for container in ("containerOverrides", "containerProperties"):
        for variable in (request.get(container) or {}).get("environment") or ():
            if variable["name"].startswith(PROTECTED):
                raise SubmissionError(f"{variable['name']}: the name of a variable cannot start with {PROTECTED}")


def not_done(request: Mapping[str, Any]) -> list[str]:
    """Return the members of a request that ask for what the sandbox does not do."""
    return [name for name in NOT_DONE if request.get(name)]


def container(
    properties: Mapping[str, Any], overrides: Mapping[str, Any], parameters: Mapping[str, str]
) -> dict[str, Any]:
    """Return a job's container as DescribeJobs shows it before it has run.

    Args:
        properties: `containerProperties` of the definition.
        overrides: `containerOverrides` of the request.
        parameters: of the request, over those of the definition.
    """
    merged = {name: copy.deepcopy(value) for name, value in properties.items() if value is not None}
    merged |= {name: [] for name in LISTS if name not in merged}
    merged["command"] = [substituted(word, parameters) for word in overrides.get("command") or merged["command"]]
    merged["environment"] = _by("name", merged["environment"], overrides.get("environment"))
    merged["resourceRequirements"] = _by("type", merged["resourceRequirements"], overrides.get("resourceRequirements"))
    for name in ("vcpus", "memory"):  # they override these two of the definition, never its requirements
        if overrides.get(name) and name in merged:
            merged[name] = overrides[name]
    if overrides.get("instanceType"):
        merged["instanceType"] = overrides["instanceType"]
    return merged | {"networkInterfaces": []}


def substituted(word: str, parameters: Mapping[str, str]) -> str:
    """Return a word of a command with `Ref::name` filled in; one that nothing is said of stays as it is."""
    return PLACEHOLDER.sub(lambda found: parameters.get(found[1], found[0]), word)


def requirement(described: Mapping[str, Any], kind: str, older: str) -> str | None:
    """Return how much of VCPU or MEMORY (MiB) a container asks for, also in the older way; None if it does not say."""
    for each in described["resourceRequirements"]:
        if each["type"] == kind:
            return str(each["value"])
    return str(described[older]) if described.get(older) else None


def _by(
    key: str, entries: Sequence[Mapping[str, Any]], over: Sequence[Mapping[str, Any]] | None
) -> list[dict[str, Any]]:
    """Return the entries, each with the one of the same name or type that goes over it, and those that are new."""
    return [dict(each) for each in ({each[key]: each for each in entries} | {e[key]: e for e in over or ()}).values()]
