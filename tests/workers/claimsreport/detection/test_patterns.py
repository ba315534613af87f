"""More new claims than history explains: what is found, what is not, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workers.claimsreport.detection.weeks import Made, counted, names
from workers.claimsreport.detection import patterns
from workers.claimsreport.finding import LEAST_SCORE, Finding, Kind, Priority

SUBJECTS, WEEKS = 1500, 20


def of(made: Made) -> dict[str, np.ndarray]:
    return made.tables["assets"][1]


def burst(made: Made, row: int, count: int, week: int = -1) -> None:
    measures = of(made)
    measures["claims"][row, week:] += count - measures["new_claims"][row, week]
    measures["new_claims"][row, week] = count


def found(made: Made, **settings: object) -> list[Finding]:
    return patterns.find(made.week(**settings))


def test_a_burst_is_found_and_said_in_numbers() -> None:
    made = counted(np.random.default_rng(1), SUBJECTS, WEEKS, mean=0.5)
    burst(made, 700, 40)
    for number in range(40):
        channel = "UC1" if number < 30 else f"UC{number}"
        claim = {
            "claim_id": f"C{number:02d}",
            "asset_id": "A000700",
            "channel_id": channel,
            "video_id": f"v{number:02d}",
        }
        made.add("claims", **claim, is_new=True, views=number)
        made.add("reported", **claim, asset_title="Night River", channel_name=f"Channel {channel}", reference_id="R1")
    made.add("claims", claim_id="C99", asset_id="A000700", channel_id="UC99", video_id="v99", is_new=False, views=9)
    made.add("claims", claim_id="C98", asset_id="A000001", channel_id="UC98", video_id="v98", is_new=True, views=9)
    (finding,) = found(made)
    assert (finding.kind, finding.subject, finding.title) == (Kind.CLAIMS_ON_ASSET, "A000700", "Night River")
    assert "40 new claims in 7 days" in finding.why
    assert "on 40 videos of 11 channels; the channel with most of them, Channel UC1, has 75%" in finding.why
    assert finding.numbers["new_claims"] == 40
    assert finding.numbers["weeks_of_history"] == WEEKS - 2
    assert finding.numbers["expected_new_claims"] < finding.numbers["most_new_claims_expected"] < 40
    assert finding.q_value is not None
    assert finding.p_value is not None
    assert finding.p_value <= finding.q_value <= 0.05
    assert {part.name: part.points for part in finding.parts}["concentration"] == 5
    assert finding.score == pytest.approx(sum(part.points for part in finding.parts), abs=0.05)
    assert finding.related["claims"] == tuple(f"C{number:02d}" for number in range(39, 19, -1))
    assert finding.related["channels"][0] == "UC1"
    assert len(finding.history) == WEEKS
    assert finding.history[-1].value == 40
    assert finding.history[0].value is None
    # What lies within was not, and would not have been, found.
    assert all(point.value <= point.high for point in finding.history[2:-1])


def test_a_week_of_which_all_have_more_is_nobodys() -> None:
    made = counted(np.random.default_rng(2), SUBJECTS, WEEKS, mean=3, last=4)
    assert found(made) == []
    burst(made, 3, 400)
    (finding,) = found(made)
    assert finding.numbers["catalogue_times_usual"] == pytest.approx(4, rel=0.2)
    assert "is taken off" in finding.why


def test_a_gap_of_weeks_is_not_a_burst() -> None:
    made = counted(np.random.default_rng(3), SUBJECTS, WEEKS, mean=3, last=4)
    made.days = [7.0] * (WEEKS - 2) + [28.0]
    assert found(made) == []
    burst(made, 5, 800)
    (finding,) = found(made)
    assert finding.history[-1].value == 200
    assert finding.numbers["catalogue_times_usual"] == pytest.approx(1, rel=0.2)
    assert "in 28 days" in finding.why


def test_what_begins_is_compared_with_how_others_begin() -> None:
    draw = np.random.default_rng(5)
    made = counted(draw, SUBJECTS, WEEKS, mean=0.5)
    measures = of(made)
    began = draw.integers(1, WEEKS, 400)
    began[:20] = WEEKS - 1
    for row, week in enumerate(began):
        for values in measures.values():
            values[row, :week] = np.nan
        for age, at in enumerate(range(week, min(week + 3, WEEKS))):
            measures["new_claims"][row, at] = 1 + draw.poisson(20 * draw.gamma(2, 0.5) / 3**age)
        measures["claims"][row, week:] = np.cumsum(measures["new_claims"][row, week:])
    assert found(made) == []
    measures["new_claims"][5, -1] = measures["claims"][5, -1] = 900
    (finding,) = found(made)
    assert finding.subject == "A000005"
    assert "assets that have just begun, as this one has, usually have about" in finding.why


def test_the_same_burst_among_many_that_happen_every_week_is_none() -> None:
    draw = np.random.default_rng(11)
    made = counted(draw, SUBJECTS, WEEKS, mean=0.5)
    burst(made, 9, 25)
    assert [each.subject for each in found(made)] == ["A000009"]
    for week in range(2, WEEKS - 1):
        for row in draw.choice(np.arange(100, SUBJECTS), 12, replace=False):
            burst(made, int(row), int(draw.integers(15, 60)), week)
    assert found(made) == []


def test_channels_and_policies_are_kinds_of_their_own() -> None:
    draw = np.random.default_rng(7)
    made = Made(WEEKS)
    for table, prefix, subjects, mean in (("channels", "UC", 400, 1.0), ("policies", "P", 12, 60.0)):
        usual = mean * np.exp(draw.normal(0, 0.8, subjects))
        new = draw.poisson(usual[:, None] * draw.gamma(20, 1 / 20, (subjects, WEEKS))).astype(float)
        new[:, 0] = np.nan
        new[4, -1] += 40 + 4 * usual[4]
        made.put(
            table, names(prefix, subjects), claims=100 * usual[:, None] + np.nancumsum(new, axis=1), new_claims=new
        )
    assert [(each.kind, each.subject) for each in found(made)] == sorted(
        [(Kind.CLAIMS_ON_CHANNEL, "UC000004"), (Kind.CLAIMS_ON_POLICY, "P000004")],
        key=lambda each: next(-one.score for one in found(made) if one.subject == each[1]),
    )


def test_the_claims_of_one_asset_are_no_finding_of_its_policy() -> None:
    draw = np.random.default_rng(12)

    def policy(on_one_asset: int, on_others: int) -> list[str]:
        made = Made(WEEKS)
        new = draw.poisson(3.0, (14, WEEKS)).astype(float)
        new[:, 0] = np.nan
        new[4, -1] = on_one_asset + on_others
        made.put("policies", names("P", 14), claims=300 + np.nancumsum(new, axis=1), new_claims=new)
        for number in range(on_one_asset + on_others):
            asset = f"A{max(number - on_one_asset + 1, 0):06d}"
            made.add("claims", claim_id=f"C{number}", asset_id=asset, policy_id="P000004", is_new=True, views=1)
        findings = found(made)
        assert all("without the asset that has most of them" in each.rule for each in findings)
        return [each.subject for each in findings]

    assert policy(on_one_asset=40, on_others=5) == []
    assert policy(on_one_asset=25, on_others=20) == ["P000004"]
    assert policy(on_one_asset=1, on_others=25) == ["P000004"]


def test_what_a_person_must_see_at_once_has_high_priority() -> None:
    """Twenty-five claims at once, spread over many channels, on an asset that never had more than one a week."""
    made = counted(np.random.default_rng(13), SUBJECTS, WEEKS, mean=0.5)
    measures = of(made)
    quiet = [int(row) for row in np.flatnonzero(np.nanmax(measures["new_claims"], axis=1) <= 1)[:3]]
    scores = {}
    for row, count in zip(quiet, (25, 12, 8), strict=True):
        burst(made, row, count)
    for finding in found(made):
        scores[finding.subject] = finding.score
    priorities = [scores[f"A{row:06d}"] for row in quiet]
    assert priorities[0] >= LEAST_SCORE[Priority.HIGH] > priorities[1] > priorities[2] >= LEAST_SCORE[Priority.MEDIUM]


@pytest.mark.parametrize("weeks", [1, 2])
def test_one_week_says_nothing(weeks: int) -> None:
    made = counted(np.random.default_rng(8), 200, weeks, mean=0.5)
    burst(made, 3, 500)
    assert found(made) == []


def test_without_anything_nothing_is_found() -> None:
    assert found(Made(5)) == []


def test_two_weeks_of_history_find_what_is_far_beyond_all_peers() -> None:
    made = counted(np.random.default_rng(9), SUBJECTS, 4, mean=0.5)
    assert found(made) == []
    burst(made, 3, 800)
    (finding,) = found(made)
    assert "2 weeks of history" in finding.why


def test_the_least_effect_is_asked_for() -> None:
    made = counted(np.random.default_rng(10), SUBJECTS, WEEKS, mean=0.5)
    row = int(np.argmin(np.nan_to_num(of(made)["new_claims"]).sum(axis=1)))
    burst(made, row, 30)
    assert len(found(made)) == 1
    assert found(made, least_claims=31) == []


def test_clean_weeks_are_as_clean_as_is_said() -> None:
    alarmed = sum(
        bool(found(counted(np.random.default_rng(100 + seed), 500, 16, mean=0.7, burst=1.0))) for seed in range(40)
    )
    # Of 40 weeks at a rate of 5 %, more than 6 would be improbable (P < 0.02).
    assert alarmed <= 6
