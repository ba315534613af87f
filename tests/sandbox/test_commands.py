"""The commands: what they do, say and return."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox import server
from sandbox.__main__ import main
from sandbox.state import Store

SANDBOX = [sys.executable, "-m", "sandbox"]
Run = Callable[..., "Done"]
LAST_COMMAND_WROTE = "import os, pathlib; pathlib.Path(os.environ['PUNCTUAL_SANDBOX_DIR'], 'terraform.tfstate').touch()"


@dataclass(frozen=True)
class Done:
    """What is left of a command that ran."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sandboxes are kept in a folder of the test's own."""
    monkeypatch.setenv("PUNCTUAL_BUILD_DIR", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def sandboxes(tmp_path: Path) -> Store:
    return Store(tmp_path / "sandbox")


@pytest.fixture
def run(environment: None, sandboxes: Store, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command, in this process for speed; whatever is still up afterwards is stopped."""

    def run(*arguments: str) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        stdout, stderr = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, stdout, stderr)

    yield run
    for name in sandboxes.names():
        sandboxes.down(name)


def status(run: Run, name: str) -> dict[str, Any]:
    (found,) = json.loads(run("status", name, "--json").stdout)
    assert isinstance(found, dict)
    return found


def until(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def nobody_listens(endpoint: str) -> bool:
    address = ("127.0.0.1", int(endpoint.rpartition(":")[2]))

    def refused() -> bool:
        with socket.socket() as client:
            return client.connect_ex(address) != 0

    return until(refused)


def test_up_status_and_down(run: Run, sandboxes: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    first = run("up", "one", "--account", "867653852961", "--region", "eu-west-1")
    assert first.returncode == 0, first.stderr
    box = sandboxes.find("one")
    assert box is not None
    assert f"export AWS_ENDPOINT_URL={box.endpoint}" in first.stdout.splitlines()
    assert "unset AWS_PROFILE" in first.stdout.splitlines()

    again = run("up", "one", "--env")
    assert (again.returncode, again.stderr) == (0, "")
    assert f"export AWS_ENDPOINT_URL={box.endpoint}" in again.stdout.splitlines(), "the same one, not another"

    found = status(run, "one")
    assert found["up"] is True
    assert (found["account"], found["region"], found["endpoint"]) == ("867653852961", "eu-west-1", box.endpoint)
    assert run("status").stdout == f"one: up at {box.endpoint}, account 867653852961, eu-west-1\n"

    for other in (["--account", "111111111111"], ["--region", "us-east-1"]):
        refused = run("up", "one", *other)
        assert refused.returncode == 2
        assert f"not {other[1]}: stop it first" in refused.stderr

    assert run("down", "one").returncode == 0
    assert not box.answers()
    assert not sandboxes.folder("one").exists()
    assert status(run, "one") == {"name": "one", "up": False}
    down_again = run("down", "one")
    assert (down_again.returncode, down_again.stderr) == (0, "sandbox: one is not up\n")
    assert run("status").stdout == "no sandbox is up\n"


def test_sandbox_that_died_is_cleaned_up(run: Run, sandboxes: Store) -> None:
    assert run("up", "one").returncode == 0
    dead = sandboxes.find("one")
    assert dead is not None
    (sandboxes.folder("one") / "terraform.tfstate").touch()
    os.kill(dead.pid, signal.SIGKILL)
    assert until(lambda: not dead.answers())
    assert run("status").stdout == "one: not up\n"

    again = run("up", "one")
    assert again.returncode == 0, again.stderr
    assert "had ended without being stopped" in again.stderr
    box = sandboxes.find("one")
    assert box is not None
    assert box.id != dead.id
    assert not (sandboxes.folder("one") / "terraform.tfstate").exists(), "a state of resources that are gone"


def test_sandbox_whose_folder_is_deleted_ends(run: Run, sandboxes: Store) -> None:
    """`rm -r .build` must not leave a server behind that nobody can find any more."""
    assert run("up", "one").returncode == 0
    box = sandboxes.find("one")
    assert box is not None
    shutil.rmtree(sandboxes.folder("one"))
    assert until(lambda: not box.answers())


def test_stranger_with_the_pid_and_port_of_a_dead_sandbox_is_left_alone(
    run: Run, sandboxes: Store, repaired: server.Sandbox
) -> None:
    """After a restart of the machine both may belong to somebody else; only the id tells."""
    folder = sandboxes.folder("one")
    folder.mkdir(parents=True)
    stale = server.Sandbox(
        account=repaired.account,
        region=repaired.region,
        port=repaired.port,
        pid=repaired.pid,
        id="another",
        log=folder / "server.log",
    )
    sandboxes.write("one", stale)
    assert status(run, "one")["up"] is False
    down = run("down", "one")
    assert down.returncode == 0, down.stderr
    assert repaired.answers()
    assert not folder.exists()


def test_illegible_state_is_cleaned_up(run: Run, sandboxes: Store) -> None:
    folder = sandboxes.folder("one")
    folder.mkdir(parents=True)
    (folder / "sandbox.json").write_text('{"pid": "many"')
    assert status(run, "one")["up"] is False
    assert run("down", "--all").returncode == 0
    assert not folder.exists()


def test_run_of_its_own_sandbox(run: Run, tmp_path: Path) -> None:
    program = (
        "import json, os, urllib.request\n"
        "url = os.environ['AWS_ENDPOINT_URL'] + '/_punctual/identity'\n"
        "identity = json.load(urllib.request.urlopen(url))\n"
        "print(json.dumps(identity | {'folder': os.environ['PUNCTUAL_SANDBOX_DIR']}))\n"
        "raise SystemExit(7)"
    )
    done = run("run", "one", "--account", "867653852961", "--region", "eu-west-1", "--", sys.executable, "-c", program)
    assert done.returncode == 7, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["account"], seen["region"]) == ("867653852961", "eu-west-1")
    box = server.Sandbox(account="", region="", port=seen["port"], pid=seen["pid"], id=seen["id"], log=Path(os.devnull))
    assert not box.answers()
    assert not Path(seen["folder"]).exists()
    assert not (tmp_path / "sandbox" / "one").exists()


def test_run_keeps_and_finds_a_sandbox(run: Run, sandboxes: Store) -> None:
    kept = run("run", "one", "--account", "867653852961", "--keep", "--", sys.executable, "-c", LAST_COMMAND_WROTE)
    assert kept.returncode == 0, kept.stderr
    box = sandboxes.find("one")
    assert box is not None
    state = sandboxes.folder("one") / "terraform.tfstate"
    assert state.exists()

    shell = ["sh", "-c", "echo $AWS_ENDPOINT_URL; echo $PUNCTUAL_SANDBOX_DIR"]
    for option in ([], ["--keep"], ["--only-if-up"]):
        found = run("run", "one", *option, "--", *shell)
        assert found.stdout.splitlines() == [box.endpoint, str(sandboxes.folder("one"))]
    assert box.answers()
    assert run("run", "one", "--account", "111111111111", "--", "true").returncode == 2
    run("down", "one")
    assert not state.exists()


def test_run_only_if_up_does_nothing_without_one(run: Run) -> None:
    done = run("run", "one", "--only-if-up", "--", "false")
    assert (done.returncode, done.stderr) == (0, "sandbox: nothing is up under the name one\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["up", "--account", "12"], 2, "'12' is not an account number"),
        (["up", "--region", "here"], 2, "'here' is not the name of a region"),
        (["up", "../one"], 2, "'../one' is no name for a sandbox"),
        (["run", "one"], 2, "Missing argument"),
        (["run", "one", "--", "no-such-command"], 3, "no-such-command cannot be run: there is no such program"),
        (["serve", "--host", "0.0.0.0"], 2, "'0.0.0.0' is not a loopback address"),  # noqa: S104
    ],
)
def test_wrong_use_is_put_into_words(run: Run, arguments: list[str], code: int, message: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_server_that_cannot_start_is_put_into_words(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something of the environment is broken: the message holds the end of the log, and nothing is left behind."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "moto.py").write_text("raise ImportError('moto is broken here')")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    done = run("up", "one")
    assert done.returncode == 3
    assert "the server ended at once" in done.stderr
    assert "ImportError: moto is broken here" in done.stderr
    assert not (tmp_path / "sandbox" / "one").exists()


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_signal_reaches_the_command_and_the_sandbox_is_stopped(tmp_path: Path, signum: signal.Signals) -> None:
    """Without a terminal the command gets the signal from `run`, which waits for it and returns its exit code."""
    box_file = tmp_path / "endpoint"
    program = f"trap 'exit 9' TERM INT HUP; echo $AWS_ENDPOINT_URL > {box_file}.new; mv {box_file}.new {box_file}; "
    program += "while :; do sleep 0.1; done"
    with subprocess.Popen(
        [*SANDBOX, "run", "one", "--", "sh", "-c", program],
        cwd=server.REPOSITORY,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert until(box_file.exists)
        process.send_signal(signum)
        try:
            assert process.wait(timeout=20) == 9
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert nobody_listens(box_file.read_text().strip())


CTRL_C_WITNESS = """
import os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def write(name, text):
    (folder / "new").write_text(text)
    (folder / "new").rename(folder / name)
forwarded = []
signal.signal(signal.SIGINT, lambda *_: forwarded.append(1))
if os.fork() == 0:
    signal.signal(signal.SIGINT, lambda *_: (write("from-terminal", "yes"), os._exit(0)))
    write("endpoint", os.environ["AWS_ENDPOINT_URL"])
    time.sleep(60)
os.setpgid(0, 0)  # out of the terminal's reach: a signal that still comes is one that `run` sends
while not (folder / "from-terminal").exists():
    time.sleep(0.05)
time.sleep(1)
write("forwarded", str(len(forwarded)))
"""


@pytest.mark.usefixtures("environment")
def test_ctrl_c_on_a_terminal_is_not_sent_again(tmp_path: Path) -> None:
    """The terminal sends it to the command too; a second one would make Terraform quit without writing its state."""
    master, slave = pty.openpty()
    # What a login shell does: take the terminal for the session.
    shell = f"import fcntl, os, sys; fcntl.ioctl(0, {termios.TIOCSCTTY}, 0); os.execv(sys.argv[1], sys.argv[1:])"
    command = [*SANDBOX, "run", "one", "--", sys.executable, "-c", CTRL_C_WITNESS, str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", shell, *command],
        cwd=server.REPOSITORY,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        assert until((tmp_path / "endpoint").exists)
        os.write(master, b"\x03")
        try:
            assert process.wait(timeout=20) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    os.close(master)
    os.close(slave)
    assert (tmp_path / "forwarded").read_text() == "0"
    assert nobody_listens((tmp_path / "endpoint").read_text())


def test_two_at_once_start_one(run: Run) -> None:
    started = [
        subprocess.Popen(
            [*SANDBOX, "up", "one", "--env"],
            cwd=server.REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(outputs) == 1, "both were told of the same one"
    assert status(run, "one")["up"] is True


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_build_folder_that_cannot_be_written(command: str, run: Run, tmp_path: Path) -> None:
    """A file stands where a folder should: that stops root too, whom permissions do not."""
    (tmp_path / "file").touch()
    done = run(command, "--build-dir", str(tmp_path / "file"))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == (
        f"sandbox: {tmp_path}/file/sandbox: Not a directory; a sandbox that stays up needs a folder that can be "
        "written: name one with --build-dir\n"
    )


@pytest.mark.parametrize("arguments", [["status"], ["run", "--keep", "--", "true"]])
def test_a_record_that_cannot_be_read(arguments: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(arguments[0], "one", "--build-dir", str(tmp_path / "file"), *arguments[1:])
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"sandbox: {tmp_path}/file/sandbox/one/sandbox.json: Not a directory\n"


def test_a_sandbox_that_cannot_be_recorded_is_stopped(
    run: Run, sandboxes: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command would find it again."""
    started: list[server.Sandbox] = []

    def full(store: Store, name: str, box: server.Sandbox) -> None:
        started.append(box)
        raise OSError(28, "No space left on device", "sandbox.json")

    monkeypatch.setattr(Store, "write", full)
    done = run("up", "one")
    assert (done.returncode, done.stderr) == (3, "sandbox: sandbox.json: No space left on device\n")
    assert not sandboxes.folder("one").exists()
    assert nobody_listens(started[0].endpoint)
