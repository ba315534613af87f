"""An ECS task as a target: every right that RunTask needs of the role.

Sources: Service Authorization Reference, Amazon Elastic Container Service; the user guides of EventBridge and of
Scheduler, on permissions for ECS targets; "Grant permission to tag resources on creation" and "Task IAM role" of the
ECS developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.delivery.asking import Need, name_of, outside, source_of
from review.delivery.model import Answer, Hop
from review.delivery.target import taken_away

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.delivery.asking import Context
    from review.delivery.facts import TaskDefinition
    from review.delivery.target import Desk, Ecs, Target

_ECS_TASKS: Final = "ecs-tasks.amazonaws.com"
# Roles that the input may override, as TaskOverride has them.
_OVERRIDES: Final = {"task role": "taskRoleArn", "execution role": "executionRoleArn"}


def hops(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about a task that is run, after who may take on the role."""
    facts = desk.facts
    if target.ecs is None:
        question = f"Is there a task to run on the cluster {name_of(target.arn)}?"
        yield Hop(question, Answer.NO, "the target is a cluster, and names no task definition", rule="target")
        return
    definition = facts.task_definition(target.ecs.definition, target.arn)
    named = definition.arn.removesuffix(":‹revision›")
    if facts.gone(named):
        yield taken_away(facts, "task definition", named)
        return
    if facts.find(target.arn) is None:
        yield Hop(f"Is there a cluster {name_of(target.arn)}?", Answer.DEPENDS, outside("cluster", target.arn))
    yield _run(desk, target, target.ecs, definition)
    if target.ecs.tags or target.ecs.copies_tags:
        yield _tag(desk, target, target.ecs)
    if problem := _override_problem(target, definition):
        yield Hop(f"Does the input fit the task {definition.family}?", Answer.NO, problem, rule="input")
    yield from _roles(desk, target, definition)


def _run(desk: Desk, target: Target, ecs: Ecs, definition: TaskDefinition) -> Hop:
    family = f"{definition.arn.rpartition('/')[0]}/{definition.family}"
    need = Need(
        "ecs:RunTask",
        definition.arn,
        {
            "ecs:cluster": target.arn,
            "ecs:enable-execute-command": str(ecs.executes_commands).lower(),
            **_tags(ecs.tags),
        },
        # ECS looks the revision up before it authorizes, so a family alone lets nothing run.
        grant=(family, f"{family}:*"),
        condition={"ArnEquals": {"ecs:cluster": target.arn}},
    )
    question = f"May the role run the task {definition.family} on the cluster {name_of(target.arn)}?"
    return desk.authority.role_may(target.caller.role_arn, question, [need])


def _tag(desk: Desk, target: Target, ecs: Ecs) -> Hop:
    tasks = f"{target.arn.partition(':cluster/')[0]}:task/{name_of(target.arn)}"
    need = Need(
        "ecs:TagResource",
        f"{tasks}/‹task id›",
        {"ecs:CreateAction": "RunTask", "ecs:cluster": target.arn, **_tags(ecs.tags)},
        grant=(f"{tasks}/*",),
        condition={"StringEquals": {"ecs:CreateAction": "RunTask"}},
    )
    return desk.authority.role_may(target.caller.role_arn, "May the role tag the task that it runs?", [need])


def _roles(desk: Desk, target: Target, definition: TaskDefinition) -> Iterator[Hop]:
    """Yield whether the task's own roles may be passed on to ECS, and whether they trust it."""
    given: Mapping[str, Any] = target.payload()
    overrides = {words: str(given[name]) for words, name in _OVERRIDES.items() if given.get(name)}
    roles = {**(definition.roles or {}), **overrides}
    for words, role_arn in roles.items():
        need = Need(
            "iam:PassRole",
            role_arn,
            {"iam:PassedToService": _ECS_TASKS},
            condition={"StringEquals": {"iam:PassedToService": _ECS_TASKS}},
        )
        question = f"May the role pass the {words} {name_of(role_arn)} on to ECS?"
        yield desk.authority.role_may(target.caller.role_arn, question, [need])
        account = desk.facts.plan.account
        task = desk.facts.made("ecs", f"task/{name_of(target.arn)}/‹task id›", target.arn)
        any_task = desk.facts.made("ecs", "*", target.arn)
        asked = {"ArnLike": {"aws:SourceArn": any_task}, "StringEquals": {"aws:SourceAccount": account}}
        yield desk.authority.trusts(role_arn, _ECS_TASKS, source_of(task, account), asked)
    if not definition.is_known and overrides.keys() != _OVERRIDES.keys():
        question = f"Which roles does the task {definition.family} have, and may they be passed on?"
        yield Hop(question, Answer.DEPENDS, outside("task definition", definition.arn))


def _override_problem(target: Target, definition: TaskDefinition) -> str:
    """Return why RunTask refuses the overrides in an input; "" if it takes them: it knows the containers by name."""
    overrides = target.payload().get("containerOverrides")
    named = [each.get("name") for each in overrides if isinstance(each, dict)] if isinstance(overrides, list) else []
    unknown = [str(each) for each in named if each not in definition.containers] if definition.containers else []
    if not unknown:
        return ""
    there = ", ".join(definition.containers)
    return (
        f"it overrides the container {', '.join(unknown)}, and {definition.family} has {there}: ECS refuses to run it"
    )


def _tags(tags: Mapping[str, str]) -> Context:
    if not tags:
        return {}
    return {"aws:TagKeys": tuple(sorted(tags)), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
