"""A document of type Automation, read and checked as Systems Manager does when it is created and when it is started.

Systems Manager User Guide, "Schemas, features, and examples" (schema 0.3), "Data elements and parameters", and
"aws:executeScript"; API reference, StartAutomationExecution.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.automation import variables

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "0.3"
EXECUTE_SCRIPT = "aws:executeScript"
LONGEST_SCRIPT_SECONDS = 600
LARGEST_DOCUMENT = 64 * 1024  # bytes
LONGEST_VALUE = 512  # characters of one value that is passed
MOST_VALUES = 50
# What the sandbox does of the ways in which a step can end; the first of each is the default.
DONE: Mapping[str, tuple[Any, ...]] = {
    "isCritical": (True, "true"),
    "maxAttempts": (1,),
    "nextStep": (None,),
    "onCancel": (None, "Abort"),
    "onFailure": ("Abort", "Continue"),
}
# What a parameter's default has to be.
TYPES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "StringList": (list,),
    "Boolean": (bool,),
    "Integer": (int,),
    "MapList": (list,),
    "StringMap": (dict,),
}


class RunbookError(Exception):
    """A document that Systems Manager would not take as an Automation runbook."""


class ParameterError(Exception):
    """Parameters with which a runbook cannot be started."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of `mainSteps`.

    Attributes:
        name: its own.
        action: as `aws:executeScript`.
        inputs: as they stand in the document.
        timeout_seconds: of a script, at most and by default 600.
        on_failure: `Abort` or `Continue`.
        is_end: whether the execution ends after it.
        not_done: what else it says, which the sandbox does not do: `nextStep: other`, for example.
    """

    name: str
    action: str
    inputs: Mapping[str, Any]
    timeout_seconds: int = LONGEST_SCRIPT_SECONDS
    on_failure: str = "Abort"
    is_end: bool = False
    not_done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runbook:
    """A document of type Automation.

    Attributes:
        assume_role: as it stands in the document; "" if it has none.
        parameters: by name, as they stand in the document.
        steps: in their order.
    """

    assume_role: str
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    def values(self, given: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return the value of every parameter: what is given, else the default.

        Raises:
            ParameterError: one is unknown, missing, or not what the document allows.
        """
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            raise ParameterError(f"Unknown parameters: {', '.join(unknown)}.")
        found = {}
        for name, declared in self.parameters.items():
            if name in given:
                found[name] = _checked(name, declared, given[name])
            elif "default" in declared:
                found[name] = _texts(declared["default"])
            else:
                raise ParameterError(f"Parameter {name} is required and has no value.")
        return found


def read(content: Mapping[str, Any]) -> Runbook:
    """Read a document's content.

    Raises:
        RunbookError: it is none of an Automation runbook.
    """
    if str(content.get("schemaVersion")) != SCHEMA:
        raise RunbookError(f"An Automation document has the schema version {SCHEMA}.")
    steps = content.get("mainSteps")
    if not isinstance(steps, list) or not steps:
        raise RunbookError("mainSteps must be a list of at least one step.")
    parameters = content.get("parameters") or {}
    for name, declared in parameters.items():
        _check_declared(name, declared)
    read_steps = tuple(_step(each) for each in steps)
    names = [step.name for step in read_steps]
    if len(set(names)) < len(names):
        raise RunbookError("Two steps have one name.")
    runbook = Runbook(content.get("assumeRole") or "", parameters, read_steps)
    known = variables.GLOBAL | set(parameters) | {f"{step.name}.*" for step in read_steps}
    for where, value in (("assumeRole", runbook.assume_role), *((step.name, step.inputs) for step in read_steps)):
        for name in variables.names(value):
            if name not in known and f"{name.partition('.')[0]}.*" not in known:
                raise RunbookError(f"{where} refers to {name}, which is no parameter, step or variable.")
    return runbook


def _step(step: Any) -> Step:
    if not isinstance(step, dict) or not step.get("name") or not step.get("action"):
        raise RunbookError("Each of mainSteps needs a name and an action.")
    inputs = step.get("inputs") or {}
    if step["action"] == EXECUTE_SCRIPT:
        missing = [name for name in ("Runtime", "Handler", "Script") if not inputs.get(name)]
        if missing:
            raise RunbookError(f"Step {step['name']} lacks {', '.join(missing)}.")
    try:
        seconds = int(step.get("timeoutSeconds", LONGEST_SCRIPT_SECONDS))
    except (TypeError, ValueError):
        raise RunbookError(f"timeoutSeconds of step {step['name']} is no number.") from None
    return Step(
        name=step["name"],
        action=step["action"],
        inputs=inputs,
        timeout_seconds=max(1, min(seconds, LONGEST_SCRIPT_SECONDS)),
        on_failure=step.get("onFailure", "Abort"),
        is_end=_is_true(step.get("isEnd", False)),
        not_done=tuple(
            f"{name}: {json.dumps(step[name])}" for name, done in DONE.items() if step.get(name, done[0]) not in done
        ),
    )


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _check_declared(name: str, declared: Any) -> None:
    if not isinstance(declared, dict):
        raise RunbookError(f"Parameter {name} is no object.")
    kind = declared.get("type", "String")
    # A type of a resource, `AWS::EC2::Instance::Id` or a list of it, is a text or a list of texts.
    allowed = TYPES.get(kind, (list,) if str(kind).startswith("List<") else (str,) if "::" in str(kind) else ())
    if not allowed:
        raise RunbookError(f"Parameter {name} has the unknown type {kind}.")
    if "default" not in declared:
        return
    default = declared["default"]
    if not isinstance(default, allowed):
        raise RunbookError(f"The default of parameter {name} is no {kind}.")
    if declared.get("allowedValues") and default not in declared["allowedValues"]:
        raise RunbookError(f"The default of parameter {name} is none of its allowedValues.")


def _checked(name: str, declared: Mapping[str, Any], values: Any) -> list[str]:
    """Check the values that are passed for one parameter."""
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise ParameterError(f"Parameter {name} must be a list of texts.")
    if len(values) > MOST_VALUES:
        raise ParameterError(f"Parameter {name} has more than {MOST_VALUES} values.")
    for each in values:
        if not 1 <= len(each) <= LONGEST_VALUE:
            raise ParameterError(f"A value of parameter {name} must have 1 to {LONGEST_VALUE} characters.")
    kind = declared.get("type", "String")
    if kind in ("String", "Boolean", "Integer") and len(values) != 1:
        raise ParameterError(f"Parameter {name} of type {kind} must have exactly one value.")
    allowed = [_text(each) for each in declared.get("allowedValues") or ()]
    pattern = declared.get("allowedPattern")
    for each in values:
        if allowed and each not in allowed:
            raise ParameterError(f"Parameter {name} has the value {each}, which is none of: {', '.join(allowed)}.")
        if pattern and not re.search(pattern, each):
            raise ParameterError(f"Parameter {name} has the value {each}, which does not match {pattern}.")
    return list(values)


def _texts(default: Any) -> list[str]:
    return [_text(each) for each in default] if isinstance(default, list) else [_text(default)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
