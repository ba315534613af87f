"""Which program of this machine stands for an image: nothing is pulled, and an image itself cannot run here."""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.containers.plans import ContainerPlan

STAND_IN = Path(__file__).with_name("stand_in.py")


class LocalImage(BaseModel):
    """What a person said an image is on this machine.

    Attributes:
        image: its name, with a tag or digest (then it is that one alone) or without (then every one of that name).
        command: the image's entry point; the command of a task definition or an override follows it.
        environment: variables that the image brings along.
        directory: where it starts; None for a scratch folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: str = Field(min_length=1)
    command: tuple[str, ...] = Field(min_length=1)
    environment: dict[str, str] = {}
    directory: str | None = None


class CannotStartError(Exception):
    """No program of this machine can stand for the container, in the words of the container runtime."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to start for a container.

    Attributes:
        command: the words, the first of them an absolute path.
        environment: what the image brings along; the container's own variables go over it.
        directory: where to start it; None for a scratch folder.
        stand_in: whether it is the sandbox's own, since nobody said what the image is.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    stand_in: bool = False


class Images:
    """The images that somebody told this server about."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._local: dict[str, LocalImage] = {}

    def tell(self, image: LocalImage) -> None:
        """Keep what an image is; what was said of it before no longer holds."""
        with self._lock:
            self._local[image.image] = image

    def all(self) -> list[LocalImage]:
        """Return what has been said, by name."""
        with self._lock:
            return [self._local[name] for name in sorted(self._local)]

    def find(self, image: str) -> LocalImage | None:
        """Return what was said of an image: of this very tag or digest, else of its name."""
        with self._lock:
            for name in (image, image.partition("@")[0], without_tag(image)):
                if name in self._local:
                    return self._local[name]
        return None


IMAGES = Images()


def without_tag(image: str) -> str:
    """Return an image's name without tag and digest. A colon before the last slash is a registry's port."""
    path, slash, name = image.partition("@")[0].rpartition("/")
    return path + slash + name.partition(":")[0]


def program(plan: ContainerPlan, path: str, hidden: tuple[str, ...] = ()) -> Program:
    """Return what to start for a container, as a container runtime puts entry point and command together.

    Of an image that nobody told about, the entry point is not known. A command that is no program of this machine is
    taken for the arguments of that entry point, so the sandbox's own stand-in is started.

    Args:
        plan: the container.
        path: where programs are looked up, as PATH has it.
        hidden: variables whose values the stand-in does not show.

    Raises:
        CannotStartError: an entry point that was named is no program of this machine.
    """
    local = IMAGES.find(plan.image)
    entry_point = plan.entry_point if plan.entry_point is not None else (local.command if local else ())
    words = [*entry_point, *(plan.command or ())]
    stand_in = Program((sys.executable, "-I", "-S", str(STAND_IN), plan.image, *hidden), stand_in=True)
    if not words:
        return stand_in
    directory = plan.working_directory or (local.directory if local else None)
    if directory is not None and not Path(directory).is_dir():
        directory = None  # a folder of the image, which is not on this machine
    # A path is one from where the program starts, not from where this server runs.
    word = str(Path(directory or "/") / words[0]) if "/" in words[0] else words[0]
    found = shutil.which(word, path=path)
    if found is None and local is None and plan.entry_point is None:
        return stand_in
    if found is None:
        raise CannotStartError(
            f'CannotStartContainerError: Error response from daemon: failed to create task: exec: "{words[0]}": '
            "executable file not found in $PATH"
        )
    return Program((found, *words[1:]), local.environment if local else {}, directory)
