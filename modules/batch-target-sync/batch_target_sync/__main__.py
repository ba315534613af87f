"""Runs the command: see `arguments.py` for what it takes, `command.py` for its exit codes."""

from __future__ import annotations

import signal
import sys
from types import FrameType

COULD_NOT_BEGIN = 3  # as in command.py, which cannot be imported without boto3


def interrupt(number: int, _frame: FrameType | None) -> None:
    """End as after a Ctrl-C, so that the lock is given back."""
    raise KeyboardInterrupt(number)


def run() -> int:
    """Import the command, which takes most of a second with boto3, and run it."""
    from batch_target_sync.command import main  # noqa: PLC0415 - what goes wrong here is told as well

    return main()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupt)
    try:
        raise SystemExit(run())
    except ModuleNotFoundError as missing:
        if missing.name not in ("boto3", "botocore"):
            raise
        print(f"batch_target_sync: {sys.executable} has no boto3: pip install boto3", file=sys.stderr)
        raise SystemExit(COULD_NOT_BEGIN) from None
    except KeyboardInterrupt as interrupted:
        number = interrupted.args[0] if interrupted.args else signal.SIGINT
        print("batch_target_sync: interrupted; what it changed stays, and the next run does the rest", file=sys.stderr)
        raise SystemExit(128 + number) from None
