"""A request to a GraphQL API: read, checked and run by graphql-core, and answered in AppSync's shape."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    execute_sync,
    get_named_type,
    get_operation_ast,
    parse,
    value_from_ast_untyped,
)

from sandbox.services.appsync.errors import RequestError, ResolverError, shaped
from sandbox.services.appsync.validation import mistakes, of_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graphql import DocumentNode, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode, SelectionSetNode

    Resolver = Callable[..., Any]

_MALFORMED = "MalformedHttpRequestException"


class InvalidDocumentError(Exception):
    """A document that can be read but not run.

    Attributes:
        errors: the members of the answer's `errors[]`.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(each["message"] for each in errors))
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        return {"data": None, "errors": self.errors}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that can be run.

    Attributes:
        fields: the names of the fields at its top, without those of introspection, in order, each once.
    """

    document: DocumentNode
    node: OperationDefinitionNode
    variables: Mapping[str, Any]
    fields: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`query` or `mutation`."""
        return self.node.operation.value

    @property
    def type_name(self) -> str:
        """Return the type of its top: `Query` or `Mutation`."""
        return self.kind.capitalize()


def read(schema: GraphQLSchema, body: bytes) -> Operation:
    """Read the body of a request and check its document against the schema.

    Raises:
        RequestError: there is none, or it is no GraphQL (graphql-over-http issue 81 has the words).
        InvalidDocumentError: it asks for what is not in the schema, or not for one operation.
    """
    if not body.strip():
        raise RequestError(400, _MALFORMED, "Request body is empty.")
    try:
        content = json.loads(body)
        query, variables = content["query"], content.get("variables") or {}
        document = parse(query)
    except (ValueError, TypeError, KeyError, GraphQLError):  # no JSON, no object, no query, no GraphQL
        raise RequestError(400, _MALFORMED, "Unable to parse GraphQL query.") from None
    if not isinstance(variables, dict):
        raise RequestError(400, _MALFORMED, "Unable to parse GraphQL query.")
    if found := mistakes(schema, document):
        raise InvalidDocumentError(found)
    node = get_operation_ast(document, content.get("operationName"))
    if node is None:
        raise InvalidDocumentError([{"path": None, "locations": None, "message": _no_operation(content)}])
    names = [each.name.value for each in _fields(node.selection_set, _fragments(document))]
    return Operation(
        document, node, variables, tuple(dict.fromkeys(each for each in names if not each.startswith("__")))
    )


def run(schema: GraphQLSchema, operation: Operation, resolvers: Mapping[str, Resolver]) -> dict[str, Any]:
    """Run an operation and return the answer's JSON; the fields of a mutation one after the other.

    Args:
        schema: it was read against.
        operation: from `read`.
        resolvers: by the names of the top's fields; each gets graphql-core's `info` and the field's arguments by name,
            and may raise `ResolverError`.
    """
    name = operation.node.name.value if operation.node.name else None
    done = execute_sync(schema, operation.document, resolvers, None, dict(operation.variables), name)
    if not done.errors:
        return {"data": done.data}
    if done.data is None and all(error.path is None for error in done.errors):
        return {"data": None, "errors": [of_variables(schema, error) for error in done.errors]}
    types = _types(schema)
    return {"data": done.data, "errors": [shaped(error, types) for error in done.errors]}


def item(operation: Operation) -> str:
    """Return the `id` that the first field of an operation is about; "" if it is about none."""
    node = next(_fields(operation.node.selection_set, _fragments(operation.document)))
    variables = dict(operation.variables)
    given = {each.name.value: value_from_ast_untyped(each.value, variables) for each in node.arguments or ()}
    about = given.get("input") or given
    return str(about.get("id") or "") if isinstance(about, dict) else ""  # not checked against the schema yet


def selected(error: ResolverError, info: GraphQLResolveInfo[Any]) -> ResolverError:
    """Return an error whose data is cut down to what the field's selection asks for, as `$util.error` does it."""
    if not isinstance(error.data, dict):
        return error
    data: dict[str, Any] = {}
    for node in info.field_nodes:
        for each in _fields(node.selection_set, info.fragments):
            alias = each.alias.value if each.alias else each.name.value
            data[alias] = str(info.return_type) if each.name.value == "__typename" else error.data.get(each.name.value)
    return ResolverError(error.error_type, error.message, data, error.info)


def _no_operation(content: Mapping[str, Any]) -> str:
    """Say why there is no operation to run, in graphql-java's words."""
    if name := content.get("operationName"):
        return f"Unknown operation named '{name}'."
    return "Must provide operation name if query contains multiple operations."


def _fields(selections: SelectionSetNode | None, fragments: Mapping[str, Any]) -> Iterator[FieldNode]:
    """Yield the fields of a selection, those of its fragments too."""
    for each in selections.selections if selections else ():
        if isinstance(each, FieldNode):
            yield each
        elif isinstance(each, InlineFragmentNode):
            yield from _fields(each.selection_set, fragments)
        elif isinstance(each, FragmentSpreadNode):
            fragment = fragments[each.name.value]
            yield from _fields(getattr(fragment, "definition", fragment).selection_set, fragments)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def _types(schema: GraphQLSchema) -> dict[tuple[str, str], str]:
    """Return the name of each field's type, by the names of its parent and its own."""
    return {
        (name, field): str(get_named_type(definition.type))
        for name, parent in schema.type_map.items()
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        for field, definition in parent.fields.items()
    }
