"""Names and ARNs that follow from each other.

Source: "Resource types defined by …" of each service in the Service Authorization Reference.
"""

from __future__ import annotations

import re
from typing import Final

_REVISION: Final = re.compile(r"^(?P<name>.+):(?P<revision>[0-9]+|‹[^›]*›)$")


def part(arn: str, number: int) -> str:
    """Return one of the six parts of an ARN, counted from 0; "" if it is none."""
    parts = arn.split(":", 5)
    return parts[number] if len(parts) == 6 and parts[0] == "arn" else ""


def service(arn: str) -> str:
    """Return the service of an ARN, such as `sqs`."""
    return part(arn, 2)


def region(arn: str) -> str:
    """Return the region of an ARN; "" if it has none."""
    return part(arn, 3)


def account(arn: str) -> str:
    """Return the account of an ARN; "" if it has none."""
    return part(arn, 4)


def resource(arn: str) -> str:
    """Return what an ARN says behind the account, such as `cluster/default`."""
    return part(arn, 5)


def tasks_of(cluster: str) -> str:
    """Return the ARN of all tasks of a cluster."""
    return f"{cluster.replace(':cluster/', ':task/', 1)}/*"


def without_revision(name: str) -> tuple[str, str]:
    """Split `family:7` or its ARN into name and revision; the revision is "" if there is none.

    A revision that only the apply will know is a symbol, which may have any character but its own quotes.
    """
    found = _REVISION.match(name)
    return (found["name"], found["revision"]) if found else (name, "")


def is_symbol(text: str) -> bool:
    """Tell whether only the apply will know a part of a text."""
    return "‹" in text


def bus_name(bus: str) -> str:
    """Return the name of a bus that is given by name or ARN; `default` if it is not given."""
    return bus.partition(":event-bus/")[2] or bus if bus else "default"


def has_wildcard(text: str) -> bool:
    """Tell whether a policy would take a text for more than itself."""
    return any(sign in text for sign in "*?") or "${" in text
