"""Each repair of containers and schedules is needed (its test fails without it) and does what AWS documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import repairs, server
from sandbox.containers import hooks as container_hooks
from sandbox.schedules import hooks as schedule_hooks
from tests.sandbox.conftest import ACCOUNT, REGION
from tests.sandbox.ecs_bench import EcsBench

AHEAD = "2031-01-01T00:00:00+00:00"
FAILS_WITHOUT = pytest.mark.xfail(strict=True, raises=(AssertionError, ClientError, pytest.fail.Exception))


@pytest.fixture(scope="module", params=["mended", pytest.param("not mended", marks=FAILS_WITHOUT)])
def box(request: pytest.FixtureRequest, no_outside_influence: None) -> Iterator[server.Sandbox]:
    """A server of this module's own, whose clock may move; then one without the repairs that are tested here."""
    without = [] if request.param == "mended" else here()
    with server.start(account=ACCOUNT, region=REGION, without=without) as started:
        yield started


def here() -> list[str]:
    modules = (container_hooks.__name__, schedule_hooks.__name__)
    return [name for name, function in repairs.REPAIRS.items() if function.__module__ in modules]


@pytest.fixture
def bench(box: server.Sandbox) -> EcsBench:
    return EcsBench(box)


def test_tasks_run(bench: EcsBench) -> None:
    bench.define({"command": ["sh", "-c", "exit 3"]})
    task = bench.start()
    bench.box.ask("deliveries", settle=20)
    assert bench.task(task["taskArn"])["containers"][0].get("exitCode") == 3


def start_in_a_subnet(bench: EcsBench) -> dict[str, Any]:
    """Start a task in such a way that moto as it comes starts it too."""
    subnet = bench.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}}
    return bench.start({"name": "main", "command": ["sleep", "60"]}, networkConfiguration=network)


def test_tasks_stop(bench: EcsBench) -> None:
    bench.define()
    task = start_in_a_subnet(bench)
    bench.ecs.stop_task(cluster="c", task=task["taskArn"], reason="enough")
    bench.box.ask("deliveries", settle=20)
    stopped = bench.task(task["taskArn"])
    assert (stopped.get("stopCode"), stopped["stoppedReason"]) == ("UserInitiated", "enough")
    with pytest.raises(bench.ecs.exceptions.InvalidParameterException, match="task was not found"):
        bench.ecs.stop_task(cluster="c", task="0" * 32)


def test_tasks_that_run_are_listed(bench: EcsBench) -> None:
    bench.define()
    task = start_in_a_subnet(bench)
    assert bench.ecs.list_tasks(cluster="c", family=bench.name)["taskArns"] == [task["taskArn"]]
    bench.ecs.stop_task(cluster="c", task=task["taskArn"], reason="enough")
    bench.box.ask("deliveries", settle=20)
    assert bench.ecs.list_tasks(cluster="c", family=bench.name)["taskArns"] == []


def test_logs_have_the_sandboxs_time(bench: EcsBench) -> None:
    bench.box.ask("clock", to=AHEAD, if_later=True)
    now = int(time_in(bench) * 1000)
    bench.logs.create_log_group(logGroupName=bench.log_group)
    bench.logs.create_log_stream(logGroupName=bench.log_group, logStreamName="s")
    answer = bench.logs.put_log_events(
        logGroupName=bench.log_group, logStreamName="s", logEvents=[{"timestamp": now, "message": "m"}]
    )
    assert not answer.get("rejectedLogEventsInfo")


def test_schedules_have_the_sandboxs_time(bench: EcsBench) -> None:
    bench.box.ask("clock", to=AHEAD, if_later=True)
    scheduler = bench.client("scheduler")
    parameters = {"TaskDefinitionArn": bench.arn("ecs", "task-definition/f")}
    role = bench.arn("iam", "role/r")
    target = {"Arn": bench.arn("ecs", "cluster/c"), "RoleArn": role, "EcsParameters": parameters}
    name = f"t-{uuid.uuid4().hex[:8]}"
    scheduler.create_schedule(
        Name=name, ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    created = scheduler.get_schedule(Name=name)["CreationDate"].timestamp()
    assert abs(created - time_in(bench)) < 60


def time_in(bench: EcsBench) -> float:
    return datetime.fromisoformat(bench.box.ask("clock")["now"]).timestamp()


def test_scheduled_rules_have_a_beginning(bench: EcsBench) -> None:
    """Seen by a rule's next run: without a beginning, a rate would count from whenever somebody looks."""
    events = bench.client("events")

    def next_run() -> datetime:
        (found,) = [each for each in bench.box.ask("schedules")["schedules"] if each["name"] == bench.name]
        return datetime.fromisoformat(found["next_run"])

    def an_hour_goes_by() -> datetime:
        later = datetime.fromisoformat(bench.box.ask("clock")["now"]) + timedelta(hours=1)
        bench.box.ask("clock", to=later.isoformat())
        return later

    events.put_rule(Name=bench.name, ScheduleExpression="rate(7 days)")
    first = next_run()
    an_hour_goes_by()
    assert next_run() == first
    events.put_rule(Name=bench.name, ScheduleExpression="rate(7 days)", Description="another")
    assert next_run() == first, "an update does not begin anew"
    later = an_hour_goes_by()
    events.put_rule(Name=bench.name, ScheduleExpression="rate(8 days)")
    begun = next_run() - timedelta(days=8)
    assert abs((begun - later).total_seconds()) < 60, "another expression does"
    events.delete_rule(Name=bench.name)


def test_every_repair_has_its_test() -> None:
    assert {f"test_{repair}" for repair in here()} <= globals().keys()
