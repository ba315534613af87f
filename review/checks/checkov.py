"""Runs checkov, which lives in an environment of its own, over a plan and its sources.

A plan is scanned with the root beside it, so that skips written in the modules count and findings carry file and line.
Both scans read copies: what lies beside a root (other roots, examples, a `.checkov.yaml` that leaves checks out without
a word) has no say. Nothing is looked up on a network, so that a scan is the same everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from review.checks import kept, records, sources
from review.checks.sources import Sources
from review.errors import EnvironmentFailedError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.checks.model import Skip
    from review.checks.records import Record
    from review.finding import Finding

    Report = dict[str, Any]

OPTIONS: Final = ("--skip-download", "--compact", "--output", "json", "--download-external-modules", "false")
ENVIRONMENT: Final = {
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",  # it asks a package index for a newer version otherwise
    "EVAL_TF_PLAN_AFTER_UNKNOWN": "true",  # a key of the same plan is not known yet, not absent
    "LANG": "C.UTF-8",
}
NOT_THERE: Final = "checkov is not installed here: `make setup-checkov` installs it, in an environment of its own."
NOTHING: Final = "checkov found nothing here that it has a check for."


@dataclass(frozen=True)
class Scan:
    """What checkov found.

    Attributes:
        passed: how many checks held, of the plan and of the sources together.
        skips: what the code skips, with its reason.
        findings: of each check that failed, and of each skip without a reason.
        not_run: why there is no verdict; "" if there is one.
    """

    passed: int
    skips: tuple[Skip, ...]
    findings: tuple[Finding, ...]
    not_run: str = ""


def run(program: Path, plan_json: Path, source: Path | None = None, *, cache: Path | None = None) -> Scan:
    """Scan a plan, and the sources that it was made from, side by side.

    Args:
        program: checkov's own; if it is not there, the scan says so.
        plan_json: the plan, as `terraform show -json` prints it.
        source: the folder of the root that was planned; None to scan the plan alone.
        cache: the folder that keeps what checkov said, in `checkov.json`, until plan, sources or checkov change.

    Raises:
        WrongUseError: the plan or the folder cannot be read.
        EnvironmentFailedError: checkov failed, or could not read a file and so did not check it.
    """
    if not program.is_file():
        return Scan(0, (), (), not_run=NOT_THERE)
    document = _read(plan_json)
    found = None if source is None else _sources(document, source)
    key = kept.key(program, document, found, (*OPTIONS, *sorted(ENVIRONMENT)))
    reports = kept.get(cache, key)
    if reports is None:
        reports = _scan(program, plan_json, found)
        kept.put(cache, key, reports)
    return _judged(reports, found)


def run_on_sources(program: Path, folder: Path) -> Scan:
    """Scan all Terraform sources under a folder where they are, with the modules that they call by a path.

    Raises:
        EnvironmentFailedError: checkov is not there, failed, or could not read a file and so did not check it.
    """
    if not program.is_file():
        raise EnvironmentFailedError(NOT_THERE)
    found = Sources(folder.resolve(), Path(), ())
    with tempfile.TemporaryDirectory(prefix="checkov-") as scratch:
        return _judged({"source": _started(program, _of_source(found.top), Path(scratch))}, found)


def _read(plan_json: Path) -> dict[str, Any]:
    try:
        document = json.loads(plan_json.read_bytes())
    except OSError as error:
        raise WrongUseError(f"{plan_json}: {error.strerror}") from None
    except ValueError as error:
        raise WrongUseError(f"{plan_json} is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise WrongUseError(f"{plan_json} is no plan: `terraform show -json <plan file>` prints one")
    return document


def _sources(document: Mapping[str, Any], source: Path) -> Sources:
    if not source.is_dir():
        raise WrongUseError(f"{source} is no folder: give the one that holds the root's *.tf files")
    return sources.of_plan(document, source)


def _scan(program: Path, plan_json: Path, found: Sources | None) -> dict[str, Report]:
    """Run one checkov for the plan and one for the sources; each is busy on one core."""
    with tempfile.TemporaryDirectory(prefix="checkov-") as scratch, ThreadPoolExecutor(max_workers=2) as threads:
        plan = Path(scratch) / "plan.json"  # checkov takes a plan by its ending
        plan.symlink_to(plan_json.resolve())
        if found is None:
            return {"plan": _started(program, _of_plan(plan), Path(scratch))}
        copy = found.copy(Path(scratch) / "sources")
        enriched = [*_of_plan(plan), "--repo-root-for-plan-enrichment", str(copy)]
        of_plan = threads.submit(_started, program, enriched, Path(scratch))
        of_source = threads.submit(_started, program, _of_source(copy), Path(scratch))
        return {"plan": of_plan.result(), "source": of_source.result()}


def _of_plan(plan: Path) -> list[str]:
    return ["--framework", "terraform_plan", "--file", str(plan)]


def _of_source(folder: Path) -> list[str]:
    return ["--framework", "terraform", "--directory", str(folder)]


def _started(program: Path, arguments: Sequence[str], scratch: Path) -> Report:
    """Run checkov once, and return its report without the checks that passed.

    It sees none of the caller's variables: neither an account of its maker's service, nor settings, nor a home with a
    `.checkov.yaml`.
    """
    home = Path(tempfile.mkdtemp(prefix="home-", dir=scratch))
    finished = subprocess.run(
        [str(program.absolute()), *arguments, *OPTIONS],
        cwd=home,
        env=ENVIRONMENT | {"HOME": str(home), "TMPDIR": str(home), "PATH": os.defpath},
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        report: Any = json.loads(finished.stdout)
    except json.JSONDecodeError:
        said = finished.stderr.strip() or finished.stdout.strip()
        raise EnvironmentFailedError(f"checkov failed with code {finished.returncode}: {said}") from None
    if "summary" not in report:  # its answer when there was nothing to scan holds only counts
        return {"summary": {"passed": 0}, "results": {}}
    unread = report["results"].get("parsing_errors") or ()
    if unread:
        names = ", ".join(str(each).removeprefix(f"{scratch}/sources/") for each in unread)
        raise EnvironmentFailedError(f"checkov cannot read {names}, so that it is not checked")
    results = {name: report["results"].get(name) or [] for name in (records.FAILED, records.SKIPPED)}
    return {"summary": {"passed": report["summary"]["passed"]}, "results": results}


def _judged(reports: Mapping[str, Report], found: Sources | None) -> Scan:
    of_plan, of_source = ([*records.records(reports[name])] if name in reports else [] for name in ("plan", "source"))
    everything = records.merged(of_plan, of_source)
    passed = sum(report["summary"]["passed"] for report in reports.values())

    def line(record: Record) -> str:
        return _line(record, found)

    return Scan(
        passed,
        tuple(records.skips(everything, line)),
        tuple(records.findings(everything, line)),
        not_run="" if passed or everything else NOTHING,
    )


def _line(record: Record, found: Sources | None) -> str:
    """Return file and line as they are from here: of the skip itself if the record is one, of the resource if not."""
    if found is None or not record.file:
        return ""
    path = Path(os.path.normpath(found.top / found.root / record.file))
    first, last = record.lines
    if record.reason is not None and path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()
        numbered = enumerate(lines[first - 1 : last], first)
        first = next((number for number, text in numbered if f"checkov:skip={record.check}" in text), first)
    return f"{os.path.relpath(path)}:{first}"
