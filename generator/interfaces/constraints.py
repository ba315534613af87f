"""Terraform's type constraints, and what a value of a spec must be to fit one.

Terraform would turn `8080` into text where text is wanted, and drop an attribute that it does not know. Here both are
mistakes, since a person who wrote them meant something else. A constraint becomes a function once; what is right then
costs a few comparisons, and paths and messages are made for mistakes only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from generator.errors import Path, Problem, mismatch, near, nearest, shown
from generator.specs.tree import Items, Leaf, Mapping, Node


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Primitive(_Frozen):
    """`string`, `number`, `bool` or `any`."""

    kind: Literal["string", "number", "bool", "any"]


class Collection(_Frozen):
    """`list`, `set` or `map` of one type."""

    kind: Literal["list", "set", "map"]
    element: Type


class Fixed(_Frozen):
    """`tuple`: so many items, each of its own type."""

    kind: Literal["tuple"] = "tuple"
    elements: list[Type]


class Attribute(_Frozen):
    """One attribute of an object."""

    type: Type
    optional: bool


class Object(_Frozen):
    """`object`: attributes by name."""

    kind: Literal["object"] = "object"
    attributes: dict[str, Attribute]


Type = Annotated[Primitive | Collection | Fixed | Object, Field(discriminator="kind")]

for _model in (Collection, Fixed, Attribute, Object):
    _model.model_rebuild()

ANY: Final = Primitive(kind="any")


class Finding(NamedTuple):
    """A mistake, and the path in the merged spec of what is mistaken; for what is missing, where it would be."""

    path: Path
    problem: Problem


Checker = Callable[[Node], Sequence[Finding]]

_WANTED: Final = {
    "string": "text",
    "number": "a number",
    "bool": "true or false",
    "list": "a list",
    "set": "a list",
    "tuple": "a list",
    "map": "a map",
    "object": "a map of fields",
}
_PRIMITIVES: Final[dict[str, tuple[type, ...]]] = {"string": (str,), "number": (int, float), "bool": (bool,)}


def wanted(constraint: Type) -> str:
    """Say in words what fits a constraint other than `any`."""
    return _WANTED[constraint.kind]


def checker(constraint: Type) -> Checker:
    """Return the function that finds every way in which a node does not fit; paths begin at that node.

    null is left to the caller at the top (`nullable`), fits any attribute of an object, as in Terraform, and fits no
    item of a collection.
    """
    match constraint:
        case Primitive(kind="any"):
            return _anything
        case Primitive():
            return _primitive(constraint)
        case Collection(kind="map"):
            return _map(constraint)
        case Collection():
            return _list(constraint)
        case Fixed():
            return _tuple(constraint)
        case Object():
            return _object(constraint)


def names(entries: dict[str, Node], known: Iterable[str], required: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the unknown names that were given and the required ones that were not.

    A required name that is there under a name nearly like it is one mistake, not two: it is not called missing.
    """
    valid = set(known)
    unknown = [name for name in entries if name not in valid]
    meant = {near(name, valid) for name in unknown}
    return unknown, [name for name in required if name not in entries and name not in meant]


def _wrong(node: Node, constraint: Type) -> list[Finding]:
    value: object = node.value if isinstance(node, Leaf) else [] if isinstance(node, Items) else {}
    return [Finding((), Problem(node.source, mismatch(value, wanted(constraint))))]


def _under(step: str | int, findings: Sequence[Finding]) -> list[Finding]:
    return [Finding((step, *path), problem) for path, problem in findings]


def _anything(_: Node) -> Sequence[Finding]:
    return ()


def _primitive(constraint: Primitive) -> Checker:
    types = _PRIMITIVES[constraint.kind]

    def check(node: Node) -> Sequence[Finding]:
        # Exactly these types: to Python, true is a whole number.
        if type(node) is Leaf and type(node.value) in types:
            return ()
        return _wrong(node, constraint)

    return check


def _map(constraint: Collection) -> Checker:
    element = checker(constraint.element)

    def check(node: Node) -> Sequence[Finding]:
        if not isinstance(node, Mapping):
            return _wrong(node, constraint)
        found: list[Finding] = []
        for name, value in node.entries.items():
            mistakes = element(value)
            if mistakes:
                found += _under(name, mistakes)
        return found

    return check


def _list(constraint: Collection) -> Checker:
    element = checker(constraint.element)

    def check(node: Node) -> Sequence[Finding]:
        if not isinstance(node, Items):
            return _wrong(node, constraint)
        found: list[Finding] = []
        for index, item in enumerate(node.items):
            mistakes = element(item)
            if mistakes:
                found += _under(index, mistakes)
        return found

    return check


def _tuple(constraint: Fixed) -> Checker:
    elements = [checker(element) for element in constraint.elements]

    def check(node: Node) -> Sequence[Finding]:
        if not isinstance(node, Items):
            return _wrong(node, constraint)
        found: list[Finding] = []
        if len(node.items) != len(elements):
            items = "item" if len(node.items) == 1 else "items"
            message = f"has {len(node.items)} {items}; {len(elements)} are wanted"
            found.append(Finding((), Problem(node.source, message)))
        for index, (item, element) in enumerate(zip(node.items, elements, strict=False)):
            found += _under(index, element(item))
        return found

    return check


def _object(constraint: Object) -> Checker:
    attributes = {name: checker(attribute.type) for name, attribute in constraint.attributes.items()}
    required = frozenset(name for name, attribute in constraint.attributes.items() if not attribute.optional)

    def check(node: Node) -> Sequence[Finding]:
        if not isinstance(node, Mapping):
            return _wrong(node, constraint)
        entries = node.entries
        found: list[Finding] = []
        for name, value in entries.items():
            attribute = attributes.get(name)
            if attribute is not None and not (type(value) is Leaf and value.value is None):
                mistakes = attribute(value)
                if mistakes:
                    found += _under(name, mistakes)
        if not (entries.keys() <= attributes.keys() and required <= entries.keys()):
            unknown, missing = names(entries, attributes, required)
            for name in unknown:
                message = f"{shown(name)} is not a field here{nearest(name, attributes)}"
                found.append(Finding((name,), Problem(entries[name].source, message)))
            found += [Finding((name,), Problem(node.source, f"{name} is missing")) for name in sorted(missing)]
        return found

    return check
