"""The ARN that a resource will have, built from what is known of it.

Source: "Resource types defined by …" of each service in the Service Authorization Reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from review.plan.model import HIDDEN, Symbol

if TYPE_CHECKING:
    from collections.abc import Mapping

# {name} and others are attributes of the resource; what is not known of them becomes a symbol.
_TEMPLATES: Final = {
    "aws_batch_compute_environment": "batch:{region}:{account}:compute-environment/{compute_environment_name}",
    "aws_batch_job_definition": "batch:{region}:{account}:job-definition/{name}:{revision}",
    "aws_batch_job_queue": "batch:{region}:{account}:job-queue/{name}",
    "aws_cloudwatch_event_archive": "events:{region}:{account}:archive/{name}",
    "aws_cloudwatch_event_bus": "events:{region}:{account}:event-bus/{name}",
    "aws_cloudwatch_event_rule": "events:{region}:{account}:rule/{bus}{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_ecr_repository": "ecr:{region}:{account}:repository/{name}",
    "aws_ecs_cluster": "ecs:{region}:{account}:cluster/{name}",
    "aws_ecs_task_definition": "ecs:{region}:{account}:task-definition/{family}:{revision}",
    "aws_iam_policy": "iam::{account}:policy{path}{name}",
    "aws_iam_role": "iam::{account}:role{path}{name}",
    "aws_iam_user": "iam::{account}:user{path}{name}",
    "aws_kms_alias": "kms:{region}:{account}:{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{key_id}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_scheduler_schedule": "scheduler:{region}:{account}:schedule/{group_name}/{name}",
    "aws_scheduler_schedule_group": "scheduler:{region}:{account}:schedule-group/{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}",
    "aws_sfn_state_machine": "states:{region}:{account}:stateMachine:{name}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_ssm_document": "ssm:{region}:{account}:document/{name}",
    "aws_ssm_parameter": "ssm:{region}:{account}:parameter/{parameter}",
}
# What an attribute is when it is neither given nor known.
_DEFAULTS: Final = {"path": "/", "group_name": "default"}
# Types whose id is the ARN, and those whose id is another attribute.
_ID_IS_ARN: Final = frozenset(
    (
        "aws_batch_job_definition",
        "aws_batch_job_queue",
        "aws_ecs_cluster",
        "aws_iam_policy",
        "aws_sfn_state_machine",
        "aws_sns_topic",
    )
)
_ID_IS: Final = {
    "aws_cloudwatch_event_bus": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_ecr_repository": "name",
    "aws_ecs_task_definition": "family",
    "aws_iam_role": "name",
    "aws_iam_user": "name",
    "aws_kms_key": "key_id",
    "aws_s3_bucket": "bucket",
    "aws_scheduler_schedule_group": "name",
    "aws_secretsmanager_secret": "arn",
    "aws_ssm_document": "name",
    "aws_ssm_parameter": "name",
}
_URL: Final = "https://sqs.{region}.amazonaws.com/{account}/{name}"


@dataclass(frozen=True)
class Place:
    """Where a resource is."""

    partition: str
    account: str
    region: str


def has_template(kind: str) -> bool:
    """Tell whether the ARN of resources of a type can be built."""
    return kind in _TEMPLATES


def arn(kind: str, address: str, values: Mapping[str, Any], place: Place) -> Symbol | str:
    """Return the ARN of a resource: the known one, or one that is built; "" if its type's form is not known here.

    Args:
        kind: its type.
        address: its address, for the symbols of what is not known.
        values: its attributes; those that are not known are missing. What is sensitive gets a symbol, too.
        place: where it is.
    """
    known = values.get("arn")
    if isinstance(known, str) and known.startswith("arn:") and not (isinstance(known, Symbol) and not known.is_built):
        return known
    template = _TEMPLATES.get(kind)
    if template is None:
        return known if isinstance(known, str) else ""
    fields = _Fields(address, values, place)
    return Symbol(f"arn:{place.partition}:{template.format_map(fields)}", (address, "arn"))


def attribute(kind: str, address: str, name: str, values: Mapping[str, Any], place: Place) -> Symbol | str:
    """Return an attribute of a resource that is not known yet: built if it can be, a symbol with its name if not."""
    if name == "id":
        name = "arn" if kind in _ID_IS_ARN else _ID_IS.get(kind, "url" if kind == "aws_sqs_queue" else "id")
    if name == "arn" and kind in _TEMPLATES:
        return arn(kind, address, values, place)
    if name == "arn_without_revision" and kind == "aws_ecs_task_definition":
        return Symbol(arn(kind, address, values, place).rpartition(":")[0], (address, name))
    if kind == "aws_sqs_queue" and name == "url":
        return Symbol(_URL.format_map(_Fields(address, values, place)), (address, name))
    known = values.get(name)
    if isinstance(known, str) and known and known is not HIDDEN:
        return Symbol(known, (address, name))
    return Symbol(_begun(address, name, values), (address, name))


def _begun(address: str, name: str, values: Mapping[str, Any]) -> str:
    """Return the symbol of an attribute, after the prefix that it begins with if the configuration gives it one."""
    prefix = values.get(f"{name}_prefix")
    is_known = isinstance(prefix, str) and prefix is not HIDDEN
    return f"{prefix if is_known else ''}‹{address}.{name}›"


class _Fields(dict[str, str]):
    """The fields of a template, made when they are asked for."""

    def __init__(self, address: str, values: Mapping[str, Any], place: Place) -> None:
        super().__init__(partition=place.partition, account=place.account, region=place.region)
        self._address, self._values = address, values

    def __missing__(self, key: str) -> str:
        if key == "bus":
            bus = self._values.get("event_bus_name") or "default"
            if bus is HIDDEN:
                return f"‹{self._address}.event_bus_name›/"
            name = str(bus).partition(":event-bus/")[2] or bus
            return "" if name == "default" else f"{name}/"
        if key == "parameter":
            return self["name"].removeprefix("/")
        known = self._values.get(key)
        if known is HIDDEN:
            return f"‹{self._address}.{key}›"
        if isinstance(known, int) or (isinstance(known, str) and known):
            return str(known)
        return _DEFAULTS.get(key) or _begun(self._address, key, self._values)
