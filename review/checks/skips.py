"""What a configuration skips of our own checks, in its root output `review`, each with its reason.

    output "review" {
      value = {
        skips = {
          "check/dead-letter-queue-missing" = {
            "module.sync.aws_cloudwatch_event_target.*" = "The next run does all that a lost one would have done."
          }
        }
      }
    }

Plan JSON has no comments; outputs are in it, and in the diff that is reviewed. In an address, * stands for any text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from review.checks.model import Skip
from review.finding import Finding, Severity
from review.plan import Hidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from review.plan import Plan

SOURCE: Final = "output review"
RULE: Final = "check/skips"


@dataclass(frozen=True)
class Asked:
    """A skip that the configuration asks for."""

    check: str
    pattern: str
    reason: str

    def is_about(self, finding: Finding) -> bool:
        """Tell whether it is about a finding."""
        pattern = ".*".join(re.escape(part) for part in self.pattern.split("*"))
        return finding.rule == self.check and re.fullmatch(pattern, finding.address, re.DOTALL) is not None


def apply(
    findings: Iterable[Finding], plan: Plan, checks: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Skip, ...]]:
    """Take out the findings that the configuration skips, and return them as skips.

    What skips nothing, names no check or gives no reason is a finding itself: it would go on to hide what nobody has
    looked at.

    Args:
        findings: of our own checks.
        plan: which may say what to skip.
        checks: the ids of all our checks.
    """
    asked, wrong = _asked(plan, checks)
    left: list[Finding] = []
    skipped: list[Skip] = []
    used: set[Asked] = set()
    for finding in findings:
        by = next((each for each in asked if each.is_about(finding)), None)
        if by is None:
            left.append(finding)
        else:
            used.add(by)
            skipped.append(Skip(finding.rule, finding.address, by.reason, SOURCE))
    for each in asked:
        if each not in used:
            title = f"The skip of {each.check} for {each.pattern} skips nothing."
            wrong.append(_warning(title, "Take it out of the root output review, or correct its address."))
    return (*left, *wrong), tuple(skipped)


def _asked(plan: Plan, checks: Collection[str]) -> tuple[list[Asked], list[Finding]]:
    said = plan.outputs.get("review")
    skips = said.get("skips") if isinstance(said, Mapping) else None
    found: list[Asked] = []
    wrong: list[Finding] = []
    for check, addresses in skips.items() if isinstance(skips, Mapping) else ():
        if check not in checks:
            near = difflib.get_close_matches(str(check), sorted(checks), n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(checks))}."
            wrong.append(_warning(f"The root output review skips {check}, and no check is called that.", hint))
            continue
        for pattern, reason in addresses.items() if isinstance(addresses, Mapping) else ():
            if isinstance(reason, str) and reason.strip() and not isinstance(reason, Hidden):
                found.append(Asked(check, str(pattern), reason.strip()))
            else:
                title = f"The skip of {check} for {pattern} gives no reason, and so counts for nothing."
                wrong.append(_warning(title, "Write the reason in the root output review."))
    return found, wrong


def _warning(title: str, advice: str) -> Finding:
    return Finding(RULE, Severity.WARN, title, advice=advice, source=SOURCE)
