"""What the Makefile calls: plan, apply, destroy, docs, checkov, bench.

Exit codes: 0 fine, 1 the verdict is no, 2 wrong use or bad input, 3 the environment failed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from harness import bench, bench_generator, checkov, module_docs, providers, sources, target, terraform, workspace
from harness import live as guard
from harness.errors import HarnessError, ProtectedError, WrongUseError
from harness.summary import Summary, render, summarize

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
Environment = Annotated[str, typer.Argument(help="The environment: a folder of roots/, such as dn-dev.")]
Live = Annotated[bool, typer.Option("--live", help="The real account, with the caller's own credentials.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the real account is changed.")]


@app.command()
def plan(environment: Environment, *, live: Live = False) -> None:
    """Plan a root and write plan.json, plan.txt and plan.tfplan to .build/<env>/."""
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        _, _, summary = make_plan(where, live=live, destroy=False)
    report(where, summary, "plan")


@app.command()
def apply(environment: Environment, *, live: Live = False, yes: Yes = False) -> None:
    """Plan a root, show what changes, and carry out exactly that plan."""
    carry_out(environment, live=live, yes=yes, destroy=False)


@app.command()
def destroy(environment: Environment, *, live: Live = False, yes: Yes = False) -> None:
    """Plan the destruction of all that a root made, show it, and carry it out."""
    carry_out(environment, live=live, yes=yes, destroy=True)


@app.command()
def docs(
    *, check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 with a diff.")] = False
) -> None:
    """Rewrite the generated tables of every module's README."""
    differences = module_docs.refresh(ROOT / "modules", check=check)
    if differences:
        print("".join(differences), end="")
        print("module READMEs are stale: `make docs` rewrites them", file=sys.stderr)
        raise typer.Exit(1)


@app.command("checkov")
def run_checkov(
    environment: Annotated[str, typer.Argument(help="Scan this environment's last plan instead of the sources.")] = "",
) -> None:
    """Scan the modules' and roots' sources, or a plan; exit 1 when a check fails."""
    program = BUILD / "checkov" / "bin" / "checkov"
    if environment:
        plan_json = BUILD / environment / "plan.json"
        if not plan_json.is_file():
            raise WrongUseError(f"{plan_json.relative_to(ROOT)} is not there: `make plan ENV={environment}` writes it")
        verdicts = {f"plan of {environment}": checkov.scan_plan(program, plan_json, ROOT / "roots" / environment, ROOT)}
    else:
        verdicts = {name: checkov.scan_sources(program, ROOT / name, ROOT) for name in ("modules", "roots")}
    for what, found in verdicts.items():
        print("\n".join(found.failures), end="\n" if found.failures else "")
        print(f"checkov, {what}: {found.passed} passed, {len(found.failures)} failed, {found.skipped} skipped in place")
    if any(found.failures for found in verdicts.values()):
        raise typer.Exit(1)


@app.command("bench")
def run_bench(
    environment: Annotated[str, typer.Argument(help="The environment that is planned.")] = "dn-dev",
    runs: Annotated[int, typer.Option(help="How many times each command is run.", min=1)] = 5,
) -> None:
    """Time set-up, generation and plans; the table goes into docs/performance.md."""
    named = known(environment).environment  # what is not one is not measured, and above all not removed
    print(bench.HEADER)
    for timing in bench.run(ROOT, named, runs):
        print(timing.row(), flush=True)
    with tempfile.TemporaryDirectory(prefix="punctual-bench-") as scratch:
        measures = bench_generator.run(ROOT, Path(scratch), min(runs, 3))
    print("", bench_generator.HEADER, *(measure.row() for measure in measures), sep="\n")
    print("", bench_generator.verdict(measures), sep="\n")


def known(environment: str) -> target.Target:
    """The environment of that name.

    Raises:
        WrongUseError: there is none.
    """
    try:
        return target.read(environment)
    except target.TargetError as error:
        raise WrongUseError(str(error)) from None


def aim(environment: str, *, live: bool) -> target.Target:
    """Where the command acts; refuses when the credentials or the endpoint say otherwise."""
    where = known(environment)
    if live:
        print(f"Credentials: {guard.require_account(where.account, where.region, os.environ)}", flush=True)
    else:
        guard.require_sandbox(os.environ)
    return where


def make_plan(
    where: target.Target, *, live: bool, destroy: bool
) -> tuple[terraform.Terraform, workspace.Workspace, Summary]:
    """Copy the root, initialise, plan."""
    terraform.check_version()
    state = (
        None if live else Path(os.environ.get("PUNCTUAL_SANDBOX_DIR", BUILD / where.environment)) / "terraform.tfstate"
    )
    space = workspace.prepare(ROOT / "roots" / where.environment, BUILD / where.environment, state)
    if not live and space.leave_out_imports():
        print("Sandbox: imports.tf is left out, since nothing is here to import; what it names is planned as new")
    runner = start(where, space, live=live)
    runner.init(space)
    return runner, space, summarize(runner.plan(space, destroy=destroy))


def start(where: target.Target, space: workspace.Workspace, *, live: bool) -> terraform.Terraform:
    """Terraform in a working folder; in the sandbox pinned modules come from the clones that the specification names.

    Raises:
        WrongUseError: a clone does not hold what is pinned.
    """
    pinned = [] if live else sources.pinned(ROOT / "environments", where.environment, ROOT)
    return terraform.Terraform(space.folder, providers.configure(BUILD), clones=tuple(sources.clones(pinned)))


def report(where: target.Target, summary: Summary, what: str) -> None:
    """Print the summary and where the plan lies."""
    print(render(summary, f"{where.environment} {what}"))
    folder = (BUILD / where.environment).relative_to(ROOT)
    print(f"Written: {folder}/plan.json, and {folder}/plan.txt with every attribute")


def carry_out(environment: str, *, live: bool, yes: bool, destroy: bool) -> None:
    """Plan, ask where it is the real account, apply."""
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        try:
            runner, space, summary = make_plan(where, live=live, destroy=destroy)
        except ProtectedError as error:
            if live or not destroy:
                raise
            down = f".build/venv/bin/python -m sandbox down {environment}"
            raise WrongUseError(f"{error}\n  or, to forget the sandbox with all that is in it: {down}") from None
        report(where, summary, "destroy" if destroy else "apply")
        if not summary.changes and not summary.moves:
            return
        if live and not yes:
            confirm(where)
        runner.apply(space)


def confirm(where: target.Target) -> None:
    """Ask for the environment's name; a pipeline says YES=1 instead."""
    if not sys.stdin.isatty():
        raise WrongUseError("this changes the real account and nobody is here to ask: say YES=1 to mean it")
    answer = input(f"This changes the real account {where.account}. Type {where.environment} to go on: ")
    if answer.strip() != where.environment:
        raise WrongUseError("nothing was changed")


def main() -> NoReturn:
    """Run the command; a failure that a person can act on is a message and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except HarnessError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    raise SystemExit(0)


if __name__ == "__main__":
    main()
