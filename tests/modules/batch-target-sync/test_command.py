"""The command as a process: what it shows, what it ends with, and a message for what a person or the account causes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock

import boto3
import pytest
from batch_target_sync import arguments, command, output

from sandbox.server import Sandbox
from tests.support.planning import REPOSITORY

MODULE = REPOSITORY / "modules" / "batch-target-sync"
COMMAND = [sys.executable, "-m", "batch_target_sync"]
NOBODY = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
Finished = subprocess.CompletedProcess[str]


def run(*given: str, **variables: str) -> Finished:
    """Run the command with these variables and no others."""
    return subprocess.run(
        [*COMMAND, *given], env={"PYTHONPATH": str(MODULE)} | variables, check=False, capture_output=True, text=True
    )


class Account:
    """A bus, a rule with one target and a definition of its own in the sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.name = f"t-{uuid.uuid4().hex[:12]}"
        self.queue = f"arn:aws:batch:{box.region}:{box.account}:job-queue/{self.name}"
        self.role = f"arn:aws:iam::{box.account}:role/{self.name}"
        self.client("events").create_event_bus(Name=self.name)
        self.client("events").put_rule(Name=self.name, EventBusName=self.name, EventPattern='{"source": ["t"]}')
        self.register()
        self.put("job", 1)

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, self.box.region, endpoint_url=self.box.endpoint, **keys)  # type: ignore[call-overload]

    def register(self) -> None:
        container = {"image": "example", "vcpus": 1, "memory": 128}
        self.client("batch").register_job_definition(
            jobDefinitionName=self.name, type="container", containerProperties=container
        )

    def put(self, target: str, revision: int, rule: str = "") -> None:
        batch = {"JobDefinition": f"{self.name}:{revision}", "JobName": "job"}
        self.client("events").put_targets(
            Rule=rule or self.name,
            EventBusName=self.name,
            Targets=[{"Id": target, "Arn": self.queue, "RoleArn": self.role, "BatchParameters": batch}],
        )

    def revisions(self) -> dict[str, str]:
        targets = self.client("events").list_targets_by_rule(Rule=self.name, EventBusName=self.name)["Targets"]
        return {target["Id"]: target["BatchParameters"]["JobDefinition"].rpartition(":")[2] for target in targets}

    def run(self, *given: str, **variables: str) -> Finished:
        """Run the command in this process, where boto3 is there already."""
        printed, errors = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.box.environment | variables, clear=True),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(errors),
        ):
            code = command.main(given)
        return Finished(given, code, printed.getvalue(), errors.getvalue())

    def sync(self, *given: str) -> Finished:
        return self.run(*given, "--bus", self.name, "--name", self.name)

    def of_itself(self, operation: str, *given: str) -> Finished:
        return self.run(operation, *given, "--name", self.name)


@pytest.fixture
def account(box: Sandbox) -> Account:
    return Account(box)


def test_without_targets_it_says_what_to_give_and_the_example_is_one() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("batch_target_sync: which targets? Give --bus, --rule or both")
    assert f"for example: {arguments.EXAMPLE}\n" in done.stderr


def test_a_mistake_is_json_too_when_that_is_asked_for() -> None:
    done = run("--json", "--bus", "b", "--selections", "[1")
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (2, "wrong-use")
    assert json.loads(done.stdout)["exit_code"] == 2


def test_a_dry_run_shows_the_difference_and_changes_nothing(account: Account) -> None:
    account.register()
    done = account.sync("--dry-run")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].split() == [
        "region", "bus", "rule", "target", "job", "definition", "revision", "status",
    ]  # fmt: skip
    row = re.split(" {2,}", done.stdout.splitlines()[1])
    assert row == ["us-east-1", account.name, account.name, "job", account.name, "1 -> 2", "would change"]
    assert done.stdout.endswith("\n1 would change; nothing was changed\n")
    assert account.revisions() == {"job": "1"}


def test_columns_are_aligned(account: Account) -> None:
    account.register()
    account.put("a-longer-name", 1)
    lines = account.sync("--dry-run").stdout.splitlines()[:3]
    assert len({line.index(cell) for line, cell in zip(lines, ("status", "would", "would"), strict=True)}) == 1


def test_sync_check_and_what_is_as_it_should_be(account: Account) -> None:
    account.register()
    behind = account.sync("--check")
    assert (behind.returncode, "1 -> 2" in behind.stdout, "1 behind" in behind.stdout) == (1, True, True)
    done = account.sync()
    assert (done.returncode, "1 -> 2" in done.stdout, "1 changed\n" in done.stdout) == (0, True, True)
    assert account.revisions() == {"job": "2"}
    again = account.sync("--check")
    assert (again.returncode, again.stdout) == (0, "1 current; nothing was changed\n")
    everything = account.sync("--check", "--all").stdout.splitlines()
    assert re.split(" {2,}", everything[1])[-2:] == ["2", "current"]


def test_what_fails_is_told_by_its_kind_and_the_rest_is_done(account: Account) -> None:
    account.register()
    selections = [{"bus": account.name}, {"bus": account.name, "rule": "no-such-rule"}]
    done = account.run("--selections", json.dumps(selections), "--name", account.name)
    assert done.returncode == 4
    assert f"rule-not-found: us-east-1 / {account.name} / no-such-rule: " in done.stdout
    assert account.revisions() == {"job": "2"}


def test_json_is_all_of_standard_output(account: Account) -> None:
    account.register()
    done = account.sync("--json")
    report = json.loads(done.stdout)
    assert report["outcomes"][0]["status"] == "changed"
    assert report["calls"]["events:PutTargets"] == 1


def test_the_log_is_lines_of_json_on_standard_error(account: Account) -> None:
    account.register()
    lines = [json.loads(line) for line in account.sync().stderr.splitlines()]
    assert len(lines) == 2  # the change, and the run


def test_rollback_history_and_resume(account: Account) -> None:
    none = account.of_itself("history")
    assert (none.returncode, none.stdout) == (0, "no update yet\n")
    nothing = account.of_itself("rollback")
    assert (nothing.returncode, nothing.stdout) == (3, "")
    account.register()
    account.sync()
    would = account.of_itself("rollback", "--dry-run")
    assert ("2 -> 1" in would.stdout, "1 would change" in would.stdout, account.revisions()) == (
        True,
        True,
        {"job": "2"},
    )
    back = account.of_itself("rollback")
    assert (back.returncode, "1 rolled back" in back.stdout, account.revisions()) == (0, True, {"job": "1"})
    held = account.sync()
    assert (held.returncode, "1 held" in held.stdout, account.revisions()) == (0, True, {"job": "1"})
    assert [done.stdout.count("or `resume` is run") for done in (would, back, held)] == [0, 1, 1]
    rows = account.of_itself("history").stdout.splitlines()
    assert [re.split(" {2,}", row)[2:6] for row in rows[1:]] == [
        ["rollback", account.name, "2 -> 1", "1"],
        ["sync, rolled back", account.name, "1 -> 2", "1"],
    ]
    listed = json.loads(account.of_itself("history", "--json").stdout)
    assert [(update["operation"], update["undone"]) for update in listed] == [("rollback", False), ("sync", True)]
    resumed = account.of_itself("resume")
    assert (resumed.returncode, re.split(" {2,}", resumed.stdout.splitlines()[1])[1:]) == (
        0,
        [account.name, "no longer held: 2"],
    )
    assert account.of_itself("resume").stdout == "no revision is held\n"
    assert (account.sync().returncode, account.revisions()) == (0, {"job": "2"})


def variables(account: Account, **others: str) -> dict[str, str]:
    return {
        "EVENTBRIDGE_BUS_NAME": account.name,
        "RULE_NAME": account.name,
        "JOB_DEFINITION_NAME": account.name,
        "JOB_QUEUE_ARN": account.queue,
        "EVENTBRIDGE_ROLE_ARN": account.role,
    } | others


def test_the_variables_of_the_script_before_still_work(account: Account) -> None:
    account.register()
    done = run("--name", account.name, **account.box.environment, **variables(account))
    assert (done.returncode, account.revisions()) == (0, {"job": "2"})


@pytest.mark.parametrize(
    ("variable", "kind"), [("JOB_QUEUE_ARN", "other-queue"), ("EVENTBRIDGE_ROLE_ARN", "other-role")]
)
def test_a_target_with_another_queue_or_role_is_not_touched(account: Account, variable: str, kind: str) -> None:
    account.register()
    given = variables(account)
    done = account.run("--name", account.name, **given | {variable: f"{given[variable]}-2"})
    assert (done.returncode, kind in done.stdout, account.revisions()) == (4, True, {"job": "1"})


def test_a_flag_wins_over_its_variable(account: Account) -> None:
    account.register()
    given = variables(account, EVENTBRIDGE_BUS_NAME="no-such-bus")
    assert account.run("--name", account.name, **given).returncode == 4
    assert account.run("--name", account.name, "--bus", account.name, **given).returncode == 0


def test_only_one_definition(account: Account) -> None:
    account.register()
    assert account.sync("--only-job-definition", "another").returncode == 0
    assert account.revisions() == {"job": "1"}
    assert account.sync("--only-job-definition", account.name).returncode == 0
    assert account.revisions() == {"job": "2"}


EXAMPLES = re.findall(r"^    (python -m batch_target_sync.*(?:\n {6}.*)*)", arguments.EPILOG, flags=re.MULTILINE)


@pytest.mark.slow
def test_the_examples_of_the_help_work(tmp_path: Any) -> None:
    """One after the other, in an account that has what they name."""
    from sandbox import server  # noqa: PLC0415 - an account of its own

    assert len(EXAMPLES) == 7
    with server.start(account="077075375386", region="us-east-2") as box:
        for region, bus, rule in (
            ("us-east-2", "mvp-development", "mvp-pipeline-development-rule"),
            ("us-east-1", "default", "nightly"),
        ):
            prepare(box, region, bus, rule)
        said = box.environment | {"PYTHONPATH": str(MODULE)}
        codes = []
        for example in EXAMPLES:
            words = shlex.split(example.replace("\\\n", ""))
            assert words[:3] == ["python", "-m", "batch_target_sync"]
            done = subprocess.run([*COMMAND, *words[3:]], env=said, check=False, capture_output=True, text=True)
            codes.append(done.returncode)
    #        dry-run, sync, check, both regions, rollback --dry-run, rollback, resume
    assert codes == [1, 0, 0, 0, 1, 0, 0]


def prepare(box: Sandbox, region: str, bus: str, rule: str) -> None:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    batch = boto3.client("batch", region, endpoint_url=box.endpoint, **keys)
    for _ in range(2):
        batch.register_job_definition(
            jobDefinitionName="d", type="container", containerProperties={"image": "i", "vcpus": 1, "memory": 128}
        )
    events = boto3.client("events", region, endpoint_url=box.endpoint, **keys)
    if bus != "default":
        events.create_event_bus(Name=bus)
    events.put_rule(Name=rule, EventBusName=bus, EventPattern='{"source": ["t"]}')
    target: Any = {
        "Id": "job",
        "Arn": f"arn:aws:batch:{region}:{box.account}:job-queue/q",
        "RoleArn": f"arn:aws:iam::{box.account}:role/r",
        "BatchParameters": {"JobDefinition": "d:1", "JobName": "job"},
    }
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])


def test_the_help_says_what_every_exit_code_is() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^  (\d+) ", done.stdout, flags=re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]


# --- What cannot begin -----------------------------------------------------------------------------------------------


def refused(done: Finished) -> str:
    """Return the message of a run that could not begin."""
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_no_credentials() -> None:
    assert "credentials" in refused(run("--bus", "b", "--region", "us-east-2", **NOBODY))


def test_no_region() -> None:
    done = run("--bus", "b", **NOBODY)
    assert (done.returncode, "which region?" in done.stderr) == (2, True)


def test_an_unknown_profile() -> None:
    done = run("--bus", "b", "--region", "us-east-2", **NOBODY, AWS_PROFILE="nobody")
    assert "nobody" in refused(done)


def test_a_configuration_file_that_is_none(tmp_path: Any) -> None:
    (tmp_path / "config").write_text("[default\nregion")
    done = run("--bus", "b", "--region", "us-east-2", **NOBODY | {"AWS_CONFIG_FILE": str(tmp_path / "config")})
    assert "config" in refused(done)


KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1"}


def test_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = run("--bus", "b", "--region", "us-east-2", **NOBODY, **KEYS, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    assert "connect" in refused(done)


@pytest.mark.parametrize("endpoint", ["localhost", "http://", "ftp://[::1"])
def test_an_endpoint_that_is_none(endpoint: str) -> None:
    done = run("--bus", "b", "--region", "us-east-2", **NOBODY, **KEYS, AWS_ENDPOINT_URL=endpoint)
    assert (done.returncode, f"AWS_ENDPOINT_URL: {endpoint!r} is no address" in done.stderr) == (2, True)


class Expired(BaseHTTPRequestHandler):
    """Answers as AWS does to a session token that has expired."""

    def do_POST(self) -> None:
        words = "The security token included in the request is expired"
        error = f"<Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>{words}</Message></Error>"
        self.send_response(403)
        self.end_headers()
        self.wfile.write(f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>".encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def expired() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Expired) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_expired_token(expired: str) -> None:
    done = run("--bus", "b", "--region", "us-east-2", **NOBODY, **KEYS, AWS_ENDPOINT_URL=expired)
    assert "expired" in refused(done)


def test_no_boto3() -> None:
    """Without the site's packages, as Python comes."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "batch_target_sync", "--help"],
        env={"PYTHONPATH": str(MODULE)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert f"{sys.executable} has no boto3: pip install boto3" in refused(done)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt(number: int, code: int) -> None:
    """While AWS does not answer: the connection is there, so it is in the midst of a call."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = NOBODY | KEYS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        process = subprocess.Popen(
            [*COMMAND, "--bus", "b", "--region", "us-east-2"],
            env=said | {"PYTHONPATH": str(MODULE)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            process.send_signal(number)
            printed, errors = process.communicate(timeout=30)
    assert (process.returncode, printed) == (code, "")
    assert errors.splitlines()[-1].startswith("batch_target_sync: interrupted")
    assert "Traceback" not in errors


def test_a_reader_that_has_gone_changes_nothing(account: Account) -> None:
    account.register()
    process = subprocess.Popen(
        [*COMMAND, "--bus", account.name, "--name", account.name],
        env=account.box.environment | {"PYTHONPATH": str(MODULE)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), "Error" in errors, account.revisions()) == (0, False, {"job": "2"})


def test_who_waits_for_the_lock_is_told_so_once(capsys: pytest.CaptureFixture[str]) -> None:
    slept: list[float] = []
    wait = output.waiting(slept.append)
    wait(1.5)
    wait(2.5)
    assert slept == [1.5, 2.5]
    assert capsys.readouterr().err == f"{output.WAITS}\n"
