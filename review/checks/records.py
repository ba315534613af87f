"""What checkov prints, as findings and skips.

A check that both scans report of one resource is one finding: with the address of the plan, where each instance has
its own, and the line of the source, which only that scan always knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from review.checks.model import Skip
from review.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_KEYS: Final = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_NO_REASON: Final = "No comment provided"  # what checkov says of a skip without one
_OF_DATA: Final = ".checks.data."  # in the names of the classes that check data sources
FAILED: Final = "failed_checks"
SKIPPED: Final = "skipped_checks"


@dataclass(frozen=True)
class Record:
    """One check of one resource that failed or was skipped.

    Attributes:
        check: its id, such as `CKV_AWS_27`.
        says: what it wants, in checkov's words.
        address: of the resource; without keys if it was read in the source.
        file: the file, relative to the root's folder; "" if the scan does not know it.
        lines: first and last line of the resource in it.
        reason: why it is skipped, in the words of the code; None if it failed.
    """

    check: str
    says: str
    address: str
    file: str
    lines: tuple[int, int]
    reason: str | None


def records(report: Mapping[str, Any]) -> Iterator[Record]:
    """Yield what failed and what was skipped in one of checkov's reports."""
    for kind in (FAILED, SKIPPED):
        for each in report["results"].get(kind) or ():
            first, last = each["file_line_range"]
            yield Record(
                check=each["check_id"],
                says=each["check_name"],
                address=_address(each),
                file=each["file_path"].lstrip("/") if first > 0 else "",
                lines=(first, last),
                reason=(each["check_result"].get("suppress_comment") or "").strip() if kind == SKIPPED else None,
            )


def merged(of_plan: Iterable[Record], of_source: Iterable[Record]) -> list[Record]:
    """Put the records of both scans together.

    A skip counts for both: it stands at the resource, which the scan of a plan does not always find.
    """
    planned, written = _by_resource(of_plan), _by_resource(of_source)
    found: list[Record] = []
    for key in sorted({*planned, *written}):
        here, there = planned.get(key, []), written.get(key, [])
        both = [*here, *there]
        reason = next((each.reason for each in both if each.reason is not None), None)
        placed = next((each for each in both if each.file), both[0])
        for each in here or there:
            at = each if each.file else placed
            found.append(replace(each, file=at.file, lines=at.lines, reason=reason))
    return sorted(set(found), key=lambda each: (each.check, each.address, each.file, each.lines))


def findings(found: Iterable[Record], line: Callable[[Record], str]) -> Iterator[Finding]:
    """Yield a finding for each check that failed, and for each that is skipped without a reason.

    Args:
        found: the records.
        line: returns `<file>:<line>` for a record; "" if it is not known.
    """
    for each in found:
        if each.reason is None:
            yield Finding(
                rule=f"checkov/{each.check}",
                severity=Severity.FAIL,
                title=f"{each.check} fails: {each.says}",
                address=each.address,
                advice=f"Change it; or write #checkov:skip={each.check}:<why it is right here> into the block.",
                source=line(each),
            )
        elif not is_reason(each.reason):
            yield Finding(
                rule=f"checkov/{each.check}",
                severity=Severity.FAIL,
                title=f"{each.check} is skipped without a reason: {each.says}",
                address=each.address,
                advice=f"Write the reason behind the skip: #checkov:skip={each.check}:<why it is right here>.",
                source=line(each),
            )


def skips(found: Iterable[Record], line: Callable[[Record], str]) -> Iterator[Skip]:
    """Yield what is skipped with a reason."""
    for each in found:
        if each.reason is not None and is_reason(each.reason):
            yield Skip(each.check, each.address, each.reason, line(each))


def is_reason(text: str) -> bool:
    """Tell whether a skip says why."""
    return text not in ("", _NO_REASON)


def _by_resource(found: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for each in found:
        groups.setdefault((each.check, _KEYS.sub("", each.address)), []).append(each)
    return groups


def _address(record: Mapping[str, Any]) -> str:
    """Return the address in Terraform's form: checkov leaves out that a data source of the source is one."""
    address = str(record.get("resource_address") or record["resource"])
    if _OF_DATA not in (record.get("check_class") or "") or "data." in _KEYS.sub("", address):
        return address
    *modules, kind, name = address.split(".")
    return ".".join([*modules, "data", kind, name])
