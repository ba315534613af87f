"""Says of each value that Terraform refuses where the specification sets it.

Terraform names a line of the generated root, or of a module. A person edits ``environments/``. Read are the headings of
its messages, whose form is the same since 0.12::

    Error: Invalid value for variable

      on main.tf line 159, in module "task_claims_report":
     159:   cpu = 300
        ├────────────────
        │ var.cpu is 300

    Error: Resource precondition failed

      with module.schedule_nightly.aws_scheduler_schedule.ecs[""],
      on ../../modules/ecs-scheduler/schedules.tf line 12, in resource "aws_scheduler_schedule" "ecs":
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import loading, origins
from generator.errors import SpecError

HEADING = re.compile(r"^Error: ", flags=re.MULTILINE)
CALL = re.compile(r'^  on \S+ line (\d+), in module "(\w+)":$', flags=re.MULTILINE)
INSIDE = re.compile(r"^  with module\.(\w+)[.\[]", flags=re.MULTILINE)
VARIABLE = re.compile(r"^ +│ var\.(\w+)\b", flags=re.MULTILINE)
SNIPPET = re.compile(r"^ *(\d+:|[├│]).*$")
CLOSING = "This was checked by the validation rule at"


@dataclass(frozen=True)
class Refusal:
    """One message of Terraform's.

    Attributes:
        module: the label of the module call in the root; "" when it is about the root itself.
        arguments: the module's variables that the message is about, the likeliest first.
        message: the rule that was broken, on one line.
    """

    module: str
    arguments: tuple[str, ...]
    message: str


def read(words: str) -> Iterator[Refusal]:
    """Take Terraform's standard error apart, in its order."""
    for block in HEADING.split(words)[1:]:
        text = "\n".join(
            line.removeprefix("│").rstrip() if line.startswith("│") else line for line in block.splitlines()
        )
        call, inside = CALL.search(text), INSIDE.search(text)
        if call:
            argument = re.search(rf"^ *{call[1]}: +(\w+) += ", text, flags=re.MULTILINE)
            yield Refusal(call[2], (argument[1],) if argument else (), message(text))
        elif inside:
            yield Refusal(inside[1], tuple(dict.fromkeys(VARIABLE.findall(text))), message(text))


def message(text: str) -> str:
    """The sentences between the piece of code and the closing line."""
    lines = text.partition(CLOSING)[0].splitlines()
    code = [number for number, line in enumerate(lines) if SNIPPET.match(line)]
    return " ".join(" ".join(lines[code[-1] + 1 :]).split()) if code else ""


def places(words: str, specs: Path, environment: str) -> str:
    """One line for each refused value: file, line, field, value and rule; "" when the specification cannot tell."""
    try:
        tree = loading.load(specs, environment)
    except SpecError:
        return ""  # a root whose specification is gone or broken: Terraform's own words are all there is
    lines: list[str] = []
    for refusal in read(words):
        found = [origins.origin(tree, refusal.module, argument) for argument in refusal.arguments or ("",)]
        known = [origin for origin in found if origin is not None]
        said = [origin for origin in known if origin.exact] or known[:1]
        if not said:
            continue
        not_set = "" if said[0].exact else f" (which does not say {', '.join(refusal.arguments)})"
        lines.append(f"{said[0]}{not_set}: {refusal.message}")
        lines += [f"  and {origin}" for origin in said[1:]]
    return "\n".join(["In the specification:", *(f"  {line}" for line in dict.fromkeys(lines))]) if lines else ""
