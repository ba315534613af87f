"""`nextToken`: which page of a list comes next, and where its scan goes on.

It has a form that says nothing to a client, and that a client cannot make itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets

from sandbox.services.appsync.errors import INVALID_TOKEN, ResolverError

_VERSION = 2
_MAC_BYTES = 16
_NONCE_BYTES = 8


class NextTokens:
    """Makes the tokens of one process and reads them again; AppSync encrypts them, these are signed.

    No two are the same, not even of one position: a client may take a token that comes again for a list without end.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def write(self, field: str, number: int, position: str) -> str:
        """Return the token for a page of this number, which begins at a position of the scan that answers a field."""
        content = secrets.token_bytes(_NONCE_BYTES) + f"{number}:{position}".encode()
        token = base64.b64encode(self._mac(field, content) + content).decode()
        return base64.b64encode(json.dumps({"version": _VERSION, "token": token}).encode()).decode()

    def read(self, field: str, token: str) -> tuple[int, str]:
        """Return the number and the position of the page that a token stands for.

        Raises:
            ResolverError: it was not made here, or for another field; in AppSync's words
                (github.com/aws-amplify/amplify-cli/issues/3411).
        """
        try:
            signed = base64.b64decode(json.loads(base64.b64decode(token, validate=True))["token"], validate=True)
        except (binascii.Error, ValueError, TypeError, KeyError):
            signed = b""
        mac, content = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(field, content)):
            kind = "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException"
            raise ResolverError(INVALID_TOKEN, f"{kind}: Invalid pagination token given.")
        number, _, position = content[_NONCE_BYTES:].decode().partition(":")
        return int(number), position

    def _mac(self, field: str, content: bytes) -> bytes:
        return hmac.digest(self._key, field.encode() + b"\n" + content, hashlib.sha256)[:_MAC_BYTES]
