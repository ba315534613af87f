"""`python -m review FILE…`: say what plans will really do, and whether they may be applied.

Reads the JSON of `terraform show -json <plan file>` and writes review.md, review.html, review.json, review.sarif and
review.junit.xml.

Exit codes: 0 every verdict is yes, 1 one is no, 2 wrong use or bad input, 3 the environment failed.
"""

from __future__ import annotations

import _thread
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from review import plan as plans
from review.checks import checkov
from review.delivery import samples
from review.errors import EnvironmentFailedError, ReviewError, WrongUseError
from review.output import terminal, writing
from review.reviewing import review

if TYPE_CHECKING:
    from review.report import Report

NOT_ASKED = checkov.Scan(0, (), (), not_run="`make review` sets it up and runs it, --checkov names one.")

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(help="Plans, as `terraform show -json` prints them.", metavar="FILE…")],
    *,
    events: Annotated[
        list[Path] | None, typer.Option(help="A folder of sample events (*.json); can be given several times.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="The root that the plan was made from, which checkov reads, too; of one plan.")
    ] = None,
    program: Annotated[
        Path | None, typer.Option("--checkov", help="The program checkov; the review says so if it did not run.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The folder to write to, a folder for each of several plans; unless given, beside the plan."),
    ] = None,
) -> None:
    """Say what plans will really do, prove what can be proved, and write the verdict."""
    if source is not None and len(files) > 1:
        raise WrongUseError("--source is the root of one plan, and there are several")
    _require(files, events or [], source, program)
    found = None if program is None else _found(program)
    folders = _folders(files, out)
    reports = [_review(file, folder, events or [], source, found) for file, folder in zip(files, folders, strict=True)]
    if not all(report.passes for report in reports):
        raise typer.Exit(1)


def _require(files: list[Path], events: list[Path], source: Path | None, program: Path | None) -> None:
    """Refuse what is not there before anything is read, so that a slip of the finger is no review of something else."""
    for file in files:
        if file.is_dir():
            raise WrongUseError(f"{file} is a folder: give the JSON of a plan, such as {file / 'plan.json'}")
        if program is not None and file.exists() and not file.is_file():
            raise WrongUseError(f"{file} can be read once only, and checkov reads it, too: write the plan to a file")
    for place in events:
        if not place.is_dir():
            raise WrongUseError(f"{place} is no folder: --events is one that holds sample events, each in a *.json")
    if source is not None and not source.is_dir():
        raise WrongUseError(f"{source} is no folder: --source is the one that holds the root's *.tf files")


def _found(program: Path) -> Path:
    """Return where a program is that was asked for by its path or, as in a shell, by its name."""
    path = shutil.which(program)
    if path is None:
        raise EnvironmentFailedError(f"{program} is no program of this machine: --checkov names checkov's own")
    return Path(path)


def _review(file: Path, folder: Path, events: list[Path], source: Path | None, program: Path | None) -> Report:
    """Review one plan while checkov, which takes the longest, reads it beside."""
    plan = plans.read_file(file)
    try:
        given = [event for place in events for event in samples.read_folder(place, plan)]
    except samples.SampleError as error:
        raise WrongUseError(str(error)) from None
    with ThreadPoolExecutor(max_workers=1) as beside:
        if program is None:
            report = review(plan, events=given, scan=lambda: NOT_ASKED)
        else:
            report = review(
                plan, events=given, scan=beside.submit(checkov.run, program, file, source, cache=folder).result
            )
    written = writing.write(report, folder)
    terminal.show(report, written)
    return report


def _folders(files: list[Path], out: Path | None) -> list[Path]:
    """Return where the review of each plan goes."""
    if out is None:
        folders = [file.parent if file.name == "plan.json" else file.with_suffix(".review") for file in files]
    elif len(files) == 1:
        folders = [out]
    else:
        names = [file.resolve().parent.name if file.name == "plan.json" else file.stem for file in files]
        folders = [out / name for name in names]
    for folder in folders:
        alike = [str(file) for file, other in zip(files, folders, strict=True) if other == folder]
        if len(alike) > 1:
            raise WrongUseError(f"the reviews of {' and '.join(alike)} would both be written to {folder}")
    return folders


def interrupt_again(ignored: sys.UnraisableHookArgs) -> None:
    """Let Ctrl-C end the review also where Python would only print it: while z3's terms are being thrown away."""
    if ignored.exc_type is KeyboardInterrupt:
        threading.Timer(0.05, _thread.interrupt_main).start()  # at once it would be in here that nobody hears it
    else:
        sys.__unraisablehook__(ignored)


def main() -> NoReturn:
    """Run the command; a failure that a person can act on is a message and an exit code, never a traceback."""
    sys.unraisablehook = interrupt_again
    try:
        app(standalone_mode=True)
    except ReviewError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except OSError as error:  # what is read is told of where it is read: this is what cannot be written
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        raise SystemExit(EnvironmentFailedError.exit_code) from None
    raise SystemExit(0)


if __name__ == "__main__":
    main()
