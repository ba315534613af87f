"""What of a resource is not as before, attribute by attribute, within documents too."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from review.changes import documents
from review.changes.model import Difference
from review.changes.wording import join, labelled, later, shown, shown_both
from review.plan import HIDDEN, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from review.plan import Resource

    Path = tuple[str | int, ...]

# Documents whose lists have no order: "Amazon EventBridge event patterns", "Amazon SNS subscription filter policies".
_PATTERNS: Final = frozenset({"event_pattern", "filter_policy"})
_KEYS: Final = ("Sid", "sid", "name", "Name", "id", "Id", "key", "Key")  # by which members of a list are known
_MANY: Final = 6  # members of a list of which only those that come and go are shown
_SCALARS: Final = (str, int, float, type(None))


@dataclass(frozen=True)
class _Here:
    """Where in a resource a comparison is.

    Attributes:
        text: the path, as it is shown.
        path: the same within the plan; None within a document.
        address: of the resource.
        sets: whether lists have no order.
        defaults: whether 0 is as good as nothing.
        hides: whether nothing may be shown, since it cannot be told what is sensitive.
        hidden: where sensitive values differ.
    """

    text: str
    path: Path | None
    address: str
    sets: bool = False
    defaults: bool = False
    hides: bool = False
    hidden: tuple[Path, ...] = ()

    def at(self, step: str | int) -> _Here:
        return replace(self, text=join(self.text, step), path=None if self.path is None else (*self.path, step))

    def named(self, label: str, index: int) -> _Here:
        return replace(self, text=labelled(self.text, label), path=None if self.path is None else (*self.path, index))

    @property
    def differs_hidden(self) -> bool:
        """Whether a sensitive value here, around or within is not as before."""
        path = self.path
        return path is not None and any(each[: len(path)] == path or path[: len(each)] == each for each in self.hidden)


def differences(resource: Resource) -> tuple[Difference, ...]:
    """Return what is not as before, of an update or a replacement: first what forces the replacement.

    What the provider makes up anew with a replacement (`id`, `arn`) is left out, and so is what `tags_all` says again.
    """
    before, after = resource.before, resource.after
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ()
    forcing = {str(path[0]) for path in resource.forced_by if path}
    replaces = "create" in resource.actions
    found: list[Difference] = []
    for name in sorted({*before, *after}, key=lambda each: (each not in forcing, each)):
        old, new = before.get(name), after.get(name)
        if replaces and name not in forcing and (_is_own(new, resource.address) or (new is None and _is_default(old))):
            continue
        here = _Here(
            text=name,
            path=(name,),
            address=resource.address,
            sets=name in _PATTERNS,
            defaults=name == "container_definitions",
            hidden=resource.hidden_changes,
        )
        found += _compare(here, old, new)
    return tuple(each for each in found if not _is_said_again(each, found))


def _is_own(value: Any, address: str) -> bool:
    return isinstance(value, Symbol) and value.origin is not None and value.origin[0] == address


def _is_default(value: Any) -> bool:
    """Tell whether a value is one that the provider gives what is not set."""
    return value in (None, "", 0, False, True, "ENABLED")


def _is_said_again(difference: Difference, found: Iterable[Difference]) -> bool:
    name, _, rest = difference.path.partition("tags_all")
    if name or not rest.startswith((".", "[")):
        return False
    return replace(difference, path=f"tags{rest}") in found


def _compare(here: _Here, before: Any, after: Any) -> Iterator[Difference]:
    if before is HIDDEN or after is HIDDEN:
        if before is not after or here.differs_hidden:
            yield Difference(here.text, _veiled(before), _veiled(after))
        return
    if isinstance(after, Symbol):
        if before != after:
            unknown = HIDDEN if here.hides else later(after, here.address)
            yield Difference(here.text, _shown(here, before), unknown)
        return
    if _is_blank(before, here) and _is_blank(after, here):
        return
    documents_ = documents.parsed(before), documents.parsed(after)
    if None not in documents_:
        yield from _documents(replace(here, path=None), *documents_)
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _compare(here.at(name), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        veiled = here.hides or _has_hidden(before) or _has_hidden(after)
        yield from _lists(replace(here, hides=veiled), before, after)
    elif before != after or type(before) is not type(after):
        veiled = (
            here.hides or (_has_hidden(before) and after is not None) or (_has_hidden(after) and before is not None)
        )
        yield _difference(replace(here, hides=veiled), before, after)


def _documents(here: _Here, before: Any, after: Any) -> Iterator[Difference]:
    if documents.is_policy(before) and documents.is_policy(after):
        yield from _compare(replace(here, sets=True), documents.policy(before), documents.policy(after))
    else:
        yield from _compare(here, before, after)


def _lists(here: _Here, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    if all(isinstance(each, _SCALARS) for each in (*before, *after)):
        yield from _scalars(here, before, after)
        return
    old, new = list(enumerate(before)), list(enumerate(after))
    key = None if here.hides else _key(before, after)
    if key is not None:
        named, other = _by_name(key, old), _by_name(key, new)
        for label in dict.fromkeys((*named, *other)):
            (at_old, left), (at_new, right) = named.get(label, (-1, None)), other.get(label, (-1, None))
            yield from _compare(here.named(label, at_old if at_new < 0 else at_new), left, right)
        old, new = ([each for each in side if _name(key, each[1]) is None] for side in (old, new))
    yield from _members(here, old, new)


def _key(before: list[Any], after: list[Any]) -> str | None:
    """Return an attribute by which members of two lists are known: those that have it differ in it."""

    def tells(key: str, members: list[Any]) -> bool:
        names = [name for each in members if (name := _name(key, each)) is not None]
        return bool(names) and len(set(names)) == len(names)

    return next((key for key in _KEYS if tells(key, before) and tells(key, after)), None)


def _name(key: str, member: Any) -> str | None:
    name = member.get(key) if isinstance(member, dict) else None
    return name if isinstance(name, str) and name and not isinstance(name, Symbol) else None


def _by_name(key: str, members: Iterable[tuple[int, Any]]) -> dict[str, tuple[int, Any]]:
    return {name: (number, each) for number, each in members if (name := _name(key, each)) is not None}


def _scalars(here: _Here, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Compare lists of plain values: by what comes and goes, or whole where their order may matter."""
    if before == after and not (_has_hidden(before) and here.differs_hidden):
        return
    old, new = (Counter(_canonical(each, here) for each in side) for side in (before, after))
    if here.hides:
        yield Difference(here.text, _veiled(before), _veiled(after))
    elif old == new:
        if not here.sets:
            yield _difference(here, before, after)
    elif here.sets or len(before) > _MANY or len(after) > _MANY:
        gone = [each for each in before if _canonical(each, here) in old - new]
        come = [each for each in after if _canonical(each, here) in new - old]
        if len(gone) == len(come) == 1:
            yield _difference(here, gone[0], come[0])
            return
        yield from (_difference(here, each, None) for each in gone)
        yield from (_difference(here, None, each) for each in come)
    else:
        yield _difference(here, before, after)


def _members(here: _Here, old: list[tuple[int, Any]], new: list[tuple[int, Any]]) -> Iterator[Difference]:
    """Compare lists of blocks that have no names: without those that stay as they are, the others in their order."""
    before, after = ([_canonical(each, here) for _, each in side] for side in (old, new))
    if len(old) != 1 or len(new) != 1:
        old, new = _without_common(here, old, after), _without_common(here, new, before)
    if not old and not new and before != after and not here.sets:
        yield Difference(here.text, f"{len(before)} members", "the same in another order")
    for number in range(max(len(old), len(new))):
        index, left = old[number] if number < len(old) else (-1, None)
        index, right = new[number] if number < len(new) else (index, None)
        yield from _compare(here.at(index), left, right)


def _without_common(here: _Here, members: list[tuple[int, Any]], others: list[str]) -> list[tuple[int, Any]]:
    there = Counter(others)
    rest = []
    for number, each in members:
        text = _canonical(each, here)
        if there[text] and not _has_hidden(each):
            there[text] -= 1
        else:
            rest.append((number, each))
    return rest


def _canonical(value: Any, here: _Here) -> str:
    """Return a text that is the same for what is the same."""
    if isinstance(value, dict):
        return json.dumps({name: _canonical(each, here) for name, each in value.items()}, sort_keys=True)
    if isinstance(value, list):
        texts = [_canonical(each, here) for each in value]
        return json.dumps(sorted(texts) if here.sets else texts)
    return json.dumps(value, default=str)


def _is_blank(value: Any, here: _Here) -> bool:
    return value in (None, "", [], {}) or (here.defaults and value == 0 and not isinstance(value, bool))


def _has_hidden(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_hidden, value.values()))
    if isinstance(value, list):
        return any(map(_has_hidden, value))
    return value is HIDDEN


def _veiled(value: Any) -> str | None:
    return None if value is None else HIDDEN


def _shown(here: _Here, value: Any) -> str | None:
    return _veiled(value) if here.hides else shown(value, here.address)


def _difference(here: _Here, before: Any, after: Any) -> Difference:
    if here.hides:
        return Difference(here.text, _veiled(before), _veiled(after))
    return Difference(here.text, *shown_both(before, after, here.address))
