"""What ends a review with a message and an exit code, never a traceback."""

from __future__ import annotations


class ReviewError(Exception):
    """A review cannot be made; the message is for a person."""

    exit_code = 1


class WrongUseError(ReviewError):
    """What was given cannot be reviewed."""

    exit_code = 2


class EnvironmentFailedError(ReviewError):
    """The machine did not do its part: a program failed, or a file cannot be written."""

    exit_code = 3
