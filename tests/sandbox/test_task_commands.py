"""The commands about containers, schedules and the clock: what they say, write and return."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from sandbox.errors import WrongUseError
from tests.sandbox.batch_bench import BatchBench
from tests.sandbox.calling import clients
from tests.sandbox.conftest import ACCOUNT, Run
from tests.sandbox.test_s3_callers import session
from tests.sandbox.test_schedules import ScheduleBench


@pytest.fixture
def bench(box: server.Sandbox) -> Iterator[ScheduleBench]:
    made = ScheduleBench(box)
    yield made
    made.scheduler.delete_schedule_group(Name=made.name)


def test_fire(bench: ScheduleBench, run: Run) -> None:
    bench.schedule("report")
    fired = run("fire", "report")
    assert (fired.exit_code, fired.stdout) == (0, "")
    assert "sandbox: report was delivered\n" in fired.stderr
    assert "STOPPED, main exited with 0\n" in fired.stderr
    as_json = json.loads(run("fire", "report", "one", "--group", bench.name, "--json").stdout)
    assert as_json["delivery"]["outcome"] == "delivered"
    assert as_json["tasks"][0]["containers"][0]["exitCode"] == 0


def test_fire_that_is_not_delivered(bench: ScheduleBench, run: Run) -> None:
    bench.schedule("report")
    bench.take_away("run")
    fired = run("fire", "report")
    assert fired.exit_code == 1
    assert "report was dead-lettered: AccessDeniedException: User: " in fired.stderr


def test_clock(bench: ScheduleBench, run: Run) -> None:
    bench.schedule("hourly", "rate(1 hour)")
    bench.schedule("off", State="DISABLED")
    shown = run("clock")
    assert shown.exit_code == 0
    assert "UTC in the sandbox\n" in shown.stderr
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert [row[0] for row in rows] == ["schedule", "hourly", "off"]
    assert rows[1][-1] == "UTC"
    assert rows[2][-1] == "disabled"

    moved = run("clock", "--advance", "150m")
    assert moved.exit_code == 0, moved.stderr
    assert moved.stderr.count("hourly was delivered") == 2
    assert "sandbox: 2 runs; it is " in moved.stderr
    as_json = json.loads(run("clock", "one", "--advance", "1h", "--json").stdout)
    assert len(as_json["runs"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--advance", "soon"], "'soon' is no duration"),
        (["--to", "later"], "'later' is no time"),
        (["--to", "2020-01-01"], "its clock goes forward only"),
        (["--to", "9999-12-31"], "goes no further than 2199"),
        (["--to", "9999-12-31T23:59:59-12:00"], "is no time"),
        (["--advance", "90000d"], "goes no further than 2199"),
        (["--advance", "9000000d"], "is too long"),
        (["--advance", "9999999999999d"], "is too long"),
        (["--to", "2050-01-01", "--advance", "1h"], "give one of them"),
        (["--advance", "365d", "--limit", "10"], "more than 10 runs are due until then"),
    ],
)
def test_clock_used_in_a_wrong_way(bench: ScheduleBench, run: Run, arguments: list[str], words: str) -> None:
    bench.schedule("hourly", "rate(1 hour)")
    wrong = run("clock", *arguments)
    assert isinstance(wrong.exception, WrongUseError)
    assert words in str(wrong.exception)


def test_image_and_tasks(bench: ScheduleBench, run: Run) -> None:
    image = f"example.com/{bench.name}"
    told = run("image", "one", image, "--env", "WORD=hello", "--", "sh", "-c", "echo $WORD; exit 3")
    assert told.exit_code == 0
    assert f"{image}  sh -c 'echo $WORD; exit 3'" in told.stdout
    assert image in [each["image"] for each in json.loads(run("image", "one", "--json").stdout)]

    bench.schedule("report")
    bench.ecs.deregister_task_definition(taskDefinition=f"{bench.name}:1")
    role = bench.arn("iam", f"role/{bench.name}-execution")
    bench.define(execution_role=role, group=False)
    run("fire", "report")
    listed = run("tasks", "--settle", "20")
    (row,) = [line for line in listed.stdout.splitlines() if f"{bench.name}:2" in line]
    assert row.endswith("STOPPED  main exited with 3"), row
    assert "hello" in bench.lines(bench.task(json.loads(run("tasks", "--json").stdout)[-1]["taskArn"]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["example.com/x"], "say what example.com/x is here"),
        (["example.com/x", "--env", "A", "--", "sh"], "NAME=VALUE is needed"),
    ],
)
def test_image_used_in_a_wrong_way(box: server.Sandbox, run: Run, arguments: list[str], words: str) -> None:
    wrong = run("image", "one", *arguments)
    assert isinstance(wrong.exception, WrongUseError)
    assert words in str(wrong.exception)


def test_jobs(box: server.Sandbox, run: Run) -> None:
    """An array, whose children follow it, and what each came to."""
    assert "no job has been submitted" in run("jobs", "one").stderr
    bench = BatchBench(box)
    bench.register(["sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX"], retryStrategy={"attempts": 2})
    identifier = bench.submit(arrayProperties={"size": 2})
    shown = run("jobs", "--settle", "20")
    parent, first, second = [line for line in shown.stdout.splitlines() if identifier[:8] in line]
    assert "1 SUCCEEDED, 1 FAILED; Array Child Job failed" in parent
    assert f"{identifier[:8]}:0" in first
    assert first.rstrip().endswith("SUCCEEDED  exited with 0")
    assert second.rstrip().endswith("FAILED     exited with 1; 2 attempts")
    found = json.loads(run("jobs", "one", "--json").stdout)
    assert [each["jobId"] for each in found] == [identifier, f"{identifier}:0", f"{identifier}:1"]
    assert found[2]["container"]["exitCode"] == 1


def test_calls(box: server.Sandbox, run: Run) -> None:
    """What is the same is told once with its number; JSON has each."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    own = clients(box, session(clients(box), name))
    for _ in range(2):
        own("ecs").list_clusters()
    with pytest.raises(ClientError):
        own("batch").describe_job_definitions()
    shown = run("calls", "one", "--role", name).stdout.splitlines()[1:]
    assert [line.split() for line in shown] == [
        [name, "credentials", "ecs:ListClusters", "(a", "call)", "2"],
        [name, "credentials", "batch:DescribeJobDefinitions", "*", "denied", "1"],
    ]
    found = json.loads(run("calls", "--role", f"arn:aws:iam::{ACCOUNT}:role/{name}", "--json").stdout)
    assert [each["operation"] for each in found] == ["ecs:ListClusters", "ecs:ListClusters", None]
    later = run("calls", "--role", name, "--json", "--since", str(found[1]["number"])).stdout
    assert json.loads(later) == found[2:]
    assert "no right has been asked" in run("calls", "--role", "none").stderr
