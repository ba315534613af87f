"""The event that starts a run, and whether it is one to start for.

The rule on the bus lets only successes through already; this asks again, since a person or another rule may start the
task too. What is skipped publishes nothing: neither `Completed` nor `Failed` would be true, and the log says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workers.frame.problems import Problem, WrongInputError

if TYPE_CHECKING:
    from workers.cmscustomidcleanup.settings import CleanupSettings

SOURCE = "dn.backend.channelbackfill"
DETAIL_TYPE = "Channel Backfill Completed"
STATUS = "success"

# What the members are called in an event that is delivered, and in an entry of PutEvents.
NAMES = {"source": "Source", "detail-type": "DetailType", "detail": "Detail"}
COUNTS = ("processedCount", "errorCount", "totalCount", "timestamp")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What started a run, as far as it says so; a member that is missing is None.

    Attributes:
        tells: counts and time of the event, for the log and the report.
    """

    source: str | None
    detail_type: str | None
    status: str | None
    tells: Mapping[str, Any]

    def why_not(self) -> str | None:
        """Return why nothing is to be done for this event, in words; None for one to start for."""
        expected = (
            ("source", self.source, SOURCE),
            ("detail-type", self.detail_type, DETAIL_TYPE),
            ("status", self.status, STATUS),
        )
        wrong = [f"its {name} is {is_!r} and not {must!r}" for name, is_, must in expected if is_ != must]
        return "the event is not one to start for: " + ", ".join(wrong) if wrong else None

    def as_dict(self) -> dict[str, Any]:
        """Return what it says, by name."""
        return {"source": self.source, "detailType": self.detail_type, "status": self.status, **self.tells}


def trigger_of(settings: CleanupSettings) -> Trigger | None:
    """Return what started the run: `--event` before the variables of the rule; None for a manual run.

    Raises:
        WrongInputError: the event is no JSON object, or its file cannot be read.
    """
    if settings.event is not None:
        return _of_event(_loaded(settings.event))
    tells = dict(
        zip(
            COUNTS,
            (settings.processed_count, settings.error_count, settings.total_count, settings.timestamp),
            strict=True,
        )
    )
    named = (settings.event_source, settings.event_detail_type, settings.status)
    if all(value is None for value in (*named, *tells.values())):
        return None
    return Trigger(*named, {name: value for name, value in tells.items() if value is not None})


def _of_event(event: Mapping[str, Any]) -> Trigger:
    source, detail_type, detail = (event.get(name, event.get(other)) for name, other in NAMES.items())
    if isinstance(detail, str):  # as PutEvents takes it
        detail = _object(detail, "the detail of the event")
    if not isinstance(detail, Mapping):
        detail = {}
    return Trigger(source, detail_type, detail.get("status"), {key: detail[key] for key in COUNTS if key in detail})


def _loaded(text: str) -> dict[str, Any]:
    name = "--event"
    if text.startswith("@"):
        name = text[1:]
        try:
            text = Path(name).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise _wrong(f"{name} cannot be read: {error}") from error
    return _object(text, name)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise _wrong(f"{name} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise _wrong(f"{name} is no JSON object: an event has source, detail-type and detail")
    return value


def _wrong(detail: str) -> WrongInputError:
    return WrongInputError(Problem("event-wrong", "The event cannot be read", detail))
