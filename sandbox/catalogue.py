"""A catalogue of channels and videos that nobody owns: what the workers are shown with, measured on and tested with.

All of it follows from a seed, so that a program can know beforehand what a clean-up must change.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CHANNEL_COLUMNS = ("channelID", "customID", "displayName")
REPORT_COLUMNS = (
    "video_id",
    "channel_id",
    "channel_display_name",
    "uploader",
    "asset_id",
    "claim_id",
    "custom_id",
    "video_title",
    "views",
    "time_published",
    "time_uploaded",
    "video_length",
    "claimed_by_this_owner",
    "claimed_by_another_owner",
    "effective_policy",
    "content_type",
    "video_privacy_status",
)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner channel, as the channel CSV has it."""

    channel_id: str
    custom_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Video:
    """One video of a partner channel with its asset, as the video report has it.

    Attributes:
        custom_id: what YouTube has for the asset at the beginning.
        wanted: what a clean-up with the default policy leaves there.
    """

    video_id: str
    asset_id: str
    channel: Partner
    custom_id: str
    wanted: str


@dataclass(frozen=True)
class Catalogue:
    """Partner channels and their videos.

    Attributes:
        seed: what everything follows from.
        channels: number of partner channels.
        videos: number of their videos, each with an asset of its own.
        default_share: of the assets, how many still have YouTube's default, the video's id. Half of the rest have the
            channel's custom id already, and half have another one that somebody gave them.
    """

    seed: int = 1
    channels: int = 372
    videos: int = 600
    default_share: float = 0.9

    @cached_property
    def partners(self) -> tuple[Partner, ...]:
        """The partner channels."""
        draw = random.Random(f"{self.seed} partners")  # noqa: S311 - nothing secret
        return tuple(
            Partner(_channel_id(draw), f"partner-{number:04}", f"Partner channel {number}")
            for number in range(1, self.channels + 1)
        )

    @cached_property
    def partner_videos(self) -> tuple[Video, ...]:
        """The videos of the partner channels, in the report's order."""
        draw = random.Random(f"{self.seed} videos")  # noqa: S311 - nothing secret
        made = []
        for number in range(self.videos):
            channel = self.partners[number % self.channels]
            video_id = _text(draw, 11)
            kind = draw.random()
            if kind < self.default_share:
                custom_id, wanted = video_id, channel.custom_id
            elif kind < (1 + self.default_share) / 2:
                custom_id = wanted = channel.custom_id
            else:
                custom_id = wanted = f"by-hand-{number}"
            made.append(Video(video_id, f"A{draw.randrange(10**15):015}", channel, custom_id, wanted))
        return tuple(made)

    @property
    def channel_records(self) -> list[dict[str, str]]:
        """The partner channels as the GraphQL API has them, for the stand-in of AppSync."""
        return [
            {"id": each.channel_id, "channelId": each.channel_id, "customId": each.custom_id,
             "displayName": each.display_name}
            for each in self.partners
        ]  # fmt: skip

    @property
    def assets(self) -> list[dict[str, str]]:
        """The assets as YouTube has them at the beginning, for the stand-in of the Content ID API."""
        return [
            {"id": video.asset_id, "custom_id": video.custom_id, "video_id": video.video_id}
            for video in self.partner_videos
        ]

    @property
    def custom_ids(self) -> dict[str, str]:
        """What YouTube has at the beginning, by asset."""
        return {video.asset_id: video.custom_id for video in self.partner_videos}

    @property
    def wanted(self) -> dict[str, str]:
        """What YouTube must have after a clean-up, by asset."""
        return {video.asset_id: video.wanted for video in self.partner_videos}

    def write_channels(self, path: Path) -> None:
        """Write the channel CSV."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(CHANNEL_COLUMNS)
            writer.writerows((each.channel_id, each.custom_id, each.display_name) for each in self.partners)

    def write_report(self, path: Path, others: int = 0, other_channels: int = 20_000) -> int:
        """Write the video report: the partners' videos, spread evenly over rows of channels that are none.

        Args:
            path: the file.
            others: number of rows of other channels.
            other_channels: how many channels these are of.

        Returns:
            The number of rows.
        """
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(REPORT_COLUMNS)
            file.writelines(self._lines(others, other_channels))
        return len(self.partner_videos) + others

    def _lines(self, others: int, other_channels: int) -> Iterator[str]:
        draw = random.Random(f"{self.seed} others")  # noqa: S311 - nothing secret
        strangers = [(_channel_id(draw), f"Other channel {number}") for number in range(min(other_channels, others))]
        between = others // max(1, len(self.partner_videos))
        written = 0
        for number, video in enumerate(self.partner_videos):
            channel = (video.channel.channel_id, video.channel.display_name)
            yield _line(video.video_id, channel, video.asset_id, video.custom_id, number)
            yield from _strange(strangers, range(written, written + between))
            written += between
        yield from _strange(strangers, range(written, others))


def _strange(strangers: list[tuple[str, str]], numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        video_id = f"v{number:010}"
        yield _line(video_id, strangers[number % len(strangers)], f"B{number:015}", video_id, number)


def _line(video_id: str, channel: tuple[str, str], asset_id: str, custom_id: str, number: int) -> str:
    """Return one row; every seventh title has what a CSV must quote, and a line break."""
    channel_id, name = channel
    title = (
        f'"Title {number}, the ""long"" version\nwith a second line, and as long as titles are"'
        if number % 7 == 0
        else f"Title {number} of the catalogue - official video and as long as titles often are or so"
    )
    return (
        f"{video_id},{channel_id},{name},{name},{asset_id},C{number:012},{custom_id},{title},"
        f"{number * 7919 % 1_000_003},2024-{number % 12 + 1:02}-{number % 28 + 1:02}T08:00:00Z,"
        f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T07:00:00Z,{number % 600},yes,no,Monetize in all countries,"
        f"UGC,public\r\n"
    )


def _channel_id(draw: random.Random) -> str:
    return "UC" + _text(draw, 22)


def _text(draw: random.Random, length: int) -> str:
    return "".join(draw.choices(_ALPHABET, k=length))
