"""Reports made up for tests: one of every kind of finding, an empty one, one with hostile texts, and many findings."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import replace

from workers.claimsreport.finding import Finding, Kind, Part, Point
from workers.claimsreport.report.content import (
    Ended,
    Example,
    Quality,
    Rates,
    Reason,
    Report,
    Standing,
    Total,
    Trend,
)

DATE = dt.date(2026, 11, 22)
CHANGEPOINTS = (dt.date(2025, 3, 31), dt.date(2026, 8, 27))
WEEKS = 26
# Script, attribute and comment ends; right-to-left text and what overrides directions; a family of four; controls.
HOSTILE = (
    "</script><script>document.title='run'</script>",
    '"><img src=https://example.com/x onerror=document.title="run">',
    "' onmouseover='document.title=1' x='",
    "<!-- ]]> </style></title></svg> -->",
    "{{ 7 * 7 }} {% raw %} ${7*7} &lt;b&gt; &amp;",
    "مرحبا بالعالم שלום \u202egpj.exe\u202c \u2067x",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 𓀀 𠜎",
    "one line\nanother\r\nand\ta third\x00\x07\x1b[31m",
    "W" * 5_000,
    "ẓ̶̡̢͇̗͎̮a̷̧͔͖͙͉͌l̵̨̛̺͚̝̙͉̈́g̶̡̖͎̬̈́̉ǫ̶̙̏",
    '=HYPERLINK("https://example.com","x")',
    "+1+1|cmd",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
)


def history(last: float, *, usual: float = 8_000, weeks: int = WEEKS, gaps: Iterable[int] = ()) -> tuple[Point, ...]:
    """Return weeks with a season and the last one as told; the numbers of ``gaps`` are weeks without a value."""
    found = []
    for number in range(weeks):
        date = DATE - dt.timedelta(weeks=weeks - 1 - number)
        value: float | None = usual * (1 + 0.12 * math.sin(number * 1.7))
        if number == weeks - 1:
            value = last
        if number in set(gaps):
            value = None
        early = number < 3
        found.append(Point(date, value, None if early else usual, None if early else usual * 1.6))
    return tuple(found)


def late(last: float, usual: float = 900) -> tuple[Point, ...]:
    """Return weeks of which two were never delivered, and one came three days late."""
    kept = [each for number, each in enumerate(history(last, usual=usual)) if number not in {11, 12}]
    kept[20] = replace(kept[20], date=kept[20].date + dt.timedelta(days=3))
    return tuple(kept)


VIRAL = Finding(
    kind=Kind.VIRAL_ASSET,
    subject="A471093387295531",
    title="Harbour Lights (Live Session)",
    why="182,400 views this week, where its last 26 weeks lead one to expect about 8,000 and at most 12,800.",
    rule="weekly engaged views, q <= 0.05 and at least 1000 more than expected",
    parts=(
        Part("surprise", 40, 40, "p-value 3.2e-12, robust z 9.4; all points from z 8"),
        Part("size", 28.4, 35, "174,400 views beyond what is expected; all points from 500,000"),
        Part("spread", 16, 25, "on 41 channels, 29 of them without views before"),
    ),
    numbers={
        "weekly_views": 182_400,
        "expected_weekly_views": 8_021.4,
        "excess_weekly_views": 174_378.6,
        "robust_z": 9.4123,
        "weeks_of_history": 26,
        "active_channels": 41,
        "peer_cohort": "releases of 2024",
        "weekly_engaged_views_before": None,
    },
    history=history(182_400),
    unit="views a week",
    p_value=3.2e-12,
    q_value=1.9e-7,
    related={
        "claims": tuple(f"C{number:09d}" for number in range(20)),
        "videos": ("dQw4w9WgXcQ", "9bZkp7q19f0", "-kJQP7kiw5Fk"),
        "channels": tuple(f"UC{number:022d}" for number in range(6)),
    },
)
CONFLICT = Finding(
    kind=Kind.CONFLICT,
    subject="A900144120077812",
    title="Sète, été (Remix) · Ødegård & Señor K",
    why="Two other owners claim it, 14 of its 61 claims turned to disputed this week, "
    "and its policy differs from that of 9 claims.",
    rule="score of conflict evidence, at least 20 points",
    parts=(
        Part("other-owners", 30, 30, "2 other owners claim: Example Music, Example Publishing"),
        Part("turned-to-disputed", 24.5, 35, "14 of 61 claims were active on 2026-11-15 and are disputed now"),
        Part("policy-disagreement", 12, 15, "9 claims monetize where the asset's policy blocks"),
        Part("many-claims-on-a-video", 6, 10, "4 claims on video 9bZkp7q19f0"),
    ),
    numbers={"claims": 61, "disputed_claims": 14, "newly_disputed_claims": 14, "other_owners": 2},
    history=history(14, usual=1),
    unit="disputed claims",
    related={"claims": ("C1", "C2"), "videos": ("9bZkp7q19f0",)},
)
CHANNEL = Finding(
    kind=Kind.CLAIMS_ON_CHANNEL,
    subject="UCabcdefghijklmnopqrstuv",
    title="Example Uploads",
    why="212 new claims this week, where its history leads one to expect about 14 and at most 27.",
    rule="new claims, q <= 0.05 and at least 5 more than expected",
    parts=(
        Part("surprise", 38, 40, "p-value 4.4e-40 of a negative binomial tail"),
        Part("size", 30, 35, "198 claims beyond what is expected"),
        Part("spread", 10, 25, "on 12 assets"),
    ),
    numbers={"new_claims": 212, "expected_new_claims": 13.9, "weeks_of_history": 24},
    history=late(212, usual=14),
    unit="new claims since the snapshot before",
    p_value=0.0,
    q_value=0.0,
    related={"claims": ("C3",)},
)


def other(kind: Kind, number: int, points: float) -> Finding:
    """Return a finding of a kind with a score."""
    return Finding(
        kind=kind,
        subject=f"{kind.value.upper()}-{number:05d}",
        title=f"Song {number} of {kind.value.replace('-', ' ')}",
        why=f"{number + 1_200:,} this week, where about {number + 100:,} are expected: {points:g} points.",
        rule="at least 1000 more than expected",
        parts=(
            Part("size", round(points * 0.6, 1), 60, f"{number} more than expected"),
            Part("evidence", round(points - round(points * 0.6, 1), 1), 40, "3 signs of it"),
        ),
        numbers={"weekly_views": number + 1_200.5, "expected_weekly_views": number + 100.25},
        history=history(number + 1_200, usual=number + 100, gaps=(7, 8)),
        unit="views a week",
        p_value=1e-4 if number % 2 else None,
        q_value=0.012 if number % 2 else None,
        related={"claims": (f"C{number}",)},
    )


def trends() -> tuple[Trend, ...]:
    """Return totals of which the views are more than usual, and the claims gone not known this week."""

    def totals(usual: float, last: float | None, weeks: int = WEEKS) -> tuple[Total, ...]:
        found = []
        for number in range(weeks):
            date = DATE - dt.timedelta(weeks=weeks - 1 - number)
            value = usual * (1 + 0.03 * math.sin(number * 1.3) + 0.002 * number)
            level = usual * (1 + 0.002 * number)
            known = number >= 4
            found.append(
                Total(
                    date,
                    last if number == weeks - 1 else value,
                    level if known else None,
                    level * 0.92 if known else None,
                    level * 1.08 if known else None,
                )
            )
        return tuple(found)

    return (
        Trend("weekly_views", totals(41_800_000, 52_300_000)),
        Trend("weekly_engaged_views", totals(30_100_000, 31_900_000)),
        Trend("claims", totals(1_482_000, 1_561_044)),
        Trend("new_claims", totals(9_120, 9_260)),
        Trend("lost_claims", totals(7_450, None)),
        Trend("disputed", totals(212, 305)),
    )


QUALITY = Quality(
    rows=1_563_210,
    reported=1_561_044,
    quarantine=(
        Reason(
            "views-fell",
            1_804,
            (
                Example(1_204, "C000000012", "views 1200 are fewer than the 5400 of 2026-11-15"),
                Example(88_120, "C000000913", "views 0 are fewer than the 17 of 2026-11-15"),
            ),
        ),
        Reason(
            "date-in-the-future", 361, (Example(17, "C000000099", "claim_created_date 2031-01-01 is after 2026-11-22"),)
        ),
        Reason("not-a-row", 1, (Example(None, None, "3 fields, and the header has 37"),)),
    ),
    missing_columns=("engaged_views", "longest_match"),
    carried_forward=1_804,
    missing_sources=("platform metrics",),
)
RATES = Rates(false_discovery_rate=0.05, least_views=1000, least_claims=5, weeks=26)


def report(findings: Iterable[Finding], **changes: object) -> Report:
    """Return a report of findings, of which every third is new and every fourth was alerted."""
    ordered = tuple(sorted(findings, key=lambda each: each.order))
    standing = {
        each.identity: Standing(
            DATE if number % 3 == 0 else DATE - dt.timedelta(weeks=number % 5 + 1),
            DATE - dt.timedelta(weeks=number % 2) if number % 4 == 0 else None,
        )
        for number, each in enumerate(ordered)
    }
    made = Report(
        date=DATE,
        previous=DATE - dt.timedelta(days=7),
        weeks_of_history=26,
        source="s3://example-reports/claims/claims_2026-11-22.csv.gz",
        findings=ordered,
        standing=standing,
        ended=(
            Ended("claims-on-asset:A1", "Old Song", dt.date(2026, 10, 4)),
            Ended("viral-recording:USABC2400001", "Wave", dt.date(2026, 11, 15)),
        ),
        trends=trends(),
        quality=QUALITY,
        rates=RATES,
        changepoints=CHANGEPOINTS,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def usual() -> Report:
    """One of an ordinary week: every kind, every priority."""
    findings = [VIRAL, CONFLICT, CHANNEL]
    findings += [other(kind, number, 45 + number) for number, kind in enumerate(Kind)]
    findings += [other(kind, 100 + number, 10 + number) for number, kind in enumerate(Kind)]
    return report(findings)


def first() -> Report:
    """The first snapshot: no week before, a rule has found one thing."""
    conflict = replace(CONFLICT, history=(Point(DATE, 14.0),))
    return report(
        [conflict],
        previous=None,
        weeks_of_history=0,
        ended=(),
        standing={conflict.identity: Standing(DATE, DATE)},
        trends=(Trend("claims", (Total(DATE, 1_561_044.0),)),),
        quality=replace(QUALITY, quarantine=(), missing_columns=(), carried_forward=0),
    )


def empty() -> Report:
    """A week in which nothing was found, after a gap of three weeks."""
    return report([], previous=DATE - dt.timedelta(days=21), ended=(), quality=Quality(rows=0, reported=0))


def hostile() -> Report:
    """Every text is what a stranger may have written to do harm."""
    findings = []
    for number, text in enumerate(HOSTILE):
        base = (VIRAL, other(Kind.CONFLICT, number, 50), other(Kind.CLAIMS_VANISHED, number, 10))[number % 3]
        findings.append(
            replace(
                base,
                subject=f"{text[:40]}{number}",
                title=text,
                why=f"Why: {text}",
                rule=f"rule: {text}",
                parts=tuple(replace(each, name=text[:60], why=text) for each in base.parts),
                numbers={text[:60]: text, "weekly_views": 3},
                unit=text[:60],
                related={text[:60]: (text, "C1")},
            )
        )
    quality = replace(
        QUALITY,
        quarantine=tuple(Reason(text[:60], 2, (Example(3, text, text),)) for text in HOSTILE),
        missing_columns=HOSTILE,
        missing_sources=HOSTILE,
    )
    ended = tuple(Ended(f"conflict:{text}", text, DATE) for text in sorted(HOSTILE))
    return report(findings, quality=quality, ended=ended, source=f"s3://example/{HOSTILE[1]}")


def large(findings: int = 2_000) -> Report:
    """One with more findings than a page can hold in full."""
    kinds = list(Kind)
    points = [100 - 95 * number / findings for number in range(findings)]
    return report(other(kinds[number % len(kinds)], number, round(each, 1)) for number, each in enumerate(points))


ALL = {"usual": usual, "first": first, "empty": empty, "hostile": hostile}
