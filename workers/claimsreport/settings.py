"""The settings of the claims report."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from workers.frame.settings import LocationText, WorkerSettings

# The days on which YouTube changed how it counts views.
CHANGEPOINTS = (dt.date(2025, 3, 31), dt.date(2026, 8, 27))


def _dates(value: object) -> object:
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


class ClaimsReportSettings(WorkerSettings):
    """What the claims report is told."""

    claims_report: LocationText = Field(
        description="the active-claims snapshot, CSV or CSV in gzip: a path or s3://bucket/key; of a folder or prefix, "
        "which ends with /, the report with the latest date in its name"
    )
    snapshot_date: dt.date | None = Field(
        None,
        description="day of the snapshot; by default the date in its name, else the day it was last modified (UTC)",
    )
    history: LocationText = Field(
        description="where snapshots are kept from week to week: a folder, or s3://bucket/prefix/"
    )
    platform_metrics: LocationText | None = Field(
        None, description="metrics of other platforms, a CSV: a path or s3://bucket/key"
    )
    rights_records: LocationText | None = Field(
        None, description="records of who owns what, a CSV: a path or s3://bucket/key"
    )
    alerts_topic: str | None = Field(
        None,
        pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
        description="ARN of the SNS topic that is told of new findings of high priority; none without it",
    )
    output: LocationText = Field(
        description="where reports go, each in a folder date=YYYY-MM-DD: a folder, or s3://bucket/prefix/"
    )
    weeks: int = Field(26, ge=1, le=260, description="snapshots of the history that are looked at")
    false_discovery_rate: float = Field(
        0.05,
        gt=0,
        le=0.5,
        description="the share of false alarms that is borne among the findings of each statistical kind",
    )
    least_views: int = Field(
        1000, ge=0, description="weekly views beyond what is expected that a finding needs at least"
    )
    least_claims: int = Field(5, ge=1, description="new claims beyond what is expected that a finding needs at least")
    largest_loss: float = Field(
        0.2,
        gt=0,
        le=1,
        description="share of the last snapshot's claims that may be gone before one counts as cut short",
    )
    largest_quarantine: float = Field(
        0.5, ge=0, le=1, description="share of the rows that may go to quarantine before the snapshot is refused"
    )
    changepoints: Annotated[tuple[dt.date, ...], NoDecode, BeforeValidator(_dates)] = Field(
        CHANGEPOINTS, description="days on which views began to be counted differently, with commas between"
    )
    replace: bool = Field(default=False, description="let this snapshot take the place of another one of the same day")
    memory_mib: int = Field(600, ge=256, description="memory that the tables may take before they go to disk, in MiB")
    error_threshold: float = Field(
        0.01, ge=0, le=1, description="share of the rows that may go to quarantine before the exit code is 1"
    )
