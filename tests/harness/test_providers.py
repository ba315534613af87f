"""The order in which the AWS provider is looked for, each step in a file system of the test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness import providers
from harness.errors import EnvironmentFailedError, WrongUseError


def make_mirror(folder: Path, version: str = "5.100.0") -> Path:
    """An unpacked mirror with something that looks like the provider."""
    binary = folder / providers.PROVIDER / version / providers.this_platform() / f"terraform-provider-aws_v{version}_x5"
    binary.parent.mkdir(parents=True)
    binary.touch()
    return folder


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Empty folders for every place that is looked into."""
    return {name: tmp_path / name for name in ("named", "home", "system", "opt", "build")}


def variables(places: dict[str, Path], **more: str) -> dict[str, str]:
    return {"HOME": str(places["home"]), "XDG_DATA_DIRS": str(places["system"]), **more}


def configured(places: dict[str, Path], **more: str) -> str:
    path = providers.configure(places["build"], variables(places, **more), add_on_root=places["opt"])
    return path.read_text(encoding="utf-8")


def test_each_place_gives_way_to_the_one_before_it(places: dict[str, Path]) -> None:
    order = [
        make_mirror(places["build"] / "providers"),
        make_mirror(places["opt"] / "anything"),
        make_mirror(places["system"] / "terraform" / "plugins"),
        make_mirror(places["home"] / ".local" / "share" / "terraform" / "plugins"),
        make_mirror(places["home"] / ".terraform.d" / "plugins"),
    ]
    while order:
        nearest = order.pop()
        assert f'path    = "{nearest.as_posix()}"' in configured(places)
        (nearest / providers.PROVIDER).rename(nearest / "gone")


def test_the_named_mirror_comes_first(places: dict[str, Path]) -> None:
    make_mirror(places["home"] / ".terraform.d" / "plugins")
    named = make_mirror(places["named"])
    assert str(named) in configured(places, PUNCTUAL_PROVIDER_MIRROR=str(named))


def test_a_named_mirror_without_the_provider_is_refused(places: dict[str, Path]) -> None:
    make_mirror(places["opt"] / "anything")
    with pytest.raises(WrongUseError, match=r"PUNCTUAL_PROVIDER_MIRROR=/nowhere: no registry\.terraform\.io"):
        configured(places, PUNCTUAL_PROVIDER_MIRROR="/nowhere")


@pytest.mark.parametrize("version", ["5.99.1", "6.0.0", "4.67.0", "latest"])
def test_a_mirror_with_a_version_that_roots_refuse_is_passed_over(places: dict[str, Path], version: str) -> None:
    make_mirror(places["home"] / ".terraform.d" / "plugins", version)
    good = make_mirror(places["opt"] / "anything")
    assert str(good) in configured(places)


def test_a_packed_mirror_is_found(places: dict[str, Path]) -> None:
    archive = places["opt"] / "packed" / providers.PROVIDER
    archive.mkdir(parents=True)
    (archive / f"terraform-provider-aws_5.100.0_{providers.this_platform()}.zip").touch()
    assert str(places["opt"] / "packed") in configured(places)


def test_another_machine_s_provider_is_passed_over(places: dict[str, Path]) -> None:
    binary = places["opt"] / "other" / providers.PROVIDER / "5.100.0" / "plan9_mips" / "terraform-provider-aws"
    binary.parent.mkdir(parents=True)
    binary.touch()
    good = make_mirror(places["build"] / "providers")
    assert str(good) in configured(places)


def test_a_configuration_of_one_s_own_that_says_how_providers_are_installed_stands(places: dict[str, Path]) -> None:
    make_mirror(places["opt"] / "anything")
    own = places["home"] / "own.tfrc"
    own.parent.mkdir()
    own.write_text("provider_installation {\n  direct {}\n}\n")
    assert providers.configure(places["build"], variables(places, TF_CLI_CONFIG_FILE=str(own)), places["opt"]) == own


def test_a_configuration_that_is_not_there_or_says_nothing_of_providers_does_not_matter(
    places: dict[str, Path],
) -> None:
    mirror = make_mirror(places["opt"] / "anything")
    assert str(mirror) in configured(places, TF_CLI_CONFIG_FILE="/nowhere/.terraformrc")
    own = places["home"] / "own.tfrc"
    own.parent.mkdir()
    own.write_text("disable_checkpoint = true\n")
    assert str(mirror) in configured(places, TF_CLI_CONFIG_FILE=str(own))


def test_the_registry_fills_a_mirror_of_this_clone(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def registry(
        command: list[str], *, env: dict[str, str], cwd: Path, **_: object
    ) -> subprocess.CompletedProcess[str]:
        assert command[:2] == ["terraform", "init"]
        assert f'version = "{providers.TESTED}"' in (cwd / "main.tf").read_text()
        make_mirror(Path(env["TF_PLUGIN_CACHE_DIR"]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", registry)
    assert str(places["build"] / "providers") in configured(places)
    monkeypatch.delattr(subprocess, "run")
    assert str(places["build"] / "providers") in configured(places), "the second time asks nobody"


def test_no_mirror_and_no_registry_says_what_to_do(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "╷\n│ Error: could not connect\n╵\n")

    monkeypatch.setattr(subprocess, "run", unreachable)
    with pytest.raises(EnvironmentFailedError, match=r"(?s)could not connect.*set PUNCTUAL_PROVIDER_MIRROR"):
        configured(places)
