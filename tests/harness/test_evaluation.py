"""The evaluation of the claims report: that its arithmetic is right, and what a few seeds must come to."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from harness.errors import WrongUseError
from harness.evaluation import evaluate
from harness.evaluation.baselines import RULES, mad_scores, z_scores
from harness.evaluation.intervals import clopper_pearson
from harness.evaluation.scoring import LEAST_SCORE, Flag, Trial, score, weeks_with_false_alarm
from harness.evaluation.table import BEGIN, END, place, render
from harness.evaluation.trials import OURS, Scale, ranked
from harness.places import ROOT
from sandbox.claims.injections import SIZES, Injected
from workers.claimsreport.finding import Kind

NAN = math.nan


def test_an_interval_is_the_exact_one():
    # Clopper and Pearson (1934); with no hits, (0, 1 - (alpha/2)^(1/n)).
    assert clopper_pearson(0, 10) == pytest.approx((0, 1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == pytest.approx((0.025**0.1, 1))
    assert clopper_pearson(3, 20) == pytest.approx((0.03207, 0.37893), abs=1e-5)
    assert clopper_pearson(0, 0) == (0, 1)


def test_a_fixed_z_score_is_what_everybody_computes():
    series = np.array([[1, 2, 3, 4, 5, 13], [7, 7, 7, 7, 7, 9], [NAN, NAN, NAN, 1, 2, 50]])
    found, more = z_scores(series)
    before = series[0, :-1]
    assert found[0] == pytest.approx((13 - 3) / before.std(ddof=1))
    assert more[0] == 10
    assert found[1] == 2  # a series that never changed has a spread of one, not of none
    assert math.isnan(found[2])  # two weeks are too few to say anything


def test_the_rolling_rule_is_that_of_iglewicz_and_hoaglin_and_forgets():
    old = [1000.0] * 20
    series = np.array([[*old, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 81]])
    found, more = mad_scores(series)
    assert more[0] == 81 - 21  # the median of the last twelve weeks
    assert found[0] == pytest.approx(0.6745 * 60 / 6)
    gaps = np.array([[5, NAN, 7, NAN, 9, 11, 20.0]])
    assert mad_scores(gaps)[1][0] == 20 - 8
    assert all(np.isnan(rule.judge(np.full((1, 5), NAN))[0][0]) for rule in RULES)
    assert all(np.isnan(rule.judge(np.ones((1, 1)))[0][0]) for rule in RULES)


def put_in(subject: str, week: int, size: float, *touches: tuple[str, str]) -> Injected:
    return Injected("viral-asset", subject, week, size, frozenset(touches))


def flags(*those: tuple[str, float]) -> tuple[Flag, ...]:
    return tuple(Flag("viral-asset", *each) for each in those)


TRIAL = Trial(
    seed=1,
    week=8,
    injected=(
        put_in("Z", 7, 2.0, ("viral-asset", "Y")),
        put_in("A", 8, 2.0, ("viral-asset", "B")),
        put_in("C", 8, 4.0),
        put_in("D", 8, 4.0),
    ),
    clean={"x": flags(("E", 50), ("F", 20)), "y": flags(("Y", 90), ("Z", 90)), "z": flags(("A", 30))},
    changed={
        "x": flags(
            ("A", 90),  # found
            ("Z", 80),  # goes on from the week before: neither right nor wrong
            ("B", 70),  # follows from A: neither
            ("F", 60),  # wrong
            ("C", 50),  # found
            ("E", 45),  # wrong
            ("D", 10),  # found, with a low score
        )
    },
)


def test_what_is_found_is_right_wrong_or_follows_from_something():
    found = score([TRIAL], "x", "viral-asset")
    assert found.put_in == {("viral-asset", 2.0): 1, ("viral-asset", 4.0): 2}
    assert found.hits == {("viral-asset", 2.0): 1, ("viral-asset", 4.0): 2}
    assert (found.alerts, found.recall, found.precision) == (5, 1, 0.6)
    important = score([TRIAL], "x", "viral-asset", least=40)
    assert (important.alerts, important.recall, important.precision) == (4, pytest.approx(2 / 3), 0.5)
    best = score([TRIAL], "x", "viral-asset", most=2)
    assert (best.alerts, best.recall, best.precision) == (2, pytest.approx(1 / 3), 0.5)
    nothing = score([TRIAL], "x", "conflict")
    assert (nothing.alerts, nothing.recall, nothing.precision) == (0, 0, 1)


def test_a_week_counts_as_one_false_alarm_however_many_there_are():
    assert weeks_with_false_alarm([TRIAL], "x", "viral-asset") == (1, 1)
    assert weeks_with_false_alarm([TRIAL, TRIAL], "x", "viral-asset", least=40) == (2, 2)
    assert weeks_with_false_alarm([TRIAL], "x", "viral-asset", least=60) == (0, 1)
    assert weeks_with_false_alarm([TRIAL], "y", "viral-asset") == (0, 1)  # follows from the week before
    assert weeks_with_false_alarm([TRIAL], "z", "viral-asset") == (1, 1)  # where nothing was put in, nothing follows
    assert weeks_with_false_alarm([TRIAL, TRIAL], "x", "conflict") == (0, 2)


def rendered() -> str:
    who = (OURS, *(rule.name for rule in RULES), *(ranked(rule.name) for rule in RULES))
    injected = tuple(
        Injected(sort, f"{sort} {size}", 7, size, frozenset()) for sort, sizes in SIZES.items() for size in sizes
    )
    found = tuple(Flag(each.kind, each.subject, 45) for each in injected[::2])
    trial = Trial(1, 7, injected, dict.fromkeys(who, ()), dict.fromkeys(who, found))
    return render([trial], Scale(), 0.05)


def test_the_tables_have_all_kinds_and_sizes_and_as_many_cells_as_headers():
    blocks = [block.splitlines() for block in rendered().split("\n\n") if block.startswith("|")]
    assert len(blocks) == 4
    for block in blocks:
        assert len({line.count("|") for line in block}) == 1
        assert {line.split("|")[1].strip() for line in block[2:]} == {str(kind) for kind in Kind}
    assert len(blocks[1]) - 2 == sum(len(sizes) for sizes in SIZES.values())
    assert [len(block) - 2 for block in (blocks[0], *blocks[2:])] == [len(Kind)] * 3


def test_the_tables_take_the_place_of_older_ones_and_nothing_else():
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert place(document, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(WrongUseError, match="no place for the evaluation"):
        place("nothing", "new\n")


def test_a_document_that_cannot_take_them_is_refused_before_anything_is_tried(tmp_path: Path):
    with pytest.raises(WrongUseError, match="cannot be read"):
        evaluate.readable(tmp_path / "missing.md")


def test_the_document_has_figures_of_this_form():
    """As `make evaluate` writes them: the same tables, rows and columns, of at least 50 seeds."""
    text = (ROOT / "docs" / "claims-report.md").read_text(encoding="utf-8")
    written = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    assert int(written[0].split()[2]) >= 50

    def form(lines: list[str]) -> list[str]:
        names = ["|".join(line.split("|")[:2]) for line in lines if line.startswith("|")]
        return [*names, *(line for line in lines if line.startswith("| kind"))]

    assert form(written) == form(rendered().splitlines())


def test_a_few_seeds_find_what_is_large_and_raise_hardly_an_alarm_without_a_cause(tmp_path: Path):
    """Of the largest size of each sort more than half is found after nine weeks; clean weeks have next to no alert."""
    scale = Scale(claims=6_000, history=10, judged=1)
    trials = [trial for those in evaluate.trials((1, 2), tmp_path, scale, processes=1) for trial in those]
    assert [(trial.seed, len(trial.wanted(Kind.CONFLICT))) for trial in trials] == [(1, 3), (2, 3)]
    largest = {(sort, max(sizes)) for sort, sizes in SIZES.items()}
    of_kind = {kind: score(trials, OURS, kind) for kind in Kind}
    wanted = sum(count for of in of_kind.values() for cell, count in of.put_in.items() if cell in largest)
    found = sum(count for of in of_kind.values() for cell, count in of.hits.items() if cell in largest)
    assert wanted >= 14
    assert found > wanted / 2
    assert of_kind[Kind.CONFLICT].recall == 1
    alarmed = [weeks_with_false_alarm(trials, OURS, kind, least=LEAST_SCORE)[0] for kind in Kind]
    assert sum(alarmed) <= 1
    assert not list(tmp_path.iterdir())
