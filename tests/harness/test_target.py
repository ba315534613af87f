"""Which environment, account and region a command acts on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.checks.checking import require_complete
from generator.commands import roots
from generator.errors import SpecError
from generator.models.forms import PLACEHOLDER
from generator.specs import loading
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
        ("base", r"environments/base\.yaml is abstract, there for others to extend; there are prod, stage to plan"),
        ("../prod", "that cannot name an environment: a name has lower-case letters"),
        ("a b", r"that cannot name an environment: a name has .*; there are prod, stage"),
        ("Prod", r"that cannot name an environment: a name has .*; did you mean prod\?"),
        ("sandbox", r"an environment cannot be called that, \.build/sandbox is taken"),
    ],
)
def test_an_environment_that_is_none_is_refused_with_the_names_there_are(
    environments: Path, name: str, message: str
) -> None:
    with pytest.raises(target.TargetError, match=message):
        target.read(name, environments)


def test_a_file_whose_name_cannot_be_an_environment_s_is_none(environments: Path) -> None:
    for stray in ("a b", "Prod", "prod-", "prod.old"):
        (environments / f"{stray}.yaml").write_text("account: '111122223333'\nregion: eu-west-1\n")
    assert target.names(environments) == ["prod", "stage"]
    assert (target.NAME.pattern, target.NAME_RULE) == (loading.NAME.pattern, loading.NAME_RULE)


def test_extending_in_a_circle_ends(environments: Path) -> None:
    (environments / "a.yaml").write_text("extends: b\naccount: '111122223333'\n")
    (environments / "b.yaml").write_text("extends: a\n")
    with pytest.raises(target.TargetError, match=r'a\.yaml: no top-level line "region'):
        target.read("a", environments)


def test_the_announcer_runs_before_anything_is_installed() -> None:
    command = [sys.executable, "-I", "-S", str(REPOSITORY / "harness" / "target.py"), "announce", "dn-dev"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": ""}).stdout
    assert printed == "Sandbox: dn-dev as account 867653852961, us-east-1, on this machine only\n"


FILLED = [name for name in target.names() if name != "dn-prod"]


@pytest.mark.parametrize("name", FILLED)
def test_the_announcer_and_the_generator_agree(name: str) -> None:
    where = target.read(name)
    spec = roots.environments(REPOSITORY / "environments")[name]
    assert (where.account, where.region) == (spec.account, spec.region)


def test_an_account_to_be_filled_in_is_refused_with_every_line_that_has_a_placeholder(environments: Path) -> None:
    (environments / "prod.yaml").write_text(
        "# FILL_IN is explained\nextends: base\naccount: FILL_IN # 12 digits\nregion: 'FILL_IN'\n"
        "tasks:\n  x:\n    image: a#FILL_IN\n    subnets: [FILL_IN, FILL_IN]\n    note: FILL_INS # FILL_IN\n"
        '    name: "FILL_IN"\n'
    )
    with pytest.raises(target.TargetError) as refused:
        target.read("prod", environments)
    assert str(refused.value).splitlines() == [
        "environments/prod.yaml:3: account: FILL_IN is a placeholder: give an account: 12 digits, in quotes",
        "environments/prod.yaml:4: region: FILL_IN is a placeholder: give a region, such as us-east-1",
        "environments/prod.yaml:8: subnets: FILL_IN is a placeholder too",
        "environments/prod.yaml:10: name: FILL_IN is a placeholder too",
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("subnets:\n  - FILL_IN\n", "subnets: "),
        ("subnets: # two\n- a\n- FILL_IN\n", "subnets: "),
        ("network:\n  subnets:\n    - a: 1\n      b: 2\n    - FILL_IN\n", "subnets: "),
        ("network:\n  subnets: [\n    FILL_IN,\n  ]\n", "subnets: "),
        ("permissions:\n  - bucket: FILL_IN\n", "bucket: "),
        ("'a key': 1\n- FILL_IN\n", ""),
        ("# subnets:\n- FILL_IN\n", ""),
    ],
)
def test_a_placeholder_is_named_by_the_key_it_is_the_value_of(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    (line,) = (number for number, words in enumerate(text.splitlines(), 1) if "FILL_IN" in words)
    assert target.unfilled(tmp_path / "x.yaml") == {("x.yaml", line): key}


def test_an_account_to_be_filled_in_may_stand_in_what_is_extended(environments: Path) -> None:
    (environments / "base.yaml").write_text("abstract: true\n\nregion: eu-west-1\naccount: FILL_IN\n")
    (environments / "own.yaml").write_text("extends: base\n")
    with pytest.raises(target.TargetError, match=r"^environments/base\.yaml:4: account: FILL_IN is a placeholder: .*$"):
        target.read("own", environments)
    assert target.read("prod", environments).account == "111122223333", "what one overrides is not one's own"


def test_the_announcer_says_what_the_generator_says_and_names_the_same_lines() -> None:
    """It runs without the repository on its path, so it has the words itself."""
    assert target.PLACEHOLDER == PLACEHOLDER
    with pytest.raises(target.TargetError) as announced:
        target.read("dn-prod")
    with pytest.raises(SpecError) as refused:
        require_complete(REPOSITORY / "environments", "dn-prod")
    first, *others = str(announced.value).splitlines()
    assert first == str(refused.value).splitlines()[0].replace(str(REPOSITORY) + "/", "")
    assert [line.split(":")[1] for line in others] == [str(p.source.line) for p in refused.value.problems[1:]]
