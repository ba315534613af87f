"""Numbers, lists and parts of scores, as findings say them."""

from __future__ import annotations

import math

from workers.claimsreport.finding import Part


def number(value: float) -> str:
    """Return a number as a person reads it: 12,345; 12; 1.2; 0.03."""
    size = abs(value)
    if size >= 10 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 0.95 else f"{value:.2g}"


def times(value: float) -> str:
    """Return a factor: `12 times`, `1.4 times`."""
    return f"{number(round(value, 1))} times"


def percent(share: float) -> str:
    """Return a share as a whole percentage, which is 0% and 100% only where it is exactly that."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "less than 1%"
    if whole == 100 and share < 1:
        return "more than 99%"
    return f"{whole}%"


def plural(count: float, one: str, many: str = "") -> str:
    """Return a count of things: `1 week`, `2 weeks`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def probability(value: float) -> str:
    """Return a p- or q-value: 0.012, 3e-07."""
    return f"{value:.2g}"


def part(name: str, share: float, most: float, why: str) -> Part:
    """Return a part of a score that has this share of its points."""
    return Part(name, round(most * min(max(share, 0.0), 1.0), 1), most, why)


def surprise(q: float, rate: float, most: float) -> Part:
    """Return the part for how improbable chance is: three quarters at the stated rate, all from one in a million on.

    What is that improbable deserves a look; what it amounts to decides how soon.
    """
    beyond = math.log(rate / max(q, 1e-300)) / max(math.log(rate / 1e-6), 1.0)
    return part("surprise", 0.75 + 0.25 * beyond, most, f"q-value {probability(q)}")


def grown(name: str, value: float, full: float, most: float, why: str) -> Part:
    """Return a part that is nothing at 1 and grows with the logarithm of a value, up to all its points at `full`."""
    return part(name, math.log(max(value, 1.0)) / math.log(full), most, why)


def ordered(*parts: Part) -> tuple[Part, ...]:
    """Return parts, largest first, without those that add nothing."""
    return tuple(sorted((each for each in parts if each.points > 0), key=lambda each: (-each.points, each.name)))
