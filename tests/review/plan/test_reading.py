"""What a plan is read as: plain values, symbols for what only the apply knows, nothing of what is sensitive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from review.plan import HIDDEN, Plan, PlanError, Symbol, read, read_file

ACCOUNT, REGION = "867653852961", "us-east-1"
KEY = "arn:aws:kms:us-east-1:867653852961:key/‹aws_kms_key.main.key_id›"


def change(
    address: str, after: dict[str, Any] | None, unknown: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An entry of `resource_changes`."""
    parts = address.split(".")
    while parts[0] == "module":
        parts = parts[2:]
    is_data = parts[0] == "data"
    kind, name = parts[-2], parts[-1]
    found: dict[str, Any] = {
        "address": address,
        "mode": "data" if is_data else "managed",
        "type": kind,
        "name": name.partition("[")[0],
        "change": {
            "actions": ["read"] if is_data else ["create"],
            "before": None,
            "after": after,
            "after_unknown": unknown or {},
            "after_sensitive": {},
        },
    }
    if "[" in name:
        found["index"] = json.loads(name.partition("[")[2].rstrip("]"))
    if address.startswith("module."):
        found["module_address"] = ".".join(address.split(".")[: 2 * address.split(".").count("module")])
    found["change"] |= more.pop("of_change", {})
    return found | more


def plan_of(*changes: dict[str, Any], configuration: dict[str, Any] | None = None, **more: Any) -> Plan:
    facts = {
        "aws_caller_identity": {"account_id": ACCOUNT},
        "aws_region": {"name": REGION, "id": REGION},
        "aws_partition": {"partition": "aws"},
    }
    known = [
        {"address": f"data.{kind}.current", "mode": "data", "type": kind, "name": "current", "values": values}
        for kind, values in facts.items()
    ]
    document = {
        "format_version": "1.2",
        "timestamp": "2026-01-02T03:04:05Z",
        "resource_changes": list(changes),
        "prior_state": {"values": {"root_module": {"resources": known}}},
        "configuration": configuration or {},
    }
    return read(document | more, "test")


def block(kind: str, name: str, mode: str = "managed", **expressions: Any) -> dict[str, Any]:
    """A resource of `configuration`."""
    return {"mode": mode, "type": kind, "name": name, "expressions": expressions}


def to(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


KEY_CHANGE = change("aws_kms_key.main", {"description": "k"}, {"arn": True, "key_id": True, "id": True})


def test_where_a_plan_is_follows_from_its_data_sources() -> None:
    plan = plan_of()
    assert (plan.partition, plan.account, plan.region) == ("aws", ACCOUNT, REGION)
    assert plan.timestamp.isoformat() == "2026-01-02T03:04:05+00:00"


def test_without_data_sources_the_provider_says_where_a_plan_is() -> None:
    provider = {
        "aws": {
            "expressions": {
                "region": {"constant_value": "eu-west-1"},
                "allowed_account_ids": {"constant_value": ["111122223333"]},
            }
        }
    }
    plan = plan_of(configuration={"provider_config": provider}, prior_state={})
    assert (plan.account, plan.region) == ("111122223333", "eu-west-1")


def test_else_the_arns_of_the_plan_say_where_it_is() -> None:
    queue = change("aws_sqs_queue.a", {"name": "a", "tags": {"x": "arn:aws-cn:sqs:cn-north-1:111122223333:b"}})
    plan = plan_of(queue, prior_state={})
    assert (plan.partition, plan.account, plan.region) == ("aws-cn", "111122223333", "cn-north-1")


def test_what_nothing_says_is_a_symbol() -> None:
    plan = plan_of(change("aws_sqs_queue.a", {"name": "a"}, {"arn": True}), prior_state={})
    assert plan.arn(plan.existing("aws_sqs_queue")[0]) == "arn:aws:sqs:‹region›:‹account›:a"


@pytest.mark.parametrize(
    ("address", "after", "arn"),
    [
        ("aws_iam_role.a", {"name": "r", "path": "/x/"}, f"arn:aws:iam::{ACCOUNT}:role/x/r"),
        ("aws_iam_role.a", {"path": "/"}, f"arn:aws:iam::{ACCOUNT}:role/‹aws_iam_role.a.name›"),
        ("aws_iam_policy.a", {"name": "p"}, f"arn:aws:iam::{ACCOUNT}:policy/p"),
        ("aws_sqs_queue.a", {"name": "q"}, f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
        ("aws_sns_topic.a", {"name": "t"}, f"arn:aws:sns:{REGION}:{ACCOUNT}:t"),
        ("aws_cloudwatch_event_bus.a", {"name": "b"}, f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"),
        ("aws_cloudwatch_event_rule.a", {"name": "r"}, f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"),
        (
            "aws_cloudwatch_event_rule.a",
            {"name": "r", "event_bus_name": "default"},
            f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r",
        ),
        (
            "aws_cloudwatch_event_rule.a",
            {"name": "r", "event_bus_name": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"},
            f"arn:aws:events:{REGION}:{ACCOUNT}:rule/b/r",
        ),
        ("aws_scheduler_schedule_group.a", {"name": "g"}, f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/g"),
        ("aws_scheduler_schedule.a", {"name": "s"}, f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/s"),
        ("aws_cloudwatch_log_group.a", {"name": "/x"}, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/x"),
        (
            "aws_ecs_task_definition.a",
            {"family": "f"},
            f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/f:‹aws_ecs_task_definition.a.revision›",
        ),
        (
            "aws_ecs_task_definition.a",
            {"family": "f", "revision": 3},
            f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/f:3",
        ),
        ("aws_ssm_parameter.a", {"name": "/a/b"}, f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b"),
        ("aws_s3_bucket.a", {"bucket": "b"}, "arn:aws:s3:::b"),
    ],
)
def test_arns_are_built(address: str, after: dict[str, Any], arn: str) -> None:
    plan = plan_of(change(address, after, {"arn": True}))
    resource = plan.at(address)
    assert resource is not None
    assert plan.arn(resource) == arn
    assert plan.with_arn(arn) is resource
    assert isinstance(resource.get("arn"), Symbol)


def test_an_arn_that_is_known_is_taken_as_it_is() -> None:
    other = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
    plan = plan_of(change("aws_sqs_queue.a", {"name": "q", "arn": other}))
    assert plan.arns == {"aws_sqs_queue.a": other}


def test_the_arn_of_what_something_is_attached_to_is_not_its_own() -> None:
    policy = change("aws_sns_topic_policy.a", {"arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "policy": "{}"})
    blocks = {"root_module": {"resources": [block("aws_sns_topic_policy", "a", arn=to("var.arn"))]}}
    assert plan_of(policy, configuration=blocks).arns == {}


def test_a_reference_is_followed_to_the_resource() -> None:
    queue = change("aws_sqs_queue.q", {"name": "q"}, {"kms_master_key_id": True, "arn": True})
    blocks = [block("aws_kms_key", "main"), block("aws_sqs_queue", "q", kms_master_key_id=to("aws_kms_key.main.id"))]
    plan = plan_of(KEY_CHANGE, queue, configuration={"root_module": {"resources": blocks}})
    found = plan.existing("aws_sqs_queue")[0].get("kms_master_key_id")
    assert found == KEY  # the id of a key stands for the key
    assert found.origin == ("aws_kms_key.main", "arn")


def test_a_reference_is_followed_through_variables_and_outputs_of_modules() -> None:
    queue = change("module.outer.module.q.aws_sqs_queue.q", {"name": "q"}, {"kms_master_key_id": True})
    key = change("module.keys.aws_kms_key.main", {}, {"arn": True, "key_id": True})
    inner = {"resources": [block("aws_sqs_queue", "q", kms_master_key_id=to("var.key"))]}
    outer = {"module_calls": {"q": {"expressions": {"key": to("var.key_of_all")}, "module": inner}}}
    keys = {
        "resources": [block("aws_kms_key", "main")],
        "outputs": {"arn": {"expression": to("aws_kms_key.main.arn", "aws_kms_key.main")}},
    }
    calls = {
        "outer": {"expressions": {"key_of_all": to("module.keys.arn", "module.keys")}, "module": outer},
        "keys": {"module": keys},
    }
    plan = plan_of(key, queue, configuration={"root_module": {"module_calls": calls}})
    found = plan.existing("aws_sqs_queue")[0].text("kms_master_key_id")
    assert found == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/‹module.keys.aws_kms_key.main.key_id›"


def test_where_the_trail_ends_the_only_thing_that_it_can_be_is_taken() -> None:
    document = change(
        "data.aws_iam_policy_document.d",
        {"statement": [{"actions": ["kms:Decrypt"], "resources": [None]}]},
        {"statement": [{"resources": [True]}]},
    )
    blocks = {
        "root_module": {"resources": [block("aws_kms_key", "main"), block("aws_iam_policy_document", "d", "data")]}
    }
    one = plan_of(KEY_CHANGE, document, configuration=blocks)
    assert one.data[0].get("statement", 0, "resources", 0) == KEY
    other = change("aws_kms_key.other", {}, {"arn": True, "key_id": True})
    several = plan_of(KEY_CHANGE, other, document, configuration=blocks)
    own = "‹data.aws_iam_policy_document.d.statement[0].resources[0]›"
    assert several.data[0].get("statement", 0, "resources", 0) == own


def test_a_computed_attribute_that_nobody_sets_is_the_resources_own() -> None:
    queue = change("aws_sqs_queue.q", {"name": "q"}, {"kms_master_key_id": True})
    blocks = {"root_module": {"resources": [block("aws_kms_key", "main"), block("aws_sqs_queue", "q")]}}
    plan = plan_of(KEY_CHANGE, queue, configuration=blocks)
    assert plan.existing("aws_sqs_queue")[0].text("kms_master_key_id") == "‹aws_sqs_queue.q.kms_master_key_id›"


def test_blocks_beside_a_dynamic_one_are_told_apart_by_their_constants() -> None:
    statements = [
        {"sid": "A", "actions": ["sqs:SendMessage"], "resources": [None]},
        {"sid": "B", "actions": ["sns:Publish"], "resources": [None]},
        {"sid": "C", "actions": ["sns:Publish"], "resources": [None]},
    ]
    document = change(
        "data.aws_iam_policy_document.d", {"statement": statements}, {"statement": [{"resources": [True]}] * 3}
    )
    topics = [change(f"aws_sns_topic.{name}", {"name": name}, {"arn": True}) for name in ("x", "y")]
    written = [
        {
            "sid": {"constant_value": "A"},
            "actions": {"constant_value": ["sqs:SendMessage"]},
            "resources": to("local.q"),
        },
        {
            "sid": {"constant_value": "C"},
            "actions": {"constant_value": ["sns:Publish"]},
            "resources": to("aws_sns_topic.y.arn"),
        },
    ]  # B is dynamic
    blocks = {"root_module": {"resources": [block("aws_iam_policy_document", "d", "data", statement=written)]}}
    data = plan_of(*topics, document, configuration=blocks).data[0]
    assert data.get("statement", 2, "resources", 0) == f"arn:aws:sns:{REGION}:{ACCOUNT}:y"
    assert data.text("statement", 1, "resources", 0).startswith("‹data.")


def test_of_several_instances_the_one_with_the_same_key_is_meant() -> None:
    roles = [change(f'aws_iam_role.r["{key}"]', {"name": f"role-{key}"}, {"arn": True}) for key in "ab"]
    policies = [change(f'aws_iam_role_policy.p["{key}"]', {"name": "p"}, {"role": True}) for key in "ab"]
    blocks = [
        block("aws_iam_role", "r"),
        block("aws_iam_role_policy", "p", role=to("aws_iam_role.r", "each.key")),
    ]
    plan = plan_of(*roles, *policies, configuration={"root_module": {"resources": blocks}})
    assert [each.text("role") for each in plan.existing("aws_iam_role_policy")] == [
        "role-a",
        "role-b",
    ]


def test_what_is_sensitive_is_never_there() -> None:
    secret = "s3cr3t-value"
    updated = change(
        "aws_ssm_parameter.p",
        {"name": "p", "value": secret, "tags": {"a": secret, "b": "plain"}},
        {"version": True},
        of_change={
            "actions": ["update"],
            "before": {"name": "p", "value": secret, "tags": {"a": secret, "b": "plain"}},
            "before_sensitive": {"value": True, "tags": {"a": True}},
            "after_sensitive": {"value": True, "tags": {"a": True}},
        },
    )
    plan = plan_of(updated, output_changes={"o": {"actions": ["create"], "after": secret, "after_sensitive": True}})
    resource = plan.resources[0]
    assert resource.get("value") is HIDDEN
    assert resource.get("tags") == {"a": HIDDEN, "b": "plain"}
    assert secret not in repr([resource.before, resource.after, plan.outputs])


def test_a_resource_that_is_destroyed_exists_no_more() -> None:
    gone = change("aws_sqs_queue.q", None, of_change={"actions": ["delete"], "before": {"name": "q"}})
    deposed = change(
        "aws_sqs_queue.r", None, of_change={"actions": ["delete"], "before": {"name": "r"}}, deposed="ab12"
    )
    plan = plan_of(gone, deposed)
    assert plan.existing("aws_sqs_queue") == []
    assert [each.deposed for each in plan.resources] == ["", "ab12"]


def test_moves_imports_and_what_forces_a_replacement_are_read() -> None:
    replaced = change(
        "aws_sqs_queue.q",
        {"name": "q"},
        of_change={
            "actions": ["delete", "create"],
            "before": {"name": "p"},
            "replace_paths": [["name"], ["tags", 0]],
            "importing": {"id": "x"},
        },
        previous_address="aws_sqs_queue.old",
        action_reason="replace_because_cannot_update",
    )
    resource = plan_of(replaced).resources[0]
    assert resource.forced_by == (("name",), ("tags", 0))
    assert (resource.previous_address, resource.importing) == ("aws_sqs_queue.old", "x")
    assert resource.reason == "replace_because_cannot_update"


def test_an_output_has_symbols_too() -> None:
    outputs = {"review": {"actions": ["create"], "after": {"keys": [None]}, "after_unknown": {"keys": [True]}}}
    root = {
        "resources": [block("aws_kms_key", "main")],
        "outputs": {"review": {"expression": to("aws_kms_key.main.arn", "aws_kms_key.main")}},
    }
    plan = plan_of(KEY_CHANGE, output_changes=outputs, configuration={"root_module": root})
    assert plan.outputs["review"] == {"keys": [KEY]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON"),
        ("[]", "is no plan"),
        ('{"values": {}}', "is no plan"),
        ('{"format_version": "2.0", "resource_changes": []}', "format version '2.0' is not known"),
        ('{"format_version": "1.2", "resource_changes": [], "timestamp": "soon"}', "'soon', which is no time"),
        ('{"format_version": "1.2", "resource_changes": "all"}', "resource_changes are no list"),
        ('{"format_version": "1.2", "resource_changes": [{}]}', r"resource_changes\[0\] is no change of a resource"),
        ('{"format_version": "1.2", "resource_changes": ["x"]}', r"resource_changes\[0\] is no change of a resource"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)
    with pytest.raises(PlanError, match=why) as refused:
        read_file(file)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"plan\.json: No such file"):
        read_file(tmp_path / "plan.json")


def test_a_plan_is_called_by_its_folder_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "dn-dev").mkdir()
    for file in (tmp_path / "dn-dev" / "plan.json", tmp_path / "other.json"):
        file.write_text('{"format_version": "1.2", "resource_changes": []}')
    assert read_file(tmp_path / "dn-dev" / "plan.json").name == "dn-dev"
    assert read_file(tmp_path / "other.json").name == "other"


def test_what_is_made_of_a_sensitive_name_does_not_show_it() -> None:
    # The ARN is not sensitive for Terraform, since the provider makes it up; we build it of the name.
    secret = "correct-horse"
    marks = {"after_sensitive": {"name": True}}
    target = {"address": "aws_sqs_queue_policy.q", "mode": "managed", "type": "aws_sqs_queue_policy", "name": "q"}
    root = [{**target, "expressions": {"queue_url": {"references": ["aws_sqs_queue.q.url", "aws_sqs_queue.q"]}}}]
    plan = plan_of(
        change("aws_sqs_queue.q", {"name": secret}, {"arn": True, "url": True, "id": True}, of_change=marks),
        change("aws_sqs_queue_policy.q", {}, {"queue_url": True}),
        change("aws_cloudwatch_event_bus.b", {"name": secret}, {"arn": True}, of_change=marks),
        change(
            "aws_cloudwatch_event_rule.r",
            {"name": "r", "event_bus_name": secret},
            {"arn": True},
            of_change={"after_sensitive": {"event_bus_name": True}},
        ),
        configuration={"root_module": {"resources": root}},
    )
    assert plan.arns == {
        "aws_sqs_queue.q": f"arn:aws:sqs:{REGION}:{ACCOUNT}:‹aws_sqs_queue.q.name›",
        "aws_cloudwatch_event_bus.b": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/‹aws_cloudwatch_event_bus.b.name›",
        "aws_cloudwatch_event_rule.r": (
            f"arn:aws:events:{REGION}:{ACCOUNT}:rule/‹aws_cloudwatch_event_rule.r.event_bus_name›/r"
        ),
    }
    policy = plan.at("aws_sqs_queue_policy.q")
    assert policy is not None
    assert policy.text("queue_url") == f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/‹aws_sqs_queue.q.name›"
    assert secret not in "".join(str(each.after) for each in plan.resources)


def test_a_name_that_begins_with_a_prefix_does_so() -> None:
    # So that a policy on `ingest-*` is about it.
    unknown = {"name": True, "arn": True}
    role = change("aws_iam_role.r", {"name_prefix": "ingest-", "path": "/"}, unknown)
    plan = plan_of(role, change("aws_iam_role.s", {"path": "/"}, unknown | {"name_prefix": True}))
    assert plan.arns == {
        "aws_iam_role.r": f"arn:aws:iam::{ACCOUNT}:role/ingest-‹aws_iam_role.r.name›",
        "aws_iam_role.s": f"arn:aws:iam::{ACCOUNT}:role/‹aws_iam_role.s.name›",
    }
    assert plan.resources[0].text("name") == "ingest-‹aws_iam_role.r.name›"
