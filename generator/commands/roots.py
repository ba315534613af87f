"""What the commands do: from a directory of specs to a directory of roots.

Environments are prepared one by one, in as many processes as there are processors when there are many. Of each only
what must be compared with the others is kept, so that memory does not grow with their number.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from generator.checks import neighbours, states
from generator.checks.checking import check, check_abstract, of_form
from generator.checks.whose import Verdict, attributed
from generator.errors import Problem, SpecError
from generator.interfaces.library import Library
from generator.output import writing
from generator.output.emit import render
from generator.specs.loading import Specs, display
from generator.specs.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from generator.models.spec import Environment
    from generator.specs.loading import Document
    from generator.specs.tree import Mapping

CHUNK: Final = 8  # environments that a process prepares before it reports
ALONE: Final = 2 * CHUNK  # up to so many, starting processes costs more than it saves


@dataclass(frozen=True, slots=True)
class Stale:
    """A root that is not what its spec asks for."""

    name: str
    difference: str


@dataclass(frozen=True, slots=True)
class Job:
    """What every process has to know.

    Attributes:
        only: prepare this environment; of the others read what it is compared with.
        staging: write what is new beside the roots; otherwise return the difference.
        names: compare the names of environments of one account.
        account: that of the only environment that is prepared.
    """

    specs: Path
    roots: Path
    only: str | None
    staging: bool
    names: bool = True
    account: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of one spec.

    Attributes:
        wanted: it is an environment whose root is asked for.
        read: the files that it was read from, as messages name them.
        kept: where its state is, if it says so.
        claim: the names that it takes in its account, if it is in the model's form and the account is known.
        files: the files of its root.
        changed: those of them that are to be written, and others that are to be removed.
        difference: from the root as it is to what it should be, unless it was staged.
        foreign: a file of its root that the generator did not write.
        notices: which calls of modules could not be checked, and why.
    """

    name: str
    wanted: bool = False
    problems: tuple[Problem, ...] = ()
    read: frozenset[str] = frozenset()
    kept: states.Kept | None = None
    claim: neighbours.Claim | None = None
    files: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    difference: str = ""
    foreign: Path | None = None
    notices: frozenset[Problem] = frozenset()


def environments(directory: Path) -> dict[str, Environment]:
    """Read and check every environment; raise everything that is wrong with any of them."""
    specs = Specs(directory, collect=True)
    library = Library(specs.repository)
    found: dict[str, Environment] = {}
    kept: dict[str, states.Kept] = {}
    claims: dict[str, neighbours.Claim] = {}
    verdicts: list[Verdict] = []
    for name in specs.names():
        files: frozenset[str] = frozenset()
        wrong: tuple[Problem, ...] = ()
        try:
            document = specs.read(name)
            if document.abstract:
                verdicts.append(Verdict(name, frozenset(), document.problems))
                continue
            files = specs.files(document)
            tree = specs.environment(document)
            if (place := states.kept(document, tree)) is not None:
                kept[name] = place
            found[name] = check(tree, library, unread=specs.unread(document))
            if (claim := neighbours.claim(found[name])) is not None:
                claims[name] = claim
        except SpecError as error:
            wrong = error.problems
        verdicts.append(Verdict(name, files, wrong))
    problems = list(attributed(verdicts))
    problems += states.shared(kept, kept)
    problems += _common(specs, claims, claims)
    if problems:
        raise SpecError(problems)
    return found


def _ignore(_: Problem) -> None:
    """Say nothing."""


def generate(
    specs: Path, roots: Path, only: str | None = None, notify: Callable[[Problem], None] = _ignore
) -> Iterator[str]:
    """Bring roots up to date; yield a line for each thing that was done. Nothing is written if any spec is wrong.

    What could not be checked and is nobody's mistake goes to `notify`, each once.

    Raises:
        SpecError: with everything that is wrong with any spec.
        NotGeneratedError: a file that somebody else wrote is in the way.
    """
    with writing.Transaction(roots) as transaction:
        found = _prepared(Job(specs, roots, only, staging=True), notify)
        orphans = [] if only is not None else _orphans(roots, found)
        transaction.commit({each.name: each.changed for each in found if each.changed}, orphans)
    for each in found:
        root = display(roots / each.name)
        for what, done in (("written", each.files & each.changed), ("removed", each.changed - each.files)):
            if done:
                yield f"{root}: {', '.join(sorted(done))} {what}"
        if not each.changed:
            yield f"{root}: up to date"
    for name in orphans:
        yield f"{display(roots / name)}: removed, since no spec asks for it"


def stale(
    specs: Path,
    roots: Path,
    only: str | None = None,
    notify: Callable[[Problem], None] = _ignore,
    *,
    names: bool = True,
) -> list[Stale]:
    """Return the roots that differ from what their specs ask for, and those that no spec asks for.

    What could not be checked and is nobody's mistake goes to `notify`, each once. Without `names`, those that
    environments of one account have in common are passed over.

    Raises:
        SpecError: with everything that is wrong with any spec.
        NotGeneratedError: a file that somebody else wrote is in the way.
    """
    found = _prepared(Job(specs, roots, only, staging=False, names=names), notify)
    differences = {each.name: each.difference for each in found}
    if only is None:
        for name in _orphans(roots, found):
            writing.require_generated(roots / name)
            differences[name] = writing.difference(roots / name, {}, display(roots / name))
    return [Stale(name, text) for name, text in sorted(differences.items()) if text]


def _prepared(job: Job, notify: Callable[[Problem], None]) -> list[Prepared]:
    """Prepare every environment that is wanted; raise everything that is wrong with any of them."""
    found = list(_each(replace(job, account=_account(job)), _names(job)))
    for notice in sorted({notice for each in found for notice in each.notices}, key=str):
        notify(notice)
    verdicts = [Verdict(each.name, each.read, each.problems) for each in found if each.wanted]
    problems = list(attributed(verdicts))
    if job.only is None:
        used = frozenset[str]().union(*(verdict.files for verdict in verdicts))
        problems += [problem for each in found if not (each.wanted or each.read & used) for problem in each.problems]
    kept = {each.name: each.kept for each in found if each.kept is not None}
    wanted = [each.name for each in found if each.wanted]
    problems += states.shared(kept, wanted)
    if job.names:
        claims = {each.name: each.claim for each in found if each.claim is not None}
        problems += _common(Specs(job.specs), claims, wanted)
    if problems:
        raise SpecError(problems)
    for each in found:
        if each.foreign is not None:
            raise writing.NotGeneratedError(each.foreign)
    return [each for each in found if each.wanted]


def _common(specs: Specs, claims: dict[str, neighbours.Claim], wanted: Iterable[str]) -> Iterator[Problem]:
    """Read once more what seems to have a name in common, and say what it is; one such environment after the other."""
    other: tuple[str, neighbours.Read | None] = ("", None)
    for name, first in neighbours.suspects(claims, wanted):
        if other[0] != first:
            other = (first, _read(specs, first))
        own = _read(specs, name)
        if own is not None and other[1] is not None and (problem := neighbours.problem(own, other[1])) is not None:
            yield problem


def _read(specs: Specs, name: str) -> neighbours.Read | None:
    """Read an environment for its names; None when it is none, or not of the model's form, which is said elsewhere."""
    try:
        document = specs.read(name)
        tree = specs.environment(document)
    except SpecError:
        return None
    spec = of_form(tree)
    return neighbours.Read(document, tree, spec) if spec is not None else None


def _account(job: Job) -> str:
    """Return the account of the environment that is prepared alone: names of others in it are compared."""
    try:
        node = Specs(job.specs).load(job.only).entries.get("account") if job.only is not None else None
    except SpecError:
        return ""
    return str(node.value) if isinstance(node, Leaf) else ""


def _names(job: Job) -> list[str]:
    names = Specs(job.specs).names()
    return names if job.only is None or job.only in names else [*names, job.only]


def _each(job: Job, names: list[str]) -> Iterator[Prepared]:
    processes = _processors()
    if len(names) <= ALONE or processes == 1:
        yield from _prepare(job, names, Library(Specs(job.specs).repository))
        return
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(job,)) as pool:
        try:
            for prepared in pool.map(partial(_prepare_in_worker, job), chunks):
                yield from prepared
        except BrokenProcessPool:
            killed = "a process that was preparing environments was killed; perhaps there is too little memory"
            raise ChildProcessError(errno.ECHILD, killed) from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_WORKER: Final[dict[str, Library]] = {}  # what a worker process keeps from one chunk to the next


def _start_worker(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _WORKER["library"] = Library(Specs(job.specs).repository)


def _end_with_parent() -> None:
    """End when the parent is killed: a worker would wait for work for ever, and hold the lock of the roots."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_in_worker(job: Job, names: Iterable[str]) -> list[Prepared]:
    return _prepare(job, names, _WORKER["library"])


def _prepare(job: Job, names: Iterable[str], library: Library) -> list[Prepared]:
    specs = Specs(job.specs, collect=True)
    return [replace(_prepare_one(job, specs, name, library), notices=library.taken()) for name in names]


def _prepare_one(job: Job, specs: Specs, name: str, library: Library) -> Prepared:
    wanted = job.only is None or name == job.only
    kept, read = None, frozenset[str]()
    try:
        document = specs.read(name)
        if document.abstract and name != job.only:
            return Prepared(name, problems=_abstract(specs, document), read=frozenset({document.root.source.file}))
        read = specs.files(document)
        tree = specs.environment(document)
        kept = states.kept(document, tree)
        if not wanted:
            return Prepared(name, kept=kept, claim=_claim_beside(job, tree))
        spec = check(tree, library, unread=specs.unread(document))
        files = render(name, spec, specs.label(name))
    except SpecError as error:
        # What is wrong with an environment that another is compared with is not that one's mistake.
        return Prepared(name, wanted, problems=error.problems if wanted else (), read=read, kept=kept)
    root = job.roots / name
    known = Prepared(name, wanted, read=read, kept=kept, claim=neighbours.claim(spec), files=frozenset(files))
    try:
        changed = writing.changes(root, files)
    except writing.NotGeneratedError as error:
        return replace(known, foreign=error.path)
    if not job.staging:
        return replace(known, difference=writing.difference(root, files, display(root)) if changed else "")
    if changed:
        writing.stage(job.roots, name, {file: text for file, text in files.items() if file in changed})
    return replace(known, changed=changed)


def _abstract(specs: Specs, document: Document) -> tuple[Problem, ...]:
    """Return what is wrong with a spec that is no environment, to be said when none extends it."""
    try:
        tree = specs.merged(document)
    except SpecError as error:
        return error.problems
    own = document.root.source.file  # what it extends has problems of its own
    return (*document.problems, *(problem for problem in check_abstract(tree) if problem.source.file == own))


def _claim_beside(job: Job, tree: Mapping) -> neighbours.Claim | None:
    """Return what an environment takes that is not asked for, when it is in the account of the one that is."""
    account = tree.entries.get("account")
    if not (job.names and isinstance(account, Leaf) and account.value == job.account):
        return None
    spec = of_form(tree)
    return neighbours.claim(spec) if spec is not None else None


def _orphans(roots: Path, found: list[Prepared]) -> list[str]:
    if not roots.is_dir():
        return []
    known = {each.name for each in found}
    return sorted(
        path.name
        for path in roots.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in known
    )
