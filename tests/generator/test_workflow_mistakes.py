"""Every mistake a person can make in a workflow: its message with its own line, exit code 2, nothing written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator.errors import dotted
from semantics import event_patterns
from tests.generator.conftest import MINIMAL, Workplace

WORKFLOW = """\
workflows:
  follow-up:
    cluster: default
    key: main
    archive:
      retention_days: 30
    publishers:
      report: {tasks: [report], sources: [example.report]}
    rules:
      done:
        event_pattern:
          source: [example.report]
          detail-type: [Report Completed]
          detail:
            status: [success]
            count: [{numeric: [">", 0]}]
        targets:
          next:
            run_task:
              task: report
          alerts: {notify: {topic: alerts}}
          log: {log: {}}
          queue: {queue: {queue_arn: "arn:aws:sqs:eu-west-1:123456789012:work"}}
          job:
            submit_job:
              job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/work
              job_definition: sync
"""
PATTERN = WORKFLOW[WORKFLOW.index("        event_pattern:") : WORKFLOW.index("        targets:")]
SPEC = MINIMAL + "alerts: {topic_name: alerts, key: main}\n" + WORKFLOW


def line_of(spec: str, text: str) -> int:
    assert spec.count(text) == 1, f"{text!r} is there {spec.count(text)} times"
    return spec[: spec.index(text)].count("\n") + 1


RULE = "workflows.follow-up.rules.done"
NEXT = f"{RULE}.targets.next"
TARGETS = f"{RULE}.targets"
ONE_TOPIC = "give a topic (alerts or pager of this environment) or a topic_arn (it exists), not both"
NO_ROLE = "is for run_task, submit_job and bus; EventBridge takes no role for"
ONE_OF = "run_task, submit_job, notify, log, queue, bus"
ROLE_ARN = '"arn:aws:iam::123456789012:role/events"'

# name: (what is replaced, by what, the text whose line is named, the message)
CASES: dict[str, tuple[str, str, str, str]] = {
    "an unknown task": (
        "              task: report",
        "              task: reprot",
        "task: reprot",
        f'{NEXT}.run_task.task: "reprot" is not a task; did you mean "report"?',
    ),
    "an unknown cluster of a target": (
        "              task: report",
        "              task: report\n              cluster: defaults",
        "cluster: defaults",
        f'{NEXT}.run_task.cluster: "defaults" is not a cluster; did you mean "default"?',
    ),
    "an unknown cluster of the workflow": (
        "  follow-up:\n    cluster: default",
        "  follow-up:\n    cluster: defalt",
        "cluster: defalt",
        'workflows.follow-up.cluster: "defalt" is not a cluster; did you mean "default"?',
    ),
    "no cluster": (
        "  follow-up:\n    cluster: default\n",
        "  follow-up:\n",
        "run_task:",
        f"{NEXT}.run_task: cluster is missing; give it here, or give the workflow a cluster for all its tasks",
    ),
    "an unknown key": (
        "    key: main\n    archive",
        "    key: mian\n    archive",
        "key: mian",
        'workflows.follow-up.key: "mian" is not a key; did you mean "main"?',
    ),
    "an unknown task that publishes": (
        "{tasks: [report], ",
        "{tasks: [report, reports], ",
        "reports",
        'workflows.follow-up.publishers.report.tasks[1]: "reports" is not a task; did you mean "report"?',
    ),
    "a publisher that is nobody": (
        "{tasks: [report], ",
        "{tasks: [], ",
        "{tasks: [], ",
        "workflows.follow-up.publishers.report: says nobody: give tasks or principal_arns",
    ),
    "a publisher of no source": (
        "sources: [example.report]}",
        "sources: []}",
        "sources: []}",
        "workflows.follow-up.publishers.report.sources: is an empty list; at least one item is wanted",
    ),
    "a topic that there is none of": (
        "{topic: alerts}",
        "{topic: alert}",
        "{topic: alert}",
        f'{TARGETS}.alerts.notify.topic: "alert" is not a topic of the environment; did you mean "alerts"?',
    ),
    "a topic that the environment lacks": (
        "{topic: alerts}",
        "{topic: pager}",
        "{topic: pager}",
        f"{TARGETS}.alerts.notify.topic: this environment has no pager",
    ),
    "no topic": (
        "{topic: alerts}}",
        "{}}",
        "{notify: {}}",
        f"{TARGETS}.alerts.notify: {ONE_TOPIC}",
    ),
    "a topic twice": (
        "{topic: alerts}}",
        "{topic: alerts, topic_arn: x}}",
        "topic_arn: x",
        f"{TARGETS}.alerts.notify: {ONE_TOPIC}",
    ),
    "a sixth target": (
        "          job:\n",
        "          fifth: {log: {}}\n          job:\n",
        "          job:",
        f"{TARGETS}.job: is target 6 of the rule; EventBridge allows 5: make a second rule",
    ),
    "no target": (
        WORKFLOW[WORKFLOW.index("        targets:") :],
        "        targets: {}\n",
        "targets: {}",
        f"{TARGETS}: has no target; a rule has 1 to 5",
    ),
    "a target that goes nowhere": (
        "{log: {}}",
        "{maximum_retry_attempts: 3}",
        "{maximum_retry_attempts: 3}",
        f"{TARGETS}.log: says not where the event goes: give one of {ONE_OF}",
    ),
    "a target of two kinds": (
        "log: {log: {}}",
        "log:\n            log: {}\n            notify: {topic_arn: x}",
        "notify: {topic_arn: x}",
        f"{TARGETS}.log.notify: is given beside log (environments/own.yaml:58); a target is one of {ONE_OF}",
    ),
    "an id that no target can have": (
        "log: {log: {}}",
        "to log: {log: {}}",
        "to log:",
        f'{TARGETS}.to log: "to log" is not the id of a target: 1 to 64 letters, digits and . _ -',
    ),
    "a key that no rule can have": (
        "      done:\n",
        "      Done:\n",
        "      Done:",
        (
            'workflows.follow-up.rules.Done: "Done" is not a key of a rule or a publisher: lower-case letters, digits '
            "and single hyphens, and starts with a letter"
        ),
    ),
    "a role on a log target": (
        "log: {log: {}}",
        f"log:\n            log: {{}}\n            role_arn: {ROLE_ARN}",
        "role_arn:",
        (
            f"{TARGETS}.log.role_arn: {NO_ROLE} log: a log group "
            "lets EventBridge in by the account's CloudWatch Logs resource policy"
        ),
    ),
    "a role on a topic": (
        "{notify: {topic: alerts}}",
        f"{{notify: {{topic: alerts}}, role_arn: {ROLE_ARN}}}",
        "role_arn:",
        (f"{TARGETS}.alerts.role_arn: {NO_ROLE} notify: a topic lets EventBridge in by its own policy"),
    ),
    "an input for a task": (
        "              task: report",
        "              task: report\n            input: '{}'",
        "input: '{}'",
        (
            f"{NEXT}.input: is for notify and queue; what a task is told is in command, environment and "
            "environment_from_event"
        ),
    ),
    "an input for a log group": (
        "{log: {}}",
        "{log: {}, input_path: $.detail}",
        "input_path",
        f"{TARGETS}.log.input_path: is for notify and queue; a log group takes input_transformer only",
    ),
    "two inputs": (
        "{notify: {topic: alerts}}",
        "{notify: {topic: alerts}, input: '{}', input_path: $.detail}",
        "input_path",
        (
            f"{TARGETS}.alerts.input_path: is given beside input (environments/own.yaml:56); EventBridge takes one of "
            "input, input_path, input_transformer"
        ),
    ),
    "an array of one": (
        "              job_definition: sync",
        "              job_definition: sync\n              array_size: 1",
        "array_size: 1",
        f"{TARGETS}.job.submit_job.array_size: 1 is too small; 2 or more is wanted",
    ),
    "too many attempts": (
        "              job_definition: sync",
        "              job_definition: sync\n              attempts: 11",
        "attempts: 11",
        f"{TARGETS}.job.submit_job.attempts: 11 is too large; 10 or less is wanted",
    ),
    "too many retries": (
        "{log: {}}",
        "{log: {}, maximum_retry_attempts: 186}",
        "186",
        f"{TARGETS}.log.maximum_retry_attempts: 186 is too large; 185 or less is wanted",
    ),
    "too short an age": (
        "{log: {}}",
        "{log: {}, maximum_event_age_in_seconds: 59}",
        "59",
        f"{TARGETS}.log.maximum_event_age_in_seconds: 59 is too small; 60 or more is wanted",
    ),
    "too many tasks": (
        "              task: report",
        "              task: report\n              task_count: 11",
        "task_count",
        f"{NEXT}.run_task.task_count: 11 is too large; 10 or less is wanted",
    ),
    "an unknown field of a target": (
        "              task: report",
        "              task: report\n              taks_count: 2",
        "taks_count",
        f'{NEXT}.run_task.taks_count: "taks_count" is not a field here; did you mean "task_count"?',
    ),
    "a bus that exists, and who may publish there": (
        "  follow-up:\n",
        "  follow-up:\n    existing_bus_name: other\n",
        "    publishers:",
        (
            "workflows.follow-up.publishers: is given beside existing_bus_name (environments/own.yaml:38): who may put "
            "events on a bus that exists is its owner's to say"
        ),
    ),
    "no pattern": (
        PATTERN,
        "",
        "      done:",
        f"{RULE}: event_pattern is missing (which events match); or give event_pattern_json",
    ),
    "a pattern twice": (
        "        event_pattern:",
        '        event_pattern_json: \'{"source": ["x"]}\'\n        event_pattern:',
        "event_pattern_json",
        f"{RULE}.event_pattern_json: is given beside event_pattern (environments/own.yaml:47): give one of the two",
    ),
    "a pattern that is none": (
        PATTERN,
        "        event_pattern: text\n",
        "event_pattern: text",
        f'{RULE}.event_pattern: "text" is text; a map is wanted',
    ),
    "one field under two names": (
        "          detail-type: [Report Completed]",
        "          detail-type: [Report Completed]\n          detail_type: [x]",
        "detail_type",
        (
            f"{RULE}.event_pattern.detail_type: is given beside detail-type "
            "(environments/own.yaml:48): the two are one field"
        ),
    ),
    "JSON that is none": (
        PATTERN,
        """        event_pattern_json: '{"detail": '\n""",
        "event_pattern_json",
        f'{RULE}.event_pattern_json: is not JSON: expecting value at character 12 of "{{\\"detail\\": "',
    ),
    "JSON that is a list": (
        PATTERN,
        "        event_pattern_json: '[]'\n",
        "event_pattern_json",
        f"{RULE}.event_pattern_json: is a list; a JSON object is wanted",
    ),
    "JSON without an end": (
        PATTERN,
        f"        event_pattern_json: '{'[' * 3000}'\n",
        "event_pattern_json",
        f'{RULE}.event_pattern_json: "{"[" * 77}..." is nested too deeply',
    ),
    "JSON of nearly nothing but white space": (
        PATTERN,
        f"        event_pattern_json: '{{{' ' * 30_000}}}'\n",
        "event_pattern_json",
        f"{RULE}.event_pattern_json: has 30002 characters; EventBridge allows 2048",
    ),
    "a field of an event misspelt": (
        "          detail-type: [Report Completed]",
        "          detail-typ: [Report Completed]",
        "detail-typ",
        f'{RULE}.event_pattern.detail-typ: no event has a field "detail-typ"; did you mean "detail-type"?',
    ),
    "a field of the detail beside it, in an alternative": (
        "          detail-type: [Report Completed]",
        "          $or:\n            - detail-type: [Report Completed]\n            - status: [success]",
        "- status: [success]",
        (f'{RULE}.event_pattern.$or[1].status: no event has a field "status": what its publisher says is in detail'),
    ),
    "JSON with the module's name of a field": (
        PATTERN,
        """        event_pattern_json: '{"detail_type": ["Report Completed"]}'\n""",
        "event_pattern_json",
        f'{RULE}.event_pattern_json: detail_type: no event has a field "detail_type"; did you mean "detail-type"?',
    ),
    "days before none": (
        "retention_days: 30",
        "retention_days: -1",
        "retention_days",
        "workflows.follow-up.archive.retention_days: -1 is too small; 0 or more is wanted",
    ),
}

# name: (what is replaced in the pattern, by what, the text whose line is named, the path below event_pattern)
PATTERNS: dict[str, tuple[str, str, str, str]] = {
    "an empty pattern": (PATTERN, "        event_pattern: {}\n", "event_pattern: {}", ""),
    "a scalar at a leaf": ("source: [example.report]\n", "source: example.report\n", "source: e", ".source"),
    "a scalar deep down": ("status: [success]", "status: success", "status: success", ".detail.status"),
    "an empty list": ("status: [success]", "status: []", "status: []", ".detail.status"),
    "an unknown operator": ("numeric: ", "numerc: ", "numerc", ".detail.count[0].numerc"),
    "an operator of words": ('[">", 0]', '[">", zero]', "zero", ".detail.count[0].numeric[1]"),
    "a scalar under the module's name": (
        "detail-type: [Report Completed]",
        "detail_type: Report Completed",
        "detail_type",
        ".detail_type",
    ),
    "too long a pattern": (
        "status: [success]",
        f"status: [{', '.join(f'value-{number}' for number in range(250))}]",
        "        event_pattern:",
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_a_workflow(case: str, workplace: Workplace) -> None:
    old, new, place, message = CASES[case]
    assert SPEC.count(old) == 1, "the case no longer changes anything, or too much"
    spec = SPEC.replace(old, new)
    workplace.spec("own", spec)
    outcome = workplace.run("generate", "own")
    assert outcome.err.splitlines() == [f"environments/own.yaml:{line_of(spec, place)}: {message}"]
    assert (outcome.code, outcome.out, workplace.files()) == (2, "", {})


@pytest.mark.parametrize("case", PATTERNS)
def test_what_eventbridge_refuses_in_a_pattern(case: str, workplace: Workplace) -> None:
    """At the line of the value in YAML; in JSON at the line of the text, with the way to the value in the message."""
    old, new, place, path = PATTERNS[case]
    assert SPEC.count(old) == 1
    spec = SPEC.replace(old, new)
    pattern: dict[str, Any] = YAML(typ="safe").load(spec)["workflows"]["follow-up"]["rules"]["done"]["event_pattern"]
    pattern = {"detail-type" if field == "detail_type" else field: value for field, value in pattern.items()}
    (problem,) = event_patterns.problems(pattern)
    workplace.spec("own", spec)
    line = f"environments/own.yaml:{line_of(spec, place)}: {RULE}.event_pattern{path}: {problem.message}"
    assert workplace.run("generate", "own").err.splitlines() == [line]

    as_json = SPEC.replace(PATTERN, f"        event_pattern_json: '{json.dumps(pattern)}'\n")
    workplace.spec("own", as_json)
    where = dotted(problem.path)
    line = f"environments/own.yaml:{line_of(as_json, 'event_pattern_json')}: {RULE}.event_pattern_json: "
    said = f"{where}: {problem.message}" if where else problem.message
    assert workplace.run("generate", "own").err.splitlines() == [line + said]


def test_the_pattern_of_an_archive_is_looked_at_too(workplace: Workplace) -> None:
    spec = SPEC.replace("retention_days: 30", "retention_days: 30\n      event_pattern:\n        source: x")
    workplace.spec("own", spec)
    line = f"environments/own.yaml:{line_of(spec, 'source: x')}: workflows.follow-up.archive.event_pattern.source: "
    assert workplace.run("generate", "own").err.startswith(line)


def test_a_placeholder_in_a_pattern_is_no_mistake_yet(workplace: Workplace) -> None:
    for new in ("        event_pattern_json: FILL_IN\n", PATTERN.replace("[success]", "[{cidr: FILL_IN}]")):
        workplace.spec("own", SPEC.replace(PATTERN, new))
        assert workplace.run("generate", "own").err == ""


def test_a_task_without_a_network(workplace: Workplace) -> None:
    own = "    trusted_compute_subnets: [subnet-0123456789abcdef0]\n    schedule_expression"
    network = MINIMAL[MINIMAL.index("network:") : MINIMAL.index("clusters:")]
    spec = SPEC.replace(network, "").replace("    schedule_expression", own)
    workplace.spec("own", spec)
    assert workplace.run("generate", "own").err == (
        f"environments/own.yaml:{line_of(spec, 'run_task:')}: {NEXT}.run_task: subnets is missing; give it here, or "
        "give the environment a network\n"
    )


def test_the_workflow_without_a_mistake(workplace: Workplace) -> None:
    workplace.spec("own", SPEC)
    assert workplace.run("generate", "own").err == ""
