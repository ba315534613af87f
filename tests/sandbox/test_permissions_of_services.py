"""What queues, topics, log groups and keys let a service do: each right that it needs, taken away one at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox import permissions
from tests.sandbox.account import (
    ACCOUNT,
    BUS,
    DELEGATES,
    EVENTS,
    REGION,
    ROLE,
    RULE,
    USES_KEY,
    Statement,
    allow,
    by_rule,
    client,
    document,
    make_key,
    make_queue,
    make_role,
    make_topic,
    refusal,
)

pytestmark = pytest.mark.usefixtures("account_in_process")

Make = Callable[..., str]


def not_allowed(action: str, resource: str) -> str:
    return (
        f"User: {EVENTS} is not authorized to perform: {action} on resource: {resource} "
        f"because no resource-based policy allows the {action} action"
    )


@pytest.mark.parametrize(("make", "action"), [(make_queue, "sqs:SendMessage"), (make_topic, "sns:Publish")])
class TestWritesOfARule:
    """A rule writes to queues and topics as the service."""

    def test_with_policy_and_key(self, make: Make, action: str) -> None:
        resource = make(allow(action, to=EVENTS, ArnEquals={"aws:SourceArn": RULE}), key=make_key(USES_KEY))
        permissions.service_may(by_rule(), action, resource)

    def test_source_account_is_sent(self, make: Make, action: str) -> None:
        resource = make(allow(action, to=EVENTS, StringEquals={"aws:SourceAccount": ACCOUNT}))
        permissions.service_may(by_rule(), action, resource)

    @pytest.mark.parametrize(
        "statements",
        [
            (),
            (allow("sqs:SendMessage", "sns:Publish", to=EVENTS, ArnEquals={"aws:SourceArn": f"{RULE}-2"}),),
            (allow("sqs:SendMessage", "sns:Publish", to="sns.amazonaws.com"),),
            (allow("sqs:ReceiveMessage", "sns:Subscribe", to=EVENTS),),
            (allow("sqs:SendMessage", "sns:Publish", to=ROLE),),
        ],
    )
    def test_without_the_statement(self, make: Make, action: str, statements: tuple[Statement, ...]) -> None:
        make_role(allow("*"))
        resource = make(*statements)
        assert refusal(permissions.service_may, by_rule(), action, resource) == (
            "NO_PERMISSIONS",
            not_allowed(action, resource),
        )

    def test_where_insecure_transport_is_denied(self, make: Make, action: str) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
        insecure = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        resource = make(allow(action, to=EVENTS), insecure)
        permissions.service_may(by_rule(), action, resource)

    def test_where_only_secure_transport_is_allowed(self, make: Make, action: str) -> None:
        permissions.service_may(by_rule(), action, make(allow(action, to=EVENTS, Bool={"aws:SecureTransport": "true"})))

    def test_where_all_is_denied(self, make: Make, action: str) -> None:
        resource = make(allow(action, to=EVENTS), {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"})
        refused = refusal(permissions.service_may, by_rule(), action, resource)
        assert refused[1].endswith("with an explicit deny in a resource-based policy")

    @pytest.mark.parametrize(
        ("statement", "missing"),
        [
            (DELEGATES, "kms:Decrypt"),
            (allow("kms:Decrypt", to=EVENTS), "kms:GenerateDataKey"),
            (allow("kms:GenerateDataKey", to=EVENTS), "kms:Decrypt"),
            (USES_KEY | {"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}}, "kms:Decrypt"),
            (USES_KEY | {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}, "kms:Decrypt"),
        ],
    )
    def test_with_a_key_that_does_not_let_it(self, make: Make, action: str, statement: Statement, missing: str) -> None:
        key = make_key(statement)
        resource = make(allow(action, to=EVENTS), key=key)
        assert refusal(permissions.service_may, by_rule(), action, resource) == (
            "NO_PERMISSIONS",
            not_allowed(missing, key),
        )

    def test_with_the_encryption_context_of_the_service(self, make: Make, action: str) -> None:
        name = "kms:EncryptionContext:" + ("aws:sqs:arn" if make is make_queue else "aws:sns:topicArn")
        kind = "dead" if make is make_queue else "alerts"
        key = make_key(USES_KEY | {"Condition": {"StringLike": {name: f"arn:aws:*:{REGION}:{ACCOUNT}:{kind}"}}})
        permissions.service_may(by_rule(), action, make(allow(action, to=EVENTS), key=key))

    def test_with_the_key_that_aws_manages(self, make: Make, action: str) -> None:
        resource = make(allow(action, to=EVENTS), key=f"alias/aws/{action.partition(':')[0]}")
        refused = refusal(permissions.service_may, by_rule(), action, resource)
        assert refused[1].endswith("because no resource-based policy allows the kms:Decrypt action")

    def test_with_an_alias_of_the_key(self, make: Make, action: str) -> None:
        client("kms").create_alias(AliasName="alias/main", TargetKeyId=make_key(USES_KEY))
        permissions.service_may(by_rule(), action, make(allow(action, to=EVENTS), key="alias/main"))

    def test_with_a_key_that_is_disabled_or_gone(self, make: Make, action: str) -> None:
        key = make_key(USES_KEY)
        resource = make(allow(action, to=EVENTS), key=key)
        client("kms").disable_key(KeyId=key.rpartition("/")[2])
        assert refusal(permissions.service_may, by_rule(), action, resource) == (
            "ERROR_FROM_TARGET",
            f"{key} is not enabled.",
        )
        gone = refusal(permissions.key_lets, EVENTS, RULE, ACCOUNT, "alias/none", ["kms:Decrypt"])
        assert gone == ("ERROR_FROM_TARGET", "Key alias/none does not exist.")

    def test_to_what_is_not_there(self, make: Make, action: str) -> None:
        resource = f"{make(allow(action, to=EVENTS))}-2"
        assert refusal(permissions.service_may, by_rule(), action, resource)[0] == "NO_RESOURCE"


LOG_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/paid"
WRITES_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")


@pytest.mark.parametrize("resource", [LOG_GROUP, f"{LOG_GROUP}:*", f"{LOG_GROUP}:log-stream:one"])
@pytest.mark.parametrize("on", [f"{LOG_GROUP}:*", f"{LOG_GROUP}:log-stream:*", f"{LOG_GROUP}:*:*"])
def test_policies_of_the_account_open_a_log_group(resource: str, on: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/aws/events/paid")
    logs.put_resource_policy(policyName="other", policyDocument=document(allow(*WRITES_LOGS, to="es.amazonaws.com")))
    for action in WRITES_LOGS:
        assert refusal(permissions.service_may, by_rule(), action, resource)[0] == "NO_PERMISSIONS"
    logs.put_resource_policy(policyName="events", policyDocument=document(allow(*WRITES_LOGS, to=EVENTS, on=on)))
    for action in WRITES_LOGS:
        permissions.service_may(by_rule(), action, resource)
    assert refusal(permissions.service_may, by_rule(), WRITES_LOGS[0], f"{LOG_GROUP}-2")[0] == "NO_RESOURCE"


def test_policy_on_another_log_group_does_not() -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/aws/events/paid")
    for name, on in (("bare", LOG_GROUP), ("other", f"{LOG_GROUP}-2:*")):
        logs.put_resource_policy(policyName=name, policyDocument=document(allow(*WRITES_LOGS, to=EVENTS, on=on)))
    assert refusal(permissions.service_may, by_rule(), WRITES_LOGS[1], LOG_GROUP)[0] == "NO_PERMISSIONS"


OF_BUS = {"kms:EncryptionContext:aws:events:event-bus:arn": BUS, "aws:SourceArn": BUS, "aws:SourceAccount": ACCOUNT}


@pytest.mark.parametrize("name", [None, *OF_BUS])
def test_key_of_a_bus_is_asked_for_that_bus(name: str | None) -> None:
    changed = OF_BUS | ({name: "other"} if name else {})
    key = make_key(DELEGATES, allow("kms:Decrypt", "kms:GenerateDataKey", to=EVENTS, StringEquals=changed))
    ask = (EVENTS, BUS, ACCOUNT, key, ["kms:Decrypt", "kms:GenerateDataKey"])
    if name is None:
        permissions.key_lets(*ask)
    else:
        assert refusal(permissions.key_lets, *ask)[0] == "NO_PERMISSIONS"


def test_description_of_a_key_has_no_encryption_context() -> None:
    ask = (EVENTS, BUS, ACCOUNT)
    scoped = make_key(DELEGATES, allow("kms:DescribeKey", to=EVENTS, StringEquals=OF_BUS))
    assert refusal(permissions.key_lets, *ask, scoped, ["kms:DescribeKey"])[0] == "NO_PERMISSIONS"
    source = {name: value for name, value in OF_BUS.items() if name.startswith("aws:")}
    permissions.key_lets(*ask, make_key(allow("kms:DescribeKey", to=EVENTS, StringEquals=source)), ["kms:DescribeKey"])


@pytest.mark.parametrize("key", ["arn:none", "none"])
def test_key_that_has_no_name_of_one_is_not_there(key: str) -> None:
    assert refusal(permissions.key_lets, EVENTS, BUS, ACCOUNT, key, ["kms:Decrypt"])[0] == "ERROR_FROM_TARGET"


def test_key_can_be_the_resource() -> None:
    key = make_key(allow("kms:Decrypt", to=EVENTS, StringEquals={"aws:SourceAccount": ACCOUNT}))
    permissions.service_may(by_rule(), "kms:Decrypt", key)
    assert refusal(permissions.service_may, by_rule(), "kms:Encrypt", key)[0] == "NO_PERMISSIONS"
