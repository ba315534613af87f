"""What a person passes to make is text: make neither runs nor expands it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.planning import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
# Every variable that has a default for somebody to replace.
VARIABLES = re.findall(r"^([A-Z]+) \?=", MAKEFILE, flags=re.MULTILINE)
TARGETS = ["plan", "apply", "destroy", "generate", "affected", "matrix", "summary"]
OPERATIONS = {
    "update-eventbridge": "sync",
    "eb-targets": "targets",
    "eb-rules": "rules",
    "eb-rollback": "rollback",
    "events-send": "events send",
    "events-test": "events test",
    "events-test-all": "events test-all",
}


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key not in VARIABLES}
    return subprocess.run(
        ["make", *arguments], cwd=REPOSITORY, env=clean | variables, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_is_passed_is_never_run(tmp_path: Path, variable: str) -> None:
    """On the command line or in the environment; where it is used, and where it is exported to what make calls."""
    ran = tmp_path / "ran"
    text = f"$(shell touch {ran})"
    for called in (["--dry-run", *TARGETS, "deploy-all", *OPERATIONS], ["help"]):
        make(*called, f"{variable}={text}")
        make(*called, **{variable: text})
        make("--environment-overrides", *called, **{variable: text})
        assert not ran.exists(), called


@pytest.mark.parametrize("name", ["$(shell true)", "$$b", "${HOME}", "a'b", 'a"b', "`true`", "#a", "$(ENV)"])
def test_what_is_passed_arrives_as_it_is(name: str) -> None:
    for done in (make("announce", f"ENV={name}"), make("announce", ENV=name)):
        assert f"ENV={name}: that cannot name an environment" in done.stderr


def test_every_variable_has_a_default_that_holds_when_nothing_is_passed() -> None:
    known = {"ENV", "LIVE", "YES", "SAVED", "SINCE", "JSON", "ENVS", "RULE", "EVENT", "FAULT", "PYTHON"}
    assert set(VARIABLES) == known
    assert "affected --since" in make("--dry-run", "affected").stdout
    assert "ENV is missing" in make("announce").stderr


def recipe(*arguments: str, **variables: str) -> list[str]:
    """Return the lines that make would run for a target, but for setting up."""
    lines = make("--dry-run", *arguments, **variables).stdout.splitlines()
    return [line.strip() for line in lines if "bootstrap.py" not in line]


@pytest.mark.parametrize(("target", "command"), OPERATIONS.items())
def test_what_people_do_is_done_in_the_sandbox_that_is_up_unless_live_is_said(target: str, command: str) -> None:
    announced, line = recipe(target, "ENV=dn-dev")
    assert "target.py announce" in announced
    assert " -m sandbox run " in line
    assert " --must-be-up -- " in line
    assert f'-m operations {command} "$ENV"' in line
    assert "--live" not in line
    assert "--yes" not in line

    announced, line = recipe(target, "ENV=dn-dev", "LIVE=1", "YES=1", "JSON=1")
    assert "sandbox" not in line
    assert f'-m operations {command} "$ENV" --live' in line
    changes = target in ("update-eventbridge", "eb-rollback", "events-send", "events-test-all")
    assert ("--yes" in line.split()) is changes
    assert "--json" in line.split()
    assert announced.endswith(">&2"), "standard output is for the program that asked"


def test_deploy_all_applies_then_syncs_then_verifies() -> None:
    _, _, *lines = recipe("deploy-all", "ENV=dn-dev", "YES=1")
    assert [line.partition(" -- ")[2].split(" ", 2)[2] for line in lines] == [
        'harness apply "$ENV"  --yes',
        'operations sync "$ENV"  --if-any --yes',
        'operations sync "$ENV"  --if-any --check',
        'operations events test-all "$ENV"  --dry-run',
    ]
    assert all("--must-be-up" in line for line in lines[1:])


def test_what_people_do_is_in_the_help() -> None:
    shown = make("help").stdout.splitlines()
    assert {line.split()[0] for line in shown} >= {"deploy-all", *OPERATIONS}
    assert len({len(line) - len(line[2:].split(maxsplit=1)[1]) for line in shown}) == 1, "one column of descriptions"


def test_rule_and_event_reach_the_command_as_they_are(tmp_path: Path) -> None:
    """As arguments of their own, whatever they hold, and not at all where they are not given."""
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\nprintf "[%s]" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    event = '{"detail": {"a": "it\'s $HOME; `true`"}}'
    called = ["events-send", f"PY={program}", "-o", "announce", "-o", "setup", "LIVE=1", "ENV=dn-dev"]
    given = make(*called, "RULE=$(shell true) b", f"EVENT={event}").stdout
    assert given == f"[-m][operations][events][send][dn-dev][--live][--rule][$(shell true) b][--event][{event}]"
    assert make(*called).stdout == "[-m][operations][events][send][dn-dev][--live]"


def test_the_demonstration_is_of_dn_dev_in_a_sandbox_that_stays_with_the_fault_that_is_named() -> None:
    announced, generated, line = recipe("demo")
    assert "target.py announce" in announced
    assert "generator generate" in generated
    before, demo, apply = line.split(" -- ")
    assert " -m sandbox run " in before
    assert before.endswith(" --keep")
    assert demo.endswith('-m sandbox demo "$ENV" ${FAULT:+--fault "$FAULT"}')
    assert apply.endswith('-m harness apply "$ENV"')


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"FAULT": "frog"}, "FAULT=frog is not a fault: there are quota, throttle, token and kill"),
        ({"FAULT": "$(shell true)"}, "FAULT=$(shell true) is not a fault"),
        ({"LIVE": "1"}, "make demo is for the sandbox alone: leave LIVE=1 out"),
    ],
)
def test_a_demonstration_that_cannot_be_is_refused_before_anything_is_done(
    variables: dict[str, str], words: str
) -> None:
    refused = make("demo", **variables)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert words in refused.stderr
