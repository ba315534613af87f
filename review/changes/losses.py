"""What is lost, or stops, when a resource goes: data that nobody can bring back, and what no longer runs or is told.

Each kind of resource has a function; what is known of it is what was there before. Sources: what each service's API
reference says of its Delete operation, and the provider's documentation of the resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from review.changes.model import Effect
from review.plan import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from review.plan import Plan, Resource

    Values = Mapping[str, Any]
    Losing = Callable[[Plan, Resource, Values], "Loss | None"]

_NAMED: Final = 5  # resources that a text names
# What goes with the old one is not with a new one that is made before.
_WITH_OTHERS: Final = frozenset({"aws_cloudwatch_event_bus", "aws_scheduler_schedule_group", "aws_sns_topic"})


@dataclass(frozen=True)
class Loss:
    """What a change costs.

    Attributes:
        text: a sentence without its full stop.
        is_data: whether data goes; otherwise something stops.
    """

    text: str
    is_data: bool


def loss_of_all(plan: Plan, resource: Resource, effect: Effect) -> Loss | None:
    """Return what it costs that a resource goes, also to be replaced; None if nothing that is known here."""
    before = was(resource)
    losing = _GONE.get(resource.type)
    if effect not in {Effect.DESTROY, Effect.REPLACE} or losing is None:
        return None
    found = losing(plan, resource, before)
    if found is None or found.is_data or effect is Effect.DESTROY:
        return found
    if resource.actions[0] == "create" and resource.type not in _WITH_OTHERS:
        return None  # the new one is there before the old one goes
    return Loss(f"{found.text}, until the new one is there", is_data=False)


def _data(text: str) -> Losing:
    """Return what says of a kind which of its data goes; `{name}` and others are its attributes."""
    return lambda _plan, _resource, before: Loss(text.format_map(Known(before)), is_data=True)


def _stops(text: str) -> Losing:
    """Return what says of a kind what stops with it."""
    return lambda _plan, _resource, before: Loss(text.format_map(Known(before)), is_data=False)


class Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"(its {key})"


def _queue(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    name = before.get("name")
    kept = before.get("message_retention_seconds")
    time = f" (it keeps them for {days(kept)})" if isinstance(kept, int) else ""
    return Loss(f"All messages in queue {name} are lost{time}", is_data=True)


def _topic(plan: Plan, _resource: Resource, before: Values) -> Loss:
    there = [each for each in _before(plan, "aws_sns_topic_subscription") if each.get("topic_arn") == before.get("arn")]
    told = f": {_named([_endpoint(each) for each in there])}" if there else ""
    text = f"Topic {before.get('name')} goes with all its subscriptions{told}: nobody is told by it any more"
    return Loss(text, is_data=False)


def _endpoint(subscription: Values) -> str:
    return f"{subscription.get('protocol')} {subscription.get('endpoint')}"


def _bus(plan: Plan, _resource: Resource, before: Values) -> Loss:
    name = before.get("name")
    rules = [each for each in _before(plan, "aws_cloudwatch_event_rule") if _bus_name(each) == name]
    what = f": {_named([str(each.get('name')) for each in rules])}" if rules else ""
    return Loss(f"Bus {name} goes with its rules{what}. Events that are put on it are lost", is_data=False)


def _bus_name(values: Values) -> str:
    return str(values.get("event_bus_name") or "default").rpartition("/")[2]


def _archive(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    kept = before.get("retention_days")
    much = f"events of {kept} days" if kept else "all its events"
    return Loss(f"Archive {before.get('name')} goes with {much}: none of them can be replayed any more", is_data=True)


def _group(plan: Plan, _resource: Resource, before: Values) -> Loss:
    name = before.get("name")
    there = [each for each in _before(plan, "aws_scheduler_schedule") if each.get("group_name") == name]
    if not there:
        return Loss(f"Scheduler deletes all schedules in group {name} with it; this plan knows of none", is_data=False)
    names = _named([str(each.get("name")) for each in there])
    number = "one schedule" if len(there) == 1 else f"{len(there)} schedules"
    return Loss(f"Scheduler deletes group {name} with all in it: of this plan {number} ({names})", is_data=False)


def _schedule(_plan: Plan, _resource: Resource, before: Values) -> Loss | None:
    if before.get("state") == "DISABLED":
        return None
    return Loss(f"Schedule {before.get('name')} no longer runs ({before.get('schedule_expression')})", is_data=False)


def _rule(_plan: Plan, _resource: Resource, before: Values) -> Loss | None:
    if before.get("state") == "DISABLED" or before.get("is_enabled") is False:
        return None
    when = before.get("schedule_expression")
    what = f"no longer runs ({when})" if when else "no longer matches any event"
    return Loss(f"Rule {before.get('name')} {what}", is_data=False)


def _log_group(_plan: Plan, _resource: Resource, before: Values) -> Loss | None:
    if before.get("skip_destroy"):
        return None  # it stays in the account
    wait = before.get("retention_in_days")
    kept = f" (of {wait} days)" if wait else ""
    return Loss(f"All logs in {before.get('name')} are lost{kept}", is_data=True)


def _key(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    wait = before.get("deletion_window_in_days") or 30
    text = (
        f"Key {before.get('key_id')} can no longer be used, and is deleted in {wait} days: all that is encrypted "
        "with it can then never be read again. Until then the deletion can be cancelled"
    )
    return Loss(text, is_data=True)


def _bucket(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    name = before.get("bucket")
    if before.get("force_destroy"):
        return Loss(f"All objects in bucket {name} are lost, with all their versions", is_data=True)
    return Loss(f"Bucket {name} goes; AWS refuses that as long as there is an object in it", is_data=True)


def _alarm(_plan: Plan, _resource: Resource, before: Values) -> Loss | None:
    if before.get("actions_enabled") is False or not before.get("alarm_actions"):
        return None
    return Loss(f"Nobody is told any more of what alarm {before.get('alarm_name')} watches", is_data=False)


def _role(plan: Plan, _resource: Resource, before: Values) -> Loss | None:
    arn = before.get("arn")
    users = [each.address for each in plan.resources if each.exists_after and arn and _mentions(each.after, arn)]
    if not users:
        return None
    return Loss(f"Role {before.get('name')} is still used by {_named(users)}: that no longer works", is_data=False)


def _mentions(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(each, text) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, text) for each in value)
    return isinstance(value, str) and value == text


def _secret(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    wait = before.get("recovery_window_in_days")
    name = before.get("name")
    if wait == 0:
        return Loss(f"Secret {name} is lost at once", is_data=True)
    return Loss(f"Secret {name} is deleted in {wait or 30} days, and cannot be read until it is restored", is_data=True)


def _repository(_plan: Plan, _resource: Resource, before: Values) -> Loss:
    name = before.get("name")
    if before.get("force_delete"):
        return Loss(f"All images in repository {name} are lost", is_data=True)
    return Loss(f"Repository {name} goes; AWS refuses that as long as there is an image in it", is_data=True)


def _database(_plan: Plan, resource: Resource, before: Values) -> Loss:
    name = before.get("identifier") or before.get("cluster_identifier") or resource.name
    snapshot = before.get("final_snapshot_identifier")
    if before.get("skip_final_snapshot") or not snapshot:
        return Loss(f"All data of database {name} is lost: no last snapshot is made", is_data=True)
    return Loss(f"All data of database {name} is lost but for its last snapshot, {snapshot}", is_data=True)


_GONE: Final[dict[str, Losing]] = {
    "aws_appautoscaling_target": _stops("{resource_id} is no longer scaled"),
    "aws_batch_compute_environment": _stops("Jobs for which compute environment {name} was there wait or fail"),
    "aws_batch_job_definition": _stops("Jobs can no longer be submitted with this revision of job definition {name}"),
    "aws_batch_job_queue": _data("All jobs that wait in job queue {name} are lost"),
    "aws_cloudwatch_composite_alarm": _alarm,
    "aws_cloudwatch_event_archive": _archive,
    "aws_cloudwatch_event_bus": _bus,
    "aws_cloudwatch_event_connection": _stops("API destinations can no longer use connection {name}"),
    "aws_cloudwatch_event_rule": _rule,
    "aws_cloudwatch_event_target": _stops("Rule {rule} no longer reaches {arn}"),
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_log_metric_filter": _stops("Metric filter {name} of {log_group_name} counts nothing any more"),
    "aws_cloudwatch_log_resource_policy": _stops("Services can no longer write logs by policy {policy_name}"),
    "aws_cloudwatch_log_stream": _data("All logs in stream {name} of {log_group_name} are lost"),
    "aws_cloudwatch_log_subscription_filter": _stops("Logs of {log_group_name} no longer reach {destination_arn}"),
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_dynamodb_table": _data("All items in table {name} are lost"),
    "aws_ebs_volume": _data("All data of volume {id} is lost"),
    "aws_ecr_repository": _repository,
    "aws_ecs_cluster": _stops("Nothing can run on cluster {name} any more"),
    "aws_ecs_service": _stops("Service {name} stops, with all its tasks"),
    "aws_efs_file_system": _data("All files in file system {id} are lost"),
    "aws_elasticache_cluster": _data("All that cache {cluster_id} holds is lost"),
    "aws_iam_role": _role,
    "aws_kinesis_firehose_delivery_stream": _data("All records that {name} has not delivered yet are lost"),
    "aws_kinesis_stream": _data("All records in stream {name} are lost"),
    "aws_kms_key": _key,
    "aws_lambda_event_source_mapping": _stops("{event_source_arn} no longer starts {function_arn}"),
    "aws_lambda_function": _stops("Function {function_name} can no longer be called"),
    "aws_lambda_permission": _stops("{principal} can no longer call {function_name} by this permission"),
    "aws_pipes_pipe": _stops("Pipe {name} no longer moves anything from {source} to {target}"),
    "aws_rds_cluster": _database,
    "aws_s3_bucket": _bucket,
    "aws_s3_object": _data("Object {key} in bucket {bucket} is lost"),
    "aws_scheduler_schedule": _schedule,
    "aws_scheduler_schedule_group": _group,
    "aws_secretsmanager_secret": _secret,
    "aws_sfn_state_machine": _stops("State machine {name} can no longer be started, and its runs are deleted"),
    "aws_sns_topic": _topic,
    "aws_sns_topic_policy": _stops("Nobody can publish to {arn} by its policy any more"),
    "aws_sns_topic_subscription": _stops("Topic {topic_arn} no longer tells {endpoint}"),
    "aws_sqs_queue": _queue,
    "aws_sqs_queue_policy": _stops("Nobody can send to {queue_url} by its policy any more"),
    "aws_ssm_association": _stops("Association {association_name} no longer runs"),
    "aws_ssm_document": _stops("Document {name} can no longer be run"),
    "aws_ssm_parameter": _data("Parameter {name} is lost, with its history"),
}


def was(resource: Resource) -> Values:
    """Return what was there before, without what is called sensitive only after."""
    return _veiled(resource.before or {}, resource.after or {})


def will_be(resource: Resource) -> Values:
    """Return what will be there, without what was called sensitive only before."""
    return _veiled(resource.after or {}, resource.before or {})


def _veiled(values: Values, others: Values) -> Values:
    return {name: HIDDEN if others.get(name) is HIDDEN else value for name, value in values.items()}


def days(seconds: int) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length} {unit}" + ("s" if seconds != length else "")
    return f"{seconds} seconds"


def _before(plan: Plan, kind: str) -> list[Values]:
    """Return all of a kind that exist before the apply."""
    return [was(each) for each in plan.resources if each.type == kind and each.before]


def _named(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
