"""Explain: which line set a value, what it overrode, and paths as a person writes them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.commands.explain import parse_path
from generator.errors import dotted
from tests.generator.conftest import MINIMAL, Workplace

BASE = "abstract: true\n" + MINIMAL + "tags:\n  Team: base\n  Cost.Centre: '1'\n"
MIDDLE = """\
extends: base
abstract: true
tasks:
  report:
    cpu: 512
    log_key: main
    command: [one, two]
defaults:
  task:
    log_retention_days: 30
    stop_timeout: 60
"""
OWN = """\
extends: middle
account: "210987654321"
tasks:
  report:
    cpu: 1024
    log_key: null
    command: [three]
    stop_timeout: null
tags: {Team: null}
"""


@pytest.fixture
def levels(workplace: Workplace) -> Workplace:
    for name, text in {"base": BASE, "middle": MIDDLE, "own": OWN}.items():
        workplace.spec(name, text)
    return workplace


def explained(workplace: Workplace, *arguments: str) -> str:
    outcome = workplace.explain("own", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


def test_a_value_and_all_that_it_overrode(levels: Workplace) -> None:
    assert explained(levels, "tasks.report.cpu") == (
        "tasks.report.cpu = 1024\n"
        "  environments/own.yaml:5\n"
        "  overrides 512, environments/middle.yaml:5\n"
        "  overrides 256, environments/base.yaml:28\n"
    )


def test_a_default_is_shown_where_it_was_written(levels: Workplace) -> None:
    assert explained(levels, "tasks.report.log_retention_days") == (
        "tasks.report.log_retention_days = 30\n  environments/middle.yaml:10 (defaults.task.log_retention_days)\n"
    )


def test_a_list_replaces_whole(levels: Workplace) -> None:
    assert explained(levels, "tasks.report.command") == (
        'tasks.report.command = ["three"]\n'
        "  environments/own.yaml:7\n"
        '  overrides ["one", "two"], environments/middle.yaml:7\n'
        'tasks.report.command[0] = "three"\n'
        "  environments/own.yaml:7\n"
    )


@pytest.mark.parametrize(
    ("path", "line", "overrode"),
    [
        ("tasks.report.log_key", 6, 'overrides "main", environments/middle.yaml:6'),
        ("tasks.report.stop_timeout", 8, "overrides 60, environments/middle.yaml:11 (defaults.task.stop_timeout)"),
        ("tags.Team", 9, 'overrides "base", environments/base.yaml:37'),
    ],
)
def test_a_removal_says_what_it_took_out(path: str, line: int, overrode: str, levels: Workplace) -> None:
    removal = f"{path} is removed\n  environments/own.yaml:{line}\n  {overrode}\n"
    assert explained(levels, path) == removal
    assert explained(levels, f"{path}.below[0]") == removal


def test_a_value_by_itself_is_shown_whole_and_one_of_many_shortened(workplace: Workplace) -> None:
    long = "x" * 200 + "\u200b"
    workplace.spec("base", "abstract: true\n" + MINIMAL + f"tags: {{Long: {long}}}\n")
    workplace.spec("own", f"extends: base\ntags: {{Long: y{long}, Short: a}}\n")
    written = "x" * 200 + "\\u200b"
    assert explained(workplace, "tags.Long") == (
        f'tags.Long = "y{written}"\n  environments/own.yaml:2\n  overrides "{written}", environments/base.yaml:36\n'
    )
    together = explained(workplace, "tags")
    assert max(map(len, together.splitlines())) < 120
    assert 'tags.Short = "a"' in together


def test_what_a_spec_says_of_its_own_file(levels: Workplace) -> None:
    said = 'extends = "middle"\n  environments/own.yaml:1\n  about this file, and never inherited\n'
    assert explained(levels, "extends") == explained(levels, "extends.x") == said
    assert json.loads(explained(levels, "extends", "--json"))[0]["line"] == 1
    assert explained(levels, "abstract").endswith("  default false\n")
    levels.spec("own", OWN + "abstract: false\n")
    assert explained(levels, "abstract").startswith("abstract = false\n  environments/own.yaml:10\n")


def test_a_null_removes_at_every_level_and_a_later_value_comes_back(levels: Workplace) -> None:
    """What a task takes out does not come back from the defaults; what a further environment gives does."""
    levels.spec("own", OWN + "defaults: {task: {log_key: main, stop_timeout: 5}}\n")
    assert "tasks.report.log_key is removed" in explained(levels, "tasks.report.log_key")
    levels.spec("last", "extends: own\ntasks: {report: {log_key: main}}\nstate: {key: last}\n")
    assert levels.explain("last", "tasks.report.log_key").out == (
        'tasks.report.log_key = "main"\n'
        "  environments/last.yaml:2\n"
        "  overrides a removal, environments/own.yaml:6\n"
        '  overrides "main", environments/middle.yaml:6\n'
        '  overrides "main", environments/own.yaml:10 (defaults.task.log_key)\n'
    )


def test_a_map_shows_all_below_it_and_no_path_shows_all(levels: Workplace) -> None:
    assert 'tags["Cost.Centre"] = "1"\n  environments/base.yaml:38\n' in explained(levels, "tags")
    whole = explained(levels)
    for path in ("account", "tasks.report.cpu", 'tags["Cost.Centre"]', "clusters.default.name"):
        assert f"{path} = " in whole


def test_the_form_for_programs(levels: Workplace) -> None:
    assert json.loads(explained(levels, "--json", "account")) == [
        {
            "path": "account",
            "value": "210987654321",
            "removed": False,
            "file": "environments/own.yaml",
            "line": 2,
            "set_as": "account",
            "overrode": [
                {
                    "path": "account",
                    "value": "123456789012",
                    "removed": False,
                    "file": "environments/base.yaml",
                    "line": 2,
                    "set_as": "account",
                }
            ],
        }
    ]


def test_programs_get_paths_whole(workplace: Workplace) -> None:
    key = "k" * 120
    workplace.spec("own", MINIMAL + f"tags: {{{key}: a}}\n")
    (record,) = json.loads(explained(workplace, "--json", f"tags.{key}"))
    assert (record["path"], record["set_as"]) == (f"tags.{key}", f"tags.{key}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("own", "tasks.reprot.cpu"),
            'environments/own.yaml:3: tasks: nothing sets tasks.reprot; did you mean "report"?',
        ),
        (  # what could be set counts, and not only what is
            ("own", "tasks.report.end_point"),
            'environments/own.yaml:4: tasks.report: nothing sets tasks.report.end_point; did you mean "entry_point"?',
        ),
        (("own", "exten"), 'environments/own.yaml:1: nothing sets exten; did you mean "extends"?'),
        (
            ("own", "defaults.task.cp"),
            'environments/middle.yaml:9: defaults.task: nothing sets defaults.task.cp; did you mean "cpu"?',
        ),
        (
            ("own", "tasks.report.command.0"),
            (
                "environments/own.yaml:7: tasks.report.command: nothing sets tasks.report.command.0; "
                'did you mean "tasks.report.command[0]"?'
            ),
        ),
        (
            ("own", "tasks.report.command.1"),
            "environments/own.yaml:7: tasks.report.command: nothing sets tasks.report.command.1; the list has 1",
        ),
        (
            ("own", "tasks.report.cpu.x"),
            "environments/own.yaml:5: tasks.report.cpu: nothing sets tasks.report.cpu.x",
        ),
        (("own", 'tags["\\q"]'), '"tags[\\"\\\\q\\"]" is not a path: "\\q" has an escape that JSON has not'),
        (
            ("own", "tasks.report.command[7]"),
            "environments/own.yaml:7: tasks.report.command: nothing sets tasks.report.command[7]; the list has 1",
        ),
        (("own", "tasks..cpu"), '"tasks..cpu" is not a path, such as tasks.report.command[0]'),
        (("own", 'tags["open'), '"tags[\\"open" is not a path, such as tasks.report.command[0]'),
        (("onw", "tasks"), 'environments/onw.yaml: there is no such spec; did you mean "own"?'),
        (("middle", "tasks"), 'environments/middle.yaml:1: "middle" is abstract: it is there for others to extend'),
    ],
)
def test_a_mistake_is_said(arguments: tuple[str, ...], message: str, levels: Workplace) -> None:
    outcome = levels.explain(*arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"{message}\n")


PINNED = """\
modules:
  other:
    path: elsewhere
components:
  thing:
    module: other
    inputs: {given: 1}
    connect: {linked: keys.main}
alerts: {topic_name: t, key: main}
"""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("tasks.report.log_retention_days", r"Days that logs .*\n  default 30, modules/ecs-task/variables\.tf:\d+"),
        (
            "tasks.report.failure_topic_arns",
            r"Topics .*\n  the generator fills it in, modules/ecs-task/variables\.tf:\d+",
        ),
        (
            "schedules.weekly.security_group_ids",
            r".*\n  the generator fills it in, modules/ecs-scheduler/variables\.tf:\d+",
        ),
        ("schedules.weekly.task_count", r".*\n  default 1, modules/ecs-scheduler/variables\.tf:\d+"),
        ("components.thing.inputs.given_not", r"default \[\], elsewhere/main\.tf:3"),
        ("components.thing.inputs.needed", r"Who asks\n  required, elsewhere/main\.tf:7"),
        ("components.thing.inputs.linked", r"connected to keys\.main, environments/own\.yaml:42"),
        ("deletion_protection", r"true refuses .*\n  default false, generator/models/spec\.py"),
        ("network.assign_public_ip", r"true gives .*\n  default false, generator/models/spec\.py"),
        ("pager", r"Who is told when an alarm goes off; `alerts` unless given"),
        ("pager.topic_name", r"Name of the topic that the root makes"),
        ("imports", r"What exists and shall be managed from now on"),
        ("tasks.report.log_key", r"Which of `keys` encrypts the log group; .*"),
        ("tasks.report.permissions.s3_read", r".*"),
    ],
)
def test_what_no_line_sets_has_a_default_or_a_description(path: str, said: str, workplace: Workplace) -> None:
    (workplace.environments.parent / "elsewhere").mkdir()
    variables = 'variable "given" {}\n\nvariable "given_not" {\n  default = []\n}\n\nvariable "needed" {\n'
    variables += '  description = "Who asks. And more."\n}\n\nvariable "linked" {}\n'
    (workplace.environments.parent / "elsewhere" / "main.tf").write_text(variables)
    workplace.spec("own", MINIMAL + PINNED)
    shown = path.removesuffix(".s3_read")  # that of which it is a part is not set
    said = r"What the code in the container may do; nothing unless given\n  .*" if shown != path else said
    assert re.fullmatch(rf"{re.escape(shown)} is not set\n  {said}\n", explained(workplace, path))
    (record,) = json.loads(explained(workplace, "--json", path))
    assert (record["path"], record["value"]) == (shown, None)


def test_a_field_that_is_missing_is_said_to_be_required(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("region: eu-west-1\n", ""))
    said = "region is not set\n  Region that everything is made in\n  required, generator/models/spec.py\n"
    assert explained(workplace, "region") == said


@pytest.mark.parametrize("path", ["tasks.report.nope", "tasks.nope.cpu", "schedules.x.task", "nope", "naming.nope"])
def test_what_nobody_declares_is_said_to_be_missing(path: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    outcome = workplace.explain("own", path)
    assert outcome.code == 2
    assert "nothing sets" in outcome.err


@given(st.lists(st.one_of(st.text(min_size=1, max_size=8), st.integers(0, 999)), min_size=1, max_size=3).map(tuple))
def test_a_path_is_read_as_it_is_written(path: tuple[str | int, ...]) -> None:
    written = dotted(path)
    if "..." not in written and written.isprintable() and "\\" not in written:
        assert parse_path(written) == path
