"""Gives every value that only the apply will know a name, or what can be built of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from review.plan import identity
from review.plan.configuration import Configuration, Source, without_indices
from review.plan.model import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from review.plan.identity import Place
    from review.plan.model import Path
    from review.plan.raw import Raw

# Of what a policy's actions are about, by the service's prefix; and what an attribute names, by a part of its name.
_TYPES_OF_SERVICES: Final = {
    "batch": {"aws_batch_job_queue", "aws_batch_job_definition"},
    "ecs": {"aws_ecs_cluster", "aws_ecs_task_definition"},
    "events": {"aws_cloudwatch_event_bus", "aws_cloudwatch_event_rule"},
    "iam": {"aws_iam_role"},
    "kms": {"aws_kms_key"},
    "lambda": {"aws_lambda_function"},
    "logs": {"aws_cloudwatch_log_group"},
    "s3": {"aws_s3_bucket"},
    "secretsmanager": {"aws_secretsmanager_secret"},
    "sns": {"aws_sns_topic"},
    "sqs": {"aws_sqs_queue"},
    "ssm": {"aws_ssm_parameter", "aws_ssm_document"},
    "states": {"aws_sfn_state_machine"},
}
_TYPES_OF_ATTRIBUTES: Final = (
    ("kms", {"aws_kms_key"}),
    ("target_key_id", {"aws_kms_key"}),
    ("role", {"aws_iam_role"}),
    ("alarm_actions", {"aws_sns_topic"}),
    ("ok_actions", {"aws_sns_topic"}),
    ("policy_arn", {"aws_iam_policy"}),
    ("permissions_boundary", {"aws_iam_policy"}),
    ("queue_url", {"aws_sqs_queue"}),
    ("dead_letter_config", {"aws_sqs_queue"}),
    ("task_definition", {"aws_ecs_task_definition"}),
    ("job_definition", {"aws_batch_job_definition"}),
    ("event_bus_name", {"aws_cloudwatch_event_bus"}),
    ("rule", {"aws_cloudwatch_event_rule"}),
    ("group_name", {"aws_scheduler_schedule_group"}),
)
# A key is given by its ARN or its id; either way the ARN is what a policy needs.
_BY_ARN: Final = ("kms_master_key_id", "kms_key_id", "kms_key_identifier", "kms_key_arn", "target_key_id")

# What a reference to a whole resource is for: Terraform lists no attribute of `aws_iam_role.r[each.key].name`.
_WANTED: Final = {"event_bus_name": "name", "group_name": "name", "queue_url": "url", "role": "name", "rule": "name"}


class Symbols:
    """What the values of a plan that are not known yet stand for."""

    def __init__(self, raws: Iterable[Raw], configuration: Configuration, place_of: Callable[[Raw], Place]) -> None:
        self._configuration = configuration
        self._place_of = place_of
        self._by_source: dict[tuple[str, bool, str, str], list[Raw]] = {}
        self._by_type: dict[str, list[Raw]] = {}
        for raw in raws:
            if raw.known is None:
                continue
            self._by_source.setdefault((without_indices(raw.module), raw.is_data, raw.type, raw.name), []).append(raw)
            self._by_type.setdefault(raw.type, []).append(raw)

    def of(self, raw: Raw, path: Path) -> Symbol:
        """Return what stands for the value at a path of a resource."""
        values = raw.known or {}
        sources = self._followed(raw, path, values)
        if len(sources) == 1 and sources[0][0] is not raw:
            return self._symbol(*sources[0], path)
        name = path[0] if path else ""
        if len(path) == 1 and isinstance(name, str):
            made = identity.attribute(raw.type, raw.address, name, values, self._place_of(raw))
            origin = made.origin if isinstance(made, Symbol) else None
            among = tuple(str(self._symbol(source, attribute, path)) for source, attribute in sources)
            return Symbol(made, origin, is_computed=not self._may_be_given(raw, name), among=among)
        among = tuple(str(self._symbol(source, attribute, path)) for source, attribute in sources)
        return Symbol(f"‹{raw.address}.{_written(path)}›", (raw.address, _written(path)), among=among)

    def of_output(self, name: str, path: Path) -> Symbol:
        """Return what stands for the value at a path of an output of the root."""
        candidates = self._candidates(self._configuration.sources_of_output(name), None, _types(path, {}))
        if len(candidates) == 1:
            raw, attribute = candidates[0]
            return self._symbol(raw, attribute, path)
        return Symbol(f"‹output.{name}.{_written(path)}›")

    def _followed(self, raw: Raw, path: Path, values: Mapping[str, Any]) -> list[tuple[Raw, str]]:
        """Follow a value to the resource that it comes from, and the attribute; several if it may be one of several."""
        sources = self._configuration.sources(
            without_indices(raw.module), raw.type, raw.name, path, values, is_data=raw.is_data
        )
        types = _types(path, values)
        candidates = self._candidates(sources, raw, types)
        if not candidates and types and self._is_given(raw, path):
            # The trail ends, in a local or a dynamic block. If the plan makes one thing that it can be, it is that.
            makeable = [each for kind in types for each in self._by_type.get(kind, ()) if each.is_unknown("arn")]
            candidates = [(each, "arn") for each in makeable]
        return _paired(raw, path, candidates) if len(candidates) > 1 else candidates

    def _is_given(self, raw: Raw, path: Path) -> bool:
        """Whether the configuration gives a value, and the provider does not make it up."""
        return len(path) > 1 or self.says(raw, str(path[0]))

    def says(self, raw: Raw, attribute: str) -> bool:
        """Whether the configuration sets an attribute of a resource."""
        module = without_indices(raw.module)
        return self._configuration.says(module, raw.type, raw.name, attribute, is_data=raw.is_data)

    def _may_be_given(self, raw: Raw, attribute: str) -> bool:
        """Whether the configuration may give a value that is not known yet."""
        module = without_indices(raw.module)
        return self._configuration.may_be_unknown(module, raw.type, raw.name, attribute, is_data=raw.is_data)

    def _symbol(self, raw: Raw, attribute: str, path: Path) -> Symbol:
        if path and path[-1] in _BY_ARN and raw.type == "aws_kms_key":
            attribute = "arn"
        attribute = attribute or _WANTED.get(str(path[-1]) if path else "", "arn")
        made = identity.attribute(raw.type, raw.address, attribute, raw.known or {}, self._place_of(raw))
        return made if isinstance(made, Symbol) else Symbol(made, (raw.address, attribute))

    def _candidates(self, sources: set[Source], asking: Raw | None, types: set[str]) -> list[tuple[Raw, str]]:
        found: dict[str, tuple[Raw, str]] = {}
        narrowed = {each for each in sources if each.type in types} if types else set()
        for source in sorted(narrowed or sources, key=str):
            instances = self._by_source.get((source.module, source.is_data, source.type, source.name), [])
            named = [raw for raw in instances if source.index and json.dumps(raw.index) == source.index]
            for raw in named or _nearest(instances, asking):
                found[raw.address] = (raw, source.attribute)
        return list(found.values())


def _paired(raw: Raw, path: Path, candidates: list[tuple[Raw, str]]) -> list[tuple[Raw, str]]:
    """Return the one of several that stands at a place in a list, in which their order does not matter; else all.

    If as many values of the list are unknown as there are resources that it is made from and that are unknown
    themselves, each of these is one of those.
    """
    unknown: Any = raw.unknown
    for step in path[:-1]:
        unknown = unknown[step]
    if not isinstance(unknown, list):
        return candidates
    places = [number for number, each in enumerate(unknown) if each is True]
    unread = [(each, name) for each, name in candidates if each.is_unknown(name or _whole(each.type))]
    return [unread[places.index(int(path[-1]))]] if len(unread) == len(places) else candidates


def _whole(kind: str) -> str:
    """Return the attribute that a reference to a whole resource is for."""
    return "json" if kind == "aws_iam_policy_document" else "arn"


def _nearest(instances: list[Raw], asking: Raw | None) -> list[Raw]:
    """Of several instances, the one that has the asking resource's own key, or is of the same module's instance."""
    if asking is None or len(instances) < 2:
        return instances
    for fits in (
        lambda each: each.module == asking.module and each.index == asking.index,
        lambda each: each.module == asking.module,
        lambda each: asking.module.startswith(each.module),
        lambda each: each.index == asking.index,
    ):
        nearer = [each for each in instances if fits(each)]
        if len(nearer) == 1:
            return nearer
    return instances


def _types(path: Path, values: Mapping[str, Any]) -> set[str]:
    """Return the types of resources that a value at a path can name; none if anything."""
    if len(path) > 2 and path[0] == "statement" and path[2] in {"resources", "not_resources"}:
        statements = values.get("statement")
        statement = statements[path[1]] if isinstance(statements, list) and isinstance(path[1], int) else {}
        actions = [*(statement.get("actions") or ()), *(statement.get("not_actions") or ())]
        services = {str(each).partition(":")[0].lower() for each in actions}
        return set().union(*(_TYPES_OF_SERVICES.get(service, set()) for service in services))
    names = [step for step in path if isinstance(step, str)]
    for part, types in _TYPES_OF_ATTRIBUTES:
        if any(part in name for name in names):
            return types
    return set()


def _written(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
