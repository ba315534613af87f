"""How each sort of thing that should be found is put into a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.claims import companions, ids
from sandbox.claims.catalogue import NEVER
from sandbox.claims.shape import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.claims.catalogue import Catalogue, Floats, Integers
    from sandbox.claims.weeks import Snapshot

# By sort, what is put in and in which sizes. What is rarest comes first, before its subjects are taken.
SIZES: Mapping[str, tuple[float, ...]] = {
    "viral-recording": (1.3, 1.5, 2, 4),  # factor on the views of all assets of a recording that has several
    "platform-discrepancy": (0.2, 3, 6, 12),  # factor on one platform, the others staying as they are
    "claims-vanished": (0.3, 0.6, 1),  # share of the asset's claims that are gone
    "conflict": (1, 2, 3),  # how many of three signs of a conflict come together
    "views-without-revenue": (0.3, 0.6, 1),  # share of the asset's views that are no longer monetized
    "viral-asset": (1.5, 2, 4, 8),  # factor on the views of the asset's videos
    "engagement": (1.6,),  # factor on the share of its views that are engaged ones; found as viral-asset
    "claims-on-asset": (7, 12, 25),  # claims more than usual, on many channels
    "claims-on-channel": (7, 12, 25),  # claims more than usual, of many assets
    "claims-on-policy": (10, 25, 60),  # claims more than usual, of many assets and channels
}
FOUND_AS: Mapping[str, str] = {"engagement": "viral-asset"}
LEAST_VIEWS = 2_000  # a week, that an injected effect on views amounts to: twice what is asked of a finding
_LEFT = 0.5  # of a spike after another week
_KINDS_OF_ASSETS = ("viral-asset", "views-without-revenue", "conflict", "claims-vanished", "claims-on-asset")
_KINDS_OF_RECORDINGS = ("viral-recording", "platform-discrepancy")


@dataclass(frozen=True)
class Injected:
    """One thing that should be found.

    Attributes:
        sort: a key of SIZES.
        subject: the id that the finding must have.
        week: number of the snapshot that shows it first.
        size: one of SIZES[sort].
        touches: what may be found besides, rightly, as (kind, subject): an asset that spikes lifts its recording.
    """

    sort: str
    subject: str
    week: int
    size: float
    touches: frozenset[tuple[str, str]] = frozenset()

    @property
    def kind(self) -> str:
        """The kind of the finding."""
        return FOUND_AS.get(self.sort, self.sort)


@dataclass(frozen=True)
class Added:
    """A claim that is put in, on a video of its own."""

    asset: int
    channel: int
    policy: int
    created: float


class Changes:
    """What is being put into a catalogue.

    Attributes:
        clean: the catalogue as it was.
        arrays: copies of those of its arrays that are changed.
        taken: recordings, channels and policies that have something already.
        views: week, asset and factor.
        engagement: likewise.
        platforms: week, place (see Effects) and factor.
        added: claims.
        injected: what should be found.
    """

    def __init__(self, clean: Catalogue) -> None:
        """Copy what may be changed."""
        self.clean = clean
        names = ("lost", "disputed", "resolved", "other_owner_from", "policy_changed", "policy_after")
        matches = ("longest_match", "matched")
        self.arrays: dict[str, Floats | Integers] = {name: getattr(clean, name).copy() for name in (*names, *matches)}
        self.taken: set[tuple[str, int]] = set()
        self.views: list[tuple[int, int, float]] = []
        self.engagement: list[tuple[int, int, float]] = []
        self.platforms: list[tuple[int, int, float]] = []
        self.added: list[Added] = []
        self.injected: list[Injected] = []


@dataclass(frozen=True)
class Facts:
    """What is known of the clean catalogue in one week.

    Attributes:
        week: number of the snapshot at its end.
        since: day of the snapshot before.
        span: days from then on.
        claims_of: by asset, the claims that are in both snapshots.
        claim_views: (c,) per 7 days.
        views: (a,) per 7 days.
        own_views: (a,) those of videos that the asset drives.
        settled: (a,) whether its release is some weeks ago.
    """

    week: int
    since: int
    span: int
    claims_of: tuple[Integers, ...]
    claim_views: Floats
    views: Floats
    own_views: Floats
    settled: npt.NDArray[np.bool_]


def facts_of(catalogue: Catalogue, now: Snapshot, before: Snapshot) -> Facts:
    """Return what is known of the week between two snapshots."""
    there, of_now, of_before = np.intersect1d(now.claims, before.claims, assume_unique=True, return_indices=True)
    span = now.day - before.day
    weekly = (now.views[of_now] - before.views[of_before]) * (WEEK / span)
    by_claim = np.zeros(catalogue.claims)
    by_claim[there] = weekly
    assets = catalogue.claim_asset[there]
    is_own = catalogue.video_asset[catalogue.claim_video[there]] == assets
    order = np.argsort(assets, kind="stable")
    cuts = np.searchsorted(assets[order], np.arange(1, catalogue.shape.assets))
    return Facts(
        week=now.week,
        since=before.day,
        span=span,
        claims_of=tuple(np.split(there[order], cuts)),
        claim_views=by_claim,
        views=np.bincount(assets, weekly, catalogue.shape.assets).astype(np.float64),
        own_views=np.bincount(assets, weekly * is_own, catalogue.shape.assets).astype(np.float64),
        settled=catalogue.released < before.day - 3 * WEEK,
    )


@dataclass(frozen=True)
class Injecting:
    """Puts things into one week."""

    changes: Changes
    facts: Facts
    draw: np.random.Generator
    clean: Catalogue = field(init=False)

    def __post_init__(self) -> None:
        """Keep the catalogue at hand."""
        object.__setattr__(self, "clean", self.changes.clean)

    def viral_asset(self, factor: float) -> None:
        """Let the views of an asset rise."""
        asset = self._asset(lambda one: self._drives(one) and self.facts.views[one] * (factor - 1) >= LEAST_VIEWS)
        self._spike(self.changes.views, asset, factor)
        self._note("viral-asset", ids.asset_id(asset), factor, self.facts.claims_of[asset])

    def engagement(self, factor: float) -> None:
        """Let the share of engaged views of an asset rise."""
        least = LEAST_VIEWS / 0.57 / (factor - 1)  # 0.57 is the usual share
        asset = self._asset(lambda one: self._drives(one) and self.facts.views[one] >= least)
        self._spike(self.changes.engagement, asset, factor)
        self._note("engagement", ids.asset_id(asset), factor, self.facts.claims_of[asset])

    def viral_recording(self, factor: float) -> None:
        """Let the views of all assets of a recording rise, and those on other platforms."""

        def fits(asset: int) -> bool:
            members = self._members(asset)
            return (
                len(members) >= 3
                and bool(self.clean.has_isrc[members].all())
                and bool(self.facts.settled[members].all())
                and float(self.facts.views[members].sum()) * (factor - 1) >= LEAST_VIEWS
            )

        asset = self._asset(fits)
        number = int(self.clean.recording[asset])
        for member in self._members(asset):
            self._spike(self.changes.views, int(member), factor)
        for platform in range(len(companions.PLATFORMS)):
            self._spike(self.changes.platforms, platform * self.clean.shape.assets + number, factor)
        claims = np.concatenate([self.facts.claims_of[member] for member in self._members(asset)])
        self._note("viral-recording", ids.isrc(number), factor, claims)

    def claims_on_asset(self, count: float) -> None:
        """Add claims on one asset, on channels of all sorts."""
        asset = self._asset(lambda one: len(self.facts.claims_of[one]) >= 3)
        policy = int(self.clean.asset_policy[asset])
        for channel in self.draw.integers(0, self.clean.shape.channels, int(count)):
            self._add(asset, int(channel), policy)
        touches = [("claims-on-policy", ids.policy_id(policy))]
        self._note("claims-on-asset", ids.asset_id(asset), count, self.facts.claims_of[asset], touches)

    def claims_on_channel(self, count: float) -> None:
        """Add claims on one channel, of assets of all sorts."""
        sizes = np.bincount(self.clean.video_channel, minlength=self.clean.shape.channels)
        channel = self._free("channel", np.flatnonzero(sizes >= 10))
        assets = self.draw.choice(np.flatnonzero(self.facts.settled), int(count), replace=False)
        for asset in assets:
            self._add(int(asset), channel, int(self.clean.asset_policy[asset]))
        of_policy = np.bincount(self.clean.asset_policy[assets])
        touches = [("claims-on-policy", ids.policy_id(int(one))) for one in np.flatnonzero(of_policy >= 5)]
        self._note("claims-on-channel", ids.channel_id(channel), count, None, touches)

    def claims_on_policy(self, count: float) -> None:
        """Add claims under one policy, of assets and on channels of all sorts."""
        policy = self._free("policy", np.arange(len(ids.POLICIES)))
        for asset in self.draw.choice(np.flatnonzero(self.facts.settled), int(count), replace=False):
            self._add(int(asset), int(self.draw.integers(self.clean.shape.channels)), policy)
        self._note("claims-on-policy", ids.policy_id(policy), count, None)

    def conflict(self, signs: float) -> None:
        """Let some of three signs come: another owner claims, uploaders dispute, policies disagree on short matches."""
        asset = self._asset(lambda one: len(self.facts.claims_of[one]) >= 5 and self.facts.views[one] >= LEAST_VIEWS)
        claims, arrays = self.draw.permutation(self.facts.claims_of[asset]), self.changes.arrays
        most, half = claims[: -(-len(claims) * 3 // 5)], claims[: -(-len(claims) // 2)]
        day = self._moment()
        for sign in self.draw.permutation(3)[: int(signs)].tolist():
            if sign == 0:
                arrays["other_owner_from"][most] = np.minimum(arrays["other_owner_from"][most], day)
            elif sign == 1:
                disputed = half[arrays["disputed"][half] > day]
                arrays["disputed"][disputed] = day
                arrays["resolved"][disputed] = NEVER
                arrays["lost"][disputed] = NEVER
            else:
                monetizes = self.clean.asset_policy[asset] < ids.MONETIZING
                self._set_policy(claims, ids.BLOCKING[0] if monetizes else 0, day)
                arrays["longest_match"][claims] = np.minimum(arrays["longest_match"][claims], 8)
                arrays["matched"][claims] = arrays["longest_match"][claims]
        self._note("conflict", ids.asset_id(asset), signs, claims)

    def platform_discrepancy(self, factor: float) -> None:
        """Let the views of a recording rise or fall on one platform."""
        clean, levels = self.clean, companions.levels(self.clean)
        enough = levels > np.log(LEAST_VIEWS / abs(factor - 1))

        def fits(asset: int) -> bool:
            return bool(clean.has_isrc[asset] and enough[:, clean.recording[asset]].sum() >= 2)

        number = int(clean.recording[self._asset(fits)])
        platform = int(self.draw.choice(np.flatnonzero(enough[:, number])))
        self._spike(self.changes.platforms, platform * clean.shape.assets + number, factor)
        claims = np.concatenate([self.facts.claims_of[one] for one in np.flatnonzero(clean.recording == number)])
        self._note("platform-discrepancy", ids.isrc(number), factor, claims)

    def views_without_revenue(self, share: float) -> None:
        """Let claims with some share of an asset's views lose their monetize policy."""

        def fits(asset: int) -> bool:
            return (
                len(self.facts.claims_of[asset]) >= 3
                and self.clean.asset_policy[asset] < ids.MONETIZING
                and float(self.facts.views[asset]) * share >= 2 * LEAST_VIEWS
            )

        claims = self.facts.claims_of[self._asset(fits)]
        asset = int(self.clean.claim_asset[claims[0]])
        # Those with most views first, until the share is reached.
        order = claims[np.argsort(-self.facts.claim_views[claims], kind="stable")]
        reached = np.cumsum(self.facts.claim_views[order]) / self.facts.claim_views[order].sum()
        chosen = order if share >= 1 else order[: int(np.searchsorted(reached, share)) + 1]
        self._set_policy(chosen, ids.TRACKING[0], self._moment())
        self._note("views-without-revenue", ids.asset_id(asset), share, claims)

    def claims_vanished(self, share: float) -> None:
        """Let some share of an asset's claims go, and more than a few of them."""
        asset = self._asset(
            lambda one: len(self.facts.claims_of[one]) * share >= 7 and self.facts.views[one] >= LEAST_VIEWS
        )
        claims = self.draw.permutation(self.facts.claims_of[asset])
        gone, lost = claims[: round(share * len(claims))], self.changes.arrays["lost"]
        moments = self.facts.since + self.facts.span * self.draw.uniform(0.05, 0.95, len(gone))
        lost[gone] = np.minimum(lost[gone], moments)
        self._note("claims-vanished", ids.asset_id(asset), share, claims)

    def _asset(self, fits: Callable[[int], bool]) -> int:
        """Return an asset that fits, and whose recording has nothing yet: every other time one with many claims."""
        settled = np.flatnonzero(self.facts.settled)
        order = self.draw.permutation(settled)
        if self.draw.random() < 0.5:
            many = np.array([len(self.facts.claims_of[one]) for one in settled])
            luck = self.draw.random(len(settled))
            # Each is drawn as likely as it has claims (Efraimidis and Spirakis, 2006).
            order = settled[np.argsort(np.log(luck) / np.maximum(many, 1e-9))[::-1]]
        for asset in order.tolist():
            key = ("recording", int(self.clean.recording[asset]))
            if key not in self.changes.taken and fits(asset):
                self.changes.taken.add(key)
                return int(asset)
        raise ValueError(f"no asset is left to put something into in week {self.facts.week}: too small a catalogue")

    def _drives(self, asset: int) -> bool:
        """Return whether it is the asset that its videos have their views from; others only share them."""
        few = len(self.facts.claims_of[asset]) < 2
        return not few and bool(self.facts.own_views[asset] >= 0.9 * self.facts.views[asset])

    def _free(self, what: str, candidates: Integers) -> int:
        for each in self.draw.permutation(candidates).tolist():
            if (what, each) not in self.changes.taken:
                self.changes.taken.add((what, each))
                return int(each)
        raise ValueError(f"no {what} is left to put something into in week {self.facts.week}: too small a catalogue")

    def _members(self, asset: int) -> Integers:
        return np.flatnonzero(self.clean.recording == self.clean.recording[asset])

    def _moment(self) -> float:
        """Return a time between the two snapshots."""
        return float(self.facts.since + self.facts.span * self.draw.uniform(0.05, 0.95))

    def _set_policy(self, claims: Integers, policy: int, day: float) -> None:
        """Give claims another policy, but for those few that have had another one before."""
        changed = claims[self.clean.policy_changed[claims] > day]
        self.changes.arrays["policy_changed"][changed] = day
        self.changes.arrays["policy_after"][changed] = policy

    def _add(self, asset: int, channel: int, policy: int) -> None:
        self.changes.added.append(Added(asset, channel, policy, self._moment()))

    def _spike(self, into: list[tuple[int, int, float]], place: int, factor: float) -> None:
        """Let something change in the week before the snapshot, and return by halves."""
        change = factor - 1
        for week in range(self.facts.week - 1, self.clean.shape.weeks + 1):
            into.append((week, place, 1 + change))
            change *= _LEFT

    def _note(
        self, sort: str, subject: str, size: float, claims: Integers | None, touches: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Remember what was put in, and what holds or shares the claims on which it is."""
        touched = set(touches)
        if claims is not None:
            videos = np.isin(self.clean.claim_video, self.clean.claim_video[claims])
            assets = np.unique(self.clean.claim_asset[videos]).tolist()
            recordings = np.unique(self.clean.recording[assets]).tolist()
            touched |= {(kind, ids.asset_id(asset)) for kind in _KINDS_OF_ASSETS for asset in assets}
            touched |= {(kind, ids.isrc(number)) for kind in _KINDS_OF_RECORDINGS for number in recordings}
        self.changes.injected.append(Injected(sort, subject, self.facts.week, size, frozenset(touched)))


MAKERS: Mapping[str, Callable[[Injecting, float], None]] = {
    "viral-asset": Injecting.viral_asset,
    "engagement": Injecting.engagement,
    "viral-recording": Injecting.viral_recording,
    "claims-on-asset": Injecting.claims_on_asset,
    "claims-on-channel": Injecting.claims_on_channel,
    "claims-on-policy": Injecting.claims_on_policy,
    "conflict": Injecting.conflict,
    "platform-discrepancy": Injecting.platform_discrepancy,
    "views-without-revenue": Injecting.views_without_revenue,
    "claims-vanished": Injecting.claims_vanished,
}
