"""Reads a module's interface from its source with python-hcl2.

Nothing else imports this before it is needed: python-hcl2 takes a tenth of a second to load, and half a second for a
module of ours, and what it reads is kept (library.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lark import Token

from generator.interfaces.blocks import Block, is_rule, plain, read_blocks
from generator.interfaces.constraints import ANY, Attribute, Collection, Fixed, Object, Primitive, Type
from generator.interfaces.interface import Interface, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAX_DEPTH: Final = 40  # no constraint of a person's making is nested deeper


def read(files: Mapping[str, str]) -> Interface:
    """Read the interface of a module.

    Args:
        files: the text of each of its `.tf` files, by name.

    Raises:
        NotHclError: a file is not HCL that python-hcl2 can read.
    """
    # Override files come last and replace single attributes:
    # https://developer.hashicorp.com/terraform/language/files/override
    blocks = sorted(read_blocks(files), key=lambda block: is_override(block.file))
    return Interface(
        variables=_variables(block for block in blocks if block.kind == "variable" and len(block.labels) == 1),
        outputs=_labels(blocks, "output"),
        resources=_labels(blocks, "resource"),
        calls=_labels(blocks, "module"),
    )


def is_override(file: str) -> bool:
    """Say whether Terraform lays a file over the others."""
    return file == "override.tf" or file.endswith("_override.tf")


def _labels(blocks: Iterable[Block], kind: str) -> list[str]:
    return sorted({".".join(block.labels) for block in blocks if block.kind == kind})


def _variables(blocks: Iterable[Block]) -> dict[str, Variable]:
    declared: dict[str, Block] = {}
    for block in blocks:
        name = block.labels[0]
        if name not in declared:
            declared[name] = block
        else:
            first = declared[name]
            merged = {**first.attributes, **block.attributes}
            declared[name] = Block(first.kind, first.labels, merged, first.file, first.line)
    return {name: _variable(block) for name, block in sorted(declared.items())}


def _variable(block: Block) -> Variable:
    attributes = block.attributes
    return Variable(
        type=type_of(attributes["type"].node) if "type" in attributes else ANY,
        default=attributes["default"].text if "default" in attributes else None,
        nullable="nullable" not in attributes or attributes["nullable"].text != "false",
        description=plain(attributes["description"].text) if "description" in attributes else "",
        file=block.file,
        line=block.line,
    )


def type_of(node: Any, depth: int = 0) -> Type:
    """Read a type constraint from its node in python-hcl2's parse tree.

    What is no constraint reads as `any`: Terraform refuses such a module, and says more about it.
    """
    if depth > _MAX_DEPTH:
        return ANY
    node = _inner(node)
    if is_rule(node, "function_call"):
        return _call(node, depth + 1)
    match _words(node):  # in old modules a quoted word
        case "string" | "number" | "bool" as kind:
            return Primitive(kind=kind)
        case "list" | "map" as kind:  # in old modules without an element
            return Collection(kind=kind, element=ANY)
    return ANY


def _call(node: Any, depth: int) -> Type:
    name, *rest = _parts(node)
    arguments = _parts(rest[0]) if rest else []
    if not arguments:
        return ANY
    match _words(name):
        case "list" | "set" | "map" as kind:
            return Collection(kind=kind, element=type_of(arguments[0], depth))
        case "tuple":
            return Fixed(elements=[type_of(item, depth) for item in _parts(_inner(arguments[0]))])
        case "object":
            elements = (_parts(element) for element in _parts(_inner(arguments[0])))
            return Object(attributes={_words(key): _attribute(value, depth) for key, value in elements})
    return ANY


def _attribute(node: Any, depth: int) -> Attribute:
    call = _inner(node)
    if is_rule(call, "function_call"):
        name, *rest = _parts(call)
        if _words(name) == "optional" and rest:
            return Attribute(type=type_of(_parts(rest[0])[0], depth), optional=True)
    return Attribute(type=type_of(node, depth), optional=False)


def _inner(node: Any) -> Any:
    while is_rule(node, "expr_term"):
        node = _parts(node)[0]
    return node


def _parts(node: Any) -> list[Any]:
    """Return the rules below a node, without punctuation and comments."""
    return [child for child in node.children if hasattr(child, "data") and not is_rule(child, "new_line_or_comment")]


def _words(node: Any) -> str:
    return "".join(node.scan_values(lambda value: isinstance(value, Token))).strip().strip('"')
