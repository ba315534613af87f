"""dn-dev, applied once to a sandbox that stays up, for every test of this folder, one after another on one worker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.state import Store
from tests.support.applied import PROGRAMS, Applied
from tests.support.clone import Clone, succeeded
from tests.support.planning import BUILD


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    clone = Clone(tmp_path_factory.mktemp("delivery"))
    try:
        succeeded(clone.make("apply", "ENV=dn-dev"))
        box = Store(clone.folder / ".build" / "sandbox").find("dn-dev")
        assert box is not None
        yield Applied(clone, box)
    finally:
        down = [BUILD / "venv" / "bin" / "python", "-m", "sandbox", "down", "--all"]
        subprocess.run(down, cwd=clone.folder, check=True)


@pytest.fixture
def consumer(applied: Applied, tmp_path: Path) -> Path:
    """The clean-up's image is a program that keeps a ledger of what it has done; this is the folder it writes to."""
    applied.image("cmscustomidcleanup", sys.executable, str(PROGRAMS / "cmscustomidcleanup.py"), str(tmp_path))
    return tmp_path
