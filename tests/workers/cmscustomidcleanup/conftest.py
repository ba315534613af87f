"""The services that a whole run meets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.cmscustomidcleanup.surroundings import Surroundings, surroundings


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    with surroundings(tmp_path) as services:
        services.put_channels({f"UC{number}": f"partner-{number}" for number in range(4)})
        yield services
