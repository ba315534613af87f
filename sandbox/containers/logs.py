"""A container's output in CloudWatch Logs, as the awslogs driver writes it."""

from __future__ import annotations

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
    """A log stream that cannot be written to, in the words of CloudWatch Logs."""


class LogWriter:
    """One log stream, made when the container starts; lines are sent together, twice a second at most."""

    def __init__(self, stream: LogStream) -> None:
        """Make the stream.

        Raises:
            LogError: the log group is not there.
        """
        self._stream = stream
        self._client = clients.logs(stream.region)
        self._lock = threading.Lock()
        self._lines: list[tuple[int, str]] = []
        self._flushed = time.monotonic()
        try:
            self._client.create_log_stream(logGroupName=stream.group, logStreamName=stream.stream)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise LogError(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}") from None

    def write(self, line: str) -> None:
        """Keep a line, and send what has been kept for long enough. CloudWatch Logs takes no empty one."""
        with self._lock:
            self._lines.append((int(CLOCK.now().timestamp() * 1000), line or " "))
        if len(self._lines) >= FLUSH_EVENTS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send what has been kept."""
        with self._lock:
            lines, self._lines = self._lines, []
        self._flushed = time.monotonic()
        if lines:
            events = [
                {"timestamp": moment, "message": line} for moment, line in sorted(lines, key=lambda each: each[0])
            ]
            self._client.put_log_events(
                logGroupName=self._stream.group, logStreamName=self._stream.stream, logEvents=events
            )
