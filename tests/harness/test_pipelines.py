"""What a pipeline is told: which environments, with which account, and what reviewers read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import pipelines, target
from harness.errors import WrongUseError
from harness.target import Target

PROD, STAGE = Target("prod", "111122223333", "eu-west-1"), Target("stage", "FILL_IN", "eu-west-1")


def test_the_names_come_from_what_the_generator_writes() -> None:
    text = json.dumps({"since": "abc", "environments": [{"environment": "prod", "reasons": []}], "removed": ["old"]})
    assert pipelines.affected(text) == ["prod"]


@pytest.mark.parametrize("text", ["", "prod", "[]", "{}", '{"environments": ["prod"]}', '{"environments": 1}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(WrongUseError, match="generator affected --json"):
        pipelines.affected(text)


def test_an_environment_whose_account_is_not_filled_in_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "read", {"prod": PROD, "stage": STAGE}.__getitem__)
    assert pipelines.jobs(["prod", "stage"]) == (
        [PROD],
        ["stage is not planned: its account is FILL_IN, no account number yet"],
    )


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(WrongUseError, match="did you mean dn-dev"):
        pipelines.jobs(["dn-deb"])


def test_a_matrix_is_one_line_and_a_loop_has_a_line_for_each() -> None:
    assert pipelines.as_json([PROD]) == '[{"environment":"prod","account":"111122223333","region":"eu-west-1"}]\n'
    assert pipelines.as_json([]) == "[]\n"
    assert pipelines.as_lines([PROD, STAGE]) == "prod\t111122223333\teu-west-1\nstage\tFILL_IN\teu-west-1\n"
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
