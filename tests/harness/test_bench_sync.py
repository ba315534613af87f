"""The benchmark of the sync: its account is as it says, and a call too many or a wrong target fails it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import bench_account, bench_sync
from harness.bench_account import Account, Size
from harness.bench_sync import Measure, Run
from harness.errors import EnvironmentFailedError, VerdictError
from sandbox import server
from tests.support.planning import REPOSITORY

SMALL = Size(rules=4, targets=5, definitions=10, revisions=2, sample=2)
TWO_PAGES = Size(
    rules=60, targets=2, definitions=10, revisions=2, sample=2
)  # of rules, unless a page is as large as it can be
# What the AWS CLI does with the arguments that the script gives: they are named after the members of the operation.
STAND_IN = """\
#!{python}
import json, sys
import boto3, jmespath
from botocore import xform_name
client, given = boto3.client(sys.argv[1]), dict(zip(sys.argv[3::2], sys.argv[4::2]))
operation = sys.argv[2].replace("-", "_")
members = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape.members
values = {{member: given.get("--" + xform_name(member, "-")) for member in members}}
values = {{member: json.loads(v) if v[0] == "[" else v for member, v in values.items() if v is not None}}
print(jmespath.search(given.get("--query", "@"), getattr(client, operation)(**values)))
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with a stand-in for the AWS CLI, which only `make bench` installs."""
    (tmp_path / "aws").write_text(STAND_IN.format(python=sys.executable))
    (tmp_path / "aws").chmod(0o755)
    return tmp_path


@pytest.fixture(scope="module")
def account(no_outside_influence: None) -> Iterator[Account]:
    with server.start(account=bench_account.ACCOUNT, region=bench_account.REGION) as box:
        built = Account(box, SMALL)
        built.build()
        yield built


def test_it_measures_what_the_aim_names() -> None:
    size = Size()
    assert (size.rules, size.targets, size.definitions, size.sample) == (300, 5, 50, 20)
    used = {size.definition(rule, target) for rule in range(size.rules) for target in range(size.targets)}
    assert len(used) == size.definitions
    assert size.rules_of("definition-000") == 30


def test_the_fewest_calls_are_one_a_definition_one_a_rule_and_two_more_of_a_rule_that_changes() -> None:
    assert bench_sync.minimum(Size(), changed_rules=300) == {
        "events:ListRules": 3,
        "batch:DescribeJobDefinitions": 50,
        "events:ListTargetsByRule": 600,
        "events:PutTargets": 300,
    }


def test_every_target_of_the_sample_has_its_turn_once() -> None:
    turns = [bench_sync.sample_of(Size(), turn, 3) for turn in range(3)]
    assert [len(turn) for turn in turns] == [7, 7, 6]
    assert len({target for turn in turns for target in turn}) == 20
    assert max(turns[1]) > (250, 0)


FEWEST = {"events:ListRules": 1, "events:PutTargets": 2}


@pytest.mark.parametrize(
    ("calls", "requests", "says"),
    [
        ({"events:ListRules": 1, "events:PutTargets": 3}, 4, "the fewest are"),
        ({"events:ListRules": 1, "events:PutTargets": 1}, 2, "the fewest are"),  # fewer did not do the work
        ({**FEWEST, "events:DescribeRule": 1}, 4, "the fewest are"),
        (FEWEST, 4, "the report counts 3 calls; the server got 4"),
        ({**FEWEST, "ssm:GetParameter": 6}, 9, "6 calls beside those for targets, more than 5"),
    ],
)
def test_other_calls_than_the_fewest_fail_it(calls: dict[str, int], requests: int, says: str) -> None:
    bench_sync.check_calls(Run(1.0, 3, {"calls": FEWEST}), FEWEST, 5)
    bench_sync.check_calls(Run(1.0, 8, {"calls": {**FEWEST, "ssm:GetParameter": 5}}), FEWEST, 5)
    with pytest.raises(VerdictError, match=says):
        bench_sync.check_calls(Run(1.0, requests, {"calls": calls}), FEWEST, 5)


def test_a_target_that_is_not_what_it_should_be_fails_it(account: Account) -> None:
    account.leave_behind()
    account.check_targets("none of them")  # nothing was to move, nothing did
    with pytest.raises(VerdictError, match="rule-000/target-0 is"):
        account.check_targets()
    lost = account.target(1, 2, 1)
    del lost["RetryPolicy"]
    account.client("events").put_targets(Rule="rule-001", EventBusName=bench_account.BUS, Targets=[lost])
    with pytest.raises(VerdictError, match="rule-001/target-2 is"):
        account.check_targets("none of them")


def test_the_script_moves_one_target_with_four_calls(account: Account, programs: Path) -> None:
    account.leave_behind()
    before = account.requests()
    assert bench_sync.run_script(account, programs, 1, 2) > 0
    assert account.requests() - before == 4
    moved = {(rule, number) for rule, number, target in account.targets() if revision(target) == "2"}
    assert moved == {(1, 2)}


def revision(target: dict[str, dict[str, str]]) -> str:
    return target["BatchParameters"]["JobDefinition"].rpartition(":")[2]


def test_the_time_of_a_script_that_failed_says_nothing(account: Account, tmp_path: Path) -> None:
    (tmp_path / "aws").write_text("#!/bin/sh\necho no such thing >&2; exit 1\n")
    (tmp_path / "aws").chmod(0o755)
    with pytest.raises(EnvironmentFailedError, match="no such thing"):
        bench_sync.run_script(account, tmp_path, 0, 0)


def test_a_script_that_finds_nothing_to_do_is_no_sample(account: Account, programs: Path) -> None:
    account.leave_behind()
    bench_sync.run_script(account, programs, 0, 0)
    before = account.requests()
    bench_sync.run_script(account, programs, 0, 0)
    assert account.requests() - before == 2
    with pytest.raises(VerdictError, match="the script made 2 calls for 1 targets"):
        bench_sync.run_sample(account, programs, [(0, 0)])


def test_the_verdict_projects_the_sample_and_says_whether_the_aim_is_reached() -> None:
    script = Measure("script", (1.0, 2.0, 9.0), 4)
    fast, slow = Measure("all", (10.0,), 1000), Measure("all", (100.0,), 1000)
    assert fast.row() == "| all | 10.00 | 10.00 | 10.00 | 1 | 1,000 |"
    assert bench_sync.verdict([fast, script]) == (
        "1,500 targets with the AWS CLI, projected: 3,000 s and 6,000 calls; with the sync: 300 times fewer seconds "
        "(aim: 50, reached), 6.0 times fewer calls"
    )
    assert "30 times fewer seconds (aim: 50, NOT reached)" in bench_sync.verdict([slow, script])


def test_what_only_make_bench_installs_is_asked_for_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailedError, match="make setup-awscli"):
        bench_sync.require(tmp_path)


@pytest.mark.slow
def test_a_small_run_from_end_to_end(programs: Path) -> None:
    everything, check, one, script = bench_sync.run(REPOSITORY, programs, 1, TWO_PAGES)
    assert [len(measure.seconds) for measure in (everything, check, one, script)] == [1, 1, 1, 2]
    assert script.calls == 4
    assert check.calls < one.calls < everything.calls
