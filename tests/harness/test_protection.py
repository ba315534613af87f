"""A destroy that deletion protection stops ends in words about the way out, which in the sandbox is another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import plans
from harness.errors import ProtectedError, WrongUseError
from harness.target import Target


@pytest.mark.parametrize(
    ("live", "destroy", "way_out"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_only_a_sandbox_can_be_forgotten(
    live: bool, destroy: bool, way_out: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ProtectedError(["aws_kms_key.main"])

    monkeypatch.setattr(plans, "BUILD", tmp_path)
    monkeypatch.setattr(plans, "aim", lambda environment, **_: Target(environment, "123456789012", "us-east-1"))
    monkeypatch.setattr(plans, "make_plan", refuse)
    with pytest.raises(WrongUseError, match=r"^deletion protection keeps aws_kms_key\.main") as refused:
        plans.carry_out("own", live=live, yes=True, destroy=destroy)
    assert refused.value.exit_code == 2
    assert ("python -m sandbox down own" in str(refused.value)) is way_out
