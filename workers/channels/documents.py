"""The GraphQL documents of the type `Channel`, in the names that Amplify gives a model's operations."""

from __future__ import annotations

from dataclasses import dataclass

PAGE_SIZE = 1000  # records that one page looks at, the most Amplify's resolvers hand DynamoDB
FIELDS = "id channelId customId displayName"
# A versioned API (conflict detection) has these beside the model's own, and tells deleted records by them.
VERSIONED_FIELDS = f"{FIELDS} _version _deleted"


@dataclass(frozen=True, slots=True)
class Document:
    """One operation and what it asks.

    Attributes:
        field: the field of Query or Mutation; an answer's data is under it.
        text: the document.
        writes: whether it changes anything.
    """

    field: str
    text: str
    writes: bool


@dataclass(frozen=True, slots=True)
class Documents:
    """The operations on channels."""

    list: Document
    get: Document
    create: Document
    update: Document

    @classmethod
    def of(cls, *, versioned: bool) -> Documents:
        """Return the documents for an API with versions, or one without."""
        fields = VERSIONED_FIELDS if versioned else FIELDS
        return cls(
            list=Document(
                "listChannels",
                "query ListChannels($limit: Int, $nextToken: String) { "
                f"listChannels(limit: $limit, nextToken: $nextToken) {{ items {{ {fields} }} nextToken }} }}",
                writes=False,
            ),
            get=Document(
                "getChannel", f"query GetChannel($id: ID!) {{ getChannel(id: $id) {{ {fields} }} }}", writes=False
            ),
            create=Document(
                "createChannel",
                "mutation CreateChannel($input: CreateChannelInput!) { "
                f"createChannel(input: $input) {{ {fields} }} }}",
                writes=True,
            ),
            update=Document(
                "updateChannel",
                "mutation UpdateChannel($input: UpdateChannelInput!) { "
                f"updateChannel(input: $input) {{ {fields} }} }}",
                writes=True,
            ),
        )
