"""The plan: every asset once, in the order of the report, without what is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cmscustomidcleanup.decisions import Kind, PartnerChannels, decide
from workers.cmscustomidcleanup.plan import Plan, Rows, make_plan
from workers.cmscustomidcleanup.report import Row
from workers.cmscustomidcleanup.sharding import Shard
from workers.cmscustomidcleanup.spool import PARTS, Spool, part_of
from workers.frame.problems import Problem, StoppedError

WHOLE = Shard()
CHANNELS = PartnerChannels([("UC1", "one"), ("UC2", "two"), ("UC0", "")])


@contextmanager
def planned(
    rows: Sequence[Row], done: set[tuple[str, str]] | None = None, shard: Shard = WHOLE, *, overwrite: bool = False
) -> Iterator[tuple[Plan, Rows]]:
    with Spool() as spool, Spool() as changes, Spool() as reported:
        kept = Rows(spool, shard)
        kept.add_all(rows)
        plan = Plan(changes, reported)
        make_plan(plan, spool, lambda _part: done or set(), CHANNELS, overwrite=overwrite, check=lambda: None)
        yield plan, kept


def test_updates_come_in_the_order_of_the_report_one_an_asset() -> None:
    rows = [Row(f"A{n % 300}", f"v{n}", f"v{n % 300}", "UC1", n + 2) for n in range(900)]
    with planned(rows) as (plan, _):
        updates = list(plan)
        assert [update.asset_id for update in updates] == [f"A{n}" for n in range(300)]
        assert [update.line for update in updates] == list(range(2, 302))
        assert {(update.custom_id, update.before) for update in updates[7:8]} == {("one", "v7")}
        assert list(plan) == updates, "it can be read again"


def test_what_is_done_is_left_out_and_counted() -> None:
    rows = [Row(f"A{n}", f"v{n}", f"v{n}", "UC1", n) for n in range(10)]
    done = {(f"A{n}", "one") for n in range(4)} | {("A5", "another"), ("A99", "one")}
    with planned(rows, done) as (plan, _):
        assert [update.asset_id for update in plan] == [f"A{n}" for n in range(4, 10)]
        assert (plan.done_before, plan.to_send, plan.assets) == (4, 6, 10)


def test_what_a_person_must_look_at_comes_in_order_too() -> None:
    rows = [Row(f"A{n % 50}", "v", "v", ("UC1", "UC2")[n // 50], n + 2) for n in range(100)]
    with planned(rows) as (plan, _):
        told = list(plan.reported())
    assert [each["asset_id"] for each in told] == [f"A{n}" for n in range(50)]
    assert [row["line"] for row in told[3]["rows"]] == [5, 55]
    assert (plan.to_look_at, plan.to_send) == (50, 0)


def test_rows_without_an_asset_are_counted_by_the_first_shard_alone() -> None:
    rows = [Row("", "v", "v", "UC1", 2), Row("A1", "v", "v", "UC1", 3), Row("", "v", "v", "UC1", 4)]
    with planned(rows) as (plan, kept):
        assert (kept.no_asset.count, kept.no_asset.first, plan.assets) == (2, [2, 4], 1)
    with planned(rows, shard=Shard(1, 2)) as (_, kept):
        assert kept.no_asset.count == 0


ROWS = st.lists(
    st.builds(
        Row,
        asset_id=st.sampled_from([f"A{n}" for n in range(12)]),
        video_id=st.sampled_from(["", "v1", "v2"]),
        custom_id=st.sampled_from(["", "v1", "v2", "one", "two", "x"]),
        channel_id=st.sampled_from(["UC0", "UC1", "UC2"]),
        line=st.just(0),
    ),
    max_size=40,
).map(lambda rows: [row._replace(line=line) for line, row in enumerate(rows, 2)])


@given(rows=ROWS, count=st.integers(1, 4), overwrite=st.booleans())
def test_shards_together_do_what_one_run_does(rows: list[Row], count: int, overwrite: bool) -> None:
    expected = {}
    for row in rows:
        of_asset = [each for each in rows if each.asset_id == row.asset_id]
        decision = decide(of_asset, CHANNELS, overwrite=overwrite)
        if decision.kind is Kind.SEND:
            expected[row.asset_id] = decision.change
    found = []
    assets = 0
    for index in range(count):
        with planned(rows, shard=Shard(index, count), overwrite=overwrite) as (plan, kept):
            found += list(plan)
            assets += plan.assets
            assert kept.other_shards + sum(1 for part in range(PARTS) for _ in kept.spool.records(part)) == len(rows)
    assert sorted(found, key=lambda change: change.line) == list(expected.values())
    assert assets == len({row.asset_id for row in rows})


def test_a_run_that_is_to_stop_plans_no_further() -> None:
    def check() -> None:
        raise StoppedError(Problem("stopped", "", ""))

    with Spool() as spool, Spool() as changes, Spool() as reported, pytest.raises(StoppedError):
        make_plan(Plan(changes, reported), spool, lambda _: set(), CHANNELS, overwrite=False, check=check)


@given(st.lists(st.tuples(st.text(st.characters(categories=["L", "N", "P"])), st.just("x"))))
def test_records_come_back_as_they_were_put(records: list[tuple[str, str]]) -> None:
    with Spool() as spool:
        for record in records:
            spool.add(part_of(record[0]), *record)
        found = [tuple(record) for part in range(PARTS) for record in spool.records(part)]
    assert sorted(found) == sorted(records)
