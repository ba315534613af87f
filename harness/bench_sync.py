"""Times the sync of Batch targets beside the way of a script on the AWS CLI, and holds it to the fewest calls.

Everything happens in a sandbox of its own. The command runs as people run it, as a process; how many calls it made is
what its report says, and that must be what the server has in its own log.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.aims import reached
from harness.bench_account import ACCOUNT, BUS, QUEUE, REGION, ROLE, Account, Size, rule_name
from harness.errors import EnvironmentFailedError, VerdictError
from sandbox import server

SCRIPT = Path(__file__).with_name("update_target.sh")
RULES_A_PAGE = 100  # ListRules returns at most so many
CALLS_OF_THE_SCRIPT = 4
AIM = 50  # times fewer seconds than the script
# What a run calls beside the targets, however many there are: who it is, one; what is held, one; and if it may change
# something, the lock, three; metrics, one; history, two, and its parts, two for 1,500 changes.
BESIDE = {"sts", "ssm", "cloudwatch"}
BESIDE_A_SYNC = 12
BESIDE_A_CHECK = 2


@dataclass(frozen=True)
class Run:
    """One run of the command.

    Attributes:
        seconds: wall time of the process.
        requests: how many the server got meanwhile.
        report: what it printed.
    """

    seconds: float
    requests: int
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """One way to do something, over several runs; `calls` is how many each made."""

    name: str
    seconds: tuple[float, ...]
    calls: int

    @property
    def median(self) -> float:
        """The median of its wall times, in seconds."""
        return statistics.median(self.seconds)

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        low, high = min(self.seconds), max(self.seconds)
        return f"| {self.name} | {self.median:.2f} | {low:.2f} | {high:.2f} | {len(self.seconds)} | {self.calls:,} |"


HEADER = "| What | median s | min s | max s | runs | calls |\n|---|---|---|---|---|---|"


def minimum(size: Size, *, changed_rules: int) -> dict[str, int]:
    """The fewest calls for every rule of a bus: each thing asked once, a rule that changes put and asked once more."""
    return {
        "events:ListRules": math.ceil(size.rules / RULES_A_PAGE),
        "batch:DescribeJobDefinitions": size.definitions,
        "events:ListTargetsByRule": size.rules + changed_rules,
        "events:PutTargets": changed_rules,
    }


def check_calls(run: Run, fewest: Mapping[str, int], allowance: int) -> None:
    """Hold a run to the fewest calls for the targets, and to so many beside them.

    Raises:
        VerdictError: it made others, or its report does not count what the server got.
    """
    calls: dict[str, int] = dict(run.report["calls"])
    if sum(calls.values()) != run.requests:
        raise VerdictError(f"the report counts {sum(calls.values())} calls; the server got {run.requests}")
    of_targets = Counter({name: n for name, n in calls.items() if name.partition(":")[0] not in BESIDE})
    if of_targets != Counter(fewest):
        raise VerdictError(f"the sync made the calls {dict(of_targets)}; the fewest are {dict(fewest)}")
    beside = run.requests - of_targets.total()
    if beside > allowance:
        raise VerdictError(f"the sync made {beside} calls beside those for targets, more than {allowance}: {calls}")


def run_command(account: Account, repository: Path, *arguments: str) -> Run:
    """Run the command on the whole bus, in nearly no environment of its own.

    Raises:
        EnvironmentFailedError: it failed, so that its time says nothing.
    """
    command = [sys.executable, "-m", "batch_target_sync", "--bus", BUS, "--json", *arguments]
    code = {"PYTHONPATH": str(repository / "modules" / "batch-target-sync"), "PATH": os.defpath}
    before = account.requests()
    started = time.perf_counter()
    finished = subprocess.run(command, env=account.box.environment | code, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if finished.returncode != 0:
        raise EnvironmentFailedError(
            f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stderr[-4000:]}"
        )
    return Run(seconds, account.requests() - before, json.loads(finished.stdout))


def run_script(account: Account, programs: Path, rule: int, number: int) -> float:
    """Bring one target to the newest revision with the AWS CLI; return the wall time in seconds.

    Raises:
        EnvironmentFailedError: it failed, so that its time says nothing.
    """
    variables = account.box.environment | {
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        "EVENTBRIDGE_BUS_NAME": BUS,
        "RULE_NAME": rule_name(rule),
        "TARGET_ID": f"target-{number}",
        "JOB_DEFINITION_NAME": account.size.definition(rule, number),
        "JOB_QUEUE_ARN": QUEUE,
        "EVENTBRIDGE_ROLE_ARN": ROLE,
    }
    started = time.perf_counter()
    finished = subprocess.run(["bash", str(SCRIPT)], env=variables, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if finished.returncode != 0:
        raise EnvironmentFailedError(f"{SCRIPT.name} failed:\n{finished.stderr or finished.stdout}")
    return seconds


def sample_of(size: Size, turn: int, turns: int) -> list[tuple[int, int]]:
    """The targets that the script is given in one of several turns, spread evenly: the numbers of rule and target."""
    all_of_it = [divmod(index * size.all_targets // size.sample, size.targets) for index in range(size.sample)]
    return all_of_it[turn::turns]


def run_sample(account: Account, programs: Path, sample: list[tuple[int, int]]) -> list[float]:
    """Give the script these targets; return the seconds of each.

    Raises:
        VerdictError: it made other calls than it is taken to make.
    """
    before = account.requests()
    seconds = [run_script(account, programs, rule, number) for rule, number in sample]
    made = account.requests() - before
    if made != CALLS_OF_THE_SCRIPT * len(sample):
        raise VerdictError(f"the script made {made} calls for {len(sample)} targets, not four for each")
    return seconds


def require(programs: Path) -> None:
    """Refuse to begin without the AWS CLI.

    Raises:
        EnvironmentFailedError: it is not in that folder.
    """
    if not (programs / "aws").is_file():
        raise EnvironmentFailedError(f"there is no {programs / 'aws'}\n  what to do: make setup-awscli")


def run(repository: Path, programs: Path, runs: int, size: Size | None = None) -> list[Measure]:
    """Measure the sync of all targets, a check that finds nothing, the sync of one definition, and the script.

    Args:
        repository: where the module is.
        programs: the folder with `aws`.
        runs: of the command; the script is given a part of its sample after each, so that both meet the same load.
        size: how much there is to do.

    Raises:
        VerdictError: more calls than needed, or a target is not what it should be.
        EnvironmentFailedError: a command failed.
    """
    size = size or Size()
    one = "definition-000"
    taken: dict[str, list[Run]] = {"all": [], "check": [], "one": []}
    by_script: list[float] = []
    with server.start(account=ACCOUNT, region=REGION) as box:
        account = Account(box, size)
        account.build()
        for turn in range(runs):
            account.leave_behind()
            taken["all"].append(run_command(account, repository))
            check_calls(taken["all"][-1], minimum(size, changed_rules=size.rules), BESIDE_A_SYNC)
            account.check_targets()
            taken["check"].append(run_command(account, repository, "--check"))
            check_calls(taken["check"][-1], minimum(size, changed_rules=0), BESIDE_A_CHECK)
            account.leave_behind()
            taken["one"].append(run_command(account, repository, "--only-job-definition", one))
            fewest = minimum(size, changed_rules=size.rules_of(one)) | {"batch:DescribeJobDefinitions": 1}
            check_calls(taken["one"][-1], fewest, BESIDE_A_SYNC)
            account.check_targets(one)
            account.leave_behind()
            by_script += run_sample(account, programs, sample_of(size, turn, runs))
    names = {
        "all": f"`sync`, {size.all_targets:,} targets of {size.rules} rules, all behind",
        "check": "`--check`, none behind",
        "one": f"`--only-job-definition`, one definition of {size.definitions}",
    }
    measures = [Measure(names[key], tuple(r.seconds for r in done), done[-1].requests) for key, done in taken.items()]
    return [*measures, Measure("the AWS CLI, one target", tuple(by_script), CALLS_OF_THE_SCRIPT)]


def verdict(measures: list[Measure], size: Size | None = None) -> str:
    """Compare the sync of all targets with the script, projected from its sample."""
    targets = (size or Size()).all_targets
    everything, script = measures[0], measures[-1]
    seconds, calls = script.median * targets, script.calls * targets
    times = seconds / everything.median
    return (
        f"{targets:,} targets with the AWS CLI, projected: {seconds:,.0f} s and {calls:,} calls; "
        f"with the sync: {times:.0f} times fewer seconds (aim: {AIM}, {reached(times >= AIM)}), "
        f"{calls / everything.calls:.1f} times fewer calls"
    )
