"""Shards: disjoint, complete, and the same on every machine."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cmscustomidcleanup.sharding import Shard, shard_of
from workers.frame.problems import WrongInputError


@pytest.mark.parametrize(
    ("asset_id", "shards"),
    # The first 8 bytes of `printf <asset id> | sha256sum`, modulo 1, 2, 10 and 10,000.
    [
        ("A123456789012345", (0, 1, 7, 2567)),
        ("A000000000000001", (0, 1, 3, 2163)),
        ("", (0, 0, 2, 1652)),
        ("Ä", (0, 1, 7, 4237)),
    ],
)
def test_an_asset_is_in_the_same_shard_for_ever(asset_id: str, shards: tuple[int, ...]) -> None:
    assert tuple(shard_of(asset_id, count) for count in (1, 2, 10, 10_000)) == shards


@given(asset_id=st.text(), count=st.integers(1, 50))
def test_each_asset_is_in_exactly_one_shard_of_any_count(asset_id: str, count: int) -> None:
    assert [index for index in range(count) if Shard(index, count).has(asset_id)] == [shard_of(asset_id, count)]


def test_shards_are_of_about_the_same_size() -> None:
    sizes = Counter(shard_of(f"A{number:015}", 10) for number in range(10_000))
    assert sorted(sizes) == list(range(10))
    assert all(850 < size < 1150 for size in sizes.values()), "five standard deviations of 30"


@pytest.mark.parametrize(("index", "count"), [(-1, 1), (1, 1), (10, 10), (0, 0)])
def test_a_shard_that_does_not_exist_is_refused(index: int, count: int) -> None:
    with pytest.raises(WrongInputError, match=f"shard {index} of {count}"):
        Shard(index, count)
