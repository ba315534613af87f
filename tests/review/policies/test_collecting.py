"""Whose policies a plan has: how roles, policies and resources find each other, and what cannot be read."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from review.policies.collecting import collect
from review.policies.model import Guarded, Role
from tests.support.plan_json import ACCOUNT, plan, resource, to

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/reader"
AWS_OWN = "arn:aws:iam::aws:policy/ReadOnlyAccess"
UNSET = {"policy": True, "arn": True, "url": True, "id": True}


def document(*actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def given(action: str, **more: Any) -> str:
    return document(action, Principal={"Service": "events.amazonaws.com"}, **more)


TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "events.amazonaws.com"}}}
)


def role(name: str = "worker", **more: Any) -> dict[str, Any]:
    after = {"name": name, "path": "/", "assume_role_policy": TRUST} | more
    return resource(f"aws_iam_role.{name}", after, {"arn": True, "inline_policy": True, "managed_policy_arns": True})


def actions(each: Role | Guarded) -> list[str]:
    documents = each.identity if isinstance(each, Role) else each.documents
    return [
        action
        for one in documents
        for statement in (one.policy.statements if one.policy else ())
        for action in statement.actions
    ]


def unread(each: Role | Guarded) -> list[str]:
    return [one.unread for one in (each.identity if isinstance(each, Role) else each.documents) if one.unread]


def only_role(*changes: dict[str, Any], **more: Any) -> Role:
    (found,) = collect(plan(*changes, **more)).roles
    return found


def only_guarded(*changes: dict[str, Any], **more: Any) -> Guarded:
    (found,) = collect(plan(*changes, **more)).guarded
    return found


def test_a_role_has_its_trust_its_arn_and_the_policies_that_name_it() -> None:
    found = only_role(
        role(),
        resource("aws_iam_role_policy.p", {"role": "worker", "name": "p", "policy": document("sqs:SendMessage")}),
    )
    assert (found.arn, found.name) == (f"arn:aws:iam::{ACCOUNT}:role/worker", "worker")
    assert found.trust.policy is not None
    assert found.trust.policy.statements[0].principals == {"Service": ("events.amazonaws.com",)}
    assert actions(found) == ["sqs:SendMessage"]
    assert (found.identity[0].address, found.identity[0].attribute) == ("aws_iam_role_policy.p", "policy")
    assert found.is_read


def test_a_policy_finds_a_role_whose_name_only_the_apply_will_make() -> None:
    policy = resource("aws_iam_role_policy.p", {"name": "p", "policy": document("sqs:SendMessage")}, {"role": True})
    for attribute in ("name", "id"):
        found = only_role(
            resource("aws_iam_role.r", {"assume_role_policy": TRUST}, {"name": True, "arn": True, "id": True}),
            policy,
            configuration={"aws_iam_role_policy.p": {"role": to(f"aws_iam_role.r.{attribute}"), "policy": {}}},
        )
        assert actions(found) == ["sqs:SendMessage"]


def test_of_two_roles_with_one_name_the_policy_is_of_that_of_its_own_provider() -> None:
    policy = {"role": "worker", "name": "p", "policy": document("sqs:SendMessage")}
    changes = (
        role() | {"address": "aws_iam_role.a", "name": "a"},
        role() | {"address": "aws_iam_role.b", "name": "b"},
        resource("aws_iam_role_policy.p", policy),
    )
    for provider, expected in (("aws", [1, 0]), ("aws.other", [0, 1])):
        providers = {"aws_iam_role.b": "aws.other", "aws_iam_role_policy.p": provider}
        found = collect(plan(*changes, providers=providers))
        assert [len(actions(each)) for each in found.roles] == expected


@pytest.mark.parametrize(
    "attachment",
    [
        resource("aws_iam_role_policy_attachment.x", {"role": "worker", "policy_arn": POLICY}),
        resource("aws_iam_policy_attachment.x", {"roles": ["other", "worker"], "policy_arn": POLICY}),
        resource("aws_iam_role_policy_attachments_exclusive.x", {"role_name": "worker", "policy_arns": [POLICY]}),
    ],
)
def test_an_attached_policy_of_the_plan_is_read(attachment: dict[str, Any]) -> None:
    policy = resource("aws_iam_policy.reader", {"name": "reader", "policy": document("s3:GetObject")}, {"arn": True})
    found = collect(plan(role(), role("other"), policy, attachment)).roles[0]
    assert actions(found) == ["s3:GetObject"]
    assert found.identity[0].address == "aws_iam_policy.reader"


def test_managed_policy_arns_of_the_role_itself_count() -> None:
    policy = resource("aws_iam_policy.reader", {"name": "reader", "policy": document("s3:GetObject")}, {"arn": True})
    change = resource(
        "aws_iam_role.worker",
        {"name": "worker", "assume_role_policy": TRUST, "managed_policy_arns": [None]},
        {"arn": True, "managed_policy_arns": [True]},
    )
    expressions = {"aws_iam_role.worker": {"managed_policy_arns": to("aws_iam_policy.reader.arn")}}
    assert actions(only_role(change, policy, configuration=expressions)) == ["s3:GetObject"]


def test_an_attached_policy_that_is_not_in_the_plan_is_unread() -> None:
    found = only_role(
        role(),
        resource("aws_iam_role_policy_attachment.a", {"role": "worker", "policy_arn": AWS_OWN}),
        resource("aws_iam_role_policy_attachment.b", {"role": "worker", "policy_arn": POLICY}),
    )
    assert [each.address for each in found.identity] == [AWS_OWN, POLICY]
    assert "ReadOnlyAccess is a policy of AWS" in found.identity[0].unread
    assert "not in this plan" in found.identity[1].unread
    assert not found.is_read


def test_a_policy_that_a_data_source_reads_is_read() -> None:
    found = only_role(
        role(),
        resource("aws_iam_role_policy_attachment.a", {"role": "worker", "policy_arn": AWS_OWN}),
        known={"data.aws_iam_policy.own": {"arn": AWS_OWN, "policy": document("s3:List*")}},
    )
    assert actions(found) == ["s3:List*"]


def test_a_boundary_of_the_plan_is_read_and_one_outside_is_not() -> None:
    policy = resource("aws_iam_policy.reader", {"name": "reader", "policy": document("s3:*")}, {"arn": True})
    inside, outside = role(permissions_boundary=POLICY), role(permissions_boundary=AWS_OWN)
    found = only_role(inside, policy).boundary
    assert found is not None
    assert found.policy is not None
    assert found.policy.kind.value == "permissions boundary"
    other = only_role(outside, policy)
    assert other.boundary is not None
    assert "ReadOnlyAccess" in other.boundary.unread
    assert not other.is_read


def test_what_the_state_lists_of_a_role_counts_unless_the_plan_changes_it() -> None:
    listed = [
        {"name": name, "policy": document(f"sqs:{name}")}
        for name in ("Managed", "Renamed", "Destroyed", "Adopted", "Foreign")
    ]
    existing = {
        "name": "worker",
        "assume_role_policy": TRUST,
        "inline_policy": listed,
        "managed_policy_arns": [AWS_OWN, POLICY],
    }

    def inline(name: str, after: str | None, before: str) -> dict[str, Any]:
        now = after and {"role": "worker", "name": after, "policy": document("sqs:New")}
        return resource(f"aws_iam_role_policy.{name}", now, before={"role": "worker", "name": before})

    found = only_role(
        resource("aws_iam_role.worker", existing, before=existing),
        inline("managed", "Managed", "Managed"),
        inline("renamed", "Now", "Renamed"),
        resource("aws_iam_role_policy.a", {"role": "worker", "name": "Adopted", "policy": document("sqs:New")}),
        resource("aws_iam_role_policy_attachment.own", {"role": "worker", "policy_arn": AWS_OWN}),
        inline("destroyed", None, "Destroyed"),
        resource("aws_iam_role_policy_attachment.gone", before={"role": "worker", "policy_arn": POLICY}),
    )
    assert actions(found) == ["sqs:New", "sqs:New", "sqs:New", "sqs:Foreign"]
    assert [each.address for each in found.identity if each.unread] == [AWS_OWN]


def test_a_role_outside_the_plan_that_is_given_a_policy_may_have_others() -> None:
    found = only_role(
        resource("aws_iam_role_policy.p", {"role": "theirs", "name": "p", "policy": document("sqs:SendMessage")}),
        resource("aws_iam_role_policy_attachment.a", {"role": "theirs", "policy_arn": AWS_OWN}),
    )
    assert (found.address, found.arn) == ("aws_iam_role_policy.p", f"arn:aws:iam::{ACCOUNT}:role/theirs")
    assert actions(found) == ["sqs:SendMessage"]
    assert "may have other policies" in unread(found)[-1]
    assert "not of this plan" in found.trust.unread


def test_a_sensitive_policy_is_unread_and_stays_hidden() -> None:
    policy = {"role": "worker", "name": "p", "policy": document("sqs:Secret")}
    found = only_role(role(), resource("aws_iam_role_policy.p", policy, sensitive={"policy": True}))
    assert unread(found) == ["it is sensitive, and so the plan does not show it"]
    assert "Secret" not in repr(found.identity)


def test_a_policy_that_aws_would_refuse_is_unread_with_the_rule() -> None:
    wrong = document("sqs:SendMessage", Principal="*")
    found = only_role(role(), resource("aws_iam_role_policy.p", {"role": "worker", "name": "p", "policy": wrong}))
    assert "a Principal where none belongs" in unread(found)[0]


def queue(**more: Any) -> dict[str, Any]:
    return resource("aws_sqs_queue.q", {"name": "orders"} | more, {key: True for key in UNSET if key not in more})


def test_a_queue_without_a_policy_has_none() -> None:
    found = only_guarded(queue())
    assert (found.kind, found.address, found.arn, found.documents) == ("queue", "aws_sqs_queue.q", QUEUE, ())


def test_a_queue_has_the_policy_of_its_attribute_or_of_its_own_resource() -> None:
    assert actions(only_guarded(queue(policy=given("sqs:SendMessage")))) == ["sqs:SendMessage"]
    hosts = ("https://sqs.us-east-1.amazonaws.com", "https://queue.amazonaws.com", "http://127.0.0.1:4566")
    urls = [f"{host}/{ACCOUNT}/orders" for host in hosts]
    by_url = [
        resource("aws_sqs_queue_policy.p", {"queue_url": url, "policy": given("sqs:SendMessage")}) for url in urls
    ]
    by_reference = resource("aws_sqs_queue_policy.p", {"policy": given("sqs:SendMessage")}, {"queue_url": True})
    expressions = {"aws_sqs_queue_policy.p": {"queue_url": to("aws_sqs_queue.q.id")}}
    for found in (
        *(only_guarded(queue(), each) for each in by_url),
        only_guarded(queue(), by_reference, configuration=expressions),
    ):
        assert (found.address, actions(found)) == ("aws_sqs_queue.q", ["sqs:SendMessage"])
        assert found.documents[0].address == "aws_sqs_queue_policy.p"


def test_an_unknown_policy_says_nothing_unless_the_configuration_gives_it() -> None:
    many = {"aws_sqs_queue.q": {"policy": to("aws_kms_key.k.arn", "aws_sns_topic.t.arn")}}
    assert "only known after the apply" in unread(only_guarded(queue(), configuration=many))[0]
    variable = {"aws_sqs_queue.q": {"policy": {"references": ["var.policy"]}}}
    assert only_guarded(queue(), configuration=variable).documents == ()


def test_the_policy_of_a_queue_outside_the_plan_is_guarded_by_what_it_says() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/theirs"
    found = only_guarded(resource("aws_sqs_queue_policy.p", {"queue_url": url, "policy": given("sqs:SendMessage")}))
    assert (found.address, found.arn) == ("aws_sqs_queue_policy.p", "arn:aws:sqs:eu-west-1:111122223333:theirs")
    assert actions(found) == ["sqs:SendMessage"]


def test_a_policy_that_the_plan_destroys_leaves_what_aws_puts_there() -> None:
    old = given("sns:Publish")
    topic = resource("aws_sns_topic.t", {"name": "alerts", "arn": TOPIC, "policy": old}, before={"policy": old})
    assert actions(only_guarded(topic)) == ["sns:Publish"]
    destroyed = resource("aws_sns_topic_policy.p", before={"arn": TOPIC, "policy": old})
    assert only_guarded(topic, destroyed).documents[0].attribute == "AWS's default"


def test_a_policy_that_is_destroyed_of_a_queue_outside_the_plan_is_nothing() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/theirs"
    destroyed = resource("aws_sqs_queue_policy.p", before={"queue_url": url, "policy": given("sqs:SendMessage")})
    assert collect(plan(destroyed)).guarded == ()


def test_a_topic_without_a_policy_has_that_of_aws() -> None:
    found = only_guarded(resource("aws_sns_topic.t", {"name": "alerts"}, {"policy": True, "arn": True}))
    (document_,) = found.documents
    assert document_.policy is not None
    (statement,) = document_.policy.statements
    assert (statement.principals, statement.resources) == ({"AWS": ("*",)}, (TOPIC,))
    assert statement.condition == {"StringEquals": {"AWS:SourceOwner": (ACCOUNT,)}}


@pytest.mark.parametrize("kind", ["aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key"])
def test_a_key_without_a_policy_leaves_it_to_the_account(kind: str) -> None:
    found = only_guarded(resource(f"{kind}.k", {}, {"policy": True, "arn": True, "key_id": True}))
    (document_,) = found.documents
    assert document_.policy is not None
    (statement,) = document_.policy.statements
    assert statement.principals == {"AWS": (f"arn:aws:iam::{ACCOUNT}:root",)}
    assert (statement.actions, document_.policy.kind.must_allow) == (("kms:*",), True)


def test_a_key_has_the_policy_that_another_resource_gives_it() -> None:
    key = resource("aws_kms_key.k", {}, {"policy": True, "arn": True, "key_id": True, "id": True})
    policy = resource("aws_kms_key_policy.p", {"policy": given("kms:Decrypt")}, {"key_id": True})
    for attribute in ("id", "key_id", "arn"):
        expressions = {"aws_kms_key_policy.p": {"key_id": to(f"aws_kms_key.k.{attribute}")}}
        assert actions(only_guarded(key, policy, configuration=expressions)) == ["kms:Decrypt"]
    replica = resource("aws_kms_replica_key.k", {}, {"policy": True, "arn": True, "key_id": True})
    expressions = {"aws_kms_key_policy.p": {"key_id": to("aws_kms_replica_key.k.key_id")}}
    assert actions(only_guarded(replica, policy, configuration=expressions)) == ["kms:Decrypt"]
    outside = resource("aws_kms_key_policy.p", {"policy": given("kms:Decrypt"), "key_id": "1234abcd"})
    assert only_guarded(outside).arn == f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd"


def test_a_bus_has_its_policy_and_each_permission() -> None:
    permission = {"principal": "111122223333", "statement_id": "Dev", "event_bus_name": "shop", "action": None}
    condition = [{"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-1"}]
    found = only_guarded(
        resource("aws_cloudwatch_event_bus.b", {"name": "shop"}, {"arn": True}),
        resource("aws_cloudwatch_event_bus_policy.p", {"event_bus_name": "shop", "policy": given("events:PutEvents")}),
        resource("aws_cloudwatch_event_permission.x", permission | {"condition": condition}),
    )
    assert [each.address.partition(".")[0] for each in found.documents] == [
        "aws_cloudwatch_event_bus_policy",
        "aws_cloudwatch_event_permission",
    ]
    assert found.documents[1].document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Dev",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "events:PutEvents",
                "Resource": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/shop",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
            }
        ],
    }


def test_a_bus_that_is_not_named_is_the_default_bus() -> None:
    found = only_guarded(resource("aws_cloudwatch_event_bus_policy.p", {"policy": given("events:PutEvents")}))
    assert found.arn == f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"


def test_a_function_has_a_statement_for_each_permission() -> None:
    permission = {
        "function_name": "resize",
        "statement_id": "FromRule",
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "source_arn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r",
        "source_account": ACCOUNT,
        "qualifier": "live",
    }
    found = only_guarded(
        resource("aws_lambda_function.f", {"function_name": "resize"}, {"arn": True}),
        resource("aws_lambda_permission.p", permission),
    )
    assert found.kind == "function"
    document_ = found.documents[0].document
    assert document_ is not None
    assert document_["Statement"][0] == {
        "Sid": "FromRule",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize:live",
        "Condition": {
            "ArnLike": {"AWS:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"},
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
        },
    }


@pytest.mark.parametrize(
    ("kind", "own", "separate", "arn"),
    [
        (
            "bucket",
            resource("aws_s3_bucket.x", {"bucket": "data"}, {"arn": True, "policy": True}),
            resource("aws_s3_bucket_policy.p", {"bucket": "data", "policy": given("s3:GetObject")}),
            "arn:aws:s3:::data",
        ),
        (
            "repository",
            resource("aws_ecr_repository.x", {"name": "app"}, {"arn": True}),
            resource("aws_ecr_repository_policy.p", {"repository": "app", "policy": given("ecr:BatchGetImage")}),
            f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/app",
        ),
        (
            "secret",
            resource(
                "aws_secretsmanager_secret.x", {"name": "token", "arn": "arn:aws:secretsmanager:x:1:secret:token-a"}
            ),
            resource(
                "aws_secretsmanager_secret_policy.p",
                {
                    "secret_arn": "arn:aws:secretsmanager:x:1:secret:token-a",
                    "policy": given("secretsmanager:GetSecretValue"),
                },
            ),
            "arn:aws:secretsmanager:x:1:secret:token-a",
        ),
        (
            "topic",
            resource("aws_sns_topic.x", {"name": "alerts"}, {"arn": True, "policy": True}),
            resource("aws_sns_topic_policy.p", {"arn": TOPIC, "policy": given("sns:Publish")}),
            TOPIC,
        ),
    ],
)
def test_other_resources_have_their_policies_too(
    kind: str, own: dict[str, Any], separate: dict[str, Any], arn: str
) -> None:
    found = only_guarded(own, separate)
    assert (found.kind, found.address, found.arn, len(actions(found))) == (kind, own["address"], arn, 1)
    assert found.documents[0].address == separate["address"]
    assert only_guarded(separate).arn == arn


def test_the_policies_for_logs_are_the_account_s() -> None:
    policies = collect(
        plan(
            resource("aws_cloudwatch_log_resource_policy.a", {"policy_document": given("logs:PutLogEvents")}),
            resource("aws_cloudwatch_log_resource_policy.b", {"policy_document": given("logs:CreateLogStream")}),
        )
    )
    assert [each.arn for each in policies.guarded] == ["", ""]
    assert [each.address.rpartition(".")[2] for each in policies.of_logs()] == ["a", "b"]
    assert policies.guarding("") is None


def test_roles_and_guarded_resources_are_found_by_their_arn() -> None:
    policies = collect(plan(role(), queue()))
    assert policies.role(f"arn:aws:iam::{ACCOUNT}:role/worker") is policies.roles[0]
    assert policies.guarding(QUEUE) is policies.guarded[0]
    assert policies.role("arn:aws:iam::1:role/worker") is None
    assert policies.role("") is None


def test_two_hundred_roles_among_a_thousand_schedules_are_collected_at_once() -> None:
    changes = []
    for number in range(200):
        changes.append(role(f"r{number}"))
        policy = {"role": f"r{number}", "name": "p", "policy": document("ecs:RunTask")}
        changes.append(resource(f"aws_iam_role_policy.p{number}", policy))
        changes.append(resource(f"aws_sqs_queue.q{number}", {"name": f"q{number}"}, UNSET))
        url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q{number}"
        changes.append(
            resource(f"aws_sqs_queue_policy.q{number}", {"queue_url": url, "policy": given("sqs:SendMessage")})
        )
    changes += [resource(f"aws_scheduler_schedule.s{number}", {"name": f"s{number}"}) for number in range(1000)]
    large = plan(*changes)
    started = time.process_time()
    found = collect(large)
    assert time.process_time() - started < 1
    assert {len(actions(each)) for each in (*found.roles, *found.guarded)} == {1}
