"""Every mistake a person can make in a target sync: its message with its own line, exit code 2, nothing written."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Workplace
from tests.generator.test_workflow_mistakes import line_of

JOB = "job_queue_arn: 'arn:aws:batch:eu-west-1:123456789012:job-queue/work', job_definition: render"
ROLE = "arn:aws:iam::123456789012:role/submits"
FOREIGN_ROLE = ROLE.replace("123456789012", "210987654321")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:told"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
WORKFLOWS = f"""\
workflows:
  jobs:
    bus_name: events
    rules:
      done:
        event_pattern: {{source: [example]}}
        targets:
          render: {{submit_job: {{{JOB}, revision: 3, synced: true}}}}
          other: {{submit_job: {{{JOB}}}}}
          alerts: {{notify: {{topic: alerts}}}}
      told:
        event_pattern: {{source: [example]}}
        targets:
          alerts: {{notify: {{topic: alerts}}}}
"""
SYNCS = f"""\
target_syncs:
  renders:
    selections:
      - workflow: jobs
        rule: done
        target: render
    topic: alerts
    event_bus: jobs
  others:
    selections:
      - {{bus: others, rule: nightly}}
    role_arns: [{ROLE}]
"""
SPEC = MINIMAL + "alerts: {topic_name: alerts, key: main}\n" + WORKFLOWS + SYNCS
RENDERS = SYNCS[SYNCS.index("      - workflow") : SYNCS.index("    topic:")]
ELSEWHERE = "{bus: others, rule: nightly}"
RULE = "workflows.jobs.rules.done"
FIRST = "target_syncs.renders.selections[0]"
SECOND = "target_syncs.others.selections[0]"
OF_TWO = (
    "give a workflow (of this environment) or a bus (whose rules are made elsewhere; default is the account's own), "
    "one of the two"
)
NO_JOBS = "jobs: only of a job definition there are revisions to keep a target on"
NO_ROLES = (
    "role_arns is missing: changing a target passes its role on to EventBridge again, and of targets that are made "
    "elsewhere only their owner knows the roles"
)
UNPINNED = (
    "revision is missing: a synced target is made with one, and then its sync moves it; without `synced` and a "
    "revision Batch takes the newest ACTIVE one at each event"
)
FILLED_IN = (
    "is for targets that are made elsewhere, and no selection has a bus: the roles of a workflow's targets are "
    "filled in"
)
NOT_SYNCED = "is not synced; say submit_job.synced: true and a revision there"
NOT_KEPT = (
    "nothing would move this target: add workflow: jobs to the selections of one of target_syncs, or leave synced out"
)
MADE_HERE = (
    "which is made here: let a selection say workflow: jobs, and the target submit_job.synced: true, or Terraform "
    "moves it back"
)
NO_FOREIGN = (
    f"\"{FOREIGN_ROLE}\" is not of this environment's account, 123456789012: a target's role is of the account of its "
    "rule, and IAM passes no role of another one"
)
OWN_KEY = "is for a topic that is made elsewhere: the root makes alerts, and its key is alerts.key"
NAME = "a name has lower-case letters, digits and single hyphens, and starts with a letter"
SAME_STATE = (
    'both have the parameter path "/batch-target-sync/security-domain-euw1-others"; two of one name are one in AWS: '
    "set state_path"
)
ONE_SYNC = "a target is kept by one target sync"


def place(text: str, spec: str = SPEC) -> str:
    return f"environments/own.yaml:{line_of(spec, text)}"


# name: (what is replaced, by what, the text whose line is named, the message; {where} is the place of the other one)
CASES: dict[str, tuple[str, str, str, str]] = {
    "an unknown workflow": (
        "- workflow: jobs",
        "- workflow: job",
        "workflow: job",
        f'{FIRST}.workflow: "job" is not a workflow; did you mean "jobs"?',
    ),
    "an unknown rule": (
        "        rule: done",
        "        rule: dome",
        "rule: dome",
        f'{FIRST}.rule: "dome" is not a rule of workflows.jobs; did you mean "done"?',
    ),
    "an unknown target": (
        "target: render\n",
        "target: rendre\n",
        "target: rendre",
        f'{FIRST}.target: "rendre" is not a target of {RULE}; did you mean "render"?',
    ),
    "a target that submits no jobs": (
        "target: render\n",
        "target: alerts\n",
        "target: alerts\n",
        f"{FIRST}.target: {RULE} has a target alerts that submits no {NO_JOBS}",
    ),
    "a rule that submits no jobs": (
        "rule: done\n        target: render\n",
        "rule: told\n",
        "rule: told",
        f"{FIRST}.rule: workflows.jobs.rules.told has no target that submits {NO_JOBS}",
    ),
    "a target that is not synced": (
        "target: render\n",
        "target: other\n",
        "- workflow: jobs",
        f"{FIRST}: means no target: {RULE}.targets.other {NOT_SYNCED}",
    ),
    "a workflow of which nothing is synced": (
        ", revision: 3, synced: true",
        ", revision: 3, synced: false",
        "- workflow: jobs",
        f"{FIRST}: means no target: {RULE}.targets.render {NOT_SYNCED}",
    ),
    "a target without a rule": (
        "        rule: done\n",
        "",
        "target: render\n",
        f"{FIRST}.target: is given without a rule: a target's id is unique in its rule only",
    ),
    "a target of a bus without a rule": (
        ELSEWHERE,
        "{bus: others, target: nightly}",
        "target: nightly",
        f"{SECOND}.target: is given without a rule: a target's id is unique in its rule only",
    ),
    "neither a workflow nor a bus": (ELSEWHERE, "{rule: nightly}", "rule: nightly", f"{SECOND}: {OF_TWO}"),
    "a workflow and a bus": (
        "- workflow: jobs\n",
        "- workflow: jobs\n        bus: events\n",
        "- workflow: jobs",
        f"{FIRST}: {OF_TWO}",
    ),
    "a job definition of a workflow": (
        "        rule: done\n",
        "        rule: done\n        job_definition: render\n",
        "        job_definition: render",
        f"{FIRST}.job_definition: is for a bus whose rules are made elsewhere: each target of a workflow says its own",
    ),
    "the region of a workflow": (
        "        rule: done\n",
        "        rule: done\n        region: eu-west-1\n",
        "        region: eu-west-1",
        f"{FIRST}.region: is for a bus whose rules are made elsewhere: a workflow is in the environment's own",
    ),
    "no selection": (
        f"\n      - {ELSEWHERE}",
        " []",
        "selections: []",
        "target_syncs.others.selections: is an empty list; at least one item is wanted",
    ),
    "no roles of what is made elsewhere": (
        f"    role_arns: [{ROLE}]\n",
        "",
        ELSEWHERE,
        f"{SECOND}: {NO_ROLES}",
    ),
    "an empty list of roles": (f"[{ROLE}]", "[]", ELSEWHERE, f"{SECOND}: {NO_ROLES}"),
    "roles of a workflow's targets": (
        "    topic: alerts\n",
        f"    role_arns: ['{ROLE}']\n    topic: alerts\n",
        f"role_arns: ['{ROLE}']",
        f"target_syncs.renders.role_arns: {FILLED_IN}",
    ),
    "a role that is none": (
        f"[{ROLE}]",
        "[submits]",
        "[submits]",
        'target_syncs.others.role_arns[0]: "submits" is not the ARN of a role',
    ),
    "a role of another account": (
        f"[{ROLE}]",
        f"[{FOREIGN_ROLE}]",
        FOREIGN_ROLE,
        f"target_syncs.others.role_arns[0]: {NO_FOREIGN}",
    ),
    "a synced target that no sync keeps": (
        RENDERS,
        "      - {bus: x}\n    role_arns: ['" + ROLE + "']\n",
        "synced: true",
        f"{RULE}.targets.render.submit_job.synced: {NOT_KEPT}",
    ),
    "a synced target without a revision": (
        ", revision: 3",
        "",
        "synced: true",
        f"{RULE}.targets.render.submit_job.synced: {UNPINNED}",
    ),
    "a target of two syncs": (
        f"      - {ELSEWHERE}\n    role_arns: [{ROLE}]\n",
        "      - {workflow: jobs}\n",
        "- workflow: jobs\n",
        f"{FIRST}: means {RULE}.targets.render, as {SECOND} ({{}}) does: {ONE_SYNC}",
    ),
    "a bus of two syncs": (
        RENDERS,
        RENDERS + "      - {bus: others}\n    role_arns: ['" + ROLE + "']\n",
        "{bus: others}",
        f"target_syncs.renders.selections[1]: can mean targets that {SECOND} ({{}}) means too: {ONE_SYNC}",
    ),
    "a bus of this environment by its name": (
        ELSEWHERE,
        "{bus: events, rule: done, job_definition: render}",
        "{bus: events",
        f"{SECOND}: means {RULE}.targets.render too, {MADE_HERE}",
    ),
    "a topic twice": (
        "    topic: alerts\n",
        f"    topic: alerts\n    topic_arn: {TOPIC}\n",
        "topic_arn",
        "target_syncs.renders.topic_arn: is given beside topic ({}): give one of the two",
    ),
    "a topic that there is none of": (
        "    topic: alerts\n",
        "    topic: alert\n",
        "    topic: alert\n",
        'target_syncs.renders.topic: "alert" is not a topic of the environment; did you mean "alerts"?',
    ),
    "a topic that the environment lacks": (
        "    topic: alerts\n",
        "    topic: pager\n",
        "    topic: pager\n",
        "target_syncs.renders.topic: this environment has no pager",
    ),
    "the key of a topic that the root makes": (
        "    topic: alerts\n",
        f"    topic: alerts\n    topic_key_arn: {KEY}\n",
        "topic_key_arn",
        f"target_syncs.renders.topic_key_arn: {OWN_KEY}",
    ),
    "the key of no topic": (
        "    topic: alerts\n",
        f"    topic_key_arn: {KEY}\n",
        "topic_key_arn",
        "target_syncs.renders.topic_key_arn: is the key of a topic, and nobody is told: give a topic or a topic_arn",
    ),
    "an unknown bus for events": (
        "    event_bus: jobs\n",
        "    event_bus: job\n",
        "event_bus: job",
        'target_syncs.renders.event_bus: "job" is not a workflow; did you mean "jobs"?',
    ),
    "two buses for events": (
        "    event_bus: jobs\n",
        "    event_bus: jobs\n    event_bus_name: default\n",
        "event_bus_name",
        "target_syncs.renders.event_bus_name: is given beside event_bus ({}): give one of the two",
    ),
    "an operation that is a person's": (
        "    event_bus: jobs\n",
        "    operation: rollback\n",
        "operation",
        'target_syncs.renders.operation: "rollback" is not what a sync runs by itself; there are check, sync',
    ),
    "an interval that is too long": (
        "    event_bus: jobs\n",
        "    interval_minutes: 1441\n",
        "interval_minutes",
        "target_syncs.renders.interval_minutes: 1441 is too large; 1440 or less is wanted",
    ),
    "an unknown field": (
        "    event_bus: jobs\n",
        "    on_changes: true\n",
        "on_changes",
        'target_syncs.renders.on_changes: "on_changes" is not a field here; did you mean "on_change"?',
    ),
    "a tag of the generator's": (
        "    event_bus: jobs\n",
        "    tags: {Region: x}\n",
        "tags:",
        'target_syncs.renders.tags.Region: "Region" cannot be given: the naming standard sets Region, on everything',
    ),
    "a name that is none": (
        "  others:\n",
        "  Others:\n",
        "  Others:",
        f'target_syncs.Others: "Others" cannot name a target sync: {NAME}',
    ),
    "a state that another sync has": (
        "    event_bus: jobs\n",
        "    state_path: /batch-target-sync/security-domain-euw1-others\n",
        "  others:\n",
        f"target_syncs.others: target_syncs.others and target_syncs.renders ({{}}) {SAME_STATE}",
    ),
}
# The other place that a message names.
OTHER = {
    "a target of two syncs": "{workflow: jobs}",
    "a bus of two syncs": ELSEWHERE,
    "a topic twice": "    topic: alerts\n",
    "two buses for events": "    event_bus: jobs\n",
    "a state that another sync has": "state_path",
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_a_target_sync(case: str, workplace: Workplace) -> None:
    old, new, where, message = CASES[case]
    assert SPEC.count(old) == 1, "the case no longer changes anything, or too much"
    spec = SPEC.replace(old, new)
    message = message.format(place(OTHER[case], spec)) if case in OTHER else message
    workplace.refused(spec, [f"{place(where, spec)}: {message}"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{bus: a, rule: r}", "{bus: b, rule: r}"),
        ("{bus: a, rule: r}", "{bus: a, rule: s}"),
        ("{bus: a, rule: r, target: t}", "{bus: a, rule: r, target: u}"),
        ("{bus: a, job_definition: d}", "{bus: a, job_definition: e}"),
        ("{bus: a}", "{bus: a, region: us-east-1}"),
        ("{bus: events, rule: elsewhere}", "{bus: events, rule: more}"),
        ("{bus: FILL_IN}", "{bus: b}"),
        ("{bus: FILL_IN}", "{bus: FILL_IN}"),
    ],
)
def test_selections_that_have_nothing_in_common(first: str, second: str, workplace: Workplace) -> None:
    """Nor with the environment's own targets, on whose bus somebody else may have rules too."""
    more = f"{RENDERS}      - {second}\n    role_arns: ['{ROLE}']\n"
    workplace.spec("own", SPEC.replace(ELSEWHERE, first).replace(RENDERS, more))
    assert workplace.run("generate", "own").err == ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{bus: a, rule: r}", "{bus: a}"),
        ("{bus: a, rule: r, job_definition: d}", "{bus: a, rule: r, target: t}"),
        ("{bus: a}", "{bus: a, region: eu-west-1}"),  # which is the environment's
    ],
)
def test_selections_that_can_mean_one_target(first: str, second: str, workplace: Workplace) -> None:
    more = f"{RENDERS}      - {second}\n    role_arns: ['{ROLE}']\n"
    workplace.spec("own", SPEC.replace(ELSEWHERE, first).replace(RENDERS, more))
    assert ONE_SYNC in workplace.run("generate", "own").err


def test_a_target_that_cannot_go_stale_may_be_meant(workplace: Workplace) -> None:
    """Every rule of a bus, of which one is made here: its target has no revision, and no sync touches it."""
    spec = SPEC.replace(", revision: 3, synced: true", "").replace(
        RENDERS, "      - {bus: x}\n    role_arns: ['" + ROLE + "']\n"
    )
    workplace.spec("own", spec.replace(ELSEWHERE, "{bus: events}"))
    assert workplace.run("generate", "own").err == ""


def test_a_bus_and_the_workflow_on_it_are_one_sync_s(workplace: Workplace) -> None:
    spec = SPEC.replace("    bus_name: events\n", "    existing_bus_name: default\n")
    more = f"{RENDERS}      - {{bus: default}}\n    role_arns: ['{ROLE}']\n"
    workplace.spec("own", spec.replace(RENDERS, more))
    assert workplace.run("generate", "own").err == ""


def test_the_target_syncs_without_a_mistake(workplace: Workplace) -> None:
    workplace.spec("own", SPEC)
    assert workplace.run("generate", "own").err == ""
