"""What a target sync of a spec becomes: selections by the names of AWS, roles that it passes on, and whom it tells."""

from __future__ import annotations

import re

import pytest

from generator.commands import roots
from generator.commands.origins import of_argument
from generator.output import target_syncs
from generator.output.physical_names import names
from generator.specs.loading import load
from tests.generator.conftest import MINIMAL, Workplace
from tests.generator.test_dashboard import body_of, by_heading
from tests.generator.test_topics import block
from tests.support.dashboards import problems

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/work"
ROLE = "arn:aws:iam::123456789012:role/submits"
JOB = f"{{submit_job: {{job_queue_arn: '{QUEUE}', job_definition: render, revision: 3, synced: true}}}}"
WORKFLOWS = f"""\
workflows:
  jobs:
    bus_name: events
    rules:
      done:
        name: Render-Done
        event_pattern: {{source: [example]}}
        targets:
          render: {JOB}
      late:
        event_pattern: {{source: [example]}}
        targets:
          render: {JOB}
"""
SYNC = """\
target_syncs:
  renders:
    selections:
      - workflow: jobs
"""
SPEC = MINIMAL + "alerts: {topic_name: alerts, key: main}\n" + WORKFLOWS + SYNC
DONE = {"bus": "events", "rule": "Render-Done", "job_definition": "render"}
LATE = {"bus": "events", "rule": "late", "job_definition": "render"}


def main(workplace: Workplace, spec: str) -> str:
    workplace.spec("own", spec)
    outcome = workplace.run("generate", "own")
    assert outcome.code == 0, outcome.err
    return (workplace.roots / "own" / "main.tf").read_text()


def argument(text: str, call: str, name: str) -> str:
    """An argument of a call, with all its lines."""
    found = re.search(rf"^  {name} += (.*(?:\n(?:    .*|  [\]}}]))*)", block(text, f'module "{call}"'), re.MULTILINE)
    return found[1] if found else ""


def selected(workplace: Workplace, spec: str, name: str = "renders") -> list[dict[str, object]]:
    workplace.spec("own", spec)
    environment = roots.environments(workplace.environments)["own"]
    return [dict(each) for each in target_syncs.selections(environment, (environment.target_syncs or {})[name])]


# Selections -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selections", "wanted"),
    [
        (["{workflow: jobs}"], [DONE, LATE]),
        (["{workflow: jobs, rule: done}"], [DONE]),
        (["{workflow: jobs, rule: done, target: render}"], [DONE | {"target": "render"}]),
        (["{workflow: jobs}", "{workflow: jobs, rule: done}"], [DONE, LATE]),
        (["{workflow: jobs, rule: late}", "{workflow: jobs, rule: done}"], [LATE, DONE]),
    ],
)
def test_a_workflow_is_one_selection_a_rule(
    selections: list[str], wanted: list[dict[str, str]], workplace: Workplace
) -> None:
    """By the names that AWS has, literally: what the sync may do can be read in the root and in a plan."""
    spec = SPEC.replace("      - workflow: jobs\n", "".join(f"      - {each}\n" for each in selections))
    if LATE not in wanted:
        spec = "late:".join((spec.partition("late:")[0], spec.partition("late:")[2].replace(", synced: true", "")))
    assert selected(workplace, spec) == wanted


def test_a_rule_with_a_pin_that_is_not_the_sync_s_is_selected_target_by_target(workplace: Workplace) -> None:
    """Of a rule as a whole the sync would move that pin too, and Terraform would move it back."""
    other = JOB.replace(", synced: true", "")
    spec = SPEC.replace(
        f"          render: {JOB}\n      late", f"          render: {JOB}\n          fixed: {other}\n      late"
    )
    assert selected(workplace, spec) == [DONE | {"target": "render"}, LATE]
    floating = other.replace(", revision: 3", "")  # no sync touches it
    assert selected(workplace, spec.replace(other, floating)) == [DONE, LATE]


def test_a_rule_is_selected_once_for_each_job_definition(workplace: Workplace) -> None:
    """So that the module hears of the changes to these definitions, and to no others."""
    second = JOB.replace("render", "archive")
    spec = SPEC.replace(
        f"          render: {JOB}\n      late", f"          render: {JOB}\n          x: {second}\n      late"
    )
    assert selected(workplace, spec) == [DONE, DONE | {"job_definition": "archive"}, LATE]


def test_what_is_made_elsewhere_is_selected_as_it_is_written(workplace: Workplace) -> None:
    added = "      - {bus: others, rule: r, target: t, job_definition: d, region: us-east-1}\n"
    spec = f"{SPEC}{added}    role_arns: [{ROLE}]\n"
    elsewhere = {"bus": "others", "rule": "r", "target": "t", "job_definition": "d", "region": "us-east-1"}
    assert selected(workplace, spec) == [DONE, LATE, elsewhere]


def test_the_names_of_a_workflow_s_bus_are_the_module_s(workplace: Workplace) -> None:
    for said, bus in (
        ("", "security-domain-euw1-jobs"),
        ("    existing_bus_name: default\n", "default"),
        ("    bus_name: other\n", "other"),
    ):
        assert selected(workplace, SPEC.replace("    bus_name: events\n", said))[0]["bus"] == bus


# Arguments ------------------------------------------------------------------------------------------------------------


def test_roles_are_outputs_of_the_workflow_or_the_target_s_own(workplace: Workplace) -> None:
    text = main(workplace, SPEC)
    assert argument(text, "target_sync_renders", "target_role_arns") == (
        "[\n    module.workflow_jobs.target_role_arns.done.submit_job,\n"
        "    module.workflow_jobs.target_role_arns.late.submit_job,\n  ]"
    )
    own = SPEC.replace(f"render: {JOB}", f"render: {{role_arn: '{ROLE}', {JOB[1:]}")
    assert argument(main(workplace, own), "target_sync_renders", "target_role_arns") == f'["{ROLE}"]'
    elsewhere = own + "      - {bus: others}\n    role_arns: ['arn:aws:iam::123456789012:role/others', " + f"{ROLE}]\n"
    found = argument(main(workplace, elsewhere), "target_sync_renders", "target_role_arns")
    assert found == f'["{ROLE}", "arn:aws:iam::123456789012:role/others"]'


def test_who_is_told_has_its_key_with_it(workplace: Workplace) -> None:
    """The ARN of a topic of the root is built: what waits for a topic cannot be read before it is there."""
    assert "\n  topic " not in block(main(workplace, SPEC), 'module "target_sync_renders"')
    told = argument(main(workplace, SPEC + "    topic: alerts\n"), "target_sync_renders", "topic")
    assert told == "{\n    arn      = local.alerts_topic_arn\n    key_arns = [aws_kms_key.main.arn]\n  }"
    topic = "arn:aws:sns:eu-west-1:123456789012:told"
    key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    other = SPEC + f"    topic_arn: {topic}\n    topic_key_arn: {key}\n"
    told = argument(main(workplace, other), "target_sync_renders", "topic")
    assert told == f'{{\n    arn      = "{topic}"\n    key_arns = ["{key}"]\n  }}'
    existing = SPEC.replace("{topic_name: alerts, key: main}", f"{{topic_arn: '{topic}'}}") + "    topic: alerts\n"
    assert argument(main(workplace, existing), "target_sync_renders", "topic") == "{ arn = local.alerts_topic_arn }"
    keyed = existing + f"    topic_key_arn: {key}\n"
    assert f'key_arns = ["{key}"]' in argument(main(workplace, keyed), "target_sync_renders", "topic")


def test_events_go_to_the_bus_of_a_workflow_or_to_one_that_exists(workplace: Workplace) -> None:
    own = argument(main(workplace, SPEC + "    event_bus: jobs\n"), "target_sync_renders", "event_bus_name")
    assert own == "module.workflow_jobs.bus_name"
    other = argument(main(workplace, SPEC + "    event_bus_name: default\n"), "target_sync_renders", "event_bus_name")
    assert other == '"default"'


def test_never_is_null_to_the_module(workplace: Workplace) -> None:
    assert "interval_minutes" not in main(workplace, SPEC)
    assert (
        argument(main(workplace, SPEC + "    interval_minutes: 0\n"), "target_sync_renders", "interval_minutes")
        == "null"
    )
    assert (
        argument(main(workplace, SPEC + "    interval_minutes: 30\n"), "target_sync_renders", "interval_minutes")
        == "30"
    )


def test_a_run_after_an_apply_waits_for_the_targets_and_for_the_topic(workplace: Workplace) -> None:
    added = "    topic: alerts\n    sync_after_apply: {python: python3.12, triggers: {image: '1.4'}}\n"
    found = argument(main(workplace, SPEC + added), "target_sync_renders", "sync_after_apply")
    assert re.sub(r" +", " ", found) == (
        '{\n python = "python3.12"\n triggers = {\n image = "1.4"\n topic = aws_sns_topic.alerts.arn\n'
        ' "workflows.jobs" = jsonencode(module.workflow_jobs.synced_targets)\n }\n }'
    )
    assert "depends_on" not in main(workplace, SPEC + added), "a plan would know none of its policies"


def test_alarms_tell_the_environment_s_own_topic_unless_it_says_otherwise(workplace: Workplace) -> None:
    pager = SPEC + "pager: {topic_name: pager, key: main}\n"
    assert argument(main(workplace, SPEC), "target_sync_renders", "alarm_actions") == "[aws_sns_topic.alerts.arn]"
    assert argument(main(workplace, pager), "target_sync_renders", "ok_actions") == "[aws_sns_topic.pager.arn]"
    nobody = SPEC + "    alarm_actions: []\n"
    assert argument(main(workplace, nobody), "target_sync_renders", "alarm_actions") == "[]"
    own = "arn:aws:sns:eu-west-1:123456789012:alerts"
    named = pager.replace(SYNC, SYNC + f'    alarm_actions: ["{own}"]\n')
    assert "cloudwatch.amazonaws.com" in block(main(workplace, named), 'data "aws_iam_policy_document" "alerts"')


def test_defaults_lie_under_every_target_sync(workplace: Workplace) -> None:
    text = main(workplace, SPEC + "defaults: {target_sync: {operation: check}}\n")
    assert argument(text, "target_sync_renders", "operation") == '"check"'
    workplace.spec("own", SPEC + "defaults: {target_sync: {operations: check}}\n")
    assert 'defaults.target_sync.operations: "operations" is not a field' in workplace.run("generate", "own").err
    explained = workplace.explain("own", "target_syncs.renders.mismatch_minutes").out
    assert "target_syncs.renders.mismatch_minutes is not set" in explained
    assert "default 120, modules/batch-target-sync/variables.tf:" in explained


def test_a_component_can_have_an_output_of_it(workplace: Workplace) -> None:
    (workplace.environments.parent / "own").mkdir()
    variables = workplace.environments.parent / "own" / "variables.tf"
    variables.write_text('variable "document" {\n  type = string\n}\n')
    component = (
        "modules: {own: {path: own}}\n"
        "components: {one: {module: own, connect: {document: target_syncs.renders.document_arn}}}\n"
    )
    text = main(workplace, SPEC + component)
    assert argument(text, "component_one", "document") == "module.target_sync_renders.document_arn"
    workplace.spec("own", SPEC + component.replace("document_arn", "documnt_arn"))
    assert 'has no output "documnt_arn"; did you mean "document_arn"?' in workplace.run("generate", "own").err


def test_a_refusal_leads_back_to_the_line(workplace: Workplace) -> None:
    spec = SPEC + "    topic_arn: arn:aws:sns:eu-west-1:123456789012:told\n"
    workplace.spec("own", spec)
    tree = load(workplace.environments, "own")

    def line(argument_: str) -> str:
        origin = of_argument(tree, "target_sync_renders", argument_)
        assert origin is not None
        return spec.split("\n")[origin.source.line - 1].strip()

    assert line("selections") == "selections:"
    assert line("target_role_arns") == "selections:"
    assert line("topic") == "topic_arn: arn:aws:sns:eu-west-1:123456789012:told"
    assert line("alarm_actions") == "alerts: {topic_name: alerts, key: main}"


# The dashboard --------------------------------------------------------------------------------------------------------

RULES = ("registered", "deregistered", "schedule")
ROW = [
    "Batch sync renders: runs, changes, failures",
    "Batch sync renders: targets that are behind, and since when",
    "Batch sync renders: alarms",
]


def test_the_dashboard_shows_a_sync_with_the_jobs_that_it_keeps_right(workplace: Workplace) -> None:
    workplace.spec("own", SPEC)
    body = body_of(roots.environments(workplace.environments)["own"])
    assert list(problems(body)) == []
    jobs = by_heading(body)["## Workflow jobs"]
    assert jobs[-4:] == ["Batch sync: invocations of the rules that submit jobs", *ROW]
    (shown,) = (each for each in body["widgets"] if each["properties"].get("title") == ROW[2])
    names = {
        arn.rpartition(":")[2].removeprefix("security-domain-euw1-renders-") for arn in shown["properties"]["alarms"]
    }
    failed = {f"{rule}-FailedInvocations" for rule in ("registered", "deregistered", "schedule")}
    assert names == {"failing", "mismatch", "not-run", *failed}
    assert set(shown["properties"]["alarms"]) <= set(body["widgets"][1]["properties"]["alarms"])


def test_a_workflow_shows_the_syncs_of_its_own_jobs_only(workplace: Workplace) -> None:
    other = WORKFLOWS.removeprefix("workflows:\n").replace("  jobs:", "  bills:").replace("name: events", "name: bills")
    workplace.spec("own", SPEC.replace(WORKFLOWS, WORKFLOWS + other) + "  bills: {selections: [{workflow: bills}]}\n")
    found = by_heading(body_of(roots.environments(workplace.environments)["own"]))
    assert [title for title in found["## Workflow jobs"] if "Batch sync bills" in title] == []
    assert [title for title in found["## Workflow bills"] if title.startswith("Batch sync renders")] == []
    assert set(ROW) <= set(found["## Workflow jobs"])


def test_a_sync_of_what_is_made_elsewhere_has_a_place_of_its_own(workplace: Workplace) -> None:
    text = MINIMAL + f"target_syncs: {{renders: {{selections: [{{bus: others}}], role_arns: ['{ROLE}']}}}}\n"
    workplace.spec("own", text)
    body = body_of(roots.environments(workplace.environments)["own"])
    assert list(problems(body)) == []
    assert by_heading(body)["## Target sync renders"] == ROW
    workplace.spec("own", text.replace("selections:", "enable_alarms: false, selections:"))
    body = body_of(roots.environments(workplace.environments)["own"])
    assert by_heading(body)["## Target sync renders"] == ROW[:2], "CloudWatch takes no widget of no alarms"


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("enable_alarms: false", {"failing", "mismatch", "not-run", *(f"{rule}-FailedInvocations" for rule in RULES)}),
        ("interval_minutes: 0", {"not-run", "schedule", "schedule-FailedInvocations"}),
        ("on_change: false", {f"{rule}{alarm}" for rule in RULES[:2] for alarm in ("", "-FailedInvocations")}),
        (
            "on_change: false\n    interval_minutes: 0",
            {"not-run", "start"} | {*RULES, *(f"{rule}-FailedInvocations" for rule in RULES)},
        ),
    ],
)
def test_what_is_not_made_has_no_name(said: str, gone: set[str], workplace: Workplace) -> None:
    assert of_sync(workplace, SPEC) - of_sync(workplace, f"{SPEC}    {said}\n") == gone


def test_more_definitions_than_a_pattern_has_room_for_are_several_rules(workplace: Workplace) -> None:
    """As in modules/batch-target-sync/rules.tf, whose tests count the characters."""

    def of(count: int, length: int) -> set[str]:
        entries = "".join(
            f"      - {{bus: others, job_definition: d{number:0{length - 1}}}}\n" for number in range(count)
        )
        return of_sync(workplace, SPEC + entries + f"    role_arns: [{ROLE}]\n")

    # A pattern has room for floor(1788 / (2 * 27 + 110)) = 10 of these; `render`, of the workflow, is one more.
    second = {"registered-2", "deregistered-2", "registered-2-FailedInvocations"}
    assert not second & of(9, 27)
    assert second <= of(10, 27)
    assert "registered-3" not in of(19, 27)
    assert "registered-3" in of(20, 27)


def of_sync(workplace: Workplace, spec: str) -> set[str]:
    """What is made for the sync, without what all names begin with."""
    workplace.spec("own", spec)
    found = [
        name for name in names(roots.environments(workplace.environments)["own"]) if name.holder[0] == "target_syncs"
    ]
    return {name.name.removeprefix("security-domain-euw1-renders-") for name in found}
