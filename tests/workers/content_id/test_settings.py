"""Settings: what is taken, and what is refused with its rule."""

import pytest
from pydantic import ValidationError

from tests.workers.content_id.fake import settings


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("content_owner", "", "pattern"),
        ("content_owner", "a&b=c", "pattern"),
        ("content_id_url", "http://example.com", "https"),
        ("token_url", "ftp://example.com", "URL"),
        ("token_api_key", "", "at least 1"),
        ("token_key_header", "x api key", "RFC 9110"),
        ("requests_per_second", 0, "greater than 0"),
        ("requests_per_second", float("inf"), "finite"),
        ("requests_per_second", float("nan"), "finite"),
        ("requests_per_day", 0, "greater than or equal to 1"),
        ("quota_time_zone", "Pacific", "IANA"),
        ("quota_time_zone", "../etc/passwd", "IANA"),
        ("quota_time_zone", "", "IANA"),
        ("concurrency", 0, "greater than or equal to 1"),
        ("concurrency", 100_000, "less than or equal to 1000"),
    ],
)
def test_what_is_wrong_is_refused(name, value, rule):
    with pytest.raises(ValidationError, match=rule):
        settings(**{name: value})


def test_what_holds_where_nothing_is_set():
    these = settings(content_id_url="https://youtubepartner.googleapis.com")
    assert type(these).model_fields["content_id_url"].default == "https://youtubepartner.googleapis.com"
    assert these.quota_time_zone == "America/Los_Angeles"
    assert these.token_key_header == "x-api-key"
    assert these.requests_per_day is None


@pytest.mark.parametrize(("rate", "concurrency"), [(0.5, 4), (10, 10), (33.4, 34), (100, 100), (5000, 256)])
def test_how_many_are_under_way_follows_the_rate(rate, concurrency):
    assert settings().concurrency_of(rate) == concurrency
    assert settings(concurrency=7).concurrency_of(rate) == 7
