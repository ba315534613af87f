"""Draws whole specs from the models themselves: a field that somebody adds later is drawn without a change here.

Free text is hostile: what YAML, HCL, Terraform's templates, JSON or a terminal gives a meaning to. Text of a form fits
the form, and is as hostile as the form allows. What a type does not say is said in the tables below; where one is
missing, drawing fails and names the field.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from annotated_types import Ge, Le, MinLen
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel

from generator.checks.calls import SECTIONS
from generator.checks.checking import REFERENCES
from generator.checks.jobs import NOT_IN_A_JOB
from generator.models.alerts import ENDPOINTS, RAW, Alerts
from generator.models.jobs import Job
from generator.models.modules import META_ARGUMENTS, Module
from generator.models.moves import Import
from generator.models.permissions import Topic
from generator.models.schedules import Schedule, time_zones
from generator.models.spec import Defaults, Environment, Key
from generator.models.target_syncs import TargetSelection, TargetSync
from generator.models.workflows import Archive, Notify, Rule, SubmitJob, Target, Workflow
from generator.models.workloads import Task
from generator.output.addresses import label
from generator.specs.loading import NAME
from tests.support.expressions import GOOD

_HCL: Final = (
    '${ %{ $${ %%{ $$${ %%%{ ${var.x} ${local.x} %{~ ~} $ % { } &{x} " \' \\ \\\\ \\" \\n \\u0041 "} "] ` # // /* */ ='
)
_YAML: Final = (
    "--- ... - ? : , [ ] ! !!int &a *a | > @ ~ << null true yes 0x1f 1e3 2030-01-01 12:30:45 {{ }} {% {# #} for a </x>"
)
ATOMS: Final = [
    *_HCL.split(),
    *_YAML.split(),
    *(
        "",
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\n }\n",
        "\n---\n",
        "<<EOT\n",
        "<<-EOT",
        "\nEOT\n",
        "%{ if true }",
    ),
    *(
        ": ",
        " # ",
        "- ",
        ", ",
        '" = "',
        "\t- ",
        "two words",
        "\x00",
        "\x07",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
    ),
    *(
        "\u2029",
        "\u202e",
        "\u200f",
        "\u2066",
        "\ufeff",
        "\u0301",
        "e\u0301",
        "é",
        "\u212b",
        "한",
        "\u1112\u1161\u11ab",
        "日本",
    ),
    *(
        "🦄",
        "👩\u200d👧",
        "\ud7ff",
        "\ue000",
        "\ufdd0",
        "\ufffd",
        "\ufffe",
        "\uffff",
        "\U00010000",
        "\U0010ffff",
        "ﬁ",
        "ß",
        "İ",
    ),
]
ENTRIES: Final = 2  # of each section: one with every field, one with some
WHOLE: Final = frozenset({"workflows"})  # sections whose second entry has every field of what is in it too
LONG: Final = 10_000
LONGEST_DESCRIPTION: Final = 8_000  # the provider refuses a key's description of more than 8192 bytes

_HOSTILE: Final = st.lists(
    st.one_of(st.sampled_from(ATOMS), st.sampled_from(ATOMS), st.characters(codec="utf-8")), max_size=7
).map("".join)
_WORDS: Final = (
    "for",
    "if",
    "in",
    "null",
    "true",
    "false",
    "endif",
    "each",
    "self",
    "count",
    "module",
    "x",
    "a-b",
    "a1",
)
_ESCAPED: Final = "\b\f\n\r\t<>"
_REGIONS: Final = ("us-east-1", "eu-central-1", "ap-southeast-2")  # the provider knows which there are

# What no job's task can have: the second task is the jobs', and the first has all that a task can have.
_NO_JOB: Final = frozenset({*NOT_IN_A_JOB, "launch_types", "operating_system_family"})

_QUEUE: Final = "arn:aws:batch:us-east-1:123456789012:job-queue/"

# Fields that go together, where a model takes one group of them or another.
GROUPS: Final[dict[type[BaseModel], tuple[set[str], ...]]] = {
    Key: ({"arn"}, {"description", "alias", "deletion_window_in_days"}),
    Alerts: ({"topic_arn"}, {"topic_name", "key", "emails", "subscriptions"}),
    Job: (set(Job.model_fields) - {"job_queue_arn"}, set(Job.model_fields) - {"names", "queue"}),
    # A job of the environment is a reference, and leaves queue and definition to it.
    SubmitJob: (set(SubmitJob.model_fields) - {"job"},),
    Module: ({"path"}, {"git", "ref", "directory"}),  # a checkout says where to look, and is no part of the root
    Archive: (
        {"retention_days", "description", "event_pattern"},
        {"retention_days", "description", "event_pattern_json"},
    ),
    Notify: ({"topic"}, {"topic_arn"}),
    Topic: ({"topic"}, {"topic_arn", "kms_key_arns"}),
    Rule: tuple(
        {"name", "description", "enabled", "role_names", "targets", pattern}
        for pattern in ("event_pattern", "event_pattern_json")
    ),
    Target: tuple(
        {*fields, "maximum_event_age_in_seconds", "maximum_retry_attempts"}
        for fields in (
            ("run_task", "role_arn"),
            ("submit_job", "role_arn"),
            ("bus", "role_arn"),
            ("notify", "input"),
            ("queue", "input_path"),
            ("log", "input_transformer"),
        )
    ),
    TargetSelection: (set(TargetSelection.model_fields) - {"workflow"},),
    # The first keeps targets of a workflow; the second has what is said of what is made elsewhere, and no more to draw.
    TargetSync: (
        set(TargetSync.model_fields) - {"role_arns", "topic_arn", "topic_key_arn", "event_bus_name"},
        {"selections", "role_arns", "topic_arn", "topic_key_arn", "event_bus_name"},
    ),
    Workflow: (
        set(Workflow.model_fields) - {"existing_bus_name"},
        set(Workflow.model_fields) - {"bus_name", "publishers"},
    ),
}
# Which groups a map of these has in a workflow by its turn: two workflows show them all, and none is too large to draw.
TURNS: Final[dict[type[BaseModel], tuple[tuple[int, ...], ...]]] = {
    Rule: ((0,), (1,)),
    Target: ((0, 2, 4), (1, 3, 5)),
}
# What must be there when a spec is generated: the test puts it there.
GIVEN: Final[dict[tuple[type[BaseModel], str], str]] = {(Module, "path"): "modules/open", (Import, "to"): ""}
# What an endpoint of each protocol begins with; a number follows.
ENDPOINT: Final = {
    "email": "${x}%{y}\"'\\\\@example.com",
    "email-json": "$${x}&{y}#@example.com",
    "firehose": "arn:aws:firehose:us-east-1:123456789012:deliverystream/a.b_c-",
    "http": "http://example.com/${x}%{y}\"'\\\\",
    "https": "https://example.com:8443?$${x}#",
    "lambda": "arn:aws:lambda:us-east-1:123456789012:function:notices:$LATEST",
    "sms": "+1415555",
    "sqs": "arn:aws:sqs:us-east-1:123456789012:notices_",
}
# What fields of a target sync begin with that have a form, likewise; roles are of the account that is planned in.
OF_SYNC: Final = {
    "role_arns": "arn:aws:iam::867653852961:role/path/",
    "target": "._-",
    "topic_arn": "arn:aws:sns:us-east-1:123456789012:told_",
    "topic_key_arn": "arn:aws:kms:us-east-1:123456789012:key/",
}
# Checks that are neither a pattern nor a choice.
# What AWS allows in a tag can still look like YAML's own words, or like HCL's.
_TAG_TEXTS: Final = [
    "",
    " ",
    " - ",
    "null",
    "true",
    "0x1f",
    "1e3",
    "a: b",
    "- a",
    "@at",
    "= b",
    "2030-01-01",
    "ä ß é",
    ":",
]
CHECKED: Final[dict[str, st.SearchStrategy[str]]] = {
    "_time_zone": st.sampled_from(sorted(time_zones())),
    "_schedule_expression": st.sampled_from(GOOD),
    "_admits": st.sampled_from(["6.1.0", " ~>5.100 ", ">= 5.98,<7.0", "~> 6.0 , != 6.0.1"]),
    "_input_name": st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]*", fullmatch=True).filter(
        lambda name: name not in META_ARGUMENTS
    ),
}


class Spec(dict[str, Any]):
    """A whole spec as data; a failing test names the field, so nobody needs to see all of it."""

    def __repr__(self) -> str:
        """Say how large it is."""
        return f"<a spec of {len(super().__repr__()):,} characters>"


@st.composite
def specs(draw: st.DrawFn, account: str, turn: int = 0) -> Spec:
    """Return a spec as data: at least one task, schedule and key of each kind has every field it can have.

    Of a section that there is once, such as `alerts`, `turn` says which kind it is.
    """
    drawing = Drawing(draw, draw(st.lists(_HOSTILE, min_size=16, max_size=24)), turn)
    spec = drawing.environment()
    return Spec(spec | {"account": account, "region": draw(st.sampled_from(_REGIONS))})


@dataclass
class Drawing:
    """The drawing of one spec. A pool of hostile texts serves all its fields, each with a mark of its own."""

    draw: st.DrawFn
    pool: list[str]
    turn: int
    _marks: int = 0
    _long: int = 0
    _names: dict[str, list[str]] = field(default_factory=dict)
    _formed: set[str] = field(default_factory=set)

    def environment(self) -> dict[str, Any]:
        """Draw an environment, section by section: first the names that others refer to."""
        for section in SECTIONS:
            for _ in range(ENTRIES):
                self._names.setdefault(section, []).append(self._name())
        return self.model(Environment, (), turn=self.turn)

    def model(
        self, kind: type[BaseModel], path: tuple[str, ...], *, full: bool = True, turn: int = 0
    ) -> dict[str, Any]:
        """Draw a map of fields: all of them, or those that are required and some others."""
        groups = GROUPS.get(kind)
        chosen = groups[turn % len(groups)] if groups else set(kind.model_fields)
        drawn: dict[str, Any] = {}
        for name, info in kind.model_fields.items():
            if path == ("tasks", self._names["tasks"][1]) and name in _NO_JOB:
                drawn[name] = None
                continue
            if name not in chosen or not (full or info.is_required() or self.draw(st.booleans())):
                continue
            if not full and not info.is_required() and self.draw(st.integers(0, 9)) == 0:
                drawn[name] = None
                continue
            if (kind, name) in GIVEN:
                drawn[name] = GIVEN[kind, name]
                continue
            annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
            drawn[name] = self.value(annotation, (*path, name), turn=turn)
        return drawn

    def value(self, annotation: Any, path: tuple[str, ...], *, turn: int = 0) -> Any:
        """Draw a value of a type; `turn` counts the entries of a section, so that each kind of entry has its turn."""
        kind, metadata = _unwrapped(annotation)
        special = self._special(kind, path)
        if special is not None:
            return special
        if path == ("pager",):
            turn += 1  # of another kind than `alerts`
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            return self.model(
                kind, path, full=turn == 0 or kind in GROUPS or path[0] in WHOLE or path[0] not in SECTIONS, turn=turn
            )
        match typing.get_origin(kind) or kind:
            case builtin if builtin is str:
                return self._text(metadata, path, turn)
            case builtin if builtin is bool:
                return self.draw(st.booleans())
            case builtin if builtin is int:
                return self._integer(metadata)
            case builtin if builtin is float:
                return self.draw(st.decimals(-(10**6), 10**6, places=self.draw(st.integers(1, 6))).map(float))
            case builtin if builtin is list:
                least = max((each.min_length for each in metadata if isinstance(each, MinLen)), default=1)
                count = self.draw(st.integers(least, least + 2))
                (item,) = typing.get_args(kind)
                turns = [turn + at if item is Topic else turn for at in range(count)]
                return [self.value(item, path, turn=each) for each in turns]
            case builtin if builtin is dict:
                return self._map(kind, path, turn)
            case builtin if builtin is Any:
                return self._anything(3)
        raise NotImplementedError(f"{'.'.join(path)}: no way to draw {annotation}; add one to {__file__}")

    def _special(self, kind: Any, path: tuple[str, ...]) -> Any:
        """Draw what its type says too little of; None for everything else."""
        if path == ("moved",):
            return [self._move(name) for name in self._names["tasks"]]
        if path == ("imports",):
            return [self._import(resource) for resource in ("aws_kms_key", "aws_kms_alias")]
        if path[-1] == "event_pattern":
            return self._pattern("detail_type", "detail-type")
        if path[-1] == "event_pattern_json":
            return json.dumps(self._pattern("detail-type"), ensure_ascii=self.draw(st.booleans()))
        if kind is Defaults:
            sections = {"task": (Task, "tasks"), "schedule": (Schedule, "schedules")}
            # Of a workflow, a target sync and a job only what no group leaves out.
            workflow = {"workflow": {"log_retention_days": self.draw(st.integers(1, 9))}}
            sync = {"target_sync": {"mismatch_minutes": self.draw(st.integers(1, 9))}}
            job = {"job": {"timeout_seconds": self.draw(st.integers(60, 99))}}
            return {field: self._some(*each) for field, each in sections.items()} | workflow | sync | job
        of_jobs = {"task": self._names["tasks"][1], "job_queue_arn": f"{_QUEUE}elsewhere"}
        if path[0] == "jobs" and path[-1] in of_jobs:
            return of_jobs[path[-1]]
        if path[0] == "target_syncs" and path[2:] == ("selections",):
            if path[1] != self._names["target_syncs"][0]:
                return [self.model(TargetSelection, path)]
            return [{"workflow": self._names["workflows"][1]}]  # the one with jobs: see TURNS
        if path in {("account",), ("region",)}:
            return ""  # `specs` says them
        if path[0] == "target_syncs" and path[-1] == "region":
            return self.draw(st.sampled_from(_REGIONS))
        if path[0] == "target_syncs" and path[-1] in OF_SYNC:  # short of choices, as with a subscription
            self._marks += 1
            text = f"{OF_SYNC[path[-1]]}{self._marks}"
            return [text] if path[-1] == "role_arns" else text
        if path == ("dashboard", "enabled") or path[-1] == "synced":
            return True  # or there is no name to see, and nothing for a sync to keep
        return [self._subscription()] if path[-1] == "subscriptions" else None

    def _subscription(self) -> dict[str, Any]:
        """Draw a subscription with all that its protocol can have; an endpoint is as hostile as its form allows.

        ARNs are short of choices: a spec with more of what no text can break would be too large to draw.
        """
        protocol = self.draw(st.sampled_from(sorted(ENDPOINTS)))
        self._marks += 1
        drawn: dict[str, Any] = {
            "protocol": protocol,
            "endpoint": f"{ENDPOINT[protocol]}{self._marks}",
            "filter_policy": {self.text(): {self.text(): [self.text(), {self.text(): 1}]}},
            "dead_letter_queue_arn": f"{ENDPOINT['sqs']}-lost{self._marks}",
        }
        if protocol in RAW:
            drawn["raw_message_delivery"] = self.draw(st.booleans())
        if protocol == "firehose":
            drawn["subscription_role_arn"] = f"arn:aws:iam::123456789012:role/path/{self._marks}"
        return drawn

    def _move(self, task: str) -> dict[str, str]:
        """Draw a move to a call that the root has, from one that it has not; its key is as hostile as keys can be."""
        key = self.draw(st.from_regex(r"[ !#&-\[\]-~]{0,20}", fullmatch=True))
        return {"from": f'module.old_{label(task)}["{key}"]', "to": f"module.task_{label(task)}"}

    def _import(self, resource: str) -> dict[str, str]:
        """Draw an import of what the root has: a key that it makes."""
        made = self._names["keys"][GROUPS[Key].index(next(group for group in GROUPS[Key] if "alias" in group))]
        return self.model(Import, ("imports", resource)) | {"to": f"{resource}.{label(made)}"}

    def _some(self, kind: type[BaseModel], section: str) -> dict[str, Any]:
        """Draw what lies under every workload of a section: never a name, which two would have in common then."""
        drawn = self.model(kind, (section, ""), full=False, turn=1)
        return {
            name: value
            for name, value in drawn.items()
            if value is not None and name not in {"names", "scheduler_alarms"}
        }

    def _map(self, kind: Any, path: tuple[str, ...], turn: int) -> dict[str, Any]:
        value = typing.get_args(kind)[1]
        if len(path) == 1 and path[0] in SECTIONS:
            return {name: self.value(value, (*path, name), turn=turn) for turn, name in enumerate(self._names[path[0]])}
        key = typing.get_args(kind)[0]
        if value in TURNS:
            groups = TURNS[value][turn % 2]
            return {self._key(key, path): self.value(value, path, turn=group) for group in groups}
        return {self._key(key, path): self.value(value, path, turn=turn) for _ in range(self.draw(st.integers(1, 3)))}

    def _key(self, kind: Any, path: tuple[str, ...]) -> str:
        _, metadata = _unwrapped(kind)
        return (
            self._text(metadata, path, 0)
            if path == ("tags",) or any(isinstance(each, AfterValidator) for each in metadata)
            else self.text()
        )

    def _integer(self, metadata: list[Any]) -> int:
        least = max((each.ge for each in metadata if isinstance(each, Ge)), default=-(10**17))
        most = min((each.le for each in metadata if isinstance(each, Le)), default=10**17)
        return int(self.draw(st.integers(int(least), int(most))))

    def _anything(self, depth: int) -> Any:
        match self.draw(st.integers(0, 5 if depth else 3)):
            case 0:
                return self.draw(st.booleans())
            case 1:
                return self.draw(st.integers(-(10**17), 10**17))
            case 4:
                return [self._anything(depth - 1) for _ in range(self.draw(st.integers(0, 3)))]
            case 5:
                return {self.text(): self._anything(depth - 1) for _ in range(self.draw(st.integers(0, 3)))}
            case _:
                return self.text()

    def _pattern(self, *names: str) -> dict[str, Any]:
        """Draw an event pattern that EventBridge takes: texts in the module's own form, or more in any depth.

        Args:
            names: how a detail-type may be called.
        """
        first, second, third = (self.text(60) for _ in range(3))
        if self.draw(st.booleans()):
            name = self.draw(st.sampled_from(names))
            return {"source": [first], name: [second, third]}
        values: list[Any] = [{"prefix": first}, {"numeric": [">", 0.5]}, {"exists": False}, None, True, 7]
        return {"source": [second], "detail": {third: {"deeper": self.draw(st.permutations(values))[:3]}}}

    def _connection(self) -> str:
        """Draw what an input of a component can be connected to; another component could come round in a circle."""
        names = {section: st.sampled_from(names) for section, names in self._names.items()}
        outputs = (("tasks", "family"), ("schedules", "dlq_url"))
        return str(
            self.draw(
                st.one_of(
                    st.sampled_from(("alerts", "pager")),
                    *(names[section].map(f"{section}.{{}}".format) for section in ("keys", "clusters")),
                    *(names[section].map(f"{section}.{{}}.{output}".format) for section, output in outputs),
                )
            )
        )

    def _name(self) -> str:
        taken = {name for names in self._names.values() for name in names}
        names = st.one_of(st.sampled_from(_WORDS), st.from_regex(NAME, fullmatch=True))
        return str(self.draw(names.filter(lambda name: name not in taken)))

    def _text(self, metadata: list[Any], path: tuple[str, ...], turn: int) -> str:
        target = self._target(path)
        if target is not None:
            names = self._names[target]
            return names[turn % len(names)]
        checks = [each.func for each in metadata if isinstance(each, AfterValidator)]
        if path == ("tags",):  # the one place whose texts AWS's rule bounds before any plan
            return self.text(of=_TAG_TEXTS)
        if not checks:
            longest = LONGEST_DESCRIPTION if path[0] == "keys" else None
            return self.text(longest)
        check = checks[-1]
        if check.__name__ == "_connection":
            return self._connection()
        known = CHECKED.get(check.__name__)
        return self.draw(known) if known is not None else self._formed_text(check, path)

    def _target(self, path: tuple[str, ...]) -> str | None:
        """Return the section that a field refers to, by the generator's own table."""
        if path[0] == "workflows" and path[-1] in {"task", "tasks"}:
            return "tasks"
        if path[0] == "workflows" and path[-1] == "cluster":
            return "clusters"
        fields = REFERENCES.get(path[0], {})
        return fields.get(path[-1]) if len(path) == (3 if path[0] in SECTIONS else 2) else None

    def _formed_text(self, check: Any, path: tuple[str, ...]) -> str:
        """Draw text that a check of generator/forms.py accepts: by its pattern, or one of its choices."""
        inside = inspect.getclosurevars(check).nonlocals.values()
        choices = next((each for each in inside if isinstance(each, tuple)), None)
        if choices is not None:
            return str(self.draw(st.sampled_from(choices)))
        pattern = next((each for each in inside if isinstance(each, re.Pattern)), None)
        if pattern is None:
            raise NotImplementedError(f"{'.'.join(path)}: no way to draw what {check} accepts; add it to CHECKED")
        text = str(self.draw(st.from_regex(pattern, fullmatch=True).filter(lambda text: text not in self._formed)))
        for atom in self.draw(st.lists(st.sampled_from(ATOMS), max_size=3)):
            at = self.draw(st.integers(0, len(text)))
            worse = text[:at] + atom + text[at:]
            text = worse if pattern.fullmatch(worse) and worse not in self._formed else text
        self._formed.add(text)
        return text

    def text(self, longest: int | None = None, of: Sequence[str] = ()) -> str:
        """Return a hostile text that is the only one of its kind: two fields that swap their values are noticed."""
        self._marks += 1
        text = self.draw(st.sampled_from(of or self.pool))
        if longest is None and not of and self._long < 2 and self._marks % 40 == 0:
            self._long += 1
            text = (text or "x") * (LONG // len(text or "x") + 1)
        text = text[:longest]
        at = self.draw(st.sampled_from((0, len(text) // 2, len(text))))
        return _encodable(f"{text[:at]}{self._marks}{text[at:]}")


def _encodable(text: str) -> str:
    """Leave out a combining mark after what JSON escapes with a letter at the end.

    Terraform brings what jsonencode() has made into Unicode's form C, mark and letter become one, and it is no JSON any
    more. Only a dashboard notices, whose alarms have such names here and cannot have them in AWS.
    """
    pairs = zip(f" {text}", text, strict=False)
    return "".join(each for before, each in pairs if before not in _ESCAPED or not unicodedata.combining(each))


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type without its optionality, and what it is annotated with."""
    metadata: list[Any] = []
    while True:
        if (value := getattr(annotation, "__value__", None)) is not None:
            annotation = value  # a type alias
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation, *more = typing.get_args(annotation)
            metadata += more
        elif origin in {types.UnionType, typing.Union}:
            parts = [part for part in typing.get_args(annotation) if part is not types.NoneType]
            annotation = parts[-1]  # of `int | float` the wider
        else:
            return annotation, metadata
