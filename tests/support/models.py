"""The models of a spec, found by following the types of their fields."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel

from generator.models.forms import Under
from generator.models.spec import Environment


def models() -> list[type[BaseModel]]:
    """Every model that an environment can hold, itself first."""
    found: list[type[BaseModel]] = []

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in found:
                found.append(annotation)
                for field in annotation.model_fields.values():
                    visit(field.annotation)
                    for metadata in field.metadata:
                        visit(metadata)
        elif isinstance(annotation, Under):
            visit(annotation.model)
        for argument in typing.get_args(annotation):
            visit(argument)

    visit(Environment)
    return found
