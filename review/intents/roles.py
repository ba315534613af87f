"""Which intents a role has: by what works with it, and never by its name or by what it may do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from review.intents import execution_role, rule_target, scheduler, sync, task_role
from review.intents.grants import Intent, union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.intents.facts import Facts


def intent_of(facts: Facts, role: str) -> Intent | None:
    """Return what a role is for, all uses together; None if nothing in the plan that is known here works with it.

    Args:
        facts: of the plan.
        role: its ARN.
    """
    found = list(_intents(facts, role))
    return replace(union(found), others=tuple(facts.others_with(role))) if found else None


def _intents(facts: Facts, role: str) -> Iterator[Intent]:
    for schedule in facts.schedules_of(role):
        yield scheduler.intent(facts, schedule)
    for target in facts.targets_of(role):
        yield rule_target.intent(facts, target)
    for definition in facts.definitions_of(role):
        there = facts.at(definition.arn)
        if definition.execution_role == role:
            yield execution_role.intent(there, definition)
        if definition.task_role == role:
            yield task_role.intent(there, definition)
    for job in facts.jobs_of(role):
        there = facts.at(job.arn)
        if job.execution_role == role:
            yield execution_role.intent_of_job(there, job)
        if job.job_role == role:
            yield task_role.intent_of_job(there, job)
    for each in facts.syncs:
        if each.document.role == role:
            yield sync.intent(facts, each)
