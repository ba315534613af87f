"""The ways a command here fails: a verdict of no (1), wrong use (2), a failing environment (3); told to a person."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox could not be started, reached or stopped."""

    exit_code = 3


class WrongUseError(SandboxError):
    """Something was asked for that cannot be."""

    exit_code = 2


class VerdictError(SandboxError):
    """What was to be shown is not so."""

    exit_code = 1
