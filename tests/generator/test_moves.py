"""`moved` and `imports`: what is emitted, what is refused, and what Terraform makes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from itertools import pairwise
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.checks.moves import declared
from generator.commands import roots
from generator.models.addresses import ADDRESS
from generator.output.addresses import Address
from generator.output.hcl import literal
from tests.generator.conftest import MINIMAL, Workplace
from tests.support.planning import Planner

SPEC = MINIMAL.replace("network:", "alerts:\n  topic_name: alerts\n  key: main\n  emails: [a@example.com]\nnetwork:")
SPEC = SPEC.replace("schedules:\n", "  other: {image: x, cpu: 256, memory: 512}\nschedules:\n")
FIRST = len(SPEC.splitlines()) + 2  # the line of the first entry of what is added

INSIDE = "module.schedule_weekly.aws_scheduler_schedule.ecs"


def entries(section: str, *items: str) -> str:
    return f"{section}:\n" + "".join(f"  - {{{item}}}\n" for item in items)


def test_blocks_are_written_in_the_order_of_the_spec_and_go_with_it(workplace: Workplace) -> None:
    added = entries(
        "moved",
        "from: module.task_old, to: module.task_report",
        f"from: '{INSIDE}[0]', to: '{INSIDE}[\"\"]'",
    ) + entries(
        "imports",
        "to: module.task_report.aws_cloudwatch_log_group.task, id: /ecs/report",
        'to: \'aws_sns_topic_subscription.alerts["a@example.com"]\', id: "arn:x:${y}\\""',
    )
    workplace.spec("own", SPEC + added)
    assert workplace.run("generate").out.startswith("roots/own: dashboard.tf, imports.tf, main.tf, moved.tf, ")
    files = {name: text.decode().split("\n\n", 1)[1] for name, text in workplace.files().items()}
    assert files["own/moved.tf"] == (
        "moved {\n  from = module.task_old\n  to   = module.task_report\n}\n\n"
        f'moved {{\n  from = {INSIDE}[0]\n  to   = {INSIDE}[""]\n}}\n'
    )
    assert files["own/imports.tf"] == (
        'import {\n  to = module.task_report.aws_cloudwatch_log_group.task\n  id = "/ecs/report"\n}\n\n'
        'import {\n  to = aws_sns_topic_subscription.alerts["a@example.com"]\n  id = "arn:x:$${y}\\""\n}\n'
    )
    workplace.spec("own", SPEC)
    assert workplace.run("generate").out == "roots/own: imports.tf, moved.tf removed\n"


REFUSED: dict[str, tuple[str, list[str]]] = {
    "what is no address": (
        entries("moved", "from: task_old, to: module.task_report"),
        [
            (
                f'{FIRST}: moved[0].from: "task_old" is not the address of a module call or a resource, '
                "such as module.task_x or aws_kms_key.main"
            )
        ],
    ),
    "an import of a module call": (
        entries("imports", "to: module.task_report, id: x"),
        [
            (
                f'{FIRST}: imports[0].to: "module.task_report" is not the address of a resource, '
                "such as module.task_x.aws_cloudwatch_log_group.task"
            )
        ],
    ),
    "an import without an id": (
        entries("imports", "to: aws_kms_key.main"),
        [f"{FIRST}: imports[0]: id is missing (its id, as the provider's documentation of the resource's import says)"],
    ),
    "an import with an empty id": (
        entries("imports", 'to: aws_kms_key.main, id: ""'),
        [f'{FIRST}: imports[0].id: "" is not an id: one line of text, as the provider\'s documentation says it'],
    ),
    "a move without its beginning": (
        entries("moved", "to: module.task_report"),
        [f"{FIRST}: moved[0]: from is missing (address that nothing in the root has any more)"],
    ),
    "a beginning as Python would have it": (
        entries("moved", "from_: module.task_old, to: module.task_report"),
        [f'{FIRST}: moved[0].from_: "from_" is not a field here; did you mean "from"?'],
    ),
    "a call that the root has not": (
        entries("moved", "from: module.task_old, to: module.task_reprot"),
        [
            (
                f'{FIRST}: moved[0].to: "module.task_reprot" is not a module call of the root; '
                'did you mean "module.task_report"?'
            )
        ],
    ),
    "a resource that the module has not": (
        entries("imports", "to: module.task_report.aws_cloudwatch_log_group.tasks, id: x"),
        [
            (
                f'{FIRST}: imports[0].to: "aws_cloudwatch_log_group.tasks" is not a resource of module.task_report; '
                'did you mean "aws_cloudwatch_log_group.task"?'
            )
        ],
    ),
    "a call that the module has not": (
        entries("moved", "from: module.old, to: module.task_report.module.inner"),
        [f'{FIRST}: moved[0].to: "module.inner" is not a module call of module.task_report'],
    ),
    "a move between modules from what one still has": (
        entries("moved", "from: module.task_report.aws_iam_role.task, to: module.task_other.aws_iam_role.task"),
        [
            (
                f'{FIRST}: moved[0].from: "module.task_report.aws_iam_role.task" is still in the root; '
                "only what the root has no more can be moved"
            )
        ],
    ),
    "a move from what a module still has": (
        entries("moved", "from: module.task_report.aws_iam_role.task, to: module.task_report.aws_iam_role.execution"),
        [
            (
                f'{FIRST}: moved[0].from: "module.task_report.aws_iam_role.task" is still in the root; '
                "only what the root has no more can be moved"
            )
        ],
    ),
    "a resource that the root has not": (
        entries("imports", "to: aws_kms_key.mian, id: x"),
        [f'{FIRST}: imports[0].to: "aws_kms_key.mian" is not a resource of the root; did you mean "aws_kms_key.main"?'],
    ),
    "one of what is not several": (
        entries("moved", "from: module.task_old, to: 'module.task_report[0]'"),
        [f"{FIRST}: moved[0].to: module.task_report is one and not several: leave out [0]"],
    ),
    "all of what is several": (
        entries("imports", "to: aws_sns_topic_subscription.alerts, id: x"),
        [
            (
                f"{FIRST}: imports[0].to: aws_sns_topic_subscription.alerts is several: say which, "
                'as in aws_sns_topic_subscription.alerts["..."]'
            )
        ],
    ),
    "a move to where it was": (
        entries("moved", "from: module.task_report, to: module.task_report"),
        [f'{FIRST}: moved[0].to: "module.task_report" is where it was; say where it is now'],
    ),
    "a move from what is still there": (
        entries("moved", "from: module.task_report, to: module.schedule_weekly"),
        [
            (
                f'{FIRST}: moved[0].from: "module.task_report" is still in the root; '
                "only what the root has no more can be moved"
            )
        ],
    ),
    "a move between two kinds": (
        entries("moved", "from: module.old, to: aws_kms_key.main"),
        [f"{FIRST}: moved[0].to: is of another kind than from: a module call moves to one, a resource to a resource"],
    ),
    "two moves from one address": (
        entries("moved", "from: module.old, to: module.task_report", "from: module.old, to: module.schedule_weekly"),
        [f"{FIRST + 1}: moved[1].from: is moved twice; the first time in environments/own.yaml:{FIRST}"],
    ),
    "two moves to one address": (
        entries("moved", "from: module.old, to: module.task_report", "from: module.older, to: module.task_report"),
        [f"{FIRST + 1}: moved[1].to: is where two moves end; the other is in environments/own.yaml:{FIRST}"],
    ),
    "a circle": (
        entries(
            "moved", "from: module.a, to: module.b", "from: module.b, to: module.c", "from: module.c, to: module.a"
        ),
        [f"{FIRST}: moved[0].from: moves in a circle: module.a -> module.b -> module.c -> module.a"],
    ),
    "a way into a circle": (
        entries(
            "moved",
            "from: module.out, to: module.b",
            "from: module.c, to: module.a",
            "from: module.a, to: module.b",
            "from: module.b, to: module.c",
        ),
        [
            f"{FIRST + 1}: moved[1].from: moves in a circle: module.c -> module.a -> module.b -> module.c",
            f"{FIRST + 2}: moved[2].to: is where two moves end; the other is in environments/own.yaml:{FIRST}",
        ],
    ),
    "one thing imported twice": (
        entries("imports", "to: aws_kms_key.main, id: x", "to: aws_kms_key.main, id: y"),
        [f"{FIRST + 1}: imports[1].to: is imported twice; the first time in environments/own.yaml:{FIRST}"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_terraform_would_refuse_is_refused_where_it_is_written(case: str, workplace: Workplace) -> None:
    added, messages = REFUSED[case]
    workplace.spec("own", SPEC + added)
    outcome = workplace.run("generate")
    assert outcome.err.splitlines() == [f"environments/own.yaml:{message}" for message in messages]
    assert (outcome.code, workplace.files()) == (2, {})


def test_what_was_one_may_become_several(workplace: Workplace) -> None:
    workplace.spec("own", SPEC + entries("moved", f"from: {INSIDE}, to: '{INSIDE}[\"x\"]'"))
    assert workplace.run("generate").code == 0


def test_a_module_whose_source_is_not_at_hand_is_taken_at_its_word(workplace: Workplace) -> None:
    module = "modules:\n  ecs-task: {git: https://example.com/x.git, ref: v1}\n"
    workplace.spec("own", SPEC + module + entries("imports", "to: module.task_report.aws_iam_role.any, id: x"))
    assert workplace.run("generate").code == 0


def test_a_history_of_names_is_kept(workplace: Workplace) -> None:
    """A state that has not seen the first move goes through both."""
    moves = ["from: module.task_first, to: module.task_second", "from: module.task_second, to: module.task_report"]
    inside = "from: module.task_second.aws_iam_role.a, to: module.task_second.aws_iam_role.b"
    workplace.spec("own", SPEC + entries("moved", *moves, inside))
    assert workplace.run("generate").code == 0


@pytest.mark.timeout(30)
def test_a_long_history_takes_no_longer_than_its_length(workplace: Workplace) -> None:
    names = [*(f"module.task_{number}" for number in range(2000)), "module.task_report"]
    moves = [f"from: {before}, to: {after}" for before, after in pairwise(names)]
    workplace.spec("own", SPEC + entries("moved", *moves))
    assert workplace.run("generate").code == 0


def test_a_placeholder_waits_for_its_address(workplace: Workplace) -> None:
    added = entries("moved", "from: FILL_IN, to: module.task_report") + entries("imports", "to: FILL_IN, id: FILL_IN")
    workplace.spec("own", SPEC + added)
    assert workplace.run("generate").code == 0
    assert not {"own/moved.tf", "own/imports.tf"} & workplace.files().keys()
    refused = workplace.run("generate", "--no-placeholders").err
    assert [line.split(": ")[1] for line in refused.splitlines()] == ["moved[0].from", "imports[0].id", "imports[0].to"]


@pytest.mark.parametrize("name", ["everything", "own"])
def test_the_addresses_are_those_that_are_rendered(name: str, everything: Workplace) -> None:
    everything.spec("own", SPEC.replace("alerts:\n  topic", "pager:\n  topic"))
    assert everything.run("generate").code == 0
    main = "\n".join(path.read_text() for path in sorted((everything.roots / name).glob("*.tf")))
    found = {f"module.{label}" for label in re.findall(r'^module "(\w+)"', main, re.MULTILINE)}
    found |= {".".join(names) for names in re.findall(r'^resource "(\w+)" "(\w+)"', main, re.MULTILINE)}
    there = declared(roots.environments(everything.environments)[name])
    assert set(there) == found
    for address, several in there.items():
        first, second = address.split(".")
        head = f'module "{second}"' if first == "module" else f'resource "{first}" "{second}"'
        block = main.split(f"{head} {{\n", 1)[1].split("\n}\n", 1)[0]
        assert ("for_each" in block) is several


@given(st.text(max_size=30) | st.from_regex(re.compile(ADDRESS), fullmatch=False))
def test_no_text_that_is_not_an_address_is_written_as_one(text: str) -> None:
    """Whatever passes is one line without a way into a template, a comment, a block or a second attribute."""
    try:
        written = literal(Address(text))
    except ValueError:
        return
    outside = re.sub(r'"[^"]*"', '""', written)
    assert written == text
    assert re.fullmatch(r'[A-Za-z0-9_."\[\]-]+', outside)
    assert not set(written) & set("$%\\\n\r")
    assert "".join(str(step) + "." for step in Address(text).steps) == f"{text}."


def planned(workplace: Workplace, planner: Planner, name: str, apply: str | None = None) -> dict[str, dict[str, Any]]:
    """Plan what the spec says over the state of the plan before; address to change. Apply one address of it."""
    assert workplace.run("generate", "own").code == 0
    backend = f'terraform {{\n  backend "local" {{\n    path = "{planner.base}/own.tfstate"\n  }}\n}}\n'
    folder = planner.copy(workplace.roots / "own", name, {"backend_override.tf": backend}).tfdir

    def terraform(*arguments: str) -> str:
        command = ["terraform", *arguments]
        environment = {**planner.environment(), "PATH": os.environ["PATH"]}
        finished = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    terraform("plan", "-input=false", "-out=plan.tfplan")
    plan = json.loads(terraform("show", "-json", "plan.tfplan"))
    if apply is not None:
        terraform("apply", "-input=false", "-auto-approve", f"-target={apply}")
    return {change["address"]: change for change in plan["resource_changes"]}


@pytest.mark.slow
def test_terraform_imports_and_moves_as_the_spec_says(workplace: Workplace, planner: Planner) -> None:
    """A log group that exists is imported, applied alone, and then kept when its task has another name."""
    where = {"endpoint_url": planner.box.endpoint, "region_name": planner.box.region}
    logs = boto3.client("logs", **where, aws_access_key_id="test", aws_secret_access_key="test")
    logs.create_log_group(logGroupName="/adopted/by-an-import")
    named = MINIMAL.replace("memory: 512\n", "memory: 512\n    names: {log_group: /adopted/by-an-import}\n")
    named = named.replace("123456789012", planner.box.account).replace("eu-west-1", planner.box.region)
    group = "module.task_report.aws_cloudwatch_log_group.task"
    workplace.spec("own", named + entries("imports", f"to: {group}, id: /adopted/by-an-import"))
    imported = planned(workplace, planner, "imported", apply=group)[group]
    assert imported["change"]["importing"] == {"id": "/adopted/by-an-import"}
    assert imported["change"]["actions"] == ["update"], "what exists is kept, with the retention and tags of its task"

    renamed = named.replace("  report:", "  summary:").replace("task: report", "task: summary")
    workplace.spec("own", renamed + entries("moved", "from: module.task_report, to: module.task_summary"))
    after = group.replace("report", "summary")
    moved = planned(workplace, planner, "moved")[after]
    assert moved["previous_address"] == group
    assert moved["change"]["actions"] == ["no-op"]
