"""Which rows of the weeks are of the same subject, by the links from each week's rows to those of the week before.

A weekly table says of each of its rows which row of the week before is of the same subject. To follow whole numbers
through half a year takes a tenth of the time that comparing the ids of each week with those that are known does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.claimsreport.series import Texts

Rows = npt.NDArray[np.int32]
Whole = npt.NDArray[np.intp]

NONE = -1  # where a row has none before it


@dataclass(frozen=True)
class Followed:
    """What the links say.

    Attributes:
        places: of each week, oldest first, which subject each of its rows is of. Those of the last week come first.
        others: of each week, its rows of subjects that are in no later one: these come next, the latest week first.
    """

    places: Sequence[Rows]
    others: Sequence[Rows]


def follow(links: Sequence[Rows]) -> Followed:
    """Follow the links from the last week to the first.

    Args:
        links: of each week, oldest first, and of each of its rows, which row of the week before is of the same
            subject, or NONE; those of the first week say only how many rows it has.
    """
    subjects = len(links[-1])
    places: list[Rows] = [np.arange(subjects, dtype=np.int32)]
    others: list[Rows] = [np.empty(0, np.int32)]
    for link, before in zip(links[:0:-1], links[-2::-1], strict=True):
        of_before = np.full(len(before), NONE, np.int32)
        linked = link != NONE
        of_before[link[linked]] = places[-1][linked]
        new = np.flatnonzero(of_before == NONE).astype(np.int32)
        of_before[new] = np.arange(subjects, subjects + len(new), dtype=np.int32)
        subjects += len(new)
        places.append(of_before)
        others.append(new)
    return Followed(places[::-1], others[::-1])


def merged(ids: Texts, others: Texts) -> tuple[Texts, Rows]:
    """Return all ids, sorted, each once, and where those that were given are among them.

    Args:
        ids: (n,) sorted, each once.
        others: (m,) in any order; a subject that came back is there under an id that is among the others.

    Returns:
        The (k,) ids, and the (n + m,) places of `ids` and of `others`.
    """
    found = np.searchsorted(ids, others)
    known = np.zeros(len(others), np.bool_)
    inside = found < len(ids)
    known[inside] = ids[found[inside]] == others[inside]
    new, which = np.unique(others[~known], return_inverse=True)
    before = np.searchsorted(ids, new)
    # Each is after as many new ones as belong before it.
    moved = np.arange(len(ids)) + np.cumsum(np.bincount(before, minlength=len(ids) + 1))[: len(ids)]
    places = np.empty(len(ids) + len(others), np.int32)
    places[: len(ids)] = moved
    of_others = np.empty(len(others), np.int32)
    of_others[known] = moved[found[known]]
    of_others[~known] = (before + np.arange(len(new)))[which]
    places[len(ids) :] = of_others
    return np.insert(ids, before, new), places
