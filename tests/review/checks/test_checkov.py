"""checkov reads a plan and its sources, with what the code skips; it asks nobody anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from review.checks import checkov
from review.checks.checkov import Scan
from review.errors import EnvironmentFailedError, WrongUseError
from review.finding import Severity
from tests.support.planning import BUILD

PROGRAM = BUILD / "checkov" / "bin" / "checkov"
REASON = "Nothing of worth is in it."
ROOT = f"""\
resource "aws_sqs_queue" "open" {{
  name = "open"
}}

resource "aws_sqs_queue" "skipped" {{
  name = "skipped"

  #checkov:skip=CKV_AWS_27:{REASON}
}}

resource "aws_sqs_queue" "unreasoned" {{
  #checkov:skip=CKV_AWS_27
  name = "unreasoned"
}}

module "inner" {{
  source = "../modules/inner"
}}

module "elsewhere" {{
  source = "git::https://example.com/modules.git//elsewhere?ref=v1"
}}
"""
OPEN = 'resource "aws_sqs_queue" "{0}" {{\n  name = "{0}"\n}}\n'
# Reports and refuses every look-up and connection of checkov's own Python.
WATCH = """\
import os, sys

def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto"):
        with open({log!r}, "a") as log:
            print(event, arguments[:2], file=log)
        raise OSError("no network here")

sys.addaudithook(watch)
with open({log!r}, "a") as log:
    print("watching", sorted(os.environ), file=log)
"""


def planned(address: str, module: str = "") -> dict[str, Any]:
    name = address.rpartition(".")[2]
    values = {"name": name, "kms_master_key_id": None, "sqs_managed_sse_enabled": False}
    found = {"address": address, "mode": "managed", "type": "aws_sqs_queue", "name": name, "values": values}
    return found | ({"module_address": module} if module else {})


def plan() -> dict[str, Any]:
    inner = planned("module.inner.aws_sqs_queue.inner", "module.inner")
    own = [planned(f"aws_sqs_queue.{name}") for name in ("open", "skipped", "unreasoned")]
    calls = {
        "inner": {"source": "../modules/inner", "module": {}},
        "elsewhere": {"source": "git::https://example.com/modules.git//elsewhere?ref=v1", "module": {}},
    }
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "timestamp": "2026-01-01T00:00:00Z",
        "planned_values": {
            "root_module": {"resources": own, "child_modules": [{"address": "module.inner", "resources": [inner]}]}
        },
        "resource_changes": [
            each | {"change": {"actions": ["create"], "before": None, "after": each["values"], "after_unknown": {}}}
            for each in (*own, inner)
        ],
        "configuration": {"root_module": {"module_calls": calls}},
    }


def lay_out(folder: Path) -> tuple[Path, Path]:
    """Write a plan and the sources that it was made from, and beside them what is no business of the plan."""
    files = {
        "root/main.tf": ROOT,
        "root/.checkov.yaml": "skip-check:\n  - CKV_AWS_27\n",
        "root/examples/main.tf": OPEN.format("example"),
        "modules/inner/main.tf": OPEN.format("inner"),
        "modules/other/main.tf": OPEN.format("other"),
        "plan.json": json.dumps(plan()),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "plan.json", folder / "root"


def watched(folder: Path) -> tuple[Path, Path]:
    """Write a program that runs checkov and says what it asks of the network, and where it says so."""
    folder.mkdir()
    log, program = folder / "log", folder / "checkov"
    (folder / "sitecustomize.py").write_text(WATCH.format(log=str(log)), encoding="utf-8")
    program.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {PROGRAM} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program, log


@pytest.mark.slow
def test_a_plan_and_its_sources_are_scanned_with_their_skips_and_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, log = watched(tmp_path / "bin")
    plan_json, root = lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHECKOV_API_URL", "https://example.com")
    monkeypatch.setenv("TF_VAR_name", "other")
    scan = checkov.run(program, plan_json, root)
    check_findings(scan)
    check_skips(scan)
    check_solitude(log.read_text(encoding="utf-8").splitlines())


def check_findings(scan: Scan) -> None:
    """What fails in plan and source is one finding, at its line; what lies beside the sources is not scanned."""
    found = {each.address: each for each in scan.findings if each.rule == "checkov/CKV_AWS_27"}
    assert {address: each.source for address, each in found.items()} == {
        "aws_sqs_queue.open": "root/main.tf:1",
        "aws_sqs_queue.unreasoned": "root/main.tf:12",
        "module.inner.aws_sqs_queue.inner": "modules/inner/main.tf:1",
    }
    assert {each.severity for each in scan.findings} == {Severity.FAIL}
    assert found["aws_sqs_queue.open"].title.startswith("CKV_AWS_27 fails: ")
    assert "http" not in str(scan.findings), "no address of elsewhere"
    assert scan.passed > 0
    assert scan.not_run == ""


def check_skips(scan: Scan) -> None:
    """A skip with a reason is listed; one without is a finding."""
    assert [(each.check, each.subject, each.reason, each.source) for each in scan.skips] == [
        ("CKV_AWS_27", "aws_sqs_queue.skipped", REASON, "root/main.tf:8")
    ]
    (unreasoned,) = [each for each in scan.findings if each.address == "aws_sqs_queue.unreasoned"]
    assert unreasoned.title.startswith("CKV_AWS_27 is skipped without a reason: ")


def check_solitude(log: list[str]) -> None:
    """Nothing is asked of a network, and nothing of the caller is seen, by either process."""
    assert [line.split(" ", 1)[0] for line in log] == ["watching", "watching"]
    for line in log:
        assert "CHECKOV_API_URL" not in line
        assert "TF_VAR_name" not in line


@pytest.mark.slow
def test_a_plan_alone_is_scanned_alone(tmp_path: Path) -> None:
    plan_json, _ = lay_out(tmp_path)
    scan = checkov.run(PROGRAM, plan_json)
    assert {(each.address, each.source) for each in scan.findings if each.rule == "checkov/CKV_AWS_27"} == {
        (f"aws_sqs_queue.{name}", "") for name in ("open", "skipped", "unreasoned")
    } | {("module.inner.aws_sqs_queue.inner", "")}


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_not_passed(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "open" {\n', encoding="utf-8")
    with pytest.raises(EnvironmentFailedError, match=r"checkov cannot read .*main\.tf, so that it is not checked"):
        checkov.run_on_sources(PROGRAM, tmp_path)


def test_without_checkov_the_scan_says_how_to_get_it(tmp_path: Path) -> None:
    plan_json, root = lay_out(tmp_path)
    scan = checkov.run(tmp_path / "checkov", plan_json, root)
    assert (scan.passed, scan.findings) == (0, ())
    assert "make setup-checkov" in scan.not_run
    with pytest.raises(EnvironmentFailedError, match="make setup-checkov"):
        checkov.run_on_sources(tmp_path / "checkov", root)


def stand_in(folder: Path, prints: str) -> Path:
    program = folder / "checkov"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}\nEND\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_a_scan_of_nothing_is_no_verdict(tmp_path: Path) -> None:
    plan_json, root = lay_out(tmp_path)
    assert checkov.run(stand_in(tmp_path, '{"passed": 0, "failed": 0}'), plan_json, root).not_run == checkov.NOTHING


def test_what_is_no_answer_is_shown(tmp_path: Path) -> None:
    plan_json, root = lay_out(tmp_path)
    with pytest.raises(EnvironmentFailedError, match="checkov failed with code 0: Segmentation fault"):
        checkov.run(stand_in(tmp_path, "Segmentation fault"), plan_json, root)


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_what_is_no_plan_is_wrong_use(tmp_path: Path, text: str | None) -> None:
    plan_json = tmp_path / "plan.json"
    if text is not None:
        plan_json.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUseError, match=r"plan\.json"):
        checkov.run(stand_in(tmp_path, "{}"), plan_json)


def test_a_source_that_is_no_folder_is_wrong_use(tmp_path: Path) -> None:
    plan_json, _ = lay_out(tmp_path)
    with pytest.raises(WrongUseError, match=r"gone is no folder: give the one that holds the root's \*\.tf files"):
        checkov.run(stand_in(tmp_path, "{}"), plan_json, tmp_path / "gone")
