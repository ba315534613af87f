"""checkov need not run twice on the same input, and always runs when anything of it has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.checks import checkov, kept

REPORT = '{"summary": {"passed": 1, "parsing_errors": 0}, "results": {"failed_checks": [], "skipped_checks": []}}'
ROOT = 'resource "aws_sqs_queue" "main" {\n  #checkov:skip=CKV_AWS_27:a reason\n}\n'


class Place:
    """A plan, its sources, and a program that counts how often it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan: dict[str, Any] = {
            "timestamp": "2026-01-01T00:00:00Z",
            "resource_changes": [],
            "configuration": {"root_module": {"module_calls": {"inner": {"source": "./inner", "module": {}}}}},
        }
        self.write("root/main.tf", ROOT)
        self.write("root/inner/main.tf", "locals {}\n")
        self.write("root/examples/main.tf", "locals {}\n")
        self.program = self.write("venv/bin/checkov", f"#!/bin/sh\necho run >> {folder}/runs\necho '{REPORT}'\n")
        self.program.chmod(0o755)
        (folder / "venv/lib/python3.11/site-packages/checkov-3.0.dist-info").mkdir(parents=True)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def scan(self, *, root: str | None = "root", cache: str | None = "out") -> int:
        """Scan, and return how many programs that took."""
        plan_json = self.write("plan.json", json.dumps(self.plan))
        runs = self.folder / "runs"
        runs.write_text("", encoding="utf-8")
        source = None if root is None else self.folder / root
        scan = checkov.run(self.program, plan_json, source, cache=None if cache is None else self.folder / cache)
        assert scan.passed == (1 if root is None else 2)
        return len(runs.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_same_input_is_not_scanned_again(place: Place) -> None:
    assert place.scan() == 2
    assert place.scan() == 0
    place.plan["timestamp"] = "2026-01-02T00:00:00Z"
    assert place.scan() == 0, "the plan's time is nothing that checkov looks at"
    place.write("root/examples/main.tf", "locals { a = 1 }\n")
    assert place.scan() == 0, "nothing calls the example"


def new_version(place: Place) -> None:
    packages = place.folder / "venv/lib/python3.11/site-packages"
    (packages / "checkov-3.0.dist-info").rename(packages / "checkov-3.1.dist-info")


CHANGES: dict[str, Callable[[Place], object]] = {
    "the plan": lambda place: place.plan.update(resource_changes=[{"address": "aws_sqs_queue.main"}]),
    "a source": lambda place: place.write("root/main.tf", ROOT + "\n"),
    "a skip": lambda place: place.write("root/main.tf", ROOT.replace("a reason", "another reason")),
    "a module": lambda place: place.write("root/inner/main.tf", "locals { a = 1 }\n"),
    "a new file": lambda place: place.write("root/terraform.tfvars", ""),
    "the name of a file": lambda place: (place.folder / "root/main.tf").rename(place.folder / "root/other.tf"),
    "a file that is gone": lambda place: (place.folder / "root/inner/main.tf").unlink(),
    "checkov's version": new_version,
    "what was kept, in half": lambda place: place.write(f"out/{kept.FILE}", '{"key": "'),
    "what was kept, to something else": lambda place: place.write(f"out/{kept.FILE}", "[]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_has_changed_is_scanned_again(place: Place, change: Callable[[Place], object]) -> None:
    assert place.scan() == 2
    change(place)
    assert place.scan() == 2
    assert place.scan() == 0


def test_a_plan_alone_is_not_what_it_is_with_its_sources(place: Place) -> None:
    assert place.scan() == 2
    assert place.scan(root=None) == 1
    assert place.scan() == 2, "one answer is kept, of the last scan"


def test_nothing_is_kept_without_a_folder_for_it(place: Place) -> None:
    assert [place.scan(cache=None), place.scan(cache=None)] == [2, 2]


def test_nothing_is_kept_of_a_checkov_whose_version_cannot_be_told(place: Place) -> None:
    (place.folder / "venv/lib/python3.11/site-packages/checkov-3.0.dist-info").rmdir()
    assert [place.scan(), place.scan()] == [2, 2]
