"""The commands about containers, schedules and the clock: what they say, write and return."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sandbox import server
from sandbox.__main__ import app
from sandbox.errors import WrongUseError
from sandbox.state import Store
from tests.sandbox.conftest import ACCOUNT, REGION
from tests.sandbox.test_schedules import ScheduleBench

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def box(no_outside_influence: None, build: Path) -> Iterator[server.Sandbox]:
    """One that stays up under the name `one`, whose clock may be moved."""
    store = Store(build / "sandbox")
    store.up("one", ACCOUNT, REGION)
    found = store.find("one")
    assert found is not None
    yield found
    store.down("one")


@pytest.fixture
def run(build: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PUNCTUAL_BUILD_DIR", str(build))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return invoke


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
