"""Says of each value that Terraform refuses where the specification sets it.

Terraform names a line of the generated root, or of a module; a person edits ``environments/``. A variable's value is
refused with the line of the call that gives it::

    Error: Invalid value for variable

      on main.tf line 159, in module "task_claims_report":
     159:   cpu = 300

This text is all there is: such a refusal comes before there is a plan. A precondition of a resource is refused with a
line of the module, which says nothing of the call; but then there is a plan, whose ``checks`` name the resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.commands import origins
from generator.errors import SpecError
from generator.specs import loading

HEADING = re.compile(r"^Error: ", flags=re.MULTILINE)
CALL = re.compile(r'^  on \S+ line (\d+), in module "(\w+)":$', flags=re.MULTILINE)
ADDRESS = re.compile(r"module\.(\w+)(?:\[|\.|$)")
CODE = re.compile(r"^ *(\d+:|[├│])")
CLOSING = "This was checked by the validation rule at"


@dataclass(frozen=True)
class Refusal:
    """A value, or several together, that the configuration does not take.

    Attributes:
        module: the label of the module call in the root.
        argument: the argument of the call; "" when only the rule is known.
        rule: the module's sentences about one place, on one line.
    """

    module: str
    argument: str
    rule: str


def of_variables(words: str) -> Iterator[Refusal]:
    """The values of variables that Terraform's standard error refuses, in its order."""
    for text in HEADING.split(words)[1:]:
        call = CALL.search(text)
        argument = re.search(rf"^ *{call[1]}: +(\w+) += ", text, flags=re.MULTILINE) if call else None
        if call and argument:
            lines = text.partition(CLOSING)[0].splitlines()
            last = max(number for number, line in enumerate(lines) if CODE.match(line))
            # A rule about a map may say several things, each beginning with the place that it is about.
            for rule in re.split(rf"(?<=\.) (?={argument[1]}\.)", one_line("\n".join(lines[last + 1 :]))):
                yield Refusal(call[2], argument[1], rule)


def of_resources(checks: list[dict[str, Any]]) -> Iterator[Refusal]:
    """The preconditions that failed, from ``checks`` of the plan's JSON; those of variables are in the words."""
    for check in checks:
        module = ADDRESS.match(check["address"]["to_display"])
        if module is None or check["address"]["kind"] == "var":
            continue
        for instance in check.get("instances", []):
            for problem in instance.get("problems", []):
                for rule in problem["message"].splitlines():
                    yield Refusal(module[1], "", rule)


def places(refusals: list[Refusal], specs: Path, environment: str) -> str:
    """One line for each refused value: file, line, field and rule; "" when the specification cannot tell.

    A value that several calls take from one line (a default, the naming standard) is one line here.
    """
    try:
        tree = loading.load(specs, environment)
    except SpecError:
        return ""  # a root whose specification is gone or broken: Terraform's own words are all there is
    lines = []
    for refusal in refusals:
        if refusal.argument:
            found = origins.of_argument(tree, refusal.module, refusal.argument, refusal.rule)
        else:
            found = origins.of_rule(tree, refusal.module, refusal.rule)
        if found is not None:
            unsaid = f" (does not say {refusal.argument})" if refusal.argument and not found.exact else ""
            lines.append(f"  {found}{unsaid}: {refusal.rule}")
    return "\n".join(["In the specification:", *dict.fromkeys(lines)]) if lines else ""


def one_line(text: str) -> str:
    """Text that Terraform has broken into lines, as the sentence it was."""
    return " ".join(text.split())
