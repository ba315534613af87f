"""From a plan to what it changes, the most dangerous first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.changes.comparing import differences
from review.changes.lessening import loss_of_some
from review.changes.losses import loss_of_all, was, will_be
from review.changes.model import Change, Changes, Effect
from review.changes.wording import written
from review.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.losses import Loss
    from review.plan import Plan, Resource

# What each `action_reason` of Terraform means: "JSON Output Format", "Change Representation".
_REASONS: Final = {
    "replace_because_tainted": "it is tainted: it was not made to its end, or a person said so",
    "replace_because_cannot_update": "this cannot be changed in place",
    "replace_by_request": "a person asked for it (-replace)",
    "replace_by_triggers": "what it names in replace_triggered_by changes",
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_wrong_repetition": "its key does not fit the count or for_each that it has now",
    "delete_because_count_index": "its index is beyond the count that it has now",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_move_target": "it was moved to an address that is not in the configuration",
}
# Old revisions of these stay for what still runs; the new one is there at once.
_HARMLESS: Final = frozenset({"aws_ecs_task_definition"})


def read(plan: Plan) -> Changes:
    """Return what a plan changes: destroys and replacements first, and of these first what loses data.

    Args:
        plan: with all that it manages; data sources and what stays as it is are no changes.
    """
    found = [_change(plan, each, effect) for each in plan.resources if (effect := _effect(each)) is not None]
    order = list(Effect)
    found.sort(key=lambda pair: (order.index(pair[0].effect), _weight(pair[1])))
    findings = [*_incomplete(plan), *(finding for change, lost in found for finding in _findings(change, lost))]
    return Changes(tuple(change for change, _ in found), tuple(findings))


def _effect(resource: Resource) -> Effect | None:
    actions = set(resource.actions)
    if {"create", "delete"} <= actions or {"create", "forget"} <= actions:
        return Effect.REPLACE
    for action, effect in (
        ("delete", Effect.DESTROY),
        ("forget", Effect.FORGET),
        ("update", Effect.UPDATE),
        ("create", Effect.CREATE),
    ):
        if action in actions:
            return effect
    if resource.importing:
        return Effect.IMPORT
    return Effect.MOVE if resource.previous_address else None


def _change(plan: Plan, resource: Resource, effect: Effect) -> tuple[Change, Loss | None]:
    if effect is Effect.UPDATE:
        lost = loss_of_some(resource.type, was(resource), will_be(resource))
    else:
        lost = loss_of_all(plan, resource, effect)
    compared = effect in {Effect.UPDATE, Effect.REPLACE}
    change = Change(
        address=resource.address,
        type=resource.type,
        effect=effect,
        forced_by=tuple(dict.fromkeys(written(path) for path in resource.forced_by)),
        reason=_reason(resource),
        loses=f"{lost.text}." if lost is not None else "",
        differences=differences(resource) if compared else (),
        moved_from=resource.previous_address,
        importing=resource.importing,
    )
    return change, lost


def _reason(resource: Resource) -> str:
    if resource.deposed:
        return f"a replacement that did not come to its end left it behind (deposed object {resource.deposed})"
    return _REASONS.get(resource.reason, resource.reason)


def _weight(lost: Loss | None) -> int:
    return 2 if lost is None else 0 if lost.is_data else 1


def _incomplete(plan: Plan) -> Iterator[Finding]:
    if plan.errored:
        yield Finding(
            "change/incomplete",
            Severity.FAIL,
            "The plan is not complete: planning ended with an error, so more may change than is here",
            advice="Mend the error that terraform plan printed, and plan again.",
        )


def _findings(change: Change, lost: Loss | None) -> Iterator[Finding]:
    done = {Effect.DESTROY: "destroyed", Effect.REPLACE: "replaced", Effect.UPDATE: "changed"}.get(change.effect, "")
    why = _why(change)
    if lost is not None:
        yield Finding(
            "change/deletes-data" if lost.is_data else "change/stops",
            Severity.WARN,
            lost.text,
            change.address,
            f"It is {done}: {why}" if why else f"It is {done}",
            "Save what is still needed first, or keep the resource." if lost.is_data else "Be sure that this is meant.",
        )
    elif change.effect is Effect.REPLACE and change.type not in _HARMLESS:
        title = f"{change.address} is destroyed and made anew"
        yield Finding("change/replaces", Severity.NOTE, title, change.address, why)
    elif change.effect is Effect.FORGET:
        title = f"Terraform forgets {change.address}: it stays in the account, and nothing manages it any more"
        yield Finding(
            "change/forgets", Severity.NOTE, title, change.address, advice="Import it where it is to be managed."
        )


def _why(change: Change) -> str:
    return ": ".join(part for part in (", ".join(change.forced_by), change.reason) if part)
