"""What is decided of an asset: a row here for each row of the table in `decisions`."""

from __future__ import annotations

import pytest

from workers.cmscustomidcleanup.decisions import Change, Kind, PartnerChannels, decide, describe
from workers.cmscustomidcleanup.report import Row

CHANNELS = PartnerChannels(
    [("UC1", "one"), ("UC1b", " one "), ("UC2", "two"), ("UC0", " "), ("UCx", "x"), ("UCx", "y"), ("UCv", "v1")]
)


def rows(*given: tuple[str, str, str]) -> list[Row]:
    """Rows of one asset: video, custom id now, channel."""
    return [Row("A1", video, now, channel, line) for line, (video, now, channel) in enumerate(given, 5)]


@pytest.mark.parametrize(
    ("given", "by_default", "overwriting"),
    [
        # one video
        ([("v1", "one", "UC1")], Kind.RIGHT, Kind.RIGHT),
        ([("v1", "v1", "UC1")], Kind.SEND, Kind.SEND),
        ([("v1", "mine", "UC1")], Kind.KEPT, Kind.SEND),
        ([("v1", "V1", "UC1")], Kind.KEPT, Kind.SEND),
        ([("v1", "", "UC1")], Kind.KEPT, Kind.SEND),
        ([("", "", "UC1")], Kind.KEPT, Kind.SEND),
        ([("v1", "v1", "UCv")], Kind.RIGHT, Kind.RIGHT),
        ([("v1", "v1", "UC0")], Kind.CHANNEL_WITHOUT, Kind.CHANNEL_WITHOUT),
        ([("v1", "v1", "UCx")], Kind.CHANNEL_AMBIGUOUS, Kind.CHANNEL_AMBIGUOUS),
        # several videos
        ([("v1", "v1", "UC1"), ("v2", "v1", "UC1")], Kind.SEND, Kind.SEND),
        ([("v1", "v2", "UC1"), ("v2", "v2", "UC1b")], Kind.SEND, Kind.SEND),
        ([("v1", "v1", "UC1"), ("v2", "v2", "UC1")], Kind.SEND, Kind.SEND),
        ([("v1", "v1", "UC1"), ("v1", "v1", "UC1")], Kind.SEND, Kind.SEND),
        ([("v1", "v3", "UC1"), ("v2", "v3", "UC1")], Kind.KEPT, Kind.SEND),
        ([("v1", "one", "UC1"), ("v2", "one", "UC1b")], Kind.RIGHT, Kind.RIGHT),
        # rows that disagree
        ([("v1", "v1", "UC1"), ("v2", "v1", "UC2")], Kind.CONFLICT_WANTED, Kind.CONFLICT_WANTED),
        ([("v1", "one", "UC1"), ("v2", "one", "UC2")], Kind.CONFLICT_WANTED, Kind.CONFLICT_WANTED),
        ([("v1", "v1", "UC1"), ("v2", "v1", "UC0")], Kind.CONFLICT_WANTED, Kind.CONFLICT_WANTED),
        ([("v1", "v1", "UC1"), ("v2", "v1", "UCx")], Kind.CONFLICT_WANTED, Kind.CONFLICT_WANTED),
        ([("v1", "v1", "UC1"), ("v2", "mine", "UC1")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
        ([("v1", "v1", "UC1"), ("v2", "one", "UC1")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
        ([("v1", "v1", "UC1"), ("v2", "", "UC1")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
        ([("v1", "a", "UC1"), ("v2", "b", "UC1")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
        ([("", "", "UC1"), ("v2", "v2", "UC1")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
        ([("v1", "v1", "UCv"), ("v2", "v2", "UCv")], Kind.CONFLICT_NOW, Kind.CONFLICT_NOW),
    ],
)
def test_the_table(given: list[tuple[str, str, str]], by_default: Kind, overwriting: Kind) -> None:
    for order in (rows(*given), rows(*reversed(given))):
        assert decide(order, CHANNELS, overwrite=False).kind is by_default
        assert decide(order, CHANNELS, overwrite=True).kind is overwriting


def test_what_is_sent_has_the_asset_what_is_wanted_and_where_it_stands() -> None:
    decision = decide(rows(("v1", "v1", "UC1b"), ("v2", "v1", "UC1")), CHANNELS, overwrite=False)
    assert decision.change == Change("A1", "one", before="v1", line=5)


def test_a_person_is_told_the_lines_of_rows_that_disagree() -> None:
    of_asset = rows(*[(f"v{number}", "v0", ("UC1", "UC2")[number % 2]) for number in range(12)])
    told = describe(decide(of_asset, CHANNELS, overwrite=False), of_asset)
    assert (told["asset_id"], told["reason"], told["row_count"]) == ("A1", "conflict-wanted", 12)
    assert told["wanted"] == ["one", "two"]
    assert told["rows"][1] == {"line": 6, "video_id": "v1", "custom_id": "v0", "channel_id": "UC2"}  # type: ignore[index]
    assert len(told["rows"]) == 10  # type: ignore[arg-type]


def test_channels_without_one_custom_id_are_named() -> None:
    assert CHANNELS.incomplete() == {"without_custom_id": ["UC0"], "with_two_custom_ids": ["UCx"]}
    channels = PartnerChannels([("", "nobody"), ("UC3", "a\tb"), ("UC4", "same"), (" UC4 ", "same")])
    assert dict(channels.items()) == {"UC3": (), "UC4": ("same",)}


def test_the_order_of_the_channel_list_makes_no_difference() -> None:
    pairs = [("UC1", "b"), ("UC2", ""), ("UC1", "a")]
    assert list(PartnerChannels(pairs).items()) == list(PartnerChannels(reversed(pairs)).items())
