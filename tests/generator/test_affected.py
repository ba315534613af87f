"""Which environments a change touches, step by step through the history of a repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.support.repositories import WHO, Repository

BASE = "# what both share\nabstract: true\n" + MINIMAL.replace(
    "state:\n  bucket: example-state\n  key: one/terraform.tfstate\n", ""
)
ONE = """\
extends: base
state:
  bucket: example-state
  key: one/terraform.tfstate
tasks:
  report:
    cpu: 1024
    memory: 2048
"""
TWO = """\
# the second
extends: base
account: "210987654321"
state:
  {bucket: example-state, key: two/terraform.tfstate}
"""


# Python code in a module, which the module's document carries.
SYNC = "modules/batch-target-sync/batch_target_sync"


class History(Repository):
    """A repository with specs, modules and roots; environments `one` and `two` extend `base`."""

    def __init__(self, top: Path, workplace: Workplace) -> None:
        super().__init__(top)
        self.workplace = workplace
        shutil.copytree(REPOSITORY / "modules", top / "modules", ignore=shutil.ignore_patterns(".terraform"))
        for name, text in {"base": BASE, "one": ONE, "two": TWO}.items():
            workplace.spec(name, text)
        self.step()

    def step(self) -> str:
        """Generate and commit, as the check of a pull request wants it."""
        outcome = self.workplace.run("generate")
        assert outcome.code == 0, outcome.err
        return self.commit()

    def affected(self, since: str = "HEAD") -> dict[str, list[tuple[str, str, str]]]:
        """What the JSON says: the reasons of each environment."""
        report = self.report(since)
        return {
            one["environment"]: [(reason["kind"], reason["path"], reason["detail"]) for reason in one["reasons"]]
            for one in report["environments"]
        }

    def report(self, since: str = "HEAD") -> dict[str, Any]:
        outcome = self.workplace.run("affected", "--since", since, "--json")
        assert outcome.code == 0, outcome.err
        report: dict[str, Any] = json.loads(outcome.out)
        return report

    def text(self, since: str = "HEAD") -> str:
        outcome = self.workplace.run("affected", "--since", since)
        assert outcome.code == 0, outcome.err
        return outcome.out


@pytest.fixture
def history(workplace: Workplace, tmp_path: Path) -> History:
    return History(tmp_path, workplace)


def test_nothing_has_changed(history: History) -> None:
    commit = history.git("rev-parse", "HEAD")
    assert history.report() == {"since": commit, "environments": [], "removed": []}
    assert history.text() == f"no environment is affected by what has changed since {commit[:10]}\n"


UNTOUCHED: dict[str, Callable[[History], object]] = {
    "a comment": lambda h: h.replace("environments/base.yaml", "# what both share", "# other\n# words"),
    "the order of keys": lambda h: h.replace(
        "environments/one.yaml", "    cpu: 1024\n    memory: 2048\n", "    memory: 2048\n    cpu: 1024\n"
    ),
    "the same value elsewhere": lambda h: h.write("environments/two.yaml", TWO + "region: eu-west-1\n"),
    "a spec that nothing extends": lambda h: h.write("environments/unused.yaml", "abstract: true\nregion: us-east-1\n"),
    "a module's README": lambda h: h.write("modules/ecs-task/README.md", "other"),
    "a module's example": lambda h: h.write("modules/ecs-task/examples/minimal/main.tf", "# other\n"),
    "a module's test": lambda h: h.write("modules/ecs-task/tests/task.tftest.hcl", "# other\n"),
    "a hidden file of a module": lambda h: h.write("modules/ecs-task/.terraform.lock.hcl", "# other\n"),
    "code of a module that no root calls": lambda h: h.replace(f"{SYNC}/sync.py", "import", "# other\nimport"),
    "what Python keeps of a module's code": lambda h: h.write("modules/ecs-task/code/__pycache__/run.pyc", ""),
    "a sample event": lambda h: h.write("environments/events/request.json", "{}"),
    "a module that no root calls": lambda h: h.write("modules/unused/main.tf", "# other\n"),
    "configuration below a module, which nothing calls": lambda h: h.write("modules/ecs-task/nested/a.tf", "# other\n"),
    "an ignored file": lambda h: (h.write(".gitignore", "*.txt\n"), h.write("modules/ecs-task/new.txt", "")),
    "a file outside of it all": lambda h: h.write("README.md", "other"),
    "a note beside a root": lambda h: h.write("roots/one/README.md", "other"),
}


@pytest.mark.parametrize("what", UNTOUCHED)
@pytest.mark.parametrize("committed", [False, True])
def test_what_touches_nothing(what: str, committed: bool, history: History) -> None:
    before = history.git("rev-parse", "HEAD")
    UNTOUCHED[what](history)
    if committed:
        history.commit()
    report = history.report(before)
    assert (report["environments"], report["removed"]) == ([], [])


def test_a_value_of_the_base_that_one_environment_overrides(history: History) -> None:
    history.replace("environments/base.yaml", "    cpu: 256\n", "    cpu: 512\n")
    reason = ("spec", "environments/base.yaml:26", "tasks.report.cpu: 256 -> 512")
    assert history.affected() == {"two": [reason]}
    history.step()
    assert history.affected("HEAD~1") == {"two": [reason]}
    assert history.text("HEAD~1") == "two\n  environments/base.yaml:26: tasks.report.cpu: 256 -> 512\n"


def test_values_that_come_and_go(history: History) -> None:
    history.write("environments/one.yaml", ONE + "    command: [a, b]\n    log_retention_days: 30\n")
    history.step()
    history.write(
        "environments/one.yaml",
        ONE.replace("    cpu: 1024\n", "    cpu: 1024\n    command: null\n") + "tags: {Team: data}\n",
    )
    assert history.affected() == {
        "one": [
            ("spec", "environments/one.yaml:10", 'tags: {"Team": "data"}, not set before'),
            ("spec", "environments/one.yaml:9", 'tasks.report.command: not set any more, ["a", "b"] before'),
            ("spec", "environments/one.yaml:10", "tasks.report.log_retention_days: not set any more, 30 before"),
        ]
    }


def test_a_null_that_removes_what_is_inherited_is_the_place(history: History) -> None:
    history.replace("environments/two.yaml", "# the second\n", "# the second\ntasks: {report: {cpu: 512}}\n")
    history.replace("environments/base.yaml", "schedules:\n", "tags:\n  Team: data\nschedules:\n")
    history.step()
    history.write("environments/two.yaml", TWO + "tags:\n  Team: null\ntasks: {report: {cpu: 512}}\n")
    reason = ("spec", "environments/two.yaml:7", 'tags.Team: not set any more, "data" before')
    assert history.affected() == {"two": [reason]}


def test_a_default_shows_where_it_ends_up(history: History) -> None:
    history.write("environments/one.yaml", ONE + "    log_retention_days: 90\n")
    history.step()
    history.write(
        "environments/base.yaml", BASE + "defaults: {task: {log_retention_days: 60}, schedule: {timezone: UTC}}\n"
    )
    place = "environments/base.yaml:34"
    assert history.affected() == {
        "one": [("spec", place, 'schedules.weekly.timezone: "UTC", not set before')],
        "two": [
            ("spec", place, 'schedules.weekly.timezone: "UTC", not set before'),
            ("spec", place, "tasks.report.log_retention_days: 60, not set before"),
        ],
    }
    assert f'two\n  {place}: schedules.weekly.timezone: "UTC", not set before (and 1 more)\n' in history.text()


def test_a_long_value_is_short_for_a_person_and_whole_for_a_program(history: History) -> None:
    history.write("environments/one.yaml", ONE + f'    command: ["{"x" * 500}"]\n')
    assert "x" * 500 in history.affected()["one"][0][2]
    assert max(map(len, history.text().splitlines())) < 200
    history.step()
    history.write("environments/one.yaml", ONE + f'    command: ["{"x" * 500}y"]\n')
    assert f'{"x" * 30}"] -> ...' in history.text()  # the part that differs is among what is shown
    assert 'xxy"]' in history.text()


def test_a_person_is_told_of_ten_lines_and_a_program_of_all(history: History) -> None:
    for number in range(12):
        history.write(f"modules/ecs-task/data/{number:02}.txt", "")
    assert len(history.affected()["one"]) == 12
    lines = history.text().splitlines()
    assert lines[:2] == ["one", "  modules/ecs-task/data/00.txt: added"]
    assert lines[10:13] == ["  modules/ecs-task/data/09.txt: added", "  and 2 more; --json has them all", "two"]


def test_a_module_touches_every_root_that_calls_it(history: History) -> None:
    history.replace("modules/ecs-task/logs.tf", "resource", "# a comment is a change of the file\nresource")
    (history.top / "modules/ecs-scheduler/timezones.txt").unlink()
    history.write("modules/ecs-scheduler/new.tf.json", "{}")
    reasons = [
        ("module", "modules/ecs-scheduler/new.tf.json", "added"),
        ("module", "modules/ecs-scheduler/timezones.txt", "removed"),
        ("module", "modules/ecs-task/logs.tf", "changed"),
    ]
    assert history.affected() == {"one": reasons, "two": reasons}
    history.replace("environments/one.yaml", "cpu: 1024", "cpu: 512")
    cpu = ("spec", "environments/one.yaml:7", "tasks.report.cpu: 1024 -> 512")
    assert history.affected() == {"one": [cpu, *reasons], "two": reasons}


def test_code_of_a_module_touches_every_root_that_calls_it(history: History) -> None:
    history.write("modules/ecs-task/sync.tf", 'module "sync" {\n  source = "../batch-target-sync"\n}\n')
    history.step()
    history.replace(f"{SYNC}/sync.py", "import", "# other\nimport")
    history.write(f"{SYNC}/more.py", "")
    reasons = [("module", f"{SYNC}/more.py", "added"), ("module", f"{SYNC}/sync.py", "changed")]
    assert history.affected() == {"one": reasons, "two": reasons}


def test_a_module_counts_for_those_that_call_it_through_another(history: History) -> None:
    history.write("modules/ecs-task/inner.tf", 'module "inner" {\n  source = "./parts/inner"\n}\n')
    history.write("modules/ecs-task/parts/inner/main.tf", 'module "shared" { source = "../../../shared" }\n')
    history.write("modules/shared/main.tf", "# shared\n")
    history.step()
    history.write("modules/shared/main.tf", "# other\n")
    history.write("modules/ecs-task/parts/inner/main.tf", 'module "shared" {\n  source = "../../../shared"\n}\n')
    reasons = [
        ("module", "modules/ecs-task/parts/inner/main.tf", "changed"),
        ("module", "modules/shared/main.tf", "changed"),
    ]
    assert history.affected() == {"one": reasons, "two": reasons}


PINNED = """\
modules:
  ecs-task: &pinned
    git: https://example.com/punctual.git
    ref: v2.0.0
  ecs-scheduler: *pinned
"""


def test_what_is_pinned_does_not_follow_local_modules(history: History) -> None:
    history.write("environments/two.yaml", TWO + PINNED)
    history.step()
    history.write("modules/ecs-task/data/new.txt", "")
    assert list(history.affected()) == ["one"]
    history.replace("environments/two.yaml", "ref: v2.0.0", "ref: v2.0.1")
    assert history.affected()["two"] == [
        ("spec", "environments/two.yaml:9", 'modules.ecs-scheduler.ref: "v2.0.0" -> "v2.0.1"'),
        ("spec", "environments/two.yaml:9", 'modules.ecs-task.ref: "v2.0.0" -> "v2.0.1"'),
    ]
    history.write("environments/two.yaml", TWO + PINNED.replace("  ecs-scheduler: *pinned\n", ""))
    history.step()
    assert history.affected() == {}
    history.write("modules/ecs-scheduler/data/new.txt", "")
    assert list(history.affected()) == ["one", "two"], "one of its two modules is pinned"


def test_new_removed_and_renamed(history: History) -> None:
    history.write("environments/three.yaml", TWO.replace("two/", "three/").replace("2109", "9012"))
    (history.top / "environments/one.yaml").unlink()
    since = history.git("rev-parse", "HEAD")
    for _ in range(2):
        report = history.report(since)
        reason = {"kind": "new", "path": "environments/three.yaml", "detail": f"not an environment at {since[:10]}"}
        assert report["environments"] == [{"environment": "three", "reasons": [reason]}]
        assert report["removed"] == ["one"]
        assert history.text(since).splitlines() == [
            "three",
            f"  environments/three.yaml: not an environment at {since[:10]}",
            "one: removed",
        ]
        history.step()
    assert history.affected() == {}


def test_an_environment_that_becomes_a_base_and_one_that_was_one(history: History) -> None:
    history.write("environments/two.yaml", "abstract: true\n" + TWO)
    assert (history.affected(), history.report()["removed"]) == ({}, ["two"])
    history.step()
    history.write("environments/two.yaml", TWO)
    assert [reason[0] for reason in history.affected()["two"]] == ["new"]


def test_a_file_of_a_root_that_is_not_generated(history: History) -> None:
    history.write("roots/two/.terraform.lock.hcl", "# a version\n")
    assert history.affected() == {"two": [("root", "roots/two/.terraform.lock.hcl", "added")]}


def test_a_root_that_was_not_current(history: History) -> None:
    history.replace("environments/two.yaml", "# the second", "tags: {Team: data}")
    history.commit("a spec without its root")
    since = history.git("rev-parse", "HEAD")
    assert history.affected() == {}
    history.step()
    detail = f"was not at {since[:10]} what its spec asked for"
    assert history.affected(since) == {"two": [("root", "roots/two", detail)]}


def test_a_spec_that_was_broken(history: History) -> None:
    history.write("environments/two.yaml", TWO + "tags: {a: b, a: c}\n")
    since = history.commit()
    history.write("environments/two.yaml", TWO)
    assert history.affected() == {}, "its root is what it was"
    history.write("environments/two.yaml", TWO + "tags: {Team: data}\n")
    ((kind, path, detail),) = history.affected()["two"]
    assert (kind, path) == ("spec", "environments/two.yaml:6")
    assert detail.startswith(f"could not be read at {since[:10]}: is given twice")


def test_a_spec_that_would_have_been_overlooked(history: History) -> None:
    (history.top / "environments/two.yaml").rename(history.top / "environments/two.yml")
    history.commit()
    (history.top / "environments/two.yml").rename(history.top / "environments/two.yaml")
    assert [reason[0] for reason in history.affected()["two"]] == ["new"]


def test_a_spec_that_was_refused_and_could_be_read(history: History) -> None:
    history.write("environments/two.yaml", TWO + "tags: 1\n")
    history.commit()
    history.write("environments/two.yaml", TWO + "tags: {Team: data}\n")
    assert history.affected() == {"two": [("spec", "environments/two.yaml:6", 'tags: 1 -> {"Team": "data"}')]}


def test_what_is_wrong_now_is_said_with_its_line(history: History) -> None:
    history.write("environments/one.yaml", ONE + "    cpus: 1\n")
    history.write("environments/two.yaml", TWO + "tag: {}\n")
    outcome = history.workplace.run("affected", "--since", "HEAD")
    assert (outcome.code, outcome.out) == (2, "")
    assert [line.split(": ")[0] for line in outcome.err.splitlines()] == [
        "environments/one.yaml:9",
        "environments/two.yaml:6",
    ]


def test_the_branch_is_compared_with_where_it_began(history: History) -> None:
    """What main has done since is not the branch's change, as in `git diff main...`."""
    began = history.git("rev-parse", "HEAD")
    history.git("checkout", "--quiet", "-b", "branch")
    history.replace("environments/one.yaml", "cpu: 1024", "cpu: 512")
    history.step()
    history.git("checkout", "--quiet", "main")
    history.write("environments/two.yaml", TWO + "tags: {Team: data}\n")
    history.step()
    history.git("checkout", "--quiet", "branch")
    assert history.report("main")["since"] == began
    assert list(history.affected("main")) == ["one"]


def generator(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the generator of a repository, from where this process is."""
    environment = {**WHO, "PATH": os.environ["PATH"], "PYTHONPATH": str(path)}
    command = [sys.executable, "-m", "generator", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_from_any_directory(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.replace("environments/one.yaml", "cpu: 1024", "cpu: 512")
    monkeypatch.chdir(history.top / "modules")
    directories = ("--environments", "../environments", "--roots", str(history.top / "roots"))
    done = generator("affected", "--since", "HEAD", *directories, path=REPOSITORY)
    assert (done.stdout, done.stderr) == ("one\n  environments/one.yaml:7: tasks.report.cpu: 1024 -> 512\n", "")


def test_lines_that_end_as_on_windows(history: History) -> None:
    history.git("config", "core.autocrlf", "true")
    for path in [*history.top.glob("roots/*/*.tf"), *history.top.glob("environments/*.yaml")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert history.affected() == {}
    history.write("environments/one.yaml", "# a comment\n" + ONE)
    assert history.affected() == {}, "its root is compared with one whose lines end otherwise"


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of this repository's generator, modules and environments, with a history of its own."""
    top = tmp_path / "whole"
    for name in ("generator", "semantics", "modules", "environments", "roots"):
        shutil.copytree(REPOSITORY / name, top / name, ignore=shutil.ignore_patterns("__pycache__", ".terraform"))
    repository = Repository(top)
    repository.write(".gitignore", "__pycache__/\n")
    monkeypatch.chdir(top)
    repository.commit()
    return repository


def of_whole(repository: Repository) -> dict[str, list[tuple[str, str]]]:
    """What the generator of the copy says of its own repository."""
    done = generator("affected", "--since", "HEAD", "--json", path=repository.top)
    assert done.returncode == 0, done.stderr
    return {
        one["environment"]: [(reason["kind"], reason["path"]) for reason in one["reasons"]]
        for one in json.loads(done.stdout)["environments"]
    }


def test_templates_and_the_generator_count_when_they_change_a_root(whole: Repository) -> None:
    assert of_whole(whole) == {}
    whole.replace("generator/__init__.py", "Turns", "Once more: turns")
    whole.replace("generator/templates/main.tf.j2", "{% if network %}", "{% if  network %}")
    assert of_whole(whole) == {}, "the roots are the same"
    whole.replace("generator/templates/providers.tf.j2", "  region = ", "  # Where.\n  region = ")
    names = set(of_whole(whole))
    assert "dn-dev" in names
    assert of_whole(whole)["dn-dev"] == [
        ("generator", "generator/__init__.py"),
        ("template", "generator/templates/main.tf.j2"),
        ("template", "generator/templates/providers.tf.j2"),
    ]


def test_a_spec_is_not_blamed_for_the_template(whole: Repository) -> None:
    """That the state is in the environment's own region is said here, and was so before."""
    whole.replace("environments/dn-dev.yaml", "state:\n", "state:\n  region: us-east-1\n")
    assert of_whole(whole) == {}
    whole.replace("generator/templates/providers.tf.j2", "  region = ", "  # Where.\n  region = ")
    assert of_whole(whole)["dn-dev"] == [("template", "generator/templates/providers.tf.j2")]


def test_the_generator_is_not_blamed_for_the_spec(whole: Repository) -> None:
    whole.replace("generator/__init__.py", "Turns", "Once more: turns")
    whole.replace("environments/dn-dev.yaml", "dn-dev-alerts", "dn-dev-notices")
    reasons = of_whole(whole)["dn-dev"]
    assert [kind for kind, _ in reasons] == ["spec"]
    whole.replace("generator/templates/providers.tf.j2", "  region = ", "  # Where.\n  region = ")
    assert {kind for kind, _ in of_whole(whole)["dn-dev"]} == {"spec", "generator", "template"}


def test_the_first_specs_of_a_repository_are_all_new(workplace: Workplace) -> None:
    repository = Repository(workplace.environments.parent)
    repository.write("README.md", "nothing yet\n")
    repository.commit()
    workplace.spec("one", MINIMAL)
    outcome = workplace.run("affected", "--since", "HEAD")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("one\n  environments/one.yaml: not an environment at ")
