"""The widest grants of what has no declared intent: each sort of them, what is none, and which is the worst."""

from __future__ import annotations

from typing import Any

import pytest

from review.policies import reach
from review.policies.documents import of_content
from review.policies.model import Document, Guarded, Role
from review.policies.widest import widest
from review.proof.actions import every
from semantics.statements import Kind

ACCOUNT = "867653852961"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/worker"
SQS = f"arn:aws:sqs:us-east-1:{ACCOUNT}"
TRUSTED = {
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "events.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}


def document(kind: Kind, *statements: dict[str, Any]) -> Document:
    content = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Sid": "S"} | each for each in statements]}
    made = of_content("a.policy", "policy", content, kind)
    assert made.policy is not None, made.unread
    return made


def of_role(*statements: dict[str, Any], trust: dict[str, Any] | None = None) -> tuple[str, ...]:
    identity = (document(Kind.IDENTITY, *statements),) if statements else ()
    return widest(Role("aws_iam_role.r", ROLE_ARN, "worker", document(Kind.TRUST, trust or TRUSTED), identity))


def of_trust(principal: Any, condition: dict[str, Any] | None = None) -> tuple[str, ...]:
    return of_role(trust={"Action": "sts:AssumeRole", "Principal": principal, "Condition": condition or {}})


def allowed(actions: str | list[str], resources: str | list[str], **more: Any) -> tuple[str, ...]:
    return of_role({"Action": actions, "Resource": resources} | more)


def test_what_is_narrow_is_no_finding() -> None:
    assert allowed("sqs:SendMessage", f"{SQS}:orders") == ()


def test_wildcard_actions_say_how_many_actions_they_are() -> None:
    (everything,) = allowed("*", "*")
    assert (
        everything == f"may do everything (*: all {len(every())} actions of AWS) on every resource (*) (S of a.policy)"
    )
    (whole,) = allowed("sqs:*", f"{SQS}:orders")
    number = sum(each.startswith("sqs:") for each in every())
    assert number > 15
    assert whole == f"may do every action of the service sqs (sqs:*: {number} actions) on {SQS}:orders (S of a.policy)"
    (several,) = allowed("s3:Get*", "arn:aws:s3:::data/*")
    number = sum(each.startswith("s3:Get") for each in every())
    assert f"may do s3:Get* ({number} actions of AWS)" in several
    assert "give itself any permission" in allowed("iam:*", "*")[0]
    assert allowed("sqs:SendMessag?", f"{SQS}:orders") == ()  # one action, however it is written


def test_an_action_that_aws_does_not_have_grants_nothing_yet() -> None:
    assert "(no actions of AWS)" in allowed("sqs:Unheard*", f"{SQS}:orders")[0]


def test_not_action_with_allow_is_most_of_aws() -> None:
    (found,) = of_role({"NotAction": ["iam:*"], "Resource": "*"})
    number = sum(not each.startswith("iam:") for each in every())
    assert found.startswith(
        f"may do every action but iam:* (NotAction) on every resource (*): {number} of AWS's actions"
    )
    assert of_role({"NotAction": ["iam:*"], "Resource": "*", "Effect": "Deny"}) == ()


@pytest.mark.parametrize(
    ("actions", "resource", "is_wide"),
    [
        ("sqs:SendMessage", "*", True),
        ("sqs:SendMessage", f"{SQS}:*", True),
        ("sqs:SendMessage", f"{SQS}:orders-*", True),
        ("sqs:SendMessage", f"arn:aws:sqs:*:{ACCOUNT}:orders", True),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:*:orders", True),
        ("sqs:SendMessage", "arn:aws:*", True),
        ("ecr:GetAuthorizationToken", "*", False),  # it has no resources
        (["ecr:GetAuthorizationToken", "ecr:BatchGetImage"], "*", True),
        ("s3:GetObject", "arn:aws:s3:::data/*", False),
        ("s3:GetObject", "arn:aws:s3:::data/reports/*", False),
        ("s3:GetObject", "arn:aws:s3:::data*", True),
        ("s3:GetObject", "arn:aws:s3:::*/reports/*", True),
        ("s3:ListBucket", "arn:aws:s3:::*", True),
        ("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/task:*", False),
        ("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/*:*", True),
        ("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*", True),
        ("ecs:RunTask", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/task:*", False),
        ("ecs:RunTask", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/*", True),
        ("ecs:TagResource", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/cluster/*", False),
        ("ecs:TagResource", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/*", True),
        ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize:*", False),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:api-??????", False),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:api*", True),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", True),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/‹aws_kms_key.main.key_id›", False),
    ],
)
def test_a_wildcard_resource_is_one_that_crosses_names(actions: str | list[str], resource: str, is_wide: bool) -> None:
    found = allowed(actions, resource)
    assert bool(found) is is_wide, found
    if is_wide:
        assert "on every resource" in found[0]
        assert "GetAuthorizationToken" not in found[0]


def test_not_resource_with_allow_is_nearly_every_resource() -> None:
    (found,) = of_role({"Action": "sqs:SendMessage", "NotResource": f"{SQS}:orders"})
    assert found.startswith(f"may do sqs:SendMessage on every resource but {SQS}:orders (NotResource)")


@pytest.mark.parametrize(
    ("condition", "is_told"),
    [
        ({}, True),
        ({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, False),
        ({"StringLike": {"IAM:passedtoservice": "ecs-tasks.*"}}, False),
        ({"StringEqualsIfExists": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, True),
        ({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, True),
        ({"StringLike": {"iam:PassedToService": "*"}}, True),
        ({"Null": {"iam:PassedToService": "false"}}, True),
        ({"ForAllValues:StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, True),
    ],
)
def test_pass_role_without_the_service_it_is_for(condition: dict[str, Any], is_told: bool) -> None:
    found = allowed("iam:PassRole", ROLE_ARN, Condition=condition)
    assert bool(found) is is_told
    if is_told:
        assert found[0].startswith(f"may pass {ROLE_ARN} to any service: iam:PassRole without iam:PassedToService")


def test_pass_role_on_everything_is_told_once() -> None:
    (found,) = allowed("iam:PassRole", "*")
    assert found.startswith("may pass any role to any service")
    (limited,) = allowed("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "x.amazonaws.com"}})
    assert limited.startswith("may do iam:PassRole on every resource (*), if iam:PassedToService is x.amazonaws.com")
    assert any("may pass any role" in each for each in allowed("iam:Pass*", "*"))
    several = f"arn:aws:iam::{ACCOUNT}:role/app-*"
    assert allowed("iam:PassRole", several)[0].startswith(f"may pass any role that is {several} to any service")


@pytest.mark.parametrize(
    ("principal", "condition", "words"),
    [
        ("*", {}, "lets anybody in"),
        ({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "x"}}, "lets anybody in"),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, ""),
        ({"AWS": "*"}, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "lets anybody in"),
        ({"AWS": "111122223333"}, {}, "lets another account in without sts:ExternalId"),
        ({"AWS": "arn:aws:iam::111122223333:role/x"}, {}, "lets another account in without sts:ExternalId"),
        ({"AWS": "111122223333"}, {"StringEquals": {"sts:ExternalId": "x"}}, ""),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {}, ""),
        ({"Service": "events.amazonaws.com"}, {}, "lets EventBridge (events.amazonaws.com) in, on whoever's behalf"),
        (
            {"Service": "events.amazonaws.com"},
            {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/*"}},
            "on whoever's behalf",
        ),
        ({"Service": "events.amazonaws.com"}, {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:*:{ACCOUNT}:*"}}, ""),
        ({"Service": "s3.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, "on whoever's behalf"),
        ({"Service": "s3.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::data"}}, ""),
        (
            {"Service": "events.amazonaws.com"},
            {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
            "on whoever's behalf",
        ),
        ({"Federated": "accounts.google.com"}, {}, "without any condition"),
        ({"Federated": "accounts.google.com"}, {"StringEquals": {"accounts.google.com:aud": "x"}}, ""),
    ],
)
def test_a_trust_that_lets_in_too_many(principal: Any, condition: dict[str, Any], words: str) -> None:
    found = of_trust(principal, condition)
    assert bool(found) is bool(words), found
    if words:
        assert words in found[0]


def test_the_policy_of_a_resource_is_judged_by_whom_it_lets_in() -> None:
    def of_queue(**more: Any) -> tuple[str, ...]:
        statement = {"Action": "sqs:*", "Resource": "*"} | more
        return widest(Guarded("queue", "q", f"{SQS}:q", (document(Kind.RESOURCE, statement),)))

    assert of_queue(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}) == ()
    assert of_queue(Principal="*")[0] == "lets anybody in: sqs:* (S of a.policy)"
    assert "lets another account in, account 111122223333" in of_queue(Principal={"AWS": "111122223333"})[0]
    assert "(NotPrincipal)" in of_queue(NotPrincipal={"AWS": ROLE_ARN})[0]
    encryption = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:1:log-group:x"}}
    assert of_queue(Principal={"Service": "logs.amazonaws.com"}, Condition=encryption) == ()
    assert of_queue(Principal="*", Effect="Deny") == ()


def test_the_worst_comes_first_and_conditions_are_told() -> None:
    found = of_role(
        {"Action": "sqs:SendMessage", "Resource": f"{SQS}:*"},
        {"Action": "iam:PassRole", "Resource": "*"},
        {"Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Action": "sqs:*", "Resource": "*"},
        {"Action": "*", "Resource": "*"},
        trust={"Action": "sts:AssumeRole", "Principal": "*"},
    )
    begins = ("lets anybody", "may do everything (", "may do every action of the service sqs", "may do every action of")
    begins += ("may pass any role", "may do sqs:SendMessage on every resource like")
    assert len(found) == len(begins)
    assert all(each.startswith(begin) for each, begin in zip(found, begins, strict=True))
    assert ", if aws:SecureTransport is true (the request is encrypted on its way) (S of a.policy)" in found[3]


def test_the_actions_of_a_pattern_are_those_of_iam() -> None:
    assert reach.actions("SQS:sendmessage") == ("sqs:SendMessage",)
    assert reach.actions("nothing:*") == ()
    assert len(reach.actions_but(("*:*",))) == 0
    assert set(reach.actions("*:SendMessage")) >= {"sqs:SendMessage"}


@pytest.mark.parametrize(
    ("arn", "action", "can_be"),
    [
        ("arn:aws:s3:::data", "s3:GetObject", False),
        ("arn:aws:s3:::data/a", "s3:GetObject", True),
        ("arn:aws:s3:::data", "s3:*", True),
        (f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/task", "ecs:RunTask", True),
        (f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/task:1", "ecs:RunTask", True),
        (f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/task", "logs:PutLogEvents", False),
        (f"arn:aws:kms:us-east-1:{ACCOUNT}:key/‹aws_kms_key.main.key_id›", "kms:Decrypt", True),
        (f'arn:aws:sqs:us-east-1:{ACCOUNT}:‹module.a["b:c"].aws_sqs_queue.q.name›', "sqs:SendMessage", True),
        ("anything", "ecr:GetAuthorizationToken", True),
    ],
)
def test_an_arn_can_be_what_an_action_is_about(arn: str, action: str, can_be: bool) -> None:
    assert reach.can_be_about(arn, [action]) is can_be
