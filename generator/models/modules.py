"""What an environment can say about modules: where their sources are, and calls of any of them."""

from __future__ import annotations

import posixpath
import re
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import Field, model_validator

from generator.errors import shown
from generator.models.forms import Checked, Strict, form, keywords

_STEP: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+"  # a name in a path, neither . nor ..
_NAME: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CONNECTION: Final = re.compile(
    rf"(?:(?P<topic>alerts|pager)"
    rf"|(?P<section>keys|clusters)\.(?P<name>{_NAME})"
    rf"|(?P<calls>tasks|jobs|schedules|workflows|target_syncs|components)\.(?P<call>{_NAME})\.(?P<output>[A-Za-z_][A-Za-z0-9_-]*))"
)
_CONNECTION_RULE: Final = (
    "keys.<name>, clusters.<name>, alerts, pager, or an output: tasks.<name>.<output>, jobs.<name>.<output>, "
    "schedules.<name>.<output>, "
    "workflows.<name>.<output>, target_syncs.<name>.<output> or components.<name>.<output>"
)
_INPUT_RULE: Final = "the name of a variable: letters, digits, _ and -, and no digit or - in front"
# Arguments of a module block that are Terraform's own; no module can have such a variable.
META_ARGUMENTS: Final = frozenset(
    {"_", "count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"}
)

LocalPath = Annotated[
    str,
    form(
        rf"\.|(?:\.\./)*{_STEP}(?:/{_STEP})*|\.\.(?:/\.\.)*",
        "a folder relative to the repository, such as modules/network: letters, digits and . _ -, no / at either end",
    ),
]
GitUrl = Annotated[
    str,
    form(
        r"(?:https://|ssh://(?:[A-Za-z0-9._-]+@)?)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
        r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)+",
        "the URL of a git repository: https:// or ssh://, without credentials, such as https://example.com/modules.git",
    ),
]
Ref = Annotated[
    str,
    form(
        r"(?!(?:[A-Z]+_)?HEAD$|(?:refs/)?(?:heads|remotes)/)(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)|[./]$))[A-Za-z0-9][A-Za-z0-9._/-]*",
        "a commit or a tag, such as v1.2.0, and no branch or HEAD, which move: letters, digits and . _ / -",
    ),
]
Directory = Annotated[
    str,
    form(
        rf"\.|{_STEP}(?:/{_STEP})*",
        "a directory in that repository, such as modules/network: letters, digits and . _ -, no / at either end",
    ),
]


class Module(Strict):
    """Where the source of a module is: a folder here, or a directory of a git repository at one commit."""

    path: LocalPath | None = Field(None, description="Folder of the module, relative to the repository.")
    git: GitUrl | None = Field(None, description="URL of a git repository, https:// or ssh://.")
    ref: Ref | None = Field(None, description="Commit or tag of that repository.")
    directory: Directory | None = Field(
        None, description="Directory of the module in that repository; modules/ and its name here unless given."
    )
    checkout: LocalPath | None = Field(
        None,
        description="A clone of that repository, relative to this one, where calls of the module are checked.",
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.path is None) == (self.git is None):
            raise ValueError(
                "give a path (a folder here) or git (a URL) with a ref, not both; null removes what is inherited"
            )
        if self.path is not None and (self.ref is not None or self.directory is not None or self.checkout is not None):
            raise ValueError("has a path: ref, directory and checkout are for a module from git")
        if self.git is not None and self.ref is None:
            raise ValueError("has no ref: what is not pinned to a commit or a tag changes by itself")
        return self

    def directory_for(self, name: str) -> str:
        """Return the directory of the module in its git repository."""
        return self.directory or f"modules/{name}"

    def label(self, name: str) -> str:
        """Say in a message which source it is."""
        return self.path if self.path is not None else f"{self.directory_for(name)} at {self.ref}"


def source(name: str, module: Module | None) -> str:
    """Return a module's `source` as it stands in a root, which is two levels below the repository."""
    if module is None:
        return f"../../modules/{name}"
    if module.path is not None:
        return posixpath.normpath(f"../../{module.path}")
    directory = module.directory_for(name)
    inside = "" if directory == "." else f"//{directory}"
    return f"git::{module.git}{inside}?ref={module.ref}"


class Connection(NamedTuple):
    """What an input of a component is connected to; `name` and `output` are empty where there are none."""

    section: str
    name: str = ""
    output: str = ""


def connection(text: str) -> Connection | None:
    """Read what a person writes under `connect`; None when it has no such form."""
    match = _CONNECTION.fullmatch(text)
    if match is None:
        return None
    if match["topic"]:
        return Connection(match["topic"])
    if match["section"]:
        return Connection(match["section"], match["name"])
    return Connection(match["calls"], match["call"], match["output"])


def _connection(text: str) -> str:
    if connection(text) is None:
        raise ValueError(f"{shown(text)} is nothing that an input can be connected to; give {_CONNECTION_RULE}")
    return text


def _input_name(name: str) -> str:
    if name in META_ARGUMENTS:
        raise ValueError(f"{shown(name)} cannot be the name of a variable: it is Terraform's own in a module block")
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{shown(name)} cannot be {_INPUT_RULE}")
    return name


_OWN: Final = "|".join(sorted(META_ARGUMENTS))

InputName = Annotated[
    str,
    Checked(_input_name, keywords(rf"(?!(?:{_OWN})$){_IDENTIFIER.pattern}", f"{_INPUT_RULE}; none of Terraform's own")),
]
ConnectionText = Annotated[
    str,
    Checked(_connection, keywords(re.sub(r"\?P<\w+>", "?:", _CONNECTION.pattern), f"a connection: {_CONNECTION_RULE}")),
]


class Component(Strict):
    """A call of a module that is no task's, job's, schedule's, workflow's or target sync's."""

    module: str = Field(description="Which of `modules` it calls.")
    inputs: dict[InputName, Any] | None = Field(
        None, description="Values of the module's variables, by their names; each is literal."
    )
    connect: dict[InputName, ConnectionText] | None = Field(
        None,
        description="Inputs that come from elsewhere in the environment: keys.<name> and clusters.<name> (ARNs), "
        "alerts and pager (ARNs of the topics), or an output as tasks.<name>.<output>, jobs.<name>.<output>, "
        "schedules.<name>.<output>, "
        "workflows.<name>.<output>, target_syncs.<name>.<output>, components.<name>.<output>.",
    )
