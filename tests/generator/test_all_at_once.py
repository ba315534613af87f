"""One run says all that can be known to be wrong: what cannot be read hides nothing else, and is not said twice."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Workplace

READ_TWICE = "is read differently by different tools; write a plain number, or quote it"

# name: (what is replaced in the minimal spec, by what, the messages)
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a number that cannot be read, and a task that is not there": (
        {"cpu: 256": "cpu: 0256", "task: report": "task: reprot"},
        [
            f"27: tasks.report.cpu: 0256 {READ_TWICE}",
            '31: schedules.weekly.task: "reprot" is not a task; did you mean "report"?',
        ],
    ),
    "a key twice, and an unknown field": (
        {"cpu: 256": "cpu: 256\n    cpu: 512\n    gpu: 1"},
        [
            "28: tasks.report.cpu: is given twice; the first is in line 27",
            '29: tasks.report.gpu: "gpu" is not a field here; did you mean "cpu"?',
        ],
    ),
    "a task whose name is a number, which a schedule runs, and a wrong time zone": (
        {"  report:": "  123:", "task: report": "task: '123'\n    timezone: Europe/Berln"},
        [
            '25: tasks: the key 123 is not text; put it in quotes: "123"',
            '32: schedules.weekly.timezone: "Europe/Berln" is not an IANA time zone; did you mean "Europe/Berlin"?',
        ],
    ),
    "a merge key instead of required fields, and a wrong region": (
        {"    image: example/report:1\n    cpu: 256\n": "    <<: {}\n", "eu-west-1": "x"},
        [
            '2: region: "x" is not a region, such as us-east-1',
            "26: tasks.report: << is not used here: a spec inherits with extends, a workload from defaults",
        ],
    ),
    "what one of two fields must be, and a wrong account": (
        {"description: Everything": "description: 0x1", '"123456789012"': "'1'"},
        [
            '1: account: "1" is not an account: 12 digits, in quotes',
            f"17: keys.main.description: 0x1 {READ_TWICE}",
        ],
    ),
    "two of one name, beside a field that the model refuses": (
        {
            "    memory: 512\n": "    memory: 512\n  other: {image: x, cpu: 1, memory: 1, names: {family: report}}\n"
            "  third: {image: x, cpu: x, memory: 1}\n",
        },
        [
            (
                "29: tasks.other.names.family: tasks.other and tasks.report (environments/own.yaml:25) both have the "
                'family "report"; two of one name are one in AWS: set names.family'
            ),
            '30: tasks.third.cpu: "x" is text; a whole number is wanted, without quotes',
        ],
    ),
    "a move to nowhere, and a network that is missing, beside a reference to nothing": (
        {
            "key: main": "key: mian",
            "network:\n  trusted_compute_subnets: [subnet-0123456789abcdef0]\n"
            "  security_group_ids: [sg-0123456789abcdef0]\n": "moved: [{from: module.a, to: module.task_reprot}]\n",
        },
        [
            (
                '18: moved[0].to: "module.task_reprot" is not a module call of the root; did you mean '
                '"module.task_report"?'
            ),
            (
                "28: schedules.weekly: trusted_compute_subnets is missing; give it here, or give the environment a "
                "network"
            ),
            '31: schedules.weekly.key: "mian" is not a key; did you mean "main"?',
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_and_no_consequence(case: str, workplace: Workplace) -> None:
    changes, messages = CASES[case]
    text = MINIMAL
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    workplace.refused(text, [f"environments/own.yaml:{message}" for message in messages])


def test_what_cannot_be_read_removes_nothing(workplace: Workplace) -> None:
    """It is a null in the tree, and a null takes out what is inherited: here the task that the schedule runs."""
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.refused(
        "extends: base\ntasks: {report: 012}\nregion: x\n",
        [
            f"environments/own.yaml:2: tasks.report: 012 {READ_TWICE}",
            'environments/own.yaml:3: region: "x" is not a region, such as us-east-1',
        ],
    )


def test_what_is_inherited_is_not_known(workplace: Workplace) -> None:
    """All would be missing: only what cannot be read is said."""
    workplace.refused(
        "extends: 012\nregion: 0x1\n",
        [
            f"environments/own.yaml:1: extends: 012 {READ_TWICE}",
            f"environments/own.yaml:2: region: 0x1 {READ_TWICE}",
        ],
    )


@pytest.mark.parametrize("command", ["generate", "check", "list", "no-placeholders"])
def test_an_inherited_one_is_said_once(command: str, workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL.replace("cpu: 256", "cpu: 0256"))
    workplace.spec("one", "extends: base\n")
    workplace.spec("two", 'extends: base\naccount: "210987654321"\nstate: {key: two}\ntags: [x]\n')
    arguments = ["generate", "--no-placeholders"] if command == "no-placeholders" else [command]
    outcome = workplace.list() if command == "list" else workplace.run(*arguments)
    assert outcome.err.splitlines() == [
        f"environments/base.yaml:28: tasks.report.cpu: 0256 {READ_TWICE}",
        "environments/two.yaml:4: tags: is a list; a map is wanted",
    ]


ABSTRACT = """\
abstract: true
regoin: x
account: '1'
tasks: {report: {cpu: x}}
defaults: {task: {gpus: 1}}
keys: {main: {alias: main}}
"""


def test_a_base_that_nobody_extends_is_checked_but_for_what_is_missing(workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    workplace.spec("base", ABSTRACT)
    outcome = workplace.run("generate")
    assert outcome.err.splitlines() == [
        'environments/base.yaml:2: regoin: "regoin" is not a field here; did you mean "region"?',
        'environments/base.yaml:3: account: "1" is not an account: 12 digits, in quotes',
        'environments/base.yaml:4: tasks.report.cpu: "x" is text; a whole number is wanted, without quotes',
        'environments/base.yaml:5: defaults.task.gpus: "gpus" is not a field here; the nearest is "cpu"',
    ]
    assert workplace.run("generate", "own").code == 0, "it is no mistake of the one that is asked for"


def test_a_base_of_which_all_is_overridden_is_not(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL.replace("cpu: 256", "cpu: x"))
    workplace.spec("own", "extends: base\ntasks: {report: {cpu: 256}}\n")
    assert workplace.run("generate").err == ""
