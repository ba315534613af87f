"""What a schedule or a rule calls, in one form for both."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from review.delivery.asking import Authority, Condition, Context, asked_source, name_of, source_of
from review.delivery.model import Answer, Hop
from review.plan import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.delivery.facts import Facts

SCHEDULER: Final = "scheduler.amazonaws.com"
EVENTS: Final = "events.amazonaws.com"


@dataclass(frozen=True)
class Caller:
    """Who calls a target.

    Attributes:
        service: Scheduler or EventBridge.
        arn: of the schedule or the rule.
        source_arn: what the service says as `aws:SourceArn`: the rule, or the schedule's group.
        role_arn: the role that it takes on; "" if it acts for itself.
    """

    service: str
    arn: str
    source_arn: str
    role_arn: str

    @property
    def account(self) -> str:
        """The account of the schedule or rule."""
        return self.arn.split(":", 5)[4]

    @property
    def region(self) -> str:
        """Its region."""
        return self.arn.split(":", 5)[3]

    @property
    def source(self) -> Context:
        """What the service sends about itself."""
        return source_of(self.source_arn, self.account)

    @property
    def asked_source(self) -> Condition:
        """The condition by which a policy asks for that."""
        return asked_source(self.source_arn, self.account)


@dataclass(frozen=True)
class Ecs:
    """How a target runs a task.

    Attributes:
        definition: an ARN, or `family` with or without `:revision`.
        tags: that the target gives the task.
        copies_tags: whether the task takes tags of its definition, or those that ECS manages.
        executes_commands: whether ECS Exec is on.
    """

    definition: str
    tags: Mapping[str, str]
    copies_tags: bool = False
    executes_commands: bool = False


def ecs_of(parameters: Any) -> Ecs | None:
    """Return how a target runs a task, by its block for ECS; None without one. Schedules and rules have the same."""
    if not isinstance(parameters, dict):
        return None
    tags = parameters.get("tags")
    return Ecs(
        definition=str(parameters.get("task_definition_arn") or ""),
        tags={str(key): str(each) for key, each in tags.items()} if isinstance(tags, dict) else {},
        copies_tags=bool(parameters.get("propagate_tags") or parameters.get("enable_ecs_managed_tags") is True),
        executes_commands=parameters.get("enable_execute_command") is True,
    )


@dataclass(frozen=True)
class Target:
    """What is called.

    Attributes:
        arn: of the target; for a task its cluster, for a job its queue.
        caller: who calls it.
        ecs: how it runs a task; None for another kind.
        job_definition: that it submits; "" for another kind.
        message_group: of a FIFO queue; "" for another kind, or without one.
        input: the text that it is given; None if that is not known before the apply, or there is none.
        event: that it is called for; empty if for none.
    """

    arn: str
    caller: Caller
    ecs: Ecs | None = None
    job_definition: str = ""
    message_group: str = ""
    input: str | None = None
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, str]:
        """The service and the resource of its ARN; two empty texts if it is none."""
        parts = self.arn.split(":", 5)
        return (parts[2], parts[5]) if len(parts) == 6 else ("", "")

    @property
    def is_foreign(self) -> bool:
        """Whether it is another account's than who calls it."""
        account = self.arn.split(":", 5)[4] if self.parts[0] else ""
        return account not in ("", self.caller.account)

    def payload(self) -> Mapping[str, Any]:
        """Return the input if it is a JSON object; an empty one if not."""
        try:
            found = json.loads(self.input or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Desk:
    """What every question needs: the facts of a plan, and the authority that answers."""

    facts: Facts
    authority: Authority


def taken_away(facts: Facts, kind: str, arn: str, *, side: bool = False) -> Hop:
    """Say that a path needs what the plan takes away."""
    address = facts.gone(arn)
    question = f"Is the {kind} {name_of(arn)} still there?"
    return Hop(question, Answer.NO, f"this plan takes {arn} away", where=address, side=side, rule="gone")


def label(facts: Facts, target: Target) -> str:
    """Return what is reached, in words."""
    service, resource = target.parts
    if target.ecs is not None:
        family = facts.task_definition(target.ecs.definition, target.arn).family
        return f"task {family} on cluster {name_of(target.arn)}"
    if target.job_definition:
        named = target.job_definition.rpartition("/")[2]
        return f"job {named} in queue {name_of(target.arn)}"
    if service == "scheduler":
        return f"the API {resource.removeprefix('aws-sdk:')}"
    return words.of(target.arn)
