"""What the models of a spec have in common."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo
from pydantic_core import core_schema

from generator.errors import nearest, shown
from generator.models.patterns import ecmascript

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

PLACEHOLDER: Final = "FILL_IN"  # stands for a value that nobody has given yet; harness/target.py has it too
_PLACEHOLDER_WORD: Final = re.compile(rf"(?<![^\W_]){PLACEHOLDER}(?![^\W_])")
COMPLETE: Final = "complete"  # the context of a validation that refuses placeholders


class Strict(BaseModel):
    """Every model of a spec: no field that is not known, no value turned into another type on the way."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Checked(AfterValidator):
    """A check of a text that says itself in JSON Schema too, so that an editor refuses what the generator refuses."""

    keywords: dict[str, Any] = dataclasses.field(default_factory=dict, hash=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Add the keywords to those of the type."""
        return {**handler(core), **self.keywords}


@dataclasses.dataclass(frozen=True, slots=True)
class Under:
    """Marks a map that is laid under every value of a section: in JSON Schema it is a part of that section's model."""

    model: type[BaseModel]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate the map as what it is; JSON, which no spec is read from, stands for what JSON Schema says."""
        return core_schema.json_or_python_schema(handler.generate_schema(self.model), handler(source))


def has_placeholder(text: str) -> bool:
    """Say whether the placeholder is all of a text, or a word in it."""
    return _PLACEHOLDER_WORD.search(text) is not None


def form(pattern: str, rule: str) -> AfterValidator:
    """Accept text of this form only, or the placeholder; the message says what the form is, in words."""
    expression = re.compile(pattern, re.ASCII)

    def check(text: str, info: ValidationInfo) -> str:
        if not is_placeholder(text, info, rule) and not expression.fullmatch(text):
            raise ValueError(f"{shown(text)} is not {rule}")
        return text

    return Checked(check, keywords(f"{PLACEHOLDER}|{pattern}", rule))


def choice(kind: str, *values: str) -> AfterValidator:
    """Accept one of these texts only, or the placeholder; `kind` says what they are, such as `a launch type`."""
    rule = f"{kind}: {', '.join(values)}"

    def check(text: str, info: ValidationInfo) -> str:
        if not is_placeholder(text, info, rule) and text not in values:
            raise ValueError(f"{shown(text)} is not {kind}{nearest(text, values)}")
        return text

    return Checked(check, {"enum": [*values, PLACEHOLDER], **_words(rule)})


def is_placeholder(text: str, info: ValidationInfo, rule: str) -> bool:
    """Say whether a text is the placeholder; where none may be left, refuse it and say what to give instead."""
    if text != PLACEHOLDER:
        return False
    if info.context == COMPLETE:
        raise ValueError(f"{PLACEHOLDER} is a placeholder: give {rule}")
    return True


def keywords(pattern: str, rule: str) -> dict[str, str]:
    """Return what JSON Schema says of a text of this form: the pattern, and the rule in words."""
    return {"pattern": ecmascript(pattern), **_words(rule)}


def _words(rule: str) -> dict[str, str]:
    return {"description": f"{rule[:1].upper()}{rule[1:]}.", "errorMessage": f"Not {rule}."}


Region = Annotated[str, form(r"[a-z]{2}(-[a-z]+)+-[0-9]", "a region, such as us-east-1")]
KeyArn = Annotated[
    str,
    form(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+",
        "the ARN of a KMS key; an alias cannot stand in a policy",
    ),
]
