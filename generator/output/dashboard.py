"""The dashboard of a root: what runs, what fails and what is lost, workload by workload.

A workload is a schedule with its task, a task that no schedule runs, or a workflow with what keeps its targets right.
Names come from the modules' outputs where they have them. Those of alarms and failure rules, which they do not say, are
made as the modules make them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.output import standard, target_syncs, widgets
from generator.output.addresses import label
from generator.output.hcl import Reference, Template
from generator.output.physical_names import names
from generator.output.widgets import MOST_WIDGETS, Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.models.spec import Environment
    from generator.models.workflows import Target, Workflow
    from generator.output.physical_names import Name
    from generator.output.widgets import Metric, Placed, Widget

    Row = tuple[Widget, ...]

START: Final = "-P7D"  # what runs once a week is on it
ALARM_ARN_PREFIX: Final = Reference("local.alarm_arn_prefix")
RESOURCE: Final = "aws_cloudwatch_dashboard.environment"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard as the template needs it.

    Attributes:
        name: in AWS.
        period: seconds that each point of a graph stands for.
        start: how far back it looks when it is opened, as CloudWatch writes it.
        sections: what each is, and its widgets with their places.
    """

    name: str
    period: int
    start: str
    sections: list[tuple[str, list[Placed]]]


def dashboard(name: str, spec: Environment, spec_file: str) -> Dashboard | None:
    """Return the dashboard of an environment, None where it wants none.

    Args:
        name: the environment's.
        spec: what it says.
        spec_file: the file that says it, as a person would name it.
    """
    if not enabled(spec):
        return None
    placed = list(widgets.placed(sections(name, spec, spec_file)))
    return Dashboard(physical_name(name, spec), widgets.PERIOD, START, placed)


def enabled(spec: Environment) -> bool:
    """Say whether an environment has a dashboard."""
    return spec.dashboard is None or spec.dashboard.enabled


def physical_name(name: str, spec: Environment) -> str:
    """Return the name of the dashboard in AWS."""
    if spec.dashboard is not None and spec.dashboard.name is not None:
        return spec.dashboard.name
    return f"{standard.prefix(spec)}-{name}"


def sections(name: str, spec: Environment, spec_file: str) -> list[Section]:
    """Return what the dashboard shows, from top to bottom; without headings where there is no room for them."""
    known = list(names(spec))
    alarms = sorted(each.name for each in known if each.kind == "alarm")
    rules, of_jobs = (
        {str(each.holder[1]): each.name for each in known if each.kind == "rule" and each.holder[0] == section}
        for section in ("tasks", "jobs")
    )
    scheduled = {schedule.task for schedule in spec.schedules.values()}
    top = _top(name, spec_file, alarms)
    syncs = {key: _sync(key, known) for key in sorted(spec.target_syncs or {})}
    at_work = {key: target_syncs.of_workflow(spec, key) for key in spec.workflows or {}}
    elsewhere = sorted(syncs.keys() - {sync for found in at_work.values() for sync in found})
    workloads = [
        *(_schedule(key, each.task, rules.get(each.task)) for key, each in sorted(spec.schedules.items())),
        *(_task(key, rules.get(key), _starters(spec, key)) for key in sorted(spec.tasks.keys() - scheduled)),
        *(
            _job(key, each.task, of_jobs.get(key), _submitters(spec, key))
            for key, each in sorted((spec.jobs or {}).items())
        ),
        *(
            _workflow(key, each, [row for sync in at_work[key] for row in syncs[sync]])
            for key, each in sorted((spec.workflows or {}).items())
        ),
        *(_elsewhere(key, syncs[key]) for key in elsewhere),
    ]
    needed = sum(len(list(section.widgets)) for section in (top, *workloads))
    return [top, *(workloads if needed <= MOST_WIDGETS else map(_without_heading, workloads))]


def _top(name: str, spec_file: str, alarms: list[str]) -> Section:
    """Say what the dashboard is of, and show the state of every alarm."""
    about = widgets.text(
        f"# {name}\nAccount ",
        Reference("local.account_id"),
        ", ",
        widgets.REGION,
        f". Generated from `{spec_file}`: change that file and not the dashboard.\n\n"
        "Graphs count by the hour; those of queues show the most in each hour. A graph without a line had nothing to "
        "count.",
        height=3,
    )
    arns = [Template(ALARM_ARN_PREFIX, alarm) for alarm in alarms]
    return Section("The environment", ((about,), *((widget,) for widget in widgets.alarms("Alarms", arns))))


def _schedule(name: str, task: str, failure_rule: str | None) -> Section:
    module = f"module.schedule_{label(name)}"
    group = Reference(f"{module}.schedule_group_name")

    def scheduler(metric: str) -> Metric:
        return ["AWS/Scheduler", metric, "ScheduleGroup", group]

    lost = ("TargetErrorCount", "InvocationDroppedCount", "InvocationsFailedToBeSentToDeadLetterCount")
    row = (
        widgets.counts("Runs: attempts to start one", [scheduler("InvocationAttemptCount")]),
        widgets.counts("Failures", [*map(scheduler, lost), *_failed(failure_rule, "failed tasks")]),
        widgets.queue(Reference(f"{module}.dlq_name")),
    )
    about = f"Schedule {name}, which runs the task {task}"
    return Section(about, ((_heading(about),), row, (widgets.durations(_log_group(task)),)))


def _task(name: str, failure_rule: str | None, starters: list[Metric]) -> Section:
    """Show a task that no schedule runs: by the rules that start it, and by its table of durations."""
    row = []
    if starters:
        row.append(widgets.counts("Runs: events that start one", starters))
    if failure_rule:
        row.append(widgets.counts("Failures", _failed(failure_rule, "failed tasks")))
    about = f"Task {name}, which no schedule runs"
    return Section(about, ((_heading(about),), *((tuple(row),) if row else ()), (widgets.durations(_log_group(name)),)))


def _job(name: str, task: str, failure_rule: str | None, submitters: list[Metric]) -> Section:
    """Show a job by the rules that submit it; its log is the task's, and so is the table of durations."""
    row = []
    if submitters:
        row.append(widgets.counts("Submissions: events that submit one, or an array", submitters))
    if failure_rule:
        row.append(widgets.counts("Failures, of an array each child's too", _failed(failure_rule, "failed jobs")))
    about = f"Job {name}, which runs the task {task}"
    return Section(about, ((_heading(about),), *((tuple(row),) if row else ())))


def _starters(spec: Environment, task: str) -> list[Metric]:
    """Return how often each rule matched that starts a task."""
    return _matched(spec, lambda target: target.run_task is not None and target.run_task.task == task)


def _submitters(spec: Environment, job: str) -> list[Metric]:
    """Return how often each rule matched that submits a job."""
    return _matched(spec, lambda target: target.submit_job is not None and target.submit_job.job == job)


def _matched(spec: Environment, has: Callable[[Target], bool]) -> list[Metric]:
    return [
        _of_rule(key, workflow, rule_key, "TriggeredRules")
        for key, workflow in sorted((spec.workflows or {}).items())
        for rule_key, rule in sorted(workflow.rules.items())
        if any(map(has, rule.targets.values()))
    ]


def _workflow(name: str, workflow: Workflow, syncs: list[Row]) -> Section:
    """Show a workflow rule by rule; a row more for those that submit jobs to AWS Batch."""
    rules = sorted(workflow.rules)

    def of_rules(*metrics: str) -> list[Metric]:
        return [_of_rule(name, workflow, rule, metric) for rule in rules for metric in metrics]

    failures = of_rules("FailedInvocations", "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq")
    row = (
        widgets.counts("Runs: matched, and targets invoked", of_rules("TriggeredRules", "Invocations")),
        widgets.counts("Failures", failures),
    )
    queue = widgets.queue(Reference(f"module.workflow_{label(name)}.dlq_name"))
    about = f"Workflow {name}"
    # CloudWatch takes no graph of nothing.
    return Section(about, ((_heading(about),), (*(row if rules else ()), queue), *_batch(name, workflow, syncs)))


def _batch(name: str, workflow: Workflow, syncs: list[Row]) -> list[Row]:
    """Return the rows on AWS Batch of a workflow that submits jobs: its rules, and what keeps their targets right."""
    submitting = [
        rule
        for rule, each in sorted(workflow.rules.items())
        if any(target.submit_job is not None for target in each.targets.values())
    ]
    if not submitting:
        return []
    counted = ("Invocations", "FailedInvocations")
    metrics = [_of_rule(name, workflow, rule, metric) for rule in submitting for metric in counted]
    about = "Batch sync" if syncs else "AWS Batch"
    return [(widgets.counts(f"{about}: invocations of the rules that submit jobs", metrics),), *syncs]


def _elsewhere(name: str, rows: list[Row]) -> Section:
    """Show a sync whose targets are all made elsewhere."""
    about = f"Target sync {name}"
    return Section(about, ((_heading(about),), *rows))


def _sync(name: str, known: list[Name]) -> list[Row]:
    """Return the rows on a target sync: what it did, what is left to do and since when, and its alarms."""

    def of_sync(metric: str) -> Metric:
        dimensions = f"module.target_sync_{label(name)}.metric_dimensions"
        return ["BatchTargetSync", metric, "Sync", Reference(f"{dimensions}.Sync")]

    age: Metric = [*of_sync("MismatchAge"), {"yAxis": "right"}]
    row = (
        widgets.counts(
            f"Batch sync {name}: runs, changes, failures", list(map(of_sync, ("Runs", "Changes", "Failures")))
        ),
        widgets.behind(f"Batch sync {name}: targets that are behind, and since when", [of_sync("Mismatches"), age]),
    )
    own = (each.name for each in known if each.kind == "alarm" and each.holder == ("target_syncs", name))
    alarms = [Template(ALARM_ARN_PREFIX, alarm) for alarm in sorted(own)]
    return [row, *((widget,) for widget in widgets.alarms(f"Batch sync {name}: alarms", alarms))]


def _of_rule(name: str, workflow: Workflow, rule: str, metric: str) -> Metric:
    """Return a metric of a workflow's rule: one on the default bus has no dimension for the bus."""
    module = f"module.workflow_{label(name)}"
    on_bus: Metric = (
        [] if workflow.existing_bus_name == "default" else ["EventBusName", Reference(f"{module}.bus_name")]
    )
    return ["AWS/Events", metric, *on_bus, "RuleName", Reference(f"{module}.rule_names.{rule}")]


def _failed(rule: str | None, what: str) -> list[Metric]:
    """Return how often a task or a job failed, when somebody is told: the rule that tells is on the default bus."""
    return [["AWS/Events", "TriggeredRules", "RuleName", rule, {"label": what}]] if rule else []


def _log_group(task: str) -> Reference:
    return Reference(f"module.task_{label(task)}.log_group_name")


def _heading(about: str) -> Widget:
    return widgets.text(f"## {about}")


def _without_heading(section: Section) -> Section:
    """Say in each title what it is of, and not in a widget above them."""
    _, *rows = section.rows
    return Section(section.about, tuple(tuple(widget.titled(section.about) for widget in row) for row in rows))
