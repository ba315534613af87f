"""The templates are valid, call only targets that exist, plan nothing after an approval, and hold no keys."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for
from ruamel.yaml import YAML

from harness import target
from tests.support.planning import REPOSITORY

FOLDER = REPOSITORY / "pipelines"
GITHUB, BITBUCKET = FOLDER / "github-actions.yml", FOLDER / "bitbucket-pipelines.yml"
TEMPLATES = [GITHUB, BITBUCKET]
SCHEMAS = {GITHUB: "vendor.github-workflows", BITBUCKET: "vendor.bitbucket-pipelines"}
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
VARIABLES = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, flags=re.MULTILINE))
MAKE = re.compile(r"""\bmake ([a-z-]+)((?: [A-Z]+=(?:"[^"]*"|[^\s"]*))*)""")
SPOILT = {  # what a schema must notice
    GITHUB: [("runs-on:", "run-on:"), ("steps:", "step:"), ("id-token: write", "id-token: all"), ("needs:", "need:")],
    BITBUCKET: [
        ("trigger: manual", "trigger: by-hand"),
        ("oidc: true", "oidc: sure"),
        ("max-time: 60", "max-time: 1h"),
    ],
}


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def problems(schema: str, document: Any) -> list[str]:
    rules = get_builtin_schema(schema)
    return [error.message for error in validator_for(rules)(rules).iter_errors(document)]


def scripts(document: Any) -> Iterator[str]:
    """Every piece of shell of a template."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key == "script":
                yield "\n".join(value)
            else:
                yield from scripts(value)
    elif isinstance(document, list):
        for item in document:
            yield from scripts(item)


def made(script: str) -> list[tuple[str, set[str]]]:
    """The targets that a script makes, each with the variables it is given."""
    return [(name, set(re.findall(r" ([A-Z]+)=", given))) for name, given in MAKE.findall(script)]


def github_jobs() -> dict[str, Any]:
    jobs: dict[str, Any] = load(GITHUB)["jobs"]
    return jobs


def bitbucket_steps(pipeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [inner["step"] for item in pipeline for inner in item.get("parallel", [item])]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_the_template_is_what_its_schema_allows(path: Path) -> None:
    document = load(path)
    assert problems(SCHEMAS[path], document) == []
    assert path == BITBUCKET or problems("custom.github-workflows-require-timeout", document) == []


@pytest.mark.parametrize(
    ("path", "old", "new"), [(path, old, new) for path, changes in SPOILT.items() for old, new in changes]
)
def test_the_schema_would_notice(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    assert problems(SCHEMAS[path], YAML(typ="safe").load(text.replace(old, new))) != []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_make_is_of_a_target_there_is_with_variables_it_knows(path: Path) -> None:
    found = [call for script in scripts(load(path)) for call in made(script)]
    assert {"check", "test", "affected", "matrix", "plan", "summary", "apply"} <= {name for name, _ in found}
    assert {name for name, _ in found} <= TARGETS
    assert {variable for _, variables in found for variable in variables} <= VARIABLES
    calls = [call for script in scripts(load(path)) for call in re.findall(r"\bmake [a-z]", script)]
    assert len(found) == len(calls), "a call that this test cannot read"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_but_make_touches_terraform_or_python(path: Path) -> None:
    for script in scripts(load(path)):
        assert not re.search(r"\b(terraform|python3?|pip|aws)\s", script), script


@pytest.mark.parametrize("path", [*TEMPLATES, FOLDER / "README.md"], ids=lambda path: path.name)
def test_no_key_is_anywhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"AWS_ACCESS_KEY|AWS_SECRET|aws-access-key|aws-secret|secrets\.\w|AKIA[0-9A-Z]{12}", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_script_is_one_that_bash_can_read(path: Path) -> None:
    for script in scripts(load(path)):
        assert "${{" not in script, "what an event says is given as a variable, never as text of the shell"
        subprocess.run(["bash", "-n"], input=script, check=True, text=True)


def test_a_failure_in_a_pipe_is_a_failure() -> None:
    assert load(GITHUB)["defaults"] == {"run": {"shell": "bash"}}
    assert all("set -euo pipefail" in script for script in scripts(load(BITBUCKET)) if " | " in script)


def test_every_action_is_pinned_by_the_hash_of_a_commit_with_its_version_beside_it() -> None:
    uses = re.findall(r"uses: (.*)$", GITHUB.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_only_the_jobs_that_take_a_role_may_ask_for_a_token() -> None:
    document = load(GITHUB)
    assert document["permissions"] == {"contents": "read"}
    for name, job in github_jobs().items():
        takes_role = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        permissions = job.get("permissions", {})
        assert (permissions.get("id-token") == "write") is takes_role, name
        assert ("pull-requests" in permissions) is (name == "comment"), name
        assert "write" not in [value for key, value in permissions.items() if key not in {"id-token", "pull-requests"}]


def test_the_two_roles_are_two_and_each_has_its_job() -> None:
    roles = {
        name: step["with"]["role-to-assume"]
        for name, job in github_jobs().items()
        for step in job["steps"]
        if "role-to-assume" in step.get("with", {})
    }
    assert set(roles) == {"plan", "apply"}
    assert "vars.PLAN_ROLE || 'punctual-plan'" in roles["plan"]
    assert "vars.APPLY_ROLE || 'punctual-apply'" in roles["apply"]


def test_github_applies_what_was_saved_and_plans_nothing() -> None:
    apply = github_jobs()["apply"]
    assert made("\n".join(scripts(apply))) == [("apply", {"ENV", "LIVE", "SAVED", "YES"})]
    assert apply["environment"] == "${{ matrix.environment }}", "its reviewers are the approval"
    assert apply["concurrency"] == {"group": "apply-${{ matrix.environment }}", "cancel-in-progress": False}
    assert "github.event_name != 'pull_request'" in apply["if"]
    assert "github.ref == 'refs/heads/main'" in apply["if"]
    kept = [step["with"] for step in github_jobs()["plan"]["steps"] if "upload-artifact" in step.get("uses", "")]
    fetched = [step["with"] for step in apply["steps"] if "download-artifact" in step.get("uses", "")]
    assert [(item["name"], item["path"]) for item in fetched] == [
        (item["name"], item["path"]) for item in kept if "saved" in item["path"]
    ]
    assert all(item["include-hidden-files"] is True for item in kept), "else nothing under .build is kept"


def test_github_keeps_no_plan_whose_verdict_is_no_and_the_review_all_the_same() -> None:
    steps = {step["name"]: step for step in github_jobs()["plan"]["steps"] if "name" in step}
    names = list(steps)
    assert names.index("Plan and review") < names.index("Keep the plan for the apply")
    plan = steps["Plan and review"]
    assert "continue-on-error" not in plan
    assert plan["run"].startswith('make plan ENV="$ENVIRONMENT" LIVE=1')
    # A step without one of these runs only if all before it did their work.
    status = ("always()", "cancelled()", "failure()", "success()")
    assert not any(each in steps["Keep the plan for the apply"]["if"] for each in status)
    kept = steps["Keep the review"]
    assert "!cancelled()" in kept["if"]
    assert kept["with"]["path"].split() == [".build/*/review.*", ".build/*/summary.md"]


def test_a_pull_request_of_a_fork_gets_no_role_and_no_comment() -> None:
    for name in ("plan", "comment"):
        assert "github.event.pull_request.head.repo.full_name == github.repository" in github_jobs()[name]["if"]
    assert "pull_request_target" not in GITHUB.read_text(encoding="utf-8")


def test_the_comment_is_written_whatever_becomes_of_the_jobs_before_it() -> None:
    comment = github_jobs()["comment"]
    assert set(comment["needs"]) == {"check", "affected", "plan"}
    assert comment["if"].split(" && ")[:2] == ["!cancelled()", "github.event_name == 'pull_request'"]
    assert ".result" not in comment["if"], "also when nothing is planned, or a check fails"
    (fetch,) = [step for step in comment["steps"] if "download-artifact" in step.get("uses", "")]
    assert fetch["if"] == "needs.plan.result != 'skipped'"


def test_a_merge_queue_is_checked_and_nothing_is_planned_there() -> None:
    document = load(GITHUB)
    assert "merge_group" in document.get("on", document.get(True))
    assert "if" not in document["jobs"]["check"]
    assert document["jobs"]["affected"]["if"] == "github.event_name != 'merge_group'"
    assert "affected" in document["jobs"]["plan"]["needs"]


def test_bitbucket_applies_each_environment_by_hand_one_at_a_time_and_plans_nothing() -> None:
    main = bitbucket_steps(load(BITBUCKET)["pipelines"]["branches"]["main"])
    applies = [step for step in main if "apply" in dict(made("\n".join(step["script"])))]
    assert applies
    for step in applies:
        calls = made("\n".join(step["script"]))
        assert ("apply", {"ENV", "LIVE", "SAVED", "YES"}) in calls
        assert "plan" not in dict(calls)
        assert (step["trigger"], step["oidc"]) == ("manual", True)
    deployments = [step["deployment"] for step in applies]
    assert len(deployments) == len(set(deployments))
    assert set(target.names()) <= set(deployments), "each environment has a step that applies it"


def test_bitbucket_has_no_deployments_of_two_types_in_one_parallel_set() -> None:
    """Bitbucket refuses such a set; production is the last of what is applied one after the other."""
    main = load(BITBUCKET)["pipelines"]["branches"]["main"]
    for item in main:
        types = {inner["step"].get("deployment", "").rpartition("-")[2] for inner in item.get("parallel", [])}
        assert len(types) <= 1
    assert bitbucket_steps(main)[-1]["deployment"] == "dn-prod"


def test_bitbucket_pull_requests_change_nothing() -> None:
    for pipeline in load(BITBUCKET)["pipelines"]["pull-requests"].values():
        for step in bitbucket_steps(pipeline):
            assert "apply" not in dict(made("\n".join(step["script"])))
            assert "deployment" not in step


def test_the_image_has_the_terraform_that_github_plans_with() -> None:
    dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    (version,) = re.findall(r"^FROM hashicorp/terraform:(\S+) AS", dockerfile, flags=re.MULTILINE)
    assert load(GITHUB)["env"]["TERRAFORM_VERSION"] == version
