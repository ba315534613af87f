"""What is compared: policies of one holder, or the policies of one resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantics.statements import Policy, Statement


@dataclass(frozen=True)
class Access:
    """What a role or user may do by its own policies, or whom the policies of a resource let do what.

    Attributes:
        policies: either identity-based ones, of one holder, or those of one resource (also a key, also a role's trust).
            None at all allow nothing.
        boundary: the holder's permissions boundary; None if it has none. A resource has none.

    Raises:
        ValueError: policies of a holder and of a resource are mixed, or a resource has a boundary.
    """

    policies: tuple[Policy, ...]
    boundary: Policy | None = None

    def __post_init__(self) -> None:
        """Check that all are of one sort."""
        sorts = {policy.kind.has_principals for policy in self.policies}
        if len(sorts) > 1 or (self.boundary is not None and (True in sorts or self.boundary.kind.has_principals)):
            raise ValueError("policies of a holder and of a resource are two questions")

    @property
    def is_of_resource(self) -> bool:
        """Whether the policies say whom they are about."""
        return any(policy.kind.has_principals for policy in self.policies)

    @property
    def all_policies(self) -> tuple[Policy, ...]:
        """The policies and the boundary."""
        return self.policies if self.boundary is None else (*self.policies, self.boundary)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all of them, in order."""
        return tuple(statement for policy in self.all_policies for statement in policy.statements)
