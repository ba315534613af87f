"""What is wrong with workflows beyond the form of their values: names of other parts, targets, event patterns.

Each mistake is said at its own line, also deep in a pattern; EventBridge's rules are those of `semantics`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from generator.checks.calls import no_topic, not_there
from generator.errors import Path, Problem, dotted, mismatch, near, shown
from generator.interfaces.constraints import Finding
from generator.models.forms import has_placeholder
from generator.output.workflows import eventbridge
from generator.specs.tree import Items, Leaf, Mapping, find, is_given, plain, section
from semantics import event_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.specs.tree import Node

KINDS: Final = ("run_task", "submit_job", "notify", "log", "queue", "bus")
WITH_ROLE: Final = frozenset({"run_task", "submit_job", "bus"})
INPUTS: Final = ("input", "input_path", "input_transformer")
# What the kinds take of these that do not take all: a task's and a job's input is made of what is overridden.
_TAKEN: Final[dict[str, tuple[str, ...]]] = {"run_task": (), "submit_job": (), "bus": (), "log": INPUTS[2:]}
MOST_TARGETS: Final = 5  # "Amazon EventBridge quotas": targets of a rule
_PATTERNS: Final = ("event_pattern", "event_pattern_json")
# What every event has beside its detail ("Amazon service event metadata"), and the operator that can stand among them.
_EVENT_FIELDS: Final = frozenset(
    {"account", "detail", "detail-type", "id", "region", "replay-name", "resources", "source", "time", "version", "$or"}
)
# Why EventBridge has no use for a role with the other kinds ("Resource-based policies for Amazon EventBridge").
_POLICIES: Final = {
    "notify": "a topic lets EventBridge in by its own policy",
    "log": "a log group lets EventBridge in by the account's CloudWatch Logs resource policy",
    "queue": "a queue lets EventBridge in by its own policy",
}


def wrong_workflows(tree: Mapping) -> Iterator[Finding]:
    """Find what is wrong with the workflows of a merged spec; what is not of the model's form is passed over."""
    for name, node in section(tree, "workflows").items():
        if isinstance(node, Mapping):
            yield from _Workflow(tree, ("workflows", name), node).findings()


class _Workflow:
    """One workflow of a spec."""

    def __init__(self, tree: Mapping, path: Path, node: Mapping) -> None:
        self._tree = tree
        self._path = path
        self._node = node

    def findings(self) -> Iterator[Finding]:
        yield from self._bus()
        archive = self._node.entries.get("archive")
        if isinstance(archive, Mapping):
            yield from _patterns((*self._path, "archive"), archive, required=False)
        for key, publisher in section(self._node, "publishers").items():
            yield from self._publisher((*self._path, "publishers", key), publisher)
        for key, rule in section(self._node, "rules").items():
            if isinstance(rule, Mapping):
                yield from self._rule((*self._path, "rules", key), rule)

    def _bus(self) -> Iterator[Finding]:
        existing = self._node.entries.get("existing_bus_name")
        if existing is None or not is_given(existing):
            return
        for field, reason in (
            ("bus_name", "the one is of a bus that exists, the other of one that is made: give one of the two"),
            ("publishers", "who may put events on a bus that exists is its owner's to say"),
        ):
            if (node := self._node.entries.get(field)) is not None and is_given(node):
                message = f"is given beside existing_bus_name ({existing.source}): {reason}"
                yield Finding((*self._path, field), Problem(node.source, message))

    def _publisher(self, path: Path, node: Node) -> Iterator[Finding]:
        tasks = node.entries.get("tasks") if isinstance(node, Mapping) else None
        for index, task in enumerate(tasks.items if isinstance(tasks, Items) else ()):
            yield from self._reference((*path, "tasks", index), task, "tasks")
        if isinstance(node, Mapping):
            lists = [node.entries.get(field) for field in ("tasks", "principal_arns")]
            if all(each is None or plain(each) in (None, []) for each in lists):
                yield Finding((*path, "tasks"), Problem(node.source, "says nobody: give tasks or principal_arns"))

    def _rule(self, path: Path, rule: Mapping) -> Iterator[Finding]:
        yield from _patterns(path, rule, required=True)
        targets = rule.entries.get("targets")
        if not isinstance(targets, Mapping):
            return
        if not targets.entries:
            message = f"has no target; a rule has 1 to {MOST_TARGETS}"
            yield Finding((*path, "targets"), Problem(targets.source, message))
        for position, (key, target) in enumerate(targets.entries.items(), start=1):
            here = (*path, "targets", key)
            if position > MOST_TARGETS:
                message = f"is target {position} of the rule; EventBridge allows {MOST_TARGETS}: make a second rule"
                yield Finding(here, Problem(target.source, message))
            if isinstance(target, Mapping):
                yield from _target(here, target)
                yield from self._run_task((*here, "run_task"), target.entries.get("run_task"))
                yield from self._notify((*here, "notify"), target.entries.get("notify"))

    def _run_task(self, path: Path, node: Node | None) -> Iterator[Finding]:
        if not isinstance(node, Mapping):
            return
        for field, target in (("task", "tasks"), ("cluster", "clusters")):
            yield from self._reference((*path, field), node.entries.get(field), target)
        if not (is_given(node.entries.get("cluster")) or is_given(self._node.entries.get("cluster"))):
            message = "cluster is missing; give it here, or give the workflow a cluster for all its tasks"
            yield Finding((*path, "cluster"), Problem(node.source, message))

    def _notify(self, path: Path, node: Node | None) -> Iterator[Finding]:
        if not isinstance(node, Mapping):
            return
        topic, arn = (node.entries.get(field) for field in ("topic", "topic_arn"))
        if is_given(topic) == is_given(arn):
            message = "give a topic (alerts or pager of this environment) or a topic_arn (it exists), not both"
            yield Finding((*path, "topic"), Problem(node.source, message))
        if isinstance(topic, Leaf) and (lacking := no_topic(self._tree, topic.value)) is not None:
            yield Finding((*path, "topic"), Problem(topic.source, lacking))

    def _reference(self, path: Path, node: Node | None, target: str) -> Iterator[Finding]:
        if isinstance(node, Leaf) and isinstance(node.value, str):
            lacking = not_there(self._tree, target, node.value)
            if lacking is not None:
                yield Finding(path, Problem(node.source, lacking))


def _target(path: Path, target: Mapping) -> Iterator[Finding]:
    """Check which kind a target is, and what goes with that kind."""
    given = {field: node for field, node in target.entries.items() if is_given(node)}
    first, *others = [field for field in given if field in KINDS] or [""]
    if not first:
        message = f"says not where the event goes: give one of {', '.join(KINDS)}"
        yield Finding(path, Problem(target.source, message))
        return
    for other in others:
        message = f"is given beside {first} ({given[first].source}); a target is one of {', '.join(KINDS)}"
        yield Finding((*path, other), Problem(given[other].source, message))
    if "role_arn" in given and not others and first not in WITH_ROLE:
        message = f"is for {_listed(KINDS, WITH_ROLE)}; EventBridge takes no role for {first}: {_POLICIES[first]}"
        yield Finding((*path, "role_arn"), Problem(given["role_arn"].source, message))
    inputs = [field for field in INPUTS if field in given]
    allowed = _TAKEN.get(first, INPUTS)
    for field in inputs if not others else ():
        if field not in allowed:
            message = f"is for {_listed(KINDS, _takers(field))}; {_INSTEAD[first]}"
            yield Finding((*path, field), Problem(given[field].source, message))
    for field in inputs[1:] if allowed == INPUTS else ():
        message = (
            f"is given beside {inputs[0]} ({given[inputs[0]].source}); EventBridge takes one of {', '.join(INPUTS)}"
        )
        yield Finding((*path, field), Problem(given[field].source, message))


def _takers(field: str) -> set[str]:
    return {kind for kind in KINDS if field in _TAKEN.get(kind, INPUTS)}


_INSTEAD: Final = {
    "run_task": "what a task is told is in command, environment and environment_from_event",
    "submit_job": "what a job is told is in command, environment, environment_from_event, parameters and "
    "parameters_from_event",
    "bus": "another bus is given the event as it is",
    "log": "a log group takes input_transformer only",
}


def _listed(order: Sequence[str], chosen: frozenset[str] | set[str]) -> str:
    *rest, last = [each for each in order if each in chosen]
    return f"{', '.join(rest)} and {last}"


def _patterns(path: Path, node: Mapping, *, required: bool) -> Iterator[Finding]:
    """Check the one event pattern of a rule or an archive, which is given as YAML or as JSON."""
    given = {field: node.entries[field] for field in _PATTERNS if is_given(node.entries.get(field))}
    if len(given) > 1:
        message = f"is given beside event_pattern ({given['event_pattern'].source}): give one of the two"
        yield Finding((*path, "event_pattern_json"), Problem(given["event_pattern_json"].source, message))
    elif not given and required:
        yield Finding(
            (*path, "event_pattern"),
            Problem(node.source, "event_pattern is missing (which events match); or give event_pattern_json"),
        )
    pattern, text = (given.get(field) for field in _PATTERNS)
    if isinstance(pattern, Mapping):
        yield from _yaml_pattern((*path, "event_pattern"), pattern)
    if isinstance(text, Leaf) and isinstance(text.value, str) and not has_placeholder(text.value):
        for message in _json_mistakes(text.value):
            yield Finding((*path, "event_pattern_json"), Problem(text.source, message))


def _yaml_pattern(path: Path, node: Mapping) -> Iterator[Finding]:
    if "detail_type" in node.entries and "detail-type" in node.entries:
        own = node.entries["detail_type"].source
        message = f"is given beside detail-type ({node.entries['detail-type'].source}): the two are one field"
        yield Finding((*path, "detail_type"), Problem(own, message))
        return
    fields = plain(node)
    as_written = {"detail-type": "detail_type"} if "detail_type" in node.entries else {}
    for problem in _pattern_problems(eventbridge(fields) if isinstance(fields, dict) else fields):
        first, *rest = problem.path or ("",)
        inside: Path = (as_written.get(str(first), first), *rest) if problem.path else ()
        found, steps = find(node, inside)
        if not (steps == len(inside) and isinstance(found, Leaf) and has_placeholder(str(found.value))):
            yield Finding((*path, *inside), Problem(found.source, problem.message))


def _pattern_problems(pattern: object) -> Iterator[event_patterns.Problem]:
    """Find what EventBridge refuses, and fields that no event has: it takes those, and the rule never matches."""
    yield from event_patterns.problems(pattern)
    yield from _no_event_fields(pattern, ())


def _no_event_fields(pattern: object, path: tuple[str | int, ...]) -> Iterator[event_patterns.Problem]:
    for field, value in pattern.items() if isinstance(pattern, dict) else ():
        if field not in _EVENT_FIELDS:
            meant = near(field, _EVENT_FIELDS - {"$or"})
            hint = f'; did you mean "{meant}"?' if meant else ": what its publisher says is in detail"
            yield event_patterns.Problem((*path, field), f"no event has a field {shown(field)}{hint}")
        elif field == "$or" and isinstance(value, list):
            for number, branch in enumerate(value):
                yield from _no_event_fields(branch, (*path, field, number))


def _json_mistakes(text: str) -> Iterator[str]:
    if len(text) > event_patterns.MAX_CHARACTERS * 10:  # white space does not count, and so much of it is no pattern
        yield f"has {len(text)} characters; EventBridge allows {event_patterns.MAX_CHARACTERS}"
        return
    try:
        pattern = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"character {error.pos + 1}"
        yield f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at {where} of {shown(text)}"
        return
    except RecursionError:
        yield f"{shown(text)} is nested too deeply"
        return
    if not isinstance(pattern, dict):
        yield mismatch(pattern, "a JSON object")
        return
    for problem in _pattern_problems(pattern):
        yield f"{dotted(problem.path)}: {problem.message}" if problem.path else problem.message
