"""Filters and conditions, by DynamoDB's rules ("Comparison operator and function reference", its Developer Guide)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.services.appsync.errors import ResolverError
from sandbox.services.appsync.expressions import passes

ITEM = {"id": "c1", "channelId": "UC1", "customId": "one", "displayName": None, "_deleted": True}

CASES: list[tuple[dict[str, Any] | None, bool]] = [
    (None, True),
    ({}, True),
    ({"customId": {"eq": "one"}}, True),
    ({"customId": {"eq": "One"}}, False),
    ({"customId": {"ne": "one"}}, False),
    ({"customId": {"ne": "two"}}, True),
    ({"customId": {"lt": "p", "gt": "o"}}, True),  # all operators of one attribute
    ({"customId": {"lt": "one"}}, False),
    ({"customId": {"le": "one", "ge": "one"}}, True),
    ({"customId": {"gt": "one"}}, False),
    ({"customId": {"lt": "Ω"}}, True),  # bytes of UTF-8
    ({"customId": {"contains": "n"}}, True),
    ({"customId": {"contains": "x"}}, False),
    ({"customId": {"notContains": "x"}}, True),
    ({"customId": {"notContains": "n"}}, False),
    ({"customId": {"beginsWith": "on"}}, True),
    ({"customId": {"beginsWith": "ne"}}, False),
    ({"customId": {"between": ["one", "two"]}}, True),  # both bounds are within
    ({"customId": {"between": ["a", "one"]}}, True),
    ({"customId": {"between": ["p", "q"]}}, False),
    ({"customId": {"attributeExists": True}}, True),
    ({"customId": {"attributeExists": False}}, False),
    ({"customId": {"attributeType": "string"}}, True),
    ({"customId": {"attributeType": "number"}}, False),
    ({"customId": {"size": {"eq": 3, "lt": 4}}}, True),
    ({"customId": {"size": {"between": [4, 9]}}}, False),
    ({"_deleted": {"eq": True}}, True),
    ({"_deleted": {"ne": True}}, False),
    ({"_deleted": {"attributeType": "bool"}}, True),
    # stored as NULL
    ({"displayName": {"attributeExists": True}}, True),
    ({"displayName": {"attributeType": "_null"}}, True),
    ({"displayName": {"eq": None}}, True),
    ({"displayName": {"lt": "z"}}, False),
    ({"displayName": {"size": {"ge": 0}}}, False),
    # not there
    ({"updatedAt": {"attributeExists": False}}, True),
    ({"updatedAt": {"attributeExists": True}}, False),
    ({"updatedAt": {"eq": None}}, False),
    ({"updatedAt": {"eq": "x"}}, False),
    ({"updatedAt": {"ne": "x"}}, True),
    ({"updatedAt": {"lt": "x"}}, False),
    ({"updatedAt": {"ge": ""}}, False),
    ({"updatedAt": {"contains": ""}}, False),
    ({"updatedAt": {"notContains": "x"}}, True),
    ({"updatedAt": {"beginsWith": ""}}, False),
    ({"updatedAt": {"between": ["", "z"]}}, False),
    ({"updatedAt": {"attributeType": "_null"}}, False),
    ({"updatedAt": {"size": {"ge": 0}}}, False),
    # together
    ({"customId": {"eq": "one"}, "channelId": {"eq": "UC2"}}, False),
    ({"and": [{"customId": {"eq": "one"}}, {"channelId": {"eq": "UC1"}}]}, True),
    ({"and": [{"customId": {"eq": "one"}}, {"channelId": {"eq": "UC2"}}]}, False),
    ({"or": [{"customId": {"eq": "two"}}, {"channelId": {"eq": "UC1"}}]}, True),
    ({"or": [{"customId": {"eq": "two"}}, {"channelId": {"eq": "UC2"}}]}, False),
    ({"not": {"customId": {"eq": "one"}}}, False),
    ({"not": {"or": [{"customId": {"eq": "two"}}, {"updatedAt": {"attributeExists": True}}]}}, True),
    (
        {"customId": {"eq": "one"}, "or": [{"id": {"eq": "c2"}}, {"id": {"eq": "c1"}}], "not": {"id": {"eq": "c2"}}},
        True,
    ),
    ({"customId": None}, True),
]


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[str(case[0]) for case in CASES])
def test_passes(expression: dict[str, Any] | None, expected: bool) -> None:
    assert passes(expression, ITEM) is expected


@pytest.mark.parametrize("bounds", [[], ["a"], ["a", "b", "c"], ["b", "a"], ["a", None]])
def test_bounds_that_dynamodb_refuses(bounds: list[Any]) -> None:
    with pytest.raises(ResolverError, match="BETWEEN operator requires") as refused:
        passes({"customId": {"between": bounds}}, ITEM)
    assert refused.value.error_type == "DynamoDB:DynamoDbException"
