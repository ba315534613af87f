"""Type constraints: what a value of a spec must be, and that nothing passes which Terraform would refuse."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from generator.errors import Source
from generator.interfaces.constraints import ANY, Attribute, Collection, Fixed, Object, Primitive, Type, checker
from generator.interfaces.declarations import read
from generator.interfaces.interface import Interface
from generator.output.hcl import literal
from generator.specs.tree import Items, Leaf, Mapping, Node, Plain
from harness import providers
from tests.support.planning import BUILD

STRING, NUMBER, BOOL = Primitive(kind="string"), Primitive(kind="number"), Primitive(kind="bool")


def node(value: Plain) -> Node:
    where = Source("x.yaml", 1)
    if isinstance(value, dict):
        return Mapping({key: node(inner) for key, inner in value.items()}, where)
    return Items(tuple(node(item) for item in value), where) if isinstance(value, list) else Leaf(value, where)


def constraint(text: str) -> Type:
    return read({"x.tf": f'variable "x" {{\n  type = {text}\n}}\n'}).variables["x"].type


CONSTRAINTS: dict[str, Type] = {
    "string": STRING,
    "any": ANY,
    '"string"': STRING,  # as Terraform 0.11 had it
    "list": Collection(kind="list", element=ANY),
    "map": Collection(kind="map", element=ANY),
    "set(number)": Collection(kind="set", element=NUMBER),
    "list(map(bool))": Collection(kind="list", element=Collection(kind="map", element=BOOL)),
    "tuple([string, list(any)])": Fixed(elements=[STRING, Collection(kind="list", element=ANY)]),
    "tuple([])": Fixed(elements=[]),
    "object({})": Object(attributes={}),
    "object({ a = string, b = optional(number) })": Object(
        attributes={"a": Attribute(type=STRING, optional=False), "b": Attribute(type=NUMBER, optional=True)}
    ),
    'object({\n  # a comment\n  "a" = optional(object({ in = bool }), { in = true }) // more\n  b : string\n})': Object(
        attributes={
            "a": Attribute(
                type=Object(attributes={"in": Attribute(type=BOOL, optional=False)}),
                optional=True,
            ),
            "b": Attribute(type=STRING, optional=False),
        }
    ),
    'map(object({ a = optional(list(string), ["x", "y"]) }))': Collection(
        kind="map",
        element=Object(attributes={"a": Attribute(type=Collection(kind="list", element=STRING), optional=True)}),
    ),
    "lookup(1)": ANY,  # Terraform refuses the module, and says why
}


@pytest.mark.parametrize("text", CONSTRAINTS)
def test_a_constraint_is_read(text: str) -> None:
    assert constraint(text) == CONSTRAINTS[text]


def test_an_absurd_depth_is_no_traceback() -> None:
    checker(constraint("list(" * 2000 + "string" + ")" * 2000))


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("object({ a = string, b = optional(number) })", {"a": None, "b": None}, []),  # as in Terraform
        ("list(string)", ["x", None], [(1,)]),
        ("map(string)", {"x": None}, [("x",)]),
        ("tuple([string, bool])", [None, "x"], [(0,), (1,)]),
        ("list(object({ a = set(number) }))", [{"a": [1, True, "1"]}, {}], [(0, "a", 1), (0, "a", 2), (1, "a")]),
        ("list(any)", [1, None, {"x": [None]}], []),
        ("bool", 1, [()]),
        ("number", False, [()]),
        ("string", [], [()]),
        ("map(string)", [], [()]),
    ],
)
def test_every_mistake_has_its_path(text: str, value: Plain, found: list[tuple[str | int, ...]]) -> None:
    assert [finding.path for finding in checker(constraint(text))(node(value))] == found


MODULE = {
    "variables.tf": """\
variable "required" {
  description = "Its \\"name\\". More words."
  type        = string
  nullable    = false
}

variable "optional" {
  default = null
  validation {
    condition     = var.optional == null
    error_message = "No."
  }
}

variable replaced {
  description = <<-EOT
    In several lines:
      and indented.
  EOT
  type = number
}
""",
    "override.tf": 'variable "replaced" {\n  default = 1\n}\n\nvariable "late" {}\n',
    "a_override.tf": '\ufeffvariable "required" {\n  type = list(string)\n}\n',
    "main.tf": """\
resource "aws_sqs_queue" "one" {
  name = "variable \\"no\\" {}"
}
data "aws_region" "current" {}
module "inner" { source = "./inner" }
output "arn" { value = aws_sqs_queue.one.arn } // the last line has no end""",
}


def test_an_interface_is_read() -> None:
    found = read(MODULE)
    assert (found.outputs, found.resources, found.calls) == (["arn"], ["aws_sqs_queue.one"], ["inner"])
    described = {
        name: (variable.type, variable.required, variable.nullable, variable.file, variable.line, variable.summary)
        for name, variable in found.variables.items()
    }
    assert described == {
        "required": (Collection(kind="list", element=STRING), True, False, "variables.tf", 1, 'its "name"'),
        "optional": (ANY, False, True, "variables.tf", 7, ""),
        "replaced": (NUMBER, False, True, "variables.tf", 15, "in several lines"),
        "late": (ANY, True, True, "override.tf", 5, ""),
    }
    assert Interface.model_validate_json(found.model_dump_json()) == found


def random_type(order: random.Random, depth: int = 0) -> Type:
    if depth > 2 or order.random() < 0.4:
        return order.choice([STRING, NUMBER, BOOL])
    kind = order.choice(["list", "set", "map", "tuple", "object", "object"])
    if kind == "tuple":
        return Fixed(elements=[random_type(order, depth + 1) for _ in range(order.randint(0, 3))])
    if kind == "object":
        names = order.sample(["a", "b", "c", "in"], order.randint(0, 4))
        return Object(
            attributes={
                name: Attribute(type=random_type(order, depth + 1), optional=order.random() < 0.5) for name in names
            }
        )
    return Collection.model_validate({"kind": kind, "element": random_type(order, depth + 1)})


def fitting(kind: Type, order: random.Random) -> Plain:
    """A value that a person could give where this type is wanted."""
    match kind:
        case Primitive(kind="string"):
            return order.choice(["", "1", "true", "${x}", "é"])
        case Primitive(kind="number"):
            return order.choice([0, -1, 2.5, 10**15])
        case Primitive():
            return order.choice([True, False])
        case Collection(kind="map"):
            return {name: fitting(kind.element, order) for name in order.sample("xyz", order.randint(0, 3))}
        case Collection():
            return [fitting(kind.element, order) for _ in range(order.randint(0, 3))]
        case Fixed():
            return [fitting(element, order) for element in kind.elements]
        case Object():
            return {
                name: None if attribute.optional and order.random() < 0.2 else fitting(attribute.type, order)
                for name, attribute in kind.attributes.items()
                if not attribute.optional or order.random() < 0.7
            }


def source_of(kind: Type) -> str:
    match kind:
        case Primitive():
            return kind.kind
        case Collection():
            return f"{kind.kind}({source_of(kind.element)})"
        case Fixed():
            return f"tuple([{', '.join(source_of(element) for element in kind.elements)}])"
        case Object():
            attributes = (
                f"{name} = {f'optional({source_of(each.type)})' if each.optional else source_of(each.type)}"
                for name, each in kind.attributes.items()
            )
            return f"object({{ {', '.join(attributes)} }})"


@pytest.mark.slow
def test_nothing_passes_that_terraform_would_refuse(tmp_path: Path) -> None:
    """Of random types and values: what fits passes both; what Terraform refuses, is refused here with a line.

    The other way round need not be: Terraform turns 1 into "1", and drops what it does not know.
    """
    order = random.Random(3)  # noqa: S311 - the same cases each time
    types = [random_type(order) for _ in range(600)]
    values = [fitting(kind if index % 2 else order.choice(types), order) for index, kind in enumerate(types)]
    (tmp_path / "module").mkdir()
    declared = "".join(f'variable "v{i}" {{\n  type = {source_of(kind)}\n}}\n' for i, kind in enumerate(types))
    (tmp_path / "module" / "variables.tf").write_text(declared, encoding="utf-8")
    lines = ['module "all" {', '  source = "./module"']
    argument_at = {}
    for index, value in enumerate(values):
        argument_at[len(lines) + 1] = index
        lines += f"  v{index} = {literal(value, 2)}".split("\n")
    (tmp_path / "main.tf").write_text("\n".join([*lines, "}", ""]), encoding="utf-8")

    refused_by_terraform = {argument_at[line] for line in terraform_refuses(tmp_path)}
    interface = read({"variables.tf": declared})
    assert [interface.variables[f"v{i}"].type for i in range(len(types))] == types
    refused = {i for i, value in enumerate(values) if interface.variables[f"v{i}"].check(node(value))}
    assert len(refused_by_terraform) > 100, "too few wrong values to show anything"
    assert [(source_of(types[i]), values[i]) for i in sorted(refused_by_terraform - refused)] == []
    assert [(source_of(types[i]), values[i]) for i in sorted(refused) if i % 2] == []


def terraform_refuses(root: Path) -> set[int]:
    """The lines of module arguments that `terraform validate` does not take."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(providers.configure(BUILD)), "CHECKPOINT_DISABLE": "1"}
    subprocess.run(["terraform", "init", "-input=false"], cwd=root, env=environment, check=True, capture_output=True)
    found = subprocess.run(
        ["terraform", "validate", "-json"], cwd=root, env=environment, check=False, capture_output=True, text=True
    )
    diagnostics = json.loads(found.stdout)["diagnostics"]
    assert {each["summary"] for each in diagnostics} <= {"Invalid value for input variable"}, diagnostics[:3]
    return {each["range"]["start"]["line"] for each in diagnostics}
