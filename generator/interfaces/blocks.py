"""Cuts a module's source into its top-level blocks.

Only what python-hcl2's parse tree says about positions is used: an expression is the text that its author wrote.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hcl2
from lark.exceptions import LarkError

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotHclError(Exception):
    """A file cannot be read as HCL; the message begins with the file and, where known, the line."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The value of an attribute.

    Attributes:
        text: its source text.
        node: its node in the parse tree.
    """

    text: str
    node: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block of a module.

    Attributes:
        kind: such as `variable` or `resource`.
        labels: such as `("aws_sqs_queue", "dlq")`.
        attributes: its own attributes, by name; those of blocks inside it are left out.
        file: the file that it stands in, as the caller named it.
        line: where it begins there.
    """

    kind: str
    labels: tuple[str, ...]
    attributes: dict[str, Expression]
    file: str
    line: int


def read_blocks(files: Mapping[str, str]) -> list[Block]:
    """Return every top-level block of a module, in the order of its files' names and lines.

    Args:
        files: the text of each file, by its name.

    Raises:
        NotHclError: a file is not HCL that python-hcl2 can read.
    """
    blocks: list[Block] = []
    for name, text in sorted(files.items()):
        source = text.removeprefix("\ufeff")  # some editors leave a byte order mark
        try:
            tree: Any = hcl2.parses_to_tree(source)
        except LarkError as error:
            line = getattr(error, "line", 0)
            where = f"{name}:{line}" if isinstance(line, int) and line > 0 else name
            raise NotHclError(f"{where}: not HCL that can be read") from error
        blocks += [
            _block(node, source, name) for body in tree.children for node in body.children if is_rule(node, "block")
        ]
    return blocks


def decoded(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text of each file.

    Raises:
        NotHclError: a file is not UTF-8.
    """
    texts = {}
    for name, data in files.items():
        try:
            texts[name] = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotHclError(f"{name}: not UTF-8 text") from error
    return texts


def is_rule(node: Any, name: str) -> bool:
    """Say whether a node of the parse tree is that rule of python-hcl2's grammar."""
    return getattr(node, "data", None) == name


def plain(expression: str) -> str:
    """Return the text that a string or heredoc expression stands for (descriptions hold no interpolation)."""
    if expression.startswith("<<"):
        _, *lines = expression.splitlines()
        return textwrap.dedent("\n".join(lines[:-1])).strip()
    return expression.strip('"').replace('\\"', '"').replace("\\\\", "\\")


def _block(node: Any, source: str, file: str) -> Block:
    body = next(child for child in node.children if is_rule(child, "body"))
    heads = [
        _text(child, source).strip('"')
        for child in node.children[: node.children.index(body)]
        if is_rule(child, "identifier") or is_rule(child, "string")
    ]
    attributes = {}
    for attribute in body.children:
        if is_rule(attribute, "attribute"):
            name, *_, value = attribute.children
            attributes[_text(name, source)] = Expression(_text(value, source), value)
    return Block(heads[0] if heads else "", tuple(heads[1:]), attributes, file, node.meta.line)


def _text(node: Any, source: str) -> str:
    return source[node.meta.start_pos : node.meta.end_pos].strip()
