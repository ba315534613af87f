"""What does not fit together: content that does otherwise on another platform, and views that earn nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.claimsreport.detection import platforms, revenue

if TYPE_CHECKING:
    from workers.claimsreport.finding import Finding
    from workers.claimsreport.series import Week


def find(week: Week) -> list[Finding]:
    """Return both sorts of findings, in order."""
    return sorted([*platforms.find(week), *revenue.find(week)], key=lambda each: each.order)
