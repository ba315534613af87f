"""What hypothesis draws: policies whose texts are close to each other, and requests that are close to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from review.proof.access import Access
from semantics import policies
from semantics.policies import Kind, Principal

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/one"
USER = f"arn:aws:iam::{ACCOUNT}:user/maria"

ACTION_TEXTS = (
    "s3:GetObject",
    "S3:getobject",
    "s3:Get*",
    "s3:*",
    "*",
    "sqs:Send?essage",
    "*:Get*",
    "s3:GetObject*",
    "*bject",
)
ACTIONS = ("s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "sqs:SendMessage", "s3:ListBucket", "ec2:RunInstances")

RESOURCE_TEXTS = (
    "*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::*/x",
    "arn:aws:s3:::b/?",
    "arn:aws:s3*",
    "arn:*:x",
    "arn:aws:sqs:*",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "arn:aws:sqs:*:111122223333:q",
    "arn:aws:sqs:us-*:*:q*",
    "arn:aws:sqs:us-????-1:111122223333:*q",
    "arn:aws:*:us-east-1:*:q:*",
    "${*}",
    "arn:aws:s3:::b/${*}",
)
VARIABLE_RESOURCES = (
    "arn:aws:s3:::b/${test:text}",
    "arn:aws:s3:::${test:text}/*",
    "arn:aws:s3:::b/${test:absent, 'x'}",
    "arn:aws:sqs:us-east-1:${test:other}:q",
    "arn:aws:s3:::${aws:PrincipalAccount}/x",
)
RESOURCES = (
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/y",
    "arn:aws:s3:::b/x/x",
    "arn:aws:s3:::a/x",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b:1:x",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "arn:aws:sqs:us-east-1:111122223333:q:x",
    "arn:aws:sqs:us-east-1:9:111122223333:q",
    "arn:aws:sqs:us-west-1:111122223333:qq",
    "arn:aws:sqs:eu-west-1:444455556666:q",
    "arn:aws-cn:sqs:::x",
)

# Each key with its operators, the texts that a policy compares it with, and the values that a request has.
_TEXTS = ("a", "A", "ab", "abc", "b", "a*", "*b", "?", "a?c", "*", "a${*}", "*a*b*", "")
_ARNS = (
    "arn:aws:iam::1:role/a",
    "arn:aws:iam::1:role/*",
    "arn:aws:*::1:*",
    "arn:*:iam::?:role/a",
    "arn:aws:iam::1",
    "*",
)
_ARN_VALUES = ("arn:aws:iam::1:role/a", "arn:aws:iam::2:role/a", "arn:aws:iam::1:role/a:b", "arn:aws:s3::1:x", "a")
_TEXT_OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")
_NUMBER_OPERATORS = (
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
)
_NUMBERS = (
    "1",
    "2",
    "2.5",
    "10",
    "10.0",
    "+10",
    "-3",
    "x",
    "9007199254740993",
    "9007199254740992",
    ".1",
    "0.1000000000000000001",
)
_NUMBER_VALUES = (
    "0",
    "0.10",
    "1",
    "1.5",
    "2",
    "2.5",
    "3",
    "10",
    "11",
    "-3",
    "-4",
    "9007199254740993",
    "9007199254740991",
)
_DATES = ("2026", "2026-03", "2026-03-01T12:00:00Z", "2026-03-01T14:00:00+02:00", "1772366400", "2026-02-29", "soon")
_DATE_VALUES = (
    "2025-12-31T23:59:59Z",
    "2026-01-01",
    "2026-02-11",
    "2026-03-01T12:00:00Z",
    "2026-03-01T07:00:00.5-05:00",
    "2030-01-01",
)
_NETWORKS = ("203.0.113.0/24", "203.0.113.77/25", "203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "here")
_ADDRESSES = (
    "203.0.113.7",
    "203.0.113.8",
    "203.0.113.200",
    "198.51.100.1",
    "2001:db8::1",
    "2001:db8::2",
    "::1",
    "203.0.113.0/25",
)
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "test:text": (_TEXT_OPERATORS, _TEXTS, ("a", "A", "ab", "abc", "b", "a*", "aab", "zz", "B", "")),
    "test:arn": (("ArnLike", "ArnEquals", "ArnNotLike", "StringLike"), _ARNS, _ARN_VALUES),
    "test:number": (_NUMBER_OPERATORS, _NUMBERS, _NUMBER_VALUES),
    "test:date": (tuple(each.replace("Numeric", "Date") for each in _NUMBER_OPERATORS), _DATES, _DATE_VALUES),
    "test:address": (("IpAddress", "NotIpAddress"), _NETWORKS, _ADDRESSES),
    "test:flag": (("Bool", "StringEquals"), ("true", "True", "false"), ("true", "TRUE", "false", "no")),
    "aws:SecureTransport": (("Bool",), ("true", "false"), ("true", "false")),
    "test:bytes": (("BinaryEquals",), ("QmFz", "qmFz"), ("QmFz", "qmFz", "x")),
    "aws:TagKeys": (_TEXT_OPERATORS, _TEXTS, ("a", "A", "ab", "b", "zz", "")),
    "test:sizes": (_NUMBER_OPERATORS, _NUMBERS, _NUMBER_VALUES),
}
MULTIVALUED = ("aws:TagKeys", "test:sizes")
_VARIABLES = ("${test:other}", "a${test:text}", "${aws:username, 'a'}", "${test:text}*", "${test:absent}")

KEYS = tuple(FAMILIES)
one_of = st.sampled_from


def _some(draw: st.DrawFn, items: tuple[str, ...], most: int = 2) -> list[str]:
    return draw(st.lists(one_of(items), min_size=1, max_size=most, unique=True))


def _odd_case(draw: st.DrawFn, key: str) -> str:
    return draw(one_of((key, key, key.upper(), key.lower())))


def _condition(draw: st.DrawFn, *, variables: bool) -> dict[str, dict[str, list[str]]]:
    condition: dict[str, dict[str, list[str]]] = {}
    for key in draw(st.lists(one_of(tuple(FAMILIES)), max_size=2, unique=True)):
        operators, texts, _ = FAMILIES[key]
        operator = draw(one_of((*operators, "Null")))
        wanted = _some(draw, ("true", "false") if operator == "Null" else texts)
        if operator != "Null":
            if variables and operator.startswith("String") and draw(st.booleans()):
                wanted.append(draw(one_of(_VARIABLES)))
            operator += draw(one_of(("", "", "IfExists")))
            if key in MULTIVALUED:
                operator = draw(one_of(("ForAllValues:", "ForAnyValue:", ""))) + operator
        condition.setdefault(operator, {})[_odd_case(draw, key)] = wanted
    return condition


def _statement(draw: st.DrawFn, *, variables: bool, of_resource: bool) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": draw(one_of(("Allow", "Allow", "Deny"))),
        draw(one_of(("Action", "Action", "NotAction"))): _some(draw, ACTION_TEXTS),
        draw(one_of(("Resource", "Resource", "NotResource"))): _some(
            draw, (*RESOURCE_TEXTS, *VARIABLE_RESOURCES) if variables else RESOURCE_TEXTS
        ),
    }
    if condition := _condition(draw, variables=variables):
        statement["Condition"] = condition
    if of_resource:
        kind = draw(one_of(("AWS", "AWS", "Service")))
        texts = PRINCIPAL_TEXTS if kind == "AWS" else SERVICE_TEXTS
        statement[draw(one_of(("Principal", "Principal", "NotPrincipal")))] = {kind: _some(draw, texts, 3)}
        if draw(one_of((True, False, False))):
            statement.setdefault("Condition", {})["StringLike"] = {
                "aws:PrincipalArn": _some(draw, ("arn:aws:iam::*:role/*", ROLE, "*user*", f"arn:aws:iam::{OTHER}:*"))
            }
        if draw(one_of((True, False, False, False))):
            statement.setdefault("Condition", {})["StringEquals"] = {
                "aws:principalaccount": [draw(one_of((ACCOUNT, OTHER)))]
            }
    return statement


PRINCIPAL_TEXTS = (
    "*",
    ACCOUNT,
    f"arn:aws:iam::{ACCOUNT}:root",
    ROLE,
    SESSION,
    USER,
    OTHER,
    f"arn:aws:iam::{OTHER}:role/x",
)
SERVICE_TEXTS = ("events.amazonaws.com", "sns.amazonaws.com", "*")
PRINCIPALS: tuple[Principal, ...] = (
    policies.session(ROLE, "one"),
    policies.session(ROLE, "two"),
    policies.session(f"arn:aws:iam::{ACCOUNT}:role/worker", "one"),
    policies.session(f"arn:aws:iam::{ACCOUNT}:role/else", "one"),
    policies.session(f"arn:aws:iam::{OTHER}:role/x", "one"),
    policies.session("arn:aws:iam::777788889999:role/x", "one"),
    policies.user(USER),
    policies.user(f"arn:aws:iam::{ACCOUNT}:user/john"),
    policies.user(f"arn:aws:iam::{OTHER}:user/maria"),
    policies.service("events.amazonaws.com"),
    policies.service("lambda.amazonaws.com"),
)


Document = dict[str, Any]


def _document(draw: st.DrawFn, *, variables: bool, of_resource: bool, most: int = 3) -> Document:
    statements = [
        _statement(draw, variables=variables, of_resource=of_resource)
        for _ in range(draw(st.integers(min_value=1, max_value=most)))
    ]
    statements[0]["Effect"] = "Allow"
    return {"Version": draw(one_of(("2012-10-17", "2012-10-17", "2008-10-17"))), "Statement": statements}


def _edited(draw: st.DrawFn, document: Document, *, variables: bool, of_resource: bool) -> Document:
    """Change a little of a document, so that it allows more, or less, or the same."""
    statements = [dict(statement) for statement in document["Statement"]]
    place = draw(st.integers(min_value=0, max_value=len(statements) - 1))
    other = _statement(draw, variables=variables, of_resource=of_resource)
    edit = draw(one_of(("add", "remove", "Action", "Resource", "Condition", "no condition", "Effect", "nothing")))
    if edit == "add":
        statements.append(other)
    elif edit == "remove" and len(statements) > 1:
        del statements[place]
    elif edit == "no condition":
        statements[place].pop("Condition", None)
    elif edit in other and edit in statements[place]:
        statements[place][edit] = other[edit]
    return {**document, "Statement": statements}


def _access(kind: Kind, document: Document, boundary: Document | None = None) -> Access:
    limit = None if boundary is None else policies.read(boundary, Kind.BOUNDARY)
    return Access((policies.read(document, kind),), limit)


@st.composite
def of_holders(draw: st.DrawFn, *, variables: bool = False) -> Access:
    """Draw what a role may do."""
    document = _document(draw, variables=variables, of_resource=False)
    has_boundary = draw(one_of((False, False, True)))
    boundary = _document(draw, variables=variables, of_resource=False, most=2) if has_boundary else None
    return _access(Kind.IDENTITY, document, boundary)


@st.composite
def pairs(draw: st.DrawFn, kind: Kind = Kind.IDENTITY, *, variables: bool = False) -> tuple[Access, Access]:
    """Draw two sides that have much in common."""
    of_resource = kind.has_principals
    document = _document(draw, variables=variables, of_resource=of_resource)
    other = document
    for _ in range(draw(one_of((1, 1, 2)))):
        other = _edited(draw, other, variables=variables, of_resource=of_resource)
    boundaries: list[Document | None] = [None, None]
    if not of_resource and draw(one_of((False, False, True))):
        boundary = _document(draw, variables=variables, of_resource=False, most=2)
        edited = _edited(draw, boundary, variables=variables, of_resource=False)
        boundaries = draw(st.permutations((boundary, draw(one_of((edited, boundary, None))))))
    return _access(kind, document, boundaries[0]), _access(kind, other, boundaries[1])


@st.composite
def keys(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """Draw a key of a request with its values; none if the request does not have it."""
    key = draw(one_of((*FAMILIES, "test:other", "aws:username")))
    values = FAMILIES[key][2] if key in FAMILIES else ("a", "ab", "x", "b")
    wanted = draw(st.lists(one_of(values), max_size=2 if key in MULTIVALUED else 1, unique=True))
    return _odd_case(draw, key), tuple(wanted)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw the keys of a request with their values."""
    drawn = draw(st.lists(keys(), max_size=6, unique_by=lambda each: each[0].lower()))
    return {key: values for key, values in drawn if values}
