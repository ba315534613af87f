"""How benchmarks say whether what they are made for is so."""

from __future__ import annotations


def reached(yes: bool) -> str:  # noqa: FBT001 - a verdict
    """Return what a person reads of an aim."""
    return "reached" if yes else "NOT reached"
