"""Claims reports of a catalogue that nobody owns: that they are what they say, and that what was put in is there."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import itertools
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sandbox.__main__ import app
from sandbox.claims import catalogue, companions, demonstration, files, ids, injections, weeks, writing
from sandbox.claims.injecting import LEAST_VIEWS
from sandbox.claims.shape import Shape

SMALL = Shape(seed=3, claims=3_000, weeks=12, late=0.2, missing=0.2)


@pytest.fixture(scope="module")
def clean():
    made = catalogue.make(SMALL)
    return made, list(weeks.snapshots(made))


@pytest.fixture(scope="module")
def injected():
    """One of each sort and size in the last week of a larger catalogue, beside the same without."""
    made = catalogue.make(Shape(seed=5, weeks=6, late=0, missing=0))
    before = list(weeks.snapshots(made))
    put_in = injections.inject(made, before, {5: injections.SIZES})
    return made, before, put_in, list(weeks.snapshots(put_in.catalogue, put_in.effects))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def written(clean, folder: Path, form: writing.Form, place: int = -1) -> Path:
    made, snapshots = clean
    with writing.Writer(made, form) as writer:
        return writer.write(snapshots[place], folder)


def weekly_views(made: catalogue.Catalogue, now: weeks.Snapshot, before: weeks.Snapshot) -> np.ndarray:
    """By asset, of the claims that are in both."""
    _, of_now, of_before = np.intersect1d(now.claims, before.claims, return_indices=True)
    more = now.views[of_now] - before.views[of_before]
    return np.bincount(made.claim_asset[now.claims[of_now]], more, made.shape.assets)


def test_the_same_seed_writes_the_same_bytes_and_another_one_does_not(clean, tmp_path):
    (tmp_path / "again").mkdir()
    first = written(clean, tmp_path, writing.Form()).read_bytes()
    again = catalogue.make(SMALL)
    assert written((again, list(weeks.snapshots(again))), tmp_path / "again", writing.Form()).read_bytes() == first
    other = catalogue.make(replace(SMALL, seed=4))
    assert written((other, list(weeks.snapshots(other))), tmp_path / "again", writing.Form()).read_bytes() != first


def test_a_report_has_a_row_for_each_claim_with_the_ids_that_python_knows(clean, tmp_path):
    made, snapshots = clean
    last = snapshots[-1]
    path = written(clean, tmp_path, writing.Form())
    assert path.name == f"claim_report_active_{SMALL.date(last.day)}.csv"
    found = rows(path)
    assert [row["claim_id"] for row in found] == [ids.claim_id(int(each)) for each in last.claims]
    assert len({row["claim_id"] for row in found}) == len(found)
    for row, claim, views, policy in zip(found, last.claims.tolist(), last.views, last.policy, strict=True):
        video, asset = int(made.claim_video[claim]), int(made.claim_asset[claim])
        assert row["asset_id"] == ids.asset_id(asset)
        assert row["video_id"] == ids.video_id(video)
        assert row["channel_id"] == ids.channel_id(int(made.video_channel[video]))
        assert row["claim_policy_id"] == ids.policy_id(int(policy))
        assert row["claim_policy_monetize"] == ids.POLICIES[policy][0]
        assert row["views"] == str(views)
        has = ids.isrc(int(made.recording[asset])) if made.has_isrc[asset] else ""
        assert row["isrc"].replace("-", "") == has
        assert row["video_upload_date"] <= row["claim_created_date"] <= SMALL.date(last.day).isoformat()
    assert any("\n" in row["video_title"] for row in found)
    assert any('"' in row["asset_title"] and "," in row["asset_title"] for row in found)
    assert any("-" in row["isrc"] for row in found)


def test_a_report_can_be_an_old_one_compressed_and_flawed(clean, tmp_path):
    form = writing.Form(engaged_views=False, other_owners=False, bom=True, gzip=True, duplicated=5, impossible=2)
    path = written(clean, tmp_path, form)
    assert path.suffixes[-2:] == [".csv", ".gz"]
    plain = tmp_path / "plain.csv"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    assert plain.read_bytes().startswith(b"\xef\xbb\xbfclaim_id,")
    found = rows(plain)
    assert not {"engaged_views", "other_owners_claiming"} & set(found[0])
    wrong = Counter(
        name
        for row in found
        for name, is_so in {
            "no id": not row["claim_id"],
            "negative": row["views"] == "-12",
            "no number": row["views"] == "n/a",
            "future": row["claim_created_date"] > SMALL.date(SMALL.days[-1] or 0).isoformat(),
        }.items()
        if is_so
    )
    assert wrong == {"no id": 2, "negative": 2, "no number": 2, "future": 2}
    assert sum(count - 1 for name, count in Counter(row["claim_id"] for row in found).items() if name) == 5


def test_snapshots_are_late_and_missing_but_never_the_first_or_the_last_ones():
    late = missing = 0
    for seed in range(40):
        days = replace(SMALL, seed=seed).days
        assert days[0] == 0
        assert None not in days[-3:]
        there = [day for day in days if day is not None]
        assert there == sorted(set(there))
        missing += days.count(None)
        late += sum(day % 7 > 0 for day in there)
    assert 40 * 12 * 0.1 < missing < 40 * 12 * 0.3
    assert 40 * 12 * 0.1 < late < 40 * 12 * 0.3


def test_views_never_fall_and_engaged_ones_are_fewer(clean):
    _, snapshots = clean
    for before, now in itertools.pairwise(snapshots):
        _, of_now, of_before = np.intersect1d(now.claims, before.claims, return_indices=True)
        assert (now.views[of_now] >= before.views[of_before]).all()
        assert (now.engaged_views[of_now] >= before.engaged_views[of_before]).all()
        assert (now.engaged_views <= now.views).all()
        assert len(of_now) < len(now.claims)  # some are new
        assert len(of_now) < len(before.claims)  # and some are lost


def test_levels_and_changes_have_heavy_tails_and_follow_each_other():
    made = catalogue.make(Shape(seed=1, claims=4_000, weeks=120, late=0, missing=0))
    snapshots = list(weeks.snapshots(made))
    series = np.array([weekly_views(made, now, old) for old, now in itertools.pairwise(snapshots)])
    usual = (made.released == -catalogue.NEVER) & (series.min(axis=0) > 500)
    share = np.sort(series[-1])[::-1].cumsum() / series[-1].sum()
    assert share[len(share) // 100] > 0.2  # one asset in a hundred has more than a fifth of all views
    moves = np.diff(np.log(series[:, usual]), axis=0)
    moves -= np.median(moves, axis=1, keepdims=True)
    moves /= moves.std(axis=0)
    assert (moves**4).mean() > 3.5  # 3 is Gaussian
    level = np.log(series[:, usual]) - np.log(series[:, usual]).mean(axis=0)
    level -= np.median(level, axis=1, keepdims=True)
    assert np.corrcoef(level[1:].ravel(), level[:-1].ravel())[0, 1] > 0.3


def test_new_claims_come_overdispersed_and_in_bursts_on_releases():
    made = catalogue.make(Shape(seed=2, claims=20_000, weeks=20))
    inside = (made.created > 0) & (made.created < 140)
    old = made.released == -catalogue.NEVER
    counts = np.zeros((made.shape.assets, 20))
    np.add.at(counts, (made.claim_asset[inside], (made.created[inside] / 7).astype(int)), 1)
    busy = old & (counts.mean(axis=1) > 1)
    assert (counts[busy].var(axis=1, ddof=1) / counts[busy].mean(axis=1)).mean() > 1.2  # 1 is Poisson
    released = (made.released > 0) & (made.released < 100)
    since = made.created - made.released[made.claim_asset]
    of_release = released[made.claim_asset]
    assert (since[of_release] >= 0).all()
    assert ((since < 21) & of_release).sum() > 3 * ((since >= 21) & (since < 42) & of_release).sum()


def test_holidays_move_the_whole_catalogue_and_shorts_are_counted_anew():
    made = catalogue.make(Shape(seed=1, claims=2_000, weeks=8, last=dt.date(2027, 1, 4), late=0, missing=0))
    christmas = [week for week in range(8) if made.shape.date(7 * week) <= dt.date(2026, 12, 25)][-1]
    assert weeks.season(made, christmas) > 1.1 * weeks.season(made, christmas - 2)
    made = catalogue.make(Shape(seed=1, claims=2_000, weeks=4, last=dt.date(2026, 9, 7), late=0, missing=0))
    assert [weeks.recounted(made, week) for week in range(3)] == [0, pytest.approx(4 / 7), 1]
    short = made.recounted > 1
    _, before, after = weeks.snapshots(made), *(list(weeks.snapshots(made))[number] for number in (1, 3))
    factor = {}
    for kind, chosen in {"short": short, "long": ~short}.items():
        both = np.intersect1d(before.claims, after.claims)
        both = both[chosen[made.claim_video[both]]]
        more = after.views[np.searchsorted(after.claims, both)] - before.views[np.searchsorted(before.claims, both)]
        engaged = (
            after.engaged_views[np.searchsorted(after.claims, both)]
            - before.engaged_views[np.searchsorted(before.claims, both)]
        )
        factor[kind] = more.sum() / engaged.sum()
    assert factor["short"] > 1.3 * factor["long"]


def test_what_is_put_in_is_there_in_its_size_and_nothing_else_changes(injected):
    made, before, put_in, after = injected
    for one, other in zip(before[:-1], after[:-1], strict=True):
        for name in ("claims", "status", "policy", "other_owner", "views", "engaged_views"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    number_of = {ids.asset_id(number): number for number in range(made.shape.assets)}
    was, becomes = (weekly_views(put_in.catalogue, each[-1], each[-2]) for each in (before, after))
    changed = {number for number in range(made.shape.assets) if abs(becomes[number] - was[number]) > 0.01 * was[number]}
    spiked = set()
    for each in put_in.injected:
        if each.sort == "viral-asset":
            number = number_of[each.subject]
            assert becomes[number] - was[number] >= 0.8 * LEAST_VIEWS
            # A claim on another asset's video moves with that one.
            assert becomes[number] / was[number] == pytest.approx(each.size, rel=0.25)
            spiked.add(number)
    touched = {subject for each in put_in.injected for _, subject in each.touches}
    assert spiked < changed
    assert {ids.asset_id(number) for number in changed} <= touched
    assert Counter(each.sort for each in put_in.injected) == {sort: len(of) for sort, of in injections.SIZES.items()}
    assert len({each.subject for each in put_in.injected}) == len(put_in.injected)


def test_claims_come_and_go_and_turn_as_they_are_told(injected):
    made, before, put_in, after = injected
    number_of = {ids.asset_id(number): number for number in range(made.shape.assets)}
    put = put_in.catalogue
    now, then = after[-1], after[-2]
    new = np.setdiff1d(now.claims, before[-1].claims)
    for each in put_in.injected:
        match each.sort:
            case "claims-on-asset":
                assert (put.claim_asset[new] == number_of[each.subject]).sum() >= each.size
            case "claims-on-channel":
                channels = [ids.channel_id(int(one)) for one in put.video_channel[put.claim_video[new]]]
                assert channels.count(each.subject) >= each.size
            case "claims-on-policy":
                assert [ids.policy_id(int(one)) for one in put.claim_policy[new]].count(each.subject) >= each.size
            case "claims-vanished":
                of_asset = then.claims[put.claim_asset[then.claims] == number_of[each.subject]]
                gone = 1 - np.isin(of_asset, now.claims).mean()
                assert gone == pytest.approx(each.size, abs=0.2)
            case "views-without-revenue":
                mine = (put.claim_asset[now.claims] == number_of[each.subject]) & np.isin(now.claims, then.claims)
                lost = mine & (now.policy == ids.TRACKING[0])
                assert lost.any()
                assert lost.sum() == mine.sum() or each.size < 1
            case "conflict":
                number = number_of[each.subject]
                mine = put.claim_asset[now.claims] == number
                signs = (
                    now.other_owner[mine].mean() >= 0.5,
                    (now.status[mine] == weeks.DISPUTED).mean() >= 0.4,
                    np.bincount(now.policy[mine]).argmax() != put.asset_policy[number],
                )
                assert sum(signs) == each.size


def test_too_small_a_catalogue_for_what_is_to_be_put_in_is_said(clean):
    made, snapshots = clean
    with pytest.raises(ValueError, match="too small a catalogue"):
        injections.inject(made, snapshots, {snapshots[-1].week: {"viral-recording": (4,) * 200}})


def test_platforms_follow_the_recording_and_rise_where_they_are_told(injected, tmp_path):
    made, before, put_in, _ = injected
    clean, other = (
        {
            (row["platform"], row["isrc"]): int(row["views"])
            for row in rows(companions.write_metrics(made, before[-1], before[-2], tmp_path / "metrics.csv", effects))
        }
        for effects in (None, put_in.effects)
    )
    assert clean.keys() == other.keys()
    for each in put_in.injected:
        factors = [other[key] / clean[key] for key in clean if key[1] == each.subject and clean[key] > 200]
        if each.sort == "platform-discrepancy":
            assert sorted(factors, key=lambda factor: abs(np.log(factor)))[-1] == pytest.approx(each.size, rel=0.02)
            assert sum(factor != 1 for factor in factors) == 1
        if each.sort == "viral-recording":
            assert factors == pytest.approx([each.size] * len(factors), rel=0.02)


def test_rights_are_of_all_recordings_with_shares_that_make_a_whole(injected, tmp_path):
    made, *_ = injected
    found = rows(companions.write_rights(made, tmp_path / "rights.csv"))
    shares: dict[str, float] = {}
    for row in found:
        shares[row["isrc"]] = shares.get(row["isrc"], 0) + float(row["share"])
    assert set(shares.values()) == {1.0}
    assert len(shares) == len(np.unique(made.recording[made.has_isrc]))


def test_the_files_of_a_week_are_written_when_they_are_asked_for(clean, tmp_path):
    made, snapshots = clean
    weeks_of = files.write_all(made, tmp_path, since=snapshots[2].week)
    first = next(weeks_of)
    assert first.date == SMALL.date(snapshots[2].day)
    assert first.claims == len(rows(first.report)) == len(snapshots[2].claims)
    assert {row["date"] for row in rows(first.metrics)} == {first.date.isoformat()}
    assert sorted(tmp_path.iterdir()) == sorted([first.report, first.metrics, first.rights])
    assert len(list(weeks_of)) == len(snapshots) - 3


def test_the_demonstration_has_one_of_each_thing_in_its_last_week(tmp_path):
    written, put_in = demonstration.write(tmp_path, weeks=2)
    assert [each.date.isoformat() for each in written] == ["2026-11-09", "2026-11-16"]
    assert sorted(each.sort for each in put_in) == sorted(injections.SIZES)
    assert {each.week for each in put_in} == {demonstration.SHAPE.weeks - 1}
    before, last = (rows(each.report) for each in written)
    known = {row["claim_id"] for row in before}
    subject = {each.sort: each.subject for each in put_in}
    assert not [row for row in last if row["asset_id"] == subject["claims-vanished"] and row["claim_id"] in known]
    new = [row for row in last if row["claim_id"] not in known]
    assert sum(row["channel_id"] == subject["claims-on-channel"] for row in new) >= 25


def test_the_command_writes_reports_named_with_their_dates(tmp_path):
    asked = ["claims", str(tmp_path / "reports"), "--claims", "400", "--weeks", "3", "--last", "2026-10-05", "--gzip"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names[0] == "claim_report_active_2026-09-21.csv.gz"
    form = (
        r"(claim_report_active_2026-(09|10)-\d\d\.csv\.gz|platform_metrics_2026-(09|10)-\d\d\.csv|rights_records\.csv)"
    )
    assert len(names) == 7
    assert all(re.fullmatch(form, name) for name in names), names
