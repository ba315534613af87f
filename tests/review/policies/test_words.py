"""Statements in words: who, what, on what, under which conditions."""

from __future__ import annotations

from typing import Any

import pytest

from review.policies import condition_words
from review.policies.documents import of_content, unread
from review.policies.model import Guarded, Policies, Role, Sentence
from review.policies.principals import principals, service
from review.policies.words import sentences
from semantics.conditions import OPERATORS, is_operator
from semantics.statements import Kind

ARN = "arn:aws:iam::111122223333:role/team/worker"


def said(operator: str, key: str, *values: str, variables: bool = True) -> str:
    (phrase,) = condition_words.phrases({operator: {key: values}}, variables=variables)
    return phrase


@pytest.mark.parametrize(
    ("operator", "key", "values", "phrase"),
    [
        ("StringEquals", "aws:SourceAccount", ["867653852961"], "aws:SourceAccount is 867653852961"),
        ("StringEquals", "k", ["a", "b", "c"], "k is one of a, b or c"),
        ("StringEquals", "k", [""], "k is an empty text"),
        ("StringEquals", "k", [], "k is one of no values at all, which never holds"),
        ("StringEquals", "k", ["a*"], "k is a* (* and ? are plain characters here)"),
        ("StringNotEquals", "k", ["a"], "k is not a, or is not in the request"),
        ("StringNotEquals", "k", ["a", "b"], "k is none of a or b, or is not in the request"),
        ("StringEqualsIgnoreCase", "k", ["a"], "k is a (capitals and small letters alike)"),
        ("StringLike", "k", ["a*", "b"], "k is like one of a* or b"),
        ("StringNotLike", "k", ["a*"], "k is not like a*, or is not in the request"),
        ("ArnLike", "aws:SourceArn", ["arn:aws:x:::a"], "aws:SourceArn is arn:aws:x:::a"),
        ("ArnEquals", "aws:SourceArn", ["arn:aws:x:::*"], "aws:SourceArn is like arn:aws:x:::*"),
        ("ArnNotEquals", "k", ["arn:aws:x:::*"], "k is not like arn:aws:x:::*, or is not in the request"),
        ("StringEqualsIfExists", "k", ["a"], "k is a, or is not in the request"),
        ("StringNotEqualsIfExists", "k", ["a"], "k is not a, or is not in the request"),
        ("Null", "k", ["true"], "k is not in the request"),
        ("Null", "k", ["False"], "k is in the request, whatever its value"),
        ("Null", "k", ["true", "false"], "k may be in the request or not"),
        (
            "ForAllValues:StringEquals",
            "aws:TagKeys",
            ["a", "b"],
            "each value of aws:TagKeys is one of a or b, and there may be none",
        ),
        ("ForAnyValue:StringLike", "k", ["a*"], "at least one value of k is like a*"),
        ("ForAnyValue:StringEqualsIfExists", "k", ["a"], "at least one value of k is a, or there is none"),
        ("ForAnyValue:StringNotEquals", "k", ["a"], "at least one value of k is not a"),
        (
            "Bool",
            "aws:SecureTransport",
            ["FALSE"],
            "aws:SecureTransport is false (the request is not encrypted on its way)",
        ),
        ("Bool", "k", ["true"], "k is true"),
        ("BoolIfExists", "k", ["true"], "k is true, or is not in the request"),
        ("NumericLessThanEquals", "s3:max-keys", ["10"], "s3:max-keys is at most 10"),
        ("NumericGreaterThan", "k", ["1", "2"], "k is more than 1 or 2"),
        ("NumericEquals", "k", ["1"], "k is 1"),
        ("DateLessThan", "aws:CurrentTime", ["2026-03-01T12:00:00Z"], "aws:CurrentTime is before 2026-03-01T12:00:00Z"),
        (
            "DateGreaterThanEquals",
            "aws:EpochTime",
            ["1772366400"],
            "aws:EpochTime is at or after 2026-03-01T12:00:00Z (1772366400)",
        ),
        ("DateEquals", "k", ["99999999999999999999"], "k is 99999999999999999999"),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24"], "aws:SourceIp is in the network 203.0.113.0/24"),
        (
            "IpAddress",
            "aws:SourceIp",
            ["203.0.113.7", "10.0.0.0/8"],
            "aws:SourceIp is 203.0.113.7 or in the network 10.0.0.0/8",
        ),
        (
            "NotIpAddress",
            "aws:SourceIp",
            ["2001:db8::/32"],
            "aws:SourceIp is not in the network 2001:db8::/32, or is not in the request",
        ),
        ("NotIpAddress", "k", ["203.0.113.7", "::1"], "k is not 203.0.113.7 and not ::1, or is not in the request"),
        ("IpAddress", "aws:SourceIp", ["0.0.0.0/0"], "aws:SourceIp is in 0.0.0.0/0 (every IPv4 address)"),
        ("IpAddress", "aws:SourceIp", ["nowhere"], "aws:SourceIp is nowhere"),
        ("BinaryEquals", "k", ["QmFzZTY0"], "k is QmFzZTY0 (base64)"),
        (
            "StringLike",
            "s3:prefix",
            ["home/${aws:username}/*"],
            "s3:prefix is like home/${aws:username}/*; ${aws:username} is the request's own aws:username",
        ),
        (
            "StringEquals",
            "k",
            ["${aws:userid, 'none'}"],
            "k is ${aws:userid, 'none'}; ${aws:userid, 'none'} is the request's own aws:userid, or none",
        ),
        ("StringEquals", "k", ["a${*}"], "k is a${*}"),
    ],
)
def test_each_condition_is_a_phrase(operator: str, key: str, values: list[str], phrase: str) -> None:
    assert is_operator(operator)
    assert said(operator, key, *values) == phrase


def test_a_variable_of_an_old_policy_is_plain_text() -> None:
    phrase = said("StringEquals", "k", "${aws:username}", variables=False)
    assert phrase == "k is ${aws:username}; ${aws:username} is plain text, since the policy's version is 2008-10-17"


@pytest.mark.parametrize("form", ["{}", "{}IfExists", "ForAllValues:{}", "ForAnyValue:{}", "ForAnyValue:{}IfExists"])
def test_only_operators_that_mean_the_same_are_said_the_same(form: str) -> None:
    values = {"Numeric": "5", "Date": "2026", "Ip": "10.0.0.0/8", "NotIp": "10.0.0.0/8", "Bool": "true"}
    said_so: dict[str, set[str]] = {}
    for operator in OPERATORS:
        value = next((value for start, value in values.items() if operator.startswith(start)), "a*")
        said_so.setdefault(said(form.format(operator), "k", value), set()).add(operator)
    assert [each for each in said_so.values() if len(each) > 1] == [
        {"StringLike", "ArnEquals", "ArnLike"},
        {"StringNotLike", "ArnNotEquals", "ArnNotLike"},
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scheduler.amazonaws.com", "EventBridge Scheduler (scheduler.amazonaws.com)"),
        ("logs.us-east-1.amazonaws.com", "CloudWatch Logs in us-east-1 (logs.us-east-1.amazonaws.com)"),
        ("delivery.logs.amazonaws.com", "CloudWatch Logs delivery (delivery.logs.amazonaws.com)"),
        ("ec2.amazonaws.com.cn", "EC2 instances (ec2.amazonaws.com.cn)"),
        ("new.amazonaws.com", "the AWS service new.amazonaws.com"),
    ],
)
def test_services_are_spelled_out(name: str, words: str) -> None:
    assert service(name) == words


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"AWS": ("*",)}, "anybody"),
        ({"*": ("*",)}, "anybody"),
        ({"Service": ("*",)}, "any AWS service"),
        ({"AWS": ("111122223333",)}, "account 111122223333, as far as its own policies let its users and roles"),
        (
            {"AWS": ("arn:aws:iam::111122223333:root",)},
            "account 111122223333, as far as its own policies let its users and roles",
        ),
        ({"AWS": (ARN,)}, f"role team/worker ({ARN})"),
        (
            {"AWS": ("arn:aws:sts::111122223333:assumed-role/worker/x",)},
            "session x of role worker (arn:aws:sts::111122223333:assumed-role/worker/x)",
        ),
        ({"AWS": ("arn:aws:iam::111122223333:user/maria",)}, "user maria (arn:aws:iam::111122223333:user/maria)"),
        ({"AWS": ("AROAEXAMPLEID",)}, "a role or user that no longer exists (AROAEXAMPLEID)"),
        ({"AWS": ("‹aws_iam_role.r.arn›",)}, "‹aws_iam_role.r.arn›"),
        ({"Federated": ("accounts.google.com",)}, "whoever the identity provider accounts.google.com vouches for"),
        ({"CanonicalUser": ("79a5",)}, "the account with the canonical user id 79a5"),
        (
            {"Service": ("sqs.amazonaws.com", "sns.amazonaws.com"), "AWS": (ARN,)},
            f"SQS (sqs.amazonaws.com), SNS (sns.amazonaws.com) and role team/worker ({ARN})",
        ),
        ({"AWS": ("*", ARN)}, "anybody"),
    ],
)
def test_principals_are_spelled_out(named: dict[str, tuple[str, ...]], words: str) -> None:
    assert principals(named, all_but=False) == words
    assert principals({"AWS": (ARN,)}, all_but=True) == f"anybody but role team/worker ({ARN})"


def statement(**more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage"} | more]}


def one_of_role(**more: Any) -> Sentence:
    document = of_content("aws_iam_role_policy.p", "policy", statement(**more), Kind.IDENTITY)
    role = Role("aws_iam_role.r", "arn", "r", unread("aws_iam_role.r", "assume_role_policy", "why"), (document,))
    return sentences(Policies((role,), ()))[1]


def test_a_statement_of_a_role_is_a_sentence() -> None:
    found = one_of_role(Sid="Send", Resource=["a", "b"], Condition={"Bool": {"k": True}})
    assert found == Sentence(
        owner="aws_iam_role.r",
        kind="role",
        allows=True,
        who="the role itself",
        what=("sqs:SendMessage",),
        on=("a", "b"),
        conditions=("k is true",),
        address="aws_iam_role_policy.p",
        sid="Send",
    )


def test_what_is_denied_and_what_is_excepted_is_clear() -> None:
    denied = one_of_role(Effect="Deny", Resource="*")
    assert (denied.allows, denied.on) == (False, ("*",))
    document = {"Statement": {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:x"}}
    role = Role("r", "arn", "r", unread("r", "t", "why"), (of_content("p", "policy", document, Kind.IDENTITY),))
    found = sentences(Policies((role,), ()))[1]
    assert (found.what, found.on, found.sid) == (("all but iam:*, sts:*",), ("all but arn:x",), "statement 1")
    guarded = {"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": ARN}, "Action": "sqs:*", "Resource": "*"}}
    queue = Guarded("queue", "q", "arn", (of_content("q", "policy", guarded, Kind.RESOURCE),))
    (denied,) = sentences(Policies((), (queue,)))
    assert (denied.allows, denied.who) == (False, f"anybody but role team/worker ({ARN})")


def test_a_trust_is_about_no_resource_and_a_boundary_is_a_limit() -> None:
    trust = statement(Action="sts:AssumeRole", Principal={"Service": "events.amazonaws.com"})
    limit = statement(Resource="*")
    role = Role(
        "r",
        "arn",
        "r",
        of_content("r", "assume_role_policy", trust, Kind.TRUST),
        (),
        of_content("b", "policy", limit, Kind.BOUNDARY),
    )
    trusted, nothing, limited = sentences(Policies((role,), ()))
    assert (trusted.kind, trusted.who, trusted.on) == ("trust", "EventBridge (events.amazonaws.com)", ())
    assert (nothing.kind, nothing.what) == ("role", ("nothing: it has no policy",))
    assert (limited.kind, limited.who, limited.address) == (
        "boundary",
        "the role itself, and never more than this",
        "b",
    )


def test_the_star_of_a_key_policy_is_this_key() -> None:
    document = statement(Action="kms:*", Resource="*", Principal={"AWS": "111122223333"})
    key = Guarded("key", "k", "arn", (of_content("k", "AWS's default", document, Kind.KEY),))
    (found,) = sentences(Policies((), (key,)))
    assert (found.on, found.sid) == (("this key",), "AWS's default")


def test_what_cannot_be_read_and_what_has_no_policy_has_a_row_too() -> None:
    role = Role("r", "arn", "r", unread("r", "t", "it is secret"), (unread("p", "policy", "it is outside"),))
    queue = Guarded("queue", "q", "arn", ())
    trust, policy, none = sentences(Policies((role,), (queue,)))
    assert trust.what == ("not known: it is secret",)
    assert (policy.what, policy.address, policy.who) == (("not known: it is outside",), "p", "the role itself")
    assert none.what == ("nothing by itself: the queue has no policy",)
    assert none.who.startswith("nobody but")
