"""Finds conflicts: gathers evidence, makes points of it, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workers.claimsreport.detection.conflicts import rights, scoring, usual
from workers.claimsreport.detection.conflicts import weights as w
from workers.claimsreport.detection.conflicts.details import Details, look_up
from workers.claimsreport.detection.conflicts.evidence import gather
from workers.claimsreport.finding import LEAST_SCORE, Finding, Kind, Part, Point, Priority

if TYPE_CHECKING:
    from workers.claimsreport.series import Series, Week

RULE = (
    "a score made of what speaks for a conflict, each part with its most points (docs/claims-report.md, Conflicts); "
    f"{w.LEAST:g} at least"
)


def find(week: Week) -> list[Finding]:
    """Return the conflicts, one finding an asset, what needs attention first being first.

    Those of low priority are at most `weights.MOST_LOW`: the report is for people.
    """
    evidence = gather(week.connection)
    records = rights.judge(week.connection, week.date)
    evidence = evidence.with_assets(records.ids, records.claims)
    bad = records.of(evidence.ids)
    series = week.history.series("assets", "claims", "disputed")
    of_disputes = usual.new_disputes(series, evidence.ids, evidence.new_disputes + evidence.new_appeals)
    scores = scoring.score(evidence, of_disputes, bad)
    able = _able(scores.total)
    assets = [str(each) for each in evidence.ids[able]]
    of_rights = records.reasons(week.connection, assets)
    details = look_up(week.connection, assets, [asset for row, asset in zip(able, assets, strict=True) if bad[row] > 0])
    findings = []
    for row, asset in zip(able, assets, strict=True):
        found = details[asset]
        parts = scoring.parts_of(scores, int(row), found.views, of_rights.get(asset, ""))
        findings.append(_finding(found, parts, scores, int(row), series))
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


def _finding(details: Details, parts: tuple[Part, ...], scores: scoring.Scores, row: int, series: Series) -> Finding:
    asset = str(scores.evidence.ids[row])
    e, of_disputes = scores.evidence, scores.usual
    told = [part for part in parts if part.name not in {w.EXPOSURE, w.UNUSUAL_DISPUTES}][:3]
    why = "; ".join(part.why for part in told)
    numbers: dict[str, float | int | str | None] = {
        "claims": int(e.claims[row]),
        "weekly_views_at_stake": details.views,
        "new_disputes": int(e.new_disputes[row]),
        "new_appeals": int(e.new_appeals[row]),
        "expected_new_disputes": None if of_disputes is None else _rounded(of_disputes.expected[row]),
        "disputed_claims": int(e.disputed[row]),
        "appealed_claims": int(e.appealed[row]),
        "takedowns": int(e.taken_down[row]),
        "claims_of_other_owners_too": int(e.contested[row]),
        "claims_with_another_policy": int(e.blocks[row] + e.stricter[row] + e.lenient[row] + e.other_id[row]),
        "claims_with_a_wrong_length": int(e.impossible[row] + e.short[row]),
        "most_claims_on_a_video": int(e.busiest[row]),
        "weeks_of_history": int(np.count_nonzero(~np.isnan(series.days[:-1]))),
    }
    tested = of_disputes if e.new_disputes[row] + e.new_appeals[row] > 0 else None
    return Finding(
        kind=Kind.CONFLICT,
        subject=asset,
        title=details.title or asset,
        why=why[:1].upper() + why[1:] + ".",
        rule=RULE,
        parts=parts,
        numbers=numbers,
        history=_history(series, asset),
        unit="disputed claims",
        p_value=None if tested is None else _rounded(tested.p[row]),
        q_value=None if tested is None else _rounded(tested.q[row]),
        related=details.related,
    )


def _history(series: Series, asset: str) -> tuple[Point, ...]:
    row = int(np.searchsorted(series.ids, asset))
    if row >= len(series.ids) or series.ids[row] != asset:
        return ()
    values = series.measures["disputed"][row]
    return tuple(
        Point(date, None if np.isnan(value) else float(value)) for date, value in zip(series.dates, values, strict=True)
    )


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else float(f"{value:.6g}")
