"""Sync, rollback, resume and history: the module's own code, with the environment's selections, name and state."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.conftest import Shell
from tests.operations.made import ACCOUNT, ENVIRONMENT, Made


def test_dry_run_and_check_say_what_is_behind_and_change_nothing(shell: Shell, made: Made) -> None:
    assert shell("sync", ENVIRONMENT, "--check") == 0
    made.register()
    for flag, operation in (("--dry-run", "dry-run"), ("--check", "check")):
        assert shell("sync", ENVIRONMENT, flag) == 1
        assert " stale" in shell.stdout
        (report,) = shell.json("sync", ENVIRONMENT, flag)
        assert (report["operation"], report["sync"]) == (operation, made.environment.syncs[0].name)
        (outcome,) = report["outcomes"]
        assert (outcome["before"], outcome["after"], outcome["status"]) == (1, 2, "stale")
    assert made.revision() == 1
    assert shell("sync", ENVIRONMENT, "--dry-run", "--check") == 2
    assert "give one" in shell.stderr


def test_sync_rollback_resume_and_their_history(shell: Shell, made: Made) -> None:
    made.register()
    assert shell("sync", ENVIRONMENT) == 0
    assert (made.revision(), " changed" in shell.stdout) == (2, True)

    assert shell("rollback", ENVIRONMENT, "--dry-run") == 1
    assert made.revision() == 2
    assert "would change" in shell.stdout
    assert shell("rollback", ENVIRONMENT) == 0
    assert made.revision() == 1
    assert "rolled back" in shell.stdout
    assert f"`python -m operations resume {ENVIRONMENT}`" in shell.stderr
    assert shell("sync", ENVIRONMENT) == 0, "the safety net does not undo a rollback"
    assert made.revision() == 1
    (row,) = shell.json("targets", ENVIRONMENT)
    assert (row["verdict"], row["newest"]) == ("held", 2)

    assert shell("resume", ENVIRONMENT) == 0
    assert "no longer held: 2" in shell.stdout
    assert shell("sync", ENVIRONMENT) == 0
    assert made.revision() == 2
    assert shell("resume", ENVIRONMENT) == 0
    assert "no revision is held\n" in shell.stderr

    assert shell("history", ENVIRONMENT) == 0
    rows = [line for line in shell.stdout.splitlines() if f"{made.rule.name}/job" in line]
    assert ["1 -> 2" in row for row in rows] == [True, False, True]
    assert "2 -> 1" in rows[1]
    assert "rolled back" in rows[2]
    updates = shell.json("history", ENVIRONMENT)
    assert [update["operation"] for update in updates] == ["sync", "rollback", "sync"]
    assert {update["sync"] for update in updates} == {made.environment.syncs[0].name}


def test_a_job_definition_that_no_target_is_of_is_a_mistake(shell: Shell, made: Made) -> None:
    """A pipeline's check of a name that is misspelt must not be fine for ever."""
    for more in ([], ["--check"], ["--dry-run"]):
        assert shell("sync", ENVIRONMENT, *more, "--job-definition", f"{made.job.definition}x") == 2
        assert f"--job-definition {made.job.definition}x: no target that is kept by " in shell.stderr
    assert shell("sync", ENVIRONMENT, "--check", "--job-definition", made.job.definition) == 0


def test_the_state_is_where_the_automation_has_it(shell: Shell, made: Made) -> None:
    """Lock, history and holds are shared: modules/batch-target-sync calls it so in locals.tf."""
    made.register()
    assert shell("sync", ENVIRONMENT) == 0
    path = f"/batch-target-sync/internal-content-use2-{made.environment.syncs[0].name}"
    found = made.client("ssm").get_parameters_by_path(Path=path, Recursive=True)["Parameters"]
    assert {each["Name"].removeprefix(path) for each in found} >= {"/lock"}
    assert made.environment.syncs[0].settings.name == f"internal-content-use2-{made.environment.syncs[0].name}"


@pytest.mark.usefixtures("made")
def test_what_cannot_begin_is_3_and_says_why(shell: Shell) -> None:
    assert shell("rollback", ENVIRONMENT) == 3
    assert "nothing-to-roll-back: " in shell.stderr
    told = shell.json("rollback", ENVIRONMENT)
    assert told["exit_code"] == 3
    assert "nothing-to-roll-back: " in told["error"]["message"]
    assert shell("history", ENVIRONMENT) == 0
    assert shell.stderr == "nothing has been changed yet\n"
    assert shell.json("history", ENVIRONMENT) == []


def test_what_fails_for_a_target_is_4_and_stands_in_its_row(shell: Shell, made: Made) -> None:
    made.client("batch").deregister_job_definition(jobDefinition=made.definition(1))
    assert shell("sync", ENVIRONMENT) == 4
    assert "no-active-revision: " in shell.stdout


def test_one_sync_is_chosen_by_its_name(shell: Shell, made: Made) -> None:
    name = made.environment.syncs[0].name
    assert shell("sync", ENVIRONMENT, "--sync", name) == 0
    assert shell("sync", ENVIRONMENT, "--sync", "other") == 2
    assert shell.stderr == f"--sync other: {ENVIRONMENT} has no target sync of that name; there are {name}\n"
    assert made.revision() == 1


class TestWithoutTargetSyncs:
    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        del specification["target_syncs"]
        job = specification["workflows"]["shop"]["rules"]["report"]["targets"]["job"]["submit_job"]
        del job["synced"]
        return specification

    def test_it_is_said_what_to_write(self, shell: Shell) -> None:
        for command in ("sync", "rollback", "resume", "history"):
            assert shell(command, ENVIRONMENT) == 2
            assert f"environments/{ENVIRONMENT}.yaml:\n  target_syncs:\n" in shell.stderr
        assert shell("sync", ENVIRONMENT, "--if-any") == 0
        assert shell.json("sync", ENVIRONMENT, "--if-any") == []

    def test_a_target_that_nobody_keeps_is_listed_with_its_verdict(self, shell: Shell, made: Made) -> None:
        made.register()
        (row,) = shell.json("targets", ENVIRONMENT)
        assert (row["verdict"], row["kept_by"]) == ("stale", "")


class TestSeveralSyncs:
    """A second one, of a bus that is made elsewhere and is not there."""

    @pytest.fixture
    def specification(self, specification: dict[str, Any]) -> dict[str, Any]:
        (unique,) = specification["target_syncs"]
        selection = {"bus": f"{unique}-elsewhere", "rule": "nightly"}
        roles = [f"arn:aws:iam::{ACCOUNT}:role/{unique}"]
        for name in ("a-elsewhere", "z-elsewhere"):
            state = {"state_path": f"/{unique}/{name}"}
            specification["target_syncs"][name] = {"selections": [selection], "role_arns": roles} | state
            selection = selection | {"rule": "weekly"}
        return specification

    def test_the_worst_is_the_exit_code_and_the_rest_is_done(self, shell: Shell, made: Made) -> None:
        made.register()
        assert shell("sync", ENVIRONMENT) == 4
        assert shell.stdout.count("bus-not-found: ") == 2
        assert made.revision() == 2

    def test_a_rollback_is_of_one_that_is_named(self, shell: Shell, made: Made) -> None:
        (own,) = (each.name for each in made.environment.syncs if "elsewhere" not in each.name)
        made.register()
        assert shell("sync", ENVIRONMENT, "--sync", own) == 0
        assert shell("rollback", ENVIRONMENT) == 2
        assert "several target syncs, each with its own history: --sync a-elsewhere, " in shell.stderr
        assert made.revision() == 2
        assert shell("rollback", ENVIRONMENT, "--sync", own) == 0
        assert made.revision() == 1


class TestLive:
    """What is asked before the real account is changed, here with the sandbox in its place."""

    def test_sync_asks_only_where_something_would_change(self, shell: Shell, made: Made, asked: list[str]) -> None:
        assert shell("sync", ENVIRONMENT, "--live") == 0
        assert asked == []
        made.register()
        assert shell("sync", ENVIRONMENT, "--live", "--check") == 1
        assert asked == []
        assert shell("sync", ENVIRONMENT, "--live") == 0
        assert asked == [f"{ENVIRONMENT} {ACCOUNT}"]
        assert f"{made.rule.name}/job: " in shell.stderr
        assert made.revision() == 2

    def test_yes_is_an_answer(self, shell: Shell, made: Made, asked: list[str]) -> None:
        made.register()
        assert shell("sync", ENVIRONMENT, "--live", "--yes") == 0
        assert shell("rollback", ENVIRONMENT, "--live", "--yes") == 0
        assert shell("resume", ENVIRONMENT, "--live", "--yes") == 0
        assert asked == []

    def test_rollback_and_resume_ask(self, shell: Shell, made: Made, asked: list[str]) -> None:
        made.register()
        shell("sync", ENVIRONMENT)
        shell("rollback", ENVIRONMENT, "--live", "--dry-run")
        assert asked == []
        assert shell("rollback", ENVIRONMENT, "--live") == 0
        assert f"{made.rule.name}/job: " in shell.stderr.splitlines()[1], "before it is asked"
        assert shell("resume", ENVIRONMENT, "--live") == 0
        assert len(asked) == 2
