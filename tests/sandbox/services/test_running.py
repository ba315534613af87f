"""The process of the stand-ins: who reaches it, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import asking, server, services
from sandbox.errors import SandboxError, WrongUseError
from sandbox.services import running
from sandbox.services.serve import serve, serving
from sandbox.services.tokens import TokenService

QUESTION = "/_punctual/services/identity"


@pytest.fixture(scope="module")
def process() -> Iterator[services.Running]:
    with services.start() as found:
        yield found


def gone(found: services.Running, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while found.answers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def status(found: services.Running, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=10)
    try:
        connection.putrequest("POST", path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{found.port}", "Content-Length": "0"} | headers).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def test_settings_of_a_worker_lead_to_it(process: services.Running) -> None:
    assert process.urls == {
        "GRAPHQL_URL": f"{process.endpoint}/graphql",
        "TOKEN_URL": f"{process.endpoint}/token",
        "CONTENT_ID_URL": process.endpoint,
    }
    assert process.endpoint.startswith("http://127.0.0.1:")
    assert process.answers()
    assert not running.Running(process.port, process.pid, "another").answers(), "a stranger on the port"


def test_questions_and_what_they_refuse(process: services.Running) -> None:
    assert process.ask("faults/list") == {"scripts": []}
    with pytest.raises(WrongUseError, match="'nothing' is no service"):
        process.ask("faults/script", service="nothing", kind="slow")
    with pytest.raises(SandboxError, match=r"no question 'content-id/nothing'; there are .*content-id/seed"):
        process.ask("content-id/nothing")
    assert status(process, QUESTION) == 200


def test_error_of_its_own_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_service: TokenService, _fields: object) -> None:
        raise KeyError("of the test")

    async def scenario() -> None:
        async with serving() as served:
            url = served.urls["CONTENT_ID_URL"]
            with pytest.raises(SandboxError, match=r"failed to answer services/tokens/statistics: HTTP 500"):
                await asyncio.to_thread(asking.ask, url, "services/tokens/statistics", {})

    monkeypatch.setattr(TokenService, "_count", fail)
    asyncio.run(scenario())


@pytest.mark.parametrize("path", [QUESTION, "/graphql", "/token", "/youtube/partner/v1/assets", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "page.example.com"},
        {"Host": "page.example.com:80"},
        {"Origin": "https://page.example.com"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_pages_in_a_browser_and_other_hosts_do_not_reach_it(
    process: services.Running, path: str, headers: dict[str, str]
) -> None:
    assert status(process, path, **headers) == 403


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1", "[::1]:80"])
def test_programs_of_this_machine_reach_it(process: services.Running, host: str) -> None:
    assert status(process, QUESTION, Host=host) == 200


def test_listens_on_loopback_only() -> None:
    with pytest.raises(WrongUseError, match=r"0\.0\.0\.0.*is not a loopback address"):
        serve(host="0.0.0.0", identifier="", lifeline=False)  # noqa: S104 - it is refused


def test_ends_when_the_block_ends() -> None:
    with services.start() as found:
        assert found.answers()
    assert not found.answers()


def test_ends_with_a_parent_that_is_killed() -> None:
    """Not even SIGKILL leaves one behind."""
    program = (
        "import time; from sandbox import services\n"
        "with services.start() as found: print(found.port, found.pid, found.id, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=server.REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        port, pid, identifier = parent.stdout.readline().split()
        found = running.Running(int(port), int(pid), identifier)
        assert found.answers()
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert gone(found)


def test_beside_a_sandbox_it_ends_with_its_folder(tmp_path: Path) -> None:
    first, is_new = running.up(tmp_path)
    assert is_new
    assert running.up(tmp_path) == (first, False)
    assert running.find(tmp_path) == first
    for file in tmp_path.iterdir():
        file.unlink()
    assert gone(first)
    assert running.find(tmp_path) is None
    assert not running.down(tmp_path)


def test_down_ends_it(tmp_path: Path) -> None:
    """However long an answer is held: whoever waits for it is told at once that there is none."""
    found, _ = running.up(tmp_path)
    found.ask("faults/script", service="content-id", kind="hold")
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", found.port, timeout=10)) as held:
        held.request("GET", "/youtube/partner/v1/assets?id=A1", headers={"Authorization": "Bearer test"})
        while not found.ask("content-id/statistics")["requests"]:
            time.sleep(0.01)
        assert running.down(tmp_path)
        assert not found.answers()
        with pytest.raises(http.client.RemoteDisconnected):
            held.getresponse()
    again, is_new = running.up(tmp_path)
    assert is_new
    assert again.id != found.id
    running.down(tmp_path)


def test_process_that_fails_to_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SandboxError, match=r"ended at once \(exit code 1\)"):
        running.up(tmp_path)
