"""Points of the evidence: how much each part adds, and the numbers that it follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.detection.conflicts import weights as w
from workers.claimsreport.finding import Part

if TYPE_CHECKING:
    from workers.claimsreport.detection.conflicts.evidence import Counts, Evidence
    from workers.claimsreport.detection.conflicts.usual import Usual

Floats = npt.NDArray[np.float64]

MOST = 100.0  # points of a score


@dataclass(frozen=True)
class Scores:
    """Points by part, each (n,), without exposure, and what they follow from.

    Attributes:
        evidence: counts of claims.
        usual: of newly contested claims; None without a snapshot before.
        rights: (n,) how bad it is by the records of rights, 0 to 1.
        points: by part.
    """

    evidence: Evidence
    usual: Usual | None
    rights: Floats
    points: Mapping[str, Floats]

    @property
    def total(self) -> Floats:
        """(n,) of all parts together."""
        total: Floats = np.sum(list(self.points.values()), axis=0)
        return total


def score(evidence: Evidence, usual: Usual | None, rights: Floats) -> Scores:
    """Return the points that evidence is worth; `rights` as `Scores` has it."""
    e = evidence
    share = _shares(e.claims)
    beyond = _beyond(e, usual)
    standing = e.disputed + e.appealed
    policy = np.max(
        [
            w.BLOCKS * _count(w.POLICY, e.blocks) * share(e.blocks),
            w.STRICTER * _count(w.POLICY, e.stricter) * share(e.stricter),
            w.LENIENT * _count(w.POLICY, e.lenient) * share(e.lenient),
            w.OTHER_ID * _count(w.POLICY, e.other_id) * share(e.other_id),
        ],
        axis=0,
    )
    new_policy = np.max(
        [
            w.BLOCKS * _count(w.NEW_POLICY, e.new_blocks * beyond),
            w.STRICTER * _count(w.NEW_POLICY, e.new_stricter * beyond),
            w.LENIENT * _count(w.NEW_POLICY, e.new_lenient * beyond),
        ],
        axis=0,
    )
    length = np.maximum(
        w.IMPOSSIBLE * _count(w.MATCH_LENGTH, e.impossible) * share(e.impossible),
        w.SHORT * _count(w.MATCH_LENGTH, e.short) * share(e.short),
    )
    parts = {
        w.NEW_DISPUTES: _count(w.NEW_DISPUTES, (e.new_disputes + w.APPEAL_AS_DISPUTES * e.new_appeals) * beyond),
        w.NEW_OWNERS: _count(w.NEW_OWNERS, e.new_owners * beyond),
        w.NEW_POLICY: new_policy,
        w.UNUSUAL: np.zeros(len(e.ids)) if usual is None else _unusual(usual.q),
        w.OTHER_OWNERS: _count(w.OTHER_OWNERS, e.owners) * share(e.owners),
        w.RIGHTS: rights,
        w.POLICY: policy,
        w.STANDING_DISPUTES: _count(w.STANDING_DISPUTES, standing) * share(standing),
        w.TAKEDOWNS: _count(w.TAKEDOWNS, e.taken_down) * share(e.taken_down),
        w.MANY_CLAIMS: _count(w.MANY_CLAIMS, np.maximum(e.busiest - w.USUAL_CLAIMS, 0)) * share(e.crowded),
        w.MATCH_LENGTH: length,
        w.FLAGGED: _count(w.FLAGGED, e.flagged) * share(e.flagged),
        w.ORIGIN: _count(w.ORIGIN, e.by_hand) * share(e.by_hand),
    }
    return Scores(e, usual, rights, {name: w.WEIGHTS[name].most * value for name, value in parts.items()})


def _beyond(evidence: Evidence, usual: Usual | None) -> Floats:
    """Return the share of what is newly contested that is more than usual."""
    if usual is None:
        return np.ones(len(evidence.ids))
    # History counts by status, owner and policy id alone: there may be more that only the evidence tells.
    found = np.maximum(np.maximum(evidence.turned, np.nan_to_num(usual.counts)), 1.0)
    result: Floats = np.maximum(1 - np.nan_to_num(usual.expected) / found, 0.0)
    return result


def _count(part: str, number: Counts | Floats) -> Floats:
    """Return 0 to 1: half at the number that the table names, and never quite all."""
    result: Floats = number / (number + w.HALF_AT[part])
    return result


def _shares(claims: Counts) -> _Shares:
    return _Shares(np.maximum(claims, 1).astype(np.float64))


@dataclass(frozen=True)
class _Shares:
    claims: Floats

    def __call__(self, number: Counts) -> Floats:
        """Return the square root of the share of an asset's claims: a tenth of them counts as a third of all."""
        result: Floats = np.sqrt(np.minimum(number / self.claims, 1.0))
        return result


def _unusual(q: Floats) -> Floats:
    first, last = np.log10(w.UNUSUAL_FROM), np.log10(w.UNUSUAL_FULLY)
    decades = np.log10(np.maximum(np.nan_to_num(q, nan=1.0), 1e-300))
    result: Floats = np.clip((decades - first) / (last - first), 0.0, 1.0)
    return result


def exposure(points: Floats | float, views: Floats | float) -> Floats:
    """Return what weekly views at stake add to points of evidence."""
    first, last = np.log10(w.EXPOSED_FROM), np.log10(w.EXPOSED_FULLY)
    exposed = np.clip((np.log10(np.maximum(views, 1.0)) - first) / (last - first), 0.0, 1.0)
    result: Floats = np.minimum(w.EXPOSURE_SHARE * np.asarray(points) * exposed, w.WEIGHTS[w.EXPOSURE].most)
    return result


def parts_of(scores: Scores, row: int, views: float, reasons: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the parts of one asset, largest first; they come to MOST together at most.

    Args:
        scores: of all.
        row: which asset.
        views: weekly ones at stake.
        reasons: of the parts, by name.
    """
    points = {name: float(values[row]) for name, values in scores.points.items() if values[row] > 0}
    as_usual = usually(scores, row)
    why = {name: reasons[name] + (f" ({as_usual})" if as_usual and name in w.NEW else "") for name in points}
    added = float(exposure(sum(points.values()), views))
    if added > 0:
        points[w.EXPOSURE] = added
        why[w.EXPOSURE] = f"{_views(views)} weekly views at stake add to the evidence"
    rounded = {name: round(value, 1) for name, value in points.items()}
    all_together = round(sum(rounded.values()), 1)
    if all_together > MOST:
        for name, value in rounded.items():
            why[name] += f"; {value:g} points, cut in proportion since all parts come to {all_together:g}"
        rounded = {name: round(value * MOST / all_together, 1) for name, value in rounded.items()}
        # What rounding makes more or less of it goes to the largest part.
        largest = max(rounded, key=lambda name: (rounded[name], name))
        rounded[largest] = round(rounded[largest] + MOST - sum(rounded.values()), 1)
    order = sorted(rounded, key=lambda name: (-rounded[name], name))
    return tuple(Part(name, rounded[name], w.WEIGHTS[name].most, why[name]) for name in order if rounded[name] > 0)


def usually(scores: Scores, row: int) -> str:
    """Return how much of what is new on an asset is more than usual, in words; nothing where it is not known."""
    usual = scores.usual
    if usual is None or np.isnan(usual.expected[row]):
        return ""
    counts = max(int(usual.counts[row]), int(scores.evidence.turned[row]))
    return f"newly contested are {counts} claim{'' if counts == 1 else 's'}, where {usual.expected[row]:.2g} are usual"


def reasons_of(scores: Scores, row: int, rights_why: str) -> dict[str, str]:
    """Return what each part of the score of one asset follows from; `rights_why` is what the records of rights say."""
    e = scores.evidence
    claims = int(e.claims[row])

    def of(number: Counts, what: str) -> str:
        return f"{number[row]} of {claims} claim{'' if claims == 1 else 's'} {what}"

    def several(numbers: Mapping[str, Counts]) -> str:
        return "; ".join(of(number, what) for what, number in numbers.items() if number[row])

    by_chance = ""
    if scores.usual is not None and not np.isnan(scores.usual.p[row]):
        number, p, q = scores.usual.counts[row], scores.usual.p[row], scores.usual.q[row]
        by_chance = f"{number:.0f} newly contested claims, or more, come by chance with p = {p:.2g} (q = {q:.2g})"
    appeals = f" and {e.new_appeals[row]} appealed" if e.new_appeals[row] else ""
    return {
        w.NEW_DISPUTES: f"{e.new_disputes[row]} disputed{appeals} since the last snapshot",
        w.NEW_OWNERS: of(e.new_owners, "are claimed by other owners too since the last snapshot"),
        w.RIGHTS: rights_why,
        w.NEW_POLICY: several(
            {
                "were given a policy that blocks where the asset does not": e.new_blocks,
                "were given a stricter policy than the asset": e.new_stricter,
                "were given a more lenient policy than the asset": e.new_lenient,
            }
        )
        + " since the last snapshot",
        w.UNUSUAL: by_chance,
        w.OTHER_OWNERS: of(e.owners, "are claimed by other owners too"),
        w.POLICY: several(
            {
                "block where the asset does not": e.blocks,
                "have a stricter policy than the asset": e.stricter,
                "have a more lenient policy than the asset": e.lenient,
                "have another policy id than the asset": e.other_id,
            }
        ),
        w.STANDING_DISPUTES: of(e.disputed + e.appealed, f"stand disputed, {e.appealed[row]} of these appealed"),
        w.TAKEDOWNS: of(e.taken_down, "are takedowns"),
        w.MANY_CLAIMS: f"up to {e.busiest[row]} claims, by {e.busiest_assets[row]} assets, on one video; "
        + of(e.crowded, f"are on videos with more than {w.USUAL_CLAIMS}"),
        w.MATCH_LENGTH: several({"match longer than the video": e.impossible, "match shortly": e.short}),
        w.FLAGGED: of(e.flagged, "wait since Content ID is not sure of them"),
        w.ORIGIN: of(e.by_hand, "were made by hand or by a search of titles, and have something else against them"),
    }


def _views(views: float) -> str:
    return f"{round(views):,}"
