"""The PutEvents action: what it refuses, and what it hands on to be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.clock import CLOCK
from sandbox.delivery import applied, engine
from sandbox.delivery.entries import EntryError, RequestError, check_request, event_of
from sandbox.delivery.invocation import InvocationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_BUS = "default"


def put_events(
    entries: Sequence[Mapping[str, Any]], *, account: str, region: str, access_key: str
) -> list[dict[str, str]]:
    """Take the entries of a call, and return the result of each; what is taken is delivered afterwards.

    Args:
        entries: as the API has them, with capitalized members.
        account: whose buses are meant.
        region: their region.
        access_key: of whoever calls.

    Raises:
        RequestError: the call is refused as a whole: too large, or the caller may not put one of its events.
    """
    check_request(entries)
    for entry in entries:
        check_caller(entry, account=account, region=region, access_key=access_key)
    results = []
    for entry in entries:
        try:
            event = event_of(entry, account=account, region=region, now=CLOCK.now())
        except EntryError as error:
            results.append({"ErrorCode": error.code, "ErrorMessage": error.message})
            continue
        engine.publish(event, account, region, entry.get("EventBusName") or DEFAULT_BUS)
        results.append({"EventId": event["id"]})
    return results


def check_caller(entry: Mapping[str, Any], *, account: str, region: str, access_key: str) -> None:
    """Check that the caller may put an entry on its bus.

    Raises:
        RequestError: it may not (`AccessDeniedException`).
    """
    bus = applied.find_bus(account, region, entry.get("EventBusName") or DEFAULT_BUS)
    if bus is None:
        return  # what nobody gets, anybody may put
    context: dict[str, str | list[str]] = {
        "events:source": entry.get("Source") or "",
        "events:detail-type": entry.get("DetailType") or "",
    }
    try:
        permissions.principal_may(access_key, "events:PutEvents", bus.arn, context)
    except InvocationError as error:
        raise RequestError("AccessDeniedException", error.message) from None
