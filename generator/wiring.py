"""What the calls of our two modules get from the generator and not from a spec's fields.

The one place that says so: emit.py gives these arguments their values, calls.py does not miss them in a spec, and asks
that the module that is really used takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.tree import Leaf, Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.tree import Node

NAMING: Final = ("resource_owner", "billing_entity", "billing_domain", "security_domain", "aws_region_short_code")
FARGATE_ONLY: Final = "assign_public_ip"  # AWS takes it on Fargate only


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the calls of one module are filled in.

    Attributes:
        module: the module's name.
        section: the section of a spec whose entries call it.
        always: arguments that every call gets.
        references: fields that name another part of the spec; the module has no such variables.
        by_field: arguments that a call gets when it has that field.
        by_environment: arguments that a call gets when the environment has that field and the call does not say them.
    """

    module: str
    section: str
    always: tuple[str, ...]
    references: frozenset[str]
    by_field: dict[str, str]
    by_environment: dict[str, tuple[str, ...]]

    @property
    def filled(self) -> frozenset[str]:
        """Every argument that the generator may fill in: none of them is missing in a spec."""
        some = (name for names in self.by_environment.values() for name in names)
        return frozenset((*self.always, *self.by_field.values(), *some))

    @property
    def only_filled(self) -> frozenset[str]:
        """The arguments that no field of a spec has the name of."""
        own = {name for name in self.always if name != "names"}
        return frozenset((*own, *self.by_field.values()))

    def needed(self, environment: Mapping, calls: Iterable[Node]) -> set[str]:
        """Return what the generator will fill in for some calls of an environment."""
        found: set[str] = set()
        for call in calls:
            if isinstance(call, Mapping):
                found.update(self._for_call(environment, call))
        return found

    def _for_call(self, environment: Mapping, call: Mapping) -> Iterator[str]:
        yield from self.always
        yield from (argument for field, argument in self.by_field.items() if _given(call, field))
        for field, arguments in self.by_environment.items():
            if _given(environment, field):
                for argument in arguments:
                    if not _given(call, argument) and (argument != FARGATE_ONLY or _on_fargate(call)):
                        yield argument


TASK: Final = Wiring(
    module="ecs-task",
    section="tasks",
    always=("name", *NAMING),
    references=frozenset({"log_key"}),
    by_field={"log_key": "log_kms_key_arn"},
    by_environment={"alerts": ("failure_topic_arns",)},
)
SCHEDULE: Final = Wiring(
    module="ecs-scheduler",
    section="schedules",
    # The schedule's own name goes into `names`, beside what the spec says there.
    always=("cluster_name", "ecs_cluster_arn", "kms_key_arn", "names", "pass_role_arns", "task_name", *NAMING),
    references=frozenset({"task", "cluster", "key"}),
    by_field={},
    by_environment={
        "alerts": ("dlq_alarm_actions", "dlq_ok_actions"),
        "network": ("trusted_compute_subnets", "security_group_ids", FARGATE_ONLY),
    },
)


def _given(fields: Mapping, name: str) -> bool:
    node = fields.entries.get(name)
    return node is not None and not (isinstance(node, Leaf) and node.value is None)


def _on_fargate(call: Mapping) -> bool:
    """Say whether a schedule may run on Fargate; emit.py knows it exactly, from a spec that is right."""
    launch_type = call.entries.get("launch_type")
    return launch_type is None or (isinstance(launch_type, Leaf) and launch_type.value in {None, "FARGATE"})
