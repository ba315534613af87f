"""Every way out of a run has its exit code, its event and its log."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.planning import REPOSITORY
from tests.workers.frame.a_worker import AWorker, write_schemas
from tests.workers.frame.fake_aws import FakeAws
from workers.frame import publishing, running
from workers.frame.aws import Clients
from workers.frame.running import Outcome, run
from workers.frame.stopping import Stop

BUS = ["--event-bus", "the-bus"]


@pytest.fixture(autouse=True)
def _here(aws: FakeAws, clients: Clients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(publishing, "SCHEMAS", tmp_path)
    monkeypatch.setattr(running, "Clients", lambda: clients)
    monkeypatch.delenv("EVENT_BUS", raising=False)
    write_schemas(tmp_path)


class Ran:
    def __init__(self, code: int, out: str, aws: FakeAws) -> None:
        self.code = code
        self.out = out
        self.log = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        self.events = [(event["DetailType"], json.loads(event["Detail"])) for event in aws.events]
        self.problems = [line["problem"] for line in self.log if "problem" in line]


@pytest.fixture
def ran(aws: FakeAws, capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(way: str, *arguments: str, stop: Stop | None = None) -> Ran:
        code = run(AWorker(way), arguments, stop or Stop())
        return Ran(code, capsys.readouterr().out, aws)

    return ran


def test_done(ran: Any, aws: FakeAws) -> None:
    done = ran("done", *BUS)
    assert (done.code, done.events) == (0, [("Thing Completed", {"count": 5})])
    assert aws.events[0]["EventBusName"] == "the-bus"
    assert [line["event"] for line in done.log] == ["started", "working", "worked", "ended"]
    assert all(line["worker"] == "thing" for line in done.log)
    assert (done.log[2]["items"], done.log[2]["item_errors"], done.log[2]["updated"]) == (10, 0, 7)
    assert (done.log[3]["exit_code"], done.log[3]["told"], done.log[3]["event_id"]) == (0, "Thing Completed", "event-1")


@pytest.mark.parametrize(("threshold", "code"), [("0", 1), ("0.29", 1), ("0.3", 0), ("1", 0)])
def test_item_errors_count_where_they_are_more_than_the_threshold(ran: Any, threshold: str, code: int) -> None:
    done = ran("item_errors", *BUS, "--error-threshold", threshold)
    assert (done.code, done.events) == (code, [("Thing Completed", {"count": 5})])


@pytest.mark.parametrize(
    ("errors", "items", "threshold", "code"),
    [
        (0, 0, 0, 0),
        (1, 0, 0, 1),
        (29, 100, 0.29, 0),
        (30, 100, 0.29, 1),
        (7, 100, 0.07, 0),
        (1, 3, 1 / 3, 0),
        (5, 2, 1, 0),
    ],
)
def test_the_threshold_is_a_share_and_may_be_reached(errors: int, items: int, threshold: float, code: int) -> None:
    assert Outcome(None, errors, items).code(threshold) == code


def test_with_nothing_to_tell_nothing_is_sent(ran: Any, aws: FakeAws) -> None:
    assert ran("dry", *BUS).code == 0
    assert aws.calls == []


@pytest.mark.parametrize(
    ("way", "arguments", "code"),
    [
        ("done", [], 0),
        ("item_errors", [], 1),
        ("crash", [], 3),
        ("quota", [], 75),
        ("done", ["--log-level", "LOUD"], 2),
    ],
)
def test_a_dry_run_tells_nobody_but_the_log(ran: Any, aws: FakeAws, way: str, arguments: list[str], code: int) -> None:
    done = ran(way, *BUS, "--dry-run", *arguments)
    assert (done.code, aws.calls) == (code, [])
    assert (done.log[-1]["event"], done.log[-1]["told"]) == ("ended", None)


@pytest.mark.parametrize(
    ("way", "code", "kind", "reason"),
    [
        ("wrong", 2, "csv-wrong", "line 3"),
        ("down", 3, "down", "no answer with Bearer ***"),
        ("quota", 75, "quota", "until midnight"),
        ("memory", 3, "unexpected", "MemoryError: "),
        ("exits", 3, "unexpected", "UnexpectedExitError: SystemExit(0)"),
        ("interrupted", 3, "unexpected", "UnexpectedExitError: KeyboardInterrupt()"),
        ("cancelled", 3, "unexpected", "CancelledError: the work was cancelled"),
    ],
)
def test_what_ends_a_run_is_told_with_its_reason_and_how_far_it_got(
    ran: Any, way: str, code: int, kind: str, reason: str
) -> None:
    done = ran(way, *BUS)
    assert done.code == code
    ((name, detail),) = done.events
    assert (name, detail["reason"], detail["kind"], detail["progress"]["count"]) == ("Thing Failed", reason, kind, 5)
    (problem,) = done.problems
    assert problem["type"] == f"urn:punctual:problem:{kind}"
    assert problem["detail"] == reason
    assert done.log[-1]["exit_code"] == code


def test_a_crash_is_told_and_logged_with_its_traceback_and_without_secrets(ran: Any, aws: FakeAws) -> None:
    aws.parameters["/key"] = "hush-hush"
    done = ran("crash", *BUS, "--key", "ssm:/key")
    assert done.code == 3
    assert done.events[0][1]["reason"] == "RuntimeError: the key is ***"
    (failed,) = [line for line in done.log if line["event"] == "failed"]
    assert "a_worker.py" in failed["exception"]
    assert failed["exception"].endswith("RuntimeError: the key is ***")
    assert "hush-hush" not in done.out


def test_wrong_settings_are_told_on_the_bus_that_is_known(ran: Any) -> None:
    done = ran("done", *BUS, "--key", "in-the-clear", "--error-threshold", "2", "--bogus")
    assert done.code == 2
    (event,) = done.events
    assert event[1]["kind"] == "settings-wrong"
    assert [text.partition(":")[0] for text in done.problems[0]["mistakes"]] == [
        "--bogus", "KEY (--key)", "ERROR_THRESHOLD (--error-threshold)",
    ]  # fmt: skip
    assert "in-the-clear" not in done.out + str(event)


def test_the_bus_may_be_a_reference_also_where_settings_are_wrong(ran: Any, aws: FakeAws) -> None:
    aws.parameters["/bus"] = "another-bus"
    assert ran("done", "--event-bus", "ssm:/bus", "--error-threshold", "2").code == 2
    assert ran("done", "--event-bus", "ssm:/bus").code == 0
    assert [event["EventBusName"] for event in aws.events] == ["another-bus"] * 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "EVENT_BUS (--event-bus): it is not set, and has no default"),
        (["--event-bus", "ssm:/none"], "EVENT_BUS (--event-bus): there is no SSM parameter /none"),
    ],
)
def test_without_a_bus_that_is_wrong_input(ran: Any, aws: FakeAws, arguments: list[str], told: str) -> None:
    done = ran("done", *arguments)
    assert (done.code, done.events) == (2, [])
    assert done.problems[0]["detail"] == told
    assert [line["event"] for line in done.log] == ["failed", "event not sent", "ended"]


def test_ssm_that_denies_access_is_a_service_that_is_down(ran: Any, aws: FakeAws) -> None:
    aws.faults["GetParameters"] = [(400, "AccessDeniedException")]
    done = ran("done", *BUS, "--key", "ssm:/key")
    assert (done.code, done.events[0][1]["kind"]) == (3, "access-denied")
    assert "cannot read SSM parameters /key" in done.events[0][1]["reason"]


@pytest.mark.parametrize("way", ["done", "item_errors", "wrong", "quota"])
def test_an_event_that_is_not_sent_makes_the_exit_code_3(ran: Any, aws: FakeAws, way: str) -> None:
    aws.faults["PutEvents"] = [(400, "AccessDeniedException")]
    done = ran(way, *BUS)
    assert (done.code, done.events) == (3, [])
    assert done.problems[-1]["type"].endswith(":access-denied")
    assert done.log[-1] | {"exit_code": 3, "told": None} == done.log[-1]


def test_a_bus_that_is_not_there_makes_it_3_too(ran: Any, aws: FakeAws) -> None:
    aws.faults["PutEvents"] = [(400, "ResourceNotFoundException")]
    assert ran("done", *BUS).code == 3


def test_an_event_that_is_not_as_its_schema_says_becomes_a_failure(ran: Any) -> None:
    done = ran("odd", *BUS)
    assert done.code == 3
    assert [name for name, _ in done.events] == ["Thing Failed"]
    assert done.events[0][1]["reason"] == "Thing Completed: $.detail: 'count' is a required property"


def test_asked_to_stop_before_it_began(ran: Any, aws: FakeAws) -> None:
    stop = Stop()
    stop.ask("SIGTERM was received")
    done = ran("done", *BUS, "--key", "ssm:/key", stop=stop)
    assert (done.code, done.events[0][1]["reason"]) == (75, "SIGTERM was received")
    assert aws.called("GetParameters") == []


def test_help_needs_nothing_and_does_nothing(ran: Any, aws: FakeAws) -> None:
    done = ran("done", "--help", "--event-bus")
    assert done.code == 0
    assert "usage: python -m workers thing" in done.out
    assert aws.calls == []


# What follows is a process of its own each time, since it is about signals and its end.

DEADLINES = {
    "grace_seconds": 0.4,
    "cancel_seconds": 0.3,
    "blocked_seconds": 1,
    "end_seconds": 15,
    "threads_seconds": 0.2,
}


@pytest.fixture
def process(aws: FakeAws, tmp_path: Path) -> Iterator[Any]:
    started: list[subprocess.Popen[str]] = []

    def process(way: str, *arguments: str, **deadlines: float) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "tests.workers.frame.a_worker",
            way,
            str(tmp_path),
            json.dumps(DEADLINES | deadlines),
        ]
        started.append(
            subprocess.Popen([*command, *(arguments or BUS)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield process
    for one in started:
        one.kill()
        one.communicate()


def stopped(process: subprocess.Popen[str], aws: FakeAws) -> tuple[Ran, float]:
    """Send SIGTERM when it is ready; return how it ended, and after how many seconds."""
    assert process.stdout is not None
    while process.stdout.readline() != "ready\n":
        pass
    while "GetParameters" in aws.held and not aws.called("GetParameters"):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    out, _ = process.communicate(timeout=20)
    return Ran(process.returncode, out, aws), time.monotonic() - started


@pytest.mark.parametrize("way", ["stops", "hangs", "clings", "blocks"])
def test_a_sigterm_is_told_of_whatever_the_work_does(process: Any, aws: FakeAws, way: str) -> None:
    done, seconds = stopped(process(way), aws)
    assert done.code == 75
    ((name, detail),) = done.events
    assert (name, detail["reason"], detail["progress"]["count"]) == ("Thing Failed", "SIGTERM was received", 5)
    assert seconds < 12
    assert ("put in order" in done.out) is (way in ("hangs", "clings"))
    assert done.log[-1]["exit_code"] == 75


def test_work_that_comes_to_its_end_in_time_is_done(process: Any, aws: FakeAws) -> None:
    done, _ = stopped(process("finishes", grace_seconds=12, blocked_seconds=14), aws)
    assert (done.code, [name for name, _ in done.events]) == (0, ["Thing Completed"])


def test_a_sigterm_before_the_settings_are_read(process: Any, aws: FakeAws) -> None:
    one = process("early")
    one.wait(20)
    assert one.returncode == 75
    assert [event["DetailType"] for event in aws.events] == ["Thing Failed"]


def test_a_sigterm_while_ssm_does_not_answer(process: Any, aws: FakeAws) -> None:
    """Nothing is waited for then: there is no work that could come to an end."""
    aws.held = {"GetParameters"}
    long = {"grace_seconds": 14, "blocked_seconds": 20, "end_seconds": 25}
    done, seconds = stopped(process("done", *BUS, "--key", "ssm:/key", **long), aws)
    aws.held = set()
    assert (done.code, done.events[0][1]["kind"]) == (75, "stopped")
    assert seconds < 12


def test_a_bus_that_does_not_answer_makes_no_run_last_longer(process: Any, aws: FakeAws) -> None:
    aws.held = {"PutEvents"}
    done, seconds = stopped(process("stops", end_seconds=2), aws)
    aws.held = set()
    assert done.code == 3
    assert seconds < 12


def test_a_call_that_hangs_in_a_thread_makes_no_run_last_longer(process: Any, aws: FakeAws) -> None:
    done, seconds = stopped(process("leaves_a_thread"), aws)
    assert (done.code, [name for name, _ in done.events]) == (75, ["Thing Failed"])
    assert seconds < 12


ENTRY_POINT = """
import sys, types
import workers.__main__ as entry_point
from pathlib import Path
from tests.workers.frame.a_worker import AWorker
from workers.frame import publishing
publishing.SCHEMAS = Path(sys.argv[2])
module = types.ModuleType("workers.thing.worker")
module.WORKER = AWorker(sys.argv[1])
if sys.argv[1] == "wrong":
    module.WORKER.failed = lambda *_: 1 / 0
sys.modules |= {"workers.thing": types.ModuleType("workers.thing"), "workers.thing.worker": module}
entry_point.NAMES = ("thing",)
sys.exit(entry_point.main(["thing", "--event-bus", "the-bus"]))
"""


def entry_point(way: str, schemas: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ENTRY_POINT, way, str(schemas)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_entry_point_listens(aws: FakeAws, tmp_path: Path) -> None:
    with entry_point("stops", tmp_path) as process:
        done, _ = stopped(process, aws)
    assert (done.code, [name for name, _ in done.events]) == (75, ["Thing Failed"])


def test_what_nobody_catches_ends_with_3_and_a_line_of_json(aws: FakeAws, tmp_path: Path) -> None:
    """Python would end with 1, which says that items failed, and write the traceback as it is."""
    with entry_point("wrong", tmp_path) as process:
        out, errors = process.communicate(timeout=20)
    last = json.loads(out.splitlines()[-1])
    assert (process.returncode, errors, last["event"], last["exit_code"]) == (3, "", "crashed", 3)
    assert last["exception"].endswith("ZeroDivisionError: division by zero")


def test_the_deadlines_are_within_what_ecs_gives() -> None:
    """30 seconds from SIGTERM to SIGKILL: ECS's stopTimeout by default, and Batch's on Fargate."""
    given = running.DEADLINES
    assert given.grace_seconds + given.cancel_seconds < given.blocked_seconds < given.end_seconds < 30 - 3
