"""Names that follow from the naming standard, or stand in its place, and that more than one part of a root needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.models.spec import Environment
    from generator.models.workflows import Rule


def prefix(spec: Environment) -> str:
    """Return what every name begins with by the standard."""
    return f"{spec.naming.security_domain}-{spec.naming.billing_domain}-{spec.aws_region_short_code}"


def bus_name(spec: Environment, workflow: str) -> str:
    """Return the name of the bus of a workflow, which it makes or which exists."""
    given = (spec.workflows or {})[workflow]
    return given.existing_bus_name or given.bus_name or f"{prefix(spec)}-{workflow}"


def rule_name(key: str, rule: Rule) -> str:
    """Return the name of a workflow's rule."""
    return rule.name or key
