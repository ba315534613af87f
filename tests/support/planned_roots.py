"""The plans of this repository's roots, each made once a test session, whichever worker asks first."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox import server
from tests.support.planning import REPOSITORY, Planner, plan

# By root: the account and the region that it says it is for.
PLACES = {"dn-dev": ("867653852961", "us-east-1"), "mvp-development": ("077075375386", "us-east-2")}
BACKEND = {"backend_override.tf": 'terraform {\n  backend "local" {}\n}\n'}


def planned(root: str, factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the JSON of a root's plan; it is made if no worker of this session has made it."""
    base = factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / "planned_roots"
    shared.mkdir(exist_ok=True)
    kept = shared / f"{root}.json"
    with (shared / f"{root}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_plan(root, factory.mktemp(root))), encoding="utf-8")
    made: dict[str, Any] = json.loads(kept.read_bytes())
    return made


def _plan(root: str, folder: Path) -> dict[str, Any]:
    account, region = PLACES[root]
    with server.start(account=account, region=region) as box:
        return dict(plan(Planner(folder, box, {}).copy(REPOSITORY / "roots" / root, root, BACKEND)))
