"""The folder that Terraform works in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness import workspace
from harness.errors import WrongUseError
from tests.support.planning import REPOSITORY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "roots" / "dev"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text("# main\n")
    return folder


def test_a_local_backend_is_laid_over_the_copy_and_not_over_the_root(root: Path, tmp_path: Path) -> None:
    space = workspace.prepare(root, tmp_path / ".build" / "dev", tmp_path / "state" / "terraform.tfstate")
    assert (space.folder / "main.tf").read_text() == "# main\n"
    assert 'backend "local"' in (space.folder / "backend_override.tf").read_text()
    assert space.backend_arguments == [f"-backend-config=path={tmp_path}/state/terraform.tfstate"]
    assert [path.name for path in root.iterdir()] == ["main.tf"]


def test_imports_are_left_out_of_the_copy_when_asked(root: Path, tmp_path: Path) -> None:
    space = workspace.prepare(root, tmp_path / ".build" / "dev", tmp_path / "terraform.tfstate")
    assert not space.leave_out_imports()
    (root / "imports.tf").write_text("# imports\n")
    space = workspace.prepare(root, tmp_path / ".build" / "dev", tmp_path / "terraform.tfstate")
    assert space.leave_out_imports()
    assert not (space.folder / "imports.tf").exists()
    assert (root / "imports.tf").exists()


def test_nothing_of_an_earlier_run_stays_but_terraform_s_own_cache(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / ".build" / "dev"
    workspace.prepare(root, folder, tmp_path / "terraform.tfstate")
    (folder / "removed.tf").write_text("# no longer in the root\n")
    (folder / ".terraform" / "providers").mkdir(parents=True)
    space = workspace.prepare(root, folder, None)
    assert sorted(path.name for path in folder.iterdir()) == [".terraform", "main.tf"]
    assert space.backend_arguments == [], "the real account uses the root's own backend"


def test_a_root_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="make generate"):
        workspace.prepare(tmp_path / "roots" / "gone", tmp_path / ".build" / "gone", None)


def test_a_second_make_of_an_environment_waits_and_says_so(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from harness import workspace\n"
        "with workspace.exclusive(pathlib.Path(sys.argv[1]), 'dev'): print('in', flush=True)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with workspace.exclusive(tmp_path, "dev"):
        second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(REPOSITORY)})
        assert second.stdout is not None
        assert second.stdout.readline() == "waiting for another make of dev to end ...\n"
        assert second.poll() is None
    assert second.communicate(timeout=20)[0] == "in\n"
