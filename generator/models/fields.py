"""The fields that a spec can have at a path, found by following the types of the models."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel

from generator.models.forms import Under
from generator.models.spec import Environment

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from generator.errors import Path


def model_at(path: Path) -> type[BaseModel] | None:
    """Return the model of what is at a path of an environment; None where there is a map of any names, a list, a value.

    What is laid under others, in `defaults`, has their model.
    """
    annotation: Any = Environment
    for part in path:
        annotation = _step(annotation, part)
    kind = plain_type(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def fields(path: Path) -> dict[str, FieldInfo]:
    """Return the fields of the model at a path of an environment; none where there is no model."""
    return model_fields(model_at(path))


def model_fields(kind: Any) -> dict[str, FieldInfo]:
    """Return the fields of a model by the names that a spec has for them: `from` is a word of Python's own."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def plain_type(annotation: Any) -> Any:
    """Strip `Annotated` and `| None`."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            kind, *metadata = typing.get_args(annotation)
            annotation = next((each.model for each in metadata if isinstance(each, Under)), kind)
        elif origin in {types.UnionType, typing.Union}:
            annotation = next(part for part in typing.get_args(annotation) if part is not types.NoneType)
        else:
            return annotation


def _step(annotation: Any, part: str | int) -> Any:
    kind = plain_type(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = model_fields(kind).get(str(part))
        return field.annotation if field else None
    arguments = typing.get_args(kind)
    return arguments[-1] if arguments else None
