"""Tags of an environment: what AWS would refuse in them is refused at their line."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Workplace

RULE = "letters, digits, spaces and _ . : / = + - @"

# tag: what is said of it
WRONG = {
    "aws:team: x": 'aws:team: the tag "aws:team" cannot be given: aws: is for AWS\'s own',
    "AWS:team: x": 'AWS:team: the tag "AWS:team" cannot be given: aws: is for AWS\'s own',
    "te*m: x": f'te*m: the tag "te*m" must be 1 to 128 {RULE}',
    "'': x": f'[""]: the tag "" must be 1 to 128 {RULE}',
    f"{'k' * 129}: x": f'{"k" * 77}...: the tag "{"k" * 77}..." must be 1 to 128 {RULE}',
    "team: a;b": f'team: "a;b" must be up to 256 {RULE}',
    f"team: {'v' * 257}": f'team: "{"v" * 77}..." must be up to 256 {RULE}',
    "environment: x": 'environment: "environment" cannot be given: the generator sets Environment, on everything',
}


@pytest.mark.parametrize("tag", WRONG)
def test_a_tag_that_aws_would_refuse(tag: str, workplace: Workplace) -> None:
    workplace.spec("own", f"{MINIMAL}tags:\n  {tag}\n")
    outcome = workplace.run("generate")
    (line,) = outcome.err.splitlines()
    said = line.removeprefix("environments/own.yaml:36: ")
    assert said.endswith(WRONG[tag].partition(": ")[2])
    assert (outcome.code, workplace.files()) == (2, {})


@pytest.mark.parametrize(
    "tag",
    ["Größe: äöü 1²", f"{'k' * 128}: {'v' * 256}", "'a _.:/=+-@': ' _.:/=+-@'", "team: ''", "aws: x", "x: FILL_IN"],
)
def test_a_tag_that_aws_takes(tag: str, workplace: Workplace) -> None:
    workplace.spec("own", f"{MINIMAL}tags:\n  {tag}\n")
    assert workplace.run("generate").err == ""


def tags(count: int, prefix: str, indent: str) -> str:
    return "".join(f"{indent}{prefix}{number}: x\n" for number in range(count))


def test_as_many_as_aws_takes_with_those_of_the_generator(workplace: Workplace) -> None:
    workplace.spec("own", f"{MINIMAL}tags:\n{tags(43, 't', '  ')}")
    assert workplace.run("generate").err == ""
    workplace.spec("own", f"{MINIMAL}tags:\n{tags(44, 't', '  ')}")
    said = "51 tags with the 7 of the generator; AWS allows 50 on a resource"
    assert workplace.run("generate").err == f"environments/own.yaml:35: tags: {said}\n"


def test_a_task_s_tags_count_with_those_of_the_environment(workplace: Workplace) -> None:
    text = MINIMAL.replace("    memory: 512\n", "    memory: 512\n    tags:\n" + tags(4, "own", "      "))
    workplace.spec("own", f"{text}tags:\n{tags(39, 't', '  ')}")
    assert workplace.run("generate").err == ""
    workplace.spec("own", f"{text}tags:\n{tags(40, 't', '  ')}")
    said = "51 tags with those of the environment and the 7 of the generator; AWS allows 50 on a resource"
    assert workplace.run("generate").err == f"environments/own.yaml:29: tasks.report.tags: {said}\n"
