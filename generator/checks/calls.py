"""The second check of a spec: every call that it makes, against the variables that the called module really declares.

The module is the one that the root will use: pinned to an old commit, a call is checked against that commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from generator.checks.job_calls import queued
from generator.checks.target_sync_calls import synced
from generator.checks.task_calls import published
from generator.checks.workflow_calls import called
from generator.errors import Problem, nearest, shown
from generator.interfaces.constraints import Finding, names, wanted
from generator.models.modules import Module, connection
from generator.models.spec import Environment
from generator.output.wiring import JOB, SCHEDULE, TARGET_SYNC, TASK, WORKFLOW, Wiring
from generator.specs.tree import Leaf, Mapping, Node, find, is_given, plain, section, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path
    from generator.interfaces.interface import Interface
    from generator.interfaces.library import Library, Source
    from generator.models.modules import Connection

# The sections of a spec whose entries have names, and what one entry is.
SECTIONS: Final = {
    "keys": "key",
    "clusters": "cluster",
    "tasks": "task",
    "jobs": "job",
    "schedules": "schedule",
    "workflows": "workflow",
    "target_syncs": "target sync",
    "modules": "module",
    "components": "component",
}
WIRINGS: Final = {wiring.section: wiring for wiring in (TASK, JOB, SCHEDULE, WORKFLOW, TARGET_SYNC)}
TOPICS: Final = ("alerts", "pager")


def check_calls(tree: Mapping, library: Library) -> list[Finding]:
    """Find every mistake in the calls of a merged spec, also in one that the models refuse.

    What the models refuse as a whole is passed over. A module whose source is not at hand adds a notice to the library.
    """
    check = _Check(tree, library)
    return [*check.modules(), *check.workloads(), *check.components(), *circles(tree)]


def not_there(tree: Mapping, target: str, name: str) -> str | None:
    """Say that a section has no such name; None when it has, or when the section itself is said to be wrong."""
    there = tree.entries.get(target)
    if isinstance(there, Mapping):
        if name in there.entries:
            return None
        gone, hint = there.removed.get(name), nearest(name, there.entries)
    elif is_given(there) or Environment.model_fields[target].is_required():
        return None
    else:
        gone, hint = tree.removed.get(target), ""
    return f"{shown(name)} is not a {SECTIONS[target]}{hint if gone is None else f': removed in {gone.source}'}"


def no_topic(tree: Mapping, label: object) -> str | None:
    """Say that an environment has no topic of a label; None when it has, or when no environment can have it."""
    if label not in TOPICS or is_given(tree.entries.get(str(label))):
        return None
    gone = tree.removed.get(str(label))
    return f"this environment has no {label}{f': removed in {gone.source}' if gone else ''}"


class _Check:
    """One pass over a spec, with the sources of the modules that it uses."""

    def __init__(self, tree: Mapping, library: Library) -> None:
        self._tree = tree
        self._library = library
        self._sources: dict[str, Source | None] = {}
        for name, node in section(tree, "modules").items():
            module = _module(node)
            self._sources[name] = library.source(name, module) if module is not None else None

    def modules(self) -> Iterator[Finding]:
        """Find entries that lead to no module; those that lead nowhere from here become notices."""
        for name, source in self._sources.items():
            if source is None:
                continue
            path: Path = ("modules", name, source.field) if source.field else ("modules", name)
            where = source_of(self._tree, path)
            if source.mistake:
                yield Finding(path, Problem(where, source.mistake))
            elif source.notice:
                self._library.notices.add(Problem(where, source.notice))

    def workloads(self) -> Iterator[Finding]:
        """Check the tasks, the jobs, the schedules, the workflows and the target syncs."""
        for wiring in WIRINGS.values():
            calls = section(self._tree, wiring.section)
            source = self._source(wiring) if calls else None
            if source is None:
                continue
            if source.interface is None:
                if wiring.module not in self._sources:  # ours, and broken: no entry has said so
                    self._library.notices.add(self._about(wiring, source.notice or source.mistake).problem)
                continue
            yield from self._wired(wiring, source, source.interface)
            for name, node in calls.items():
                if isinstance(node, Mapping):
                    # The generator does not pass on what a workload says as null.
                    given = {
                        field: value
                        for field, value in node.entries.items()
                        if field not in wiring.own and is_given(value)
                    }
                    if wiring is WORKFLOW:
                        given = called(given)
                    elif wiring is TARGET_SYNC:
                        given = synced(given)
                    elif wiring is JOB:
                        given = queued(given)
                    elif wiring is TASK:
                        given = published(given)
                    yield from _arguments((wiring.section, name), node, given, source, filled=wiring.filled)

    def components(self) -> Iterator[Finding]:
        """Check the calls of other modules, and what their inputs are connected to."""
        for name, node in section(self._tree, "components").items():
            if not isinstance(node, Mapping):
                continue
            path = ("components", name)
            inputs, connected = (section(node, field) for field in ("inputs", "connect"))
            for argument in sorted(inputs.keys() & connected.keys()):
                message = f"{shown(argument)} is given under inputs too ({inputs[argument].source})"
                yield Finding((*path, "connect", argument), Problem(connected[argument].source, message))
            module = node.entries.get("module")
            called = module.value if isinstance(module, Leaf) else None
            source = self._sources.get(called) if isinstance(called, str) else None
            if source is not None:
                yield from _arguments(path, node, inputs, source, connected=connected)
            for argument, value in connected.items():
                yield from self._connected((*path, "connect", argument), value, argument, source)

    def _source(self, wiring: Wiring) -> Source | None:
        if wiring.module not in self._sources:
            return self._library.source(wiring.module, None)
        return self._sources[wiring.module]

    def _wired(self, wiring: Wiring, source: Source, interface: Interface) -> Iterator[Finding]:
        """Find what the generator fills in or reads, and this source of the module does not declare."""
        calls = section(self._tree, wiring.section)
        lacks = {
            "variable": wiring.needed(self._tree, calls.values()) - interface.variables.keys(),
            "output": wiring.read(self._tree).difference(interface.outputs),
        }
        for kind, names_of_it in lacks.items():
            if names_of_it:
                many = f"{kind}s" if len(names_of_it) > 1 else f"the {kind}"
                use = "fills in" if kind == "variable" else "reads"
                message = (
                    f"{source.label} lacks {many} {', '.join(sorted(names_of_it))}, which the generator {use}; "
                    "give another source"
                )
                yield self._about(wiring, message)

    def _about(self, wiring: Wiring, message: str) -> Finding:
        """Say something of the source of our own module: where the spec decides it, or else where it is called."""
        entry = section(self._tree, "modules").get(wiring.module)
        path: Path = ("modules", wiring.module) if entry is not None else (wiring.section,)
        field = _pin(entry)
        if field:
            path = (*path, field)
        return Finding(path, Problem(source_of(self._tree, path), message))

    def _connected(self, path: Path, node: Node, argument: str, source: Source | None) -> Iterator[Finding]:
        """Find a connection to what is not there, or to what can never fit."""
        to = connection(node.value) if isinstance(node, Leaf) and isinstance(node.value, str) else None
        if to is None or not isinstance(node, Leaf):
            return  # the model says what the forms are
        if to.section in TOPICS:
            lacking = no_topic(self._tree, to.section)
            if lacking is not None:
                yield Finding(path, Problem(node.source, lacking))
                return
        elif to.name not in section(self._tree, to.section):
            lacking = not_there(self._tree, to.section, to.name)
            if lacking is not None:
                yield Finding(path, Problem(node.source, lacking))
            return
        if to.output:
            yield from self._output(path, node, to)
            return
        variable = source.interface.variables.get(argument) if source is not None and source.interface else None
        if source is not None and variable is not None and variable.check(Leaf("an ARN", node.source)):
            message = f"{shown(node.value)} is an ARN, which is text; {wanted(variable.type)} is wanted"
            yield Finding(path, Problem(node.source, f"{message} ({source.label})"))

    def _output(self, path: Path, node: Leaf, to: Connection) -> Iterator[Finding]:
        """Find an output that the module behind a name does not declare."""
        if to.section in WIRINGS:
            source = self._source(WIRINGS[to.section])
        else:
            other, steps = find(self._tree, ("components", to.name, "module"))
            called = other.value if steps == 3 and isinstance(other, Leaf) else None
            source = self._sources.get(called) if isinstance(called, str) else None
        if source is not None and source.interface is not None and to.output not in source.interface.outputs:
            hint = nearest(to.output, source.interface.outputs)
            yield Finding(path, Problem(node.source, f"{source.label} has no output {shown(to.output)}{hint}"))


def circles(tree: Mapping) -> Iterator[Finding]:
    """Find components whose inputs depend on their own outputs, each circle once."""
    needs: dict[str, dict[str, tuple[str, Node]]] = {}
    for name, node in section(tree, "components").items():
        needs[name] = {}
        for argument, value in section(node, "connect").items():
            to = connection(value.value) if isinstance(value, Leaf) and isinstance(value.value, str) else None
            if to is not None and to.section == "components":
                needs[name].setdefault(to.name, (argument, value))
    done: set[str] = set()
    for start in sorted(needs):
        chain: dict[str, None] = {}
        # Without recursion: a chain of components is as long as a spec allows.
        stack = [(start, iter(sorted(needs[start])))] if start not in done else []
        while stack:
            name, rest = stack[-1]
            chain[name] = None
            step = next((other for other in rest if other in needs and other not in done), None)
            if step is None:
                stack.pop()
                done.add(chain.popitem()[0])
            elif step in chain:
                names_in_chain = list(chain)
                circle = " -> ".join((*names_in_chain[names_in_chain.index(step) :], step))
                argument, value = needs[name][step]
                message = f"components are connected in a circle: {circle}"
                yield Finding(("components", name, "connect", argument), Problem(value.source, message))
            else:
                stack.append((step, iter(sorted(needs[step]))))


def module_of(tree: Mapping, name: str) -> Module | None:
    """Return the entry of a module in a spec; None when there is none, or it is wrong in itself."""
    entry = section(tree, "modules").get(name)
    return _module(entry) if entry is not None else None


def _module(node: Node) -> Module | None:
    """Read an entry of `modules`, None when it is wrong in itself, which the model of the spec says."""
    try:
        return Module.model_validate(plain(node))
    except ValidationError:
        return None


def _pin(entry: Node | None) -> str:
    """Return the field that decides which source of a module is used."""
    fields = entry.entries if isinstance(entry, Mapping) else {}
    return next((field for field in ("ref", "path") if field in fields), "")


def _arguments(
    path: Path,
    call: Mapping,
    given: dict[str, Node],
    source: Source,
    *,
    filled: frozenset[str] = frozenset(),
    connected: dict[str, Node] | None = None,
) -> Iterator[Finding]:
    """Compare the arguments of one call with the module's variables.

    Args:
        path: the call's own, in the merged spec.
        call: its node, where what is missing is said.
        given: the arguments that have values, by name.
        source: the module.
        filled: what the generator may fill in.
        connected: for a component, the arguments whose values are known to Terraform only.
    """
    if source.interface is None:
        return
    variables = source.interface.variables
    below: Path = () if connected is None else ("inputs",)
    arguments = {**given, **connected} if connected else given
    for name, node in given.items():
        variable = variables.get(name)
        if variable is None:
            continue
        if not is_given(node):
            if not variable.nullable:
                message = f"is empty, and {source.label} does not take null here (nullable = false)"
                yield Finding((*path, *below, name), Problem(node.source, message))
            continue
        for deeper, problem in variable.check(node):
            message = f"{problem.message} ({source.label})"
            yield Finding((*path, *below, name, *deeper), Problem(problem.source, message))
    required = source.interface.required - filled
    if arguments.keys() <= variables.keys() and required <= arguments.keys():
        return
    unknown, missing = names(arguments, variables, required)
    for name in unknown:
        message = f"{shown(name)} is not a field here: {source.label} does not take it"
        hint = nearest(name, variables.keys() - filled)
        inside: Path = ("connect",) if connected and name in connected else below
        yield Finding((*path, *inside, name), Problem(arguments[name].source, message + hint))
    fields = ("inputs", "connect") if connected is not None else ()
    inner = [call.entries.get(field) for field in fields] if fields else [call]
    holders = [node for node in inner if isinstance(node, Mapping)]
    for name in sorted(missing):
        what = shown(variables[name].summary, quote=False)
        about = f" ({what})" if what else ""
        gone = next((node.removed[name] for node in holders if name in node.removed), None)
        if gone is not None:
            message = f"is missing: removed here, and {source.label} needs it{about}"
            yield Finding((*path, name), Problem(gone.source, message))
        else:
            message = f"{name} is missing: {source.label} needs it{about}"
            yield Finding((*path, name), Problem(call.source, message))
