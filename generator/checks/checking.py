"""Checks a merged spec against its model and its own cross-references, and says where each mistake was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ValidationError

from generator.checks.buses import circles
from generator.checks.calls import SECTIONS, check_calls, not_there
from generator.checks.collisions import collisions
from generator.checks.dashboards import oversized
from generator.checks.filters import wrong_filters
from generator.checks.jobs import wrong_jobs
from generator.checks.moves import misplaced
from generator.checks.placeholders import placeholders
from generator.checks.tags import wrong_tags
from generator.checks.target_coverage import uncovered
from generator.checks.target_syncs import wrong_target_syncs
from generator.checks.tasks import wrong_tasks
from generator.checks.whose import Verdict, attributed
from generator.checks.workflows import wrong_workflows
from generator.errors import Path, Problem, Source, SpecError, mismatch, near, nearest, shown
from generator.interfaces.library import Library
from generator.models.fields import fields as fields_at
from generator.models.fields import model_fields, plain_type
from generator.models.forms import COMPLETE, PLACEHOLDER, has_placeholder
from generator.models.jobs import Job
from generator.models.schedules import Schedule
from generator.models.spec import Environment
from generator.models.target_syncs import TargetSync
from generator.models.workflows import Workflow
from generator.models.workloads import Task
from generator.output.workflows import SUBNETS, on_network
from generator.specs.loading import NAME, NAME_RULE, WORKLOADS, Specs
from generator.specs.tree import Leaf, Mapping, find, plain, section, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path as Directory

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from generator.interfaces.constraints import Finding
    from generator.specs.tree import Plain

REFERENCES: Final = {
    "alerts": {"key": "keys"},
    "pager": {"key": "keys"},
    "tasks": {"log_key": "keys"},
    "jobs": {"task": "tasks"},
    "schedules": {"task": "tasks", "cluster": "clusters", "key": "keys"},
    "workflows": {"key": "keys", "cluster": "clusters"},  # what is deeper in them: checks/workflows.py
    "target_syncs": {"event_bus": "workflows"},  # likewise: checks/target_syncs.py
    "components": {"module": "modules"},
}
WANTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map of fields",
    "model_attributes_type": "a map of fields",
}
LIMITS: Final = {
    "greater_than_equal": "too small; {} or more",
    "less_than_equal": "too large; {} or less",
}


def check(tree: Mapping, library: Library, *, complete: bool = False, unread: Sequence[Problem] = ()) -> Environment:
    """Return the environment that a tree describes, or raise everything that is wrong with it.

    Args:
        tree: the merged spec.
        library: the modules of its repository.
        complete: a placeholder is wrong too.
        unread: what could not be read of it: wrong too, but what follows from it is not.
    """
    problems = [*_names(tree), *_defaults(tree), *_references(tree), *wrong_tags(tree), *wrong_filters(tree)]
    calls = [
        *check_calls(tree, library),
        *wrong_workflows(tree),
        *wrong_tasks(tree),
        *wrong_jobs(tree),
        *wrong_target_syncs(tree),
    ]
    environment: Environment | None = None
    try:
        environment = Environment.model_validate(plain(tree), context=COMPLETE if complete else None)
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = set(_misspelt(details))
        problems += [
            _problem(tree, detail) for detail in details if detail["loc"] not in misspelt and not _follows(tree, detail)
        ]
        calls = _unsaid(calls, [detail["loc"] for detail in details])
    problems += [finding.problem for finding in calls]
    if complete:
        problems += _placeholders(tree, {problem.source for problem in problems})
    problems += _whole(tree, environment, library) if not unread else ()
    problems = _elsewhere(problems, unread)
    if environment is None or problems or unread:
        raise SpecError((*problems, *unread))
    return environment


def check_abstract(tree: Mapping) -> list[Problem]:
    """Find what is wrong with a spec that no environment extends, whatever one would add: fields, types and texts."""
    problems = [*_names(tree), *_defaults(tree), *wrong_tags(tree)]
    try:
        Environment.model_validate(plain(tree))
    except ValidationError as error:
        problems += [
            _problem(tree, detail)
            for detail in error.errors(include_url=False)
            if detail["type"] != "missing"
            and not (detail["type"] == "value_error" and isinstance(detail["input"], dict))
        ]
    return problems


def _whole(tree: Mapping, environment: Environment | None, library: Library) -> Iterator[Problem]:
    """Compare the parts of an environment with each other, as far as the model takes them."""
    if environment is not None:
        yield from _networks(tree, environment)
        yield from misplaced(tree, environment, library)
        yield from oversized(tree, environment)
        yield from circles(tree, environment)
        yield from uncovered(tree, environment)
    sound = environment if environment is not None else _sound(tree)
    if sound is not None:
        yield from collisions(tree, sound)


def _sound(tree: Mapping) -> Environment | None:
    """Return an environment without the entries of sections that the model refuses; None when more is wrong."""
    fields = plain(tree)
    try:
        return Environment.model_validate(fields)
    except ValidationError as error:
        wrong = {detail["loc"][:2] for detail in error.errors(include_url=False)}
    parts = {name: section(tree, name) for name in ("keys", *WORKLOADS)}
    if not isinstance(fields, dict) or not all(path[0] in parts and len(path) == 2 for path in wrong):
        return None
    # A schedule has names after its task's family, which is not known of a wrong task.
    gone = {name for group, name in wrong if group == "tasks"}
    for name, node in parts["schedules"].items():
        task = node.entries.get("task") if isinstance(node, Mapping) else None
        if isinstance(task, Leaf) and task.value in gone:
            wrong.add(("schedules", name))
    for group, entries in parts.items():
        fields[group] = {name: plain(node) for name, node in entries.items() if (group, name) not in wrong}
    return _of_form(fields)


def _elsewhere(problems: list[Problem], unread: Sequence[Problem]) -> list[Problem]:
    """Leave out what is said of a place that could not be read, or of its line: it may follow from that."""
    lines = {(each.source.file, each.source.line) for each in unread}
    places = {(each.source.file, each.source.path) for each in unread}
    return [
        each
        for each in problems
        if (each.source.file, each.source.line) not in lines and (each.source.file, each.source.path) not in places
    ]


def _follows(tree: Mapping, detail: ErrorDetails) -> bool:
    """Say whether a model refuses a map as a whole of which something could not be read."""
    node, steps = find(tree, detail["loc"])
    return (
        detail["type"] == "value_error"
        and steps == len(detail["loc"])
        and isinstance(node, Mapping)
        and any(isinstance(each, Leaf) and each.refused for each in node.entries.values())
    )


def of_form(tree: Mapping) -> Environment | None:
    """Return the environment that a tree describes as far as its form goes; None for one that the model refuses."""
    return _of_form(plain(tree))


def _of_form(fields: Plain) -> Environment | None:
    """Return the environment that values describe, likewise."""
    try:
        return Environment.model_validate(fields)
    except ValidationError:
        return None


def _unsaid(findings: list[Finding], said: list[Path]) -> list[Finding]:
    """Leave out findings about what another check has spoken of, or a part of it, or what it is part of."""
    whole = {path for path in said if path}
    around = {path[:length] for path in whole for length in range(len(path))}
    return [
        finding
        for finding in findings
        if finding.path not in around
        and not any(finding.path[:length] in whole for length in range(1, len(finding.path) + 1))
    ]


def require_complete(directory: Directory, only: str | None = None) -> None:
    """Raise everything that is wrong with every environment, or one, and every placeholder that is left."""
    specs = Specs(directory, collect=True)
    library = Library(specs.repository)
    verdicts: list[Verdict] = []
    for name in [only] if only is not None else specs.names():
        files: frozenset[str] = frozenset()
        problems: tuple[Problem, ...] = ()
        try:
            document = specs.read(name)
            if only is None and document.abstract:
                continue
            files = specs.files(document)
            check(specs.environment(document), library, complete=True, unread=specs.unread(document))
        except SpecError as error:
            problems = error.problems
        verdicts.append(Verdict(name, files, problems))
    problems = tuple(attributed(verdicts))
    if problems:
        raise SpecError(problems)


def _names(tree: Mapping) -> Iterator[Problem]:
    for group, kind in SECTIONS.items():
        for name, node in section(tree, group).items():
            if not NAME.fullmatch(name):
                yield Problem(node.source, f"{shown(name)} cannot name a {kind}: {NAME_RULE}")


def _defaults(tree: Mapping) -> Iterator[Problem]:
    """Find unknown fields also where no task, job, schedule, workflow or target sync would show them."""
    models: dict[str, type[BaseModel]] = {
        "task": Task,
        "job": Job,
        "schedule": Schedule,
        "workflow": Workflow,
        "target_sync": TargetSync,
    }
    for kind, model in models.items():
        shared = section(tree, "defaults").get(kind)
        if isinstance(shared, Mapping):
            for name, node in shared.entries.items():
                if name not in model.model_fields:
                    yield Problem(node.source, _unknown(name, dict(model.model_fields)))


def _references(tree: Mapping) -> Iterator[Problem]:
    for group, fields in REFERENCES.items():
        holders = [tree.entries.get(group)] if group in {"alerts", "pager"} else section(tree, group).values()
        for holder in holders:
            if not isinstance(holder, Mapping):
                continue
            for name, target in fields.items():
                node = holder.entries.get(name)
                if not isinstance(node, Leaf) or not isinstance(node.value, str):
                    continue  # absent or of a wrong type: the model says so
                message = not_there(tree, target, node.value)
                if message is not None:
                    yield Problem(node.source, message)


def _placeholders(tree: Mapping, said: set[Source]) -> Iterator[Problem]:
    """Find the placeholders of which no form has said what they stand for."""
    for path, node in placeholders(tree):
        if node.source not in said:
            said.add(node.source)
            about = _about(str(path[-1]), fields_at(path[:-1]))
            value = node.value if isinstance(node, Leaf) else None
            written = value if isinstance(value, str) and has_placeholder(value) else str(path[-1])
            text = (
                f"{PLACEHOLDER} is" if written == PLACEHOLDER else f"{shown(written)} has {PLACEHOLDER} in it, which is"
            )
            yield Problem(node.source, f"{text} a placeholder: give a value{about}")


def _networks(tree: Mapping, environment: Environment) -> Iterator[Problem]:
    for name, schedule in environment.schedules.items():
        if (
            environment.network is None
            and schedule.trusted_compute_subnets is None
            and schedule.launch_type != "EXTERNAL"
        ):
            source = source_of(tree, ("schedules", name))
            gone = tree.removed.get("network")
            where = f", which {gone.source} removes" if gone is not None else ""
            message = f"trusted_compute_subnets is missing; give it here, or give the environment a network{where}"
            yield Problem(source, message)
    for name, workflow in (environment.workflows or {}).items() if environment.network is None else ():
        for rule_key, rule in workflow.rules.items():
            for key, target in rule.targets.items():
                run = target.run_task
                task = environment.tasks.get(run.task) if run is not None else None
                if run is not None and task is not None and run.subnets is None and on_network(task, run):
                    source = source_of(tree, ("workflows", name, "rules", rule_key, "targets", key, "run_task"))
                    message = f"{SUBNETS} is missing; give it here, or give the environment a network"
                    yield Problem(source, message)


def _misspelt(details: list[ErrorDetails]) -> Iterator[Path]:
    """Return the required fields that are there under a name that is nearly theirs: one mistake, not two."""
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *parent, name = detail["loc"]
            meant = near(str(name), fields_at(tuple(parent)))
            if meant is not None and (*parent, meant) in missing:
                yield (*parent, meant)


def _problem(tree: Mapping, error: ErrorDetails) -> Problem:
    path: Path = error["loc"]
    kind = error["type"]
    if kind == "missing":
        return _missing(tree, path)
    source = source_of(tree, path)
    if kind == "extra_forbidden":
        return Problem(source, _unknown(str(path[-1]), fields_at(path[:-1]), top=len(path) == 1))
    return Problem(source, _refusal(error))


def _refusal(error: ErrorDetails) -> str:
    """Say what is wrong with a value in our words; the last line is for what no model of ours can refuse yet."""
    kind, value = error["type"], error["input"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind in WANTED:
        return mismatch(value, WANTED[kind])
    if kind in LIMITS:
        ((_, limit),) = error["ctx"].items()
        return f"{shown(value)} is {LIMITS[kind].format(limit)} is wanted"
    if kind == "too_short" and not value:  # every list that has a least length may be of one item
        return "is an empty list; at least one item is wanted"
    return f"{shown(value)}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _missing(tree: Mapping, path: Path) -> Problem:
    """Say what is missing: where it was removed, if it was, or else where it should be."""
    *parent, name = path
    holder, _ = find(tree, tuple(parent))
    gone = holder.removed.get(str(name)) if isinstance(holder, Mapping) else None
    about = _about(str(name), fields_at(tuple(parent)))
    if gone is not None:
        return Problem(gone.source, f"is missing: removed here{about}")
    return Problem(holder.source, f"{name} is missing{about}")


def _about(name: str, fields: dict[str, FieldInfo]) -> str:
    """Return what a field is for, in brackets, if its description says so."""
    what = (fields[name].description or "").partition(". ")[0].rstrip(".") if name in fields else ""
    if what[1:2].islower():
        what = what[:1].lower() + what[1:]
    return f" ({what})" if what else ""


def _unknown(name: str, fields: dict[str, FieldInfo], *, top: bool = False) -> str:
    inside = [
        f"{outer}.{name}"
        for outer, field in sorted(fields.items())
        if name in model_fields(plain_type(field.annotation))
    ]
    valid = {*fields, "extends", "abstract"} if top else set(fields)
    if not inside:
        return f"{shown(name)} is not a field here{nearest(name, valid)}"
    meant = near(name, valid)
    hints = [f'"{meant}"', *inside] if meant is not None else inside
    return f"{shown(name)} is not a field here; did you mean {' or '.join(hints)}?"
