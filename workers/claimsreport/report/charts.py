"""Small charts as inline SVG: no script, no style of their own, a text beside each for who cannot see it.

What is drawn where is in the units of the picture; colours are in `report.css`, by class. Weeks stand by their date, so
that a late one is late in the picture too, and where a value is missing, or a snapshot, the line is broken.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from workers.claimsreport.finding import Point
from workers.claimsreport.report.content import Total
from workers.claimsreport.report.wording import LATE_DAYS, day, number, short


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a chart: what was measured, and what was expected, from and to. None: not known."""

    date: dt.date
    value: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows.

    Attributes:
        name: its title, as a phrase.
        unit: of its values, such as "views a week".
        weeks: oldest first.
        changepoints: days on which values began to be counted differently; those outside of the weeks are not drawn.
    """

    name: str
    unit: str
    weeks: tuple[Week, ...]
    changepoints: tuple[dt.date, ...] = ()

    @property
    def marked(self) -> tuple[dt.date, ...]:
        """The changepoints that lie within the weeks: they are of views, and nothing else changed with them."""
        if not self.weeks or "views" not in self.unit:
            return ()
        return tuple(each for each in self.changepoints if self.weeks[0].date <= each <= self.weeks[-1].date)


def of_history(name: str, unit: str, history: Iterable[Point], changepoints: tuple[dt.date, ...]) -> Chart:
    """Return the chart of a finding; what its history explains is from what was expected to the most."""
    weeks = tuple(
        Week(each.date, known(each.value), known(each.expected), known(each.expected), known(each.high))
        for each in history
    )
    return Chart(name, unit, weeks, changepoints)


def of_totals(name: str, unit: str, totals: Iterable[Total], changepoints: tuple[dt.date, ...]) -> Chart:
    """Return the chart of a total of the catalogue."""
    weeks = tuple(
        Week(each.date, known(each.value), known(each.expected), known(each.low), known(each.high)) for each in totals
    )
    return Chart(name, unit, weeks, changepoints)


def known(value: float | None) -> float | None:
    """Return a value that can be drawn."""
    return None if value is None or not math.isfinite(value) else value


def in_words(chart: Chart) -> str:
    """Return what a chart shows, for who cannot see it."""
    if not chart.weeks:
        return "There is no history."
    values = [(each.value, each.date) for each in chart.weeks if each.value is not None]
    last = chart.weeks[-1]
    said = [
        f"{count_of(chart)} from {day(chart.weeks[0].date)} to {day(last.date)}, in {chart.unit}.",
        f"Last: {number(last.value)}.",
    ]
    if last.expected is not None:
        said.append(f"Expected: {number(last.expected)}.")
    if last.high is not None:
        said.append(f"At most: {number(last.high)}.")
    before = [value for value in values if value[1] != last.date]
    if before:
        low, high = min(before), max(before)
        said.append(f"Before: from {number(low[0])} to {number(high[0])} ({day(high[1])}).")
    said += [f"Counted differently from {day(each)} on." for each in chart.marked]
    gaps = len(_gaps(chart.weeks))
    if gaps:
        said.append(f"Gaps: {gaps}.")
    return " ".join(said)


def count_of(chart: Chart) -> str:
    """Return how many snapshots a chart shows."""
    return f"{len(chart.weeks)} snapshot{'' if len(chart.weeks) == 1 else 's'}"


def rows(chart: Chart) -> Markup:
    """Return the weeks of a chart as rows of a table, the last one first: date, value, expected, at most."""
    found = (
        f'<tr><th scope="row">{day(each.date)}</th><td>{number(each.value)}</td><td>{_or_nothing(each.expected)}</td>'
        f"<td>{_or_nothing(each.high)}</td></tr>"
        for each in reversed(chart.weeks)
    )
    return Markup("\n".join(found))  # noqa: S704 - dates and numbers


def _or_nothing(value: float | None) -> str:
    return "" if value is None else number(value)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things are: the size of the picture, the margins round the plot, and the scales of dates and values."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    first: int
    last: int
    least: float
    most: float

    def x(self, date: dt.date) -> float:
        if self.last == self.first:
            return self.width - self.right
        share = (date.toordinal() - self.first) / (self.last - self.first)
        return self.left + share * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        share = (value - self.least) / (self.most - self.least)
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)

    def at(self, date: dt.date, value: float) -> str:
        return f"{self.x(date):.1f},{self.y(value):.1f}"


def draw(chart: Chart, *, width: int = 380, height: int = 170, from_zero: bool = True) -> Markup:
    """Return a chart with axes, as SVG.

    Args:
        chart: what it shows.
        width: of the picture, in its units; it is never shown larger.
        height: likewise.
        from_zero: whether the axis begins at 0, also where all values are far from it.
    """
    ticks = _ticks(*_range(chart.weeks, from_zero=from_zero))
    frame = _frame(chart.weeks, (width, height), (44, 12, 20, 22), (ticks[0], ticks[-1]))
    drawn = [_axis(frame, ticks, chart.weeks), *_plot(frame, chart)]
    drawn += [_dot(frame, each, chart.unit) for each in chart.weeks[:-1] if each.value is not None]
    drawn.append(_last(frame, chart.weeks, labelled=True))
    return _svg(chart, "chart", frame, "".join(drawn))


def spark(chart: Chart, *, width: int = 150, height: int = 36) -> Markup:
    """Return a chart without axes, to stand in a line."""
    least, most = _range(chart.weeks, from_zero=True)
    frame = _frame(chart.weeks, (width, height), (3, 6, 6, 4), (least, most))
    return _svg(chart, "spark", frame, "".join([*_plot(frame, chart), _last(frame, chart.weeks, labelled=False)]))


def bar(points: float, most: float, widest: float) -> Markup:
    """Return how much of the points that a part of a score can give it does give, as a bar.

    Args:
        points: that it gives.
        most: that it can give.
        widest: the points that the whole width stands for.
    """
    full = 100 * _share(most, widest)
    filled = 100 * _share(min(points, most) if most > 0 else points, widest)
    return Markup(
        '<svg class="bar" aria-hidden="true"><rect class="track" width="{:.1f}%" height="100%" rx="3"/>'
        '<rect class="fill" width="{:.1f}%" height="100%" rx="3"/></svg>'
    ).format(full, filled)


def _share(part: float, whole: float) -> float:
    return max(0.0, min(1.0, part / whole)) if whole > 0 else 0.0


def _svg(chart: Chart, kind: str, frame: _Frame, drawn: str) -> Markup:
    return Markup(  # noqa: S704 - numbers of ours, and texts that are escaped here and where they were drawn
        f'<svg class="{kind}" role="img" viewBox="0 0 {frame.width} {frame.height}" '
        f'width="{frame.width}" height="{frame.height}">'
        f"<title>{escape(chart.name)}</title><desc>{escape(in_words(chart))}</desc>{drawn}</svg>"
    )


def _range(weeks: Sequence[Week], *, from_zero: bool) -> tuple[float, float]:
    """Return the least and the most that must have room."""
    found = [each for week in weeks for each in (week.value, week.expected, week.low, week.high) if each is not None]
    least, most = (min(found), max(found)) if found else (0.0, 1.0)
    if from_zero or least < (most - least):
        least = min(least, 0.0)
    return least, most if most > least else least + (abs(least) or 1.0)


def _ticks(least: float, most: float) -> list[float]:
    """Return round values, at most five, that hold a range between them."""
    rough = (most - least) / 3
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(size * unit for size in (1, 2, 2.5, 5, 10) if size * unit >= rough * (1 - 1e-9))
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _frame(
    weeks: Sequence[Week],
    size: tuple[int, int],
    margins: tuple[float, float, float, float],
    values: tuple[float, float],
) -> _Frame:
    left, right, top, bottom = margins
    first, last = (weeks[0].date.toordinal(), weeks[-1].date.toordinal()) if weeks else (0, 0)
    return _Frame(*size, left, right, top, bottom, first, last, *values)


def _axis(frame: _Frame, ticks: Sequence[float], weeks: Sequence[Week]) -> str:
    """Return lines and labels of values, and the first and the last date."""
    end = frame.width - frame.right
    drawn = []
    for tick in ticks:
        y = frame.y(tick)
        drawn.append(
            f'<path class="grid" d="M{frame.left:.0f} {y:.1f}H{end:.0f}"/>'
            f'<text x="{frame.left - 6:.0f}" y="{y + 3.5:.1f}" text-anchor="end">{short(tick)}</text>'
        )
    if weeks:
        below = frame.height - 5
        drawn.append(f'<text x="{end:.0f}" y="{below}" text-anchor="end">{day(weeks[-1].date)}</text>')
        if len(weeks) > 1:
            drawn.append(f'<text x="{frame.left:.0f}" y="{below}">{day(weeks[0].date)}</text>')
    return "".join(drawn)


def _plot(frame: _Frame, chart: Chart) -> list[str]:
    """Return what lies within the axes, from the back to the front."""
    weeks = chart.weeks
    height = frame.height - frame.top - frame.bottom
    drawn = []
    for before, after in _gaps(weeks):
        x = frame.x(before)
        drawn.append(
            f'<rect class="gap" x="{x:.1f}" y="{frame.top:.0f}" '
            f'width="{frame.x(after) - x:.1f}" height="{height:.0f}"/>'
        )
    for run in _runs(weeks, lambda each: each.low is not None and each.high is not None):
        if len(run) > 1:
            edge = [frame.at(each.date, each.high or 0.0) for each in run]
            edge += [frame.at(each.date, each.low or 0.0) for each in reversed(run)]
            drawn.append(f'<polygon class="band" points="{" ".join(edge)}"/>')
        else:
            x, high, low = frame.x(run[0].date), frame.y(run[0].high or 0.0), frame.y(run[0].low or 0.0)
            drawn.append(f'<path class="reach" d="M{x:.1f} {high:.1f}V{low:.1f}"/>')
    for date in chart.marked:
        x = frame.x(date)
        drawn.append(f'<path class="change" d="M{x:.1f} {frame.top - 8:.0f}V{frame.height - frame.bottom:.0f}"/>')
    drawn += [_line(frame, "expected", run, lambda each: each.expected) for run in _runs(weeks, _is_expected)]
    drawn += [_line(frame, "value", run, lambda each: each.value) for run in _runs(weeks, _is_known)]
    return drawn


def _line(frame: _Frame, name: str, run: Sequence[Week], value: Callable[[Week], float | None]) -> str:
    points = " ".join(frame.at(each.date, value(each) or 0.0) for each in run)
    return f'<polyline class="{name}" points="{points}"/>' if len(run) > 1 else ""


def _dot(frame: _Frame, week: Week, unit: str) -> str:
    """Return the mark of a week, which says its numbers under a pointer."""
    value = week.value or 0.0
    said = f"{day(week.date)}: {number(value)} {unit}"
    if week.expected is not None:
        said += f", expected {number(week.expected)}"
    return (
        f'<circle cx="{frame.x(week.date):.1f}" cy="{frame.y(value):.1f}" r="2"><title>{escape(said)}</title></circle>'
    )


def _last(frame: _Frame, weeks: Sequence[Week], *, labelled: bool) -> str:
    """Return the mark of the week of the report, larger than the others."""
    if not weeks:
        return ""
    week = weeks[-1]
    x = frame.x(week.date)
    if week.value is None:
        return (
            f'<text class="last" x="{x:.1f}" y="{frame.top:.0f}" text-anchor="end">not known</text>' if labelled else ""
        )
    y = frame.y(week.value)
    # Above, where the line does not come from there.
    is_falling = len(weeks) > 1 and (weeks[-2].value or 0.0) > week.value and y + 18 < frame.height - frame.bottom
    mark = f'<circle class="last" cx="{x:.1f}" cy="{y:.1f}" r="{4.5 if labelled else 3}"/>'
    if labelled:
        said = number(week.value) if abs(week.value) < 1e6 else short(week.value)
        at = y + 17 if is_falling else y - 8
        mark += f'<text class="last" x="{x + 4:.1f}" y="{at:.1f}" text-anchor="end">{said}</text>'
    return mark


def _is_known(week: Week) -> bool:
    return week.value is not None


def _is_expected(week: Week) -> bool:
    return week.expected is not None


def _follows(before: Week, after: Week) -> bool:
    """Tell whether two weeks stand beside each other, without a missing snapshot between."""
    return (after.date - before.date).days <= LATE_DAYS


def _runs(weeks: Sequence[Week], fits: Callable[[Week], bool]) -> list[list[Week]]:
    """Return the weeks that fit, in runs without a gap."""
    runs: list[list[Week]] = []
    previous: Week | None = None
    for week in weeks:
        if fits(week):
            if previous is not None and fits(previous) and _follows(previous, week):
                runs[-1].append(week)
            else:
                runs.append([week])
        previous = week
    return runs


def _gaps(weeks: Sequence[Week]) -> list[tuple[dt.date, dt.date]]:
    """Return from when to when no value is known, between two that are."""
    runs = _runs(weeks, _is_known)
    return [(before[-1].date, after[0].date) for before, after in pairwise(runs)]
