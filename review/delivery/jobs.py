"""A Batch job as a target.

Sources: Service Authorization Reference, AWS Batch; "AWS Batch jobs as EventBridge targets" and "AWS Batch IAM
execution role" of the Batch user guide; "Task IAM role" of the ECS developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.delivery.asking import Need, name_of, outside, source_of
from review.delivery.model import Answer, Hop
from review.delivery.target import taken_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.delivery.target import Desk, Target
    from review.plan import Resource

_SUBMIT: Final = "batch:SubmitJob"
_ECS_TASKS: Final = "ecs-tasks.amazonaws.com"


def hops(desk: Desk, target: Target) -> Iterator[Hop]:
    """Yield the questions about a job that is submitted, after who may take on the role."""
    if not target.job_definition:
        because = "the target is a job queue, and names no job definition"
        yield Hop("Is there a job to submit?", Answer.NO, because, rule="target")
        return
    yield from submit(desk, target.caller.role_arn, target.arn, target.job_definition)


def submit(desk: Desk, role_arn: str, queue: str, definition: str) -> Iterator[Hop]:
    """Yield whether a role may submit a job: on its queue, and on its definition.

    Which ARN Batch authorizes where the target names no revision is not documented. The revision that runs has to be
    allowed; if the name alone is not, that remains open.

    Args:
        desk: the facts, and who answers.
        role_arn: the role.
        queue: ARN of the job queue.
        definition: an ARN, or `name` with or without `:revision`.
    """
    ask = desk.authority.role_may
    its_queue = desk.facts.find(queue)
    if its_queue is not None and its_queue.text("state") == "DISABLED":
        because = "it is DISABLED, and takes no jobs"
        yield Hop(f"Is the queue {name_of(queue)} on?", Answer.NO, because, where=its_queue.address, rule="off")
    elif its_queue is not None:
        yield from _compute(desk, its_queue)
    named, revision = desk.facts.job_definition(definition, queue)
    if desk.facts.gone(named):
        yield taken_away(desk.facts, "job definition", named)
        return
    yield ask(role_arn, f"May the role submit jobs to the queue {name_of(queue)}?", [Need(_SUBMIT, queue)])
    grant = (named,) if named == revision else (named, f"{named}:*")
    question = f"May the role submit the job {name_of(named)}?"
    found = ask(role_arn, question, [Need(_SUBMIT, revision, grant=grant)])
    if found.answer is Answer.YES and named != revision:
        by_name = ask(role_arn, question, [Need(_SUBMIT, named)])
        if by_name.answer is Answer.NO:
            because = (
                f"depends on whether Batch authorizes {named} itself, which AWS does not document: the role may "
                "submit its revisions only"
            )
            found = Hop(question, Answer.DEPENDS, because, where=by_name.where)
    yield found
    yield from _roles(desk, queue, definition)
    for what, arn, is_there in (
        ("job queue", queue, its_queue is not None),
        ("job definition", named, desk.facts.has_job_definition(named)),
    ):
        if not is_there:
            yield Hop(f"Is there a {what} {name_of(arn)}?", Answer.DEPENDS, outside(what, arn))


def _compute(desk: Desk, queue: Resource) -> Iterator[Hop]:
    """Yield that nothing runs the jobs of a queue: they would wait for ever."""
    computes = desk.facts.computes(queue)
    order = queue.get("compute_environment_order")
    if not computes or not isinstance(order, list) or len(computes) < len(order):
        return  # another one, which is not in the plan, may be on
    if all(each.text("state") == "DISABLED" for each in computes):
        because = "every compute environment of it is DISABLED: its jobs wait, and none starts"
        question = f"Does something run the jobs of the queue {queue.text('name')}?"
        yield Hop(question, Answer.NO, because, where=computes[0].address, rule="off")


def _roles(desk: Desk, queue: str, definition: str) -> Iterator[Hop]:
    """Yield whether the job's own roles trust ECS, which runs the job as a task of a cluster that Batch makes.

    Who submits a job passes no role: they are in the definition, and whoever registered it passed them.
    """
    account = desk.facts.plan.account
    task = desk.facts.made("ecs", "task/‹cluster›/‹task id›", queue)
    asked = {
        "ArnLike": {"aws:SourceArn": desk.facts.made("ecs", "*", queue)},
        "StringEquals": {"aws:SourceAccount": account},
    }
    for role_arn in dict.fromkeys(desk.facts.job_roles(definition, queue).values()):
        yield desk.authority.trusts(role_arn, _ECS_TASKS, source_of(task, account), asked)
