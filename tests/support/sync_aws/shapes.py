"""Values of a shape of botocore's own service models, so that a member that a new botocore knows is drawn by itself."""

from __future__ import annotations

import string
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

# What a copy through JSON, XML, a shell or a template would spoil, and what a check for truth would lose.
HOSTILE = ["{{x}}", "<aws.events.event.json>", "\\", '"', "'", "$", "%", "\u2028", "é", "😀", "\t", "null", "0", " "]
ALPHABET = st.one_of(st.sampled_from(HOSTILE), st.sampled_from(string.ascii_letters + string.digits + "-_./:"))
LONGEST = 12


@cache
def target_shape() -> StructureShape:
    """Return the shape of an EventBridge target."""
    shape = botocore.session.Session().get_service_model("events").shape_for("Target")
    assert isinstance(shape, StructureShape)
    return shape


@cache
def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return what a shape may hold: each optional member or not, numbers to their limits, zero, false, empty text."""
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if isinstance(shape, StructureShape):
        return structure(shape)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), min_size=least, max_size=least + 2)
    if isinstance(shape, MapShape):
        return st.dictionaries(values(shape.key), values(shape.value), min_size=least, max_size=least + 2)
    if shape.type_name == "string":
        return text(shape, least, most)
    if shape.type_name in {"integer", "long"}:
        return st.integers(least, min(most if most is not None else 10**6, 2**31 - 1))
    if shape.type_name == "boolean":
        return st.booleans()
    raise NotImplementedError(f"no values for {shape.type_name}, which {shape.name} is")


def structure(shape: StructureShape) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: values(member) for name, member in shape.members.items()}
    required = {name: value for name, value in members.items() if name in shape.required_members}
    return st.fixed_dictionaries(
        required, optional={name: value for name, value in members.items() if name not in required}
    )


def text(shape: Shape, least: int, most: int | None) -> st.SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    longest = min(most, LONGEST) if most is not None else LONGEST
    drawn = st.lists(ALPHABET, min_size=least, max_size=max(longest, least)).map("".join)
    pattern = shape.metadata.get("pattern")
    if pattern == "[\\.\\-_A-Za-z0-9]+":
        return st.text(string.ascii_letters + string.digits + ".-_", min_size=max(least, 1), max_size=longest)
    # Other patterns are for other services' targets: what matters here is that the value comes back as it was.
    return drawn.filter(lambda value: not most or len(value) <= most)
