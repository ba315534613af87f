"""An entry of a ledger: one line, that nothing but itself can be read as.

`1c291ca3 ["A123456789012345","the-partner","dQw4w9WgXcQ"]`: CRC-32 of the rest and of the ledger's name, then asset
id, the custom id that it has been given, and the one it had by the report. A line that is torn, damaged, or of
another ledger does not fit its checksum, and says nothing.
"""

from __future__ import annotations

import json
import zlib
from typing import NamedTuple

from workers.cmscustomidcleanup.spool import storable

CHECKSUM_DIGITS = 8


class Entry(NamedTuple):
    """An asset that has been given its custom id, and what it had before."""

    asset_id: str
    custom_id: str
    before: str


def encode(ledger: str, entry: Entry) -> bytes:
    """Return the line, with its end.

    Args:
        ledger: the name of the ledger, `Identity.key`.
        entry: what is done.
    """
    text = json.dumps(entry, separators=(",", ":")).encode()
    return _line(ledger, text) + b"\n"


def decode(ledger: str, line: bytes) -> Entry | None:
    """Return what a line without its end says; None if it says nothing that can be relied on."""
    text = line[CHECKSUM_DIGITS + 1 :]
    if line != _line(ledger, text):
        return None
    try:
        asset_id, custom_id, before = json.loads(text)
    except ValueError:
        return None
    if not all(isinstance(field, str) and storable(field) for field in (asset_id, custom_id, before)):
        return None
    return Entry(asset_id, custom_id, before)


def _line(ledger: str, text: bytes) -> bytes:
    return b"%08x %s" % (zlib.crc32(text, zlib.crc32(ledger.encode())), text)
