"""Why a row cannot be right."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The reasons for which rows go to quarantine; one a row, the first that holds, in this order.

    The first ones are of rows that are none: what they say cannot be told. VIEWS_FELL takes the snapshot before to see,
    and is found where that is at hand.
    """

    TOO_FEW_FIELDS = "too-few-fields"
    TOO_MANY_FIELDS = "too-many-fields"
    QUOTES_WRONG = "quotes-wrong"
    NOT_UTF8 = "not-utf8"
    TOO_LONG = "too-long"
    UNREADABLE = "unreadable"

    NO_CLAIM_ID = "no-claim-id"
    NO_ASSET_ID = "no-asset-id"
    VIEWS_UNREADABLE = "views-unreadable"
    VIEWS_NEGATIVE = "views-negative"
    VIEWS_TOO_MANY = "views-too-many"
    ENGAGED_VIEWS_UNREADABLE = "engaged-views-unreadable"
    ENGAGED_VIEWS_NEGATIVE = "engaged-views-negative"
    ENGAGED_VIEWS_OVER_VIEWS = "engaged-views-over-views"
    DATE_UNREADABLE = "date-unreadable"
    DATE_IN_FUTURE = "date-in-future"
    DATE_TOO_EARLY = "date-too-early"
    DURATION_UNREADABLE = "duration-unreadable"
    DURATION_NEGATIVE = "duration-negative"
    CLAIM_ID_TWICE = "claim-id-twice"
    VIEWS_FELL = "views-fell"

    # Of the rights records and the platform metrics alone.
    NO_SUBJECT = "no-subject"
    NO_OWNER = "no-owner"
    NO_PLATFORM = "no-platform"
    ISRC_UNREADABLE = "isrc-unreadable"
    SHARE_WRONG = "share-wrong"
    OURS_UNREADABLE = "ours-unreadable"
    DATES_REVERSED = "dates-reversed"
    NO_DATE = "no-date"
    COUNT_UNREADABLE = "count-unreadable"
    COUNT_NEGATIVE = "count-negative"
