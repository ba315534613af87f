"""Schedule expressions: the generator and the module refuse the same ones, in the same words."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.models.expressions import LONGEST, mistakes
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.support.expressions import GOOD, refused

MODULE = REPOSITORY / "modules" / "ecs-scheduler"
BAD = {
    **refused(),
    "nothing": "",
    "a line break at the end": "rate(7 days)\n",
    "a no-break space in front": "\xa0rate(7 days)",
    "Arabic digits": "cron(\u0660 6 * * ? *)",
    "Arabic digits in a rate": "rate(\u0667 days)",
    "a no-break space between fields": "cron(0\xa06 * * ? *)",
    "a vertical tab between fields": "cron(0\v6 * * ? *)",
    "several fields wrong, all said": "cron(60 24 32 13 8 1969)",
    "a number and a unit wrong": "rate(0 weeks)",
    "a second of 60": "at(2030-01-31T06:00:60)",
    "an hour of 24": "at(2030-01-31T24:00:00)",
    "month 0": "at(2030-00-31T06:00:00)",
    "Arabic digits in a date": "at(\u0662\u0660\u0663\u0660-01-31T06:00:00)",
    "29 February of a century": "at(2100-02-29T06:00:00)",
    "text after it": "rate(7 days)x",
    "a line break in it": "at(2030-01-31T06:00:00\n)",
}
AS_IT_IS = re.compile(r"[ !#-\[\]-~]{,80}")  # neither escaped nor shortened in a message
FINE = [*GOOD, "at(0000-02-29T00:00:00)", "at(2000-02-29T00:00:00)", "cron(0\n6 * * ? *)", "cron(0 0 1\t* ? *)"]


@pytest.mark.parametrize("expression", FINE)
def test_what_aws_takes_is_not_refused(expression: str) -> None:
    assert mistakes(expression) == []


@pytest.mark.parametrize("case", BAD)
def test_what_aws_refuses_is_refused_with_its_line(case: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("rate(7 days)", json.dumps(BAD[case])))
    outcome = workplace.run("generate")
    assert outcome.code == 2
    (line,) = outcome.err.splitlines()
    assert line.startswith("environments/own.yaml:34: schedules.weekly.schedule_expression: ")
    assert all(message in line for message in mistakes(BAD[case]))
    assert workplace.files() == {}


def test_every_wrong_field_is_said() -> None:
    fields = [
        message.partition(" is ")[0].rpartition(": ")[2] for message in mistakes(BAD["several fields wrong, all said"])
    ]
    assert fields == ["minutes", "hours", "day-of-month", "month", "day-of-week", "year", "day-of-month"]


def test_the_longest_expression_is_the_modules() -> None:
    rules = (MODULE / "rules.tf").read_text(encoding="utf-8")
    (longest,) = re.findall(r"^ +schedule_expression = (\d+)$", rules, re.MULTILINE)
    assert int(longest) == LONGEST


@pytest.mark.slow
def test_the_module_says_the_same_of_the_table(tmp_path: Path) -> None:
    agree(tmp_path, [*FINE, *BAD.values()])


TERMS = st.sampled_from(
    ["*", "?", "L", "W", "LW", "0", "1", "7", "8", "12", "13", "23", "24", "31", "32", "59", "60", "00", "015"]
)
TERMS |= st.sampled_from(
    ["JAN", "dec", "SUN", "friL", "6L", "15W", "FRI#2", "3#6", "2030", "2199", "2200", "1969", "\u017fun", "x", ""]
)
FIELD = st.lists(
    st.tuples(TERMS, st.sampled_from(["", "", "", "-", "/", ",", "#"])).map("".join), min_size=1, max_size=3
)
CRON = st.lists(FIELD.map("".join), min_size=5, max_size=7).map(" ".join).map("cron({})".format)
RATE = st.tuples(
    st.sampled_from(["0", "1", "01", "2", "-1", "1.0", "10", "x", ""]),
    st.sampled_from([" ", "  ", "", "\t"]),
    st.sampled_from(["minute", "minutes", "hours", "day", "dayss", "Days", "week", ""]),
).map(lambda parts: f"rate({''.join(parts)})")
AT = st.tuples(*(st.integers(0, most) for most in (9999, 14, 33, 25, 61, 61))).map(
    lambda parts: "at({:04}-{:02}-{:02}T{:02}:{:02}:{:02})".format(*parts)
)
SOUND_FIELDS = (
    ["0", "*/5", "1,2", "5-50/9"],
    ["*", "23", "20-2"],
    ["?", "1", "L", "1W,31"],
    ["*", "feb-12"],
    ["?", "mon#5", "7L"],
    ["*", "2030/9"],
)
SOUND = st.tuples(*map(st.sampled_from, SOUND_FIELDS)).map(" ".join).map("cron({})".format)


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(FINE))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.characters(codec="utf-8")) + text[at:]


ANY = st.one_of(CRON, SOUND, RATE, AT, nearly_right())


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions=st.lists(ANY, min_size=60, max_size=200, unique=True))
def test_the_module_says_the_same_of_any_expression(tmp_path: Path, expressions: list[str]) -> None:
    agree(tmp_path, expressions)


def agree(folder: Path, expressions: list[str]) -> None:
    """Compare what is refused, and the words wherever the generator shows the expression as it is."""
    told = dict(zip(expressions, said_by_module(folder, expressions), strict=True))
    too_long = {each for each in told if len(each) > LONGEST}  # which is another file's rule
    assert {each for each in told if told[each]} | too_long == {each for each in told if mistakes(each)}
    plain = [each for each in told if AS_IT_IS.fullmatch(each)]
    assert {each: told[each] for each in plain} == {each: said(each) for each in plain}


def said(expression: str) -> list[str]:
    """What the generator says, in the module's words where these differ: a spec has fields, a module variables."""
    words = [message.replace("the field timezone", "the variable timezone") for message in mistakes(expression)]
    return [message for message in words if f"AWS allows {LONGEST}" not in message]


def said_by_module(folder: Path, expressions: list[str]) -> list[list[str]]:
    """Let Terraform evaluate the module's own rules: its file as it is, and the schedules that it speaks of."""
    for name in ("expressions.tf", "timezones.txt"):
        shutil.copy(MODULE / name, folder)
    schedules = {f"{at:04}": {"schedule_expression": each, "timezone": "UTC"} for at, each in enumerate(expressions)}
    (folder / "schedules.json").write_text(json.dumps(schedules), encoding="utf-8")
    (folder / "schedules.tf").write_text(
        'locals {\n  schedules = jsondecode(file("${path.module}/schedules.json"))\n}\n'
    )
    console = subprocess.run(
        ["terraform", "console"],
        cwd=folder,
        input="base64encode(jsonencode(local.expression_errors))\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert console.returncode == 0, console.stderr
    said: dict[str, list[str]] = json.loads(base64.b64decode(json.loads(console.stdout)))
    return [said[key] for key in sorted(said)]
