"""`python -m generator`: how a run begins and ends; the commands are in command_line.py."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # what a shell makes of Ctrl-C: 128 and the number of the signal


def main() -> None:
    """Run the command line; neither Ctrl-C nor a full disk behind standard output ends in a traceback."""
    try:
        # Not at the top: loading them takes long enough for somebody to press Ctrl-C.
        from generator.command_line import app  # noqa: PLC0415
        from generator.commands import streams  # noqa: PLC0415

        with streams.guarded():
            app(prog_name="python -m generator")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
