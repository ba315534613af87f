"""What the clean-up is told: by flags, by the task's environment, by the event that started it, by AWS Batch."""

from __future__ import annotations

import os
from typing import Self

from pydantic import Field, model_validator

from workers.channels.settings import GraphqlSettings
from workers.content_id.settings import ContentIdSettings
from workers.frame.settings import LocationText

# https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
BATCH_INDEX, BATCH_COUNT = "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"


class CleanupSettings(GraphqlSettings, ContentIdSettings):
    """Settings of cmscustomidcleanup."""

    video_report: LocationText = Field(description="the video report: a path, or s3://bucket/key")
    filter_target: str = Field(
        "partner-channels", min_length=1, description="names the JSON report, <filter target>.json in the folder /tmp"
    )
    overwrite: bool = Field(
        default=False, description="also give an asset its partner's custom id where somebody chose another one"
    )
    ledger: LocationText | None = Field(
        None, description="where what is done outlives the machine: a folder, or s3://bucket/prefix/"
    )
    ledger_seconds: float = Field(
        3, gt=0, le=60, description="seconds between two writings of it: what a machine that is lost takes with it"
    )
    shard_index: int = Field(
        default_factory=lambda: os.environ.get(BATCH_INDEX, "0"),
        validate_default=True,
        ge=0,
        description=f"which of several runs this is, from 0; by default {BATCH_INDEX}, else 0",
    )
    shard_count: int = Field(
        default_factory=lambda: os.environ.get(BATCH_COUNT, "1"),
        validate_default=True,
        ge=1,
        le=10_000,
        description=f"how many runs share the report; by default {BATCH_COUNT}, else 1",
    )
    event: str | None = Field(None, description="the event that starts the run, as JSON or as @file")
    event_source: str | None = Field(None, description="source of the event that starts the run; none for a manual run")
    event_detail_type: str | None = Field(None, description="its detail-type")
    status: str | None = Field(None, description="its status")
    processed_count: str | None = Field(None, description="channels that were done, by the event; for the log")
    error_count: str | None = Field(None, description="channels that were not, by the event; for the log")
    total_count: str | None = Field(None, description="channels in all, by the event; for the log")
    timestamp: str | None = Field(None, description="when the channels were done, by the event; for the log")

    @model_validator(mode="after")
    def _one_of_the_shards(self) -> Self:
        if self.shard_index >= self.shard_count:
            raise ValueError(
                f"SHARD_INDEX (--shard-index) must be from 0 to SHARD_COUNT (--shard-count) less one: "
                f"it is {self.shard_index} of {self.shard_count}"
            )
        return self

    @model_validator(mode="after")
    def _no_child_alone(self) -> Self:
        # The first child of an array job would take itself for the only run, and do the work of all.
        if BATCH_INDEX in os.environ and BATCH_COUNT not in os.environ and "shard_count" not in self.model_fields_set:
            raise ValueError(f"SHARD_COUNT (--shard-count) is needed: {BATCH_INDEX} is set, and {BATCH_COUNT} is not")
        return self
