"""The generated part of each module's README, in the layout of terraform-docs' ``markdown table``.

Types and defaults are cut from the source as their author wrote them; python-hcl2 says where they begin and end.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Sequence
from pathlib import Path

import hcl2

from generator.interfaces.blocks import Block, NotHclError, plain, read_blocks
from harness.errors import WrongUseError

BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


def read_module(module: Path) -> list[Block]:
    """Every top-level block of a module's files, in the order of files and lines.

    Raises:
        WrongUseError: a file is not HCL.
    """
    files = {str(path): path.read_text(encoding="utf-8") for path in module.glob("*.tf")}
    try:
        return read_blocks(files)
    except NotHclError as error:
        raise WrongUseError(str(error)) from error


def source(block: Block, name: str, missing: str) -> str:
    """The source text of an attribute."""
    return block.attributes[name].text if name in block.attributes else missing


def cell(words: str) -> str:
    """Text for one cell of a Markdown table."""
    return words.replace("|", "\\|").replace("\n", "<br/>")


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
    blocks = read_module(module)
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
            cell(plain(source(block, "description", ""))),
            code(source(block, "type", "any")),
            code(source(block, "default", "")) if "default" in block.attributes else "n/a",
            "no" if "default" in block.attributes else "yes",
        )
        for block in variables
    ]
    outputs = [
        (f'<a name="output_{block.labels[0]}"></a> {block.labels[0]}', cell(plain(source(block, "description", ""))))
        for block in sorted(by_kind["output"], key=lambda block: block.labels)
    ]
    modules = [(block.labels[0], plain(source(block, "source", ""))) for block in by_kind["module"]]
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
