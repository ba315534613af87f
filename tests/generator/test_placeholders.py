"""What is still to be filled in: a root all the same, and no plan before every place has a value."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from generator.models.addresses import AddressText
from generator.models.forms import COMPLETE, PLACEHOLDER
from generator.models.schedules import ScheduleExpression, TimeZone
from generator.models.spec import Account
from generator.models.workloads import Task
from tests.generator.conftest import MINIMAL, Workplace

UNFILLED = (
    MINIMAL.replace('"123456789012"', PLACEHOLDER)
    .replace("example-state", PLACEHOLDER)
    .replace("[subnet-0123456789abcdef0]", f"[subnet-0123456789abcdef0, {PLACEHOLDER}]")
    .replace("example/report:1", PLACEHOLDER)
    .replace("rate(7 days)", f"{PLACEHOLDER}\n    timezone: '{PLACEHOLDER}'")
)
PLACES = [
    "1: account: FILL_IN is a placeholder: give an account: 12 digits, in quotes",
    "13: state.bucket: FILL_IN is a placeholder: give the name of an S3 bucket",
    ("19: network.trusted_compute_subnets[1]: FILL_IN is a placeholder: "
    "give the id of a subnet, such as subnet-0123456789abcdef0"),
    "26: tasks.report.image: FILL_IN is a placeholder: give a value (image of the container)",
    ("34: schedules.weekly.schedule_expression: FILL_IN is a placeholder: "
    "give a schedule expression, such as rate(7 days), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)"),
    "35: schedules.weekly.timezone: FILL_IN is a placeholder: give an IANA time zone, such as Europe/Berlin",
]  # fmt: skip


def messages(*places: str) -> str:
    return "".join(f"environments/own.yaml:{place}\n" for place in places)


def test_the_root_is_written_and_is_current(workplace: Workplace) -> None:
    workplace.spec("own", UNFILLED)
    assert workplace.run("generate").code == 0
    assert workplace.run("check").code == 0
    assert workplace.list().out == "own\tFILL_IN\teu-west-1\n"
    assert b'allowed_account_ids = ["FILL_IN"]' in workplace.files()["own/providers.tf"]


@pytest.mark.parametrize("only", [[], ["own"]])
def test_before_a_plan_every_place_is_named_and_nothing_is_written(only: list[str], workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\ntags: {Cost: FILL_IN}\n")
    workplace.spec("own", UNFILLED)
    outcome = workplace.run("generate", *only, "--no-placeholders")
    assert (outcome.code, outcome.out, outcome.err) == (2, "", messages(*PLACES))
    assert workplace.files() == {}


def test_other_mistakes_are_said_with_them(workplace: Workplace) -> None:
    workplace.spec("own", UNFILLED.replace("cpu: 256", "cpu: much"))
    err = workplace.run("generate", "--no-placeholders").err
    wrong = '27: tasks.report.cpu: "much" is text; a whole number is wanted, without quotes'
    assert err == messages(*PLACES[:4], wrong, *PLACES[4:])


def test_what_is_filled_in_is_written(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate", "--no-placeholders").code == 0


def test_another_environment_s_placeholders_do_not_matter(workplace: Workplace) -> None:
    workplace.spec("other", UNFILLED)
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate", "own", "--no-placeholders").code == 0


def test_a_placeholder_that_is_overridden_is_filled_in(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + UNFILLED)
    own = (
        'extends: base\naccount: "123456789012"\nstate: {bucket: example}\ntasks: {report: {image: x}}\n'
        "network: {trusted_compute_subnets: [subnet-0123456789abcdef0]}\n"
        "schedules: {weekly: {schedule_expression: rate(1 day), timezone: null}}\n"
    )
    workplace.spec("own", own)
    assert workplace.run("generate", "--no-placeholders").code == 0


def test_a_key_of_a_map_and_a_default_are_places_too_each_said_once(workplace: Workplace) -> None:
    added = "defaults:\n  task:\n    user: FILL_IN\n    environment: {FILL_IN: x}\n  schedule:\n    group: FILL_IN\n"
    text = MINIMAL.split("schedules:\n", maxsplit=1)[0] + "schedules: {}\n" + added
    workplace.spec("own", text.replace("  report:\n", "  other: {image: x, cpu: 256, memory: 512}\n  report:\n"))
    refused = workplace.run("generate", "--no-placeholders").err
    assert [line.split(": ", 1)[1].partition(" (")[0] for line in refused.splitlines()] == [
        "defaults.task.user: FILL_IN is a placeholder: give a value",
        "defaults.task.environment.FILL_IN: FILL_IN is a placeholder: give a value",
        "defaults.schedule.group: FILL_IN is a placeholder: give a value",
    ]


def test_a_default_that_a_task_takes_is_said_with_what_it_is_for(workplace: Workplace) -> None:
    about = str(Task.model_fields["user"].description).partition(". ")[0]
    workplace.spec("own", "defaults:\n  task:\n    user: FILL_IN\n" + MINIMAL)
    refused = workplace.run("generate", "--no-placeholders").err
    assert (
        refused.lower() == messages(f"3: defaults.task.user: FILL_IN is a placeholder: give a value ({about})").lower()
    )


@pytest.mark.parametrize("text", ["FILL_INN", "fill_in", "XFILL_IN", "FILL_IN1", "FILL-IN"])
def test_what_is_nearly_the_placeholder_is_an_ordinary_value(text: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("example/report:1", f'"{text}"'))
    assert workplace.run("generate", "--no-placeholders").code == 0
    workplace.spec("own", MINIMAL.replace("123456789012", text))
    assert "is not an account" in workplace.run("generate").err


@pytest.mark.parametrize("text", [" FILL_IN", "FILL_IN-1", "FILL_IN.dkr.ecr.us-east-1.amazonaws.com/x", "a_FILL_IN_b"])
def test_a_word_of_a_longer_text_is_a_placeholder_too(text: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("example/report:1", f'"{text}"'))
    assert workplace.run("generate").code == 0
    refused = workplace.run("generate", "--no-placeholders").err
    assert refused == messages(
        f'26: tasks.report.image: "{text}" has FILL_IN in it, which is a placeholder: give a value (image of the '
        "container)"
    )


def test_a_word_of_a_key_is_a_placeholder_too(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("cpu: 256", "cpu: 256\n    environment: {OF_FILL_IN: FILL_INN}"))
    refused = workplace.run("generate", "--no-placeholders").err
    assert refused.startswith(
        'environments/own.yaml:28: tasks.report.environment.OF_FILL_IN: "OF_FILL_IN" has FILL_IN in it, '
    )


def test_two_states_of_which_a_word_is_to_be_given_are_not_one(workplace: Workplace) -> None:
    text = MINIMAL.replace("one/terraform.tfstate", "FILL_IN/terraform.tfstate")
    workplace.spec("own", text)
    workplace.spec("two", text.replace("123456789012", "210987654321"))
    assert workplace.run("generate").code == 0


def test_where_text_is_not_wanted_it_is_refused(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("cpu: 256", "cpu: FILL_IN"))
    assert workplace.run("generate").err == messages(
        '27: tasks.report.cpu: "FILL_IN" is text; a whole number is wanted, without quotes'
    )


def test_what_refers_to_another_part_of_the_spec_cannot_wait(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL.replace("task: report", "task: FILL_IN"))
    assert workplace.run("generate").err == messages(
        '31: schedules.weekly.task: "FILL_IN" is not a task; there is report'
    )


MODULE_FIELDS = {
    "path": "path: FILL_IN",
    "ref": "git: https://example.com/x.git, ref: FILL_IN, checkout: .",
    "directory": "git: https://example.com/x.git, ref: v1, directory: FILL_IN, checkout: .",
    "checkout": "git: https://example.com/x.git, ref: v1, checkout: FILL_IN",
}


@pytest.mark.parametrize("field", MODULE_FIELDS)
def test_where_a_module_comes_from_can_wait(field: str, workplace: Workplace) -> None:
    workplace.spec(
        "own", f"modules:\n  other: {{{MODULE_FIELDS[field]}}}\ncomponents:\n  x: {{module: other}}\n{MINIMAL}"
    )
    outcome = workplace.run("generate")
    notice = f"2: modules.other.{field}: calls of other are not checked: its {field} is still to be filled in"
    assert (outcome.code, outcome.err) == (0, messages(notice))
    assert (
        f"2: modules.other.{field}: FILL_IN is a placeholder: give "
        in workplace.run("generate", "--no-placeholders").err
    )


def test_two_placeholders_are_not_one_name_or_one_state(workplace: Workplace) -> None:
    named = "    memory: 512\n    names: {family: FILL_IN, task_role: FILL_IN}\n"
    text = MINIMAL.replace("    memory: 512\n", named + "  second:\n    image: x\n    cpu: 256\n" + named)
    text = text.replace("example-state", PLACEHOLDER).replace("one/terraform.tfstate", PLACEHOLDER)
    workplace.spec("own", text)
    workplace.spec("two", text.replace("123456789012", "210987654321"))
    assert workplace.run("generate").code == 0


@pytest.mark.parametrize("form", [Account, AddressText, TimeZone, ScheduleExpression])
def test_a_form_takes_it_unless_all_must_be_complete(form: Any) -> None:
    adapter = TypeAdapter(form)
    assert adapter.validate_python(PLACEHOLDER) == PLACEHOLDER
    with pytest.raises(ValidationError, match="FILL_IN is a placeholder: give "):
        adapter.validate_python(PLACEHOLDER, context=COMPLETE)
