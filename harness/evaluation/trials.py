"""One seed: a catalogue, clean and with things put in, through the worker's own code, and what is flagged of it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harness.evaluation.baselines import RULES, Floats
from harness.evaluation.running import Reports, find
from harness.evaluation.scoring import Flag, Trial
from sandbox.claims import catalogue, companions, ids, injections, weeks, writing
from sandbox.claims.catalogue import Catalogue
from sandbox.claims.injections import SIZES, Injections
from sandbox.claims.shape import LAST, WEEK, Shape
from sandbox.claims.weeks import Snapshot
from workers.claimsreport.finding import Kind
from workers.claimsreport.series import Week
from workers.claimsreport.settings import ClaimsReportSettings

OURS = "claims report"
_KEPT = 150  # flags that are kept of each rule, kind and week for ranking
_RANKED = " ranked"

# What the rules look at, for each kind: a measure of a weekly table, and how much more than usual is worth telling.
# Half of the catalogues have no engaged views.
_VIEWS = ("weekly_engaged_views", "weekly_views")
_MEASURES: Mapping[Kind, tuple[str, str, int]] = {
    Kind.VIRAL_ASSET: ("assets", "views", 1000),
    Kind.VIRAL_RECORDING: ("recordings", "views", 1000),
    Kind.CLAIMS_ON_ASSET: ("assets", "new_claims", 5),
    Kind.CLAIMS_ON_CHANNEL: ("channels", "new_claims", 5),
    Kind.CLAIMS_ON_POLICY: ("policies", "new_claims", 5),
    Kind.PLATFORM_DISCREPANCY: ("platforms", "weekly_views", 1000),
    Kind.VIEWS_WITHOUT_REVENUE: ("assets", "unmonetized_views", 1000),
    Kind.CLAIMS_VANISHED: ("assets", "lost_claims", 5),
}


@dataclass(frozen=True)
class Scale:
    """How much is tried of each seed.

    Attributes:
        claims: of the catalogue.
        history: snapshots before the first one that is judged, those counted that are missing.
        judged: snapshots that are judged, the last ones.
    """

    claims: int = 8_000
    history: int = 26
    judged: int = 3


def ranked(rule: str) -> str:
    """Return the name under which a rule's best flags are kept, whatever its threshold."""
    return rule + _RANKED


def shape_of(seed: int, scale: Scale) -> Shape:
    """Return the shape of a seed's catalogue: they end in different seasons."""
    last = LAST + dt.timedelta(weeks=5 * seed % 12)
    return Shape(seed=seed, claims=scale.claims, weeks=scale.history + scale.judged, last=last)


def form_of(seed: int) -> writing.Form:
    """Return how its reports are written: one in four as older versions are, all with rows that cannot be right."""
    return writing.Form(engaged_views=seed % 4 != 0, bom=seed % 3 == 0, duplicated=10, impossible=2)


def sizes_of(seed: int, number: int) -> dict[str, tuple[float, ...]]:
    """Return what is put into a judged week: each sort in each size, but of bursts one size.

    A week in which claims came in bursts of all sizes would be one in which the whole catalogue has more.
    """
    sizes = {sort: of for sort, of in SIZES.items() if form_of(seed).engaged_views or sort != "engagement"}
    for place, sort in enumerate(("claims-on-asset", "claims-on-channel", "claims-on-policy")):
        sizes[sort] = (SIZES[sort][(number + place + seed) % len(SIZES[sort])],)
    return sizes


def past_of(seed: int, snapshots: Sequence[Snapshot], judged: int) -> dict[int, dict[str, tuple[float, ...]]]:
    """Return what is put into the weeks of the history: one of each sort every few weeks, so that it has seen such."""
    plan: dict[int, dict[str, tuple[float, ...]]] = {}
    for number, snapshot in enumerate(snapshots[2 : -judged - 2 : 5]):
        plan[snapshot.week] = {
            sort: (of[(number + seed) % len(of)],) for sort, of in SIZES.items() if sort != "claims-on-policy"
        }
    return plan


def run(seed: int, scale: Scale, folder: Path) -> list[Trial]:
    """Try one seed, and return what came of each week that is judged.

    What is put into one of these weeks is in no other one: each has the same clean history.

    Args:
        seed: of the catalogue.
        scale: how much is tried.
        folder: for working files; what is left in it is of no use.
    """
    made = catalogue.make(shape_of(seed, scale))
    snapshots = list(weeks.snapshots(made))
    places = range(len(snapshots) - scale.judged, len(snapshots))
    past = past_of(seed, snapshots, scale.judged)
    clean = _Course(injections.inject(made, snapshots, past), seed, folder / "clean")
    of_clean = {place: clean.take(place, look=place in places) for place in range(len(snapshots))}
    trials = []
    for number, place in enumerate(places):
        now, before = snapshots[place], snapshots[place - 1]
        put_in = injections.inject(made, snapshots, past | {now.week: sizes_of(seed, number)})
        changed = _Course(put_in, seed, folder / f"week-{now.week}")
        # What is put into a week begins to show in the snapshot before it, if that one was late.
        first = place if before.day == WEEK * before.week else place - 1
        changed.begin_as(clean, first)
        of_changed = [changed.take(each, look=each == place) for each in range(first, place + 1)][-1]
        trials.append(Trial(seed, now.week, put_in.injected, of_clean[place], of_changed))
    return trials


class _Course:
    """One catalogue's weeks, as the worker sees them."""

    def __init__(self, made: Injections, seed: int, folder: Path) -> None:
        self.catalogue = made.catalogue
        self.effects = made.effects
        self.folder = folder
        self.snapshots = list(weeks.snapshots(made.catalogue, made.effects))
        folder.mkdir(parents=True)
        # They are given by hand alone: no environment variable of this machine changes a figure.
        settings = ClaimsReportSettings.model_construct(
            **{
                name: field.default
                for name, field in ClaimsReportSettings.model_fields.items()
                if not field.is_required()
            }
        )
        self.reports = Reports(folder / "history", settings)
        self.writer = writing.Writer(self.catalogue, form_of(seed))
        self.rights = companions.write_rights(self.catalogue, folder / "rights.csv")

    def begin_as(self, other: _Course, place: int) -> None:
        """Take over the worker's history from before a snapshot of another course."""
        for snapshot in other.snapshots[:place]:
            name = f"date={self.catalogue.shape.date(snapshot.day)}"
            shutil.copytree(other.reports.history / name, self.reports.history / name)

    def take(self, place: int, *, look: bool) -> dict[str, tuple[Flag, ...]]:
        """Write a snapshot's files, let the worker take them, and return what is flagged if somebody is to look."""
        snapshot, before = self.snapshots[place], self.snapshots[place - 1] if place else None
        report = self.writer.write(snapshot, self.folder)
        metrics = companions.write_metrics(self.catalogue, snapshot, before, self.folder / "metrics.csv", self.effects)
        flags: dict[str, tuple[Flag, ...]] = {}
        with self.reports.taken(report, metrics, self.rights) as week:
            if look:
                flags[OURS] = tuple(Flag(each.kind, each.subject, each.score) for each in find(week))
                contested = _contested(self.catalogue, self.snapshots[: place + 1])
                flags.update((who, tuple(found)) for who, found in _by_rules(week, contested))
        report.unlink()
        return flags


def _contested(made: Catalogue, snapshots: Sequence[Snapshot]) -> Floats:
    """Return, by asset and snapshot, how many claims are disputed, appealed, or claimed by others too.

    No weekly table has all of this: it is what a person would count in the reports.
    """
    return np.stack(
        [
            np.bincount(
                made.claim_asset[each.claims[(each.status > 0) | each.other_owner]], minlength=made.shape.assets
            )
            for each in snapshots
        ],
        axis=1,
    ).astype(np.float64)


def _by_rules(week: Week, contested: Floats) -> Iterator[tuple[str, list[Flag]]]:
    """Yield what each rule flags, and its best flags with as much more than usual as our findings need."""
    series: dict[Kind, tuple[Sequence[str], Floats, int]] = {}
    for kind, (table, measure, least) in _MEASURES.items():
        names = _VIEWS if measure == "views" else (measure,)
        found = week.history.series(table, *names)
        values = next(each for each in found.measures.values() if not np.isnan(each[:, -1]).all())
        series[kind] = found.ids.tolist(), values, least
    series[Kind.CONFLICT] = [ids.asset_id(each) for each in range(len(contested))], contested, 1
    for rule in RULES:
        flags: list[Flag] = []
        best: list[Flag] = []
        for kind, (subjects, values, least) in series.items():
            score, more = rule.judge(values)
            if kind is Kind.PLATFORM_DISCREPANCY:  # one platform may be above or below the others
                score, more = np.abs(score), np.abs(more)
            score = np.nan_to_num(score, nan=-1.0)
            flags += _flags(kind, subjects, score, np.flatnonzero(score >= rule.threshold))
            worth = np.flatnonzero((score > 0) & (more >= least))
            best += _flags(kind, subjects, score, worth[np.argsort(-score[worth], kind="stable")][:_KEPT])
        yield rule.name, flags
        yield ranked(rule.name), best


def _flags(kind: Kind, subjects: Sequence[str], score: Floats, rows: npt.NDArray[np.intp]) -> list[Flag]:
    """Return the flags of rows; of a recording on several platforms its best one."""
    best: dict[str, float] = {}
    for row in rows.tolist():
        subject = subjects[row].rpartition("|")[2]
        best[subject] = max(best.get(subject, 0.0), round(float(score[row]), 6))
    return [Flag(kind, subject, value) for subject, value in best.items()]
