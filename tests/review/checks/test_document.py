"""docs/checks.md has every check of ours, and says truly which of them can fail and which can warn."""

from __future__ import annotations

import inspect
import re
import sys

import pytest

from review.checks import trust_sources
from review.checks.registry import CHECKS
from review.checks.subject import Check
from tests.support.planning import REPOSITORY

TEXT = (REPOSITORY / "docs" / "checks.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(check/[\w-]+)` (\|.*\|)$", TEXT, re.MULTILINE))


def test_every_check_has_its_row() -> None:
    assert list(ROWS) == [each.id for each in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.id)
def test_a_row_says_whether_it_fails_or_warns(check: Check) -> None:
    source = inspect.getsource(sys.modules[check.find.__module__])
    _, fails, warns, _ = (cell.strip() for cell in ROWS[check.id].split("|"))
    assert bool(fails) is ("Severity.FAIL" in source)
    assert bool(warns) is ("Severity.WARN" in source)


def test_the_services_that_send_their_source_are_named() -> None:
    names = {
        "batch": "Batch",
        "ecs-tasks": "ECS tasks",
        "events": "EventBridge",
        "pipes": "Pipes",
        "scheduler": "Scheduler",
        "ssm": "Systems Manager",
        "states": "Step Functions",
    }
    assert {f"{name}.amazonaws.com" for name in names} == trust_sources.SERVICES.keys()
    sentence = " ".join(TEXT.partition("Source conditions are asked for")[2].partition(". Of a key")[0].split())
    assert all(name in sentence for name in names.values())
