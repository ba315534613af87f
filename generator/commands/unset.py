"""Says what holds where no line of a spec sets a value: a default, or what the generator fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.checks.calls import WIRINGS, module_of
from generator.errors import dotted
from generator.models.spec import Environment
from generator.specs.tree import Leaf, Mapping, find, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path
    from generator.interfaces.library import Library
    from generator.specs.tree import Plain


@dataclass(frozen=True, slots=True)
class Unset:
    """A value that a spec could set and does not.

    Attributes:
        default: what holds instead, as Terraform's source has it; None when the generator fills it in.
        declared: where the module declares the variable.
    """

    path: Path
    default: str | None
    declared: str

    def lines(self) -> Iterator[str]:
        """Write it for a person."""
        yield f"{dotted(self.path)} is not set"
        filled = "the generator fills it in" if self.default is None else f"default {self.default}"
        yield f"  {filled}, {self.declared}"

    def record(self) -> dict[str, Plain]:
        """Write it for a program."""
        return {"path": dotted(self.path), "value": None, "default": self.default, "declared": self.declared}


def unset(tree: Mapping, path: Path, library: Library) -> Unset | None:
    """Return what holds at a path that nothing sets; None when nothing could be set there, or it is not known."""
    node, steps = find(tree, path)
    if steps == len(path) or (isinstance(node, Mapping) and path[steps] in node.removed):
        return None
    if len(path) == 1:
        return _of_environment(path)
    called, filled = _call(tree, path)
    module = module_of(tree, called)
    if not called or (path[0] == "components" and module is None):
        return None
    source = library.source(called, module)
    variable = source.interface.variables.get(str(path[-1])) if source.interface else None
    if variable is None or (variable.default is None and not filled):
        return None
    place = f"{variable.file}:{variable.line}"
    pinned = module is not None and module.git is not None
    declared = f"{place} of {source.label}" if pinned else f"{source.label}/{place}"
    return Unset(path, None if filled else variable.default, declared)


def _of_environment(path: Path) -> Unset | None:
    field = Environment.model_fields.get(str(path[0]))
    if field is None or field.is_required() or field.default is None:
        return None
    return Unset(path, str(field.default).lower(), "generator/models/spec.py")


def _call(tree: Mapping, path: Path) -> tuple[str, bool]:
    """Return the module whose variable a path names, and whether the generator fills that in; "" where it is none."""
    match path:
        case ("tasks" | "schedules" as group, str(name), str(argument)) if name in section(tree, group):
            wiring = WIRINGS[group]
            if argument not in wiring.references:
                return wiring.module, argument in wiring.needed(tree, [section(tree, group)[name]])
        case ("components", str(name), "inputs", str()):
            module, steps = find(tree, ("components", name, "module"))
            if steps == 3 and isinstance(module, Leaf) and isinstance(module.value, str):
                return module.value, False
    return "", False
