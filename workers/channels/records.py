"""What an answer says of channels: records and pages of them, whatever a record lacks."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from workers.channels.channel import Channel


class Record(BaseModel):
    """One item of the type `Channel`; a field that the answer leaves out is None."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str
    channel_id: str | None = Field(None, alias="channelId")
    custom_id: str | None = Field(None, alias="customId")
    display_name: str | None = Field(None, alias="displayName")
    version: int | None = Field(None, alias="_version")
    deleted: bool | None = Field(None, alias="_deleted")

    @property
    def channel(self) -> Channel:
        """The record as a channel, what is null in it as empty."""
        return Channel(
            self.id,
            self.channel_id or "",
            self.custom_id or "",
            self.display_name or "",
            self.version,
            bool(self.deleted),
        )


class Page(BaseModel):
    """One page of a list; it may be empty although more follow, since a list is a scan that filters afterwards."""

    model_config = ConfigDict(extra="ignore", strict=True)

    items: list[Record | None]
    next_token: str | None = Field(None, alias="nextToken")
