"""What a plan changes: in which order, with which differences, at what cost, and with no secret in any of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from review.changes.model import Change, Changes, Difference, Effect
from review.changes.reading import read
from review.changes.wording import LONGEST
from review.finding import Severity
from tests.review.plan.test_reading import change, plan_of

SECRET = "hunter-2-hunter-2"


def entry(
    address: str, before: dict[str, Any] | None, after: dict[str, Any] | None, *actions: str, **more: Any
) -> dict[str, Any]:
    """A change of a resource that is there before, after, or both."""
    named = actions or (("create",) if before is None else ("delete",) if after is None else ("update",))
    of_change = {"actions": list(named), "before": before} | more.pop("of_change", {})
    return change(address, after, more.pop("unknown", None), of_change=of_change, **more)


def only(made: dict[str, Any], *others: dict[str, Any]) -> Change:
    changes = read(plan_of(made, *others)).changes
    return next(each for each in changes if each.address == made["address"])


def differences(before: dict[str, Any], after: dict[str, Any], **more: Any) -> list[tuple[str, str | None, str | None]]:
    found = only(entry("aws_thing.it", before, after, **more)).differences
    return [(each.path, each.before, each.after) for each in found]


def costs(changes: Changes) -> list[tuple[str, str]]:
    return [(each.address, each.rule.removeprefix("change/")) for each in changes.findings]


def test_the_most_dangerous_comes_first() -> None:
    plan = plan_of(
        entry("aws_x.create", None, {}),
        entry("aws_x.stays", {}, {}, "no-op"),
        entry("aws_x.moved", {}, {}, "no-op", previous_address="aws_x.was"),
        entry("aws_x.imported", {}, {}, "no-op", of_change={"importing": {"id": "i-1"}}),
        entry("aws_x.update", {"a": 1}, {"a": 2}, previous_address="aws_x.old"),
        entry("aws_x.forget", {}, None, "forget"),
        entry("aws_x.replace", {}, {}, "create", "delete"),
        entry("aws_x.destroy", {}, None),
        entry("aws_scheduler_schedule.destroy", {"name": "s", "schedule_expression": "rate(1 day)"}, None),
        entry("aws_sqs_queue.destroy", {"name": "q"}, None),
    )
    changes = read(plan).changes
    assert [each.effect for each in changes] == sorted((each.effect for each in changes), key=list(Effect).index)
    assert [each.address for each in changes] == [
        "aws_sqs_queue.destroy",
        "aws_scheduler_schedule.destroy",
        *(f"aws_x.{name}" for name in ("destroy", "replace", "forget", "update", "create", "imported", "moved")),
    ]
    assert {each.moved_from for each in changes} == {"", "aws_x.was", "aws_x.old"}
    assert {each.importing for each in changes} == {"", "i-1"}


def test_what_forces_a_replacement_and_why() -> None:
    made = entry(
        "aws_x.it",
        {"name": "a", "group": "one", "arn": "arn:a", "size": 1},
        {"name": "a", "group": "two", "size": 2},
        "delete",
        "create",
        unknown={"arn": True},
        action_reason="replace_because_cannot_update",
        of_change={"replace_paths": [["size"], ["group"]]},
    )
    found = only(made)
    assert (found.effect, found.forced_by) == (Effect.REPLACE, ("size", "group"))
    assert found.reason == "this cannot be changed in place"
    assert [each.path for each in found.differences] == ["group", "size"], "not the ARN, which is made up anew"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("delete_because_each_key", "its key is no longer in for_each"),
        ("delete_because_no_module", "its module is no longer in the configuration"),
        ("replace_by_request", "a person asked for it (-replace)"),
        ("something_new", "something_new"),
    ],
)
def test_reasons_in_words(reason: str, words: str) -> None:
    assert only(entry("aws_x.it", {}, None, action_reason=reason)).reason == words


def test_what_a_replacement_left_behind_is_a_destroy() -> None:
    made = entry("aws_sqs_queue.it", {"name": "old"}, None, deposed="1234abcd")
    found = only(made)
    assert (found.effect, found.loses) == (Effect.DESTROY, "All messages in queue old are lost.")
    assert "deposed object 1234abcd" in found.reason


def test_an_errored_plan_fails() -> None:
    assert [each.severity for each in read(plan_of(errored=True)).findings] == [Severity.FAIL]
    assert not read(plan_of()).findings


# --------------------------------------------------------------------------------------------------------- differences


def test_attributes_and_blocks() -> None:
    before = {
        "a": 1,
        "same": [1],
        "block": [{"x": "old", "y": 1}],
        "map": {"k.1": "v"},
        "empty": "",
        "list": ["a", "b"],
    }
    after = {"a": 2, "same": [1], "block": [{"x": "new", "y": 1}], "map": {}, "empty": None, "list": ["a", "c"]}
    assert differences(before, after) == [
        ("a", "1", "2"),
        ("block[0].x", "old", "new"),
        ("list", '["a", "b"]', '["a", "c"]'),
        ('map["k.1"]', "v", None),
    ]


def test_blocks_are_matched_by_their_names_or_by_what_stays() -> None:
    before = {"named": [{"name": "a", "v": 1}, {"name": "b", "v": 2}], "plain": [{"v": 1}, {"v": 2}, {"v": 3}]}
    after = {"named": [{"name": "b", "v": 3}, {"name": "a", "v": 1}], "plain": [{"v": 0}, {"v": 1}, {"v": 3}]}
    assert differences(before, after) == [("named[b].v", "2", "3"), ("plain[0].v", "2", "0")]


def test_of_long_lists_what_comes_and_goes() -> None:
    before, after = [f"sg-{n}" for n in range(9)], [f"sg-{n}" for n in range(1, 10)]
    assert differences({"groups": before}, {"groups": after}) == [("groups", "sg-0", "sg-9")]
    assert differences({"groups": before}, {"groups": after[:8]}) == [("groups", "sg-0", None)]


def policy(*statements: dict[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


READ: dict[str, Any] = {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"],
    "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}, "Bool": {"aws:SecureTransport": True}},
}
SEND: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "sqs:SendMessage",
    "Resource": "arn:aws:sqs:us-east-1:1:q",
    "Principal": {"AWS": ["1", "2"], "Service": "events.amazonaws.com"},
}


def reordered(value: Any) -> Iterator[Any]:
    """Ways to write a policy that differ only in the order of what has none."""
    if isinstance(value, dict):
        keys = list(value)
        for order in (keys, keys[::-1]):
            for members in itertools.product(*(list(reordered(value[key]))[:3] for key in order)):
                yield dict(zip(order, members, strict=True))
    elif isinstance(value, list):
        yield from ([*order] for order in itertools.islice(itertools.permutations(value), 3))
    else:
        yield value


def test_another_order_is_no_difference() -> None:
    many = {"Principal": {"Service": ["events.amazonaws.com"], "AWS": ["2", "1"]}, "Action": ["sqs:SendMessage"]}
    texts = {"Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": ["2", "1"]}}}
    assert differences(policy(READ, SEND), policy(SEND | many, READ | texts)) == []
    other = SEND | {"Principal": {"AWS": ["3", "4"]}}
    turned = [
        each
        | {"Principal": {who: ids[::-1] if isinstance(ids, list) else ids for who, ids in each["Principal"].items()}}
        for each in (other, SEND)
    ]
    assert differences(policy(SEND, other), policy(*turned)) == [], "without names, what stays as it is is found"
    written = 0
    for statement in reordered(READ):
        assert differences(policy(READ, SEND), policy(SEND, statement)) == []
        written += 1
    assert written == 24


def test_statements_are_matched_by_their_sids() -> None:
    changed = READ | {"Action": ["s3:ListBucket", "s3:*"], "Resource": "arn:aws:s3:::a"}
    changed["Condition"] = {"StringEquals": {"aws:SourceAccount": "1"}, "Bool": {"aws:SecureTransport": "false"}}
    assert differences(policy(READ), policy(changed)) == [
        ("policy.Statement[Read].Action", "s3:GetObject", "s3:*"),
        ('policy.Statement[Read].Condition.Bool["aws:SecureTransport"]', "true", "false"),
        ('policy.Statement[Read].Condition.StringEquals["aws:SourceAccount"]', "2", None),
        ("policy.Statement[Read].Resource", "arn:aws:s3:::a/*", None),
    ]


def test_a_statement_that_comes_or_goes() -> None:
    (gone,) = differences(policy(READ | {"Sid": "A"}, READ), policy(READ))
    assert (gone[0], gone[2]) == ("policy.Statement[A]", None)
    assert "s3:GetObject" in str(gone[1])
    assert differences(policy(SEND), policy(SEND, SEND | {"Effect": "Deny"}))[0][0] == "policy.Statement[1]"


def test_documents_are_compared_as_what_they_say() -> None:
    containers = [
        {"name": "main", "image": "x:1", "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    ]
    changed = [
        {
            "image": "x:2",
            "environment": [{"value": "3", "name": "B"}, {"name": "A", "value": "1"}],
            "name": "main",
            "cpu": 0,
        }
    ]
    assert differences(
        {"container_definitions": json.dumps(containers)}, {"container_definitions": json.dumps(changed)}
    ) == [
        ("container_definitions[main].environment[B].value", "2", "3"),
        ("container_definitions[main].image", "x:1", "x:2"),
    ]
    assert differences({"input": '{"a": [1, 2]}'}, {"input": '{ "a": [ 1,2 ] }'}) == []
    assert differences({"input": '{"a": [1, 2]}'}, {"input": '{"a": [2, 1]}'}) == [("input.a", "[1, 2]", "[2, 1]")]
    assert differences(
        {"dashboard_body": '{"widgets": [{"x": 1}]}'}, {"dashboard_body": '{"widgets": [{"x": 2}]}'}
    ) == [("dashboard_body.widgets[0].x", "1", "2")]
    assert differences({"text": "{not json"}, {"text": "{nor this"}) == [("text", "{not json", "{nor this")]
    assert differences({"input": '{"a": 1}'}, {"input": "plain"}) == [("input", '{"a": 1}', "plain")]


def test_a_command_has_an_order_and_a_pattern_has_none() -> None:
    assert differences({"command": ["a", "b"]}, {"command": ["b", "a"]}) == [("command", '["a", "b"]', '["b", "a"]')]
    one, other = (
        '{"source": ["a", "b"], "detail": {"s": [{"prefix": "x"}, "y"]}}',
        '{"detail": {"s": ["y", {"prefix": "x"}]}, "source": ["b", "a"]}',
    )
    assert differences({"event_pattern": one}, {"event_pattern": other}) == []
    assert differences({"event_pattern": one}, {"event_pattern": '{"source": ["a"]}'})[-1] == (
        "event_pattern.source",
        "b",
        None,
    )


def test_unknown_is_called_unknown() -> None:
    key = change("aws_kms_key.main", {}, {"arn": True, "key_id": True})
    made = entry(
        "aws_x.it", {"version": 1, "kms_key_arn": "arn:old"}, {}, unknown={"version": True, "kms_key_arn": True}
    )
    expressions = {"kms_key_arn": {"references": ["aws_kms_key.main.arn", "aws_kms_key.main"]}}
    configuration = {
        "root_module": {
            "resources": [
                {"mode": "managed", "type": "aws_x", "name": "it", "expressions": expressions},
                {"mode": "managed", "type": "aws_kms_key", "name": "main", "expressions": {}},
            ]
        }
    }
    changes = read(plan_of(made, key, configuration=configuration)).changes
    found = {each.path: each.after for each in changes[0].differences}
    assert found["version"] == "known after apply"
    assert found["kms_key_arn"] == "known after apply: arn:aws:kms:us-east-1:867653852961:key/‹aws_kms_key.main.key_id›"


def test_tags_are_told_once() -> None:
    before: dict[str, Any] = {"tags": {}, "tags_all": {"Environment": "dev"}}
    after = {"tags": {"Team": "x"}, "tags_all": {"Environment": "prod", "Team": "x"}}
    assert differences(before, after) == [("tags.Team", None, "x"), ("tags_all.Environment", "dev", "prod")]


def test_of_long_texts_the_part_that_differs() -> None:
    before, after = "a" * 1000 + "OLD" + "b" * 1000, "a" * 1000 + "NEW" + "b" * 1000
    ((_, old, new),) = differences({"text": before}, {"text": after})
    assert old == f"…{'a' * 40}OLD{'b' * 40}…"
    assert new == f"…{'a' * 40}NEW{'b' * 40}…"
    ((_, none, long),) = differences({"text": None}, {"text": "c" * 5000})
    assert (none, len(str(long))) == (None, LONGEST)
    ((_, old, new),) = differences({"text": "x" * 5000}, {"text": "y" * 5000})
    assert max(len(str(old)), len(str(new))) <= LONGEST + 2


# ----------------------------------------------------------------------------------------------------------- sensitive

SENSITIVE: list[tuple[Any, Any, Any, Any]] = [
    # before, after, and what is sensitive of each
    ({"v": SECRET}, {"v": "new"}, {"v": True}, {"v": True}),
    ({"name": SECRET, "group_name": "g"}, {"name": "x"}, {"name": True}, {}),
    ({"name": SECRET, "group_name": "g"}, {"name": "x"}, {}, {"name": True}),
    ({"name": "x", "state": "ENABLED"}, {"name": SECRET, "state": "DISABLED"}, {"name": True}, {}),
    ({"v": SECRET}, {"v": "new"}, {"v": True}, {}),
    ({"v": SECRET}, {"v": "new"}, {}, {"v": True}),
    ({"v": "old"}, {"v": SECRET}, {}, {"v": True}),
    ({"v": "old"}, {"v": SECRET}, {"v": True}, {}),
    ({"v": SECRET}, {"v": SECRET}, {}, {"v": True}),
    ({"v": None}, {"v": SECRET}, {}, {"v": True}),
    ({"v": SECRET}, {"v": None}, {"v": True}, {}),
    ({"v": {"a": {"b": SECRET}}}, {"v": {"a": {"b": "x"}}}, {"v": {"a": {"b": True}}}, {}),
    ({"v": {"a": {"b": SECRET}}}, {"v": {"a": {"b": "x"}}}, {}, {"v": {"a": {"b": True}}}),
    ({"v": {"a": SECRET}}, {"v": {"a": {"b": "x"}}}, {}, {"v": {"a": {"b": True}}}),
    ({"v": [{"name": "a", "value": SECRET}]}, {"v": [{"name": "b", "value": "x"}]}, {}, {"v": [{"value": True}]}),
    ({"v": [{"value": SECRET}, {"value": 1}]}, {"v": [{"value": 1}]}, {"v": [{"value": True}, {}]}, {"v": [{}]}),
    ({"v": [{"value": 1}, {"value": SECRET}]}, {"v": [{"value": "x"}]}, {"v": [{}, {}]}, {"v": [{"value": True}]}),
    ({"v": ["x", SECRET]}, {"v": [SECRET, "y"]}, {"v": [False, True]}, {"v": [True, False]}),
    ({"v": [SECRET, "x"]}, {"v": ["x"]}, {}, {"v": [True]}),
    ({"v": json.dumps({"a": SECRET})}, {"v": json.dumps({"a": "x"})}, {}, {"v": True}),
    ({"v": json.dumps({"a": SECRET})}, {"v": json.dumps({"a": "x"})}, {"v": True}, {}),
    (
        {"tags": {"t": SECRET}, "tags_all": {"t": SECRET}},
        {"tags": {}, "tags_all": {}},
        {"tags": {"t": True}, "tags_all": {"t": True}},
        {},
    ),
]


ACTIONS = (("update",), ("delete", "create"), ("delete",), ("create",))


def sides(actions: tuple[str, ...], case: tuple[Any, Any, Any, Any]) -> tuple[Any, Any]:
    return None if actions == ("create",) else case[0], None if actions == ("delete",) else case[1]


def is_a_secret(actions: tuple[str, ...], case: tuple[Any, Any, Any, Any]) -> bool:
    """Whether the plan has the secret, and a side that is there calls it one."""
    there = sides(actions, case)
    return SECRET in json.dumps(there) and any(
        mark for side, mark in zip(there, case[2:], strict=True) if side is not None
    )


@pytest.mark.parametrize(
    ("actions", "case"), [(each, case) for each in ACTIONS for case in SENSITIVE if is_a_secret(each, case)]
)
def test_no_secret_is_in_anything(actions: tuple[str, ...], case: tuple[Any, Any, Any, Any]) -> None:
    old, new = sides(actions, case)
    of_change = {"before_sensitive": case[2], "after_sensitive": case[3]}
    group = entry("aws_scheduler_schedule_group.it", {"name": "g"}, None)
    for kind in ("aws_sqs_queue", "aws_scheduler_schedule"):
        changes = read(plan_of(entry(f"{kind}.it", old, new, *actions, of_change=of_change), group))
        assert SECRET not in repr(changes)
        (found,) = (each for each in changes.changes if each.type == kind)
        if old is not None and new is not None and old != new:
            assert found.differences, "that it changes is said"


def test_that_a_sensitive_value_changes_is_said_and_that_it_does_not_is_not() -> None:
    marks = {"v": True, "same": True}
    of_change = {"before_sensitive": marks, "after_sensitive": marks}
    made = entry("aws_x.it", {"v": SECRET, "same": SECRET}, {"v": "x", "same": SECRET}, of_change=of_change)
    assert only(made).differences == (Difference("v", "(sensitive)", "(sensitive)"),)
    unknown = entry("aws_x.it", {"v": SECRET}, {}, of_change={"before_sensitive": {"v": True}}, unknown={"v": True})
    assert [each.path for each in only(unknown).differences] == ["v"]


# --------------------------------------------------------------------------------------------------------------- losses

GROUP: dict[str, Any] = {"name": "nightly"}
SCHEDULE: dict[str, Any] = {
    "name": "report",
    "group_name": "nightly",
    "state": "ENABLED",
    "schedule_expression": "rate(1 day)",
}
ALARM = {"alarm_name": "late", "alarm_actions": ["arn:topic"], "actions_enabled": True}
RULE: dict[str, Any] = {"name": "done", "event_bus_name": "own", "state": "ENABLED", "event_pattern": "{}"}


@pytest.mark.parametrize(
    ("kind", "before", "what", "says"),
    [
        ("aws_sqs_queue", {"name": "q", "message_retention_seconds": 1209600}, "deletes-data", "for 14 days"),
        (
            "aws_cloudwatch_log_group",
            {"name": "/x", "retention_in_days": 30},
            "deletes-data",
            "All logs in /x are lost",
        ),
        ("aws_cloudwatch_event_archive", {"name": "a", "retention_days": 7}, "deletes-data", "replayed"),
        (
            "aws_kms_key",
            {"key_id": "k-1", "deletion_window_in_days": 7},
            "deletes-data",
            "in 7 days: all that is encrypted",
        ),
        ("aws_s3_bucket", {"bucket": "b", "force_destroy": True}, "deletes-data", "All objects in bucket b are lost"),
        ("aws_s3_bucket", {"bucket": "b", "force_destroy": False}, "deletes-data", "AWS refuses that"),
        ("aws_ssm_parameter", {"name": "/p"}, "deletes-data", "Parameter /p is lost"),
        ("aws_secretsmanager_secret", {"name": "s", "recovery_window_in_days": 0}, "deletes-data", "at once"),
        ("aws_db_instance", {"identifier": "d", "skip_final_snapshot": True}, "deletes-data", "no last snapshot"),
        ("aws_dynamodb_table", {"name": "t"}, "deletes-data", "All items in table t"),
        ("aws_scheduler_schedule", SCHEDULE, "stops", "Schedule report no longer runs (rate(1 day))"),
        ("aws_scheduler_schedule_group", GROUP, "stops", "this plan knows of none"),
        ("aws_cloudwatch_event_bus", {"name": "own"}, "stops", "Events that are put on it are lost"),
        ("aws_cloudwatch_event_rule", RULE, "stops", "no longer matches any event"),
        ("aws_cloudwatch_event_target", {"rule": "r", "arn": "arn:q"}, "stops", "Rule r no longer reaches arn:q"),
        ("aws_cloudwatch_metric_alarm", ALARM, "stops", "Nobody is told any more of what alarm late watches"),
        ("aws_sns_topic", {"name": "t", "arn": "arn:t"}, "stops", "goes with all its subscriptions"),
        ("aws_ecs_service", {"name": "s"}, "stops", "Service s stops"),
        ("aws_ecs_cluster", {"name": "c"}, "stops", "cluster c"),
        ("aws_sqs_queue_policy", {"queue_url": "https://q"}, "stops", "https://q"),
        ("aws_ecs_task_definition", {"family": "f"}, "", ""),
        ("aws_cloudwatch_log_group", {"name": "/x", "skip_destroy": True}, "", ""),
        ("aws_scheduler_schedule", SCHEDULE | {"state": "DISABLED"}, "", ""),
        ("aws_cloudwatch_metric_alarm", ALARM | {"alarm_actions": []}, "", ""),
        ("aws_iam_role", {"name": "r", "arn": "arn:r"}, "", ""),
    ],
)
def test_what_is_lost_when_it_goes(kind: str, before: dict[str, Any], what: str, says: str) -> None:
    made = entry(f"{kind}.it", before, None)
    changes = read(plan_of(made))
    assert costs(changes) == ([(f"{kind}.it", what)] if what else [])
    assert says in changes.changes[0].loses
    assert bool(changes.changes[0].loses) is bool(what)
    assert all(each.severity is Severity.WARN for each in changes.findings)


def test_what_goes_with_others_names_them() -> None:
    group = entry("aws_scheduler_schedule_group.it", GROUP, None)
    schedules = [entry(f"aws_scheduler_schedule.s{n}", SCHEDULE | {"name": f"s{n}"}, None) for n in range(7)]
    other = entry("aws_scheduler_schedule.other", SCHEDULE | {"name": "other", "group_name": "else"}, None)
    loses = only(group, *schedules, other).loses
    assert "7 schedules (s0, s1, s2, s3, s4 and 2 more)" in loses
    bus, rule = (
        entry("aws_cloudwatch_event_bus.it", {"name": "own"}, None),
        entry("aws_cloudwatch_event_rule.r", RULE, None),
    )
    assert "with its rules: done." in only(bus, rule).loses
    subscription = entry(
        "aws_sns_topic_subscription.s", {"topic_arn": "arn:t", "protocol": "email", "endpoint": "a@example.com"}, None
    )
    assert (
        "email a@example.com"
        in only(entry("aws_sns_topic.it", {"name": "t", "arn": "arn:t"}, None), subscription).loses
    )


def test_a_role_that_is_still_used() -> None:
    role = entry("aws_iam_role.it", {"name": "r", "arn": "arn:r"}, None)
    user = entry("aws_x.user", {"target": [{"role_arn": "arn:r"}]}, {"target": [{"role_arn": "arn:r"}]}, "no-op")
    assert "still used by aws_x.user" in only(role, user).loses


@pytest.mark.parametrize(
    ("kind", "before", "after", "what", "says"),
    [
        ("aws_scheduler_schedule", SCHEDULE, {"state": "DISABLED"}, "stops", "Schedule report no longer runs"),
        ("aws_cloudwatch_event_rule", RULE, {"state": "DISABLED"}, "stops", "Rule done is disabled"),
        (
            "aws_cloudwatch_event_rule",
            {"name": "done", "is_enabled": True},
            {"is_enabled": False},
            "stops",
            "Rule done",
        ),
        ("aws_cloudwatch_metric_alarm", ALARM, {"actions_enabled": False}, "stops", "alarm late"),
        ("aws_cloudwatch_metric_alarm", ALARM, {"alarm_actions": []}, "stops", "alarm late"),
        (
            "aws_sqs_queue",
            {"name": "q", "message_retention_seconds": 1209600},
            {"message_retention_seconds": 3600},
            "deletes-data",
            "older than 1 hour",
        ),
        (
            "aws_cloudwatch_log_group",
            {"name": "/x", "retention_in_days": 0},
            {"retention_in_days": 30},
            "deletes-data",
            "for ever",
        ),
        (
            "aws_cloudwatch_event_archive",
            {"name": "a", "retention_days": 30},
            {"retention_days": 7},
            "deletes-data",
            "7 days",
        ),
        ("aws_kms_key", {"key_id": "k", "is_enabled": True}, {"is_enabled": False}, "stops", "key k"),
        ("aws_ecs_service", {"name": "s", "desired_count": 2}, {"desired_count": 0}, "stops", "Service s stops"),
        ("aws_cloudwatch_log_group", {"name": "/x", "retention_in_days": 30}, {"retention_in_days": 0}, "", ""),
        ("aws_sqs_queue", {"name": "q", "message_retention_seconds": 60}, {"message_retention_seconds": 3600}, "", ""),
        ("aws_scheduler_schedule", SCHEDULE | {"state": "DISABLED"}, {"state": "ENABLED"}, "", ""),
        ("aws_scheduler_schedule", SCHEDULE | {"state": "DISABLED"}, {"description": "x"}, "", ""),
        ("aws_cloudwatch_metric_alarm", ALARM, {"alarm_actions": ["arn:other"]}, "", ""),
    ],
)
def test_what_is_lost_when_it_changes(
    kind: str, before: dict[str, Any], after: dict[str, Any], what: str, says: str
) -> None:
    changes = read(plan_of(entry(f"{kind}.it", before, before | after)))
    assert costs(changes) == ([(f"{kind}.it", what)] if what else [])
    assert says in changes.changes[0].loses


def test_what_a_replacement_costs() -> None:
    def cost(kind: str, before: dict[str, Any], *actions: str) -> str:
        return only(entry(f"{kind}.it", before, before, *actions)).loses

    gone_first, made_first = ("delete", "create"), ("create", "delete")
    assert "All messages" in cost("aws_sqs_queue", {"name": "q"}, *gone_first)
    assert "All messages" in cost("aws_sqs_queue", {"name": "q"}, *made_first)
    assert "until the new one is there" in cost("aws_scheduler_schedule", SCHEDULE, *gone_first)
    assert cost("aws_scheduler_schedule", SCHEDULE, *made_first) == ""
    assert "Scheduler deletes" in cost("aws_scheduler_schedule_group", GROUP, *made_first)


def test_notes_of_replacements_and_of_what_is_forgotten() -> None:
    plan = plan_of(
        entry("aws_x.it", {}, {}, "delete", "create"),
        entry("aws_ecs_task_definition.it", {}, {}, "delete", "create"),
        entry("aws_sqs_queue.it", {"name": "q"}, None, "forget"),
    )
    changes = read(plan)
    assert costs(changes) == [("aws_x.it", "replaces"), ("aws_sqs_queue.it", "forgets")]
    assert {each.severity for each in changes.findings} == {Severity.NOTE}
