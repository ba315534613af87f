"""The resources of a plan that have a policy of their own, each with what its policy will be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from review.plan import Symbol
from review.policies import defaults
from review.policies.documents import of_attribute, of_content, unread
from review.policies.model import Document, Guarded
from semantics.statements import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from review.plan import Plan, Resource

# The host is a regional endpoint, a legacy one (queue.amazonaws.com), a VPC's, or a stand-in's, which name no region.
_QUEUE_URL: Final = re.compile(
    r"https?://(?:sqs\.(?P<region>[^./:]+)\.amazonaws\.com[^/]*|[^/]+)/(?P<account>[0-9]{12})/(?P<name>[^/]+)"
)


@dataclass(frozen=True)
class _Sort:
    """Resources of one kind, and where their policies are.

    Attributes:
        kind: as in `Guarded`.
        types: of the resources.
        attribute: of the resource that holds its policy; "" if there is none.
        separate: the type of resource that sets the policy.
        names: the attribute of that type that says of which resource.
        holds: the attribute of that type that holds the policy.
        service: as in the resource's ARN.
        form: what follows the account in its ARN, with {} for its name or id.
        default: what AWS gives a resource without a policy; None if nothing.
        policy_kind: how AWS evaluates it.
    """

    kind: str
    types: tuple[str, ...]
    attribute: str
    separate: str
    names: str
    service: str
    form: str = "{}"
    holds: str = "policy"
    default: Callable[[str, str, str], Mapping[str, Any]] | None = None
    policy_kind: Kind = Kind.RESOURCE


_SORTS: Final = (
    _Sort("queue", ("aws_sqs_queue",), "policy", "aws_sqs_queue_policy", "queue_url", "sqs"),
    _Sort("topic", ("aws_sns_topic",), "policy", "aws_sns_topic_policy", "arn", "sns", default=defaults.of_topic),
    _Sort(
        "key",
        ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"),
        "policy",
        "aws_kms_key_policy",
        "key_id",
        "kms",
        form="key/{}",
        default=defaults.of_key,
        policy_kind=Kind.KEY,
    ),
    _Sort(
        "bus",
        ("aws_cloudwatch_event_bus",),
        "",
        "aws_cloudwatch_event_bus_policy",
        "event_bus_name",
        "events",
        form="event-bus/{}",
    ),
    _Sort("bucket", ("aws_s3_bucket",), "policy", "aws_s3_bucket_policy", "bucket", "s3"),
    _Sort(
        "repository",
        ("aws_ecr_repository",),
        "",
        "aws_ecr_repository_policy",
        "repository",
        "ecr",
        form="repository/{}",
    ),
    _Sort(
        "secret",
        ("aws_secretsmanager_secret",),
        "policy",
        "aws_secretsmanager_secret_policy",
        "secret_arn",
        "secretsmanager",
        form="secret:{}",
    ),
    _Sort("function", ("aws_lambda_function",), "", "", "", "lambda", form="function:{}"),
)
# A statement that is a resource of its own, and what it says of which resource.
_STATEMENTS: Final = {
    "bus": ("aws_cloudwatch_event_permission", "event_bus_name", defaults.of_event_permission),
    "function": ("aws_lambda_permission", "function_name", defaults.of_lambda_permission),
}


def guarded(plan: Plan) -> Iterator[Guarded]:
    """Yield what has a policy of its own, or could have one, in the order of kinds; the account's for logs last."""
    for sort in _SORTS:
        yield from _Guards(plan, sort).made()
    for each in plan.existing("aws_cloudwatch_log_resource_policy"):
        document = of_attribute(plan, each, "policy_document", Kind.RESOURCE)
        yield Guarded("logs", each.address, "", (document or _not_shown(each, "policy_document"),))


class _Guards:
    """The resources of one kind, and the policies that other resources give them."""

    def __init__(self, plan: Plan, sort: _Sort) -> None:
        self._plan = plan
        self._sort = sort
        self._own = [each for each in plan.existing(*sort.types) if not each.is_data]
        self._by_arn = {plan.arn(each): each for each in reversed(self._own)}
        self._documents: dict[str, list[Document]] = {}  # by address, or by ARN if the resource is not of this plan
        self._outside: dict[str, str] = {}  # ARN to the address of the first policy
        self._former: set[str] = set()

    def made(self) -> Iterator[Guarded]:
        self._read_separate()
        for each in self._own:
            yield Guarded(self._sort.kind, each.address, self._plan.arn(each), tuple(self._of(each)))
        for arn, address in self._outside.items():
            yield Guarded(self._sort.kind, address, arn, tuple(self._documents[arn]))

    def _read_separate(self) -> None:
        sort = self._sort
        for each in self._plan.existing(sort.separate):
            document = of_attribute(self._plan, each, sort.holds, sort.policy_kind)
            key = self._key(each, each.get(sort.names))
            self._documents.setdefault(key, []).append(document or _not_shown(each, sort.holds))
        for each in self._plan.resources:
            if each.type == sort.separate and each.before is not None and not each.exists_after:
                self._former.add(self._key(each, each.before.get(sort.names), is_former=True))
        kind, names, content = _STATEMENTS.get(sort.kind, ("", "", None))
        for each in self._plan.existing(kind):
            if content is not None:
                key = self._key(each, each.get(names))
                arn = self._arn(key)
                said = content(each, arn, self._plan.partition)
                self._documents.setdefault(key, []).append(of_content(each.address, "principal", said, Kind.RESOURCE))

    def _arn(self, key: str) -> str:
        found = self._plan.at(key)
        return key if found is None else self._plan.arn(found)

    def _key(self, by: Resource, value: Any, *, is_former: bool = False) -> str:
        """Return the address of the resource that a value names; its ARN, if it is not of this plan."""
        if isinstance(value, Symbol) and value.origin:
            found = self._plan.at(value.origin[0])
            if found is not None and found.type in self._sort.types and not found.is_data:
                return found.address
        arn = self._written(str(value or "default"))
        found = self._by_arn.get(arn)
        if found is not None:
            return found.address
        if not is_former:
            self._outside.setdefault(arn, by.address)
        return arn

    def _written(self, name: str) -> str:
        """Return the ARN of what is named by its ARN, its URL, its name or its id."""
        if name.startswith("arn:"):
            return name
        plan, sort = self._plan, self._sort
        if url := _QUEUE_URL.fullmatch(name):
            return f"arn:{plan.partition}:sqs:{url['region'] or plan.region}:{url['account']}:{url['name']}"
        place = ":" if sort.service == "s3" else f"{plan.region}:{plan.account}"
        return f"arn:{plan.partition}:{sort.service}:{place}:{sort.form.format(name)}"

    def _of(self, resource: Resource) -> list[Document]:
        sort = self._sort
        if resource.address in self._documents:
            return self._documents[resource.address]
        if sort.attribute and resource.address not in self._former:
            document = of_attribute(self._plan, resource, sort.attribute, sort.policy_kind)
            if document is not None:
                return [document]
        if sort.default is None:
            return []
        arn = self._plan.arn(resource)
        said = sort.default(arn, self._plan.partition, self._plan.account)
        return [of_content(resource.address, defaults.ATTRIBUTE, said, sort.policy_kind)]


def _not_shown(resource: Resource, attribute: str) -> Document:
    return unread(resource.address, attribute, "the plan does not show it")
