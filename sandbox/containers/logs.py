"""A container's output in CloudWatch Logs, as the awslogs driver writes it."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sandbox.clock import CLOCK
from sandbox.delivery import clients

if TYPE_CHECKING:
    from sandbox.containers.plans import LogStream

FLUSH_SECONDS = 0.5
FLUSH_EVENTS = 500


class LogError(Exception):
    """A log stream that cannot be made, in the words of CloudWatch Logs."""


class LogWriter:
    """One log stream; lines are sent together, half a second after the first of them."""

    def __init__(self, stream: LogStream) -> None:
        """Look for the log group.

        Raises:
            LogError: it is not there.
        """
        self._stream = stream
        self._logs = clients.logs(stream.region)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._lines: list[tuple[int, str]] = []
        self._closed = False
        groups = self._logs.describe_log_groups(logGroupNamePrefix=stream.group)["logGroups"]
        if stream.group not in [group.get("logGroupName") for group in groups]:
            raise LogError("ResourceNotFoundException: The specified log group does not exist.")

    def create(self) -> None:
        """Make the stream, if it is not there."""
        try:
            self._logs.create_log_stream(logGroupName=self._stream.group, logStreamName=self._stream.stream)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise LogError(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}") from None

    def close(self, reason: str) -> None:
        """Throw away all that is written from now on, as the driver does when it is refused.

        The server's log says why.
        """
        self._closed = True
        print(f"sandbox: {self._stream.group} {self._stream.stream} gets no more lines: {reason}", file=sys.stderr)

    def write(self, line: str) -> None:
        """Keep a line, to be sent soon. CloudWatch Logs takes no empty one."""
        with self._lock:
            self._lines.append((int(CLOCK.now().timestamp() * 1000), line or " "))
            kept = len(self._lines)
        if kept >= FLUSH_EVENTS:
            self.flush()
        elif kept == 1:
            timer = threading.Timer(FLUSH_SECONDS, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Send what has been kept."""
        with self._sending:  # one at a time, so that lines stay in order
            with self._lock:
                lines, self._lines = sorted(self._lines, key=lambda each: each[0]), []
            if lines and not self._closed:
                self._send(lines)

    def _send(self, lines: list[tuple[int, str]]) -> None:
        try:
            self._logs.put_log_events(
                logGroupName=self._stream.group,
                logStreamName=self._stream.stream,
                logEvents=[{"timestamp": moment, "message": line} for moment, line in lines],
            )
        except ClientError as error:  # the group was deleted while the container ran
            self.close(str(error))
