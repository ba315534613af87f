"""`review.sarif`: the findings in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).

GitHub refuses a whole file when one location in it names no artifact. A finding whose source is not known is
therefore placed in the plan that was reviewed; its logical location is the Terraform address either way.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from review.finding import Severity
from review.output.wording import PARTS, part_of, title_of, unchecked, visible

if TYPE_CHECKING:
    from review.checks.model import Skip
    from review.finding import Finding
    from review.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL = {Severity.FAIL: "error", Severity.WARN: "warning", Severity.NOTE: "note"}
SOURCE = re.compile(r"(?P<file>.+?):(?P<line>[1-9][0-9]{0,8})")


def render(report: Report) -> str:
    """Return the findings of a report, and the checks that the code skips, as SARIF."""
    rules = _rules(report)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = [_result(each, report, index, seen) for each in report.findings]
    results += [_skipped(each, report, index, seen) for each in report.checks.skips]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Punctual review", "rules": rules}},
                "automationDetails": {"id": f"review/{visible(report.plan.name)}/"},
                "invocations": [_invocation(report)],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _invocation(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {"executionSuccessful": True, "exitCode": 0 if report.passes else 1}
    if report.checks.not_run:
        text = visible(unchecked(report))
        found["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return found


def _rules(report: Report) -> list[dict[str, Any]]:
    """Return each rule that is named, in the order of their names."""
    found: dict[str, Finding | None] = {each.check: None for each in report.checks.skips}
    for each in reversed(report.findings):  # the heaviest finding of a rule speaks for it
        found[each.rule] = each
    return [_rule(name, found[name]) for name in sorted(found)]


def _rule(name: str, finding: Finding | None) -> dict[str, Any]:
    part = part_of(name)
    what = _words(name.partition("/")[2] or name)
    asks = PARTS[part][1] if part in PARTS else PARTS["checks"][1]
    advice = finding.advice if finding is not None else ""
    return {
        "id": visible(name),
        "shortDescription": {"text": f"{title_of(part if part in PARTS else 'checks')}: {what}"},
        "help": {"text": visible(f"{asks} {advice}".strip())},
        "defaultConfiguration": {"level": LEVEL[finding.severity if finding is not None else Severity.WARN]},
        "properties": {"tags": [part if part in PARTS else "checks"]},
    }


def _words(name: str) -> str:
    return visible(name) if name.isupper() else visible(re.sub(r"[_/-]+", " ", name))


def _result(finding: Finding, report: Report, index: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    parts = (finding.title, finding.detail, finding.advice)
    return {
        "ruleId": visible(finding.rule),
        "ruleIndex": index[visible(finding.rule)],
        "level": LEVEL[finding.severity],
        "message": {"text": visible("\n\n".join(part for part in parts if part)) or visible(finding.rule)},
        "locations": [_location(finding.address, finding.source, report)],
        "partialFingerprints": _fingerprints(seen, finding.rule, finding.address, finding.title),
    }


def _skipped(skip: Skip, report: Report, index: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    return {
        "ruleId": visible(skip.check),
        "ruleIndex": index[visible(skip.check)],
        "level": "none",
        "kind": "notApplicable",
        "message": {"text": visible(f"Skipped in place: {skip.reason}")},
        "locations": [_location(skip.subject, skip.source, report)],
        "suppressions": [{"kind": "inSource", "justification": visible(skip.reason)}],
        "partialFingerprints": _fingerprints(seen, skip.check, skip.subject, "skipped"),
    }


def _location(address: str, source: str, report: Report) -> dict[str, Any]:
    known = SOURCE.fullmatch(source)
    file, line = (known["file"], int(known["line"])) if known else (source or report.plan.name, 1)
    found: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(visible(file).lstrip("/"), safe="/-._~")},
            "region": {"startLine": line},
        }
    }
    if address:
        found["logicalLocations"] = [{"fullyQualifiedName": visible(address), "kind": "resource"}]
    return found


def _fingerprints(seen: Counter[str], *parts: str) -> dict[str, str]:
    """Return what tells a result from the others, and is the same in the next review; alike ones are numbered."""
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    seen[digest] += 1
    return {"ruleAddressTitle/v1": f"{digest}:{seen[digest]}"}
