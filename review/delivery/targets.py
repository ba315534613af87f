"""Each kind of target, and what it needs of whoever calls it.

Sources: "Using resource-based policies for Amazon EventBridge" and "Permissions for EventBridge to access targets" of
the EventBridge user guide; "Using templated targets" and "Using universal targets" of Scheduler's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from review.delivery import apis, automation, buses, jobs, logs, tasks, writing
from review.delivery.asking import Need, kind_of, name_of, outside
from review.delivery.model import Answer, Hop
from review.delivery.target import EVENTS, taken_away

if TYPE_CHECKING:
    from review.delivery.target import Desk, Target

_How = Callable[["Desk", "Target"], Iterator[Hop]]

# The one action that the role needs on the target itself, by service and the beginning of its resource.
_ACTIONS: Final = {
    ("codebuild", "project/"): "codebuild:StartBuild",
    ("codepipeline", ""): "codepipeline:StartPipelineExecution",
    ("events", "api-destination/"): "events:InvokeApiDestination",
    ("firehose", "deliverystream/"): "firehose:PutRecord",
    ("lambda", "function:"): "lambda:InvokeFunction",
    ("sagemaker", "pipeline/"): "sagemaker:StartPipelineExecution",
    ("states", "stateMachine:"): "states:StartExecution",
}
# What EventBridge calls as itself, by the resource's own policy: "do not specify a RoleArn" for these.
_WITHOUT_ROLE: Final = ("sns", "sqs", "logs", "lambda")
# What a rule may call in another account: "Sending events to an AWS service in another account".
_ACROSS_ACCOUNTS: Final = ("events", "execute-api", "kinesis", "lambda", "sns", "sqs")


def trust(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield whether the caller may take on the target's role; nothing where it calls as itself."""
    service, resource = target.parts
    caller = target.caller
    is_bus = service == "events" and resource.startswith("event-bus/")
    if not service or is_by_itself(target):
        return
    if desk.facts.gone(caller.role_arn):
        yield taken_away(desk.facts, "role", caller.role_arn)
    elif caller.role_arn:
        yield desk.authority.trusts(caller.role_arn, caller.service, caller.source, caller.asked_source)
    elif not is_bus:
        question = f"With which role does {caller.service} call it?"
        yield Hop(question, Answer.NO, "the target names no role", rule="target")


def calls(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about calling a target, once its role is taken on."""
    role = target.caller.role_arn
    if not target.parts[0]:
        yield Hop("May the target be called?", Answer.DEPENDS, outside("target", target.arn))
    elif desk.facts.gone(target.arn):
        yield taken_away(desk.facts, kind_of(target.arn), target.arn)
    elif not (role and not desk.facts.gone(role)) and any(hop.answer is Answer.NO for hop in trust(desk, target)):
        return  # without a role there is nobody to ask about
    elif problem := _place_problem(target):
        question = f"Can a rule in {target.caller.region} of account {target.caller.account} call it?"
        yield Hop(question, Answer.NO, problem, rule="target")
    else:
        yield from _how(*target.parts)(desk, target)


def is_by_itself(target: Target) -> bool:
    """Tell whether EventBridge calls a target as itself, by that resource's own policy; another account's by a role."""
    is_without = target.caller.service == EVENTS and target.parts[0] in _WITHOUT_ROLE
    return is_without and not (target.is_foreign and target.caller.role_arn)


def _place_problem(target: Target) -> str:
    """Return why a rule cannot call a target where it is; "" if it can. Of Scheduler, no document says this."""
    service, resource = target.parts
    if target.caller.service != EVENTS or (service == "events" and resource.startswith("event-bus/")):
        return ""
    region = target.arn.split(":")[3]
    if region and "‹" not in f"{region}{target.caller.region}" and region != target.caller.region:
        return f"it is in {region}: only an event bus can be in another region than its rule"
    if target.is_foreign and service not in _ACROSS_ACCOUNTS:
        return f"it is of account {target.arn.split(':')[4]}, and EventBridge calls no {service} of another account"
    return ""


def _how(service: str, resource: str) -> _How:
    for its_service, prefix, how in _KINDS:
        if service == its_service and resource.startswith(prefix):
            return how
    for (its_service, prefix), action in _ACTIONS.items():
        if service == its_service and resource.startswith(prefix):
            return _plain(action)
    return _unknown


def _plain(action: str) -> _How:
    def how(desk: Desk, target: Target) -> Iterator[Hop]:
        question = f"May the role call {action} on {name_of(target.arn)}?"
        yield desk.authority.role_may(target.caller.role_arn, question, [Need(action, target.arn)])
        if desk.facts.find(target.arn) is None:
            yield Hop(f"Is {name_of(target.arn)} there?", Answer.DEPENDS, outside("target", target.arn))

    return how


def _unknown(_: Desk, target: Target) -> Iterator[Hop]:
    because = f"depends on what {target.arn} needs, which is not checked here"
    yield Hop("May it be called?", Answer.DEPENDS, because)


def _either_way(desk: Desk, target: Target, by_itself: list[Hop], by_role: Iterator[Hop]) -> Iterator[Hop]:
    """Yield whether EventBridge may call a target as itself; if the target names a role, in which way is unsaid."""
    if target.caller.role_arn:
        trusts = desk.authority.trusts(target.caller.role_arn, EVENTS, target.caller.source, target.caller.asked_source)
        refuses = [any(hop.answer is Answer.NO for hop in way) for way in (by_itself, [trusts, *by_role])]
        if refuses[0] is not refuses[1]:
            because = (
                "depends on what EventBridge does with the role that the target names: its guide says to name none "
                f"here, and only {'that role' if refuses[0] else 'EventBridge itself'} may do it"
            )
            yield Hop(f"May {EVENTS} or the role {name_of(target.caller.role_arn)} do it?", Answer.DEPENDS, because)
            return
    yield from by_itself


def _fifo_problem(target: Target) -> str:
    if not target.arn.endswith(".fifo"):
        return ""
    if target.parts[0] == "sns" and target.caller.service == EVENTS:
        return "it is a FIFO topic: EventBridge supports none"
    return "" if target.parts[0] == "sns" or target.message_group else "a FIFO queue takes a message_group_id"


def _write(desk: Desk, target: Target) -> Iterator[Hop]:
    caller = target.caller
    if problem := _fifo_problem(target):
        yield Hop(f"Can {name_of(target.arn)} be a target like this?", Answer.NO, problem, rule="target")
    by_role = writing.by_role(desk, caller, target.arn)
    if not is_by_itself(target):
        yield from by_role
        return
    source = (caller.source, {"ArnEquals": {"aws:SourceArn": caller.source_arn}})
    perhaps = caller.source if target.parts[0] == "sqs" else {}
    by_itself = writing.by_service(desk, caller.service, target.arn, source, perhaps=perhaps)
    yield from _either_way(desk, target, [*by_itself], by_role)


def _function(desk: Desk, target: Target) -> Iterator[Hop]:
    caller = target.caller
    by_role = _plain("lambda:InvokeFunction")(desk, target)
    if not is_by_itself(target):
        yield from by_role
        return
    parts = target.arn.split(":")
    function = ":".join(parts[:7])
    condition = {"ArnLike": {"aws:SourceArn": caller.source_arn}}
    need = Need("lambda:InvokeFunction", target.arn, caller.source, condition=condition)
    question = f"May {caller.service} call the function {parts[6]}?"
    by_itself = desk.authority.service_may(caller.service, question, [need], guard=function)
    yield from _either_way(desk, target, [by_itself], by_role)


_KINDS: Final[tuple[tuple[str, str, _How], ...]] = (
    ("ecs", "cluster/", tasks.hops),
    ("batch", "job-queue/", jobs.hops),
    ("kinesis", "stream/", _write),
    ("sns", "", _write),
    ("sqs", "", _write),
    ("logs", "log-group:", logs.hops),
    ("lambda", "function:", _function),
    ("events", "event-bus/", buses.onward),
    ("ssm", "automation-definition/", automation.hops),
    ("scheduler", "aws-sdk:", apis.hops),
)
