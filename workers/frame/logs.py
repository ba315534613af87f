"""Logs: one JSON object a line on stdout, of this code and of every library, without secrets."""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import structlog

from workers.frame.exits import ExitCode
from workers.frame.masking import Masker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from structlog.typing import EventDict, Processor, WrappedLogger

    from workers.frame.problems import Problem

# Never below WARNING: what boto tells for its own developers holds whole answers, and so parameters in clear.
QUIET_LIBRARIES = ("aiohttp", "asyncio", "boto3", "botocore", "s3transfer", "urllib3")

FIRST = ("timestamp", "level", "event")

_masker = Masker()


def configure(level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Write logs from `level` on as JSON to stdout, with `secrets` and whatever looks like one masked."""
    global _masker  # noqa: PLW0603 one process, one log
    _masker = Masker(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _finished,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def _finished(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask, and put first what a person looks for first."""
    masked: dict[str, Any] = _masker.value(event)
    return {name: masked[name] for name in FIRST if name in masked} | masked


def take_over() -> None:
    """Log also what nobody catches, and what Python warns of; the process then ends with SERVICE_DOWN.

    Python's own exit code would be 1, which says that items failed, and its own traceback would be in clear.
    """
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_of_thread


def hide(secret: str) -> None:
    """Mask what became known meanwhile, such as an access token."""
    _masker.know([secret])


def masked(problem: Problem) -> Problem:
    """Return a problem without secrets, for what leaves the process by another way than the log."""
    return dataclasses.replace(
        problem,
        detail=_masker.text(problem.detail),
        instance=None if problem.instance is None else _masker.text(problem.instance),
        extensions=_masker.value(problem.extensions),
    )


def logger(name: str = "workers") -> structlog.stdlib.BoundLogger:
    """Return a logger: `log.info("asset updated", asset=..., custom_id=...)`."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    logger().critical("crashed", exit_code=int(ExitCode.SERVICE_DOWN), exc_info=(kind, error, traceback))
    sys.stdout.flush()
    os._exit(ExitCode.SERVICE_DOWN)


def _uncaught_of_thread(arguments: threading.ExceptHookArgs) -> None:
    thread = arguments.thread.name if arguments.thread else None
    logger().critical("a thread crashed", thread=thread, exc_info=arguments.exc_value)
