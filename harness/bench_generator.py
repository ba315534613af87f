"""Times the generator over many environments, beside one `terraform validate` of one of them in the same run.

A workload here is a task with its schedule: fifty of them are a hundred module calls in a root.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from harness import providers
from harness.errors import EnvironmentFailedError

WORKLOADS = 50

BASE = """\
abstract: true
region: us-east-1
aws_region_short_code: use1
naming:
  resource_owner: bench
  billing_entity: bench
  billing_domain: bench
  security_domain: internal
terraform:
  required_version: ">= 1.9"
  aws_provider: "~> 5.100"
network:
  trusted_compute_subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
  security_group_ids: [sg-0123456789abcdef0]
clusters:
  default:
    name: default
defaults:
  task:
    log_retention_days: 30
    log_key: main
  schedule:
    cluster: default
    key: main
    maximum_retry_attempts: 5
"""

ENVIRONMENT = """\
extends: base
account: "{account:012}"
state:
  bucket: bench-{number}
  key: bench/{number}/terraform.tfstate
keys:
  main:
    description: Everything of environment {number}
    alias: bench-{number}
alerts:
  topic_name: bench-alerts
  key: main
tasks:
"""

TASK = """\
  task-{workload}:
    image: {account:012}.dkr.ecr.us-east-1.amazonaws.com/task-{workload}:1
    cpu: 1024
    memory: 2048
    environment:
      MODE: fast
      SHARD: "{workload}"
    permissions:
      s3_read:
        - bucket: bench-{workload}
          prefix: reports/
"""

SCHEDULE = """\
  schedule-{workload}:
    task: task-{workload}
    schedule_expression: cron({workload} 6 * * ? *)
    timezone: America/New_York
    description: Runs task {workload} once a day
"""


@dataclass(frozen=True)
class Measure:
    """One command over several runs.

    Attributes:
        seconds: wall time of each run.
        peak: the most memory that one process of it had, in MiB.
    """

    name: str
    seconds: tuple[float, ...]
    peak: float

    @property
    def median(self) -> float:
        """The median of its wall times, in seconds."""
        return statistics.median(self.seconds)

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        low, high = min(self.seconds), max(self.seconds)
        return f"| {self.name} | {self.median:.1f} | {low:.1f} | {high:.1f} | {len(self.seconds)} | {self.peak:.0f} |"


HEADER = "| Command | median s | min s | max s | runs | largest process, MiB |\n|---|---|---|---|---|---|"


def write_specs(folder: Path, environments: int, workloads: int = WORKLOADS) -> None:
    """Write so many specs, each with so many tasks and a schedule for each."""
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    for number in range(environments):
        parts = [ENVIRONMENT.format(number=number, account=100_000_000_000 + number)]
        for template, heading in ((TASK, ""), (SCHEDULE, "schedules:\n")):
            parts.append(heading)
            parts += [template.format(workload=w, account=100_000_000_000 + number) for w in range(workloads)]
        (folder / f"env-{number:04}.yaml").write_text("".join(parts), encoding="utf-8")


# A process begins with the peak of the one that started it (Linux counts the memory it had before exec): a small one
# starts the command and asks for its usage.
LAUNCHER = """\
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Usage:
    """What one run of a command took.

    Attributes:
        seconds: wall time.
        peak: the most memory that one process of it had, in MiB.
        processor_seconds: of all its processes.
    """

    seconds: float
    peak: float
    processor_seconds: float


def timed(command: list[str], where: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Run a command once; return its wall time in seconds and the peak of its largest process in MiB.

    Raises:
        EnvironmentFailedError: the command failed, so that its time says nothing.
    """
    used = usage(command, where, environment)
    return used.seconds, used.peak


def usage(command: list[str], where: Path, environment: dict[str, str]) -> Usage:
    """Run a command once, and return what it took.

    Raises:
        EnvironmentFailedError: the command failed, so that its time says nothing.
    """
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    started = time.perf_counter()
    finished = subprocess.run(launched, cwd=where, env=environment, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if finished.returncode != 0:
        raise EnvironmentFailedError(f"{' '.join(command)} failed:\n{finished.stderr}")
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    peak, processor_seconds = finished.stdout.split()
    return Usage(seconds, int(peak) * unit / 2**20, float(processor_seconds))


def run(repository: Path, scratch: Path, runs: int, sizes: tuple[int, int] = (100, 1000)) -> list[Measure]:
    """Generate into empty roots below an empty folder, `runs` times, and validate one root between.

    Raises:
        EnvironmentFailedError: Terraform or the generator failed.
    """
    few, many = (scratch / str(size) for size in sizes)
    for folder, size in ((few, sizes[0]), (many, sizes[1])):
        write_specs(folder / "environments", size)
        (folder / "modules").symlink_to(repository / "modules")
    child = {
        **os.environ,
        "PYTHONPATH": str(repository),
        "TF_CLI_CONFIG_FILE": str(providers.configure(repository / ".build")),
    }
    generate = [sys.executable, "-m", "generator", "generate", "--environments", "environments", "--roots", "roots"]
    taken: dict[str, list[tuple[float, float]]] = {"few": [], "again": [], "validate": [], "many": []}
    for _ in range(runs):
        for folder in (few, many):
            shutil.rmtree(folder / "roots", ignore_errors=True)
        taken["few"].append(timed(generate, few, child))
        taken["again"].append(timed(generate, few, child))
        root = few / "roots" / "env-0000"
        timed(["terraform", "init", "-backend=false", "-input=false"], root, child)
        taken["validate"].append(timed(["terraform", "validate"], root, child))
        taken["many"].append(timed(generate, many, child))
    names = {
        "few": f"generate {sizes[0]} environments of {WORKLOADS} workloads",
        "again": "the same again, nothing to do",
        "validate": "`terraform validate` of one of them",
        "many": f"generate {sizes[1]:,} environments of {WORKLOADS} workloads",
    }
    return [
        Measure(names[key], tuple(seconds for seconds, _ in pairs), max(peak for _, peak in pairs))
        for key, pairs in taken.items()
    ]


def verdict(measures: list[Measure]) -> str:
    """Compare the measures with what they are measured for."""
    few, _, validate, many = measures
    return (
        f"{few.name}: {few.median / validate.median:.2f} of one validate (aim: below 1); "
        f"{many.name}: {many.median / few.median:.1f} times that (aim: at most 10); "
        f"memory: {many.peak / few.peak:.2f} times (aim: flat)"
    )
