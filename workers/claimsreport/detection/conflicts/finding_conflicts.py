"""Finds conflicts: gathers evidence, makes points of it, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.detection.conflicts import rights, scoring, usual
from workers.claimsreport.detection.conflicts import weights as w
from workers.claimsreport.detection.conflicts.details import Details, look_up
from workers.claimsreport.detection.conflicts.evidence import gather
from workers.claimsreport.detection.counting import WEEK
from workers.claimsreport.finding import LEAST_SCORE, Finding, Kind, Point, Priority

if TYPE_CHECKING:
    from workers.claimsreport.series import Series, Week

RULE = (
    "the sum of what speaks for a conflict, each part with its most points, cut in proportion where it is more than "
    f"{scoring.MOST:g} (docs/claims-report.md, Conflicts); {w.LEAST:g} at least"
)


def find(week: Week) -> list[Finding]:
    """Return the conflicts, one finding an asset, what needs attention first being first.

    Those of low priority are at most `weights.MOST_LOW`: the report is for people.
    """
    evidence = gather(week.connection)
    records = rights.judge(week.connection, week.date)
    evidence = evidence.with_assets(records.ids, records.claims)
    bad = records.of(evidence.ids)
    series = week.history.series("assets", "claims", "newly_contested")
    scores = scoring.score(evidence, usual.newly_contested(series, evidence.ids), bad)
    able = _able(scores.total)
    assets = [str(each) for each in evidence.ids[able]]
    of_rights = records.reasons(week.connection, assets)
    details = look_up(week.connection, assets, [asset for row, asset in zip(able, assets, strict=True) if bad[row] > 0])
    findings = []
    for row, asset in zip(able, assets, strict=True):
        found = details[asset]
        reasons = scoring.reasons_of(scores, int(row), of_rights.get(asset, ""))
        findings.append(_finding(found, reasons, scores, int(row), series))
    findings.sort(key=lambda each: each.order)
    low = [each for each in findings if each.priority is Priority.LOW][: w.MOST_LOW]
    return [each for each in findings if each.priority is not Priority.LOW] + low


def _able(points: scoring.Floats) -> npt.NDArray[np.intp]:
    """Return which assets to look at closely: what exposure adds takes a look at their claims.

    That is all that can get more than a low priority, and as many others as are kept.
    """
    order = np.lexsort((np.arange(len(points)), -points))
    order = order[points[order] >= w.LEAST]
    able = np.count_nonzero(points * (1 + w.EXPOSURE_SHARE) >= LEAST_SCORE[Priority.MEDIUM])
    return order[: able + w.MOST_LOW]


def _finding(details: Details, reasons: Mapping[str, str], scores: scoring.Scores, row: int, series: Series) -> Finding:
    asset = str(scores.evidence.ids[row])
    e, as_usual = scores.evidence, scores.usual
    parts = scoring.parts_of(scores, row, details.views, reasons)
    why = "; ".join([reasons[part.name] for part in parts if part.name not in {w.EXPOSURE, w.UNUSUAL}][:3])
    why = why[:1].upper() + why[1:] + "."
    if any(part.name in w.NEW for part in parts) and (as_usually := scoring.usually(scores, row)):
        why += f" {as_usually[:1].upper()}{as_usually[1:]}."
    numbers: dict[str, float | int | str | None] = {
        "claims": int(e.claims[row]),
        "weekly_views_at_stake": details.views,
        "new_disputes": int(e.new_disputes[row]),
        "new_appeals": int(e.new_appeals[row]),
        "claims_newly_of_other_owners_too": int(e.new_owners[row]),
        "claims_newly_with_another_policy": int(e.new_blocks[row] + e.new_stricter[row] + e.new_lenient[row]),
        "newly_contested_claims": int(e.turned[row]),
        "expected_newly_contested_claims": None if as_usual is None else _rounded(as_usual.expected[row]),
        "disputed_claims": int(e.disputed[row]),
        "appealed_claims": int(e.appealed[row]),
        "takedowns": int(e.taken_down[row]),
        "claims_of_other_owners_too": int(e.owners[row]),
        "claims_with_another_policy": int(e.blocks[row] + e.stricter[row] + e.lenient[row] + e.other_id[row]),
        "claims_with_a_wrong_length": int(e.impossible[row] + e.short[row]),
        "most_claims_on_a_video": int(e.busiest[row]),
        "weeks_of_history": int(np.count_nonzero(~np.isnan(series.days[:-1]))),
    }
    tested = as_usual if as_usual is not None and as_usual.counts[row] > 0 else None
    return Finding(
        kind=Kind.CONFLICT,
        subject=asset,
        title=details.title or asset,
        why=why,
        rule=RULE,
        parts=parts,
        numbers=numbers,
        history=_history(series, asset),
        unit="newly contested claims a week",
        p_value=None if tested is None else _rounded(tested.p[row]),
        q_value=None if tested is None else _rounded(tested.q[row]),
        related=details.related,
    )


def _history(series: Series, asset: str) -> tuple[Point, ...]:
    row = int(np.searchsorted(series.ids, asset))
    if row >= len(series.ids) or series.ids[row] != asset:
        return ()
    values = series.measures["newly_contested"][row] / (series.days / WEEK)
    return tuple(
        Point(date, None if np.isnan(value) else float(value)) for date, value in zip(series.dates, values, strict=True)
    )


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else float(f"{value:.6g}")
