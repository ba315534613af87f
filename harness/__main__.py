"""What the Makefile calls: plan, review, apply, destroy, matrix, summary, docs, checkov, bench, evaluate.

Exit codes: 0 fine, 1 the verdict is no, 2 wrong use or bad input, 3 the environment failed.
"""

from __future__ import annotations

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from harness import bench, bench_generator, bench_review, pipelines, plans, reviews, target
from harness.errors import EnvironmentFailedError, HarnessError, WrongUseError
from harness.places import BUILD, ROOT
from review.checks import checkov
from review.errors import ReviewError

app = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
AWS_CLI = BUILD / "awscli" / "bin"  # made by `make bench` alone
Environment = Annotated[str, typer.Argument(help="The environment: a folder of roots/, such as dn-dev.")]
Live = Annotated[bool, typer.Option("--live", help="The real account, with the caller's own credentials.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the real account is changed.")]
Saved = Annotated[bool, typer.Option("--saved", help="Plan nothing: carry out what `plan` saved, if it still holds.")]


@app.command()
def plan(environment: Environment, *, live: Live = False) -> None:
    """Plan a root; write plan.json, plan.txt and summary.md to .build/<env>/, and the plan itself to saved/ there."""
    plans.show(environment, live=live)


@app.command()
def review(environment: Environment) -> None:
    """Review the last plan of a root; write review.md, .html, .json, .sarif and .junit.xml to .build/<env>/."""
    code = reviews.review(plans.known(environment).environment)
    if code:
        raise typer.Exit(code)


@app.command()
def apply(environment: Environment, *, live: Live = False, yes: Yes = False, saved: Saved = False) -> None:
    """Plan a root, show what changes, and carry out exactly that plan; or the one that was saved before."""
    if saved:
        plans.carry_out_saved(environment, live=live, yes=yes)
    else:
        plans.carry_out(environment, live=live, yes=yes, destroy=False)


@app.command()
def destroy(environment: Environment, *, live: Live = False, yes: Yes = False) -> None:
    """Plan the destruction of all that a root made, show it, and carry it out."""
    plans.carry_out(environment, live=live, yes=yes, destroy=True)


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
    names = [plans.known(environment).environment for environment in environments or []]
    written = pipelines.write_summary(BUILD, names)
    print(f"Written: {', '.join(str(path.relative_to(ROOT)) for path in written)}")


@app.command()
def docs(
    *, check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 with a diff.")] = False
) -> None:
    """Rewrite the generated tables of every module's README."""
    from harness import module_docs  # noqa: PLC0415 - it loads a parser of HCL, which no other command here needs

    differences = module_docs.refresh(ROOT / "modules", check=check)
    if differences:
        print("".join(differences), end="")
        print("module READMEs are stale: `make docs` rewrites them", file=sys.stderr)
        raise typer.Exit(1)


@app.command("checkov")
def run_checkov(
    environment: Annotated[str, typer.Argument(help="Scan this environment's last plan and its root.")] = "",
) -> None:
    """Scan the sources of all modules and roots, or a plan with its sources; exit 1 when a check fails."""
    program = BUILD / "checkov" / "bin" / "checkov"
    try:
        if environment:
            plan_json = BUILD / environment / "plan.json"
            if not plan_json.is_file():
                here = plan_json.relative_to(ROOT)
                raise WrongUseError(f"{here} is not there: `make plan ENV={environment}` writes it")
            root = ROOT / "roots" / environment
            scans = {f"plan of {environment}": checkov.run(program, plan_json, root, cache=BUILD / environment)}
        else:
            scans = {name: checkov.run_on_sources(program, ROOT / name) for name in ("modules", "roots")}
    except ReviewError as error:
        raise EnvironmentFailedError(str(error)) from None
    for what, scan in scans.items():
        if scan.not_run:
            raise EnvironmentFailedError(f"{what}: {scan.not_run}")
        for each in scan.findings:
            print(f"{each.source or '(no line known)'}: {each.address}: {each.title}")
        print(f"checkov, {what}: {scan.passed} passed, {len(scan.findings)} failed, {len(scan.skips)} skipped in place")
    if any(scan.findings for scan in scans.values()):
        raise typer.Exit(1)


class Part(StrEnum):
    """What `bench` times; each prints a table of its own."""

    COMMANDS = "commands"
    GENERATOR = "generator"
    REVIEW = "review"
    SYNC = "sync"
    WORKERS = "workers"
    CLAIMS = "claims"


@app.command("bench")
def run_bench(
    environment: Annotated[str, typer.Argument(help="The environment that is planned.")] = "dn-dev",
    runs: Annotated[int, typer.Option(help="How many times each command is run.", min=1)] = 5,
    only: Annotated[Part | None, typer.Option(help="One part; all unless given.")] = None,
) -> None:
    """Time set-up, generation, plans, reviews, the sync of Batch targets, and the workers: docs/performance.md."""
    # They start a sandbox, of which no other command here may know.
    from harness import bench_claims, bench_sync, bench_workers  # noqa: PLC0415

    named = plans.known(environment).environment  # what is not one is not measured, and above all not removed
    parts = [only] if only else list(Part)
    if Part.SYNC in parts:
        bench_sync.require(AWS_CLI)  # before minutes have gone by
    if Part.COMMANDS in parts:
        print(bench.HEADER)
        for timing in bench.run(ROOT, named, runs):
            print(timing.row(), flush=True)
    if Part.GENERATOR in parts:
        with tempfile.TemporaryDirectory(prefix="punctual-bench-") as scratch:
            measures = bench_generator.run(ROOT, Path(scratch), min(runs, 3))
        print("", bench_generator.HEADER, *(measure.row() for measure in measures), sep="\n")
        print("", bench_generator.verdict(measures), sep="\n", flush=True)
    if Part.REVIEW in parts:
        with tempfile.TemporaryDirectory(prefix="punctual-bench-") as scratch:
            reviewed = bench_review.run(ROOT, named, Path(scratch), min(runs, 3))
        print("", bench_review.HEADER, *(measure.row() for measure in reviewed), sep="\n")
        print("", bench_review.verdict(reviewed), sep="\n", flush=True)
    if Part.SYNC in parts:
        synced = bench_sync.run(ROOT, AWS_CLI, min(runs, 3))
        print("", bench_sync.HEADER, *(measure.row() for measure in synced), sep="\n")
        print("", bench_sync.verdict(synced), sep="\n", flush=True)
    if Part.WORKERS in parts:
        print("", *bench_workers.run(ROOT), sep="\n", flush=True)
    if Part.CLAIMS in parts:
        print("", *bench_claims.run(), sep="\n")


@app.command()
def evaluate(
    seeds: Annotated[int, typer.Option(help="How many catalogues.", min=1)] = 50,
    claims: Annotated[int, typer.Option(help="Claims in each.", min=6_000)] = 8_000,
    processes: Annotated[int, typer.Option(help="How many seeds at the same time.", min=1)] = 2,
    write: Annotated[Path | None, typer.Option(help="Put the tables into this document, between its markers.")] = None,
) -> None:
    """Say how much of what is put into synthetic catalogues the claims report finds, beside two simple rules."""
    from harness.evaluation import evaluate as evaluation  # noqa: PLC0415 - the others do without NumPy and DuckDB

    document = evaluation.readable(write) if write else None
    trials = []
    scale = evaluation.Scale(claims=claims)
    for seed, found in enumerate(
        evaluation.trials(range(1, seeds + 1), BUILD / "evaluation", scale, processes), start=1
    ):
        trials += found
        print(f"seed {seed} of {seeds} is done", file=sys.stderr, flush=True)
    tables = evaluation.tables(trials, scale)
    if write and document is not None:
        write.write_text(evaluation.place(document, tables), encoding="utf-8")
        print(f"written: {write}", file=sys.stderr)
    print(tables, end="")


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
