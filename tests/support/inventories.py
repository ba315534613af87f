"""Inventories: what a plan must hold, in YAML, compared as a subset.

::

    values:                       # address -> attributes of planned_values that matter
      module.x.aws_sqs_queue.dlq:
        message_retention_seconds: 1209600
    counts:                       # resource type -> how many are planned, all types
      aws_sqs_queue: 1
    outputs:                      # output -> value
      dlq_name: dead-letters

A mapping must hold what is written and may hold more; a list must be equal in length and order. A JSON string in the
plan (a policy, an event pattern) is compared as a structure when the inventory has a structure there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

yaml = YAML()
yaml.width = 4096  # an ARN stays on its line
yaml.indent(mapping=2, sequence=4, offset=2)


def planned_resources(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every managed resource of the plan: address to values."""

    def walk(module: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for resource in module.get("resources", []):
            if resource["mode"] == "managed":
                yield resource["address"], resource
        for child in module.get("child_modules", []):
            yield from walk(child)

    return dict(walk(plan.get("planned_values", {}).get("root_module", {})))


def count_types(plan: dict[str, Any]) -> dict[str, int]:
    """How many resources of each type are planned."""
    return dict(sorted(Counter(resource["type"] for resource in planned_resources(plan).values()).items()))


def differences(inventory: dict[str, Any], plan: dict[str, Any]) -> list[str]:
    """What the inventory says and the plan does not."""
    resources = planned_resources(plan)
    outputs = {name: output.get("value") for name, output in plan["planned_values"].get("outputs", {}).items()}
    found = []
    for address, expected in (inventory.get("values") or {}).items():
        if address not in resources:
            found.append(f"{address}: not planned; planned are {', '.join(resources)}")
        else:
            found += compare(address, expected, resources[address].get("values", {}))  # none where all are unknown
    if "counts" in inventory:
        found += compare("counts", inventory["counts"], count_types(plan), exact=True)
    for name, expected in (inventory.get("outputs") or {}).items():
        found += compare(f"output {name}", expected, outputs.get(name))
    return found


def compare(where: str, expected: Any, actual: Any, *, exact: bool = False) -> list[str]:
    """Differences of one value, with the path to each."""
    if isinstance(expected, dict | list) and isinstance(actual, str):
        actual = json.loads(actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{where}: missing {key}" for key in expected if key not in actual]
        if exact:
            found += [f"{where}: {key} is not in the inventory" for key in actual if key not in expected]
        return found + [
            line for key in expected if key in actual for line in compare(f"{where}.{key}", expected[key], actual[key])
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, (want, have) in pairs for line in compare(f"{where}[{index}]", want, have)]
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)  # False is not 0 here
    return [] if same else [f"{where}: inventory {expected!r}, plan {actual!r}"]


def regenerate(path: Path, plan: dict[str, Any]) -> None:
    """Write the inventory anew: what it chose before with its new values; for a new one, all that is known."""
    before = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    chosen = before.get("values") or {}
    values = {}
    for address, resource in planned_resources(plan).items():
        if chosen and address not in chosen:
            continue
        known = said(resource.get("values", {}))  # absent when nothing of it is known
        values[address] = {key: known[key] for key in known if not chosen or key in chosen[address]}
    outputs = plan["planned_values"].get("outputs", {})
    new: dict[str, Any] = {"values": values, "counts": count_types(plan)}
    known_outputs = {name: output["value"] for name, output in outputs.items() if "value" in output}
    if not chosen:
        new["outputs"] = known_outputs
    elif before.get("outputs"):
        new["outputs"] = {name: known_outputs.get(name) for name in before["outputs"]}
    with path.open("w", encoding="utf-8") as handle:
        yaml.dump(new, handle)


def said(value: Any) -> Any:
    """A value without what says nothing (null, empty), and with the JSON in its strings as a structure."""
    if isinstance(value, dict):
        return {key: said(item) for key, item in value.items() if item not in (None, [], {})}
    if isinstance(value, list):
        return [said(item) for item in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return said(json.loads(value))
        except json.JSONDecodeError:
            return value
    return value


def check(path: Path, plan: dict[str, Any], *, rewrite: bool, command: str) -> None:
    """Fail with every difference and the command that regenerates the inventory; with ``rewrite``, regenerate it."""
    found = mismatch(path, plan, rewrite=rewrite, command=command)
    assert not found, found


def mismatch(path: Path, plan: dict[str, Any], *, rewrite: bool, command: str) -> str:
    """Every difference and the command that regenerates the inventory, "" where there is none; with ``rewrite``, do."""
    if rewrite:
        regenerate(path, plan)
        return ""
    found = differences(yaml.load(path.read_text(encoding="utf-8")), plan)
    if not found:
        return ""
    lines = [f"{path.name} does not match the plan:", *(f"  {line}" for line in found)]
    return "\n".join([*lines, f"to regenerate it: {command}"])
