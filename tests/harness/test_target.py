"""Which environment, account and region a command acts on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator import roots
from harness import target
from tests.support.planning import REPOSITORY


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text("abstract: true\nregion: eu-west-1\n")
    (tmp_path / "prod.yaml").write_text('extends: base\naccount: "111122223333" # ours\n')
    (tmp_path / "stage.yaml").write_text("extends: prod\nregion: us-east-1\naccount: '444455556666'\n")
    return tmp_path


def test_values_come_from_the_environment_or_from_what_it_extends(environments: Path) -> None:
    assert target.read("prod", environments) == target.Target("prod", "111122223333", "eu-west-1")
    assert target.read("stage", environments) == target.Target("stage", "444455556666", "us-east-1")


def test_the_announcement_says_which_of_the_two_which_account_and_which_region(environments: Path) -> None:
    where = target.read("prod", environments)
    assert where.announcement(live=False) == "Sandbox: prod as account 111122223333, eu-west-1, on this machine only"
    assert where.announcement(live=True).startswith("LIVE: prod in the real AWS account 111122223333, eu-west-1")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "ENV is missing: give one of prod, stage"),
        ("prd", r"did you mean prod\?"),
        ("nothing-like-it", "there are prod, stage"),
        ("base", r"there is no environments/base\.yaml to plan"),
        ("../prod", "there is no environments"),
        ("sandbox", r"an environment cannot be called that, \.build/sandbox is taken"),
    ],
)
def test_an_environment_that_is_none_is_refused_with_the_names_there_are(
    environments: Path, name: str, message: str
) -> None:
    with pytest.raises(target.TargetError, match=message):
        target.read(name, environments)


def test_extending_in_a_circle_ends(environments: Path) -> None:
    (environments / "a.yaml").write_text("extends: b\naccount: '111122223333'\n")
    (environments / "b.yaml").write_text("extends: a\n")
    with pytest.raises(target.TargetError, match=r'a\.yaml: no top-level line "region'):
        target.read("a", environments)


def test_the_announcer_runs_before_anything_is_installed() -> None:
    command = [sys.executable, "-I", "-S", str(REPOSITORY / "harness" / "target.py"), "announce", "dn-dev"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": ""}).stdout
    assert printed == "Sandbox: dn-dev as account 867653852961, us-east-1, on this machine only\n"


@pytest.mark.parametrize("name", target.names())
def test_the_announcer_and_the_generator_agree(name: str) -> None:
    where = target.read(name)
    spec = roots.environments(REPOSITORY / "environments")[name]
    assert (where.account, where.region) == (spec.account, spec.region)
