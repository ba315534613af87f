"""The command line: `python -m generator generate|check|list|explain`.

Exit codes: 0 fine, 1 roots are stale, 2 a spec or the command is wrong, 3 the machine failed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from generator import checking, loading, roots
from generator import explain as explaining
from generator.errors import Problem, SpecError
from generator.writing import NotGeneratedError

REPOSITORY = Path(__file__).resolve().parent.parent

STALE, WRONG, FAILED = 1, 2, 3

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Name = Annotated[str | None, typer.Argument(metavar="ENV", help="One environment; all of them unless given.")]
Environments = Annotated[Path, typer.Option("--environments", help="Directory of the specs.", file_okay=False)]
Roots = Annotated[Path, typer.Option("--roots", help="Directory of the root configurations.", file_okay=False)]

Complete = Annotated[
    bool, typer.Option("--no-placeholders", help="Refuse what still says FILL_IN: it is about to be planned.")
]

ENVIRONMENTS = REPOSITORY / "environments"
ROOTS = REPOSITORY / "roots"


@app.command()
def generate(
    env: Name = None,
    environments: Environments = ENVIRONMENTS,
    roots_directory: Roots = ROOTS,
    *,
    no_placeholders: Complete = False,
) -> None:
    """Write the root configurations: all of them or none, and none if any spec is wrong."""
    try:
        if no_placeholders:
            checking.require_complete(environments, env)
        for line in roots.generate(environments, roots_directory, env, _notice):
            typer.echo(line)
    except (SpecError, NotGeneratedError) as error:
        _fail(str(error), WRONG)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}; the roots are as they were", FAILED)


@app.command()
def check(env: Name = None, environments: Environments = ENVIRONMENTS, roots_directory: Roots = ROOTS) -> None:
    """Compare the root configurations with what their specs ask for; exit 1 with a diff when they differ."""
    try:
        stale = roots.stale(environments, roots_directory, env, _notice)
    except SpecError as error:
        _fail(str(error), WRONG)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}", FAILED)
    if not stale:
        return
    for root in stale:
        typer.echo(root.difference, nl=False)
    names = ", ".join(loading.display(roots_directory / root.name) for root in stale)
    _fail(f"{names}: not what the specs ask for; run: make generate", STALE)


@app.command("list")
def list_(environments: Environments = ENVIRONMENTS) -> None:
    """List the environments, with account and region."""
    try:
        for name, spec in roots.environments(environments).items():
            typer.echo(f"{name}\t{spec.account}\t{spec.region}")
    except SpecError as error:
        _fail(str(error), WRONG)


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
    """Say which line set a value, and what it overrode."""
    try:
        settings = explaining.explain(loading.load(environments, env), explaining.parse_path(path))
    except (SpecError, ValueError) as error:
        _fail(str(error), WRONG)
    if as_json:
        typer.echo(json.dumps([setting.record() for setting in settings], indent=2, ensure_ascii=False))
        return
    for setting in settings:
        typer.echo("\n".join(setting.lines()))


def _notice(problem: Problem) -> None:
    """Say what could not be checked: the verdict does not depend on it, so it goes where no pipe reads it."""
    typer.echo(str(problem), err=True)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    app(prog_name="python -m generator")
