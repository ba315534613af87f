"""A small account with everything that a sync may meet: two regions, three rules, targets that are not its business."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

from batch_target_sync.sync import Outcome, Selection

from tests.support.sync_aws.account import ACCOUNT, REGION, Place, batch_target
from tests.support.sync_aws.events import Target
from tests.support.sync_aws.world import Result, World, aimed, place_of, revision

ELSEWHERE = "us-east-1"
ARN = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition"
SELECTIONS = (
    Selection(bus="mvp", job_definition="job"),
    Selection(rule="nightly", region=ELSEWHERE),
)
REQUEST: Place = (REGION, "mvp", "request", "one")
SECOND: Place = (REGION, "mvp", "request", "two")
RETRY: Place = (REGION, "mvp", "retry", "one")
NIGHT: Place = (ELSEWHERE, "default", "nightly", "night")
OURS = (REQUEST, SECOND, RETRY, NIGHT)

KINDS = {
    "bus-not-found",
    "rule-not-found",
    "target-not-found",
    "no-batch-target",
    "no-active-revision",
    "older-revision",
    "other-definition",
    "foreign-definition",
    "other-role",
    "other-queue",
    "unknown-field",
    "access-denied",
    "put-failed",
    "not-verified",
    "throttled",
    "service-error",
    "locked",
    "lock-lost",
    "state",
    "nothing-to-roll-back",
    "not-active",
    "changed-since",
    "not-told",
    "wrong-use",
    "credentials",
    "network",
}


def furnish(it: World, *, newest: int = 3) -> World:
    """Put everything there: ours point to revision 1; `newest` is the highest of the definition `job`."""
    account = it.account
    it.selections = SELECTIONS
    account.put(
        "mvp",
        "request",
        batch_target("one", "job:1"),
        batch_target("two", f"{ARN}/job:1", Input="{}", BatchParameters=bare(f"{ARN}/job:1")),
        batch_target("floating", "job"),
        batch_target("other", "of-others:1"),
        {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/log"},
    )
    account.put("mvp", "retry", batch_target("one", "job:1"))
    account.put("not-selected", "request", batch_target("one", "job:1"))
    account.put("default", "nightly", batch_target("night", "night:1"), region=ELSEWHERE)
    account.put("default", "not-selected", batch_target("night", "night:1"), region=ELSEWHERE)
    account.register("job", times=newest)
    account.register("of-others", times=5)
    account.register("night", ELSEWHERE, times=2)
    return it


def bare(reference: str) -> dict[str, str]:
    return {"JobDefinition": reference, "JobName": "j"}


def expected(before: Mapping[Place, Target], *, job: int = 3, night: int = 2) -> dict[Place, Target]:
    """Return what all targets are when a sync has done its work."""
    return aimed(before, {REQUEST: job, SECOND: job, RETRY: job, NIGHT: night})


def revisions(it: World) -> dict[Place, int | None]:
    """Return the revision of each of ours."""
    now = it.account.targets()
    return {place: revision(now[place]) for place in OURS}


def covers(outcome: Outcome, place: Place) -> bool:
    """Say whether a failure speaks of a target: of it, of its rule, or of its bus."""
    region, bus, rule, target = place
    return (
        (outcome.region, outcome.bus) == (region, bus) and outcome.rule in {"", rule} and outcome.target in {"", target}
    )


def judge(
    it: World, before: Mapping[Place, Target], aim: Mapping[Place, Target], rest: object, result: Result
) -> set[Place]:
    """Hold the account and what a run said of it against one another; return which targets are right.

    Each target is right or untouched, nothing else was changed, and the report says what happened to each.
    """
    now = it.account.targets()
    assert set(now) == set(before)
    for place, target in now.items():
        assert target in (before[place], aim[place]), f"{place} is neither untouched nor right"
    assert it.account.rest() == rest
    right = {place for place in now if now[place] == aim[place]}
    if result.error:
        assert result.error.kind in KINDS
        assert now == before, "what cannot begin changes nothing"
    if result.report:
        judge_report(before, now, right, result)
    return right


def judge_report(
    before: Mapping[Place, Target], now: Mapping[Place, Target], right: set[Place], result: Result
) -> None:
    """Hold each outcome against the target that it speaks of."""
    report = result.right
    failures = [outcome for outcome in report.outcomes if outcome.status == "failed"]
    assert {outcome.kind for outcome in failures} <= KINDS
    assert all(outcome.message for outcome in failures)
    for outcome in report.outcomes:
        place = place_of(outcome)
        if place not in now or outcome.status == "failed":
            continue
        assert outcome.before == revision(before[place]), outcome
        if outcome.status == "changed":
            assert place in right, f"{place} is said to be changed"
            assert outcome.after == revision(now[place]) != outcome.before
        else:
            assert now[place] == before[place], f"{place} is said to be {outcome.status}"
    for place in set(now) - right:
        assert any(covers(outcome, place) for outcome in failures), f"nobody says that {place} was not changed"
    assert report.exit_code == (4 if failures else 0)
    told_of = [line for line in result.log if line.get("status") in {"changed", "failed"}]
    spoken = [outcome for outcome in report.outcomes if outcome.status in {"changed", "failed"}]
    assert len(told_of) == len(spoken), "one line of the log for each change and each failure"


def told(it: World) -> list[set[tuple[str, Place]]]:
    """Return what the topic and the bus were told, each: status and target."""
    details = [
        [json.loads(message["Message"]) for message in it.account.topics().messages],
        [event["Detail"] for event in it.account.events().received],
    ]
    return [
        {(each["status"], (each["region"], each["bus"], each["rule"], each["target"])) for each in of_one}
        for of_one in details
    ]


def snapshot(it: World) -> tuple[dict[Place, Target], object]:
    return copy.deepcopy(it.account.targets()), it.account.rest()
