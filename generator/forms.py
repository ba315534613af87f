"""What the models of a spec have in common."""

from __future__ import annotations

import re
from typing import Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

from generator.errors import shown

PLACEHOLDER: Final = "FILL_IN"  # stands for a value that nobody has given yet; harness/target.py has it too
COMPLETE: Final = "complete"  # the context of a validation that refuses placeholders


class Strict(BaseModel):
    """Every model of a spec: no field that is not known, no value turned into another type on the way."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def form(pattern: str, rule: str) -> AfterValidator:
    """Accept text of this form only, or the placeholder; the message says what the form is, in words."""
    expression = re.compile(pattern)

    def check(text: str, info: ValidationInfo) -> str:
        if is_placeholder(text, info, rule):
            return text
        if not expression.fullmatch(text):
            raise ValueError(f"{shown(text)} is not {rule}")
        return text

    return AfterValidator(check)


def is_placeholder(text: str, info: ValidationInfo, rule: str) -> bool:
    """Say whether a text is the placeholder; where none may be left, refuse it and say what to give instead."""
    if text != PLACEHOLDER:
        return False
    if info.context == COMPLETE:
        raise ValueError(f"{PLACEHOLDER} is a placeholder: give {rule}")
    return True
