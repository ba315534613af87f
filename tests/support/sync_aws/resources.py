"""What a policy would have to name for a request."""

from __future__ import annotations

from typing import Any


def resource_of(account: str, region: str, name: str, asked: dict[str, Any]) -> str | None:
    """Return the ARN; a star for what can only be allowed for everything, None where AWS names no resource."""
    service, _, operation = name.partition(":")
    start = f"arn:aws:{service}:{region}:{account}"
    if operation == "PutEvents":
        return f"{start}:event-bus/{bus_name(account, region, asked['Entries'][0].get('EventBusName'))}"
    if service == "events":
        bus = bus_name(account, region, asked.get("EventBusName"))
        rule = asked.get("Rule", "*")
        return f"{start}:rule/{rule}" if bus == "default" else f"{start}:rule/{bus}/{rule}"
    if service == "ssm":
        parameter = asked.get("Name") or asked.get("Path") or asked["Names"][0]
        return f"{start}:parameter/{parameter.lstrip('/')}"
    if service == "sns":
        return str(asked["TopicArn"])
    return "*" if service == "batch" else None


def bus_name(account: str, region: str, given: str | None) -> str:
    """Return the name of a bus that is given by name or ARN, or not at all."""
    return (given or "default").removeprefix(f"arn:aws:events:{region}:{account}:event-bus/")
