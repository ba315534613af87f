"""What makes two runs one piece of work, which the second goes on with: the same report, channels, owner and API.

The policy is no part of it. That an asset has been given its partner's custom id is as true with `overwrite` as
without, and an entry that is done is not written again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workers.cmscustomidcleanup.decisions import PartnerChannels


@dataclass(frozen=True, slots=True)
class Identity:
    """What a ledger is about.

    Attributes:
        report: SHA-256 of the content of the report, hexadecimal; its name and its date do not matter. channels:
            SHA-256 of the channel ids with their custom ids, hexadecimal; names and versions of records do not
            matter.
        content_owner: on whose behalf custom ids are set.
        content_id_url: where; what a stand-in was told is not done in the real API.
    """

    report: str
    channels: str
    content_owner: str
    content_id_url: str

    @property
    def key(self) -> str:
        """The name of the ledger: 32 hexadecimal digits."""
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()[:32]

    def as_dict(self) -> dict[str, str]:
        """Return what it is made of, by name."""
        return asdict(self)

    def differences(self, other: object) -> list[str]:
        """Return the names of what is not the same in `other`, the `as_dict` of another one."""
        theirs = other if isinstance(other, dict) else {}
        return [name for name, value in asdict(self).items() if theirs.get(name) != value]


def digest_of(channels: PartnerChannels) -> str:
    """Return the digest of a channel list, for `Identity.channels`."""
    return hashlib.sha256(_canonical(list(channels.items()))).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
