"""The schema, with and without versions."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import build_schema, extend_schema, parse

if TYPE_CHECKING:
    from graphql import GraphQLSchema

_FOLDER = Path(__file__).parent


@functools.cache
def schema(*, versioned: bool) -> GraphQLSchema:
    """Return the schema; with versions it has what conflict detection adds."""
    if versioned:
        return extend_schema(schema(versioned=False), parse((_FOLDER / "versioned.graphql").read_text()))
    return build_schema((_FOLDER / "channel.graphql").read_text())
