"""What was found, compared with what was put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.claims.injections import Injected

# What counts as an alert of ours: a finding of medium or high priority.
LEAST_SCORE = 40.0
HIGH_SCORE = 70.0


@dataclass(frozen=True, slots=True)
class Flag:
    """That somebody says: look at this.

    Attributes:
        kind: as a finding has it.
        subject: its id.
        score: by which flags of one kind are ranked.
    """

    kind: str
    subject: str
    score: float


@dataclass(frozen=True)
class Trial:
    """What came of one week of one seed: by who flags, what is flagged.

    Attributes:
        seed: of the catalogue.
        week: number of the snapshot that is judged.
        injected: what was put in, into this week and into some before.
        clean: flags on the catalogue with nothing put into this week.
        changed: flags on that with it.
    """

    seed: int
    week: int
    injected: tuple[Injected, ...]
    clean: Mapping[str, tuple[Flag, ...]]
    changed: Mapping[str, tuple[Flag, ...]]

    def wanted(self, kind: str) -> dict[str, tuple[str, float]]:
        """Return what was put into this week of a kind, by subject: its sort and size."""
        return {
            each.subject: (each.sort, each.size)
            for each in self.injected
            if each.kind == kind and each.week == self.week
        }

    def follows(self, kind: str, *, clean: bool = False) -> set[str]:
        """Return the subjects of which a flag of a kind follows from what was put in, now (if not clean) or before."""
        return {
            subject
            for each in self.injected
            if each.week < self.week or not clean
            for touched, subject in (*each.touches, (each.kind, each.subject))
            if touched == kind
        }


@dataclass(frozen=True)
class Score:
    """How well somebody found one kind.

    Attributes:
        hits: by sort and size, how much of what was put in was found in its week.
        put_in: likewise, how much there was.
        alerts: flags that are right or wrong. Those that only follow from what was put in are neither: a spike of
            the week before, the recording of an asset that spikes.
    """

    hits: Mapping[tuple[str, float], int]
    put_in: Mapping[tuple[str, float], int]
    alerts: int

    @property
    def recall(self) -> float:
        """Share of what was put in that was found."""
        return sum(self.hits.values()) / max(sum(self.put_in.values()), 1)

    @property
    def precision(self) -> float:
        """Share of the alerts that are right; 1 without alerts."""
        return sum(self.hits.values()) / self.alerts if self.alerts else 1.0


def score(trials: Sequence[Trial], who: str, kind: str, *, least: float = 0.0, most: int | None = None) -> Score:
    """Compare flags with what was put in.

    Args:
        trials: of all seeds.
        who: whose flags.
        kind: of which kind.
        least: score that a flag must have.
        most: how many alerts are taken, those with the highest scores; all unless given.
    """
    judged: list[tuple[float, int, int, str, tuple[str, float] | None]] = []
    put_in: dict[tuple[str, float], int] = {}
    for trial in trials:
        wanted, follows = trial.wanted(kind), trial.follows(kind)
        for sort_and_size in wanted.values():
            put_in[sort_and_size] = put_in.get(sort_and_size, 0) + 1
        judged += [
            (-flag.score, trial.seed, trial.week, flag.subject, wanted.get(flag.subject))
            for flag in trial.changed[who]
            if flag.kind == kind and flag.score >= least and (flag.subject in wanted or flag.subject not in follows)
        ]
    judged.sort(key=lambda each: each[:4])
    hits = dict.fromkeys(sorted(put_in), 0)
    for *_, found in judged[:most]:
        if found is not None:
            hits[found] += 1
    return Score(hits, put_in, len(judged[:most]))


def weeks_with_false_alarm(trials: Sequence[Trial], who: str, kind: str, *, least: float = 0.0) -> tuple[int, int]:
    """Return in how many weeks of clean catalogues somebody flags a kind, and how many weeks there are."""
    alarmed = sum(
        any(
            flag.kind == kind and flag.score >= least and flag.subject not in trial.follows(kind, clean=True)
            for flag in trial.clean[who]
        )
        for trial in trials
    )
    return alarmed, len(trials)
