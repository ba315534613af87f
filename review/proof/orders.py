"""Numbers, dates and addresses, as the texts of policies and requests say them, and which of them compare.

Written apart from `semantics.conditions`, so that an error there is no error here: numbers and dates are exact
decimals, and a network is the addresses from its first to its last, as whole numbers.

Sources: "IAM JSON policy elements: Condition operators" of the IAM User Guide; "Date and Time Formats" of the W3C.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?([0-9]+|[0-9]*\.[0-9]+)")
_SECONDS: Final = re.compile(r"[0-9]{5,15}(\.[0-9]{1,9})?")  # since 1970; four digits are a year
_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,9})?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_DAY: Final = 24 * 60 * 60
_1970: Final = date(1970, 1, 1)
# Whether a value may be below, at or above what the policy has.
_HOLDS: Final = {
    "Equals": (False, True, False),
    "LessThan": (True, False, False),
    "LessThanEquals": (True, True, False),
    "GreaterThan": (False, False, True),
    "GreaterThanEquals": (False, True, True),
}


@dataclass(frozen=True)
class Network:
    """The addresses of a network.

    Attributes:
        bits: of an address: 32 or 128.
        first: its first address.
        last: its last address.
    """

    bits: int
    first: int
    last: int

    def has(self, address: Network) -> bool:
        """Tell whether an address, which is a network of its own, is in it."""
        return self.bits == address.bits and self.first <= address.first <= self.last


def number(text: str) -> Decimal | None:
    """Return a number; None if a text is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def seconds(text: str) -> Decimal | None:
    """Return how many seconds after the beginning of 1970 a date is; None if a text is none."""
    if _SECONDS.fullmatch(text):
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    zone = found["zone"] or "Z"
    ahead = "00:00" if zone == "Z" else zone[1:]
    try:
        day = date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
        clock = time(int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0))
        offset = _of_day(time.fromisoformat(ahead))
    except ValueError:
        return None
    since = (day - _1970).days * _DAY + _of_day(clock) - (-offset if zone.startswith("-") else offset)
    return since + Decimal(found["fraction"] or 0)


def _of_day(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def network(text: str) -> Network | None:
    """Return a network, or one address as such; None if a text is none."""
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return Network(found.max_prefixlen, int(found.network_address), int(found.broadcast_address))


def compares(operator: str, text: str, value: str) -> bool:
    """Tell whether a value compares with the text of a policy; what is no number, date or address does with none.

    Args:
        operator: `NumericLessThan`, `DateEquals`, `IpAddress` and so on, not negated.
        text: of the policy.
        value: of the request; an address stands alone, and is no network.
    """
    if operator == "IpAddress":
        wanted, address = network(text), network(value)
        return wanted is not None and address is not None and "/" not in value and wanted.has(address)
    read = number if operator.startswith("Numeric") else seconds
    limit, given = read(text), read(value)
    if limit is None or given is None:
        return False
    below, at, above = _HOLDS[operator.removeprefix("Numeric").removeprefix("Date")]
    return below if given < limit else above if given > limit else at
