"""A plan, read: plain values, except that what is unknown or sensitive says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Path = tuple[str | int, ...]

_NAMED: Final = re.compile(r"‹[^›]*›")
# What a policy would take for a wildcard or a variable, and a key of for_each may have.
_SIGNS: Final = str.maketrans({"*": "%2A", "?": "%3F", "$": "%24"})


class Symbol(str):
    """A value that only the apply will know, as a text that is equal to itself alone.

    `‹aws_kms_key.main.key_id›` names the attribute that the value comes from. Where the rest can be built it stands
    within it: `arn:aws:kms:us-east-1:867653852961:key/‹aws_kms_key.main.key_id›`. A whole that can be built, such as
    the ARN of a role whose name is known, has no such sign in it, and is a Symbol all the same: it is not known yet.
    A * in the key of an instance is written as %2A, as are other signs that policies know: a name is like itself alone.

    Attributes:
        origin: address and attribute of the resource that the value is taken from; None if that is not in the plan.
        is_computed: whether the provider makes it up, because nothing in the configuration gives it.
        among: what it will be one of, where the configuration's trail leads to several things of the plan.
    """

    __slots__ = ("among", "is_computed", "origin")
    among: tuple[str, ...]
    is_computed: bool
    origin: tuple[str, str] | None

    def __new__(
        cls,
        text: str,
        origin: tuple[str, str] | None = None,
        *,
        is_computed: bool = False,
        among: tuple[str, ...] = (),
    ) -> Symbol:
        """Make one of its text."""
        made = super().__new__(cls, _NAMED.sub(lambda name: name[0].translate(_SIGNS), text))
        made.among = among
        made.is_computed = is_computed
        made.origin = origin
        return made

    @property
    def is_built(self) -> bool:
        """Whether nothing of it is left to the apply."""
        return "‹" not in self


class Hidden(str):
    """A sensitive value, which is never shown: `HIDDEN` is the only one."""

    __slots__ = ()


HIDDEN = Hidden("(sensitive)")


@dataclass(frozen=True)
class Resource:
    """A resource or data source of the plan.

    Attributes:
        address: such as `module.task_a.aws_iam_role.task["x"]`.
        module: the address of its module; "" for the root.
        is_data: whether it is a data source.
        type: such as `aws_iam_role`.
        name: its name in the configuration.
        index: its key of `count` or `for_each`; None without.
        provider: the key of its provider's configuration; "" if not known.
        actions: as in the plan: `("create",)`, `("delete", "create")`, `("no-op",)`; `("read",)` for a data source.
        reason: why, in Terraform's word, such as `replace_because_cannot_update`; "" if it gives none.
        before: its attributes as they are; None if it does not exist.
        after: its attributes as they will be; None if it will not exist.
        forced_by: the attributes that force a replacement.
        previous_address: where it was in the state, if it moves; "" if not.
        importing: the id that it is imported by; "" if it is not.
        deposed: the key of an object that a replacement left behind and that is destroyed now; "" for others.
        hidden_changes: where sensitive values are not as before, since these themselves are not kept.
    """

    address: str
    module: str
    is_data: bool
    type: str
    name: str
    index: str | int | None
    provider: str
    actions: tuple[str, ...]
    reason: str = ""
    before: Mapping[str, Any] | None = field(default=None, repr=False)
    after: Mapping[str, Any] | None = field(default=None, repr=False)
    forced_by: tuple[Path, ...] = ()
    previous_address: str = ""
    importing: str = ""
    deposed: str = ""
    hidden_changes: tuple[Path, ...] = ()

    @property
    def exists_after(self) -> bool:
        """Whether it is there once the plan is applied."""
        return self.after is not None and not self.deposed

    def get(self, *path: str | int) -> Any:
        """Return what a path leads to after the apply; None if it leads nowhere. A block is a list of one."""
        value: Any = self.after
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def text(self, *path: str | int) -> str:
        """Return a text after the apply, also a symbol; "" if there is none."""
        value = self.get(*path)
        return value if isinstance(value, str) else "" if value is None else str(value)


@dataclass(frozen=True)
class Plan:
    """What Terraform will do.

    Attributes:
        name: what to call it: the name of the folder or file that it was read from.
        timestamp: when it was made; the review's "now".
        partition: of AWS; `aws` if the plan does not say.
        account: 12 digits; `‹account›` if the plan does not say.
        region: such as `us-east-1`; `‹region›` if the plan does not say.
        resources: all that it manages, also what it destroys, in the plan's order.
        data: all data sources, read or to be read.
        outputs: of the root, as they will be.
        arns: the ARN of each resource that will exist, by address, where it is known or can be built.
        errored: whether planning came to no end, so that there is more than this.
    """

    name: str
    timestamp: datetime
    partition: str
    account: str
    region: str
    resources: tuple[Resource, ...] = field(repr=False)
    data: tuple[Resource, ...] = field(repr=False)
    outputs: Mapping[str, Any] = field(repr=False)
    arns: Mapping[str, str] = field(repr=False)
    errored: bool = False
    _by_address: dict[str, Resource] = field(default_factory=dict, repr=False, compare=False)
    _by_type: dict[str, list[Resource]] = field(default_factory=dict, repr=False, compare=False)
    _by_arn: dict[str, Resource] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index what is asked for often."""
        for each in (*self.resources, *self.data):
            if each.exists_after:
                self._by_address[each.address] = each
                self._by_type.setdefault(each.type, []).append(each)
        for address, arn in self.arns.items():
            self._by_arn.setdefault(arn, self._by_address[address])

    def existing(self, *types: str) -> list[Resource]:
        """Return what will exist of these types (a data source's type counts, too), in the plan's order."""
        return [each for kind in types for each in self._by_type.get(kind, ())]

    def at(self, address: str) -> Resource | None:
        """Return what will exist at an address."""
        return self._by_address.get(address)

    def with_arn(self, arn: str) -> Resource | None:
        """Return the resource that will have an ARN; None if it is not of this plan."""
        return self._by_arn.get(arn)

    def arn(self, resource: Resource) -> str:
        """Return the ARN that a resource will have; "" if it cannot be built."""
        return self.arns.get(resource.address, "")
