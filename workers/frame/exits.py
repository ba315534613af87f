"""How a worker ends, for what started it to read."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every worker."""

    DONE = 0
    ITEM_ERRORS = 1  # done, with more item errors than the threshold allows
    WRONG_INPUT = 2
    SERVICE_DOWN = 3
    TO_RESUME = 75  # stopped before the end, and the next run goes on from here; EX_TEMPFAIL of sysexits.h
