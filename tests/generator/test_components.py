"""Components: every mistake in a call of a module of one's own choice, its message, and its line."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.checks.checking import check
from generator.errors import SpecError
from generator.interfaces.library import Library
from generator.models.modules import connection
from generator.output.emit import render
from generator.specs.reading import parse
from tests.generator.conftest import MINIMAL, Workplace, third_party

COMPONENTS = """\
modules:
  settings:
    path: third_party/settings
components:
  one:
    module: settings
    inputs:
      prefix: /one/
"""
WHERE = "environments/own.yaml"

# name: (what is replaced in COMPONENTS, by what, the messages). COMPONENTS begins in line 35 of the spec.
COMPONENT_MISTAKES: dict[str, tuple[str, str, list[str]]] = {
    "a required input is missing": (
        "    inputs:\n      prefix: /one/\n",
        "",
        [f"{WHERE}:39: components.one: prefix is missing: third_party/settings needs it (what every name begins with)"],
    ),
    "an input that the module does not take": (
        "prefix: /one/",
        "prefix: /one/\n      pausd: true",
        [
            (
                f'{WHERE}:43: components.one.inputs.pausd: "pausd" is not a field here: third_party/settings does not '
                'take it; did you mean "paused"?'
            )
        ],
    ),
    "a required input, misspelt: one mistake": (
        "prefix: /one/",
        "prefx: /one/",
        [
            (
                f'{WHERE}:42: components.one.inputs.prefx: "prefx" is not a field here: third_party/settings does not '
                'take it; did you mean "prefix"?'
            )
        ],
    ),
    "a number where text is wanted": (
        "prefix: /one/",
        "prefix: 1",
        [
            (
                f"{WHERE}:42: components.one.inputs.prefix: 1 is a number; text is wanted: put it in quotes "
                "(third_party/settings)"
            )
        ],
    ),
    "text where a number is wanted, deep down": (
        "prefix: /one/",
        'prefix: /one/\n      settings:\n        a: {value: x}\n        b: {value: y,\n          priority: "2"}',
        [
            (
                f'{WHERE}:46: components.one.inputs.settings.b.priority: "2" is text; a number is wanted, without '
                "quotes (third_party/settings)"
            )
        ],
    ),
    "an attribute that an object does not have, one that is missing, and one of a wrong type: all at once": (
        "prefix: /one/",
        (
            "prefix: /one/\n      settings:\n        a:\n          valeu: x\n        b: {}\n"
            "        c:\n          value: x\n          notes:\n            topics: [1, null]"
        ),
        [
            (
                f'{WHERE}:45: components.one.inputs.settings.a.valeu: "valeu" is not a field here; did you mean '
                '"value"? (third_party/settings)'
            ),
            f"{WHERE}:46: components.one.inputs.settings.b: value is missing (third_party/settings)",
            (
                f"{WHERE}:50: components.one.inputs.settings.c.notes.topics[0]: 1 is a number; text is wanted: "
                "put it in quotes (third_party/settings)"
            ),
            (
                f"{WHERE}:50: components.one.inputs.settings.c.notes.topics[1]: is empty; text is wanted "
                "(third_party/settings)"
            ),
        ],
    ),
    "true where a number is wanted": (
        "prefix: /one/",
        "prefix: /one/\n      limits: [true, 2]",
        [
            (
                f"{WHERE}:43: components.one.inputs.limits[0]: true is true or false; a number is wanted "
                "(third_party/settings)"
            )
        ],
    ),
    "a tuple of another length": (
        "prefix: /one/",
        "prefix: /one/\n      limits: [1]",
        [f"{WHERE}:43: components.one.inputs.limits: has 1 item; 2 are wanted (third_party/settings)"],
    ),
    "null where the module takes none": (
        "prefix: /one/",
        "prefix: /one/\n      paused: null",
        [
            (
                f"{WHERE}:43: components.one.inputs.paused: is empty, and third_party/settings does not take null here "
                "(nullable = false)"
            )
        ],
    ),
    "an input that is Terraform's own": (
        "prefix: /one/",
        "prefix: /one/\n      source: ../elsewhere",
        [
            (
                f'{WHERE}:43: components.one.inputs.source: "source" cannot be the name of a variable: it is '
                "Terraform's own in a module block"
            )
        ],
    ),
    "an input that would end the line": (
        "prefix: /one/",
        'prefix: /one/\n      "a = 1\\n  b": 2',
        [
            (
                f'{WHERE}:43: components.one.inputs.a = 1\\n  b: "a = 1\\n  b" cannot be the name of a variable: '
                "letters, digits, _ and -, and no digit or - in front"
            )
        ],
    ),
    "a module that is not there": (
        "    module: settings",
        "    module: setings",
        [f'{WHERE}:40: components.one.module: "setings" is not a module; did you mean "settings"?'],
    ),
    "a component with an underscore": (
        "  one:",
        "  number_one:",
        [
            (
                f'{WHERE}:39: components.number_one: "number_one" cannot name a component: a name has lower-case '
                "letters, digits and single hyphens, and starts with a letter"
            )
        ],
    ),
    "an input that is given twice": (
        "prefix: /one/",
        "prefix: /one/\n    connect:\n      prefix: tasks.report.family",
        [f'{WHERE}:44: components.one.connect.prefix: "prefix" is given under inputs too ({WHERE}:42)'],
    ),
    "a connection to a key, a task, a cluster that is not there": (
        "prefix: /one/",
        (
            "prefix: /one/\n    connect:\n      key_arn: keys.mian\n      extra: tasks.reprot.family\n"
            "      paused: clusters.x"
        ),
        [
            f'{WHERE}:44: components.one.connect.key_arn: "mian" is not a key; did you mean "main"?',
            f'{WHERE}:45: components.one.connect.extra: "reprot" is not a task; did you mean "report"?',
            f'{WHERE}:46: components.one.connect.paused: "x" is not a cluster; there is default',
        ],
    ),
    "connections to outputs that are not there": (
        "prefix: /one/",
        (
            "prefix: /one/\n    connect:\n      key_arn: tasks.report.famly\n      extra: schedules.weekly.arn\n"
            "  two:\n    module: settings\n    connect:\n      prefix: components.one.name"
        ),
        [
            (
                f'{WHERE}:44: components.one.connect.key_arn: modules/ecs-task has no output "famly"; '
                'did you mean "family"?'
            ),
            (
                f'{WHERE}:45: components.one.connect.extra: modules/ecs-scheduler has no output "arn"; '
                'did you mean "dlq_arn"?'
            ),
            (
                f'{WHERE}:49: components.two.connect.prefix: third_party/settings has no output "name"; '
                'did you mean "names"?'
            ),
        ],
    ),
    "a connection to alerts where there are none": (
        "prefix: /one/",
        "prefix: /one/\n    connect:\n      key_arn: alerts",
        [f"{WHERE}:44: components.one.connect.key_arn: this environment has no alerts"],
    ),
    "an ARN where no text is wanted": (
        "prefix: /one/",
        "prefix: /one/\n    connect:\n      limits: keys.main",
        [
            (
                f'{WHERE}:44: components.one.connect.limits: "keys.main" is an ARN, which is text; a list is wanted '
                "(third_party/settings)"
            )
        ],
    ),
    "a connection that has no form": (
        "prefix: /one/",
        "prefix: /one/\n    connect:\n      key_arn: aws_kms_key.main.arn",
        [
            (
                f'{WHERE}:44: components.one.connect.key_arn: "aws_kms_key.main.arn" is nothing that an input can be '
                "connected to; give keys.<name>, clusters.<name>, alerts, pager, or an output: tasks.<name>.<output>, "
                "jobs.<name>.<output>, "
                "schedules.<name>.<output>, workflows.<name>.<output>, target_syncs.<name>.<output> or "
                "components.<name>.<output>"
            )
        ],
    ),
    "a component that is connected to itself": (
        "      prefix: /one/",
        "      paused: true\n    connect:\n      prefix: components.one.prefix",
        [f"{WHERE}:44: components.one.connect.prefix: components are connected in a circle: one -> one"],
    ),
    "components in a circle": (
        "    inputs:\n      prefix: /one/",
        (
            "    connect:\n      prefix: components.two.prefix\n"
            "  two:\n    module: settings\n    connect:\n      prefix: components.three.prefix\n"
            "  three:\n    module: settings\n    connect:\n      prefix: components.two.prefix"
        ),
        [f"{WHERE}:50: components.three.connect.prefix: components are connected in a circle: two -> three -> two"],
    ),
    "a folder that is not there": (
        "path: third_party/settings",
        "path: third_party/setings",
        [
            (
                f'{WHERE}:37: modules.settings.path: "third_party/setings" is no module: the folder is not there; '
                'did you mean "third_party/settings"?'
            )
        ],
    ),
    "a folder that is no module": (
        "path: third_party/settings",
        "path: third_party",
        [
            (
                f'{WHERE}:37: modules.settings.path: "third_party" is no module: the folder has no .tf file; '
                'did you mean "third_party/settings"?'
            )
        ],
    ),
    "a path of this machine": (
        "path: third_party/settings",
        "path: /srv/settings",
        [
            (
                f'{WHERE}:37: modules.settings.path: "/srv/settings" is not a folder relative to the repository, such '
                "as modules/network: letters, digits and . _ -, no / at either end"
            )
        ],
    ),
    "a path and a URL": (
        "path: third_party/settings",
        "path: third_party/settings\n    git: https://example.com/modules.git\n    ref: v1.0.0",
        [
            (
                f"{WHERE}:36: modules.settings: give a path (a folder here) or git (a URL) with a ref, not both; "
                "null removes what is inherited"
            )
        ],
    ),
    "a URL without a ref": (
        "path: third_party/settings",
        "git: https://example.com/modules.git",
        [f"{WHERE}:36: modules.settings: has no ref: what is not pinned to a commit or a tag changes by itself"],
    ),
    "a URL with a password": (
        "path: third_party/settings",
        "git: https://me:secret@example.com/modules.git\n    ref: v1.0.0",
        [
            (
                f'{WHERE}:37: modules.settings.git: "https://***@example.com/modules.git" is not the URL of a '
                "git repository: https:// or ssh://, without credentials, such as https://example.com/modules.git"
            )
        ],
    ),
}


@pytest.mark.parametrize("case", COMPONENT_MISTAKES)
def test_a_mistake_in_a_component(case: str, workplace: Workplace) -> None:
    old, new, messages = COMPONENT_MISTAKES[case]
    assert old in COMPONENTS, "the case no longer changes anything"
    third_party(workplace)
    workplace.refused(MINIMAL + COMPONENTS.replace(old, new, 1), messages)


def test_the_component_without_a_mistake(workplace: Workplace) -> None:
    """Otherwise the cases above would be refused for another reason."""
    third_party(workplace)
    workplace.spec("own", MINIMAL + COMPONENTS)
    assert workplace.run("generate").code == 0
    assert (
        (workplace.roots / "own" / "main.tf")
        .read_text()
        .endswith('module "component_one" {\n  source = "../../third_party/settings"\n\n  prefix = "/one/"\n}\n')
    )


def test_a_module_that_hcl2_cannot_read_is_a_notice(workplace: Workplace) -> None:
    folder = third_party(workplace) / "settings"
    (folder / "broken.tf").write_text('variable "x" {\n  type = = string\n}\n')
    workplace.spec("own", MINIMAL + COMPONENTS)
    outcome = workplace.run("generate")
    assert (outcome.code, outcome.err) == (
        0,
        (
            f"{WHERE}:37: modules.settings.path: calls of third_party/settings are not checked: broken.tf:2: not HCL "
            "that can be read\n"
        ),
    )


def test_the_words_of_a_module_do_not_reach_the_terminal_as_they_are(workplace: Workplace) -> None:
    (third_party(workplace) / "settings" / "more.tf").write_text(
        'variable "more" {\n  description = "\x1b[2J' + "long " * 40 + '"\n}\n'
    )
    workplace.spec("own", MINIMAL + COMPONENTS)
    (line,) = workplace.run("generate").err.splitlines()
    assert line.startswith(
        f"{WHERE}:39: components.one: more is missing: third_party/settings needs it (\\u001b[2Jlong "
    )
    assert line.endswith("lon...)")


def test_the_forms_of_a_connection() -> None:
    assert connection("alerts") == ("alerts", "", "")
    assert connection("keys.main-key") == ("keys", "main-key", "")
    assert connection("components.a-b.Some_output-1") == ("components", "a-b", "Some_output-1")
    for text in (
        "",
        "keys",
        "keys.",
        "keys.A",
        "keys.main.arn",
        "tasks.a",
        "tasks.a.b.c",
        "alerts.x",
        "keys.a\n",
        "x.y.z",
    ):
        assert connection(text) is None, text


def test_a_long_chain_of_components_is_no_circle(workplace: Workplace) -> None:
    third_party(workplace)
    chain = "".join(
        f"  c{i}:\n    module: settings\n    connect:\n      prefix: components.c{i + 1}.prefix\n" for i in range(1500)
    )
    spec = COMPONENTS.replace("  one:", "  c1500:") + chain
    workplace.spec("own", MINIMAL + spec)
    assert workplace.run("generate").code == 0


ATOMS = [": ", "- ", "\n", "  ", "[", "]", "{", "}", "null", "true", "1", '"x"', "keys.main", "components.one.prefix"]
ATOMS += ["alerts", "path: .", "ref: v1", "inputs:", "connect:", "settings", "limits", "${", "\\"]


@settings(max_examples=300, deadline=None)
@given(text=st.lists(st.sampled_from(ATOMS), max_size=8).map("".join), at=st.integers(0, len(COMPONENTS)))
def test_no_text_makes_a_traceback(text: str, at: int) -> None:
    spec = MINIMAL + COMPONENTS[:at] + text + COMPONENTS[at:]
    library = Library(Path(__file__).parent)
    with contextlib.suppress(SpecError):
        environment = check(parse(spec, "environments/own.yaml"), library)
        render("own", environment, "environments/own.yaml")
