"""Signature Version 4 as a service checks it: the counterpart of what botocore signs, computed by botocore itself.

"Signing AWS API requests", IAM User Guide. What AppSync says of time and signature: amplify-js issue 11480,
aws-mobile-appsync-sdk-js issues 620 and 750; a `BadRequestException`, with 400 (amplify-js pull request 5869).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.services.appsync.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "appsync"
SKEW: Final = timedelta(minutes=5)
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_HEADER: Final = re.compile(
    rf"{ALGORITHM} +Credential=([^/, ]+)/(\d{{8}})/([^/, ]*)/([^/, ]*)/([^/, ]+), *"
    r"SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)"
)
_MUST_BE_SIGNED: Final = ("host", "x-amz-date")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What of a request is signed; the names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """What an Authorization header says."""

    access_key_id: str
    region: str
    signed_headers: Sequence[str]
    value: str
    stamp: str


def read(request: HttpRequest, region: str, now: datetime) -> Signature:
    """Read the Authorization header of a request, and check all that needs no secret.

    Args:
        request: the request.
        region: of the API.
        now: the time of the service.

    Raises:
        RequestError: it is incomplete, for another service, region or day, or too old or too new.
    """
    match = _HEADER.fullmatch(request.headers.get("authorization", "").strip())
    if match is None:
        raise _refused("Authorization header is incomplete: it needs 'Credential', 'SignedHeaders' and 'Signature'.")
    key, day, scope_region, service, end, names, value = match.groups()
    stamp = request.headers.get("x-amz-date", "")
    signed = names.split(";")
    try:
        signed_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise _refused("Authorization header requires a valid 'X-Amz-Date' header.") from None
    if service != SERVICE or end != "aws4_request":
        raise _refused(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if scope_region != region:
        raise _refused("Credential should be scoped to a valid region.")
    if day != stamp[:8]:
        raise _refused(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {day}, {stamp}"
        )
    if missing := [name for name in _MUST_BE_SIGNED if name not in signed]:
        raise _refused(f"'{missing[0]}' must be a 'SignedHeader' in the AWS Authorization.")
    _check_time(signed_at, now)
    return Signature(key, scope_region, signed, value, stamp)


def check(request: HttpRequest, signature: Signature, secret: str) -> None:
    """Check that a request was signed with a secret, and that nothing signed was changed since.

    Raises:
        RequestError: it was not.
    """
    signer = SigV4Auth(Credentials(signature.access_key_id, secret), SERVICE, signature.region)
    headers = {name: request.headers.get(name, "") for name in signature.signed_headers}
    signed = AWSRequest(request.method, f"http://unused{request.path}", headers=headers, data=request.body)
    signed.context["timestamp"] = signature.stamp
    canonical = signer.canonical_request(signed)
    expected = signer.signature(signer.string_to_sign(signed, canonical), signed)
    # botocore takes the hash of the body from its header, if there is one.
    stated = headers.get("x-amz-content-sha256", hashlib.sha256(request.body).hexdigest())
    if not hmac.compare_digest(expected, signature.value) or stated != hashlib.sha256(request.body).hexdigest():
        raise _refused(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for "
            f"this request should have been\n'{canonical}'\n"
        )


def _check_time(signed_at: datetime, now: datetime) -> None:
    oldest, newest = now - SKEW, now + SKEW
    if signed_at < oldest:
        words = f"{oldest:{_STAMP}} ({now:{_STAMP}} - {SKEW.seconds // 60} min.)"
        raise _refused(f"Signature expired: {signed_at:{_STAMP}} is now earlier than {words}")
    if signed_at > newest:
        words = f"{newest:{_STAMP}} ({now:{_STAMP}} + {SKEW.seconds // 60} min.)"
        raise _refused(f"Signature not yet current: {signed_at:{_STAMP}} is still later than {words}")


def _refused(message: str) -> RequestError:
    return RequestError(400, "BadRequestException", message)
