"""Sets of territories as numbers, one bit a territory, and what two policies make of them.

Reports and records name territories by their ISO 3166-1 alpha-2 codes, with `|` between them
(https://support.google.com/youtube/answer/7648605), or say that it is the whole world.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

# ISO 3166-1 alpha-2, and XK, which YouTube has for Kosovo.
_LIST = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
CODES = tuple(_LIST.split())
_BITS = {code: 1 << place for place, code in enumerate(CODES)}
EVERYWHERE = (1 << len(CODES)) - 1
_WORLD = {"WW", "WORLD", "WORLDWIDE", "GLOBAL", "ALL", "*", "**"}


@functools.lru_cache(maxsize=65536)
def territories(text: str | None) -> int:
    """Return the set that a text names; `-XX` takes one away, what is no code is left out, nothing is the empty set."""
    codes = re.split(r"[|,;\s]+", (text or "").upper())
    found = EVERYWHERE if _WORLD.intersection(codes) else 0
    for code in codes:
        found |= _BITS.get(code, 0)
    for code in codes:
        found &= ~_BITS.get(code[1:], 0) if code.startswith("-") else EVERYWHERE
    return found


def names(places: int, most: int = 5) -> str:
    """Return a set for a person: `worldwide`, or the codes, cut after the first ones."""
    if places == EVERYWHERE:
        return "worldwide"
    codes = [code for code, bit in _BITS.items() if places & bit]
    return ", ".join(codes[:most]) + (f" and {len(codes) - most} more" if len(codes) > most else "")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done where; of two actions the stricter one counts: monetize, track, block.

    https://support.google.com/youtube/answer/3369929 has the order, with no policy as the least restrictive.
    """

    monetize: int
    track: int
    block: int

    @classmethod
    def of(cls, monetize: str | None, track: str | None, block: str | None) -> Policy:
        """Read the columns of a report."""
        blocked = territories(block)
        tracked = territories(track) & ~blocked
        return cls(territories(monetize) & ~tracked & ~blocked, tracked, blocked)

    @property
    def anywhere(self) -> int:
        """Where anything is done."""
        return self.monetize | self.track | self.block

    def stricter_than(self, other: Policy) -> int:
        """Return where this is stricter than the other one."""
        at_least_tracked = self.track | self.block
        return (
            (self.block & ~other.block)
            | (at_least_tracked & ~(other.track | other.block))
            | (self.anywhere & ~other.anywhere)
        )
