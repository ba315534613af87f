"""The text of an alert: the same findings are the same bytes.

Limits of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (a subject of at most 100 ASCII characters
without line breaks, a message of at most 262,144 bytes, in which attributes count).
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers.claimsreport.finding import Finding, Kind

LONGEST_SUBJECT = 100  # characters
LARGEST = 262_144  # bytes, of the text and the attributes
LONGEST_TEXT = 1000  # characters of a title or of a reason; titles are what people wrote on YouTube

HEADINGS: Mapping[Kind, str] = {
    Kind.VIRAL_ASSET: "Assets that spread",
    Kind.VIRAL_RECORDING: "Recordings that spread",
    Kind.CLAIMS_ON_ASSET: "Unusually many claims on an asset",
    Kind.CLAIMS_ON_CHANNEL: "Unusually many claims on a channel",
    Kind.CLAIMS_ON_POLICY: "Unusually many claims under a policy",
    Kind.CONFLICT: "Conflicts and dispute risk",
    Kind.PLATFORM_DISCREPANCY: "Platforms that differ",
    Kind.VIEWS_WITHOUT_REVENUE: "Views without a revenue policy",
    Kind.CLAIMS_VANISHED: "Claims that vanished",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is published.

    Attributes:
        subject: of an e-mail.
        text: of all.
        attributes: what a filter policy of a subscription can ask for, as Publish takes them: `date`, and `kind`, the
            list of the kinds of finding that it is about.
        left_out: findings that had no room, and are in the report alone.
    """

    subject: str
    text: str
    attributes: Mapping[str, Mapping[str, str]]
    left_out: int


def compose(findings: Sequence[Finding], date: dt.date, report: str, largest: int = LARGEST) -> Message:
    """Return the message about findings; what does not fit is left out, whole findings from the end of the order.

    Args:
        findings: one at least.
        date: of the snapshot.
        report: where a person finds the report.
        largest: bytes that it may have.
    """
    ordered = sorted(findings, key=lambda each: each.order)
    kinds = sorted({str(each.kind) for each in ordered})
    attributes = {
        "date": {"DataType": "String", "StringValue": date.isoformat()},
        "kind": {"DataType": "String.Array", "StringValue": json.dumps(kinds)},
    }
    for_attributes = sum(len(name) + sum(map(len, one.values())) for name, one in attributes.items())
    room = largest - for_attributes
    lengths = itertools.accumulate(_bytes(_paragraph(each)) for each in ordered)
    # Headings and ends are at most what they are with every kind; then whole findings are taken away until it fits.
    shown = sum(length <= room for length in lengths)
    while len((text := _text(ordered, shown, date, report)).encode()) > room and shown > 0:
        shown -= 1
    return Message(_subject(len(ordered), date), text, attributes, len(ordered) - shown)


def _subject(count: int, date: dt.date) -> str:
    subject = f"Claims report of {date.isoformat()}: {_number(count)} need{'s' if count == 1 else ''} attention"
    return subject[:LONGEST_SUBJECT]


def _number(count: int) -> str:
    return f"{count} new finding{'' if count == 1 else 's'} of high priority"


def _text(ordered: Sequence[Finding], shown: int, date: dt.date, report: str) -> str:
    lines = [f"The claims report of {date.isoformat()} has {_number(len(ordered))}.", f"Report: {report}", ""]
    for kind in Kind:
        told = [each for each in ordered[:shown] if each.kind is kind]
        count = sum(each.kind is kind for each in ordered)
        if count:
            lines += [f"{HEADINGS[kind]}: {count}", ""]
            lines += [_paragraph(each) for each in told]
    if left_out := len(ordered) - shown:
        lines.append(f"{left_out} more {'is' if left_out == 1 else 'are'} in the report.\n")
    lines.append("Each finding is told of once while it lasts.")
    return "\n".join(lines) + "\n"


def _paragraph(finding: Finding) -> str:
    parts = ", ".join(f"{part.name} {part.points:g}" for part in finding.parts)
    title, subject = _one_line(finding.title), _one_line(finding.subject)
    name = title if title == subject else f"{title} ({subject})"
    return f"{finding.score:g} of 100: {name}\n{_one_line(finding.why)}\nScore: {parts}\n"


def _one_line(text: str) -> str:
    """Return text without line breaks and control characters, and not too long."""
    plain = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"


def _bytes(text: str) -> int:
    return len(text.encode()) + 1
