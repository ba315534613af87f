"""What is wrong with target syncs beyond the form of their values: what a selection means, and who is told.

What several of them mean together, and what none of them does: checks/target_coverage.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.checks.calls import no_topic, not_there
from generator.errors import Path, Problem, nearest, shown
from generator.interfaces.constraints import Finding
from generator.specs.tree import Items, Leaf, Mapping, find, is_given, plain, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.specs.tree import Node

# What only a selection of what is made elsewhere says, and who says it of a workflow's targets.
_OF_A_BUS: Final = {
    "job_definition": "each target of a workflow says its own",
    "region": "a workflow is in the environment's own",
}
_SYNCED: Final = "submit_job.synced: true"


def wrong_target_syncs(tree: Mapping) -> Iterator[Finding]:
    """Find what is wrong with the target syncs of a merged spec; what is not of the model's form is passed over."""
    for name, node in section(tree, "target_syncs").items():
        if isinstance(node, Mapping):
            yield from _TargetSync(tree, ("target_syncs", name), node).findings()
    for workflow, node in section(tree, "workflows").items():
        for rule, rule_node in section(node, "rules").items():
            for target, target_node in section(rule_node, "targets").items():
                path = ("workflows", workflow, "rules", rule, "targets", target)
                yield from _unpinned(path, target_node)


def _unpinned(path: Path, target: Node) -> Iterator[Finding]:
    """Find a target that is to move to newer revisions, and does not say with which it begins."""
    job = section(target, "submit_job")
    if _is_true(job.get("synced")) and not is_given(job.get("revision")):
        message = (
            "revision is missing: a synced target is made with one, and then its sync moves it; without `synced` and a "
            "revision Batch takes the newest ACTIVE one at each event"
        )
        yield Finding((*path, "submit_job", "revision"), Problem(job["synced"].source, message))


class _TargetSync:
    """One target sync of a spec."""

    def __init__(self, tree: Mapping, path: Path, node: Mapping) -> None:
        self._tree = tree
        self._path = path
        self._node = node

    def findings(self) -> Iterator[Finding]:
        given = self._node.entries.get("selections")
        items = given.items if isinstance(given, Items) else ()
        maps = [item for item in items if isinstance(item, Mapping)]
        for index, item in enumerate(items):
            if isinstance(item, Mapping):
                yield from self._selection((*self._path, "selections", index), item)
        if maps and all(_is_of_bus(item) != _is_of_workflow(item) for item in maps):
            yield from self._roles(next(filter(_is_of_bus, maps), None))
        yield from self._told()

    def _selection(self, path: Path, node: Mapping) -> Iterator[Finding]:
        given = {field: value for field, value in node.entries.items() if is_given(value)}
        if _is_of_workflow(node) == _is_of_bus(node):
            message = (
                "give a workflow (of this environment) or a bus (whose rules are made elsewhere; default is the "
                "account's own), one of the two"
            )
            yield Finding(path, Problem(node.source, message))
            return
        if "target" in given and "rule" not in given:
            message = "is given without a rule: a target's id is unique in its rule only"
            yield Finding((*path, "target"), Problem(given["target"].source, message))
            return
        if "workflow" not in given:
            return
        for field, reason in _OF_A_BUS.items():
            if field in given:
                message = f"is for a bus whose rules are made elsewhere: {reason}"
                yield Finding((*path, field), Problem(given[field].source, message))
        yield from self._of_workflow(path, node, given)

    def _of_workflow(self, path: Path, node: Mapping, given: dict[str, Node]) -> Iterator[Finding]:
        """Follow the keys of a selection into its workflow, as far as there is something."""
        workflow, rule, target = (_text(given.get(field)) for field in ("workflow", "rule", "target"))
        if workflow is None:
            return  # of a wrong type: the model says so
        if (lacking := not_there(self._tree, "workflows", workflow)) is not None:
            yield Finding((*path, "workflow"), Problem(given["workflow"].source, lacking))
            return
        rules = section(find(self._tree, ("workflows", workflow))[0], "rules")
        if rule is not None and rule not in rules:
            message = f"{shown(rule)} is not a rule of workflows.{workflow}{nearest(rule, rules)}"
            yield Finding((*path, "rule"), Problem(given["rule"].source, message))
            return
        targets = {
            f"{rule_key}.targets.{key}": each
            for rule_key, its in rules.items()
            if rule in {None, rule_key}
            for key, each in section(its, "targets").items()
            if target is None or key == target
        }
        where = f"workflows.{workflow}" + ("" if rule is None else f".rules.{rule}")
        if target is not None and not targets:
            message = f"{shown(target)} is not a target of {where}"
            hint = nearest(target, section(rules[str(rule)], "targets"))
            yield Finding((*path, "target"), Problem(given["target"].source, f"{message}{hint}"))
            return
        jobs = {key: section(each, "submit_job") for key, each in targets.items() if _submits(each)}
        if not jobs:
            nothing = "has no target that submits" if target is None else f"has a target {target} that submits no"
            message = f"{where} {nothing} jobs: only of a job definition there are revisions to keep a target on"
            last = "target" if target is not None else "rule" if rule is not None else "workflow"
            yield Finding((*path, last), Problem(given[last].source, message))
        elif not any(_is_true(job.get("synced")) for job in jobs.values()):
            first, *more = [f"workflows.{workflow}.rules.{key}" for key in jobs]
            which = f"{first} is not synced" if not more else f"none of {', '.join((first, *more))} is synced"
            message = f"means no target: {which}; say {_SYNCED} and a revision there"
            yield Finding(path, Problem(node.source, message))

    def _roles(self, elsewhere: Mapping | None) -> Iterator[Finding]:
        given = self._node.entries.get("role_arns")
        if elsewhere is not None and (given is None or plain(given) in (None, [])):
            message = (
                "role_arns is missing: changing a target passes its role on to EventBridge again, and of targets that "
                "are made elsewhere only their owner knows the roles"
            )
            yield Finding((*self._path, "role_arns"), Problem(elsewhere.source, message))
        elif elsewhere is None and given is not None and is_given(given):
            message = (
                "is for targets that are made elsewhere, and no selection has a bus: the roles of a workflow's targets "
                "are filled in"
            )
            yield Finding((*self._path, "role_arns"), Problem(given.source, message))

    def _told(self) -> Iterator[Finding]:
        given = {field: node for field, node in self._node.entries.items() if is_given(node)}
        for one, other in (("topic", "topic_arn"), ("event_bus", "event_bus_name")):
            if one in given and other in given:
                message = f"is given beside {one} ({given[one].source}): give one of the two"
                yield Finding((*self._path, other), Problem(given[other].source, message))
        topic = _text(given.get("topic"))
        if topic is not None and (lacking := no_topic(self._tree, topic)) is not None:
            yield Finding((*self._path, "topic"), Problem(given["topic"].source, lacking))
        if "topic_key_arn" not in given:
            return
        where = given["topic_key_arn"].source
        if "topic" not in given and "topic_arn" not in given:
            message = "is the key of a topic, and nobody is told: give a topic or a topic_arn"
            yield Finding((*self._path, "topic_key_arn"), Problem(where, message))
        elif topic is not None and is_given(section(self._tree, topic).get("topic_name")):
            message = f"is for a topic that is made elsewhere: the root makes {topic}, and its key is {topic}.key"
            yield Finding((*self._path, "topic_key_arn"), Problem(where, message))


def _is_of_workflow(selection: Mapping) -> bool:
    return is_given(selection.entries.get("workflow"))


def _is_of_bus(selection: Mapping) -> bool:
    return is_given(selection.entries.get("bus"))


def _submits(target: Node) -> bool:
    return isinstance(target, Mapping) and isinstance(target.entries.get("submit_job"), Mapping)


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Leaf) and isinstance(node.value, str) else None


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Leaf) and node.value is True
