"""The grammar of schedule expressions, field by field: "Schedule types in EventBridge Scheduler" of its user guide.

modules/ecs-scheduler/expressions.tf has the same rules in the same words, for those who use the module without the
generator. A test feeds one table and random expressions to both.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from generator.errors import shown

LONGEST: Final = 256  # characters

_VALUES: Final = {
    "minutes": "[0-5]?[0-9]",
    "hours": "[01]?[0-9]|2[0-3]",
    "day-of-month": "0?[1-9]|[12][0-9]|3[01]",
    "month": "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC",
    "day-of-week": "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT",
    "year": "19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}",
}
# A step of 0 never ends; a step longer than its field never takes a second step, and is always a slip.
_STEPS: Final = {
    "minutes": "[1-9]|[1-5][0-9]",
    "hours": "[1-9]|1[0-9]|2[0-3]",
    "day-of-month": "[1-9]|[12][0-9]|3[01]",
    "month": "[1-9]|1[0-2]",
    "day-of-week": "[1-7]",
    "year": "[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-2][0-9]",
}
# L: the last day; 15W: the weekday nearest the 15th; LW: the last weekday; 6L: the last Friday.
_WILDCARDS: Final = {
    "day-of-month": f"|L|LW|(?:{_VALUES['day-of-month']})W",
    "day-of-week": f"|L|(?:{_VALUES['day-of-week']})L",
}
_ALLOWED: Final = {
    "minutes": "0-59, lists, ranges, / steps (1-59) and *",
    "hours": "0-23, lists, ranges, / steps (1-23) and *",
    "day-of-month": "1-31, lists, ranges, / steps (1-31), *, ?, L, W (15W) and LW",
    "month": "1-12 or JAN-DEC, lists, ranges, / steps (1-12) and *",
    "day-of-week": "1-7 or SUN-SAT, lists, ranges, / steps (1-7), *, ?, L (6L) and one # (FRI#2, #1-5)",
    "year": "1970-2199, lists, ranges, / steps (1-229) and *",
}
# With ? and # a field has one term only.
_ALONE: Final = {"day-of-month": r"\?|", "day-of-week": rf"\?|(?:{_VALUES['day-of-week']})#[1-5]|"}


def _pattern(field: str) -> re.Pattern[str]:
    value, step = _VALUES[field], _STEPS[field]
    term = rf"(?:(?:\*|(?:{value})(?:-(?:{value}))?)(?:/(?:{step}))?{_WILDCARDS.get(field, '')})"
    return re.compile(f"{_ALONE.get(field, '')}{term}(?:,{term})*")


_FIELDS: Final = {field: _pattern(field) for field in _VALUES}
_CRON: Final = re.compile(r"cron\(([^()]*)\)")
_TERM: Final = re.compile(r"[^\t\n\f\r ]+")
_RATE: Final = re.compile(r"rate\([\t\n\f\r ]*(-?[0-9.]+)[\t\n\f\r ]+([A-Za-z]+)[\t\n\f\r ]*\)")
_AT: Final = re.compile(r"at\(([0-9]{4})(-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\)")
_UNITS: Final = ("minute", "hour", "day")


def mistakes(expression: str) -> list[str]:
    """Return what AWS would refuse in a schedule expression, every mistake; nothing for a right one."""
    if expression.strip() != expression:
        found = [f"schedule_expression is {shown(expression)}; AWS allows no space or line break before or after it"]
    elif expression.startswith("cron("):
        found = _cron(expression)
    elif expression.startswith("rate("):
        found = _rate(expression)
    elif expression.startswith("at("):
        found = _at(expression)
    else:
        rule = "AWS allows cron(...), rate(...) and at(...), in lower case"
        found = [f"schedule_expression is {shown(expression)}; {rule}"]
    if len(expression) > LONGEST:
        found.append(f"schedule_expression has {len(expression)} characters; AWS allows {LONGEST}")
    return found


def _cron(expression: str) -> list[str]:
    whole = _CRON.fullmatch(expression)
    said = shown(expression, quote=False)
    if whole is None:
        return [f"{said}: AWS needs cron(<six fields>), with one opening bracket and one closing bracket at the end"]
    terms = _TERM.findall(whole[1])
    if len(terms) != len(_FIELDS):
        return [f"{said} has {len(terms)} fields; AWS needs six: {' '.join(_FIELDS)}"]
    given = dict(zip(_FIELDS, terms, strict=True))
    found = [
        f"{said}: {field} is {shown(term)}; AWS allows {_ALLOWED[field]}"
        for field, term in given.items()
        if not term.isascii() or not _FIELDS[field].fullmatch(term.upper())
    ]
    days = given["day-of-month"], given["day-of-week"]
    if (days[0] == "?") == (days[1] == "?"):
        both = f"day-of-month is {shown(days[0])} and day-of-week is {shown(days[1])}"
        found.append(f"{said}: {both}; AWS needs ? in exactly one of the two")
    return found


def _rate(expression: str) -> list[str]:
    whole = _RATE.fullmatch(expression)
    said = shown(expression, quote=False)
    if whole is None:
        return [f"{said}: AWS needs rate(<number> <unit>), for example rate(1 hour) or rate(7 days)"]
    number, unit = whole.groups()
    one = number.lstrip("0") == "1"
    found = []
    if not re.fullmatch("0*[1-9][0-9]*", number):
        found.append(f"{said}: the number is {shown(number)}; AWS needs a whole number of 1 or more")
    if unit.removesuffix("s") not in _UNITS:
        rule = "AWS allows minute, minutes, hour, hours, day and days"
        found.append(f"{said}: the unit is {shown(unit)}; {rule}")
    elif unit in _UNITS and not one:
        rule = f"AWS needs the plural {unit}s with a number other than 1"
        found.append(f"{said}: the unit is {shown(unit)}; {rule}")
    elif unit not in _UNITS and one:
        found.append(f"{said}: the unit is {shown(unit)}; AWS needs the singular {unit.removesuffix('s')} with 1")
    return found


def _at(expression: str) -> list[str]:
    whole = _AT.fullmatch(expression)
    said = shown(expression, quote=False)
    if whole is None:
        rule = "AWS needs at(yyyy-mm-ddThh:mm:ss), with no zone: the time zone is the field timezone"
        return [f"{said}: {rule}"]
    year, rest = whole.groups()
    try:
        # Python has no year 0, AWS's form has; 400 is the year with the same calendar.
        datetime.strptime(f"{'0400' if year == '0000' else year}{rest}+0000", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return [f"{said}: there is no such date and time as {year}{rest}"]
    return []
