"""`review.json`: everything that a review found, for programs. `review/review.schema.json` says what is in it.

A change that takes something away or gives it another meaning raises the first number of `SCHEMA_VERSION`; one that
adds something raises the second.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from review.output.wording import overlapping, verdict

if TYPE_CHECKING:
    from datetime import datetime

    from review.changes.model import Change
    from review.checks.model import Skip
    from review.delivery.model import Hop, Path
    from review.finding import Finding
    from review.intents.model import Proof
    from review.plan import Plan
    from review.policies.model import Sentence
    from review.report import Report
    from review.timetable.model import Calendar, Timetable

SCHEMA_VERSION = "1.0"


def render(report: Report) -> str:
    """Return a report as JSON. A text that Unicode cannot carry (half of a surrogate pair) stands in it escaped."""
    text = json.dumps(values(report), indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def values(report: Report) -> dict[str, Any]:
    """Return a report as plain values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "passes": report.passes,
        "verdict": verdict(report),
        "plan": _plan(report.plan),
        "findings": [_finding(each) for each in report.findings],
        "changes": [_change(each) for each in report.changes.changes],
        "policies": [_sentence(each) for each in report.sentences],
        "proofs": [_proof(each) for each in report.privileges.proofs],
        "delivery": {
            "paths": [_path(each) for each in report.deliveries.paths],
            "unreached": list(report.deliveries.unreached),
        },
        "calendar": _calendar(report.calendar),
        "checks": {
            "passed": report.checks.passed,
            "not_run": report.checks.not_run,
            "skips": [_skip(each) for each in report.checks.skips],
        },
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plan(plan: Plan) -> dict[str, Any]:
    """Return what identifies a plan: its resources are in it, and their sensitive values nowhere else."""
    return {
        "name": plan.name,
        "timestamp": _moment(plan.timestamp),
        "partition": plan.partition,
        "account": plan.account,
        "region": plan.region,
        "errored": plan.errored,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "title": finding.title,
        "address": finding.address,
        "detail": finding.detail,
        "advice": finding.advice,
        "source": finding.source,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": change.address,
        "type": change.type,
        "effect": change.effect.value,
        "forced_by": list(change.forced_by),
        "reason": change.reason,
        "loses": change.loses,
        "differences": [{"path": each.path, "before": each.before, "after": each.after} for each in change.differences],
        "moved_from": change.moved_from,
        "importing": change.importing,
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "owner": sentence.owner,
        "kind": sentence.kind,
        "allows": sentence.allows,
        "who": sentence.who,
        "what": list(sentence.what),
        "on": list(sentence.on),
        "conditions": list(sentence.conditions),
        "address": sentence.address,
        "sid": sentence.sid,
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "address": proof.address,
        "subject": proof.subject,
        "kind": proof.kind,
        "purpose": proof.purpose,
        "status": proof.status.value,
        "beyond": proof.beyond,
        "missing": proof.missing,
        "widest": list(proof.widest),
        "why": proof.why,
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "trigger": path.trigger,
        "kind": path.kind,
        "via": path.via,
        "target": path.target,
        "address": path.address,
        "answer": path.answer.value,
        "stations": list(path.stations),
        "hops": [_hop(each) for each in path.hops],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "question": hop.question,
        "answer": hop.answer.value,
        "because": hop.because,
        "missing": hop.missing,
        "where": hop.where,
        "side": hop.side,
        "rule": hop.rule,
        "station": hop.station,
    }


def _calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "start": _moment(calendar.start),
        "end": _moment(calendar.end),
        "timetables": [_timetable(each) for each in calendar.timetables],
    }


def _timetable(timetable: Timetable) -> dict[str, Any]:
    return {
        "name": timetable.name,
        "address": timetable.address,
        "expression": timetable.expression,
        "zone": timetable.zone,
        "enabled": timetable.enabled,
        "is_approximate": timetable.is_approximate,
        "runs_what": timetable.runs_what,
        "window_seconds": int(timetable.window.total_seconds()),
        "duration_seconds": None if timetable.duration is None else int(timetable.duration.total_seconds()),
        "runs": [_moment(each) for each in timetable.runs],
        "runs_left_out": timetable.runs_left_out,
        "overlaps": sum(overlapping(timetable)),
    }


def _skip(skip: Skip) -> dict[str, Any]:
    return {"check": skip.check, "subject": skip.subject, "reason": skip.reason, "source": skip.source}
