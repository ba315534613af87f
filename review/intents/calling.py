"""What a role needs to call what a schedule or a rule's target names by its ARN: one action each.

Sources: "Using templated targets" and "Using universal targets" of the EventBridge Scheduler User Guide; "Permissions
for EventBridge to access targets using IAM roles" of the EventBridge User Guide. Tasks have a module of their own, and
so do automations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from review.intents import keys
from review.intents.facts import arns
from review.intents.grants import Grants, allow
from review.policies import reach
from review.proof.actions import every as every_action

if TYPE_CHECKING:
    from review.intents.facts import Facts
    from review.intents.facts.rules import Target
    from review.intents.facts.runs import Submission

# By the service of a target's ARN and the beginning of what follows the account.
_ACTIONS: Final = (
    ("apigateway", "", "execute-api:Invoke"),
    ("appsync", "", "appsync:GraphQL"),
    ("codebuild", "project/", "codebuild:StartBuild"),
    ("codepipeline", "", "codepipeline:StartPipelineExecution"),
    ("events", "api-destination/", "events:InvokeApiDestination"),
    ("events", "event-bus/", "events:PutEvents"),
    ("execute-api", "", "execute-api:Invoke"),
    ("firehose", "deliverystream/", "firehose:PutRecord"),
    ("inspector", "", "inspector:StartAssessmentRun"),
    ("kinesis", "stream/", "kinesis:PutRecord"),
    ("lambda", "function:", "lambda:InvokeFunction"),
    ("sagemaker", "pipeline/", "sagemaker:StartPipelineExecution"),
    ("sns", "", "sns:Publish"),
    ("sqs", "", "sqs:SendMessage"),
    ("states", "stateMachine:", "states:StartExecution"),
)
_SENT_TO: Final = frozenset(("sns", "sqs"))
# As which service IAM knows what a universal target calls by its name in the SDKs, and under which action.
_SERVICES: Final = {
    "cloudwatchlogs": "logs",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "eventbridge": "events",
    "sesv2": "ses",
    "sfn": "states",
}
_NAMES: Final = {"lambda:Invoke": "lambda:InvokeFunction"}
_UNIVERSAL: Final = re.compile(r"arn:[^:]+:scheduler:::aws-sdk:(?P<service>[^:]+):(?P<action>[^:]+)")


def may_call(facts: Facts, arn: str) -> Grants:
    """Return what the role that calls a target needs."""
    if universal := _UNIVERSAL.fullmatch(arn):
        return _universal(universal["service"], universal["action"])
    if not arn.startswith("arn:"):
        every = [action for _, _, action in _ACTIONS]
        return Grants(supposed=(allow(every, "arn:*"),), outside=("What it calls, only the apply will know.",))
    service, resource = arns.service(arn), arns.resource(arn)
    action = next((each for of, begin, each in _ACTIONS if of == service and resource.startswith(begin)), "")
    if not action:
        return Grants(
            supposed=(allow(f"{service}:*", "arn:*"),),
            outside=(f"Which rights a call of {arn} takes is not known here.",),
        )
    called = Grants(needed=(allow(action, arn),))
    return called + keys.sending(facts, arn) if service in _SENT_TO else called


def _universal(service: str, name: str) -> Grants:
    """Return what a call of any API takes: its action on something, if IAM has one of its name."""
    called = f"{_SERVICES.get(service, service)}:{name[:1].upper()}{name[1:]}"
    action = _NAMES.get(called, called)
    if action in every_action():
        why = f"{action} is called with what the schedule's input says: which resource that is, no ARN says."
        return Grants(supposed=(allow(action, "arn:*" if reach.has_resources(action) else "*"),), outside=(why,))
    why = f"Which rights a call of {service}:{name} takes is not known here: IAM has no action of that name."
    return Grants(supposed=(allow("*", "arn:*"),), outside=(why,))


def may_submit(facts: Facts, target: Target, submission: Submission) -> Grants:
    """Return what the role that submits a job needs.

    Batch authorises the queue and the definition, with the revision that it resolved a bare name to ("Actions,
    resources, and condition keys for AWS Batch", Service Authorization Reference).
    """
    definition = _definition_arn(submission)
    name, revision = arns.without_revision(definition)
    queue = allow("batch:SubmitJob", submission.queue)
    every = allow("batch:SubmitJob", f"{name}:*")
    if _is_moved(facts, target, name):
        return Grants(needed=(queue, every))  # one revision today, another one tomorrow
    if not revision:
        # The bare name is in the request; whether it is authorised as such, AWS does not say.
        return Grants(needed=(queue, every), optional=(allow("batch:SubmitJob", name),))
    # This plan makes the revision if it is a symbol. The next one makes another, which the target then follows.
    following = (every,) if arns.is_symbol(revision) else ()
    return Grants(needed=(queue, allow("batch:SubmitJob", definition)), optional=following)


def _definition_arn(submission: Submission) -> str:
    if submission.definition.startswith("arn:"):
        return submission.definition
    place = submission.queue.rpartition(":job-queue/")[0]
    return f"{place}:job-definition/{submission.definition}"


def _is_moved(facts: Facts, target: Target, definition: str) -> bool:
    """Whether something moves the target from one revision to the next, and Terraform leaves it alone.

    A sync of this plan does if it selects the target. One elsewhere may: modules/workflow-bus notes such a target's
    definition in a resource of its own, by which it replaces the target when the definition changes.
    """
    rule = target.rule
    region = arns.region(rule.arn)
    if any(
        selection.has(region, rule.bus, rule.name, target.id) for sync in facts.syncs for selection in sync.selections
    ):
        return True
    return any(
        each.name == "synced_job_definition" and each.module == target.module and each.get("input") == definition
        for each in facts.plan.existing("terraform_data")
    )
