"""The digest of a configuration changes with what Terraform reads, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import fingerprint
from tests.support.planning import REPOSITORY

CALL = 'module "a" {\n  source = "../../modules/outer"\n}\nmodule "b" {\n  source = "git::https://example.com/p.git//m?ref=v1"\n}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root that calls a module that calls another one."""
    files = {
        "roots/dev/main.tf": CALL,
        "modules/outer/main.tf": 'module "inner" {\n  source = "../inner"\n}\n',
        "modules/outer/README.md": "",
        "modules/outer/zones.txt": "UTC\n",
        "modules/outer/examples/minimal/main.tf": "",
        "modules/inner/main.tf.json": '{"module": {"last": {"source": "../last"}}}',
        "modules/last/policies/one.json": "{}",
        "modules/unused/main.tf": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "roots" / "dev"


def test_the_modules_that_a_root_uses_are_found_through_each_other(root: Path) -> None:
    assert [folder.name for folder in fingerprint.modules(root)] == ["inner", "last", "outer"]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("roots/dev/main.tf", True),
        ("roots/dev/new.tf", True),
        ("modules/outer/zones.txt", True),
        ("modules/inner/main.tf.json", True),
        ("modules/last/policies/one.json", True),
        ("modules/last/code/run.py", True),
        ("modules/last/code/__pycache__/run.cpython-311.pyc", False),
        ("modules/outer/README.md", False),
        ("modules/outer/examples/minimal/main.tf", False),
        ("modules/outer/tests/one.tftest.hcl", False),
        ("modules/outer/.terraform/modules.json", False),
        ("modules/unused/main.tf", False),
    ],
)
def test_what_counts_is_what_terraform_reads(root: Path, name: str, *, counts: bool) -> None:
    before = fingerprint.configuration(root)
    path = root.parents[1] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.write("\n")
    assert (fingerprint.configuration(root) != before) is counts


def test_a_name_counts_as_a_content_does(root: Path) -> None:
    before = fingerprint.configuration(root)
    (root / "main.tf").rename(root / "other.tf")
    assert fingerprint.configuration(root) != before


def test_the_place_of_the_clone_does_not_count(root: Path, tmp_path: Path) -> None:
    before = fingerprint.configuration(root)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("roots", "modules"):
        (tmp_path / name).rename(moved / name)
    assert fingerprint.configuration(moved / "roots" / "dev") == before


def test_dn_dev_uses_every_module() -> None:
    found = fingerprint.modules(REPOSITORY / "roots" / "dn-dev")
    assert [folder.name for folder in found] == ["batch-job", "ecs-scheduler", "ecs-task", "workflow-bus"]
