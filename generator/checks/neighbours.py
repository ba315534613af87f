"""Finds environments of one account that would have resources of one name: each apply would take the other's.

Environments are read in several processes, and there may be thousands. So each is known here by its account and four
bytes for each of its names; only those that seem to have a name in common are read a second time.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.checks.collisions import place
from generator.errors import Problem, dotted, shown
from generator.models.forms import has_placeholder
from generator.output.physical_names import GLOBAL, Name, names
from generator.specs.tree import Leaf, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.errors import Source
    from generator.models.spec import Environment
    from generator.specs.loading import Document
    from generator.specs.tree import Mapping

DIGEST: Final = 4  # bytes; two names with one digest by chance cost a second reading and no more
SAID: Final = 3  # names, and fields, that a message repeats


class Claim(NamedTuple):
    """The names that an environment takes in its account.

    Attributes:
        account: in which they must be its own.
        digests: one after the other, `DIGEST` bytes for each name.
    """

    account: str
    digests: bytes


class Read(NamedTuple):
    """An environment that was read a second time."""

    document: Document
    tree: Mapping
    spec: Environment


def claim(spec: Environment) -> Claim | None:
    """Return what an environment takes in its account; None when nobody knows yet which account that is."""
    if has_placeholder(spec.account):
        return None
    taken = {_scoped(spec, name) for name in _known(spec)}
    digests = (blake2b(repr(each).encode(), digest_size=DIGEST).digest() for each in sorted(taken))
    return Claim(spec.account, b"".join(digests))


def suspects(claims: dict[str, Claim], wanted: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of environments that seem to have a name in common; the first of a pair is a wanted one.

    Of many that have one name, each is compared with the first.
    """
    wanted = set(wanted)
    accounts = defaultdict(list)
    for name in sorted(claims, key=lambda name: (name in wanted, name)):
        accounts[claims[name].account].append(name)
    pairs: dict[tuple[str, str], None] = {}
    for members in accounts.values():
        first: dict[bytes, str] = {}
        for name in members if len(members) > 1 else ():
            digests = claims[name].digests
            for start in range(0, len(digests), DIGEST):
                other = first.setdefault(digests[start : start + DIGEST], name)
                if other != name and name in wanted:
                    pairs[name, other] = None
    return list(pairs)


def common(spec: Environment, other: Environment) -> list[Name]:
    """Return the names of an environment that another one has too, where only one of them can have it."""
    if spec.account != other.account or has_placeholder(spec.account):
        return []
    theirs = {_scoped(other, name) for name in _known(other)}
    return [name for name in _known(spec) if _scoped(spec, name) in theirs]


def problem(own: Read, other: Read) -> Problem | None:
    """Say what two environments have in common, at a line of the first; None when it was nothing after all."""
    found = common(own.spec, other.spec)
    if not found:
        return None
    file = own.document.root.source.file
    found.sort(key=lambda name: place(own.tree, name).file != file)
    where, inherited = _where(own, place(own.tree, found[0]))
    things = _some([f"the {name.kind} {shown(name.name)}" for name in found])
    fields = _some(list(dict.fromkeys(_fields(own, found))))
    return Problem(
        where,
        f"{things}{inherited} would be {other.document.root.source.file}'s too, in account {own.spec.account}: an "
        f"apply of one environment would change or destroy what the other made; tell them apart by {fields}",
    )


def _known(spec: Environment) -> Iterator[Name]:
    return (name for name in names(spec) if not has_placeholder(name.name))


def _scoped(spec: Environment, name: Name) -> tuple[str, ...]:
    """Return what no two resources of an account may have in common; roles and dashboards have no region."""
    return name.identity if name.kind in GLOBAL else (*name.identity, spec.region)


def _where(own: Read, written: Source) -> tuple[Source, str]:
    """Return a line of the environment's own file, and where the name is written when that is another one."""
    extends = own.document.extends
    if written.file == own.document.root.source.file or extends is None:
        return written, ""
    return extends.source, f" (from {written})"


def _fields(own: Read, found: Iterable[Name]) -> Iterator[str]:
    """Return the fields that would give other names: that of the name itself, unless the naming standard made it."""
    prefix = f"{own.spec.naming.security_domain}-{own.spec.naming.billing_domain}-{own.spec.aws_region_short_code}-"
    for name in found:
        path = (*name.holder, *name.field)
        node, steps = find(own.tree, path)
        written = steps == len(path) and isinstance(node, Leaf)
        by_standard = not written and name.name.startswith(prefix)
        yield "naming or aws_region_short_code" if by_standard else dotted(path)


def _some(things: list[str]) -> str:
    more = f" and {len(things) - SAID} more" if len(things) > SAID else ""
    return f"{', '.join(things[:SAID])}{more}"
