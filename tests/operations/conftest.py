"""An environment of the tests' own, in a sandbox, as its apply would leave it there."""

from __future__ import annotations

import dataclasses
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from harness import live as guard
from operations import options
from operations.__main__ import main
from operations.account import Account, enter
from operations.environment import Environment, load
from sandbox import server
from tests.operations.made import ACCOUNT, ENVIRONMENT, EVENT, REGION, Made, spec
from tests.support.planning import REPOSITORY


@pytest.fixture(scope="session")
def sandbox(no_outside_influence: None) -> Iterator[server.Sandbox]:
    with server.start(account=ACCOUNT, region=REGION) as box:
        yield box


@pytest.fixture
def specification() -> dict[str, Any]:
    """What the environment's file says; a test may change it before the other fixtures read it."""
    return spec(f"t-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def specs(tmp_path: Path, specification: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of specifications that the commands take for the repository's."""
    folder = tmp_path / "environments"
    (folder / "events").mkdir(parents=True)
    shutil.copy2(REPOSITORY / "environments" / "base.yaml", folder)
    (folder / f"{ENVIRONMENT}.yaml").write_text(yaml.safe_dump(specification), encoding="utf-8")
    (folder / "events" / "report.json").write_text(json.dumps(EVENT), encoding="utf-8")
    # The modules' variables are read where the repository of the specifications has them.
    (tmp_path / "modules").symlink_to(REPOSITORY / "modules")
    monkeypatch.setattr(options, "SPECS", folder)
    return folder


@pytest.fixture
def environment(specs: Path) -> Environment:
    return load(ENVIRONMENT, specs)


@pytest.fixture
def made(sandbox: server.Sandbox, environment: Environment) -> Made:
    """The environment in the account: its bus, rule, target and role, a queue, and one revision of its definition."""
    made = Made(sandbox, environment)
    made.everything()
    return made


@pytest.fixture(scope="session")
def session(sandbox: server.Sandbox) -> boto3.Session:
    """One session for all commands: reading what botocore knows of AWS is most of what a command costs."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=sandbox.region)


@pytest.fixture
def in_sandbox(sandbox: server.Sandbox, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("operations.account.boto3.Session", lambda **_: session)


@pytest.fixture
def account(in_sandbox: None, environment: Environment) -> Account:
    return enter(environment, live=False)


class Shell:
    """Runs commands in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd
        self.stdout = self.stderr = ""
        self.code = 0

    def __call__(self, *arguments: str) -> int:
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        self.stdout, self.stderr = self.capfd.readouterr()
        assert "Traceback" not in self.stderr
        assert isinstance(ended.value.code, int)
        self.code = ended.value.code
        return self.code

    def json(self, *arguments: str) -> Any:
        """Return what a command writes for a program, whatever its exit code."""
        self(*arguments, "--json")
        assert self.stdout, self.stderr
        return json.loads(self.stdout)


@pytest.fixture
def shell(in_sandbox: None, specs: Path, capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked before the real account is changed, with the sandbox in its place."""
    questions: list[str] = []
    monkeypatch.setattr(guard, "confirm", lambda environment, account: questions.append(f"{environment} {account}"))

    def as_if_live(environment: Environment, *, live: bool) -> Account:
        return dataclasses.replace(enter(environment, live=False), live=live)

    monkeypatch.setattr(options, "enter", as_if_live)
    return questions
