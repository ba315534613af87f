"""A container keeps to its limits and leaves nothing behind, however it or its server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox import server
from sandbox.containers.images import Images, LocalImage, Program, without_tag
from sandbox.containers.processes import ContainerProcess, Ended, Limits
from tests.sandbox.ecs_bench import EcsBench, python

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a process's orphans come back to it on Linux only")


def run(command: list[str], limits: Limits | None = None, stop_seconds: int = 1) -> tuple[Ended, list[str]]:
    lines: list[str] = []
    program = Program((sys.executable, *command[1:]) if command[0] == sys.executable else ("/bin/sh", "-c", command[0]))
    process = ContainerProcess(program, {"PATH": os.environ["PATH"]}, limits or Limits(), stop_seconds)
    return process.wait(lines.append), lines


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter if it ends between opening and reading
        return False


def wait_until_gone(pid: int, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.05)


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -11 $$", 139)])
def test_exit_code(script: str, code: int) -> None:
    ended, _ = run([script])
    assert (ended.exit_code, ended.ended_by, ended.error) == (code, "exit", None)


def test_program_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "no-program").write_text("\x7fELF")
    process = ContainerProcess(Program((str(tmp_path / "no-program"),)), {}, Limits(), 1)
    ended = process.wait(lambda _: None)
    assert (ended.exit_code, ended.ended_by) == (None, "start")
    assert ended.error is not None
    assert "Permission denied" in ended.error


def test_cpu_time_is_limited() -> None:
    started = time.monotonic()
    ended, _ = run(python("while True: pass"), Limits(cpu_seconds=1))
    assert (ended.exit_code, ended.ended_by) == (128 + signal.SIGXCPU, "cpu")
    assert ended.cpu_seconds >= 0.5, "the kernel counts in ticks, so that a second can be a little less"
    assert time.monotonic() - started < 20


def test_wall_time_is_limited_and_the_program_is_asked_first() -> None:
    ended, lines = run(["trap 'echo asked; exit 4' TERM; sleep 600 & wait"], Limits(wall_seconds=1))
    assert (ended.exit_code, ended.ended_by, lines) == (4, "wall", ["asked"])


def test_program_that_does_not_listen_is_killed() -> None:
    started = time.monotonic()
    ended, _ = run(["trap '' TERM; while :; do sleep 0.1; done"], Limits(wall_seconds=1))
    assert (ended.exit_code, ended.ended_by) == (137, "wall")
    assert time.monotonic() - started >= 2, "a second until it is asked, a second until it is killed"


def test_output_is_limited() -> None:
    ended, lines = run(python("for n in range(100000): print('x' * 99)"), Limits(output_bytes=1000))
    assert ended.exit_code == 0, "it never waits for somebody to read"
    assert lines[:10] == ["x" * 99] * 10
    assert lines[-1] == "sandbox: more than 1000 bytes of output; the rest is thrown away"
    assert sum(map(len, lines[:-1])) <= 1000


def test_scratch_folder_goes_with_the_container() -> None:
    _, (home, directory) = run(["echo $HOME; pwd; touch file; mkdir -p a/b; chmod 500 a"])
    assert home == directory
    assert not Path(home).exists()


def test_nothing_is_on_standard_input() -> None:
    ended, lines = run(["cat; echo end"])
    assert (ended.exit_code, lines) == (0, ["end"])


@LINUX
def test_what_it_started_ends_with_it() -> None:
    """Also what has left its session, which a signal to the process group does not reach."""
    _, lines = run(python("import subprocess as s; print(s.Popen(['sleep', '600'], start_new_session=True).pid)"))
    wait_until_gone(int(lines[0]))


@LINUX
def test_it_ends_with_a_server_that_is_killed(no_outside_influence: None, tmp_path: Path) -> None:
    """SIGKILL leaves a server no time for anything: the kernel closes its end of the lifeline."""
    box, process = server.launch(account="123456789012", region="us-east-1", log=tmp_path / "log", lifeline=True)
    try:
        bench = EcsBench(box)
        script = "trap '' TERM; echo $$ $HOME; (setsid sleep 600 & echo $!); sleep 600"
        bench.define({"command": ["sh", "-c", script]})
        task = bench.start()
        bench.wait(task["taskArn"], "RUNNING")
        deadline = time.monotonic() + 10
        while len(lines := bench.lines(task)) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        (pid, home), orphan = lines[0].split(), lines[1]
        assert alive(int(pid))
        assert alive(int(orphan))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        server.stop(process)
    wait_until_gone(int(pid))
    wait_until_gone(int(orphan))
    deadline = time.monotonic() + 10
    while Path(home).exists():
        assert time.monotonic() < deadline, "the scratch folder is left"
        time.sleep(0.05)


def test_stopping_one_that_has_ended_does_nothing() -> None:
    process = ContainerProcess(Program(("/bin/true",)), {}, Limits(), 1)
    assert process.wait(lambda _: None).exit_code == 0
    process.stop()


def test_supervisor_that_is_killed_is_noticed() -> None:
    process = ContainerProcess(Program(("/bin/sleep", "600")), {}, Limits(), 1)
    threading.Timer(0.5, process._process.kill).start()
    assert process.wait(lambda _: None).exit_code == 137
    assert not Path(process._scratch).exists()


def test_limits_are_read_from_the_environment() -> None:
    given = {"PUNCTUAL_SANDBOX_CPU_SECONDS": "5", "PUNCTUAL_SANDBOX_WALL_SECONDS": "7.5"}
    assert (Limits.of(given).cpu_seconds, Limits.of(given).wall_seconds) == (5, 7.5)
    assert Limits.of({"PUNCTUAL_SANDBOX_CPU_SECONDS": "many", "PUNCTUAL_SANDBOX_WALL_SECONDS": "-1"}) == Limits()


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("a", "a"),
        ("a:1", "a"),
        ("example.com/a/b:1", "example.com/a/b"),
        ("example.com:5000/a", "example.com:5000/a"),
        ("example.com:5000/a:1@sha256:00", "example.com:5000/a"),
    ],
)
def test_name_of_an_image(image: str, name: str) -> None:
    assert without_tag(image) == name


def test_tag_goes_before_the_name() -> None:
    images = Images()
    images.tell(LocalImage(image="a", command=("every",)))
    images.tell(LocalImage(image="a:1", command=("one",)))
    found = [images.find(image) for image in ("a:1", "a:1@sha256:00", "a:2", "a", "b", "aa:1")]
    assert [each and each.command[0] for each in found] == ["one", "one", "every", "every", None, None]


def test_supervisor_needs_nothing_but_the_standard_library() -> None:
    """It starts for each container, and without site-packages it does so in a few hundredths of a second."""
    from sandbox.containers.processes import SUPERVISOR  # noqa: PLC0415

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SUPERVISOR)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
