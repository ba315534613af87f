"""What can be wrong with the files and directories around a spec, before anything in it is read."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from generator.specs.loading import Specs
from tests.generator.conftest import MINIMAL, Outcome, Workplace, minimal

UNREADABLE = Path("/proc/self/mem")  # nobody can read it from its beginning, root neither


def directory(place: Path) -> None:
    place.mkdir()


def loop(place: Path) -> None:
    place.symlink_to(place)


def nowhere(place: Path) -> None:
    place.symlink_to("gone.yaml")


def unreadable(place: Path) -> None:
    if not UNREADABLE.exists():
        pytest.skip("no file that is unreadable for everybody")
    place.symlink_to(UNREADABLE)


def pipe(place: Path) -> None:
    """Whoever opens it waits for a writer, for ever."""
    os.mkfifo(place)


def device(place: Path) -> None:
    """It has no end."""
    place.symlink_to("/dev/zero")


NOT_FILES = {
    directory: "is not a file",
    loop: "cannot be read: Too many levels of symbolic links",
    nowhere: 'there is no such spec; did you mean "own"?',
    unreadable: "cannot be read: Input/output error",
    pipe: "is not a file",
    device: "is not a file",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", NOT_FILES, ids=lambda make: str(make.__name__))
@pytest.mark.parametrize("base", [False, True], ids=["environment", "base"])
def test_a_spec_that_is_no_file(make: object, base: bool, workplace: Workplace) -> None:
    assert callable(make)
    message = NOT_FILES[make]
    workplace.spec("own", "extends: onn\n" if base else minimal("own"))
    make(workplace.environments / "onn.yaml")
    for command in (["generate"], ["check"], ["list"], ["explain", "own" if base else "onn"]):
        outcome = workplace.command(*command)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.splitlines()[0].startswith("environments/onn.yaml: ")
        assert message in outcome.err
    assert workplace.files() == {}


@pytest.mark.parametrize(
    "name",
    [
        "Own.yaml",
        "own dev.yaml",
        "own\n.yaml",
        ".yaml",
        "-x.yaml",
        "ünï.yaml",
        "own\x1b[31m.yaml",
        b"own\xff.yaml",
        "a.b.yaml",
        "*.yaml",
    ],
)
def test_a_name_that_no_spec_can_have(name: str | bytes, workplace: Workplace) -> None:
    path = Path(os.fsdecode(name))
    (workplace.environments / path).write_text(MINIMAL)
    for command in (["generate"], ["check"], ["list"]):
        outcome = workplace.command(*command)
        assert (outcome.code, outcome.out) == (2, "")
        (line,) = outcome.err.splitlines()
        assert line.startswith("environments: ")
        assert "cannot name a spec: a name has lower-case letters, digits and single hyphens" in line
        assert line.isprintable()
    assert workplace.files() == {}


@pytest.mark.parametrize("name", ["own\n.yml", b"own\xff.yml"])
def test_an_odd_name_that_would_be_overlooked(name: str | bytes, workplace: Workplace) -> None:
    (workplace.environments / os.fsdecode(name)).write_text(MINIMAL)
    outcome = workplace.command("generate")
    assert outcome.code == 2
    assert outcome.err.rstrip("\n").isprintable()
    assert "a spec's name ends in .yaml" in outcome.err


def test_a_directory_with_an_odd_name(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = workplace.environments.parent / os.fsdecode(b"two\nlines\xff")
    odd.mkdir()
    (odd / "own.yaml").write_text("a: [")
    outcome = workplace.invoke("generate", "--environments", odd.name, "--roots", "roots")
    assert outcome.code == 2
    assert outcome.err.startswith("two\\nlines\\udcff/own.yaml:1: is not YAML")


@pytest.mark.parametrize("command", [["explain"], ["diff", "own"], ["check"], ["generate"], ["new", "--from", "own"]])
def test_a_name_that_no_file_can_have(command: list[str], workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    first, *rest = command
    outcome = workplace.command(first, "n" * 300, *rest)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r".* cannot (be read|name a spec): File name too long\n", outcome.err)


def test_a_root_says_its_spec_alike_wherever_it_is_made(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate").code == 0
    monkeypatch.chdir(workplace.environments)
    assert workplace.invoke("check", "--environments", ".", "--roots", "../roots").code == 0
    deeper = workplace.environments / "deeper"
    deeper.mkdir()
    monkeypatch.chdir(deeper)
    assert workplace.invoke("check", "--environments", "..", "--roots", "../../roots").code == 0


def test_a_directory_cannot_write_into_a_root(workplace: Workplace) -> None:
    odd = workplace.environments.parent / 'two\nresource "x" "y" {}\n#'
    odd.mkdir()
    (odd / "own.yaml").write_text(MINIMAL)
    outcome = workplace.invoke("generate", "--environments", odd.name, "--roots", "roots")
    assert outcome.code == 0, outcome.err
    first, second, *_ = (workplace.roots / "own" / "main.tf").read_text().splitlines()
    assert (r"two\nresource" in first, second) == (True, "")


def test_no_specs_at_all_remove_no_roots(workplace: Workplace) -> None:
    """A wrong directory, more often than the wish to have no environment any more."""
    spec = workplace.spec("own", MINIMAL)
    assert workplace.run("generate").code == 0
    before = workplace.files()
    spec.unlink()
    for command in (["generate"], ["check"], ["list"], ["generate", "own"]):
        outcome = workplace.command(*command)
        assert (outcome.code, outcome.err) == (2, "environments: there are no specs here: no file ends in .yaml\n")
    assert workplace.files() == before


def test_a_spec_that_vanishes_while_it_is_read(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = workplace.spec("own", MINIMAL)
    workplace.spec("two", minimal("two"))
    names = Specs.names

    def vanish(specs: Specs) -> list[str]:
        found = names(specs)
        spec.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Specs, "names", vanish)
    outcome = workplace.command("generate")
    assert (outcome.code, outcome.err) == (2, "environments/own.yaml: there is no such spec; there is two\n")
    assert workplace.files() == {}


@pytest.mark.parametrize(
    ("roots", "code"),
    [("/proc/roots", 3), ("environments/own.yaml/roots", 3), ("environments/own.yaml", 2)],
)
def test_a_directory_of_roots_that_cannot_be_written(roots: str, code: int, workplace: Workplace) -> None:
    spec = workplace.spec("own", MINIMAL)
    outcome = workplace.invoke("generate", "--environments", "environments", "--roots", roots)
    assert outcome.code == code
    assert roots.rsplit("/", maxsplit=1)[-1] in outcome.err
    assert "Traceback" not in outcome.err
    assert spec.read_text() == MINIMAL


def rewritten(workplace: Workplace, data: bytes) -> Outcome:
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate").code == 0
    workplace.spec("own", data)
    return workplace.run("check")


@pytest.mark.parametrize(
    "data",
    [
        MINIMAL.replace("\n", "\r\n").encode(),
        MINIMAL.replace("\n", "\r").encode(),
        MINIMAL.encode("utf-8-sig"),
        MINIMAL.rstrip("\n").encode(),
        f"---\n{MINIMAL}...\n".encode(),
        f"\n\n# a comment\n{MINIMAL}\n\n".encode(),
    ],
    ids=["CRLF", "CR", "BOM", "no newline at the end", "document marks", "space around"],
)
def test_what_is_not_wrong_changes_nothing(data: bytes, workplace: Workplace) -> None:
    outcome = rewritten(workplace, data)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(ending: str, workplace: Workplace) -> None:
    outcome = rewritten(workplace, MINIMAL.replace("cpu: 256", "cpu: x").replace("\n", ending).encode())
    assert outcome.err.startswith("environments/own.yaml:27: tasks.report.cpu: ")


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", "environments/own.yaml:1: is not UTF-8 text"),
        ("utf-16-be", "environments/own.yaml:1: YAML does not allow the character U+0000"),
        ("utf-32", "environments/own.yaml:1: is not UTF-8 text"),
        ("cp037", "environments/own.yaml:1: is not UTF-8 text"),
    ],
)
def test_another_encoding(encoding: str, message: str, workplace: Workplace) -> None:
    outcome = rewritten(workplace, MINIMAL.encode(encoding))
    assert (outcome.code, outcome.err) == (2, f"{message}\n")
