"""The templates of what is generated: roots, and the reference of a spec."""

from __future__ import annotations

from functools import cache

import jinja2

from generator.output.hcl import key_text, line, literal
from generator.places import TEMPLATES


@cache
def templates() -> jinja2.Environment:
    """Return the templates, where a name that nothing gives is an error."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - HCL and Markdown, not HTML: in HCL every value goes through the hcl filter
    )
    found.filters["hcl"] = literal
    found.filters["hcl_key"] = key_text
    found.filters["hcl_line"] = line
    return found
