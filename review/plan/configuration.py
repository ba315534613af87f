"""The configuration that plan JSON carries, as far as it tells where a value comes from.

Terraform lists what each expression refers to. Locals are not in the JSON, and neither is what stands in a dynamic
block: there the trail ends. Source: "JSON Output Format" of Terraform's documentation, "Configuration Representation".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.plan.model import Path

_INDEX: Final = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_STEPS: Final = re.compile(r'[^.\[\]]+|\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_DEEPEST: Final = 32  # modules and references within each other; a ring is no configuration


@dataclass(frozen=True)
class Source:
    """A resource or data source that an expression refers to.

    Attributes:
        module: the address of its module, without indices.
        is_data: whether it is a data source.
        type: its type.
        name: its name in the configuration.
        attribute: the attribute that is meant; "" if all of it is.
        index: the key of the instance that is meant, as JSON; "" if it may be any.
    """

    module: str
    is_data: bool
    type: str
    name: str
    attribute: str
    index: str = ""


def without_indices(address: str) -> str:
    """Return an address without the keys of `count` and `for_each`."""
    return _INDEX.sub("", address)


class Configuration:
    """The modules, resources and expressions of a configuration, by address."""

    def __init__(self, document: Mapping[str, Any], variables: Mapping[str, Any] | None = None) -> None:
        self._variables = variables or {}
        self._modules: dict[str, Mapping[str, Any]] = {}
        self._calls: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[tuple[str, bool, str, str], Mapping[str, Any]] = {}
        self.providers: Mapping[str, Any] = document.get("provider_config") or {}
        self._add("", document.get("root_module") or {})

    def _add(self, address: str, module: Mapping[str, Any]) -> None:
        self._modules[address] = module
        for each in module.get("resources") or ():
            self._resources[address, each["mode"] == "data", each["type"], each["name"]] = each
        for name, call in (module.get("module_calls") or {}).items():
            inner = _join(address, name)
            self._calls[inner] = call
            self._add(inner, call.get("module") or {})

    def provider_key(self, module: str, kind: str, name: str, *, is_data: bool) -> str:
        """Return the key of a resource's provider configuration; "" if it is not known."""
        block = self._resources.get((module, is_data, kind, name)) or {}
        return str(block.get("provider_config_key") or "")

    def says_of_provider(self, provider: str, argument: str) -> bool:
        """Tell whether a provider's configuration has an argument or a block."""
        return argument in ((self.providers.get(provider) or {}).get("expressions") or {})

    def of_provider(self, provider: str, *path: str) -> Any:
        """Return an argument of a provider, or of a block in it: a constant, or the value of a variable of the root.

        What is put together from a variable and something else looks the same in the JSON: judge the value.
        """
        here: Any = (self.providers.get(provider) or {}).get("expressions") or {}
        for name in path:
            here = here[0] if isinstance(here, list) and here else here
            here = here.get(name) if isinstance(here, dict) else None
        if not isinstance(here, dict):
            return None
        if "constant_value" in here:
            return here["constant_value"]
        references: Sequence[str] = here.get("references") or ()
        if len(references) != 1 or not references[0].startswith("var."):
            return None
        return (self._variables.get(references[0].removeprefix("var.")) or {}).get("value")

    def says(self, module: str, kind: str, name: str, attribute: str, *, is_data: bool) -> bool:
        """Tell whether a resource's block may set an attribute: only what a dynamic block says is not seen."""
        block = self._resources.get((module, is_data, kind, name))
        return block is None or attribute in (block.get("expressions") or {})

    def may_be_unknown(self, module: str, kind: str, name: str, attribute: str, *, is_data: bool) -> bool:
        """Tell whether a resource's block may give an attribute something that only the apply will know.

        It does not where it gives nothing, a constant, or a variable for which nobody gives more: what is unknown
        then is what the provider makes up. What a dynamic block gives is not seen.
        """
        block = self._resources.get((module, is_data, kind, name))
        if block is None:
            return True
        return self._is_open(module, _all_references((block.get("expressions") or {}).get(attribute)), 0)

    def _is_open(self, module: str, references: Sequence[str], depth: int) -> bool:
        """Tell whether any reference may lead to something that is not known while planning; a local may."""
        return depth > _DEEPEST or any(self._may_lead_on(module, each, depth) for each in references)

    def _may_lead_on(self, module: str, reference: str, depth: int) -> bool:
        first, *steps = _STEPS.findall(reference)
        if first == "var" and steps:
            expression = ((self._calls.get(module) or {}).get("expressions") or {}).get(steps[0])
            parent = module.rpartition(".module.")[0] if ".module." in module else ""
            return self._is_open(parent, _all_references(expression), depth + 1)
        return first not in {"count", "path", "terraform"} and reference != "each.key"

    def sources(self, module: str, kind: str, name: str, path: Path, values: Any, *, is_data: bool) -> set[Source]:
        """Return what the value at a path of a resource is made from, as far as that can be followed.

        Args:
            module: the address of its module, without indices.
            kind: its type.
            name: its name.
            path: of the value.
            values: the resource's attributes, by which blocks are told apart.
            is_data: whether it is a data source.
        """
        block = self._resources.get((module, is_data, kind, name))
        if block is None:
            return set()
        references = _references(block.get("expressions") or {}, path, values)
        each = (block.get("for_each_expression") or {}).get("references") or ()
        return set(self._follow(module, references, each, 0))

    def sources_of_output(self, name: str) -> set[Source]:
        """Return what an output of the root is made from."""
        return set(self._follow_output("", name, 0))

    def _follow_output(self, module: str, name: str, depth: int) -> Iterator[Source]:
        outputs = (self._modules.get(module) or {}).get("outputs") or {}
        expression = (outputs.get(name) or {}).get("expression")
        yield from self._follow(module, _all_references(expression), (), depth + 1)

    def _follow(self, module: str, references: Sequence[str], each: Sequence[str], depth: int) -> Iterator[Source]:
        if depth > _DEEPEST:
            return
        for reference in _longest(references):
            first, *rest = _STEPS.findall(reference)
            steps = [step for step in rest if not step.startswith("[")]
            index = _instance(rest, 2 if first == "data" else 1)
            if first == "var" and steps:
                call = self._calls.get(module)
                expression = ((call or {}).get("expressions") or {}).get(steps[0])
                parent = module.rpartition(".module.")[0] if ".module." in module else ""
                yield from self._follow(parent, _all_references(expression), (), depth + 1)
            elif first == "module" and len(steps) > 1:
                yield from self._follow_output(_join(module, steps[0]), steps[1], depth)
            elif first == "each":
                yield from self._follow(module, each, (), depth + 1)
            elif first == "data" and len(steps) > 1:
                yield Source(module, True, steps[0], steps[1], steps[2] if len(steps) > 2 else "", index)  # noqa: FBT003
            elif first not in {"local", "count", "path", "self", "terraform", "module", "var"} and steps:
                yield Source(module, False, first, steps[0], steps[1] if len(steps) > 1 else "", index)  # noqa: FBT003


def _instance(steps: Sequence[str], place: int) -> str:
    """Return the key in the step that follows a resource's name; "" if there is none."""
    return steps[place][1:-1] if len(steps) > place and steps[place].startswith("[") else ""


def _join(module: str, name: str) -> str:
    return f"{module}.module.{name}" if module else f"module.{name}"


def _longest(references: Sequence[str]) -> list[str]:
    """Leave out what Terraform lists for the whole when it also lists the part: `x.y` beside `x.y.z`."""
    return [
        each
        for each in references
        if not any(other != each and other.startswith((f"{each}.", f"{each}[")) for other in references)
    ]


def _all_references(expression: Any) -> list[str]:
    if isinstance(expression, list):
        return [reference for each in expression for reference in _all_references(each)]
    if not isinstance(expression, dict):
        return []
    if "references" in expression and isinstance(expression["references"], list):
        return [each for each in expression["references"] if isinstance(each, str)]
    if "constant_value" in expression:
        return []
    return [reference for each in expression.values() for reference in _all_references(each)]


def _references(expressions: Any, path: Path, values: Any) -> list[str]:
    """Go down a path of attributes and blocks to an expression; return what it refers to."""
    here, actual = expressions, values
    for step in path:
        if isinstance(step, str):
            if not isinstance(here, dict) or "references" in here or "constant_value" in here:
                break
            here = here.get(step)
            actual = actual.get(step) if isinstance(actual, dict) else None
        elif isinstance(here, list):
            here = _block(here, actual, step)
            actual = actual[step] if isinstance(actual, list) and step < len(actual) else None
        else:
            break
    if not isinstance(here, dict) or not ("references" in here or "constant_value" in here):
        return []  # a whole block is more than what one of its attributes is taken from
    return _all_references(here)


def _block(blocks: list[Any], actual: Any, number: int) -> Any:
    """Return the block in the configuration that became a block of the plan; None if it may be any.

    A dynamic block is not listed, so that numbers agree only if there is none.
    """
    if not isinstance(actual, list) or number >= len(actual):
        return None
    if len(blocks) == len(actual):
        return blocks[number]
    fitting = [each for each in blocks if _fits(each, actual[number])]
    return fitting[0] if len(fitting) == 1 else None


def _fits(block: Any, actual: Any) -> bool:
    """Tell whether all that a block says as a constant is so in the plan."""
    if not isinstance(block, dict) or not isinstance(actual, dict):
        return False
    constants = {name: each["constant_value"] for name, each in block.items() if _is_constant(each)}
    return all(_same(actual.get(name), value) for name, value in constants.items())


def _is_constant(expression: Any) -> bool:
    return isinstance(expression, dict) and "constant_value" in expression


def _same(actual: Any, constant: Any) -> bool:
    if isinstance(actual, list) and isinstance(constant, list):
        return sorted(map(str, actual)) == sorted(map(str, constant))  # a set has no order
    return bool(actual == constant)
