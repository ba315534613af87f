"""The dashboard of an environment: what it shows of each workload, and that CloudWatch takes it."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from generator.commands import roots
from generator.models.spec import Environment
from generator.output import dashboard as dashboards
from generator.output.hcl import Reference, Template, literal
from tests.generator.conftest import MINIMAL, REPOSITORY, Workplace
from tests.support.dashboards import problems
from tests.support.inventories import planned_resources
from tests.support.planning import Planner, plan

DN_DEV = {
    "# dn-dev": ["Alarms"],
    "## Schedule channelbackfill, which runs the task channelbackfill": [
        "Runs: attempts to start one",
        "Failures",
        "Dead-letter queue: messages, and age of the oldest",
        "Task durations: seconds from the first to the last log line of each run",
    ],
    "## Schedule dn-claims-report, which runs the task claims-report": [
        "Runs: attempts to start one",
        "Failures",
        "Dead-letter queue: messages, and age of the oldest",
        "Task durations: seconds from the first to the last log line of each run",
    ],
    "## Task cmscustomidcleanup, which no schedule runs": [
        "Runs: events that start one",
        "Failures",
        "Task durations: seconds from the first to the last log line of each run",
    ],
    "## Job cmscustomidcleanup, which runs the task cmscustomidcleanup": [
        "Submissions: events that submit one, or an array",
        "Failures, of an array each child's too",
    ],
    "## Workflow custom-id-cleanup": [
        "Runs: matched, and targets invoked",
        "Failures",
        "Dead-letter queue: messages, and age of the oldest",
        "AWS Batch: invocations of the rules that submit jobs",
    ],
}


def body_of(environment: Environment, name: str = "own") -> dict[str, Any]:
    """The body as Terraform would make it, but for names that only a module says: those are letters."""

    def value(given: Any) -> Any:
        match given:
            case Reference():
                return "arn:aws:cloudwatch:x:123456789012:alarm:" if "prefix" in given.expression else "name"
            case Template():
                return "".join(str(value(part)) for part in given.parts)
            case dict():
                return {key: value(inner) for key, inner in given.items()}
            case list() | tuple():
                return [value(item) for item in given]
            case _:
                return given

    made = dashboards.dashboard(name, environment, f"environments/{name}.yaml")
    assert made is not None
    widgets = [{**place, "properties": value(shown)} for _, section in made.sections for place, shown in section]
    return {"start": made.start, "periodOverride": "inherit", "widgets": widgets}


def environment(workplace: Workplace, text: str = MINIMAL) -> Environment:
    workplace.spec("own", text)
    return roots.environments(workplace.environments)["own"]


def by_heading(body: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for widget in body["widgets"]:
        if widget["type"] == "text":
            heading = widget["properties"]["markdown"].split("\n")[0]
            found[heading] = []
        else:
            found[heading].append(widget["properties"]["title"])
    return found


def test_cloudwatch_takes_one_with_everything(everything: Workplace) -> None:
    assert list(problems(body_of(roots.environments(everything.environments)["everything"], "everything"))) == []


@pytest.mark.slow
def test_dn_dev_can_be_read_in_its_plan(planner: Planner) -> None:
    override = {"backend_override.tf": 'terraform {\n  backend "local" {}\n}\n'}
    output = plan(planner.copy(REPOSITORY / "roots" / "dn-dev", "dn-dev", override))
    resources = {address: each["values"] for address, each in planned_resources(output._raw).items()}
    planned = resources["aws_cloudwatch_dashboard.environment"]
    assert planned["dashboard_name"] == "internal-content-use1-dn-dev"
    text = planned["dashboard_body"]  # nothing of it waits for the apply
    body = json.loads(text)
    assert list(problems(body)) == []
    assert by_heading(body) == DN_DEV
    assert "Account 867653852961, us-east-1." in body["widgets"][0]["properties"]["markdown"]
    # What it names is what the plan makes.
    named = {
        kind: {values[attribute] for address, values in resources.items() if f".{kind}." in f".{address}"}
        for kind, attribute in {
            "aws_cloudwatch_metric_alarm": "alarm_name",
            "aws_cloudwatch_event_rule": "name",
            "aws_cloudwatch_log_group": "name",
            "aws_scheduler_schedule_group": "name",
            "aws_sqs_queue": "name",
            "aws_cloudwatch_event_bus": "name",
        }.items()
    }
    prefix = "arn:aws:cloudwatch:us-east-1:867653852961:alarm:"
    alarms = [arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", ())]
    assert {arn.removeprefix(prefix) for arn in alarms} == named["aws_cloudwatch_metric_alarm"]
    shown: dict[str, set[str]] = {}
    for widget in body["widgets"]:
        for _, _, *rest in widget["properties"].get("metrics", ()):
            texts = [each for each in rest if isinstance(each, str)]
            for dimension, value in zip(texts[::2], texts[1::2], strict=True):
                shown.setdefault(dimension, set()).add(value)
    assert shown == {
        "RuleName": named["aws_cloudwatch_event_rule"],
        "EventBusName": named["aws_cloudwatch_event_bus"],
        "ScheduleGroup": named["aws_scheduler_schedule_group"],
        "QueueName": named["aws_sqs_queue"],
    }
    assert set(re.findall(r"SOURCE '([^']+)'", text)) == {
        name for name in named["aws_cloudwatch_log_group"] if name.startswith("/ecs/")
    }


def test_a_task_of_which_nobody_hears_has_no_failures_to_count(workplace: Workplace) -> None:
    silent = by_heading(body_of(environment(workplace, MINIMAL.replace("    task: report", "    task: other").replace(
        "schedules:", "  other: {image: x, cpu: 256, memory: 512}\nschedules:"))))  # fmt: skip
    assert silent["## Task report, which no schedule runs"] == [
        "Task durations: seconds from the first to the last log line of each run"
    ]
    told = body_of(environment(workplace, MINIMAL + "alerts: {topic_name: told, key: main}\n"))
    failures = next(widget for widget in told["widgets"] if widget["properties"].get("title") == "Failures")
    rule = "security-domain-euw1-report-failed"
    metric = ["AWS/Events", "TriggeredRules", "RuleName", rule, {"label": "failed tasks"}]
    assert metric in failures["properties"]["metrics"]


def test_a_rule_on_the_default_bus_has_one_dimension_and_jobs_have_a_row(workplace: Workplace) -> None:
    queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/sync"
    text = MINIMAL + (
        "workflows:\n  jobs:\n    existing_bus_name: default\n    rules:\n      done:\n"
        "        event_pattern: {source: [example]}\n        targets:\n"
        f"          sync: {{submit_job: {{job_queue_arn: '{queue}', job_definition: sync}}}}\n"
    )
    body = body_of(environment(workplace, text))
    assert list(problems(body)) == []
    assert by_heading(body)["## Workflow jobs"][-1] == "AWS Batch: invocations of the rules that submit jobs"
    assert body["widgets"][-1]["properties"]["metrics"] == [
        ["AWS/Events", "Invocations", "RuleName", "name"],
        ["AWS/Events", "FailedInvocations", "RuleName", "name"],
    ]


def test_more_than_a_hundred_alarms_are_in_two_widgets(workplace: Workplace) -> None:
    tasks = "".join(f"  t{number}: {{image: x, cpu: 256, memory: 512}}\n" for number in range(30))
    schedules = "".join(
        f"  s{number}: {{task: t{number}, cluster: default, key: main, schedule_expression: rate(1 day)}}\n"
        for number in range(30)
    )
    text = MINIMAL.replace("schedules:\n", f"{tasks}schedules:\n{schedules}")
    body = body_of(environment(workplace, text))
    assert list(problems(body)) == []
    assert [len(widget["properties"]["alarms"]) for widget in body["widgets"] if widget["type"] == "alarm"] == [100, 24]


def test_a_hundred_workloads_have_room_without_headings(workplace: Workplace) -> None:
    tasks = "".join(f"  t{number}: {{image: x, cpu: 256, memory: 512}}\n" for number in range(100))
    schedules = "".join(
        f"  s{number}: {{task: t{number}, cluster: default, key: main, schedule_expression: rate(1 day)}}\n"
        for number in range(100)
    )
    body = body_of(environment(workplace, MINIMAL.replace("schedules:\n", f"{tasks}schedules:\n{schedules}")))
    assert list(problems(body)) == []
    assert [widget["type"] for widget in body["widgets"]].count("text") == 1
    titles = [widget["properties"]["title"] for widget in body["widgets"] if widget["type"] in {"log", "metric"}]
    assert len(set(titles)) == len(titles) == 4 * 101
    assert "Schedule s7, which runs the task t7 - Failures" in titles


def test_a_workflow_without_rules_has_no_graph_of_nothing(workplace: Workplace) -> None:
    """CloudWatch refuses a graph without a metric."""
    body = body_of(environment(workplace, MINIMAL + "workflows:\n  later:\n    rules: {}\n"))
    assert list(problems(body)) == []
    assert by_heading(body)["## Workflow later"] == ["Dead-letter queue: messages, and age of the oldest"]


def test_a_name_of_its_own_or_none_at_all(workplace: Workplace) -> None:
    def generated(added: str) -> str:
        workplace.spec("own", MINIMAL + added)
        assert workplace.run("generate").code == 0
        file = workplace.roots / "own" / "dashboard.tf"
        return file.read_text() if file.exists() else ""

    assert 'dashboard_name = "security-domain-euw1-own"' in generated("")
    assert 'dashboard_name = "mine"' in generated("dashboard: {name: mine}\n")
    assert generated("dashboard: {enabled: false}\n") == ""


def test_one_that_cloudwatch_would_not_take_is_refused(workplace: Workplace) -> None:
    tasks = "".join(f"  t{number}: {{image: x, cpu: 256, memory: 512}}\n" for number in range(500))
    text = MINIMAL.replace("schedules:\n", f"{tasks}schedules:\n") + "dashboard:\n  name: large\n"
    message = "the dashboard would have 506 widgets; CloudWatch takes 500: set dashboard.enabled to false"
    workplace.refused(text, [f"environments/own.yaml:535: dashboard: {message}"])
    workplace.spec("own", text.replace("name: large", "enabled: false"))
    assert workplace.run("generate").code == 0


def test_two_environments_of_one_account_in_two_regions_have_two_names(workplace: Workplace) -> None:
    """A dashboard has no region: the second apply would write over the first one's."""
    text = MINIMAL + "dashboard:\n  name: ours\n"
    workplace.spec("one", text)
    other = text.replace("eu-west-1", "eu-west-2").replace("one/terraform", "two/terraform").replace("euw1", "euw2")
    workplace.spec("two", other)
    outcome = workplace.run("generate")
    assert outcome.code == 2
    assert 'the dashboard "ours"' in outcome.err


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda widgets: widgets[1].update(y=0), "overlap"),
        (lambda widgets: widgets[1].update(x=1), "beyond the last column"),
        (lambda widgets: widgets[3]["properties"].update(stat="Maximum"), "is shown as"),
        (lambda widgets: widgets[3]["properties"]["metrics"][0].__setitem__(1, "Invocation"), "has no Invocation"),
        (lambda widgets: widgets[0]["properties"].update(text="x"), r"\$.widgets\[0\]"),
    ],
)
def test_the_check_finds_what_is_wrong(workplace: Workplace, broken: Any, message: str) -> None:
    body = copy.deepcopy(body_of(environment(workplace)))
    broken(body["widgets"])
    assert re.search(message, "\n".join(problems(body)))


@pytest.mark.parametrize(
    ("template", "written"),
    [
        (Template("a ", Reference("local.x"), " b"), '"a ${local.x} b"'),
        (Template("${x} ", Reference("local.x")), '"$${x} ${local.x}"'),
        (Template("5 $", Reference("local.x")), '"5 \\u0024${local.x}"'),
        (Template("5 %", Reference("local.x"), "{"), '"5 \\u0025${local.x}{"'),
        (Template(Reference("local.x"), Reference("local.y")), '"${local.x}${local.y}"'),
        (Template(), '""'),
    ],
)
def test_only_the_expressions_of_a_template_are_filled_in(template: Template, written: str) -> None:
    assert literal(template) == written
