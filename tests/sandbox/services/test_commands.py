"""The commands about the services, and a task of the sandbox that uses them."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from typer.testing import Result

from sandbox import server
from sandbox.errors import SandboxError, WrongUseError
from sandbox.services import running
from sandbox.state import Store
from tests.sandbox.conftest import Run
from tests.sandbox.ecs_bench import EcsBench, allow, python

CALLER = """
import json, os, urllib.request
url = os.environ["CONTENT_ID_URL"] + "/youtube/partner/v1/assets/A1?onBehalfOfContentOwner=content-owner"
headers = {"Authorization": "Bearer test"}
body = json.dumps({"metadataMine": {"customId": "of-a-task"}}).encode()
with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PATCH")) as answer:
    print(answer.status, os.environ["GRAPHQL_URL"], os.environ["TOKEN_URL"])
"""


@pytest.fixture
def run(run: Run) -> Run:
    """Run `services` with these arguments."""
    return functools.partial(run, "services")


def urls(done: Result) -> dict[str, str]:
    assert done.exit_code == 0, done.output
    pairs = (line.removeprefix("export ").partition("=") for line in done.stdout.splitlines())
    return {name: value for name, _, value in pairs}


@pytest.mark.usefixtures("box")
def test_services_of_a_sandbox(run: Run, build: Path) -> None:
    started = run("one")
    assert "the services of one are started: http://127.0.0.1:" in started.stderr
    again = run("one", "--env")
    assert again.stderr == ""
    found = running.find(build / "sandbox" / "one")
    assert found is not None
    assert urls(started) == urls(again) == found.urls

    wanted = (
        "--kind throttle --times 20 --every 10 --after 100 --share 0.1 --seed 1 --asset A1 --operation assets.patch"
    )
    forms = "--retry-after 3 --retry-after-form date --shape newer --seconds 1"
    done = run("one", "fault", "content-id", *wanted.split(), *forms.split())
    assert (done.exit_code, done.stderr) == (0, "sandbox: script 1: throttle for content-id\n")
    (script,) = json.loads(run("one", "faults", "--json").stdout)
    expected = {"times": 20, "every": 10, "after": 100, "share": 0.1, "seed": 1, "retry_after": 3, "shape": "newer"}
    expected |= {"retry_after_form": "date", "seconds": 1.0, "where": {"item": "A1", "operation": "assets.patch"}}
    assert script.items() >= expected.items()
    assert "throttle" in run("one", "faults").stdout
    assert run("one", "clear", "1").stderr == "sandbox: 1 cleared\n"
    assert "no fault is scripted" in run("one", "faults").stderr

    assert "quotaExceeded" in run("one", "kinds").stdout
    assert json.loads(run("one", "kinds", "--json").stdout)["content-id"]["quota"]["effect"] == "ends"
    assert (
        json.loads(run("one", "ask", "content-id/settings", '{"requests_per_day": 7}').stdout)["requests_per_day"] == 7
    )

    assert run("one", "stop").stderr == "sandbox: the services of one are stopped\n"
    assert not found.answers()
    assert run("one", "stop").stderr == "sandbox: the services of one are not up\n"


@pytest.mark.usefixtures("box")
def test_services_that_are_not_up(run: Run) -> None:
    run("one", "stop")
    for arguments, said in [
        (["two"], "two is not up; up: one"),
        (["one", "faults"], "the services of one are not up: start them (python -m sandbox services one)"),
        (["two", "faults"], "the services of two are not up"),
    ]:
        done = run(*arguments)
        assert isinstance(done.exception, WrongUseError), arguments
        assert said in str(done.exception)


@pytest.mark.usefixtures("box")
def test_wrong_use(run: Run) -> None:
    run("one")
    for arguments, said in [
        (["fault", "content-id", "--kind", "quotas"], "'quotas' is no kind of fault of content-id; there are"),
        (["fault", "content-id", "--kind", "quota", "--shape", "old"], "shape: Input should be"),
        (["ask", "content-id/seeds"], "there is no question 'content-id/seeds'; there are"),
        (["ask", "content-id/seed", "{"], "is not JSON"),
        (["ask", "content-id/seed", "[]"], "is not a JSON object"),
        (["clear", "9"], "there is no script 9"),
    ]:
        done = run("one", *arguments)
        assert isinstance(done.exception, SandboxError), arguments
        assert said in str(done.exception)


def test_down_of_the_sandbox_ends_them(no_outside_influence: None, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.up("two", None, None)
    found, _ = running.up(store.folder("two"))
    store.down("two")
    assert not found.answers()
    assert not store.folder("two").exists()


def test_task_of_the_sandbox_reaches_them(box: server.Sandbox, run: Run) -> None:
    """Its settings come from the image, from the definition over it, and from parameters that the definition names."""
    bench = EcsBench(box)
    addresses = urls(run("one", "--env"))
    run("one", "ask", "content-id/seed", '{"assets": [{"id": "A1"}]}')
    parameter = bench.arn("ssm", f"parameter/{bench.name}/content-id-url")
    ssm = bench.client("ssm")
    ssm.put_parameter(Name=f"/{bench.name}/content-id-url", Value=addresses["CONTENT_ID_URL"], Type="String")
    role = bench.role("execution", bench.may_log(), allow("ssm:GetParameters", parameter))
    bench.define(
        {
            "environment": [{"name": "TOKEN_URL", "value": "ssm:/of/the/definition"}],
            "secrets": [{"name": "CONTENT_ID_URL", "valueFrom": parameter}],
        },
        execution_role=role,
    )
    image = {name: addresses[name] for name in ("GRAPHQL_URL", "TOKEN_URL")}
    box.ask("image", image=f"example.com/{bench.name}", command=python(CALLER), environment=image)
    assert bench.lines(bench.run()) == [f"200 {addresses['GRAPHQL_URL']} ssm:/of/the/definition"]
    patched = json.loads(run("one", "ask", "content-id/custom-ids", '{"ids": ["A1"]}').stdout)
    assert patched == {"custom_ids": {"A1": "of-a-task"}}
