"""What a plan holds of what lies on a path: roles, keys, task definitions, queues, by the ARN that a target names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from review.intents.facts import jobs
from review.policies.documents import of_attribute
from review.policies.keys import MANAGED, Keys
from review.policies.model import Document, Guarded
from semantics import policies as semantics
from semantics.statements import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.delivery.asking import Context
    from review.plan import Plan, Resource
    from review.policies.model import Policies, Role

# What has revisions, and can be named without.
_REVISED: Final = ("aws_ecs_task_definition", "aws_batch_job_definition")


@dataclass(frozen=True)
class TaskDefinition:
    """A task definition as RunTask finds it.

    Attributes:
        arn: with the revision that runs.
        family: its name, without a revision.
        roles: its task role and its execution role, by what they are called; None if they are not known.
        containers: the names of its containers; none if they are not known.
        is_known: whether the plan has it.
    """

    arn: str
    family: str
    roles: dict[str, str] | None
    containers: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the plan has it."""
        return self.roles is not None


class Facts:
    """The plan and its policies, indexed."""

    def __init__(self, plan: Plan, policies: Policies) -> None:
        self.plan = plan
        self.policies = policies
        self._roles = {each.arn: each for each in reversed(policies.roles)}
        self._guarded: dict[str, Guarded] = {each.arn: each for each in reversed(policies.guarded) if each.arn}
        self._globals: dict[str, Context] = {}
        self._tags: dict[str, Mapping[str, str] | None] = {}

    def role(self, arn: str) -> Role | None:
        """Return a role whose policies the plan has."""
        return self._roles.get(arn)

    def trust(self, arn: str) -> Document | None:
        """Return the trust policy of a role of the plan, or of one that a data source has read."""
        role = self._roles.get(arn)
        if role is not None:
            return role.trust
        found = self._data.get(arn)
        if found is None or found.type != "aws_iam_role":
            return None
        return of_attribute(self.plan, found, "assume_role_policy", Kind.TRUST)

    def guarded(self, arn: str) -> Guarded | None:
        """Return what has a policy of its own, with that policy; also a key of AWS's, which is in no plan."""
        found = self._guarded.get(arn)
        if found is None and MANAGED in arn:
            found = self._guarded[arn] = _managed_key(arn)
        return found

    def find(self, arn: str) -> Resource | None:
        """Return the resource or data source with an ARN."""
        return self.plan.with_arn(arn) or self._data.get(arn)

    def gone(self, arn: str) -> str:
        """Return the address of what has an ARN and will have it no more; "" if the plan takes away nothing such."""
        return self._gone.get(arn, "")

    def address(self, arn: str) -> str:
        """Return the address of the resource with an ARN; "" if the plan has none."""
        found = self.find(arn)
        return found.address if found else ""

    def tags(self, arn: str) -> Mapping[str, str] | None:
        """Return the tags that a resource will have; None if the plan does not say all of them."""
        if arn not in self._tags:
            found = self.plan.with_arn(arn)
            said = found.get("tags_all") if found is not None else None
            known = {key: str(value) for key, value in said.items()} if isinstance(said, dict) else None
            self._tags[arn] = None if known is None or any("‹" in each for each in known.values()) else known
        return self._tags[arn]

    def globals(self, resource: str) -> Context:
        """Return the condition keys that every request has ("AWS global condition context keys")."""
        parts = [*resource.split(":", 5), "", "", "", "", ""]
        region, account = parts[3], parts[4]
        key = f"{region}:{account}"
        if key not in self._globals:
            now = self.plan.timestamp
            self._globals[key] = {
                "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "aws:EpochTime": str(int(now.timestamp())),
                "aws:RequestedRegion": region or self.plan.region,
                "aws:ResourceAccount": account or self.plan.account,
                "aws:SecureTransport": "true",
            }
        return self._globals[key]

    def made(self, service: str, resource: str, like: str = "") -> str:
        """Return an ARN of the plan's region and account, or of those of another ARN."""
        parts = [*like.split(":", 5), "", "", "", "", ""]
        region, account = parts[3] or self.plan.region, parts[4] or self.plan.account
        return f"arn:{self.plan.partition}:{service}:{region}:{account}:{resource}"

    def key_of(self, resource: Resource, attribute: str) -> str:
        """Return the ARN of the key that encrypts a resource; "" if none does. One of AWS's own has its alias in it."""
        key = self._keys.of(resource, attribute)
        if key is None or not key.managed:
            return key.arn if key else ""
        like = self.plan.arn(resource)
        service = like.split(":")[2] if ":" in like else ""
        return self.made("kms", key.managed if MANAGED in key.managed else f"{MANAGED}{service}", like)

    def task_definition(self, named: str, like: str = "") -> TaskDefinition:
        """Return what a target's task definition means: the revision that it names, or the newest.

        ECS looks the revision up before it authorizes ("Amazon ECS task definition resource ARNs").

        Args:
            named: an ARN, or `family` with or without `:revision`.
            like: the ARN of the cluster.
        """
        arn = named if named.startswith("arn:") else self.made("ecs", f"task-definition/{named}", like)
        family, _, revision = arn.rpartition("/")[2].partition(":")
        found = self._task_definitions.get(arn)  # of another revision the plan knows nothing
        if found is None:
            whole = arn if revision else f"{arn}:‹revision›"
            return TaskDefinition(whole, family, None)
        newest = self.plan.arn(found) or found.text("arn")
        roles = {
            words: found.text(attribute)
            for words, attribute in (("task role", "task_role_arn"), ("execution role", "execution_role_arn"))
            if found.text(attribute)
        }
        names = tuple(str(each.get("name")) for each in containers(found))
        return TaskDefinition(arn if revision else newest, family, roles, names)

    def job_definition(self, named: str, like: str = "") -> tuple[str, str]:
        """Return the ARN of a Batch job definition as it is named, and that of the revision that it means.

        Args:
            named: an ARN, or `name` with or without `:revision`.
            like: the ARN of the job queue.
        """
        arn = named if named.startswith("arn:") else self.made("batch", f"job-definition/{named}", like)
        if ":" in arn.rpartition("/")[2]:
            return arn, arn
        newest = self._job_definitions.get(arn)
        return arn, newest or f"{arn}:‹revision›"

    def has_job_definition(self, arn: str) -> bool:
        """Tell whether the plan has a job definition, by its ARN with or without the revision."""
        named = ":".join(arn.split(":")[:6])
        return named in self._job_definitions

    def job_roles(self, named: str, like: str = "") -> dict[str, str]:
        """Return the roles of a job definition, by what they are called; none if the plan does not make what is meant.

        Args:
            named: an ARN, or `name` with or without `:revision`.
            like: the ARN of the job queue.
        """
        _, revision = self.job_definition(named, like)
        found = self.plan.with_arn(revision)
        container = None if found is None or found.type != "aws_batch_job_definition" else jobs.container(found)
        kinds = (("job role", "jobRoleArn"), ("execution role", "executionRoleArn"))
        return {words: str(container[name]) for words, name in kinds if container.get(name)} if container else {}

    def computes(self, queue: Resource) -> list[Resource]:
        """Return the compute environments of a job queue that the plan has."""
        order = queue.get("compute_environment_order")
        named = (
            [queue.text("compute_environment_order", index, "compute_environment") for index in range(len(order))]
            if isinstance(order, list)
            else []
        )
        return [found for arn in named if (found := self.find(arn)) is not None]

    @cached_property
    def _gone(self) -> dict[str, str]:
        """ARN to address. A new revision of a definition takes the old one away unless its resource says otherwise."""
        found: dict[str, str] = {}
        for each in self.plan.resources:
            arn = (each.before or {}).get("arn")
            revises = each.type == "aws_batch_job_definition" and each.get("deregister_on_new_revision") is not False
            is_kept = (each.before or {}).get("skip_destroy") is True
            if isinstance(arn, str) and not is_kept and ("delete" in each.actions or revises):
                found.setdefault(arn, each.address)
                if each.type in _REVISED:
                    found.setdefault(arn.rpartition(":")[0], each.address)
        there = self._task_definitions.keys() | self._job_definitions.keys()
        return {arn: each for arn, each in found.items() if arn not in there and self.plan.with_arn(arn) is None}

    @cached_property
    def _data(self) -> dict[str, Resource]:
        return {arn: each for each in reversed(self.plan.data) if each.exists_after if (arn := each.text("arn"))}

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self.plan)

    @cached_property
    def _task_definitions(self) -> dict[str, Resource]:
        """By ARN, with and without the revision."""
        found: dict[str, Resource] = {}
        for each in self.plan.existing("aws_ecs_task_definition"):
            arn = self.plan.arn(each) or each.text("arn")
            found.setdefault(arn, each)
            found.setdefault(arn.rpartition(":")[0], each)
        return found

    @cached_property
    def _job_definitions(self) -> dict[str, str]:
        """ARN without the revision to the whole."""
        found: dict[str, str] = {}
        for each in self.plan.existing("aws_batch_job_definition"):
            arn = self.plan.arn(each) or each.text("arn")
            found.setdefault(arn.rpartition(":")[0], arn)
        return found


def containers(definition: Resource) -> list[dict[str, Any]]:
    """Return the containers of a task definition; none if only the apply knows them, or they are sensitive."""
    try:
        found: Any = json.loads(definition.text("container_definitions"))
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _managed_key(arn: str) -> Guarded:
    """Return a key that AWS makes for one of its services: for the account's own principals, through that service.

    "AWS managed keys" in the KMS Developer Guide. Nobody can change its policy, so no service ever gets to use it.
    """
    _, partition, _, region, account, alias = arn.split(":", 5)
    service = alias.removeprefix(MANAGED)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    through = {"kms:CallerAccount": account, "kms:ViaService": f"{service}.{region}.{suffix}"}
    document: dict[str, Any] = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {"StringEquals": through},
            }
        ],
    }
    policy = semantics.read(document, Kind.KEY, arn)
    return Guarded("key", arn, arn, (Document(arn, "AWS's own", policy, document),))
