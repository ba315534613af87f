"""What is wanted of one asset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Update:
    """One asset, and the custom id that it is to have.

    Attributes:
        asset_id: of the Content ID API, or an alias of it (a merged asset answers to both).
        custom_id: the one wanted; it replaces what is there.
    """

    asset_id: str
    custom_id: str
