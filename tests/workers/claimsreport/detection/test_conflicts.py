"""Conflicts: each rule by itself, what ordinary catalogues have, and what a person is told."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.workers.claimsreport.detection.a_conflict import BACKGROUND, BLOCKS, changed, found, part_of, points, why_of
from tests.workers.claimsreport.detection.a_week import DATE, Row, claims_on, week_of
from workers.claimsreport.detection.conflicts import find
from workers.claimsreport.detection.conflicts import weights as w
from workers.claimsreport.finding import Kind, Priority

DOCUMENT = Path(__file__).parents[4] / "docs/claims-report.md"


def test_a_catalogue_in_which_nothing_is_wrong_has_no_conflict() -> None:
    assert found(claims_on("X", 20)) == {}


def test_a_conflict_with_all_that_says_why() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed", other_owners="Owner B|Owner A", weekly_views=50_000.0)
    claims = changed(claims, 2, status="appealed", monetize=None, block="US|GB", policy_id="P2")
    finding = found(claims)["X"]
    assert finding.kind is Kind.CONFLICT
    assert finding.title == "Title of X"
    assert finding.priority is Priority.HIGH
    assert "6 disputed and 2 appealed since the last snapshot (newly contested are 8 claims, where 0.0" in next(
        part.why for part in finding.parts if part.name == w.NEW_DISPUTES
    )
    assert "8 of 20 claims are claimed by other owners too since the last snapshot; " in finding.why
    assert "Newly contested are 8 claims, where 0.0" in finding.why
    assert finding.p_value is not None
    assert finding.q_value is not None
    assert finding.p_value < finding.q_value < 1e-4
    assert finding.related["claims"][:3] == ("C-X-000", "C-X-001", "C-X-002")
    assert len(finding.related["claims"]) == 8
    assert finding.related["videos"][0] == "V-X-000"
    assert finding.related["owners"] == ("Owner B", "Owner A")
    assert finding.numbers["weekly_views_at_stake"] == 400_000
    assert finding.numbers["appealed_claims"] == 2
    assert finding.numbers["newly_contested_claims"] == 8
    assert [point.value for point in finding.history] == [None] + [0.0] * 11 + [8.0]
    assert finding.history[-1].date == DATE
    assert list(points(finding).values()) == sorted(points(finding).values(), reverse=True)


def test_what_takes_part_is_named_worst_first() -> None:
    claims = claims_on("X", 6, other_owners="Owner A")
    claims[2] |= {"status": "takedown"}
    claims[4] |= {"status": "disputed", "other_owners": "Owner B"}
    claims[5] |= {"status": "appealed"}
    claims[0] |= {"previous_claimed_by_others": True}  # of the same, what is new comes first
    related = found(claims)["X"].related
    assert [claim[-1] for claim in related["claims"]] == ["5", "4", "2", "1", "3", "0"]
    assert [video[-1] for video in related["videos"]] == ["5", "4", "2", "1", "3", "0"]
    assert related["owners"] == ("Owner A", "Owner B")


def test_the_same_week_is_the_same_findings() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed", other_owners="Owner B")
    assert find(week_of([*BACKGROUND, *claims])) == find(week_of([*claims, *BACKGROUND][::-1]))


# What ordinary catalogues are full of.


@pytest.mark.parametrize(
    "change",
    [
        {"status": "disputed"},
        {"status": "disputed", "previous_status": "disputed"},
        {"status": "appealed", "previous_status": "disputed"},
        {"policy_id": "P2", "monetize": None, "block": "WW"},
        {"policy_id": "P2", "monetize": None, "block": "WW", "previous_policy_id": "P2"},
        {"other_owners": "Owner B"},
        {"other_owners": "Owner B", "previous_claimed_by_others": True},
        {"status": "takedown"},
        {"longest_match_seconds": 8.0, "video_seconds": 3600.0},
        {"status": "potential", "status_detail": "SHORT_MATCH"},
        {"origin": "DESCRIPTIVE_SEARCH"},
    ],
)
def test_one_claim_with_something_is_no_news(change: Row) -> None:
    findings = found(changed(claims_on("X", 20, weekly_views=1e6), 1, **change))
    assert all(finding.score < 25 for finding in findings.values())


def test_a_large_asset_with_its_usual_disputes_is_no_news() -> None:
    usual = [float(3 + week % 3) for week in range(11)]
    claims = changed(claims_on("X", 900), 20, status="disputed", previous_status="disputed")
    claims = changed(claims, 4, status="disputed", previous_status="active")
    assert "X" not in found(claims, before={"X": usual})
    # Three times as many do not count in full.
    more = changed(claims, 12, status="disputed", previous_status="active")
    assert points(found(more, before={"X": usual})["X"])[w.NEW_DISPUTES] == pytest.approx(35 * 7.5 / 10.5, abs=1)
    # The same number where there were none before is unusual.
    assert points(found(claims)["X"])[w.UNUSUAL] > 10
    assert points(found(claims)["X"])[w.NEW_DISPUTES] == pytest.approx(35 * 4 / 7, abs=1)


def test_a_late_snapshot_has_the_conflicts_of_all_its_days() -> None:
    # Something else makes a finding of it in any case.
    standing: Row = {"other_owners": "Owner B", "previous_claimed_by_others": True}
    claims = changed(claims_on("X", 100, **standing), 20, status="disputed")
    expected = {}
    for days in (7.0, 28.0):
        week = week_of([*BACKGROUND, *claims], before={"X": [5.0] * 11})
        week.history.series("assets").days[-1] = days
        (finding,) = find(week)
        expected[days] = finding.numbers["expected_newly_contested_claims"]
        assert [point.value for point in finding.history[-2:]] == [5, 20 * 7 / days]
        assert (w.UNUSUAL in points(finding)) == (days == 7)
    assert expected[28] > 2.5 * expected[7] > 10


def test_an_asset_that_other_owners_have_always_had_a_part_in_is_no_news() -> None:
    claims = claims_on("X", 20, other_owners="Owner B", previous_claimed_by_others=True)
    finding = found(claims)["X"]
    assert finding.score < 20
    assert w.NEW.isdisjoint(points(finding))
    # And so it is where each new claim of it is, week after week.
    claims = changed(claims, 5, is_new=True, previous_claimed_by_others=None, previous_status=None)
    assert found(claims, before={"X": [5.0] * 11})["X"].score < 40


# Other parts.


@pytest.mark.parametrize(("owners", "counted"), [("Owner B", 8), (None, 0), ("Owner B | ", 8)])
def test_other_owners(owners: str | None, counted: int) -> None:
    claims = changed(claims_on("X", 20), 8, other_owners=owners)
    assert part_of(claims, w.OTHER_OWNERS) == pytest.approx(
        15 * counted / (counted + 3) * (counted / 20) ** 0.5, abs=0.1
    )


@pytest.mark.parametrize(
    ("claim", "asset", "bad"),
    [
        # The claim's id, monetize, track and block, then those of the asset.
        (("P2", None, None, "WW"), ("P1", "WW", None, None), w.BLOCKS),
        (("P2", "WW -DE", None, "DE"), ("P1", "WW", None, None), w.BLOCKS),
        (("P2", "US", None, None), ("P1", "US", None, "DE"), w.LENIENT),
        (("P2", None, "WW", None), ("P1", "WW", None, None), w.STRICTER),
        (("P2", "US|GB|DE", None, None), ("P1", "US|GB", None, None), w.STRICTER),
        (("P2", "WW", None, None), ("P1", None, None, "US"), w.STRICTER),
        (("P2", "US", None, None), ("P1", "WW", None, None), w.LENIENT),
        (("P2", "GB,US", None, None), ("P1", "us gb", None, None), w.OTHER_ID),
        (("P1", "US, GB", None, None), ("P1", "GB|US", None, None), 0),
        (("P2", None, None, None), ("P1", None, None, None), w.OTHER_ID),
        (("P2", "WW", None, None), ("P1", None, None, None), w.OTHER_ID),
        (("P1", "WW", None, None), (None, None, None, None), 0),
        ((None, None, None, None), ("P1", "WW", None, None), 0),
        ((None, "US", None, None), (None, "WW", None, None), w.LENIENT),
    ],
)
def test_policies_that_disagree(claim: tuple[str | None, ...], asset: tuple[str | None, ...], bad: float) -> None:
    columns = ("policy_id", "monetize", "track", "block")
    change = dict(zip(columns, claim, strict=True)) | {
        f"asset_{name}": value for name, value in zip(columns, asset, strict=True)
    }
    # Something else makes a finding of it, and all has been so before.
    before: Row = {"previous_claimed_by_others": True, "previous_policy_id": change["policy_id"]}
    claims = [claim | change for claim in claims_on("X", 12, other_owners="Owner B", **before)]
    assert part_of(claims, w.POLICY) == pytest.approx(15 * bad * 12 / 15, abs=0.1)


def test_of_several_ways_to_disagree_the_worst_counts() -> None:
    blocks = {"policy_id": "P2", "monetize": None, "block": "WW"}
    claims = changed(changed(claims_on("X", 20, other_owners="Owner B"), 20, policy_id="P3"), 5, **blocks)
    assert part_of(claims, w.POLICY) == pytest.approx(15 * 5 / 8 * (5 / 20) ** 0.5, abs=0.1)
    why = why_of(claims, w.POLICY)
    assert why == (
        "5 of 20 claims block where the asset does not; 15 of 20 claims have another policy id than the asset"
    )


def test_many_claims_on_one_video() -> None:
    others = [claim for number in range(6) for claim in claims_on(f"Y{number}", 1, video_id="V-X-000")]
    claims = [*claims_on("X", 1, other_owners="Owner B"), *others]
    assert part_of(claims, w.MANY_CLAIMS) == pytest.approx(10 * 5 / 8, abs=0.1)
    assert "up to 7 claims, by 7 assets, on one video" in why_of(claims, w.MANY_CLAIMS)
    assert part_of(claims[:2], w.MANY_CLAIMS) == 0
    gone = [claim | {"status": "inactive"} for claim in others]
    assert part_of([claims[0], *gone], w.MANY_CLAIMS) == 0


@pytest.mark.parametrize(
    ("match", "longest", "video", "bad"),
    [
        (210.0, 100.0, 200.0, w.IMPOSSIBLE),
        (120.0, 210.0, 200.0, w.IMPOSSIBLE),
        (205.0, 100.0, 200.0, 0),  # rounded
        (9.0, 9.0, 3600.0, w.SHORT),
        (9.0, 9.0, 60.0, 0),  # as long as a short video allows
        (100.0, 30.0, 3600.0, 0),
        (None, None, 200.0, 0),
        (9.0, 9.0, None, 0),
    ],
)
def test_matches_and_videos(match: float | None, longest: float | None, video: float | None, bad: float) -> None:
    lengths = {"match_seconds": match, "longest_match_seconds": longest, "video_seconds": video}
    claims = claims_on("X", 12, other_owners="Owner B", **lengths)
    assert part_of(claims, w.MATCH_LENGTH) == pytest.approx(10 * bad * 12 / 15, abs=0.1)


def test_takedowns_flags_and_origins() -> None:
    change: Row = {"status": "takedown", "origin": "Descriptive search"}
    assert part_of(changed(claims_on("X", 12), 12, **change), w.TAKEDOWNS) == pytest.approx(10 * 12 / 14, abs=0.1)
    assert part_of(changed(claims_on("X", 12), 12, **change), w.ORIGIN) == pytest.approx(5 * 12 / 15, abs=0.1)
    for flagged in (
        {"status": "potential"},
        {"status": "pending", "status_detail": "PENDING_FOR_REVIEW"},
        {"status": "pending", "status_detail": "Low confidence"},
        {"status": "active", "status_detail": "REFERENCE_CONFLICT"},
    ):
        assert part_of(claims_on("X", 12, other_owners="Owner B", **flagged), w.FLAGGED) == pytest.approx(
            8 * 12 / 15, abs=0.1
        )
    # By hand alone is nothing.
    assert found(claims_on("X", 12, origin="MANUAL")) == {}


def test_the_same_evidence_is_more_where_more_is_at_stake() -> None:
    scores = []
    for views in (10.0, 1_000.0, 100_000.0, 1e9):
        finding = found(changed(claims_on("X", 20, weekly_views=views), 10, status="disputed"))["X"]
        evidence = sum(value for name, value in points(finding).items() if name != w.EXPOSURE)
        scores.append(points(finding).get(w.EXPOSURE, 0) / evidence)
    assert scores == pytest.approx([0, 0.25 / 3, 0.25, 0.25], abs=0.001)


# Records of rights.

OURS: Row = {"isrc": "ISRCX", "ours": True, "owner": "We"}
YESTERDAY, TOMORROW = DATE - dt.timedelta(days=1), DATE + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("records", "bad", "why"),
    [
        ([OURS], 0, ""),
        ([OURS | {"valid_to": DATE, "share": 1.0}], 0, ""),
        ([OURS | {"territories": "WW"}], 0, ""),
        ([OURS | {"valid_to": YESTERDAY}], w.EXPIRED, "our rights have ended (they ended on 2026-11-22)"),
        ([OURS | {"valid_from": TOMORROW}], w.EXPIRED, "our rights have not begun"),
        ([OURS | {"ours": False, "owner": "B"}], w.NOT_OURS, "us nothing of it; others who have it are B"),
        ([OURS | {"territories": "US|GB"}], w.OUTSIDE, "claims act outside our territories: AD, AE, AF, AG, AI and 24"),
        (
            [OURS | {"share": 0.6}, OURS | {"ours": False, "share": 0.5, "owner": "B", "territories": "DE FR"}],
            w.OVERSUBSCRIBED,
            "shares add up to 1.1 in DE, FR; others who have it are B",
        ),
        ([OURS | {"share": 0.5}, OURS | {"ours": False, "share": 0.5}], 0, ""),
        (
            [OURS | {"share": 1.0, "territories": "US"}, OURS | {"share": 1.0, "territories": "WW -US", "owner": "Us"}],
            0,
            "",
        ),
        # The asset's own record goes first.
        ([{"asset_id": "X", "owner": "B"}, OURS], w.NOT_OURS, "us nothing of it; others who have it are B"),
        ([OURS | {"isrc": "ANOTHER", "ours": False}], 0, ""),
    ],
)
def test_rights(records: list[Row], bad: float, why: str) -> None:
    findings = found(claims_on("X", 12), rights=records)
    assert ("X" in findings) == (bad > 0)
    if bad:
        assert points(findings["X"])[w.RIGHTS] == pytest.approx(25 * bad, abs=0.1)
        assert why in next(part.why for part in findings["X"].parts if part.name == w.RIGHTS)
        assert findings["X"].title == "Title of X"
        assert findings["X"].numbers["weekly_views_at_stake"] == 120
        assert len(findings["X"].related["claims"]) == 12


def test_rights_and_disputes_together() -> None:
    claims = changed(claims_on("X", 20), 8, status="disputed", other_owners="Owner B")
    finding = found(claims, rights=[OURS | {"ours": False}])["X"]
    assert finding.priority is Priority.HIGH


# Limits.


def test_an_empty_snapshot() -> None:
    assert find(week_of([])) == []
    assert find(week_of([], weeks=0)) == []


def test_claims_without_an_asset() -> None:
    assert found([claim | {"asset_id": None, "status": "disputed"} for claim in claims_on("X", 9)]) == {}


def test_at_most_so_many_of_low_priority_and_so_many_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(w, "MOST_LOW", 7)
    standing: Row = {"other_owners": "Owner B", "previous_claimed_by_others": True}
    claims = [claim for number in range(20) for claim in claims_on(f"X{number:02}", 8, **standing)]
    claims += changed(claims_on("Y", 60), 50, status="disputed", other_owners="|".join(f"O{n}" for n in range(30)))
    findings = find(week_of([*BACKGROUND, *claims]))
    assert [finding.subject for finding in findings] == ["Y", *(f"X{number:02}" for number in range(7))]
    assert {sort: len(ids) for sort, ids in findings[0].related.items()} == {
        "claims": 20, "videos": 20, "channels": 7, "owners": 20,
    }  # fmt: skip


def test_no_part_has_more_than_its_most() -> None:
    change = {"status": "appealed", "policy_id": "P2", "monetize": None, "block": "WW", "match_seconds": 9999.0}
    claims = claims_on("X", 500, video_id="V", origin="MANUAL", other_owners="B", weekly_views=1e8, **change)
    finding = found(claims, rights=[OURS | {"ours": False}])["X"]
    assert finding.score == 100
    assert all(0 < part.points <= part.most == w.WEIGHTS[part.name].most for part in finding.parts)
    # They make the score together, and say that they were cut, and from what.
    assert round(sum(part.points for part in finding.parts), 1) == 100
    whole = [
        re.search(r"; ([\d.]+) points, cut in proportion since all parts come to ([\d.]+)", part.why)
        for part in finding.parts
    ]
    assert all(whole)
    together = float(whole[0][2])
    assert together > 150
    assert sum(float(each[1]) for each in whole) == pytest.approx(together)
    assert [float(each[1]) * 100 / together for each in whole] == pytest.approx(list(points(finding).values()), abs=0.4)
    assert "cut in proportion" not in finding.why


def test_parts_that_were_cut_make_100_together_to_the_last_digit() -> None:
    everything: Row = {"status": "appealed", "other_owners": "B", "weekly_views": 1e6, **BLOCKS}
    claims = [claim for count in range(8, 20) for claim in changed(claims_on(f"X{count:02}", 20), count, **everything)]
    scores = [(finding.score, round(sum(points(finding).values()), 6)) for finding in find(week_of(claims))]
    assert scores == [(100, 100)] * 12


@pytest.mark.parametrize("count", [1, 2, 5, 10, 20])
def test_parts_make_the_score_together(count: int) -> None:
    finding = found(changed(claims_on("X", 20), count, status="disputed", weekly_views=77_777.0))["X"]
    assert round(sum(part.points for part in finding.parts), 1) == finding.score < 100
    assert not any("cut in proportion" in part.why for part in finding.parts)


def test_every_part_is_in_the_table_of_weights_and_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    table = [row for row in rows if row.split("`")[1] in w.WEIGHTS]
    assert table == [f"| `{name}` | {weight.most:g} | {weight.reason} |" for name, weight in w.WEIGHTS.items()]
