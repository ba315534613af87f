"""What is lost, or stops, when a resource is changed and stays: it is switched off, or keeps less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.changes.losses import Known, Loss, days

if TYPE_CHECKING:
    from collections.abc import Mapping

    Values = Mapping[str, Any]

# Times for which something is kept: what is older goes when they are shortened. Of some, 0 means for ever.
_KEPT: Final = {
    "aws_cloudwatch_event_archive": ("retention_days", 86400, "Events in archive {name}", True),
    "aws_cloudwatch_log_group": ("retention_in_days", 86400, "Logs in {name}", True),
    "aws_kinesis_stream": ("retention_period", 3600, "Records in stream {name}", False),
    "aws_sqs_queue": ("message_retention_seconds", 1, "Messages in queue {name}", False),
}
# What a change to one of these values stops, by type: the attribute, what it was not, what it is now.
_OFF: Final[dict[str, tuple[str, Any, str]]] = {
    "aws_batch_compute_environment": ("state", "DISABLED", "{compute_environment_name} takes no new jobs"),
    "aws_batch_job_queue": ("state", "DISABLED", "Job queue {name} takes no new jobs"),
    "aws_ecs_service": ("desired_count", 0, "Service {name} stops: it is to have no task"),
    "aws_kms_key": (
        "is_enabled",
        False,
        "What is encrypted with key {key_id} cannot be read until it is enabled again",
    ),
    "aws_lambda_event_source_mapping": ("enabled", False, "{event_source_arn} no longer starts {function_arn}"),
    "aws_lambda_function": ("reserved_concurrent_executions", 0, "Function {function_name} can no longer run"),
    "aws_pipes_pipe": ("desired_state", "STOPPED", "Pipe {name} no longer moves anything from {source} to {target}"),
    "aws_scheduler_schedule": ("state", "DISABLED", "Schedule {name} no longer runs ({schedule_expression})"),
}
_ALARMS: Final = frozenset({"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"})


def loss_of_some(kind: str, before: Values, after: Values) -> Loss | None:
    """Return what an update costs; None if nothing that is known here."""
    if kind in _KEPT:
        return _kept_shorter(kind, before, after)
    if kind in _ALARMS and _tells(before) and not _tells(after):
        return Loss(f"Nobody is told any more of what alarm {before.get('alarm_name')} watches", is_data=False)
    if kind == "aws_cloudwatch_event_rule" and _is_on(before) and not _is_on(after):
        when = after.get("schedule_expression")
        ends = f"no longer runs ({when})" if when else "no longer matches any event"
        return Loss(f"Rule {after.get('name')} is disabled: it {ends}", is_data=False)
    if kind in _OFF:
        name, off, text = _OFF[kind]
        if after.get(name) == off != before.get(name):
            return Loss(f"{text.format_map(Known(after))}: {name} is to be {off}", is_data=False)
    return None


def _tells(alarm: Values) -> bool:
    return alarm.get("actions_enabled") is not False and bool(alarm.get("alarm_actions"))


def _is_on(rule: Values) -> bool:
    return rule.get("state") != "DISABLED" and rule.get("is_enabled") is not False


def _kept_shorter(kind: str, before: Values, after: Values) -> Loss | None:
    name, unit, what, zero_is_ever = _KEPT[kind]
    old, new = before.get(name), after.get(name)
    if not isinstance(old, int) or not isinstance(new, int) or (zero_is_ever and new == 0):
        return None
    ever = zero_is_ever and old == 0
    if new >= old and not ever:
        return None
    was = "for ever" if ever else f"for {days(old * unit)}"
    text = f"{what.format_map(Known(before))} that are older than {days(new * unit)} are lost: they were kept {was}"
    return Loss(text, is_data=True)
