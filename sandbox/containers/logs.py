"""A container's output in CloudWatch Logs, as the awslogs driver writes it."""

from __future__ import annotations

import sys
import threading
import time
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
    """One log stream; lines are sent together, twice a second at most."""

    def __init__(self, stream: LogStream) -> None:
        """Look for the log group.

        Raises:
            LogError: it is not there.
        """
        self._stream = stream
        self._logs = clients.logs(stream.region)
        self._lock = threading.Lock()
        self._lines: list[tuple[int, str]] = []
        self._flushed = time.monotonic()
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
        """Throw away all that is written from now on, as the driver does when it is refused; the server's log says why."""
        self._closed = True
        print(f"sandbox: {self._stream.group} {self._stream.stream} gets no more lines: {reason}", file=sys.stderr)

    def write(self, line: str) -> None:
        """Keep a line, and send what has been kept for long enough. CloudWatch Logs takes no empty one."""
        with self._lock:
            self._lines.append((int(CLOCK.now().timestamp() * 1000), line or " "))
        if len(self._lines) >= FLUSH_EVENTS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send what has been kept."""
        with self._lock:
            lines, self._lines = sorted(self._lines, key=lambda each: each[0]), []
        self._flushed = time.monotonic()
        if not lines or self._closed:
            return
        try:
            self._logs.put_log_events(
                logGroupName=self._stream.group,
                logStreamName=self._stream.stream,
                logEvents=[{"timestamp": moment, "message": line} for moment, line in lines],
            )
        except ClientError as error:  # the group was deleted while the container ran
            self.close(str(error))
