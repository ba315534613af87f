"""Says what holds where no line of a spec sets a value: a default, or what the generator fills in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.checks.calls import WIRINGS, module_of
from generator.commands.explain import one_line
from generator.commands.schema import FILE_FIELDS
from generator.errors import Problem, SpecError, dotted, nearest, whole
from generator.models.fields import fields, model_at
from generator.specs.tree import Items, Leaf, Mapping, find, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path
    from generator.interfaces.interface import Variable
    from generator.interfaces.library import Library, Source
    from generator.specs.tree import Node, Plain


@dataclass(frozen=True, slots=True)
class Unset:
    """A value that a spec could set and does not.

    Attributes:
        description: what the field is, in a sentence, or empty.
        default: what holds instead, as its author wrote it; None when nothing does, or the generator fills it in.
        held: the same in words, or empty.
        declared: where the default, the variable or the field is declared.
    """

    path: Path
    description: str
    default: str | None = None
    held: str = ""
    declared: str = ""

    def lines(self) -> Iterator[str]:
        """Write it for a person."""
        yield f"{one_line(whole(self.path))} is not set"
        if self.description:
            yield f"  {self.description}"
        if self.held:
            yield f"  {self.held}{self.declared and f', {self.declared}'}"

    def record(self) -> dict[str, Plain]:
        """Write it for a program."""
        return {
            "path": whole(self.path),
            "value": None,
            "default": self.default,
            "declared": self.declared,
            "description": self.description,
        }


def unset(tree: Mapping, path: Path, library: Library) -> Unset:
    """Return what holds at a path that nothing sets; of what is below a field that is not set, that field.

    Raises:
        SpecError: nothing could be set there.
    """
    node, steps = find(tree, path)
    call = _Call.of(tree, path, library)
    if call is not None and steps < len(call.path) and (held := call.held(tree)) is not None:
        return held
    end = steps
    while end < len(path) and path[end] in fields(path[:end]):
        end += 1
    if end > steps and isinstance(node, Mapping):
        return _of_field(path[:end])
    if path[:1] in {(name,) for name in FILE_FIELDS}:
        return _of_file(str(path[0]))
    raise SpecError([Problem(node.source, f"nothing sets {dotted(path[: steps + 1])}{_hint(node, path, steps, call)}")])


def _hint(node: Node, path: Path, steps: int, call: _Call | None) -> str:
    """Return what was probably meant: what is set there, and what could be."""
    part = path[steps]
    if isinstance(node, Items):
        size = len(node.items)
        if isinstance(part, str) and part.isdecimal() and int(part) < size:
            return f'; did you mean "{dotted((*path[:steps], int(part)))}"?'
        return f"; the list has {size}"
    if not isinstance(node, Mapping):
        return ""
    known = {*node.entries, *node.removed, *fields(path[:steps])}
    if call is not None and steps == len(call.path) - 1:
        known |= call.names
    if not steps:
        known |= FILE_FIELDS.keys()
    return nearest(str(part), known)


@dataclass(frozen=True, slots=True)
class _Call:
    """The argument of a module call that a path names.

    Attributes:
        path: the argument's own; the path that was asked for may go on below it.
        filled: the generator gives it a value.
        pinned: the source of the module is a git reference.
        only_filled: arguments of that module that no spec gives.
    """

    path: Path
    source: Source
    filled: bool
    pinned: bool
    only_filled: frozenset[str]

    @classmethod
    def of(cls, tree: Mapping, path: Path, library: Library) -> _Call | None:
        """Return the call that a path leads into; None when it leads into none, or the module is not known."""
        match path[:4]:
            case (str(group), str(name), str(argument), *_) if group in WIRINGS and name in section(tree, group):
                wiring = WIRINGS[group]
                if argument in wiring.own | wiring.unused:
                    return None
                module = module_of(tree, wiring.module)
                filled = argument in wiring.needed(tree, [section(tree, group)[name]])
                source = library.source(wiring.module, module)
                pinned = module is not None and module.git is not None
                return cls(path[:3], source, filled, pinned, wiring.only_filled)
            case ("components", str(name), "inputs", str()):
                called, steps = find(tree, ("components", name, "module"))
                if steps == 3 and isinstance(called, Leaf) and isinstance(called.value, str):
                    module = module_of(tree, called.value)
                    if module is not None:
                        source = library.source(called.value, module)
                        return cls(
                            path[:4], source, filled=False, pinned=module.git is not None, only_filled=frozenset()
                        )
        return None

    @property
    def variables(self) -> dict[str, Variable]:
        """What the module declares, as far as that is known."""
        return self.source.interface.variables if self.source.interface else {}

    @property
    def names(self) -> set[str]:
        """What a spec can give."""
        return self.variables.keys() - self.only_filled

    def held(self, tree: Mapping) -> Unset | None:
        """Return what holds instead of a value; None for what the module does not declare."""
        variable = self.variables.get(str(self.path[-1]))
        if variable is None:
            return None
        field = fields(self.path[:-1]).get(str(self.path[-1]))
        description = _sentence(field.description if field is not None else variable.description)
        connection, steps = find(tree, (*self.path[:2], "connect", self.path[-1]))
        if self.path[0] == "components" and steps == 4 and isinstance(connection, Leaf):
            return Unset(self.path, description, None, f"connected to {connection.value}", str(connection.source))
        place = f"{variable.file}:{variable.line}"
        declared = f"{place} of {self.source.label}" if self.pinned else f"{self.source.label}/{place}"
        if self.filled and (given := self._given_elsewhere(tree)) is not None:
            there, node = given
            return Unset(self.path, description, None, f"that of {dotted(there)}", str(node.source))
        if self.filled:
            return Unset(self.path, description, None, "the generator fills it in", declared)
        held = "required" if variable.default is None else f"default {variable.default}"
        return Unset(self.path, description, variable.default, held, declared)

    def _given_elsewhere(self, tree: Mapping) -> tuple[Path, Node] | None:
        """Return what the entry that a call names says in its place, as a job's task does; None where none does."""
        wiring = WIRINGS.get(str(self.path[0]))
        field, named_in, arguments = wiring.by_reference if wiring is not None else ("", "", frozenset[str]())
        if self.path[-1] not in arguments:
            return None
        named, _ = find(tree, (*self.path[:2], field))
        there: Path = (named_in, str(named.value) if isinstance(named, Leaf) else "", self.path[-1])
        node, steps = find(tree, there)
        return (there, node) if steps == len(there) else None


def _of_field(path: Path) -> Unset:
    field, model = fields(path[:-1])[str(path[-1])], model_at(path[:-1])
    declared = f"{model.__module__.replace('.', '/')}.py" if model is not None else ""
    description = _sentence(field.description)
    if field.is_required() and path[0] != "defaults":
        return Unset(path, description, None, "required", declared)
    value: Any = None if field.is_required() else field.get_default(call_default_factory=True)
    if value is None:
        return Unset(path, description, declared=declared)
    return Unset(path, description, json.dumps(value), f"default {json.dumps(value)}", declared)


def _of_file(name: str) -> Unset:
    field = FILE_FIELDS[name]
    default = json.dumps(field["default"]) if "default" in field else None
    return Unset((name,), _sentence(field["description"]), default, "" if default is None else f"default {default}")


def _sentence(text: str | None) -> str:
    """Return the first sentence of a description."""
    return (text or "").partition("\n")[0].partition(". ")[0].rstrip(".")
