"""Take a task through its life: PROVISIONING, PENDING, RUNNING, STOPPED, with what ECS does at each step.

Amazon ECS developer guide, "Amazon ECS task lifecycle" and "Amazon ECS stopped task error messages".
"""

from __future__ import annotations

import os
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.clock import CLOCK
from sandbox.containers import images, startup
from sandbox.containers.metadata import METADATA
from sandbox.containers.processes import ContainerProcess, Limits
from sandbox.containers.roles import GRANTS
from sandbox.containers.startup import StartError
from sandbox.containers.tasks import RUNNING, STOPPED
from sandbox.delivery import clients
from sandbox.delivery.work import WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.containers.logs import LogWriter
    from sandbox.containers.plans import ContainerPlan
    from sandbox.containers.tasks import Container, Task

AT_ONCE = 16
ESSENTIAL_EXITED = "EssentialContainerExited"
FAILED_TO_START = "TaskFailedToStart"
USER_INITIATED = "UserInitiated"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A container that can be started."""

    plan: ContainerPlan
    container: Container
    program: images.Program
    environment: Mapping[str, str]
    log: LogWriter | None


class Run:
    """One task that runs."""

    def __init__(self, task: Task, plans: Sequence[ContainerPlan], changed: Callable[[dict[str, Any]], None]) -> None:
        """Prepare it.

        Args:
            task: what ECS tells of it; this class alone changes it from here on.
            plans: its containers, in the order of `task.containers`.
            changed: is given the event of each change.
        """
        self.task = task
        self._plans = plans
        self._changed = changed
        self._lock = threading.RLock()
        self._processes: dict[str, ContainerProcess] = {}

    def stop(self, reason: str) -> None:
        """Stop it for its user; nothing happens if it is stopping already."""
        self._end(USER_INITIATED, reason)

    def kill(self) -> None:
        """End its containers without asking them; the task ends as with a container that failed."""
        with self._lock:
            for process in self._processes.values():
                process.kill()

    def live(self) -> None:
        """Run it to its end, which it comes to whatever happens."""
        try:
            with PLACES:
                self._move("PENDING")
                try:
                    prepared = self._prepare()
                except (StartError, images.CannotStartError) as error:
                    self._end(FAILED_TO_START, str(error))
                else:
                    self._run(prepared)
        finally:
            self._end(FAILED_TO_START, "sandbox: an error of its own, which is in its log")
            self._finish()

    def _finish(self) -> None:
        """Say that it is over, and forget what its containers could ask for."""
        GRANTS.remove(self.task)
        METADATA.remove(self.task)
        now = CLOCK.now()
        self.task.stopped_at = self.task.execution_stopped_at = now
        for container in self.task.containers:
            container.last_status = STOPPED
        self._move(STOPPED)

    def _prepare(self) -> list[Prepared]:
        """Do what ECS does before anything runs. Nothing is started unless all can be."""
        prepared = []
        common = self._environment()
        for plan, container in zip(self._plans, self.task.containers, strict=True):
            startup.check_image(self.task, plan.image)
            kept = startup.secret_values(self.task, plan.secrets)
            program = images.program(plan, common["PATH"], tuple(plan.secrets))
            environment = common | dict(program.environment) | METADATA.variables(self.task, container)
            environment |= {**plan.environment, **kept}
            log = startup.open_log(self.task, plan.log) if plan.log is not None else None
            prepared.append(Prepared(plan, container, program, environment, log))
        return prepared

    def _environment(self) -> dict[str, str]:
        """Return what ECS and the sandbox put into every container of the task; of this machine, PATH alone."""
        region = self.task.region
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": "AWS_ECS_EC2" if self.task.launch_type == "EC2" else "AWS_ECS_FARGATE",
            "AWS_ENDPOINT_URL": clients.endpoint(),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.task.task_role_arn:
            environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = GRANTS.add(self.task)
        return environment

    def _run(self, prepared: Sequence[Prepared]) -> None:
        limits = Limits.of(os.environ)
        with self._lock:
            if self.task.desired_status == STOPPED:  # somebody stopped it before it ran
                return
            started = []
            for each in prepared:
                try:
                    process = ContainerProcess(each.program, each.environment, limits, each.plan.stop_seconds)
                except OSError as error:  # this machine has no process or file left for it
                    self._end(FAILED_TO_START, f"CannotStartContainerError: {error}")
                    break
                started.append(each)
                self._processes[each.plan.name] = process
                each.container.runtime_id = f"{self.task.id}-{uuid.uuid4().int % 10**10:010}"
                each.container.last_status = RUNNING
            if self.task.desired_status != STOPPED:
                self.task.started_at = self.task.connectivity_at = CLOCK.now()
                self.task.connectivity = "CONNECTED"
                self._move(RUNNING)
        waiting = [threading.Thread(target=self._follow, args=(each, limits), daemon=True) for each in started]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()

    def _follow(self, prepared: Prepared, limits: Limits) -> None:
        """Write a container's output to its log until it ends; end the task with it if it is essential."""
        plan, container, log = prepared.plan, prepared.container, prepared.log

        def write(line: str) -> None:
            if log is not None:
                log.write(line)

        ended = self._processes[plan.name].wait(write)
        if ended.ended_by in ("wall", "cpu"):
            limit = f"{limits.wall_seconds:g} s" if ended.ended_by == "wall" else f"{limits.cpu_seconds} CPU seconds"
            container.reason = f"sandbox: ended after {limit}, the limit of this sandbox (AWS has none)"
            write(container.reason)
        if ended.error is not None:
            container.reason = f"CannotStartContainerError: {ended.error}"
        if log is not None:
            log.flush()
        container.exit_code = ended.exit_code
        container.last_status = STOPPED
        if ended.ended_by == "start":
            self._end(FAILED_TO_START, str(container.reason))
        elif plan.essential or all(each.last_status == STOPPED for each in self.task.containers):
            self._end(ESSENTIAL_EXITED, "Essential container in task exited")

    def _end(self, code: str, reason: str) -> None:
        """Let the task end for this reason, unless it has another one already."""
        with self._lock:
            if self.task.desired_status == STOPPED:
                return
            self.task.desired_status = STOPPED
            self.task.stop_code, self.task.stopped_reason = code, reason
            self.task.stopping_at = CLOCK.now()
            for process in self._processes.values():
                process.stop()
            if self.task.last_status != STOPPED:
                self._move("DEPROVISIONING" if code == FAILED_TO_START else self.task.last_status)

    def _move(self, status: str) -> None:
        with self._lock:
            self.task.last_status = status
            self.task.version += 1
            event = self.task.event(CLOCK.now())
        self._changed(event)


PLACES = threading.BoundedSemaphore(AT_ONCE)


class Runs:
    """All tasks of this server; those that have not stopped can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: list[Task] = []
        self._runs: dict[str, Run] = {}
        self.on_change: list[Callable[[Mapping[str, Any]], None]] = []

    def start(self, task: Task, plans: Sequence[ContainerPlan]) -> None:
        """Start a task on a thread of its own."""
        run = Run(task, plans, self._tell)
        with self._lock:
            self._tasks.append(task)
            self._runs[task.task_arn] = run
        self._tell(task.event(CLOCK.now()))
        WORK.start(lambda: self._live(run), f"task {task.id}")

    def _live(self, run: Run) -> None:
        try:
            run.live()
        finally:
            with self._lock:
                del self._runs[run.task.task_arn]

    def all(self) -> list[Task]:
        """Return every task, in the order in which they were started."""
        with self._lock:
            return list(self._tasks)

    def stop(self, task_arn: str, reason: str) -> None:
        """Stop a task, if it still runs."""
        with self._lock:
            run = self._runs.get(task_arn)
        if run is not None:
            run.stop(reason)

    def kill(self, task: str) -> str | None:
        """Kill a task named by its ARN, its id or how that begins, and return its ARN; None if no such one runs."""
        with self._lock:
            found = [run for arn, run in self._runs.items() if task == arn or run.task.id.startswith(task)]
        if len(found) != 1 or found[0].task.last_status != RUNNING:
            return None
        found[0].kill()
        return found[0].task.task_arn

    def _tell(self, event: Mapping[str, Any]) -> None:
        for listener in self.on_change:
            listener(event)


RUNS = Runs()
