"""The Content ID API (youtubePartner v1) on loopback: assets.patch, assets.list, assets.get and claimSearch.list."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.services import transport
from sandbox.services.content_id import errors
from sandbox.services.content_id.assets import CUSTOM_ID, Assets
from sandbox.services.content_id.claims import Claims
from sandbox.services.content_id.errors import ApiError, bad_request
from sandbox.services.content_id.questions import Questions
from sandbox.services.content_id.quotas import Day
from sandbox.services.content_id.settings import Settings
from sandbox.services.content_id.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.services.content_id.assets import Asset
    from sandbox.services.contract import Question, Tokens
    from sandbox.services.faults import Faults
    from sandbox.services.kinds import Fault, Kind

BASE = "/youtube/partner/v1"
OWNER = "onBehalfOfContentOwner"
OF_AN_ASSET = frozenset({"id", "kind", "metadataMine"})  # what a PATCH may carry here


class ContentId:
    """The stand-in. `assets`, `claims`, `settings`, `statistics` and `day` may be used directly in its event loop."""

    name = "content-id"

    def __init__(self, faults: Faults, tokens: Tokens) -> None:
        self.assets = Assets()
        self.claims = Claims()
        self.settings = Settings()
        self.statistics = Statistics()
        self.day = Day()
        self._faults = faults
        self._tokens = tokens
        self._random = random.Random(1)  # noqa: S311 - of the latency

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The errors that can be scripted."""
        return errors.KINDS

    def routes(self) -> list[web.RouteDef]:
        """Return what it serves."""
        return [
            web.patch(BASE + "/assets/{asset}", self._patch),
            web.get(BASE + "/assets/{asset}", self._get),
            web.get(BASE + "/assets", self._list),
            web.get(BASE + "/claimSearch", self._search),
        ]

    def questions(self) -> Mapping[str, Question]:
        """Return what commands and tests ask."""
        return Questions(self).all()

    async def _patch(self, request: web.Request) -> web.StreamResponse:
        asset_id = request.match_info["asset"]
        body = await request.read()
        return await self._answer(request, "assets.patch", asset_id, lambda: self._change(request, asset_id, body))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        asset_id = request.match_info["asset"]

        def get() -> Any:
            return self._asset(request, asset_id).resource(with_metadata=_metadata_is_wanted(request))

        return await self._answer(request, "assets.get", asset_id, get)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        ids = request.query.get("id", "")

        def list_() -> Any:
            if not ids:
                raise bad_request("required", "Required parameter: id")
            # A merged asset comes once, however many of its ids were asked for; what is not there is left out.
            found = {
                asset.id: asset for each in ids.split(",") if (asset := self.assets.find(each.strip())) is not None
            }
            with_metadata = _metadata_is_wanted(request)
            items = [asset.resource(with_metadata=with_metadata) for asset in found.values()]
            return {"kind": "youtubePartner#assetList", "items": items}

        return await self._answer(request, "assets.list", ids, list_)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        def search() -> Any:
            return self.claims.search(request.query, self.settings.page_size)

        return await self._answer(request, "claimSearch.list", request.query.get("assetId", ""), search)

    async def _answer(
        self, request: web.Request, operation: str, item: str, perform: Callable[[], Any]
    ) -> web.StreamResponse:
        """Answer a request: count it, let faults strike it, hold it to the quotas, and let it take its time.

        Args:
            request: the request.
            operation: the method's name in the API's reference.
            item: what it is about, as scripts of faults know it.
            perform: does it and returns the body; raises `ApiError`.
        """
        statistics = self.statistics
        in_this_second = statistics.arrived()
        said = "failed"  # unless it gets to an answer
        try:
            fault = await self._faults.next(self.name, {"operation": operation, "item": item})
            if fault is not None and fault.kind in errors.BY_KIND:
                said = fault.kind
                return self._struck(request, fault)

            async def performed() -> web.Response:
                nonlocal said
                response, said = await self._performed(request, in_this_second, perform)
                return response

            answer = await transport.answer(request, fault, performed)
            said = said if fault is None else fault.kind
            return answer
        finally:
            statistics.answered(operation, said)

    async def _performed(
        self, request: web.Request, in_this_second: int, perform: Callable[[], Any]
    ) -> tuple[web.Response, str]:
        """Return the answer, and in a few words what it is."""
        settings = self.settings
        try:
            self._check_caller(request)
            self._check_quotas(in_this_second)
            self._check_owner(request)
            wait = settings.latency(self._random)
            if wait:
                await asyncio.sleep(wait)
            body = perform()
        except ApiError as error:
            return error.answer.response(settings.shape, error.headers), f"{error.answer.code} {error.answer.reason}"
        return web.Response(text=json.dumps(body), content_type="application/json"), "200"

    def _struck(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.kind == "token-expired":
            self._tokens.revoke(_token(request) or "")
        return errors.BY_KIND[fault.kind].response(fault.shape, fault.headers())

    def _check_caller(self, request: web.Request) -> None:
        token = _token(request)
        if token is None:
            raise ApiError(errors.LOGIN_REQUIRED)
        if not self._tokens.is_valid(token):
            raise ApiError(errors.UNAUTHORIZED)

    def _check_quotas(self, in_this_second: int) -> None:
        settings = self.settings
        if settings.requests_per_second is not None and in_this_second > settings.requests_per_second:
            headers = None if settings.retry_after is None else {"Retry-After": str(settings.retry_after)}
            raise ApiError(errors.BY_KIND[settings.over_rate], headers)
        if not self.day.take(settings.requests_per_day):
            raise ApiError(errors.BY_KIND[settings.over_day])

    def _check_owner(self, request: web.Request) -> None:
        owner = request.query.get(OWNER)
        if not owner:
            raise bad_request(
                "contentOwnerNotProvided", f"Say with {OWNER} on whose behalf you are acting.", "youtubePartner"
            )
        if owner not in self.settings.owners:
            raise ApiError(
                errors.ErrorAnswer(403, "forbidden", "youtubePartner", f"You may not act on behalf of {owner}.")
            )

    def _asset(self, request: web.Request, asset_id: str) -> Asset:
        asset = self.assets.find(asset_id)
        if asset is None:
            raise ApiError(errors.NOT_FOUND)
        if asset.owner != request.query[OWNER]:
            raise ApiError(errors.FORBIDDEN)
        return asset

    def _change(self, request: web.Request, asset_id: str, body: bytes) -> dict[str, Any]:
        asset = self._asset(request, asset_id)
        metadata = _metadata(body)
        if "customId" in metadata:
            wanted = metadata["customId"]
            self.statistics.applied(asset.id, changed=wanted != asset.custom_id)
            asset.custom_id = wanted
        return asset.resource(with_metadata=True)


def _token(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def _metadata_is_wanted(request: web.Request) -> bool:
    return "mine" in request.query.get("fetchMetadata", "").split(",")


def _metadata(body: bytes) -> dict[str, str]:
    """Return `metadataMine` of a PATCH.

    Raises:
        ApiError: it is not JSON, has what this stand-in does not know, or a custom id that the API does not take.
    """
    try:
        asset = json.loads(body)
    except ValueError:
        raise bad_request("parseError", "Parse Error") from None
    metadata = asset.get("metadataMine", {}) if isinstance(asset, dict) else None
    if not isinstance(metadata, dict):
        raise bad_request("parseError", "An asset with an object metadataMine is needed.")
    unknown = sorted({*asset} - OF_AN_ASSET | {*metadata} - {"customId"})
    if unknown:
        raise bad_request("badRequest", f'Invalid JSON payload received. Unknown name "{unknown[0]}"')
    custom_id = metadata.get("customId", "-")
    if not isinstance(custom_id, str) or not CUSTOM_ID.fullmatch(custom_id):
        raise bad_request(
            "invalidValue", "Invalid value for customId: at most 64 letters, digits, - _ . @ / are needed."
        )
    return metadata
