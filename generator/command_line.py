"""The command line: `python -m generator --help`.

Exit codes: 0 fine, 1 a generated file is stale, 2 a spec or the command is wrong, 3 the machine failed,
130 interrupted, 141 nobody reads on.
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from generator.checks import checking
from generator.commands import affected, derived, new_report, reference, roots, schema, unset
from generator.commands import diff as comparison
from generator.commands import explain as explanation
from generator.commands import new as creation
from generator.commands.changes import GitError, RevisionError
from generator.commands.streams import FAILED, STALE, WRONG, fail, notice, say
from generator.errors import SpecError, reason
from generator.interfaces.library import Library
from generator.output.writing import NotGeneratedError, NotUndoneError
from generator.places import REPOSITORY
from generator.specs import loading

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Name = Annotated[str | None, typer.Argument(metavar="ENV", help="One environment; all of them unless given.")]
Environments = Annotated[Path, typer.Option("--environments", help="Directory of the specs.", file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Roots = Annotated[Path, typer.Option("--roots", help="Directory of the root configurations.", file_okay=False)]

File = Annotated[Path, typer.Option("--file", help="Where to write it.", dir_okay=False)]
Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 with a diff.")]
Complete = Annotated[
    bool, typer.Option("--no-placeholders", help="Refuse what still says FILL_IN: it is about to be planned.")
]

ENVIRONMENTS = REPOSITORY / "environments"
ROOTS = REPOSITORY / "roots"
DOCS = REPOSITORY / "docs" / "spec.md"


@app.command()
def generate(
    env: Name = None,
    environments: Environments = ENVIRONMENTS,
    roots_directory: Roots = ROOTS,
    *,
    no_placeholders: Complete = False,
) -> None:
    """Write the root configurations: all of them or none, and none if any spec is wrong.

    With all of them the schema of the specs, for editors, is written too.
    """
    try:
        if no_placeholders:
            checking.require_complete(environments, env)
        lines = list(roots.generate(environments, roots_directory, env, notice))
    except (SpecError, NotGeneratedError) as error:
        fail(str(error), WRONG)
    except NotUndoneError as error:
        fail(str(error), FAILED)
    except OSError as error:
        fail(f"{reason(error)}; the roots are as they were", FAILED)
    done = "the roots are what their specs ask for"
    if env is None:
        path = environments / schema.FILE
        try:
            lines += _rewritten(path, schema.text())
        except OSError as error:
            say(lines, done)
            fail(f"{loading.display(path)}: {error.strerror}; it is as it was", FAILED)
    say(lines, done)


@app.command()
def check(env: Name = None, environments: Environments = ENVIRONMENTS, roots_directory: Roots = ROOTS) -> None:
    """Compare the root configurations with what their specs ask for; exit 1 with a diff when they differ.

    With all of them the schema of the specs is compared too.
    """
    try:
        stale = roots.stale(environments, roots_directory, env, notice)
        stale_schema = "" if env is not None else derived.difference(environments / schema.FILE, schema.text())
    except (SpecError, NotGeneratedError) as error:
        fail(str(error), WRONG)
    except OSError as error:
        fail(reason(error), FAILED)
    say(each.removesuffix("\n") for each in (*(root.difference for root in stale), stale_schema) if each)
    names = ", ".join(loading.display(roots_directory / root.name) for root in stale)
    said = [f"{names}: not what the specs ask for"] if stale else []
    if stale_schema:
        said.append(f"{loading.display(environments / schema.FILE)}: not what the models say")
    if said:
        fail(f"{'; '.join(said)}; run: make generate", STALE)


@app.command("list")
def list_(environments: Environments = ENVIRONMENTS) -> None:
    """List the environments, with account and region."""
    try:
        found = roots.environments(environments)
    except SpecError as error:
        fail(str(error), WRONG)
    say(f"{name}\t{spec.account}\t{spec.region}" for name, spec in found.items())


@app.command()
def explain(
    env: Annotated[str, typer.Argument(metavar="ENV", help="The environment.")],
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="Such as tasks.report.cpu; everything unless given.")
    ] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a list of settings.")] = False,
    environments: Environments = ENVIRONMENTS,
) -> None:
    """Say which line set a value, and what it overrode; for what no line sets, the default that holds instead."""
    try:
        steps = explanation.parse_path(path)
        tree = loading.load(environments, env)
        settings = explanation.of_file(environments, env, steps) or explanation.explain(tree, steps)
        missing = [] if settings else [unset.unset(tree, steps, Library(loading.Specs(environments).repository))]
    except (SpecError, ValueError) as error:
        fail(str(error), WRONG)
    if as_json:
        say([json.dumps([*(each.record() for each in settings), *(each.record() for each in missing)], indent=2)])
    else:
        alone = len(settings) == 1
        say(chain((line for each in settings for line in each.lines(alone=alone)), *(each.lines() for each in missing)))


@app.command("affected")
def affected_(
    since: Annotated[str, typer.Option("--since", metavar="REV", help="Compare with where HEAD and this part.")],
    environments: Environments = ENVIRONMENTS,
    roots_directory: Roots = ROOTS,
    *,
    as_json: Json = False,
) -> None:
    """List the environments that a change touches, and why; uncommitted and untracked files count."""
    try:
        report = affected.affected(environments, roots_directory, since)
    except (SpecError, RevisionError) as error:
        fail(str(error), WRONG)
    except GitError as error:
        fail(str(error), FAILED)
    except OSError as error:
        fail(reason(error), FAILED)
    say([affected.as_json(report)] if as_json else affected.text(report))


@app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="ENV1", help="An environment.")],
    second: Annotated[str, typer.Argument(metavar="ENV2", help="The environment beside it.")],
    environments: Environments = ENVIRONMENTS,
    *,
    as_json: Json = False,
) -> None:
    """Show how two environments differ, value by value, with the line that sets each."""
    try:
        found = comparison.between(environments, first, second)
    except SpecError as error:
        fail(str(error), WRONG)
    say([comparison.as_json(found, first, second)] if as_json else comparison.text(found, first, second))


@app.command()
def new(
    env: Annotated[str, typer.Argument(metavar="ENV", help="The environment that is to be.")],
    other: Annotated[str, typer.Option("--from", metavar="OTHER", help="The environment to start from.")],
    account: Annotated[str | None, typer.Option(help="Its account; to be filled in unless given.")] = None,
    region: Annotated[str | None, typer.Option(help="Its region; OTHER's unless given.")] = None,
    environments: Environments = ENVIRONMENTS,
) -> None:
    """Start an environment from another one's own file; say what is different, to be filled in, and to be looked at."""
    try:
        report = creation.start(environments, env, other, account, region)
    except SpecError as error:
        fail(str(error), WRONG)
    except OSError as error:
        fail(f"{reason(error)}; nothing is written", FAILED)
    file = loading.display(environments / f"{env}.yaml")
    first = f"{file}: written, after {loading.display(environments / f'{other}.yaml')}"
    say([first, *new_report.text(report, env, other)], f"{file} is written")


@app.command("schema")
def schema_(environments: Environments = ENVIRONMENTS, *, check: Check = False) -> None:
    """Write the schema of a spec, with which editors complete and check: spec.schema.json beside the specs."""
    _refresh(environments / schema.FILE, schema.text(), check=check, mend="make generate")


@app.command()
def docs(file: File = DOCS, *, check: Check = False) -> None:
    """Write docs/spec.md: every field of a spec, the rules, and examples."""
    _refresh(file, reference.text(), check=check, mend="make docs")


def _refresh(path: Path, text: str, *, check: bool, mend: str) -> None:
    if not path.parent.is_dir():
        fail(f"{loading.display(path.parent)}: there is no such directory", WRONG)
    try:
        difference = derived.difference(path, text) if check else ""
        lines = [] if check else _rewritten(path, text)
    except OSError as error:
        fail(f"{loading.display(path)}: {error.strerror}; it is as it was", FAILED)
    if not check:
        say(lines, f"{loading.display(path)} is what the models say")
    elif difference:
        say([difference.removesuffix("\n")])
        fail(f"{loading.display(path)}: not what the models say; run: {mend}", STALE)


def _rewritten(path: Path, text: str) -> list[str]:
    """Give a file this text; return what there is to say of it."""
    if not derived.difference(path, text):
        return []
    derived.write(path, text)
    return [f"{loading.display(path)}: written"]
