"""Take a task through its life: PROVISIONING, PENDING, RUNNING, STOPPED, with what ECS does at each step.

Amazon ECS developer guide, "Amazon ECS task lifecycle" and "Amazon ECS stopped task error messages".
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from typing import TYPE_CHECKING, Any

from sandbox.clock import CLOCK
from sandbox.containers import images, roles
from sandbox.containers.logs import LogError, LogWriter
from sandbox.containers.metadata import METADATA
from sandbox.containers.processes import ContainerProcess, Limits
from sandbox.containers.roles import GRANTS, StartError
from sandbox.containers.tasks import RUNNING, STOPPED
from sandbox.delivery import clients
from sandbox.delivery.work import WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.containers.plans import ContainerPlan
    from sandbox.containers.tasks import Container, Task

AT_ONCE = 16
ESSENTIAL_EXITED = "EssentialContainerExited"
FAILED_TO_START = "TaskFailedToStart"
USER_INITIATED = "UserInitiated"


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

    def live(self) -> None:
        """Run it to its end."""
        with PLACES:
            self._move("PENDING")
            try:
                prepared = self._prepare()
            except (StartError, images.CannotStartError) as error:
                self._end(FAILED_TO_START, str(error))
            else:
                self._run(prepared)
        GRANTS.remove(self.task)
        METADATA.remove(self.task)
        now = CLOCK.now()
        self.task.stopped_at = self.task.execution_stopped_at = now
        for container in self.task.containers:
            container.last_status = STOPPED
        self._move(STOPPED)

    def _prepare(self) -> list[tuple[ContainerPlan, Container, images.Program, dict[str, str], LogWriter | None]]:
        """Do what ECS does before anything runs: secrets, log streams, images. Nothing is started unless all can be."""
        prepared = []
        common = self._environment()
        for plan, container in zip(self._plans, self.task.containers, strict=True):
            kept = roles.secret_values(self.task, plan.secrets)
            program = images.program(plan, common["PATH"], tuple(plan.secrets))
            environment = common | dict(program.environment) | METADATA.variables(self.task, container)
            environment |= {**plan.environment, **kept}
            prepared.append((plan, container, program, environment, self._log(plan)))
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
            token = GRANTS.add(self.task)
            environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{clients.endpoint()}/_punctual/credentials/{token}"
        return environment

    def _log(self, plan: ContainerPlan) -> LogWriter | None:
        if plan.log is None:
            return None
        try:
            return LogWriter(plan.log)
        except LogError as error:
            raise StartError(
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
                f"failed to create Cloudwatch log stream: {error} : exit status 1"
            ) from None

    def _run(
        self, prepared: list[tuple[ContainerPlan, Container, images.Program, dict[str, str], LogWriter | None]]
    ) -> None:
        limits = Limits.of(os.environ)
        with self._lock:
            if self.task.desired_status == STOPPED:  # somebody stopped it before it ran
                return
            for plan, container, program, environment, _ in prepared:
                self._processes[plan.name] = ContainerProcess(program, environment, limits, plan.stop_seconds)
                container.runtime_id = f"{self.task.id}-{uuid.uuid4().int % 10**10:010}"
                container.last_status = RUNNING
            self.task.started_at = self.task.connectivity_at = CLOCK.now()
            self.task.connectivity = "CONNECTED"
            self._move(RUNNING)
        waiting = [
            threading.Thread(target=self._follow, args=(plan, container, log, limits), daemon=True)
            for plan, container, _, _, log in prepared
        ]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()

    def _follow(self, plan: ContainerPlan, container: Container, log: LogWriter | None, limits: Limits) -> None:
        """Write a container's output to its log until it ends; end the task with it if it is essential."""

        def write(line: str) -> None:
            if log is not None:
                log.write(line)

        ended = self._processes[plan.name].wait(write)
        if ended.ended_by in ("wall", "cpu"):
            seconds = limits.wall_seconds if ended.ended_by == "wall" else limits.cpu_seconds
            used = "s" if ended.ended_by == "wall" else "CPU seconds"
            container.reason = f"sandbox: ended after {seconds:g} {used}, the limit of this sandbox (AWS has none)"
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
    """The tasks that have not stopped yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self.on_change: list[Callable[[Mapping[str, Any]], None]] = []

    def start(self, task: Task, plans: Sequence[ContainerPlan]) -> None:
        """Start a task on a thread of its own."""
        run = Run(task, plans, self._tell)
        with self._lock:
            self._runs[task.task_arn] = run
        self._tell(task.event(CLOCK.now()))
        WORK.start(lambda: self._live(run), f"task {task.id}")

    def _live(self, run: Run) -> None:
        try:
            run.live()
        finally:
            with self._lock:
                del self._runs[run.task.task_arn]

    def stop(self, task_arn: str, reason: str) -> None:
        """Stop a task, if it still runs."""
        with self._lock:
            run = self._runs.get(task_arn)
        if run is not None:
            run.stop(reason)

    def _tell(self, event: Mapping[str, Any]) -> None:
        for listener in self.on_change:
            with contextlib.suppress(LookupError):
                listener(event)


RUNS = Runs()
