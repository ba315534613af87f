"""A pattern says the same in Python and in the dialect of JSON Schema."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.models.patterns import ecmascript

TRANSLATED = {
    "[0-9]{12}": "^(?:[0-9]{12})$",
    "a|b": "^(?:a|b)$",
    r"\d+\.\d*?": r"^(?:[0-9]+\.[0-9]*?)$",
    r"[^/\s](.*[^/\s])?": r"^(?:[^/ \t\n\r\f\v]([^\n]*[^/ \t\n\r\f\v])?)$",
    r"[\w-]{2,}\W": r"^(?:[A-Za-z0-9_-]{2,}[^A-Za-z0-9_])$",
    r"(?!aws/)(?:x)(?<=x)": r"^(?:(?!aws/)(?:x)(?<=x))$",
    r"\"\-\:[\"\-\]]": r'^(?:"-:["\-\]])$',  # the flag u lets nothing be escaped without need
    r"\[\{\x41\u00e9\t": r"^(?:\[\{\x41\u00e9\t)$",
    "[.$({*]": "^(?:[.$({*])$",
    r"(?!a(?:/|$))a(.|\n)?": r"^(?:(?!a(?:/|(?![^\n]|\n(?:[^\n]|\n))))a([^\n]|\n)?)$",
    r"(?:a$|b)\n*": r"^(?:(?:a(?![^\n]|\n(?:[^\n]|\n))|b)\n*)$",
}


@pytest.mark.parametrize("pattern", TRANSLATED)
def test_it_is_written_in_what_both_know(pattern: str) -> None:
    assert ecmascript(pattern) == TRANSLATED[pattern]


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"\Aa", r"a\Z", r"\bword", r"(a)\1", "(?P<name>a)", "(?P=name)", "(?i)a", "(?i:a)", "(?#note)a"),
        *("a++", "a*+", "a{2}+", "a?+", "(?>a)", "a{,3}", "a{", "}", "]", "[]a]", "[^]a]", r"[\D]", r"\N{DIGIT ONE}"),
    ],
)
def test_what_only_one_of_the_two_knows_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="does not mean the same in Python and in ECMAScript"):
        ecmascript(pattern)


@given(text=st.text(alphabet='ab/1٣é \t\n\r\x0b\x1c\x85\u2028\ufeff._-"🦄', max_size=6))
@example(text="a\n")
@example(text="٣")
@example(text="a\n\n")
@example(text="a/")
def test_the_same_texts_match(text: str) -> None:
    """No construct of the translation depends on the engine, so Python's verdict on it is ECMAScript's."""
    for pattern in TRANSLATED:
        translated = ecmascript(pattern)
        assert not re.search(r"\\[dDwWsSbB]", translated)
        found = re.fullmatch(translated.removeprefix("^").removesuffix("$"), text)
        assert bool(found) == bool(re.fullmatch(pattern, text, re.ASCII)), (pattern, text)
