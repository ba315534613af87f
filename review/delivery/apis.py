"""A universal target of Scheduler: an API of AWS, called with the schedule's role and the input as its parameters.

Source: "Using universal targets" of the EventBridge Scheduler user guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.delivery import jobs, tasks, writing
from review.delivery.asking import Need
from review.delivery.target import Ecs, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.delivery.model import Hop
    from review.delivery.target import Desk

# IAM's prefix of a service, where it is not the name that the SDKs have.
_PREFIXES: Final = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "states",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "apigatewayv2": "apigateway",
}
# What has another action than the API's name.
_ACTIONS: Final = {"lambda:Invoke": "lambda:InvokeFunction"}
# The parameter that is the ARN of what an action is about.
_RESOURCES: Final = {
    "sns:Publish": "TopicArn",
    "states:StartExecution": "StateMachineArn",
    "lambda:InvokeFunction": "FunctionName",
}


def hops(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about an API that is called, after who may take on the role."""
    service, _, api = target.parts[1].removeprefix("aws-sdk:").partition(":")
    action = f"{_PREFIXES.get(service.lower(), service.lower())}:{api[:1].upper()}{api[1:]}"
    action = _ACTIONS.get(action, action)
    given, role_arn = target.payload(), target.caller.role_arn
    if action == "ecs:RunTask" and given.get("TaskDefinition"):
        yield from tasks.hops(desk, _task(desk, target, given))
    elif action == "batch:SubmitJob" and given.get("JobQueue") and given.get("JobDefinition"):
        queue = str(given["JobQueue"])
        queue = queue if queue.startswith("arn:") else desk.facts.made("batch", f"job-queue/{queue}", target.caller.arn)
        yield from jobs.submit(desk, role_arn, queue, str(given["JobDefinition"]))
    elif action == "sqs:SendMessage" and given.get("QueueUrl"):
        queue = desk.facts.made("sqs", str(given["QueueUrl"]).rpartition("/")[2], target.caller.arn)
        yield from writing.by_role(desk, target.caller, queue)
    elif (arn := str(given.get(_RESOURCES.get(action, ""), ""))).startswith("arn:"):
        question = f"May the role call {action} on {arn}?"
        yield desk.authority.role_may(role_arn, question, [Need(action, arn)])
    else:
        yield desk.authority.may_at_all(role_arn, f"May the role call {action}?", action)


def _task(desk: Desk, target: Target, given: Mapping[str, Any]) -> Target:
    cluster = str(given.get("Cluster") or "default")
    arn = cluster if cluster.startswith("arn:") else desk.facts.made("ecs", f"cluster/{cluster}", target.caller.arn)
    tags = {str(each.get("Key")): str(each.get("Value")) for each in given.get("Tags") or () if isinstance(each, dict)}
    copies = bool(given.get("PropagateTags") or given.get("EnableECSManagedTags"))
    executes = bool(given.get("EnableExecuteCommand"))
    return Target(arn, target.caller, Ecs(str(given["TaskDefinition"]), tags, copies, executes))
