"""Which environments a change touches, and why: what `python -m generator affected` says.

Roots are generated and committed. So an environment is touched when its root, as generated now, is not the root of the
revision, or when a file has changed that Terraform reads with it. A comment in a spec, or a value that is overridden,
touches nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from generator import loading, revisions, roots
from generator.comparing import Difference, differences
from generator.emit import render
from generator.errors import SpecError, dotted, shown, whole
from generator.module_files import ModuleFiles
from generator.past import Past
from generator.tree import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.changes import Changes

PACKAGE: Final = Path(__file__).resolve().parent

_MOST: Final = 10  # reasons of one environment that the text names; JSON has them all

Kind = Literal["new", "spec", "template", "generator", "root", "module"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an environment is touched: a file relative to the repository (with its line, for a spec), and what it did."""

    kind: Kind
    path: str
    detail: str
    brief: str = ""  # the detail shortened, where the two differ


@dataclass(frozen=True, slots=True)
class Affected:
    """An environment that is touched."""

    environment: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a change touches: the commit that was compared with, environments that are there, those that are gone."""

    since: str
    environments: tuple[Affected, ...]
    removed: tuple[str, ...]


def affected(specs: Path, roots_directory: Path, revision: str, generator: Path = PACKAGE) -> Report:
    """Compare with the commit in which HEAD and a revision part.

    Raises SpecError when today's specs are wrong, RevisionError or GitError when there is nothing to compare with.
    """
    loading.names(specs)  # git's words for a directory that is not there say less
    changes = since(specs, revision)
    now = {
        name: render(name, environment, f"{specs.name}/{name}.yaml")
        for name, environment in roots.environments(specs).items()
    }
    with TemporaryDirectory() as scratch:
        past = Past(changes, changes.relative(specs), changes.relative(roots_directory), Path(scratch))
        comparison = _Comparison(specs, past, _generator_reasons(changes, generator))
        before = past.environments()
        found = (Affected(name, tuple(comparison.reasons(name, now[name], before))) for name in sorted(now))
        return Report(
            since=changes.commit,
            environments=tuple(one for one in found if one.reasons),
            removed=tuple(sorted(before - now.keys())),
        )


class _Comparison:
    """The environments of now beside those of a revision."""

    def __init__(self, specs: Path, past: Past, generator: list[Reason]) -> None:
        self._specs = specs
        self._past = past
        self._generator = generator
        self._modules = ModuleFiles(past.changes)

    def reasons(self, name: str, now: dict[str, str], before: set[str]) -> Iterator[Reason]:
        changes = self._past.changes
        directory = f"{self._past.roots}/{name}"
        if name not in before:
            yield Reason("new", f"{self._past.specs}/{name}.yaml", f"not an environment at {changes.short}")
        elif (root := self._past.root(name)) != now:
            yield from self._why(name, root, now)
        for path in changes.below(directory):
            file = path.removeprefix(f"{directory}/")
            if not file.endswith(
                (".tf", ".tf.json", ".md")
            ):  # such as .terraform.lock.hcl: the version of the provider
                yield self._file("root", path)
        for path in self._modules.changed(changes.top / directory, now.values()):
            yield self._file("module", path)

    def _why(self, name: str, before: dict[str, str], now: dict[str, str]) -> Iterator[Reason]:
        """Say what changed a root: today's generator on the spec of then parts what the spec did from what it did."""
        try:
            then = self._past.tree(name)
        except SpecError as error:
            first = error.problems[0]
            detail = f"could not be read at {self._past.changes.short}: {first.message}"
            yield Reason("spec", self._past.place(first.source), detail)
            yield from self._generator
            return
        replay = self._past.replay(name, f"{self._specs.name}/{name}.yaml")
        found = []
        if replay != now:
            found += [self._value(each) for each in differences(then, loading.load(self._specs, name))]
        if replay != before:
            found += self._generator
        yield from found
        if not found:
            path = f"{self._past.roots}/{name}"
            yield Reason("root", path, f"was not at {self._past.changes.short} what its spec asked for")

    def _value(self, difference: Difference) -> Reason:
        node = difference.second or difference.first
        if node is None:
            raise TypeError("a difference has one side at least")
        return Reason(
            "spec",
            self._past.place(node.source),
            f"{whole(difference.path)}: {_change(difference, json.dumps)}",
            f"{dotted(difference.path)}: {_change(difference, shown)}",
        )

    def _file(self, kind: Kind, path: str) -> Reason:
        changes = self._past.changes
        return Reason(kind, path, _what(changes, path))


def _generator_reasons(changes: Changes, generator: Path) -> list[Reason]:
    """Return the changed files that make roots; none when the generator is not of the repository."""
    if not generator.is_relative_to(changes.top):
        return []
    home = changes.relative(generator)
    found = []
    for path in changes.below(home):
        template = path.startswith(f"{home}/templates/")
        if template or path.endswith(".py"):
            found.append(Reason("template" if template else "generator", path, _what(changes, path)))
    return found


def _what(changes: Changes, path: str) -> str:
    if not (changes.top / path).exists():
        return "removed"
    return "added" if changes.blobs[path] is None else "changed"


def _change(difference: Difference, write: Callable[[object], str]) -> str:
    first, second = (None if node is None else write(plain(node)) for node in (difference.first, difference.second))
    if first is None:
        return f"{second}, not set before"
    if second is None:
        return f"not set any more, {first} before"
    return f"{first} -> {second}"


def text(report: Report) -> Iterator[str]:
    """Yield a line for each environment, and below it one for each reason; values that one line sets share one."""
    if not report.environments and not report.removed:
        yield f"no environment is affected by what has changed since {report.since[:10]}"
    for one in report.environments:
        yield one.environment
        together: dict[tuple[str, str], list[Reason]] = defaultdict(list)
        for reason in one.reasons:
            together[reason.kind, reason.path].append(reason)
        for reasons in list(together.values())[:_MOST]:
            more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
            yield f"  {shown(reasons[0].path, quote=False)}: {reasons[0].brief or reasons[0].detail}{more}"
        if len(together) > _MOST:
            yield f"  and {len(together) - _MOST} more; --json has them all"
    yield from (f"{name}: removed" for name in report.removed)


def as_json(report: Report) -> str:
    """Return the same for a pipeline, whole."""
    environments = [
        {
            "environment": one.environment,
            "reasons": [{"kind": each.kind, "path": each.path, "detail": each.detail} for each in one.reasons],
        }
        for one in report.environments
    ]
    return json.dumps({"since": report.since, "environments": environments, "removed": report.removed}, indent=2)
