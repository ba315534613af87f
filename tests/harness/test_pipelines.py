"""What a pipeline is told: which environments, with which account, and what reviewers read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness import pipelines
from harness.errors import WrongUseError
from harness.target import Target
from tests.support.planning import REPOSITORY

PROD, STAGE = Target("prod", "111122223333", "eu-west-1"), Target("stage", "444455556666", "us-east-1")


def test_the_names_come_from_what_the_generator_writes() -> None:
    text = json.dumps({"since": "abc", "environments": [{"environment": "prod", "reasons": []}], "removed": ["old"]})
    assert pipelines.affected(text) == ["prod"]


@pytest.mark.parametrize("text", ["", "prod", "[]", "{}", '{"environments": ["prod"]}', '{"environments": 1}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(WrongUseError, match="generator affected --json"):
        pipelines.affected(text)


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """One environment that is whole, and two that wait for values, one of which their base asks for."""
    folder = tmp_path / "environments"
    folder.mkdir()
    texts = {
        "base": "abstract: true\nregion: eu-west-1\ndefaults:\n  task:\n    image: FILL_IN\n",
        "prod": 'account: "111122223333"\nregion: eu-west-1 # not FILL_IN\n',
        "stage": "extends: base\naccount: FILL_IN\n",
        "test": 'extends: base\naccount: "444455556666"\nnetwork:\n  subnets:\n    - FILL_IN\n',
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_an_environment_that_is_still_to_be_filled_in_is_left_out_and_every_place_is_said(
    environments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(environments.parent)
    found, left_out = pipelines.jobs(["prod", "stage", "test"], environments)
    assert found == [PROD]
    default, why = "environments/base.yaml:5 defaults.task.image", "is not planned, since FILL_IN is a placeholder"
    assert left_out == [
        f"stage {why}: {default}, environments/stage.yaml:2 account",
        f"test {why}: {default}, environments/test.yaml:5 network.subnets[0]",
    ]


@pytest.mark.parametrize("since", [None, '{"environments": [{"environment": "dn-dev"}, {"environment": "dn-prod"}]}'])
def test_the_matrix_of_this_repository_goes_on_without_production_until_it_is_filled_in(since: str | None) -> None:
    """The command that the Makefile calls, with the specifications as they are."""
    command = [sys.executable, "-m", "harness", "matrix", "--json", *([] if since else ["--all"])]
    done = subprocess.run(command, cwd=REPOSITORY, input=since, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    planned = ["dn-dev"] if since else ["dn-dev", "mvp-development"]
    assert [entry["environment"] for entry in json.loads(done.stdout)] == planned
    (line,) = done.stderr.splitlines()
    assert line.startswith("dn-prod is not planned, since FILL_IN is a placeholder: environments/dn-prod.yaml:")
    assert " account, " in line
    assert " network.security_group_ids[0]" in line
    assert line.endswith(" tasks.cmscustomidcleanup.permissions.appsync_graphql[0].api_id")


def test_a_specification_that_cannot_be_read_is_refused(environments: Path) -> None:
    (environments / "prod.yaml").write_text("account: [\n")
    with pytest.raises(WrongUseError, match=r"prod\.yaml:"):
        pipelines.jobs(["prod"], environments)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(WrongUseError, match="did you mean dn-dev"):
        pipelines.jobs(["dn-deb"])


def test_a_matrix_is_one_line_and_a_loop_has_a_line_for_each() -> None:
    assert pipelines.as_json([PROD]) == '[{"environment":"prod","account":"111122223333","region":"eu-west-1"}]\n'
    assert pipelines.as_json([]) == "[]\n"
    assert pipelines.as_lines([PROD, STAGE]) == "prod\t111122223333\teu-west-1\nstage\t444455556666\tus-east-1\n"
    assert pipelines.as_lines([]) == ""


def test_a_report_has_the_headings_and_fails_when_a_plan_is_missing(tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "summary.md").write_text("## prod plan: 1 to destroy\n\nmore\n")
    report = json.loads(pipelines.code_insights(tmp_path, ["prod"]))
    assert (report["result"], report["details"]) == ("PASSED", "prod plan: 1 to destroy")
    report = json.loads(pipelines.code_insights(tmp_path, ["prod", "stage"]))
    assert (report["result"], report["details"]) == (
        "FAILED",
        "stage: there is no plan\nprod plan: 1 to destroy",
    )


def test_a_report_is_no_longer_than_bitbucket_takes(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"e{number}").mkdir()
        (tmp_path / f"e{number}" / "summary.md").write_text(f"## e{number} plan: no changes\n")
    report = json.loads(pipelines.code_insights(tmp_path, [f"e{number}" for number in range(200)]))
    assert len(report["details"]) <= 2_000


def reviewed(folder: Path, verdict: str, *, passes: bool) -> None:
    folder.mkdir()
    (folder / "summary.md").write_text("## prod plan: 1 to destroy\n")
    (folder / "review.md").write_text(f"## prod: {verdict}\n")
    (folder / "review.json").write_text(json.dumps({"passes": passes}))


@pytest.mark.parametrize(("passes", "result"), [(True, "PASSED"), (False, "FAILED")])
def test_a_report_of_a_review_has_its_verdict(tmp_path: Path, passes: bool, result: str) -> None:
    reviewed(tmp_path / "prod", "what it says", passes=passes)
    report = json.loads(pipelines.code_insights(tmp_path, ["prod"]))
    assert (report["result"], report["details"]) == (result, "prod: what it says")
    text, _ = pipelines.write_summary(tmp_path, ["prod"])
    assert text.read_text() == "## prod: what it says\n"


def test_a_review_that_cannot_be_read_is_no_verdict(tmp_path: Path) -> None:
    reviewed(tmp_path / "prod", "yes", passes=True)
    (tmp_path / "prod" / "review.json").write_text("[]")
    with pytest.raises(WrongUseError, match="is not what `make review` writes"):
        pipelines.code_insights(tmp_path, ["prod"])
