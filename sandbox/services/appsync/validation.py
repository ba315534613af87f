"""What AppSync finds wrong with a document or its variables, in its own words.

AppSync is built on graphql-java, so the kinds of mistakes are graphql-java's (`ValidationErrorType`), each found here
by the rule of graphql-core that is the same rule of the GraphQL specification. Seen in public: FieldUndefined,
UnknownType, UnknownArgument, MissingFieldArgument, SubSelectionRequired and WrongType (amplify-cli issue 5339,
aws-amplify/learn issue 417, aws-appsync-community issue 273, graphql-over-http issue 81). Such an error has no
`errorType`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from graphql import FieldNode, FragmentDefinitionNode, GraphQLError, Node, OperationDefinitionNode, Visitor, visit
from graphql import validate as find_mistakes
from graphql import validation as rules

from sandbox.services.appsync.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import DocumentNode, GraphQLInputObjectType, GraphQLSchema

_KINDS: Final = {
    rules.FieldsOnCorrectTypeRule: "FieldUndefined",
    rules.FragmentsOnCompositeTypesRule: "FragmentTypeConditionInvalid",
    rules.KnownArgumentNamesRule: "UnknownArgument",
    rules.KnownDirectivesRule: "UnknownDirective",
    rules.KnownFragmentNamesRule: "UndefinedFragment",
    rules.KnownTypeNamesRule: "UnknownType",
    rules.LoneAnonymousOperationRule: "LoneAnonymousOperationViolation",
    rules.NoUndefinedVariablesRule: "UndefinedVariable",
    rules.NoUnusedFragmentsRule: "UnusedFragment",
    rules.NoUnusedVariablesRule: "UnusedVariable",
    rules.OverlappingFieldsCanBeMergedRule: "FieldsConflict",
    rules.PossibleFragmentSpreadsRule: "InvalidFragmentType",
    rules.ProvidedRequiredArgumentsRule: "MissingFieldArgument",
    rules.ScalarLeafsRule: "SubSelectionRequired",
    rules.ValuesOfCorrectTypeRule: "WrongType",
    rules.VariablesAreInputTypesRule: "NonInputTypeOnVariable",
    rules.VariablesInAllowedPositionRule: "VariableTypeMismatch",
}
_OTHER: Final = "InvalidSyntax"  # the kind of a rule that has none above
# Where its words are known: what graphql-core says, and what AppSync says of the same.
_WORDS: Final = (
    (re.compile(r"Cannot query field '(\w+)' on type '(\w+)'"), r"Field '\1' in type '\2' is undefined"),
    (re.compile(r"Unknown argument '(\w+)' on field"), r"Unknown field argument \1"),
    (re.compile(r"Unknown type '(\w+)'"), r"Unknown type \1"),
    (re.compile(r"Argument '\w+\.\w+\((\w+):\)' of type '.*' is required"), r"Missing field argument \1"),
    (re.compile(r"Field '(\w+)' of type '(\w+)' must have a sel"), r"Sub selection required for type \2 of field \1"),
)
_NULL: Final = re.compile(r"Variable '\$(\w+)' has invalid value.*: Expected (?:a )?value of non-null type '(.+?)'")
_MISSING: Final = re.compile(r"Variable '\$(\w+)' .* value of type '(\w+)' to include required field '(\w+)'")
_UNKNOWN: Final = re.compile(r"Variable '\$\w+' .* value of type '(\w+)' not to include unknown field")


def mistakes(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """Return what is wrong with a document, as members of `errors[]`; none if it can be run."""
    found = []
    for rule in rules.specified_rules:
        for error in find_mistakes(schema, document, rules=[rule]):
            path = _path(document, error.nodes or ())
            where = f" @ '{path}'" if path else ""
            found.append(invalid(error, f"Validation error of type {_KINDS.get(rule, _OTHER)}: {_said(error)}{where}"))
    return found


def of_variables(schema: GraphQLSchema, error: GraphQLError) -> dict[str, Any]:
    """Return what is wrong with a request's variables, as a member of `errors[]`.

    Words: aws-appsync-community issues 273 and 406; the field that is missing or unknown is not named.
    """
    if unknown := _UNKNOWN.match(error.message):
        words = f"The variables input contains a field that is not defined for input object type '{unknown[1]}' "
        return {"path": None, "locations": None, "message": words}
    if null := _NULL.match(error.message):
        return invalid(error, _coerced_null(null[1], null[2]))
    if missing := _MISSING.match(error.message):
        parent = cast("GraphQLInputObjectType", schema.type_map[missing[2]])
        return invalid(error, _coerced_null(missing[1], str(parent.fields[missing[3]].type)))
    return invalid(error, error.message)


def _coerced_null(variable: str, type_name: str) -> str:
    return f"Variable '{variable}' has coerced Null value for NonNull type '{type_name}'"


def _said(error: GraphQLError) -> str:
    for pattern, words in _WORDS:
        if match := pattern.match(error.message):
            return match.expand(words)
    return error.message.removesuffix(".")


def _path(document: DocumentNode, nodes: Sequence[Node]) -> str:
    """Return the names of the fields above and at the first of these nodes, with slashes between."""
    wanted = nodes[0] if nodes else None
    found: list[str] = []

    class Finder(Visitor):
        """Keeps the fields and fragments it is in."""

        def __init__(self) -> None:
            super().__init__()
            self.names: list[str] = []

        def enter(self, node: Node, *_: object) -> None:
            if isinstance(node, FieldNode | FragmentDefinitionNode):
                self.names.append(node.name.value)
            if node is wanted:
                found[:] = self.names

        def leave(self, node: Node, *_: object) -> None:
            if isinstance(node, FieldNode | FragmentDefinitionNode):
                self.names.pop()

    if wanted is not None and not isinstance(wanted, OperationDefinitionNode):
        visit(document, Finder())
    return "/".join(found)
