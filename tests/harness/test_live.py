"""Neither the sandbox nor the real account is entered by accident."""

from __future__ import annotations

import io

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from harness import live
from harness.errors import EnvironmentFailedError, WrongUseError


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://[::1]:80", "http://localhost:1"])
def test_an_endpoint_on_loopback_is_a_sandbox(endpoint: str) -> None:
    assert live.require_sandbox({"AWS_ENDPOINT_URL": endpoint}) == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://sqs.us-east-1.amazonaws.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://[bad",
        "http://localhost.example.com",
    ],
)
def test_anything_else_is_not(endpoint: str) -> None:
    with pytest.raises(WrongUseError, match="not a sandbox on this machine"):
        live.require_sandbox({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})


def test_an_endpoint_for_one_service_would_leave_the_sandbox() -> None:
    with pytest.raises(WrongUseError, match="AWS_ENDPOINT_URL_SQS"):
        live.require_sandbox({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SQS": "https://elsewhere"})


class Sts:
    def __init__(self, account: str | None) -> None:
        self.account = account

    def get_caller_identity(self) -> dict[str, str]:
        if self.account is None:
            raise NoCredentialsError
        return {"Account": self.account, "Arn": f"arn:aws:sts::{self.account}:assumed-role/deploy/me"}


def answer_as(account: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: Sts(account))


def test_credentials_of_the_environment_s_account_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_as("867653852961", monkeypatch)
    assert live.require_account("867653852961", "us-east-1", {}).endswith("assumed-role/deploy/me")


def test_credentials_of_another_account_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_as("111122223333", monkeypatch)
    with pytest.raises(WrongUseError, match="account 111122223333, not 867653852961"):
        live.require_account("867653852961", "us-east-1", {})


def test_no_credentials_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_as(None, monkeypatch)
    with pytest.raises(EnvironmentFailedError, match="aws sso login"):
        live.require_account("867653852961", "us-east-1", {})


def test_live_with_an_endpoint_set_is_refused() -> None:
    with pytest.raises(WrongUseError, match="AWS_ENDPOINT_URL is set"):
        live.require_account("867653852961", "us-east-1", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_real_account_is_changed_after_its_name_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("dn-dev\n"))
    live.confirm("dn-dev", "123456789012")
    out, err = capsys.readouterr()
    assert (out, "account 123456789012. Type dn-dev" in err) == ("", True)
    for answer in ("dn-prod\n", "yes\n", ""):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        with pytest.raises(WrongUseError, match="nothing was changed"):
            live.confirm("dn-dev", "123456789012")


def test_where_nobody_can_be_asked_it_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("dn-dev\n"))
    with pytest.raises(WrongUseError, match="say YES=1"):
        live.confirm("dn-dev", "123456789012")
