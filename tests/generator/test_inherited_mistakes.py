"""A mistake at a line that several environments inherit: whose it is, and what was taken away from where."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Outcome, Workplace, third_party

BASE = "abstract: true\n" + MINIMAL
WRONG = 'environments/base.yaml:28: tasks.report.cpu: "x" is text; a whole number is wanted, without quotes'


def own(number: int, more: str = "") -> str:
    """An environment with an account and a state of its own."""
    return f'extends: base\naccount: "{number:012}"\nstate: {{key: "{number}"}}\n{more}'


def lines(outcome: Outcome) -> list[str]:
    assert (outcome.code, outcome.out) == (2, "")
    return outcome.err.splitlines()


@pytest.mark.parametrize("arguments", [["generate"], ["check"], ["generate", "--no-placeholders"]])
def test_a_mistake_of_some_says_whose_it_is(arguments: list[str], workplace: Workplace) -> None:
    workplace.spec("base", BASE.replace("cpu: 256", "cpu: x"))
    right = "tasks: {report: {cpu: 256}}\n"
    for number, name in enumerate(["one", "two", "three", "four", "five"], 1):
        workplace.spec(name, own(number, right if name == "one" else ""))
    assert lines(workplace.run(*arguments)) == [f"{WRONG} (in five, four, three and 1 more)"]
    workplace.spec("one", own(1))
    assert lines(workplace.run(*arguments)) == [WRONG], "all that inherit it have it: it is the base's own"
    workplace.spec("six", MINIMAL.replace("one/", "six/"))
    assert lines(workplace.run(*arguments)) == [WRONG], "another does not read that file"


def test_list_says_whose_it_is_too(workplace: Workplace) -> None:
    workplace.spec("base", BASE.replace("cpu: 256", "cpu: x"))
    workplace.spec("one", own(1, "tasks: {report: {cpu: 256}}\n"))
    workplace.spec("two", own(2))
    assert lines(workplace.list()) == [f"{WRONG} (in two)"]


def test_the_file_of_an_environment_that_another_extends_names_it_already(workplace: Workplace) -> None:
    workplace.spec("base", BASE)
    workplace.spec("one", own(1, "tasks: {report: {cpu: x}}\n"))
    workplace.spec("two", own(2, "tasks: {report: {cpu: 256}}\n").replace("base", "one"))
    message = 'environments/one.yaml:4: tasks.report.cpu: "x" is text; a whole number is wanted, without quotes'
    assert lines(workplace.run("generate")) == [message]
    workplace.spec("three", own(3).replace("base", "one"))
    assert lines(workplace.run("generate")) == [f"{message} (in one, three)"]


COMPONENT = """\
alerts: {topic_name: told, key: main}
modules: {settings: {path: third_party/settings}}
components:
  set: {module: settings, inputs: {prefix: /x/}, connect: {key_arn: alerts}}
"""

# name: (what the base has too, what the environment says in line 4, the messages)
REMOVED: dict[str, tuple[str, str, list[str]]] = {
    "a task that a schedule runs": (
        "",
        "tasks: {report: null, other: {image: x, cpu: 256, memory: 512}}",
        ['base.yaml:32: schedules.weekly.task: "report" is not a task: removed in environments/own.yaml:4'],
    ),
    "a key that a topic has": (
        "alerts: {topic_name: told, key: spare}\n",
        "keys: {spare: null}",
        ['base.yaml:37: alerts.key: "spare" is not a key: removed in environments/own.yaml:4'],
    ),
    "the network": (
        "",
        "network: null",
        [
            (
                "base.yaml:31: schedules.weekly: trusted_compute_subnets is missing; give it here, or give the "
                "environment a network, which environments/own.yaml:4 removes"
            )
        ],
    ),
    "a field that is needed": (
        "",
        "tasks: {report: {image: null}}",
        ["own.yaml:4: tasks.report.image: is missing: removed here (image of the container)"],
    ),
    "the account": (
        "",
        "region: null",
        ["own.yaml:4: region: is missing: removed here (region that everything is made in)"],
    ),
    "the topic that a component is connected to": (
        COMPONENT,
        "alerts: null",
        [
            (
                "base.yaml:39: components.set.connect.key_arn: this environment has no alerts: removed in "
                "environments/own.yaml:4"
            )
        ],
    ),
    "an input that the module needs": (
        COMPONENT,
        "components: {set: {inputs: {prefix: null}}}",
        [
            (
                "own.yaml:4: components.set.inputs.prefix: is missing: removed here, and third_party/settings needs it "
                "(what every name begins with)"
            )
        ],
    ),
    "all tasks": ("", "tasks:", ["own.yaml:4: tasks: is missing: removed here (task definitions, by name)"]),
    "all clusters": (
        "",
        "clusters:",
        [
            (
                "own.yaml:4: clusters: is missing: removed here (ECS clusters that exist, by a name that schedules and "
                "workflows refer to)"
            )
        ],
    ),
}


@pytest.mark.parametrize("case", REMOVED)
def test_what_was_removed_is_said_with_its_line(case: str, workplace: Workplace) -> None:
    more, removal, messages = REMOVED[case]
    spare = BASE.replace("keys:\n", "keys:\n  spare: {description: x}\n") if "spare" in more else BASE
    third_party(workplace)
    workplace.spec("base", spare + more)
    workplace.spec("own", own(1, f"{removal}\n"))
    assert lines(workplace.run("generate", "own")) == [f"environments/{message}" for message in messages]


# name: (what is replaced in the minimal spec, the only messages)
CONSEQUENCES: dict[str, tuple[dict[str, str], list[str]]] = {
    "keys that are a list": (
        {"keys:\n  main:\n    description: Everything\n": "keys: [main]\n"},
        ["15: keys: is a list; a map is wanted"],
    ),
    "clusters with nothing": (
        {"clusters:\n  default:\n    name: default\n": "clusters:\n"},
        ["21: clusters: is empty; a map is wanted"],
    ),
    "no tasks at all": (
        {"tasks:\n  report:\n    image: example/report:1\n    cpu: 256\n    memory: 512\n": ""},
        ["1: tasks is missing (task definitions, by name)"],
    ),
    "modules that are text": (
        {"account:": "modules: x\ncomponents: {c: {module: net, connect: {key: components.d.e}}}\naccount:"},
        ['1: modules: "x" is text; a map is wanted', '2: components.c.connect.key: "d" is not a component; there is c'],
    ),
    "no modules, where they are optional": (
        {"account:": "components: {c: {module: net}}\naccount:"},
        ['1: components.c.module: "net" is not a module'],
    ),
}


@pytest.mark.parametrize("case", CONSEQUENCES)
def test_what_follows_from_a_mistake_is_not_another(case: str, workplace: Workplace) -> None:
    changes, messages = CONSEQUENCES[case]
    text = MINIMAL
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    workplace.refused(text, [f"environments/own.yaml:{message}" for message in messages])
