"""A request that one side allows and the other does not, and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Witness:
    """A request that decides between two sides; the concrete evaluator of `semantics.policies` has confirmed it.

    Attributes:
        action: as AWS writes it: `ecs:RunTask`.
        resource: its ARN; * for an action that has none; "" where the policies are attached to the resource itself, as
            a role's trust policy is, and say nothing of it.
        principal: who asks: an ARN, or the name of a service; "" where the policies are the asker's own.
        context: condition keys, as the policies write them, to their values; the request has no others.
        standing: what else is to know of who asks, in words; "" if nothing.
    """

    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standing: str = ""

    def words(self) -> str:
        """Say the request in one line."""
        parts = [self.action]
        if self.resource:
            parts.append(f"on {self.resource}")
        if self.principal:
            parts.append(f"by {self.principal}")
        if self.standing:
            parts.append(f"({self.standing})")
        if self.context:
            given = (
                f"{key} = {' and '.join(_quoted(value) for value in values)}" for key, values in self.context.items()
            )
            parts.append(f"with {', '.join(given)}")
        return " ".join(parts)


def _quoted(value: str) -> str:
    return value if value and " " not in value and "," not in value else f'"{value}"'
