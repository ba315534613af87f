"""Take jobs through their states, a few at a time: SUBMITTED, RUNNABLE, STARTING, RUNNING, then SUCCEEDED or FAILED.

AWS Batch User Guide, "Job states", "Array jobs", "Automated job retries" and "Job timeouts".
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from sandbox.batch import attempts, jobs, retries
from sandbox.batch.jobs import Attempt, Job
from sandbox.clock import CLOCK
from sandbox.containers import roles
from sandbox.containers.runner import AT_ONCE, Run
from sandbox.delivery.work import WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.containers.tasks import Task

TIMED_OUT = "Job attempt duration exceeded timeout"
CHILD_FAILED = "Array Child Job failed"


class Scheduler:
    """All jobs of this server. Their threads are as many as can run at once, however many jobs wait."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._under_way = 0
        self._runs: dict[str, Run] = {}
        self.on_change: list[Callable[[Mapping[str, Any]], None]] = []

    def submit(self, job: Job) -> None:
        """Take a job, with its children if it has some; it is run when one of those before it has ended."""
        with self._lock:
            self._jobs |= {each.id: each for each in (job, *job.children)}
        WORK.start(lambda: self._admit(job), f"submission of job {job.id}")

    def find(self, identifier: str) -> Job | None:
        """Return a job by its id or ARN; None if there is none."""
        with self._lock:
            return self._jobs.get(identifier.rpartition("job/")[2])

    def all(self) -> list[Job]:
        """Return every job, in the order in which they were submitted, children after their parent."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, job: Job, reason: str) -> None:
        """Fail a job that has not come to STARTING, and those children of an array that have not."""
        self._note(job, "cancelled", reason)
        for each in job.children or (job,):
            with each.lock:
                if each.status not in jobs.NOT_STARTED:
                    continue
                each.cancelled = True
                self._end(each, jobs.FAILED, reason)
            self._stop(each, reason)

    def terminate(self, job: Job, reason: str) -> None:
        """Fail a job, or all children of an array: those that run get SIGTERM, and SIGKILL after 30 s."""
        self._note(job, "terminated", reason)
        for each in job.children or (job,):
            with each.lock:
                if each.status in jobs.ENDED:
                    continue
                each.terminated = True
                each.status_reason = reason
                if each.status in jobs.NOT_STARTED:
                    self._end(each, jobs.FAILED, reason)
            self._stop(each, reason)

    def _stop(self, job: Job, reason: str) -> None:
        """Stop the container of a job, if it runs or waits for its turn. Nobody who does this holds the job's lock."""
        with self._lock:
            run = self._runs.get(job.id)
        if run is not None:
            run.stop(reason)

    def _note(self, job: Job, what: str, reason: str) -> None:
        """Remember of an array that has not ended that somebody ended it, and why."""
        with job.lock:
            if job.children and job.status not in jobs.ENDED:
                setattr(job, what, True)
                job.status_reason = reason

    def _admit(self, job: Job) -> None:
        """Let a job, or the children of an array, wait for their turn."""
        for each in job.children or (job,):
            self._queue(each)

    def _queue(self, job: Job) -> None:
        with job.lock:
            if job.terminated:  # between two attempts, when there was nothing to stop
                self._end(job, jobs.FAILED, job.status_reason)
                return
            self._move(job, jobs.RUNNABLE)
        if job.parent is not None and job.parent.status == jobs.SUBMITTED:
            self._move(job.parent, jobs.PENDING)
        with self._lock:
            self._waiting.append(job)
        self._start_more()

    def _start_more(self) -> None:
        """Start jobs that wait, while there is room."""
        while True:
            with self._lock:
                if not self._waiting or self._under_way >= self._at_once:
                    return
                job = self._waiting.popleft()
                self._under_way += 1
            WORK.start(functools.partial(self._attempt, job), f"job {job.id}")

    def _attempt(self, job: Job) -> None:
        """Make one attempt at a job, after which it has ended or waits for the next one."""
        again = False
        try:
            if job.status not in jobs.ENDED:
                again = self._run(job)
        finally:
            if not again:
                self._end(job, jobs.FAILED, "sandbox: an error of its own, which is in its log")
            with self._lock:
                self._under_way -= 1
            if again:
                self._queue(job)
            self._start_more()

    def _run(self, job: Job) -> bool:
        """Run a job's container to its end; tell whether there is to be another attempt."""
        task = attempts.task_of(job)
        untrusting = roles.untrusting(task)
        if untrusting is not None:
            self._end(job, jobs.FAILED, roles.NOT_ASSUMED.format(role=untrusting))
            return False
        plan = attempts.plan_of(job, task, len(job.attempts) + 1)
        attempts.make_log_group(plan.log)
        attempt = Attempt(task.task_arn)
        clock = _Timeout(job.timeout_seconds)

        def follow(_: Mapping[str, Any]) -> None:
            if task.last_status == "PENDING":
                with job.lock:
                    if job.status == jobs.RUNNABLE:
                        job.attempt = attempt
                        self._move(job, jobs.STARTING)
            elif task.last_status == "RUNNING" and job.status == jobs.STARTING:
                with job.lock:
                    job.started_at = attempt.started_at = task.started_at
                    attempt.log_stream = plan.log.stream if plan.log else None
                    self._move(job, jobs.RUNNING)
                clock.start(run)

        run = Run(task, [plan], follow)
        with job.lock:
            if job.status in jobs.ENDED:
                return False
            with self._lock:
                self._runs[job.id] = run
        try:
            run.live()
        finally:
            clock.stop()
            with self._lock:
                del self._runs[job.id]
        return self._ended(job, attempt, task)

    def _ended(self, job: Job, attempt: Attempt, task: Task) -> bool:
        """Take in how an attempt ended; tell whether there is to be another one."""
        with job.lock:
            if job.status in jobs.ENDED:  # it was cancelled before it started
                return False
            attempts.ended(attempt, task)
            job.attempts.append(attempt)
            reason = attempt.status_reason or ""
            ended_by_force = job.terminated or reason == TIMED_OUT
            if attempt.exit_code == 0 and not ended_by_force:
                self._end(job, jobs.SUCCEEDED, reason)
                return False
            again = retries.tried_again(
                job.retry_strategy,
                len(job.attempts),
                exit_code=attempt.exit_code,
                reason=attempt.reason,
                status_reason=reason,
            )
            if again and not ended_by_force:
                job.status_reason = reason
                return True
            self._end(job, jobs.FAILED, reason)
            return False

    def _end(self, job: Job, status: str, reason: str | None) -> None:
        """Let a job end, unless it has ended already, and its array with the last child."""
        with job.lock:
            if job.status in jobs.ENDED:
                return
            job.status_reason, job.stopped_at = reason, CLOCK.now()
            self._move(job, status)
        if job.parent is not None:
            self._end_array(job.parent)

    def _end_array(self, parent: Job) -> None:
        with parent.lock:
            if parent.status in jobs.ENDED or any(child.status not in jobs.ENDED for child in parent.children):
                return
            failed = any(child.status == jobs.FAILED for child in parent.children)
            ended_by_hand = parent.cancelled or parent.terminated
            reason = parent.status_reason if ended_by_hand else CHILD_FAILED if failed else None
            self._end(parent, jobs.FAILED if failed else jobs.SUCCEEDED, reason)

    def _move(self, job: Job, status: str) -> None:
        with job.lock:
            if job.status in jobs.ENDED:
                return
            job.status = status
            event = job.event(CLOCK.now())
            for listener in self.on_change:
                listener(event)


class _Timeout:
    """Ends an attempt that runs longer than its job allows."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def start(self, run: Run) -> None:
        """Count from now."""
        if self._seconds is not None:
            self._timer = threading.Timer(self._seconds, run.stop, [TIMED_OUT])
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Count no further."""
        if self._timer is not None:
            self._timer.cancel()


SCHEDULER = Scheduler()
