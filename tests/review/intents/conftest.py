"""The plans whose policies are proved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from review.plan import Plan, read
from tests.support.planned_roots import planned


@pytest.fixture(scope="session")
def root_plan(no_outside_influence: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Plan]:
    """Read the plan of a root of this repository."""

    def read_plan(root: str) -> Plan:
        return read(planned(root, tmp_path_factory), root)

    return read_plan
