"""The policies of a plan: whose they are, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantics.statements import Policy


@dataclass(frozen=True)
class Document:
    """One policy document.

    Attributes:
        address: of the resource of the plan that carries it; the ARN of a policy that is not in the plan.
        attribute: the attribute that holds it, such as `assume_role_policy`.
        policy: what it says, with symbols for what only the apply knows; None if it cannot be read.
        document: the same as JSON; None if it cannot be read.
        unread: why it cannot be read, in a sentence; "" if it can.
        pending: the symbols in it: what it waits for.
    """

    address: str
    attribute: str
    policy: Policy | None
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    unread: str = ""
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role that the plan manages, or one outside that the plan gives a policy to.

    Attributes:
        address: its own; of the first policy that the plan gives it, if the role is not of this plan.
        arn: as it will be.
        name: as it will be.
        trust: who may take it on.
        identity: what it may do: inline policies and attached ones.
        boundary: its permissions boundary; None if it has none.
    """

    address: str
    arn: str
    name: str
    trust: Document
    identity: tuple[Document, ...]
    boundary: Document | None = None

    @property
    def is_read(self) -> bool:
        """Whether everything that it may do can be read."""
        limits = () if self.boundary is None else (self.boundary,)
        return all(each.policy is not None for each in (*self.identity, *limits))


@dataclass(frozen=True)
class Guarded:
    """A resource whose own policy says who may use it.

    Attributes:
        kind: `queue`, `topic`, `key`, `bus`, `logs` (the account's policies for CloudWatch Logs), `bucket` and others.
        address: of the resource in the plan; of the policy if the resource is not in the plan.
        arn: of the resource, with symbols; "" for `logs`.
        documents: its policies; none if it has none, and nobody but its account's own identities may use it. Several
            where each statement is a resource of its own: permissions of a bus or a function. AWS's own default, if
            there is one and nothing else is given: its `attribute` is `AWS's default`.
    """

    kind: str
    address: str
    arn: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Policies:
    """All policies of a plan."""

    roles: tuple[Role, ...]
    guarded: tuple[Guarded, ...]
    _roles: dict[str, Role] = field(init=False, default_factory=dict, repr=False, compare=False)
    _guarded: dict[str, Guarded] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index what is asked for often."""
        for role in self.roles:
            self._roles.setdefault(role.arn, role)
        for guarded in self.guarded:
            self._guarded.setdefault(guarded.arn, guarded)

    def role(self, arn: str) -> Role | None:
        """Return the role with an ARN; None if it is not of this plan."""
        return self._roles.get(arn) if arn else None

    def guarding(self, arn: str) -> Guarded | None:
        """Return a queue, topic, key, bus and so on with its policy; None if it is not of this plan."""
        return self._guarded.get(arn) if arn else None

    def of_logs(self) -> tuple[Document, ...]:
        """Return the account's resource policies for CloudWatch Logs that are in the plan."""
        return tuple(document for each in self.guarded if each.kind == "logs" for document in each.documents)


@dataclass(frozen=True)
class Sentence:
    """One statement in words: a row of the table.

    Attributes:
        owner: the address of the role or resource whose policy it is.
        kind: `role`, `trust`, `boundary`, or the kind of the guarded resource.
        allows: whether it allows, and not denies.
        who: such as `the role itself`, `EventBridge Scheduler (scheduler.amazonaws.com)`, `anybody`.
        what: the actions, as in the policy; `all but …`; why it is not known, if the policy cannot be read.
        on: the resources, as in the policy; `all but …`; none in a trust policy. `this key` in the policy of a key.
        conditions: one phrase each, such as `aws:SourceAccount is 867653852961`.
        address: of the resource that carries the statement.
        sid: its Sid, or `statement <number>`; "" if the policy cannot be read, or there is none.
    """

    owner: str
    kind: str
    allows: bool
    who: str
    what: tuple[str, ...]
    on: tuple[str, ...]
    conditions: tuple[str, ...]
    address: str
    sid: str
