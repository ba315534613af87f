"""What cannot be right in a row by itself: each rule with its reason, and the value and the rule in words.

What can be right, however odd, stays: a claim without views or without a policy, one that is older than the upload of
its video (which is the day of a new edition now and then), more seconds matched than the video has (matches overlap), a
status or a country that nobody has heard of.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from workers.claimsreport.intake.reasons import Reason

# The first video is of 23 April 2005; the domain, of 14 February. https://www.youtube.com/watch?v=jNQXAC9IVRw
EARLIEST = dt.date(2005, 2, 14)
# Some hundred times the views of the video that has most: with one such number, nothing else in the catalogue counts.
MOST_VIEWS = 10**12
# A day that has begun somewhere: the dates of a report are of Pacific time or of UTC, which nobody says.
AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows for which the condition is true cannot be right.

    Attributes:
        reason: what is told of them.
        condition: in SQL, over the values by their name and over the raw text as `raw_` and the name; NULL is false.
        detail: in SQL, the value and the rule; only asked of rows that break it.
    """

    reason: Reason
    condition: str
    detail: str


def of_claims(date: dt.date) -> tuple[Rule, ...]:
    """Return the rules of a claims report.

    Args:
        date: of the snapshot, after which nothing has happened yet.
    """
    return (
        missing("claim_id", Reason.NO_CLAIM_ID, "each row is a claim"),
        missing("asset_id", Reason.NO_ASSET_ID, "each claim is of an asset"),
        unreadable("views", Reason.VIEWS_UNREADABLE, "a whole number, or nothing"),
        negative("views", Reason.VIEWS_NEGATIVE, "a video cannot be seen fewer than 0 times"),
        Rule(
            Reason.VIEWS_TOO_MANY,
            f"views > {MOST_VIEWS}",
            _told("views", f"no video has had more than {MOST_VIEWS} views"),
        ),
        unreadable("engaged_views", Reason.ENGAGED_VIEWS_UNREADABLE, "a whole number, or nothing"),
        negative("engaged_views", Reason.ENGAGED_VIEWS_NEGATIVE, "a video cannot be seen fewer than 0 times"),
        Rule(
            Reason.ENGAGED_VIEWS_OVER_VIEWS,
            "engaged_views > views",
            "'engaged_views is ' || engaged_views || ', views is ' || views || ': each engaged view is a view'",
        ),
        *(rule for name in ("created", "uploaded") for rule in _of_day(name, date)),
        *(
            rule
            for name in ("match_seconds", "longest_match_seconds", "video_seconds")
            for rule in (
                unreadable(name, Reason.DURATION_UNREADABLE, "seconds, PT3M2S, or H:MM:SS"),
                negative(name, Reason.DURATION_NEGATIVE, "nothing lasts less than 0 seconds"),
            )
        ),
    )


def _of_day(name: str, date: dt.date) -> tuple[Rule, ...]:
    latest = date + AHEAD
    return (
        unreadable(name, Reason.DATE_UNREADABLE, "a day such as 2026-11-16; 07/08/2026 may be of July or of August"),
        Rule(
            Reason.DATE_IN_FUTURE,
            f"{name} > DATE '{latest.isoformat()}'",
            _told(name, f"the snapshot is of {date.isoformat()}"),
        ),
        Rule(
            Reason.DATE_TOO_EARLY,
            f"{name} < DATE '{EARLIEST.isoformat()}'",
            _told(name, f"there is no YouTube before {EARLIEST.isoformat()}"),
        ),
    )


def missing(name: str, reason: Reason, rule: str) -> Rule:
    """Return the rule that there is a value."""
    return Rule(reason, f"{name} IS NULL", f"'{name} is empty: {rule}'")


def unreadable(name: str, reason: Reason, rule: str) -> Rule:
    """Return the rule that a value, if there is one, can be read as what it is."""
    return Rule(reason, f"{name} IS NULL AND raw_{name} IS NOT NULL AND trim(raw_{name}) <> ''", _told(name, rule))


def negative(name: str, reason: Reason, rule: str) -> Rule:
    """Return the rule that a number is not below 0."""
    return Rule(reason, f"{name} < 0", _told(name, rule))


def _told(name: str, rule: str) -> str:
    return f"'{name} is \"' || left(raw_{name}, 60) || '\": {rule}'"
