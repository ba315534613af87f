"""Sending test events, and testing patterns against events."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from operations import account as accounts
from operations import events
from operations.account import Account
from operations.environment import Environment
from operations.events import TestEvent
from tests.operations.conftest import Shell
from tests.operations.made import ACCOUNT, ENVIRONMENT, EVENT, REGION, Made


def sent(made: Made) -> list[dict[str, Any]]:
    """Return the events that came to the bus of a test."""
    made.box.ask("deliveries", settle=30)
    return [each["event"] for each in made.box.ask("events")["events"] if each["bus_arn"].endswith(made.rule.bus)]


def test_the_sample_that_matches_is_sent_and_no_other(shell: Shell, specs: Path, made: Made) -> None:
    (specs / "events" / "other.json").write_text(json.dumps(EVENT | {"source": "shop.other"}), encoding="utf-8")
    (record,) = shell.json("events", "send", ENVIRONMENT)
    assert (record["origin"], record["bus"], record["rules"]) == (
        "environments/events/report.json",
        made.rule.bus,
        ["shop.report"],
    )
    (event,) = sent(made)
    assert (event["id"], event["source"], event["detail"]) == (record["id"], EVENT["source"], EVENT["detail"])
    assert len(made.jobs()) == 1


def test_what_an_event_starts_is_said_by_the_account_and_not_by_the_specification(shell: Shell, made: Made) -> None:
    made.put_rule(state="DISABLED")
    (record,) = shell.json("events", "send", ENVIRONMENT)
    assert (record["rules"], record["disabled_rules"]) == ([], ["shop.report"])
    assert shell("events", "send", ENVIRONMENT) == 0
    assert "shop.report (disabled)" in shell.stdout
    made.put_rule({"source": ["another"]})
    (record,) = shell.json("events", "send", ENVIRONMENT)
    assert (record["rules"], record["disabled_rules"]) == ([], [])
    assert made.jobs() == []


def test_without_a_sample_one_is_made_from_the_pattern(shell: Shell, specs: Path, made: Made) -> None:
    (specs / "events" / "report.json").unlink()
    assert shell("events", "send", ENVIRONMENT) == 0
    assert "made from the pattern of shop.report" in shell.stdout
    (event,) = sent(made)
    assert event["detail"]["kind"] == "daily"


def test_an_event_of_your_own(shell: Shell, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"source": "shop.own", "detail-type": "Own", "detail": {"n": 1}, "resources": ["arn:aws:s3:::b"]}
    (tmp_path / "own.json").write_text(json.dumps(own), encoding="utf-8")
    assert shell("events", "send", ENVIRONMENT, "--event", str(tmp_path / "own.json")) == 0
    assert "no rule of the bus" in shell.stdout
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(own | {"source": "shop.stdin"})))
    assert shell("events", "send", ENVIRONMENT, "--event", "-") == 0
    arguments = ("--source", "shop.flags", "--detail-type", "Own", "--detail", '{"n": 2}', "--bus", made.rule.bus)
    assert shell("events", "send", ENVIRONMENT, *arguments) == 0
    found = sent(made)
    assert [(event["source"], event["detail"]) for event in found] == [
        ("shop.own", {"n": 1}),
        ("shop.stdin", {"n": 1}),
        ("shop.flags", {"n": 2}),
    ]
    assert found[0]["resources"] == ["arn:aws:s3:::b"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--source", "a"], "--source needs --detail-type"),
        (["--detail", "{}"], "go with --source"),
        (["--source", "a", "--detail-type", "b", "--event", "{}"], "--event and --source: give one"),
        (["--source", "a", "--detail-type", "b", "--detail", "[]"], "--detail: Detail: []: a JSON object is wanted"),
        (["--bus", "elsewhere"], "--bus elsewhere is none of shop-test's: its rules are on t-"),
        (["--rule", "elsewhere"], "--rule elsewhere: there is no such rule: shop.report"),
        (["--event", "{}"], '--event: "source" is missing'),
    ],
)
def test_what_cannot_be_sent_is_put_into_words(shell: Shell, arguments: list[str], problem: str) -> None:
    assert shell("events", "send", ENVIRONMENT, *arguments) == 2
    assert problem in shell.stderr


def test_what_the_bus_refuses_is_an_error(shell: Shell, made: Made) -> None:
    assert shell("events", "send", ENVIRONMENT, "--source", "aws.ecs", "--detail-type", "b") == 1
    assert "not sent" in shell.stdout
    assert "NotAuthorizedForSourceException" in shell.stdout


def test_a_bus_that_is_not_there_would_lose_the_event(shell: Shell, environment: Environment) -> None:
    assert shell("events", "send", ENVIRONMENT) == 3
    assert f"there is no event bus {environment.rules[0].bus}" in shell.stderr
    assert "make apply ENV=shop-test" in shell.stderr


def test_sending_to_the_real_account_asks_and_shows_the_event(shell: Shell, made: Made, asked: list[str]) -> None:
    assert shell("events", "send", ENVIRONMENT, "--live") == 0
    assert asked == [f"{ENVIRONMENT} {ACCOUNT}"]
    assert '"source": "shop.web"' in shell.stderr
    assert shell("events", "send", ENVIRONMENT, "--live", "--yes") == 0
    assert len(asked) == 1


def test_events_are_put_by_tens_and_each_result_is_its_own(account: Account, made: Made) -> None:
    sources = ["aws.no" if number == 11 else "t" for number in range(23)]
    tests = [
        TestEvent(REGION, made.rule.bus, "x", {"source": source, "detail-type": "t", "detail": {}})
        for source in sources
    ]
    calls: list[int] = []
    client = account.events()
    client.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: calls.append(len(params["Entries"]))
    )
    results = events.put(account, tests)
    assert calls == [10, 10, 3]
    assert [number for number, each in enumerate(results) if each.problem] == [11]
    assert len({each.id for each in results}) == 23


@pytest.mark.parametrize(
    ("pattern", "detail"),
    [
        ({"detail": {"n": [1]}}, {"n": 1}),
        ({"detail-type": ["a"]}, {}),
        ({"account": [ACCOUNT], "source": ["a"]}, {}),
        ({"account": ["999999999999"]}, None),
        ({"detail": ["a text"]}, None),
        ({"source": [{"exists": False}]}, None),
    ],
)
def test_only_what_can_be_sent_and_then_matches_is_made_from_a_pattern(
    environment: Environment, specs: Path, pattern: dict[str, Any], detail: dict[str, Any] | None
) -> None:
    (specs / "events" / "report.json").unlink()
    made = events.for_pattern(environment, REGION, pattern, "x")
    assert [event["detail"] for _, event in made] == ([] if detail is None else [detail])
    assert all({"source", "detail-type"} <= event.keys() for _, event in made)


TEST = ("events", "test", ENVIRONMENT)


def test_the_rule_of_the_account_against_its_sample(shell: Shell, made: Made) -> None:
    assert shell(*TEST) == 0
    assert shell.stdout.splitlines()[1].split()[-1] == "matches"
    made.put_rule({"source": ["shop.app"]})
    assert shell(*TEST) == 1
    assert 'source: the event has "shop.web", and the pattern wants ["shop.app"]' in shell.stdout
    (verdict,) = shell.json(*TEST)
    assert (verdict["rule"], verdict["matches"], verdict["by_eventbridge"]) == ("shop.report", False, None)


def test_a_pattern_and_an_event_that_are_given(shell: Shell, made: Made) -> None:
    event = json.dumps(EVENT)
    assert shell(*TEST, "--pattern", '{"source": ["shop.web"]}', "--event", event) == 0
    assert shell(*TEST, "--pattern", '{"account": ["123456789012"]}', "--event", event) == 0, "it is filled in"
    assert shell(*TEST, "--pattern", '{"source": ["shop.app"]}', "--event", event) == 1
    assert shell(*TEST, "--pattern", '{"source": "shop.app"}', "--event", event) == 2
    assert "--pattern: source: " in shell.stderr
    entry = '{"Source": "shop.web", "DetailType": "Report Wanted", "Detail": "{\\"kind\\": \\"weekly\\"}"}'
    assert shell(*TEST, "--event", entry) == 0


def test_a_rule_that_is_not_there_has_no_pattern(shell: Shell, environment: Environment) -> None:
    assert shell(*TEST) == 2
    assert "there is no rule" in shell.stderr
    assert "make apply ENV=shop-test" in shell.stderr


class EventBridge:
    """Answers TestEventPattern as it is told."""

    def __init__(self, client: Any, answer: bool) -> None:
        self.client = client
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def test_event_pattern(self, **asked: str) -> dict[str, bool]:
        self.asked.append({name: json.loads(value) for name, value in asked.items()})
        return {"Result": self.answer}


@pytest.mark.parametrize("answer", [True, False])
def test_in_the_real_account_eventbridge_decides_too(
    shell: Shell, made: Made, asked: list[str], monkeypatch: pytest.MonkeyPatch, answer: bool
) -> None:
    bridge = EventBridge(made.client("events"), answer)
    monkeypatch.setattr(accounts.Account, "events", lambda *_: bridge)
    assert shell(*TEST, "--live") == (0 if answer else 1)
    assert ("EventBridge is right" in shell.stderr) is not answer
    (question,) = bridge.asked
    assert question["EventPattern"] == made.rule.pattern
    assert question["Event"].keys() >= {"id", "account", "source", "time", "region", "resources", "detail-type"}
