"""Finds targets that two syncs would move, or none, or that Terraform moves back, and roles that no sync can pass on.

What a selection covers is compared by the names that AWS has, since one of a bus can mean what a workflow makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from generator.errors import Path, Problem, dotted, shown
from generator.models.forms import has_placeholder
from generator.output.jobs import definition_name
from generator.output.standard import bus_name, rule_name
from generator.output.target_syncs import JobTarget, job_targets, kept, meant
from generator.specs.tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.models.spec import Environment
    from generator.models.target_syncs import TargetSelection
    from generator.specs.tree import Mapping

    Selected = Sequence[tuple[Path, TargetSelection]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a selection covers in AWS; None is any."""

    region: str
    bus: str
    rule: str | None
    target: str | None
    job_definition: str | None

    def meets(self, other: Coverage) -> bool:
        """Whether there can be a target that both cover."""
        pairs = (
            (self.rule, other.rule),
            (self.target, other.target),
            (self.job_definition, other.job_definition),
        )
        same = (self.region, self.bus) == (other.region, other.bus) and not has_placeholder(self.bus)
        return same and all(one == another or None in {one, another} for one, another in pairs)


def uncovered(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Compare what all target syncs of an environment cover; nothing while a selection leads nowhere."""
    yield from _foreign_roles(tree, spec)
    selected = [
        (("target_syncs", name, "selections", index), selection)
        for name, sync in sorted((spec.target_syncs or {}).items())
        for index, selection in enumerate(sync.selections)
    ]
    if any(selection.workflow is not None and not meant(spec, selection) for _, selection in selected):
        return
    yield from _twice(tree, spec, selected)
    yield from _fought_over(tree, spec, selected)
    yield from _left_behind(tree, spec)


def _foreign_roles(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Find roles of other accounts: a target's role is of its rule's account, and IAM passes no other one."""
    for name, sync in sorted((spec.target_syncs or {}).items()):
        for index, arn in enumerate(sync.role_arns or ()):
            if has_placeholder(arn) or has_placeholder(spec.account) or arn.split(":")[4] == spec.account:
                continue
            message = (
                f"{shown(arn)} is not of this environment's account, {spec.account}: a target's role is of the account "
                "of its rule, and IAM passes no role of another one"
            )
            yield Problem(source_of(tree, ("target_syncs", name, "role_arns", index)), message)


def _twice(tree: Mapping, spec: Environment, selected: Selected) -> Iterator[Problem]:
    """Find what two syncs would move: each would find the other's work."""
    for (first, one), (second, other) in combinations(selected, 2):
        if first[1] == second[1]:
            continue
        theirs = {each.path for each in meant(spec, one)}
        both = [each for each in meant(spec, other) if each.path in theirs]
        where = f"{dotted(first)} ({source_of(tree, first)})"
        if both:
            message = f"means {dotted(both[0].path)}, as {where} does: a target is kept by one target sync"
            yield Problem(source_of(tree, second), message)
        elif one.bus is not None and other.bus is not None and _of_bus(spec, one).meets(_of_bus(spec, other)):
            message = f"can mean targets that {where} means too: a target is kept by one target sync"
            yield Problem(source_of(tree, second), message)


def _fought_over(tree: Mapping, spec: Environment, selected: Selected) -> Iterator[Problem]:
    """Find pinned targets of the environment that a selection of a bus means: they are the workflow's to say."""
    for path, selection in selected:
        if selection.bus is None:
            continue
        own = {each.path for each in kept(spec, (spec.target_syncs or {})[str(path[1])])}
        for each in job_targets(spec):
            if each.is_pinned and each.path not in own and _of_bus(spec, selection).meets(_of_target(spec, each)):
                message = (
                    f"means {dotted(each.path)} too, which is made here: let a selection say workflow: "
                    f"{each.workflow}, and the target submit_job.synced: true, or Terraform moves it back"
                )
                yield Problem(source_of(tree, path), message)


def _left_behind(tree: Mapping, spec: Environment) -> Iterator[Problem]:
    """Find synced targets that no sync keeps: Terraform leaves their revision alone, and so would everybody."""
    found = {each.path for sync in (spec.target_syncs or {}).values() for each in kept(spec, sync)}
    for each in job_targets(spec):
        if each.job.synced and each.path not in found:
            message = (
                f"nothing would move this target: add workflow: {each.workflow} to the selections of one of "
                "target_syncs, or leave synced out"
            )
            yield Problem(source_of(tree, (*each.path, "submit_job", "synced")), message)


def _of_bus(spec: Environment, selection: TargetSelection) -> Coverage:
    return Coverage(
        selection.region or spec.region,
        selection.bus or "",
        selection.rule,
        selection.target,
        selection.job_definition,
    )


def _of_target(spec: Environment, each: JobTarget) -> Coverage:
    rule = (spec.workflows or {})[each.workflow].rules[each.rule]
    bus = bus_name(spec, each.workflow)
    return Coverage(spec.region, bus, rule_name(each.rule, rule), each.target, definition_name(spec, each.job))
