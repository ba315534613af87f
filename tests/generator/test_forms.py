"""Texts of a form, of a choice, of a time zone: what is refused in which words, and the placeholder for any of them."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from generator.models.forms import COMPLETE, PLACEHOLDER, choice, form
from generator.models.schedules import TimeZone

KINDS = {
    "form": (Annotated[str, form("[0-9]{2}", "two digits")], "12", "two digits"),
    "choice": (Annotated[str, choice("a size", "small", "large")], "small", "a size: small, large"),
    "time zone": (TimeZone, "Europe/Berlin", "an IANA time zone, such as Europe/Berlin"),
}
WRONG = {
    "form": ("123", '"123" is not two digits'),
    "choice": ("larg", '"larg" is not a size; did you mean "large"?'),
    "time zone": ("Europe/Berln", '"Europe/Berln" is not an IANA time zone; did you mean "Europe/Berlin"?'),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_right_stays_as_it_is(kind: str) -> None:
    annotation, right, _ = KINDS[kind]
    assert TypeAdapter(annotation).validate_python(right) == right
    assert TypeAdapter(annotation).validate_python(right, context=COMPLETE) == right


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_said(kind: str) -> None:
    wrong, message = WRONG[kind]
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(KINDS[kind][0]).validate_python(wrong)
    assert str(caught.value.errors()[0]["ctx"]["error"]) == message


@pytest.mark.parametrize("kind", KINDS)
def test_the_placeholder_stands_for_any_until_all_must_be_there(kind: str) -> None:
    annotation, _, rule = KINDS[kind]
    assert TypeAdapter(annotation).validate_python(PLACEHOLDER) == PLACEHOLDER
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(annotation).validate_python(PLACEHOLDER, context=COMPLETE)
    assert str(caught.value.errors()[0]["ctx"]["error"]) == f"FILL_IN is a placeholder: give {rule}"
