"""Two environments of one account that would have resources of one name: an apply of one would take the other's."""

from __future__ import annotations

import pytest

from generator.checks import neighbours
from generator.checks.checking import check
from generator.commands import roots
from generator.interfaces.library import Library
from generator.models.forms import PLACEHOLDER
from generator.specs.loading import Specs
from tests.generator.conftest import MINIMAL, Workplace

TWIN = MINIMAL.replace("one/terraform.tfstate", "two/terraform.tfstate")
SAID = (
    "would be environments/one.yaml's too, in account 123456789012: an apply of one environment would change or "
    "destroy what the other made; tell them apart by "
)
ALL = (
    'the family "report", the log group "/ecs/report", the IAM role "security-domain-euw1-report-execution" and 8 more '
)
FIELDS = "tasks.report.names.family, tasks.report.names.log_group, naming or aws_region_short_code"
EXECUTION, TASK = (f'the IAM role "security-domain-euw1-report-{role}"' for role in ("execution", "task"))
SCHEDULER = 'the IAM role "security-domain-euw1-report-scheduler"'
OTHER = {"  report:\n": "  other:\n", "task: report": "task: other"}
KEY = {"    description: Everything\n": "    description: Everything\n    alias: everything\n"}

# name: (what both have that differs from the minimal spec, what the second has, the message)
CASES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "a copy with a state of its own": ({}, {}, f"25: tasks.report: {ALL}{SAID}{FIELDS}"),
    "another region: IAM has none": (
        {},
        {"eu-west-1": "eu-west-2"},
        f"25: tasks.report: {EXECUTION}, {TASK}, {SCHEDULER} {SAID}naming or aws_region_short_code",
    ),
    "an alias": (KEY, OTHER, f'18: keys.main.alias: the KMS alias "everything" {SAID}keys.main.alias'),
    "a topic": (
        {"network:": "alerts: {topic_name: told, key: main}\nnetwork:"},
        OTHER,
        f'18: alerts.topic_name: the topic "told" {SAID}alerts.topic_name',
    ),
    "a role, in other capitals": (
        {},
        OTHER | {"    memory: 512\n": "    memory: 512\n    names: {task_role: SECURITY-domain-euw1-report-task}\n"},
        (
            f'29: tasks.other.names.task_role: the IAM role "SECURITY-domain-euw1-report-task" {SAID}'
            "tasks.other.names.task_role"
        ),
    ),
}


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) >= 1, "the case no longer changes anything"
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("only", [[], ["two"]])
@pytest.mark.parametrize("case", CASES)
def test_one_name_in_two_environments(case: str, only: list[str], workplace: Workplace) -> None:
    both, second, message = CASES[case]
    workplace.spec("one", replaced(MINIMAL, both))
    workplace.spec("two", replaced(TWIN, both | second))
    for command in ("generate", "check"):
        outcome = workplace.run(command, *only)
        assert outcome.err == f"environments/two.yaml:{message}\n"
        assert (outcome.code, outcome.out) == (2, "")
    assert workplace.files() == {}
    assert workplace.list().code == 2


APART: dict[str, dict[str, str]] = {
    "another account": {"123456789012": "210987654321"},
    "an account that is still to be given": {'"123456789012"': PLACEHOLDER},
    "other names for all": OTHER,
    "another naming, and names where it does not reach": {
        "billing_domain: domain": "billing_domain: other",
        "    memory: 512\n": "    memory: 512\n    names: {family: other, log_group: /ecs/other}\n",
    },
    "another region, with its own code": {"eu-west-1": "eu-west-2", "euw1": "euw2"},
    "names that are still to be given": OTHER
    | {"    memory: 512\n": "    memory: 512\n    names: {family: FILL_IN, log_group: x-FILL_IN}\n"},
}


@pytest.mark.parametrize("case", APART)
def test_environments_that_have_nothing_in_common(case: str, workplace: Workplace) -> None:
    unfilled = {"    memory: 512\n": "    memory: 512\n    names: {family: FILL_IN, log_group: x-FILL_IN}\n"}
    workplace.spec("one", replaced(MINIMAL, unfilled if "names that are" in case else {}))
    workplace.spec("two", replaced(TWIN, APART[case]))
    assert workplace.run("generate").err == ""
    assert workplace.run("generate", "two").err == ""


def test_accounts_that_are_both_still_to_be_given(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL.replace('"123456789012"', PLACEHOLDER))
    workplace.spec("two", TWIN.replace('"123456789012"', PLACEHOLDER))
    assert workplace.run("generate").code == 0


def test_what_is_inherited_is_said_where_the_environment_says_from_whom(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.spec("one", "extends: base\n")
    workplace.spec("two", "# the second\nextends: base\nstate: {key: two}\n")
    said = f"environments/two.yaml:2: extends: {ALL}(from environments/base.yaml:26) {SAID}{FIELDS}\n"
    assert workplace.run("generate").err == said


def test_the_environment_that_is_asked_for_is_the_one_refused(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("two", TWIN)
    assert workplace.run("generate", "one").err.startswith("environments/one.yaml:25: tasks.report: ")
    workplace.spec("three", replaced(MINIMAL, OTHER | {"one/terraform": "three/terraform"}))
    assert workplace.run("generate", "three").code == 0, "the other two are not its mistake"


def test_many_are_each_compared_with_the_first_and_in_processes_too(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    names = [f"env-{number:02}" for number in range(roots.ALONE + 3)]
    for name in names:
        workplace.spec(name, f"extends: base\nstate: {{key: {name}}}\n")
    lines = workplace.run("generate").err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"environments/{name}.yaml" for name in names[1:]]
    assert all("would be environments/env-00.yaml's too" in line for line in lines)


def test_what_is_kept_of_an_environment_is_small(workplace: Workplace) -> None:
    """Thousands are kept at once: four bytes for a name, whatever its length."""
    workplace.spec("own", MINIMAL.replace("report:", f"{'r' * 60}:").replace("task: report", f"task: {'r' * 60}"))
    specs = Specs(workplace.environments)
    claim = neighbours.claim(check(specs.load("own"), Library(specs.repository)))
    assert claim is not None
    assert len(claim.digests) == 11 * neighbours.DIGEST


def test_a_digest_that_is_equal_by_chance_is_no_mistake(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = neighbours.Claim("123456789012", bytes(neighbours.DIGEST))
    monkeypatch.setattr(neighbours, "claim", lambda _: chance)
    workplace.spec("one", MINIMAL)
    workplace.spec("two", replaced(TWIN, OTHER))
    assert neighbours.suspects({"one": chance, "two": chance}, ["two"]) == [("two", "one")]
    assert workplace.run("generate").code == 0
