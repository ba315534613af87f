"""An environment that is started from another one: what its file says, and what its maker is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.command_line import app
from generator.commands.identity import Fate, Identity, Judge, short_code
from generator.commands.new import EDITOR_LINE
from generator.specs import loading
from generator.specs.tree import plain
from tests.generator.conftest import MINIMAL, REPOSITORY, Outcome, Workplace

DEV = """\
# yaml-language-server: $schema=spec.schema.json
# The first of them, app-dev.
extends: base

account: "111111111111" # the developers' own
region: us-east-1
aws_region_short_code: use1

state: {bucket: 'state-111111111111', key: "app-dev/terraform.tfstate"} # in flow style

keys:
  main:
    description: |
      Everything of app-dev,
      in lines
    alias: app-dev
  theirs:
    arn: arn:aws:kms:us-east-1:111111111111:key/0123
  shared:
    arn: arn:aws:kms:us-east-1:999999999999:key/0123 # of another account

alerts:
  topic_name: app-dev-alerts
  key: main
  emails: [team+app-dev@example.com]

network:
  trusted_compute_subnets:
    - subnet-0123456789abcdef0 # zone a

    - "subnet-0123456789abcdef1"
  security_group_ids: [sg-0123456789abcdef0]

clusters:
  default:
    name: platform

tasks:
  app-dev-report: # its name is what schedules know it by
    image: 111111111111.dkr.ecr.us-east-1.amazonaws.com/report:1
    cpu: 256
    memory: 512
    environment:
      STAGE: app-dev
      NOT_THE_NAME: app-device
    command: ["--of", "the \\x61pp-dev stage", 'app-dev']
    secrets:
      TOKEN: arn:aws:secretsmanager:us-east-1:111111111111:secret:token-a1b2c3
    permissions:
      put_events:
        - event_bus: app-dev-bus
          sources: [app-dev.report]

schedules:
  weekly:
    task: app-dev-report
    cluster: default
    key: main
    schedule_expression: rate(7 days)
"""
BASE = """\
abstract: true
naming:
  resource_owner: owner
  billing_entity: entity
  billing_domain: domain
  security_domain: security
terraform:
  required_version: ">= 1.9"
  aws_provider: "~> 5.100"
"""


@pytest.fixture
def dev(workplace: Workplace) -> Workplace:
    workplace.spec("base", BASE)
    workplace.spec("app-dev", DEV)
    assert workplace.run("generate").code == 0
    return workplace


def new(*arguments: str) -> Outcome:
    result = CliRunner().invoke(app, ["new", *arguments, "--environments", "environments"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def section(outcome: Outcome, heading: str) -> list[str]:
    """The lines below one heading of what was said."""
    lines = outcome.out.splitlines()
    inside = []
    for line in lines[lines.index(f"{heading}:") + 1 :]:
        if not line.startswith("  "):
            break
        inside.append(line.strip())
    return inside


def edited(changes: dict[str, str]) -> str:
    text = DEV
    for old, text_of_new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, text_of_new)
    return text


RENAMED = {
    'key: "app-dev/': 'key: "app-live/',
    "Everything of app-dev,": "Everything of app-live,",
    "alias: app-dev": "alias: app-live",
    "topic_name: app-dev-alerts": "topic_name: app-live-alerts",
    "STAGE: app-dev": "STAGE: app-live",
    '"the \\x61pp-dev stage"': '"the app-live stage"',
    "'app-dev'": "'app-live'",
}
PLACEHOLDERS = {
    'account: "111111111111"': "account: FILL_IN",
    "bucket: 'state-111111111111'": "bucket: FILL_IN",
    "arn: arn:aws:kms:us-east-1:111111111111:key/0123": "arn: FILL_IN",
    "- subnet-0123456789abcdef0": "- FILL_IN",
    '- "subnet-0123456789abcdef1"': "- FILL_IN",
    "[sg-0123456789abcdef0]": "[FILL_IN]",
    "TOKEN: arn:aws:secretsmanager:us-east-1:111111111111:secret:token-a1b2c3": "TOKEN: FILL_IN",
}


def test_only_what_must_differ_differs(dev: Workplace) -> None:
    """Every comment, blank line, quote and flow list stays: the text is the other's, but for these values."""
    outcome = new("app-live", "--from", "app-dev")
    assert (outcome.code, outcome.err) == (0, "")
    text = (dev.environments / "app-live.yaml").read_text(encoding="utf-8")
    assert text == edited(RENAMED | PLACEHOLDERS)


def test_its_maker_is_told_of_everything_with_its_line(dev: Workplace) -> None:
    outcome = new("app-live", "--from", "app-dev")
    file = "environments/app-live.yaml"
    assert outcome.out.splitlines()[0] == f"{file}: written, after environments/app-dev.yaml"
    description = '"Everything of app-dev,\\nin lines\\n"'
    assert section(outcome, "different") == [
        f'{file}:9: state.key: "app-dev/terraform.tfstate" -> "app-live/terraform.tfstate"',
        f"{file}:13: keys.main.description: {description} -> {description.replace('app-dev', 'app-live')}",
        f'{file}:16: keys.main.alias: "app-dev" -> "app-live"',
        f'{file}:23: alerts.topic_name: "app-dev-alerts" -> "app-live-alerts"',
        f'{file}:44: tasks.app-dev-report.environment.STAGE: "app-dev" -> "app-live"',
        f'{file}:46: tasks.app-dev-report.command[1]: "the app-dev stage" -> "the app-live stage"',
        f'{file}:46: tasks.app-dev-report.command[2]: "app-dev" -> "app-live"',
    ]
    token = "arn:aws:secretsmanager:us-east-1:111111111111:secret:token-a1b2c3"
    assert section(outcome, "to fill in, instead of FILL_IN") == [
        f'{file}:5: account: "111111111111" in app-dev',
        f'{file}:9: state.bucket: "state-111111111111" in app-dev',
        f'{file}:18: keys.theirs.arn: "arn:aws:kms:us-east-1:111111111111:key/0123" in app-dev',
        f'{file}:29: network.trusted_compute_subnets[0]: "subnet-0123456789abcdef0" in app-dev',
        f'{file}:31: network.trusted_compute_subnets[1]: "subnet-0123456789abcdef1" in app-dev',
        f'{file}:32: network.security_group_ids[0]: "sg-0123456789abcdef0" in app-dev',
        f'{file}:48: tasks.app-dev-report.secrets.TOKEN: "{token}" in app-dev',
    ]
    doubt = "is not made here; is it what app-live is to use?"
    assert section(outcome, "to look at") == [
        f"{file}:2: says app-dev",
        f'{file}:25: alerts.emails[0]: "team+app-dev@example.com" {doubt}',
        f'{file}:36: clusters.default.name: "platform" {doubt}',
        f"{file}:39: says app-dev",
        f'{file}:40: tasks.app-dev-report.image: "111111111111.dkr.ecr.us-east-1.amazonaws.com/report:1" {doubt}',
        f'{file}:51: tasks.app-dev-report.permissions.put_events[0].event_bus: "app-dev-bus" {doubt}',
        f'{file}:52: tasks.app-dev-report.permissions.put_events[0].sources[0]: "app-dev.report" {doubt}',
        f"{file}:56: says app-dev",
    ]
    assert outcome.out.splitlines()[-1] == (
        "next: read the comments, which were written for app-dev, give what says FILL_IN; "
        "then make generate, and make plan ENV=app-live"
    )


def test_its_root_is_generated(dev: Workplace) -> None:
    new("app-live", "--from", "app-dev")
    outcome = dev.run("generate")
    assert (outcome.code, outcome.err) == (0, "")
    assert (dev.roots / "app-live" / "main.tf").is_file()
    assert 'allowed_account_ids = ["FILL_IN"]' in (dev.roots / "app-live" / "providers.tf").read_text()


def test_an_account_that_is_given(dev: Workplace) -> None:
    outcome = new("app-live", "--from", "app-dev", "--account", "222222222222")
    changes = PLACEHOLDERS | {'account: "111111111111"': 'account: "222222222222"'}
    assert (dev.environments / "app-live.yaml").read_text() == edited(RENAMED | changes)
    line = 'environments/app-live.yaml:5: account: "111111111111" -> "222222222222"'
    assert section(outcome, "different")[0] == line


def test_the_same_account_keeps_what_is_in_it(dev: Workplace) -> None:
    """Names that two environments of one account would share are named with the fields that set them."""
    outcome = new("app-live", "--from", "app-dev", "--account", "111111111111")
    assert (dev.environments / "app-live.yaml").read_text() == edited(RENAMED)
    task, schedule = (line for line in section(outcome, "to look at") if "in one account" in line)
    assert task == (
        'environments/app-live.yaml:39: tasks.app-dev-report: the family "app-dev-report" and 4 more would be '
        "app-dev's too, in one account, which generate refuses: set names.family, names.log_group, "
        "names.execution_role, names.task_role, names.failure_rule"
    )
    assert schedule.startswith(
        'environments/app-live.yaml:55: schedules.weekly: the schedule group "security-domain-use1-app-dev-report" '
        "and 6 more would be app-dev's too, in one account, which generate refuses: set "
        "names.schedule_group, names.role, names.dlq, "
    )


def test_another_region_of_the_same_account(dev: Workplace) -> None:
    outcome = new("app-live", "--from", "app-dev", "--account", "111111111111", "--region", "eu-central-1")
    moved = PLACEHOLDERS | {"region: us-east-1": "region: eu-central-1", "code: use1": "code: euc1"}
    moved |= {"arn: arn:aws:kms:us-east-1:999999999999:key/0123": "arn: FILL_IN"}
    kept = {'account: "111111111111"', "bucket: 'state-111111111111'"}
    changes = {old: text for old, text in moved.items() if old not in kept}
    assert (dev.environments / "app-live.yaml").read_text() == edited(RENAMED | changes)
    assert "one account" not in outcome.out, "no role has the same name: the region's code is part of it"


def test_what_is_inherited_and_must_differ_is_added(workplace: Workplace) -> None:
    account = 'account: "111111111111"\nregion: us-east-1\naws_region_short_code: odd\n'
    start, end = DEV.index("account:"), DEV.index("state:")
    workplace.spec("base", BASE + account + "tags:\n  Registry: '111111111111.example.com'\n  Of: app-dev\n")
    own = DEV[:start] + DEV[end:]
    workplace.spec("app-dev", own)
    outcome = new("app-live", "--from", "app-dev", "--region", "ap-southeast-2")
    assert outcome.code == 0, outcome.err
    text = (workplace.environments / "app-live.yaml").read_text()
    lines = ["extends: base", "account: FILL_IN", "aws_region_short_code: FILL_IN", "region: ap-southeast-2", ""]
    assert text.splitlines()[2:7] == lines
    inherited = "is inherited, and of app-dev; app-live may need its own"
    assert [line for line in section(outcome, "to look at") if line.startswith("environments/base.yaml")] == [
        f'environments/base.yaml:14: tags.Registry: "111111111111.example.com" {inherited}',
        f'environments/base.yaml:15: tags.Of: "app-dev" {inherited}',
    ]


def test_the_line_for_editors_is_added_where_it_is_missing(dev: Workplace) -> None:
    dev.spec("app-dev", DEV.split("\n", 1)[1])
    assert new("app-live", "--from", "app-dev").code == 0
    assert (dev.environments / "app-live.yaml").read_text() == edited(RENAMED | PLACEHOLDERS)
    assert DEV.startswith(EDITOR_LINE)


@pytest.mark.parametrize("text", [MINIMAL.replace("\n", "\r\n"), "\ufeff" + MINIMAL, "---\n" + MINIMAL + "...\n"])
def test_unusual_beginnings_and_line_ends(text: str, workplace: Workplace) -> None:
    workplace.spec("one", text)
    assert new("two", "--from", "one").code == 0
    written = (workplace.environments / "two.yaml").read_bytes()
    assert written.startswith(EDITOR_LINE.encode())
    assert written.count(b"\r\n") == max(text.count("\r\n"), 0)
    value = plain(loading.load(workplace.environments, "two"))
    assert isinstance(value, dict)
    assert (value["account"], value["state"]) == (
        "FILL_IN",
        {"bucket": "example-state", "key": "two/terraform.tfstate"},
    )


def test_a_spec_in_one_line_of_json(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.spec("one", '{"extends": "base", "state": {"key": "one/terraform.tfstate"}}')
    assert new("two", "--from", "one").code == 0
    text = (workplace.environments / "two.yaml").read_text().splitlines()[1]
    assert text == '{account: FILL_IN, "extends": "base", "state": {"key": "two/terraform.tfstate"}}'


def test_a_state_that_does_not_say_the_name_is_to_be_filled_in(workplace: Workplace) -> None:
    workplace.spec("other", MINIMAL)
    outcome = new("two", "--from", "other", "--account", "123456789012")
    assert outcome.code == 0, outcome.err
    assert 'environments/two.yaml:15: state.key: "one/terraform.tfstate" in other' in outcome.out


def test_a_state_that_is_inherited_and_would_be_shared(workplace: Workplace) -> None:
    workplace.spec("base", "abstract: true\n" + MINIMAL)
    workplace.spec("one", "extends: base\n")
    outcome = new("two", "--from", "one")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "environments/two.yaml:2: extends: s3://example-state/one/terraform.tfstate in eu-west-1"
    )
    assert outcome.err.endswith("give each a state.key of its own (not written)\n")
    assert sorted(path.name for path in workplace.environments.parent.rglob("*")) == [
        "base.yaml",
        "environments",
        "one.yaml",
    ]


def test_imports_of_the_other_are_not_repeated() -> None:
    """What is imported into two states is managed twice."""
    one = Identity("one", "111111111111", "us-east-1")
    judge = Judge(one, Identity("two", "111111111111", "us-east-1"))
    assert judge.fate(("imports", 0, "id"), "/ecs/x") is Fate.FILL_IN
    assert judge.fate(("imports", 0, "to"), "module.task_one.x") is Fate.KEEP
    assert judge.fate(("modules", "ecs-task", "git"), "https://example.com/one.git") is Fate.KEEP
    assert judge.fate(("components", "x", "module"), "one") is Fate.KEEP
    assert judge.fate(("defaults", "task", "log_key"), "one") is Fate.KEEP
    assert judge.fate(("pager", "key"), "one") is Fate.KEEP


@pytest.mark.parametrize("entry", [("workflows", "w"), ("defaults", "workflow")])
def test_what_a_workflow_names_of_the_spec_stays_and_what_only_looks_so_is_judged(entry: tuple[str, str]) -> None:
    judge = Judge(Identity("one", "111111111111", "us-east-1"), Identity("two", "222222222222", "us-east-1"))
    target = (*entry, "rules", "tasks", "targets", "topic")
    assert judge.fate((*target, "run_task", "task"), "one") is Fate.KEEP
    assert judge.fate((*target, "run_task", "cluster"), "one") is Fate.KEEP
    assert judge.fate((*target, "notify", "topic"), "one") is Fate.KEEP
    assert judge.fate((*entry, "publishers", "x", "tasks", 0), "one") is Fate.KEEP
    # Keys and variables that have the name of such a field.
    arn = "arn:aws:sns:us-east-1:111111111111:told"
    assert judge.fate((*target, "notify", "topic_arn"), arn) is not Fate.KEEP
    assert judge.fate((*target, "run_task", "environment", "task"), arn) is not Fate.KEEP


@pytest.mark.parametrize("entry", [("target_syncs", "s"), ("defaults", "target_sync")])
def test_what_a_target_sync_names_of_the_spec_stays_and_what_aws_calls_so_is_judged(entry: tuple[str, str]) -> None:
    judge = Judge(Identity("one", "111111111111", "us-east-1"), Identity("two", "222222222222", "us-east-1"))
    selection = (*entry, "selections", 0)
    for path in ((*selection, "workflow"), (*selection, "rule"), (*selection, "target")):
        assert judge.fate(path, "one") is Fate.KEEP
    for field in ("topic", "event_bus"):
        assert judge.fate((*entry, field), "one") is Fate.KEEP
    # The bus tells a person to look at its selection, whose rule may be a key of the spec in another.
    for path in ((*selection, "bus"), (*selection, "job_definition"), (*entry, "event_bus_name")):
        assert judge.fate(path, "elsewhere") is Fate.LOOK
    assert judge.fate((*entry, "state_path"), "/one/sync") is Fate.RENAME
    assert judge.fate((*entry, "role_arns", 0), "arn:aws:iam::111111111111:role/other") is Fate.FILL_IN


def test_placeholders_of_the_other_are_still_to_be_given(dev: Workplace) -> None:
    new("app-live", "--from", "app-dev")
    outcome = new("app-next", "--from", "app-live")
    assert outcome.code == 0, outcome.err
    lines = section(outcome, "to fill in, instead of FILL_IN")
    assert "environments/app-next.yaml:5: account: to be given in app-live too" in lines
    assert len(lines) == 7
    assert "says FILL_IN" not in "\n".join(section(outcome, "to look at"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["app-dev", "--from", "app-dev"],
            "environments/app-dev.yaml: is there already, and nothing is written over it",
        ),
        (["base", "--from", "app-dev"], "environments/base.yaml: is there already, and nothing is written over it"),
        (
            ["venv", "--from", "app-dev"],
            'environments: "venv" cannot name an environment: .build/venv',
        ),
        (["A_b", "--from", "app-dev"], 'environments: "A_b" cannot name a spec: a name has lower-case letters'),
        (["../x", "--from", "app-dev"], 'environments: "../x" cannot name a spec: a name has lower-case letters'),
        (["x", "--from", "app-dve"], 'environments/app-dve.yaml: there is no such spec; did you mean "app-dev"?'),
        (["x", "--from", "base"], 'environments/base.yaml:1: "base" is abstract: it is there for others to extend'),
        (["x", "--from", "app-dev", "--account", "12"], '--account: "12" is not an account: 12 digits, in quotes'),
        (["x", "--from", "app-dev", "--region", "Ohio"], '--region: "Ohio" is not a region, such as us-east-1'),
    ],
)
def test_what_is_refused(arguments: list[str], message: str, dev: Workplace) -> None:
    before = sorted(dev.environments.parent.rglob("*"))
    outcome = new(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(message)
    assert sorted(dev.environments.parent.rglob("*")) == before
    assert (dev.environments / "app-dev.yaml").read_text() == DEV


def test_an_environment_that_does_not_check_is_nothing_to_start_from(dev: Workplace) -> None:
    dev.spec("app-dev", DEV.replace("cpu: 256", "cpus: 256"))
    outcome = new("x", "--from", "app-dev")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("environments/app-dev.yaml:41: tasks.app-dev-report.cpus: ")
    assert not (dev.environments / "x.yaml").exists()


def test_an_alias_that_would_make_one_text_of_two_values(dev: Workplace) -> None:
    text = DEV.replace("key: main\n  emails", "key: &word app-dev\n  emails").replace("  main:\n", "  app-dev:\n")
    text = text.replace("alias: app-dev", "alias: &word app-dev").replace("key: &word app-dev", "key: *word")
    dev.spec("app-dev", text.replace("    key: main\n", "    key: *word\n"))
    outcome = new("x", "--from", "app-dev")
    assert outcome.code == 2
    message = 'alerts.key: cannot become "app-dev", since an alias shares its text: write both out first\n'
    assert f"environments/app-dev.yaml:24: {message}" in outcome.err
    assert not (dev.environments / "x.yaml").exists()


def test_a_file_that_somebody_makes_meanwhile_is_not_written_over(
    dev: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_text("theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    outcome = new("x", "--from", "app-dev")
    assert (outcome.code, outcome.err) == (2, "environments/x.yaml: is there already, and nothing is written over it\n")
    assert (dev.environments / "x.yaml").read_text() == "theirs"


def test_all_that_is_wrong_is_said_at_once(dev: Workplace) -> None:
    outcome = new("app-dev", "--from", "app-dve", "--account", "12", "--region", "bla")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.splitlines() == [
        '--account: "12" is not an account: 12 digits, in quotes',
        '--region: "bla" is not a region, such as us-east-1',
        "environments/app-dev.yaml: is there already, and nothing is written over it",
        'environments/app-dve.yaml: there is no such spec; did you mean "app-dev"?',
    ]


def test_the_environments_of_this_repository_can_be_started_from(workplace: Workplace) -> None:
    for path in (REPOSITORY / "environments").glob("*.yaml"):
        workplace.spec(path.stem, path.read_bytes())
    outcome = new("dn-test", "--from", "dn-dev")
    assert (outcome.code, outcome.err) == (0, "")
    assert "put_events[0].event_bus" not in outcome.out, "the environment's own workflow makes that bus"
    assert workplace.run("generate").code == 0


@pytest.mark.parametrize(
    ("old", "code", "region", "new_code"),
    [
        ("us-east-1", "use1", "eu-west-2", "euw2"),
        ("us-east-1", "use1", "ap-southeast-2", "apse2"),
        ("us-east-1", "use1", "il-central-1", "ilc1"),
        ("us-east-1", "virginia", "eu-west-2", "FILL_IN"),
        ("us-east-1", "use1", "us-gov-west-1", "FILL_IN"),
        ("FILL_IN", "FILL_IN", "eu-west-2", "FILL_IN"),
    ],
)
def test_the_code_of_a_region(old: str, code: str, region: str, new_code: str) -> None:
    assert short_code(old, code, region) == new_code
