"""Modules of a git repository that is at hand: the sandbox reads them from the clone, so that no plan needs a network.

A specification says where with ``checkout``. Git itself is told, by variables that only Terraform's child sees; nothing
is configured on this machine, and the root that is planned stays as it is. The real account gets its modules from where
the root says.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import SpecError
from generator.git import environment as git_environment
from generator.specs import loading
from generator.specs.tree import Leaf, Mapping
from harness.errors import EnvironmentFailedError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Variables


@dataclass(frozen=True, order=True)
class Pinned:
    """A module at a commit or tag, and a clone of its repository.

    Attributes:
        url: where the repository is, as the root says it.
        ref: commit or tag.
        checkout: the clone.
        where: file and line that pin it.
    """

    url: str
    ref: str
    checkout: Path
    where: str


@dataclass(frozen=True, order=True)
class Clone:
    """A clone that stands in for a repository.

    Attributes:
        url: the repository that Terraform asks for.
        folder: the clone's git directory, also of a work tree that is not the main one.
        commits: what the references of its modules are in it.
    """

    url: str
    folder: Path
    commits: tuple[str, ...]


def pinned(environments: Path, name: str, repository: Path) -> list[Pinned]:
    """The pinned modules of an environment whose repository is at hand.

    Raises:
        WrongUseError: the specification cannot be read.
    """
    try:
        modules = loading.load(environments, name).entries.get("modules")
    except SpecError as error:
        raise WrongUseError(str(error)) from None
    found = []
    for module in modules.entries.values() if isinstance(modules, Mapping) else ():
        fields = module.entries if isinstance(module, Mapping) else {}
        url, ref, checkout = (fields.get(key) for key in ("git", "ref", "checkout"))
        if isinstance(url, Leaf) and isinstance(ref, Leaf) and isinstance(checkout, Leaf):
            folder = (repository / str(checkout.value)).resolve()
            found.append(Pinned(str(url.value), str(ref.value), folder, str(ref.source)))
    return sorted(found)


def clones(modules: Iterable[Pinned]) -> list[Clone]:
    """The clones that hold these modules.

    Raises:
        WrongUseError: a checkout is no git repository, or does not hold what is pinned.
        EnvironmentFailedError: there is no git.
    """
    found: dict[tuple[str, Path], list[str]] = {}
    missing: list[str] = []
    for module in modules:
        folder = git(module.checkout, "rev-parse", "--git-common-dir")
        if folder is None:
            missing.append(
                f"{module.where}: {module.checkout} is no git repository, so it is no checkout of {module.url}"
            )
            continue
        commit = git(module.checkout, "rev-parse", "--verify", "--quiet", f"{module.ref}^{{commit}}")
        if commit is None:
            missing.append(
                f"{module.where}: {module.checkout} does not hold {module.ref}, which the sandbox reads from there: "
                f"git -C {module.checkout} fetch --tags {module.url} {module.ref}"
            )
            continue
        found.setdefault((module.url, (module.checkout / folder).resolve()), []).append(commit)
    if missing:
        raise WrongUseError("\n".join(dict.fromkeys(missing)))
    return [Clone(url, folder, tuple(sorted(set(commits)))) for (url, folder), commits in found.items()]


def variables(used: Iterable[Clone], environment: Variables[str, str]) -> dict[str, str]:
    """What makes git read the clones where a repository is asked for; appended to what the caller configures that way.

    Source: git documentation, git-config, ``GIT_CONFIG_COUNT`` and ``url.<base>.insteadOf``.

    Raises:
        WrongUseError: the caller's own ``GIT_CONFIG_COUNT`` is no number.
    """
    given = environment.get("GIT_CONFIG_COUNT") or "0"
    if not given.isdecimal():
        raise WrongUseError(f"GIT_CONFIG_COUNT is {given}, which git cannot read: unset it, or give a number")
    count = int(given)
    added: dict[str, str] = {}
    for clone in used:
        added |= {f"GIT_CONFIG_KEY_{count}": f"url.{clone.folder}.insteadOf", f"GIT_CONFIG_VALUE_{count}": clone.url}
        count += 1
    return added | {"GIT_CONFIG_COUNT": str(count)} if added else {}


def git(folder: Path, *arguments: str) -> str | None:
    """What a git command prints in a folder, or None when it fails.

    Raises:
        EnvironmentFailedError: there is no git.
    """
    try:
        finished = subprocess.run(
            ["git", "-C", str(folder), *arguments], env=git_environment(), check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise EnvironmentFailedError(
            "git is not on PATH, and modules are pinned by git reference: install git"
        ) from None
    return finished.stdout.strip() if finished.returncode == 0 else None
