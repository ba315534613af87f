"""The environment whose targets a sync keeps right, planned once in a copy of this clone, as a newcomer plans it."""

from __future__ import annotations

import pytest

from tests.support import inventories
from tests.support.clone import Clone, succeeded
from tests.support.planning import REPOSITORY

pytestmark = pytest.mark.slow
SYNC = "module.target_sync_mvp_pipeline"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone(tmp_path_factory.mktemp("clone"))
    said = succeeded(clone.make("plan", "ENV=mvp-development"))
    assert said.splitlines()[0] == "Sandbox: mvp-development as account 077075375386, us-east-2, on this machine only"
    return clone


def test_the_plan_matches_its_inventory(planned: Clone, request: pytest.FixtureRequest) -> None:
    inventories.check(
        REPOSITORY / "tests" / "e2e" / "inventories" / "mvp-development.yaml",
        planned.plan_json("mvp-development"),
        rewrite=request.config.getoption("--regenerate-inventories"),
        command=f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories",
    )


def test_every_policy_is_readable_in_the_plan(planned: Clone) -> None:
    """What waits for the workflow must not hide what the sync may do; only a key of the same plan may be unknown."""
    unknown = {
        change["address"]
        for change in planned.plan_json("mvp-development")["resource_changes"]
        if change["type"].endswith("_policy") or change["type"] in {"aws_iam_role", "aws_kms_key"}
        for attribute in ("policy", "assume_role_policy")
        if change["change"]["after_unknown"].get(attribute) is True
    }
    assert unknown == {f"{SYNC}.aws_iam_role_policy.notify[0]"}


def test_every_policy_of_the_plan_is_proved_and_every_path_delivers(planned: Clone) -> None:
    found = planned.review("mvp-development")
    assert found["passes"] is True
    assert {proof["status"] for proof in found["proofs"]} == {"proved"}
    assert "sync" in {proof["kind"] for proof in found["proofs"]}
    assert "no" not in {path["answer"] for path in found["delivery"]["paths"]}


def test_a_plan_that_the_verdict_says_no_to_is_not_kept(planned: Clone) -> None:
    """Here because no sample event reaches a rule; the plan is the same."""
    folder = planned.folder / ".build" / "mvp-development"
    assert (folder / "saved").is_dir()
    (planned.folder / "environments" / "events" / "mvp-development-request.json").unlink()
    refused = planned.make("-o", "setup-checkov", "review", "ENV=mvp-development")
    assert refused.returncode == 2, "make's own code; review's is 1"
    assert "mvp-development review: NO" in refused.stdout
    assert "(delivery/unreached)" in refused.stdout
    assert planned.review("mvp-development")["delivery"]["unreached"] == [
        'module.workflow_mvp_pipeline.aws_cloudwatch_event_rule.main["request"]'
    ]
    assert "`make apply ENV=mvp-development SAVED=1` would refuse it" in refused.stderr
    assert not (folder / "saved").exists()
