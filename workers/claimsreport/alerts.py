"""Alerts: one message a run, to an SNS topic, about the findings of high priority that were not told of yet.

A finding is told of at most once while it lasts, also if a run dies or two run at the same time. SNS delivers twice
what it is given twice, so a run announces findings before it tells of them (`announcements.py`), and adds the id of
the message once SNS has answered. Where no answer came, the message may have been sent: it is not sent again, and this
run and every later one of the same snapshot say that it is not known.

What SNS takes and answers: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from workers.claimsreport.announcements import Announcement, Announcements, answered, without
from workers.claimsreport.message import Message, compose
from workers.frame.aws import translated
from workers.frame.problems import Problem, WorkerError
from workers.frame.retries import POLICY, RetryPolicy, TransientError, retry

if TYPE_CHECKING:
    import structlog

    from workers.claimsreport.finding import Finding
    from workers.frame.aws import Clients
    from workers.frame.stopping import Stop
    from workers.frame.storage import Location, Storage


@dataclass(frozen=True, slots=True)
class Alerts:
    """What became of the findings that were to be told of.

    Attributes:
        sent: told of in a message that SNS took, of this run or of an earlier one for the same snapshot.
        unknown: announced by a run of which nobody knows whether SNS took its message; not told of again.
        waiting: not told of: there is no topic, it is a dry run, or another run at this moment could not send them.
        message_id: of the message of this run; None where it sent none.
    """

    sent: int = 0
    unknown: int = 0
    waiting: int = 0
    message_id: str | None = None


class _MaybeSentError(Exception):
    """SNS may have taken the message or not."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True)
class Alerting:
    """What alerts are sent with.

    Attributes:
        storage: where announcements are kept.
        clients: of AWS.
        topic: the ARN; None for no alerts.
        history: the folder of the partitions.
        log: of the run.
        stop: of the run.
        policy: how often to try, while SNS surely took nothing.
        dry_run: nothing is written or sent.
    """

    storage: Storage
    clients: Clients
    topic: str | None
    history: Location
    log: structlog.stdlib.BoundLogger
    stop: Stop | None = None
    policy: RetryPolicy = POLICY
    dry_run: bool = False

    async def send(self, due: Sequence[Finding], date: dt.date, report: str) -> Alerts:
        """Tell of findings that were not told of with an earlier snapshot, and return what became of them.

        Args:
            due: of high priority (`Standing.unalerted`).
            date: of the snapshot.
            report: where a person finds the report.

        Raises:
            WrongInputError, ServiceDownError: SNS refused the message, so that the next run tells of the findings; or
                the announcements cannot be read or written, and nothing was sent.
            StoppedError: the run was asked to stop before SNS had taken it; likewise.
        """
        if self.topic is None or self.dry_run:
            why = "dry run" if self.dry_run else "no topic is set"
            self.log.info("no alert sent", reason=why, findings=len(due))
            return Alerts(waiting=len(due))
        if not due:
            return Alerts()
        if self.stop is not None:
            self.stop.check()
        announcements = Announcements(self.storage, self.history, date)
        run = secrets.token_hex(8)
        there = await asyncio.to_thread(announcements.change, lambda before: _announced(before, due, run))
        mine = next((one for one in there if one.run == run), None)
        if mine is None:
            self.log.info("no alert sent", reason="told of with this snapshot already", findings=len(due))
            return self._result(due, there, None)
        told = [finding for finding in due if finding.identity in mine.findings]
        message_id = await self._publish(announcements, mine, compose(told, date, report))
        if message_id is None:
            return self._result(due, there, None)
        try:
            there = await asyncio.to_thread(announcements.change, answered(run, message_id))
        except WorkerError as error:  # it was sent, and the log says so
            self.log.error("alert sent, and not noted", message_id=message_id, problem=error.problem)  # noqa: TRY400
        return self._result(due, answered(run, message_id)(tuple(there)), message_id)

    async def _publish(self, announcements: Announcements, mine: Announcement, message: Message) -> str | None:
        """Return the id of the message, or None where it is not known whether it was sent."""
        try:
            message_id = await retry(lambda: asyncio.to_thread(self._publish_once, message), self.policy, self.stop)
        except _MaybeSentError as error:
            self.log.error("alert maybe sent, and not sent again", problem=error.problem)  # noqa: TRY400
            return None
        except WorkerError as refused:
            try:
                await asyncio.to_thread(announcements.change, without(mine.run))
            except WorkerError as error:
                self.log.error("alert not sent, and noted as maybe sent", problem=error.problem)  # noqa: TRY400
            raise refused from None
        count, left_out = len(mine.findings), message.left_out
        self.log.info("alert sent", findings=count, left_out=left_out, message_id=message_id, topic=self.topic)
        return message_id

    def _publish_once(self, message: Message) -> str:
        """Publish, blocking; TransientError where SNS took nothing and another attempt may do."""
        topic = str(self.topic)
        try:
            with translated(f"publish to {topic}", instance=topic):
                answer = self.clients.once("sns", region=topic.split(":")[3]).publish(
                    TopicArn=topic,
                    Subject=message.subject,
                    Message=message.text,
                    MessageAttributes=dict(message.attributes),
                )
        except TransientError as error:
            if _took_nothing(error):
                raise
            raise _MaybeSentError(error.problem) from error
        identity: str = answer["MessageId"]
        return identity

    def _result(self, due: Sequence[Finding], there: Sequence[Announcement], message_id: str | None) -> Alerts:
        announced = {identity: one.message_id for one in there for identity in one.findings}
        # What another run announced, and then took back, since SNS refused it, waits.
        here = [finding.identity for finding in due if finding.identity in announced]
        unknown = [identity for identity in here if announced[identity] is None]
        if unknown:
            self.log.error("it is not known whether an alert was sent", findings=unknown)
        return Alerts(len(here) - len(unknown), len(unknown), len(due) - len(here), message_id)


def _announced(before: tuple[Announcement, ...], due: Sequence[Finding], run: str) -> tuple[Announcement, ...]:
    """Return the announcements with one more, of what none of them has; the same ones where that is nothing."""
    known = {identity for one in before for identity in one.findings}
    new = tuple(finding.identity for finding in due if finding.identity not in known)
    return (*before, Announcement(run, new)) if new else before


def _took_nothing(error: TransientError) -> bool:
    """Tell whether SNS surely took nothing: it asks for fewer calls, or was never reached."""
    if isinstance(error.__cause__, ConnectTimeoutError | EndpointConnectionError):
        return True
    problem = error.problem
    return problem.kind == "aws-throttled" or problem.status == HTTPStatus.SERVICE_UNAVAILABLE
