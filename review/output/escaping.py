"""Texts of a plan in Markdown, as GitHub, GitLab and Bitbucket read it: what they say, and no markup."""

from __future__ import annotations

import re

from review.output.wording import clip, one_line, visible

MARKUP = re.compile(r"([\\`*_\[\]|~#$])")
HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
# Where a comment would notify a person or link to an issue: a joiner of no width keeps it a text.
REFERENCE = re.compile(r"(@(?=[A-Za-z0-9])|\\#(?=[0-9]))")
WORD_JOINER = "\u2060"


def html_text(text: str) -> str:
    """Return a text for within a tag."""
    return "".join(HTML.get(each, each) for each in one_line(text))


def prose(text: str, limit: int = 1_000) -> str:
    """Return a text of one line, which is not the beginning of its line, for outside of tables and code."""
    escaped = MARKUP.sub(r"\\\1", html_text(clip(one_line(text), limit)))
    return REFERENCE.sub(rf"\1{WORD_JOINER}", escaped)


def code(text: str, limit: int = 300) -> str:
    """Return a text of one line as code, with a fence longer than any in it."""
    shown = clip(one_line(text), limit) or " "
    fence = "`" * (_longest("`", shown) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def code_cell(text: str, limit: int = 200) -> str:
    """Return a text of one line as code in a table, whose cells end at a bar even there; "" if there is none."""
    return code(text, limit).replace("|", r"\|") if one_line(text) else ""


def cell(text: str, limit: int = 300) -> str:
    """Return a text of one line for a table."""
    return prose(text, limit)


def block(text: str, limit: int = 1_500) -> str:
    """Return a text as a block of code, its lines kept."""
    shown = clip(visible(text).strip("\n"), limit)
    fence = "`" * max(3, _longest("`", shown) + 1)
    return f"{fence}text\n{shown}\n{fence}\n"


def _longest(sign: str, text: str) -> int:
    return max((len(found) for found in re.findall(f"{re.escape(sign)}+", text)), default=0)
