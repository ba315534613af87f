"""Rules of EventBridge, their targets and their buses: what is called with which role, and where the rest is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.intents.facts import arns
from review.intents.facts.runs import Run, Submission, run
from review.plan import Symbol

if TYPE_CHECKING:
    from review.plan import Plan, Resource


@dataclass(frozen=True)
class Rule:
    """A rule, of the plan or only named in it.

    Attributes:
        arn: its ARN, which names its bus unless that is the default one.
        name: its name.
        bus: the name of its bus.
    """

    arn: str
    name: str
    bus: str


@dataclass(frozen=True)
class Target:
    """A target of a rule.

    Attributes:
        address: in the plan.
        module: the address of its module.
        id: its id in the rule.
        rule: the rule.
        arn: ARN of what it calls.
        role: ARN of the role that it works with; "" if EventBridge calls as the service.
        run: the call of RunTask; None if it calls something else.
        submission: the call of SubmitJob; None if it calls something else.
        dead_letters: ARN of its dead-letter queue; "" if it has none.
    """

    address: str
    module: str
    id: str
    rule: Rule
    arn: str
    role: str
    run: Run | None
    submission: Submission | None
    dead_letters: str


@dataclass(frozen=True)
class Bus:
    """A bus that the plan makes.

    Attributes:
        address: in the plan.
        arn: its ARN.
        name: its name.
        dead_letters: ARN of the queue for what it cannot keep; "" if it has none.
        key: what its key is given as: an id, an ARN or an alias; "" if it has none.
    """

    address: str
    arn: str
    name: str
    dead_letters: str
    key: str


def read_targets(plan: Plan) -> tuple[Target, ...]:
    """Return the targets of the rules of a plan."""
    return tuple(_target(plan, each) for each in plan.existing("aws_cloudwatch_event_target"))


def read_rules(plan: Plan) -> tuple[Rule, ...]:
    """Return the rules that a plan makes."""
    return tuple(_rule(plan, each) for each in plan.existing("aws_cloudwatch_event_rule"))


def read_buses(plan: Plan) -> tuple[Bus, ...]:
    """Return the buses that a plan makes."""
    return tuple(
        Bus(
            address=each.address,
            arn=plan.arn(each),
            name=each.text("name"),
            dead_letters=each.text("dead_letter_config", 0, "arn"),
            key=each.text("kms_key_identifier"),
        )
        for each in plan.existing("aws_cloudwatch_event_bus")
        if not each.is_data
    )


def _rule(plan: Plan, each: Resource) -> Rule:
    return Rule(plan.arn(each), each.text("name"), arns.bus_name(each.text("event_bus_name")))


def _rule_of(plan: Plan, target: Resource) -> Rule:
    """Return the rule that a target names: by its name and bus, which the plan may have as symbols."""
    name, bus = target.get("rule"), arns.bus_name(target.text("event_bus_name"))
    if isinstance(name, Symbol) and name.origin:
        found = plan.at(name.origin[0])
        if found is not None and found.type == "aws_cloudwatch_event_rule":
            return _rule(plan, found)
    made = [
        _rule(plan, each) for each in plan.existing("aws_cloudwatch_event_rule") if each.provider == target.provider
    ]
    for rule in made:
        if (rule.name, rule.bus) == (name, bus):
            return rule
    place = f"arn:{plan.partition}:events:{plan.region}:{plan.account}:rule"
    path = name if bus == "default" else f"{bus}/{name}"
    return Rule(f"{place}/{path}", str(name), bus)


def _target(plan: Plan, each: Resource) -> Target:
    ecs, batch = each.get("ecs_target", 0), each.get("batch_target", 0)
    arn = each.text("arn")
    payload = each.text("input") or each.text("input_transformer", 0, "input_template")
    return Target(
        address=each.address,
        module=each.module,
        id=each.text("target_id"),
        rule=_rule_of(plan, each),
        arn=arn,
        role=each.text("role_arn"),
        run=run(arn, ecs, payload) if isinstance(ecs, dict) else None,
        submission=Submission(arn, str(batch.get("job_definition") or "")) if isinstance(batch, dict) else None,
        dead_letters=each.text("dead_letter_config", 0, "arn"),
    )
