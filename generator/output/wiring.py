"""What the calls of our five modules get from the generator and not from a spec's fields.

The one place that says so: emit.py gives these arguments their values, calls.py does not miss them in a spec, and asks
that the module that is really used takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.output import jobs
from generator.specs.tree import Items, Leaf, Mapping, is_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from generator.specs.tree import Node

NAMING: Final = ("resource_owner", "billing_entity", "billing_domain", "security_domain", "aws_region_short_code")
NETWORK: Final = ("trusted_compute_subnets", "security_group_ids", "assign_public_ip")


ONLY_SUBNETS: Final = NETWORK[:1]


def network_arguments(launch_type: str | None, capacity_providers: Sequence[str]) -> tuple[str, ...]:
    """Return what a schedule takes from a network; on EXTERNAL that is an empty list of subnets."""
    if launch_type == "EXTERNAL":
        return ONLY_SUBNETS
    if capacity_providers:
        on_fargate = all(provider.startswith("FARGATE") for provider in capacity_providers)
    else:
        on_fargate = launch_type in {None, "FARGATE"}
    return NETWORK if on_fargate else NETWORK[:2]  # AWS takes a public IP address on Fargate only


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the calls of one module are filled in.

    Attributes:
        module: the module's name.
        section: the section of a spec whose entries call it.
        always: arguments that every call gets.
        own: fields that the module has no variables for: they name another part of the spec, or are for a review.
        by_field: arguments that a call gets when it has that field.
        by_reference: arguments that a call gets when an entry that it names has them and the call does not say them:
            the field that names it, its section, and the arguments.
        by_environment: arguments that a call gets when the environment has that field and the call does not say them.
        network: a call gets `network_arguments`, from the environment's network.
        outputs: what the root reads of its calls, by the field of an environment that makes it do so.
        unused: variables that no spec gives, since it has another way to say the same.
        also_given: arguments that are filled in, and that a spec gives too, by their names.
    """

    module: str
    section: str
    always: tuple[str, ...]
    own: frozenset[str]
    by_field: dict[str, str]
    by_environment: dict[str, tuple[str, ...]]
    network: bool
    outputs: dict[str, tuple[str, ...]]
    unused: frozenset[str] = frozenset()
    by_reference: tuple[str, str, frozenset[str]] = ("", "", frozenset())
    also_given: frozenset[str] = frozenset()

    @property
    def filled(self) -> frozenset[str]:
        """Every argument that the generator may fill in: none of them is missing in a spec."""
        some = (name for names in self.by_environment.values() for name in names)
        network = NETWORK if self.network else ()
        return frozenset((*self.always, *self.by_field.values(), *some, *self.by_reference[2], *network))

    @property
    def only_filled(self) -> frozenset[str]:
        """The variables that no field of a spec gives a value by their names."""
        return frozenset((*self.always, *self.by_field.values(), *self.unused)) - self.also_given

    def needed(self, environment: Mapping, calls: Iterable[Node]) -> set[str]:
        """Return what the generator will fill in for some calls of an environment."""
        found: set[str] = set()
        for call in calls:
            if isinstance(call, Mapping):
                found.update(self._for_call(environment, call))
        return found

    def read(self, environment: Mapping) -> set[str]:
        """Return the outputs that an environment's root reads."""
        return {name for field, names in self.outputs.items() if _given(environment, field) for name in names}

    def _for_call(self, environment: Mapping, call: Mapping) -> Iterator[str]:
        yield from self.always
        yield from (argument for field, argument in self.by_field.items() if _given(call, field))
        yield from self._of_reference(environment, call)
        for field, arguments in self.by_environment.items():
            if _given(environment, field) and not _is_false(environment, field):
                yield from (argument for argument in arguments if not _given(call, argument))
        if self.network:
            taken = network_arguments(_text(call.entries.get("launch_type")), _capacity_providers(call))
            if _given(environment, "network") or taken == ONLY_SUBNETS:
                yield from (argument for argument in taken if not _given(call, argument))

    def _of_reference(self, environment: Mapping, call: Mapping) -> Iterator[str]:
        field, named_in, arguments = self.by_reference
        name = _text(call.entries.get(field))
        named = environment.entries.get(named_in)
        entry = named.entries.get(name) if isinstance(named, Mapping) and name is not None else None
        if isinstance(entry, Mapping):
            yield from (each for each in arguments if _given(entry, each) and not _given(call, each))


TASK: Final = Wiring(
    module="ecs-task",
    section="tasks",
    always=("name", *NAMING),
    own=frozenset({"environment_topics", "log_key", "typical_minutes"}),
    by_field={"log_key": "log_kms_key_arn"},
    by_environment={"alerts": ("failure_topic_arns",), "deletion_protection": ("keep_log_group",)},
    network=False,
    outputs={
        "tasks": ("log_group_name", "task_definition_arn"),
        "jobs": tuple(jobs.OUTPUTS.values()),
        "schedules": ("family", "role_arns"),
        "workflows": ("container_name", "role_arns", "task_role_arn"),
        "alerts": ("failure_rule_arn",),
        "pager": ("failure_rule_arn",),  # of a task that names it itself
    },
)
JOB: Final = Wiring(
    module="batch-job",
    section="jobs",
    always=("name", "image", "cpu", "memory", *jobs.OUTPUTS, *NAMING),
    own=frozenset({"task", "job_queue_arn"}),
    by_field={},
    by_environment={"alerts": ("failure_topic_arns",), "network": ("assign_public_ip",)},
    network=False,  # the queue has one
    outputs={
        "jobs": ("job_definition_arn", "job_queue_arn"),
        "alerts": ("failure_rule_arn",),
        "pager": ("failure_rule_arn",),
    },
    unused=frozenset(jobs.OF_THE_TASK) - {"image"},
    by_reference=("task", "tasks", frozenset((*jobs.ITS_OWN, *jobs.OF_THE_TASK))),
    also_given=frozenset({"cpu", "memory"}),
)
SCHEDULE: Final = Wiring(
    module="ecs-scheduler",
    section="schedules",
    # The schedule's own name goes into `names`, beside what the spec says there.
    always=("cluster_name", "ecs_cluster_arn", "kms_key_arn", "names", "pass_role_arns", "task_name", *NAMING),
    own=frozenset({"task", "cluster", "key"}),
    by_field={},
    by_environment=dict.fromkeys(("alerts", "pager"), ("dlq_alarm_actions", "dlq_ok_actions")),
    network=True,
    outputs={"schedules": ("dlq_name", "dlq_url", "schedule_arn", "schedule_group_name")},
    also_given=frozenset({"names"}),
)
WORKFLOW: Final = Wiring(
    module="workflow-bus",
    section="workflows",
    always=("name", *NAMING),
    own=frozenset({"key", "cluster"}),
    by_field={"key": "key"},  # the spec has its name in `keys`, the module an object with its ARN
    by_environment={
        **dict.fromkeys(("alerts", "pager"), ("alarm_actions", "ok_actions")),
        "deletion_protection": ("keep_log_groups",),
    },
    network=False,  # each target that runs a task gets one, within `rules`
    outputs={
        "workflows": (
            "bus_arn",
            "bus_name",
            "dlq_name",
            "dlq_url",
            "key_policy_statements",
            "queue_policy_statements",
            "rule_arns",
            "rule_names",
            "topic_policy_statements",
        ),
        "target_syncs": ("synced_targets", "target_role_arns"),
    },
    unused=frozenset({"create_key"}),  # a key that the root makes is one of `keys`
)
TARGET_SYNC: Final = Wiring(
    module="batch-target-sync",
    section="target_syncs",
    always=("name", "target_role_arns", *NAMING),
    own=frozenset({"event_bus", "role_arns", "topic", "topic_arn", "topic_key_arn"}),
    by_field={"event_bus": "event_bus_name", "topic": "topic", "topic_arn": "topic"},  # the module's is an object
    by_environment=dict.fromkeys(("alerts", "pager"), ("alarm_actions", "ok_actions")),
    network=False,
    outputs={"target_syncs": ("document_name", "metric_dimensions")},
    also_given=frozenset({"event_bus_name"}),
)


def _given(fields: Mapping, name: str) -> bool:
    return is_given(fields.entries.get(name))


def _is_false(fields: Mapping, name: str) -> bool:
    node = fields.entries.get(name)
    return isinstance(node, Leaf) and node.value is False


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Leaf) and isinstance(node.value, str) else None


def _capacity_providers(call: Mapping) -> list[str]:
    strategies = call.entries.get("capacity_provider_strategies")
    items = strategies.items if isinstance(strategies, Items) else ()
    names = (_text(item.entries.get("capacity_provider")) for item in items if isinstance(item, Mapping))
    return [name for name in names if name is not None]
