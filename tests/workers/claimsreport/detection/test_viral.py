from collections.abc import Sequence

import numpy as np
import pytest

from tests.workers.claimsreport.detection.weeks import Made, names
from workers.claimsreport.detection import spikes, viral
from workers.claimsreport.finding import Finding, Kind, Priority
from workers.claimsreport.statistics.attainable import q_values

WEEKS = 20


def views_of(seed: int, n: int = 1_500, weeks: int = WEEKS) -> np.ndarray:
    """Weekly views, (n, w): lognormal, with noise that lasts and a common season; the first snapshot has none."""
    random = np.random.default_rng(seed)
    noise = np.zeros((n, weeks))
    for week in range(1, weeks):
        noise[:, week] = 0.5 * noise[:, week - 1] + 0.1 * random.standard_t(6, n)
    season = 0.1 * random.standard_normal(weeks)
    views = np.floor(np.exp(random.normal(7, 1.2, (n, 1)) + noise + season))
    views[:, 0] = np.nan
    return views


def made(
    views: np.ndarray, engaged: np.ndarray | None = None, table: str = "assets", **more: np.ndarray | float
) -> Made:
    week = Made(views.shape[1])
    add(week, table, views, engaged, **more)
    return week


def add(
    week: Made, table: str, views: np.ndarray, engaged: np.ndarray | None = None, **more: np.ndarray | float
) -> None:
    measures = {"claims": 4.0, "new_claims": 0.0, "lost_claims": 0.0, **more}
    constant = {name: np.broadcast_to(value, views.shape) for name, value in measures.items()}
    known = {} if engaged is None else {"weekly_engaged_views": engaged}
    ids = names("A" if table == "assets" else "R", views.shape[0])
    week.put(table, ids, weekly_views=views, **known, **constant)


def subjects(found: Sequence[Finding], kind: Kind = Kind.VIRAL_ASSET) -> list[str]:
    return [each.subject for each in found if each.kind is kind]


def usual(views: np.ndarray, least: float = 500, most: float = 5_000) -> int:
    """The first row with about so many views in every week."""
    steady = (np.nanmin(views, axis=1) > least) & (np.nanmax(views, axis=1) < most)
    return int(np.flatnonzero(steady)[0])


def test_where_nothing_happens_nothing_is_found() -> None:
    alarms = sum(bool(viral.find(made(views_of(seed)).week())) for seed in range(20))
    assert alarms <= 2


def test_a_spike_is_found_with_all_that_says_why() -> None:
    views = views_of(1)
    row = usual(views)
    views[row, -1] = 40_000
    week = made(views)
    asset = names("A", 1_500)[row]
    for claim, (channel, gained, new) in enumerate([("C1", 20_000, False), ("C2", 15_000, True), ("C3", 5_000, True)]):
        claim_id, video = f"claim{claim}", f"video{claim}"
        week.add(
            "claims", claim_id=claim_id, asset_id=asset, video_id=video, channel_id=channel,
            is_new=new, weekly_views=float(gained),
        )  # fmt: skip
        week.add("reported", claim_id=claim_id, asset_id=asset, asset_title="Song", channel_id=channel,
                 channel_name=f"Name of {channel}")  # fmt: skip
    # A second claim on one video adds nothing.
    week.add("claims", claim_id="claim9", asset_id=asset, video_id="video0", channel_id="C1", is_new=False,
             weekly_views=20_000.0)  # fmt: skip
    (found,) = viral.find(week.week())
    assert (found.kind, found.subject, found.title) == (Kind.VIRAL_ASSET, asset, "Song")
    assert found.numbers["weekly_views"] == 40_000
    assert found.numbers["expected"] == pytest.approx(np.nanmedian(views[row]), rel=0.5)
    assert found.numbers["weekly_views_more"] == pytest.approx(40_000 - found.numbers["expected"], rel=1e-3)  # type: ignore[operator]
    assert (found.numbers["active_channels"], found.numbers["new_channels"]) == (3, 2)
    assert found.numbers["largest_channel_share"] == 0.5
    assert found.related["channels"] == ("C1", "C2", "C3")
    assert found.related["videos"] == ("video0", "video1", "video2")
    assert len(found.history) == WEEKS
    last = found.history[-1]
    assert last.value == 40_000
    assert last.expected is not None
    assert last.high is not None
    assert last.expected < last.high < last.value
    assert found.p_value is not None
    assert found.q_value is not None
    assert found.p_value <= found.q_value <= 0.05
    assert "1,500 assets tested" in found.rule
    assert "40,000 views a week" in found.why
    assert "Name of C1 has 50%" in found.why
    assert sum(part.points for part in found.parts) == pytest.approx(found.score)
    assert {part.name for part in found.parts} >= {"surprise", "size", "ratio", "spread"}


@pytest.mark.parametrize(("gained", "found"), [(39_000.0, []), (20_000.0, ["A"])])
def test_the_success_of_one_new_video_is_its_own(gained: float, found: list[str]) -> None:
    """An asset is viral if it is so without the new video that has most views."""
    views = views_of(1)
    row = usual(views)
    views[row, -1] = 40_000
    week, asset = made(views), names("A", 1_500)[row]
    for claim, of_it in enumerate((gained, 40_000 - gained)):
        week.add("claims", claim_id=f"claim{claim}", asset_id=asset, video_id=f"video{claim}", channel_id="C1",
                 is_new=not claim, weekly_views=of_it)  # fmt: skip
    assert [each[:1] for each in subjects(viral.find(week.week()))] == found


def test_an_old_video_that_a_claim_brings_is_no_spike_and_then_usual() -> None:
    views, brought = views_of(4), np.zeros((1_500, WEEKS))
    row = usual(views)
    views[row, -1] += 40_000
    assert subjects(viral.find(made(views).week())) == [names("A", 1_500)[row]], "without that it would be one"
    brought[row, -1] = 40_000
    assert viral.find(made(views, brought_views=brought).week()) == []
    brought[row] = np.roll(brought[row], -1)  # it came a week ago, and its views are there in both weeks
    views[row, -2] += 40_000
    assert viral.find(made(views, brought_views=brought).week()) == []


def test_claims_count_as_new_in_the_week_after_too() -> None:
    """An old video that they bring has its first weekly views then."""
    of = {name: np.full((4, 1), 100.0) for name in ("weekly_views", "weekly_engaged_views", "brought_views")}
    of |= {"claims": np.full((4, 1), 8.0), "lost_claims": np.zeros((4, 1))}
    of["new_claims"] = np.array([[0.0], [2.0], [1.0], [0.0]])
    own = spikes._Subjects(np.zeros(4, np.bool_), of, np.ones(1, np.bool_), 1_000, None)
    assert own.renewed[:, 0].tolist() == [0, 0.25, 0.375, 0.125]


def test_what_is_too_small_to_matter_is_not_found() -> None:
    views = views_of(2)
    row = usual(views, 30, 100)
    views[row, -1] = views[row, -2] + 900
    assert viral.find(made(views).week()) == []
    assert subjects(viral.find(made(views).week(least_views=500))) == [names("A", 1_500)[row]]


def test_one_spike_of_many_tests_must_be_rarer_than_one_of_few() -> None:
    views = views_of(3)
    row = usual(views)
    views[row, -1] *= 3
    found = {rate: viral.find(made(views).week(false_discovery_rate=rate)) for rate in (1e-6, 0.5)}
    assert subjects(found[1e-6]) == []
    assert names("A", 1_500)[row] in subjects(found[0.5])


def test_engagement_is_found_where_views_are_as_usual() -> None:
    views, random = views_of(4), np.random.default_rng(4)
    share = 0.5 * np.exp(0.03 * random.standard_normal(views.shape))
    row = usual(views, 4_000, 60_000)
    share[row, -1] = 0.8
    (found,) = viral.find(made(views, np.floor(views * share)).week())
    assert found.subject == names("A", 1_500)[row]
    assert found.unit == "% of views engaged"
    assert found.history[-1].value == pytest.approx(80, abs=0.5)
    assert found.numbers["expected"] == pytest.approx(50, abs=3)
    assert found.rule.startswith("share of engaged views")
    assert "80% of its views are engaged" in found.why


def test_a_share_that_rises_since_other_views_are_gone_is_not_engagement() -> None:
    views = views_of(16)
    engaged = np.floor(views * 0.5)
    row = usual(views, 4_000, 60_000)
    views[row, -1] *= 0.6
    assert viral.find(made(views, engaged).week()) == []


def test_engaged_views_count_as_before_where_views_are_counted_anew() -> None:
    views, random = views_of(6), np.random.default_rng(6)
    engaged = np.floor(views * 0.5)
    row = usual(views)
    views[:, -1] *= random.uniform(1, 3, views.shape[0])
    week = made(views, engaged)
    week.breaks = [WEEKS - 1]
    assert viral.find(week.week()) == []
    engaged[row, -1] *= 20
    views[row, -1] *= 20
    week = made(views, engaged)
    week.breaks = [WEEKS - 1]
    assert subjects(viral.find(week.week())) == [names("A", 1_500)[row]]


def test_without_engaged_views_in_every_week_it_is_views_that_are_compared() -> None:
    views = views_of(7)
    engaged = np.floor(views * 0.5)
    engaged[:, :5] = np.nan
    row = usual(views)
    views[row, -1] *= 30
    (found,) = viral.find(made(views, engaged).week())
    assert found.unit == "views a week"
    # Without the recount told, it looks like spikes; told, peers have it as well.
    views = views_of(7)
    views[:, -1] *= np.exp(np.random.default_rng(7).uniform(0, 1, views.shape[0]))
    week = made(views)
    week.breaks = [WEEKS - 1]
    assert viral.find(week.week()) == []


def of_recording(week: Made, members: Sequence[int], recording: str) -> None:
    for row in members:
        week.add("assets", asset_id=names("A", row + 1)[row], isrc=recording)


def with_recordings(seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Assets, and recordings of three of them each."""
    assets = views_of(seed)
    recordings = assets.reshape(500, 3, -1).sum(axis=1)
    return assets, recordings, usual(recordings, 2_000, 20_000)


def test_a_recording_whose_assets_all_rise_is_found_with_platforms() -> None:
    assets, recordings, row = with_recordings(8)
    members = range(3 * row, 3 * row + 3)
    assets[members, -1] *= 2.5
    recordings[row, -1] *= 2.5
    week = made(assets)
    add(week, "recordings", recordings, assets=3.0)
    isrc = names("R", 500)[row]
    of_recording(week, list(members), isrc)
    plays = np.full((2, WEEKS), 1_000.0)
    plays[0, -1] = 4_000
    week.put("platforms", [f"spotify|{isrc}", f"tiktok|{isrc}"], weekly_views=plays)
    found = viral.find(week.week())
    (recording,) = [each for each in found if each.kind is Kind.VIRAL_RECORDING]
    assert recording.subject == isrc
    assert recording.related["platforms"] == ("spotify",)
    assert (recording.numbers["platforms"], recording.numbers["platforms_grown"]) == (2, 1)
    assert "spotify (4 times)" in recording.why
    assert "500 recordings tested" in recording.rule


def test_a_recording_whose_growth_is_that_of_one_asset_is_told_once() -> None:
    assets, recordings, row = with_recordings(9)
    more = 60_000
    assets[3 * row, -1] += more
    recordings[row, -1] += more
    week = made(assets)
    add(week, "recordings", recordings, assets=3.0)
    of_recording(week, range(3 * row, 3 * row + 3), names("R", 500)[row])
    found = viral.find(week.week())
    assert subjects(found) == [names("A", 1_500)[3 * row]]
    assert subjects(found, Kind.VIRAL_RECORDING) == []


def test_recordings_of_one_asset_are_not_tested() -> None:
    _, recordings, row = with_recordings(10)
    recordings[row, -1] *= 30
    week = Made(WEEKS)
    add(week, "recordings", recordings, assets=1.0)
    assert viral.find(week.week()) == []


def test_another_asset_of_a_recording_is_no_spike_of_it() -> None:
    _, recordings, row = with_recordings(11)
    recordings[row, -1] *= 30
    assets = np.full(recordings.shape, 2.0)
    week = made(recordings, table="recordings", assets=assets)
    assert subjects(viral.find(week.week()), Kind.VIRAL_RECORDING) == [names("R", 500)[row]]
    assets[row, -1] = 3
    assert viral.find(made(recordings, table="recordings", assets=assets).week()) == []


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_with_hardly_any_history_nothing_breaks(weeks: int) -> None:
    views = views_of(12, 40, weeks)
    for week in (Made(weeks), made(views), made(views, views / 2), made(np.zeros((3, weeks)))):
        assert viral.find(week.week()) == []


def test_with_four_weeks_a_large_spike_is_found() -> None:
    views = views_of(13, weeks=5)
    row = usual(views)
    views[row, -1] *= 60
    (found,) = viral.find(made(views).week())
    assert found.subject == names("A", 1_500)[row]
    assert found.numbers["weeks_of_history"] == 3


def test_the_same_again_is_the_same() -> None:
    views = views_of(14)
    views[[3, 50, 700], -1] = 200_000
    assert viral.find(made(views).week()) == viral.find(made(views).week())
    assert len(viral.find(made(views).week())) == 3


def test_high_priority_is_for_what_is_large_and_spreads() -> None:
    views = views_of(15)
    row = usual(views)
    other = usual(np.delete(views, row, axis=0)) + 1
    views[row, -1] = views[row, -2] * 12
    views[other, -1] = 400_000
    week = made(views)
    for number in range(12):
        week.add("claims", claim_id=f"c{number}", asset_id=names("A", 1_500)[other], video_id=f"v{number}",
                 channel_id=f"C{number}", is_new=False, weekly_views=30_000.0)  # fmt: skip
    found = {each.subject: each for each in viral.find(week.week())}
    assert found[names("A", 1_500)[other]].priority is Priority.HIGH
    assert found[names("A", 1_500)[row]].priority is not Priority.HIGH


def test_who_is_not_computed_is_a_test_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    views = views_of(17)
    row = usual(views)
    views[row, -1] = 60_000
    monkeypatch.setattr(spikes, "_PEERS", 700)
    (found,) = viral.find(made(views).week())
    assert "1,500 assets tested" in found.rule
    assert found.p_value is not None
    assert found.q_value == pytest.approx(1_500 * found.p_value)


def test_two_tests_of_one_subject_are_two() -> None:
    views, random = views_of(18), np.random.default_rng(18)
    engaged = np.floor(views * 0.5 * np.exp(0.03 * random.standard_normal(views.shape)))
    row = usual(views)
    views[row, -1] *= 20
    engaged[row, -1] *= 20
    found = spikes.spikes(made(views, engaged).week().history, "assets", 1_000)
    assert found is not None
    assert found.engagement is not None
    place = found.place[row]
    alone = q_values(found.views.p, found.views.by_chance, np.ones(found.views.p.size))
    assert found.p[row] == min(found.views.p[place], found.engagement.p[place])
    assert found.q[row] > alone[place], "the other test counts too"
    assert not found.by_engagement(row)
