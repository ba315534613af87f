"""A saved plan is applied as it was read, or not at all."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness import saved_plan
from harness.errors import WrongUseError
from harness.saved_plan import Circumstances
from harness.workspace import Workspace

NOW = Circumstances("dev", live=False, state="/box/one/terraform.tfstate", configuration="c0ffee", terraform="1.11.4")


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A working folder after a plan."""
    space = Workspace(tmp_path, Path(NOW.state))
    space.plan_file.write_bytes(b"a plan")
    (tmp_path / ".terraform.lock.hcl").write_text("# a lock\n")
    return space


def saved(space: Workspace, *, destroy: bool = False) -> Path:
    saved_plan.keep(space, NOW, destroy=destroy, commit="0123456789abcdef+")
    return space.folder / "saved"


def test_what_is_kept_is_all_that_another_machine_needs_and_only_its_owner_reads_it(space: Workspace) -> None:
    folder = saved(space)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "plan.meta.json"} == {
        "plan.tfplan": b"a plan",
        "terraform.lock.hcl": b"# a lock\n",
    }
    assert folder.stat().st_mode & 0o077 == 0
    record = saved_plan.read(folder, "dev")
    assert (record.commit, record.terraform, record.destroy) == ("0123456789abcdef+", "1.11.4", False)
    assert str(record).endswith(", commit 0123456789ab with changes")
    saved_plan.require_applicable(record, NOW, folder / "plan.tfplan", current=True)


def test_a_new_plan_replaces_the_one_before(space: Workspace) -> None:
    folder = saved(space)
    (folder / "of-the-one-before").touch()
    saved(space)
    assert sorted(path.name for path in folder.iterdir()) == ["plan.meta.json", "plan.tfplan", "terraform.lock.hcl"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"environment": "prod"}, "it is a plan of dev, not of prod"),
        ({"live": True, "state": ""}, "it was made in the sandbox, and would be applied for the real account"),
        ({"state": "/box/two/terraform.tfstate"}, "the sandbox it was made in is gone"),
        ({"configuration": "decaf"}, "roots/dev or a module that it uses has changed since"),
        ({"terraform": "1.12.0"}, "Terraform 1.11.4 made it, and this is 1.12.0"),
    ],
)
def test_whatever_it_was_made_from_must_be_as_it_was(space: Workspace, changed: dict[str, object], reason: str) -> None:
    folder = saved(space)
    with pytest.raises(WrongUseError) as refused:
        saved_plan.require_applicable(
            saved_plan.read(folder, "dev"),
            replace(NOW, **changed),  # type: ignore[arg-type]
            folder / "plan.tfplan",
            current=True,
        )
    reasons = [line for line in str(refused.value).splitlines() if line.startswith("  - ")]
    assert len(reasons) == 1
    assert reason in reasons[0]


def test_every_reason_is_said_at_once(space: Workspace) -> None:
    folder = saved(space, destroy=True)
    (folder / "plan.tfplan").write_bytes(b"another plan")
    with pytest.raises(WrongUseError) as refused:
        saved_plan.require_applicable(
            saved_plan.read(folder, "dev"), replace(NOW, terraform="1.12.0"), folder / "plan.tfplan", current=False
        )
    said = str(refused.value)
    assert "the plan file is not the one that was saved" in said
    assert "it destroys everything" in said
    assert "Terraform 1.11.4 made it" in said
    assert "roots/dev is not what environments/ asks for" in said


@pytest.mark.parametrize(
    ("made_live", "apply_live", "first"),
    [
        (
            False,
            False,
            "`make apply ENV=dev` plans, applies, and leaves the sandbox up; what `make plan ENV=dev` saves",
        ),
        (True, False, "`make apply ENV=dev` plans, applies, and leaves the sandbox up; what `make plan ENV=dev` saves"),
        (False, True, "`make plan ENV=dev LIVE=1` saves a new one"),
    ],
)
def test_what_to_do_leads_to_a_plan_that_can_be_applied(
    space: Workspace, made_live: bool, apply_live: bool, first: str
) -> None:
    """In a sandbox that is up: a plan that was made in one that is gone again would be refused once more."""
    states = {True: "", False: "/box/two/terraform.tfstate"}
    made = replace(NOW, live=made_live, state="" if made_live else NOW.state)
    saved_plan.keep(space, made, destroy=False, commit="")
    folder = space.folder / "saved"
    with pytest.raises(WrongUseError) as refused:
        saved_plan.require_applicable(
            saved_plan.read(folder, "dev"),
            replace(NOW, live=apply_live, state=states[apply_live]),
            folder / "plan.tfplan",
            current=True,
        )
    assert str(refused.value).splitlines()[-1].startswith(f"  what to do: {first}")


@pytest.mark.parametrize("gone", ["plan.meta.json", "plan.tfplan", "terraform.lock.hcl"])
def test_a_part_of_one_is_none(space: Workspace, gone: str) -> None:
    folder = saved(space)
    (folder / gone).unlink()
    with pytest.raises(
        WrongUseError, match=rf"there is no saved plan of dev \(.*{gone} is not there\).*make plan ENV=dev"
    ):
        saved_plan.read(folder, "dev")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "not JSON", '{"live": 1}', '{"live": "no"}', '{"unknown": true}', '{"made": null}']
)
def test_a_record_that_is_none_is_refused(space: Workspace, text: str) -> None:
    folder = saved(space)
    meta = folder / "plan.meta.json"
    given = json.loads(text) if text.startswith("{") else None
    meta.write_text(json.dumps(json.loads(meta.read_text()) | given) if given else text)
    with pytest.raises(WrongUseError, match="make plan ENV=dev"):
        saved_plan.read(folder, "dev")


def test_it_is_used_up(space: Workspace) -> None:
    folder = saved(space)
    saved_plan.use_up(space)
    assert not folder.exists()
    assert space.plan_file.read_bytes() == b"a plan"


def test_the_commit_says_whether_files_differ_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert saved_plan.git_commit(tmp_path) == "", "not a git repository"
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Somebody")
        monkeypatch.setenv(f"{name}_EMAIL", "somebody@example.com")
    (tmp_path / "file").write_text("one")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=One", "--no-gpg-sign"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert saved_plan.git_commit(tmp_path) == head.strip()
    (tmp_path / "file").write_text("two")
    assert saved_plan.git_commit(tmp_path) == head.strip() + "+"
    monkeypatch.setenv("PATH", "")
    assert saved_plan.git_commit(tmp_path) == "", "git is not installed"
