"""Runs checkov, which lives in an environment of its own, over sources or over a plan, and reads its verdict.

A plan is scanned with the root beside it, so that skips written in the modules count and findings carry file and line.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import EnvironmentFailedError

# Modules come from this clone and nothing is looked up elsewhere: a scan is the same on a laptop without a network.
OPTIONS = ("--skip-download", "--compact", "--quiet", "--output", "json", "--download-external-modules", "false")


@dataclass(frozen=True)
class Verdict:
    """What a scan found.

    Attributes:
        passed: how many checks held.
        skipped: how many were skipped where the code says why.
        failures: one line a failed check: where, which, what.
    """

    passed: int
    skipped: int
    failures: tuple[str, ...]


def scan_sources(checkov: Path, folder: Path, repository: Path) -> Verdict:
    """Scan the Terraform sources under a folder (given several at once, checkov adds them up wrongly)."""
    return scan(checkov, ["--framework", "terraform", "--directory", str(folder)], repository)


def scan_plan(checkov: Path, plan_json: Path, root: Path, repository: Path) -> Verdict:
    """Scan a plan, with the root it was made from."""
    arguments = [
        "--framework",
        "terraform_plan",
        "--file",
        str(plan_json),
        "--repo-root-for-plan-enrichment",
        str(root),
    ]
    return scan(checkov, arguments, repository)


def scan(checkov: Path, arguments: list[str], repository: Path) -> Verdict:
    """Run checkov and read its JSON.

    Raises:
        EnvironmentFailedError: it did not run, could not read a file, or checked nothing at all.
    """
    finished = subprocess.run(
        [str(checkov), *arguments, *OPTIONS],
        cwd=repository,
        env=os.environ | {"EVAL_TF_PLAN_AFTER_UNKNOWN": "true"},  # a key of the same plan is not known yet, not absent
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        reports: Any = json.loads(finished.stdout)
    except json.JSONDecodeError:
        raise EnvironmentFailedError(f"checkov failed: {finished.stderr.strip() or finished.stdout.strip()}") from None
    verdict = read(reports if isinstance(reports, list) else [reports])
    if verdict.passed == 0:
        raise EnvironmentFailedError("checkov checked nothing: the folder or the plan is empty")
    return verdict


def read(reports: list[dict[str, Any]]) -> Verdict:
    """Read checkov's reports.

    Raises:
        EnvironmentFailedError: a file could not be parsed, so that it was not checked.
    """
    passed = skipped = 0
    failures = []
    for report in reports:
        if "summary" not in report:  # checkov's answer when there was nothing to scan holds only counts
            continue
        summary = report["summary"]
        if summary["parsing_errors"]:
            raise EnvironmentFailedError(f"checkov cannot read {report['results'].get('parsing_errors')}")
        passed += summary["passed"]
        skipped += summary["skipped"]
        for check in report["results"]["failed_checks"]:
            where = f"{check['file_path'].lstrip('/')}:{check['file_line_range'][0]}"
            failures.append(f"{where}: {check['check_id']} {check['resource']}: {check['check_name']}")
    return Verdict(passed, skipped, tuple(failures))
