"""How values are written in the files, as SQL that reads them.

Each function takes an expression of the raw text and returns one of the value: NULL where the text is empty, and where
it is not what it must be. There are 1.5 million rows, nearly all in the usual form, for which DuckDB is to have little
to do. What the others need stands in a CASE: what stands twice anywhere else is worked out for every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workers.claimsreport.intake.columns import Form

_BLANKS = r"' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160) || chr(65279)"
_BASE = 2208988800  # seconds from 1900, where a time without a day is put, to 1970


def text(raw: str) -> str:
    """Without the blanks round it. What sorts before "!" begins with a blank or a control character."""
    return f"CASE WHEN {raw} < '!' OR suffix({raw}, ' ') THEN {trimmed(raw)} ELSE {raw} END"


def trimmed(raw: str) -> str:
    """Return the same for what is known to have blanks, of any kind."""
    return f"nullif(trim({raw}, {_BLANKS}), '')"


def code(raw: str) -> str:
    """In lower case."""
    return f"lower({text(raw)})"


def owners(raw: str) -> str:
    """Names as they are; NULL for the "no" of reports that say yes or no, and for what people write for nobody."""
    value = text(raw)
    # DuckDB (2.0.0) makes a join of a list of five, and that takes as long as all the rest of the file.
    return f"CASE WHEN lower({value}) NOT IN ('no', 'false', '0', 'none') AND {value} <> '-' THEN {value} END"


def isrc(raw: str) -> str:
    """Upper case without hyphens (ISO 3901): country, registrant, year, number. The first one, if there are several.

    What is no ISRC is NULL, and the row is right all the same: "n/a" would make one recording of a thousand.
    """
    one = f"upper(replace(replace({trimmed(f'split_part({raw}, chr(124), 1)')}, '-', ''), ' ', ''))"
    is_one = "regexp_full_match({}, '[A-Z]{{2}}[A-Z0-9]{{3}}[0-9]{{7}}')"
    return f"CASE WHEN {is_one.format(raw)} THEN {raw} WHEN {is_one.format(one)} THEN {one} END"


def count(raw: str) -> str:
    """A whole number: digits, with a sign or with nothing but zeros behind a point.

    DuckDB's cast rounds 1.5, and takes 1e3, 0x1F and 1_000: hence the look at how it is written again.
    """
    number = f"TRY_CAST({raw} AS BIGINT)"
    return (
        f"CASE WHEN {raw} = {number}::VARCHAR THEN {number} "
        f"WHEN regexp_full_match({trimmed(raw)}, '[+-]?[0-9]+([.]0*)?') "
        f"THEN TRY_CAST(split_part({trimmed(raw)}, '.', 1) AS BIGINT) END"
    )


def date(raw: str) -> str:
    """2026-11-16, with or without a time; 20261116; Nov 16, 2026; 11/16/2026 or 16/11/2026 where the other is none."""
    month_first = f"TRY_STRPTIME({trimmed(raw)}, '%m/%d/%Y')"
    day_first = f"TRY_STRPTIME({trimmed(raw)}, '%d/%m/%Y')"
    slashed = (
        f"CASE WHEN {month_first} IS NULL THEN {day_first} "
        f"WHEN {day_first} IS NULL OR {day_first} = {month_first} THEN {month_first} END"
    )
    other = f"coalesce(TRY_STRPTIME({trimmed(raw)}, ['%Y%m%d', '%b %d, %Y', '%B %d, %Y']), {slashed})"
    day = f"TRY_CAST({raw} AS DATE)"
    return f"CASE WHEN {day} IS NULL THEN CAST({other} AS DATE) ELSE {day} END"


def seconds(raw: str) -> str:
    """A number of seconds; an ISO 8601 duration in days or less, such as PT3M2S; H:MM:SS or M:SS."""
    # Of ISO 8601, what the hours, minutes and seconds of a clock can say is read several times faster as a time of day.
    clock = f"TRY_STRPTIME({raw}, ['PT%MM%SS', 'PT%SS', 'PT%HH%MM%SS', 'PT%MM', 'PT%HH%MM', 'PT%HH%SS', 'PT%HH'])"
    iso = (
        f"CASE WHEN regexp_full_match({trimmed(raw)}, 'P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?') "
        f"AND {trimmed(raw)} NOT IN ('P', 'PT') "
        f"THEN epoch(TRY_CAST(replace(substr({trimmed(raw)}, 2), 'T', ' ') AS INTERVAL)) END"
    )
    colons = (
        f"CASE WHEN regexp_full_match({trimmed(raw)}, '[0-9]+:[0-5]?[0-9]([.][0-9]+)?') "
        f"THEN epoch(TRY_CAST(replace({trimmed(raw)}, ':', 'M') || 'S' AS INTERVAL)) "
        f"WHEN regexp_full_match({trimmed(raw)}, '[0-9]+:[0-5]?[0-9]:[0-5]?[0-9]([.][0-9]+)?') "
        f"THEN epoch(TRY_CAST({trimmed(raw)} AS INTERVAL)) END"
    )
    return (
        f"CASE WHEN {raw} < 'A' THEN coalesce({_finite(f'TRY_CAST({raw} AS DOUBLE)')}, {colons}) "
        f"ELSE coalesce(epoch({clock}) + {_BASE}, {iso}) END"
    )


def share(raw: str) -> str:
    """From 0 to 1, or in percent with its sign; what else it may be is for a rule to say."""
    return (
        f"CASE WHEN suffix({trimmed(raw)}, '%') THEN TRY_CAST(trim({trimmed(raw)}, '% ') AS DOUBLE) / 100 "
        f"ELSE {_finite(f'TRY_CAST({raw} AS DOUBLE)')} END"
    )


def yes_no(raw: str) -> str:
    """Yes or no, in the words that programs and people write."""
    word = f"lower({trimmed(raw)})"
    return (
        f"CASE WHEN {word} IN ('yes', 'y', 'true', 't', '1') THEN true "
        f"WHEN {word} IN ('no', 'n', 'false', 'f', '0') THEN false END"
    )


def _finite(number: str) -> str:
    return f"CASE WHEN isfinite({number}) THEN {number} END"


READ: Mapping[Form, Callable[[str], str]] = {
    Form.TEXT: text,
    Form.NAME: text,
    Form.CODE: code,
    Form.OWNERS: owners,
    Form.ISRC: isrc,
    Form.COUNT: count,
    Form.DATE: date,
    Form.SECONDS: seconds,
    Form.SHARE: share,
    Form.YES_NO: yes_no,
}
TYPES: Mapping[Form, str] = {
    Form.COUNT: "BIGINT",
    Form.DATE: "DATE",
    Form.SECONDS: "DOUBLE",
    Form.SHARE: "DOUBLE",
    Form.YES_NO: "BOOLEAN",
}
