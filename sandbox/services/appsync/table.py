"""A table as DynamoDB has it: items under a key, and a scan that goes through them page by page.

"Working with scans in DynamoDB", Amazon DynamoDB Developer Guide.
"""

from __future__ import annotations

import bisect
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Item = dict[str, Any]
PAGE_BYTES: Final = 1_048_576  # of what is read, whatever a filter lets pass


@dataclass(frozen=True, slots=True)
class Page:
    """What one scan has read.

    Attributes:
        items: in the table's order.
        last: the position of the last item read, to go on from; None if the end was reached.
    """

    items: list[Item]
    last: str | None


class Table:
    """Items by their `id`, in an order that looks like none: that of the hashes of their keys, as in DynamoDB."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._positions: list[str] = []  # sorted
        self._keys: dict[str, str] = {}  # by position

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: str) -> Item | None:
        """Return a copy of an item; None if there is none."""
        item = self._items.get(key)
        return None if item is None else dict(item)

    def all(self) -> list[Item]:
        """Return copies of all items, by key."""
        return [dict(self._items[key]) for key in sorted(self._items)]

    def put(self, item: Item) -> None:
        """Store an item, in the place of any other with its `id`."""
        key = item["id"]
        if key not in self._items:
            position = _position(key)
            bisect.insort(self._positions, position)
            self._keys[position] = key
        self._items[key] = dict(item)

    def remove(self, key: str) -> None:
        """Take an item out."""
        del self._items[key]
        position = _position(key)
        self._positions.remove(position)
        del self._keys[position]

    def scan(self, limit: int, after: str | None = None) -> Page:
        """Read on from a position.

        It stops when it has read so many items, even if they were the last: then the next page is an empty one without
        a position. It stops at one mebibyte too.
        """
        start = 0 if after is None else bisect.bisect_right(self._positions, after)
        found: list[Item] = []
        read = 0
        for position in self._positions[start:]:
            item = self._items[self._keys[position]]
            found.append(dict(item))
            read += _size(item.items())
            if len(found) == limit or read >= PAGE_BYTES:
                return Page(found, position)
        return Page(found, None)


def _position(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _size(attributes: Iterable[tuple[str, Any]]) -> int:
    """Return an item's size in bytes ("DynamoDB item sizes and formats"); a number's taken for that of its digits."""
    return sum(len(name.encode()) + len(str(value).encode()) for name, value in attributes)
