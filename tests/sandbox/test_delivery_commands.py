"""The commands about events: what they print, and their exit codes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import server
from sandbox.__main__ import main
from sandbox.commands_delivery import reason
from sandbox.state import Store
from sandbox.tables import short_name
from tests.sandbox.bench import Bench
from tests.sandbox.conftest import ACCOUNT


class Shell:
    """Runs commands in this process, with a sandbox of its own that is up under the name one."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd
        self.stdout = self.stderr = ""

    def __call__(self, *arguments: str) -> int:
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        self.stdout, self.stderr = self.capfd.readouterr()
        assert "Traceback" not in self.stderr
        assert isinstance(ended.value.code, int)
        return ended.value.code


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], no_outside_influence: None
) -> Iterator[Shell]:
    monkeypatch.setenv("PUNCTUAL_BUILD_DIR", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    yield Shell(capfd)
    store = Store(tmp_path / "sandbox")
    for name in store.names():
        store.down(name)


@pytest.fixture
def bench_of(shell: Shell, tmp_path: Path) -> Bench:
    assert shell("up", "one", "--account", ACCOUNT) == 0
    box = Store(tmp_path / "sandbox").find("one")
    assert box is not None
    return Bench(box, "workflow")


@pytest.fixture
def shared(shell: Shell, tmp_path: Path, repaired: server.Sandbox) -> Iterator[Store]:
    """The session's sandbox under the name one, for what does not mind others there."""
    store = Store(tmp_path / "sandbox")
    store.folder("one").mkdir(parents=True)
    store.write("one", repaired)
    yield store
    shutil.rmtree(store.root)  # before `shell` stops what is up


SEND = ["--source", "test.workflow", "--detail-type", "Test", "--bus", "workflow"]


def test_what_topics_have_sent(shell: Shell, bench_of: Bench) -> None:
    assert shell("messages") == 0
    assert "no topic has sent anything" in shell.stderr
    sns = bench_of.client("sns")
    told, other = (sns.create_topic(Name=name)["TopicArn"] for name in ("told", "other"))
    for topic, subject, message in ((told, "First", "One."), (other, "Elsewhere", "Two."), (told, "Then", "Three.")):
        sns.publish(TopicArn=topic, Subject=subject, Message=message)
    assert shell("messages", "--topic", "told") == 0
    assert shell.stdout == f"{told}: First\n\nOne.\n\n{told}: Then\n\nThree.\n\n"
    assert shell("messages", "--topic", other, "--json") == 0
    (found,) = json.loads(shell.stdout)
    assert (found["topic"], found["subject"], found["message"]) == (other, "Elsewhere", "Two.")


def test_send_and_look(shell: Shell, bench_of: Bench, tmp_path: Path) -> None:
    assert shell("deliveries") == 0
    assert shell.stderr == "sandbox: nothing has been delivered\n"

    queue = bench_of.queue()
    bench_of.rule({"Arn": queue})
    bench_of.rule({"Arn": bench_of.topic(allowed=False)}, rule="alert", source=["test.workflow"])
    detail = tmp_path / "detail.json"
    detail.write_text('{"status": "success"}')
    assert shell("send", *SEND, "--detail", f"@{detail}") == 0, shell.stderr
    assert "2 rules matched" in shell.stderr
    sent = shell.stdout
    assert "workflow-rule" in sent
    assert "delivered" in sent
    assert "dropped" in sent
    assert "NO_PERMISSIONS" in sent
    assert "\x1b" not in sent, "NO_COLOR"

    assert shell("deliveries", "one", "--json", "--settle", "20") == 0
    found = json.loads(shell.stdout)
    assert sorted(each["outcome"] for each in found) == ["delivered", "dropped"]
    assert shell("deliveries", "--json", "--since", "1") == 0
    assert [each["number"] for each in json.loads(shell.stdout)] == [2]

    assert shell("send", "one", *SEND, "--detail", "{}", "--source", "test.nobody") == 0
    assert (shell.stdout, "0 rules matched" in shell.stderr) == ("", True)
    assert shell("events") == 0
    first, second = shell.stdout.splitlines()[1:]
    assert "workflow-rule, workflow-alert" in first
    assert second.rstrip().endswith("no rule")


def test_a_row_is_one_line_for_other_programs_and_says_the_day(shell: Shell, bench_of: Bench) -> None:
    source, detail_type = "[red]test[/red]", "[/bold] " + "long " * 50 + "end"
    assert shell("send", "--bus", "workflow", "--source", source, "--detail-type", detail_type, "--detail", "{}") == 0
    assert shell("events") == 0
    _, row = shell.stdout.splitlines()
    assert source in row, "no markup"
    assert detail_type in row
    assert re.search(r" [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} ", row)


@pytest.mark.usefixtures("shared")
def test_fault_is_seen_in_the_deliveries(shell: Shell, bench: Bench) -> None:
    queue = bench.queue()
    bench.rule({"Arn": queue})
    assert shell("fault", queue, "one", "--times", "2") == 0
    assert "fails 2 times with ThrottlingException" in shell.stderr
    assert shell("send", *SEND, "--detail", "{}", "--json", "--bus", bench.name, "--source", bench.source) == 0
    (delivery,) = json.loads(shell.stdout)
    assert (delivery["outcome"], delivery["attempts"]) == ("delivered", 3)
    assert shell("fault", queue, "--times", "0") == 0
    assert shell.stderr == "sandbox: no target fails\n"


@pytest.mark.usefixtures("shared")
def test_what_goes_wrong_is_put_into_words(shell: Shell) -> None:
    assert shell("deliveries", "two") == 2
    assert shell.stderr == "sandbox: two is not up; up: one\n"
    assert shell("fault", "the-queue") == 2
    assert "'the-queue' is not an ARN" in shell.stderr
    assert shell("send", *SEND, "--detail", "{") == 2
    assert "--detail: a JSON object is needed" in shell.stderr
    assert shell("send", *SEND, "--detail", "@nowhere.json") == 2
    assert shell.stderr == "sandbox: --detail: nowhere.json cannot be read: No such file or directory\n"
    assert shell("send", *SEND, "--detail", "{}", "--source", "aws.ecs") == 1
    assert "refused: NotAuthorizedForSourceException" in shell.stderr
    assert shell("send", *SEND, "--detail", "{}", "--bus", "nowhere") == 0
    assert "there is no event bus nowhere" in shell.stderr


@pytest.mark.usefixtures("shared")
def test_what_the_sandbox_itself_fails_at_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = {"deliveries": [], "settled": True, "failures": ["delivery of an event"]}
    monkeypatch.setattr(server.Sandbox, "ask", lambda *_, **__: failed)
    assert shell("deliveries") == 3
    assert "an error of the sandbox's own" in shell.stderr
    assert "server.log: delivery of an event" in shell.stderr


def test_without_a_sandbox_the_way_to_one_is_told(shell: Shell) -> None:
    assert shell("deliveries") == 2
    assert "none is up: start one" in shell.stderr


def test_with_two_sandboxes_the_name_is_asked_for(shell: Shell, shared: Store, repaired: server.Sandbox) -> None:
    shared.folder("two").mkdir()
    shared.write("two", repaired)
    assert shell("deliveries") == 2
    assert shell.stderr == "sandbox: name the sandbox; up: one, two\n"
    assert shell("deliveries", "two") == 0


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:queue", "queue"),
        ("arn:aws:ecs:us-east-1:123456789012:task/cluster/abc", "abc"),
        ("arn:aws:batch:us-east-1:123456789012:job-definition/report:12", "report:12"),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/rule", "rule"),
        ("no ARN", "no ARN"),
    ],
)
def test_short_name(arn: str, name: str) -> None:
    assert short_name(arn) == name


def test_what_came_of_a_job_names_it_and_its_definition_and_nothing_that_is_not() -> None:
    result = {"job_id": "a-b", "job_definition": "arn:aws:batch:us-east-1:1:job-definition/x:3", "attempts": None}
    assert reason({"error_code": None, "result": result}) == "a-b, x:3"
