"""Every error, in every shape."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

import pytest

from sandbox.services.content_id import errors
from tests.sandbox.services.api import Api, run

# worker-facing: what each kind is on the wire
EXPECTED = {
    "unauthorized": (401, "authError", "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"),
    "token-expired": (401, "authError", "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"),
    "rate-limit": (403, "rateLimitExceeded", "PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED"),
    "user-rate-limit": (403, "userRateLimitExceeded", "PERMISSION_DENIED", "USER_RATE_LIMIT_EXCEEDED"),
    "throttle": (429, "rateLimitExceeded", "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"),
    "internal-error": (500, "internalError", "INTERNAL", "INTERNAL_ERROR"),
    "unavailable": (503, "backendError", "UNAVAILABLE", "BACKEND_ERROR"),
    "deadline": (504, "backendError", "DEADLINE_EXCEEDED", "BACKEND_ERROR"),
    "quota": (403, "quotaExceeded", "PERMISSION_DENIED", "QUOTA_EXCEEDED"),
    "daily-limit": (429, "dailyLimitExceeded", "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"),
    "bad-request": (400, "invalidValue", "INVALID_ARGUMENT", "INVALID_VALUE"),
    "not-found": (404, "assetNotFound", "NOT_FOUND", "ASSET_NOT_FOUND"),
    "forbidden": (403, "forbidden", "PERMISSION_DENIED", "FORBIDDEN"),
}


def test_all_kinds_are_expected() -> None:
    assert EXPECTED.keys() == errors.KINDS.keys() == errors.BY_KIND.keys()


@pytest.mark.parametrize("shape", ["legacy", "newer", "both"])
def test_shapes(shape: str) -> None:
    async def scenario(api: Api) -> None:
        for kind, (code, reason, status, info_reason) in EXPECTED.items():
            await api.strike(kind, times=1, shape=shape)
            answer = await api.call("PATCH", "assets/A1", headers={"Authorization": f"Bearer {kind}"})
            error = answer.json["error"]
            assert (answer.status, error["code"]) == (code, code), kind
            assert error["message"], kind
            if shape == "newer":
                assert "errors" not in error, kind
            else:
                assert [each["reason"] for each in error["errors"]] == [reason], kind
                assert error["errors"][0]["domain"], kind
            if shape == "legacy":
                assert error.keys() == {"code", "message", "errors"}, kind
            else:
                (info,) = error["details"]
                assert (error["status"], info["reason"]) == (status, info_reason), kind
                assert info["@type"] == "type.googleapis.com/google.rpc.ErrorInfo", kind
            await api.ask("faults/clear")

    run(scenario)


def test_only_the_unit_tells_a_daily_limit_from_one_per_second() -> None:
    async def unit(api: Api, kind: str) -> str:
        await api.strike(kind, times=1, shape="newer")
        (info,) = (await api.patch()).json["error"]["details"]
        unit: str = info["metadata"]["quota_unit"]
        return unit

    async def scenario(api: Api) -> None:
        assert (await unit(api, "throttle"), await unit(api, "daily-limit")) == ("1/s/{project}", "1/d/{project}")

    run(scenario)


def test_retry_after_in_both_forms() -> None:
    async def scenario(api: Api) -> None:
        await api.strike("unavailable", times=1, retry_after=30)
        in_seconds = dict((await api.patch()).headers)
        await api.strike("throttle", times=1, retry_after=30, retry_after_form="date")
        as_date = dict((await api.patch()).headers)
        assert in_seconds["Retry-After"] == "30"
        assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", as_date["Retry-After"])
        wait = parsedate_to_datetime(as_date["Retry-After"]) - parsedate_to_datetime(as_date["Date"])
        assert 28 <= wait.total_seconds() <= 31
        await api.strike("throttle", times=1)
        assert "Retry-After" not in dict((await api.patch()).headers)

    run(scenario)


def test_errors_of_no_fault_have_the_shape_of_the_settings() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("content-id/settings", shape="newer")
        assert (await api.patch(asset="A404")).json["error"]["status"] == "NOT_FOUND"

    run(scenario)


def test_token_that_expires_lets_nobody_in_who_still_has_it() -> None:
    async def scenario(api: Api) -> None:
        await api.ask("tokens/settings", known=["test", "another"])
        await api.strike("token-expired", times=1)
        statuses = [(await api.patch()).status for _ in range(3)]
        assert statuses == [401, 401, 401]
        other = {"Authorization": "Bearer another"}
        assert (await api.call("GET", "claimSearch", headers=other)).status == 200

    run(scenario)


def test_token_that_is_only_said_to_be_wrong_stays_valid() -> None:
    async def scenario(api: Api) -> None:
        await api.strike("unauthorized", times=1)
        assert [(await api.patch()).status for _ in range(2)] == [401, 200]

    run(scenario)
