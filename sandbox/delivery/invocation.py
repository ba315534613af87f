"""What a rule or a schedule brings along when it invokes a target, and how an invocation fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a target is invoked.

    Attributes:
        service: the principal, `events.amazonaws.com` or `scheduler.amazonaws.com`.
        source_arn: what that service says in `aws:SourceArn`: the rule, or the schedule's group.
        account: the account of the rule or schedule, which the service says in `aws:SourceAccount`.
        region: its region.
        role_arn: the role that the target names; None for targets that are reached by a resource policy.
    """

    service: str
    source_arn: str
    account: str
    region: str
    role_arn: str | None = None


class InvocationError(Exception):
    """A target could not be invoked.

    Attributes:
        code: the error code, as AWS's `ERROR_CODE` attribute of a dead letter says it: NO_PERMISSIONS,
            NO_RESOURCE, THROTTLING, or the target's own.
        message: the words of the service that refused, for `ERROR_MESSAGE`.
        retryable: whether the service tries again (throttling and failures of the target's service), or gives up at
            once (a permission or a resource that is missing).
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retryable = retryable
