"""Conflicts that are new: what has become so since the last snapshot is what a person wants to see first."""

from __future__ import annotations

import pytest

from tests.workers.claimsreport.detection.a_conflict import BACKGROUND, BLOCKS, changed, found, part_of, points
from tests.workers.claimsreport.detection.a_week import Row, claims_on, week_of
from workers.claimsreport.detection.conflicts import find
from workers.claimsreport.detection.conflicts import weights as w
from workers.claimsreport.finding import Priority


@pytest.mark.parametrize("change", [{"status": "disputed"}, {"other_owners": "Owner B"}, BLOCKS])
@pytest.mark.parametrize(("claims", "count"), [(5, 4), (20, 12), (500, 300)])
def test_one_strong_sign_on_most_claims_of_an_asset_has_medium_priority(change: Row, claims: int, count: int) -> None:
    week = week_of([*BACKGROUND, *changed(claims_on("X", claims), count, **change)])
    if change is BLOCKS:
        series = week.history.series("assets")
        series.measures["newly_contested"][list(series.ids).index("X"), -1] = count
    (finding,) = find(week)
    assert finding.priority is not Priority.LOW
    assert w.NEW.intersection(points(finding))
    # The same, if it has been so already.
    before: Row = {"previous_status": "disputed", "previous_claimed_by_others": True, "previous_policy_id": "P2"}
    assert all(each.score < 30 for each in found(changed(claims_on("X", claims), count, **change, **before)).values())


# New disputes.


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({"status": "disputed", "previous_status": "active"}, 3),
        ({"status": "disputed", "previous_status": "disputed"}, 0),
        ({"status": "disputed", "previous_status": "appealed"}, 0),
        ({"status": "disputed", "previous_status": None, "is_new": True}, 3),
        ({"status": "disputed", "previous_status": None, "is_new": False}, 0),
        ({"status": "appealed", "previous_status": "disputed"}, 6),
        ({"status": "appealed", "previous_status": "appealed"}, 0),
        ({"status": "pending", "status_detail": "DISPUTED", "previous_status": "active"}, 3),
        ({"status": "pending", "status_detail": "Dispute appealed", "previous_status": "active"}, 6),
        ({"status": "pending", "status_detail": "DISPUTED", "previous_status": "pending"}, 0),
        ({"status": "pending", "status_detail": "Dispute reinstated", "previous_status": "active"}, 0),
        ({"status": "active", "status_detail": "Dispute reinstated", "previous_status": "disputed"}, 0),
        ({"status": "active", "previous_status": "disputed"}, 0),
        ({"status": "inactive", "status_detail": "Dispute released", "previous_status": "disputed"}, 0),
    ],
)
def test_what_is_newly_disputed(change: Row, new: int) -> None:
    value = part_of(changed(claims_on("X", 20), 3, **change, other_owners="Owner B"), w.NEW_DISPUTES)
    assert value == pytest.approx(35 * new / (new + 3), abs=0.5)  # less what is usual


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({}, 6),
        ({"previous_claimed_by_others": True}, 0),
        ({"previous_claimed_by_others": None}, 0),  # the report before did not say
        ({"previous_claimed_by_others": None, "previous_status": None, "is_new": True}, 6),
        ({"status": "inactive"}, 0),
    ],
)
def test_what_other_owners_claim_newly(change: Row, new: int) -> None:
    claims = claims_on("X", 20, other_owners="Owner B", previous_claimed_by_others=True)
    claims = [claim | {"previous_claimed_by_others": False} | change for claim in claims[:6]] + claims[6:]
    assert part_of(claims, w.NEW_OWNERS) == pytest.approx(35 * new / (new + 3), abs=0.5)
    assert found(claims)["X"].numbers["claims_newly_of_other_owners_too"] == new


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        (BLOCKS, w.BLOCKS),
        ({"policy_id": "P2", "monetize": None, "track": "WW"}, w.STRICTER),
        ({"policy_id": "P2", "monetize": "US"}, w.LENIENT),
        ({"policy_id": "P2"}, 0),  # it does the same
        (BLOCKS | {"previous_policy_id": "P2"}, 0),
        (BLOCKS | {"is_new": True, "previous_policy_id": None, "previous_status": None}, 0),
        ({"previous_policy_id": "P2"}, 0),  # it has come back to its asset's
    ],
)
def test_policies_that_newly_disagree(change: Row, bad: float) -> None:
    # Something else makes a finding of it.
    claims = claims_on("X", 20, other_owners="Owner B")
    assert part_of(changed(claims, 6, **change), w.NEW_POLICY) == pytest.approx(30 * bad * 6 / 9, abs=0.3)
    found_so = found(changed(claims, 6, **change))["X"].numbers["claims_newly_with_another_policy"]
    assert found_so == (6 if bad else 0)


def test_a_single_claim_that_newly_blocks_is_kept() -> None:
    assert points(found(claims_on("X", 1, **BLOCKS))["X"])[w.NEW_POLICY] == pytest.approx(30 / 4, abs=0.2)
    assert found(claims_on("X", 1, **BLOCKS, previous_policy_id="P2")) == {}


def test_a_single_claim_that_is_newly_stricter_is_kept_if_more_speaks_against_it() -> None:
    stricter: Row = {"policy_id": "P2", "monetize": None, "track": "WW"}
    more: Row = {"origin": "MANUAL", "longest_match_seconds": 8.0, "video_seconds": 3600.0}
    assert w.NEW_POLICY in points(found(claims_on("X", 1, **stricter, **more))["X"])
    assert found(claims_on("X", 1, **stricter)) == {}
    assert found(claims_on("X", 1, **stricter, **more, previous_policy_id="P2")) == {}


def test_of_the_first_snapshot_nothing_is_new() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed", other_owners="Owner B")
    finding = found(claims, weeks=0)["X"]
    assert {*w.NEW, w.UNUSUAL, w.EXPOSURE}.isdisjoint(points(finding))
    assert points(finding)[w.STANDING_DISPUTES] > 0
    assert finding.p_value is None
    assert finding.numbers["expected_newly_contested_claims"] is None


def test_after_one_snapshot_what_others_have_this_week_is_usual() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed")
    assert part_of(claims, w.NEW_DISPUTES, weeks=1) == pytest.approx(35 * 8 / 11, abs=1.5)
    everywhere = [claim | {"status": "disputed"} if claim["claim_id"].endswith("0") else claim for claim in BACKGROUND]
    one = changed(claims_on("X", 60), 4, status="disputed")
    findings = {finding.subject: finding for finding in find(week_of([*everywhere, *one], weeks=1))}
    assert "X" not in findings
    assert found(one, weeks=1)["X"].numbers["expected_newly_contested_claims"] < 1.5


def test_after_two_snapshots_peers_say_what_is_usual() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed")
    assert part_of(claims, w.UNUSUAL, weeks=2) > 0
    usual = {f"B{number:02}": [3.0] for number in range(40)}
    assert part_of(claims, w.UNUSUAL, weeks=2, before=usual) == 0


def test_an_asset_that_was_not_there_before() -> None:
    week = week_of([*BACKGROUND, *claims_on("X", 9, is_new=True, previous_status=None, status="disputed")])
    series = week.history.series("assets")
    row = list(series.ids).index("X")
    series.measures["claims"][row, :-1] = series.measures["newly_contested"][row, :-1] = float("nan")
    (finding,) = find(week)
    assert finding.score >= 40
    assert [point.value for point in finding.history] == [None] * 12 + [9.0]
