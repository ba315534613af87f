"""What the stand-in of AppSync is told and asked beside its API: channels, settings, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from sandbox.services import given
from sandbox.services.appsync.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.appsync.service import AppSync
    from sandbox.services.contract import Question


class SeededChannel(BaseModel):
    """A channel, as `put` takes it: what is not given is not stored, but for its id and its times."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = None
    channelId: str | None = None  # noqa: N815 - the name in the schema, as all of these
    customId: str | None = None  # noqa: N815
    displayName: str | None = None  # noqa: N815
    createdAt: str | None = None  # noqa: N815
    updatedAt: str | None = None  # noqa: N815


class Put(BaseModel):
    """What `put` takes; with `replace` the channels that were there go first."""

    model_config = ConfigDict(extra="forbid")

    channels: list[SeededChannel]
    replace: bool = False


class Questions:
    """The questions of one stand-in."""

    def __init__(self, service: AppSync) -> None:
        self._service = service

    def all(self) -> Mapping[str, Question]:
        """Return them by name."""
        return {
            "put": self._put,
            "channels": self._channels,
            "settings": self._settings,
            "statistics": self._statistics,
            "reset": self._reset,
        }

    async def _put(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Store channels as they are given, and return how many there are."""
        put = given.read(Put, fields)
        channels = self._service.channels
        if put.replace:
            channels.clear()
        for each in put.channels:
            channels.seed(each.model_dump(exclude_unset=True))
        return {"channels": len(channels.all())}

    async def _channels(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return what is stored, by id, with tombstones."""
        return {"channels": self._service.channels.all()}

    async def _settings(self, fields: dict[str, Any]) -> Any:
        """Change the settings that are given, keep the others, and return all."""
        service = self._service
        service.settings = given.changed(service.settings, fields)
        return service.settings.model_dump(mode="json")

    async def _statistics(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Return what was counted."""
        return self._service.statistics.facts()

    async def _reset(self, _fields: dict[str, Any]) -> dict[str, Any]:
        """Count from zero again; return what was counted before. Channels and settings stay."""
        before = self._service.statistics
        self._service.statistics = Statistics()
        return before.facts()
