"""All policies of a plan: of its roles, and of the resources that have one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.policies.guarding import guarded
from review.policies.model import Policies
from review.policies.roles import roles

if TYPE_CHECKING:
    from review.plan import Plan


def collect(plan: Plan) -> Policies:
    """Return every policy that will be in force of what the plan manages, once it is applied."""
    return Policies(roles=tuple(roles(plan)), guarded=tuple(guarded(plan)))
