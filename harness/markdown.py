"""The summary of a plan as Markdown, for a pull request: the most dangerous first, and never longer than it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.summary import ORDER, Summary, counts

FILE = "summary.md"
NOTHING = "No environment that can be planned is touched."
LIMIT = 60_000  # characters; GitHub takes 65,536 in a comment
OPENS, CLOSES = "<details>", "</details>"  # of a review
FENCE = "```"
CUT = "\n… and more: the rest is in the plan itself.\n"


def render(summary: Summary, title: str, where: str, limit: int = LIMIT) -> str:
    """A summary under a heading.

    Args:
        summary: what the plan does.
        title: the environment, and what was done.
        where: one line that says in which account and region.
        limit: how many characters it may have; what is left out is the least dangerous.
    """
    return cut("\n".join(lines(summary, title, where)) + "\n", limit)


def lines(summary: Summary, title: str, where: str) -> Iterator[str]:
    """Every line, in the order of danger."""
    yield from (f"## {title}: {counts(summary)}", "", where)
    for verb in ORDER:
        touched = [change for change in summary.changes if change.verb == verb]
        if touched:
            yield from ("", f"### {len(touched)} to {verb}", "")
        for change in touched:
            forced = f", forced by {', '.join(code(path) for path in change.because)}" if change.because else ""
            yield f"- {code(change.address)}{forced}"
    if summary.moves:
        yield from ("", f"### {len(summary.moves)} to move", "")
        yield from (f"- {code(old)} to {code(new)}" for old, new in summary.moves)
    if summary.schedules:
        yield from ("", "### Schedules after this plan", "")
        for schedule in summary.schedules:
            off = "" if schedule.enabled else ", **disabled**"
            when = f"{code(schedule.expression)} {code(schedule.timezone)}"
            yield f"- {code(schedule.name)}: {when} runs {code(schedule.task)}{off}"
    if summary.reactions:
        yield from ("", "### Events that run something after this plan", "")
        for reaction in summary.reactions:
            off = "" if reaction.enabled else ", **disabled**"
            yield f"- {code(reaction.rule)} on {code(reaction.bus)} runs {code(reaction.runs)}{off}"


def combine(summaries: Mapping[str, str | None], limit: int = LIMIT) -> str:
    """One text of several environments' summaries; each gets its share of the limit, and what one leaves, the next.

    Args:
        summaries: by environment; None where there is no plan, which is said first.
        limit: how many characters the whole may have.
    """
    if not summaries:
        return NOTHING + "\n"
    missing = [f"**{name}: there is no plan**; the log of the pipeline says why.\n\n" for name in without(summaries)]
    text = "".join(missing)
    planned = sorted((given for given in summaries.values() if given is not None), key=len)
    shown = []
    for position, given in enumerate(planned):  # short ones first, so that what they leave is there for the long ones
        shown.append(cut(given, (limit - len(text)) // (len(planned) - position) - 1))
        text += shown[-1] + "\n"
    in_order = [given for given in summaries.values() if given is not None]
    fitted = dict(zip(planned, shown, strict=True))
    return "".join(missing) + "\n".join(fitted[given] for given in in_order)


def without(summaries: Mapping[str, str | None]) -> Iterable[str]:
    """The environments that have no summary."""
    return [name for name, given in summaries.items() if given is None]


def cut(text: str, limit: int) -> str:
    """Leave out whole lines from the end, and say so; what is open there is closed."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(CUT)].rpartition("\n")[0]
    while closing := _closing(kept):
        if len(kept) + len(closing) <= limit - len(CUT):
            break
        kept = kept.rpartition("\n")[0]
    return kept + closing + CUT


def _closing(text: str) -> str:
    """What closes all that is open at the end of a review: a block of code, and what is folded."""
    fence, folded = "", 0
    for line in text.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith(FENCE):
            fence = line[: len(line) - len(line.lstrip("`"))]
        else:
            folded += line.count(OPENS) - line.count(CLOSES)
    return (f"\n{fence}" if fence else "") + f"\n{CLOSES}" * folded


def code(text: str) -> str:
    """Text as it is, whatever it holds: fenced by more backticks than it has in a row."""
    fence = "`"
    while fence in text:
        fence += "`"
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{' '.join(text.split())}{padding}{fence}"
