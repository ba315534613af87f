"""Take an execution through its steps: Pending, InProgress, then Success, Failed, TimedOut or Cancelled.

A script is run by this Python, in a process of its own (`containers/processes`), with the credentials of the runbook's
role and nothing of this machine but PATH. Systems Manager User Guide, "aws:executeScript".
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox import environment, stored_policies
from sandbox.automation import variables
from sandbox.automation.executions import ENDED, EXECUTIONS
from sandbox.automation.runbooks import EXECUTE_SCRIPT
from sandbox.clock import CLOCK
from sandbox.containers.images import Program
from sandbox.containers.processes import ContainerProcess, Limits
from sandbox.delivery import clients
from sandbox.delivery.work import WORK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.automation.executions import Execution, StepExecution

SCRIPT_HOST = Path(__file__).with_name("script_host.py")
STOP_SECONDS = 5  # from SIGTERM to SIGKILL
LARGEST_PAYLOAD = 100 * 1024  # bytes of what a script returns
PYTHON = "python"
AT_ONCE = threading.BoundedSemaphore(8)


class StepError(Exception):
    """A step that did not succeed; the text is its failure message.

    Attributes:
        status: of the step then.
    """

    def __init__(self, message: str, status: str = "Failed") -> None:
        super().__init__(message)
        self.status = status


class Runner:
    """One execution that runs."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self._lock = threading.Lock()
        self._process: ContainerProcess | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Stop it; nothing happens if it has ended."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.stop()

    def live(self) -> None:
        """Run it to its end, which it comes to whatever happens."""
        try:
            with AT_ONCE:
                self._move("InProgress")
                self._run_steps()
        finally:
            if self.execution.status not in ENDED:
                self.execution.failure = "sandbox: an error of its own, which is in its log"
                self._move("Failed")

    def _run_steps(self) -> None:
        for step in self.execution.steps:
            step.started = CLOCK.now()
            step.status = "InProgress"
            try:
                self._run_step(step)
            except StepError as error:
                step.status, step.failure = error.status, str(error)
            else:
                step.status = "Success"
            step.ended = CLOCK.now()
            if step.status != "Success" and (step.status == "Cancelled" or step.step.on_failure != "Continue"):
                self.execution.failure = None if step.status == "Cancelled" else step.failure
                self._move(step.status)
                return
            if step.step.is_end:
                break
        self._move("Success")

    def _run_step(self, step: StepExecution) -> None:
        """Run one step.

        Raises:
            StepError: it did not succeed, or is none that the sandbox runs.
        """
        if step.step.action != EXECUTE_SCRIPT:
            raise StepError(f"the sandbox does not run {step.step.action}: it runs {EXECUTE_SCRIPT} alone")
        if step.step.not_done:
            raise StepError(f"the sandbox does not do what the step says: {', '.join(step.step.not_done)}")
        try:
            inputs = variables.filled(dict(step.step.inputs), self._known())
        except variables.UnknownReferenceError as error:
            raise StepError(str(error)) from None
        step.inputs = {name: each if isinstance(each, str) else json.dumps(each) for name, each in inputs.items()}
        if not str(inputs["Runtime"]).startswith(PYTHON):
            raise StepError(
                f"the sandbox does not run scripts of the runtime {inputs['Runtime']}: it runs Python alone"
            )
        payload = self._run_script(step, inputs)
        step.outputs = {"Payload": [json.dumps(payload)], "OutputPayload": [json.dumps({"Payload": payload})]}

    def _run_script(self, step: StepExecution, inputs: Mapping[str, Any]) -> Any:
        """Run a script, and return what its handler returns."""
        seconds = step.step.timeout_seconds
        limits = Limits(cpu_seconds=Limits.of(os.environ).cpu_seconds, wall_seconds=seconds)
        # -I: nothing of the environment or the working directory gets into it, so it finds none of its neighbours.
        program = Program((sys.executable, "-I", "-u", str(SCRIPT_HOST), inputs["Handler"]))
        files = {"script.py": inputs["Script"], "input.json": json.dumps(inputs.get("InputPayload") or {})}
        with self._lock:
            if self._cancelled:
                raise StepError("Cancelled by its user.", "Cancelled")
            try:
                process = ContainerProcess(
                    program, self._environment(), limits, STOP_SECONDS, files=files, result="result.json"
                )
            except OSError as error:  # this machine has no process or file left for it
                raise StepError(f"the script could not be started: {error}") from None
            self._process = process
        ended = process.wait(step.lines.append)
        with self._lock:
            self._process = None
            if self._cancelled:
                raise StepError("Cancelled by its user.", "Cancelled")
        if ended.ended_by == "wall":
            raise StepError(f"Step timed out: the script ran longer than {seconds} seconds.", "TimedOut")
        if ended.ended_by == "cpu":
            raise StepError(f"the script used more than {limits.cpu_seconds} CPU seconds, the limit of this sandbox")
        if ended.result is None:
            raise StepError(f"the script ended with exit code {ended.exit_code} and returned nothing that can be read")
        result = json.loads(ended.result)
        if "error" in result:
            raise StepError(f"Step fails when it is Poll action status for completion. {result['error']}")
        if len(json.dumps(result["payload"]).encode()) > LARGEST_PAYLOAD:
            raise StepError(f"the script returned more than {LARGEST_PAYLOAD} bytes")
        return result["payload"]

    def _environment(self) -> dict[str, str]:
        """Return the environment of a script: the role's credentials, and of this machine PATH alone."""
        execution = self.execution
        settings = environment.client_variables(clients.endpoint(), execution.region)
        settings |= {"PATH": os.environ.get("PATH", os.defpath), "NO_PROXY": environment.LOOPBACK}
        if execution.role_arn is None:  # then it works with the rights of who started it
            given_here = stored_policies.find_session(execution.access_key) is not None
            return settings | ({"AWS_ACCESS_KEY_ID": execution.access_key} if given_here else {})
        taken = clients.sts(execution.region).assume_role(
            RoleArn=execution.role_arn, RoleSessionName=f"Automation-{execution.id}"
        )["Credentials"]
        return settings | {
            "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
            "AWS_SESSION_TOKEN": taken["SessionToken"],
        }

    def _known(self) -> dict[str, Any]:
        """Return what references stand for."""
        execution = self.execution
        now = CLOCK.now()
        known: dict[str, Any] = {
            name: _typed(execution.runbook.parameters[name], values) for name, values in execution.values.items()
        }
        known |= {
            "automation:EXECUTION_ID": execution.id,
            "global:ACCOUNT_ID": execution.account,
            "global:DATE": f"{now:%Y-%m-%d}",
            "global:DATE_TIME": f"{now:%Y-%m-%d_%H.%M.%S}",
            "global:REGION": execution.region,
        }
        for step in execution.steps:
            if step.status == "Success":
                known[f"{step.step.name}.Payload"] = json.loads(step.outputs["Payload"][0])
        return known

    def _move(self, status: str) -> None:
        self.execution.status = status
        if status in ENDED:
            self.execution.ended = max(CLOCK.now(), self.execution.started + timedelta(milliseconds=1))
        EXECUTIONS.tell(self.execution)


def _typed(declared: Mapping[str, Any], values: list[str]) -> Any:
    """Return a parameter's value as its type says."""
    kind = declared.get("type", "String")
    if kind == "StringList" or kind.startswith("List<"):
        return list(values)
    text = values[0] if values else ""
    return text if kind == "String" or "::" in kind else json.loads(text)


class Runners:
    """The executions of this server that run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runners: dict[str, Runner] = {}

    def start(self, execution: Execution) -> None:
        """Run an execution on a thread of its own."""
        runner = Runner(execution)
        with self._lock:
            self._runners[execution.id] = runner
        WORK.start(lambda: self._live(runner), f"automation {execution.id}")

    def _live(self, runner: Runner) -> None:
        try:
            runner.live()
        finally:
            with self._lock:
                del self._runners[runner.execution.id]

    def cancel(self, execution: Execution) -> None:
        """Stop an execution, if it still runs."""
        with self._lock:
            runner = self._runners.get(execution.id)
        if runner is not None:
            runner.cancel()


RUNNERS = Runners()
