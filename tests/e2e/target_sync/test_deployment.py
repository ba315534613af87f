"""What people type once mvp-development is deployed: the Makefile's targets, and the module's own command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.clone import succeeded
from tests.support.kept import ACCOUNT, BUS, DEFINITION, REGION, RULE, STATE, TARGET, Kept
from tests.support.pipeline_roles import NO_PERMISSION_NEEDED, READS_OF_DOCUMENTS, allowed
from tests.support.planning import BUILD

pytestmark = pytest.mark.slow
QUEUE = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/mvp-pipeline-job-queue"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mvp-pipeline-eventbridge-role"
SEED = {
    "AWS_DEFAULT_REGION": REGION,
    "EVENTBRIDGE_BUS_NAME": BUS,
    "RULE_NAME": RULE,
    "JOB_DEFINITION_NAME": DEFINITION,
    "JOB_QUEUE_ARN": QUEUE,
    "EVENTBRIDGE_ROLE_ARN": ROLE,
}


def command(kept: Kept, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The module's own command, with the variables of the script that came before it."""
    environment = kept.box.child_environment({"PATH": os.environ["PATH"], "HOME": str(kept.clone.home)})
    environment |= {"PYTHONPATH": str(kept.clone.folder / "modules" / "batch-target-sync")} | SEED | variables
    return subprocess.run(
        [BUILD / "venv" / "bin" / "python", "-m", "batch_target_sync", "--state", STATE, *arguments],
        env=environment, cwd=kept.clone.home, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_deploying_applies_syncs_and_verifies(deployment: Kept) -> None:
    assert "Apply complete!" in deployment.printed
    assert "sync: 1 current" in deployment.printed
    assert "check: 1 current" in deployment.printed
    assert ", 0 failed" in deployment.printed


def test_what_the_sync_has_moved_is_no_change_to_terraform(kept: Kept) -> None:
    new = kept.register()
    assert "mvp-development plan: no changes" in succeeded(kept.make("plan"))
    printed = succeeded(kept.make("deploy-all"))
    assert "Apply complete! Resources: 0 added, 0 changed, 0 destroyed." in printed or "no changes" in printed
    assert kept.revision() == new


def test_the_pipelines_roles_allow_what_the_provider_calls(kept: Kept) -> None:
    succeeded(kept.make("plan"))
    plan, apply = (kept.clone.calls(target) - NO_PERMISSION_NEEDED for target in ("plan", "deploy-all"))
    assert plan <= allowed("plan-policy")
    assert apply <= allowed("apply-policy")
    assert {each for each in plan if each.startswith("ssm:")} == READS_OF_DOCUMENTS


def submitted(kept: Kept) -> set[str]:
    """The jobs of the queue, whatever became of them: without a filter only those that run are listed."""
    every = [{"name": "JOB_NAME", "values": ["*"]}]
    return {each["jobId"] for each in kept.aws("batch").list_jobs(jobQueue=QUEUE, filters=every)["jobSummaryList"]}


def test_the_whole_chain_ends_with_a_job(kept: Kept) -> None:
    new = kept.register()
    jobs = submitted(kept)
    steps = kept.make_json("events-test-all")
    assert {step["verdict"] for step in steps} == {"passed"}
    (added,) = submitted(kept) - jobs
    (job,) = kept.aws("batch").describe_jobs(jobs=[added])["jobs"]
    assert job["jobDefinition"].endswith(f"{DEFINITION}:{new}")


def test_targets_and_rules_are_listed(kept: Kept) -> None:
    (target,) = kept.make_json("eb-targets")
    assert (target["rule"], target["target"], target["verdict"]) == (RULE, TARGET, "current")
    (rule,) = [each for each in kept.make_json("eb-rules") if each["name"] == RULE]
    assert (rule["bus"], rule["state"]) == (BUS, "ENABLED")
    for words in (RULE, DEFINITION, "current"):
        assert words in succeeded(kept.make("eb-targets"))


def test_a_target_that_was_left_behind_is_updated_and_rolled_back(kept: Kept) -> None:
    newest = kept.newest()
    kept.set_revision(newest - 1)
    (target,) = kept.make_json("eb-targets")
    assert target["verdict"] == "stale"
    succeeded(kept.make("update-eventbridge"))
    assert kept.revision() == newest
    succeeded(kept.make("eb-rollback"))
    assert kept.revision() == newest - 1
    (target,) = kept.make_json("eb-targets")
    assert target["verdict"] == "held"


def test_an_event_is_sent_and_tested(kept: Kept) -> None:
    before = kept.number()
    succeeded(kept.make("events-send"))
    (delivery,) = kept.deliveries(before)
    assert (delivery["target_id"], delivery["outcome"]) == (TARGET, "delivered")
    (verdict,) = kept.make_json("events-test")
    assert verdict["matches"] is True
    other = '{"source": "founderdash.web", "detail-type": "Something Else", "detail": {}}'
    refused = kept.make("events-test", f"EVENT={other}")
    assert refused.returncode != 0
    assert "detail-type" in refused.stdout


def test_the_variables_of_the_script_before_still_work(kept: Kept) -> None:
    newest = kept.newest()
    kept.set_revision(newest - 1)
    checked = command(kept, "--check")
    assert checked.returncode == 1, checked.stderr
    shown = command(kept, "--dry-run")
    assert f"{newest - 1} -> {newest}" in shown.stdout
    assert kept.revision() == newest - 1
    done = command(kept)
    assert done.returncode == 0, done.stderr
    assert kept.revision() == newest


def test_a_role_that_the_target_does_not_have_is_not_written(kept: Kept) -> None:
    before = kept.target()
    refused = command(kept, EVENTBRIDGE_ROLE_ARN=f"{ROLE}-of-another")
    assert refused.returncode == 4
    assert "other-role" in refused.stdout + refused.stderr
    assert kept.target() == before


def test_the_folder_of_the_module_is_left_as_it_was(kept: Kept) -> None:
    command(kept, "--check")
    package = Path(kept.clone.folder) / "modules" / "batch-target-sync" / "batch_target_sync"
    assert all(path.suffix in {".py", ""} for path in package.iterdir())
