"""The fewest calls: one describe a definition, one list a rule, one put a rule that changes, one list to verify."""

from __future__ import annotations

from collections import Counter

import pytest
from batch_target_sync.sync import Selection, sync

from tests.support.sync_aws.account import batch_target
from tests.support.sync_aws.world import World, revision, world

# What a run needs besides, whatever it is that it looks at.
BESIDES = {
    "sts:GetCallerIdentity",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "ssm:PutParameter",
    "cloudwatch:PutMetricData",
    "sns:PublishBatch",
    "events:PutEvents",
}

# Of a run that changes nothing, and of one that changes something: that has a history to read and to write.
CONSTANT = {
    False: Counter(
        {"sts:GetCallerIdentity": 1, "ssm:GetParameters": 2, "ssm:PutParameter": 2, "cloudwatch:PutMetricData": 1}
    ),
    True: Counter(
        {"sts:GetCallerIdentity": 1, "ssm:GetParameters": 3, "ssm:PutParameter": 3, "cloudwatch:PutMetricData": 1}
    ),
}


def furnish(it: World, *, rules: int, targets: int, definitions: int, stale: int, newest: int = 2) -> World:
    """Make rules with targets; those of the first `stale` rules are behind."""
    for definition in range(definitions):
        it.account.register(f"job-{definition}", times=newest)
    for rule in range(rules):
        it.account.put(
            "bus",
            f"rule-{rule}",
            *[
                batch_target(
                    f"target-{target}",
                    f"job-{(rule * targets + target) % definitions}:{newest - 1 if rule < stale else newest}",
                )
                for target in range(targets)
            ],
        )
    it.selections = [Selection(bus="bus", rule=f"rule-{rule}") for rule in range(rules)]
    return it


def besides(calls: Counter[str]) -> Counter[str]:
    return Counter({name: count for name, count in calls.items() if name in BESIDES})


@pytest.mark.parametrize("stale", [0, 1, 6])
def test_the_fewest_calls(stale: int) -> None:
    """Six rules of three targets over four definitions."""
    with world() as it:
        furnish(it, rules=6, targets=3, definitions=4, stale=stale)

        result = it.run()

        assert {name: count for name, count in result.calls.items() if name not in BESIDES} == {
            "batch:DescribeJobDefinitions": 4,
            "events:ListTargetsByRule": 6 + stale,
        } | ({"events:PutTargets": stale} if stale else {})
        told = -(-stale * 3 // 10)
        assert besides(result.calls) == CONSTANT[bool(stale)] + Counter(
            {"sns:PublishBatch": told, "events:PutEvents": told}
        )
        assert result.right.calls == result.calls, "the report counts what reached AWS"
        assert {revision(target) for target in it.account.targets().values()} == {2}


def test_every_rule_is_listed_once() -> None:
    """One list of the rules for each page of them, and the rest as if they had been named."""
    with world() as it:
        furnish(it, rules=6, targets=3, definitions=4, stale=6).selections = [Selection(bus="bus")]
        calls = it.run().calls
        assert calls["events:ListRules"] == 1
        assert calls["batch:DescribeJobDefinitions"] == 4
        assert calls["events:ListTargetsByRule"] == 12
        assert calls["events:PutTargets"] == 6


def test_selections_that_overlap_cost_nothing_more() -> None:
    """Each rule and each definition is asked for once, however many selections lead to it."""
    with world() as it:
        furnish(it, rules=6, targets=3, definitions=4, stale=6)
        it.selections = [
            *it.selections,
            Selection(bus="bus", rule="rule-0", target="target-1"),
            Selection(bus="bus", rule="rule-0", job_definition="job-0"),
        ]
        result = it.run()
        assert result.calls["batch:DescribeJobDefinitions"] == 4
        assert result.calls["events:ListTargetsByRule"] == 12
        assert result.calls["events:PutTargets"] == 6
        assert len([outcome for outcome in result.right.outcomes if outcome.status == "changed"]) == 18


def test_pages_are_followed_and_only_pages_cost_more() -> None:
    with world() as it:
        furnish(it, rules=6, targets=3, definitions=4, stale=6, newest=5)
        it.account.paging.size = 2
        calls = it.run().calls
        assert calls["batch:DescribeJobDefinitions"] == 4 * 3
        assert calls["events:ListTargetsByRule"] == 6 * 2 * 2
        assert calls["events:PutTargets"] == 6
        assert {revision(target) for target in it.account.targets().values()} == {5}


def test_only_targets_that_change_are_put() -> None:
    """A put replaces: what need not change is not sent."""
    with world() as it:
        it.account.register("job", times=3)
        it.account.put("bus", "rule", batch_target("new", "job:3"), batch_target("old", "job:2"))
        it.selections = [Selection(bus="bus", rule="rule")]
        it.run()
        puts = [call for call in it.account.requests if call.operation == "PutTargets"]
        assert [[target["Id"] for target in call.asked["Targets"]] for call in puts] == [["old"]]


@pytest.mark.parametrize("operation", ["check", "dry-run"])
def test_looking_asks_for_each_thing_once(operation: str) -> None:
    with world() as it:
        furnish(it, rules=6, targets=3, definitions=4, stale=6)
        calls = it.run(operation).calls
        assert calls["batch:DescribeJobDefinitions"] == 4
        assert calls["events:ListTargetsByRule"] == 6
        assert set(calls) <= {
            "batch:DescribeJobDefinitions",
            "events:ListTargetsByRule",
            "sts:GetCallerIdentity",
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParametersByPath",
        }


def test_a_report_counts_the_calls_of_its_own_run() -> None:
    with world() as it, it.aws() as aws:
        furnish(it, rules=2, targets=1, definitions=1, stale=2)
        first, second = (sync(it.selections, it.settings, aws) for _ in range(2))
        assert (first.calls["events:ListTargetsByRule"], second.calls["events:ListTargetsByRule"]) == (4, 2)
        assert "events:PutTargets" not in second.calls


def test_three_hundred_rules() -> None:
    """300 rules of five targets over 50 definitions."""
    with world() as it:
        furnish(it, rules=300, targets=5, definitions=50, stale=300)
        result = it.run()
        assert result.right.exit_code == 0, result.right.outcomes[:3]
        assert result.calls["batch:DescribeJobDefinitions"] == 50
        assert result.calls["events:ListTargetsByRule"] == 600
        assert result.calls["events:PutTargets"] == 300
        assert result.calls["sns:PublishBatch"] == 150
        assert {revision(target) for target in it.account.targets().values()} == {2}
        assert all(len(value.encode()) <= 4096 for _, value in it.account.stored().values())
        before = it.updates()
        assert len(before[0].changes) == 1500
        assert it.run("rollback").right.exit_code == 0
        assert {revision(target) for target in it.account.targets().values()} == {1}
