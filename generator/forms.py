"""What the models of a spec have in common."""

from __future__ import annotations

import re
from typing import Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from generator.errors import shown

PLACEHOLDER: Final = "FILL_IN"  # stands where a value is not known yet; a plan is refused until none is left


class Strict(BaseModel):
    """Every model of a spec: no field that is not known, no value turned into another type on the way."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def form(pattern: str, rule: str) -> AfterValidator:
    """Accept text of this form, or the placeholder; the message says what the form is, in words."""
    expression = re.compile(pattern)

    def check(text: str) -> str:
        if text != PLACEHOLDER and not expression.fullmatch(text):
            raise ValueError(f"{shown(text)} is not {rule}")
        return text

    return AfterValidator(check)
