"""The roles of a plan, each with its trust, its inline policies, those attached to it, and its boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.policies.documents import of_attribute, of_value, unread
from review.policies.model import Document, Role
from semantics.statements import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.plan import Plan, Resource

_OUTSIDE: Final = "the role is not of this plan"


def roles(plan: Plan) -> Iterator[Role]:
    """Yield the roles that the plan manages, and those outside that it gives policies to."""
    yield from _Roles(plan).made()


class _Roles:
    """What is known of roles and of policies that can be attached, by what names them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._managed = [each for each in plan.existing("aws_iam_role") if not each.is_data]
        self._by_name: dict[str, list[Resource]] = {}
        for each in self._managed:
            self._by_name.setdefault(each.text("name"), []).append(each)
        self._policies = {
            plan.arn(each) or each.text("arn"): each for each in reversed(plan.existing("aws_iam_policy"))
        }
        self._inline: dict[str, list[Resource]] = {}
        self._attached: dict[str, dict[str, tuple[str, str]]] = {}  # role to ARN to the attachment's address, attribute
        self._outside: dict[str, Resource] = {}
        self._gone: set[tuple[str, str]] = set()  # (role, policy) that the plan takes away or writes anew
        self._read_attachments()
        self._read_former()

    def made(self) -> Iterator[Role]:
        for each in self._managed:
            yield self._role(each)
        for key, policy in self._outside.items():
            yield self._role_outside(key, policy)

    def _read_attachments(self) -> None:
        for each in self._plan.existing("aws_iam_role_policy"):
            self._inline.setdefault(self._key(each, each.get("role")), []).append(each)
        for each in self._plan.existing("aws_iam_role_policy_attachment"):
            self._attach(each, each.get("role"), [each.get("policy_arn")], "policy_arn")
        for each in self._plan.existing("aws_iam_policy_attachment"):
            for role in _listed(each.get("roles")):
                self._attach(each, role, [each.get("policy_arn")], "policy_arn")
        for each in self._plan.existing("aws_iam_role_policy_attachments_exclusive"):
            self._attach(each, each.get("role_name"), _listed(each.get("policy_arns")), "policy_arns")

    def _attach(self, by: Resource, role: Any, arns: list[Any], attribute: str) -> None:
        attached = self._attached.setdefault(self._key(by, role), {})
        for arn in arns:
            attached.setdefault(str(arn), (by.address, attribute))

    def _read_former(self) -> None:
        """Note what the state still lists of a role although the plan changes it."""
        for each in self._plan.resources:
            if each.before is None:
                continue
            if each.type == "aws_iam_role_policy":
                self._gone.add((str(each.before.get("role")), str(each.before.get("name"))))
            elif each.type == "aws_iam_role_policy_attachment":
                self._gone.add((str(each.before.get("role")), str(each.before.get("policy_arn"))))

    def _key(self, by: Resource, role: Any) -> str:
        """Return the address of the role that a value names; the name itself, if the role is not of this plan."""
        name = str(role).rpartition("/")[2] if str(role).startswith("arn:") else str(role)
        named = self._by_name.get(name, [])
        nearest = [each for each in named if each.provider == by.provider] or named
        if nearest:
            return nearest[0].address
        self._outside.setdefault(name, by)
        return name

    def _role(self, role: Resource) -> Role:
        trust = of_attribute(self._plan, role, "assume_role_policy", Kind.TRUST)
        boundary = role.get("permissions_boundary")
        return Role(
            address=role.address,
            arn=self._plan.arn(role),
            name=role.text("name"),
            trust=trust or unread(role.address, "assume_role_policy", "the plan does not show it"),
            identity=tuple(self._identity(role)),
            boundary=self._attachable(role.address, "permissions_boundary", str(boundary), Kind.BOUNDARY)
            if boundary
            else None,
        )

    def _role_outside(self, name: str, policy: Resource) -> Role:
        documents = [
            *self._own(name),
            *self._of_others(name),
            unread(policy.address, "role", f"{_OUTSIDE}: it may have other policies"),
        ]
        arn = f"arn:{self._plan.partition}:iam::{self._plan.account}:role/{name}"
        return Role(policy.address, arn, name, unread(policy.address, "role", _OUTSIDE), tuple(documents))

    def _identity(self, role: Resource) -> Iterator[Document]:
        yield from self._own(role.address)
        names = {each.text("name") for each in self._inline.get(role.address, ())}
        for number, each in enumerate(_listed(role.get("inline_policy"))):
            name, value = str(each.get("name")), each.get("policy")
            if value and name not in names and (role.text("name"), name) not in self._gone:
                attribute = f"inline_policy[{number}].policy"
                yield of_value(self._plan, role.address, attribute, value, Kind.IDENTITY)
        yield from self._of_others(role.address)
        for arn in _listed(role.get("managed_policy_arns")):
            known = self._attached.get(role.address, {})
            if str(arn) not in known and (role.text("name"), str(arn)) not in self._gone:
                yield self._attachable(role.address, "managed_policy_arns", str(arn), Kind.IDENTITY)

    def _own(self, key: str) -> Iterator[Document]:
        for each in self._inline.get(key, ()):
            document = of_attribute(self._plan, each, "policy", Kind.IDENTITY)
            yield document or unread(each.address, "policy", "the plan does not show it")

    def _of_others(self, key: str) -> Iterator[Document]:
        for arn, (address, attribute) in self._attached.get(key, {}).items():
            yield self._attachable(address, attribute, arn, Kind.IDENTITY)

    def _attachable(self, by: str, attribute: str, arn: str, kind: Kind) -> Document:
        """Return the policy with an ARN: of the plan, or read by it, or unread."""
        found = self._policies.get(arn)
        if found is not None:
            document = of_attribute(self._plan, found, "policy", kind)
            return document or unread(found.address, "policy", "the plan does not show it")
        if arn.startswith("arn:") and arn.split(":")[4] == "aws":
            return unread(arn, "policy", f"{arn.rpartition('/')[2]} is a policy of AWS, and not in this plan")
        return unread(arn, "policy", f"it is not in this plan; {by} ({attribute}) attaches it")


def _listed(value: Any) -> list[Any]:
    """Return the items of a list; none of what the provider makes up."""
    return list(value) if isinstance(value, list) else []
