"""What does not fit together: other platforms, and views that earn nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workers.claimsreport.detection.weeks import LAST, Made, names
from workers.claimsreport.detection import discrepancies
from workers.claimsreport.finding import Finding, Kind, Priority

RECORDINGS, WEEKS = 600, 18


def found(made: Made, **settings: object) -> list[Finding]:
    return discrepancies.find(made.week(**settings))


def played(seed: int, weeks: int = WEEKS, **of: object) -> Made:
    """Return recordings that do on two platforms what they do on YouTube, more or less."""
    draw = np.random.default_rng(seed)
    made = Made(weeks, **of)
    common = np.exp(draw.normal(8.5, 1.0, RECORDINGS)[:, None] + 0.2 * draw.standard_normal((RECORDINGS, weeks)))
    youtube = common * np.exp(0.1 * draw.standard_normal(common.shape))
    claims = np.full(common.shape, 20.0)
    isrcs = names("QZ", RECORDINGS)
    made.put(
        "recordings", isrcs, weekly_views=youtube * 2, weekly_engaged_views=youtube, claims=claims,
        new_claims=claims * 0, lost_claims=claims * 0,
    )  # fmt: skip
    there = [common * np.exp(0.1 * draw.standard_normal(common.shape)) for _ in range(2)]
    made.put("platforms", [f"{platform}|{isrc}" for platform in ("spotify", "tiktok") for isrc in isrcs],
             weekly_views=np.concatenate(there))  # fmt: skip
    return made


def there(made: Made, platform: int, row: int) -> np.ndarray:
    return made.tables["platforms"][1]["weekly_views"][platform * RECORDINGS + row]


def large(made: Made, place: int = 10) -> int:
    return int(np.argsort(-made.tables["recordings"][1]["weekly_views"][:, -2])[place])


def test_a_platform_that_departs_is_found_and_said_in_numbers() -> None:
    made = played(1)
    row = large(made)
    there(made, 1, row)[-1] *= 5
    made.add("reported", claim_id="C", isrc=f"QZ{row:06d}", asset_title="Night River")
    (finding,) = found(made)
    assert (finding.kind, finding.subject) == (Kind.PLATFORM_DISCREPANCY, f"QZ{row:06d}")
    assert finding.title == "Night River"
    assert finding.numbers["platform"] == "tiktok"
    assert finding.numbers["direction"] == "above YouTube"
    assert finding.numbers["times_expected"] == pytest.approx(5, rel=0.4)
    assert finding.related["platforms"] == ("tiktok", "youtube")
    assert finding.history[-1].value > finding.history[-1].high > finding.history[-1].expected
    there(made, 1, row)[-1] /= 25
    (finding,) = found(made)
    assert finding.numbers["direction"] == "below YouTube"


def test_what_rises_everywhere_is_no_discrepancy() -> None:
    made = played(2)
    row = large(made)
    for values in (there(made, 0, row), there(made, 1, row), *(
        made.tables["recordings"][1][name][row] for name in ("weekly_views", "weekly_engaged_views")
    )):  # fmt: skip
        values[-1] *= 8
    assert found(made) == []


def test_what_all_recordings_do_on_a_platform_is_nobodys() -> None:
    made = played(3)
    made.tables["platforms"][1]["weekly_views"][RECORDINGS:, -1] *= 3
    assert found(made) == []


def test_one_that_stays_away_has_not_departed_again() -> None:
    made = played(4)
    row = large(made)
    there(made, 0, row)[-2:] *= 5
    assert found(made) == []


def test_one_that_comes_back_has_not_departed_again() -> None:
    made = played(5)
    row = large(made)
    there(made, 0, row)[-2] *= 5
    assert found(made) == []


def test_claims_that_went_make_no_discrepancy() -> None:
    made = played(6)
    row = large(made)
    measures = made.tables["recordings"][1]
    for name in ("weekly_views", "weekly_engaged_views"):
        measures[name][row, -1] /= 10
    assert len(found(made)) == 1
    measures["lost_claims"][row, -1] = 1
    assert found(made) == []


def many_claims_came(seed: int, week: int, times: float) -> tuple[Made, int]:
    """Return a recording to which half as many claims come as it had, and with them views on YouTube."""
    made = played(seed)
    row = large(made)
    measures = made.tables["recordings"][1]
    measures["new_claims"][row, week] = 10
    measures["claims"][row, week:] = 30
    for name in ("weekly_views", "weekly_engaged_views"):
        measures[name][row, week:] *= times
    return made, row


@pytest.mark.parametrize("week", [-2, -1])
def test_a_platform_that_departs_when_claims_came_is_found(week: int) -> None:
    made, row = many_claims_came(9, week, 1.4)
    assert found(made) == []
    there(made, 0, row)[-1] *= 8
    (finding,) = found(made)
    assert finding.subject == f"QZ{row:06d}"
    # Its level is still known.
    assert finding.numbers["weeks_of_history"] == WEEKS - 1


@pytest.mark.parametrize("week", [-3, -2, -1])
@pytest.mark.parametrize("platforms", [0.6, 1.0, 2.5, 5.0])
def test_views_that_came_with_claims_make_no_discrepancy(week: int, platforms: float) -> None:
    # YouTube's views rise fivefold with the claims; those on platforms fall a little, stay, or rise as much at most.
    made, row = many_claims_came(10, week, 5.0)
    for platform in (0, 1):
        there(made, platform, row)[week:] *= platforms
    assert found(made) == []


@pytest.mark.parametrize("came", [-4, -3, -2])
def test_views_that_came_while_a_platform_told_nothing_make_no_discrepancy(came: int) -> None:
    for times, expected in (5.0, []), (1.4, ["spotify"]):
        made, row = many_claims_came(11, came, times)
        for platform in (0, 1):
            there(made, platform, row)[-4:-1] = np.nan
        if expected:
            there(made, 0, row)[-1] *= 8
        assert [each.numbers["platform"] for each in found(made)] == expected


@pytest.mark.parametrize("came", [-6, -3, -2])
@pytest.mark.parametrize(("times", "rises"), [(20.0, 8.0), (0.2, 8.0), (20.0, 1 / 8), (1.4, 1 / 8)])
def test_what_claims_brought_to_youtube_is_not_expected_elsewhere(came: int, times: float, rises: float) -> None:
    made, row = many_claims_came(9, came, times)
    usual = np.median(there(made, 0, row)[:-1])
    there(made, 0, row)[-1] *= rises
    (finding,) = found(made)
    assert 0.5 * usual < finding.numbers["expected_platform_weekly_views"] < 2 * usual
    assert finding.numbers["direction"] == ("above YouTube" if rises > 1 else "below YouTube")
    assert np.sign(finding.numbers["robust_z"]) == np.sign(rises - 1)


@pytest.mark.parametrize("gone", [-2, -1])
@pytest.mark.parametrize("rises", [8.0, 1 / 8])
def test_where_all_claims_are_gone_nothing_is_there_to_compare_with(gone: int, rises: float) -> None:
    made = played(9)
    row, measures = large(made), made.tables["recordings"][1]
    measures["lost_claims"][row, gone], measures["claims"][row, gone:] = 20, 0
    for name in ("weekly_views", "weekly_engaged_views"):
        measures[name][row, gone:] = np.nan
    there(made, 0, row)[-1] *= rises
    assert found(made) == []


def test_views_of_claims_that_were_gone_and_came_back_make_no_discrepancy() -> None:
    made = played(9)
    row, measures = large(made), made.tables["recordings"][1]
    measures["lost_claims"][row, -5], measures["claims"][row, -5:-1] = 20, 0
    measures["new_claims"][row, -1] = 20
    for name in ("weekly_views", "weekly_engaged_views"):
        measures[name][row, -1] = measures[name][row, -6] * 5
        measures[name][row, -5:-1] = np.nan
    assert found(made) == []


def test_a_change_of_counting_makes_no_discrepancy() -> None:
    made = played(7, breaks=(WEEKS - 1,))
    measures = made.tables["recordings"][1]
    # Older reports do not have what did not change.
    measures["weekly_engaged_views"][:] = np.nan
    measures["weekly_views"][::3, -1] *= 6
    assert found(made) == []
    made.breaks = ()
    assert found(made) != []


def test_nothing_is_said_without_platforms_or_history() -> None:
    assert found(Made(5)) == []
    assert found(played(8, 1)) == []
    assert found(played(8, 2)) == []


ASSETS = 800


def earning(seed: int, weeks: int = 14) -> Made:
    """Return assets of which one in twenty earns nothing, and the others earn with nearly all views."""
    draw = np.random.default_rng(seed)
    made = Made(weeks)
    views = np.exp(draw.normal(8, 1, ASSETS)[:, None] + 0.1 * draw.standard_normal((ASSETS, weeks)))
    share = np.where(np.arange(ASSETS) % 20 == 0, 1.0, draw.beta(0.2, 20, ASSETS))[:, None]
    share = np.clip(share * np.exp(0.1 * draw.standard_normal(views.shape)), 0, 1)
    share[::20] = 1
    views[:, 0] = np.nan
    made.put("assets", names("A", ASSETS), weekly_views=views, unmonetized_views=views * share)
    for number in range(4000):
        made.rows.setdefault("claims", []).append(
            {"claim_id": f"Z{number:05d}", "asset_id": f"A{number % ASSETS:06d}", "monetized": True,
             "previous_monetized": number % ASSETS > 0, "is_new": False, "weekly_views": 1.0}
        )  # fmt: skip
    return made


def stop(made: Made, row: int, share: float, claims: int) -> None:
    """Let claims with a share of an asset's views stop to monetize."""
    measures = made.tables["assets"][1]
    lost = share * measures["weekly_views"][row, -1]
    measures["unmonetized_views"][row, -1] = lost
    for number in range(claims):
        made.add(
            "claims", claim_id=f"C{number}", asset_id=f"A{row:06d}", policy_id="P9", monetized=False,
            previous_monetized=True, is_new=False, weekly_views=lost / claims, channel_id="UC1", video_id=f"v{number}",
        )  # fmt: skip


def of_revenue(made: Made, **settings: object) -> dict[str, Finding]:
    return {each.subject: each for each in found(made, **settings)}


def test_assets_that_never_earned_are_listed_low_and_by_rule() -> None:
    made = earning(1)
    findings = of_revenue(made)
    assert findings
    for finding in findings.values():
        assert int(finding.subject[1:]) % 20 == 0
        assert finding.numbers["found_by"] == "rule of standing"
        assert (finding.p_value, finding.q_value) == (None, None)
        assert finding.priority is Priority.LOW
        assert "since the first week that is known" in finding.why


def test_claims_that_stop_together_are_a_test() -> None:
    made = earning(2)
    row = int(np.argsort(-made.tables["assets"][1]["weekly_views"][:, -1])[7])
    row += row % 20 == 0
    stop(made, row, 0.3, 4)
    finding = of_revenue(made)[f"A{row:06d}"]
    assert finding.numbers["found_by"] == "test of claims"
    assert finding.q_value is not None
    assert finding.numbers["claims_changed"] == 4
    assert finding.numbers["policies"] == "P9"
    assert finding.related["claims"] == ("C0", "C1", "C2", "C3")
    assert finding.score > 60
    assert "monetized in the snapshot before" in finding.why
    assert finding.numbers["without_revenue_since"] == LAST.isoformat()


def test_one_claim_in_the_second_snapshot_is_a_rule() -> None:
    made = earning(3, weeks=2)
    stop(made, 7, 0.9, 1)
    finding = of_revenue(made, least_views=500)["A000007"]
    assert finding.numbers["found_by"] == "rule of change"
    assert finding.p_value is None


def test_many_claims_in_the_second_snapshot_are_a_test_of_claims() -> None:
    """No week before says what share is usual."""
    made = earning(3, weeks=2)
    stop(made, 7, 0.9, 12)
    finding = of_revenue(made, least_views=500)["A000007"]
    assert finding.numbers["found_by"] == "test of claims"
    assert finding.q_value is not None
    assert finding.q_value <= 0.05
    assert "nan" not in f"{finding.why}{finding.parts}{finding.numbers}"


def test_a_share_that_rises_without_any_claim_that_changed_is_a_test() -> None:
    made = earning(4)
    row = int(np.argsort(-made.tables["assets"][1]["weekly_views"][:, -1])[7])
    row += row % 20 == 0
    stop(made, row, 0.7, 0)
    finding = of_revenue(made)[f"A{row:06d}"]
    assert finding.numbers["found_by"] == "test of the share"
    assert finding.history[-1].value > finding.history[-1].high
    assert finding.numbers["unmonetized_share"] == pytest.approx(0.7)


def test_small_views_are_nobodys_business() -> None:
    made = earning(5)
    assert of_revenue(made, least_views=10_000_000) == {}
