"""Job queues and definitions that are made elsewhere: the account has them, no plan of ours makes them.

The target of a rule that has been applied names the queue and the definition of its job. That is how the sandbox knows
of them, as it knows of clusters: they are there from their first use on. What nothing names is not, as on AWS.

This module reads rules in moto and changes its Batch, with loose types.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.batch import models
from moto.events.models import events_backends

from sandbox.delivery import arns

QUEUE = "job-queue/"
DEFINITION = "job-definition/"
# A definition's own image and sizes are not known: its jobs are stand-ins here.
CONTAINER = {"image": "made-elsewhere", "vcpus": 1, "memory": 2048}

MOST_REVISIONS = 1000  # of a definition that is pinned far up: the ones before count as long gone

CHANGES = threading.RLock()  # what makes or counts revisions holds it: two at once would give out one number twice


class Known:
    """What a person has made or removed in one account and region, so that nothing of it appears by itself."""

    def __init__(self) -> None:
        self._definitions: set[tuple[str, str, str]] = set()
        self._queues: set[tuple[str, str, str]] = set()

    def definition(self, account: str, region: str, name: str) -> None:
        """Say that a revision of a definition was registered or deregistered here: from now on it has no others."""
        self._definitions.add((account, region, name))

    def queue(self, account: str, region: str, name: str) -> None:
        """Say that a queue was deleted here."""
        self._queues.add((account, region, name))

    def has_definition(self, account: str, region: str, name: str) -> bool:
        """Tell whether a person has registered or deregistered a revision of it."""
        return (account, region, name) in self._definitions

    def has_queue(self, account: str, region: str, name: str) -> bool:
        """Tell whether a person has deleted it."""
        return (account, region, name) in self._queues


KNOWN = Known()


def appear(account: str, region: str) -> None:
    """Make the queues and definitions that rules of this account and region name, if nobody has made them here.

    A definition that is named with the revision N has the revisions 1 to N, all ACTIVE; without one it has one. It gets
    more when a rule comes to name a higher one, until somebody registers or deregisters one here.
    """
    loose: Any = models
    backend = loose.batch_backends[account][region]
    with CHANGES:
        queues, definitions = named_by_rules(account, region)
        for name in sorted(queues):
            if backend.get_job_queue_by_name(name) is None and not KNOWN.has_queue(account, region, name):
                queue = loose.JobQueue(name, "1", "ENABLED", [], [], schedule_policy=None, backend=backend)
                backend._job_queues[queue.arn] = queue  # noqa: SLF001 - moto has no other door
        for name, revision in sorted(definitions.items()):
            if not KNOWN.has_definition(account, region, name):
                for before in range(max(newest(backend, name), revision - MOST_REVISIONS), revision):
                    add_revision(backend, name, before, _type="container", container_properties=dict(CONTAINER))


def named_by_rules(account: str, region: str) -> tuple[set[str], dict[str, int]]:
    """Return the names of the queues, and of the definitions with the highest revision that is named, at least 1.

    A definition of another account or region, which a target may name, is not this one's.
    """
    rules: Any = events_backends
    queues: set[str] = set()
    definitions: dict[str, int] = {}
    for bus in list(rules[account][region].event_buses.values()):
        for rule in list(bus.rules.values()):
            for target in list(rule.targets):
                parameters = target.get("BatchParameters") or {}
                queue = _own(target["Arn"], QUEUE, account, region)
                definition = _own(parameters.get("JobDefinition", ""), DEFINITION, account, region)
                if queue:
                    queues.add(queue)
                if queue and definition:
                    name, _, revision = definition.partition(":")
                    number = int(revision) if revision.isdecimal() else 1
                    definitions[name] = max(number, definitions.get(name, 1))
    return queues, definitions


def newest(backend: Any, name: str) -> int:
    """Return the highest revision that a definition ever had, 0 if there is none; a number is never used again."""
    revisions = list(backend._job_definitions.values())  # noqa: SLF001 - moto has no other list of them
    return max((int(each.revision) for each in revisions if each.name == name), default=0)


def add_revision(backend: Any, name: str, before: int, **fields: Any) -> Any:
    """Add the revision after the one of number `before`, with fields as moto names them."""
    given = {
        "parameters": None,
        "_type": None,
        "container_properties": None,
        "node_properties": None,
        "eks_properties": None,
        "tags": {},
        "retry_strategy": None,
        "timeout": None,
        "platform_capabilities": None,
        "propagate_tags": None,
    } | fields
    loose: Any = models
    made = loose.JobDefinition(name=name, backend=backend, revision=before, **given)
    backend._job_definitions[made.arn] = made  # noqa: SLF001 - as above
    return made


def _own(name_or_arn: str, prefix: str, account: str, region: str) -> str:
    """Return a name without what stands before it in an ARN; "" for an ARN of another kind, account or region."""
    if not name_or_arn.startswith("arn:"):
        return name_or_arn if prefix == DEFINITION else ""
    if not arns.is_arn(name_or_arn):
        return ""
    arn = arns.parse(name_or_arn)
    own = (arn.service, arn.region, arn.account) == ("batch", region, account) and arn.resource.startswith(prefix)
    return arn.resource.removeprefix(prefix) if own else ""
