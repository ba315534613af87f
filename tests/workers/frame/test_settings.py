"""Settings: variables and flags, references, all mistakes at once, and no secret in the clear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import AliasChoices, Field, SecretStr, model_validator

from workers.frame.masking import SHORTEST_SECRET
from workers.frame.problems import WrongInputError
from workers.frame.settings import ServiceUrl, WorkerSettings, bus_of, draft, load, secrets_of
from workers.frame.sources import print_help

RATE = "RATE (--rate): Input should be a valid number, unable to parse string as a number"
SHARD = (
    "SHARD_INDEX or AWS_BATCH_JOB_ARRAY_INDEX (--shard-index): Input should be greater than or equal to 0 (it is '-1')"
)


class Settings(WorkerSettings):
    """What the tests are told."""

    url: ServiceUrl = Field("https://example.com", description="where the service is")
    key: SecretStr | None = Field(None, description="opens it")
    rate: float = Field(3.5, gt=0, description="requests a second, 100% of them")
    auth: Literal["iam", "api-key"] = Field("iam", description="how")
    shard_index: int = Field(
        0, ge=0, description="which shard", validation_alias=AliasChoices("shard_index", "aws_batch_job_array_index")
    )

    @model_validator(mode="after")
    def key_where_needed(self) -> Settings:
        if self.auth == "api-key" and self.key is None:
            raise ValueError("AUTH is api-key, so KEY (--key) must be set")
        return self


def no_parameters(names: list[str]) -> Mapping[str, str]:
    raise AssertionError(f"SSM was asked for {names}")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def mistakes(arguments: list[str], parameters: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(WrongInputError) as caught:
        load(Settings, arguments, lambda _: parameters or {})
    problem = caught.value.problem
    assert problem.kind == "settings-wrong"
    assert problem.detail == "; ".join(problem.extensions["mistakes"])
    return list(problem.extensions["mistakes"])


def test_a_flag_goes_before_its_variable_and_that_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_BUS", "of-variable")
    monkeypatch.setenv("RATE", "7")
    monkeypatch.setenv("DRY_RUN", "true")
    settings = load(Settings, ["--event-bus", "of-flag"], no_parameters)
    assert (settings.event_bus, settings.rate, settings.dry_run, settings.auth) == ("of-flag", 7, True, "iam")
    assert load(Settings, ["--event-bus=b", "--no-dry-run"], no_parameters).dry_run is False


@pytest.mark.parametrize("flags", [("--output", "ftp://host/x"), ("--output", "s3://"), ("--metrics-namespace", ":x")])
def test_what_would_fail_at_the_end_of_a_run_is_refused_before_it_begins(flags: tuple[str, str]) -> None:
    (told,) = mistakes(["--event-bus", "b", *flags])
    assert told.startswith(f"{flags[0][2:].upper().replace('-', '_')} ({flags[0]}): ")


@pytest.mark.parametrize(
    ("flags", "dry"),
    [(["--dry-run"], True), (["--dry-run", "--rate", "x", "--bogus"], True), (["--no-dry-run"], False), ([], False)],
)
def test_a_dry_run_is_known_also_where_settings_are_wrong(flags: list[str], dry: bool) -> None:
    assert draft(Settings, flags).dry_run is dry


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE", "")
    assert load(Settings, ["--event-bus", "b"], no_parameters).rate == 3.5


def test_one_made_by_hand_looks_at_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE", "7")
    assert Settings(event_bus="b").rate == 3.5


@pytest.mark.parametrize(("variable", "value"), [("SHARD_INDEX", 4), ("AWS_BATCH_JOB_ARRAY_INDEX", 4)])
def test_a_setting_may_have_another_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: int) -> None:
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "9")
    monkeypatch.setenv(variable, str(value))
    assert load(Settings, ["--event-bus", "b"], no_parameters).shard_index == value
    assert load(Settings, ["--event-bus", "b", "--shard-index", "2"], no_parameters).shard_index == 2


def test_all_mistakes_are_told_at_once_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE", "quick")
    monkeypatch.setenv("KEY", "in-the-clear")
    monkeypatch.setenv("URL", "http://example.com")
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "-1")
    told = mistakes(
        ["--log-level", "LOUD", "--reate", "another-secret", "--tokenn=third-secret", "--dry-run", "fourth-secret"]
    )
    assert sorted(told) == sorted([
        "--reate: there is no such flag; the nearest is --rate",
        "--tokenn: there is no such flag; the nearest is --key",
        "there is text that belongs to no flag",
        "EVENT_BUS (--event-bus): it is not set, and has no default",
        "KEY (--key): a secret is given by reference alone: ssm:/name/of/parameter",
        "LOG_LEVEL (--log-level): Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR' (it is 'LOUD')",
        f"{RATE} (it is 'quick')",
        SHARD,
        "URL (--url): must begin with https:// (http:// is for loopback alone) (it is 'http://example.com')",
    ])  # fmt: skip
    assert not any("secret" in text.replace("a secret is", "") or "in-the-clear" in text for text in told)


def test_flags_that_cannot_be_read_hide_no_other_mistake_and_make_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    told = mistakes(["--event-bus", "b", "--rate"])
    assert told[0] == "argument --rate: expected one argument"
    assert told[1].startswith("LOG_LEVEL (--log-level): ")
    assert len(told) == 2


def test_what_holds_for_several_settings_is_told_without_their_values() -> None:
    assert mistakes(["--event-bus", "b", "--auth", "api-key"]) == ["AUTH is api-key, so KEY (--key) must be set"]


def test_a_long_value_is_cut() -> None:
    (told,) = mistakes(["--event-bus", "b", "--rate", "9x" * 500])
    assert len(told) < 260


def test_references_are_read_in_one_go_each_once_for_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def read(names: list[str]) -> Mapping[str, str]:
        asked.append(names)
        return {"/a/key": "hush-hush", "rate": "8", "/a/dry": "yes"}

    monkeypatch.setenv("RATE", "ssm:rate")
    monkeypatch.setenv("DRY_RUN", "ssm:/a/dry")
    monkeypatch.setenv("EVENT_BUS", "ssm:rate")
    settings = load(Settings, ["--key", "ssm:/a/key"], read)
    assert asked == [["/a/dry", "/a/key", "rate"]]
    assert (settings.rate, settings.dry_run, settings.event_bus) == (8, True, "8")
    assert settings.key is not None
    assert settings.key.get_secret_value() == "hush-hush"
    assert secrets_of(settings) == ["hush-hush"]
    assert "hush-hush" not in repr(settings)
    assert "hush-hush" not in str(settings.model_dump(mode="json"))


def test_a_value_from_ssm_that_is_wrong_is_not_shown() -> None:
    told = mistakes(["--event-bus", "b", "--rate", "ssm:/a/rate"], {"/a/rate": "hush-hush"})
    assert told == [f"{RATE} (it is in the SSM parameter /a/rate)"]


@pytest.mark.parametrize(
    ("reference", "parameters", "told"),
    [
        ("ssm:/a/key", {}, "KEY (--key): there is no SSM parameter /a/key"),
        ("ssm:", {}, "KEY (--key): ssm: is followed by the name of an SSM parameter (it is 'ssm:')"),
        ("ssm:/a b", {}, "KEY (--key): ssm: is followed by the name of an SSM parameter (it is 'ssm:/a b')"),
        ("ssm:/k", {"/k": "x"}, f"KEY (--key): the SSM parameter /k holds fewer than {SHORTEST_SECRET} characters"),
    ],
)
def test_a_reference_that_leads_nowhere(reference: str, parameters: dict[str, str], told: str) -> None:
    assert mistakes(["--event-bus", "b", "--key", reference], parameters) == [told]


@pytest.mark.parametrize(
    "url", ["https://example.com/a", "http://localhost:1", "http://127.0.0.1:1/x", "http://[::1]:8080"]
)
def test_urls_that_are_right(url: str) -> None:
    assert load(Settings, ["--event-bus", "b", "--url", url], no_parameters).url == url


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://example.com", "must begin with https://"),
        ("http://127.0.0.1.example.com", "must begin with https://"),
        ("http://localhost.example.com", "must begin with https://"),
        ("http://10.0.0.1", "must begin with https://"),
        ("ftp://example.com", "must be a URL"),
        ("example.com", "must be a URL"),
        ("https://", "must be a URL"),
        ("https://[1", "must be a URL"),
        ("https://user@example.com", "must hold no user and no password"),
    ],
)
def test_urls_that_are_wrong(url: str, rule: str) -> None:
    (told,) = mistakes(["--event-bus", "b", "--url", url])
    assert told.startswith(f"URL (--url): {rule}")


@pytest.mark.parametrize(
    ("arguments", "variable", "bus"),
    [
        (["--rate", "x", "--event-bus", "flag", "--nonsense"], "variable", "flag"),
        (["--event-bus=flag", "--rate"], None, "flag"),
        (["--rate"], "variable", "variable"),
        ([], "ssm:/bus", "ssm:/bus"),
    ],
)
def test_the_bus_is_known_where_all_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], variable: str | None, bus: str
) -> None:
    if variable:
        monkeypatch.setenv("EVENT_BUS", variable)
    assert bus_of(arguments) == bus


@pytest.mark.parametrize("arguments", [[], ["--event-bus"], ["--event-bus", ""]])
def test_without_a_bus_that_is_said(arguments: list[str]) -> None:
    with pytest.raises(WrongInputError, match="EVENT_BUS \\(--event-bus\\) is not set"):
        bus_of(arguments)


def test_help_tells_of_each_setting(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    print_help(Settings, "python -m workers thing", "Does things.")
    text = " ".join(capsys.readouterr().out.split())
    assert "usage: python -m workers thing" in text
    assert "Does things." in text
    for name, field in Settings.model_fields.items():
        assert f"--{name.replace('_', '-')}" in text
        assert str(field.description) in text
        assert f"[env: {name.upper()}" in text
    assert "--rate NUMBER requests a second, 100% of them (default: 3.5) [env: RATE]" in text
    assert "--key ssm:/NAME opens it (default: none) [env: KEY]" in text
    assert "(required) [env: EVENT_BUS]" in text
    assert "SHARD_INDEX | AWS_BATCH_JOB_ARRAY_INDEX]" in text
    assert "75 stopped" in text


class Paint(StrEnum):
    DARK_RED = "dark-red"
    BLUE = "blue"


class PaintedSettings(WorkerSettings):
    paint: Paint = Field(Paint.DARK_RED, description="its paint")
    days: tuple[dt.date, ...] = Field((dt.date(2025, 3, 31), dt.date(2026, 8, 27)), description="when it dries")
    glossy: bool = Field(default=False, description="how it shines")


def test_help_shows_values_as_they_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    print_help(PaintedSettings, "python -m workers thing", "Does things.")
    text = " ".join(capsys.readouterr().out.split())
    assert "--paint {dark-red,blue} its paint (default: dark-red) [env: PAINT]" in text
    assert "--days DATE,DATE when it dries (default: 2025-03-31,2026-08-27) [env: DAYS]" in text
    assert "how it shines (default: false) [env: GLOSSY]" in text


def test_secrets_of_settings_without_any() -> None:
    given: dict[str, Any] = {"event_bus": "b"}
    assert secrets_of(WorkerSettings(**given)) == []
