"""What was done with the rights of roles and users: each right asked for, and each call whose rights are not known.

A test compares it with a role both ways: what the role allows and nothing asked for, and what was asked and it denies.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from sandbox.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_KEPT = 100_000  # the record has no end otherwise: a run of hours asks for a right with each of its calls
BY_CREDENTIALS = "credentials"


class Call(BaseModel):
    """One right that was asked, or one call whose rights the sandbox does not know.

    Attributes:
        number: its place in the order of the record, from 1.
        at: in the sandbox's time.
        by: `credentials` for a program that signed a request with the credentials of the role or user; else the service
            that acts with the role, or for itself, such as `ecs-tasks.amazonaws.com` with an execution role.
        source_arn: on whose behalf that service acts: a rule, a schedule's group, a task; "" with `credentials`.
        role: ARN of the role; "" for a user, and for a service that acts for itself.
        principal: who asked, as AWS calls it in its refusals: ARN of a role's session or a user, or a service's name.
        action: as in a policy, `s3:GetObject`; None for a call whose rights the sandbox does not know.
        operation: service and operation of such a call, `logs:DescribeLogGroups`; None for a right.
        resource: an ARN, or *; "" for a call.
        context: the condition keys of the action itself; global ones are not among them.
        allowed: the decision; None where there was none, because the resource is not there or the right is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: datetime
    by: str
    source_arn: str = ""
    role: str = ""
    principal: str
    action: str | None = None
    operation: str | None = None
    resource: str = ""
    context: dict[str, str | list[str]] = {}
    allowed: bool | None = None


class Calls:
    """The last of them, in order; any thread may add one."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Call] = deque(maxlen=most)
        self._number = 0

    def right(
        self,
        *,
        by: str,
        source_arn: str,
        role: str,
        principal: str,
        action: str,
        resource: str,
        context: Mapping[str, str | list[str]],
        allowed: bool | None,
    ) -> None:
        """Add a right that was asked. A service's name is in small letters, whatever AWS calls it in a refusal."""
        service, colon, name = action.partition(":")
        known = Request.now()
        if known is not None and by == BY_CREDENTIALS:
            known.asked = True
        self._add(
            by=by,
            source_arn=source_arn,
            role=role,
            principal=principal,
            action=service.lower() + colon + name,
            resource=resource,
            context=dict(context),
            allowed=allowed,
        )

    def call(self, *, role: str, principal: str, operation: str) -> None:
        """Add a call whose rights the sandbox does not know."""
        self._add(by=BY_CREDENTIALS, role=role, principal=principal, operation=operation)

    def _add(self, **fields: object) -> None:
        with self._lock:
            self._number += 1
            self._kept.append(Call.model_validate({"number": self._number, "at": CLOCK.now(), **fields}))

    def since(self, number: int) -> list[Call]:
        """Return those after the one of this number, as far as they are kept."""
        with self._lock:
            return [call for call in self._kept if call.number > number]

    def lost(self, number: int) -> int:
        """Return how many after the one of this number are no longer kept."""
        with self._lock:
            first = self._kept[0].number if self._kept else self._number + 1
            return max(0, first - 1 - number)


class Request:
    """One request to AWS's API, while it is answered.

    Attributes:
        asked: whether a right was asked of whoever signed it.
    """

    _now: contextvars.ContextVar[Request | None] = contextvars.ContextVar("request", default=None)

    def __init__(self) -> None:
        self.asked = False

    @classmethod
    def now(cls) -> Request | None:
        """Return the one that this thread answers; None if it answers none."""
        return cls._now.get()

    @contextlib.contextmanager
    def answered(self) -> Iterator[Request]:
        """Be the one that this thread answers, for the length of a `with` block."""
        token = self._now.set(self)
        try:
            yield self
        finally:
            self._now.reset(token)


CALLS = Calls()
