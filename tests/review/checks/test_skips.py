"""A configuration skips a check of ours in its output `review`, with a reason; nothing else hides a finding."""

from __future__ import annotations

from typing import Any

import pytest

from review.checks import checkov
from review.checks.checkov import Scan
from review.checks.model import Checks, Skip
from review.checks.registry import CHECKS
from review.checks.running import check
from review.finding import Finding, Severity
from review.policies.collecting import collect
from tests.support.plan_json import plan, resource

MISSING = "check/dead-letter-queue-missing"
REASON = "The next run does all that a lost one would have done."


def target(address: str) -> dict[str, Any]:
    return resource(address, {"arn": "arn:aws:lambda:us-east-1:1:function:f", "rule": "r", "event_bus_name": "default"})


ADDRESSES = ('module.sync["a"].aws_cloudwatch_event_target.change["x"]', "aws_cloudwatch_event_target.main")


def checked(skips: Any, scan: Scan | None = None, *, sensitive: Any = False) -> Checks:
    review = {"actions": ["create"], "after": {"skips": skips}, "after_sensitive": sensitive}
    made = plan(*map(target, ADDRESSES), outputs={"review": review})
    return check(made, collect(made), scan)


def test_without_skips_everything_is_found() -> None:
    for skips, sensitive in ((None, False), ({}, False), ("all", False), ({MISSING: {"*": REASON}}, True)):
        found = checked(skips, sensitive=sensitive)
        assert [(each.rule, each.address) for each in found.findings] == [(MISSING, each) for each in ADDRESSES]
        assert found.skips == ()


@pytest.mark.parametrize("pattern", [ADDRESSES[0], 'module.sync["*"].aws_cloudwatch_event_target.*', "module.*"])
def test_a_skip_counts_for_the_addresses_that_it_names_and_is_listed(pattern: str) -> None:
    found = checked({MISSING: {pattern: REASON}})
    assert [each.address for each in found.findings] == [ADDRESSES[1]]
    assert found.skips == (Skip(MISSING, ADDRESSES[0], REASON, "output review"),)


def test_a_skip_counts_for_its_own_check_alone() -> None:
    found = checked({"check/alarm-without-action": {"*": REASON}})
    assert [each.address for each in found.findings if each.rule == MISSING] == list(ADDRESSES)


WRONG = {
    "skips nothing": (
        {MISSING: {"aws_cloudwatch_event_target.gone": REASON}},
        f"The skip of {MISSING} for aws_cloudwatch_event_target.gone skips nothing.",
        "Take it out",
    ),
    "a part of an address": ({MISSING: {"aws_cloudwatch_event_target": REASON}}, "skips nothing", "Take it out"),
    "no such check": (
        {"check/dead-letter-missing": {"*": REASON}},
        "The root output review skips check/dead-letter-missing, and no check is called that.",
        f"Did you mean {MISSING}?",
    ),
    "no reason": ({MISSING: {"*": " "}}, f"The skip of {MISSING} for * gives no reason", "Write the reason"),
}


@pytest.mark.parametrize(("skips", "title", "advice"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_a_skip_is_said_and_it_counts_for_nothing(skips: Any, title: str, advice: str) -> None:
    found = checked(skips)
    assert [each.address for each in found.findings if each.rule == MISSING] == list(ADDRESSES)
    (warning,) = [each for each in found.findings if each.rule == "check/skips"]
    assert warning.severity is Severity.WARN
    assert title in warning.title
    assert advice in warning.advice


def test_a_reason_that_is_hidden_is_none() -> None:
    found = checked({MISSING: {"*": REASON}}, sensitive={"skips": {MISSING: {"*": True}}})
    assert [each.address for each in found.findings if each.rule == MISSING] == list(ADDRESSES)


def test_what_checkov_found_stands_beside() -> None:
    scan = Scan(7, (Skip("CKV_AWS_27", "a.b", "why", "main.tf:1"),), (Finding("checkov/X", Severity.FAIL, "x"),))
    found = checked({MISSING: {"*": REASON}}, scan)
    assert (found.passed, found.not_run) == (7, "")
    assert [each.rule for each in found.findings] == ["checkov/X"]
    assert [each.check for each in found.skips] == ["CKV_AWS_27", MISSING, MISSING]


def test_without_a_scan_checkov_has_not_run() -> None:
    assert checked(None).not_run == checkov.NOT_THERE


def test_the_names_of_checks_stay() -> None:
    assert [each.id for each in CHECKS] == [
        "check/trust-without-source",
        "check/dead-letter-queue-missing",
        "check/dead-letter-queue-managed-key",
        "check/key-shuts-out-service",
        "check/log-target-with-role",
        "check/job-container",
        "check/secret-in-clear",
        "check/alarm-without-action",
        "check/schedule-without-alarm",
    ]
    assert all(each.title.endswith(".") and each.why.endswith(".") for each in CHECKS)
