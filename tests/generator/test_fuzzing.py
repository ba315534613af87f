"""No file makes a traceback: each command that reads specs ends well, or says what is wrong and leaves the roots alone.

Bytes and text at random, and right specs that were damaged: alone, and as the base of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.command_line import app
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace, git, minimal
from tests.support.hostile import ATOMS

EVERYTHING = (REPOSITORY / "tests" / "generator" / "everything.yaml").read_text(encoding="utf-8")
COMMANDS = {
    command.name or str(command.callback and command.callback.__name__): command.callback
    for command in app.registered_commands
}

# What each command is given here. A command that reads no spec is named as such.
ARGUMENTS: dict[str, list[list[str]]] = {
    "generate": [[], ["own"]],
    "check": [[], ["own"]],
    "list": [[]],
    "explain": [["own"]],
    "diff": [["own", "two"], ["two", "own"]],
    "new": [["fresh", "--from", "own"]],
    "affected": [["--since", "HEAD"]],
}
READS_NO_SPEC = {"docs", "schema"}

WITH_LINE = re.compile(r"environments/(own|base|two)\.yaml:[1-9][0-9]*: [^\n]+")
FUZZ = settings(deadline=None, suppress_health_check=list(HealthCheck))

# What YAML gives a meaning to, in any order.
YAML_ATOMS = [
    *"[]{}:,-?&*!|>'\"%@`#\n\t \\~=<a1\r\ufeff",
    "---",
    "...",
    "<<",
    "!!int",
    "!!binary",
    "%YAML 9.9",
    "&a",
    "*a",
]
YAML_ATOMS += [
    ": ",
    "- ",
    "|+",
    "\\U",
    "\\x",
    "0x1f",
    "1e3",
    ".inf",
    "null",
    "key: value\n",
    "extends: own\n",
    "abstract: ",
]
BYTES = st.binary(max_size=60)
TEXT = st.lists(st.sampled_from(YAML_ATOMS), max_size=30).map("".join).map(str.encode)
VALUES = st.sampled_from(
    ["", " x", " 1", " 0.5", " true", " null", " []", " {}", " [x]", " {x: 1}", " *a", " &a x", ' "${', " |", " !t x"]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a spec that was right, after one to four accidents."""
    text = draw(st.sampled_from((MINIMAL, MINIMAL, EVERYTHING)))
    for _ in range(draw(st.integers(1, 4))):
        text = draw(accident(text))
    return text.encode()


@st.composite
def accident(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    here = draw(st.integers(0, len(text)))
    match draw(
        st.sampled_from(("delete", "double", "indent", "value", "rename", "splice", "insert", "cut", "swap", "repeat"))
    ):
        case "delete":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "indent":
            lines[at] = draw(st.sampled_from((" ", "  ", "\t", "- ", "? "))) + lines[at].lstrip(
                draw(st.sampled_from((" ", "")))
            )
        case "value":
            lines[at] = lines[at].partition(":")[0] + ":" + draw(VALUES)
        case "rename":
            key, colon, rest = lines[at].partition(":")
            lines[at] = key[:-1] + draw(st.sampled_from(("", "x", "_", "é", " ", '"'))) + colon + rest
        case "splice":
            lines[at:] = EVERYTHING.split("\n")[draw(st.integers(0, 200)) :]
        case "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        case "insert":
            return text[:here] + draw(st.sampled_from(ATOMS)) + text[here:]
        case "cut":
            return text[:here]
        case "repeat":
            return text[:here] + text[here : here + 20] * draw(st.sampled_from((2, 50))) + text[here + 20 :]
    return "\n".join(lines)


def test_every_command_is_fuzzed_or_reads_no_spec() -> None:
    assert set(COMMANDS) == {*ARGUMENTS, *READS_NO_SPEC}


DATA = st.one_of(BYTES, TEXT, damaged(), damaged(), damaged())
QUICK = set(ARGUMENTS) - {"affected"}  # which asks git


@settings(FUZZ, max_examples=120)
@given(data=DATA, as_base=st.booleans())
def test_no_file_makes_a_traceback(data: bytes, as_base: bool, workplace: Workplace) -> None:
    fuzz(data, workplace, QUICK, as_base=as_base)


@pytest.mark.slow
@settings(FUZZ, max_examples=200)
@given(data=DATA, as_base=st.booleans())
def test_no_file_makes_a_traceback_however_long_one_tries(data: bytes, as_base: bool, workplace: Workplace) -> None:
    fuzz(data, workplace, QUICK, as_base=as_base)


@pytest.mark.slow
@settings(FUZZ, max_examples=150)
@given(data=DATA, as_base=st.booleans())
def test_no_change_of_a_file_makes_a_traceback(data: bytes, as_base: bool, committed: Workplace) -> None:
    """Every mistake is one since the last commit."""
    fuzz(data, committed, {"affected"}, as_base=as_base)


@pytest.fixture
def committed(workplace: Workplace) -> Workplace:
    """A workplace that is a git repository, with right specs and their roots in it."""
    for name in ("own", "two"):
        workplace.spec(name, minimal(name))
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    assert workplace.run("generate").code == 0
    folder = workplace.environments.parent
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return workplace


def fuzz(data: bytes, workplace: Workplace, commands: Iterable[str], *, as_base: bool) -> None:
    workplace.spec("base" if as_base else "own", data)
    workplace.spec("own" if as_base else "base", "extends: base\n" if as_base else "abstract: true\n" + MINIMAL)
    workplace.spec("two", minimal("two"))
    fresh = workplace.environments / "fresh.yaml"
    for command in commands:
        for arguments in ARGUMENTS[command]:
            before = workplace.files()
            outcome = workplace.command(command, *arguments)
            assert outcome.code in ({0, 1, 2} if command == "check" else {0, 2}), (command, outcome)
            if outcome.code == 2:
                lines = outcome.err.removesuffix("\n").split("\n")
                wrong = [line for line in lines if not WITH_LINE.fullmatch(line)]
                assert wrong == [], (command, outcome)
                assert outcome.out == ""
                assert not fresh.exists()
            if outcome.code != 0:
                assert workplace.files() == before
            fresh.unlink(missing_ok=True)


@settings(FUZZ, max_examples=100)
@given(
    path=st.one_of(
        st.text(max_size=20),
        st.lists(st.sampled_from([*'.[]"\\0a', "tasks", "report", "\\ud800", "\\u0"])).map("".join),
    )
)
def test_no_path_makes_a_traceback(path: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    outcome = workplace.command("explain", "--", "own", path)
    assert outcome.code in {0, 2}
    assert (outcome.code == 2) == bool(outcome.err)
