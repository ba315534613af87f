"""What went wrong, as RFC 9457 (Problem Details for HTTP APIs) describes a problem, and the errors that carry one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from workers.frame.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "urn:punctual:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `as_dict` has the members of RFC 9457, section 3.

    Attributes:
        kind: what sort of problem, a few words with hyphens (`daily-quota-exhausted`); `type` is made of it.
        title: the same in words, without anything of the occurrence.
        detail: what happened this time, for a person.
        status: the HTTP status that was answered; None without one.
        instance: what it happened to (an asset, a line of a file); None for the run.
        extensions: further members, such as `retry_after`.
    """

    kind: str
    title: str
    detail: str
    status: int | None = None
    instance: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the problem details object; members that are None are left out."""
        members = {
            "type": PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": self.instance,
        }
        return {name: value for name, value in members.items() if value is not None} | dict(self.extensions)


class WorkerError(Exception):
    """What ends a run before its work is done; its class says the exit code."""

    exit_code: ClassVar[ExitCode] = ExitCode.SERVICE_DOWN

    def __init__(self, problem: Problem) -> None:
        """Carry the problem that the log, the event and the exit code tell of."""
        super().__init__(problem.detail)
        self.problem = problem


class WrongInputError(WorkerError):
    """A setting, a file or an event is not what it must be: running again does not help."""

    exit_code = ExitCode.WRONG_INPUT


class ServiceDownError(WorkerError):
    """A service refuses or does not answer, after all retries."""


class StoppedError(WorkerError):
    """The run was stopped and left what the next one needs to go on: SIGTERM, or the day's quota is used up."""

    exit_code = ExitCode.TO_RESUME
