"""What the stand-in of AppSync counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

NO_TYPE = "no errorType"


@dataclass
class Statistics:
    """Counts since the last reset.

    Attributes:
        requests: over HTTP, refused ones too.
        operations: that were run, by kind.
        fields: that were asked for at the top, by type and name; a request can ask for several.
        statuses: of the answers.
        errors: by `errorType`.
    """

    requests: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def answered(self, status: int, body: dict[str, Any]) -> None:
        """Count an answer."""
        self.statuses[str(status)] += 1
        self.errors.update(error.get("errorType") or NO_TYPE for error in body.get("errors", ()))

    def facts(self) -> dict[str, Any]:
        """Return the counts as JSON."""
        counters = {
            "operations": self.operations,
            "fields": self.fields,
            "statuses": self.statuses,
            "errors": self.errors,
        }
        return {"requests": self.requests, **{name: dict(counter) for name, counter in counters.items()}}
