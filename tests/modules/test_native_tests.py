"""The modules' own ``terraform test`` files pass, and none of their validations is without a test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest

from tests.support.planning import REPOSITORY, Planner, flat

MODULES = sorted(path.parent for path in (REPOSITORY / "modules").glob("*/versions.tf"))
FILES = sorted((REPOSITORY / "modules").glob("*/tests/*.tftest.hcl"))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parents[1].name}-{file.name.partition('.')[0]}")
def test_native_tests_pass(file: Path, planner: Planner) -> None:
    module = planner.base / "modules" / file.parents[1].name
    shutil.copytree(file.parents[1], module, ignore=shutil.ignore_patterns("examples", ".terraform*"))
    environment = {**planner.environment(), "PATH": os.environ["PATH"]}
    for command in (["init", "-backend=false"], ["test", f"-filter=tests/{file.name}"]):
        finished = subprocess.run(
            ["terraform", *command, "-no-color"],
            cwd=module, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout[-6000:] + flat(finished.stderr)
    passed = re.search(r"Success! (\d+) passed, 0 failed\.", finished.stdout)
    assert passed is not None
    assert int(passed[1]) > 0


def blocks(path: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of every block of one kind in a file."""
    for block in hcl2.loads(path.read_text(encoding="utf-8")).get(kind, []):
        for name, content in block.items():
            yield name.strip('"'), content


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_validation_has_a_run_that_expects_it_to_fail(module: Path) -> None:
    validations = {
        name: len(variable["validation"])
        for path in module.glob("*.tf")
        for name, variable in blocks(path, "variable")
        if "validation" in variable
    }
    assert validations
    runs = [run for path in sorted(module.glob("tests/*.tftest.hcl")) for _, run in blocks(path, "run")]
    expected = Counter(re.sub(r"^\$\{|\}$", "", failure) for run in runs for failure in run.get("expect_failures", []))
    untested = {name: count for name, count in validations.items() if expected[f"var.{name}"] < count}
    assert not untested, f"fewer runs with expect_failures than validations: {untested}"
