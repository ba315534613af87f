"""The workers themselves in dn-dev as it was applied: the demonstration with each fault, and what their roles allow."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from sandbox.catalogue import Catalogue
from sandbox.demo.account import Account
from sandbox.services import running
from tests.support.applied import Applied
from tests.support.granted import of_role, unused
from tests.support.planning import BUILD

pytestmark = pytest.mark.slow
ROLE = "internal-content-use1-{}-task"
PYTHON = str(BUILD / "venv" / "bin" / "python")


def demonstrate(applied: Applied, *fault: str) -> str:
    """What `make demo` runs once dn-dev is applied."""
    told = subprocess.run(
        [PYTHON, "-m", "sandbox", "demo", "dn-dev", "--videos", "60", *fault],
        cwd=applied.clone.folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_the_demonstration_without_a_fault(applied: Applied) -> None:
    said = demonstrate(applied)
    assert "channelbackfill exited with 0" in said
    assert "cmscustomidcleanup exited with 0" in said
    assert " 0 wrong\n" in said
    assert "the event: Custom ID Cleanup Completed" in said
    assert "the report: s3://youtube-reporting-main/custom-id-cleanup/reports/" in said
    (copy,) = re.findall(r"a copy of it: (.+)", said)
    report = json.loads((applied.clone.folder / copy).read_text(encoding="utf-8"))
    assert report["statistics"]["sent"] == 53


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("quota", ["exited with 75", "the next day: ", "channels right before", "done by a run before"]),
        ("throttle", ["requests tried again", "40 answered with 429"]),
        ("token", ["the access token has expired", "exited with 0", "1 answered with 401", "tokens asked for: 2"]),
        ("kill", ["process is killed", "exited with 137", "send the event once more", "exited with 0"]),
    ],
)
def test_the_demonstration_with_a_fault(applied: Applied, fault: str, words: list[str]) -> None:
    said = demonstrate(applied, "--fault", fault).partition("4 of 5")[2]
    places = [said.find(each) for each in words]
    assert places == sorted(places), said
    assert -1 not in places, said
    assert " 0 wrong\n" in said


@pytest.fixture(scope="module")
def whole_run(applied: Applied) -> int:
    """All that the workers do: what is usual, what comes back the next day, what is changed, in conflict or wrong.

    Returns:
        The number of the last call before it.
    """
    before = applied.box.ask("calls")["calls"]
    demonstrate(applied, "--fault", "quota")
    account = Account(applied.box)
    backfill = account.worker("channelbackfill")
    services = running.find(applied.clone.folder / ".build" / "sandbox" / "dn-dev")
    assert services is not None
    bucket, key = backfill.location("CHANNELS_CSV")
    s3 = account.client("s3")
    channels = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    changed = channels.replace("partner-0001", "partner-one") + "UCnew,partner-new,One more\r\n"
    services.ask(
        "faults/script", service="appsync", kind="conditional-check", times=1, where={"operation": "createChannel"}
    )
    for content, code in ((changed, 0), ("", 2)):
        s3.put_object(Bucket=bucket, Key=key, Body=content.encode())
        applied.box.ask("fire", seconds=150, schedule=account.schedule_of(backfill.family), group=None, force=False)
        task = applied.box.ask("tasks", seconds=150, settle=120)["tasks"]
        (ended,) = [each for each in task if each["group"] == f"family:{backfill.family}"][-1:]
        assert ended["containers"][0]["exitCode"] == code, account.log_of(backfill, ended["taskArn"])
    return int(before[-1]["number"]) if before else 0


@pytest.mark.parametrize("worker", ["channelbackfill", "cmscustomidcleanup"])
def test_a_role_allows_what_its_worker_calls_and_nothing_else(applied: Applied, whole_run: int, worker: str) -> None:
    calls = of_role(applied, ROLE.format(worker), whole_run)
    assert [each for each in calls if not each["allowed"]] == [], "asked for, and denied or not known"
    assert unused(applied, ROLE.format(worker), calls) == [], "allowed, and not asked for"


def test_ten_shards_do_together_what_one_task_does(applied: Applied, whole_run: int) -> None:
    """The event that asks for the whole backlog submits an array job; each child does its share, and nothing twice."""
    account = Account(applied.box)
    backfill, cleanup = account.worker("channelbackfill"), account.worker("cmscustomidcleanup")
    services = running.find(applied.clone.folder / ".build" / "sandbox" / "dn-dev")
    assert services is not None
    catalogue = Catalogue(seed=10, channels=40, videos=120)
    account.upload(catalogue, backfill, cleanup, others=100)
    for name, question in (("content-id/clear", {}), ("content-id/seed", {"assets": catalogue.assets})):
        services.ask(name, **question)
    services.ask("appsync/put", channels=catalogue.channel_records, replace=True)
    applied.put("Custom ID Cleanup Requested", {"reason": "backlog"}, source="dn.backend.operations")
    jobs = applied.box.ask("jobs", seconds=210, settle=180)["jobs"]
    children = {each["jobId"].partition(":")[2]: each["status"] for each in jobs if ":" in each["jobId"]}
    assert children == {str(index): "SUCCEEDED" for index in range(10)}
    assert services.ask("content-id/custom-ids")["custom_ids"] == catalogue.wanted
    patches = services.ask("content-id/patches")["patches"]
    assert patches == {video.asset_id: 1 for video in catalogue.partner_videos if video.custom_id != video.wanted}
    assert services.ask("content-id/statistics")["largest_in_a_second"] <= 20, "the shards share one rate"


def test_the_report_of_a_run_is_json_with_every_count(applied: Applied, whole_run: int) -> None:
    account = Account(applied.box)
    bucket, prefix = account.worker("cmscustomidcleanup").location("OUTPUT")
    s3 = account.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    reports = [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    assert reports
    assert Path(keys[-1]).suffix == ".json"
