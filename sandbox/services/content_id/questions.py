"""What the stand-in of the Content ID API is told and asked beside the API: seeds, settings, days, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from sandbox.services import given
from sandbox.services.content_id.assets import Asset, generate
from sandbox.services.content_id.claims import Claim
from sandbox.services.content_id.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.content_id.service import ContentId
    from sandbox.services.contract import Question


class SeededAsset(BaseModel):
    """An asset, as `seed` takes it; without an owner it is the first one's of the settings."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    custom_id: str | None = None
    video_id: str = ""
    owner: str | None = None
    alias_ids: list[str] = []


class Generated(BaseModel):
    """How many assets to make of a seed (`assets.generate`)."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(ge=1)
    seed: int = 1
    merged: float = Field(default=0, ge=0, le=1)
    own_custom_id: float = Field(default=0, ge=0, le=1)


class Seed(BaseModel):
    """What `seed` takes."""

    model_config = ConfigDict(extra="forbid")

    assets: list[SeededAsset] = []
    claims: list[Claim] = []
    generate: Generated | None = None


class Wanted(BaseModel):
    """Which assets `custom-ids` is to tell of; all of them unless given."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] | None = None


class Questions:
    """The questions of one stand-in."""

    def __init__(self, service: ContentId) -> None:
        self._service = service

    def all(self) -> Mapping[str, Question]:
        """Return them by name."""
        return {
            "seed": self._seed,
            "settings": self._settings,
            "custom-ids": self._custom_ids,
            "next-day": self._next_day,
            "statistics": self._statistics,
            "patches": self._patches,
            "reset": self._reset,
            "clear": self._clear,
        }

    async def _seed(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Take assets and claims, or make assets from a seed; return how many, and those that were made."""
        seed = given.read(Seed, fields)
        service = self._service
        owner = min(service.settings.owners, default="")
        made: list[Asset] = []
        if seed.generate is not None:
            made = generate(owner=owner, **seed.generate.model_dump())
        seeded = (
            Asset(each.id, each.custom_id, each.video_id, each.owner or owner, list(each.alias_ids))
            for each in seed.assets
        )
        count = service.assets.put(seeded) + service.assets.put(made)
        return {
            "assets": count,
            "claims": service.claims.put(seed.claims),
            "generated": [
                {"id": each.id, "custom_id": each.custom_id, "video_id": each.video_id, "alias_ids": each.alias_ids}
                for each in made
            ],
        }

    async def _settings(self, fields: dict[str, Any]) -> Any:
        """Change the settings that are given, keep the others, and return all."""
        service = self._service
        service.settings = given.changed(service.settings, fields)
        return service.settings.model_dump(mode="json")

    async def _custom_ids(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the custom id of each asset; with `ids` of those alone, by an alias too, without missing ones."""
        assets = self._service.assets
        wanted = given.read(Wanted, fields).ids
        if wanted is None:
            return {"custom_ids": {each.id: each.custom_id for each in assets.all()}}
        found = ((each, assets.find(each)) for each in wanted)
        return {"custom_ids": {each: asset.custom_id for each, asset in found if asset is not None}}

    async def _next_day(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Begin the next day: the quota of a day is there again."""
        self._service.day.next()
        return {"day": self._service.day.number}

    async def _statistics(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return what was counted."""
        day = self._service.day
        return self._service.statistics.facts() | {"day": day.number, "used_of_the_day": day.used}

    async def _patches(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return how often a PATCH of each asset was carried out."""
        return {"patches": dict(self._service.statistics.patched)}

    async def _reset(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Count from zero again; assets, settings and the day stay."""
        before = self._service.statistics
        self._service.statistics = Statistics()
        return before.facts()

    async def _clear(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Forget all assets and claims, and count from zero again."""
        self._service.assets.clear()
        self._service.claims.clear()
        return await self._reset({})
