"""What links between weeks say, beside what ids say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from workers.claimsreport.history.links import NONE, follow, merged
from workers.claimsreport.series import Texts


def ids_of(*names: str) -> Texts:
    return np.array(names, dtype=object)


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_one_subject_have_one_place_whatever_comes_goes_and_comes_back(seed: int) -> None:
    draw = np.random.default_rng(seed)
    everything = [f"s{number:02d}" for number in range(12)]
    weeks = [sorted(draw.choice(everything, draw.integers(0, 12), replace=False).tolist()) for _ in range(6)]
    links = [np.full(len(weeks[0]), NONE, np.int32)]
    for before, now in itertools.pairwise(weeks):
        # What was dropped in between has no link, and is there under its id all the same.
        linked = [before.index(each) if each in before and draw.random() < 0.8 else NONE for each in now]
        links.append(np.array(linked, dtype=np.int32))
    followed = follow(links)
    others = [weeks[week][row] for week in range(5, -1, -1) for row in followed.others[week]]
    ids, places = merged(ids_of(*weeks[-1]), ids_of(*others))
    assert ids.tolist() == sorted({each for week in weeks for each in week})
    for week, of_week in zip(weeks, followed.places, strict=True):
        assert ids[places[of_week]].tolist() == week


def test_nothing_is_read_of_a_subject_that_is_linked() -> None:
    followed = follow([np.array([NONE, NONE], np.int32), np.array([1, NONE], np.int32), np.array([NONE, 0], np.int32)])
    assert [each.tolist() for each in followed.places] == [[3, 1], [1, 2], [0, 1]]
    assert [each.tolist() for each in followed.others] == [[0], [1], []]
