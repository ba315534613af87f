"""The two ways a command here fails: wrong use (2) and a failing environment (3). Messages are for a person."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox could not be started, reached or stopped."""

    exit_code = 3


class WrongUseError(SandboxError):
    """Something was asked for that cannot be."""

    exit_code = 2
