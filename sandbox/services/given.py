"""What a question of a stand-in is given, as the model of it that the stand-in has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from sandbox.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """Return the fields of a question as a model.

    Raises:
        WrongUseError: they are not as it needs them; each mistake is named.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        said = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise WrongUseError("; ".join(said)) from None


def changed(settings: Model, fields: Mapping[str, Any]) -> Model:
    """Return settings with those that are given changed, and the others kept.

    Raises:
        WrongUseError: as `read`.
    """
    return read(type(settings), {**settings.model_dump(), **fields})
