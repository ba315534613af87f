"""The file as the script of an Automation document: what it may hold, and how it runs as a step."""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from batch_target_sync import sync
from batch_target_sync.sync import Selection

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import REGION, batch_target
from tests.support.sync_aws.world import NOTICES, STATE, TOPIC, World, world

FILE = Path(sync.__file__)
TEXT = FILE.read_text(encoding="utf-8")
DOCUMENT = 65_536  # bytes of an SSM document ("Document size", AWS Systems Manager quotas)
AROUND = 3_000  # what else the module's document has, without its selections
SELECTIONS = 2_000  # what is left for them

Handler = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def test_it_imports_the_standard_library_and_boto3_only() -> None:
    tree = ast.parse(TEXT)
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level], "no neighbours"
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign == {"boto3", "botocore"}


def test_it_has_nothing_that_systems_manager_takes_for_its_own() -> None:
    assert "{{" not in TEXT
    assert "}}" not in TEXT
    assert TEXT.isascii()


def test_a_document_can_carry_it() -> None:
    """As a text of JSON; what Terraform's jsonencode escapes beyond that, `document.tf` writes as it is."""
    assert len(json.dumps(TEXT)) <= DOCUMENT - AROUND - SELECTIONS


# --- as a step --------------------------------------------------------------------------------------------------------


@pytest.fixture
def it() -> Iterator[World]:
    with world() as made:
        made.account.register("job", times=2)
        made.account.put("mvp", "request", batch_target("one", "job:1"))
        yield made


@pytest.fixture
def step(it: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """The handler as Systems Manager has it: of a script that is no module."""
    with it.aws() as aws:
        monkeypatch.setattr("time.sleep", it.account.clock.sleep)
        monkeypatch.setattr("time.time", it.account.clock.now)
        namespace: dict[str, Any] = {"__name__": "no_module_of_this_name"}
        exec(compile(TEXT, "script", "exec", dont_inherit=True), namespace)  # noqa: S102 (that is what a script is for)
        session = aws._session
        monkeypatch.setattr(boto3, "Session", lambda: session)
        yield namespace["handler"]


def payload(**given: str) -> dict[str, Any]:
    """Return an InputPayload as the document writes it."""
    settings = {
        "Name": "tests",
        "Region": REGION,
        "State": STATE,
        "Selections": '[{"bus":"mvp"}]',
        "Topic": TOPIC,
        "EventBus": NOTICES,
    }
    common = {"Operation": "sync", "JobDefinition": "", "Selections": "", "Trigger": "schedule", "Execution": "e-1"}
    return common | given | {"Settings": settings}


def refused(step: Handler, events: dict[str, Any]) -> Any:
    with pytest.raises(Exception, match=r".") as caught:
        step(events, {})
    assert type(caught.value).__name__ == "SyncError"
    return caught.value


def test_the_step_syncs(it: World, step: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    report = step(payload(), {})
    assert (report["name"], report["run"], report["exit_code"]) == ("tests", "e-1", 0)
    assert report["counts"] == {"changed": 1}
    assert [(each["target"], each["after"]) for each in report["outcomes"]] == [("one", 2)]
    assert json.loads(json.dumps(report)) == report
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [(line["what"], line["trigger"]) for line in lines] == [("changed", "schedule"), ("ended", "schedule")]
    assert not printed.err
    assert len(it.account.topics().messages) == len(it.account.events().received) == 1


def test_empty_texts_are_nothing(it: World, step: Handler) -> None:
    events = payload()
    events["Settings"] |= {"Topic": "", "EventBus": ""}
    step(events, {})
    assert not {"sns:PublishBatch", "events:PutEvents"} & set(it.account.count())


def test_selections_of_the_step_come_first(it: World, step: Handler) -> None:
    it.account.put("other", "request", batch_target("one", "job:1"))
    report = step(payload(Selections='[{"bus": "other"}]'), {})
    assert [each["bus"] for each in report["outcomes"]] == ["other"]


def test_many_selections_are_packed(it: World, step: Handler) -> None:
    """As Terraform's base64gzip does."""
    events = payload()
    packed = gzip.compress(events["Settings"]["Selections"].encode())
    events["Settings"]["Selections"] = base64.b64encode(packed).decode()
    assert step(events, {})["counts"] == {"changed": 1}


def test_a_check_reports_and_the_step_succeeds(it: World, step: Handler) -> None:
    report = step(payload(Operation="check"), {})
    assert report["exit_code"] == 1
    assert "MismatchAge" in {each["MetricName"] for each in it.account.metrics().data}


def test_a_dry_run_writes_nothing(it: World, step: Handler) -> None:
    assert step(payload(Operation="dry-run"), {})["exit_code"] == 1
    assert not it.account.stored()


def test_rollback_and_resume(it: World, step: Handler) -> None:
    step(payload(), {})
    assert step(payload(Operation="rollback"), {})["outcomes"][0]["after"] == 1
    assert step(payload(), {})["counts"] == {"held": 1}
    step(payload(Operation="resume", JobDefinition="job"), {})
    assert step(payload(), {})["counts"] == {"changed": 1}


def test_a_rollback_of_one_job_definition_is_refused(it: World, step: Handler) -> None:
    step(payload(), {})
    before = it.account.targets()
    assert refused(step, payload(Operation="rollback", JobDefinition="job")).kind == "wrong-use"
    assert it.account.targets() == before


@pytest.mark.parametrize("definition", ["job", "job:9", "arn:aws:batch:us-east-2:077075375386:job-definition/job:3"])
def test_the_events_job_definition(it: World, step: Handler, definition: str) -> None:
    it.account.register("other", times=2)
    it.account.put("mvp", "request", batch_target("two", "other:1"))
    report = step(payload(JobDefinition=definition), {})
    assert [each["target"] for each in report["outcomes"]] == ["one"]


def test_a_step_fails_if_something_failed(it: World, step: Handler, capsys: pytest.CaptureFixture[str]) -> None:
    it.account.put("mvp", "request", batch_target("two", "nobody:1"))
    error = refused(step, payload())
    assert "1 failed, the rest is done" in error.message
    assert "no-active-revision" in error.message
    assert [json.loads(line)["what"] for line in capsys.readouterr().out.splitlines()] == ["changed", "failed", "ended"]


def test_a_step_returns_a_hundred_outcomes_at_most_and_none_that_is_right(it: World, step: Handler) -> None:
    for rule in range(110):
        it.account.put("mvp", f"rule-{rule}", batch_target("one", "job:1"), batch_target("current", "job:2"))
    report = step(payload(), {})
    assert report["counts"] == {"changed": 111, "current": 110}
    assert len(report["outcomes"]) == 100
    assert {each["status"] for each in report["outcomes"]} == {"changed"}


def test_a_step_ends_by_itself_before_systems_manager_ends_it(it: World, step: Handler) -> None:
    """Its lock leaves no time for puts after 600 seconds, and it has expired when the next scheduled run comes."""
    it.account.put("mvp", "retry", batch_target("one", "job:1"))
    started = it.account.clock.seconds

    def later() -> None:
        it.account.clock.seconds = started + 600 - 120

    faults.inject(it.account, faults.after(later), operation="events:PutTargets")
    assert "lock-lost" in refused(step, payload()).message


def test_a_step_waits_for_another_run_and_still_has_time_for_its_own(it: World, step: Handler) -> None:
    """600 seconds, of which it may hold the lock for 450."""
    held = {"holder": "other", "over": 0, "expires": "2099-01-01T00:00:00Z"}
    it.account.parameters().put_parameter({"Name": f"{STATE}/lock", "Value": json.dumps(held), "Type": "String"})
    started = it.account.clock.now()
    assert refused(step, payload()).kind == "locked"
    assert 60 < it.account.clock.now() - started < 600 - 450


def test_no_call_takes_longer_than_the_lock_leaves_for_it(it: World) -> None:
    """With all attempts and the longest waits between them."""
    with it.aws() as aws:
        config = aws.client("events", REGION).meta.config
    attempts = config.retries["total_max_attempts"]
    waits = sum(2**attempt for attempt in range(attempts - 1))
    assert attempts * (config.connect_timeout + config.read_timeout) + waits <= sync.CALL_SECONDS


def test_the_log_goes_to_standard_error_from_a_command(it: World, capsys: pytest.CaptureFixture[str]) -> None:
    with it.aws() as aws:
        aws.log = sync.Aws(aws._session).log
        sync.sync([Selection("mvp")], it.settings, aws)
    printed = capsys.readouterr()
    assert not printed.out
    assert len(printed.err.splitlines()) == 2


def test_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(sync.SyncError) as caught:
        sync.Aws(log=io.StringIO())
    assert caught.value.kind == "credentials"
    assert "nobody" in caught.value.message


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(sync.SyncError) as caught:
        sync.sync([Selection("mvp")], sync.Settings(REGION), sync.Aws(log=io.StringIO()))
    assert caught.value.kind == "credentials"
