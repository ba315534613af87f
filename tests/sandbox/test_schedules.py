"""Schedules fire when asked and when the clock is moved past their time, as EventBridge Scheduler would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox import server
from sandbox.commands_schedules import duration, moment, move
from sandbox.errors import WrongUseError
from tests.sandbox.conftest import ACCOUNT, REGION
from tests.sandbox.ecs_bench import CLUSTER, NETWORK, SCHEDULER, EcsBench, allow

OFF = {"Mode": "OFF"}


@pytest.fixture(scope="module")
def box(no_outside_influence: None) -> Iterator[server.Sandbox]:
    """This module moves the clock, which the other tests' sandbox must not notice."""
    with server.start(account=ACCOUNT, region=REGION) as started:
        yield started


class ScheduleBench(EcsBench):
    """Schedules of one group, a role for them with every right they need, and a dead-letter queue."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.define({"command": ["true"]})
        self.scheduler = self.client("scheduler")
        self.sqs = self.client("sqs")
        self.scheduler.create_schedule_group(Name=self.name)
        self.queue = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        self.cluster = self.arn("ecs", f"cluster/{CLUSTER}")
        self.rights = {
            "run": allow(
                "ecs:RunTask",
                self.arn("ecs", f"task-definition/{self.name}:*"),
                ArnEquals={"ecs:cluster": self.cluster},
            ),
            "tag": allow(
                "ecs:TagResource",
                self.arn("ecs", f"task/{CLUSTER}/*"),
                StringEquals={"ecs:CreateAction": "RunTask"},
            ),
            "pass": allow(
                "iam:PassRole",
                self.arn("iam", f"role/{self.name}-execution"),
                StringEquals={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
            ),
            "send": allow("sqs:SendMessage", self.arn("sqs", self.name)),
        }
        self.group_arn = self.arn("scheduler", f"schedule-group/{self.name}")
        self.own_role = self.role("scheduler", *self.rights.values(), service=SCHEDULER, source=self.group_arn)

    def schedule(self, name: str, expression: str = "rate(1 day)", **fields: Any) -> str:
        """Create a schedule and return its ARN; what begins with a capital letter goes into the target."""
        vpc = {"Subnets": NETWORK["awsvpcConfiguration"]["subnets"], "AssignPublicIp": "ENABLED"}
        parameters = {
            "TaskDefinitionArn": self.arn("ecs", f"task-definition/{self.name}"),
            "LaunchType": "FARGATE",
            "TaskCount": 1,
            "PropagateTags": "TASK_DEFINITION",
            "NetworkConfiguration": {"awsvpcConfiguration": vpc},
        }
        target: dict[str, Any] = {
            "Arn": self.cluster,
            "RoleArn": self.own_role,
            "DeadLetterConfig": {"Arn": self.arn("sqs", self.name)},
            "EcsParameters": parameters,
        }
        of_target = {key: value for key, value in fields.items() if key in ("Input", "Arn", "RetryPolicy")}
        others = {key: value for key, value in fields.items() if key not in of_target}
        self.scheduler.create_schedule(
            Name=name,
            GroupName=self.name,
            ScheduleExpression=expression,
            FlexibleTimeWindow=OFF,
            Target=target | of_target,
            **others,
        )
        return self.arn("scheduler", f"schedule/{self.name}/{name}")

    def fire(self, name: str, **fields: Any) -> dict[str, Any]:
        delivery: dict[str, Any] = self.box.ask("fire", schedule=name, group=self.name, **fields)
        return delivery

    def letters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        return found

    def take_away(self, right: str) -> None:
        left = [statement for name, statement in self.rights.items() if name != right]
        self.client("iam").put_role_policy(
            RoleName=f"{self.name}-scheduler",
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": left}),
        )

    def now(self) -> datetime:
        return datetime.fromisoformat(self.box.ask("clock")["now"])

    def advance(self, by: timedelta, limit: int = 100) -> list[dict[str, Any]]:
        """Move the clock, and return the runs of this bench's schedules."""
        now = self.now()
        runs = move(self.box, now, now + by, limit=limit, settle=20, quiet=True)
        return [run for run in runs if f"/{self.name}/" in run["arn"]]


@pytest.fixture
def bench(box: server.Sandbox) -> Iterator[ScheduleBench]:
    made = ScheduleBench(box)
    yield made
    made.scheduler.delete_schedule_group(Name=made.name)  # so that its schedules are not due in the next test


def test_schedule_fires_when_asked(bench: ScheduleBench) -> None:
    filled_in = {"AT": "<aws.scheduler.scheduled-time>", "TRY": "<aws.scheduler.attempt-number>"}
    override = {
        "name": "main",
        "environment": [{"name": name, "value": value} for name, value in filled_in.items()],
        "command": ["sh", "-c", "echo $AT $TRY"],
    }
    arn = bench.schedule("one", Input=json.dumps({"containerOverrides": [override]}))
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["trigger"], delivery["source_arn"]) == ("delivered", "schedule", arn)
    (task_arn,) = delivery["result"]["tasks"]
    task = bench.wait(task_arn)
    assert task["startedBy"] == "chronos-schedule/one"
    (line,) = bench.lines(task)
    time, attempt = line.split()
    assert abs(datetime.fromisoformat(time) - bench.now()) < timedelta(seconds=60)
    assert attempt == "1"
    assert delivery in bench.box.ask("deliveries")["deliveries"]


def test_disabled_schedule_fires_only_if_told_so(bench: ScheduleBench) -> None:
    bench.schedule("off", State="DISABLED")
    with pytest.raises(WrongUseError, match="off is disabled, so that AWS would not run it: fire it with --force"):
        bench.fire("off")
    assert bench.fire("off", force=True)["outcome"] == "delivered"
    assert bench.advance(timedelta(days=3)) == []


def test_schedule_that_is_not_there(bench: ScheduleBench) -> None:
    bench.schedule("nightly-report")
    with pytest.raises(
        WrongUseError, match=r"there is no schedule nightly-rapport in .*; did you mean nightly-report\?"
    ):
        bench.fire("nightly-rapport")
    bench.scheduler.create_schedule_group(Name=f"{bench.name}-2")
    target = {"Arn": bench.cluster, "RoleArn": bench.own_role}
    bench.scheduler.create_schedule(
        Name="nightly-report",
        GroupName=f"{bench.name}-2",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow=OFF,
        Target=target,
    )
    with pytest.raises(WrongUseError, match="there are 2 schedules nightly-report: name the group with --group"):
        bench.box.ask("fire", schedule="nightly-report")
    bench.scheduler.delete_schedule_group(Name=f"{bench.name}-2")


@pytest.mark.parametrize(
    ("right", "words"),
    [("run", "perform: ecs:RunTask on"), ("tag", "perform: ecs:TagResource on"), ("pass", "perform: iam:PassRole on")],
)
def test_right_that_is_missing_leads_to_a_dead_letter(bench: ScheduleBench, right: str, words: str) -> None:
    arn = bench.schedule("one", Input='{"cpu": "256"}')
    bench.take_away(right)
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "AccessDeniedException")
    assert words in delivery["error_message"]
    (letter,) = bench.letters()
    assert letter["Body"] == '{"cpu": "256"}'
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert abs(datetime.fromisoformat(attributes.pop("SCHEDULED_TIME")) - bench.now()) < timedelta(seconds=60)
    assert attributes.pop("EXECUTION_ID")
    assert words in attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "ERROR_CODE": "AccessDeniedException",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "0",
        "SCHEDULE_ARN": arn,
        "TARGET_ARN": bench.cluster,
    }
    assert bench.ecs.list_tasks(cluster=CLUSTER, family=bench.name, desiredStatus="STOPPED")["taskArns"] == []


def test_role_that_trusts_another_group_runs_nothing(bench: ScheduleBench) -> None:
    """And sends nothing to the dead-letter queue either, since that is the role's to do."""
    bench.own_role = bench.role(
        "else", *bench.rights.values(), service=SCHEDULER, source=f"{bench.group_arn}-of-another"
    )
    bench.schedule("one")
    delivery = bench.fire("one")
    assert delivery["outcome"] == "dropped"
    assert "sts:AssumeRole" in delivery["error_message"]
    assert bench.letters() == []


def test_dead_letter_that_the_role_may_not_send_is_dropped(bench: ScheduleBench) -> None:
    bench.schedule("one", Arn=bench.arn("ecs", f"cluster/{bench.name}-none"))
    bench.take_away("send")
    delivery = bench.fire("one")
    assert delivery["outcome"] == "dropped"
    assert "refuses it: AccessDeniedException" in delivery["error_message"]
    assert delivery["dead_letter_queue"] == bench.arn("sqs", bench.name)
    assert "perform: sqs:SendMessage on" in delivery["error_message"]


def test_definition_that_is_gone(bench: ScheduleBench) -> None:
    bench.schedule("one")
    bench.ecs.deregister_task_definition(taskDefinition=f"{bench.name}:1")
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["attempts"]) == ("dead-lettered", 1)
    assert "Unable to describe task definition" in delivery["error_message"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"Input": "{"}, "InvalidParameterException"), ({"Arn": "the-cluster"}, "ValidationException")],
)
def test_what_moto_takes_and_aws_does_not(bench: ScheduleBench, fields: dict[str, Any], code: str) -> None:
    bench.schedule("one", **fields)
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", code)


@pytest.mark.parametrize("value", [3, None, ["3"]])
def test_variable_that_is_no_text_is_refused(bench: ScheduleBench, value: object) -> None:
    override = {"name": "main", "environment": [{"name": "COUNT", "value": value}]}
    bench.schedule("one", Input=json.dumps({"containerOverrides": [override]}))
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "InvalidParameterException")
    assert "environment[0].value" in delivery["error_message"]


def test_failure_that_may_pass_is_tried_again(bench: ScheduleBench) -> None:
    policy = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    bench.schedule("one", RetryPolicy=policy, Input='{"tries": "<aws.scheduler.attempt-number>"}')
    bench.box.ask("fault", arn=bench.cluster, code="ThrottlingException", times=2)
    assert (bench.fire("one")["attempts"], bench.letters()) == (3, [])
    bench.box.ask("fault", arn=bench.cluster, code="ThrottlingException", times=3)
    delivery = bench.fire("one")
    assert (delivery["outcome"], delivery["attempts"]) == ("dead-lettered", 3)
    assert delivery["error_code"] == "ThrottlingException", "Scheduler passes on the code of the API that refused"
    (letter,) = bench.letters()
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert (attributes["RETRY_ATTEMPTS"], attributes["EXHAUSTED_RETRY_CONDITION"]) == ("2", "MaximumRetryAttempts")


def test_clock_fires_what_is_due_in_order(bench: ScheduleBench) -> None:
    start = bench.now() + timedelta(hours=1)
    bench.schedule("a", "rate(12 hours)", StartDate=start)
    bench.schedule("b", "rate(6 hours)", StartDate=start, EndDate=start + timedelta(hours=7))
    bench.schedule("off", "rate(1 hour)", State="DISABLED")
    runs = bench.advance(timedelta(hours=20))
    hours = [
        (run["arn"][-1], round((datetime.fromisoformat(run["at"]) - start).total_seconds() / 3600, 3)) for run in runs
    ]
    assert [(name, round(hour)) for name, hour in hours] == [("a", 0), ("b", 0), ("b", 6), ("a", 12)]
    assert all(run["delivery"]["outcome"] == "delivered" for run in runs)
    for run in runs:
        task = bench.task(run["delivery"]["result"]["tasks"][0])
        assert task["lastStatus"] == "STOPPED", "it ended before the next run"
        late = task["createdAt"].astimezone(UTC) - datetime.fromisoformat(run["at"])
        assert timedelta(0) <= late < timedelta(minutes=1), "a task is of its run's time"
    assert bench.now() >= start + timedelta(hours=19)


def test_one_time_schedule_deletes_itself(bench: ScheduleBench) -> None:
    at = (bench.now() + timedelta(hours=2)).replace(microsecond=0)
    expression = f"at({at:%Y-%m-%dT%H:%M:%S})"
    bench.schedule("stays", expression)
    bench.schedule("goes", expression, ActionAfterCompletion="DELETE")
    assert [run["arn"][-5:] for run in bench.advance(timedelta(hours=3))] == ["/goes", "stays"]
    left = bench.scheduler.list_schedules(GroupName=bench.name)["Schedules"]
    assert [each["Name"] for each in left] == ["stays"]
    assert bench.advance(timedelta(days=1)) == []


def test_local_time_holds_over_the_year(bench: ScheduleBench) -> None:
    bench.schedule("noon", "cron(0 12 1 * ? *)", ScheduleExpressionTimezone="America/New_York")
    runs = bench.advance(timedelta(days=366))
    hours = {datetime.fromisoformat(run["at"]).hour for run in runs}
    assert (len(runs), hours) == (12, {16, 17})


def test_schedule_that_aws_would_have_refused_never_runs(bench: ScheduleBench) -> None:
    bench.schedule("odd", "cron(every day)")
    bench.schedule("zone", "cron(0 0 * * ? *)", ScheduleExpressionTimezone="Mars/Olympus")
    assert bench.advance(timedelta(days=2)) == []


def test_too_many_runs_are_refused_before_the_first(bench: ScheduleBench) -> None:
    bench.schedule("one", "rate(1 minute)")
    before = len(bench.box.ask("deliveries")["deliveries"])
    with pytest.raises(WrongUseError, match="more than 100 runs are due until then"):
        bench.advance(timedelta(days=1))
    assert len(bench.box.ask("deliveries")["deliveries"]) == before


def test_clock_never_goes_back(bench: ScheduleBench) -> None:
    with pytest.raises(WrongUseError, match="goes forward only"):
        bench.advance(timedelta(seconds=-5))
    with pytest.raises(WrongUseError, match="goes forward only"):
        bench.box.ask("clock", to="2020-01-01T00:00:00+00:00")
    with pytest.raises(WrongUseError, match="goes no further than 2199"):
        bench.box.ask("clock", to="2200-01-01T00:00:00+00:00")
    assert bench.now().year < 2199


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", timedelta(days=7)),
        ("90m", timedelta(minutes=90)),
        ("1d12h30m5s", timedelta(days=1, hours=12, minutes=30, seconds=5)),
    ],
)
def test_duration(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "7", "d", "1w", "-1d", "1h1d", "1.5h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(WrongUseError, match="is no duration"):
        duration(text)


def test_moment() -> None:
    assert moment("2027-03-14") == datetime(2027, 3, 14, tzinfo=UTC)
    assert moment("2027-03-14T06:00:00-05:00") == datetime(2027, 3, 14, 11, tzinfo=UTC)
    with pytest.raises(WrongUseError, match="is no time"):
        moment("tomorrow")
