"""What the report says in words, for people who know the catalogue and no statistics."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workers.claimsreport.finding import Finding, Kind, Priority
from workers.claimsreport.report.content import MEASURES, Report, Trend

USUAL_DAYS = 7
LATE_DAYS = 10  # more than these between two snapshots are a gap
LONGEST_TEXT = 300  # characters of a title on the page; the other files have all of it
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class KindWords:
    """What a kind of finding is called.

    Attributes:
        name: of one of them, over its card.
        one: in a sentence, behind "1".
        many: in a sentence, behind any other number.
        subject: what its subject is.
    """

    name: str
    one: str
    many: str
    subject: str


KINDS: Mapping[Kind, KindWords] = {
    Kind.VIRAL_ASSET: KindWords("Viral asset", "asset goes viral", "assets go viral", "asset"),
    Kind.VIRAL_RECORDING: KindWords("Viral recording", "recording goes viral", "recordings go viral", "ISRC"),
    Kind.CLAIMS_ON_ASSET: KindWords(
        "Unusual claims on an asset",
        "asset has unusually many new claims",
        "assets have unusually many new claims",
        "asset",
    ),
    Kind.CLAIMS_ON_CHANNEL: KindWords(
        "Unusual claims on a channel",
        "channel has unusually many new claims",
        "channels have unusually many new claims",
        "channel",
    ),
    Kind.CLAIMS_ON_POLICY: KindWords(
        "Unusual claims under a policy",
        "policy has unusually many new claims",
        "policies have unusually many new claims",
        "policy",
    ),
    Kind.CONFLICT: KindWords(
        "Conflict or dispute risk",
        "asset is in conflict or likely to be disputed",
        "assets are in conflict or likely to be disputed",
        "asset",
    ),
    Kind.PLATFORM_DISCREPANCY: KindWords(
        "Platforms disagree",
        "recording does differently on one platform than on others",
        "recordings do differently on one platform than on others",
        "ISRC",
    ),
    Kind.VIEWS_WITHOUT_REVENUE: KindWords(
        "Views without revenue",
        "asset has views that earn nothing",
        "assets have views that earn nothing",
        "asset",
    ),
    Kind.CLAIMS_VANISHED: KindWords(
        "Claims vanished", "asset has lost its claims", "assets have lost their claims", "asset"
    ),
}

# What may not stand on a page as it is: controls, and what turns the direction of the text around it.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown(text: str) -> str:
    """Return a text as a page can show it: on one line, what is unseen as its code point, cut where it is very long."""
    line = " ".join(_UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text).split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def number(value: float | None) -> str:
    """Return a number with commas: whole from 100 on, before that to three significant digits."""
    if value is None or not math.isfinite(value):
        return "not known"
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else tiny(value)


def rough(value: float) -> str:
    """Return a number as people say it: 52.3 million."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:.3g} {word}"
    return number(value)


def tiny(value: float | None) -> str:
    """Return a probability: to two significant digits, small ones as a power of ten."""
    if value is None or not math.isfinite(value):
        return "none"
    if value == 0:
        return "below 10⁻³⁰⁰"
    if abs(value) >= 0.001:
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} \N{MULTIPLICATION SIGN} 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def short(value: float) -> str:
    """Return a number in the least room, for an axis: 950, 1.2k, 34M."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def points(value: float) -> str:
    """Return points of a score, to one decimal."""
    return f"{round(value, 1):g}"


def made_of(finding: Finding) -> str:
    """Return what stands behind a score, before its parts."""
    if not finding.parts:
        return "of 100 points"
    together = sum(part.points for part in finding.parts)
    return (
        "of 100 points, made of:"
        if together <= 100
        else f"of 100 points, which is the most; its parts make {points(together)}:"
    )


def day(date: dt.date) -> str:
    """Return a date as people write it: 22 Nov 2026."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def days(dates: Iterable[dt.date]) -> list[str]:
    """Return dates as people write them."""
    return [day(each) for each in dates]


def value(found: float | str | None) -> str:
    """Return one of the numbers of a finding."""
    return shown(found) if isinstance(found, str) else number(found)


def percent(share: float) -> str:
    """Return a share in percent, to two significant digits below ten."""
    return f"{share * 100:.2g}%" if share < 0.1 else f"{share * 100:.0f}%"


def count(how_many: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"


def label(name: str) -> str:
    """Return a name in kebab or snake case as words."""
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def listed(texts: list[str]) -> str:
    """Return texts as one, with commas and "and"."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}" if texts else ""


def quoted(names: Iterable[str]) -> list[str]:
    """Return names in quotation marks, as a page can show them."""
    return [f"“{shown(name)}”" for name in names]


def by_kind(findings: Iterable[Finding]) -> list[str]:
    """Return how many there are of each kind, in words, the most frequent first."""
    order = list(Kind)
    counted = Counter(each.kind for each in findings)
    return [
        count(how_many, KINDS[kind].one, KINDS[kind].many)
        for kind, how_many in sorted(counted.items(), key=lambda each: (-each[1], order.index(each[0])))
    ]


def verdict(report: Report) -> str:
    """Return what needs attention, as the headline."""
    high = len(report.by_priority[Priority.HIGH])
    if high:
        return f"{count(high, 'finding')} of high priority {'needs' if high == 1 else 'need'} attention"
    return "Nothing of high priority this week" if report.findings else "Nothing was found this week"


def details(report: Report) -> list[str]:
    """Return the sentences below the headline."""
    high, medium, low = (report.by_priority[each] for each in (Priority.HIGH, Priority.MEDIUM, Priority.LOW))
    said = []
    if high:
        said.append(f"{listed(by_kind(high))}.")
        new = sum(report.is_new(each) for each in high)
        if report.previous is not None:
            said.append(
                "None of them is new this week."
                if new == 0
                else "All of them are new this week."
                if new == len(high) > 1
                else f"{'It' if len(high) == 1 else f'{new:,} of them'} {'is' if new == 1 else 'are'} new this week."
            )
    if medium or low:
        said.append(f"Below that: {len(medium):,} of medium and {len(low):,} of low priority.")
    if report.ended:
        said.append(f"{count(len(report.ended), 'finding')} of the last report {_have(len(report.ended))} ended.")
    return said


def doubts(report: Report) -> list[str]:
    """Return what a reader must know of the data before believing any of it."""
    said = []
    if report.previous is None:
        said.append(
            "This is the first snapshot: there is no week before to compare with, and what is found rests on this one."
        )
    elif report.days is not None and report.days > LATE_DAYS:
        said.append(
            f"{count(report.days, 'day')} lie between this snapshot and the one before, instead of {USUAL_DAYS}: "
            "weekly values are averages over that time."
        )
    elif report.days is not None and report.days != USUAL_DAYS:
        said.append(f"{count(report.days, 'day')} lie between the snapshots: weekly values are per {USUAL_DAYS} days.")
    previous = report.previous or report.date
    said += [
        f"Views began to be counted differently on {day(each)}, within this week."
        for each in report.changepoints
        if previous < each <= report.date
    ]
    if 0 < report.weeks_of_history < 8:
        said.append(
            f"The history is short ({count(report.weeks_of_history, 'week')}): "
            "what is usual is judged by what is alike as well."
        )
    quarantined = report.quality.quarantined
    if report.quality.rows and quarantined / report.quality.rows >= 0.001:
        share = percent(quarantined / report.quality.rows)
        said.append(
            f"{count(quarantined, 'row')} of the claims report ({share}) cannot be right "
            f"and {_were(quarantined)} set aside."
        )
    return said


def standing(report: Report, finding: Finding) -> str:
    """Return how long a finding has lasted."""
    since = report.standing[finding.identity].since
    if since == report.date:
        return "New this week"
    weeks = round((report.date - since).days / USUAL_DAYS)
    return f"Since {day(since)}" + (f", {count(weeks, 'week')}" if weeks else "")


def since(report: Report, finding: Finding) -> str:
    """Return since when a finding has lasted, for a table."""
    date = report.standing[finding.identity].since
    return "New" if date == report.date else day(date)


def identity(text: str) -> str:
    """Return the identity of a finding in words."""
    kind, _, subject = text.partition(":")
    return f"{KINDS[Kind(kind)].name}, {KINDS[Kind(kind)].subject} {subject}"


def alerted(report: Report, finding: Finding) -> str:
    """Return whether people were told of a finding by an alert; "" if not."""
    date = report.standing[finding.identity].alerted
    return "" if date is None else "Alert with this report" if date == report.date else f"Alert of {day(date)}"


def trend(found: Trend) -> str:
    """Return where a total stands, in a sentence."""
    name, unit = MEASURES[found.measure]
    last = found.totals[-1]
    if last.value is None:
        return f"{name}: not known this week."
    if last.expected is None or last.low is None or last.high is None:
        return f"{rough(last.value)} {unit}; the history is too short to say what is usual."
    where = (
        "more than is usual"
        if last.value > last.high
        else "less than is usual"
        if last.value < last.low
        else "as usual"
    )
    return f"{rough(last.value)} {unit}, {where}: {rough(last.low)} to {rough(last.high)} would be expected."


def is_unusual(found: Trend) -> bool:
    """Tell whether the last value of a total is outside of what is expected."""
    last = found.totals[-1]
    if last.value is None or last.low is None or last.high is None:
        return False
    return not last.low <= last.value <= last.high


def _have(how_many: int) -> str:
    return "has" if how_many == 1 else "have"


def _were(how_many: int) -> str:
    return "was" if how_many == 1 else "were"
