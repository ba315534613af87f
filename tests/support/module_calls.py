"""Plans several calls of one module at once, and tells apart what each comes to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.support.inventories import planned_resources
from tests.support.planning import PROVIDER, Planner, plan


@dataclass(frozen=True)
class Call:
    """What one call of a module comes to.

    Attributes:
        resources: the values of each resource, by its address in the module.
        outputs: by name.
        waits: the resources of which each says that it waits for them, `aws_ssm_document.main` for example.
    """

    resources: dict[str, dict[str, Any]]
    outputs: dict[str, Any]
    waits: dict[str, list[str]]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of one kind, `aws_cloudwatch_event_rule.change` for example, by their keys."""
        return {
            address.partition("[")[2].strip('"]'): values
            for address, values in self.resources.items()
            if address.startswith(f"{kind}[")
        }


def plan_calls(planner: Planner, text: str, calls: Collection[str], outputs: Collection[str]) -> dict[str, Call]:
    """Plan a root of module calls, of which each gives these outputs.

    Args:
        planner: where to plan.
        text: the root, without a provider.
        calls: the labels of its calls.
        outputs: the names of the outputs of a call.
    """
    asked = "".join(
        f'output "{call}_{name}" {{\n  value = module.{call}.{name}\n}}\n' for call in calls for name in outputs
    )
    raw = dict(plan(planner.root("calls", {"main.tf": PROVIDER + text + asked})))
    values = {name: output.get("value") for name, output in raw["planned_values"]["outputs"].items()}
    resources = {address: resource["values"] for address, resource in planned_resources(raw).items()}
    modules = {call: raw["configuration"]["root_module"]["module_calls"][call]["module"] for call in calls}
    return {
        call: Call(
            {
                address.removeprefix(f"module.{call}."): its
                for address, its in resources.items()
                if address.startswith(f"module.{call}.")
            },
            {name: values[f"{call}_{name}"] for name in outputs},
            {its["address"]: its.get("depends_on", []) for its in modules[call]["resources"]},
        )
        for call in calls
    }
