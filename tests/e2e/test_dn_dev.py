"""What a newcomer does, with the Makefile's own commands, in a copy of this clone: plan, apply, plan again, destroy.

The tests of this file follow one another on one worker: an apply costs a minute (the provider waits for a queue and for
its policy), so there is one.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.support import inventories
from tests.support.clone import Clone, succeeded
from tests.support.pipeline_roles import NO_PERMISSION_NEEDED, READS_OF_DOCUMENTS, allowed
from tests.support.planning import BUILD, REPOSITORY

pytestmark = pytest.mark.slow
FIRST_LINE = "Sandbox: dn-dev as account 867653852961, us-east-1, on this machine only"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone(tmp_path_factory.mktemp("clone"))
    yield clone
    subprocess.run([BUILD / "venv" / "bin" / "python", "-m", "sandbox", "down", "--all"], cwd=clone.folder, check=True)


@pytest.fixture(scope="module")
def planned(clone: Clone) -> str:
    return succeeded(clone.make("plan", "ENV=dn-dev"))


def test_the_first_line_says_sandbox_account_and_region(planned: str) -> None:
    assert planned.splitlines()[0] == FIRST_LINE


def test_the_summary_says_what_is_created_and_what_will_run_when(planned: str, clone: Clone) -> None:
    created = len(inventories.planned_resources(clone.plan_json()))
    assert f"dn-dev plan: {created} to create\n" in planned
    lines = [line.split() for line in planned.splitlines()]
    assert ["dn-claims-report", "rate(7", "days)", "UTC", "->", "dn-task-claims-report-process"] in lines
    assert ["channelbackfill", "rate(1", "day)", "UTC", "->", "channelbackfill-task"] in lines
    assert "Written: .build/dn-dev/plan.json" in planned


def test_the_sandbox_of_a_plan_is_gone_afterwards(planned: str, clone: Clone) -> None:
    listed = succeeded(clone.make("sandbox-status"))
    assert "dn-dev" not in listed


def test_the_plan_matches_its_inventory(planned: str, clone: Clone, request: pytest.FixtureRequest) -> None:
    inventories.check(
        REPOSITORY / "tests" / "e2e" / "inventories" / "dn-dev.yaml",
        clone.plan_json(),
        rewrite=request.config.getoption("--regenerate-inventories"),
        command=f".build/venv/bin/python -m pytest '{request.node.nodeid}' --regenerate-inventories",
    )


def test_every_policy_is_readable_in_the_plan(planned: str, clone: Clone) -> None:
    """A policy that is only known after apply cannot be reviewed; only a key of the same plan may be unknown."""
    policies = {
        change["address"]: [
            attribute
            for attribute in ("policy", "assume_role_policy")
            if change["change"]["after_unknown"].get(attribute) is True
        ]
        for change in clone.plan_json()["resource_changes"]
        if change["type"].endswith("_policy") or change["type"] in ("aws_iam_role", "aws_kms_key")
    }
    assert len(policies) > 10
    assert {address for address, unknown in policies.items() if unknown} == {
        "module.schedule_channelbackfill.aws_iam_role_policy.scheduler",
        "module.schedule_dn_claims_report.aws_iam_role_policy.scheduler",
        "module.task_claims_report.aws_iam_role_policy.task[0]",
    }


def test_the_plan_ends_with_its_review(planned: str, clone: Clone) -> None:
    *_, review, written = (line for line in planned.splitlines() if line.startswith(("dn-dev review", "Written")))
    assert review == "dn-dev review: yes, nothing fails"
    files = [clone.folder / name for name in written.removeprefix("Written: ").split(", ")]
    assert [file.name for file in files] == [
        "review.md", "review.html", "review.json", "review.sarif", "review.junit.xml",
    ]  # fmt: skip
    assert len(files[0].read_text(encoding="utf-8")) <= 60_000


def test_every_policy_of_the_plan_is_proved_and_every_path_delivers(planned: str, clone: Clone) -> None:
    found = clone.review()
    assert len(found["proofs"]) > 20
    assert {proof["status"] for proof in found["proofs"]} == {"proved"}
    assert {proof["kind"] for proof in found["proofs"]} >= {"scheduler", "rule target", "execution role", "task role"}
    paths = found["delivery"]["paths"]
    assert {path["kind"] for path in paths} == {"schedule", "event", "alarm"}
    assert "no" not in {path["answer"] for path in paths}
    assert found["delivery"]["unreached"] == []


def test_review_alone_has_checkov_read_plan_and_sources(planned: str, clone: Clone) -> None:
    (clone.folder / ".build" / "checkov").symlink_to(BUILD / "checkov")
    said = succeeded(clone.make("-o", "setup-checkov", "review", "ENV=dn-dev"))
    (clone.folder / ".build" / "checkov").unlink()  # later plans are not to wait for it
    assert "dn-dev review: yes, nothing fails" in said
    checks = clone.review()["checks"]
    assert checks["not_run"] == ""
    assert checks["passed"] > 400
    assert all(skip["reason"] and skip["source"] for skip in checks["skips"])


def test_a_saved_plan_whose_sandbox_is_gone_is_not_applied(planned: str, clone: Clone) -> None:
    refused = clone.make("apply", "ENV=dn-dev", "SAVED=1")
    assert refused.returncode == 2
    assert "the sandbox it was made in is gone" in refused.stderr
    assert "what to do: `make apply ENV=dn-dev` plans, applies, and leaves the sandbox up" in refused.stderr
    assert (clone.folder / ".build" / "dn-dev" / "saved" / "plan.tfplan").is_file(), "a refused plan is still there"


def test_the_review_is_there_for_a_pull_request(planned: str, clone: Clone) -> None:
    written = succeeded(clone.make("summary", "ENVS=dn-dev"))
    assert "Written: .build/summary.md, .build/code-insights.json" in written
    text = (clone.folder / ".build" / "summary.md").read_text(encoding="utf-8")
    review = (clone.folder / ".build" / "dn-dev" / "review.md").read_text(encoding="utf-8")
    assert text == review
    assert "dn-claims-report" in text


@pytest.fixture(scope="module")
def applied(clone: Clone, planned: str) -> str:
    return succeeded(clone.make("apply", "ENV=dn-dev"))


def test_apply_makes_the_schedules(applied: str, clone: Clone) -> None:
    assert applied.splitlines()[0] == FIRST_LINE
    endpoint = f"http://127.0.0.1:{clone.sandbox()['port']}"
    client = boto3.client(
        "scheduler", "us-east-1", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
    )
    found = {schedule["Name"]: schedule for schedule in client.list_schedules()["Schedules"]}
    assert set(found) == {"dn-claims-report", "channelbackfill"}
    claims = client.get_schedule(Name="dn-claims-report", GroupName=found["dn-claims-report"]["GroupName"])
    assert claims["ScheduleExpression"] == "rate(7 days)"
    assert claims["State"] == "ENABLED"


def test_the_second_plan_is_empty(applied: str, clone: Clone) -> None:
    assert "dn-dev plan: no changes" in succeeded(clone.make("plan", "ENV=dn-dev"))


@pytest.fixture(scope="module")
def saved(applied: str, clone: Clone) -> Path:
    """A plan that was saved, with one change in it."""
    clone.spec("description: Weekly processing of", "description: Processing, once a week, of")
    assert "dn-dev plan: 1 to update" in succeeded(clone.make("plan", "ENV=dn-dev"))
    return clone.folder / ".build" / "dn-dev" / "saved"


def test_a_saved_plan_of_another_root_is_not_applied(saved: Path, clone: Clone) -> None:
    main = clone.folder / "roots" / "dn-dev" / "main.tf"
    text = main.read_text(encoding="utf-8")
    main.write_text(text + "\n", encoding="utf-8")
    refused = clone.make("apply", "ENV=dn-dev", "SAVED=1")
    main.write_text(text, encoding="utf-8")
    assert refused.returncode == 2
    assert "roots/dn-dev or a module that it uses has changed since" in refused.stderr
    assert "to update" not in refused.stdout


def test_a_saved_plan_of_another_specification_is_not_applied(saved: Path, clone: Clone) -> None:
    """Edited and not generated: the root is as it was planned, and not what is asked for any more."""
    clone.spec("rate(7 days)", "rate(8 days)")
    refused = clone.make("apply", "ENV=dn-dev", "SAVED=1")
    clone.spec("rate(8 days)", "rate(7 days)")
    assert refused.returncode == 2
    assert "roots/dn-dev is not what environments/ asks for" in refused.stderr
    assert "to update" not in refused.stdout


def test_a_saved_plan_is_applied_once_on_another_machine(
    saved: Path, clone: Clone, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Another clone, in another folder, gets the folder of the plan and nothing else, as a pipeline's next job does."""
    other = Clone(tmp_path_factory.mktemp("other"))
    for name in ("roots", "environments"):
        shutil.copytree(clone.folder / name, other.folder / name, dirs_exist_ok=True)
    kept = shutil.copytree(saved, other.folder / "kept")
    there = shutil.copytree(saved, other.folder / ".build" / "dn-dev" / "saved")
    python, build = str(BUILD / "venv" / "bin" / "python"), str(clone.folder / ".build")
    apply = [python, "-m", "sandbox", "run", "dn-dev", "--build-dir", build, "--"]
    apply += [python, "-m", "harness", "apply", "dn-dev", "--saved"]
    logged = os.environ | clone.logging("apply")
    done = subprocess.run(apply, cwd=other.folder, env=logged, check=False, capture_output=True, text=True)
    assert "Nothing is planned: this is the plan of " in succeeded(done)
    assert "1 changed" in done.stdout
    assert not there.exists(), "it is used up"

    again = subprocess.run(apply, cwd=other.folder, check=False, capture_output=True, text=True)
    assert again.returncode == 2
    assert "there is no saved plan of dn-dev" in again.stderr

    shutil.copytree(kept, there)
    stale = subprocess.run(apply, cwd=other.folder, check=False, capture_output=True, text=True)
    assert stale.returncode == 2
    assert "the saved plan is out of date and not applied" in stale.stderr
    assert "dn-dev plan: no changes" in succeeded(clone.make("plan", "ENV=dn-dev"))


def test_destroy_leaves_nothing_and_stops_the_sandbox(applied: str, clone: Clone) -> None:
    address = ("127.0.0.1", clone.sandbox()["port"])
    destroyed = succeeded(clone.make("destroy", "ENV=dn-dev"))
    assert "to destroy" in destroyed
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    again = clone.make("destroy", "ENV=dn-dev")
    assert again.returncode == 0, again.stderr
    assert "nothing is up" in again.stdout + again.stderr


def test_the_pipelines_roles_allow_what_the_provider_calls(applied: str, clone: Clone) -> None:
    """At this point all has been planned empty and full, applied, changed and destroyed."""
    plan, apply, destroy = (clone.calls(target) - NO_PERMISSION_NEEDED for target in ("plan", "apply", "destroy"))
    assert "sqs:GetQueueAttributes" in plan
    assert {"scheduler:CreateSchedule", "scheduler:UpdateSchedule"} <= apply
    assert "logs:DeleteLogGroup" in destroy
    assert plan <= allowed("plan-policy")
    assert apply | destroy <= allowed("apply-policy")
    needed_elsewhere = {"sns:GetSubscriptionAttributes"} | READS_OF_DOCUMENTS  # dn-dev has no e-mail addresses
    reads = {action for action in allowed("plan-policy") if not action.startswith("s3:")}
    assert reads - plan == needed_elsewhere, "no more than a plan needs"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan"], "ENV is missing: give one of dn-dev"),
        (["plan", "ENV=dn-deb"], "did you mean dn-dev?"),
        (["plan", "ENV=dn-dev", "LIVE=yes"], "LIVE=yes is neither 1 (the real account) nor empty (the sandbox)"),
        (["apply", "ENV=dn-dev", "SAVED=yes"], "SAVED=yes is neither 1 (apply what make plan saved, plan nothing)"),
    ],
)
def test_wrong_use_is_explained(clone: Clone, arguments: list[str], message: str) -> None:
    finished = clone.make(*arguments)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_live_says_so_first_and_needs_credentials(clone: Clone) -> None:
    finished = clone.make("plan", "ENV=dn-dev", "LIVE=1")
    assert finished.stdout.splitlines()[0].startswith("LIVE: dn-dev in the real AWS account 867653852961, us-east-1")
    assert finished.returncode == 2
    assert "LIVE=1 needs credentials for account 867653852961" in finished.stderr


def test_a_pipeline_is_told_every_environment_with_its_account(clone: Clone) -> None:
    assert "dn-dev\t867653852961\tus-east-1\n" in succeeded(clone.make("matrix", "SINCE="))
    (line,) = succeeded(clone.make("matrix", "SINCE=", "JSON=1")).splitlines()
    assert {"environment": "dn-dev", "account": "867653852961", "region": "us-east-1"} in json.loads(line)


def test_make_alone_lists_the_targets(clone: Clone) -> None:
    listed = succeeded(clone.make())
    names = [line.split()[0] for line in listed.splitlines()]
    assert set(names) >= {"plan", "apply", "destroy", "generate", "check", "fmt", "clean", "test", "test-fast", "bench"}
