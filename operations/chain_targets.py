"""The steps of the chain that are about one target: is it right, may its role, can its job run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from operations import definitions, roles
from operations.account import words
from operations.environment import BATCH, KINDS
from operations.roles import Action
from operations.steps import DEFINITION, QUEUE, ROLE, TARGET, Recorder, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operations.account import Account
    from operations.environment import Environment, Job, Target
    from operations.rules import FoundRule, FoundTarget
    from operations.target_sync import sync

OF_BATCH: Final = (TARGET, ROLE, DEFINITION, QUEUE)
_FINE: Final = ("current", "held", "floating")


@dataclass(frozen=True)
class Case:
    """A target with all that is known of it.

    Attributes:
        wanted: what the specification says of it; None for one that is made elsewhere.
        outcome: what the sync's check says of it; None for what submits no jobs.
        kept_by: the sync that keeps it; empty if none does.
    """

    environment: Environment
    rule: FoundRule
    target: FoundTarget
    wanted: Target | None
    outcome: sync.Outcome | None
    kept_by: str

    @property
    def is_moved(self) -> bool:
        """Whether its revision is a sync's business, and not Terraform's alone."""
        job = self.wanted.job if self.wanted is not None else None
        return bool(self.kept_by) or (job is not None and job.synced)

    @property
    def apply(self) -> str:
        """What to do when the account is not as the specification says."""
        return f"make apply ENV={self.environment.name}"


def steps(account: Account, case: Case, record: Recorder) -> Iterator[Step]:
    """Yield the steps of a target that is there."""
    problems = list(_wrong(case))
    if problems:
        yield record.failed(TARGET, "; ".join(found for found, _ in problems), "; ".join(_once(problems)))
    else:
        yield record.passed(TARGET, _described(case))
    if case.target.kind == BATCH:
        reference = definitions.parse(case.target.definition)
        batch = account.batch(case.rule.region)
        active: tuple[int, ...] = ()
        try:
            active = definitions.active(batch, reference.name)
            definition = _definition(case, record, reference, active)
        except ClientError as error:
            definition = _unasked(record, DEFINITION, error)
        yield _attempt(record, ROLE, lambda: _role(account, case, record, list(_submits(case, reference, active))))
        yield definition
        yield _attempt(record, QUEUE, lambda: _queue(account, case, record))
    elif case.target.role or (case.wanted is not None and case.wanted.role):
        yield _attempt(record, ROLE, lambda: _role(account, case, record, list(_does(account, case))))


def _attempt(record: Recorder, name: str, step: Callable[[], Step]) -> Step:
    """Return a step; where AWS does not answer what it asks, it has failed: a check that cannot run has not passed."""
    try:
        return step()
    except ClientError as error:
        return _unasked(record, name, error)


def _unasked(record: Recorder, name: str, error: ClientError) -> Step:
    return record.failed(
        name, words(error), "run this with credentials that may ask, and look at what the target names"
    )


def _once(problems: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(remedy for _, remedy in problems if remedy))


def _described(case: Case) -> str:
    if case.outcome is None:
        return f"{case.target.kind}: {case.target.arn}"
    reference = definitions.parse(case.target.definition)
    revision = "no revision: Batch takes the newest" if reference.revision is None else f"revision {reference.revision}"
    note = ", held there by a rollback" if case.outcome.status == "held" else ""
    return f"{reference.name}, {revision}{note}; queue {case.target.arn}"


def _wrong(case: Case) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a target, each with what to do about it."""
    wanted, target = case.wanted, case.target
    if wanted is not None and wanted.kind != target.kind:
        yield f"it is of the kind {target.kind}, and the specification says {wanted.kind}", case.apply
        return
    if wanted is not None and wanted.job is not None:
        yield from _unlike(case, wanted.job)
    if case.outcome is None or not case.is_moved:
        return
    if case.outcome.status == "stale":
        found = f"it is on revision {case.outcome.before}, and the newest ACTIVE one is {case.outcome.after}"
        yield found, f"make update-eventbridge ENV={case.environment.name}"
    elif case.outcome.status not in _FINE:
        remedy = f"modules/batch-target-sync/README.md says what to do about {case.outcome.kind}"
        yield f"{case.outcome.kind}: {case.outcome.message}", remedy


def _unlike(case: Case, job: Job) -> Iterator[tuple[str, str]]:
    """Yield in what a target differs from the specification."""
    target = case.target
    reference = definitions.parse(target.definition)
    if target.arn != job.queue:
        yield f"it submits to {target.arn}, and the specification says {job.queue}", case.apply
    if reference.name != job.definition:
        yield f"its job definition is {reference.name}, and the specification says {job.definition}", case.apply
    if target.job_name != job.name:
        yield f"it calls its jobs {target.job_name}, and the specification says {job.name}", case.apply
    if not case.is_moved and reference.revision != job.revision:
        pin = "none" if job.revision is None else str(job.revision)
        there = "none" if reference.revision is None else str(reference.revision)
        yield f"it names revision {there}, and the specification says {pin}", case.apply


def _submits(case: Case, reference: definitions.Reference, active: tuple[int, ...]) -> Iterator[Action]:
    """Yield what a target needs to submit its job.

    Batch authorizes the queue and the definition. What it does with one that has no revision is not documented, so it
    has to be allowed both ways. Where a sync moves the target, the next revision has to be allowed before it is there.
    """
    where = case.environment.partition, case.rule.region, case.environment.account
    revisions: list[int | None] = [reference.revision]
    if reference.revision is None:
        revisions += active[:1]
    elif case.is_moved and active:
        revisions.append(active[0] + 1)
    yield Action("batch:SubmitJob", case.target.arn)
    for revision in revisions:
        named = definitions.Reference(reference.name, revision)
        yield Action("batch:SubmitJob", definitions.arn(*where, named))


def _does(account: Account, case: Case) -> Iterator[Action]:
    """Yield what a target of another kind needs its role for."""
    raw = case.target.raw
    if case.target.kind == KINDS["run_task"]:
        arn = raw.get("EcsParameters", {}).get("TaskDefinitionArn", "")
        # ECS finds the newest revision before it authorizes.
        found = account.ecs(case.rule.region).describe_task_definition(taskDefinition=arn)["taskDefinition"]
        yield Action("ecs:RunTask", found["taskDefinitionArn"], {"ecs:cluster": case.target.arn})
    elif case.target.kind == KINDS["bus"]:
        yield Action("events:PutEvents", case.target.arn)


def _role(account: Account, case: Case, record: Recorder, actions: list[Action]) -> Step:
    role, wanted = case.target.role, case.wanted.role if case.wanted is not None else ""
    if wanted and role != wanted:
        return record.failed(ROLE, f"it has {role or 'no role'}, and the specification says {wanted}", case.apply)
    if not role:
        return record.failed(ROLE, "it has no role, so EventBridge may submit nothing", "give the target a role")
    refused = roles.refusals(account.iam(), role, case.rule.arn, actions)
    if refused:
        return record.failed(ROLE, "; ".join(refused), f"{case.apply}, or ask the owner of the role {role}")
    return record.passed(ROLE, f"{role} trusts the rule and may {', '.join(sorted({each.name for each in actions}))}")


def _definition(case: Case, record: Recorder, reference: definitions.Reference, active: tuple[int, ...]) -> Step:
    if not active:
        found = f"job definition {reference.name} has no ACTIVE revision in {case.rule.region}"
        return record.failed(DEFINITION, found, "register one: aws batch register-job-definition")
    if reference.revision is None:
        return record.passed(DEFINITION, f"{reference.name}:{active[0]} is the newest")
    if reference.revision not in active:
        found = f"{reference.name}:{reference.revision} is not ACTIVE; the newest that is: {active[0]}"
        if case.is_moved and active[0] > reference.revision:
            return record.failed(DEFINITION, found, f"make update-eventbridge ENV={case.environment.name}")
        return record.failed(DEFINITION, found, "register a newer revision, or pin one that is ACTIVE")
    return record.passed(DEFINITION, f"{reference.name}:{reference.revision}")


def _queue(account: Account, case: Case, record: Recorder) -> Step:
    arn = case.target.arn
    queues = account.batch(case.rule.region).describe_job_queues(jobQueues=[arn])["jobQueues"]
    if not queues:
        return record.failed(QUEUE, f"there is no job queue {arn}", "make the queue, or mend job_queue_arn")
    state, status = queues[0]["state"], queues[0].get("status", "")
    if state != "ENABLED":
        return record.failed(
            QUEUE, f"{arn} is {state}", f"aws batch update-job-queue --job-queue {arn} --state ENABLED"
        )
    if status and status not in ("VALID", "UPDATING", "CREATING"):
        reason = queues[0].get("statusReason", "")
        return record.failed(QUEUE, f"{arn} is {status}{reason and f': {reason}'}", "mend the queue in Batch")
    return record.passed(QUEUE, " ".join(["ENABLED", status]).strip())
