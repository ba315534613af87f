"""The reference of a spec, docs/spec.md: written by hand in templates/spec.md.j2, but for the tables of the models."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from generator.commands import schema
from generator.models.forms import PLACEHOLDER
from generator.output.templates import templates
from generator.specs import loading, reading

TEMPLATE: Final = "spec.md.j2"
_KINDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a model's table: every cell is Markdown."""

    name: str
    kind: str
    required: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what it is, and its fields in the order in which the model has them."""

    name: str
    description: str
    fields: tuple[Field, ...]


def text() -> str:
    """Return the text of docs/spec.md; the same models and the same template always give the same bytes."""
    found = models()
    return (
        templates()
        .get_template(TEMPLATE)
        .render(
            models=found,
            placeholder=PLACEHOLDER,
            name_rule=loading.NAME_RULE,
            max_bytes=f"{loading.MAX_BYTES:,}",
            max_values=f"{reading.MAX_VALUES:,}",
            max_depth=reading.MAX_DEPTH,
            max_digits=reading.MAX_DIGITS,
        )
        .rstrip()
        + "\n"
    )


def models() -> list[Model]:
    """Return the models of a spec: the environment first, each other one after the model that first needs it."""
    whole = schema.merged()
    definitions = whole.pop("$defs")
    whole["properties"] = {**schema.FILE_FIELDS, **whole["properties"]}
    found: dict[str, Model] = {}

    def visit(name: str, model: schema.Schema) -> None:
        if name not in found and "properties" in model:
            found[name] = _model(name, model, definitions)
            for reference in schema.references(model):
                visit(reference, definitions[reference])

    visit(str(whole["title"]), whole)
    return list(found.values())


def _model(name: str, model: schema.Schema, definitions: dict[str, schema.Schema]) -> Model:
    required = set(model.get("required", ()))
    fields = tuple(
        Field(
            name=f"`{field}`",
            kind=_cell(kind(said, definitions)),
            required="yes" if field in required else "",
            default="" if said.get("default") is None else f"`{json.dumps(said['default'])}`",
            description=_cell(said.get("description", "")),
        )
        for field, said in model["properties"].items()
    )
    return Model(name, model.get("description", ""), fields)


def kind(said: schema.Schema, definitions: dict[str, Any]) -> str:
    """Say in words what values a schema takes, with links to the models; null is no value, and not said."""
    if "anyOf" in said:
        kinds = [kind(one, definitions) for one in said["anyOf"] if one != {"type": "null"}]
        return " or ".join(word for word in kinds if not (word == "whole number" and "number" in kinds))
    if "$ref" in said:
        (name,) = schema.references(said)
        model = definitions[name]
        return f"[{name}](#{name.lower()})" if "properties" in model else kind(model, definitions)
    if "items" in said:
        return f"list of {kind(said['items'], definitions)}{_size(said)}"
    if said.get("type") == "object":
        values = said.get("additionalProperties")
        return f"map of {kind(values, definitions)}" if isinstance(values, dict) else "map"
    return _scalar(said)


def _scalar(said: schema.Schema) -> str:
    if "errorMessage" in said:
        return f"text ({said['errorMessage'].removeprefix('Not ').removesuffix('.')})"
    if "enum" in said:
        return " or ".join(f"`{json.dumps(value)}`" for value in said["enum"])
    return f"{_KINDS.get(said.get('type', ''), 'anything')}{_range(said)}"


def _range(said: schema.Schema) -> str:
    low, high = said.get("minimum"), said.get("maximum")
    if low is None and high is None:
        return ""
    if high is None:
        return f" ({low} or more)"
    return f" (up to {high})" if low is None else f" ({low} to {high})"


def _size(said: schema.Schema) -> str:
    return f" (at least {said['minItems']})" if said.get("minItems") else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace("\n", " ")
