"""Alerts: one message a run, at most one a finding, whatever goes wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.workers.claimsreport.a_finding import a_finding
from tests.workers.frame.fake_aws import FakeAws
from workers.claimsreport.alerts import Alerting, Alerts
from workers.claimsreport.announcements import told
from workers.claimsreport.finding import Finding
from workers.claimsreport.message import compose
from workers.frame import logs
from workers.frame.aws import Clients
from workers.frame.problems import ServiceDownError, StoppedError, WrongInputError
from workers.frame.retries import RetryPolicy
from workers.frame.stopping import Stop
from workers.frame.storage import Location, Storage

AT_ONCE = RetryPolicy(attempts=3, base_seconds=0)
DATE = dt.date(2026, 11, 23)
REPORT = "s3://reports/date=2026-11-23/report.html"
TOPIC = "arn:aws:sns:us-east-1:123456789012:claims-alerts"
PLACE = "bucket/history/date=2026-11-23/alerts.json"
DUE = [a_finding("A1", 90), a_finding("A2", 80)]


@pytest.fixture
def alerting(aws: FakeAws, clients: Clients) -> Alerting:
    storage = Storage(clients, AT_ONCE)
    return Alerting(storage, clients, TOPIC, Location("bucket", "history"), logs.logger(), policy=AT_ONCE)


def send(alerting: Alerting, due: Sequence[Finding] = DUE, date: dt.date = DATE) -> Alerts:
    return asyncio.run(alerting.send(due, date, REPORT))


def kept(aws: FakeAws) -> list[tuple[list[str], str | None]]:
    messages = json.loads(aws.objects[PLACE])["messages"]
    return [(one["findings"], one["message_id"]) for one in messages]


def test_one_message_about_all(alerting: Alerting, aws: FakeAws) -> None:
    assert send(alerting) == Alerts(sent=2, message_id="message-1")
    (published,) = aws.published
    expected = compose(DUE, DATE, REPORT)
    assert published["TopicArn"] == TOPIC
    assert published["Subject"] == expected.subject
    assert published["Message"] == expected.text
    kinds = [key for key, value in published.items() if value == '["conflict"]']
    assert kinds == ["MessageAttributes.entry.2.Value.StringValue"]
    assert kept(aws) == [(["conflict:A1", "conflict:A2"], "message-1")]


def test_the_same_week_again_sends_nothing(alerting: Alerting, aws: FakeAws) -> None:
    send(alerting)
    before = aws.objects[PLACE]
    assert send(alerting) == Alerts(sent=2)
    assert len(aws.published) == 1
    assert aws.objects[PLACE] == before


def test_the_same_week_is_the_same_message(alerting: Alerting, aws: FakeAws) -> None:
    send(alerting)
    aws.objects.clear()
    send(alerting, DUE[::-1])
    first, second = aws.published
    assert first == second


def test_nothing_to_tell_asks_for_nothing(alerting: Alerting, aws: FakeAws) -> None:
    assert send(alerting, []) == Alerts()
    assert aws.calls == []


@pytest.mark.parametrize("change", [{"topic": None}, {"dry_run": True}, {"topic": None, "dry_run": True}])
def test_without_a_topic_and_in_a_dry_run_all_wait(alerting: Alerting, aws: FakeAws, change: dict[str, object]) -> None:
    assert send(replace(alerting, **change)) == Alerts(waiting=2)  # type: ignore[arg-type]
    assert aws.calls == []
    # Nothing was said, so the next run with a topic tells of them.
    assert send(alerting).sent == 2


def test_the_findings_of_a_snapshot_that_replaced_another_are_told_of_alone(alerting: Alerting, aws: FakeAws) -> None:
    send(alerting)
    assert send(alerting, [a_finding("A3"), DUE[0]]) == Alerts(sent=2, message_id="message-2")
    assert "A3" in aws.published[1]["Message"]
    assert "A1" not in aws.published[1]["Message"]
    assert kept(aws) == [(["conflict:A1", "conflict:A2"], "message-1"), (["conflict:A3"], "message-2")]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ((403, "AuthorizationError"), ServiceDownError),
        ((400, "KMSAccessDenied"), ServiceDownError),
        ((404, "NotFound"), WrongInputError),
        ((400, "InvalidParameter"), WrongInputError),
    ],
)
def test_what_sns_refuses_is_told_of_by_the_next_run(
    alerting: Alerting,
    aws: FakeAws,
    fault: tuple[int, str],
    error: type[Exception],
) -> None:
    aws.faults["Publish"] = [fault]
    with pytest.raises(error):
        send(alerting)
    assert len(aws.called("Publish")) == 1
    assert kept(aws) == []
    assert send(alerting) == Alerts(sent=2, message_id="message-1")


def test_what_sns_surely_did_not_take_is_tried_again(alerting: Alerting, aws: FakeAws) -> None:
    aws.faults["Publish"] = [(429, "Throttled"), (503, "ServiceUnavailable")]
    assert send(alerting).message_id == "message-1"
    assert len(aws.called("Publish")) == 3


def test_who_is_throttled_for_ever_gives_back(alerting: Alerting, aws: FakeAws) -> None:
    aws.faults["Publish"] = [(400, "KMSThrottling")] * 3
    with pytest.raises(ServiceDownError):
        send(alerting)
    assert kept(aws) == []
    assert aws.published == []


def test_where_sns_is_not_reached_nothing_was_sent(
    alerting: Alerting,
    aws: FakeAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
    with pytest.raises(ServiceDownError):
        send(replace(alerting, clients=Clients(retries=1)))
    assert kept(aws) == []


def test_a_lost_answer_is_never_asked_for_again(alerting: Alerting, aws: FakeAws) -> None:
    aws.break_publish = 1
    with capture_logs() as lines:
        assert send(alerting) == Alerts(unknown=2)
    assert len(aws.published) == 1
    assert kept(aws) == [(["conflict:A1", "conflict:A2"], None)]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == [
        "alert maybe sent, and not sent again",
        "it is not known whether an alert was sent",
    ]
    with capture_logs() as lines:
        assert send(alerting) == Alerts(unknown=2)
    assert len(aws.published) == 1
    assert [line["findings"] for line in lines if line["log_level"] == "error"] == [["conflict:A1", "conflict:A2"]]


def test_an_error_of_sns_itself_says_nothing(alerting: Alerting, aws: FakeAws) -> None:
    aws.faults["Publish"] = [(500, "InternalError")]
    assert send(alerting) == Alerts(unknown=2)
    assert len(aws.called("Publish")) == 1


def test_a_client_that_retries_does_not_publish_twice(alerting: Alerting, aws: FakeAws) -> None:
    aws.break_publish = 1
    assert send(replace(alerting, clients=Clients(retries=3))) == Alerts(unknown=2)
    assert len(aws.published) == 1


def test_a_run_that_dies_before_the_answer(alerting: Alerting, aws: FakeAws) -> None:
    async def die() -> None:
        aws.held.add("Publish")
        run = asyncio.create_task(alerting.send(DUE, DATE, REPORT))
        while not aws.called("Publish"):
            await asyncio.sleep(0.01)
        # Here the machine is gone; another run starts anew.
        assert await alerting.send(DUE, DATE, REPORT) == Alerts(unknown=2)
        assert len(aws.called("Publish")) == 1
        aws.held.clear()
        assert await run == Alerts(sent=2, message_id="message-1")

    asyncio.run(die())
    assert send(alerting) == Alerts(sent=2)


def test_of_runs_at_the_same_time_one_sends(alerting: Alerting, aws: FakeAws) -> None:
    async def together() -> list[Alerts]:
        return await asyncio.gather(*(alerting.send(DUE, DATE, REPORT) for _ in range(8)))

    results = asyncio.run(together())
    assert len(aws.published) == 1
    assert [each.message_id for each in results if each.message_id] == ["message-1"]
    assert all(each.sent + each.unknown == 2 and not each.waiting for each in results)


def test_runs_at_the_same_time_that_know_of_different_findings(alerting: Alerting, aws: FakeAws) -> None:
    async def together() -> None:
        dues = ([a_finding(f"A{number}"), a_finding("A0")] for number in range(1, 5))
        await asyncio.gather(*(alerting.send(due, DATE, REPORT) for due in dues))

    asyncio.run(together())
    told_of = [identity for findings, message_id in kept(aws) for identity in findings if message_id]
    assert sorted(told_of) == [f"conflict:A{number}" for number in range(5)]
    assert sum("A0" in published["Message"] for published in aws.published) == 1


def test_a_lost_answer_of_s3_is_no_lost_alert(
    alerting: Alerting,
    aws: FakeAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_if = Storage.write_if

    def lost(self: Storage, location: Location, data: bytes, tag: str | None, content_type: str) -> str | None:
        write_if(self, location, data, tag, content_type)
        return None  # as the attempt after a lost answer finds it

    monkeypatch.setattr(Storage, "write_if", lost)
    assert send(alerting) == Alerts(sent=2, message_id="message-1")
    assert len(aws.published) == 1
    assert kept(aws) == [(["conflict:A1", "conflict:A2"], "message-1")]


def test_what_was_sent_and_cannot_be_noted_is_in_the_log(alerting: Alerting, aws: FakeAws) -> None:
    def refuse() -> None:
        if aws.published:
            aws.faults["GetObject"] = [(403, "AccessDenied")]

    aws.on_get = refuse
    with capture_logs() as lines:
        assert send(alerting) == Alerts(sent=2, message_id="message-1")
    assert [line["message_id"] for line in lines if line["event"] == "alert sent, and not noted"] == ["message-1"]
    aws.on_get = lambda: None
    assert send(alerting) == Alerts(unknown=2)
    assert len(aws.published) == 1


def test_who_cannot_announce_sends_nothing(alerting: Alerting, aws: FakeAws) -> None:
    aws.faults["PutObject"] = [(403, "AccessDenied")]
    with pytest.raises(ServiceDownError):
        send(alerting)
    assert aws.called("Publish") == []


def test_what_is_no_announcement_is_not_written_over(alerting: Alerting, aws: FakeAws) -> None:
    aws.objects[PLACE] = b'{"version": 2}'
    with pytest.raises(WrongInputError, match=r"alerts\.json does not say what was told of"):
        send(alerting)
    assert aws.called("Publish") == []
    assert aws.objects[PLACE] == b'{"version": 2}'


def test_who_is_asked_to_stop_sends_nothing_and_gives_back(alerting: Alerting, aws: FakeAws) -> None:
    stop = Stop()
    stop.ask("SIGTERM was received")
    with pytest.raises(StoppedError):
        send(replace(alerting, stop=stop))
    assert aws.calls == []


def test_the_topic_says_the_region(
    alerting: Alerting,
    aws: FakeAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []
    once: Callable[[Clients, str, str], object] = Clients.once

    def note(self: Clients, service: str, region: str) -> object:
        asked.append((service, region))
        return once(self, service, region)

    monkeypatch.setattr(Clients, "once", note)
    send(replace(alerting, topic=TOPIC.replace("us-east-1", "eu-central-1")))
    assert asked == [("sns", "eu-central-1")]


@pytest.mark.parametrize("sort", ["s3", "folder"])
def test_what_was_told_of_since_the_last_partition(alerting: Alerting, tmp_path: Path, sort: str) -> None:
    history = alerting.history if sort == "s3" else Location(None, str(tmp_path / "history"))
    alerting = replace(alerting, history=history)
    days = [DATE + dt.timedelta(days=7 * week) for week in range(4)]
    for week, day in enumerate(days):
        send(alerting, [a_finding(f"A{week}")], day)
    alerting.storage.write(history.join("date=2026-11-30/claims.parquet"), b"", "x/y")
    alerting.storage.write(history.join("date=elsewhere/alerts.json"), b"{", "x/y")
    alerting.storage.write(history.join("alerts.json"), b"{", "x/y")
    assert told(alerting.storage, history, days[1], days[3]) == {"conflict:A1": days[1], "conflict:A2": days[2]}
    assert told(alerting.storage, history, None, days[1]) == {"conflict:A0": days[0]}


def test_nothing_is_told_of_without_a_history(alerting: Alerting, tmp_path: Path) -> None:
    assert told(alerting.storage, Location(None, str(tmp_path / "none")), None, DATE) == {}
