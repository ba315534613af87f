"""The ways a command here can fail: the verdict is no (1), wrong use (2), a failing environment (3)."""

from __future__ import annotations

from collections.abc import Sequence


class HarnessError(Exception):
    """A failure that a person can act on; the message says what happened and what to do."""

    exit_code = 3


class WrongUseError(HarnessError):
    """The command was given something it cannot work with."""

    exit_code = 2


class RefusedError(WrongUseError):
    """A validation or a precondition of the configuration refused a value.

    Attributes:
        words: what Terraform wrote.
    """

    def __init__(self, words: str, places: str = "") -> None:
        super().__init__(f"the configuration is refused:\n{words}" + (f"\n\n{places}" if places else ""))
        self.words = words


class ProtectedError(WrongUseError):
    """A plan would destroy what deletion protection keeps."""

    def __init__(self, addresses: Sequence[str]) -> None:
        kept = ", ".join(sorted(set(addresses)))
        super().__init__(
            f"deletion protection keeps {kept}, which this would destroy or replace; nothing was changed\n"
            "  what to do: leave them as they are, or, to give them up, say `deletion_protection: false` in the\n"
            "  specification, `make apply` that, and then do this again"
        )


class VerdictError(HarnessError):
    """What was judged is not as it should be."""

    exit_code = 1


class EnvironmentFailedError(HarnessError):
    """A tool, the network, the provider or the credentials failed."""

    exit_code = 3


class InterruptedByPersonError(HarnessError):
    """A signal ended the command; the exit code is the one that shells give."""

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signum
