"""Lets Terraform evaluate a generated root as it is, and returns every value that a spec can have put there.

The modules beside the root are replaced by stubs that take anything and give it back: their own rules would refuse
hostile values, and here only what arrives is of interest. Of terraform.tf, which no plan shows, the blocks become
locals of the same text.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.planning import REPOSITORY, Planner

_OUTPUT: Final = re.compile(r'^output "([a-z0-9_]+)"', re.MULTILINE)
_VARIABLE: Final = re.compile(r'^variable "([a-z0-9_]+)"', re.MULTILINE)
_CALL: Final = re.compile(r'^module "([a-z0-9_-]+)" \{$', re.MULTILINE)
_SOURCE: Final = re.compile(r'^module "([a-z0-9_-]+)" \{\n  source = "([^"\\]*)"$', re.MULTILINE)
_IMPORT: Final = re.compile(r"^import \{\n  to += (.*)\n  id += (.*)\n\}$", re.MULTILINE)
_AS_OBJECT: Final = r"    {\n      id = \2\n    },"
_MOVED: Final = re.compile(r"^moved \{\n  from += (.*)\n  to += (.*)\n\}$", re.MULTILINE)
_LOCAL: Final = re.compile(r"^  ([a-z_]+) +=", re.MULTILINE)
_MODULES: Final = ("batch-job", "batch-target-sync", "ecs-scheduler", "ecs-task", "workflow-bus")
# Outputs of which a root reads more than a text, by module.
_VALUES: Final = {
    "batch-target-sync": {
        "metric_dimensions": '{ Sync = "sync" }',
    },
    "workflow-bus": {
        "key_policy_statements": 'jsonencode({ Version = "2012-10-17", Statement = [] })',
        "rule_arns": "{ for key in keys(var.rules) : key => key }",
        "rule_names": "{ for key in keys(var.rules) : key => key }",
        "target_role_arns": "{ for key in keys(var.rules) : key => { submit_job = key } }",
    },
}
_SETTINGS: Final = ("required_version", "required_providers", "backend", "imports")
_ADDED: Final = ("given", "locals", "settings")


if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Evaluated:
    """What Terraform made of a root; what it cannot know before an apply is left out.

    Attributes:
        calls: the arguments of each module call, by label.
        sources: the source of each module call, by label.
        locals: the root's own, by name.
        outputs: the root's own, by name.
        resources: the attributes of each resource, by address.
        provider: the arguments of the provider block.
        moved: from where to where, as the moved blocks say it.
        imports: the id of each import, by the address that its block says.
        protected: whether the root refuses to destroy anything.
        settings: those of the terraform block: required_version, required_providers, backend.
    """

    calls: dict[str, dict[str, Any]]
    sources: dict[str, str]
    locals: dict[str, Any]
    outputs: dict[str, Any]
    resources: dict[str, dict[str, Any]]
    provider: dict[str, Any]
    moved: dict[str, str]
    imports: dict[str, str]
    protected: bool
    settings: dict[str, Any]


def stub_modules(base: Path) -> None:
    """Write a module for each of ours that takes the same variables, whatever they hold, and has the same outputs."""
    for name in _MODULES:
        source = REPOSITORY / "modules" / name
        variables = _VARIABLE.findall((source / "variables.tf").read_text(encoding="utf-8"))
        outputs = _OUTPUT.findall((source / "outputs.tf").read_text(encoding="utf-8"))
        stub(base / "modules" / name, variables, outputs)


def stub(folder: Path, variables: Iterable[str], outputs: Iterable[str]) -> None:
    """Write a module that takes anything and gives it back as `given`; outputs are their own names, or as above."""
    folder.mkdir(parents=True)
    blocks = [f'variable "{each}" {{\n  type    = any\n  default = null\n}}\n' for each in variables]
    others = _VALUES.get(folder.name, {})
    values = {each: others.get(each, f'"{each}"') for each in outputs}
    blocks += [f'output "{each}" {{\n  value = {value}\n}}\n' for each, value in values.items()]
    blocks.append(_output("given", {each: f"var.{each}" for each in variables}))
    (folder / "main.tf").write_text("\n".join(blocks), encoding="utf-8")


def evaluate(planner: Planner, root: Path, name: str, components: dict[str, set[str]]) -> Evaluated:
    """Plan a copy of a root between stub modules.

    Args:
        planner: where the stub modules are.
        root: the root as it was generated.
        name: what to call the copy.
        components: the inputs of each call of another module, by label.

    Raises:
        AssertionError: Terraform does not take it; with the first of its words.
    """
    main = (root / "main.tf").read_text(encoding="utf-8")
    sources = dict(_SOURCE.findall(main))
    for label, inputs in components.items():
        stub(planner.base / "modules" / f"{name}-{label}", inputs, ())
        head = f'module "{label}" {{\n  source = "'
        assert main.count(f'{head}{sources[label]}"\n') == 1, label
        main = main.replace(f'{head}{sources[label]}"\n', f'{head}../../modules/{name}-{label}"\n')
    imports = _text(root / "imports.tf")
    added = {
        "main.tf": main,
        # An import looks for what it names; here only the id that it would look for is of interest.
        "imports.tf": "locals {\n  imports = [\n"
        + _IMPORT.sub(r"    {\n      id = \2\n    },", imports)
        + "\n  ]\n}\n",
        "given.tf": _output("given", {label: f"module.{label}.given" for label in _CALL.findall(main)}),
        "locals.tf": _output("locals", {name: f"local.{name}" for name in _LOCAL.findall(_locals(main))}),
        "settings.tf": _output("settings", {name: f"local.{name}" for name in _SETTINGS}),
        "terraform.tf": _as_locals((root / "terraform.tf").read_text(encoding="utf-8")),
    }
    folder = planner.base / "roots" / name
    shutil.copytree(root, folder)
    for file, text in added.items():
        (folder / file).write_text(text, encoding="utf-8")
    for arguments in (["init"], ["plan", "-lock=false", "-out=plan"]):
        _terraform(planner, folder, [*arguments, "-input=false", "-no-color"])
    shown = json.loads(_terraform(planner, folder, ["show", "-json", "plan"]))
    changes = shown["output_changes"]
    settings = changes["settings"]["after"]
    return Evaluated(
        calls=changes["given"]["after"],
        sources=sources,
        locals=changes["locals"]["after"],
        outputs={name: change.get("after") for name, change in changes.items() if name not in _ADDED},
        resources={
            each["address"]: each["values"] for each in shown["planned_values"]["root_module"].get("resources", [])
        },
        provider=_constants(shown["configuration"]["provider_config"]["aws"]["expressions"]),
        moved=dict(_MOVED.findall(_text(root / "moved.tf"))),
        imports=dict(
            zip((to for to, _ in _IMPORT.findall(imports)), (each["id"] for each in settings["imports"]), strict=True)
        ),
        protected="\n    prevent_destroy = true\n" in main,
        settings=settings,
    )


def _terraform(planner: Planner, folder: Path, arguments: list[str]) -> str:
    """Run Terraform; not with tftest, which waits for ever when there is more than a pipe's fill of errors."""
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=planner.environment(), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _output(name: str, values: dict[str, str]) -> str:
    lines = "\n".join(f'    "{key}" = {expression}' for key, expression in values.items())
    return f'output "{name}" {{\n  value = {{\n{lines}\n  }}\n}}\n'


def _locals(main: str) -> str:
    """Return the body of main.tf's one locals block."""
    return main.partition("\nlocals {\n")[2].partition("\n}\n")[0]


def _as_locals(text: str) -> str:
    """Turn the blocks of terraform.tf into locals, by lines that are nothing else; the values' text is not touched."""
    for line, instead in (
        ("terraform {", "locals {"),
        ("  required_providers {", "  required_providers = {"),
        ('  backend "s3" {', "  backend = {"),
    ):
        assert text.count(f"\n{line}\n") == 1, f"terraform.tf has no line {line!r}"
        text = text.replace(f"\n{line}\n", f"\n{instead}\n")
    return text


def _constants(expressions: Any) -> Any:
    """Return the values of a block of the configuration as `terraform show -json` tells it."""
    match expressions:
        case {"constant_value": value}:
            return value
        case dict():
            return {name: _constants(value) for name, value in expressions.items()}
        case list():
            return [_constants(each) for each in expressions]
    raise AssertionError(json.dumps(expressions))
