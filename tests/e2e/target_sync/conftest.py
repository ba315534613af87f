"""mvp-development, deployed once to a sandbox that stays up, for every test of this folder, one after another."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from sandbox.state import Store
from tests.support.clone import Clone, succeeded
from tests.support.kept import ENVIRONMENT, Kept
from tests.support.planning import BUILD


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    clone = Clone(tmp_path_factory.mktemp("target-sync"))
    try:
        made = clone.make("deploy-all", f"ENV={ENVIRONMENT}")
        printed = succeeded(made) + made.stderr
        box = Store(clone.folder / ".build" / "sandbox").find(ENVIRONMENT)
        assert box is not None
        yield Kept(clone, box, printed)
    finally:
        down = [BUILD / "venv" / "bin" / "python", "-m", "sandbox", "down", "--all"]
        subprocess.run(down, cwd=clone.folder, check=True)


@pytest.fixture
def kept(deployment: Kept) -> Kept:
    """The deployment, with nothing held and the target on the newest revision."""
    deployment.run("resume")
    deployment.run("sync")
    assert deployment.revision() == deployment.newest()
    return deployment
