"""The ids of things by their numbers, in the forms that YouTube gives them: for Python, and for SQL."""

from __future__ import annotations

# Numbers are spread so that ids do not follow from one another; the factor has no divisor in common with the modulus.
_FACTOR = 982_451_653
_ASSETS = 10**15
_OTHERS = 2**40

COUNTRIES = "AR|AT|AU|BE|BR|CA|CH|CL|CO|DE|DK|ES|FI|FR|GB|HK|ID|IE|IN|IT|JP|KR|MX|NL|NO|NZ|PH|PL|PT|SE|SG|TR|TW|US|ZA"
"""Where the catalogue is monetized: everywhere that counts."""
_SOME = "US|CA|GB|DE|FR"
_REST = "|".join(each for each in COUNTRIES.split("|") if each not in _SOME.split("|"))

# (monetize, track, block) of each policy: territories. The first ones are the usual ones.
POLICIES: tuple[tuple[str, str, str], ...] = (
    (COUNTRIES, "", ""),
    (_SOME, _REST, ""),
    (COUNTRIES, "", "RU"),
    ("US", _REST, ""),
    (_REST, _SOME, ""),
    (COUNTRIES, "CN", ""),
    (COUNTRIES, "", "KP|IR"),
    ("GB|IE", "|".join(each for each in COUNTRIES.split("|") if each not in ("GB", "IE")), ""),
    ("JP|KR|TW|HK", "US|CA", ""),
    (COUNTRIES, "CU", "IR"),
    ("", COUNTRIES, ""),
    ("", COUNTRIES, "RU"),
    ("", "", COUNTRIES),
    ("", "", _SOME),
)
MONETIZING = 10  # of POLICIES, the first ones
TRACKING = (10, 11)
BLOCKING = (12, 13)


def asset_id(number: int) -> str:
    """Return an asset's id."""
    return f"A{number * _FACTOR % _ASSETS:015d}"


def channel_id(number: int) -> str:
    """Return a channel's id."""
    return f"UC{(number + 1) * _FACTOR % _OTHERS:022x}"


def video_id(number: int) -> str:
    """Return a video's id."""
    return f"v{(number + 1) * _FACTOR % _OTHERS:010x}"


def claim_id(number: int) -> str:
    """Return a claim's id."""
    return f"C{(number + 1) * _FACTOR % _OTHERS:021x}"


def policy_id(number: int) -> str:
    """Return a policy's id."""
    return f"S{7_919 * (number + 1):09d}"


def isrc(number: int) -> str:
    """Return a recording's ISRC, as ISO 3901 has it: country, registrant, year, designation."""
    return f"QZZ{number // 100_000:02d}{10 + number % 17:02d}{number % 100_000:05d}"


# The same of a column of numbers, as DuckDB says it.
SQL_ASSET = f"printf('A%015d', {{0}}::BIGINT * {_FACTOR} % {_ASSETS})"
SQL_CHANNEL = f"format('UC{{{{:022x}}}}', ({{0}}::BIGINT + 1) * {_FACTOR} % {_OTHERS})"
SQL_VIDEO = f"format('v{{{{:010x}}}}', ({{0}}::BIGINT + 1) * {_FACTOR} % {_OTHERS})"
SQL_CLAIM = f"format('C{{{{:021x}}}}', ({{0}}::BIGINT + 1) * {_FACTOR} % {_OTHERS})"
SQL_ISRC = "printf('QZZ%02d%02d%05d', {0} // 100000, 10 + {0} % 17, {0} % 100000)"
SQL_ISRC_HYPHENS = "printf('QZ-Z%02d-%02d-%05d', {0} // 100000, 10 + {0} % 17, {0} % 100000)"
