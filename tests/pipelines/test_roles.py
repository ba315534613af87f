"""The roles that pipelines/README.md describes: who may take them on, and what they may do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.planning import REPOSITORY

FOLDER = REPOSITORY / "pipelines" / "roles"
README = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
READS = re.compile(r"\w+:(Describe|Get|List)\w+")


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def conditions(name: str) -> dict[str, Any]:
    (statement,) = load(name)["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    return {
        key.rpartition(":")[2]: value for test in statement["Condition"].values() for key, value in test.items()
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_readme_links_to_each(path: Path) -> None:
    assert f"(roles/{path.name})" in README


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*-trust.json")), ids=lambda path: path.stem)
def test_a_role_is_for_one_repository_and_one_audience(path: Path) -> None:
    found = conditions(path.stem)
    assert set(found) == {"aud", "sub"}
    subjects = found["sub"] if isinstance(found["sub"], list) else [found["sub"]]
    for subject in subjects:
        assert subject.startswith(("repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:", "{REPOSITORY_UUID}:"))


def test_what_the_readme_says_of_sub_is_what_the_policies_say() -> None:
    repository = "repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID"
    assert conditions("github-plan-trust")["sub"] == [f"{repository}:pull_request", f"{repository}:ref:refs/heads/main"]
    assert f"`{repository}:pull_request`, `…:ref:refs/heads/main`" in README
    for name in ("github-apply-trust", "bitbucket-plan-trust", "bitbucket-apply-trust"):
        assert f"`{conditions(name)['sub']}`" in README


def test_only_an_environment_may_apply() -> None:
    assert ":environment:" in conditions("github-apply-trust")["sub"]
    assert "{ENVIRONMENT_UUID}" in conditions("bitbucket-apply-trust")["sub"]
    assert not any(":environment:" in subject for subject in conditions("github-plan-trust")["sub"])


def test_planning_changes_nothing_but_the_lock() -> None:
    for statement in load("plan-policy")["Statement"]:
        if statement["Sid"] == "HoldTheLock":
            assert statement["Resource"].endswith(".tflock")
        else:
            assert [action for action in statement["Action"] if not READS.fullmatch(action)] == []


@pytest.mark.parametrize("name", ["plan-policy", "apply-policy"])
def test_no_action_has_a_wildcard(name: str) -> None:
    actions = [action for statement in load(name)["Statement"] for action in statement["Action"]]
    assert [action for action in actions if "*" in action] == []


def test_applying_may_do_all_that_planning_may() -> None:
    plan, apply = (
        {action for statement in load(name)["Statement"] for action in statement["Action"]}
        for name in ("plan-policy", "apply-policy")
    )
    assert plan < apply


def test_roles_are_made_and_passed_by_the_naming_standard_only() -> None:
    for statement in load("apply-policy")["Statement"]:
        if statement["Action"] == ["iam:CreateServiceLinkedRole"]:
            service = "batch.amazonaws.com"  # its one role, which Batch gives its permissions
            role = f"role/aws-service-role/{service}/AWSServiceRoleForBatch"
            assert statement["Resource"] == f"arn:aws:iam::123456789012:{role}"
            assert statement["Condition"] == {"StringEquals": {"iam:AWSServiceName": service}}
        elif any(action.startswith("iam:") and not READS.fullmatch(action) for action in statement["Action"]):
            assert statement["Resource"] == "arn:aws:iam::123456789012:role/internal-content-use1-*"
