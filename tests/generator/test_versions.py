"""Version constraints that admit nothing the modules work with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.models.versions import Version, admits
from tests.generator.conftest import MINIMAL, Workplace

PROVIDER = (5, 98, 0), (7, 0, 0)


@pytest.mark.parametrize(
    "constraint",
    [
        *("5.98", "= 5.98.0", ">= 4", "~> 4", "~> 5.0", "~> 5.100", "< 6, > 5", "!= 5.98", "> 6.99.99", "<=5.98.0"),
        *("!= 5.98.0, != 5.98.1", "~> 6.0,>=6.1 , != 6.1.0", "~> 5.98.0, > 5.98.6"),
    ],
)
def test_what_admits_some(constraint: str) -> None:
    assert admits(constraint, *PROVIDER)


@pytest.mark.parametrize(
    "constraint",
    [
        "4.0",
        "~> 4.0",
        "~> 5.97.0",
        "< 5.98",
        "<= 5.97.9",
        ">= 7",
        "7.0.0",
        "> 6, < 6",
        "~> 5.98.0, >= 6",
        "6.1, != 6.1",
    ],
)
def test_what_admits_none(constraint: str) -> None:
    assert not admits(constraint, *PROVIDER)


SIGNS = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "~>": lambda one, other: one[:2] == other[:2] and one >= other,
}
SMALL = st.tuples(*[st.integers(0, 3)] * 3)


@given(
    parts=st.lists(st.tuples(st.sampled_from(sorted(SIGNS)), SMALL), min_size=1, max_size=4),
    ends=st.tuples(SMALL, SMALL),
)
def test_no_version_is_overlooked(parts: list[tuple[str, Version]], ends: tuple[Version, Version]) -> None:
    """Against every version there is, with numbers up to 9."""
    text = ", ".join(f"{sign} {'.'.join(map(str, version))}" for sign, version in parts)
    every = [(major, minor, patch) for major in range(5) for minor in range(5) for patch in range(10)]
    fits = any(
        ends[0] <= version < ends[1] and all(SIGNS[sign](version, said) for sign, said in parts) for version in every
    )
    assert admits(text, *ends) == fits


def test_the_messages(workplace: Workplace) -> None:
    text = MINIMAL.replace('">= 1.9"', '"~> 1.5.0"').replace('"~> 5.100"', '"~> 4.0"')
    workplace.refused(
        text,
        [
            (
                'environments/own.yaml:10: terraform.required_version: "~> 1.5.0" admits no version that the '
                "modules work with: 1.9 or later"
            ),
            (
                'environments/own.yaml:11: terraform.aws_provider: "~> 4.0" admits no version that the modules '
                "work with: 5.98 or later and below 7.0"
            ),
        ],
    )
    workplace.spec("own", MINIMAL.replace('">= 1.9"', "FILL_IN").replace('"~> 5.100"', "FILL_IN"))
    assert workplace.run("generate").code == 0
