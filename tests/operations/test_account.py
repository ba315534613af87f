"""Where a command acts: in the environment's own sandbox, or by --live in its own account, and nowhere else."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.errors import WrongUseError
from operations import account as accounts
from operations import environment as environments
from operations.environment import Environment
from sandbox.state import Store
from tests.operations.conftest import Shell
from tests.operations.made import ENVIRONMENT
from tests.support.clone import Clone


@pytest.mark.usefixtures("in_sandbox")
def test_a_sandbox_that_stands_for_another_account_is_not_entered(environment: Environment) -> None:
    other = dataclasses.replace(environment, account="999999999999")
    with pytest.raises(WrongUseError, match="stands for account 123456789012, and shop-test is in 999999999999"):
        accounts.enter(other, live=False)


def test_a_sandbox_that_does_not_answer_is_3(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(accounts, "_CONFIG", Config(retries={"total_max_attempts": 1}))
    assert shell("targets", ENVIRONMENT) == 3
    assert "the sandbox at http://127.0.0.1:9 does not answer" in shell.stderr


def test_live_with_an_endpoint_is_not_the_real_account(shell: Shell) -> None:
    for command in ("targets", "rules", "sync", "rollback", "resume", "history"):
        assert shell(command, ENVIRONMENT, "--live") == 2
        assert "AWS_ENDPOINT_URL is set, so this would not be the real AWS" in shell.stderr


def test_another_endpoint_than_this_machine_needs_live(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://events.us-east-2.amazonaws.com")
    assert shell("rules", ENVIRONMENT) == 2
    assert "not a sandbox on this machine" in shell.stderr


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListRules")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            refused("AccessDeniedException", "you may not events:ListRules"),
            "ListRules: AccessDeniedException: you may not events:ListRules; whoever runs this needs that right\n",
        ),
        (refused("InternalException", "later"), "ListRules: InternalException: later\n"),
        (EndpointConnectionError(endpoint_url="http://x"), 'Could not connect to the endpoint URL: "http://x"\n'),
    ],
)
def test_what_aws_does_not_do_is_3_in_its_words(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("operations.rules.find", fail)
    assert shell("rules", ENVIRONMENT) == 3
    assert shell.stderr == said


def test_a_specification_that_is_wrong_is_told_with_its_line(shell: Shell, specs: Path) -> None:
    file = specs / f"{ENVIRONMENT}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "taskz: {}\n", encoding="utf-8")
    assert shell("rules", ENVIRONMENT) == 2
    assert f"{ENVIRONMENT}.yaml:" in shell.stderr
    assert "taskz" in shell.stderr


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-2", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_role_is_of_the_partition_of_the_region(specs: Path, region: str, partition: str) -> None:
    text = (specs / f"{ENVIRONMENT}.yaml").read_text(encoding="utf-8").replace("us-east-2", region)
    (specs / f"{ENVIRONMENT}.yaml").write_text(text, encoding="utf-8")
    (rule,) = environments.load(ENVIRONMENT, specs).rules
    assert rule.targets[0].role.startswith(f"arn:{partition}:iam::123456789012:role/t-")


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type a command as a person does, in a copy of the repository, without any AWS settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "operations", *arguments],
        cwd=folder,
        env=clean,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_sandbox_of_the_environment_is_found_by_itself(tmp_path: Path) -> None:
    """As `python -m operations ...` is typed: nothing of AWS in the shell."""
    clone = Clone(tmp_path)
    none_up = command("rules", "dn-dev", folder=clone.folder)
    assert none_up.returncode == 2
    assert none_up.stderr == (
        "sandbox: dn-dev is not up: `make apply ENV=dn-dev` starts it, and applies the environment\n"
    )
    store = Store(clone.folder / ".build" / "sandbox")
    store.up("dn-dev", "867653852961", "us-east-1")
    try:
        rules = command("rules", "dn-dev", "--json", folder=clone.folder)
        assert rules.returncode == 0, rules.stderr
        assert '"state": "missing"' in rules.stdout
        made = clone.make("eb-rules", "ENV=dn-dev")
        assert made.returncode == 0, made.stderr
        first, *table = made.stdout.splitlines()
        assert first == "Sandbox: dn-dev as account 867653852961, us-east-1, on this machine only"
        assert len(table) == 4
        for_programs = clone.make("eb-rules", "ENV=dn-dev", "JSON=1")
        assert for_programs.stdout == rules.stdout
    finally:
        store.down("dn-dev")
