"""The command about Batch: what became of the jobs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, that_is_up
from sandbox.tables import show

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT_ID = 8  # characters
FINE = "Essential container in task exited"  # what every container says that came to its own end


def jobs(
    name: SandboxThatIsUp = None,
    *,
    as_json: AsJson = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait so many seconds until nothing is under way.")] = 0.0,
    build: BuildFolder = BUILD,
) -> None:
    """List the Batch jobs that were submitted, and how they ended; the children of an array follow it."""
    found = that_is_up(build, name).ask("jobs", seconds=settle + 60, settle=settle)["jobs"]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            f"{datetime.fromtimestamp(each['createdAt'] / 1000, UTC):%Y-%m-%d %H:%M:%S}",
            short_id(each["jobId"]),
            each["jobName"],
            each["jobDefinition"].rpartition("/")[2],
            each["status"],
            outcome(each),
        )
        for each in found
    ]
    show(("time", "job", "name", "definition", "status", "how it ended"), rows, "no job has been submitted")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(jobs)


def short_id(identifier: str) -> str:
    """Return the beginning of a job's id, with the index of an array's child."""
    base, colon, index = identifier.partition(":")
    return base[:SHORT_ID] + colon + index


def outcome(job: Mapping[str, Any]) -> str:
    """Return in a few words how a job ended, or how far an array has come."""
    summary = job.get("arrayProperties", {}).get("statusSummary") or {}
    said = [", ".join(f"{count} {status}" for status, count in summary.items() if count)] if summary else []
    if job.get("statusReason", FINE) != FINE:
        said.append(job["statusReason"])
    if "exitCode" in job["container"]:
        said.append(f"exited with {job['container']['exitCode']}")
    if "reason" in job["container"]:
        said.append(job["container"]["reason"])
    if len(job["attempts"]) > 1:
        said.append(f"{len(job['attempts'])} attempts")
    return "; ".join(said)
