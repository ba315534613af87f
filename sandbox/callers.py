"""What whoever calls the API may do: repairs like those of `sandbox.repairs`, each with its test.

A program that has credentials of a role or a user is asked for the rights of that one, for the actions below, which
are those that batch-target-sync calls; S3's are in `s3_callers`. The keys `test` are the account's administrator's,
and may do anything.

Which resource and which condition keys each action has: Service Authorization Reference of EventBridge, Batch, Systems
Manager, SNS and CloudWatch. It reaches into moto, so its types are loose.

It imports what else mends these actions, so that this is registered after it and lies around it: a call is refused
before anything of it is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.batch.responses import BatchResponse
from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import AWSError, JsonRESTError
from moto.events.responses import EventsHandler
from moto.sns.exceptions import SNSException
from moto.sns.responses import SNSResponse
from moto.ssm.exceptions import SSMException
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.utilities.utils import get_partition

from sandbox import permissions
from sandbox.batch import hooks as batch_hooks  # noqa: F401
from sandbox.delivery import applied, arns
from sandbox.delivery import hooks as delivery_hooks  # noqa: F401
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import ERROR_FROM_TARGET, NO_RESOURCE
from sandbox.repairs import around, parameter, repair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EVENTS = "events.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Right:
    """One right that a call needs.

    Attributes:
        action: as AWS writes it in a refusal: SNS has `SNS:Publish`.
        resource: its ARN, or * for an action that has none.
        context: condition keys of the action.
    """

    action: str
    resource: str
    context: dict[str, str | list[str]] = field(default_factory=dict)


@repair
def callers_need_their_rights() -> None:
    """A call with a role's or a user's credentials needs the rights of that one ("Policy evaluation logic", IAM).

    moto lets everybody do anything. What is not there is refused by the call itself, in its own words.
    """
    for handler, needs, refuse in (
        (EventsHandler, _EVENTS, _refuse_events),
        (BatchResponse, _BATCH, _refuse_batch),
        (SimpleSystemManagerResponse, _SSM, _refuse_ssm),
        (SNSResponse, _SNS, _refuse_sns),
        (CloudWatchResponse, _CLOUDWATCH, _refuse_cloudwatch),
    ):
        for action, rights in needs.items():
            _guard(handler, action, rights, refuse)


def _guard(
    handler: Any, name: str, rights: Callable[[Any], Iterable[Right]], refuse: Callable[[InvocationError], Exception]
) -> None:
    @around(handler, name)
    def guarded(original: Any, response: Any) -> Any:
        for right in rights(response):
            try:
                permissions.principal_may(
                    response.access_key, right.action, right.resource, right.context, region=response.region
                )
            except InvocationError as error:
                if error.code != NO_RESOURCE:
                    raise refuse(error) from None
        return original(response)


def _refuse_events(error: InvocationError) -> Exception:
    return JsonRESTError("AccessDeniedException", error.message)


def _refuse_batch(error: InvocationError) -> Exception:
    return AWSError(error.message, exception_type="AccessDeniedException", status=403)


def _refuse_ssm(error: InvocationError) -> Exception:
    return SSMException("AccessDeniedException", error.message)


def _refuse_sns(error: InvocationError) -> Exception:
    if error.code == ERROR_FROM_TARGET:  # the topic's key is not there or not enabled
        return SNSException("KMSDisabled", error.message)
    denied_by_key = "to perform: kms:" in error.message
    return SNSException("KMSAccessDenied" if denied_by_key else "AuthorizationError", error.message)


def _refuse_cloudwatch(error: InvocationError) -> Exception:
    # This action has no resource, and CloudWatch's refusal names none.
    return CloudWatchException("AccessDenied", error.message.replace(" on resource: *", ""))


def _arn(response: Any, service: str, resource: str) -> str:
    return f"arn:{get_partition(response.region)}:{service}:{response.region}:{response.current_account}:{resource}"


def _rule(response: Any, rule: str) -> str:
    """Return the ARN of a rule; one of the default bus does not name its bus."""
    bus = arns.parse(
        applied.arn_of_bus(response.current_account, response.region, parameter(response, "EventBusName") or "default")
    )
    name = bus.resource.removeprefix(applied.EVENT_BUS)
    return str(bus._replace(resource=f"rule/{rule}" if name == "default" else f"rule/{name}/{rule}"))


def _put_targets(response: Any) -> Iterable[Right]:
    targets = parameter(response, "Targets") or []
    invoked: dict[str, str | list[str]] = {"events:TargetArn": [each["Arn"] for each in targets]}
    yield Right("events:PutTargets", _rule(response, parameter(response, "Rule")), invoked)
    for role in dict.fromkeys(each["RoleArn"] for each in targets if each.get("RoleArn")):
        yield Right("iam:PassRole", role, {"iam:PassedToService": EVENTS})


def _parameters(action: str, names: Iterable[str], response: Any, **context: str) -> Iterable[Right]:
    """Ask for each parameter by its ARN, which shows neither a leading slash nor the version that is asked for."""
    for name in names:
        plain = arns.parse(name).resource.removeprefix("parameter") if arns.is_arn(name) else name
        resource = f"parameter/{plain.removeprefix('/').partition(':')[0]}"
        keys: dict[str, str | list[str]] = {f"ssm:{key}": value for key, value in context.items()}
        yield Right(f"ssm:{action}", _arn(response, "ssm", resource), keys)


def _true(response: Any, name: str) -> str:
    return "true" if parameter(response, name) else "false"


_EVENTS: dict[str, Callable[[Any], Iterable[Right]]] = {
    "list_rules": lambda response: [Right("events:ListRules", _rule(response, "*"))],
    "list_targets_by_rule": lambda response: [
        Right("events:ListTargetsByRule", _rule(response, parameter(response, "Rule") or ""))
    ],
    "put_targets": _put_targets,
}
_BATCH: dict[str, Callable[[Any], Iterable[Right]]] = {
    "describejobdefinitions": lambda _: [Right("batch:DescribeJobDefinitions", "*")],
}
_SSM: dict[str, Callable[[Any], Iterable[Right]]] = {
    "get_parameter": lambda response: _parameters("GetParameter", [parameter(response, "Name")], response),
    "get_parameters": lambda response: _parameters("GetParameters", parameter(response, "Names"), response),
    "get_parameters_by_path": lambda response: _parameters(
        "GetParametersByPath", [parameter(response, "Path")], response, Recursive=_true(response, "Recursive")
    ),
    "get_parameter_history": lambda response: _parameters(
        "GetParameterHistory", [parameter(response, "Name")], response
    ),
    "put_parameter": lambda response: _parameters(
        "PutParameter", [parameter(response, "Name")], response, Overwrite=_true(response, "Overwrite")
    ),
}
_SNS: dict[str, Callable[[Any], Iterable[Right]]] = {
    "publish": lambda response: [
        Right("SNS:Publish", topic)
        for topic in (parameter(response, "TopicArn") or parameter(response, "TargetArn"),)
        if topic
    ],
    "publish_batch": lambda response: [Right("SNS:Publish", parameter(response, "TopicArn"))],
}
_CLOUDWATCH: dict[str, Callable[[Any], Iterable[Right]]] = {
    "put_metric_data": lambda response: [
        Right("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": parameter(response, "Namespace")})
    ],
}
