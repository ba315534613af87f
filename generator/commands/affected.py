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

from generator.checks.checking import check
from generator.commands.baseline import Baseline
from generator.commands.changes import since
from generator.commands.diff import contrasted
from generator.commands.module_files import ModuleFiles
from generator.errors import Problem, SpecError, dotted, shown, whole
from generator.interfaces.library import Library
from generator.interfaces.local import CONFIGURATION
from generator.output.emit import render
from generator.places import PACKAGE
from generator.specs.comparing import Difference, differences
from generator.specs.loading import Specs
from generator.specs.tree import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.commands.changes import Changes
    from generator.specs.loading import Document
    from generator.specs.tree import Plain


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


def affected(directory: Path, roots: Path, revision: str, generator: Path = PACKAGE) -> Report:
    """Compare with the commit in which HEAD and a revision part.

    Args:
        directory: the specs.
        roots: the root configurations.
        revision: what HEAD is compared with; both directories are in its repository.
        generator: the package whose files count as the generator, when they are in that repository too.

    Raises:
        SpecError: a spec that a change touches is wrong.
        RevisionError: there is nothing to compare with.
        GitError: git cannot be run.
    """
    names = Specs(directory).names()  # git's words for a directory that is not there say less
    changes = since(directory, revision)
    with TemporaryDirectory() as scratch:
        baseline = Baseline(changes, changes.relative(directory), changes.relative(roots), Path(scratch))
        before = baseline.environments()
        comparison = _Comparison(Specs(directory), baseline, before, _generator_reasons(changes, generator))
        found: list[Affected] = []
        gone = set(before)
        problems: list[Problem] = []
        for name in names:
            try:
                reasons = comparison.reasons(name)
            except SpecError as error:
                problems += error.problems
                continue
            if reasons is not None:
                gone.discard(name)
            if reasons:
                found.append(Affected(name, tuple(reasons)))
    if problems:
        raise SpecError(problems)
    return Report(changes.commit, tuple(found), tuple(sorted(gone)))


class _Comparison:
    """The environments of now beside those of a revision."""

    def __init__(self, specs: Specs, baseline: Baseline, before: set[str], generator: list[Reason]) -> None:
        self._specs = specs
        self._library = Library(specs.repository)
        self._baseline = baseline
        self._before = before
        self._generator = generator
        self._modules = ModuleFiles(baseline.changes)

    def reasons(self, name: str) -> list[Reason] | None:
        """Return why an environment is touched, if it is; None for a spec that is no environment.

        Raises:
            SpecError: it cannot be read, or does not check.
        """
        document = self._specs.read(name)
        if document.abstract:
            return None
        changes, baseline = self._baseline.changes, self._baseline
        directory = f"{baseline.roots}/{name}"
        root = baseline.root(name)
        found: list[Reason] = []
        if name in self._before and root and self._is_settled(document):
            now = root
        else:
            now = self._render(document)
            if name not in self._before:
                found.append(Reason("new", f"{baseline.specs}/{name}.yaml", f"not an environment at {changes.short}"))
            elif root != now:
                found += self._why(document, root, now)
        for path in changes.below(directory):
            if not path.endswith((*CONFIGURATION, ".md")):  # such as .terraform.lock.hcl: the provider's version
                found.append(self._file("root", path))
        modules = self._modules.changed(changes.top / directory, now.values())
        return found + [self._file("module", path) for path in modules]

    def _is_settled(self, document: Document) -> bool:
        """Tell whether nothing has changed that a root is made from, so that it need not be made to be known."""
        changes, baseline = self._baseline.changes, self._baseline
        specs = {f"{baseline.specs}/{each.name}.yaml" for each in self._specs.lineage(document)}
        return not (
            self._generator or specs & changes.blobs.keys() or changes.below(f"{baseline.roots}/{document.name}")
        )

    def _render(self, document: Document) -> dict[str, str]:
        environment = check(self._specs.environment(document), self._library)
        return render(document.name, environment, self._specs.label(document.name))

    def _why(self, document: Document, before: dict[str, str], now: dict[str, str]) -> list[Reason]:
        """Say what changed a root: today's generator on the spec of then parts what the spec did from what it did."""
        name, baseline = document.name, self._baseline
        try:
            then = baseline.tree(name)
        except SpecError as error:
            first = error.problems[0]
            detail = f"could not be read at {baseline.changes.short}: {first.message}"
            return [Reason("spec", baseline.place(first.source), detail), *self._generator]
        replay = baseline.replay(name, self._specs.label(name), self._library)
        found: list[Reason] = []
        if replay != now:
            found += [self._value(each) for each in differences(then, self._specs.environment(document))]
        if replay != before:
            found += self._generator
        stale = Reason(
            "root", f"{baseline.roots}/{name}", f"was not at {baseline.changes.short} what its spec asked for"
        )
        return found or [stale]

    def _value(self, difference: Difference) -> Reason:
        node = difference.second or difference.removed or difference.first
        if node is None:
            raise TypeError("a difference has one side at least")
        return Reason(
            "spec",
            self._baseline.place(node.source),
            f"{whole(difference.path)}: {_change(difference, _in_full)}",
            f"{dotted(difference.path)}: {_change(difference, contrasted)}",
        )

    def _file(self, kind: Kind, path: str) -> Reason:
        changes = self._baseline.changes
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


def _change(difference: Difference, write: Callable[[Plain, Plain], str]) -> str:
    first, second = (None if node is None else plain(node) for node in (difference.first, difference.second))
    if difference.first is None:
        return f"{write(second, None)}, not set before"
    if difference.second is None:
        return f"not set any more, {write(first, None)} before"
    return f"{write(first, second)} -> {write(second, first)}"


def _in_full(value: Plain, _: Plain) -> str:
    return json.dumps(value)


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
