"""Rules with a schedule expression fire when asked, and when the clock is moved past their time."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import server
from sandbox.commands_schedules import move
from sandbox.errors import WrongUseError
from tests.sandbox.automation_bench import AutomationBench, allow, payload
from tests.sandbox.calling import clients
from tests.sandbox.conftest import ACCOUNT, REGION

SCRIPT = "def handler(events, context):\n    print('ran')\n    return events\n"


@pytest.fixture(scope="module")
def box(no_outside_influence: None) -> Iterator[server.Sandbox]:
    """This module moves the clock, which the other tests' sandbox must not notice."""
    with server.start(account=ACCOUNT, region=REGION) as started:
        yield started


class RuleBench:
    """A rule on a schedule, with a queue of its own."""

    def __init__(self, box: server.Sandbox) -> None:
        self.box = box
        self.name = f"t-{uuid.uuid4().hex[:12]}"
        self.client = clients(box)
        self.arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{self.name}"
        self.queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}"
        statement = allow("sqs:SendMessage", self.queue, ArnEquals={"aws:SourceArn": self.arn})
        document = {"Version": "2012-10-17"}
        document |= {"Statement": [statement | {"Principal": {"Service": "events.amazonaws.com"}}]}  # type: ignore[dict-item]
        attributes = {"Policy": json.dumps(document)}
        self.url = self.client("sqs").create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]

    def rule(self, expression: str = "rate(1 hour)", *targets: dict[str, Any], state: str = "ENABLED") -> None:
        events = self.client("events")
        events.put_rule(Name=self.name, ScheduleExpression=expression, State=state)
        given = targets or ({"Arn": self.queue},)
        named = [{"Id": f"t{number}"} | target for number, target in enumerate(given)]
        events.put_targets(Rule=self.name, Targets=named)

    def messages(self) -> list[dict[str, Any]]:
        found = self.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    def next_run(self) -> str | None:
        (found,) = [each for each in self.box.ask("schedules")["schedules"] if each["arn"] == self.arn]
        run: str | None = found["next_run"]
        return run

    def disable(self) -> None:
        self.client("events").disable_rule(Name=self.name)


@pytest.fixture
def bench(box: server.Sandbox) -> Iterator[RuleBench]:
    made = RuleBench(box)
    yield made
    made.disable()  # or it would run whenever another test moves the clock


def now(box: server.Sandbox) -> datetime:
    return datetime.fromisoformat(box.ask("clock")["now"])


def advance(box: server.Sandbox, by: timedelta) -> list[dict[str, Any]]:
    since = now(box)
    return move(box, since, since + by, limit=100, settle=30, quiet=True)


def test_rule_fires_when_asked(bench: RuleBench) -> None:
    bench.rule()
    (delivery,) = bench.box.ask("fire", schedule=bench.name)["deliveries"]
    assert (delivery["outcome"], delivery["source_arn"]) == ("delivered", bench.arn)
    (event,) = bench.messages()
    assert event == {
        "version": "0",
        "id": event["id"],
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": event["time"],
        "region": REGION,
        "resources": [bench.arn],
        "detail": {},
    }
    (seen,) = [each for each in bench.box.ask("events")["events"] if each["event"]["id"] == event["id"]]
    assert seen["rules"] == [bench.arn]


def test_every_target_gets_it_and_one_that_fails_holds_up_no_other(bench: RuleBench) -> None:
    none = f"{bench.queue}-none"
    bench.rule("rate(1 hour)", {"Arn": none}, {"Arn": bench.queue, "Input": '{"a": 1}'})
    found = bench.box.ask("fire", schedule=bench.arn)["deliveries"]
    assert [each["outcome"] for each in found] == ["dropped", "delivered"]
    assert bench.messages() == [{"a": 1}]


def test_disabled_rule_fires_only_by_force(bench: RuleBench) -> None:
    bench.rule(state="DISABLED")
    with pytest.raises(WrongUseError, match="--force"):
        bench.box.ask("fire", schedule=bench.name)
    assert bench.next_run() is None
    assert len(bench.box.ask("fire", schedule=bench.name, force=True)["deliveries"]) == 1


def test_rule_with_a_pattern_alone_is_no_schedule(bench: RuleBench) -> None:
    bench.client("events").put_rule(Name=bench.name, EventPattern=json.dumps({"source": ["aws.events"]}))
    with pytest.raises(WrongUseError, match="there is no schedule"):
        bench.box.ask("fire", schedule=bench.name)


def test_clock_fires_a_rate_from_when_the_rule_was_made(bench: RuleBench) -> None:
    bench.rule("rate(30 minutes)")
    made = now(bench.box)
    runs = [run for run in advance(bench.box, timedelta(minutes=100)) if run["arn"] == bench.arn]
    times = [datetime.fromisoformat(run["at"]) for run in runs]
    assert [round((each - made).total_seconds() / 60) for each in times] == [30, 60, 90]
    assert [each["time"] for each in bench.messages()] == [f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in times]


def test_clock_fires_a_cron_in_utc(bench: RuleBench) -> None:
    bench.rule("cron(15 6 * * ? *)")
    run = datetime.fromisoformat(str(bench.next_run()))
    assert (run.hour, run.minute, run.tzinfo) == (6, 15, UTC)
    (fired,) = [each for each in advance(bench.box, timedelta(days=1)) if each["arn"] == bench.arn]
    assert datetime.fromisoformat(fired["at"]) == run
    assert fired["deliveries"][0]["outcome"] == "delivered"


def test_rule_starts_an_automation_and_the_command_says_how_it_ended(box: server.Sandbox) -> None:
    bench = AutomationBench(box)
    bench.document(
        SCRIPT,
        bench.role(),
        parameters={"Trigger": {"type": "String", "default": "hand"}},
        inputs={"InputPayload": {"Trigger": "{{ Trigger }}"}},
    )
    rule = bench.arn("events", f"rule/{bench.name}")
    rights = [
        allow("ssm:StartAutomationExecution", "*"),
        allow("iam:PassRole", bench.arn("iam", f"role/{bench.name}")),
    ]
    starter = bench.role(*rights, service="events.amazonaws.com", source=rule, name="-starter")
    events = bench.client("events")
    events.put_rule(Name=bench.name, ScheduleExpression="rate(7 days)")
    arn = bench.arn("ssm", f"automation-definition/{bench.name}:$DEFAULT")
    target = {"Id": "t", "Arn": arn, "RoleArn": starter, "Input": '{"Trigger": ["schedule"]}'}
    events.put_targets(Rule=bench.name, Targets=[target])
    (delivery,) = box.ask("fire", schedule=bench.name)["deliveries"]
    assert delivery["outcome"] == "delivered", delivery["error_message"]
    assert payload(bench.ended(delivery["result"]["automation"])) == {"Trigger": "schedule"}


def test_commands(tmp_path: Path, no_outside_influence: None) -> None:
    """`fire` of a rule, and `automations`, as a person types them."""

    def sandbox(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", *arguments, "--build-dir", str(tmp_path)],
            cwd=server.REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    sandbox("up", "one", "--account", ACCOUNT)
    try:
        record = json.loads((tmp_path / "sandbox/one/sandbox.json").read_text())
        box = server.Sandbox(
            account=ACCOUNT, region=REGION, port=record["port"], pid=record["pid"], id=record["id"], log=Path()
        )
        assert "no automation has been run" in sandbox("automations", "one").stderr
        test_rule_starts_an_automation_and_the_command_says_how_it_ended(box)
        (name,) = [each["name"] for each in box.ask("schedules")["schedules"]]
        fired = sandbox("fire", name, "one")
        assert f"{name} was delivered" in fired.stderr
        assert "Success" in fired.stderr
        shown = sandbox("automations", "one", "--settle", "30")
        assert f"{name}:1" in shown.stdout
        assert "Trigger=schedule" in shown.stdout
        assert "Run | ran" in shown.stdout
        found = json.loads(sandbox("automations", "one", "--json").stdout)
        assert [each["StepExecutions"][0]["OutputLines"] for each in found] == [["ran"], ["ran"]]
        as_json = json.loads(sandbox("fire", name, "one", "--json").stdout)
        assert as_json["automations"][0]["AutomationExecutionStatus"] == "Success"
        assert as_json["delivery"] == as_json["deliveries"][0]
        clock = sandbox("clock", "one").stdout
        assert f"{name}" in clock
        assert "(a rule)" in clock
        clients(box)("events").remove_targets(Rule=name, Ids=["t"])
        assert "has no target" in sandbox("fire", name, "one", code=1).stderr
    finally:
        sandbox("down", "one")
