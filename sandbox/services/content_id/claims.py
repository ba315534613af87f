"""claimSearch of the stand-in: claims, found by a few of the API's filters, page by page."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from sandbox.services.content_id.errors import ApiError, bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILTERS = {"assetId": "asset_id", "videoId": "video_id", "status": "status", "contentType": "content_type"}
IGNORED = frozenset({"pageToken", "onBehalfOfContentOwner", "createdAfter", "createdBefore"})


class Claim(BaseModel):
    """A claim, as it is seeded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    asset_id: str
    video_id: str
    status: str = "active"
    content_type: str = "audiovisual"
    time_created: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    video_title: str = ""
    third_party_claim: bool = False

    def snippet(self) -> dict[str, Any]:
        """Return the claimSnippet resource of the API."""
        return {
            "kind": "youtubePartner#claimSnippet",
            "id": self.id,
            "assetId": self.asset_id,
            "videoId": self.video_id,
            "status": self.status,
            "contentType": self.content_type,
            "timeCreated": self.time_created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "videoTitle": self.video_title,
            "thirdPartyClaim": self.third_party_claim,
        }


class Claims:
    """All claims, in the order in which they were seeded."""

    def __init__(self) -> None:
        self._claims: dict[str, Claim] = {}

    def put(self, claims: Iterable[Claim]) -> int:
        """Take claims, in the place of those that have the same ids, and return how many."""
        before = list(claims)
        self._claims.update((claim.id, claim) for claim in before)
        return len(before)

    def clear(self) -> None:
        """Forget all."""
        self._claims.clear()

    def search(self, query: Mapping[str, str], page_size: int) -> dict[str, Any]:
        """Return one page.

        Raises:
            ApiError: a parameter is not known, a time is none, or the page token belongs to another search.
        """
        unknown = sorted(query.keys() - FILTERS.keys() - IGNORED)
        if unknown:
            raise _invalid(f"Unknown parameter of the stand-in's claimSearch: {', '.join(unknown)}")
        wanted = {field: set(query[name].split(",")) for name, field in FILTERS.items() if name in query}
        after, before = _time(query, "createdAfter"), _time(query, "createdBefore")
        found = [
            claim
            for claim in self._claims.values()
            if all(getattr(claim, field) in values for field, values in wanted.items())
            and (after is None or claim.time_created >= after)
            and (before is None or claim.time_created < before)
        ]
        search = json.dumps({name: value for name, value in sorted(query.items()) if name != "pageToken"})
        start = _start(query.get("pageToken"), search)
        page: dict[str, Any] = {
            "kind": "youtubePartner#claimSnippetList",
            "pageInfo": {"totalResults": len(found), "resultsPerPage": page_size, "startIndex": start},
            "items": [claim.snippet() for claim in found[start : start + page_size]],
        }
        if start + page_size < len(found):
            page["nextPageToken"] = _token(start + page_size, search)
        return page


def _token(start: int, search: str) -> str:
    return base64.urlsafe_b64encode(f"{zlib.crc32(search.encode())}:{start}".encode()).decode()


def _start(token: str | None, search: str) -> int:
    if not token:
        return 0
    try:
        of_search, start = base64.urlsafe_b64decode(token).decode().split(":")
    except (binascii.Error, ValueError):
        raise _invalid(f"Invalid page token: {token}") from None
    if of_search != str(zlib.crc32(search.encode())):
        raise _invalid("The page token is one of another search.")
    return int(start)


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        found = datetime.fromisoformat(query[name])
    except ValueError:
        raise _invalid(f"Invalid value for {name}: {query[name]}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _invalid(message: str) -> ApiError:
    return bad_request("invalidParameter", message)
