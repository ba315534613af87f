"""No secret is written: not a known one in whatever form, not what looks like one."""

from __future__ import annotations

import io
import json
import logging
import urllib.parse
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.frame import logs
from workers.frame.masking import MASK, SHORTEST_SECRET, Masker

SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=40).filter(
    lambda text: len(set(text)) > 3 and text.strip() == text
)


def line_of(write: Any, *secrets: str) -> dict[str, Any]:
    """Return what one call writes to the log, and hold it to JSON without the secrets."""
    stream = io.StringIO()
    logs.configure("DEBUG", secrets)
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    write(logs.logger())
    (text,) = stream.getvalue().splitlines()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def raised(error: Exception) -> Exception:
    """Return an error with a traceback, whose lines tell of it."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in (name, *texts(item))]
    return [text for item in value for text in texts(item)] if isinstance(value, list) else [str(value)]


@given(SECRETS, st.text(max_size=10), st.text(max_size=10))
@settings(max_examples=60, deadline=None)
def test_a_known_secret_is_nowhere(secret: str, before: str, after: str) -> None:
    def write(log: Any) -> None:
        url = f"https://example.com/a?thing={urllib.parse.quote(secret)}&other={urllib.parse.quote_plus(secret)}"
        nested = {
            "list": [secret, {"deep": (before + secret, secret.encode())}],
            before + secret: 1,
            "json": json.dumps([secret]),
        }
        error = raised(ValueError(before, secret))
        log.error("%s", before + secret + after, url=url, nested=nested, object=Thing(secret), exc_info=error)

    written = "\n".join(texts(line_of(write, secret)))
    forms = [
        secret,
        urllib.parse.quote(secret),
        urllib.parse.quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    ]
    assert [form for form in forms if form in written] == []


class Thing:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"Thing({self.secret!r})"


TOKEN = "abcDEF123-._~+/xyz="

LOOKS_LIKE_ONE = [
    f"Bearer {TOKEN}",
    f"bearer  {TOKEN}",
    "Basic dXNlcjpwYXNz",
    f"GET https://example.com/a?access_token={TOKEN}&page=2",
    f"https://example.com/a?page=2&api_key={TOKEN}",
    f"https://example.com/a?key=1&X-Amz-Signature={TOKEN}&X-Amz-Security-Token={TOKEN}",
    f"{{'x-api-key': '{TOKEN}'}}",
    f'{{"access_token": "{TOKEN}", "expires_in": 3600}}',
    json.dumps({"body": json.dumps({"refresh_token": TOKEN})}),
    f"client_secret={TOKEN}&grant_type=refresh_token",
    f"Authorization: AWS4-HMAC-SHA256 {TOKEN}",
    f"password: {TOKEN}",
    "https://user:abcDEF123-._~@example.com/",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123-_",
    "ya29.abcDEF123-_",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "AIza" + "abcDEF123-_" * 3 + "ab",
    "da2-" + "abcdefghijklmnopqrstuvwxyz",
]


@pytest.mark.parametrize("text", LOOKS_LIKE_ONE)
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(text: str) -> None:
    def write(log: Any) -> None:
        log.error("got %s!", text, nested={"list": [text]}, exc_info=raised(ValueError(text)))

    for there in texts(line_of(write)):
        assert TOKEN.rstrip("=") not in there
        for piece in ("abcDEF123", "dXNlcjpwYXNz", "ABCDEFGHIJKLMNOP", "abcdefghijklmnopqrstuvwxyz"):
            assert piece not in there


@pytest.mark.parametrize(
    "text",
    [
        "there are 3 tokens left",
        "nextToken is null",
        "the key of the object is reports/a.csv",
        "a basic rule, a bearer of news",
        "asset A123456789 has custom id abc-DEF",
        "https://example.com/a?page=2&nextToken=abc",
        "secretary: none",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert Masker().text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "x-api-key",
        "api_key",
        "apiKey",
        "access_token",
        "token",
        "client_secret",
        "password",
        "GRAPHQL_API_KEY",
        "aws_secret_access_key",
        "Set-Cookie",
        "X-Amz-Security-Token",
    ],
)
def test_what_has_the_name_of_a_secret_is_masked(name: str) -> None:
    masked = Masker().value(
        {name: "plain words", "other": "plain words", "deep": {name: ["plain", {"more": b"words"}], "n": 1}}
    )
    assert masked == {name: MASK, "other": "plain words", "deep": {name: [MASK, {"more": MASK}], "n": 1}}


def test_values_become_json() -> None:
    assert Masker().value([1, True, None, 1.5, float("nan"), float("inf"), ("a",), b"\xff"]) == [
        1, True, None, 1.5, "nan", "inf", ["a"], "�",
    ]  # fmt: skip


def test_a_secret_that_becomes_known_meanwhile_is_masked_from_then_on() -> None:
    def write(log: Any) -> None:
        logs.hide("meanwhile-known")
        log.info("it is meanwhile-known")

    assert line_of(write)["event"] == f"it is {MASK}"


def test_text_too_short_for_a_secret_is_left() -> None:
    assert Masker(["a" * (SHORTEST_SECRET - 1)]).text("aaa bbb") == "aaa bbb"
    assert Masker(["a" * SHORTEST_SECRET]).text("aaaa bbb") == f"{MASK} bbb"
