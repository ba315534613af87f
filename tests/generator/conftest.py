"""A directory of specs and roots for each test, and the command line over it."""

from __future__ import annotations

import inspect
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest
from typer.testing import CliRunner

from generator.command_line import app

REPOSITORY = Path(__file__).resolve().parents[2]

MINIMAL = """\
account: "123456789012"
region: eu-west-1
aws_region_short_code: euw1
naming:
  resource_owner: owner
  billing_entity: entity
  billing_domain: domain
  security_domain: security
terraform:
  required_version: ">= 1.9"
  aws_provider: "~> 5.100"
state:
  bucket: example-state
  key: one/terraform.tfstate
keys:
  main:
    description: Everything
network:
  trusted_compute_subnets: [subnet-0123456789abcdef0]
  security_group_ids: [sg-0123456789abcdef0]
clusters:
  default:
    name: default
tasks:
  report:
    image: example/report:1
    cpu: 256
    memory: 512
schedules:
  weekly:
    task: report
    cluster: default
    key: main
    schedule_expression: rate(7 days)
"""


def minimal(name: str) -> str:
    """The minimal spec with an account and a state of its own, for a second environment beside it."""
    account = f"{crc32(name.encode()):012}"
    return MINIMAL.replace("one/terraform.tfstate", f"{name}/terraform.tfstate").replace("123456789012", account)


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


class Workplace:
    """`environments` and `roots` in a temporary directory, which is also the current one."""

    def __init__(self, base: Path) -> None:
        self.environments = base / "environments"
        self.roots = base / "roots"
        self.environments.mkdir()

    def spec(self, name: str, text: str | bytes) -> Path:
        path = self.environments / f"{name}.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *arguments: str) -> Outcome:
        return self.invoke(*arguments, "--environments", "environments", "--roots", "roots")

    def invoke(self, *arguments: str) -> Outcome:
        result = CliRunner().invoke(app, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def command(self, name: str, *arguments: str) -> Outcome:
        """Run any command, with those of the two directories that it knows."""
        (callback,) = (each.callback for each in app.registered_commands if name in {each.name, _name(each.callback)})
        known = inspect.signature(callback).parameters if callback is not None else {}
        options = {"environments": "environments", "roots_directory": "roots"}
        given = [word for name, value in options.items() if name in known for word in (f"--{value}", value)]
        return self.invoke(name, *given, *arguments)

    def refused(self, spec: str, messages: Sequence[str]) -> None:
        """Generate from a wrong spec: exactly these messages, exit code 2, nothing written."""
        self.spec("own", spec)
        outcome = self.run("generate", "own")
        assert outcome.err.splitlines() == messages
        assert outcome.code == 2
        assert self.files() == {}

    def list(self) -> Outcome:
        return self._invoke("list")

    def explain(self, *arguments: str) -> Outcome:
        return self._invoke("explain", *arguments)

    def _invoke(self, *arguments: str) -> Outcome:
        """Run a command that reads specs and knows nothing of roots."""
        return self.invoke(*arguments, "--environments", "environments")

    def files(self) -> dict[str, bytes]:
        """Every file below `roots`, hidden ones too: what a failed run must not have touched."""
        if not self.roots.is_dir():
            return {}
        return {
            str(path.relative_to(self.roots)): path.read_bytes() for path in self.roots.rglob("*") if path.is_file()
        }


def _name(callback: Callable[..., object] | None) -> str:
    return callback.__name__ if callback is not None else ""


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(tmp_path)
    return Workplace(tmp_path)


@pytest.fixture
def everything(workplace: Workplace) -> Workplace:
    """A workplace with one environment that uses every branch of the templates, and values made to break out."""
    shutil.copy(Path(__file__).parent / "everything.yaml", workplace.environments)
    third_party(workplace)
    return workplace


def third_party(workplace: Workplace) -> Path:
    """Put the module of another repository where a spec can call it: third_party/settings."""
    return shutil.copytree(Path(__file__).parent / "third_party", workplace.environments.parent / "third_party")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as nobody in particular, and return what it says."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
