"""What a pipeline needs to know: which environments to plan, with which account's role, and what to tell reviewers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from generator.checks.placeholders import placeholders
from generator.errors import SpecError, dotted
from generator.models.forms import PLACEHOLDER
from generator.specs import loading
from harness import markdown, target
from harness.errors import WrongUseError

REVIEW, VERDICT = "review.md", "review.json"  # as `python -m review` writes them
DETAILS = 2_000  # characters that Bitbucket takes as the details of a report


def affected(text: str) -> list[str]:
    """The names in what `python -m generator affected --json` writes.

    Raises:
        WrongUseError: this is something else.
    """
    try:
        found: Any = json.loads(text)
        return [str(entry["environment"]) for entry in found["environments"]]
    except (ValueError, TypeError, KeyError):
        raise WrongUseError("standard input is not what `python -m generator affected --json` writes") from None


def jobs(names: list[str], environments: Path = target.ENVIRONMENTS) -> tuple[list[target.Target], list[str]]:
    """Where each environment lives; and, for those that still have placeholders, what is to be given first.

    Raises:
        WrongUseError: there is no such environment here, or its specification cannot be read.
    """
    found, left_out = [], []
    for name in names:
        try:
            target.require(name, environments)
            if missing := unfilled(environments, name):
                left_out.append(f"{name} is not planned, since {PLACEHOLDER} is a placeholder: {', '.join(missing)}")
            else:
                found.append(target.read(name, environments))
        except (target.TargetError, SpecError) as error:
            raise WrongUseError(str(error)) from None
    return found, left_out


def unfilled(environments: Path, name: str) -> list[str]:
    """Every place of an environment that still has a placeholder, in what it extends too: file, line and field."""
    sources = {node.source for _, node in placeholders(loading.load(environments, name))}
    return [f"{source} {dotted(source.path)}" for source in sorted(sources, key=lambda each: (each.file, each.line))]


def as_json(found: list[target.Target]) -> str:
    """One line that GitHub's ``fromJSON`` makes a matrix of."""
    entries = [{"environment": where.environment, "account": where.account, "region": where.region} for where in found]
    return json.dumps(entries, separators=(",", ":")) + "\n"


def as_lines(found: list[target.Target]) -> str:
    """A line for each: name, account, region, with tabs between them, for a loop of the shell."""
    return "".join(f"{where.environment}\t{where.account}\t{where.region}\n" for where in found)


def summary_of(folder: Path) -> str | None:
    """The review of the plan in a working folder; its summary if it was not reviewed; None if there is none."""
    paths = (path for path in (folder / REVIEW, folder / markdown.FILE) if path.is_file())
    return next((path.read_text(encoding="utf-8") for path in paths), None)


def is_refused(folder: Path) -> bool:
    """Whether the verdict of the review in a working folder is no.

    Raises:
        WrongUseError: the review cannot be read.
    """
    path = folder / VERDICT
    if not path.is_file():
        return False
    try:
        passes: bool = json.loads(path.read_text(encoding="utf-8"))["passes"]
    except (ValueError, TypeError, KeyError):
        raise WrongUseError(f"{path} is not what `make review` writes") from None
    return not passes


def write_summary(build: Path, names: list[str]) -> tuple[Path, Path]:
    """Put the environments' summaries into one, as Markdown and as Bitbucket's report; say where the two are."""
    build.mkdir(exist_ok=True)
    text, report = build / markdown.FILE, build / "code-insights.json"
    text.write_text(markdown.combine({name: summary_of(build / name) for name in names}), encoding="utf-8")
    report.write_text(code_insights(build, names), encoding="utf-8")
    return text, report


def code_insights(build: Path, names: list[str]) -> str:
    """A report as Bitbucket's Code Insights take it: the headings of the reviews.

    It has failed when a plan is missing, or when a verdict is no.
    """
    summaries = {name: summary_of(build / name) for name in names}
    missing = list(markdown.without(summaries))
    headings = [given.partition("\n")[0].lstrip("# ") for given in summaries.values() if given is not None]
    details = "\n".join([*(f"{name}: there is no plan" for name in missing), *headings])
    report = {
        "title": "Terraform plans",
        "report_type": "TEST",
        "reporter": "Punctual",
        "result": "FAILED" if missing or any(is_refused(build / name) for name in names) else "PASSED",
        "details": markdown.cut(details or markdown.NOTHING, DETAILS),
    }
    return json.dumps(report, indent=2) + "\n"
