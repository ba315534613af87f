"""A run from its settings to its exit code, with its event on every way out.

Only SIGKILL, and with it the loss of the machine, goes unheard: no process can say anything then. AWS says it, by the
state change of the task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp

from workers.frame import logs
from workers.frame.aws import Clients, read_parameters
from workers.frame.exits import ExitCode
from workers.frame.last_resort import DEADLINES, Deadlines, LastResort
from workers.frame.problems import Problem, StoppedError, WorkerError, WrongInputError
from workers.frame.publishing import EVENT_INVALID, Event, Publisher
from workers.frame.retries import TransientError
from workers.frame.settings import BUS_UNKNOWN, REFERENCE, WorkerSettings, bus_of, draft, secrets_of
from workers.frame.sources import print_help
from workers.frame.stopping import Stop
from workers.frame.storage import Storage

if TYPE_CHECKING:
    import structlog


@dataclass(frozen=True)
class Context:
    """What a worker works with.

    Attributes:
        settings: of the class that the worker names.
        log: with the worker's name in each line.
        stop: asked once the run is to stop; between two items, `stop.check()`.
        clients: of AWS.
        storage: files and S3 objects.
        session: for HTTP.
        progress: what has been done so far, kept current by the worker; the event of a failure may tell of it.
    """

    settings: Any
    log: structlog.stdlib.BoundLogger
    stop: Stop
    clients: Clients
    storage: Storage
    session: aiohttp.ClientSession
    progress: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How work that came to its end went.

    Attributes:
        event: what is told, but for a dry run; None where there is nothing to tell.
        item_errors: how many items failed.
        items: how many there were.
        summary: what the last line of the log says.
    """

    event: Event | None
    item_errors: int = 0
    items: int = 0
    summary: Mapping[str, Any] = field(default_factory=dict)

    def code(self, threshold: float) -> ExitCode:
        """Return the exit code, where that share of the items may fail."""
        share = self.item_errors / max(self.items, self.item_errors, 1)
        return ExitCode.ITEM_ERRORS if share > threshold else ExitCode.DONE


class Worker(Protocol):
    """A worker."""

    @property
    def name(self) -> str:
        """As it is called on the command line."""

    @property
    def settings(self) -> type[WorkerSettings]:
        """The class of its settings."""

    async def work(self, context: Context) -> Outcome:
        """Do all there is to do; raise WorkerError for what ends the run."""

    def failed(self, problem: Problem, progress: Mapping[str, Any]) -> Event:
        """Return the event of a run that came to no end of its own; any thread may call it, also before `work`."""


class UnexpectedExitError(Exception):
    """Code of a worker asked Python to exit."""


def run(worker: Worker, arguments: Sequence[str], stop: Stop | None = None, deadlines: Deadlines = DEADLINES) -> int:
    """Run a worker, and return its exit code.

    Args:
        worker: which.
        arguments: the flags, without the name of the worker.
        stop: what listens for signals already; by default one that begins to.
        deadlines: how long a run that is stopped has.
    """
    if {"-h", "--help"} & set(arguments):
        print_help(worker.settings, f"python -m workers {worker.name}", worker.__doc__ or "")
        return ExitCode.DONE
    if stop is None:
        stop = Stop()
        stop.listen()
    logs.configure()
    started = _Run(worker, arguments, stop, deadlines)
    with started.last_resort:
        return asyncio.run(started.to_the_end())


class _Run:
    """One run of a worker."""

    def __init__(self, worker: Worker, arguments: Sequence[str], stop: Stop, deadlines: Deadlines) -> None:
        self.worker = worker
        self.arguments = arguments
        self.stop = stop
        self.deadlines = deadlines
        self.log = logs.logger().bind(worker=worker.name)
        self.clients = Clients()
        self.progress: dict[str, Any] = {}
        self.settings: WorkerSettings | None = None
        self.dry_run = False
        self.last_resort = LastResort(stop, deadlines, self.speak)

    async def to_the_end(self) -> ExitCode:
        """Work, tell how it went, return the exit code."""
        code, event = await self.work()
        self.last_resort.work_is_over()
        code = await self.tell(code, event)
        self.last_resort.told(code)
        return code

    async def work(self) -> tuple[ExitCode, Event | None]:
        """Load the settings and work, as long as that may take; return the exit code and what to tell."""
        task = asyncio.create_task(self.load_and_work())
        stopping = asyncio.create_task(self.stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            self.log.warning("asked to stop", reason=self.stop.reason)
            # Before the settings are there, nothing has begun that could come to an end.
            await asyncio.wait({task}, timeout=self.deadlines.grace_seconds if self.settings else 0)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=self.deadlines.cancel_seconds)
        stopping.cancel()
        return self.judge(task)

    async def load_and_work(self) -> Outcome:
        """Load the settings and work; nothing that is raised ends the loop."""
        try:
            self.stop.check()
            self.settings = await self.load()
            logs.configure(self.settings.log_level, secrets_of(self.settings))
            self.log.info("started", settings=self.settings.model_dump(mode="json"))
            self.stop.check()
            async with aiohttp.ClientSession() as session:
                storage = Storage(self.clients)
                context = Context(self.settings, self.log, self.stop, self.clients, storage, session, self.progress)
                return await self.worker.work(context)
        except (KeyboardInterrupt, SystemExit) as error:  # asyncio would let these through at once, past the event
            raise UnexpectedExitError(f"{type(error).__name__}({error})") from error

    async def load(self) -> WorkerSettings:
        """Return the settings."""
        drafted = draft(self.worker.settings, self.arguments)
        self.dry_run = drafted.dry_run
        return drafted.settled(await read_parameters(self.clients, drafted.parameters, self.stop))

    def judge(self, task: asyncio.Task[Outcome]) -> tuple[ExitCode, Event | None]:
        """Return the exit code of work that has ended or has not, and what to tell of it."""
        if task.done() and not task.cancelled() and task.exception() is None:
            outcome = task.result()
            code = outcome.code(self.settings.error_threshold if self.settings else 0)
            self.log.info("worked", items=outcome.items, item_errors=outcome.item_errors, **outcome.summary)
            return code, None if self.dry_run else outcome.event
        if not task.done() or task.cancelled():
            error: BaseException | None = asyncio.CancelledError("the work was cancelled")
        else:
            error = task.exception()
        if self.stop.asked and isinstance(error, asyncio.CancelledError):
            error = StoppedError(self.stopped())
        if isinstance(error, WorkerError):
            return error.exit_code, self.failed(error.problem)
        problem = Problem("unexpected", "Something that nobody thought of", f"{type(error).__name__}: {error}")
        return ExitCode.SERVICE_DOWN, self.failed(problem, error)

    def stopped(self) -> Problem:
        """Return the problem of a run that was asked to stop."""
        return Problem("stopped", "The run was stopped before its end", self.stop.reason or "")

    def failed(self, problem: Problem, error: BaseException | None = None, event: str = "failed") -> Event | None:
        """Log a problem, and return what is told of it: nothing of a dry run."""
        self.log.error(event, problem=problem, **({"exc_info": error} if error else {}))
        return None if self.dry_run else self.worker.failed(logs.masked(problem), self.progress)

    async def tell(self, code: ExitCode, event: Event | None) -> ExitCode:
        """Send the event; return the exit code, which says if that fails."""
        if event is None:
            self.log.info("ended", exit_code=int(code), told=None)
            return code
        try:
            identity = await Publisher(self.clients, await self.bus()).publish(event)
        except WorkerError as error:
            problem = error.problem
        else:
            self.log.info("ended", exit_code=int(code), told=event.detail_type, event_id=identity)
            return code
        instead = self.failed(problem, event="event not sent")
        if problem.kind == EVENT_INVALID and instead is not None and instead.detail_type != event.detail_type:
            return await self.tell(ExitCode.SERVICE_DOWN, instead)
        # Who did not say where to send it is to read that, and not that a service is down.
        code = code if problem.kind == BUS_UNKNOWN and code else ExitCode.SERVICE_DOWN
        self.log.info("ended", exit_code=int(code), told=None)
        return code

    async def bus(self) -> str:
        """Return the bus, also where the settings as a whole are wrong."""
        if self.settings is not None:
            return self.settings.event_bus
        bus = bus_of(self.arguments)
        if not bus.startswith(REFERENCE):
            return bus
        parameter = bus.removeprefix(REFERENCE)
        values = await read_parameters(self.clients, [parameter])
        if parameter not in values:
            detail = f"there is no SSM parameter {parameter}"
            raise WrongInputError(Problem(BUS_UNKNOWN, "The event bus is not known", detail))
        return values[parameter]

    def speak(self) -> ExitCode:
        """Send the event of a run that did not stop in time; called in another thread, while this one hangs."""
        event = self.failed(self.stopped())
        if event is None:
            return ExitCode.TO_RESUME
        try:
            identity = Publisher(self.clients, asyncio.run(self.bus())).send_once(event)
        except (WorkerError, TransientError) as error:
            problem = error.problem
        else:
            self.log.info("ended", exit_code=int(ExitCode.TO_RESUME), told=event.detail_type, event_id=identity)
            return ExitCode.TO_RESUME
        self.log.error("event not sent", problem=problem, exit_code=int(ExitCode.SERVICE_DOWN))
        return ExitCode.SERVICE_DOWN
