"""The subscriptions to a topic that a root makes, as the entries of one `for_each`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.models.alerts import Alerts
    from generator.output.hcl import Value


def subscriptions(settings: Alerts) -> dict[str, dict[str, Value]]:
    """Return what subscribes, by keys that stay as they are whatever else is added or goes.

    The key of an address of `emails` is the address. That of another is its protocol and its endpoint, with a space
    between them, which no address has.
    """
    found: dict[str, dict[str, Value]] = {
        address: {"protocol": "email", "endpoint": address} for address in settings.emails or ()
    }
    for each in settings.subscriptions or ():
        found[f"{each.protocol} {each.endpoint}"] = each.model_dump(exclude_none=True)
    return dict(sorted(found.items()))
