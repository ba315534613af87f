"""Claims that vanished: what is found, what is not, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workers.claimsreport.detection.weeks import Made, names
from workers.claimsreport.detection import vanished
from workers.claimsreport.finding import Finding, Priority

SUBJECTS, WEEKS = 1500, 16


def losing(seed: int, *, weeks: int = WEEKS, days: tuple[float, ...] = (), last: float = 1.0) -> Made:
    """Return assets that lose half a percent of their claims a week, and `last` times as many in the last one."""
    draw = np.random.default_rng(seed)
    made = Made(weeks, days)
    stock = np.round(np.exp(draw.normal(2.5, 1.0, SUBJECTS)) + 1)
    claims, lost = np.empty((SUBJECTS, weeks)), np.full((SUBJECTS, weeks), np.nan)
    claims[:, 0] = stock
    for week in range(1, weeks):
        lost[:, week] = draw.binomial(claims[:, week - 1].astype(int), 0.005 * (last if week == weeks - 1 else 1))
        claims[:, week] = claims[:, week - 1] - lost[:, week]
    new = np.zeros_like(lost)
    new[:, 0] = np.nan
    views = 1000 * stock[:, None] * np.exp(0.1 * draw.standard_normal((SUBJECTS, weeks)))
    made.put("assets", names("A", SUBJECTS), claims=claims, new_claims=new, lost_claims=lost, weekly_views=views)
    return made


def lose(made: Made, row: int, count: int | None = None) -> int:
    """Let an asset lose claims, or all of them, and return how many it had."""
    measures = made.tables["assets"][1]
    stock = int(measures["claims"][row, -2])
    gone = stock if count is None else count
    measures["lost_claims"][row, -1] = gone
    measures["claims"][row, -1] = stock - gone
    if gone == stock:
        measures["weekly_views"][row, -1] = np.nan
    return stock


def largest(made: Made, place: int) -> int:
    return int(np.argsort(-made.tables["assets"][1]["claims"][:, -1])[place])


def found(made: Made, **settings: object) -> list[Finding]:
    return vanished.find(made.week(**settings))


def test_an_asset_that_vanishes_is_found_and_said_in_numbers() -> None:
    made = losing(1)
    row = largest(made, 20)
    stock = lose(made, row)
    for number in range(stock):
        made.add(
            "lost", claim_id=f"C{number:03d}", asset_id=f"A{row:06d}", video_id=f"v{number:03d}",
            channel_id="UC1" if number < stock // 2 + 1 else f"UC{number}", views=number,
        )  # fmt: skip
    made.add("reported", claim_id="D", channel_id="UC1", channel_name="A channel that is left")
    (finding,) = found(made)
    assert finding.subject == f"A{row:06d}"
    assert f"All {stock} claims are gone after 7 days" in finding.why
    assert "A channel that is left had" in finding.why
    assert finding.numbers["claims_now"] == 0
    assert finding.numbers["lost_share"] == 1
    assert finding.numbers["weekly_views_now"] == 0
    assert finding.numbers["weekly_views_lost"] == pytest.approx(
        1000 * made.tables["assets"][1]["claims"][row, 0], rel=0.2
    )
    assert finding.priority is Priority.HIGH
    assert len(finding.related["claims"]) == 20
    assert finding.related["claims"][0] == f"C{stock - 1:03d}"
    assert finding.history[-1].value == stock
    assert finding.history[-1].high < stock


def test_an_asset_without_a_row_has_lost_all() -> None:
    made = losing(2)
    row = largest(made, 30)
    lose(made, row)
    for values in made.tables["assets"][1].values():
        values[row, -1] = np.nan
    assert [each.subject for each in found(made)] == [f"A{row:06d}"]


def test_some_of_many_are_found_when_they_are_enough() -> None:
    made = losing(3)
    row = largest(made, 5)
    stock = lose(made, row)
    lose(made, row, stock // 3)
    (finding,) = found(made)
    assert finding.numbers["claims_now"] == stock - stock // 3
    lose(made, row, int(stock * (vanished.LEAST_SHARE - 0.05)))
    assert found(made) == []


def test_a_week_of_which_all_lose_more_is_nobodys() -> None:
    made = losing(4, last=30)
    assert found(made) == []
    row = largest(made, 20)
    lose(made, row)
    (finding,) = found(made)
    assert finding.numbers["catalogue_times_usual"] > 10


def test_a_gap_of_weeks_is_not_a_loss() -> None:
    made = losing(5, days=(*[7.0] * (WEEKS - 2), 56.0), last=8)
    assert found(made) == []


@pytest.mark.parametrize("weeks", [1, 2])
def test_one_week_says_nothing(weeks: int) -> None:
    assert found(losing(6, weeks=weeks)) == []


def test_without_anything_nothing_is_found() -> None:
    assert found(Made(5)) == []


def test_clean_weeks_are_clean() -> None:
    assert sum(bool(found(losing(50 + seed))) for seed in range(12)) <= 2
