"""`python -m workers WORKER [--flags]`: the entry point of the image."""

from __future__ import annotations

import difflib
import importlib
import sys

from workers.frame.exits import ExitCode
from workers.frame.problems import Problem
from workers.frame.stopping import Stop

# Each is a package here whose module `worker` has a `WORKER`.
NAMES = ("channelbackfill", "cmscustomidcleanup", "claimsreport")

HELP = f"""usage: python -m workers WORKER [--flags]

workers: {", ".join(NAMES)}

python -m workers WORKER --help tells of all flags and variables."""


def main(arguments: list[str]) -> int:
    """Run the worker that the first argument names; return its exit code."""
    # Signals are heard from here on: what follows takes half a second to load.
    stop = Stop()
    stop.listen()
    logs = importlib.import_module("workers.frame.logs")
    name = arguments[0] if arguments else ""
    if name in {"-h", "--help"}:
        print(HELP)
        return ExitCode.DONE
    logs.configure()
    logs.take_over()
    if name not in NAMES:
        logs.logger().error("failed", problem=_unknown(name), exit_code=int(ExitCode.WRONG_INPUT))
        return ExitCode.WRONG_INPUT
    running = importlib.import_module("workers.frame.running")
    worker = importlib.import_module(f"workers.{name}.worker").WORKER
    code: int = running.run(worker, arguments[1:], stop)
    return code


def _unknown(name: str) -> Problem:
    nearest = difflib.get_close_matches(name, NAMES, n=1)
    *first, last = NAMES
    hint = f"the nearest is {nearest[0]}" if nearest else f"there are {', '.join(first)} and {last}"
    detail = f"{name!r} is no worker; {hint}" if name else f"no worker is named; {hint}"
    return Problem("worker-unknown", "There is no such worker", detail)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
