"""What the Makefile calls: plan, apply, destroy, matrix, summary, docs, checkov, bench.

Exit codes: 0 fine, 1 the verdict is no, 2 wrong use or bad input, 3 the environment failed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from generator.commands import roots
from generator.errors import SpecError
from generator.output.writing import NotGeneratedError
from harness import (
    bench,
    bench_generator,
    checkov,
    fingerprint,
    markdown,
    module_docs,
    pipelines,
    providers,
    refusals,
    saved_plan,
    sources,
    target,
    terraform,
    workspace,
)
from harness import live as guard
from harness.errors import EnvironmentFailedError, HarnessError, ProtectedError, RefusedError, WrongUseError
from harness.summary import Summary, render, summarize

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
SPECS = ROOT / "environments"
Prepared = tuple[terraform.Terraform, workspace.Workspace]

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
Environment = Annotated[str, typer.Argument(help="The environment: a folder of roots/, such as dn-dev.")]
Live = Annotated[bool, typer.Option("--live", help="The real account, with the caller's own credentials.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the real account is changed.")]
Saved = Annotated[bool, typer.Option("--saved", help="Plan nothing: carry out what `plan` saved, if it still holds.")]


@app.command()
def plan(environment: Environment, *, live: Live = False) -> None:
    """Plan a root; write plan.json, plan.txt and summary.md to .build/<env>/, and the plan itself to saved/ there."""
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        _, space, summary = make_plan(where, live=live, destroy=False)
        text = markdown.render(summary, f"{where.environment} plan", where.announcement(live=live))
        (space.folder / markdown.FILE).write_text(text, encoding="utf-8")
    report(where, summary, "plan")


@app.command()
def apply(environment: Environment, *, live: Live = False, yes: Yes = False, saved: Saved = False) -> None:
    """Plan a root, show what changes, and carry out exactly that plan; or the one that was saved before."""
    if saved:
        carry_out_saved(environment, live=live, yes=yes)
    else:
        carry_out(environment, live=live, yes=yes, destroy=False)


@app.command()
def destroy(environment: Environment, *, live: Live = False, yes: Yes = False) -> None:
    """Plan the destruction of all that a root made, show it, and carry it out."""
    carry_out(environment, live=live, yes=yes, destroy=True)


@app.command()
def matrix(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every environment; standard input is not read.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON, for a pipeline's matrix.")] = False,
) -> None:
    """Of what `generator affected --json` writes, what a pipeline can plan: environment, account, region."""
    names = target.names() if everything else pipelines.affected(sys.stdin.read())
    jobs, left_out = pipelines.jobs(names)
    for reason in left_out:
        print(reason, file=sys.stderr)
    print(pipelines.as_json(jobs) if as_json else pipelines.as_lines(jobs), end="")


@app.command("summary")
def write_summary(
    environments: Annotated[list[str] | None, typer.Argument(help="Those that were to be planned.")] = None,
) -> None:
    """Put the environments' summaries into one, for a pull request: .build/summary.md and .build/code-insights.json."""
    names = [known(environment).environment for environment in environments or []]
    BUILD.mkdir(exist_ok=True)
    planned, report = BUILD / markdown.FILE, BUILD / "code-insights.json"
    text = markdown.combine({name: pipelines.summary_of(BUILD / name) for name in names})
    planned.write_text(text, encoding="utf-8")
    report.write_text(pipelines.code_insights(BUILD, names), encoding="utf-8")
    print(f"Written: {planned.relative_to(ROOT)}, {report.relative_to(ROOT)}")


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


def state_file(where: target.Target, *, live: bool) -> Path | None:
    """The state of the sandbox; None for the real account, where the root says itself where its state is."""
    if live:
        return None
    return Path(os.environ.get("PUNCTUAL_SANDBOX_DIR", BUILD / where.environment)) / "terraform.tfstate"


def terraform_in(where: target.Target, state: Path | None, *, keep: tuple[str, ...] = ()) -> Prepared:
    """A copy of the root where Terraform can work on it, and Terraform there.

    In the sandbox pinned modules come from the clones that the specification names, and nothing is there to import.

    Raises:
        WrongUseError: a clone does not hold what is pinned.
    """
    space = workspace.prepare(ROOT / "roots" / where.environment, BUILD / where.environment, state, keep=keep)
    pinned = []
    if state is not None:
        if space.leave_out_imports():
            print("Sandbox: imports.tf is left out, since nothing is here to import; what it names is planned as new")
        pinned = sources.pinned(SPECS, where.environment, ROOT)
    return terraform.Terraform(space.folder, providers.configure(BUILD), clones=tuple(sources.clones(pinned))), space


def circumstances(where: target.Target, state: Path | None, version: str) -> saved_plan.Circumstances:
    """What a plan that is made now is made from."""
    return saved_plan.Circumstances(
        environment=where.environment,
        live=state is None,
        state=str(state or ""),
        configuration=fingerprint.configuration(ROOT / "roots" / where.environment),
        terraform=version,
    )


def is_current(where: target.Target) -> bool:
    """Whether the root is what the specification asks for.

    Raises:
        WrongUseError: the specification is wrong, or the root has a file that the generator did not write.
        EnvironmentFailedError: one of the two cannot be read.
    """
    try:
        return not roots.stale(SPECS, ROOT / "roots", where.environment)
    except (SpecError, NotGeneratedError) as error:
        raise WrongUseError(str(error)) from None
    except OSError as error:
        raise EnvironmentFailedError(f"{error.filename}: {error.strerror}") from None


def make_plan(
    where: target.Target, *, live: bool, destroy: bool
) -> tuple[terraform.Terraform, workspace.Workspace, Summary]:
    """Copy the root, initialise, plan, and keep the plan for `apply --saved`.

    Raises:
        RefusedError: a value is refused; the message says where the specification sets it.
    """
    version, state = terraform.check_version(), state_file(where, live=live)
    runner, space = terraform_in(where, state)
    now = circumstances(where, state, version)
    runner.init(space)
    try:
        plan = runner.plan(space, destroy=destroy)
    except RefusedError as error:
        found = [*refusals.of_variables(error.words), *refusals.of_resources(runner.failed_checks(space))]
        raise RefusedError(error.words, refusals.places(found, SPECS, where.environment)) from None
    saved_plan.keep(space, now, destroy=destroy, commit=saved_plan.git_commit(ROOT))
    return runner, space, summarize(plan)


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
        saved_plan.use_up(space)
        runner.apply(space)


def carry_out_saved(environment: str, *, live: bool, yes: bool) -> None:
    """Apply what `plan` saved, after checking that it still holds; plan nothing.

    Raises:
        WrongUseError: there is no saved plan, something it was made from has changed (the specification
            too, when the root was not generated since), or its state has moved on.
    """
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        folder = BUILD / environment / saved_plan.FOLDER
        record = saved_plan.read(folder, environment)
        version, state = terraform.check_version(), state_file(where, live=live)
        now, current = circumstances(where, state, version), is_current(where)
        saved_plan.require_applicable(record, now, folder / saved_plan.PLAN, current=current)
        kept = (saved_plan.FOLDER, "plan.txt", markdown.FILE)
        runner, space = terraform_in(where, state, keep=kept)
        runner.init(space, folder / saved_plan.LOCK)
        shutil.copy2(folder / saved_plan.PLAN, space.plan_file)
        print(f"Nothing is planned: this is {record}")
        report(where, summarize(runner.show(space)), "apply")
        if live and not yes:
            confirm(where)
        saved_plan.use_up(space)
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
