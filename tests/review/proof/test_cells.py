"""Into which cells texts fall."""

from __future__ import annotations

import pytest

from review.proof import patterns
from review.proof.cells import GiveUpError, cells
from review.proof.patterns import Pattern, Reading, Variables
from review.proof.questions import ARNS

PLAIN = Variables()


def pattern(reading: Reading) -> Pattern:
    assert reading.pattern is not None
    return reading.pattern


def like(*texts: str) -> tuple[Pattern, ...]:
    return tuple(pattern(patterns.like(text, PLAIN)) for text in texts)


def parted(*sets: tuple[Pattern, ...], **given: object) -> dict[int, str]:
    return {cell.within: cell.value for cell in cells(sets, **given)}  # type: ignore[arg-type]


def test_literals_and_the_rest() -> None:
    assert parted(like("a"), like("b")) == {1: "a", 2: "b", 0: "other"}


def test_prefixes_within_prefixes() -> None:
    assert set(parted(like("a*"), like("ab*"), like("abc"))) == {0b000, 0b001, 0b011, 0b111}


def test_wildcards_that_overlap() -> None:
    assert set(parted(like("a*"), like("*b"))) == {0b00, 0b01, 0b10, 0b11}


def test_cell_that_no_text_is_in_is_none() -> None:
    assert set(parted(like("a?"), like("*b*"), like("ab"), like("a*c"))) == {
        0b0000,
        0b0001,
        0b0010,
        0b0111,
        0b1001,
        0b1000,
        0b1010,
    }


def test_colon_is_a_character_of_its_own_where_a_wildcard_stays_in_a_part() -> None:
    text = "arn:a?b:s:::x"
    found = parted(like(text), (pattern(patterns.arn_like(text, PLAIN)),))
    assert found[0b01] == "arn:a:b:s:::x"
    assert set(found) == {0b00, 0b01, 0b11}


def test_literals_can_fill_a_cell() -> None:
    # All that differ from "ab" by capitals: of four texts three are literals, too, and one is left.
    any_case = pattern(patterns.equal_ignoring_case("ab", PLAIN))
    found = parted((any_case,), like("ab"), like("AB"), like("Ab"))
    assert found == {0b0000: "other", 0b0011: "ab", 0b0101: "AB", 0b1001: "Ab", 0b0001: "aB"}
    assert 0b0001 not in parted((any_case,), like("ab", "AB", "Ab", "aB"))


def test_of_a_set_only_the_whole_matters() -> None:
    assert set(parted(like("*a*", "*b*", "c*"))) == {0, 1}


def test_many_wildcards_in_one_set_stay_few() -> None:
    many = [pattern(patterns.resource(f"arn:aws:s3:::*-{number}/*", PLAIN)) for number in range(40)]
    assert set(parted(tuple(many), universe=ARNS)) == {0, 1}


def test_too_many_cells_are_given_up() -> None:
    with pytest.raises(GiveUpError, match="too many cases"):
        cells([like(f"*{chr(0x61 + number)}*") for number in range(20)])


def test_universe_of_arns() -> None:
    found = parted(
        *((pattern(patterns.resource(text, PLAIN)),) for text in ("arn:aws:sqs*", "ar*", "b*")), universe=ARNS
    )
    assert set(found) == {0b011, 0b010}
    assert all(ARNS.has(value) for value in found.values())


def test_universe_whose_texts_end_alike() -> None:
    universe = pattern(patterns.resource("arn:aws:iam::?:root", PLAIN))
    found = parted(*(like(f"arn:aws:iam::4:r{rest}") for rest in ("*", "oot*", "ole*")), universe=universe)
    assert found == {0b000: "arn:aws:iam::o:root", 0b011: "arn:aws:iam::4:root"}


def test_hints_are_read_before_made_up_texts() -> None:
    assert parted(like("q*"), hints=["q-other", "z"]) == {1: "q-other", 0: "z"}


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (
            "arn:aws:sqs:*:1:q",
            ["arn:aws:sqs:us:1:q", "arn:aws:sqs::9:1:q"],
            ["arn:aws:sqs:us:2:q", "arn:aws:sqs:us:1:qq"],
        ),
        ("arn:aws:sqs:u*s:1:q", ["arn:aws:sqs:us:1:q"], ["arn:aws:sqs:u:s:1:q"]),
        ("arn:aws:s3:::b/*", ["arn:aws:s3:::b/x:y/z"], ["arn:aws:s3:::b"]),
        ("arn:aws:s?:::b", ["arn:aws:s3:::b"], ["arn:aws:s::::b"]),
    ],
)
def test_resource_is_read_part_by_part(text: str, inside: list[str], outside: list[str]) -> None:
    read = pattern(patterns.resource(text, PLAIN))
    assert all(map(read.has, inside))
    assert not any(map(read.has, outside))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("arn:aws:s3:::b*", ["arn:aws:s3:::b:c"], ["arn:aws:s3::b"]),
        ("arn:aws:*:us:1:x", ["arn:aws:sqs:us:1:x"], ["arn:aws:a:b:us:1:x"]),
        ("*:aws:s3:::b", ["arn:aws:s3:::b"], ["xrn:aws:s3:::b"]),
    ],
)
def test_arn_is_like_part_by_part(text: str, inside: list[str], outside: list[str]) -> None:
    read = pattern(patterns.arn_like(text, PLAIN))
    assert all(map(read.has, inside))
    assert not any(map(read.has, outside))


@pytest.mark.parametrize("text", ["*", "arn:aws:s3", "urn:aws:s3:::b"])
def test_arn_with_too_few_parts_is_like_nothing(text: str) -> None:
    assert patterns.arn_like(text, PLAIN).pattern is None


def test_variables() -> None:
    free = patterns.like("a/${aws:UserName}/${x, 'y'}", PLAIN)
    assert (free.variables, free.requires) == ({"aws:username", "x"}, {"aws:username"})
    assert pattern(free).has("a/whoever/whatever")
    known = Variables({"aws:username": "a*b", "x": None})
    assert pattern(patterns.like("${AWS:username}-${ x , 'it''s' }", known)).literal == "a*b-it's"
    assert patterns.like("${x}", known).pattern is None
    assert patterns.like("${}", known).pattern is None
    assert pattern(patterns.like("${*}${?}${$}", PLAIN)).literal == "*?$"
    assert pattern(patterns.like("${x}", Variables(are_meant=False))).literal == "${x}"
    assert patterns.arn_like("arn:aws:${aws:username}:::x", Variables({"aws:username": "a:b"})).pattern is None
