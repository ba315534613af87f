"""What a review has to say about one thing, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    FAIL = "fail"  # the verdict is no
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know before the plan is applied.

    Attributes:
        rule: what was looked for: `<part>/<rule>`, such as `delivery/denied`; it stays the same over versions.
        severity: how much it weighs.
        title: one sentence without markup.
        address: of the resource that it is about, as in the plan; "" if it is about the whole.
        detail: what was found, as plain lines: a request, a missing statement; "" if the title says it all.
        advice: what to do, in one sentence; "" if nothing needs to be done.
        source: `<file>:<line>` if that is known; "" if not.
    """

    rule: str
    severity: Severity
    title: str
    address: str = ""
    detail: str = ""
    advice: str = ""
    source: str = ""
