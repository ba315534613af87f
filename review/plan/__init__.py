"""Reads plan JSON: resources as they are and as they will be, with a name for every value that only the apply knows."""

from review.plan.model import HIDDEN, Hidden, Plan, Resource, Symbol
from review.plan.reading import PlanError, read, read_file

__all__ = ["HIDDEN", "Hidden", "Plan", "PlanError", "Resource", "Symbol", "read", "read_file"]
