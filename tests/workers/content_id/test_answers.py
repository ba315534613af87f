"""What is done after each answer: a row each, with where it is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.content_id.answers import Action, decide


def legacy(code, reason, domain="global", message="No."):
    error = {"domain": domain, "reason": reason, "message": message}
    return json.dumps({"error": {"code": code, "message": message, "errors": [error]}}).encode()


def newer(code, status, message="No.", **info):
    details = (
        [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com", **info}] if info else []
    )
    return json.dumps({"error": {"code": code, "message": message, "status": status, "details": details}}).encode()


def limit(unit, name):
    return {"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_unit": unit, "quota_limit": name}}


CORE = "https://developers.google.com/youtube/v3/docs/core_errors"
PARTNER = "https://developers.google.com/youtube/partner/reference/rest/v1/errors"
AIP = "https://google.aip.dev/193"
TABLE = "the table of answers: what the workers were asked for"
HTML = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title></html>"
DAY_MESSAGE = (
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service "
    "'youtubepartner.googleapis.com' for consumer 'project_number:123456789012'."
)

ROWS = [
    # status, body, action, kind of the problem, source
    (200, b'{"id": "A1"}', Action.ACCEPT, None, TABLE),
    (204, b"", Action.ACCEPT, None, "RFC 9110, section 15.3.5"),
    (200, b"", Action.BACK_OFF, "answer-unreadable", "cut off on the way; PATCH sets an absolute value"),
    (200, b'{"id": "A1", "metad', Action.BACK_OFF, "answer-unreadable", "cut off on the way"),
    (200, HTML, Action.BACK_OFF, "answer-unreadable", "the page of a proxy"),
    (200, b"[]", Action.BACK_OFF, "answer-unreadable", "not an asset"),
    (401, legacy(401, "authError"), Action.RENEW, "access-token-refused", CORE),
    (401, newer(401, "UNAUTHENTICATED", reason="ACCESS_TOKEN_EXPIRED"), Action.RENEW, "access-token-refused", AIP),
    (401, b"", Action.RENEW, "access-token-refused", TABLE),
    (401, HTML, Action.RENEW, "access-token-refused", TABLE),
    (401, b'{"error": "invalid_grant"}', Action.ABORT, "credentials-refused", "RFC 6749, section 5.2"),
    (
        400,
        b'{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}',
        Action.ABORT,
        "credentials-refused",
        "RFC 6749, section 5.2",
    ),
    (403, legacy(403, "rateLimitExceeded", "usageLimits"), Action.BACK_OFF, "rate-limited", CORE),
    (403, legacy(403, "userRateLimitExceeded", "usageLimits"), Action.BACK_OFF, "rate-limited", CORE),
    (403, legacy(403, "concurrentLimitExceeded", "usageLimits"), Action.BACK_OFF, "rate-limited", CORE),
    (403, legacy(403, "servingLimitExceeded", "usageLimits"), Action.BACK_OFF, "rate-limited", CORE),
    (403, newer(403, "RESOURCE_EXHAUSTED"), Action.BACK_OFF, "rate-limited", AIP),
    (403, newer(403, "PERMISSION_DENIED", **limit("1/s/{project}", "a")), Action.BACK_OFF, "rate-limited", AIP),
    (429, legacy(429, "rateLimitExceeded"), Action.BACK_OFF, "rate-limited", CORE),
    (429, newer(429, "RESOURCE_EXHAUSTED"), Action.BACK_OFF, "rate-limited", AIP),
    (429, b"", Action.BACK_OFF, "rate-limited", "RFC 6585, section 4"),
    (429, HTML, Action.BACK_OFF, "rate-limited", "RFC 6585, section 4"),
    (429, newer(429, "RESOURCE_EXHAUSTED", **limit("1/min/{project}", "b")), Action.BACK_OFF, "rate-limited", AIP),
    (429, legacy(429, "quotaExceeded", message="limit 'Queries per minute'"), Action.BACK_OFF, "rate-limited", AIP),
    (403, legacy(403, "quotaExceeded", "youtube.quota"), Action.STOP, "daily-quota-exhausted", TABLE),
    (403, newer(403, "PERMISSION_DENIED", reason="QUOTA_EXCEEDED"), Action.STOP, "daily-quota-exhausted", AIP),
    (403, legacy(403, "dailyLimitExceeded", "usageLimits"), Action.STOP, "daily-quota-exhausted", CORE),
    (403, legacy(403, "dailyLimitExceededUnreg", "usageLimits"), Action.STOP, "daily-quota-exhausted", CORE),
    (
        403,
        newer(403, "PERMISSION_DENIED", "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT)."),
        Action.STOP,
        "daily-quota-exhausted",
        CORE,
    ),
    (429, legacy(429, "dailyLimitExceeded"), Action.STOP, "daily-quota-exhausted", TABLE),
    (429, legacy(429, "quotaExceeded", "youtube.quota"), Action.STOP, "daily-quota-exhausted", TABLE),
    (429, newer(429, "RESOURCE_EXHAUSTED", DAY_MESSAGE), Action.STOP, "daily-quota-exhausted", AIP),
    # The reason is that of a limit per second: the unit alone, or the name of the limit, says that it is one of a day.
    (429, newer(429, "RESOURCE_EXHAUSTED", **limit("1/d/{project}", "x")), Action.STOP, "daily-quota-exhausted", AIP),
    (
        429,
        newer(429, "RESOURCE_EXHAUSTED", **limit("", "defaultPerDayPerProject")),
        Action.STOP,
        "daily-quota-exhausted",
        AIP,
    ),
    (403, newer(403, "PERMISSION_DENIED", **limit("1/d/{project}", "x")), Action.STOP, "daily-quota-exhausted", AIP),
    (400, legacy(400, "contentOwnerNotProvided"), Action.RECORD, "request-refused", PARTNER),
    (400, b"", Action.RECORD, "request-refused", TABLE),
    (400, legacy(400, "quotaExceeded"), Action.RECORD, "request-refused", TABLE),
    (404, legacy(404, "assetNotFound"), Action.RECORD, "asset-not-found", PARTNER),
    (404, HTML, Action.RECORD, "asset-not-found", TABLE),
    (403, legacy(403, "forbidden"), Action.RECORD, "asset-forbidden", CORE),
    (403, newer(403, "PERMISSION_DENIED", "Not for the owner of Daily Motion."), Action.RECORD, "asset-forbidden", AIP),
    (403, legacy(403, "serviceAccountNotAllowed"), Action.RECORD, "asset-forbidden", PARTNER),
    (403, HTML, Action.RECORD, "asset-forbidden", TABLE),
    (409, b"{}", Action.RECORD, "request-refused", "RFC 9110, section 15.5.10"),
    (302, b"", Action.RECORD, "request-refused", "no token is sent where a redirect leads"),
    (408, b"", Action.BACK_OFF, "service-failed", "RFC 9110, section 15.5.9"),
    (500, legacy(500, "internalError"), Action.BACK_OFF, "service-failed", PARTNER),
    (502, HTML, Action.BACK_OFF, "service-failed", TABLE),
    (503, legacy(503, "backendError"), Action.BACK_OFF, "service-failed", CORE),
    (503, b"", Action.BACK_OFF, "service-failed", TABLE),
    (504, newer(504, "DEADLINE_EXCEEDED"), Action.BACK_OFF, "service-failed", AIP),
]


@pytest.mark.parametrize(("status", "body", "action", "kind", "source"), ROWS)
def test_what_is_done_after_an_answer(status, body, action, kind, source):
    decision = decide(status, {}, body)
    assert decision.action is action, source
    assert (decision.problem.kind if decision.problem else None) == kind
    if decision.problem is not None:
        assert decision.problem.status == status
        assert f"HTTP {status}" in decision.problem.detail


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"Retry-After": "7"}, b"", 7),
        (503, {"retry-after": "2"}, HTML, 2),
        (200, {"Retry-After": "3"}, b"{", 3),
        (503, {"Retry-After": "soon"}, b"", None),
        (500, {}, b"", None),
        # google.rpc.RetryInfo; the longer of two is the one that holds
        (429, {}, newer(429, "RESOURCE_EXHAUSTED", retryDelay="4.5s"), 4.5),
        (429, {"Retry-After": "2"}, newer(429, "RESOURCE_EXHAUSTED", retryDelay="4.5s"), 4.5),
        (404, {"Retry-After": "9"}, b"", None),
    ],
)
def test_how_long_the_service_asks_to_be_left_alone(status, headers, body, seconds):
    assert decide(status, headers, body).retry_after == seconds


def test_a_problem_tells_the_message_and_the_reasons():
    problem = decide(403, {}, legacy(403, "forbidden", message="The content owner may not change this asset.")).problem
    assert problem.detail == "HTTP 403: The content owner may not change this asset."
    assert problem.extensions == {"reasons": ["forbidden"]}
    assert "Error 502" in decide(502, {}, HTML).problem.detail
    assert len(decide(502, {}, b"x" * 100_000).problem.detail) < 400


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "details", "reason", "message", "status", "metadata", "violations", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(
    status=st.integers(200, 599),
    headers=st.dictionaries(st.sampled_from(["Retry-After", "X"]), st.text(max_size=20), max_size=2),
    body=st.one_of(st.binary(max_size=60), values.map(lambda value: json.dumps(value).encode())),
)
def test_nothing_that_a_server_sends_raises_or_cannot_be_written_down(status, headers, body):
    decision = decide(status, headers, body)
    assert (decision.problem is None) == (decision.action is Action.ACCEPT)
    if decision.problem is not None:
        json.dumps(decision.problem.as_dict(), ensure_ascii=False).encode()


def test_json_that_is_nested_without_end_is_no_answer():
    assert decide(200, {}, b"[" * 100_000).action is Action.BACK_OFF
