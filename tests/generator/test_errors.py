"""Every mistake a person can make in a spec: its message, exactly; exit code 2; nothing written."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.checks.checking import check
from generator.errors import SpecError
from generator.interfaces.library import Library
from generator.names import RESERVED
from generator.specs.reading import parse
from harness import target
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace, minimal

NETWORK = """\
network:
  trusted_compute_subnets: [subnet-0123456789abcdef0]
  security_group_ids: [sg-0123456789abcdef0]
"""

# name: (what is replaced in the minimal spec, by what, the messages)
VALUES: dict[str, tuple[str, str, list[str]]] = {
    "a task that is not there": (
        "    task: report",
        "    task: reprot",
        ['environments/own.yaml:31: schedules.weekly.task: "reprot" is not a task; did you mean "report"?'],
    ),
    "a cluster that is not there": (
        "    cluster: default",
        "    cluster: workflow",
        ['environments/own.yaml:32: schedules.weekly.cluster: "workflow" is not a cluster; there is default'],
    ),
    "a key that is not there": (
        "    key: main",
        "    key: mian",
        ['environments/own.yaml:33: schedules.weekly.key: "mian" is not a key; did you mean "main"?'],
    ),
    "an unknown field": (
        "    memory: 512",
        "    memory: 512\n    memmory: 512",
        ['environments/own.yaml:29: tasks.report.memmory: "memmory" is not a field here; did you mean "memory"?'],
    ),
    "an unknown field at the top": (
        "region: eu-west-1",
        "region: eu-west-1\nschedule: {}",
        [
            (
                'environments/own.yaml:3: schedule: "schedule" is not a field here; '
                'did you mean "schedules" or defaults.schedule?'
            )
        ],
    ),
    "an unknown field deep down": (
        "    memory: 512",
        "    memory: 512\n    permissions:\n      s3_read:\n        - bucket: b\n          prefxi: reports/",
        [
            (
                'environments/own.yaml:32: tasks.report.permissions.s3_read[0].prefxi: "prefxi" is not a field here; '
                'did you mean "prefix"?'
            )
        ],
    ),
    "a field of names, one level too high": (
        "    memory: 512",
        "    memory: 512\n    family: reports",
        ['environments/own.yaml:29: tasks.report.family: "family" is not a field here; did you mean names.family?'],
    ),
    "a field that two others have": (
        "region: eu-west-1",
        "region: eu-west-1\nkey: x",
        [
            (
                'environments/own.yaml:3: key: "key" is not a field here; '
                'did you mean "keys" or alerts.key or pager.key or state.key?'
            )
        ],
    ),
    "a field of names in defaults, one level too high": (
        "tasks:\n",
        "defaults:\n  schedule:\n    dlq: x\ntasks:\n",
        ['environments/own.yaml:26: defaults.schedule.dlq: "dlq" is not a field here; did you mean names.dlq?'],
    ),
    "a field like none of many": (
        "    memory: 512",
        "    memory: 512\n    gpus: 1",
        ['environments/own.yaml:29: tasks.report.gpus: "gpus" is not a field here; the nearest is "cpu"'],
    ),
    "a required field, misspelt": (
        "    cpu: 256",
        "    cpuu: 256",
        ['environments/own.yaml:27: tasks.report.cpuu: "cpuu" is not a field here; did you mean "cpu"?'],
    ),
    "a required field, misspelt, and another missing": (
        "    cpu: 256\n    memory: 512",
        "    memroy: 512",
        [
            "environments/own.yaml:25: tasks.report: cpu is missing (CPU units; 1024 is one vCPU)",
            'environments/own.yaml:27: tasks.report.memroy: "memroy" is not a field here; did you mean "memory"?',
        ],
    ),
    "a missing field of which more is to say than its name": (
        "region: eu-west-1\n",
        "",
        ["environments/own.yaml:1: region is missing (region that everything is made in)"],
    ),
    "a missing field": (
        "    image: example/report:1\n",
        "",
        ["environments/own.yaml:25: tasks.report: image is missing (image of the container)"],
    ),
    "a missing field at the top": (
        'account: "123456789012"\n',
        "",
        ["environments/own.yaml:1: account is missing (account, 12 digits in quotes)"],
    ),
    "an account without quotes": (
        '"123456789012"',
        "123456789012",
        ["environments/own.yaml:1: account: 123456789012 is a number; text is wanted: put it in quotes"],
    ),
    "an account with a zero in front, without quotes": (
        '"123456789012"',
        "012345678901",
        [
            "environments/own.yaml:1: account: 012345678901 would lose its first digit as a number; quote it",
        ],
    ),
    "an account of eleven digits": (
        '"123456789012"',
        '"12345678901"',
        ['environments/own.yaml:1: account: "12345678901" is not an account: 12 digits, in quotes'],
    ),
    "a region that is none": (
        "eu-west-1",
        "Ireland",
        ['environments/own.yaml:2: region: "Ireland" is not a region, such as us-east-1'],
    ),
    "a number in quotes": (
        "cpu: 256",
        'cpu: "256"',
        ['environments/own.yaml:27: tasks.report.cpu: "256" is text; a whole number is wanted, without quotes'],
    ),
    "a fraction": (
        "cpu: 256",
        "cpu: 0.25",
        ["environments/own.yaml:27: tasks.report.cpu: 0.25 is a number; a whole number is wanted"],
    ),
    "a number where text belongs": (
        "    memory: 512",
        "    memory: 512\n    environment:\n      PORT: 8080",
        ["environments/own.yaml:30: tasks.report.environment.PORT: 8080 is a number; text is wanted: put it in quotes"],
    ),
    "text where a list belongs": (
        "    memory: 512",
        "    memory: 512\n    command: run",
        ['environments/own.yaml:29: tasks.report.command: "run" is text; a list is wanted'],
    ),
    "text where true or false belongs": (
        "    memory: 512",
        "    memory: 512\n    init_process: yes",
        ['environments/own.yaml:29: tasks.report.init_process: "yes" is text; true or false is wanted, without quotes'],
    ),
    "a list where a map belongs": (
        "    memory: 512",
        "    memory: 512\n    environment: [A]",
        ["environments/own.yaml:29: tasks.report.environment: is a list; a map is wanted"],
    ),
    "a task without a body": (
        "    image: example/report:1\n    cpu: 256\n    memory: 512\n",
        "",
        ["environments/own.yaml:25: tasks.report: is empty; a map of fields is wanted"],
    ),
    "a time zone that is none": (
        "    schedule_expression: rate(7 days)",
        "    schedule_expression: rate(7 days)\n    timezone: Europe/Berln",
        [
            (
                'environments/own.yaml:35: schedules.weekly.timezone: "Europe/Berln" is not an IANA time zone; '
                'did you mean "Europe/Berlin"?'
            )
        ],
    ),
    "an expression that is none": (
        "rate(7 days)",
        "weekly",
        [
            (
                'environments/own.yaml:34: schedules.weekly.schedule_expression: schedule_expression is "weekly"; '
                "AWS allows cron(...), rate(...) and at(...), in lower case"
            )
        ],
    ),
    "a wrong cron": (
        "rate(7 days)",
        "cron(0 25 * * * *)",
        [
            (
                "environments/own.yaml:34: schedules.weekly.schedule_expression: cron(0 25 * * * *): hours is "
                '"25"; AWS allows 0-23, lists, ranges, / steps (1-23) and *; and cron(0 25 * * * *): day-of-month is '
                '"*" and day-of-week is "*"; AWS needs ? in exactly one of the two'
            )
        ],
    ),
    "a rate that AWS does not know": (
        "rate(7 days)",
        "rate(7 day)",
        [
            (
                "environments/own.yaml:34: schedules.weekly.schedule_expression: rate(7 day): the unit is "
                '"day"; AWS needs the plural days with a number other than 1'
            )
        ],
    ),
    "a subnet that is none": (
        "[subnet-0123456789abcdef0]",
        "[subnet-0123456789abcdef0,\n    subnet-x]",
        [
            (
                'environments/own.yaml:20: network.trusted_compute_subnets[1]: "subnet-x" is not the '
                "id of a subnet, such as "
                "subnet-0123456789abcdef0"
            )
        ],
    ),
    "a key that is neither made nor there": (
        "    description: Everything",
        "    alias: everything",
        ["environments/own.yaml:16: keys.main: give a description (the root makes the key) or an arn (the key exists)"],
    ),
    "a key that is made and there": (
        "    description: Everything",
        "    description: Everything\n    arn: arn:aws:kms:eu-west-1:123456789012:key/1234",
        ["environments/own.yaml:16: keys.main: has an arn, so the key exists: leave out what would make one"],
    ),
    "a key by its alias": (
        "    description: Everything",
        "    arn: arn:aws:kms:eu-west-1:123456789012:alias/x",
        [
            (
                "environments/own.yaml:17: keys.main.arn: "
                '"arn:aws:kms:eu-west-1:123456789012:alias/x" is not the ARN of a '
                "KMS key; an alias cannot stand in a policy"
            )
        ],
    ),
    "an alias with what AWS puts in front of it": (
        "    description: Everything",
        "    description: Everything\n    alias: alias/x",
        [
            (
                'environments/own.yaml:18: keys.main.alias: "alias/x" is not an alias: letters, digits and / _ -, '
                "without alias/"
            )
        ],
    ),
    "too small a number": (
        "    description: Everything",
        "    description: Everything\n    deletion_window_in_days: 6",
        ["environments/own.yaml:18: keys.main.deletion_window_in_days: 6 is too small; 7 or more is wanted"],
    ),
    "too large a number": (
        "    description: Everything",
        "    description: Everything\n    deletion_window_in_days: 31",
        ["environments/own.yaml:18: keys.main.deletion_window_in_days: 31 is too large; 30 or less is wanted"],
    ),
    "an empty list": (
        "[subnet-0123456789abcdef0]",
        "[]",
        ["environments/own.yaml:19: network.trusted_compute_subnets: is an empty list; at least one item is wanted"],
    ),
    "a topic without a key": (
        "network:",
        "alerts:\n  topic_name: alerts\nnetwork:",
        ["environments/own.yaml:18: alerts: has no key: a topic that the root makes is encrypted with one of `keys`"],
    ),
    "a name with an underscore": (
        "  weekly:",
        "  weekly_report:",
        [
            (
                'environments/own.yaml:30: schedules.weekly_report: "weekly_report" cannot name a schedule: a name has '
                "lower-case letters, digits and single hyphens, and starts with a letter"
            )
        ],
    ),
    "a schedule without a network": (
        NETWORK,
        "",
        [
            (
                "environments/own.yaml:27: schedules.weekly: trusted_compute_subnets is missing; "
                "give it here, or give the "
                "environment a network"
            )
        ],
    ),
    "tags that are set already": (
        "network:",
        "tags:\n  Environment: prod\n  Cost: x\n  managedby: me\n  Region: here\nnetwork:",
        [
            (
                'environments/own.yaml:19: tags.Environment: "Environment" cannot be given: '
                "the generator sets Environment, on everything"
            ),
            (
                'environments/own.yaml:21: tags.managedby: "managedby" cannot be given: '
                "the generator sets ManagedBy, on everything"
            ),
            (
                'environments/own.yaml:22: tags.Region: "Region" cannot be given: '
                "the naming standard sets Region, on everything"
            ),
        ],
    ),
    "tags of a task and of a schedule that are set already": (
        "    memory: 512\nschedules:\n  weekly:\n",
        "    memory: 512\n    tags:\n      ResourceOwner: x\nschedules:\n  weekly:\n    tags: {BillingEntity: x}\n",
        [
            (
                'environments/own.yaml:30: tasks.report.tags.ResourceOwner: "ResourceOwner" cannot be given: '
                "the naming standard sets ResourceOwner, on everything"
            ),
            (
                'environments/own.yaml:33: schedules.weekly.tags.BillingEntity: "BillingEntity" cannot be given: '
                "the naming standard sets BillingEntity, on everything"
            ),
        ],
    ),
    "tags in defaults that are set already": (
        "tasks:\n",
        "defaults:\n  task:\n    tags: {SecurityDomain: x}\n  schedule:\n    tags: {BillingDomain: x}\ntasks:\n",
        [
            (
                'environments/own.yaml:26: defaults.task.tags.SecurityDomain: "SecurityDomain" cannot be given: '
                "the naming standard sets SecurityDomain, on everything"
            ),
            (
                'environments/own.yaml:28: defaults.schedule.tags.BillingDomain: "BillingDomain" cannot be given: '
                "the naming standard sets BillingDomain, on everything"
            ),
        ],
    ),
    "an unknown field in defaults, said once": (
        "tasks:\n",
        "defaults:\n  task:\n    cpuu: 1\ntasks:\n",
        ['environments/own.yaml:26: defaults.task.cpuu: "cpuu" is not a field here; did you mean "cpu"?'],
    ),
    "a wrong value in defaults, said where it is": (
        "    cpu: 256\n",
        "defaults:\n  task:\n    cpu: lots\n",
        ['environments/own.yaml:30: defaults.task.cpu: "lots" is text; a whole number is wanted, without quotes'],
    ),
    "several mistakes, all said, in the order of lines": (
        MINIMAL,
        MINIMAL.replace("eu-west-1", "nowhere").replace("cpu: 256", "cpu: x").replace("task: report", "task: none"),
        [
            'environments/own.yaml:2: region: "nowhere" is not a region, such as us-east-1',
            'environments/own.yaml:27: tasks.report.cpu: "x" is text; a whole number is wanted, without quotes',
            'environments/own.yaml:31: schedules.weekly.task: "none" is not a task; there is report',
        ],
    ),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_wrong_value(case: str, workplace: Workplace) -> None:
    old, new, messages = VALUES[case]
    assert old in MINIMAL, "the case no longer changes anything"
    if case == "a wrong value in defaults, said where it is":
        spec = MINIMAL.replace(old, "").replace("schedules:\n", f"{new}schedules:\n")
    else:
        spec = MINIMAL.replace(old, new, 1)
    refused(workplace, spec, messages)


def test_the_minimal_spec_is_right(workplace: Workplace) -> None:
    """Otherwise the cases above would be refused for another reason."""
    workplace.spec("own", MINIMAL)
    assert workplace.run("generate").code == 0


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(8)
)

TOO_MANY = "the file has more than 50,000 values by here, once its aliases are followed"
NO_CHARACTER = "is not YAML: while parsing a quoted scalar: found invalid Unicode character escape code"

FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["environments/own.yaml:1: is empty"]),
    "only comments": ("# nothing\n", ["environments/own.yaml:1: is empty"]),
    "not YAML": (
        "a: [1, 2\n",
        ["environments/own.yaml:1: is not YAML: while parsing a flow sequence: did not find expected ',' or ']'"],
    ),
    "an open quote": (
        'a: 1\nb: "open\nc: 2\n',
        ["environments/own.yaml:2: is not YAML: while scanning a quoted scalar: found unexpected end of stream"],
    ),
    "a tab": ("a:\n\tb: 1\n", ["environments/own.yaml:2: is not YAML: there is a tab; YAML indents with spaces only"]),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        ["environments/own.yaml:2: a second document begins; a spec is one"],
    ),
    "a list": ("- a\n", ["environments/own.yaml:1: a spec is a map of fields"]),
    "a word": ("hello\n", ["environments/own.yaml:1: a spec is a map of fields"]),
    "not UTF-8": (b"a: 1\nb: \xff\n", ["environments/own.yaml:2: is not UTF-8 text"]),
    "a control character": (
        "a: 1\nb: \x07\n",
        ["environments/own.yaml:2: YAML does not allow the character U+0007"],
    ),
    "half a surrogate pair": (
        'a: "\\ud800"\n',
        [f"environments/own.yaml:1: {NO_CHARACTER}"],
    ),
    "keys given twice, all of them": (
        MINIMAL + "region: x\ntags:\n  d: e\n  d: f\n",
        [
            "environments/own.yaml:35: region: is given twice; the first is in line 2",
            "environments/own.yaml:38: tags.d: is given twice; the first is in line 37",
        ],
    ),
    "a key that is a number": ("1: x\n", ['environments/own.yaml:1: the key 1 is not text; put it in quotes: "1"']),
    "a key that is a list": ("? [a]\n: b\n", ["environments/own.yaml:1: a key is text, not a list or a map"]),
    "a merge key": (
        MINIMAL + "tags: &a {b: c}\ndefaults:\n  <<: *a\n",
        [
            (
                "environments/own.yaml:37: defaults: << is not used here: a spec inherits with extends, a workload "
                "from defaults"
            )
        ],
    ),
    "a tag": (
        "a: !!python/object:os.system x\n",
        ['environments/own.yaml:1: a: the tag "tag:yaml.org,2002:python/object:os.system" means nothing here'],
    ),
    "a tag of a map on a word": (
        "a: !!map x\n",
        ['environments/own.yaml:1: a: the tag "tag:yaml.org,2002:map" means nothing here'],
    ),
    "a tag of a word on a map": (
        "a: !!str {b: 1}\nc: 1\nc: 2\n",
        [
            'environments/own.yaml:1: a: the tag "tag:yaml.org,2002:str" means nothing here',
            "environments/own.yaml:3: c: is given twice; the first is in line 2",
        ],
    ),
    "a number of many digits": (
        "a: 1234567890123456789\n",
        ["environments/own.yaml:1: a: 1234567890123456789 has more than 18 digits; quote it"],
    ),
    "no number": (
        "a: .nan\n",
        ["environments/own.yaml:1: a: .nan is not a plain decimal number; write it out, or quote it"],
    ),
    "an unknown alias": ("a: *b\n", ["environments/own.yaml:1: is not YAML: no anchor &b before it"]),
    "an alias of itself": ("a: &a [*a]\n", ["environments/own.yaml:1: a[0]: an alias contains itself"]),
    "an alias bomb": (BOMB, [f"environments/own.yaml:5: e[4]: {TOO_MANY}"]),
    "more values than any environment has": (
        "a:\n" + "- x\n" * 60_000,
        [f"environments/own.yaml:50000: a[49998]: {TOO_MANY}"],
    ),
    "nested deep": ("a: 1\nb: " + "[" * 60 + "]" * 60, ["environments/own.yaml:2: is nested deeper than 40 levels"]),
    "nested deeper than Python reads": ("[" * 5000, ["environments/own.yaml:1: is nested deeper than 40 levels"]),
    "nested deep by aliases": (
        "".join(f"a{i}: &a{i} [{f'*a{i - 1}' if i else 'x'}]\n" for i in range(40)),
        [f"environments/own.yaml:2: a39{'[0]' * 24}[0...: is nested deeper than 40 levels"],
    ),
    "another version of YAML": (
        "%YAML 1.1\n---\na: yes\n",
        ["environments/own.yaml:1: %YAML is not used here: a spec is YAML 1.2 without tags"],
    ),
    "beyond Unicode": (
        'a: 1\nb: "\\U00110000"\n',
        [f"environments/own.yaml:2: {NO_CHARACTER}"],
    ),
    "far beyond Unicode": (
        'a: "\\U00000041"\nb: "\\Uffffffff"\n',
        [f"environments/own.yaml:2: {NO_CHARACTER}"],
    ),
    "a line break of another version of YAML": (
        "a: 1\nb: x\u2028y\n",
        [
            (
                "environments/own.yaml:2: \\u2028 is a line break to some readers of YAML; write it as an escape in "
                "double quotes"
            )
        ],
    ),
    "10 MB": (b"# " + b"x" * 10_000_000, ["environments/own.yaml:1: the file is larger than 1,000,000 bytes by here"]),
    "10 MB of lines": (
        b"x: 1234567\n" * 1_000_000,
        ["environments/own.yaml:90910: the file is larger than 1,000,000 bytes by here"],
    ),
    "a tab after the key": (
        "a:\n  b: 1\n\tc: 2\n",
        ["environments/own.yaml:3: is not YAML: there is a tab; YAML indents with spaces only"],
    ),
    "a tab in a list": (
        "a:\n- 1\n\t- 2\n",
        ["environments/own.yaml:3: is not YAML: there is a tab; YAML indents with spaces only"],
    ),
    "an open bracket at the end of a file without a line break": (
        "a: [",
        ["environments/own.yaml:1: is not YAML: while parsing a flow node: did not find expected node content"],
    ),
    "keys that Unicode says in two ways": (
        MINIMAL + "tags:\n  é: a\n  e\u0301: b\n",
        ["environments/own.yaml:37: tags.é: is given twice; the first is in line 36"],
    ),
    "a base that is missing": (
        "extends: nowhere\n",
        ['environments/own.yaml:1: extends: "nowhere" is not a spec; there are base, circle'],
    ),
    "extends a list": (
        "extends: [base]\n",
        ["environments/own.yaml:1: extends: the name of one spec is wanted, such as `extends: base`"],
    ),
    "extends what is not there": (
        "# first\nextends: bas\n",
        ['environments/own.yaml:2: extends: "bas" is not a spec; did you mean "base"?'],
    ),
    "extends a path": (
        "extends: ../base\n",
        ['environments/own.yaml:1: extends: "../base" is not a spec; did you mean "base"?'],
    ),
    "extends itself": (
        "extends: own\n",
        ["environments/own.yaml:1: extends: specs extend each other in a circle: own -> own"],
    ),
    "extends in a circle": (
        "extends: circle\n",
        ["environments/circle.yaml:2: extends: specs extend each other in a circle: own -> circle -> own"],
    ),
    "abstract, perhaps": (
        'abstract: "true"\n',
        ['environments/own.yaml:1: abstract: "true" is text; true or false is wanted, without quotes'],
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_wrong_file(case: str, workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\na: 1\n")
    workplace.spec("circle", "abstract: true\nextends: own\n")
    text, messages = FILES[case]
    refused(workplace, text, messages)


def refused(workplace: Workplace, spec: str | bytes, messages: list[str]) -> None:
    workplace.spec("own", spec)
    for command in ("generate", "check"):
        outcome = workplace.run(command, "own")
        assert outcome.err.splitlines() == messages
        assert outcome.code == 2
        assert outcome.out == ""
    assert workplace.files() == {}


# What YAML gives a meaning to, in any order.
ATOMS = [*"[]{}:,-?&*!|>'\"%@`#\n\t \\~=<a1é🦄\r\x85\u2028\ufeff", "---", "...", "<<", "!!int", "!!binary", "%YAML 9.9"]
ATOMS += ["&a", "*a", ": ", "- ", "|+", "\\U", "\\x", "0x1f", "1e3", ".inf", "null", "2030-01-01", "key: value\n"]


@settings(max_examples=500, deadline=None)
@given(text=st.lists(st.sampled_from(ATOMS), max_size=30).map("".join), at=st.integers(0, len(MINIMAL)))
def test_no_text_makes_a_traceback(text: str, at: int) -> None:
    """Alone, and in the middle of a spec that is right."""
    for spec in (text, MINIMAL[:at] + text + MINIMAL[at:]):
        with contextlib.suppress(SpecError):
            check(parse(spec, "spec.yaml"), Library(REPOSITORY))


def test_one_wrong_spec_and_nothing_is_written_for_the_others(workplace: Workplace) -> None:
    workplace.spec("good", minimal("good"))
    workplace.spec("own", MINIMAL.replace("task: report", "task: x"))
    workplace.spec("worse", "a: [")
    outcome = workplace.run("generate")
    assert outcome.code == 2
    assert [line.split(":")[0] for line in outcome.err.splitlines()] == [
        "environments/own.yaml",
        "environments/worse.yaml",
    ]
    assert workplace.files() == {}


def test_a_mistake_in_a_base_is_said_once(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL.replace("cpu: 256", "cpu: x"))
    workplace.spec("one", "extends: base\n")
    workplace.spec("two", "extends: base\nstate: {key: two}\n")
    outcome = workplace.run("generate")
    assert outcome.err.splitlines() == [
        'environments/base.yaml:28: tasks.report.cpu: "x" is text; a whole number is wanted, without quotes'
    ]


def test_an_environment_that_is_not_there(workplace: Workplace) -> None:
    workplace.spec("dn-dev", MINIMAL)
    outcome = workplace.run("generate", "dn-dve")
    assert (outcome.code, outcome.err) == (
        2,
        'environments/dn-dve.yaml: there is no such spec; did you mean "dn-dev"?\n',
    )


@pytest.mark.parametrize("name", ["../environments/own", "Own", "own_dev", "a--b", "1st", "x\n", ""])
def test_a_name_that_none_can_have(name: str, workplace: Workplace) -> None:
    workplace.spec("own", MINIMAL)
    outcome = workplace.run("generate", name)
    assert outcome.code == 2
    assert "cannot name a spec" in outcome.err
    assert workplace.files() == {}


@pytest.mark.parametrize("name", RESERVED)
def test_a_name_that_a_working_folder_has(name: str, workplace: Workplace) -> None:
    workplace.spec(name, "# first\n" + MINIMAL)
    for only in ([], [name]):
        outcome = workplace.run("generate", *only)
        assert outcome.err == (
            f'environments/{name}.yaml:2: "{name}" cannot name an environment: .build/{name} holds other things\n'
        )
        assert outcome.code == 2
    assert workplace.files() == {}


def test_a_base_can_have_the_name_of_a_working_folder(workplace: Workplace) -> None:
    workplace.spec("sandbox", "abstract: true\n" + MINIMAL)
    workplace.spec("own", "extends: sandbox\n")
    assert workplace.run("generate").code == 0


def test_the_first_line_of_make_plan_refuses_the_same_names() -> None:
    """harness/target.py runs without the repository on its path, so it has the names itself."""
    assert target.RESERVED == RESERVED


def test_a_directory_that_is_not_there(workplace: Workplace) -> None:
    workplace.environments.rmdir()
    outcome = workplace.run("generate")
    assert (outcome.code, outcome.err) == (2, "environments: there is no such directory of specs\n")


def test_a_spec_that_would_be_overlooked(workplace: Workplace) -> None:
    (workplace.environments / "own.yml").write_text(MINIMAL)
    outcome = workplace.run("generate")
    assert outcome.code == 2
    assert outcome.err == "environments/own.yml: a spec's name ends in .yaml; this one would be overlooked\n"
