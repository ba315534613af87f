"""The generated part of each module's README, in the layout of terraform-docs' ``markdown table``.

Types and defaults are cut from the source as their author wrote them; python-hcl2 says where they begin and end.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
from lark.exceptions import LarkError

from harness.errors import WrongUseError

BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


@dataclass(frozen=True)
class Block:
    """A top-level block of a module.

    Attributes:
        kind: such as ``variable`` or ``resource``.
        labels: such as ``("aws_sqs_queue", "dlq")``.
        attributes: name to the source text of its expression.
    """

    kind: str
    labels: tuple[str, ...]
    attributes: dict[str, str]


def read_blocks(module: Path) -> list[Block]:
    """Every top-level block of a module's files, in the order of files and lines.

    Raises:
        WrongUseError: a file is not HCL.
    """
    blocks = []
    for path in sorted(module.glob("*.tf")):
        source = path.read_text(encoding="utf-8")
        try:
            tree: Any = hcl2.parses_to_tree(source)
        except LarkError as error:
            raise WrongUseError(f"{path}: not HCL that can be read: {error}") from error
        blocks += [
            read_block(node, source) for body in tree.children for node in body.children if is_rule(node, "block")
        ]
    return blocks


def is_rule(node: Any, name: str) -> bool:
    """Whether a node of the parse tree is that grammar rule."""
    return getattr(node, "data", None) == name


def read_block(node: Any, source: str) -> Block:
    """Turn one block of the parse tree into its parts."""
    body = next(child for child in node.children if is_rule(child, "body"))
    heads = [
        text_of(child, source).strip('"') for child in node.children[: node.children.index(body)] if is_head(child)
    ]
    attributes = {}
    for attribute in body.children:
        if is_rule(attribute, "attribute"):
            name, *_, value = attribute.children
            attributes[text_of(name, source)] = text_of(value, source)
    return Block(heads[0], tuple(heads[1:]), attributes)


def is_head(node: Any) -> bool:
    """Whether a node is the block's keyword or one of its labels."""
    return is_rule(node, "identifier") or is_rule(node, "string")


def text_of(node: Any, source: str) -> str:
    """The source text of a node."""
    return source[node.meta.start_pos : node.meta.end_pos].strip()


def plain(expression: str) -> str:
    """The text that a string or heredoc expression stands for (descriptions hold no interpolation)."""
    if expression.startswith("<<"):
        _, *lines = expression.splitlines()
        return textwrap.dedent("\n".join(lines[:-1])).strip()
    return expression.strip('"').replace('\\"', '"').replace("\\\\", "\\")


def cell(text: str) -> str:
    """Text for one cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", "<br/>")


def code(expression: str) -> str:
    """An expression for one cell: inline, or preformatted when it has several lines."""
    if "\n" not in expression:
        return f"`{expression}`".replace("|", "\\|")
    first, *rest = expression.splitlines()
    lines = [first, *textwrap.dedent("\n".join(rest)).splitlines()]
    escaped = "<br/>".join(lines).replace("|", "\\|")
    return f"<pre>{escaped}</pre>"


def table(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]], none: str) -> list[str]:
    """A section with a table, or with the words that say there is nothing."""
    if not rows:
        return [f"## {title}", "", none, ""]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    ruler = "|" + "|".join("-" * (len(name) + 2) for name in header) + "|"
    return [f"## {title}", "", "| " + " | ".join(header) + " |", ruler, *lines, ""]


def requirements(module: Path) -> list[tuple[str, str]]:
    """Terraform's and each provider's version constraint."""
    found = []
    for path in sorted(module.glob("*.tf")):
        for terraform in hcl2.loads(path.read_text(encoding="utf-8")).get("terraform", []):
            if "required_version" in terraform:
                found.append(("terraform", terraform["required_version"].strip('"')))
            for providers in terraform.get("required_providers", []):
                found += [
                    (name, value["version"].strip('"')) for name, value in providers.items() if isinstance(value, dict)
                ]
    return found


def describe(module: Path) -> str:
    """The generated section of a module's README, without the markers."""
    blocks = read_blocks(module)
    versions = requirements(module)
    by_kind = {kind: [block for block in blocks if block.kind == kind] for kind in ("module", "variable", "output")}
    resources = sorted(
        (f"{'.'.join(block.labels)}", "data source" if block.kind == "data" else "resource")
        for block in blocks
        if block.kind in ("resource", "data")
    )
    variables = sorted(by_kind["variable"], key=lambda block: ("default" in block.attributes, block.labels))
    inputs = [
        (
            f'<a name="input_{block.labels[0]}"></a> {block.labels[0]}',
            cell(plain(block.attributes.get("description", ""))),
            code(block.attributes.get("type", "any")),
            code(block.attributes["default"]) if "default" in block.attributes else "n/a",
            "no" if "default" in block.attributes else "yes",
        )
        for block in variables
    ]
    outputs = [
        (f'<a name="output_{block.labels[0]}"></a> {block.labels[0]}', cell(plain(block.attributes["description"])))
        for block in sorted(by_kind["output"], key=lambda block: block.labels)
    ]
    modules = [(block.labels[0], plain(block.attributes["source"])) for block in by_kind["module"]]
    lines = [
        *table("Requirements", ("Name", "Version"), [(name, cell(version)) for name, version in versions], "None."),
        *table("Providers", ("Name", "Version"), [(n, cell(v)) for n, v in versions if n != "terraform"], "None."),
        *table("Modules", ("Name", "Source"), modules, "No modules."),
        *table("Resources", ("Name", "Type"), resources, "No resources."),
        *table("Inputs", ("Name", "Description", "Type", "Default", "Required"), inputs, "No inputs."),
        *table("Outputs", ("Name", "Description"), outputs, "No outputs."),
    ]
    return "\n".join(lines).rstrip() + "\n"


def updated(readme: str, section: str, where: Path) -> str:
    """The README with the part between the markers replaced.

    Raises:
        WrongUseError: the markers are missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise WrongUseError(f"{where}: the lines {BEGIN} and {END} are missing: they say where the tables go")
    return f"{before}{BEGIN}\n{section}{END}{after}"


def refresh(modules: Path, *, check: bool) -> list[str]:
    """Bring every module's README up to date, or with ``check`` return the differences instead."""
    differences = []
    for readme in sorted(modules.glob("*/README.md")):
        old = readme.read_text(encoding="utf-8")
        new = updated(old, describe(readme.parent), readme)
        if old == new:
            continue
        if check:
            name = readme.relative_to(modules.parent).as_posix()
            differences.append(
                "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), name, name))
            )
        else:
            readme.write_text(new, encoding="utf-8")
    return differences
