"""The image, as far as that can be tried without a container engine.

What hadolint says, what it does not see, and a start from nothing but what is copied and locked.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.planning import REPOSITORY
from workers.__main__ import NAMES

DOCKERFILE = (REPOSITORY / "workers" / "Dockerfile").read_text(encoding="utf-8")
LOCK = (REPOSITORY / "requirements" / "workers.txt").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments, in either form, without options."""
        if self.text.startswith("["):
            return list(json.loads(self.text))
        return [word for word in self.text.split() if not word.startswith("--")]


def instructions(dockerfile: str) -> list[Instruction]:
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.strip().split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def objections(dockerfile: str) -> Iterator[str]:
    """Yield what hadolint does not mind."""
    stages: set[str] = set()
    user = ""
    modes: dict[str, str] = {}  # of folders, in this stage
    volumes: dict[str, str] = {}  # with the mode that the folder has there: what comes later is lost
    for one in instructions(dockerfile):
        if one.name == "FROM":
            image, *rest = one.words
            if image not in stages and not re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", image):
                yield f"{image} is not named by tag and digest"
            stages |= set(rest[1:])
            user = ""
            modes, volumes = {}, {}
        elif one.name == "USER":
            user = one.text
        elif one.name == "VOLUME":
            volumes |= {path: modes.get(path, "") for path in one.words}
        elif one.name == "ADD":
            yield "ADD takes what COPY would not"
        elif one.name == "COPY" and "--from" not in one.text:
            yield from (
                f"{source} is copied"
                for source in one.words[:-1]
                if source not in {"workers", "requirements/workers.txt"}
            )
        elif one.name in {"RUN", "ENTRYPOINT", "CMD"} and not one.text.startswith("["):
            yield f"{one.name} needs a shell"
        elif one.name == "RUN" and one.words[0] == "chmod":
            modes |= dict.fromkeys(one.words[2:], one.words[1])
        elif one.name == "RUN" and "pip" in one.words:
            needed = {"--require-hashes", "--only-binary=:all:", "--no-deps", "--requirement=/build/workers.txt"}
            yield from (f"pip is run without {option}" for option in sorted(needed - set(one.words)))
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user):
        yield f"the user is {user or 'root'}, and no number that is not root's"
    if volumes != {"/tmp": "1777"}:  # noqa: S108 - where the modules mount what can be written to
        yield f"what is mounted at /tmp cannot be written to by the user: {volumes}"


def test_nothing_is_to_be_said_of_it() -> None:
    assert list(objections(DOCKERFILE)) == []
    last = {one.name: one.text for one in instructions(DOCKERFILE)}
    assert json.loads(last["ENTRYPOINT"]) == ["python", "-m", "workers"]
    assert last["HEALTHCHECK"] == "NONE"


@pytest.mark.parametrize(
    ("old", "new", "objection"),
    [
        ("USER 10001:10001\n", "", "the user is root"),
        ("USER 10001:10001", "USER 0:0", "the user is 0:0"),
        ("USER 10001:10001", "USER worker", "the user is worker"),
        (re.search(r"@sha256:[0-9a-f]+", DOCKERFILE)[0], "", "is not named by tag and digest"),  # type: ignore[index]
        ('"--require-hashes", ', "", "pip is run without --require-hashes"),
        ('"--only-binary=:all:", ', "", "pip is run without --only-binary"),
        ("COPY workers /app/workers", "COPY . /app", ". is copied"),
        ("COPY workers /app/workers", "ADD workers /app/workers", "ADD takes"),
        ('VOLUME ["/tmp"]', 'VOLUME ["/var/tmp"]', "mounted at /tmp cannot be written to"),
        (
            'RUN ["chmod", "1777", "/tmp"]\nVOLUME ["/tmp"]',
            'VOLUME ["/tmp"]\nRUN ["chmod", "1777", "/tmp"]',
            "cannot be written",
        ),
        ('"1777"', '"0755"', "cannot be written"),
        ('ENTRYPOINT ["python", "-m", "workers"]', "ENTRYPOINT python -m workers", "ENTRYPOINT needs a shell"),
    ],
)
def test_what_would_be_wrong_is_found(old: str, new: str, objection: str) -> None:
    assert old in DOCKERFILE
    (found,) = objections(DOCKERFILE.replace(old, new))
    assert objection in found


def lint(dockerfile: Path) -> int:
    """Run the line of `make check` that reads the Dockerfile, on another one."""
    recipe = subprocess.run(
        ["make", "--dry-run", "check"], cwd=REPOSITORY, check=True, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    ).stdout  # fmt: skip
    (line,) = [line for line in recipe.splitlines() if "hadolint" in line]
    program, *arguments, path = line.split()
    assert path == "workers/Dockerfile"
    return subprocess.run(
        [program, *arguments, str(dockerfile)], cwd=REPOSITORY, check=False, capture_output=True
    ).returncode


def test_make_check_has_it_linted(tmp_path: Path) -> None:
    assert lint(REPOSITORY / "workers" / "Dockerfile") == 0
    broken = tmp_path / "Dockerfile"
    for old, new in [("@sha256:", ":latest #"), ("WORKDIR /app", "WORKDIR app"), ("LABEL", "RUN cd /app\nLABEL")]:
        broken.write_text(DOCKERFILE.replace(old, new), encoding="utf-8")
        assert lint(broken) == 1, new


def test_every_package_of_the_lock_is_pinned_by_hash() -> None:
    pinned = re.findall(
        r"^([\w.-]+==[^\s;]+)[^\n]*\n((?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", LOCK, flags=re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^[a-z]", LOCK, flags=re.MULTILINE)) > 10


def let_in(path: str) -> bool:
    """Whether .dockerignore lets a file in: the last pattern says that fits the file or a folder above it."""
    last = "!"
    for pattern in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines():
        body = re.escape(pattern.removeprefix("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if not pattern.startswith("#") and re.fullmatch(f"{body}(?:/.*)?", path):
            last = pattern
    return last.startswith("!")


def context() -> list[str]:
    """Return the files of this repository that are let in."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    known = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.splitlines()
    return [path for path in known if let_in(path) and (REPOSITORY / path).is_file()]


@pytest.mark.parametrize(
    "path",
    [".env", ".git/config", "terraform.tfstate", "requirements/main.txt", "workers/Dockerfile", "workers/README.md",
     "workers/frame/__pycache__/a.cpython-311.pyc", "workers/a.pyc", "sandbox/server.py", "docs/workers/a.py"],
)  # fmt: skip
def test_what_has_no_place_in_an_image_stays_out(path: str) -> None:
    assert not let_in(path)


def test_nothing_gets_in_but_what_the_image_needs() -> None:
    there = context()
    assert {Path(path).suffix for path in there} <= {".css", ".jinja", ".js", ".json", ".py", ".txt"}
    assert [path for path in there if not path.startswith("workers/")] == ["requirements/workers.txt"]
    assert "workers/__main__.py" in there
    assert set(
        map(str, (path.relative_to(REPOSITORY) for path in (REPOSITORY / "workers").rglob("*.schema.json")))
    ) <= set(there)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is in /app: the files of COPY, and the packages of the lock, of this environment."""
    app = tmp_path_factory.mktemp("image") / "app"
    for path in context():
        if path.startswith("workers/"):
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / path, app / path)
    # A name stands there once a version, where the version depends on that of Python.
    for name, marker in dict(re.findall(r"^([\w.-]+)==[^\s;]+( ;)?", LOCK, flags=re.MULTILINE)).items():
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            assert marker, f"{name} is in the lock and not installed"
            continue
        for top in {Path(str(file)).parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            (app / top).symlink_to(Path(str(distribution.locate_file(top))))
    compiled = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash", str(app / "workers")]
    subprocess.run(compiled, check=True)
    for folder, _, files in os.walk(app):
        for path in [Path(folder), *(Path(folder, file) for file in files)]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
    return app


def started(app: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python as the image does: its ENV, nothing else, and no site-packages."""
    (text,) = [one.text for one in instructions(DOCKERFILE) if one.name == "ENV"]
    of_image = dict(pair.split("=", 1) for pair in text.split())
    env = {name: value.replace("/app", str(app)) for name, value in of_image.items()} | variables
    return subprocess.run(
        [sys.executable, "-S", *arguments], cwd=app, env=env, check=False, capture_output=True, text=True
    )


def snapshot(app: Path) -> dict[str, float]:
    return {str(path): path.lstat().st_mtime for path in app.rglob("*")}


def test_every_module_can_be_imported_from_what_is_copied(app: Path) -> None:
    every = (
        "import importlib, pkgutil, sys, workers\n"
        "names = [m.name for m in pkgutil.walk_packages(workers.__path__, 'workers.')]\n"
        "[importlib.import_module(name) for name in names]\n"
        "print(len(names))\n"
    )
    before = snapshot(app)
    done = started(app, "-c", every)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 15
    assert snapshot(app) == before


@pytest.mark.parametrize("name", [name for name in NAMES if (REPOSITORY / "workers" / name / "worker.py").is_file()])
def test_a_worker_starts_from_what_is_copied(app: Path, name: str) -> None:
    before = snapshot(app)
    assert f"usage: python -m workers {name}" in started(app, "-m", "workers", name, "--help").stdout
    done = started(app, "-m", "workers", name)
    assert (done.returncode, done.stderr) == (2, "")
    assert json.loads(done.stdout.splitlines()[0])["problem"]["type"].endswith(":settings-wrong")
    assert snapshot(app) == before


def test_the_entry_point_tells_of_its_workers(app: Path) -> None:
    done = started(app, "-m", "workers", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in NAMES)
    for arguments, told in [
        ([], "no worker is named"),
        (["channelbackfil"], "the nearest is channelbackfill"),
        (["x"], "there are"),
    ]:
        done = started(app, "-m", "workers", *arguments)
        (line,) = map(json.loads, done.stdout.splitlines())
        assert (done.returncode, done.stderr) == (2, "")
        assert told in line["problem"]["detail"]


def test_what_lies_in_the_working_directory_is_not_imported(app: Path, tmp_path: Path) -> None:
    (tmp_path / "structlog.py").write_text("raise SystemExit(9)", encoding="utf-8")
    (text,) = [one.text for one in instructions(DOCKERFILE) if one.name == "ENV"]
    env = {name: value.replace("/app", str(app)) for name, value in (pair.split("=", 1) for pair in text.split())}
    done = subprocess.run([sys.executable, "-S", "-m", "workers", "--help"], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 0
