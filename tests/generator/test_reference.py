"""docs/spec.md: what it shows is what the generator does, and every field is in it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from generator.commands import reference
from generator.specs import loading
from generator.specs.reading import parse
from generator.specs.tree import plain
from tests.generator.conftest import REPOSITORY, Workplace
from tests.support.models import models
from tests.support.spec_examples import Example, examples

DOCUMENT = REPOSITORY / "docs" / "spec.md"
EXAMPLES = examples()
SMALLEST = next(example.text for example in EXAMPLES if example.role == "environment")


def named(role: str) -> list[Example]:
    return [example for example in EXAMPLES if example.role == role]


def scenarios() -> dict[str, dict[str, Example]]:
    found: dict[str, dict[str, Example]] = defaultdict(dict)
    for example in EXAMPLES:
        if "/" in example.role:
            name, file = example.role.split("/")
            found[name][file] = example
    return dict(found)


def by_line(example: Example) -> str:
    return f"line {example.line}"


def over_the_smallest(workplace: Workplace, example: Example) -> None:
    """The field is at the end, so that the lines are those of the example."""
    workplace.spec("smallest", SMALLEST + "abstract: true\n")
    workplace.spec("example", example.text + "extends: smallest\n")


def test_it_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == reference.text(), "run: make docs"


def test_there_are_examples_of_each_kind() -> None:
    assert len(named("environment")) == 1
    assert len(named("part")) >= 5
    assert named("refused")
    assert set(scenarios()) == {"inherit", "remove"}


def test_the_smallest_environment_is_one(workplace: Workplace) -> None:
    workplace.spec("smallest", SMALLEST)
    assert workplace.run("generate", "smallest").err == ""
    assert workplace.files()


@pytest.mark.parametrize("example", named("part"), ids=by_line)
def test_a_part_is_right(example: Example, workplace: Workplace) -> None:
    over_the_smallest(workplace, example)
    outcome = workplace.run("generate", "example")
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("example", named("part"), ids=by_line)
def test_a_part_changes_what_comes_out(example: Example, workplace: Workplace) -> None:
    """An example that changes nothing shows nothing."""
    over_the_smallest(workplace, example)
    assert workplace.run("generate", "example").code == 0
    with_it = workplace.files()
    workplace.spec("example", "extends: smallest\n")
    assert workplace.run("generate", "example").code == 0
    assert workplace.files() != with_it


@pytest.mark.parametrize("example", named("refused"), ids=by_line)
def test_a_mistake_is_refused_in_these_words(example: Example, workplace: Workplace) -> None:
    over_the_smallest(workplace, example)
    outcome = workplace.run("generate", "example")
    assert outcome.code == 2
    assert outcome.err == example.messages


@pytest.mark.parametrize("name", scenarios())
def test_files_merge_to_what_is_shown(name: str, workplace: Workplace) -> None:
    files = scenarios()[name]
    result, command = files.pop("result"), files.pop("command", None)
    for file, example in files.items():
        workplace.spec(file.removesuffix(".yaml"), example.text)
    if command:
        arguments, _, printed = command.text.partition("\n")
        assert workplace.invoke(*arguments.split(), "--environments", "environments").out == printed
    last = list(files)[-1].removesuffix(".yaml")
    assert plain(loading.load(workplace.environments, last)) == plain(parse(result.text, "result"))


def test_every_model_has_a_table_with_every_field() -> None:
    sections = {
        section.split("\n", 1)[0]: section
        for section in re.split(r"^### ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    }
    assert set(sections) == {model.__name__ for model in models()}
    for model in models():
        rows = re.findall(r"^\| `(\w+)` \|", sections[model.__name__], flags=re.MULTILINE)
        own = [field.alias or name for name, field in model.model_fields.items()]
        assert [row for row in rows if row not in {"extends", "abstract"}] == own


def test_every_row_has_five_cells() -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if len(re.findall(r"(?<!\\)\|", row)) != 6] == []


def test_required_fields_are_marked() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "| `cpu` | whole number | yes |" in text
    assert "| `cpu` | whole number |  |" in text  # what an override changes
    assert "| `assign_public_ip` | true or false |  | `false` |" in text
    assert "| `deletion_window_in_days` | whole number (7 to 30) |" in text
    assert "| `s3_read` | list of [Bucket](#bucket) |" in text
    assert "| `threshold` | number |" in text
    assert "| `connect` | map of text (a connection: keys.\\<name>, " in text  # a map whose keys have a form
    assert "| `inputs` | map of anything |" in text


def test_every_link_leads_to_a_heading() -> None:
    text = re.sub(r"^```.*?^```$", "", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = [heading.lower().replace(" ", "-") for heading in headings]
    assert len(set(anchors)) == len(anchors), "two headings of one name have one anchor"
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= set(anchors)


def test_make_check_finds_an_edit_by_hand(workplace: Workplace) -> None:
    docs = ("docs", "--file", "spec.md")
    assert workplace.invoke(*docs, "--check").code == 1
    assert workplace.invoke(*docs).out == "spec.md: written\n"
    assert workplace.invoke(*docs, "--check").code == 0
    assert workplace.invoke(*docs).out == ""
    file = Path("spec.md")
    file.write_text(file.read_text().replace("# A spec\n", "# A specification\n"))
    outcome = workplace.invoke(*docs, "--check")
    assert outcome.code == 1
    assert "-# A specification\n+# A spec\n" in outcome.out
    assert outcome.err == "spec.md: not what the models say; run: make docs\n"
