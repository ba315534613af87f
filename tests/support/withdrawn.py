"""Ways in which a test makes what was applied permit less, and puts it back."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.applied import Applied
from tests.support.applied_policies import Document, Place, granting, grants, withdraw


@dataclass(frozen=True)
class Withdrawn:
    """A permission that is taken away: an action, from one or more policies that each would be enough.

    Attributes:
        action: the action; in a key's policy also with a star at its end.
        places: the policies, and the Sids of the statements in each; every statement with the action if there are none.
        resource: one resource of the statement, if it is not the action as a whole that goes.
    """

    action: str
    places: dict[Place, tuple[str, ...]]
    resource: str | None = None

    @contextlib.contextmanager
    def applied_to(self, applied: Applied) -> Iterator[None]:
        def change(document: Document, sids: tuple[str, ...]) -> None:
            for action in (self.action, f"{self.action}*"):
                withdraw(document, action, resource=self.resource, sids=sids)

        with contextlib.ExitStack() as stack:
            for place, sids in self.places.items():
                stack.enter_context(place.changed(applied.aws, functools.partial(change, sids=sids)))
            yield

    def covers(self, applied: Applied) -> set[tuple[Place, str, str]]:
        """What it takes away, as `grants` has it."""
        return {
            (place, sid, action)
            for place, sids in self.places.items()
            for sid, action in grants(place.read(applied.aws))
            if action.removesuffix("*") == self.action and (not sids or sid in sids)
        }


@dataclass(frozen=True)
class Narrowed:
    """A permission that holds for something else: the statements that allow an action have another condition.

    Attributes:
        place: the policy.
        action: what the statements allow.
        operator: of the condition.
        key: its condition key.
        value: what it asks for now.
        sids: only the statements with these Sids; all that allow the action if there are none.
    """

    place: Place
    action: str
    operator: str
    key: str
    value: str
    sids: tuple[str, ...] = ()

    @contextlib.contextmanager
    def applied_to(self, applied: Applied) -> Iterator[None]:
        def change(document: Document) -> None:
            for statement in granting(document, self.action, self.sids):
                statement.setdefault("Condition", {}).setdefault(self.operator, {})[self.key] = self.value

        with self.place.changed(applied.aws, change):
            yield
