"""Two resources of one name in one environment: refused with both places, whatever gives them their names."""

from __future__ import annotations

import pytest

from tests.generator.conftest import MINIMAL, Workplace

ONE = "two of one name are one in AWS"
SCHEDULE = "task: report, cluster: default, key: main, schedule_expression: rate(1 day)"
TASK = "image: x, cpu: 256, memory: 512"
DAILY = "schedules:\n  daily: {" + SCHEDULE
OTHER = "  other: {" + TASK
REPORT = "security-domain-euw1-report"
ALERTS = "alerts: {topic_name: alerts, key: main}\nnetwork:"


def own(line: int, text: str) -> str:
    return f"environments/own.yaml:{line}: {text}"


# name: (what is replaced in the minimal spec, by what; the messages)
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "two schedules of one task, all names at once": (
        {"schedules:": DAILY + "}"},
        [
            own(
                31,
                f"schedules.weekly: schedules.weekly and schedules.daily (environments/own.yaml:30) both have "
                f'the IAM role "{REPORT}-scheduler", the alarm "{REPORT}-InvocationDroppedCount", '
                f'the alarm "{REPORT}-InvocationsFailedToBeSentToDeadLetterCount", '
                f'the alarm "{REPORT}-dlq-messages-visible", '
                f'the alarm "{REPORT}-dlq-oldest-message", the dead-letter queue "{REPORT}-dlq", '
                f'the schedule group "{REPORT}"; {ONE}: make it one of the other\'s additional_schedules, or set '
                "names.role, scheduler_alarms.InvocationDroppedCount.alarm_name, "
                "scheduler_alarms.InvocationsFailedToBeSentToDeadLetterCount.alarm_name, "
                "names.dlq_messages_visible_alarm, names.dlq_oldest_message_alarm, names.dlq, names.schedule_group",
            )
        ],
    ),
    "a family": (
        {"schedules:": OTHER + ", names: {family: report}}\nschedules:"},
        [
            own(
                29,
                "tasks.other.names.family: tasks.other and tasks.report (environments/own.yaml:25) both have "
                f'the family "report"; {ONE}: set names.family',
            )
        ],
    ),
    "a log group": (
        {"schedules:": OTHER + ",\n    names: {log_group: /ecs/report}}\nschedules:"},
        [
            own(
                30,
                "tasks.other.names.log_group: tasks.other and tasks.report (environments/own.yaml:25) both have "
                f'the log group "/ecs/report"; {ONE}: set names.log_group',
            )
        ],
    ),
    "the task role of one task and the execution role of another": (
        {"schedules:": OTHER + f", names: {{task_role: {REPORT}-execution}}}}\nschedules:"},
        [
            own(
                29,
                "tasks.other.names.task_role: tasks.other and tasks.report (environments/own.yaml:25) both have "
                f'the IAM role "{REPORT}-execution"; {ONE}: set names.task_role',
            )
        ],
    ),
    "the role of a schedule and of a task": (
        {"    task: report": f"    names: {{role: {REPORT}-task}}\n    task: report"},
        [
            own(
                31,
                "schedules.weekly.names.role: schedules.weekly and tasks.report (environments/own.yaml:25) both have "
                f'the IAM role "{REPORT}-task"; {ONE}: set names.role',
            )
        ],
    ),
    "roles that differ in capitals only": (
        {"    task: report": f"    names: {{role: {REPORT}-TASK}}\n    task: report"},
        [
            own(
                31,
                "schedules.weekly.names.role: schedules.weekly and tasks.report (environments/own.yaml:25) both have "
                f'the IAM role "{REPORT}-TASK"; {ONE}: set names.role',
            )
        ],
    ),
    "two roles of one task": (
        {"    cpu: 256": "    names:\n      task_role: same\n      execution_role: same\n    cpu: 256"},
        [
            own(
                29,
                "tasks.report.names.execution_role: tasks.report has a second time (environments/own.yaml:28) "
                f'the IAM role "same"; {ONE}: set names.execution_role',
            )
        ],
    ),
    "a failure rule": (
        {"network:": ALERTS, "schedules:": OTHER + f", names: {{failure_rule: {REPORT}-failed}}}}\nschedules:"},
        [
            own(
                30,
                "tasks.other.names.failure_rule: tasks.other and tasks.report (environments/own.yaml:26) both have "
                f'the rule "{REPORT}-failed"; {ONE}: set names.failure_rule',
            )
        ],
    ),
    "a name that all tasks inherit": (
        {"tasks:": "defaults: {task: {names: {family: same}}}\ntasks:", "schedules:": OTHER + "}\nschedules:"},
        [
            own(
                24,
                "defaults.task.names.family: tasks.report and tasks.other (environments/own.yaml:24) both have "
                f'the family "same"; {ONE}: set names.family',
            )
        ],
    ),
    "the queue of a schedule of another task, by the family of that task": (
        {
            "schedules:": OTHER
            + ", names: {family: second}}\n"
            + DAILY.replace("task: report", "task: other")
            + f", names: {{dlq: {REPORT}-dlq}}}}"
        },
        [
            own(
                32,
                "schedules.weekly: schedules.weekly and schedules.daily (environments/own.yaml:31) both have "
                f'the dead-letter queue "{REPORT}-dlq"; {ONE}: set names.dlq',
            )
        ],
    ),
    "an alarm on a queue and one on a metric": (
        {
            "    key: main": "    key: main\n    scheduler_alarms:\n      TargetErrorCount:\n"
            f"        alarm_name: {REPORT}-dlq-oldest-message"
        },
        [
            own(
                36,
                "schedules.weekly.scheduler_alarms.TargetErrorCount.alarm_name: schedules.weekly has a second time "
                f'(environments/own.yaml:30) the alarm "{REPORT}-dlq-oldest-message"; '
                f"{ONE}: set scheduler_alarms.TargetErrorCount.alarm_name",
            )
        ],
    ),
    "the alias of two keys": (
        {
            "keys:": "keys:\n  other: {description: x, alias: same}",
            "    description: E": "    alias: same\n    description: E",
        },
        [
            own(
                18,
                "keys.main.alias: keys.main and keys.other (environments/own.yaml:16) both have "
                f'the KMS alias "same"; {ONE}: set alias',
            )
        ],
    ),
}

WORKFLOW = "security-domain-euw1"
RULE = "event_pattern: {source: [x]}, targets: {log: {log: {}}}"
CASES |= {
    "a rule of one bus in two workflows": (
        {
            "schedules:": f"workflows:\n  one:\n    bus_name: bus\n    rules: {{a: {{{RULE}}}}}\n"
            f"  two:\n    existing_bus_name: bus\n    rules:\n      b: {{name: a, {RULE}}}\nschedules:"
        },
        [
            own(
                33,
                "workflows.two: workflows.two and workflows.one (environments/own.yaml:30) both have "
                f'the log group "/aws/events/a"; {ONE}: set rules.b.targets.log.log.log_group_name',
            ),
            own(
                36,
                "workflows.two.rules.b.name: workflows.two and workflows.one (environments/own.yaml:30) both have "
                f'the rule "a"; {ONE}: set rules.b.name',
            ),
        ],
    ),
    "a bus, a dead-letter queue, an alarm and a role of two workflows": (
        {
            "schedules:": "workflows:\n  one: {bus_name: same, names: {dlq: same}, rules: {}}\n"
            "  two:\n    bus_name: same\n    names:\n      dlq: same\n"
            f"      dlq_oldest_message_alarm: {WORKFLOW}-one-dlq-oldest-message\n    rules: {{}}\nschedules:"
        },
        [
            own(
                32,
                "workflows.two.bus_name: workflows.two and workflows.one (environments/own.yaml:30) both have "
                f'the event bus "same"; {ONE}: set bus_name',
            ),
            own(
                34,
                "workflows.two.names.dlq: workflows.two and workflows.one (environments/own.yaml:30) both have "
                f'the dead-letter queue "same"; {ONE}: set names.dlq',
            ),
            own(
                35,
                "workflows.two.names.dlq_oldest_message_alarm: workflows.two and workflows.one "
                f'(environments/own.yaml:30) both have the alarm "{WORKFLOW}-one-dlq-oldest-message"; {ONE}: set '
                "names.dlq_oldest_message_alarm",
            ),
        ],
    ),
    "an archive of two workflows": (
        {
            "schedules:": "workflows:\n  one: {archive: {retention_days: 1}, names: {archive: same}, rules: {}}\n"
            "  two:\n    archive: {retention_days: 1}\n    names:\n      archive: same\n    rules: {}\nschedules:"
        },
        [
            own(
                34,
                "workflows.two.names.archive: workflows.two and workflows.one (environments/own.yaml:30) both have "
                f'the archive "same"; {ONE}: set names.archive',
            )
        ],
    ),
    "a rule of the default bus and a failure rule": (
        {
            "network:": ALERTS,
            "schedules:": "workflows:\n  one:\n    existing_bus_name: default\n    rules:\n"
            f"      a: {{name: {REPORT}-failed, {RULE}}}\nschedules:",
        },
        [
            own(
                34,
                "workflows.one.rules.a.name: workflows.one and tasks.report (environments/own.yaml:26) both have "
                f'the rule "{REPORT}-failed"; {ONE}: set rules.a.name',
            )
        ],
    ),
}

NAMES = "schedule_group: g, role: r, dlq: d"
FINE: dict[str, dict[str, str]] = {
    "rules of one name on two buses, and a group that two targets of a workflow write to": {
        "schedules:": "workflows:\n"
        "  one: {rules: {a: {event_pattern: {source: [x]}, targets: {x: {log: {log_group_name: /aws/events/x}}, "
        "y: {log: {log_group_name: /aws/events/x}}}}}}\n"
        "  two: {rules: {a: {event_pattern: {source: [x]}, targets: {log: {log: {}}}}}}\nschedules:"
    },
    "a task and a schedule of one key": {"weekly": "report"},
    "a failure rule that is not made": {
        "schedules:": OTHER + f", names: {{failure_rule: {REPORT}-failed}}}}\nschedules:"
    },
    "log groups that differ in capitals": {"schedules:": OTHER + ", names: {log_group: /ecs/Report}}\nschedules:"},
    "two schedules of one task, the second without alarms": {
        "schedules:": DAILY + f", enable_dlq_alarm: false, scheduler_alarms: {{}}, names: {{{NAMES}}}}}"
    },
}


def replaced(changes: dict[str, str]) -> str:
    text = MINIMAL
    for old, new in changes.items():
        assert text.count(old) >= 1, "the case no longer changes anything"
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("case", CASES)
def test_one_name_for_two_resources(case: str, workplace: Workplace) -> None:
    changes, messages = CASES[case]
    workplace.spec("own", replaced(changes))
    outcome = workplace.run("generate")
    assert outcome.err.splitlines() == messages
    assert (outcome.code, outcome.out, workplace.files()) == (2, "", {})


@pytest.mark.parametrize("case", FINE)
def test_names_that_are_not_one(case: str, workplace: Workplace) -> None:
    workplace.spec("own", replaced(FINE[case]))
    outcome = workplace.run("generate")
    assert (outcome.code, outcome.err) == (0, "")
