"""The settings of a channel backfill."""

from __future__ import annotations

from pydantic import Field

from workers.channels.settings import GraphqlSettings
from workers.frame.settings import LocationText


class ChannelBackfillSettings(GraphqlSettings):
    """What a channel backfill is told."""

    channels_csv: LocationText = Field(
        "./channels_customids.csv", description="the channel file: a path, or s3://bucket/key"
    )
    concurrency: int = Field(8, ge=1, le=100, description="channels written at the same time")
