"""Two environments that keep their state in one place: refused, since an apply of one would destroy the other."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Workplace, minimal

ANOTHER = '"210987654321"'
ELSEWHERE = MINIMAL.replace('"123456789012"', ANOTHER)  # resources of one name in one account are another mistake
SHARED = (
    "is the state of environments/{other} too: an apply of one environment would destroy what the other made; give "
    "each a state.key of its own\n"
)


@pytest.mark.parametrize("only", [[], ["two"]])
def test_one_state_for_two_environments(only: list[str], workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("two", ELSEWHERE)
    for command in ("generate", "check"):
        outcome = workplace.run(command, *only)
        assert outcome.err == (
            "environments/two.yaml:14: state.key: s3://example-state/one/terraform.tfstate in eu-west-1 "
            + SHARED.format(other="one.yaml:14")
        )
        assert (outcome.code, outcome.out) == (2, "")
    assert workplace.files() == {}


def test_the_environment_that_is_asked_for_is_the_one_refused(workplace: Workplace) -> None:
    """`make plan ENV=one` generates one environment alone: the others are read all the same."""
    workplace.spec("one", MINIMAL)
    workplace.spec("two", ELSEWHERE)
    workplace.spec("three", minimal("three"))
    assert workplace.run("generate", "one").err.startswith("environments/one.yaml:14: state.key: ")
    assert workplace.run("generate", "three").code == 0, "its state is its own"


def test_a_state_inherited_by_two_environments(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.spec("one", "# first\nextends: base\n")
    workplace.spec("two", f"extends: base\nstate: {{region: eu-west-1}}\naccount: {ANOTHER}\n")
    outcome = workplace.run("generate")
    assert outcome.code == 2
    assert outcome.err == (
        "environments/two.yaml:1: extends: s3://example-state/one/terraform.tfstate in eu-west-1 "
        "(from environments/base.yaml:15) " + SHARED.format(other="one.yaml:2")
    )


def test_a_state_inherited_from_another_environment(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("two", f"extends: one\naccount: {ANOTHER}\n")
    outcome = workplace.run("generate", "two")
    assert outcome.code == 2
    assert outcome.err == (
        "environments/two.yaml:1: extends: s3://example-state/one/terraform.tfstate in eu-west-1 "
        "(from environments/one.yaml:14) " + SHARED.format(other="one.yaml:14")
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bucket: example-state", "bucket: other-state"),
        ("key: one/terraform.tfstate", "key: two/terraform.tfstate"),
        ("key: one/terraform.tfstate", "key: one/terraform.tfstate\n  region: us-east-1"),
        ("region: eu-west-1", "region: us-east-1"),
    ],
)
def test_states_that_differ_in_one_thing(old: str, new: str, workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("two", ELSEWHERE.replace(old, new, 1))
    assert workplace.run("generate").code == 0


def test_the_mistakes_of_others_do_not_stop_the_environment_that_is_asked_for(workplace: Workplace) -> None:
    workplace.spec("one", MINIMAL)
    workplace.spec("broken", "a: [")
    workplace.spec("stateless", MINIMAL.replace("  key: one/terraform.tfstate\n", "").replace("example", "x"))
    workplace.spec("of-another-type", MINIMAL.replace("key: one/terraform.tfstate", "key: [1]"))
    assert workplace.run("generate", "one").code == 0
