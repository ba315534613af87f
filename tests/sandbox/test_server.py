"""The server is reachable from this machine only, reaches nothing else, and does not outlive what started it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from sandbox.errors import SandboxError
from sandbox.guard import NotLoopbackError, check_loopback
from tests.sandbox.conftest import ACCOUNT, clients

LISTEN = "0A"  # a socket's state in /proc/net/tcp


def listening_addresses(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which somebody listens on this port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, hexadecimal = local.split(":")
            if state == LISTEN and int(hexadecimal, 16) == port:
                found.add(address)
    return found


def gone(box: server.Sandbox, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while box.answers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the kernel's table of sockets, as Linux has it")
def test_listens_on_loopback_only(repaired: server.Sandbox) -> None:
    assert listening_addresses(repaired.port) == {"0100007F"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost", ""])  # noqa: S104
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="not a loopback address"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_loopback_hosts_are_accepted(host: str) -> None:
    assert check_loopback(host) == host


ECS_CALL = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/ecs/aws4_request, Signature=x",
}


def status(box: server.Sandbox, path: str, method: str = "POST", **headers: str) -> tuple[int, str | None]:
    """What the server answers to headers that no SDK sends, and which pages it lets read that."""
    connection = http.client.HTTPConnection("127.0.0.1", box.port)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=b"{}", headers=ECS_CALL | named)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Access-Control-Allow-Origin")


EVERY_KIND_OF_PATH = pytest.mark.parametrize(
    "path", ["/", "/_punctual/image", "/_punctual/tasks", "/moto-api/data.json"]
)


@EVERY_KIND_OF_PATH
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "page.example.com"},
        {"Host": "page.example.com:80"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": "localhost.example.com"},
        {"Host": "10.0.0.1"},
        {"Host": "[::"},
        {"Host": ""},
        {"Origin": "https://page.example.com"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_no_page_in_a_browser_reaches_it(repaired: server.Sandbox, path: str, headers: dict[str, str]) -> None:
    """It could run commands: by a form or a script (Origin), by a picture, or by a name made to mean 127.0.0.1."""
    assert status(repaired, path, **headers) == (403, None)


def test_no_page_may_ask_whether_it_may(repaired: server.Sandbox) -> None:
    """moto would answer a browser's preflight that any page may."""
    asked = {"Origin": "https://page.example.com", "Access_Control_Request_Method": "POST"}
    assert status(repaired, "/", "OPTIONS", **asked) == (403, None)


@EVERY_KIND_OF_PATH
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1234", "localhost:1234", "[::1]:1234"])
def test_programs_of_this_machine_reach_it(repaired: server.Sandbox, path: str, host: str) -> None:
    assert status(repaired, path, Host=host)[0] != 403  # moto may have its own trouble with an answer


def test_account_and_region_are_the_ones_asked_for(repaired: server.Sandbox) -> None:
    assert clients(repaired)("sts").get_caller_identity()["Account"] == ACCOUNT
    queue = clients(repaired)("sqs").create_queue(QueueName="place")["QueueUrl"]
    arn = clients(repaired)("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    assert arn["Attributes"]["QueueArn"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:place"


def test_managed_policies_of_aws_are_there(repaired: server.Sandbox) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
    assert clients(repaired)("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AmazonECS_FullAccess"


@pytest.mark.parametrize(
    ("service", "action", "arguments", "named"),
    [
        ("stepfunctions", "validate_state_machine_definition", {"definition": "{}"}, "ValidateStateMachineDefinition"),
        ("iam", "get_service_last_accessed_details", {"JobId": "0" * 36}, "GetServiceLastAccessedDetails"),
    ],
)
def test_missing_action_fails_at_once_and_says_so(
    repaired: server.Sandbox, service: str, action: str, arguments: dict[str, Any], named: str
) -> None:
    """JSON and query protocol: a 500 would be tried again for minutes."""
    with pytest.raises(ClientError, match=f"moto .* failed at .*{named}: NotImplementedError") as raised:
        getattr(clients(repaired)(service), action)(**arguments)
    assert raised.value.response["Error"]["Code"] == "SandboxNotImplemented"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "NotImplementedError" in repaired.log.read_text(), "the traceback is in the log"


@pytest.mark.parametrize("host", ["192.0.2.1", "hooks.example.com"])
def test_nothing_leaves_the_machine(repaired: server.Sandbox, host: str) -> None:
    """moto would post to the address of an HTTP subscription; one is set aside for documentation, nobody has it."""
    sns = clients(repaired)("sns")
    topic = sns.create_topic(Name=f"out-{host.replace('.', '-')}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://{host}/hook")
    with pytest.raises(ClientError, match=f"'{host}' is not a loopback address"):
        sns.publish(TopicArn=topic, Message="hello")


def test_ends_when_the_block_ends() -> None:
    with server.start() as box:
        assert box.answers()
    assert not box.answers()
    assert not box.log.exists()


def test_ends_with_a_parent_that_is_killed() -> None:
    """Not even SIGKILL leaves a server behind."""
    program = (
        "import sys, time; from sandbox import server\n"
        "with server.start() as box: print(box.port, box.pid, box.id, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=server.REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        port, pid, identifier = parent.stdout.readline().split()
        box = server.Sandbox(account="", region="", port=int(port), pid=int(pid), id=identifier, log=Path(os.devnull))
        assert box.answers()
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert gone(box)


def test_stranger_on_the_port_is_not_taken_for_the_server(repaired: server.Sandbox) -> None:
    stranger = server.Sandbox(
        account=ACCOUNT, region="us-east-1", port=repaired.port, pid=repaired.pid, id="another", log=repaired.log
    )
    assert not stranger.answers()


def test_server_that_fails_to_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"ended at once \(exit code 2\).*\n.*no such repair: nonsense"):
        server.launch(account=ACCOUNT, region="us-east-1", log=tmp_path / "log", lifeline=True, without=["nonsense"])


def test_server_that_never_gets_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READY_SECONDS", 0.01)
    with pytest.raises(SandboxError, match="was not ready in"):
        server.launch(account=ACCOUNT, region="us-east-1", log=tmp_path / "log", lifeline=True)
