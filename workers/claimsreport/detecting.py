"""All that is looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.claimsreport.detection import conflicts, discrepancies, patterns, vanished, viral

if TYPE_CHECKING:
    from workers.claimsreport.finding import Finding, Kind
    from workers.claimsreport.series import Week

# By what a person calls it, in the order of the issue; each looks at a week by itself.
DETECTORS: Mapping[str, Callable[[Week], list[Finding]]] = {
    "viral content": viral.find,
    "unusual claim patterns": patterns.find,
    "conflicts": conflicts.find,
    "discrepancies": discrepancies.find,
    "vanished claims": vanished.find,
}


# No person reads more, and a report of a hundred thousand takes more memory than a task has.
MOST_OF_A_KIND = 2_000


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        findings: what needs attention first being first; at most MOST_OF_A_KIND of each kind.
        left_out: how many more there were, of those kinds that had more.
    """

    findings: Sequence[Finding]
    left_out: Mapping[Kind, int]


def find_all(week: Week, check: Callable[[], None]) -> Found:
    """Return all findings of a week.

    Args:
        week: what is looked at.
        check: called between two detectors; raises where the run is to stop.
    """
    found: list[Finding] = []
    counts: Counter[Kind] = Counter()
    for find in DETECTORS.values():
        check()
        of_kind: Counter[Kind] = Counter()
        for finding in sorted(find(week), key=lambda each: each.order):
            of_kind[finding.kind] += 1
            if of_kind[finding.kind] <= MOST_OF_A_KIND:
                found.append(finding)
        counts += of_kind
    left_out = {kind: count - MOST_OF_A_KIND for kind, count in counts.items() if count > MOST_OF_A_KIND}
    return Found(sorted(found, key=lambda each: each.order), left_out)
