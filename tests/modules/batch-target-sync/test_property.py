"""For any configuration of a target: a sync changes the revision and nothing else.

Targets are drawn from botocore's own model of them, so a member that a later botocore knows is covered by itself.
"""

from __future__ import annotations

import copy
from typing import Any

from batch_target_sync.sync import Selection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import ACCOUNT, REGION, batch_target
from tests.support.sync_aws.shapes import target_shape, values
from tests.support.sync_aws.world import World, aimed, place_of, revision, world

BUS, RULE = "mvp", "request"
OURS, THEIRS = "job", "job-of-others"
NEWEST = 12
# A name that the name of ours begins with, and one that begins with ours: neither is ours.
OTHERS = (THEIRS, "job-", "jo", "jobs", "JOB")

WRITES = {"events:PutTargets", "ssm:PutParameter", "sns:PublishBatch", "events:PutEvents", "cloudwatch:PutMetricData"}
READS = {
    "batch:DescribeJobDefinitions",
    "events:ListRules",
    "events:ListTargetsByRule",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "sts:GetCallerIdentity",
}
MANY = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def reference(name: str, number: int | None, *, arn: bool, region: str = REGION, account: str = ACCOUNT) -> str:
    start = f"arn:aws:batch:{region}:{account}:job-definition/" if arn else ""
    return f"{start}{name}" if number is None else f"{start}{name}:{number}"


@st.composite
def references(draw: st.DrawFn) -> str:
    """Return a reference to ours, to one of others, to none of this account or region, with a revision or without."""
    arn = draw(st.booleans())
    name = draw(st.sampled_from([OURS, OURS, OURS, *OTHERS]))
    number = draw(st.one_of(st.none(), st.integers(1, NEWEST + 2)))
    region, account = draw(
        st.sampled_from([(REGION, ACCOUNT)] * 4 + [("eu-west-1", ACCOUNT), (REGION, "123456789012")])
    )
    return reference(name, number, arn=arn, region=region, account=account)


@st.composite
def targets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return up to five targets of one rule; most are of Batch."""
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=5, unique=True))
    made = []
    for name in names:
        target = draw(values(target_shape())) | {"Id": name, "Arn": batch_target(name, "")["Arn"]}
        if draw(st.integers(0, 4)):
            target.setdefault("BatchParameters", {"JobName": "j"})
            target["BatchParameters"] = {**target["BatchParameters"], "JobDefinition": draw(references())}
        else:
            target.pop("BatchParameters", None)
        made.append(target)
    return made


def should_move(target: dict[str, Any], chosen: str | None) -> bool:
    """Say whether a sync of OURS moves a target, in words of its own: ours, pinned, behind, chosen."""
    if chosen not in {None, target["Id"]} or "BatchParameters" not in target:
        return False
    given = target["BatchParameters"]["JobDefinition"]
    forms = [reference(OURS, number, arn=arn) for number in range(1, NEWEST) for arn in (True, False)]
    return given in forms


def filled(world: World, made: list[dict[str, Any]]) -> World:
    world.account.put(BUS, RULE, *made)
    world.account.put(BUS, "not-selected", batch_target("same", f"{OURS}:1"))
    world.account.put("other-bus", RULE, batch_target("same", f"{OURS}:1"))
    world.account.put(BUS, RULE, batch_target("same", f"{OURS}:1"), region="us-west-2")
    for name in (OURS, *OTHERS):
        world.account.register(name, times=NEWEST)
    world.account.register(OURS, "us-west-2", times=NEWEST)
    return world


@MANY
@given(made=targets(), chosen=st.one_of(st.none(), st.sampled_from(["a", "b"])), page=st.sampled_from([None, 1, 2]))
@example(made=[batch_target("a", f"{OURS}:1")], chosen=None, page=1)
def test_sync_changes_the_revision_and_nothing_else(
    made: list[dict[str, Any]], chosen: str | None, page: int | None
) -> None:
    selection = Selection(bus=BUS, rule=RULE, target=chosen, job_definition=OURS)
    with world(selections=[selection]) as it:
        filled(it, made).account.paging.size = page
        before, rest = it.account.targets(), it.account.rest()
        expected = {
            (REGION, BUS, RULE, target["Id"]): NEWEST for target in made if should_move(copy.deepcopy(target), chosen)
        }

        for looking in ("check", "dry-run"):
            looked = it.run(looking)
            assert set(looked.calls) <= READS, "it only looks"
            assert it.account.targets() == before
            assert {place_of(outcome) for outcome in looked.right.outcomes if outcome.status == "stale"} == set(
                expected
            )
            assert not it.account.stored()
            assert not it.account.metrics().data

        first = it.run().right
        assert it.account.targets() == aimed(before, expected)
        assert it.account.rest() == rest
        assert {place_of(outcome) for outcome in first.outcomes if outcome.status == "changed"} == set(expected)
        assert all((outcome.status == "failed") == bool(outcome.kind) for outcome in first.outcomes)
        assert first.exit_code in {0, 4}
        assert (first.exit_code == 4) == any(outcome.status == "failed" for outcome in first.outcomes)

        second = it.run()
        assert it.account.targets() == aimed(before, expected)
        assert "events:PutTargets" not in second.calls, "there is nothing left to do"
        assert not [outcome for outcome in second.right.outcomes if outcome.status == "changed"]


@MANY
@given(
    made=st.lists(st.builds(reference, st.just(OURS), st.integers(1, 6), arn=st.booleans()), min_size=1, max_size=5),
    active=st.sets(st.integers(1, 6)),
    page=st.sampled_from([None, 1]),
    empty_first=st.booleans(),
)
def test_never_moves_to_an_older_revision(
    made: list[str], active: set[int], page: int | None, *, empty_first: bool
) -> None:
    """Whatever was deregistered, and in whatever pages the answers come."""
    with world(selections=[Selection(bus=BUS, rule=RULE)]) as it:
        it.account.put(BUS, RULE, *[batch_target(f"t{index}", given) for index, given in enumerate(made)])
        it.account.register(OURS, times=6)
        for number in set(range(1, 7)) - active:
            it.account.deregister(OURS, number)
        it.account.paging.size, it.account.paging.empty_first = page, empty_first
        before = it.account.targets()
        newest = max(active, default=0)

        report = it.run().right

        behind = {place: newest for place, target in before.items() if (revision(target) or 0) < newest}
        ahead = {place for place, target in before.items() if (revision(target) or 0) > newest}
        assert it.account.targets() == aimed(before, behind)
        kinds = {place_of(outcome): outcome.kind for outcome in report.outcomes if outcome.status == "failed"}
        if active:
            assert kinds == dict.fromkeys(ahead, "older-revision")
        else:
            assert set(kinds.values()) == {"no-active-revision"}
        assert report.exit_code == (4 if ahead else 0)


def test_a_member_that_this_botocore_does_not_know_is_not_lost() -> None:
    """Its parser would drop it, and putting the rest would take it away: such a target is left alone, and said."""
    strange = {
        "outer": batch_target("outer", "job:1", FutureParameters={"Mode": "fast"}),
        "inner": batch_target("inner", "job:1"),
        "deep": batch_target("deep", "job:1"),
        "listed": batch_target(
            "listed",
            "job:1",
            RunCommandParameters={"RunCommandTargets": [{"Key": "a", "Values": ["b"], "FutureMode": "x"}]},
        ),
        "plain": batch_target("plain", "job:1"),
    }
    strange["inner"]["BatchParameters"]["SchedulingPriorityOverride"] = 3
    strange["deep"]["BatchParameters"]["ArrayProperties"]["FutureSizes"] = [1, 2]
    with world(selections=[Selection(bus=BUS, rule=RULE)]) as it:
        it.account.put(BUS, RULE, *strange.values())
        it.account.register(OURS, times=NEWEST)
        before = it.account.targets()

        report = it.run().right

        assert it.account.targets() == aimed(before, {(REGION, BUS, RULE, "plain"): NEWEST})
        assert {outcome.target: outcome.kind for outcome in report.outcomes if outcome.status == "failed"} == {
            "outer": "unknown-field",
            "inner": "unknown-field",
            "deep": "unknown-field",
            "listed": "unknown-field",
        }
        words = {outcome.target: outcome.message for outcome in report.outcomes}
        assert "FutureParameters" in words["outer"]
        assert "SchedulingPriorityOverride" in words["inner"]
        assert report.exit_code == 4


def test_members_of_the_answer_that_are_not_the_targets_may_be_new() -> None:
    """A member beside the list of targets says nothing about a target."""
    with world(selections=[Selection(bus=BUS, rule=RULE)]) as it:
        it.account.put(BUS, RULE, batch_target("a", "job:1"))
        it.account.register(OURS, times=2)
        it.account.interceptors.append(
            lambda call, proceed: proceed() | ({"Future": 1} if call.operation == "ListTargetsByRule" else {})
        )
        assert it.run().right.exit_code == 0
        assert [revision(target) for target in it.account.targets().values()] == [2]


def test_a_member_that_appears_before_it_is_read_back_is_said() -> None:
    """Somebody with a newer boto3 put the target right after the sync did: what stands there is not what was put."""
    with world(selections=[Selection(bus=BUS, rule=RULE)]) as it:
        it.account.put(BUS, RULE, batch_target("a", "job:1"))
        it.account.register(OURS, times=2)
        newer = faults.after(lambda: it.account.put(BUS, RULE, batch_target("a", "job:2", Future=1)))
        faults.inject(it.account, newer, operation="events:PutTargets")
        report = it.run().right
        assert [(outcome.status, outcome.kind) for outcome in report.outcomes] == [("failed", "not-verified")]
        assert "Future" in report.outcomes[0].message
