"""How numbers leave a run."""

from __future__ import annotations

import math
from numbers import Integral, Real

SIX_DIGITS = ".6g"


def plain(value: object) -> object:
    """Return a number as Python's own: whole ones as they are, others to 6 significant digits; all else unchanged.

    What is no number (NaN, an infinity) is None: JSON has no word for it (RFC 8259, 6).
    """
    if value is None or isinstance(value, bool | str):
        return value
    if type(value) is float:  # nearly all are, and the abstract classes take longer to ask
        return float(format(value, SIX_DIGITS)) if math.isfinite(value) else None
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return float(format(number, SIX_DIGITS)) if math.isfinite(number) else None
    return value
