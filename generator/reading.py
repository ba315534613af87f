"""Reads the YAML text of one spec into a tree that knows its lines.

Text is read as a graph of YAML nodes and not as Python objects. So nothing is guessed from how a value looks (a date
stays the text that was written, a number with a leading zero is refused), every value keeps its line, and aliases are
counted as they are followed.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from generator.errors import Problem, Source, SpecError, shown
from generator.tree import Items, Leaf, Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.nodes import Node as YamlNode

MAX_VALUES: Final = 50_000  # after aliases are followed: what an alias bomb runs into
MAX_DEPTH: Final = 40
MAX_DIGITS: Final = 18  # more than any field needs, and still exact everywhere

_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")  # what looks like one is no number that lost its way
_DIRECTIVE: Final = re.compile(r"(?:^|[\n\r\x85\u2028\u2029\ufeff])(%(?:YAML|TAG)\b)")  # another version, other values
_ESCAPE: Final = re.compile(r"\\U([0-9A-Fa-f]{8})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


def parse(text: str, file: str) -> Mapping:
    """Return the tree of a spec, or raise everything that is wrong with its YAML."""
    root = _compose(text, file)
    if root is None:
        raise SpecError([Problem(Source(file), "is empty")])
    reader = _Reader(file)
    tree = reader.node(root, Source(file, root.start_mark.line + 1))
    if reader.problems:
        raise SpecError(reader.problems)
    if not isinstance(tree, Mapping):
        raise SpecError([Problem(tree.source, "a spec is a map of fields")])
    return tree


def _compose(text: str, file: str) -> YamlNode | None:
    directive = _DIRECTIVE.search(text)
    if directive:
        line = text.count("\n", 0, directive.start(1)) + 1
        raise SpecError(
            [Problem(Source(file, line), f"{directive[1]} is not used here: a spec is YAML 1.2 without tags")]
        )
    yaml = YAML(pure=True)
    yaml.max_depth = MAX_DEPTH
    yaml.composer.warn_double_anchors = False  # YAML allows to define an anchor again
    try:
        root: YamlNode | None = yaml.compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SpecError(
            [Problem(Source(file, line), f"YAML does not allow the character U+{error.character:04X}")]
        ) from None
    except MaxDepthExceededError as error:
        line = error.problem_mark.line + 1
        raise SpecError([Problem(Source(file, line), f"is nested deeper than {MAX_DEPTH} levels")]) from None
    except MarkedYAMLError as error:
        raise SpecError([_not_yaml(error, text, file)]) from None
    except (ValueError, OverflowError):
        raise SpecError([_no_character(text, file)]) from None
    except YAMLError as error:
        raise SpecError([Problem(Source(file), f"is not YAML: {shown(str(error), quote=False)}")]) from None
    return root


def _no_character(text: str, file: str) -> Problem:
    """Find the escape that is beyond Unicode: ruamel.yaml passes it to chr(), whose error has no line."""
    beyond = (match for match in _ESCAPE.finditer(text) if int(match[1], 16) > sys.maxunicode)
    first = next(beyond, None)
    line = text.count("\n", 0, first.start()) + 1 if first else 0
    return Problem(Source(file, line), f"is not YAML: {first[0] if first else 'an escape'} is not a character")


def _not_yaml(error: MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    # An unfinished quote or bracket is noticed at the end of the file; where it began is what helps.
    if error.context_mark is not None and mark is not None and mark.index >= len(text.rstrip()):
        mark = error.context_mark
    line = mark.line + 1 if mark is not None else 0
    if "'\\t'" in (error.problem or ""):
        return Problem(Source(file, line), "is not YAML: there is a tab; YAML indents with spaces only")
    reason = ": ".join(part for part in (error.context, error.problem) if part)
    return Problem(Source(file, line), f"is not YAML: {shown(reason, quote=False)}")


@dataclass
class _Reader:
    """One pass over a file's nodes, which collects every problem instead of stopping at the first."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    _values: int = 0
    _ancestors: list[YamlNode] = field(default_factory=list)

    def node(self, node: YamlNode, source: Source) -> Node:
        """Convert a node and what is below it; what is wrong becomes null and a problem."""
        self._values += 1
        if self._values > MAX_VALUES:
            # Nothing more can be said about such a file, and going on is what it is made to abuse.
            raise SpecError(
                [Problem(Source(self.file), f"has more than {MAX_VALUES:,} values once its aliases are followed")]
            )
        if any(node is ancestor for ancestor in self._ancestors):
            return self._refuse(source, "an alias contains itself")
        if len(self._ancestors) >= MAX_DEPTH:
            return self._refuse(source, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, ScalarNode):
            return self._scalar(node, source)
        self._ancestors.append(node)
        try:
            if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
                return self._mapping(node, source)
            if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
                return self._items(node, source)
        finally:
            self._ancestors.pop()
        return self._refuse(source, f"the tag {shown(str(node.tag))} means nothing here")

    def _refuse(self, source: Source, message: str) -> Leaf:
        self.problems.append(Problem(source, message))
        return Leaf(None, source)

    def _mapping(self, node: MappingNode, source: Source) -> Mapping:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, Source(self.file, line, source.path))
            if key is None:
                continue
            here = Source(self.file, line, (*source.path, key))
            if key in entries:
                self._refuse(here, f"is given twice; the first is in line {lines[key]}")
                continue
            lines[key] = line
            entries[key] = self.node(value_node, here)
        return Mapping(entries, source)

    def _items(self, node: SequenceNode, source: Source) -> Items:
        return Items(
            tuple(
                self.node(item, Source(self.file, item.start_mark.line + 1, (*source.path, index)))
                for index, item in enumerate(node.value)
            ),
            source,
        )

    def _key(self, node: YamlNode, source: Source) -> str | None:
        if node.tag == f"{_TAG}merge":
            self._refuse(source, "<< is not used here: a spec inherits with extends, a workload from defaults")
        elif not isinstance(node, ScalarNode):
            self._refuse(source, "a key is text, not a list or a map")
        elif node.tag != f"{_TAG}str":
            self._refuse(source, f'the key {node.value} is not text; put it in quotes: "{node.value}"')
        else:
            leaf = self._scalar(node, source)
            return leaf.value if isinstance(leaf.value, str) else None
        return None

    def _scalar(self, node: ScalarNode, source: Source) -> Leaf:
        kind = str(node.tag).removeprefix(_TAG)
        convert = _CONVERSIONS.get(kind)
        if convert is None:
            return self._refuse(source, f"the tag {shown(str(node.tag))} means nothing here")
        try:
            return Leaf(convert(node.value), source)
        except ValueError as error:
            return self._refuse(source, str(error))


def _text(value: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{shown(value)} has half of a surrogate pair, which is not a character")
    return value


def _integer(value: str) -> int:
    if _ACCOUNT.fullmatch(value) and value.startswith("0"):
        raise ValueError(f"{shown(value, quote=False)} would lose its first digit as a number; quote it")
    if not _INTEGER.fullmatch(value):
        raise ValueError(
            f"{shown(value, quote=False)} is read differently by different tools; write a plain number, or quote it"
        )
    if len(value) > MAX_DIGITS:
        raise ValueError(f"{shown(value, quote=False)} has more than {MAX_DIGITS} digits; quote it")
    return int(value)


def _decimal(value: str) -> float:
    if not _DECIMAL.fullmatch(value) or len(value) > MAX_DIGITS:
        raise ValueError(f"{shown(value, quote=False)} is not a plain decimal number; write it out, or quote it")
    return float(value)


def _boolean(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return value.lower() == "true"


def _null(_: str) -> None:
    return None


_CONVERSIONS: Final[dict[str, Callable[[str], Scalar]]] = {
    "str": _text,
    "timestamp": _text,  # dates are text to Terraform and to AWS
    "int": _integer,
    "float": _decimal,
    "bool": _boolean,
    "null": _null,
}
