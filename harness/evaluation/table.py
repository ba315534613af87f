"""The evaluation as Markdown tables, and their place in a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.errors import WrongUseError
from harness.evaluation.baselines import RULES
from harness.evaluation.intervals import clopper_pearson
from harness.evaluation.scoring import HIGH_SCORE, LEAST_SCORE, Score, Trial, score, weeks_with_false_alarm
from harness.evaluation.trials import OURS, Scale, ranked
from sandbox.claims.injections import SIZES
from workers.claimsreport.finding import Kind

_COMPARED = (
    "What is found, by kind: recall of the rules with as many alerts as the claims report, their best ones. Helped: "
    "only among those that are as much more than usual as a finding must be, and whatever their threshold."
)
BEGIN, END = "<!-- evaluation -->", "<!-- /evaluation -->"
# Kinds that are rules and no tests have no rate that is stated.
RULE_KINDS = (Kind.CONFLICT, Kind.VIEWS_WITHOUT_REVENUE)

_SIZES = {
    "claims-on-asset": "{:+g} claims",
    "claims-on-channel": "{:+g} claims",
    "claims-on-policy": "{:+g} claims",
    "conflict": "{:g} of 3 signs",
    "views-without-revenue": "{:.0%} of views",
    "claims-vanished": "{:.0%} of claims",
    "engagement": "engaged views x {:g}",
}


def render(trials: Sequence[Trial], scale: Scale, rate: float) -> str:
    """Return all tables.

    Args:
        trials: of all seeds.
        scale: of each.
        rate: the false discovery rate that the worker states.
    """
    return "\n".join(_lines(trials, scale, rate)) + "\n"


def place(document: str, tables: str) -> str:
    """Return a document with the tables between its markers.

    Raises:
        WrongUseError: it has no such markers.
    """
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise WrongUseError(f"the document has no place for the evaluation: {BEGIN} and {END}, on lines of their own")
    return f"{head}{begin}\n{tables}{end}{tail}"


def _lines(trials: Sequence[Trial], scale: Scale, rate: float) -> Iterator[str]:
    yield (
        f"`make evaluate`: {len({trial.seed for trial in trials})} seeds, {scale.claims:,} claims each, "
        f"{scale.history} weeks of history; "
        f"{len(trials)} weeks judged on clean catalogues, and as many on the same ones with things put in."
    )
    kinds = {kind: score(trials, OURS, kind, least=LEAST_SCORE) for kind in Kind}
    plain = {kind: [score(trials, rule.name, kind, most=ours.alerts) for rule in RULES] for kind, ours in kinds.items()}
    same = {
        kind: [score(trials, ranked(rule.name), kind, most=ours.alerts) for rule in RULES]
        for kind, ours in kinds.items()
    }
    as_many = "".join(f" {rule.name}, as many |" for rule in RULES)
    helped = "".join(f" {rule.name}, helped |" for rule in RULES)
    yield from ("", _COMPARED, "")
    yield f"| kind | put in | alerts | precision | recall |{as_many}{helped}"
    yield f"|---|---:|---:|---:|---:|{'---:|' * 2 * len(RULES)}"
    for kind, ours in kinds.items():
        others = "".join(f" {_percent(other.recall)} |" for other in (*plain[kind], *same[kind]))
        put_in = sum(ours.put_in.values())
        yield (f"| {kind} | {put_in} | {ours.alerts} | {_precision(ours)} | {_percent(ours.recall)} |{others}")
    yield from ("", "By how much was put in: recall, again with as many alerts.", "")
    yield f"| kind | size | put in | claims report | high priority |{as_many}{helped}"
    yield f"|---|---|---:|---:|---:|{'---:|' * 2 * len(RULES)}"
    for kind, ours in kinds.items():
        high = score(trials, OURS, kind, least=HIGH_SCORE)
        for cell, put_in in sorted(ours.put_in.items(), key=lambda each: _order(each[0])):
            shares = "".join(
                f" {_percent(each.hits[cell] / put_in)} |" for each in (ours, high, *plain[kind], *same[kind])
            )
            yield f"| {kind} | {_size(*cell)} | {put_in} |{shares}"
    yield from ("", "The rules as they are, with their own thresholds, beside what is found of any priority.", "")
    columns = ("claims report, any", *(rule.name for rule in RULES))
    yield f"| kind |{''.join(f' {column}: alerts | precision | recall |' for column in columns)}"
    yield f"|---|{'---:|' * 3 * len(columns)}"
    for kind in Kind:
        scores = [score(trials, who, kind) for who in (OURS, *(rule.name for rule in RULES))]
        cells = "".join(f" {each.alerts} | {_precision(each)} | {_percent(each.recall)} |" for each in scores)
        yield f"| {kind} |{cells}"
    yield from ("", "Clean catalogues: weeks with a false alarm, and the 95 % interval (Clopper and Pearson).", "")
    yield f"| kind | stated rate | findings of any priority | alerts |{''.join(f' {rule.name} |' for rule in RULES)}"
    yield f"|---|---:|---:|---:|{'---:|' * len(RULES)}"
    for kind in Kind:
        stated = "a rule" if kind in RULE_KINDS else _percent(rate)
        whose = [(OURS, 0.0), (OURS, LEAST_SCORE), *((rule.name, 0.0) for rule in RULES)]
        cells = "".join(
            f" {_alarms(*weeks_with_false_alarm(trials, who, kind, least=least))} |" for who, least in whose
        )
        yield f"| {kind} | {stated} |{cells}"


def _order(cell: tuple[str, float]) -> tuple[int, int]:
    sort, size = cell
    return list(SIZES).index(sort), SIZES[sort].index(size)


def _size(sort: str, size: float) -> str:
    return _SIZES.get(sort, "x {:g}").format(size).replace("%", " %")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _precision(of: Score) -> str:
    return _percent(of.precision) if of.alerts else "none"


def _alarms(alarmed: int, weeks: int) -> str:
    low, high = clopper_pearson(alarmed, weeks)
    return f"{_percent(alarmed / max(weeks, 1))} ({100 * low:.0f}-{100 * high:.0f})"
