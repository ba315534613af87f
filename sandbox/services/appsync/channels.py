"""What Amplify's resolvers do with channels: each a request to one DynamoDB table, with or without versions.

`create` writes where there is no item of this id, `update` and `delete` where there is one
(`attribute_not_exists(id)` and `attribute_exists(id)` in the request templates of
@aws-amplify/graphql-model-transformer); an `update` takes away what is given as null. With versions: "Conflict
detection and sync", AWS AppSync Developer Guide, as Amplify sets it up for optimistic concurrency. Tombstones stay;
AppSync takes them away when the table's time to live is over.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sandbox.services.appsync.errors import (
    CONFLICT,
    DYNAMODB_ERROR,
    ResolverError,
    conditional_check_failed,
    of_dynamodb,
)
from sandbox.services.appsync.expressions import passes
from sandbox.services.appsync.paging import NextTokens
from sandbox.services.appsync.table import Item, Page, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Arguments = Mapping[str, Any]

DEFAULT_LIMIT: Final = 100  # of the request template of a list
_LIMIT_TOO_SMALL = (
    "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
    "Member must have value greater than or equal to 1"
)
_EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
    "value. Key: id"
)


class Channels:
    """The channels and what can be done with them.

    Attributes:
        versioned: whether conflict detection is on.
        empty_page_every: each so-many-th page of a list is empty and goes on; 0 for none.
    """

    def __init__(self, *, versioned: bool = False, now: Callable[[], float] = time.time) -> None:
        self.versioned = versioned
        self.empty_page_every = 0
        self._now = now
        self._table = Table()
        self._tokens = NextTokens()

    def configure(self, *, versioned: bool, empty_page_every: int) -> None:
        """Change the two; what is stored gets a version when versions begin, which on AppSync is the owner's to do."""
        self.versioned = versioned
        self.empty_page_every = empty_page_every
        if versioned:
            _, milliseconds = self._stamps()
            for item in self._table.all():
                self._table.put({"_version": 1, "_lastChangedAt": milliseconds, **item})

    def all(self) -> list[Item]:
        """Return what is stored, tombstones included, by id."""
        return self._table.all()

    def clear(self) -> None:
        """Forget all."""
        self._table = Table()

    def seed(self, channel: Arguments) -> Item:
        """Store a channel as it is given, whatever was there, and return it.

        What DynamoDB needs and Amplify would have written is added if it is missing. What the schema needs is not: an
        item without its `channelId` can be stored, and then cannot be read.
        """
        stamp, milliseconds = self._stamps()
        item = {"id": str(uuid.uuid4()), "createdAt": stamp, "updatedAt": stamp, **channel}
        if self.versioned:
            item = {"_version": 1, "_lastChangedAt": milliseconds, **item}
        self._table.put(item)
        return item

    def resolve(self, field: str, arguments: Arguments) -> Any:
        """Return what answers a field of `Query` or `Mutation`.

        Raises:
            ResolverError: as the method that does it.
        """
        match field:
            case "getChannel":
                return self.get(arguments["id"])
            case "listChannels":
                return self.list(field, arguments)
            case "syncChannels":
                last_sync = arguments.get("lastSync")
                return self.list(field, arguments, -1 if last_sync is None else last_sync)
        change = {"createChannel": self.create, "updateChannel": self.update, "deleteChannel": self.delete}[field]
        return change(arguments["input"], arguments.get("condition"))

    def create(self, given: Arguments, condition: Arguments | None) -> Item:
        """Write a new channel.

        Raises:
            ResolverError: there is one with this id, if only its tombstone; the condition does not hold.
        """
        stamp, milliseconds = self._stamps()
        item = {"id": str(uuid.uuid4()), "createdAt": stamp, "updatedAt": stamp, **_without_version(given)}
        if not item["id"]:
            raise of_dynamodb(DYNAMODB_ERROR, _EMPTY_KEY)
        if self._table.get(item["id"]) is not None or not passes(condition, {}):
            raise conditional_check_failed()
        if self.versioned:
            item |= {"_version": 1, "_lastChangedAt": milliseconds}
        self._table.put(item)
        return item

    def update(self, given: Arguments, condition: Arguments | None) -> Item:
        """Change a channel. A tombstone that is changed is none any more [U].

        Raises:
            ResolverError: there is none with this id; the version is another one; the condition does not hold.
        """
        item = self._writable(given, condition)
        stamp, _ = self._stamps()
        changed = item | {"updatedAt": stamp} | _without_version(given)
        changed = {name: value for name, value in changed.items() if given.get(name, value) is not None}
        changed.pop("_deleted", None)
        return self._write(changed)

    def delete(self, given: Arguments, condition: Arguments | None) -> Item:
        """Take a channel away, or leave its tombstone where versions are kept, and return it.

        Raises:
            ResolverError: as for `update`.
        """
        item = self._writable(given, condition)
        if self.versioned:
            return self._write(item | {"_deleted": True})
        self._table.remove(item["id"])
        return item

    def get(self, key: str) -> Item | None:
        """Return a channel, a tombstone too; None if there is none."""
        return self._table.get(key)

    def list(self, field: str, arguments: Arguments, changed_after: int = -1) -> dict[str, Any]:
        """Return a page of what passes a filter, and the token for the next one, as a `ModelChannelConnection`.

        `limit` is of what is read, not of what passes, so a page can be empty and go on ("Filter expressions for
        scan"). Tombstones are listed.

        Args:
            field: `listChannels`, or `syncChannels`; the token of one is none for the other.
            arguments: `filter`, `limit` and `nextToken`, as the schema has them.
            changed_after: only what was changed later, in milliseconds since 1970.

        Raises:
            ResolverError: the limit is no positive number, or the token is not one.
        """
        limit, next_token = arguments.get("limit"), arguments.get("nextToken")
        if limit is not None and limit < 1:
            raise of_dynamodb(DYNAMODB_ERROR, _LIMIT_TOO_SMALL.format(limit=limit))
        number, position = (1, "") if next_token is None else self._tokens.read(field, next_token)
        if self.empty_page_every and number % self.empty_page_every == 0:
            page = Page([], position)
        else:
            page = self._table.scan(limit or DEFAULT_LIMIT, position)
        changed = [item for item in page.items if item.get("_lastChangedAt", 0) > changed_after]
        return {
            "items": [item for item in changed if passes(arguments.get("filter"), item)],
            "nextToken": None if page.last is None else self._tokens.write(field, number + 1, page.last),
            "startedAt": self._stamps()[1],
        }

    def _writable(self, given: Arguments, condition: Arguments | None) -> Item:
        """Return the item that is to be changed, if it may be.

        A version that is not given counts as 0, and so as an old one. The error of a conflict has the item as it is: so
        the guide says; that Amplify's resolvers left it out has been reported (amplify-category-api issue 2197).
        """
        item = self._table.get(given["id"])
        if item is None:
            raise conditional_check_failed()
        if self.versioned and (given.get("_version") or 0) != item.get("_version", 0):
            raise ResolverError(CONFLICT, "Conflict resolver rejects mutation.", data=item)
        if not passes(condition, item):
            raise conditional_check_failed()
        return item

    def _write(self, item: Item) -> Item:
        if self.versioned:
            _, milliseconds = self._stamps()
            item |= {"_version": item.get("_version", 0) + 1, "_lastChangedAt": milliseconds}
        self._table.put(item)
        return item

    def _stamps(self) -> tuple[str, int]:
        """Return now: as an `AWSDateTime`, and in milliseconds since 1970."""
        now = datetime.fromtimestamp(self._now(), UTC)
        written = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return written, int(now.timestamp() * 1000)


def _without_version(given: Arguments) -> Item:
    return {name: value for name, value in given.items() if name != "_version"}
