"""A partner channel, as the GraphQL API keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """One record of the type `Channel`.

    Attributes:
        id: the record's own id, which Amplify makes up unless whoever creates the record gives one.
        channel_id: YouTube's id of the channel.
        custom_id: the custom id of the channel's assets; empty where the record has none.
        display_name: the channel's name; empty where the record has none.
        version: what a versioned API counts writes with; None elsewhere.
        deleted: whether a versioned API keeps the record only to remember that it was deleted.
    """

    id: str
    channel_id: str
    custom_id: str
    display_name: str
    version: int | None = None
    deleted: bool = False
