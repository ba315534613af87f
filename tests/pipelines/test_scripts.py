"""The scripts of the templates really run, with programs beside them that only write down what they were asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.planning import REPOSITORY

FAKE = """\
#!/bin/bash
# Writes down its name, its arguments and the role it would have, then does what the test wants.
token="${AWS_WEB_IDENTITY_TOKEN_FILE:+ token=$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")}"
printf '%s\\n' "${0##*/} $* ${AWS_ROLE_ARN:-}$token" >> "$CALLS"
"""
MATRIX = "dn-dev\\t867653852961\\tus-east-1\\ndn-prod\\t111122223333\\teu-west-1\\n"


class Runner:
    """A folder to run scripts in, and a PATH with fakes in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        (folder / "bin").mkdir()
        (folder / ".build").mkdir()

    def fake(self, name: str, *lines: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(FAKE + "\n".join(lines) + "\n")
        path.chmod(0o755)

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run as both services do: bash that ends at the first failure."""
        environment = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "CALLS": str(self.calls)} | variables
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip

    def called(self, name: str) -> list[str]:
        return [line.strip() for line in self.calls.read_text().splitlines() if line.startswith(name)]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    runner = Runner(tmp_path)
    runner.fake(
        "make",
        'case "$1 $*" in',
        '"matrix "*JSON=1*) echo "[]" ;;',
        f"\"matrix \"*) printf '{MATRIX}' ;;",
        '"plan "*ENV=$FAILS*) exit 2 ;;',
        # Reads standard input, as a program may that the loop must not be eaten by.
        '"plan "*ENV=*) cat; mkdir -p ".build/${2#ENV=}/saved"; touch ".build/${2#ENV=}/saved/plan.meta.json" ;;',
        '"summary "*) echo "## all" > .build/summary.md; echo "{}" > .build/code-insights.json ;;',
        "esac",
    )
    runner.fake("curl")
    runner.fake("git")
    return runner


def bitbucket(*path: str | int) -> str:
    """The script of a step."""
    found: Any = YAML(typ="safe").load((REPOSITORY / "pipelines" / "bitbucket-pipelines.yml").read_text("utf-8"))
    for part in ("pipelines", *path, "script"):
        found = found[part]
    return "\n".join(found)


def github(job: str, name: str) -> str:
    """The script of a step of a job."""
    found: Any = YAML(typ="safe").load((REPOSITORY / "pipelines" / "github-actions.yml").read_text("utf-8"))
    (script,) = [step["run"] for step in found["jobs"][job]["steps"] if step.get("name") == name]
    return str(script)


VARIABLES = {
    "BITBUCKET_STEP_OIDC_TOKEN": "a-token",
    "BITBUCKET_BUILD_NUMBER": "7",
    "BITBUCKET_WORKSPACE": "us",
    "BITBUCKET_REPO_SLUG": "ours",
    "BITBUCKET_COMMIT": "abc",
    "BITBUCKET_PR_DESTINATION_BRANCH": "main",
}


def test_bitbucket_plans_each_with_its_own_account_s_role(runner: Runner) -> None:
    done = runner.run(bitbucket("pull-requests", "**", 1, "step"), FAILS="none", **VARIABLES)
    assert done.returncode == 0, done.stderr
    assert runner.called("git") == ["git fetch origin main"]
    assert runner.called("make plan") == [
        "make plan ENV=dn-dev LIVE=1 arn:aws:iam::867653852961:role/punctual-plan token=a-token",
        "make plan ENV=dn-prod LIVE=1 arn:aws:iam::111122223333:role/punctual-plan token=a-token",
    ]
    assert runner.called("make matrix")[0].startswith("make matrix SINCE=FETCH_HEAD")
    assert runner.called("make summary")[0].startswith("make summary ENVS=dn-dev dn-prod")
    (report,) = runner.called("curl")
    assert "http://api.bitbucket.org/2.0/repositories/us/ours/commit/abc/reports/punctual-plans" in report
    assert "## all" in done.stdout


def test_bitbucket_plans_the_others_when_one_fails_reports_and_then_fails(runner: Runner) -> None:
    done = runner.run(bitbucket("pull-requests", "**", 1, "step"), FAILS="dn-dev", PLAN_ROLE="readers", **VARIABLES)
    assert done.returncode == 1
    assert "no plan that may be applied: dn-dev" in done.stderr
    assert len(runner.called("make plan")) == 2
    assert all(":role/readers" in call for call in runner.called("make plan"))
    assert len(runner.called("curl")) == 1


def test_bitbucket_on_main_plans_everything(runner: Runner) -> None:
    done = runner.run(bitbucket("branches", "main", 1, "step"), FAILS="none", **VARIABLES)
    assert done.returncode == 0, done.stderr
    assert runner.called("make matrix")[0].rstrip() == "make matrix SINCE="


def test_bitbucket_on_main_goes_on_with_what_was_planned_and_fails_without_a_plan(runner: Runner) -> None:
    script = bitbucket("branches", "main", 1, "step")
    one = runner.run(script, FAILS="dn-prod", **VARIABLES)
    assert one.returncode == 0, one.stderr
    assert "no plan that may be applied: dn-prod" in one.stderr
    shutil.rmtree(runner.folder / ".build" / "dn-dev")
    none = runner.run(script, FAILS="dn-", **VARIABLES)
    assert none.returncode == 1
    assert "no plan that may be applied: dn-dev dn-prod" in none.stderr


def test_bitbucket_applies_nothing_of_what_is_still_to_be_filled_in(runner: Runner) -> None:
    script = bitbucket("branches", "main", 3, "step")
    done = runner.run(script, BITBUCKET_DEPLOYMENT_ENVIRONMENT="dn-stage", **VARIABLES)
    assert done.returncode == 1
    assert "dn-stage cannot be applied yet" in done.stderr
    assert runner.called("make apply") == []


def test_bitbucket_applies_the_saved_plan_of_its_deployment(runner: Runner) -> None:
    script = bitbucket("branches", "main", 3, "step")
    done = runner.run(script, BITBUCKET_DEPLOYMENT_ENVIRONMENT="dn-prod", **VARIABLES)
    assert done.returncode == 0, done.stderr
    assert runner.called("make apply") == [
        "make apply ENV=dn-prod LIVE=1 SAVED=1 YES=1 arn:aws:iam::111122223333:role/punctual-apply token=a-token"
    ]
    assert runner.called("make plan") == []


def test_github_gives_the_matrix_to_the_jobs(runner: Runner) -> None:
    output = runner.folder / "output"
    script = github("affected", "Which environments this touches, and why")
    done = runner.run(script, SINCE="abc", GITHUB_OUTPUT=str(output), FAILS="none")
    assert done.returncode == 0, done.stderr
    assert output.read_text() == "matrix=[]\nnames=dn-dev dn-prod\n"
    assert runner.called("git") == ["git merge-base --is-ancestor abc HEAD"]
    assert len(runner.called("make affected SINCE=abc")) == 1


@pytest.mark.parametrize("since", ["first", "before", "gone", "elsewhere"])
def test_github_takes_every_environment_when_the_commit_before_is_not_in_the_history(
    runner: Runner, since: str
) -> None:
    """A real repository: two commits, one that a forced push took away, and one that was never here."""
    (runner.folder / "bin" / "git").unlink()
    git = ["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]

    def commit(message: str) -> str:
        command = [*git, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", f"--message={message}"]
        subprocess.run(command, cwd=runner.folder, check=True)
        head = subprocess.run(
            [*git, "rev-parse", "HEAD"], cwd=runner.folder, check=True, capture_output=True, text=True
        )
        return head.stdout.strip()

    subprocess.run([*git, "init", "--quiet"], cwd=runner.folder, check=True)
    commits = {"first": "0" * 40, "elsewhere": "a" * 40, "before": commit("One"), "gone": commit("Two")}
    subprocess.run([*git, "reset", "--quiet", "--hard", commits["before"]], cwd=runner.folder, check=True)
    commit("Three")
    script = github("affected", "Which environments this touches, and why")
    output = str(runner.folder / "output")
    done = runner.run(script, SINCE=commits[since], GITHUB_OUTPUT=output, FAILS="none")
    assert done.returncode == 0, done.stderr
    known = since == "before"
    assert len(runner.called("make affected")) == (1 if known else 0)
    expected = f"make matrix SINCE={commits[since] if known else ''} JSON=1"
    assert runner.called("make matrix")[0].rstrip() == expected
    assert ("every environment is planned" in done.stdout) is not known


def test_github_by_hand_takes_every_environment(runner: Runner) -> None:
    script = github("affected", "Which environments this touches, and why")
    done = runner.run(script, SINCE="", GITHUB_OUTPUT=str(runner.folder / "output"), FAILS="none")
    assert done.returncode == 0, done.stderr
    assert runner.called("make affected") == []
    assert runner.called("make matrix")[0].rstrip() == "make matrix SINCE= JSON=1"


COMMENT = {"REPOSITORY": "us/ours", "NUMBER": "5", "COMMIT": "c0ffee", "CHECK": "success"}


@pytest.mark.parametrize("there", [False, True], ids=["first", "again"])
def test_github_has_one_comment_and_updates_it(runner: Runner, *, there: bool) -> None:
    (runner.folder / ".build" / "summary.md").write_text("## all\n")
    ids = "echo 41; echo 42" if there else ":"
    runner.fake("gh", f'case "$*" in */comments*--jq*) {ids} ;; *--jq*) echo c0ffee ;; esac')
    script = github("comment", "Comment, or update the comment that is there")
    done = runner.run(script, **COMMENT)
    assert done.returncode == 0, done.stderr
    _, asked, sent = runner.called("gh")
    assert "repos/us/ours/issues/5/comments" in asked
    expected = (
        "--method PATCH repos/us/ours/issues/comments/41" if there else "--method POST repos/us/ours/issues/5/comments"
    )
    assert f"{expected} --field body=@.build/comment.md" in sent
    first, *lines = (runner.folder / ".build" / "comment.md").read_text().splitlines()
    assert first.startswith("<!-- punctual"), "it is found again by its beginning"
    assert lines == ["", "Commit c0ffee, check: success.", "", "## all"]


def test_github_leaves_the_comment_to_the_newest_commit_s_run(runner: Runner) -> None:
    (runner.folder / ".build" / "summary.md").write_text("## all\n")
    runner.fake("gh", "echo decaf")
    done = runner.run(github("comment", "Comment, or update the comment that is there"), **COMMENT)
    assert done.returncode == 0, done.stderr
    assert runner.called("gh") == ["gh api repos/us/ours/pulls/5 --jq .head.sha"]


@pytest.mark.parametrize(("affected", "text"), [("success", "## all\n"), ("failure", "**There is no plan**")])
def test_github_says_so_when_it_cannot_tell_what_is_touched(runner: Runner, affected: str, text: str) -> None:
    done = runner.run(github("comment", "Put them into one"), AFFECTED=affected, NAMES="", FAILS="none")
    assert done.returncode == 0, done.stderr
    assert (runner.folder / ".build" / "summary.md").read_text().startswith(text)
