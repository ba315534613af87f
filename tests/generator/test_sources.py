"""Where modules come from: calls are checked against that very source, and the root names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.checks import checking
from generator.errors import Path as TreePath
from generator.errors import Problem, Source
from generator.interfaces.constraints import Finding
from tests.generator.conftest import MINIMAL, Workplace, git, third_party

WHERE = "environments/own.yaml"

# Pinned modules: a clone of the repository is at hand in `clone`.
PINNED = """\
modules:
  ecs-task:
    git: https://example.com/punctual.git
    ref: v1.0.0
    checkout: clone
"""
OLD_TASK = """\
variable "name" { type = string }
variable "image" { type = string }
variable "cpu" { type = string }
variable "memory" { type = number }
variable "region" { type = string }
variable "resource_owner" { type = string }
variable "billing_entity" { type = string }
variable "billing_domain" { type = string }
variable "security_domain" { type = string }
variable "aws_region_short_code" { type = string }
output "family" { value = var.name }
output "role_arns" { value = [] }
output "log_group_name" { value = "" }
output "task_definition_arn" { value = "" }
"""


@pytest.fixture
def pinned(workplace: Workplace) -> Workplace:
    """A workplace with a clone that has an older ecs-task at v1.0.0, and another in its work tree."""
    clone = workplace.environments.parent / "clone"
    module = clone / "modules" / "ecs-task"
    module.mkdir(parents=True)
    git(clone, "init")
    (module / "variables.tf").write_text(OLD_TASK)
    git(clone, "add", ".")
    git(clone, "commit", "-m", "First")
    git(clone, "tag", "-m", "First", "v1.0.0")
    (module / "variables.tf").write_text('variable "nothing" {}\n')
    git(clone, "commit", "-am", "Second")
    (module / "variables.tf").write_text("not even HCL {{{\n")
    return workplace


def test_a_call_is_checked_against_the_commit_that_is_pinned(pinned: Workplace) -> None:
    spec = MINIMAL.replace("memory: 512", "memory: 512\n    keep_old_revisions: true")
    pinned.refused(
        spec + PINNED,
        [
            f"{WHERE}:25: tasks.report: region is missing: modules/ecs-task at v1.0.0 needs it",
            (
                f"{WHERE}:27: tasks.report.cpu: 256 is a number; text is wanted: put it in quotes "
                "(modules/ecs-task at v1.0.0)"
            ),
            (
                f'{WHERE}:29: tasks.report.keep_old_revisions: "keep_old_revisions" is not a field here: '
                "modules/ecs-task at v1.0.0 does not take it; there are cpu, image, memory, region"
            ),
        ],
    )


def test_a_pinned_module_must_take_what_the_generator_fills_in(pinned: Workplace) -> None:
    commit = git(Path("clone"), "rev-parse", "HEAD")
    alerts = "alerts:\n  topic_name: alerts\n  key: main\n"
    pinned.spec("own", MINIMAL + alerts + PINNED.replace("v1.0.0", commit))
    assert pinned.run("generate").err.splitlines()[-2:] == [
        (
            f"{WHERE}:41: modules.ecs-task.ref: modules/ecs-task at {commit} lacks outputs failure_rule_arn, family, "
            "log_group_name, role_arns, task_definition_arn, which the generator reads; give another source"
        ),
        (
            f"{WHERE}:41: modules.ecs-task.ref: modules/ecs-task at {commit} lacks variables aws_region_short_code, "
            "billing_domain, billing_entity, failure_topic_arns, name, resource_owner, security_domain, which the "
            "generator fills in; give another source"
        ),
    ]


def test_what_a_workload_says_as_null_is_not_given(workplace: Workplace) -> None:
    """The generator does not pass it on, so it is no null for a variable that takes none."""
    workplace.spec("own", MINIMAL.replace("memory: 512", "memory: 512\n    init_process: null\n    log_key: null"))
    assert workplace.run("generate").code == 0
    assert "init_process" not in (workplace.roots / "own" / "main.tf").read_text()


def test_a_module_of_ours_that_cannot_be_read_is_a_notice(workplace: Workplace) -> None:
    module = workplace.environments.parent / "modules" / "ecs-task"
    module.mkdir(parents=True)
    (module / "main.tf").write_text("variable {{{\n")
    workplace.spec("own", MINIMAL)
    outcome = workplace.run("generate")
    assert (outcome.code, outcome.err) == (
        0,
        f"{WHERE}:24: tasks: calls of modules/ecs-task are not checked: main.tf:1: not HCL that can be read\n",
    )


def test_what_the_models_say_is_not_said_again(pinned: Workplace) -> None:
    """The field is unknown to both, cpu has a wrong type for both, and image is missing for both."""
    spec = MINIMAL.replace("    image: example/report:1\n    cpu: 256\n", "    cpu: [1]\n    memmory: 1\n")
    pinned.spec("own", spec + PINNED)
    assert pinned.run("generate").err.splitlines() == [
        f"{WHERE}:25: tasks.report: image is missing (image of the container)",
        f"{WHERE}:25: tasks.report: region is missing: modules/ecs-task at v1.0.0 needs it",
        f"{WHERE}:26: tasks.report.cpu: is a list; a whole number is wanted",
        f'{WHERE}:27: tasks.report.memmory: "memmory" is not a field here; did you mean "memory"?',
    ]


def test_a_mistake_in_the_whole_hides_no_other() -> None:
    """A model says it of the spec as such, with an empty path."""

    def hidden(path: TreePath, said: TreePath) -> bool:
        return not checking._unsaid([Finding(path, Problem(Source("own.yaml"), "is wrong"))], [said])

    assert hidden(("tasks", "one", "cpu"), ("tasks", "one"))
    assert hidden(("tasks", "one"), ("tasks", "one", "cpu"))
    assert hidden(("tasks", "one"), ("tasks", "one"))
    assert not hidden(("tasks", "one", "cpu"), ("tasks", "one", "image"))
    assert not hidden(("tasks", "one", "cpu"), ())


def test_a_mistake_in_a_default_is_said_where_it_is_and_once(pinned: Workplace) -> None:
    two = "  second:\n    image: example/second:1\n    memory: 512\n"
    defaults = "defaults:\n  task:\n    stop_timeout: 5\n    cpu: 256\n"
    spec = MINIMAL.replace("    cpu: 256\n", "").replace("schedules:\n", f"{two}{defaults}schedules:\n")
    pinned.spec("own", spec + PINNED)
    lines = pinned.run("generate").err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "tasks.report",
        "tasks.second",
        "defaults.task.stop_timeout",
        "defaults.task.cpu",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        *(
            (
                "ref: v1.0.0",
                f"ref: {ref}",
                (
                    f'{WHERE}:38: modules.ecs-task.ref: "{ref}" is not a commit or a tag, such as v1.2.0, and no '
                    "branch or HEAD, which move: letters, digits and . _ / -"
                ),
            )
            for ref in ("HEAD", "FETCH_HEAD", "refs/heads/main", "heads/main", "refs/remotes/origin/main")
        ),
        (
            "checkout: clone",
            "checkout: clone/modules",
            (
                f'{WHERE}:39: modules.ecs-task.checkout: "clone/modules" is a folder inside the clone "clone": '
                "give a clone's own folder"
            ),
        ),
        (
            "ref: v1.0.0",
            "ref: main",
            f'{WHERE}:38: modules.ecs-task.ref: "main" is a branch of clone, and moves: give a commit or a tag',
        ),
        (
            "ref: v1.0.0",
            "ref: v1.0.0\n    directory: modules/task",
            (
                f'{WHERE}:39: modules.ecs-task.directory: "modules/task" is no module of '
                "https://example.com/punctual.git at v1.0.0: there is no such directory"
            ),
        ),
        (
            "ref: v1.0.0",
            "ref: v1.0.0\n    directory: modules",
            (
                f'{WHERE}:39: modules.ecs-task.directory: "modules" is no module of https://example.com/punctual.git '
                "at v1.0.0: there is no .tf file there"
            ),
        ),
    ],
)
def test_a_pin_that_leads_nowhere(old: str, new: str, message: str, pinned: Workplace) -> None:
    pinned.refused(MINIMAL + PINNED.replace(old, new), [message])


@pytest.mark.parametrize(
    ("old", "new", "notice"),
    [
        (
            "ref: v1.0.0",
            "ref: v9.0.0",
            (
                "modules.ecs-task.checkout: calls of modules/ecs-task at v9.0.0 are not checked: clone has no commit "
                "and no tag v9.0.0; `git fetch --tags` there might bring it"
            ),
        ),
        (
            "checkout: clone",
            "checkout: nowhere",
            "modules.ecs-task.checkout: calls of modules/ecs-task at v1.0.0 are not checked: nowhere is not there",
        ),
        (
            "checkout: clone",
            "checkout: .",
            (
                "modules.ecs-task.checkout: calls of modules/ecs-task at v1.0.0 are not checked: . is no git "
                "repository that can be read"
            ),
        ),
        (
            "    checkout: clone\n",
            "",
            (
                "modules.ecs-task: calls of modules/ecs-task at v1.0.0 are not checked: no checkout of "
                "https://example.com/punctual.git is given"
            ),
        ),
    ],
)
def test_a_source_that_is_not_at_hand_is_a_notice(old: str, new: str, notice: str, pinned: Workplace) -> None:
    """Said once for all environments that inherit it, and no reason to refuse anything."""
    pinned.spec("base", "abstract: true\n" + MINIMAL + PINNED.replace(old, new))
    pinned.spec("one", "extends: base\n")
    pinned.spec("two", 'extends: base\naccount: "210987654321"\nstate: {key: two}\n')
    for command in ("generate", "check"):
        outcome = pinned.run(command)
        assert outcome.code == 0
        assert [line.partition(": ")[2] for line in outcome.err.splitlines()] == [notice]
    text = (pinned.roots / "one" / "main.tf").read_text()
    ref = "v9.0.0" if "v9" in new else "v1.0.0"
    assert f'source = "git::https://example.com/punctual.git//modules/ecs-task?ref={ref}"' in text
    assert 'source = "../../modules/ecs-scheduler"' in text


SOURCES = {
    "{git: https://example.com/m.git, ref: v1}": "git::https://example.com/m.git//modules/network?ref=v1",
    "{git: https://example.com:8443/a/b~c%20d, ref: v1, directory: .}": "git::https://example.com:8443/a/b~c%20d?ref=v1",
    "{git: ssh://git@example.com/m.git, ref: feature/v1.0_x, directory: a/b.c}": (
        "git::ssh://git@example.com/m.git//a/b.c?ref=feature/v1.0_x"
    ),
    "{path: .}": "../..",
    "{path: vendor/network}": "../../vendor/network",
}


@pytest.mark.parametrize("entry", SOURCES)
def test_the_source_in_the_root(entry: str, workplace: Workplace) -> None:
    for folder in (".", "vendor/network"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "main.tf").write_text('variable "any" { default = null }\n')
    workplace.spec("own", f"{MINIMAL}modules:\n  network: {entry}\ncomponents:\n  net: {{module: network}}\n")
    assert workplace.run("generate").code == 0
    assert (
        f'module "component_net" {{\n  source = "{SOURCES[entry]}"\n}}\n'
        in (workplace.roots / "own" / "main.tf").read_text()
    )


def test_a_source_beside_the_repository(workplace: Workplace) -> None:
    path = f"../{Path.cwd().name}/third_party/settings"
    third_party(workplace)
    component = "components:\n  one: {module: settings, inputs: {prefix: /one/}}\n"
    workplace.spec("own", f"{MINIMAL}modules:\n  settings: {{path: {path}}}\n{component}")
    assert workplace.run("generate").code == 0
    assert f'source = "../../{path}"' in (workplace.roots / "own" / "main.tf").read_text()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("git", ["http://example.com/m.git", "git@example.com:m.git", "https://example.com", "https://example.com/"]),
        ("git", ["https://example.com/m.git?ref=x", "https://example.com/a//b", "https://example.com/m.git#x"]),
        ("git", ["https://token@example.com/m.git", "ssh://git:x@example.com/m", "https://example.com/a/../b"]),
        ("git", ["https://example.com/${var.x}", "https://example.com/%zz", "https://-x.com/m", "file:///srv/m.git"]),
        ("ref", ["--upload-pack=x", "a..b", "v1&depth=1", "v1?x", "v1 ", "x.lock", "a//b", "/v1", "v1/", "", "v1\n"]),
        ("directory", ["/modules", "../x", "a/../b", "a//b", "a/", "", "a?b", "a/./b"]),
        ("checkout", ["/srv/clone", "a/../b", "~/clone", "clone/", ""]),
    ],
)
def test_a_form_that_could_break_out_is_refused(field: str, values: list[str], workplace: Workplace) -> None:
    right = {"git": "https://example.com/m.git", "ref": "v1.0.0", "directory": "a", "checkout": "b"}
    for value in values:
        fields = "".join(f"    {name}: {json.dumps(text)}\n" for name, text in {**right, field: value}.items())
        workplace.spec("own", f"{MINIMAL}modules:\n  network:\n{fields}")
        outcome = workplace.run("generate")
        assert outcome.code == 2, value
        assert f"modules.network.{field}: " in outcome.err
        assert " is not " in outcome.err
