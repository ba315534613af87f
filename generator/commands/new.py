"""Starts an environment from another one: what `python -m generator new` does."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from generator.checks.checking import check
from generator.commands import roots
from generator.commands.identity import Fate, Identity, Judge, short_code, texts
from generator.commands.new_report import Report, report
from generator.errors import Problem, Source, SpecError, shown
from generator.interfaces.library import Library
from generator.models.forms import PLACEHOLDER, Region
from generator.models.spec import Account, Environment
from generator.names import RESERVED
from generator.specs import loading
from generator.specs.reading import parse
from generator.specs.rewriting import BYTE_ORDER_MARK, Text
from generator.specs.tree import Leaf, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path as TreePath

EDITOR_LINE: Final = "# yaml-language-server: $schema=spec.schema.json"


def start(specs: Path, name: str, other: str, account: str | None = None, region: str | None = None) -> Report:
    """Write the spec of an environment, made from another one's own file, and return what a person has to know of it.

    Comments, layout and what it extends stay. The account is the one given or the placeholder; the other's name becomes
    this one's; what belongs to the other's account or region becomes the placeholder.
    Raises SpecError, and writes nothing, for a name that cannot be had, for an environment to start from that is
    abstract or does not check, and for a result that does not check.
    """
    problems = [*_name(specs, name), *_form("--account", account, Account), *_form("--region", region, Region)]
    try:
        model = _checked(specs, other)
    except SpecError as error:
        raise SpecError([*problems, *error.problems]) from None
    if problems:
        raise SpecError(problems)
    old = Identity(other, model.account, model.region)
    judge = Judge(old, Identity(name, account or PLACEHOLDER, region or model.region))
    text = _rewritten(specs, judge, model)
    with TemporaryDirectory(prefix=f".{specs.name}.", dir=loading.Specs(specs).repository) as directory:
        copy = Path(directory)
        for spec in specs.glob("*.yaml"):
            (copy / spec.name).write_bytes(spec.read_bytes())
        written = copy / f"{name}.yaml"
        written.write_text(text, encoding="utf-8", newline="")
        try:
            # Names that the other has too are the report's: each is for a person to choose.
            started = _checked(copy, name, names=False)
        except SpecError as error:
            raise _not_written(specs, copy, error) from None
        try:
            os.link(written, specs / written.name)  # whole, and never over a file that somebody else has just made
        except FileExistsError:
            raise SpecError([_exists(specs / written.name)]) from None
    return report(specs, judge, model, started)


def _checked(specs: Path, name: str, *, names: bool = True) -> Environment:
    """Return an environment that `make generate` accepts, beside all others; raises SpecError for any other."""
    roots.stale(specs, specs / "no-such-roots", name, names=names)
    return check(loading.load(specs, name), Library(loading.Specs(specs).repository))


def _name(specs: Path, name: str) -> Iterator[Problem]:
    where = Source(loading.display(specs))
    if not loading.NAME.fullmatch(name):
        yield Problem(where, f"{shown(name)} cannot name a spec: {loading.NAME_RULE}")
    elif name in RESERVED:
        yield Problem(where, f"{shown(name)} cannot name an environment: .build/{name} holds other things")
    else:
        path = specs / f"{name}.yaml"
        try:
            path.lstat()
            yield _exists(path)
        except FileNotFoundError:
            return
        except OSError as error:
            yield Problem(where, f"{shown(name)} cannot name a spec: {error.strerror}")


def _exists(path: Path) -> Problem:
    return Problem(Source(loading.display(path)), "is there already, and nothing is written over it")


def _form(option: str, value: str | None, form: Any) -> Iterator[Problem]:
    if value is None:
        return
    try:
        TypeAdapter(form).validate_python(value)
    except ValidationError as error:
        yield Problem(Source(option), str(error.errors()[0]["ctx"]["error"]))


def _not_written(specs: Path, copy: Path, error: SpecError) -> SpecError:
    """Say what is wrong with the result as if it had been written, and that it was not."""
    here, there = loading.display(specs), loading.display(copy)
    problems = []
    for each in error.problems:
        source = Source(each.source.file.replace(there, here), each.source.line, each.source.path)
        problems.append(Problem(source, f"{each.message.replace(there, here)} (not written)"))
    return SpecError(problems)


def _rewritten(specs: Path, judge: Judge, model: Environment) -> str:
    """Return the text of the other's own file with everything that must differ made different."""
    file = specs / f"{judge.old.name}.yaml"
    own = loading.read(specs, judge.old.name).root
    text = Text(file.read_bytes().decode("utf-8"))
    expected: dict[TreePath, str] = {}
    for path, leaf in texts(own):
        value = str(leaf.value)
        fate = judge.fate(path, value)
        expected[path] = {Fate.RENAME: judge.renamed(value), Fate.FILL_IN: PLACEHOLDER}.get(fate, value)
        if path not in text.scalars:
            continue  # an alias: what it repeats is judged where it is written
        if fate is Fate.FILL_IN:
            text.replace(path, PLACEHOLDER)
        elif fate is Fate.RENAME:
            text.substitute(path, judge.name, judge.new.name)
    for key, value in _identity(judge, model).items():
        if (key,) in text.scalars:
            text.replace((key,), value)
        elif key not in own.entries:
            text.add(key, value)
        expected[(key,)] = value
    result = text.result()
    _as_expected(result, file, expected)
    first = result.removeprefix(BYTE_ORDER_MARK)
    return first if first.startswith("# yaml-language-server:") else f"{EDITOR_LINE}\n{first}"


def _identity(judge: Judge, model: Environment) -> dict[str, str]:
    """Return the fields that say where the environment is, as far as they are not what the other has."""
    code = model.aws_region_short_code
    wanted = {"account": (model.account, judge.new.account), "region": (model.region, judge.new.region)}
    if not judge.same_region:
        wanted["aws_region_short_code"] = (code, short_code(judge.old.region, code, judge.new.region))
    return {key: new for key, (old, new) in wanted.items() if new != old}


def _as_expected(text: str, file: Path, expected: dict[TreePath, str]) -> None:
    """Refuse a file in which an alias makes one text of two values that must differ from here on."""
    result = parse(text, loading.display(file))
    problems = []
    for path, value in expected.items():
        node, steps = find(result, path)
        if steps < len(path) or not isinstance(node, Leaf) or node.value != value:
            message = f"cannot become {shown(value)}, since an alias shares its text: write both out first"
            problems.append(Problem(Source(loading.display(file), node.source.line, path), message))
    if problems:
        raise SpecError(problems)
