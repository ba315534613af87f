"""A policy that Terraform defers, put together from its data source's own entry: as the provider would write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.plan import Plan, read
from review.policies.collecting import collect
from review.policies.rebuilding import REST, UnreadError, content, rebuild
from semantics.policies import Kind, Request, evaluate, session
from semantics.policies import read as read_policy
from tests.support.plan_json import ACCOUNT, plan, resource, to
from tests.support.planning import PROVIDER, Planner
from tests.support.planning import plan as run_plan

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/‹aws_kms_key.main.key_id›"
KEY_CHANGE = resource("aws_kms_key.main", {}, {"arn": True, "key_id": True, "policy": True})
HOLDER = session(f"arn:aws:iam::{ACCOUNT}:role/holder", "session")
ADDRESS = "data.aws_iam_policy_document.d"
UNKNOWN = {"json": True, "minified_json": True, "id": True}

# Everything that the provider's documentation tells of the data source, each with what can be several of it.
EVERYTHING = """
data "aws_iam_policy_document" "base" {
  policy_id = "base"
  version   = "2008-10-17"

  statement {
    sid       = "Kept"
    actions   = ["sqs:SendMessage"]
    resources = ["*"]
  }

  statement {
    sid       = "Replaced"
    actions   = ["sqs:ReceiveMessage"]
    resources = ["*"]
  }

  statement {
    actions   = ["sns:Publish"]
    resources = ["arn:aws:sns:us-east-1:111122223333:b", "arn:aws:sns:us-east-1:111122223333:a"]
  }
}

data "aws_iam_policy_document" "override" {
  policy_id = "override"

  statement {
    sid       = "Own"
    effect    = "Deny"
    actions   = ["kms:*"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json, "", file("${path.module}/written.json")]
  override_policy_documents = [data.aws_iam_policy_document.override.json]

  statement {
    sid         = "Replaced"
    not_actions = ["iam:*", "sts:*"]
    not_resources = [
      "arn:aws:s3:::secret",
      "arn:aws:s3:::secret/&{aws:username}/*",
    ]
  }

  statement {
    sid       = "Own"
    actions   = ["kms:Decrypt"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "principals" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "scheduler.amazonaws.com"]
    }

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["111122223333"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["&{aws:userid}", "b"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:events:*:111122223333:rule/b", "arn:aws:events:*:111122223333:rule/a"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values   = ["arn:*"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values   = ["*:rule/*"]
    }
  }

  statement {
    sid     = "Anybody"
    effect  = "Deny"
    actions = ["sqs:*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  statement {
    actions = ["sqs:*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }

  statement {
    effect  = "Deny"
    actions = ["sqs:*"]

    not_principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"]
    }
  }
}

data "aws_iam_policy_document" "empty" {}
"""
WRITTEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Written", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
}


def documents(made: Plan) -> dict[str, tuple[Any, Any]]:
    """Of each data source of a plan that is known, what is rebuilt of it, and what the provider wrote."""
    return {
        each.name: (rebuild(made, each), json.loads(each.text("json")))
        for each in made.data
        if each.type == "aws_iam_policy_document"
    }


def in_order(value: Any) -> Any:
    """A document whose principals are in order: the provider keeps them in a set."""
    if isinstance(value, dict):
        return {key: in_order(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted(value) if all(isinstance(each, str) for each in value) else [in_order(each) for each in value]
    return value


@pytest.mark.slow
def test_what_is_rebuilt_is_what_the_provider_writes(planner: Planner) -> None:
    files = {"main.tf": PROVIDER + EVERYTHING, "written.json": json.dumps(WRITTEN)}
    found = documents(read(dict(run_plan(planner.root("documents", files))), "documents"))
    assert set(found) == {"base", "override", "merged", "principals", "empty"}
    for name, (rebuilt, written) in found.items():
        assert in_order(rebuilt) == in_order(written), name


def deferred(
    statement: dict[str, Any] | list[Any],
    unknown: dict[str, Any] | list[Any] | None,
    expressions: dict[str, Any] | None = None,
    **more: Any,
) -> Plan:
    """A plan with a key and one deferred document; all of its statements are unknown if `unknown` is None."""
    after = {"statement": statement if isinstance(statement, list) else [statement]} | more
    shape = True if unknown is None else unknown if isinstance(unknown, list) else [unknown]
    change = resource(ADDRESS, after, UNKNOWN | {"statement": shape})
    return plan(KEY_CHANGE, change, configuration={ADDRESS: {"statement": [expressions or {}]}})


def rebuilt(made: Plan) -> Any:
    source = made.at(ADDRESS)
    assert source is not None
    return rebuild(made, source)


def test_an_unknown_arn_becomes_a_symbol_and_the_rest_stays() -> None:
    made = deferred(
        {
            "sid": "UseKey",
            "actions": ["kms:GenerateDataKey", "kms:Decrypt"],
            "resources": [None],
            "condition": [{"test": "StringEquals", "variable": "kms:ViaService", "values": ["sqs.amazonaws.com"]}],
        },
        {"resources": [True], "condition": [{"values": [False]}]},
        {"resources": to("aws_kms_key.main.arn")},
    )
    assert rebuilt(made) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "UseKey",
                "Effect": "Allow",
                "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
                "Resource": KEY,
                "Condition": {"StringEquals": {"kms:ViaService": "sqs.amazonaws.com"}},
            }
        ],
    }


def test_a_role_s_deferred_policy_is_read_and_says_what_it_waits_for() -> None:
    statement = {"actions": ["kms:Decrypt"], "resources": [None]}
    policy = resource("aws_iam_role_policy.p", {"name": "p", "role": "worker"}, {"policy": True})
    for attribute in ("json", "minified_json"):
        made = plan(
            KEY_CHANGE,
            resource("aws_iam_role.r", {"name": "worker", "assume_role_policy": "{}"}, {"arn": True}),
            policy,
            resource(ADDRESS, {"statement": [statement]}, UNKNOWN | {"statement": [{"resources": [True]}]}),
            configuration={
                ADDRESS: {"statement": [{"resources": to("aws_kms_key.main.arn")}]},
                "aws_iam_role_policy.p": {"policy": to(f"{ADDRESS}.{attribute}")},
            },
        )
        (found,) = collect(made).roles[0].identity
        assert found.policy is not None
        assert found.policy.statements[0].resources == (KEY,)
        assert found.pending == ("‹aws_kms_key.main.key_id›",)


def test_documents_that_are_deferred_themselves_are_taken_in() -> None:
    inner = "data.aws_iam_policy_document.inner"
    given = {"Statement": [{"Sid": "B", "Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}
    made = plan(
        KEY_CHANGE,
        resource(
            inner,
            {"statement": [{"sid": each, "actions": ["kms:Decrypt"], "resources": [None]} for each in "AB"]},
            UNKNOWN | {"statement": [{"resources": [True]}] * 2},
        ),
        resource(
            ADDRESS,
            {"source_policy_documents": [None], "override_policy_documents": [json.dumps(given)]},
            UNKNOWN | {"source_policy_documents": [True], "override_policy_documents": [False]},
        ),
        configuration={
            inner: {"statement": [{"resources": to("aws_kms_key.main.arn")}] * 2},
            ADDRESS: {"source_policy_documents": to(f"{inner}.json")},
        },
    )
    found = rebuilt(made)["Statement"]
    assert [(each["Sid"], each["Effect"]) for each in found] == [("A", "Allow"), ("B", "Deny")]
    assert found[0]["Resource"] == KEY


def test_the_single_documents_of_older_providers_come_first_and_last() -> None:
    def one(sid: str, action: str) -> str:
        return json.dumps({"Statement": {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*"}})

    made = deferred(
        [{"sid": "Own", "actions": ["sqs:Own"], "resources": ["*"]}],
        [{}],
        source_json=one("Oldest", "sqs:Oldest"),
        source_policy_documents=[one("First", "sqs:First"), None],
        override_policy_documents=[one("Own", "sqs:Third")],
        override_json=one("Own", "sqs:Last"),
    )
    assert [each["Action"] for each in rebuilt(made)["Statement"]] == ["sqs:Oldest", "sqs:First", "sqs:Last"]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (deferred([], None), "which statements data.aws_iam_policy_document.d has is only known after the apply"),
        (
            deferred({"sid": "A", "actions": ["kms:Decrypt"]}, {"resources": True}),
            "statement A has a part (resources) that is only known after the apply",
        ),
        (
            deferred({"actions": ["kms:Decrypt"], "resources": ["*"]}, {"condition": True}),
            "statement 1 has a part (condition) that is only known after the apply",
        ),
        (
            deferred({"actions": ["kms:Decrypt"], "resources": ["*"], "condition": [{}]}, {"condition": [True]}),
            "statement 1 has a part (condition) that is only known after the apply",
        ),
        (
            deferred({"actions": ["kms:Decrypt"], "resources": ["*"]}, {"effect": True}),
            "statement 1 has a part (effect) that is only known after the apply",
        ),
        (
            deferred(
                {"actions": ["kms:Decrypt"], "resources": ["*"], "principals": [{"type": "AWS"}]},
                {"principals": [{"identifiers": True}]},
            ),
            "statement 1 has a part (principals.identifiers) that is only known after the apply",
        ),
    ],
)
def test_what_is_more_than_a_value_is_unread_and_says_why(made: Plan, why: str) -> None:
    with pytest.raises(UnreadError) as refused:
        rebuilt(made)
    assert str(refused.value) == why


def test_a_sensitive_value_is_unread_and_stays_hidden() -> None:
    after = {"statement": [{"actions": ["kms:Decrypt"], "resources": ["arn:aws:kms:::key/secret"]}]}
    for sensitive in (
        {"statement": [{"resources": [True]}]},
        {"statement": [{"resources": True}]},
        {"statement": True},
    ):
        with pytest.raises(UnreadError, match="sensitive") as refused:
            rebuilt(plan(resource(ADDRESS, after, UNKNOWN, sensitive=sensitive)))
        assert "secret" not in str(refused.value)


def test_a_list_of_documents_that_is_unknown_is_unread() -> None:
    made = plan(resource(ADDRESS, {"statement": []}, UNKNOWN | {"source_policy_documents": True}))
    with pytest.raises(UnreadError, match=r"which documents .* takes in"):
        rebuilt(made)


def test_a_policy_that_a_function_puts_together_is_unread() -> None:
    policy = resource("aws_iam_policy.p", {"name": "p"}, {"policy": True, "arn": True})
    one = {"aws_iam_policy.p": {"policy": to("aws_kms_key.main.arn")}}
    several = {"aws_iam_policy.p": {"policy": to("aws_kms_key.main.arn", "aws_sqs_queue.q.arn")}}
    named = {"aws_iam_policy.p": {"policy": to("aws_kms_key.main.description")}}
    listed = {"aws_iam_policy.p": {"policy": to("aws_kms_key.main.usages")}}
    queue = resource("aws_sqs_queue.q", {"name": "q"}, {"arn": True})
    key = resource("aws_kms_key.main", {"description": "the key", "usages": ["x"]}, {"arn": True, "key_id": True})
    of_key = ((each, "aws_kms_key.main") for each in (one, named, listed))
    for configuration, why in (*of_key, (several, "put together")):
        made = plan(key, queue, policy, configuration=configuration)
        found = made.at("aws_iam_policy.p")
        assert found is not None
        with pytest.raises(UnreadError, match=f"only known after the apply, when .*{why}.*aws_iam_policy_document"):
            content(made, found.get("policy"), "aws_iam_policy.p")


def test_a_policy_is_followed_through_the_policy_that_it_is_copied_from() -> None:
    statement = {"actions": ["kms:Decrypt"], "resources": ["*"]}
    made = plan(
        resource(ADDRESS, {"statement": [statement]}, UNKNOWN),
        resource("aws_iam_policy.first", {"name": "first"}, {"policy": True, "arn": True}),
        resource("aws_iam_policy.second", {"name": "second"}, {"policy": True, "arn": True}),
        configuration={
            "aws_iam_policy.first": {"policy": to(f"{ADDRESS}.json")},
            "aws_iam_policy.second": {"policy": to("aws_iam_policy.first.policy")},
        },
    )
    found = made.at("aws_iam_policy.second")
    assert found is not None
    assert content(made, found.get("policy"), found.address)["Statement"][0]["Action"] == "kms:Decrypt"


def test_what_follows_an_arn_in_a_deferred_resource_is_a_symbol() -> None:
    bucket = resource("aws_s3_bucket.b", {"bucket": "data"}, {"arn": True})

    def resources(*actions: str, number: int) -> Any:
        statement = {"actions": list(actions), "resources": [None] * number}
        made = plan(
            bucket,
            resource(ADDRESS, {"statement": [statement]}, UNKNOWN | {"statement": [{"resources": [True] * number}]}),
            configuration={ADDRESS: {"statement": [{"resources": to("aws_s3_bucket.b.arn")}]}},
        )
        return rebuilt(made)["Statement"][0]["Resource"]

    rest = f"arn:aws:s3:::data{REST}{ADDRESS}.statement[0].resources"
    assert resources("s3:ListBucket", number=1) == "arn:aws:s3:::data"
    assert resources("s3:GetObject", number=1) == f"{rest}[0]›"
    assert resources("s3:ListBucket", "s3:GetObject", number=2) == [f"{rest}[1]›", "arn:aws:s3:::data"]
    assert resources("s3:Unheard", number=1) == "arn:aws:s3:::data"


ROLES = (
    resource("aws_iam_role.a", {"name": "a", "assume_role_policy": "{}"}, {"arn": True}),
    resource("aws_iam_role.b", {"name": "b", "assume_role_policy": "{}"}, {"arn": True}),
)


@pytest.mark.parametrize(
    ("references", "unknown", "passed"),
    [
        (("aws_iam_role.a.arn", "aws_iam_role.b.arn"), [True, True], ["role/b", "role/a"]),
        (("aws_iam_role.a.arn", "aws_iam_role.b.arn", "aws_kms_key.main.arn"), [True, True], ["role/b", "role/a"]),
        (("aws_iam_role.b.arn",), [False, True], ["role/known", "role/b"]),
        (("aws_iam_role.a.arn", "aws_iam_role.b.arn"), [True], [f"‹{ADDRESS}.statement[0].resources[0]›"]),
    ],
)
def test_several_unknown_arns_of_a_list_are_told_apart(
    references: tuple[str, ...], unknown: list[bool], passed: list[str]
) -> None:
    known = f"arn:aws:iam::{ACCOUNT}:role/known"
    resources = [None if each else known for each in unknown]
    made = plan(
        *ROLES,
        KEY_CHANGE,
        resource(
            ADDRESS,
            {"statement": [{"actions": ["iam:PassRole"], "resources": resources}]},
            UNKNOWN | {"statement": [{"resources": unknown}]},
        ),
        configuration={ADDRESS: {"statement": [{"resources": to(*references)}]}},
    )
    found = rebuilt(made)["Statement"][0]["Resource"]
    assert [each.rpartition(":")[2] for each in ([found] if isinstance(found, str) else found)] == passed


def test_a_key_of_an_instance_is_no_wildcard() -> None:
    keys = {name: f'aws_kms_key.k["{name}"]' for name in ("*", "x", "${aws:username}")}
    made = plan(
        *(resource(address, {}, {"arn": True, "key_id": True, "policy": True}) for address in keys.values()),
        resource(
            ADDRESS,
            {"statement": [{"actions": ["kms:Decrypt"], "resources": [None]}]},
            UNKNOWN | {"statement": [{"resources": [True]}]},
        ),
        configuration={ADDRESS: {"statement": [{"resources": {"references": ['aws_kms_key.k["*"].arn']}}]}},
    )
    document = rebuilt(made)
    assert document["Statement"][0]["Resource"].endswith(':key/‹aws_kms_key.k["%2A"].key_id›')
    policy = read_policy(document, Kind.IDENTITY)
    use = {name: Request("kms:Decrypt", made.arns[keys[name]], HOLDER) for name in keys}
    assert {name: evaluate(each, identity=[policy]).allowed for name, each in use.items()} == {
        "*": True,
        "x": False,
        "${aws:username}": False,
    }


def test_several_unknown_documents_are_each_taken_in() -> None:
    inner = [f"data.aws_iam_policy_document.{name}" for name in "xyz"]
    made = plan(
        KEY_CHANGE,
        *(
            resource(
                each,
                {"statement": [{"sid": each[-1], "actions": ["kms:Decrypt"], "resources": [None]}]},
                UNKNOWN | {"statement": [{"resources": [True]}]},
            )
            for each in inner[:2]
        ),
        resource(
            ADDRESS,
            {"source_policy_documents": [None, '{"Statement": []}', None]},
            UNKNOWN | {"source_policy_documents": [True, False, True]},
        ),
        known={inner[2]: {"json": '{"Statement": []}'}},
        configuration={
            **{each: {"statement": [{"resources": to("aws_kms_key.main.arn")}]} for each in inner[:2]},
            ADDRESS: {"source_policy_documents": to(*(f"{each}.json" for each in inner))},
        },
    )
    assert {each["Sid"]: each["Resource"] for each in rebuilt(made)["Statement"]} == {"x": KEY, "y": KEY}


def test_a_reference_to_one_instance_is_that_instance() -> None:
    rules = [
        resource(f'aws_cloudwatch_event_rule.r["{name}"]', {"name": f"rule-{name}"}, {"arn": True}) for name in "ab"
    ]
    reference = {"references": ['aws_cloudwatch_event_rule.r["b"].arn', 'aws_cloudwatch_event_rule.r["b"]']}
    condition = {"test": "ArnEquals", "variable": "aws:SourceArn", "values": [None]}
    made = plan(
        *rules,
        resource(
            ADDRESS,
            {"statement": [{"actions": ["sqs:SendMessage"], "resources": ["*"], "condition": [condition]}]},
            UNKNOWN | {"statement": [{"condition": [{"values": [True]}]}]},
        ),
        configuration={ADDRESS: {"statement": [{"condition": [{"values": reference}]}]}},
    )
    expected = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/rule-b"
    assert rebuilt(made)["Statement"][0]["Condition"] == {"ArnEquals": {"aws:SourceArn": expected}}
